// Campaigns and their sweep rounds, and what belongs to one.

#include "suite.h"
#include "support/client_wire.h"
#include "support/listing.h"
#include "support/world.h"
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

static struct answer begin(enum transport t, const char *user, const char *region, const char *more) {
  return ask(world()->client, t, token_of(user), "CampaignService/CreateCampaign",
             "{\"campaign\":{\"name\":\"虚构：大清扫\",\"regionCodes\":[\"%s\"],\"startsOn\":\"2024-01-01\"%s}}", region, more);
}

static const char two_rounds[] =
    ",\"domain\":\"poverty\",\"rounds\":[{\"number\":1,\"firstDay\":\"2024-01-01\",\"lastDay\":\"2024-03-31\","
    "\"name\":\"第一轮\"},{\"number\":2,\"firstDay\":\"2024-04-01\",\"lastDay\":\"2024-06-30\"}]";

static struct answer change(enum transport t, const struct answer *before, const char *mask, const char *more) {
  return ask(world()->client, t, token_of("supervisor.linxi"), "CampaignService/UpdateCampaign",
             "{\"campaign\":{\"id\":\"%s\",\"etag\":\"%s\"%s},\"updateMask\":\"%s\"}", text_at(before->body, "id"),
             text_at(before->body, "etag"), more, mask);
}

// Members of a visit or lead that belongs to a campaign.
static const char *of(const char *campaign, const char *round) {
  return arena_printf(client_memory(), ",\"campaignId\":\"%s\",\"sweepRound\":%s", campaign, round);
}

static struct answer raise_lead(enum transport t, const char *user, const char *region, const char *more) {
  return ask(world()->client, t, token_of(user), "LeadService/CreateLead", "{\"lead\":%s}",
             lead_json(fresh_id(), region, more));
}

static struct answer visit(enum transport t, const char *user, const char *region, const char *more) {
  return ask(world()->client, t, token_of(user), "VisitService/CreateVisit", "{\"visit\":%s}",
             visit_json(fresh_id(), region, more));
}

static void a_campaign_comes_back_with_its_rounds(void) {
  BOTH(t) {
    struct answer made = begin(t, "supervisor.linxi", LINXI, two_rounds);
    CU_ASSERT_EQUAL_FATAL(made.code, CODE_OK);
    struct answer read = ask(world()->client, t == REST ? GRPC : REST, token_of("officer.linxi"), "CampaignService/GetCampaign",
                             "{\"id\":\"%s\"}", text_at(made.body, "id"));
    CU_ASSERT_STRING_EQUAL(text_at(read.body, "domain"), "poverty");
    CU_ASSERT_EQUAL(count_at(read.body, "rounds"), 2);
    CU_ASSERT_STRING_EQUAL(text_at(read.body, "rounds.0.name"), "第一轮");
    CU_ASSERT_EQUAL(number_at(read.body, "rounds.1.number"), 2);
    CU_ASSERT_STRING_EQUAL(text_at(read.body, "rounds.1.lastDay"), "2024-06-30");
  }
}

static void what_makes_no_sense_of_a_campaign_is_refused_by_its_field(void) {
  static const struct {
    const char *more, *field, *reason;
  } mistakes[] = {
      {",\"domain\":\"none\"", "campaign.domain", "NO_SUCH_TERM"},
      {",\"endsOn\":\"2023-12-31\"", "campaign.ends_on", "OUT_OF_RANGE"},
      {",\"closedOn\":\"2199-01-01\"", "campaign.closed_on", "OUT_OF_RANGE"},
      {",\"rounds\":[{\"number\":1,\"firstDay\":\"2024-02-01\",\"lastDay\":\"2024-01-31\"}]", "campaign.rounds",
       "OUT_OF_RANGE"},
      {",\"rounds\":[{\"number\":1,\"firstDay\":\"2024-01-01\",\"lastDay\":\"2024-01-31\"},{\"number\":1,\"firstDay\":"
       "\"2024-02-01\",\"lastDay\":\"2024-02-02\"}]",
       "campaign.rounds", "NOT_UNIQUE"},
  };
  BOTH(t) {
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++) {
      struct answer refused = begin(t, "supervisor.linxi", LINXI, mistakes[i].more);
      CU_ASSERT_TRUE(names_field(&refused, mistakes[i].field, mistakes[i].reason));
    }
    struct answer nowhere = begin(t, "supervisor.linxi", "150424999999", "");
    CU_ASSERT_TRUE(names_field(&nowhere, "campaign.region_codes", "NO_SUCH_REGION"));
  }
}

static void what_belongs_to_a_round_names_one_that_there_is(void) {
  BOTH(t) {
    const char *campaign = text_at(begin(t, "supervisor.linxi", LINXI, two_rounds).body, "id");
    struct answer good = visit(t, "officer.linxi", LINXI_VILLAGE, of(campaign, "2"));
    CU_ASSERT_EQUAL_FATAL(good.code, CODE_OK);
    CU_ASSERT_EQUAL(number_at(good.body, "sweepRound"), 2);
    CU_ASSERT_EQUAL(raise_lead(t, "officer.linxi", LINXI_VILLAGE, of(campaign, "1")).code, CODE_OK);

    struct answer lead = raise_lead(t, "officer.linxi", LINXI_VILLAGE, of(campaign, "3"));
    CU_ASSERT_TRUE(names_field(&lead, "lead.sweep_round", "NO_SUCH_ROUND"));
    struct answer wrong = visit(t, "officer.linxi", LINXI_VILLAGE, of(campaign, "3"));
    CU_ASSERT_TRUE(names_field(&wrong, "visit.sweep_round", "NO_SUCH_ROUND"));
    struct answer none = visit(t, "officer.linxi", LINXI_VILLAGE, of(fresh_id(), "1"));
    CU_ASSERT_TRUE(names_field(&none, "visit.campaign_id", "UNKNOWN_REFERENCE"));
    struct answer bare = visit(t, "officer.linxi", LINXI_VILLAGE, ",\"sweepRound\":1");
    CU_ASSERT_TRUE(names_field(&bare, "visit.campaign_id", "REQUIRED"));

    struct answer moved = ask(world()->client, t, token_of("officer.linxi"), "VisitService/UpdateVisit",
                              "{\"visit\":{\"id\":\"%s\",\"etag\":\"%s\",\"sweepRound\":3},\"updateMask\":\"sweep_round\"}",
                              text_at(good.body, "id"), text_at(good.body, "etag"));
    CU_ASSERT_TRUE(names_field(&moved, "visit.sweep_round", "NO_SUCH_ROUND"));
    struct answer left = ask(world()->client, t, token_of("officer.linxi"), "VisitService/UpdateVisit",
                             "{\"visit\":{\"id\":\"%s\",\"etag\":\"%s\"},\"updateMask\":\"campaign_id\"}",
                             text_at(good.body, "id"), text_at(good.body, "etag"));
    CU_ASSERT_TRUE(names_field(&left, "visit.campaign_id", "REQUIRED")); // its round is of no campaign then
  }
}

static void a_push_rejects_the_item_alone_that_names_no_round(void) {
  BOTH(t) {
    const char *campaign = text_at(begin(t, "supervisor.linxi", LINXI, two_rounds).body, "id");
    struct answer pushed =
        ask(world()->client, t, token_of("officer.linxi"), "SyncService/Push", "{\"visits\":[%s,%s],\"leads\":[%s,%s]}",
            visit_json(fresh_id(), LINXI_VILLAGE, of(campaign, "1")), visit_json(fresh_id(), LINXI_VILLAGE, of(campaign, "9")),
            lead_json(fresh_id(), LINXI_VILLAGE, of(campaign, "1")), lead_json(fresh_id(), LINXI_VILLAGE, of(campaign, "9")));
    CU_ASSERT_EQUAL_FATAL(pushed.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(pushed.body, "results.0.status"), "CREATED");
    CU_ASSERT_STRING_EQUAL(text_at(pushed.body, "results.1.status"), "REJECTED");
    CU_ASSERT_STRING_EQUAL(text_at(pushed.body, "results.1.violations.0.reason"), "NO_SUCH_ROUND");
    CU_ASSERT_STRING_EQUAL(text_at(pushed.body, "results.2.status"), "CREATED");
    CU_ASSERT_STRING_EQUAL(text_at(pushed.body, "results.3.status"), "REJECTED");
    CU_ASSERT_STRING_EQUAL(text_at(pushed.body, "results.3.violations.0.reason"), "NO_SUCH_ROUND");
  }
}

static void a_campaign_is_named_by_who_no_longer_sees_it_and_when_it_was_closed(void) {
  BOTH(t) {
    struct answer made = begin(t, "supervisor.linxi", LINXI, two_rounds);
    const char *campaign = text_at(made.body, "id");
    CU_ASSERT_EQUAL(raise_lead(t, "officer.balin", BALIN_VILLAGE, of(campaign, "1")).code, CODE_OK);
    struct answer closed = change(t, &made, "closed_on", ",\"closedOn\":\"2024-07-01\"");
    CU_ASSERT_EQUAL_FATAL(closed.code, CODE_OK);
    CU_ASSERT_EQUAL(visit(t, "officer.linxi", LINXI_VILLAGE, of(campaign, "2")).code, CODE_OK);
    const char *lists = "CampaignService/ListCampaigns";
    struct answer before =
        ask(world()->client, t, token_of("officer.linxi"), lists, "{\"on\":\"2024-07-01\",\"pageSize\":500}");
    struct answer after = ask(world()->client, t, token_of("officer.linxi"), lists, "{\"on\":\"2024-07-02\",\"pageSize\":500}");
    struct answer other = ask(world()->client, t, token_of("officer.linxi"), lists, "{\"domain\":\"coal\",\"pageSize\":500}");
    bool gone_on = false, over = false, of_coal = false;
    size_t i;
    json_t *each;
    json_array_foreach(json_at(before.body, "campaigns"), i, each) gone_on |= !strcmp(text_at(each, "id"), campaign);
    json_array_foreach(json_at(after.body, "campaigns"), i, each) over |= !strcmp(text_at(each, "id"), campaign);
    json_array_foreach(json_at(other.body, "campaigns"), i, each) of_coal |= !strcmp(text_at(each, "id"), campaign);
    CU_ASSERT_TRUE(gone_on);
    CU_ASSERT_FALSE(over);
    CU_ASSERT_FALSE(of_coal);
  }
}

static void what_is_in_use_is_neither_withdrawn_nor_taken_out(void) {
  BOTH(t) {
    struct answer made = begin(t, "supervisor.linxi", LINXI, two_rounds);
    const char *campaign = text_at(made.body, "id");
    CU_ASSERT_EQUAL(raise_lead(t, "officer.balin", BALIN_VILLAGE, of(campaign, "1")).code,
                    CODE_OK); // out of the supervisor's sight
    const char *first = ",\"rounds\":[{\"number\":1,\"firstDay\":\"2024-01-02\",\"lastDay\":\"2024-03-31\"}]";
    struct answer fewer = change(t, &made, "rounds", first);
    CU_ASSERT_EQUAL_FATAL(fewer.code, CODE_OK);
    struct answer none = change(t, &fewer, "rounds", "");
    CU_ASSERT_EQUAL(none.code, CODE_FAILED_PRECONDITION);
    CU_ASSERT_TRUE(names_field(&none, "campaign.rounds", "PRECONDITION"));
    struct answer gone = ask(world()->client, t, token_of("supervisor.linxi"), "CampaignService/WithdrawCampaign",
                             "{\"id\":\"%s\",\"etag\":\"%s\",\"reason\":\"误录\"}", campaign, text_at(fewer.body, "etag"));
    CU_ASSERT_EQUAL(gone.code, CODE_FAILED_PRECONDITION);
  }
}

static void a_case_is_of_its_first_leads_campaign(void) {
  BOTH(t) {
    const char *campaign = text_at(begin(t, "supervisor.linxi", LINXI, two_rounds).body, "id");
    struct answer lead = raise_lead(t, "officer.linxi", LINXI_VILLAGE, of(campaign, "2"));
    struct answer filed = ask(world()->client, t, token_of("officer.linxi"), "CaseService/CreateCase",
                              "{\"case\":{\"title\":\"虚构\",\"leadIds\":[\"%s\"]}}", text_at(lead.body, "id"));
    CU_ASSERT_EQUAL_FATAL(filed.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(
        sql_text("select concat(campaign_id, ' ', sweep_round) from case_file where id = '%s'", text_at(filed.body, "id")),
        arena_printf(client_memory(), "%s 2", campaign));
  }
}

static size_t belonging(enum transport t, const char *user, const char *method, const char *campaign, const char *more) {
  const char *items = strstr(method, "Leads") ? "leads" : "visits";
  return count_of(t, user, method, items, arena_printf(client_memory(), "\"campaignId\":\"%s\"%s", campaign, more));
}

static void leads_and_visits_are_listed_by_campaign(void) {
  static const char leads[] = "LeadService/ListLeads", visits[] = "VisitService/ListVisits";
  static const char words[] = ",\"query\":\"虚构\"", purpose[] = ",\"query\":\"测试走访\"",
                    box[] = ",\"bounds\":\"118,43,119,44\"";
  BOTH(t) {
    const char *campaign = text_at(begin(t, "supervisor.linxi", LINXI, two_rounds).body, "id");
    const char *other = text_at(begin(t, "supervisor.linxi", LINXI, two_rounds).body, "id");
    for (const char *round = "122"; *round; round++) {
      const char *in_round = of(campaign, *round == '1' ? "1" : "2");
      CU_ASSERT_EQUAL(raise_lead(t, "officer.linxi", LINXI_VILLAGE, in_round).code, CODE_OK);
      CU_ASSERT_EQUAL(visit(t, "officer.linxi", LINXI_VILLAGE, in_round).code, CODE_OK);
    }
    raise_lead(t, "officer.linxi", LINXI_VILLAGE, "");
    visit(t, "officer.linxi", LINXI_VILLAGE, "");
    CU_ASSERT_EQUAL(raise_lead(t, "officer.balin", BALIN_VILLAGE, of(campaign, "1")).code, CODE_OK);
    static const char *const ways[] = {"supervisor.linxi", "officer.linxi"}; // by the region, and by their own
    for (int i = 0; i < 2; i++) {
      CU_ASSERT_EQUAL(belonging(t, ways[i], leads, campaign, ""), 3);
      CU_ASSERT_EQUAL(belonging(t, ways[i], leads, campaign, words), 3);
      CU_ASSERT_EQUAL(belonging(t, ways[i], visits, campaign, ""), 3);
      CU_ASSERT_EQUAL(belonging(t, ways[i], visits, campaign, purpose), 3);
      CU_ASSERT_EQUAL(belonging(t, ways[i], visits, campaign, box), 3);
      CU_ASSERT_EQUAL(belonging(t, ways[i], leads, other, ""), 0);
      CU_ASSERT_EQUAL(belonging(t, ways[i], visits, other, purpose), 0);
    }
    CU_ASSERT_EQUAL(belonging(t, "supervisor.chifeng", leads, campaign, ""), 4);
    struct answer counted = list(t, "supervisor.chifeng", leads,
                                 arena_printf(client_memory(), "\"total\":true,\"campaignId\":\"%s\"", campaign), "", 2);
    CU_ASSERT_EQUAL(number_at(counted.body, "totalSize"), 4);
  }
}

static void a_campaign_out_of_sight_is_no_filter(void) {
  static const char *const methods[] = {"LeadService/ListLeads", "VisitService/ListVisits"};
  static const char *const beside[] = {"", ",\"query\":\"虚构\"", ",\"regionCode\":\"" LINXI "\""};
  BOTH(t) {
    const char *campaign = text_at(begin(t, "supervisor.linxi", LINXI, two_rounds).body, "id");
    const char *asked[] = {campaign, fresh_id()};
    for (size_t m = 0; m < 2; m++)
      for (size_t i = 0; i < 2; i++)
        for (size_t b = 0; b < sizeof beside / sizeof *beside; b++) {
          struct answer refused = list(t, "officer.balin", methods[m],
                                       arena_printf(client_memory(), "\"campaignId\":\"%s\"%s", asked[i], beside[b]), "", 5);
          CU_ASSERT_EQUAL(refused.code, CODE_INVALID_ARGUMENT);
          CU_ASSERT_TRUE(names_field(&refused, "campaign_id", "UNKNOWN_REFERENCE"));
        }
  }
}

SUITE_WITH(campaigns, world_open, client_forget, 120, TEST(a_campaign_comes_back_with_its_rounds),
           TEST(what_makes_no_sense_of_a_campaign_is_refused_by_its_field),
           TEST(what_belongs_to_a_round_names_one_that_there_is), TEST(a_push_rejects_the_item_alone_that_names_no_round),
           TEST(a_campaign_is_named_by_who_no_longer_sees_it_and_when_it_was_closed),
           TEST(what_is_in_use_is_neither_withdrawn_nor_taken_out), TEST(a_case_is_of_its_first_leads_campaign),
           TEST(leads_and_visits_are_listed_by_campaign), TEST(a_campaign_out_of_sight_is_no_filter));
