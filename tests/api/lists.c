// Lists: pages without gaps or doubles, filters alone and together, tokens that are good for their list alone.

#include "suite.h"
#include "support/client_wire.h"
#include "support/listing.h"
#include <stdio.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { MADE_LEADS = 24, MADE_VISITS = 24 };

// Leads in one township, differing in what filters ask for. Made once.
static void make_leads(void) {
  static bool made;
  if (made)
    return;
  made = true;
  static const char *const channels[] = {"LEAD_CHANNEL_LETTER", "LEAD_CHANNEL_PHONE", "LEAD_CHANNEL_WEB"};
  static const char *const types[] = {"skimming", "extortion"};
  for (int i = 0; i < MADE_LEADS; i++) {
    const char *lead =
        arena_printf(client_memory(),
                     "{\"id\":\"%s\",\"channel\":\"%s\",\"class\":\"LEAD_CLASS_OTHER\",\"regionCode\":\"150424100202\","
                     "\"narrative\":\"虚构\",\"problemType\":\"%s\",\"domain\":\"umbrella\",\"receivedAt\":\"%s\"%s}",
                     fresh_id(), channels[i % 3], types[i % 2], time_from_now(-86400L * 100 - i / 3), // three at a time
                     i % 4 == 0 ? ",\"occurrence\":\"LEAD_OCCURRENCE_REPEAT\"" : "");
    struct answer answer =
        ask(world()->client, REST, token_of("officer.linxi"), "LeadService/CreateLead", "{\"lead\":%s}", lead);
    CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
  }
}

static const char umbrella[] = "\"domain\":\"umbrella\"";

static void pages_of_any_size_bring_the_same_in_the_same_order(void) {
  make_leads();
  BOTH(t) {
    json_t *whole = all_ids(t, "supervisor.linxi", "LeadService/ListLeads", "leads", umbrella, 500);
    CU_ASSERT_EQUAL(json_array_size(whole), MADE_LEADS);
    for (int size = 1; size <= 7; size += 2)
      CU_ASSERT_TRUE(json_equal(whole, all_ids(t, "supervisor.linxi", "LeadService/ListLeads", "leads", umbrella, size)));
  }
}

static void a_list_by_two_ways_of_seeing_names_each_record_once(void) {
  make_leads();
  BOTH(t) {
    // officer.linxi sees them as raiser, as handler and as member of the office at once.
    json_t *ids = all_ids(t, "officer.linxi", "LeadService/ListLeads", "leads", umbrella, 5);
    CU_ASSERT_EQUAL(json_array_size(ids), MADE_LEADS);
  }
}

static void each_filter_of_leads_alone_and_some_together(void) {
  make_leads();
  static const struct {
    const char *filters;
    size_t count;
  } cases[] = {
      {"\"channels\":[\"LEAD_CHANNEL_LETTER\"]", MADE_LEADS / 3},
      {"\"channels\":[\"LEAD_CHANNEL_LETTER\",\"LEAD_CHANNEL_WEB\"]", MADE_LEADS * 2 / 3},
      {"\"problemType\":\"skimming\"", MADE_LEADS / 2},
      {"\"states\":[\"LEAD_STATE_RECEIVED\"]", MADE_LEADS},
      {"\"states\":[\"LEAD_STATE_CLOSED\",\"LEAD_STATE_CONCLUDED\"]", 0},
      {"\"occurrence\":\"LEAD_OCCURRENCE_REPEAT\"", MADE_LEADS / 4},
      {"\"regionCode\":\"150424100202\"", MADE_LEADS},
      {"\"regionCode\":\"150424000000\"", MADE_LEADS},
      {"\"regionCode\":\"150422000000\"", 0},
      {"\"channels\":[\"LEAD_CHANNEL_PHONE\"],\"problemType\":\"extortion\",\"states\":[\"LEAD_STATE_RECEIVED\"],"
       "\"regionCode\":\"150424100000\"",
       MADE_LEADS / 6},
  };
  BOTH(t) {
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
      const char *filters = arena_printf(client_memory(), "%s,%s", umbrella, cases[i].filters);
      size_t count = count_of(t, "supervisor.linxi", "LeadService/ListLeads", "leads", filters);
      if (count != cases[i].count)
        fprintf(stderr, "%s: %zu leads, not %zu\n", cases[i].filters, count, cases[i].count);
      CU_ASSERT_EQUAL(count, cases[i].count);
    }
    const char *own = arena_printf(client_memory(), "%s,\"handlerId\":\"%s\"", umbrella, id_of("officer.linxi"));
    CU_ASSERT_EQUAL(count_of(t, "supervisor.linxi", "LeadService/ListLeads", "leads", own), MADE_LEADS);
    const char *none = arena_printf(client_memory(), "%s,\"handlerId\":\"%s\"", umbrella, id_of("officer.balin"));
    CU_ASSERT_EQUAL(count_of(t, "supervisor.linxi", "LeadService/ListLeads", "leads", none), 0);
  }
}

static void times_bound_a_list_from_inclusive_to_exclusive(void) {
  make_leads();
  BOTH(t) {
    const char *middle = sql_text("select to_char(received_at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') from lead "
                                  "where domain = 'umbrella' order by received_at, id offset %d limit 1",
                                  MADE_LEADS / 2);
    size_t after = count_of(t, "supervisor.linxi", "LeadService/ListLeads", "leads",
                            arena_printf(client_memory(), "%s,\"receivedAfter\":\"%s\"", umbrella, middle));
    size_t before = count_of(t, "supervisor.linxi", "LeadService/ListLeads", "leads",
                             arena_printf(client_memory(), "%s,\"receivedBefore\":\"%s\"", umbrella, middle));
    CU_ASSERT_EQUAL(after + before, MADE_LEADS);
    CU_ASSERT_EQUAL(before,
                    (size_t)sql_number("select count(*) from lead where domain = 'umbrella' and received_at < '%s'", middle));
  }
}

static void the_total_is_told_when_it_is_asked_for(void) {
  make_leads();
  BOTH(t) {
    struct answer with = list(t, "supervisor.linxi", "LeadService/ListLeads", "\"domain\":\"umbrella\",\"total\":true", "", 3);
    CU_ASSERT_EQUAL(number_at(with.body, "totalSize"), MADE_LEADS);
    struct answer without = list(t, "supervisor.linxi", "LeadService/ListLeads", umbrella, "", 3);
    CU_ASSERT_PTR_NULL(json_at(without.body, "totalSize"));
  }
}

static void a_page_token_is_good_for_its_list_and_its_caller_alone(void) {
  make_leads();
  BOTH(t) {
    struct answer page = list(t, "supervisor.linxi", "LeadService/ListLeads", umbrella, "", 3);
    const char *token = text_at(page.body, "nextPageToken");
    CU_ASSERT_TRUE_FATAL(*token != 0);
    CU_ASSERT_EQUAL(list(t, "supervisor.linxi", "LeadService/ListLeads", umbrella, token, 3).code, CODE_OK);
    struct answer other_filter = list(t, "supervisor.linxi", "LeadService/ListLeads", "\"domain\":\"poverty\"", token, 3);
    struct answer other_caller = list(t, "supervisor.chifeng", "LeadService/ListLeads", umbrella, token, 3);
    struct answer other_list = list(t, "supervisor.linxi", "VisitService/ListVisits", "", token, 3);
    struct answer garbage = list(t, "supervisor.linxi", "LeadService/ListLeads", umbrella, "bm90IGEgdG9rZW4", 3);
    char *changed = arena_strdup(client_memory(), token);
    changed[strlen(changed) / 2] ^= 1;
    struct answer tampered = list(t, "supervisor.linxi", "LeadService/ListLeads", umbrella, changed, 3);
    const struct answer *refused[] = {&other_filter, &other_caller, &other_list, &garbage, &tampered};
    for (size_t i = 0; i < 5; i++) {
      CU_ASSERT_EQUAL(refused[i]->code, CODE_INVALID_ARGUMENT);
      CU_ASSERT_TRUE(names_field(refused[i], "page_token", NULL));
    }
  }
}

static void a_page_size_is_clamped_and_a_negative_one_refused(void) {
  BOTH(t) {
    CU_ASSERT_EQUAL(list(t, "supervisor.linxi", "LeadService/ListLeads", "", "", 100000).code, CODE_OK);
    struct answer refused = list(t, "supervisor.linxi", "LeadService/ListLeads", "", "", -1);
    CU_ASSERT_TRUE(names_field(&refused, "page_size", "OUT_OF_RANGE"));
  }
}

static void items_of_a_list_tell_no_narrative_and_nobodys_name(void) {
  make_leads();
  BOTH(t) {
    struct answer page = list(t, "supervisor.linxi", "LeadService/ListLeads", umbrella, "", 1);
    CU_ASSERT_PTR_NULL(json_at(page.body, "leads.0.narrative"));
    CU_ASSERT_PTR_NULL(json_at(page.body, "leads.0.accused"));
  }
}

// Visits of a kind that no other test makes.
static void make_visits(void) {
  static bool made;
  if (made)
    return;
  made = true;
  for (int i = 0; i < MADE_VISITS; i++) {
    const char *team = i % 2 ? arena_printf(client_memory(), ",\"officerIds\":[\"%s\"]", id_of("officer.balin")) : "";
    const char *visit =
        arena_printf(client_memory(),
                     "{\"id\":\"%s\",\"kind\":\"VISIT_KIND_CROSS_INSPECTION\",\"regionCode\":\"%s\",\"startedAt\":\"%s\"%s}",
                     fresh_id(), i % 3 ? "150424100202" : "150422100200", time_from_now(-86400L * 2 - i / 4), team);
    struct answer answer =
        ask(world()->client, REST, token_of("officer.linxi"), "VisitService/CreateVisit", "{\"visit\":%s}", visit);
    CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
  }
}

static void each_filter_of_visits_alone_and_some_together(void) {
  make_visits();
  static const struct {
    const char *user, *filters;
    size_t count;
  } cases[] = {
      {"supervisor.chifeng", "", MADE_VISITS},
      {"supervisor.chifeng", ",\"regionCode\":\"150422000000\"", MADE_VISITS / 3},
      {"supervisor.chifeng", ",\"regionCode\":\"150424100202\"", MADE_VISITS * 2 / 3},
      {"supervisor.chifeng", ",\"states\":[\"VISIT_STATE_HELD\"]", MADE_VISITS / 3}, // no grant there
      {"supervisor.chifeng", ",\"states\":[\"VISIT_STATE_ACCEPTED\"],\"regionCode\":\"150424000000\"", MADE_VISITS * 2 / 3},
      {"supervisor.linxi", "", MADE_VISITS}, // of her office's officer, wherever
      {"officer.linxi", "", MADE_VISITS},
      {"officer.balin", "", MADE_VISITS / 2}, // the team's
      {"officer.linxi.2", "", 0},
  };
  BOTH(t) {
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
      const char *filters = arena_printf(client_memory(), "\"kinds\":[\"VISIT_KIND_CROSS_INSPECTION\"]%s", cases[i].filters);
      size_t count = json_array_size(all_ids(t, cases[i].user, "VisitService/ListVisits", "visits", filters, 5));
      if (count != cases[i].count)
        fprintf(stderr, "%s %s: %zu visits, not %zu\n", cases[i].user, filters, count, cases[i].count);
      CU_ASSERT_EQUAL(count, cases[i].count);
    }
  }
}

static void whoever_asks_for_an_officers_visits_gets_those_that_he_sees(void) {
  make_visits();
  static const struct {
    const char *user, *filters;
    size_t count;
  } cases[] = {
      {"supervisor.chifeng", "", MADE_VISITS / 2},
      {"supervisor.chifeng", ",\"regionCode\":\"150422000000\"", MADE_VISITS / 6},
      {"supervisor.linxi", "", MADE_VISITS / 2}, // of her office
      {"officer.linxi", "", MADE_VISITS / 2},    // went along
      {"officer.linxi", ",\"regionCode\":\"150424100000\"", MADE_VISITS / 3},
      {"officer.balin", "", MADE_VISITS / 2}, // himself
      {"officer.balin", ",\"regionCode\":\"150422100200\"", MADE_VISITS / 6},
      {"officer.balin", ",\"states\":[\"VISIT_STATE_HELD\"]", MADE_VISITS / 6},
      {"officer.linxi.2", "", 0},
  };
  BOTH(t) {
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
      const char *filters = arena_printf(client_memory(), "\"kinds\":[\"VISIT_KIND_CROSS_INSPECTION\"],\"officerId\":\"%s\"%s",
                                         id_of("officer.balin"), cases[i].filters);
      size_t count = json_array_size(all_ids(t, cases[i].user, "VisitService/ListVisits", "visits", filters, 5));
      if (count != cases[i].count)
        fprintf(stderr, "%s %s: %zu visits, not %zu\n", cases[i].user, filters, count, cases[i].count);
      CU_ASSERT_EQUAL(count, cases[i].count);
    }
  }
}

SUITE_WITH(lists, world_open, client_forget, 180, TEST(pages_of_any_size_bring_the_same_in_the_same_order),
           TEST(a_list_by_two_ways_of_seeing_names_each_record_once), TEST(each_filter_of_leads_alone_and_some_together),
           TEST(times_bound_a_list_from_inclusive_to_exclusive), TEST(the_total_is_told_when_it_is_asked_for),
           TEST(a_page_token_is_good_for_its_list_and_its_caller_alone),
           TEST(a_page_size_is_clamped_and_a_negative_one_refused), TEST(items_of_a_list_tell_no_narrative_and_nobodys_name),
           TEST(each_filter_of_visits_alone_and_some_together),
           TEST(whoever_asks_for_an_officers_visits_gets_those_that_he_sees));
