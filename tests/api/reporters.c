// Reporters: sealed, opened for a purpose, recognised, and taken out of narratives.

#include "suite.h"
#include "support/approving.h"
#include "support/asking.h"
#include "support/client_wire.h"
#include "support/world.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)
#define MARK "〔反映人〕"

enum { REVEALS_AN_HOUR = 20, AT_ONCE = 60 };

static struct answer call_as(enum transport t, const char *user, const char *method, const char *request) {
  return ask(world()->client, t, token_of(user), method, "%s", request);
}

// A phone number that no other test uses.
static const char *fresh_phone(void) {
  static int made;
  return arena_printf(client_memory(), "137%04d%04d", made++, (int)(getpid() % 10000));
}

static const char *reporter_json(const char *name, const char *phone) {
  return arena_printf(client_memory(), ",\"reporter\":{\"name\":\"%s\",\"phone\":\"%s\"}", name, phone);
}

static const char *lead_telling(const char *id, const char *narrative, const char *more) {
  return arena_printf(client_memory(),
                      "{\"id\":\"%s\",\"channel\":\"LEAD_CHANNEL_PHONE\",\"class\":\"LEAD_CLASS_APPEAL\",\"regionCode\":\"%s\","
                      "\"narrative\":\"%s\"%s}",
                      id, LINXI_VILLAGE, narrative, more);
}

static const char *raised(enum transport t, const char *user, const char *lead) {
  struct answer answer = ask(world()->client, t, token_of(user), "LeadService/CreateLead", "{\"lead\":%s}", lead);
  CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
  return text_at(answer.body, "id");
}

static struct answer get(enum transport t, const char *user, const char *id) {
  return call_as(t, user, "LeadService/GetLead", arena_printf(client_memory(), "{\"id\":\"%s\"}", id));
}

static struct answer reveal(enum transport t, const char *user, const char *id, const char *purpose) {
  return call_as(t, user, "LeadService/RevealReporter",
                 arena_printf(client_memory(), "{\"id\":\"%s\",\"purpose\":\"%s\"}", id, purpose));
}

// A region whose own supervisor's office raised it, out of her scope: she sees it by her office and may not open it.
static const char *lead_of_another_region(enum transport t, const char *more) {
  return raised(t, "officer.linxi", lead_json(fresh_id(), BALIN_VILLAGE, more));
}

static void the_handler_and_a_supervisor_open_a_reporter_for_a_purpose(void) {
  BOTH(t) {
    const char *phone = fresh_phone(),
               *id = raised(t, "officer.linxi", lead_json(fresh_id(), LINXI_VILLAGE, reporter_json("虚构甲乙", phone)));
    struct answer handler = reveal(t, "officer.linxi", id, "电话回访"),
                  supervisor = reveal(t, "supervisor.chifeng", id, "核对身份");
    CU_ASSERT_EQUAL(handler.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(handler.body, "reporter.name"), "虚构甲乙");
    CU_ASSERT_STRING_EQUAL(text_at(supervisor.body, "reporter.phone"), phone);
    CU_ASSERT_EQUAL(
        sql_number("select count(*) from audit where kind = 'reporter' and action = 'opened' and record = '%s'", id), 2);
    struct answer events =
        call_as(t, "officer.linxi", "LeadService/ListLeadEvents", arena_printf(client_memory(), "{\"id\":\"%s\"}", id));
    CU_ASSERT_STRING_EQUAL(text_at(events.body, "events.1.kind"), "LEAD_EVENT_KIND_REPORTER_REVEALED");
    CU_ASSERT_STRING_EQUAL(text_at(events.body, "events.1.note"), "电话回访");
    CU_ASSERT_STRING_EQUAL(text_at(events.body, "events.2.actorId"), id_of("supervisor.chifeng"));
  }
}

// Some phones write ids so.
static void a_lead_whose_id_came_in_capitals_opens_by_that_id_in_either_form(void) {
  BOTH(t) {
    const char *small = fresh_id(), *capitals = in_capitals(small);
    const char *id = raised(t, "officer.linxi", lead_json(capitals, LINXI_VILLAGE, reporter_json("虚构丙丁", fresh_phone())));
    CU_ASSERT_STRING_EQUAL(id, small);
    CU_ASSERT_STRING_EQUAL(text_at(reveal(t, "officer.linxi", small, "电话回访").body, "reporter.name"), "虚构丙丁");
    CU_ASSERT_STRING_EQUAL(text_at(reveal(t, "officer.linxi", capitals, "电话回访").body, "reporter.name"), "虚构丙丁");
  }
}

static void no_purpose_no_opening(void) {
  BOTH(t) {
    const char *id = raised(t, "officer.linxi", lead_json(fresh_id(), LINXI_VILLAGE, reporter_json("虚构甲乙", fresh_phone())));
    struct answer answer = reveal(t, "officer.linxi", id, "");
    CU_ASSERT_TRUE(names_field(&answer, "purpose", "REQUIRED"));
  }
}

static void who_only_sees_the_lead_is_refused_and_the_refusal_stands_in_its_timeline(void) {
  BOTH(t) {
    const char *id = lead_of_another_region(t, reporter_json("虚构甲乙", fresh_phone()));
    CU_ASSERT_EQUAL(get(t, "supervisor.linxi", id).code, CODE_OK);
    CU_ASSERT_EQUAL(reveal(t, "supervisor.linxi", id, "想知道是谁").code, CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead_event where lead_id = '%s' and kind = 21", id), 1);
    CU_ASSERT_EQUAL(
        sql_number("select count(*) from audit where kind = 'reporter' and action = 'opened' and record = '%s'", id), 0);
    CU_ASSERT_EQUAL(
        sql_number(
            "select count(*) from audit where action = 'refused' and method = 'LeadService/RevealReporter' and record = '%s'",
            id),
        1);
    CU_ASSERT_EQUAL(reveal(t, "officer.linxi.2", id, "想知道是谁").code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead_event where lead_id = '%s' and kind = 21", id), 1);
  }
}

static void an_anonymous_lead_has_nobody_to_open(void) {
  BOTH(t) {
    const char *id = raised(t, "officer.linxi", lead_json(fresh_id(), LINXI_VILLAGE, ",\"reporter\":{\"anonymous\":true}"));
    CU_ASSERT_EQUAL(reveal(t, "officer.linxi", id, "电话回访").code, CODE_FAILED_PRECONDITION);
  }
}

static void a_few_openings_an_hour_are_enough(void) {
  const char *id = lead_of_another_region(REST, reporter_json("虚构甲乙", fresh_phone()));
  struct answer answer = {0};
  int opened = 0;
  while (opened <= REVEALS_AN_HOUR &&
         (answer = reveal(opened % 2 ? GRPC : REST, "supervisor.chifeng", id, "逐一核对")).code == CODE_OK)
    opened++;
  CU_ASSERT_TRUE(opened < REVEALS_AN_HOUR + 1);
  CU_ASSERT_EQUAL(answer.code, CODE_RESOURCE_EXHAUSTED);
  CU_ASSERT_EQUAL(
      sql_number("select count(*) from lead_event where actor_id = '%s' and kind = 20 and at > now() - interval '1 hour'",
                 id_of("supervisor.chifeng")),
      REVEALS_AN_HOUR);
  CU_ASSERT_TRUE(sql_number("select count(*) from lead_event where lead_id = '%s' and kind = 21", id) >= 1);
}

static void many_openings_at_once_are_no_more_than_one_after_the_other(void) {
  static struct asking askers[AT_ONCE];
  const char *forget = "set session_replication_role = replica; delete from lead_event where kind = 20 and actor_id = '%s';"
                       "reset session_replication_role";
  const char *id =
      raised(REST, "officer.linxi", lead_json(fresh_id(), LINXI_VILLAGE, reporter_json("虚构甲乙", fresh_phone())));
  const char *request = arena_printf(client_memory(), "{\"id\":\"%s\",\"purpose\":\"逐一核对\"}", id);
  CU_ASSERT_TRUE(sql_run(forget, id_of("supervisor.linxi")));
  for (int i = 0; i < AT_ONCE; i++)
    asking_begin(&askers[i], world()->client, i % 2 ? GRPC : REST, token_of("supervisor.linxi"), "LeadService/RevealReporter",
                 request);
  int opened = 0, refused = 0;
  for (int i = 0; i < AT_ONCE; i++) {
    asking_end(&askers[i]);
    opened += askers[i].code == CODE_OK;
    refused += askers[i].code == CODE_RESOURCE_EXHAUSTED;
  }
  CU_ASSERT_EQUAL(opened, REVEALS_AN_HOUR);
  CU_ASSERT_EQUAL(refused, AT_ONCE - REVEALS_AN_HOUR);
  CU_ASSERT_TRUE(sql_run(forget, id_of("supervisor.linxi")));
}

static void a_narrative_that_names_its_reporter_is_stored_without_him(void) {
  BOTH(t) {
    const char *phone = fresh_phone();
    const char *told = arena_printf(client_memory(), "虚构丙丁来电（%s）反映：补贴被扣", phone);
    const char *id = raised(t, "officer.linxi", lead_telling(fresh_id(), told, reporter_json("虚构丙丁", phone)));
    struct answer lead = get(t, "officer.linxi", id);
    CU_ASSERT_STRING_EQUAL(text_at(lead.body, "narrative"), MARK "来电（" MARK "）反映：补贴被扣");
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead l where l::text like '%%%s%%'", phone), 0);
    CU_ASSERT_STRING_EQUAL(text_at(reveal(t, "officer.linxi", id, "核对原文").body, "reporter.narrative"), told);
  }
}

static void a_pushed_change_without_the_reporter_is_cleared_of_him_too(void) {
  BOTH(t) {
    const char *id = fresh_id(), *phone = fresh_phone();
    struct answer made = ask(world()->client, t, token_of("officer.linxi"), "SyncService/Push", "{\"leads\":[%s]}",
                             lead_telling(id, "补贴被扣", reporter_json("虚构戊己", phone)));
    const char *change = lead_telling(id, "虚构戊己又来电，补贴仍被扣",
                                      arena_printf(client_memory(), ",\"etag\":\"%s\"", text_at(made.body, "results.0.etag")));
    struct answer changed = ask(world()->client, t, token_of("officer.linxi"), "SyncService/Push", "{\"leads\":[%s]}", change);
    CU_ASSERT_STRING_EQUAL(text_at(changed.body, "results.0.status"), "UPDATED");
    struct answer retried = ask(world()->client, t, token_of("officer.linxi"), "SyncService/Push", "{\"leads\":[%s]}", change);
    CU_ASSERT_STRING_EQUAL(text_at(retried.body, "results.0.status"), "UNCHANGED");
    CU_ASSERT_STRING_EQUAL(text_at(get(t, "officer.linxi", id).body, "narrative"), MARK "又来电，补贴仍被扣");
    struct answer opened = reveal(t, "officer.linxi", id, "核对原文");
    CU_ASSERT_STRING_EQUAL(text_at(opened.body, "reporter.phone"), phone);
    CU_ASSERT_STRING_EQUAL(text_at(opened.body, "reporter.narrative"), "虚构戊己又来电，补贴仍被扣");
  }
}

static void an_update_of_either_is_held_against_the_other(void) {
  BOTH(t) {
    const char *id = raised(t, "officer.linxi", lead_telling(fresh_id(), "虚构庚辛反映补贴被扣", ""));
    const char *etag = text_at(get(t, "officer.linxi", id).body, "etag");
    const char *named =
        arena_printf(client_memory(), "{\"lead\":{\"id\":\"%s\",\"etag\":\"%s\"%s},\"updateMask\":\"reporter\"}", id, etag,
                     reporter_json("虚构庚辛", fresh_phone()));
    CU_ASSERT_EQUAL_FATAL(call_as(t, "officer.linxi", "LeadService/UpdateLead", named).code, CODE_OK);
    struct answer lead = get(t, "officer.linxi", id);
    CU_ASSERT_STRING_EQUAL(text_at(lead.body, "narrative"), MARK "反映补贴被扣");
    const char *told = arena_printf(
        client_memory(),
        "{\"lead\":{\"id\":\"%s\",\"etag\":\"%s\",\"narrative\":\"后来虚构庚辛又说\"},\"updateMask\":\"narrative\"}", id,
        text_at(lead.body, "etag"));
    CU_ASSERT_EQUAL_FATAL(call_as(t, "officer.linxi", "LeadService/UpdateLead", told).code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(get(t, "officer.linxi", id).body, "narrative"), "后来" MARK "又说");
    CU_ASSERT_STRING_EQUAL(text_at(reveal(t, "officer.linxi", id, "核对原文").body, "reporter.narrative"), "后来虚构庚辛又说");
  }
}

static void the_same_reporter_is_recognised_and_told_to_who_may_see_both(void) {
  BOTH(t) {
    const char *phone = fresh_phone();
    const char *first = raised(t, "officer.linxi", lead_json(fresh_id(), LINXI_VILLAGE, reporter_json("虚构甲乙", phone)));
    const char *second = raised(t, "officer.linxi", lead_json(fresh_id(), LINXI_VILLAGE, reporter_json("另一写法", phone)));
    struct answer lead = get(t, "officer.linxi", second);
    CU_ASSERT_STRING_EQUAL(text_at(lead.body, "sameReporterIds.0"), first);
    CU_ASSERT_STRING_EQUAL(text_at(lead.body, "proposedOccurrence"), "LEAD_OCCURRENCE_REPEAT");
    CU_ASSERT_STRING_EQUAL(text_at(get(t, "officer.linxi", first).body, "proposedOccurrence"), "LEAD_OCCURRENCE_INITIAL");
  }
}

static void a_guessed_phone_number_tells_nothing(void) {
  BOTH(t) {
    const char *phone = fresh_phone();
    raised(t, "officer.linxi", lead_json(fresh_id(), LINXI_VILLAGE, reporter_json("虚构甲乙", phone)));
    const char *guess = raised(t, "officer.balin", lead_json(fresh_id(), BALIN_VILLAGE, reporter_json("某人", phone)));
    struct answer lead = get(t, "officer.balin", guess);
    CU_ASSERT_EQUAL(count_at(lead.body, "sameReporterIds"), 0);
    CU_ASSERT_STRING_EQUAL(text_at(lead.body, "proposedOccurrence"), "LEAD_OCCURRENCE_INITIAL");
    CU_ASSERT_EQUAL(count_at(get(t, "supervisor.chifeng", guess).body, "sameReporterIds"), 1);
  }
}

// --- Keys that are changed

// A key file with the lines of `from` and a fresh one as version 2; its path.
static const char *with_a_new_version(const char *from) {
  const char *path = arena_printf(client_memory(), "%s/%s.two", world()->folder, from);
  const char *command = arena_printf(
      client_memory(),
      "umask 077; { cat %s/%s.keys; printf '2 '; head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \\n'; echo; } > %s",
      world()->folder, from, path);
  CU_ASSERT_EQUAL_FATAL(process_run((const char *[]){"sh", "-c", command, NULL}, NULL, NULL, 10000), 0);
  return path;
}

static int seal_command(const char *verb, const char *seal_keys, const char *index_keys) {
  const char *environment[] = {arena_printf(client_memory(), "ZOUFANG_DB_OWNER_URL=%s", world()->owner_url),
                               arena_printf(client_memory(), "ZOUFANG_SEAL_KEY_FILE=%s", seal_keys),
                               arena_printf(client_memory(), "ZOUFANG_INDEX_KEY_FILE=%s", index_keys), NULL};
  return process_run((const char *[]){server_binary(), "seal", verb, NULL}, environment, NULL, 60000);
}

// Asks for the data of who reported from this phone, and has it approved; the request.
static const char *data_asked_for(const char *name, const char *phone) {
  struct answer asked = ask(
      world()->client, REST, token_of("supervisor.linxi"), "PersonalDataService/RequestPersonalData",
      "{\"subject\":{\"name\":\"%s\",\"phone\":\"%s\"},\"regionCode\":\"" LINXI "\",\"reason\":\"依申请查阅\"}", name, phone);
  CU_ASSERT_EQUAL_FATAL(asked.code, CODE_OK);
  CU_ASSERT_EQUAL_FATAL(approve(REST, "supervisor.chifeng", text_at(asked.body, "approvalId")).code, CODE_OK);
  return text_at(asked.body, "id");
}

// Requests are listed by the world's own server, which knows the first keys alone: they are put back.
static void keep_requests(void) {
  CU_ASSERT_TRUE(sql_run("create table public.kept as select id, key, phone_index, identity_index from personal_data_request"));
}

static void put_back_requests(void) {
  CU_ASSERT_TRUE(sql_run("update personal_data_request q set key = k.key, phone_index = k.phone_index,"
                         " identity_index = k.identity_index from public.kept k where k.id = q.id; drop table public.kept"));
}

static void keys_are_changed_while_a_server_serves(void) {
  const char *phone = fresh_phone();
  const char *id = raised(REST, "officer.linxi", lead_json(fresh_id(), LINXI_VILLAGE, reporter_json("虚构甲乙", phone)));
  const char *request = data_asked_for("虚构甲乙", phone);
  keep_requests();
  const char *seal_keys = with_a_new_version("seal"), *index_keys = with_a_new_version("index");
  struct instance second;
  CU_ASSERT_TRUE_FATAL(
      instance_start(&second, (const char *[]){arena_printf(client_memory(), "ZOUFANG_SEAL_KEY_FILE=%s", seal_keys),
                                               arena_printf(client_memory(), "ZOUFANG_INDEX_KEY_FILE=%s", index_keys), NULL}));
  CU_ASSERT_EQUAL(seal_command("rotate", seal_keys, index_keys), 0);
  CU_ASSERT_EQUAL(sql_number("select count(*) from lead_reporter where get_byte(key, 1) <> 2"), 0);
  CU_ASSERT_EQUAL(sql_number("select count(*) from lead_reporter_version where get_byte(key, 1) <> 2"), 0);
  CU_ASSERT_EQUAL(sql_number("select count(*) from personal_data_request where get_byte(key, 1) <> 2"), 0);
  CU_ASSERT_EQUAL(seal_command("reindex", seal_keys, index_keys), 0);
  CU_ASSERT_EQUAL(sql_number("select count(*) from lead_reporter where get_byte(phone_index, 1) <> 2"), 0);
  // The token is good there as well: what the server signs with is derived from the oldest key.
  struct answer opened = ask(second.client, GRPC, token_of("officer.linxi"), "LeadService/RevealReporter",
                             "{\"id\":\"%s\",\"purpose\":\"核对换钥\"}", id);
  CU_ASSERT_STRING_EQUAL(text_at(opened.body, "reporter.phone"), phone);
  struct answer told = ask(second.client, REST, token_of("supervisor.linxi"), "PersonalDataService/OpenPersonalData",
                           "{\"id\":\"%s\"}", request);
  CU_ASSERT_STRING_EQUAL(text_at(told.body, "reports.0.id"), id);
  struct answer again = ask(second.client, REST, token_of("officer.linxi"), "LeadService/CreateLead", "{\"lead\":%s}",
                            lead_json(fresh_id(), LINXI_VILLAGE, reporter_json("虚构甲乙", phone)));
  CU_ASSERT_STRING_EQUAL(text_at(get(GRPC, "officer.linxi", text_at(again.body, "id")).body, "sameReporterIds.0"), id);
  CU_ASSERT_EQUAL(instance_stop(&second), 0);
  put_back_requests();
}

SUITE_WITH(reporters, world_open, client_forget, 120, TEST(the_handler_and_a_supervisor_open_a_reporter_for_a_purpose),
           TEST(a_lead_whose_id_came_in_capitals_opens_by_that_id_in_either_form), TEST(no_purpose_no_opening),
           TEST(who_only_sees_the_lead_is_refused_and_the_refusal_stands_in_its_timeline),
           TEST(an_anonymous_lead_has_nobody_to_open), TEST(a_narrative_that_names_its_reporter_is_stored_without_him),
           TEST(a_pushed_change_without_the_reporter_is_cleared_of_him_too),
           TEST(an_update_of_either_is_held_against_the_other),
           TEST(the_same_reporter_is_recognised_and_told_to_who_may_see_both), TEST(a_guessed_phone_number_tells_nothing),
           TEST(a_few_openings_an_hour_are_enough), TEST(many_openings_at_once_are_no_more_than_one_after_the_other),
           TEST(keys_are_changed_while_a_server_serves));
