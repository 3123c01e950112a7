// Leads: raised, read, corrected, noted, and hidden from those complained of.

#include "suite.h"
#include "support/client_wire.h"
#include "support/world.h"
#include <stdlib.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

static struct answer lead_call(enum transport t, const char *user, const char *method, const char *request) {
  return ask(world()->client, t, token_of(user), method, "%s", request);
}

static struct answer create(enum transport t, const char *user, const char *lead, const char *request_id) {
  return ask(world()->client, t, token_of(user), "LeadService/CreateLead", "{\"lead\":%s,\"requestId\":\"%s\"}", lead,
             request_id);
}

static struct answer get(enum transport t, const char *user, const char *id) {
  return ask(world()->client, t, token_of(user), "LeadService/GetLead", "{\"id\":\"%s\"}", id);
}

static const char *raised(enum transport t, const char *user, const char *region, const char *more) {
  const char *id = fresh_id();
  CU_ASSERT_EQUAL(create(t, user, lead_json(id, region, more), "").code, CODE_OK);
  return id;
}

static const char *accusing_user(const char *username) {
  return arena_printf(client_memory(), ",\"accused\":[{\"name\":\"某某\",\"unit\":\"某局\",\"userId\":\"%s\"}]",
                      id_of(username));
}

static void a_lead_comes_back_without_its_reporter(void) {
  BOTH(t) {
    const char *id = raised(
        t, "officer.linxi", LINXI_VILLAGE,
        ",\"domain\":\"poverty\",\"problemType\":\"skimming\",\"cause\":\"farm_subsidies\",\"amountFen\":\"900719925474\","
        "\"accused\":[{\"name\":\"某某\",\"unit\":\"某村\",\"post\":\"会计\"},{\"unit\":\"某合作社\"}],"
        "\"reporter\":{\"name\":\"虚构人\",\"phone\":\"13912345678\",\"identityNumber\":\"150424199001011234\"}");
    struct answer answer = get(t == REST ? GRPC : REST, "officer.linxi", id);
    CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "narrative"), "虚构：补贴被克扣");
    CU_ASSERT_EQUAL(number_at(answer.body, "amountFen"), 900719925474);
    CU_ASSERT_TRUE(json_is_string(json_at(answer.body, "amountFen"))); // int64 as a string
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "accused.0.post"), "会计");
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "accused.1.unit"), "某合作社");
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "problemType"), "skimming");
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "state"), "LEAD_STATE_RECEIVED");
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "handlerId"), id_of("officer.linxi"));
    CU_ASSERT_TRUE(json_is_true(json_at(answer.body, "confidential"))); // an accusation
    CU_ASSERT_TRUE(json_is_true(json_at(answer.body, "hasReporter")));
    CU_ASSERT_PTR_NULL(json_at(answer.body, "reporter"));
    char *whole = json_dumps(answer.body, 0);
    CU_ASSERT_PTR_NULL(strstr(whole, "13912345678"));
    free(whole);
  }
}

static void a_suggestion_is_not_confidential_unless_said(void) {
  BOTH(t) {
    const char *id = fresh_id();
    const char *lead = arena_printf(
        client_memory(),
        "{\"id\":\"%s\",\"channel\":\"LEAD_CHANNEL_LETTER\",\"class\":\"LEAD_CLASS_SUGGESTION\",\"regionCode\":\"%s\","
        "\"narrative\":\"虚构：建议修路\"}",
        id, LINXI_VILLAGE);
    CU_ASSERT_EQUAL(create(t, "officer.linxi", lead, "").code, CODE_OK);
    CU_ASSERT_FALSE(json_is_true(json_at(get(t, "officer.linxi", id).body, "confidential")));
  }
}

static void only_a_supervisor_opens_a_confidential_lead_to_all(void) {
  BOTH(t) {
    const char *id = raised(t, "officer.linxi", LINXI_VILLAGE, "");
    const char *change = "{\"lead\":{\"id\":\"%s\",\"etag\":\"%s\",\"confidential\":false},\"reason\":\"测试\","
                         "\"updateMask\":\"confidential\"}";
    const char *etag = text_at(get(t, "officer.linxi", id).body, "etag");
    struct answer refused = ask(world()->client, t, token_of("officer.linxi"), "LeadService/UpdateLead", change, id, etag);
    CU_ASSERT_EQUAL(refused.code, CODE_PERMISSION_DENIED);
    CU_ASSERT_TRUE(names_field(&refused, "lead.confidential", "FORBIDDEN"));
    CU_ASSERT_EQUAL(ask(world()->client, t, token_of("supervisor.linxi"), "LeadService/UpdateLead", change, id, etag).code,
                    CODE_OK);
    CU_ASSERT_FALSE(json_is_true(json_at(get(t, "officer.linxi", id).body, "confidential")));
  }
}

static void every_bad_field_of_a_lead_is_named(void) {
  BOTH(t) {
    struct answer answer =
        create(t, "officer.linxi",
               arena_printf(client_memory(),
                            "{\"id\":\"%s\",\"regionCode\":\"%s\",\"class\":\"LEAD_CLASS_APPEAL\",\"narrative\":\"\","
                            "\"amountFen\":\"-1\",\"reporter\":{\"phone\":\"call me\"}}",
                            fresh_id(), LINXI_VILLAGE),
               "");
    CU_ASSERT_EQUAL(answer.code, CODE_INVALID_ARGUMENT);
    CU_ASSERT_TRUE(names_field(&answer, "lead.channel", "REQUIRED"));
    CU_ASSERT_TRUE(names_field(&answer, "lead.narrative", "REQUIRED"));
    CU_ASSERT_TRUE(names_field(&answer, "lead.amount_fen", "OUT_OF_RANGE"));
    CU_ASSERT_TRUE(names_field(&answer, "lead.reporter.phone", "BAD_PATTERN"));
    const char *accused = arena_printf(
        client_memory(), ",\"accused\":[{\"name\":\"某某\"},{\"userId\":\"%s\",\"officeId\":\"%s\"}]", fresh_id(), fresh_id());
    answer = create(t, "officer.linxi", lead_json(fresh_id(), LINXI_VILLAGE, accused), "");
    CU_ASSERT_TRUE(names_field(&answer, "lead.accused[1].user_id", "NO_SUCH_USER"));
  }
}

static void a_term_that_is_not_in_the_vocabulary_is_named(void) {
  BOTH(t) {
    struct answer answer =
        create(t, "officer.linxi", lead_json(fresh_id(), LINXI_VILLAGE, ",\"problemType\":\"no_such_type\""), "");
    CU_ASSERT_EQUAL(answer.code, CODE_INVALID_ARGUMENT);
    CU_ASSERT_TRUE(names_field(&answer, "lead.problem_type", NULL));
  }
}

static void those_complained_of_learn_nothing_of_a_lead_in_any_method(void) {
  BOTH(t) {
    const char *id = raised(t, "officer.linxi", LINXI_VILLAGE, accusing_user("supervisor.linxi"));
    struct answer list = lead_call(t, "supervisor.linxi", "LeadService/ListLeads", "{\"pageSize\":500}");
    size_t i;
    json_t *lead;
    json_array_foreach(json_at(list.body, "leads"), i, lead) {
      CU_ASSERT_STRING_NOT_EQUAL(text_at(lead, "id"), id);
    }
    const char *by_id = arena_printf(client_memory(), "{\"id\":\"%s\"}", id);
    CU_ASSERT_EQUAL(lead_call(t, "supervisor.linxi", "LeadService/GetLead", by_id).code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(lead_call(t, "supervisor.linxi", "LeadService/ListLeadEvents", by_id).code, CODE_NOT_FOUND);
    const char *note = arena_printf(client_memory(), "{\"id\":\"%s\",\"note\":\"x\"}", id);
    CU_ASSERT_EQUAL(lead_call(t, "supervisor.linxi", "LeadService/AddNote", note).code, CODE_NOT_FOUND);
    const char *photos = arena_printf(client_memory(), "{\"leadId\":\"%s\"}", id);
    struct answer hidden = lead_call(t, "supervisor.linxi", "PhotoService/ListPhotos", photos);
    CU_ASSERT_TRUE(hidden.code == CODE_NOT_FOUND || count_at(hidden.body, "photos") == 0);
    CU_ASSERT_EQUAL(get(t, "supervisor.chifeng", id).code, CODE_OK); // it is for one level up
    CU_ASSERT_EQUAL(get(t, "officer.linxi", id).code, CODE_OK);
  }
}

static void an_office_complained_of_hides_the_lead_from_its_members(void) {
  BOTH(t) {
    const char *office = sql_text("select office_id from account where username = 'officer.linxi'");
    const char *accused = arena_printf(client_memory(), ",\"accused\":[{\"unit\":\"某办公室\",\"officeId\":\"%s\"}]", office);
    const char *id = raised(t, "officer.linxi.2", LINXI_VILLAGE, accused);
    CU_ASSERT_EQUAL(get(t, "officer.linxi", id).code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(get(t, "supervisor.linxi", id).code, CODE_NOT_FOUND); // a member as well
    CU_ASSERT_EQUAL(get(t, "officer.linxi.2", id).code, CODE_OK);
  }
}

static void a_match_hides_a_lead_at_once_and_answers_the_same_to_who_loses_sight_of_it(void) {
  BOTH(t) {
    const char *id = raised(t, "officer.linxi", LINXI_VILLAGE, ",\"accused\":[{\"name\":\"某某\"}]");
    const char *etag = text_at(get(t, "officer.linxi", id).body, "etag");
    const char *match = arena_printf(client_memory(), "{\"id\":\"%s\",\"etag\":\"%s\",\"place\":1,\"userId\":\"%s\"}", id, etag,
                                     id_of("supervisor.linxi"));
    CU_ASSERT_EQUAL(get(t, "supervisor.linxi", id).code, CODE_OK);
    struct answer matched = lead_call(t, "supervisor.linxi", "LeadService/MatchAccused", match); // herself
    CU_ASSERT_EQUAL(matched.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(matched.body, "id"), id);
    CU_ASSERT_EQUAL(get(t, "supervisor.linxi", id).code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(get(t, "supervisor.chifeng", id).code, CODE_OK);
  }
}

static void a_correction_keeps_the_version_before_and_tells_its_timeline(void) {
  BOTH(t) {
    const char *id = raised(t, "officer.linxi", LINXI_VILLAGE, "");
    const char *etag = text_at(get(t, "officer.linxi", id).body, "etag");
    const char *change =
        arena_printf(client_memory(),
                     "{\"lead\":{\"id\":\"%s\",\"etag\":\"%s\",\"amountFen\":\"777\"},\"updateMask\":\"amountFen\"}", id, etag);
    CU_ASSERT_EQUAL_FATAL(lead_call(t, "officer.linxi", "LeadService/UpdateLead", change).code, CODE_OK);
    struct answer now = get(t, "officer.linxi", id);
    CU_ASSERT_EQUAL(number_at(now.body, "amountFen"), 777);
    CU_ASSERT_STRING_EQUAL(text_at(now.body, "narrative"), "虚构：补贴被克扣");
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead_version where id = '%s'", id), 1);
    struct answer stale =
        lead_call(t, "officer.linxi", "LeadService/UpdateLead",
                  arena_printf(client_memory(),
                               "{\"lead\":{\"id\":\"%s\",\"etag\":\"%s\",\"amountFen\":\"888\"},\"updateMask\":\"amountFen\"}",
                               id, etag));
    CU_ASSERT_EQUAL(stale.code, CODE_ABORTED);
    struct answer events =
        lead_call(t, "officer.linxi", "LeadService/ListLeadEvents", arena_printf(client_memory(), "{\"id\":\"%s\"}", id));
    CU_ASSERT_STRING_EQUAL(text_at(events.body, "events.0.kind"), "LEAD_EVENT_KIND_RAISED");
    CU_ASSERT_STRING_EQUAL(text_at(events.body, "events.1.kind"), "LEAD_EVENT_KIND_CHANGED");
  }
}

static void notes_stand_in_the_timeline_in_order_and_once(void) {
  BOTH(t) {
    const char *id = raised(t, "officer.linxi", LINXI_VILLAGE, ""), *request = fresh_id();
    const char *note = "{\"id\":\"%s\",\"note\":\"%s\",\"requestId\":\"%s\"}";
    struct answer first =
        lead_call(t, "officer.linxi", "LeadService/AddNote", arena_printf(client_memory(), note, id, "一", request));
    struct answer again =
        lead_call(t, "officer.linxi", "LeadService/AddNote", arena_printf(client_memory(), note, id, "一", request));
    CU_ASSERT_EQUAL_FATAL(first.code, CODE_OK);
    CU_ASSERT_TRUE(json_equal(first.body, again.body));
    CU_ASSERT_EQUAL(
        lead_call(t, "supervisor.linxi", "LeadService/AddNote", arena_printf(client_memory(), note, id, "二", fresh_id())).code,
        CODE_OK);
    struct answer events =
        lead_call(t, "officer.linxi", "LeadService/ListLeadEvents", arena_printf(client_memory(), "{\"id\":\"%s\"}", id));
    CU_ASSERT_EQUAL(count_at(events.body, "events"), 3);
    CU_ASSERT_STRING_EQUAL(text_at(events.body, "events.1.note"), "一");
    CU_ASSERT_STRING_EQUAL(text_at(events.body, "events.2.note"), "二");
    CU_ASSERT_STRING_EQUAL(text_at(events.body, "events.2.actorId"), id_of("supervisor.linxi"));
  }
}

static void a_stranger_changes_nothing(void) {
  BOTH(t) {
    const char *id = raised(t, "officer.linxi", LINXI_VILLAGE, "");
    const char *etag = text_at(get(t, "officer.linxi", id).body, "etag");
    const char *change =
        arena_printf(client_memory(),
                     "{\"lead\":{\"id\":\"%s\",\"etag\":\"%s\",\"amountFen\":\"1\"},\"updateMask\":\"amountFen\"}", id, etag);
    CU_ASSERT_EQUAL(lead_call(t, "officer.balin", "LeadService/UpdateLead", change).code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(lead_call(t, "analyst.chifeng", "LeadService/UpdateLead", change).code, CODE_PERMISSION_DENIED);
  }
}

static void a_photo_belongs_to_its_visit_and_is_seen_as_it_is(void) {
  BOTH(t) {
    const char *visit = fresh_id(), *photo = fresh_id();
    CU_ASSERT_EQUAL(ask(world()->client, t, token_of("officer.linxi"), "VisitService/CreateVisit", "{\"visit\":%s}",
                        visit_json(visit, LINXI_VILLAGE, ""))
                        .code,
                    CODE_OK);
    struct answer made = ask(world()->client, t, token_of("officer.linxi"), "PhotoService/CreatePhoto", "{\"photo\":%s}",
                             photo_json(photo, visit));
    CU_ASSERT_EQUAL_FATAL(made.code, CODE_OK);
    CU_ASSERT_EQUAL(number_at(made.body, "byteSize"), 123456);
    const char *by_id = arena_printf(client_memory(), "{\"id\":\"%s\"}", photo);
    CU_ASSERT_EQUAL(lead_call(t, "supervisor.linxi", "PhotoService/GetPhoto", by_id).code, CODE_OK);
    CU_ASSERT_EQUAL(lead_call(t, "officer.balin", "PhotoService/GetPhoto", by_id).code, CODE_NOT_FOUND);
    struct answer list =
        lead_call(t, "officer.linxi", "PhotoService/ListPhotos", arena_printf(client_memory(), "{\"visitId\":\"%s\"}", visit));
    CU_ASSERT_EQUAL(count_at(list.body, "photos"), 1);
    struct answer refused = ask(world()->client, t, token_of("officer.balin"), "PhotoService/CreatePhoto", "{\"photo\":%s}",
                                photo_json(fresh_id(), visit));
    CU_ASSERT_TRUE(names_field(&refused, "photo.visit_id", NULL) || refused.code == CODE_NOT_FOUND);
  }
}

static void a_complaint_about_the_leaders_of_the_highest_office_leaves_a_numbered_receipt_and_nothing_else(void) {
  CU_ASSERT_TRUE(sql_run("update account set leader = true where username = 'supervisor.chifeng'"));
  BOTH(t) {
    const char *id = fresh_id(), *pushed = fresh_id(), *accused = accusing_user("supervisor.chifeng");
    const char *words = arena_printf(client_memory(), "%s,\"reporter\":{\"name\":\"虚构人\"}", accused);
    struct answer made = create(t, "officer.linxi", lead_json(id, LINXI_VILLAGE, words), "");
    CU_ASSERT_EQUAL(made.code, CODE_OK);
    CU_ASSERT_TRUE(number_at(made.body, "receiptNumber") > 0);
    struct answer again = create(t, "officer.linxi", lead_json(id, LINXI_VILLAGE, words), "");
    CU_ASSERT_EQUAL(number_at(again.body, "receiptNumber"), number_at(made.body, "receiptNumber"));
    CU_ASSERT_EQUAL(create(t, "officer.linxi.2", lead_json(id, LINXI_VILLAGE, words), "").code, CODE_ALREADY_EXISTS);
    const char *push = arena_printf(client_memory(), "{\"leads\":[%s]}", lead_json(pushed, LINXI_VILLAGE, words));
    struct answer first = lead_call(t, "officer.linxi", "SyncService/Push", push);
    CU_ASSERT_STRING_EQUAL(text_at(first.body, "results.0.status"), "CREATED");
    struct answer second = lead_call(t, "officer.linxi", "SyncService/Push", push);
    CU_ASSERT_STRING_EQUAL(text_at(second.body, "results.0.status"), "UNCHANGED");
    CU_ASSERT_TRUE(number_at(first.body, "results.0.receiptNumber") > number_at(made.body, "receiptNumber"));
    CU_ASSERT_EQUAL(number_at(second.body, "results.0.receiptNumber"), number_at(first.body, "results.0.receiptNumber"));
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead where id in ('%s', '%s')", id, pushed), 0);
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead_reporter where lead_id in ('%s', '%s')", id, pushed), 0);
    CU_ASSERT_EQUAL(get(t, "officer.linxi", id).code, CODE_NOT_FOUND);
  }
  CU_ASSERT_TRUE(sql_run("update account set leader = false where username = 'supervisor.chifeng'"));
}

SUITE_WITH(leads, world_open, client_forget, 120, TEST(a_lead_comes_back_without_its_reporter),
           TEST(a_suggestion_is_not_confidential_unless_said), TEST(only_a_supervisor_opens_a_confidential_lead_to_all),
           TEST(every_bad_field_of_a_lead_is_named), TEST(a_term_that_is_not_in_the_vocabulary_is_named),
           TEST(those_complained_of_learn_nothing_of_a_lead_in_any_method),
           TEST(an_office_complained_of_hides_the_lead_from_its_members),
           TEST(a_match_hides_a_lead_at_once_and_answers_the_same_to_who_loses_sight_of_it),
           TEST(a_correction_keeps_the_version_before_and_tells_its_timeline),
           TEST(notes_stand_in_the_timeline_in_order_and_once), TEST(a_stranger_changes_nothing),
           TEST(a_photo_belongs_to_its_visit_and_is_seen_as_it_is),
           TEST(a_complaint_about_the_leaders_of_the_highest_office_leaves_a_numbered_receipt_and_nothing_else));
