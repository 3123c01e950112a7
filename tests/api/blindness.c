// Those complained of in a lead: no method tells them that it exists.

#include "suite.h"
#include "support/approving.h"
#include "support/client_wire.h"
#include "support/rights.h"
#include <stdio.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { BLINDNESS_LIMIT_S = 180 };

static const char *const accused = ",\"accused\":[{\"name\":\"某甲\"}]";

// A lead's version and how much its timeline tells.
static const char *state_of(const char *lead) {
  return sql_text("select concat_ws(' ', etag, (select count(*) from lead_event where lead_id = id)) from lead where id = '%s'",
                  lead);
}

// Every request about the lead sounds as if there were none, no list holds it, and nothing is changed.
static void assert_blind(enum transport t, const char *user, const struct records *records, bool raised_it) {
  const char *before = state_of(records->lead);
  for (unsigned i = 0; i < right_count; i++) {
    bool of_lead = strstr(rights[i].request, "$lead") || strstr(rights[i].request, "_the_lead");
    bool photo = !strcmp(rights[i].method, "PhotoService/CreatePhoto");
    if (of_lead && !(photo && raised_it))
      assert_alike(t, caller_named(user), &rights[i], records);
  }
  CU_ASSERT_FALSE(is_listed(t, user, "LeadService/ListLeads", "leads", records->lead));
  CU_ASSERT_FALSE(is_pulled(t, user, records->lead));
  CU_ASSERT_STRING_EQUAL(state_of(records->lead), before);
}

static void assert_sees(enum transport t, const char *user, const char *lead) {
  CU_ASSERT_EQUAL(ask(world()->client, t, token_of(user), "LeadService/GetLead", "{\"id\":\"%s\"}", lead).code, CODE_OK);
  CU_ASSERT_TRUE(is_listed(t, user, "LeadService/ListLeads", "leads", lead));
}

static void who_is_complained_of_hears_in_no_method_that_the_lead_exists(void) {
  BOTH(t) {
    const char *more = arena_printf(client_memory(), ",\"accused\":[{\"name\":\"某乙\"},{\"name\":\"某甲\",\"userId\":\"%s\"}]",
                                    id_of("supervisor.linxi"));
    struct records records = push_records("officer.linxi", LINXI_VILLAGE, more);
    assert_sees(t, "officer.linxi", records.lead);
    assert_sees(t, "supervisor.chifeng", records.lead);
    assert_blind(t, "supervisor.linxi", &records, false);
  }
}

static void the_members_of_an_office_complained_of_hear_nothing_either(void) {
  BOTH(t) {
    const char *office = sql_text("select office_id from account where username = 'supervisor.linxi'");
    const char *more = arena_printf(client_memory(), ",\"accused\":[{\"name\":\"某委\",\"officeId\":\"%s\"}]", office);
    struct records records = push_records("officer.linxi.2", LINXI_VILLAGE, more);
    assert_sees(t, "officer.linxi.2", records.lead);
    assert_sees(t, "supervisor.chifeng", records.lead);
    assert_blind(t, "supervisor.linxi", &records, false);
    assert_blind(t, "officer.linxi", &records, false);
  }
}

static void who_raises_a_lead_against_himself_hears_that_it_was_taken_and_never_sees_it(void) {
  BOTH(t) {
    const char *id = fresh_id(), *received = time_from_now(-60);
    const char *lead =
        lead_json(id, LINXI_VILLAGE,
                  arena_printf(client_memory(), ",\"receivedAt\":\"%s\",\"accused\":[{\"name\":\"某甲\",\"userId\":\"%s\"}]",
                               received, id_of("officer.linxi")));
    const char *statuses[] = {"CREATED", "UNCHANGED", "UNCHANGED"};
    struct records records = no_records();
    records.lead = id;
    for (unsigned i = 0; i < 3; i++) {
      struct answer answer = ask(world()->client, t, token_of("officer.linxi"), "SyncService/Push", "{\"leads\":[%s]}", lead);
      CU_ASSERT_STRING_EQUAL(text_at(answer.body, "results.0.status"), statuses[i]);
      CU_ASSERT_PTR_NULL(json_at(answer.body, "results.0.current.lead"));
      records.lead_etag = text_at(answer.body, "results.0.etag");
      CU_ASSERT_TRUE(*records.lead_etag != 0);
    }
    records.lead_photo = fresh_id();
    struct answer photo = ask(world()->client, t, token_of("officer.linxi"), "SyncService/Push", "{\"photos\":[%s]}",
                              photo_of_lead(records.lead_photo, id));
    CU_ASSERT_STRING_EQUAL(text_at(photo.body, "results.0.status"), "CREATED");
    assert_sees(t, "supervisor.linxi", id);
    assert_blind(t, "officer.linxi", &records, true);
  }
}

static void who_is_matched_later_loses_the_lead_at_once(void) {
  BOTH(t) {
    struct records records = push_records("officer.linxi", LINXI_VILLAGE, accused);
    assert_sees(t, "supervisor.linxi", records.lead);
    struct answer matched = ask(world()->client, t, token_of("officer.linxi"), "LeadService/MatchAccused",
                                "{\"id\":\"%s\",\"etag\":\"%s\",\"place\":1,\"userId\":\"%s\"}", records.lead,
                                records.lead_etag, id_of("supervisor.linxi"));
    CU_ASSERT_EQUAL(matched.code, CODE_OK);
    records.lead_etag = text_at(matched.body, "etag");
    assert_blind(t, "supervisor.linxi", &records, false);
    assert_sees(t, "officer.linxi", records.lead);
  }
}

static void a_match_of_oneself_is_answered_as_any_other(void) {
  BOTH(t) {
    struct records records = push_records("officer.linxi", LINXI_VILLAGE, accused);
    struct answer matched = ask(world()->client, t, token_of("officer.linxi"), "LeadService/MatchAccused",
                                "{\"id\":\"%s\",\"etag\":\"%s\",\"place\":1,\"userId\":\"%s\"}", records.lead,
                                records.lead_etag, id_of("officer.linxi"));
    CU_ASSERT_EQUAL(matched.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(matched.body, "id"), records.lead);
    CU_ASSERT_STRING_NOT_EQUAL(text_at(matched.body, "etag"), records.lead_etag);
    records.lead_etag = text_at(matched.body, "etag");
    assert_blind(t, "officer.linxi", &records, true);
  }
}

static void move(enum transport t, const char *user, const char *office) {
  const char *etag = sql_text("select encode(etag, 'base64') from account where id = '%s'", user);
  struct answer answer =
      ask(world()->client, t, token_of("admin"), "PeopleService/UpdateUser",
          "{\"user\":{\"id\":\"%s\",\"etag\":\"%s\",\"officeId\":\"%s\"},\"updateMask\":\"officeId\"}", user, etag, office);
  CU_ASSERT_EQUAL(answer.code, CODE_OK);
}

static void who_comes_into_an_office_complained_of_answers_for_the_lead_no_more(void) {
  BOTH(t) {
    const char *linxi = sql_text("select id from office where region_code = " LINXI),
               *balin = sql_text("select id from office where region_code = " BALIN);
    const char *username = arena_printf(client_memory(), "m%.13s", fresh_id());
    const char *him =
        text_at(make_account(t, username, arena_printf(client_memory(), ",\"officeId\":\"%s\"", linxi)).body, "id");
    const char *more = arena_printf(client_memory(), ",\"accused\":[{\"name\":\"某委\",\"officeId\":\"%s\"}]", balin);
    struct records handled = push_records("officer.linxi", LINXI_VILLAGE, more),
                   offered = push_records("officer.linxi", LINXI_VILLAGE, more);
    CU_ASSERT_TRUE(sql_run("update lead set handler_id = '%s' where id = '%s'", him, handled.lead));
    CU_ASSERT_TRUE(sql_run("update lead set offered_user = '%s' where id = '%s'", him, offered.lead));
    move(t, him, balin);
    const char *answers = "select concat_ws(' ', handler_id, office_id, offered_user) from lead where id = '%s'";
    CU_ASSERT_STRING_EQUAL(sql_text(answers, handled.lead), linxi);
    CU_ASSERT_STRING_EQUAL(sql_text(answers, offered.lead),
                           arena_printf(client_memory(), "%s %s", id_of("officer.linxi"), linxi));
    struct answer lead =
        ask(world()->client, t, token_of("officer.linxi"), "LeadService/GetLead", "{\"id\":\"%s\"}", handled.lead);
    CU_ASSERT_EQUAL(lead.code, CODE_OK);
  }
}

SUITE_WITH(blindness, world_open, NULL, BLINDNESS_LIMIT_S, TEST(who_is_complained_of_hears_in_no_method_that_the_lead_exists),
           TEST(the_members_of_an_office_complained_of_hear_nothing_either),
           TEST(who_raises_a_lead_against_himself_hears_that_it_was_taken_and_never_sees_it),
           TEST(who_is_matched_later_loses_the_lead_at_once), TEST(a_match_of_oneself_is_answered_as_any_other),
           TEST(who_comes_into_an_office_complained_of_answers_for_the_lead_no_more));
