// Rights are tried here: records are made, requests filled in with them, and answers told apart.

#include "support/rights.h"
#include "support/client_wire.h"
#include "support/listing.h"
#include <CUnit/CUnit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  LATER_S = 200 * 24 * 3600, // later than any deadline of a new lead
  LIST_PAGE = 500,
  LIST_PAGES_MAX = 200,
};

const char *const callers[CALLERS] = {
    "officer.linxi",
    "officer.linxi.2",
    "officer.balin",
    "supervisor.linxi",
    "supervisor.chifeng",
    "analyst.chifeng",
    "auditor",
    "admin",
    "nobody",
    NULL,
    NULL,
};

static const char *any_etag(void) {
  return "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
}

static const char *any_office(void) {
  return sql_text("select id from office where region_code = " BALIN);
}

const char *photo_of_lead(const char *id, const char *lead) {
  return arena_printf(
      client_memory(),
      "{\"id\":\"%s\",\"leadId\":\"%s\",\"sha256\":\"%s\",\"byteSize\":\"1\",\"mediaType\":\"image/png\",\"width\":1,"
      "\"height\":1,\"capturedAt\":\"%s\"}",
      id, lead, any_etag(), time_from_now(-60));
}

struct records push_records(const char *user, const char *region, const char *more) {
  struct records records = {
      .visit = fresh_id(), .lead = fresh_id(), .visit_photo = fresh_id(), .lead_photo = fresh_id(), .held = fresh_id()};
  struct answer answer =
      ask(world()->client, GRPC, token_of(user), "SyncService/Push", "{\"visits\":[%s],\"photos\":[%s,%s],\"leads\":[%s]}",
          visit_json(records.visit, region, ""), photo_json(records.visit_photo, records.visit),
          photo_of_lead(records.lead_photo, records.lead), lead_json(records.lead, region, more));
  for (size_t i = 0; i < 4; i++)
    CU_ASSERT_STRING_EQUAL(text_at(json_array_get(json_at(answer.body, "results"), i), "status"), "CREATED");
  records.visit_etag = text_at(answer.body, "results.0.etag");
  records.lead_etag = text_at(answer.body, "results.3.etag");
  records.other_lead = fresh_id();
  ask(world()->client, GRPC, token_of(user), "SyncService/Push", "{\"leads\":[%s]}", lead_json(records.other_lead, region, ""));
  records.user = id_of("nobody");
  return records;
}

static void push_held(struct records *records, const char *user, const char *region) {
  struct answer answer = ask(world()->client, GRPC, token_of(user), "SyncService/Push", "{\"visits\":[%s]}",
                             visit_json(records->held, region, ""));
  CU_ASSERT_STRING_EQUAL(text_at(answer.body, "results.0.status"), "HELD");
  records->held_etag = text_at(answer.body, "results.0.etag");
}

// Somebody without a role who is signed in, and may be changed.
static void make_user(struct records *records) {
  records->user = fresh_id(), records->grant = fresh_id(), records->session = fresh_id();
  CU_ASSERT_TRUE(sql_run("insert into account (id, username, name, etag) values ('%s', 'u%.8s%.4s', '测试', sha256('%s'))",
                         records->user, records->user, records->user + 9, records->user));
  CU_ASSERT_TRUE(sql_run("insert into role_grant (id, user_id, role, region_code) values ('%s', '%s', 3, %s)", records->grant,
                         records->user, LINXI));
  CU_ASSERT_TRUE(sql_run(
      "insert into session (id, user_id, device_id, access_hash, access_expires_at, refresh_hash, expires_at) "
      "values ('%s', '%s', '%s', named_hash_of('a%s'), now() + interval '1h', named_hash_of('b%s'), now() + interval '1d')",
      records->session, records->user, records->session, records->session, records->session));
  struct answer asked =
      ask(world()->client, GRPC, token_of("admin.second"), "PeopleService/CreateGrant",
          "{\"grant\":{\"userId\":\"%s\",\"role\":\"ROLE_OFFICER\",\"regionCode\":\"" LINXI "\"}}", records->user);
  records->approval = text_at(asked.body, "approvalId");
  records->user_etag = sql_text("select encode(etag, 'base64') from account where id = '%s'", records->user);
}

static const char *const people = ",\"accused\":[{\"name\":\"某甲\"}],\"reporter\":{\"name\":\"虚构某\"}";

void forget_openings(void) {
  CU_ASSERT_TRUE(
      sql_run("set session_replication_role = replica; update lead_event set at = at - interval '2 hours' where kind = 20; "
              "reset session_replication_role"));
}

struct records near_records(void) {
  struct records records = push_records("officer.linxi", LINXI_VILLAGE, people);
  push_held(&records, "officer.balin", LINXI_VILLAGE);
  make_user(&records);
  return records;
}

struct records far_records(void) {
  struct records records = push_records("officer.balin", BALIN_VILLAGE, people);
  push_held(&records, "officer.linxi.2", BALIN_VILLAGE);
  make_user(&records);
  return records;
}

struct records no_records(void) {
  return (struct records){.visit = fresh_id(),
                          .visit_etag = any_etag(),
                          .held = fresh_id(),
                          .held_etag = any_etag(),
                          .lead = fresh_id(),
                          .lead_etag = any_etag(),
                          .other_lead = fresh_id(),
                          .visit_photo = fresh_id(),
                          .lead_photo = fresh_id(),
                          .user = fresh_id(),
                          .user_etag = any_etag(),
                          .grant = fresh_id(),
                          .approval = fresh_id(),
                          .session = fresh_id()};
}

// What a request's placeholder stands for; records that the request makes are new each time.
static const char *stands_for(const char *name, size_t length, const struct records *records) {
  const struct {
    const char *name, *value;
  } known[] = {
      {"visit", records->visit},
      {"visit_etag", records->visit_etag},
      {"held", records->held},
      {"held_etag", records->held_etag},
      {"lead", records->lead},
      {"lead_etag", records->lead_etag},
      {"other_lead", records->other_lead},
      {"later", time_from_now(LATER_S)},
      {"visit_photo", records->visit_photo},
      {"lead_photo", records->lead_photo},
      {"user", records->user},
      {"user_etag", records->user_etag},
      {"grant", records->grant},
      {"approval", records->approval},
      {"session", records->session},
      {"password", world()->password},
      {"office", any_office()},
      {"near_office", sql_text("select id from office where region_code = " LINXI " and kind = 2")},
      {"unranked", sql_text("select min(r.code) from region r where r.level = 5 and r.code between " LINXI " and " LINXI
                            " + 999999 and not exists (select from indicator i where i.region_code = r.code)")},
      {"office_etag", sql_text("select encode(etag, 'base64') from office where id = '%s'", any_office())},
      {"term", arena_printf(client_memory(), "t%.8s", fresh_id())},
      {"term_etag", sql_text("select encode(etag, 'base64') from term where vocabulary = 3 and code = 'mining'")},
      {"new", fresh_id()},
      {"username", arena_printf(client_memory(), "n%.13s", fresh_id())},
      {"a_visit", visit_json(fresh_id(), LINXI_VILLAGE, "")},
      {"a_visit_that_solved_the_lead",
       visit_json(
           fresh_id(), LINXI_VILLAGE,
           arena_printf(client_memory(), ",\"solvedProblems\":[{\"description\":\"已办\",\"leadId\":\"%s\"}]", records->lead))},
      {"a_photo_of_the_visit", photo_json(fresh_id(), records->visit)},
      {"a_photo_of_the_lead", photo_of_lead(fresh_id(), records->lead)},
      {"a_day", sql_text("select ('2031-01-01'::date + (random() * 30000)::int4)::text")},
      {"a_lead", lead_json(fresh_id(), LINXI_VILLAGE, "")},
  };
  for (size_t i = 0; i < sizeof known / sizeof *known; i++)
    if (strlen(known[i].name) == length && !strncmp(known[i].name, name, length))
      return known[i].value;
  CU_FAIL_FATAL("a request has a placeholder that stands for nothing");
  return "";
}

static const char *fill_in(const char *request, const struct records *records) {
  const char *filled = "";
  for (const char *at = request; *at;) {
    size_t plain = strcspn(at, "$");
    filled = arena_printf(client_memory(), "%s%.*s", filled, (int)plain, at);
    at += plain;
    if (!*at)
      break;
    size_t length = strspn(at + 1, "abcdefghijklmnopqrstuvwxyz_");
    filled = arena_printf(client_memory(), "%s%s", filled, stands_for(at + 1, length, records));
    at += 1 + length;
  }
  return filled;
}

// Who signs out by his request needs a token of his own for it.
static const char *token_for(unsigned caller, const struct right *right) {
  if (caller == NO_TOKEN)
    return NULL;
  if (caller == DEAD_TOKEN)
    return "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
  if (strcmp(right->method, "AuthService/Logout") != 0)
    return token_of(callers[caller]);
  struct answer answer = ask(world()->client, GRPC, NULL, "AuthService/Login",
                             "{\"username\":\"%s\",\"password\":\"%s\",\"device\":{\"id\":\"%s\"}}", callers[caller],
                             world()->password, fresh_id());
  return text_at(answer.body, "accessToken");
}

struct answer try_right(enum transport t, unsigned caller, const struct right *right, const struct records *records) {
  return ask(world()->client, t, token_for(caller, right), right->method, "%s", fill_in(right->request, records));
}

// Whether a list's answer holds anything.
static bool is_empty(json_t *body) {
  const char *key;
  json_t *value;
  json_object_foreach(body, key, value) {
    if (json_array_size(value) > 0 ||
        (json_is_string(value) && strcmp(json_string_value(value), "0") && *json_string_value(value)))
      return false;
  }
  return true;
}

char letter_of(const struct answer *answer, char expected) {
  switch (answer->code) {
  case CODE_OK:
    return expected == 'e' && is_empty(answer->body) ? 'e' : 'o';
  case CODE_NOT_FOUND:
    return 'n';
  case CODE_INVALID_ARGUMENT:
    return 'i';
  case CODE_PERMISSION_DENIED:
    return 'f';
  case CODE_UNAUTHENTICATED:
    return 'u';
  case CODE_FAILED_PRECONDITION:
    return 'p';
  default:
    return '?';
  }
}

const char *name_of(unsigned caller) {
  return caller == NO_TOKEN ? "without a token" : caller == DEAD_TOKEN ? "with a dead token" : callers[caller];
}

bool changes_something(const struct right *right) {
  return !method_named(&world()->schema, right->method)->read_only;
}

unsigned caller_named(const char *username) {
  for (unsigned i = 0; i < NO_TOKEN; i++)
    if (!strcmp(callers[i], username))
      return i;
  CU_FAIL_FATAL("no such caller");
  return 0;
}

bool sound_alike(const struct answer *one, const struct answer *other) {
  if (one->code != other->code || one->http != other->http || strcmp(one->reason, other->reason) ||
      strcmp(one->message, other->message))
    return false;
  if (one->code == CODE_OK)
    return json_equal(one->body, other->body);
  json_t *left = json_at(one->body, "details"), *right = json_at(other->body, "details");
  if (json_array_size(left) != json_array_size(right))
    return false;
  for (size_t i = 0; i < json_array_size(left); i++)
    if (!strstr(text_at(json_array_get(left, i), "@type"), "RequestInfo") &&
        !json_equal(json_array_get(left, i), json_array_get(right, i)))
      return false;
  return true;
}

void assert_alike(enum transport t, unsigned caller, const struct right *right, const struct records *records) {
  struct records nothing = no_records();
  struct answer hidden = try_right(t, caller, right, records), absent = try_right(t, caller, right, &nothing);
  bool alike = sound_alike(&hidden, &absent);
  CU_ASSERT_TRUE(alike);
  if (!alike)
    fprintf(stderr, "        %s %s, %s: %d %s %s, but of nothing %d %s %s\n", transport_names[t], right->method,
            name_of(caller), hidden.code, hidden.reason, hidden.message, absent.code, absent.reason, absent.message);
}

bool speaks_of(json_t *body, const char *id) {
  char *text = json_dumps(body, JSON_COMPACT);
  bool found = text && strstr(text, id);
  free(text);
  return found;
}

bool is_listed(enum transport t, const char *user, const char *method, const char *member, const char *id) {
  const char *token = "";
  for (int page = 0; page < LIST_PAGES_MAX; page++) {
    struct answer answer = list(t, user, method, "\"total\":true", token, LIST_PAGE);
    CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
    if (speaks_of(answer.body, id))
      return true;
    token = text_at(answer.body, "nextPageToken");
    CU_ASSERT_TRUE(!*token || count_at(answer.body, member) == LIST_PAGE);
    if (!*token)
      return false;
  }
  CU_FAIL("the list has no end");
  return false;
}

bool is_pulled(enum transport t, const char *user, const char *id) {
  const char *cursor = "";
  for (bool more = true; more;) {
    struct answer answer =
        ask(world()->client, t, token_of(user), "SyncService/Pull", "{\"cursor\":\"%s\",\"pageSize\":500}", cursor);
    CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
    if (speaks_of(answer.body, id))
      return true;
    cursor = text_at(answer.body, "cursor");
    more = json_is_true(json_at(answer.body, "more"));
  }
  return false;
}
