// What somebody with a phone account, or with somebody else's phone, might try.

#include "suite.h"
#include "support/client_wire.h"
#include "support/past.h"
#include "support/refusal.h"
#include "support/world.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { GUESSES = 8, DAY_S = 24 * 3600 };

static struct answer call_as(enum transport t, const char *user, const char *method, const char *request) {
  return ask(world()->client, t, token_of(user), method, "%s", request);
}

static const char *with_id(const char *id) {
  return arena_printf(client_memory(), "{\"id\":\"%s\"}", id);
}

static struct answer push(enum transport t, const char *user, const char *kind, const char *record) {
  return call_as(t, user, "SyncService/Push", arena_printf(client_memory(), "{\"%s\":[%s]}", kind, record));
}

static const char *status_of_push(const struct answer *answer) {
  return text_at(answer->body, "results.0.status");
}

// --- Learning what one may not see -----------------------------------------------------------------------------------

// A copy without what is each record's own.
static json_t *without_own(json_t *value) {
  static const char *const own[] = {"id", "etag", "leadId", "receivedAt", "uploadedAt", "updatedAt", "at", "nextPageToken"};
  json_t *copy = json_deep_copy(value), *child;
  client_keep(copy);
  const char *key;
  size_t i;
  for (size_t k = 0; k < sizeof own / sizeof *own; k++)
    json_object_del(copy, own[k]);
  if (json_is_object(copy)) {
    void *next;
    json_object_foreach_safe(copy, next, key, child) {
      json_object_set(copy, key, without_own(child));
    }
  }
  json_array_foreach(copy, i, child) {
    json_array_set(copy, i, without_own(child));
  }
  return copy;
}

// A lead told by who has this phone, as the answers that its officer gets.
static json_t *told_of_lead(enum transport t, const char *user, const char *phone) {
  const char *id = fresh_id();
  const char *reporter = arena_printf(client_memory(), ",\"reporter\":{\"name\":\"虚构人\",\"phone\":\"%s\"}", phone);
  const char *region = strcmp(user, "officer.balin") == 0 ? BALIN_VILLAGE : LINXI_VILLAGE;
  struct answer pushed = push(t, user, "leads", lead_json(id, region, reporter));
  CU_ASSERT_STRING_EQUAL_FATAL(status_of_push(&pushed), "CREATED");
  struct answer got = call_as(t, user, "LeadService/GetLead", with_id(id));
  struct answer events = call_as(t, user, "LeadService/ListLeadEvents", with_id(id));
  struct answer listed = call_as(t, user, "LeadService/ListLeads", "{\"pageSize\":1}");
  CU_ASSERT_EQUAL_FATAL(got.code, CODE_OK);
  return client_keep(json_pack("[OOOO]", pushed.body, got.body, events.body, listed.body));
}

static void a_guessed_phone_number_does_not_tell_whether_its_owner_ever_complained(void) {
  BOTH(t) {
    const char *known = t == REST ? "13900007777" : "13900008888", *unknown = t == REST ? "13911117777" : "13911118888";
    told_of_lead(t, "officer.balin", known);
    json_t *guessed = told_of_lead(t, "officer.linxi", known), *other = told_of_lead(t, "officer.linxi", unknown);
    CU_ASSERT_TRUE(json_equal(without_own(guessed), without_own(other)));
    struct answer above = call_as(t, "supervisor.chifeng", "LeadService/GetLead", with_id(text_at(guessed, "1.id")));
    CU_ASSERT_STRING_EQUAL(text_at(above.body, "proposedOccurrence"), "LEAD_OCCURRENCE_REPEAT"); // who may see both leads
  }
}

// Not even with its etag, which he may have seen when it was in his sight.
static void a_record_out_of_sight_is_not_to_be_had_by_its_id(void) {
  BOTH(t) {
    const char *visit = fresh_id(), *lead = fresh_id();
    struct answer made = push(t, "officer.balin", "visits", visit_json(visit, BALIN_VILLAGE, ""));
    const char *etag = arena_printf(client_memory(), ",\"etag\":\"%s\"", text_at(made.body, "results.0.etag"));
    struct answer raised = push(t, "officer.balin", "leads", lead_json(lead, BALIN_VILLAGE, ""));
    const char *lead_etag = arena_printf(client_memory(), ",\"etag\":\"%s\"", text_at(raised.body, "results.0.etag"));
    const struct {
      const char *kind, *record;
    } tries[] = {
        {"visits", visit_json(visit, LINXI_VILLAGE, "")},     {"visits", visit_json(visit, BALIN_VILLAGE, "")},
        {"visits", visit_json(visit, LINXI_VILLAGE, etag)},   {"leads", lead_json(lead, LINXI_VILLAGE, "")},
        {"leads", lead_json(lead, LINXI_VILLAGE, lead_etag)}, {"photos", photo_json(fresh_id(), visit)},
    };
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
      struct answer answer = push(t, "officer.linxi", tries[i].kind, tries[i].record);
      CU_ASSERT_STRING_EQUAL(status_of_push(&answer), "REJECTED");
      CU_ASSERT_STRING_EQUAL(text_at(answer.body, "results.0.etag"), "");
      CU_ASSERT_PTR_NULL(json_at(answer.body, "results.0.current"));
      CU_ASSERT_TRUE(tells_no_insides(&answer));
    }
    CU_ASSERT_STRING_EQUAL(sql_text("select recorder_id from visit where id = '%s'", visit), id_of("officer.balin"));
    CU_ASSERT_STRING_EQUAL(sql_text("select region_code from lead where id = '%s'", lead), BALIN_VILLAGE);
  }
}

static void a_photo_of_a_visit_out_of_sight_sounds_like_one_of_a_visit_that_is_not_there(void) {
  BOTH(t) {
    const char *visit = fresh_id(), *photo = fresh_id(), *request = "{\"photo\":%s}";
    push(t, "officer.balin", "visits", visit_json(visit, BALIN_VILLAGE, ""));
    struct answer hidden =
        ask(world()->client, t, token_of("officer.linxi"), "PhotoService/CreatePhoto", request, photo_json(photo, visit));
    struct answer absent =
        ask(world()->client, t, token_of("officer.linxi"), "PhotoService/CreatePhoto", request, photo_json(photo, fresh_id()));
    CU_ASSERT_TRUE(is_refusal(&hidden, t, CODE_INVALID_ARGUMENT, 400, absent.reason));
    CU_ASSERT_TRUE(json_equal(detail_of(&hidden, "BadRequest"), detail_of(&absent, "BadRequest")));
    CU_ASSERT_EQUAL(sql_number("select count(*) from photo where visit_id = '%s'", visit), 0);
    struct answer list =
        ask(world()->client, t, token_of("officer.linxi"), "PhotoService/ListPhotos", "{\"visitId\":\"%s\"}", visit);
    CU_ASSERT_TRUE(list.code == CODE_NOT_FOUND || count_at(list.body, "photos") == 0);
  }
}

static void a_cursor_of_somebody_elses_brings_nothing_of_his(void) {
  BOTH(t) {
    const char *visit = fresh_id();
    struct answer his = call_as(t, "officer.balin", "SyncService/Pull", "{}");
    push(t, "officer.balin", "visits", visit_json(visit, BALIN_VILLAGE, ""));
    struct answer pulled = ask(world()->client, t, token_of("officer.linxi"), "SyncService/Pull", "{\"cursor\":\"%s\"}",
                               text_at(his.body, "cursor"));
    char *text = json_dumps(pulled.body, JSON_COMPACT);
    CU_ASSERT_PTR_NULL(strstr(text, visit));
    free(text);
  }
}

static void an_etag_is_made_with_a_key(void) {
  const char *keys = arena_printf(client_memory(), "%s/others.keys", world()->folder);
  const char *setting = arena_printf(client_memory(), "ZOUFANG_INDEX_KEY_FILE=%s", keys);
  struct fault fault = {.arena = client_memory()};
  CU_ASSERT_TRUE_FATAL(crypto_make_key_file(keys, &fault));
  struct instance other;
  CU_ASSERT_TRUE_FATAL(instance_start(&other, (const char *[]){setting, NULL}));
  struct answer session =
      ask(other.client, REST, NULL, "AuthService/Login",
          "{\"username\":\"officer.linxi\",\"password\":\"%s\",\"device\":{\"id\":\"%s\"}}", world()->password, fresh_id());
  CU_ASSERT_EQUAL_FATAL(session.code, CODE_OK);
  BOTH(t) {
    const char *visit = visit_json(fresh_id(), LINXI_VILLAGE, "");
    struct answer first = push(t, "officer.linxi", "visits", visit), again = push(t, "officer.linxi", "visits", visit);
    struct answer elsewhere =
        ask(other.client, t, text_at(session.body, "accessToken"), "SyncService/Push", "{\"visits\":[%s]}", visit);
    CU_ASSERT_STRING_EQUAL(status_of_push(&again), "UNCHANGED");
    CU_ASSERT_STRING_EQUAL(text_at(again.body, "results.0.etag"), text_at(first.body, "results.0.etag"));
    CU_ASSERT_STRING_EQUAL(status_of_push(&elsewhere), "CONFLICT");
    CU_ASSERT_EQUAL(ask(other.client, t, token_of("officer.linxi"), "AuthService/WhoAmI", "{}").code, CODE_UNAUTHENTICATED);
  }
  CU_ASSERT_EQUAL(instance_stop(&other), 0);
}

// --- Saying what is not so -------------------------------------------------------------------------------------------

static void nobody_records_in_anothers_name(void) {
  BOTH(t) {
    const char *id = fresh_id();
    const char *more = arena_printf(client_memory(), ",\"recorderId\":\"%s\",\"officeId\":\"%s\"", id_of("officer.balin"),
                                    sql_text("select office_id from account where username = 'officer.balin'"));
    const char *visit = visit_json(id, LINXI_VILLAGE, more);
    struct answer made =
        ask(world()->client, t, token_of("officer.linxi"), "VisitService/CreateVisit", "{\"visit\":%s}", visit);
    CU_ASSERT_EQUAL_FATAL(made.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(made.body, "recorderId"), id_of("officer.linxi"));
    struct answer changed =
        ask(world()->client, t, token_of("officer.linxi"), "VisitService/UpdateVisit",
            "{\"visit\":{\"id\":\"%s\",\"etag\":\"%s\",\"recorderId\":\"%s\"},\"updateMask\":\"recorderId\"}", id,
            text_at(made.body, "etag"), id_of("officer.balin"));
    CU_ASSERT_TRUE(changed.code == CODE_OK || changed.code == CODE_INVALID_ARGUMENT);
    CU_ASSERT_STRING_EQUAL(sql_text("select recorder_id from visit where id = '%s'", id), id_of("officer.linxi"));
    CU_ASSERT_STRING_EQUAL(
        sql_text("select v.office_id = a.office_id from visit v, account a where v.id = '%s' and a.id = v.recorder_id", id),
        "t");
  }
}

// Whom he may look up he may name; naming him shows him nothing of that one's.
static void a_team_is_of_people_that_there_are(void) {
  BOTH(t) {
    const char *team = ",\"officerIds\":[\"%s\"]", *id = fresh_id();
    struct answer unknown =
        push(t, "officer.linxi", "visits", visit_json(id, LINXI_VILLAGE, arena_printf(client_memory(), team, fresh_id())));
    CU_ASSERT_STRING_EQUAL(status_of_push(&unknown), "REJECTED");
    CU_ASSERT_STRING_EQUAL(text_at(unknown.body, "results.0.violations.0.field"), "officer_ids[0]");
    const char *his = fresh_id();
    push(t, "officer.balin", "visits", visit_json(his, BALIN_VILLAGE, ""));
    struct answer named = push(t, "officer.linxi", "visits",
                               visit_json(id, LINXI_VILLAGE, arena_printf(client_memory(), team, id_of("officer.balin"))));
    CU_ASSERT_STRING_EQUAL(status_of_push(&named), "CREATED");
    CU_ASSERT_EQUAL(call_as(t, "officer.linxi", "VisitService/GetVisit", with_id(his)).code, CODE_NOT_FOUND);
  }
}

static void a_visit_dated_years_back_or_ahead_is_held(void) {
  static const long starts_s[] = {-4L * 365 * DAY_S, -31L * DAY_S, 3600, 400L * DAY_S};
  BOTH(t) {
    for (size_t i = 0; i < sizeof starts_s / sizeof *starts_s; i++) {
      const char *id = fresh_id();
      struct answer pushed =
          push(t, "officer.linxi", "visits",
               arena_printf(client_memory(),
                            "{\"id\":\"%s\",\"kind\":\"VISIT_KIND_DOWN_VISIT\",\"regionCode\":\"%s\",\"startedAt\":\"%s\"}", id,
                            LINXI_VILLAGE, time_from_now(starts_s[i])));
      CU_ASSERT_STRING_EQUAL(status_of_push(&pushed), "HELD");
      CU_ASSERT_STRING_EQUAL(text_at(call_as(t, "officer.linxi", "VisitService/GetVisit", with_id(id)).body, "holdReason"),
                             "HOLD_REASON_CLOCK");
      struct answer self = ask(world()->client, t, token_of("officer.linxi"), "VisitService/AcceptVisit",
                               "{\"id\":\"%s\",\"etag\":\"%s\"}", id, text_at(pushed.body, "results.0.etag"));
      CU_ASSERT_EQUAL(self.code, CODE_PERMISSION_DENIED);
    }
  }
}

// --- Signing in as somebody else, or keeping him out -----------------------------------------------------------------

// Signs in through a proxy, from this address.
static struct answer login_from(struct client *client, enum transport t, const char *address, const char *username,
                                const char *password) {
  client_manners(client)->forwarded_for = address;
  return ask(client, t, NULL, "AuthService/Login", "{\"username\":\"%s\",\"password\":\"%s\",\"device\":{\"id\":\"%s\"}}",
             username, password, fresh_id());
}

// Where the audit says that the last one signed in from.
static const char *last_signed_in_from(void) {
  return sql_text("select peer from audit where action = 'created' and kind = 'session' order by id desc limit 1");
}

static void who_guesses_anothers_password_keeps_only_himself_out(void) {
  struct instance proxied;
  CU_ASSERT_TRUE_FATAL(instance_start(&proxied, (const char *[]){"ZOUFANG_TRUSTED_PROXIES=127.0.0.1", NULL}));
  BOTH(t) {
    const char *his = t == REST ? "203.0.113.9" : "2001:db8::9", *other = t == REST ? "203.0.113.10" : "2001:db8::10";
    struct answer answer = {0};
    for (int i = 0; i < GUESSES && answer.code != CODE_RESOURCE_EXHAUSTED; i++)
      answer = login_from(proxied.client, t, his, "officer.linxi.2", "a guess");
    CU_ASSERT_STRING_EQUAL(answer.reason, "BACKOFF");
    failed_logins_wait_long("officer.linxi.2");
    // He has guessed it now, and must wait all the same, on whichever transport he comes; its owner need not.
    BOTH(by)
    CU_ASSERT_EQUAL(login_from(proxied.client, by, his, "officer.linxi.2", world()->password).code, CODE_RESOURCE_EXHAUSTED);
    CU_ASSERT_EQUAL(login_from(proxied.client, t, other, "officer.linxi.2", world()->password).code, CODE_OK);
    // Who shares his address is not kept out of his own account either.
    CU_ASSERT_EQUAL(login_from(proxied.client, t, his, "officer.linxi", world()->password).code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(last_signed_in_from(), his);
  }
  CU_ASSERT_EQUAL(instance_stop(&proxied), 0);
  CU_ASSERT_EQUAL(sql_number("select extract(epoch from login_wait(1000000, now()))::int8"), 15 * 60); // the longest wait
}

static void an_address_is_not_the_clients_to_choose(void) {
  struct instance plain;
  CU_ASSERT_TRUE_FATAL(instance_start(&plain, (const char *[]){"ZOUFANG_TRUSTED_PROXIES=198.51.100.0/24", NULL}));
  sql_run("insert into login_failure (username, address, failures, failed_at) values ('who.hides', '127.0.0.1', 20, now())");
  BOTH(t) {
    struct answer answer = login_from(plain.client, t, "203.0.113.77", "who.hides", "a guess");
    CU_ASSERT_STRING_EQUAL(answer.reason, "BACKOFF");
    CU_ASSERT_EQUAL(login_from(plain.client, t, "203.0.113.77", "officer.linxi", world()->password).code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(last_signed_in_from(), "127.0.0.1");
  }
  CU_ASSERT_EQUAL(instance_stop(&plain), 0);
}

// --- A stolen phone --------------------------------------------------------------------------------------------------

struct phone {
  char device[64], access[64], refresh[64], session[64];
};

static struct phone signed_in(enum transport t, const char *username) {
  struct phone phone;
  snprintf(phone.device, sizeof phone.device, "%s", fresh_id());
  struct answer answer =
      ask(world()->client, t, NULL, "AuthService/Login", "{\"username\":\"%s\",\"password\":\"%s\",\"device\":{\"id\":\"%s\"}}",
          username, world()->password, phone.device);
  CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
  snprintf(phone.access, sizeof phone.access, "%s", text_at(answer.body, "accessToken"));
  snprintf(phone.refresh, sizeof phone.refresh, "%s", text_at(answer.body, "refreshToken"));
  snprintf(phone.session, sizeof phone.session, "%s", sql_text("select id from session where device_id = '%s'", phone.device));
  return phone;
}

static struct answer refresh(enum transport t, const struct phone *phone) {
  return ask(world()->client, t, NULL, "AuthService/Refresh", "{\"refreshToken\":\"%s\",\"deviceId\":\"%s\"}", phone->refresh,
             phone->device);
}

static void a_stolen_phone_is_put_out_at_once_and_alone(void) {
  BOTH(t) {
    struct phone stolen = signed_in(t, "officer.linxi"), kept = signed_in(t, "officer.linxi");
    CU_ASSERT_EQUAL(ask(world()->client, t, stolen.access, "SyncService/Pull", "{}").code, CODE_OK);
    CU_ASSERT_EQUAL(ask(world()->client, t, kept.access, "AuthService/RevokeSession", "{\"id\":\"%s\"}", stolen.session).code,
                    CODE_OK);
    BOTH(by) {
      CU_ASSERT_EQUAL(ask(world()->client, by, stolen.access, "SyncService/Pull", "{}").code, CODE_UNAUTHENTICATED);
      CU_ASSERT_EQUAL(refresh(by, &stolen).code, CODE_UNAUTHENTICATED);
      CU_ASSERT_EQUAL(ask(world()->client, by, kept.access, "AuthService/WhoAmI", "{}").code, CODE_OK);
    }
  }
}

static void refreshing_has_an_end(void) {
  BOTH(t) {
    struct phone phone = signed_in(t, "officer.linxi");
    sql_run("update session set created_at = now() - interval '179 days 23 hours 50 minutes' where id = '%s'", phone.session);
    struct answer last = refresh(t, &phone);
    CU_ASSERT_EQUAL_FATAL(last.code, CODE_OK);
    CU_ASSERT_EQUAL(sql_number("select count(*) from session where id = '%s' and expires_at < now() + interval '11 minutes' "
                               "and access_expires_at <= expires_at",
                               phone.session),
                    1);
    snprintf(phone.refresh, sizeof phone.refresh, "%s", text_at(last.body, "refreshToken"));
    snprintf(phone.access, sizeof phone.access, "%s", text_at(last.body, "accessToken"));
    sql_run("update session set expires_at = now() - interval '1 second', access_expires_at = now() - interval '1 second' "
            "where id = '%s'",
            phone.session);
    CU_ASSERT_EQUAL(refresh(t, &phone).code, CODE_UNAUTHENTICATED);
    CU_ASSERT_EQUAL(ask(world()->client, t, phone.access, "AuthService/WhoAmI", "{}").code, CODE_UNAUTHENTICATED);
  }
}

SUITE_WITH(threats, world_open, client_forget, 90, TEST(a_guessed_phone_number_does_not_tell_whether_its_owner_ever_complained),
           TEST(a_record_out_of_sight_is_not_to_be_had_by_its_id),
           TEST(a_photo_of_a_visit_out_of_sight_sounds_like_one_of_a_visit_that_is_not_there),
           TEST(a_cursor_of_somebody_elses_brings_nothing_of_his), TEST(an_etag_is_made_with_a_key),
           TEST(nobody_records_in_anothers_name), TEST(a_team_is_of_people_that_there_are),
           TEST(a_visit_dated_years_back_or_ahead_is_held), TEST(who_guesses_anothers_password_keeps_only_himself_out),
           TEST(an_address_is_not_the_clients_to_choose), TEST(a_stolen_phone_is_put_out_at_once_and_alone),
           TEST(refreshing_has_an_end));
