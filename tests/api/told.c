// What supervisors are told of one level up: openings, what is declined or found false, what time has overtaken, and who takes
// unusually much. By Pull and as it happens by WatchLeads, each once, and not to who did it.

#include "suite.h"
#include "base/clock.h"
#include "support/approving.h"
#include "support/client_wire.h"
#include "support/reminders.h"
#include "support/world.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { LATER_MS = 20000, SILENCE_MS = 1500 };

static const char WATCH[] = "LeadService/WatchLeads";
static const char REPORTER[] = ",\"reporter\":{\"name\":\"虚构甲\",\"phone\":\"13700000000\"}";

static struct answer must(struct answer answer) {
  if (answer.code != CODE_OK)
    fprintf(stderr, "        %s %s\n", answer.reason, json_dumps(answer.body, JSON_COMPACT));
  CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
  return answer;
}

static const char *raise(const char *user, const char *more) {
  const char *id = fresh_id();
  must(ask(world()->client, GRPC, token_of(user), "LeadService/CreateLead", "{\"lead\":%s}",
           lead_json(id, LINXI_VILLAGE, more)));
  return id;
}

static void reveal(enum transport t, const char *user, const char *id, const char *purpose) {
  must(
      ask(world()->client, t, token_of(user), "LeadService/RevealReporter", "{\"id\":\"%s\",\"purpose\":\"%s\"}", id, purpose));
}

static void advance(enum transport t, const char *user, const char *id, const char *to, const char *more) {
  must(ask(world()->client, t, token_of(user), "LeadService/AdvanceLead",
           "{\"id\":\"%s\",\"etag\":\"%s\",\"to\":\"LEAD_STATE_%s\"%s}", id,
           sql_text("select encode(etag, 'base64') from lead where id = '%s'", id), to, more));
}

// A watcher of the whole world who has heard that the stream is open; `cursor` "" begins.
static struct watching *watch_from(enum transport t, const char *user, const char *cursor) {
  const char *request = *cursor ? arena_printf(client_memory(), "{\"cursor\":\"%s\"}", cursor) : "{}";
  return watching_open(world()->client, t, token_of(user), WATCH, request, true);
}

static struct watching *watch(enum transport t, const char *user, const char **cursor) {
  struct watching *watching = watch_from(t, user, "");
  json_t *first = watching_next(watching, LATER_MS);
  CU_ASSERT_TRUE(first && json_is_true(json_at(first, "heartbeat")));
  *cursor = text_at(first, "cursor");
  return watching;
}

static void an_opening_is_told_one_level_up_with_its_purpose_and_not_to_who_opened(void) {
  BOTH(t) {
    const char *of_county = raise("officer.linxi", REPORTER), *of_township = raise("officer.linxi.2", REPORTER);
    const char *at, *chief = "", *county = "", *officer = "";
    struct watching *city = watch(t, "supervisor.chifeng", &at), *linxi = watch(t, "supervisor.linxi", &at);
    reminders_pulled(t, "supervisor.chifeng", &chief, "", "");
    reveal(t, "supervisor.linxi", of_county, "核对身份");
    reveal(t, "officer.linxi.2", of_township, "电话回访");
    reveal(t, "supervisor.linxi", of_township, "再次核对");
    json_t *told = reminder_watched(city, LATER_MS, "REPORTER_OPENED", of_county);
    CU_ASSERT_STRING_EQUAL(text_at(told, "reminder.actorId"), id_of("supervisor.linxi"));
    CU_ASSERT_STRING_EQUAL(text_at(told, "reminder.note"), "核对身份");
    CU_ASSERT_STRING_EQUAL(text_at(told, "reminder.recordKind"), "RECORD_KIND_LEAD");
    CU_ASSERT_TRUE(*text_at(told, "reminder.at"));
    told = reminder_watched(linxi, LATER_MS, "REPORTER_OPENED", of_township);
    CU_ASSERT_STRING_EQUAL(text_at(told, "reminder.actorId"), id_of("officer.linxi.2"));
    CU_ASSERT_PTR_NULL(reminder_watched(linxi, SILENCE_MS, "REPORTER_OPENED", of_township)); // her own
    CU_ASSERT_EQUAL(reminders_pulled(t, "supervisor.chifeng", &chief, "REPORTER_OPENED", of_county), 1);
    CU_ASSERT_EQUAL(reminders_pulled(t, "supervisor.chifeng", &chief, "REPORTER_OPENED", of_county), 0);
    CU_ASSERT_EQUAL(reminders_pulled(t, "supervisor.linxi", &county, "REPORTER_OPENED", of_county), 0);
    CU_ASSERT_EQUAL(reminders_pulled(t, "officer.linxi.2", &officer, "REPORTER_OPENED", of_township), 0);
    CU_ASSERT_EQUAL(
        sql_number("select count(*) from audit a join reminder r on a.record = r.id::text where a.kind = 'reminder' "
                   "and r.record_id = '%s'",
                   of_county),
        1);
    watching_close(city);
    watching_close(linxi);
  }
}

static void nobody_complained_of_is_told_that_the_reporter_was_opened(void) {
  BOTH(t) {
    const char *id = raise("officer.linxi.2", REPORTER), *at, *county = "";
    struct watching *linxi = watch(t, "supervisor.linxi", &at), *city = watch(t, "supervisor.chifeng", &at);
    CU_ASSERT_TRUE(
        sql_run("update lead set accused_names = array['某甲'], accused_units = array[null], accused_posts = array[null], "
                "accused_users = array['%s'::uuid], accused_offices = array[null::uuid] where id = '%s'",
                id_of("supervisor.linxi"), id));
    reveal(t, "officer.linxi.2", id, "核实身份");
    CU_ASSERT_PTR_NOT_NULL(reminder_watched(city, LATER_MS, "REPORTER_OPENED", id));
    CU_ASSERT_PTR_NULL(reminder_watched(linxi, SILENCE_MS, "REPORTER_OPENED", id));
    CU_ASSERT_EQUAL(reminders_pulled(t, "supervisor.linxi", &county, "REPORTER_OPENED", id), 0);
    watching_close(city);
    watching_close(linxi);
  }
}

static void what_is_declined_or_found_false_is_told_as_it_happens(void) {
  BOTH(t) {
    const char *declined = raise("officer.linxi", ""), *false_one = raise("officer.linxi", ""), *at;
    CU_ASSERT_TRUE(sql_run("alter table lead disable trigger user; update lead set state = 4 where id = '%s';"
                           "alter table lead enable trigger user",
                           false_one));
    struct watching *city = watch(t, "supervisor.chifeng", &at);
    advance(t, "supervisor.linxi", declined, "DECLINED", ",\"reason\":\"不属受理范围\"");
    json_t *told = reminder_watched(city, LATER_MS, "DECLINED_LEAD", declined);
    CU_ASSERT_STRING_EQUAL(text_at(told, "reminder.note"), "不属受理范围");
    CU_ASSERT_STRING_EQUAL(text_at(told, "reminder.actorId"), id_of("supervisor.linxi"));
    advance(t, "officer.linxi", false_one, "CONCLUSION_PROPOSED",
            ",\"outcome\":{\"finding\":\"OUTCOME_FINDING_FALSE_ACCUSATION\",\"persons\":[{\"name\":\"某人\"}]}");
    advance(t, "supervisor.linxi", false_one, "CONCLUDED", "");
    CU_ASSERT_PTR_NOT_NULL(reminder_watched(city, LATER_MS, "FALSE_ACCUSATION", false_one));
    watching_close(city);
  }
}

static void a_declined_lead_that_goes_on_stays_told(void) {
  BOTH(t) {
    const char *id = raise("officer.linxi", ""), *chief = "";
    advance(t, "supervisor.linxi", id, "DECLINED", ",\"reason\":\"不属受理范围\"");
    advance(t, "supervisor.linxi", id, "REOPENED", ",\"reason\":\"重新受理\"");
    CU_ASSERT_EQUAL(reminders_pulled(t, "supervisor.chifeng", &chief, "DECLINED_LEAD", id), 1);
  }
}

// Without any write of the server: its time passes.
static void becomes_due_in_a_moment(const char *id, const char *column) {
  CU_ASSERT_TRUE_FATAL(sql_run("alter table lead disable trigger user;"
                               "update lead set %s = now() + interval '500 milliseconds' where id = '%s';"
                               "alter table lead enable trigger user",
                               column, id));
}

static void a_lead_whose_time_passes_is_told_within_seconds_and_across_breaks_once(void) {
  BOTH(t) {
    const char *lead = raise("officer.linxi", ""), *owed = raise("officer.linxi", REPORTER), *at;
    struct watching *city = watch(t, "supervisor.chifeng", &at), *county = watch(t, "supervisor.linxi", &at);
    becomes_due_in_a_moment(lead, "due_at");
    json_t *told = reminder_watched(city, LATER_MS, "OVERDUE_LEAD", lead);
    CU_ASSERT_PTR_NOT_NULL(told);
    CU_ASSERT_STRING_EQUAL(text_at(told, "reminder.actorId"), "");
    CU_ASSERT_PTR_NULL(reminder_watched(county, SILENCE_MS, "OVERDUE_LEAD", lead));
    const char *cursor = text_at(told, "cursor");
    CU_ASSERT_TRUE(*cursor);
    watching_close(city);
    becomes_due_in_a_moment(owed, "answer_due_at");
    const char *chief = "";
    CU_ASSERT_EQUAL(reminders_pulled_soon(t, "supervisor.chifeng", &chief, "ANSWER_OWED", owed), 1);
    struct watching *again = watch_from(t, "supervisor.chifeng", cursor);
    bool twice = false, missed = true;
    for (json_t *change; missed && (change = watching_told(again, LATER_MS));) {
      twice |= strcmp(text_at(change, "reminder.recordId"), lead) == 0;
      missed = strcmp(text_at(change, "reminder.recordId"), owed) != 0;
    }
    CU_ASSERT_FALSE(missed);
    CU_ASSERT_FALSE(twice);
    CU_ASSERT_PTR_NULL(reminder_watched(again, SILENCE_MS, "ANSWER_OWED", owed));
    watching_close(again);
    watching_close(county);
  }
}

static void many_that_become_due_at_once_are_all_told(void) {
  enum { MANY = 700 };
  BOTH(t) {
    const char *at;
    struct watching *city = watch(t, "supervisor.chifeng", &at);
    CU_ASSERT_TRUE_FATAL(
        sql_run("insert into lead (id, region_code, current_code, channel, class, received_at, narrative, confidential, "
                "raised_by, office_id, etag, written_by, due_at) "
                "select gen_random_uuid(), %s, %s, 1, 1, now(), '虚构 %s', true, a.id, a.office_id, sha256('x'), a.id, "
                "now() + interval '1 second' from generate_series(1, %d), account a where a.username = 'officer.linxi'",
                LINXI_VILLAGE, LINXI_VILLAGE, t == REST ? "R" : "G", MANY));
    json_t *heard = json_object(), *change;
    while (json_object_size(heard) < MANY && (change = watching_told(city, LATER_MS)))
      if (strcmp(text_at(change, "reminder.kind"), "REMINDER_KIND_OVERDUE_LEAD") == 0)
        json_object_set_new(heard, text_at(change, "reminder.id"), json_true());
    CU_ASSERT_EQUAL(json_object_size(heard), MANY);
    json_decref(heard);
    watching_close(city);
  }
}

// Each transport has an account of its own: once an hour is enough.
static void an_account_that_takes_unusually_much_is_told_to_its_supervisors_once(void) {
  const char *const takers[] = {[REST] = "officer.linxi", [GRPC] = "officer.balin"};
  const char *at, *chief = "";
  struct instance instance;
  CU_ASSERT_TRUE_FATAL(instance_start(&instance, (const char *const[]){"ZOUFANG_RECORDS_PER_HOUR=3", NULL}));
  CU_ASSERT_TRUE(sql_run("delete from reminder where kind = 7")); // what other suites took within this hour
  long long before = sql_number("select coalesce(max(id), 0) from audit");
  raise("officer.linxi", "");
  must(ask(world()->client, GRPC, token_of("officer.balin"), "LeadService/CreateLead", "{\"lead\":%s}",
           lead_json(fresh_id(), BALIN_VILLAGE, "")));
  BOTH(t) {
    const char *taker = takers[t], *own = "";
    struct watching *city = watch(t, "supervisor.chifeng", &at);
    for (int i = 0; i < 8; i++)
      must(ask(instance.client, t, token_of(taker), "LeadService/ListLeads", "{\"pageSize\":1}"));
    json_t *told = reminder_watched(city, LATER_MS, "UNUSUAL_VOLUME", id_of(taker));
    CU_ASSERT_STRING_EQUAL(text_at(told, "reminder.recordKind"), "RECORD_KIND_USER");
    CU_ASSERT_TRUE(strtol(text_at(told, "reminder.note"), NULL, 10) > 3);
    CU_ASSERT_PTR_NULL(reminder_watched(city, SILENCE_MS, "UNUSUAL_VOLUME", id_of(taker)));
    CU_ASSERT_EQUAL(reminders_pulled(t, taker, &own, "UNUSUAL_VOLUME", id_of(taker)), 0);
    CU_ASSERT_EQUAL(
        sql_number("select count(*) from audit a join reminder r on a.record = r.id::text where a.kind = 'reminder' "
                   "and r.kind = 7 and r.record_id = '%s' and a.id > %lld",
                   id_of(taker), before),
        1);
    watching_close(city);
  }
  CU_ASSERT_EQUAL(reminders_pulled(REST, "supervisor.chifeng", &chief, "UNUSUAL_VOLUME", id_of("officer.linxi")), 1);
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

static void many_openings_that_wait_are_told_to_who_decides_them_and_not_to_who_asked(void) {
  BOTH(t) {
    const char *id = raise("officer.linxi", REPORTER), *at, *chief = "", *county = "";
    struct watching *city = watch(t, "supervisor.chifeng", &at), *linxi = watch(t, "supervisor.linxi", &at);
    struct answer asked = must(ask(world()->client, t, token_of("supervisor.linxi"), "LeadService/RequestBulkReveal",
                                   "{\"leadIds\":[\"%s\"],\"purpose\":\"专项回访\"}", id));
    const char *approval = text_at(asked.body, "approvalId");
    json_t *told = reminder_watched(city, LATER_MS, "APPROVAL_WAITING", approval);
    CU_ASSERT_STRING_EQUAL(text_at(told, "reminder.recordKind"), "RECORD_KIND_APPROVAL");
    CU_ASSERT_STRING_EQUAL(text_at(told, "reminder.actorId"), id_of("supervisor.linxi"));
    CU_ASSERT_STRING_EQUAL(text_at(told, "reminder.note"), "专项回访");
    CU_ASSERT_PTR_NULL(reminder_watched(linxi, SILENCE_MS, "APPROVAL_WAITING", approval));
    CU_ASSERT_EQUAL(reminders_pulled(t, "supervisor.chifeng", &chief, "APPROVAL_WAITING", approval), 1);
    CU_ASSERT_EQUAL(reminders_pulled(t, "supervisor.linxi", &county, "APPROVAL_WAITING", approval), 0);
    must(approve(t, "supervisor.chifeng", approval));
    chief = "";
    CU_ASSERT_EQUAL(reminders_pulled(t, "supervisor.chifeng", &chief, "APPROVAL_WAITING", approval), 0);
    watching_close(city);
    watching_close(linxi);
  }
}

static void what_an_admin_asks_for_is_told_to_the_admins_who_decide_and_with_its_outcome_to_auditors(void) {
  BOTH(t) {
    const char *auditor = "", *second = "", *own = "", *other = "";
    reminders_pulled(t, "auditor", &auditor, "", ""); // up to now
    reminders_pulled(t, "admin.second", &second, "", "");
    const char *approval =
        text_at(must(ask_for_grant(t, id_of("nobody"), "ROLE_ANALYST", LINXI, ",\"endsAt\":\"2099-01-01T00:00:00Z\"")).body,
                "approvalId");
    CU_ASSERT_EQUAL(reminders_pulled(t, "admin.second", &second, "APPROVAL_WAITING", approval), 1);
    CU_ASSERT_EQUAL(reminders_pulled(t, "admin", &own, "APPROVAL_WAITING", approval), 0);
    CU_ASSERT_EQUAL(reminders_pulled(t, "supervisor.chifeng", &other, "APPROVAL_WAITING", approval), 0);
    CU_ASSERT_EQUAL(reminders_pulled(t, "auditor", &auditor, "ADMIN_ACT", approval), 1);
    must(ask(world()->client, t, token_of("admin.second"), "ApprovalService/Refuse", "{\"id\":\"%s\",\"reason\":\"不符\"}",
             approval));
    CU_ASSERT_EQUAL(reminders_pulled(t, "auditor", &auditor, "ADMIN_ACT", approval), 1);
    auditor = second = "";
    CU_ASSERT_EQUAL(reminders_pulled(t, "auditor", &auditor, "ADMIN_ACT", approval), 2); // a sync from the start
    CU_ASSERT_EQUAL(reminders_pulled(t, "admin.second", &second, "APPROVAL_WAITING", approval), 0);
    CU_ASSERT_EQUAL(
        sql_number("select count(*) from audit a join reminder r on a.record = r.id::text where a.kind = 'reminder' "
                   "and r.record_id = '%s'",
                   approval),
        3);
  }
}

// What a crash leaves: transaction ids of before may be used again, as after a restore into another database.
static void a_database_that_begins_anew_resets_streams_and_pulls(void) {
  BOTH(t) {
    const char *at, *cursor = "";
    struct watching *watching = watch(t, "supervisor.linxi", &at);
    reminders_pulled(t, "supervisor.linxi", &cursor, "", "");
    CU_ASSERT_TRUE_FATAL(sql_run("delete from sync_marker"));
    json_t *change = watching_told(watching, LATER_MS);
    CU_ASSERT_TRUE(change && json_is_true(json_at(change, "reset")));
    const char *fresh = text_at(change, "cursor"), *lead = raise("officer.linxi", "");
    CU_ASSERT_TRUE(*fresh);
    CU_ASSERT_STRING_EQUAL(text_at(watching_told(watching, LATER_MS), "lead.id"), lead);
    watching_close(watching);
    struct watching *stale = watch_from(t, "supervisor.linxi", at);
    change = watching_told(stale, LATER_MS);
    CU_ASSERT_TRUE(change && json_is_true(json_at(change, "reset")));
    watching_close(stale);
    struct watching *again = watch_from(t, "supervisor.linxi", fresh);
    CU_ASSERT_STRING_EQUAL(text_at(watching_told(again, LATER_MS), "lead.id"), lead);
    watching_close(again);
    struct answer pulled =
        must(ask(world()->client, t, token_of("supervisor.linxi"), "SyncService/Pull", "{\"cursor\":\"%s\"}", cursor));
    CU_ASSERT_TRUE(json_is_true(json_at(pulled.body, "reset")));
    CU_ASSERT_TRUE(count_at(pulled.body, "leads") > 0);
    pulled = must(ask(world()->client, t, token_of("supervisor.linxi"), "SyncService/Pull", "{\"cursor\":\"%s\"}",
                      text_at(pulled.body, "cursor")));
    CU_ASSERT_FALSE(json_is_true(json_at(pulled.body, "reset")));
  }
}

enum { TOLD_LIMIT_S = 180 };

SUITE_WITH(told, world_open, client_forget, TOLD_LIMIT_S,
           TEST(an_opening_is_told_one_level_up_with_its_purpose_and_not_to_who_opened),
           TEST(nobody_complained_of_is_told_that_the_reporter_was_opened),
           TEST(what_is_declined_or_found_false_is_told_as_it_happens), TEST(a_declined_lead_that_goes_on_stays_told),
           TEST(a_lead_whose_time_passes_is_told_within_seconds_and_across_breaks_once),
           TEST(many_that_become_due_at_once_are_all_told),
           TEST(an_account_that_takes_unusually_much_is_told_to_its_supervisors_once),
           TEST(many_openings_that_wait_are_told_to_who_decides_them_and_not_to_who_asked),
           TEST(what_an_admin_asks_for_is_told_to_the_admins_who_decide_and_with_its_outcome_to_auditors),
           TEST(a_database_that_begins_anew_resets_streams_and_pulls));
