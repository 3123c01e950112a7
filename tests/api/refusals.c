// Each row of the table of refusals, over both transports: code, HTTP code, reason, the bad field's path, when to come back;
// and what every refusal has in common.

#include "base/clock.h"
#include "schema/json.h"
#include "suite.h"
#include "support/asking.h"
#include "support/client_wire.h"
#include "support/hold.h"
#include "support/refusal.h"
#include "support/socket.h"
#include "support/world.h"
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { BODY_LIMIT_BYTES = 8 << 20, ITEMS_MAX = 500, DEEP = 2000, ANSWER_MS = 10000, LEAVES_MS = 2000, LOOK_MS = 5 };

static const char create_visit[] = "VisitService/CreateVisit", list_visits[] = "VisitService/ListVisits";

// --- Bodies that cannot be read --------------------------------------------------------------------------------------

// A visit for CreateVisit, with further members.
static const char *visit_request(const char *more) {
  return arena_printf(client_memory(), "{\"visit\":%s}", visit_json(fresh_id(), LINXI_VILLAGE, more));
}

// The message of a request with `from` in its bytes replaced by as many of `to`.
static struct answer ask_patched(const char *method_name, const char *request, const char *from, const char *to) {
  const struct schema *schema = &world()->schema;
  const char *path = arena_printf(client_memory(), "/zoufang.v1.%s", method_name);
  const struct method *method = schema_method(schema, path, strlen(path));
  struct fault fault = {.arena = client_memory()};
  ProtobufCMessage *message = json_read(schema, method->input, request, strlen(request), client_memory(), NULL, &fault);
  size_t length;
  uint8_t *bytes = message_pack(client_memory(), message, &length);
  uint8_t *at = memmem(bytes, length, from, strlen(from));
  CU_ASSERT_PTR_NOT_NULL_FATAL(at);
  memcpy(at, to, strlen(from));
  return grpc_raw(world()->client, method_name, token_of("officer.linxi"), bytes, length);
}

static struct answer post_visit(const char *body) {
  return http(world()->client, "POST", "/v1/visits", token_of("officer.linxi"), body);
}

static void a_body_over_eight_mebibytes_is_too_large(void) {
  char *body = arena_alloc(client_memory(), BODY_LIMIT_BYTES + 2);
  memset(body, ' ', BODY_LIMIT_BYTES + 1);
  body[BODY_LIMIT_BYTES + 1] = '\0';
  struct answer answer = post_visit(body);
  CU_ASSERT_TRUE(is_refusal(&answer, REST, CODE_RESOURCE_EXHAUSTED, 413, "BODY_TOO_LARGE"));
  answer = grpc_raw(world()->client, create_visit, token_of("officer.linxi"), body, BODY_LIMIT_BYTES + 1);
  CU_ASSERT_TRUE(is_refusal(&answer, GRPC, CODE_RESOURCE_EXHAUSTED, 413, "BODY_TOO_LARGE"));
}

static void more_than_five_hundred_items_are_too_many(void) {
  struct buffer text = {.arena = client_memory()};
  for (int i = 0; i <= ITEMS_MAX; i++)
    buffer_string(&text, i ? ",{}" : "{}");
  BOTH(t) {
    struct answer answer =
        ask(world()->client, t, token_of("officer.linxi"), "SyncService/Push", "{\"visits\":[%s]}", buffer_text(&text));
    CU_ASSERT_TRUE(is_refusal(&answer, t, CODE_INVALID_ARGUMENT, 400, "INVALID"));
    CU_ASSERT_TRUE(names_field(&answer, "visits", "TOO_MANY_ITEMS"));
  }
}

static void an_unknown_member_is_named_in_rest_and_passed_over_in_grpc(void) {
  struct answer answer = post_visit(visit_json(fresh_id(), LINXI_VILLAGE, ",\"noSuchField\":1"));
  CU_ASSERT_TRUE(is_refusal(&answer, REST, CODE_INVALID_ARGUMENT, 400, "INVALID"));
  CU_ASSERT_TRUE(names_field(&answer, "visit.noSuchField", "UNKNOWN_FIELD"));
  answer = http(world()->client, "GET", "/v1/visits?noSuchField=1", token_of("officer.linxi"), NULL);
  CU_ASSERT_TRUE(names_field(&answer, "noSuchField", "UNKNOWN_FIELD"));
  static const uint8_t field_15000_is_7[] = {0xc0, 0xa9, 0x07, 7};
  answer = grpc_raw(world()->client, list_visits, token_of("officer.linxi"), field_15000_is_7, sizeof field_15000_is_7);
  CU_ASSERT_EQUAL(answer.code, CODE_OK);
}

static void a_value_of_the_wrong_type_is_named(void) {
  struct answer answer = post_visit(visit_json(fresh_id(), LINXI_VILLAGE, ",\"place\":7,\"materials\":{}"));
  CU_ASSERT_TRUE(is_refusal(&answer, REST, CODE_INVALID_ARGUMENT, 400, "INVALID"));
  CU_ASSERT_TRUE(names_field(&answer, "visit.place", "WRONG_TYPE"));
  CU_ASSERT_TRUE(names_field(&answer, "visit.materials", "WRONG_TYPE"));
  answer = http(world()->client, "GET", "/v1/visits?pageSize=many", token_of("officer.linxi"), NULL);
  CU_ASSERT_TRUE(names_field(&answer, "pageSize", NULL));
  static const uint8_t visit_is_a_number[] = {0x08, 1};
  answer = grpc_raw(world()->client, create_visit, token_of("officer.linxi"), visit_is_a_number, sizeof visit_is_a_number);
  CU_ASSERT_TRUE(is_refusal(&answer, GRPC, CODE_INVALID_ARGUMENT, 400, "MALFORMED_MESSAGE"));
}

static void what_is_no_json_and_no_message_is_malformed(void) {
  static const char *const texts[] = {"{", "[]", "{\"place\":}", "\"text\"", "{}{}", "{\"place\":tru}"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct answer answer = post_visit(texts[i]);
    CU_ASSERT_EQUAL(answer.http, 400);
    CU_ASSERT_EQUAL(answer.code, CODE_INVALID_ARGUMENT);
    CU_ASSERT_TRUE(tells_no_insides(&answer));
  }
  static const char *const messages[] = {"\x0a\x7f", "\x0a", "\x0b", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "\x07"};
  for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
    struct answer answer = grpc_raw(world()->client, create_visit, token_of("officer.linxi"), messages[i], strlen(messages[i]));
    CU_ASSERT_TRUE(is_refusal(&answer, GRPC, CODE_INVALID_ARGUMENT, 400, "MALFORMED_MESSAGE"));
  }
}

static void text_that_is_no_utf_8_is_named(void) {
  static const char *const texts[] = {"\xff\xfe", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\\ud800", "\\udc00\\ud800"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    const char *more = arena_printf(client_memory(), ",\"place\":\"%s\"", texts[i]);
    struct answer answer = post_visit(visit_json(fresh_id(), LINXI_VILLAGE, more));
    CU_ASSERT_TRUE(is_refusal(&answer, REST, CODE_INVALID_ARGUMENT, 400, "INVALID"));
    CU_ASSERT_TRUE(names_field(&answer, "visit.place", "BAD_UTF8"));
  }
  static const char *const bytes[] = {"\xff\xfeQQ", "\xc0\xafQQ", "\xed\xa0\x80Q", "\xf4\x90\x80\x80"};
  for (size_t i = 0; i < sizeof bytes / sizeof *bytes; i++) {
    struct answer answer = ask_patched(create_visit, visit_request(",\"place\":\"QQQQ\""), "QQQQ", bytes[i]);
    CU_ASSERT_TRUE(is_refusal(&answer, GRPC, CODE_INVALID_ARGUMENT, 400, "INVALID"));
    CU_ASSERT_TRUE(names_field(&answer, "visit.place", "BAD_UTF8"));
  }
}

static void a_nul_is_named(void) {
  struct answer answer = post_visit(visit_json(fresh_id(), LINXI_VILLAGE, ",\"place\":\"a\\u0000b\""));
  CU_ASSERT_TRUE(is_refusal(&answer, REST, CODE_INVALID_ARGUMENT, 400, "INVALID"));
  CU_ASSERT_TRUE(names_field(&answer, "visit.place", "NUL_CHARACTER"));
  answer = http(world()->client, "GET", "/v1/visits/%00", token_of("officer.linxi"), NULL);
  CU_ASSERT_TRUE(names_field(&answer, "id", "NUL_CHARACTER"));
  answer = ask_patched(create_visit, visit_request(",\"place\":\"Q\""), "Q", "\0");
  CU_ASSERT_TRUE(is_refusal(&answer, GRPC, CODE_INVALID_ARGUMENT, 400, "INVALID"));
  CU_ASSERT_TRUE(names_field(&answer, "visit.place", "NUL_CHARACTER"));
}

static void what_is_nested_too_deeply_is_refused(void) {
  struct buffer text = {.arena = client_memory()}, groups = {.arena = client_memory()};
  buffer_string(&text, "{\"materials\":");
  for (int i = 0; i < DEEP; i++) {
    buffer_byte(&text, '[');
    buffer_byte(&groups, 0x0b);
  }
  for (int i = 0; i < DEEP; i++)
    buffer_byte(&text, ']');
  buffer_byte(&text, '}');
  struct answer answer = post_visit(buffer_text(&text));
  CU_ASSERT_EQUAL(answer.http, 400);
  CU_ASSERT_EQUAL(answer.code, CODE_INVALID_ARGUMENT);
  CU_ASSERT_TRUE(names_field(&answer, "visit.materials[0]", NULL) || names_field(&answer, "visit.materials", NULL));
  answer = grpc_raw(world()->client, create_visit, token_of("officer.linxi"), groups.data, groups.length);
  CU_ASSERT_TRUE(is_refusal(&answer, GRPC, CODE_INVALID_ARGUMENT, 400, "MALFORMED_MESSAGE"));
}

// --- Values that break a rule ----------------------------------------------------------------------------------------

static void values_that_break_a_rule_are_named(void) {
  static const struct {
    const char *more, *field, *reason;
  } bad[] = {
      {",\"kind\":99", "visit.kind", "DUPLICATE_FIELD"},
      {",\"peopleMet\":-1", "visit.people_met", "OUT_OF_RANGE"},
      {",\"sweepRound\":1001", "visit.sweep_round", "OUT_OF_RANGE"},
      {",\"officerIds\":[\"x\"]", "visit.officer_ids[0]", "NOT_A_UUID"},
      {",\"materials\":[{\"name\":\"手册\",\"copies\":1},{\"copies\":1}]", "visit.materials[1].name", "REQUIRED"},
  };
  for (size_t i = 1; i < sizeof bad / sizeof *bad; i++) {
    BOTH(t) {
      struct answer answer = ask(world()->client, t, token_of("officer.linxi"), create_visit, "%s", visit_request(bad[i].more));
      CU_ASSERT_TRUE(is_refusal(&answer, t, CODE_INVALID_ARGUMENT, 400, "INVALID"));
      CU_ASSERT_TRUE(names_field(&answer, bad[i].field, bad[i].reason));
      CU_ASSERT_TRUE(*text_at(detail_of(&answer, "BadRequest"), "fieldViolations.0.description") != 0);
    }
  }
  struct answer answer = post_visit(visit_json(fresh_id(), LINXI_VILLAGE, bad[0].more));
  CU_ASSERT_TRUE(names_field(&answer, bad[0].field, bad[0].reason));
}

static void an_undefined_enum_is_named(void) {
  static const char *const kinds[] = {"99", "\"VISIT_KIND_NO_SUCH\"", "\"down_visit\"", "99999999999", "-1"};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    struct answer answer = post_visit(arena_printf(client_memory(), "{\"kind\":%s}", kinds[i]));
    CU_ASSERT_EQUAL(answer.http, 400);
    CU_ASSERT_TRUE(names_field(&answer, "visit.kind", NULL));
  }
  static const uint8_t kind_is_99[] = {0x0a, 2, 0x10, 99};
  struct answer answer = grpc_raw(world()->client, create_visit, token_of("officer.linxi"), kind_is_99, sizeof kind_is_99);
  CU_ASSERT_TRUE(is_refusal(&answer, GRPC, CODE_INVALID_ARGUMENT, 400, "INVALID"));
  CU_ASSERT_TRUE(names_field(&answer, "visit.kind", "UNDEFINED_ENUM"));
}

// --- Who asks --------------------------------------------------------------------------------------------------------

static void without_a_token_or_with_a_dead_one_nobody_is_let_in(void) {
  static const char *const dead[] = {NULL, "", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
  for (size_t i = 0; i < sizeof dead / sizeof *dead; i++) {
    BOTH(t) {
      struct answer answer = ask(world()->client, t, dead[i], list_visits, "{}");
      CU_ASSERT_TRUE(is_refusal(&answer, t, CODE_UNAUTHENTICATED, 401, "UNAUTHENTICATED"));
      CU_ASSERT_TRUE(t == GRPC || strcmp(header_of(&answer, "WWW-Authenticate"), "Bearer") == 0);
    }
  }
}

static void a_method_of_another_role_is_forbidden(void) {
  BOTH(t) {
    struct answer answer = ask(world()->client, t, token_of("analyst.chifeng"), create_visit, "%s", visit_request(""));
    CU_ASSERT_TRUE(is_refusal(&answer, t, CODE_PERMISSION_DENIED, 403, "FORBIDDEN"));
  }
}

static void what_is_out_of_sight_is_not_found(void) {
  BOTH(t) {
    const char *id = fresh_id();
    struct answer made =
        ask(world()->client, t, token_of("officer.balin"), create_visit, "{\"visit\":%s}", visit_json(id, BALIN_VILLAGE, ""));
    CU_ASSERT_EQUAL_FATAL(made.code, CODE_OK);
    struct answer answer = ask(world()->client, t, token_of("officer.linxi"), "VisitService/GetVisit", "{\"id\":\"%s\"}", id);
    CU_ASSERT_TRUE(is_refusal(&answer, t, CODE_NOT_FOUND, 404, "NOT_FOUND"));
  }
}

// --- What is in the way ----------------------------------------------------------------------------------------------

static struct answer made_visit(enum transport t, const char *id, const char *request_id) {
  return ask(world()->client, t, token_of("officer.linxi"), create_visit, "{\"visit\":%s,\"requestId\":\"%s\"}",
             visit_json(id, LINXI_VILLAGE, ""), request_id);
}

static void what_is_not_in_the_right_state_fails_its_precondition(void) {
  BOTH(t) {
    const char *id = fresh_id();
    struct answer made = made_visit(t, id, "");
    struct answer answer = ask(world()->client, t, token_of("supervisor.linxi"), "VisitService/AcceptVisit",
                               "{\"id\":\"%s\",\"etag\":\"%s\"}", id, text_at(made.body, "etag"));
    CU_ASSERT_TRUE(is_refusal(&answer, t, CODE_FAILED_PRECONDITION, 400, "PRECONDITION"));
    CU_ASSERT_TRUE(names_field(&answer, "id", "PRECONDITION"));
  }
}

static void a_stale_etag_is_aborted(void) {
  BOTH(t) {
    const char *id = fresh_id();
    made_visit(t, id, "");
    struct answer answer = ask(world()->client, t, token_of("officer.linxi"), "VisitService/WithdrawVisit",
                               "{\"id\":\"%s\",\"etag\":\"AAAA\",\"reason\":\"重复\"}", id);
    CU_ASSERT_TRUE(is_refusal(&answer, t, CODE_ABORTED, 409, "STALE_ETAG"));
  }
}

static void an_id_or_a_request_id_that_is_taken_exists_already(void) {
  BOTH(t) {
    const char *id = fresh_id(), *request_id = fresh_id();
    CU_ASSERT_EQUAL_FATAL(made_visit(t, id, request_id).code, CODE_OK);
    struct answer answer = made_visit(t, fresh_id(), request_id);
    CU_ASSERT_TRUE(is_refusal(&answer, t, CODE_ALREADY_EXISTS, 409, "REQUEST_ID_TAKEN"));
    answer = ask(world()->client, t, token_of("officer.linxi"), create_visit, "{\"visit\":%s}",
                 visit_json(id, LINXI_VILLAGE, ",\"place\":\"别处\""));
    CU_ASSERT_TRUE(is_refusal(&answer, t, CODE_ALREADY_EXISTS, 409, "ALREADY_EXISTS"));
  }
}

static void too_many_tries_must_wait(void) {
  sql_run("insert into login_failure (username, address, failures, failed_at) values ('who.guesses', '127.0.0.1', 10, now())");
  BOTH(t) {
    struct answer answer =
        ask(world()->client, t, NULL, "AuthService/Login",
            "{\"username\":\"who.guesses\",\"password\":\"a guess\",\"device\":{\"id\":\"%s\"}}", fresh_id());
    CU_ASSERT_TRUE(is_refusal(&answer, t, CODE_RESOURCE_EXHAUSTED, 429, "BACKOFF"));
  }
}

// --- The server is not able ------------------------------------------------------------------------------------------

static bool await_queue(const struct instance *instance, long length) {
  int64_t until_us = clock_us() + ANSWER_MS * 1000LL;
  while (instance_metric(instance, "zoufang_queue_length") != length) {
    if (clock_us() > until_us)
      return false;
    poll(NULL, 0, LOOK_MS);
  }
  return true;
}

static void a_full_queue_refuses_at_once(void) {
  struct instance tiny;
  CU_ASSERT_TRUE_FATAL(instance_start(&tiny, (const char *[]){"ZOUFANG_WORKERS=1", "ZOUFANG_QUEUE_LIMIT=1", NULL}));
  CU_ASSERT_EQUAL(ask(tiny.client, REST, token_of("officer.linxi"), list_visits, "{}").code, CODE_OK);
  PGconn *holder = hold_visits();
  struct asking out, queued;
  asking_begin(&out, tiny.client, REST, token_of("officer.linxi"), list_visits, "{}");
  CU_ASSERT_TRUE(hold_await(1));
  asking_begin(&queued, tiny.client, GRPC, token_of("officer.linxi"), list_visits, "{}");
  CU_ASSERT_TRUE(await_queue(&tiny, 1));
  BOTH(t) {
    int64_t begun_us = clock_us();
    struct answer answer = ask(tiny.client, t, token_of("officer.linxi"), list_visits, "{}");
    CU_ASSERT_TRUE(is_refusal(&answer, t, CODE_UNAVAILABLE, 503, "QUEUE_FULL"));
    CU_ASSERT_TRUE(clock_us() - begun_us < ANSWER_MS * 1000);
  }
  hold_release(holder);
  asking_end(&out);
  asking_end(&queued);
  CU_ASSERT_EQUAL(out.code, CODE_OK);
  CU_ASSERT_EQUAL(queued.code, CODE_OK);
  CU_ASSERT_EQUAL(instance_stop(&tiny), 0);
}

// The value of a word in a connection URL's query ("host"), NULL where there is none.
static const char *word_in(const char *url, const char *word) {
  const char *at = strstr(url, arena_printf(client_memory(), "%s=", word));
  return at ? arena_strndup(client_memory(), at + strlen(word) + 1, strcspn(at + strlen(word) + 1, "&")) : NULL;
}

// A folder with a link to PostgreSQL's socket: without the link the database is away.
struct way {
  char *folder, *link;
  const char *target, *url;
};

static struct way make_way(void) {
  const char *given = world()->database_url,
             *folder = sql_text("select split_part(current_setting('unix_socket_directories'), ',', 1)");
  struct way way = {.folder = arena_printf(client_memory(), "%s/way", world()->folder)};
  const char *port = sql_text("show port");
  way.target = arena_printf(client_memory(), "%s/.s.PGSQL.%s", folder, port);
  way.link = arena_printf(client_memory(), "%s/.s.PGSQL.%s", way.folder, port);
  const char *host = word_in(given, "host"), *at = host ? strstr(given, host) : NULL;
  CU_ASSERT_PTR_NOT_NULL_FATAL(at);
  way.url = arena_printf(client_memory(), "ZOUFANG_DB_URL=%.*s%s%s&application_name=away", (int)(at - given), given, way.folder,
                         at + strlen(host));
  process_run((const char *[]){"mkdir", "-p", way.folder, NULL}, NULL, NULL, ANSWER_MS);
  CU_ASSERT_EQUAL_FATAL(symlink(way.target, way.link), 0);
  return way;
}

// Asks until the answer is of this code.
static struct answer await_code(struct client *client, enum transport t, enum code code) {
  int64_t until_us = clock_us() + ANSWER_MS * 1000LL;
  struct answer answer;
  do
    answer = ask(client, t, token_of("officer.linxi"), list_visits, "{}");
  while (answer.code != code && clock_us() < until_us);
  return answer;
}

static void without_its_database_the_server_says_so_until_it_is_back(void) {
  struct way way = make_way();
  struct instance instance;
  CU_ASSERT_TRUE_FATAL(instance_start(&instance, (const char *[]){way.url, "ZOUFANG_WORKERS=2", NULL}));
  CU_ASSERT_EQUAL(ask(instance.client, REST, token_of("officer.linxi"), list_visits, "{}").code, CODE_OK);
  unlink(way.link);
  sql_number("select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name = 'away'");
  BOTH(t) {
    struct answer answer = await_code(instance.client, t, CODE_UNAVAILABLE);
    CU_ASSERT_TRUE(is_refusal(&answer, t, CODE_UNAVAILABLE, 503, "DATABASE_AWAY"));
  }
  CU_ASSERT_EQUAL(http(instance.client, "GET", "/readyz", NULL, NULL).http, 503);
  CU_ASSERT_EQUAL(http(instance.client, "GET", "/healthz", NULL, NULL).http, 200);
  CU_ASSERT_EQUAL(symlink(way.target, way.link), 0);
  BOTH(t)
  CU_ASSERT_EQUAL(await_code(instance.client, t, CODE_OK).code, CODE_OK);
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
  unlink(way.link);
  rmdir(way.folder);
}

static void the_servers_own_deadline_ends_a_call(void) {
  struct instance hasty;
  const char *const settings[] = {"ZOUFANG_DEADLINE_MS=300", "ZOUFANG_DEADLINE_MAX_MS=300", NULL};
  CU_ASSERT_TRUE_FATAL(instance_start(&hasty, settings));
  PGconn *holder = hold_visits();
  BOTH(t) {
    struct answer answer = ask(hasty.client, t, token_of("officer.linxi"), list_visits, "{}");
    CU_ASSERT_TRUE(is_refusal(&answer, t, CODE_DEADLINE_EXCEEDED, 504, "DEADLINE"));
  }
  CU_ASSERT_TRUE(hold_await_rest());
  hold_release(holder);
  CU_ASSERT_EQUAL(instance_stop(&hasty), 0);
}

// Whoever leaves hears nothing any more: the log says what became of his call.
static void who_leaves_or_has_no_time_left_frees_the_database(void) {
  static const struct {
    enum transport transport;
    struct manners manners;
    const char *logged;
  } leaving[] = {
      {GRPC, {.deadline_ms = LEAVES_MS}, "\"internal\":\"57014 "}, // whichever end saw first that the time was over
      {GRPC, {.leaves_after_ms = LEAVES_MS}, "\"method\":\"VisitService/ListVisits\",\"code\":\"CANCELLED\""},
      {REST, {.leaves_after_ms = LEAVES_MS}, "\"method\":\"VisitService/ListVisits\",\"code\":\"CANCELLED\""},
  };
  for (size_t i = 0; i < sizeof leaving / sizeof *leaving; i++) {
    struct instance instance;
    CU_ASSERT_TRUE_FATAL(instance_start(&instance, NULL));
    PGconn *holder = hold_visits();
    *client_manners(instance.client) = leaving[i].manners;
    enum code code = ask(instance.client, leaving[i].transport, token_of("officer.linxi"), list_visits, "{}").code;
    CU_ASSERT_TRUE(code == CODE_DEADLINE_EXCEEDED || code == CODE_CANCELLED || code == CODE_UNAVAILABLE);
    CU_ASSERT_TRUE(process_await(&instance.process, leaving[i].logged, ANSWER_MS));
    CU_ASSERT_TRUE(hold_await_rest());
    hold_release(holder);
    CU_ASSERT_EQUAL(instance_stop(&instance), 0);
  }
}

// The client has asked before the server stops, and says the rest of it afterwards.
static void a_server_that_stops_refuses_what_is_new(void) {
  struct instance instance;
  CU_ASSERT_TRUE_FATAL(instance_start(&instance, NULL));
  CU_ASSERT_EQUAL(ask(instance.client, GRPC, token_of("officer.linxi"), list_visits, "{}").code, CODE_OK);
  PGconn *holder = hold_visits();
  struct asking out;
  asking_begin(&out, instance.client, REST, token_of("officer.linxi"), list_visits, "{}");
  CU_ASSERT_TRUE(hold_await(1));
  int slow = socket_open(instance.http_port);
  socket_say(slow, "GET /v1/visits HTTP/1.1\r\nHost: x\r\nX-Slow");
  CU_ASSERT_EQUAL(http(instance.client, "GET", "/healthz", NULL, NULL).http, 200); // by then the rest before it was read
  kill(instance.process.pid, SIGTERM);
  CU_ASSERT_TRUE(process_await(&instance.process, "\"message\":\"stopping\"", ANSWER_MS));
  struct answer answer = ask(instance.client, GRPC, token_of("officer.linxi"), list_visits, "{}");
  CU_ASSERT_TRUE(is_refusal(&answer, GRPC, CODE_UNAVAILABLE, 503, "STOPPING"));
  socket_say(slow, arena_printf(client_memory(), ": 1\r\nAuthorization: Bearer %s\r\n\r\n", token_of("officer.linxi")));
  const char *heard = socket_hear(slow, "}\n", ANSWER_MS);
  CU_ASSERT_PTR_NOT_NULL(strstr(heard, "HTTP/1.1 503 "));
  CU_ASSERT_PTR_NOT_NULL(strstr(heard, "\"STOPPING\""));
  CU_ASSERT_PTR_NOT_NULL(strcasestr(heard, "\r\nRetry-After: "));
  close(slow);
  hold_release(holder);
  asking_end(&out);
  CU_ASSERT_EQUAL(out.code, CODE_OK);
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

// --- Around methods --------------------------------------------------------------------------------------------------

static void what_is_not_served_is_refused_too(void) {
  static const struct {
    const char *verb, *path, *body, *reason;
    enum code code;
    int http;
  } absent[] = {
      {"GET", "/v1/nothing", NULL, "NO_SUCH_ROUTE", CODE_NOT_FOUND, 404},
      {"POST", "/v1/visits:no", "{}", "NO_SUCH_ROUTE", CODE_NOT_FOUND, 404},
      {"DELETE", "/v1/visits", NULL, "METHOD_NOT_ALLOWED", CODE_UNIMPLEMENTED, 405},
      {"PUT", "/healthz", NULL, "METHOD_NOT_ALLOWED", CODE_UNIMPLEMENTED, 405},
      {"GET", "/v1/visits", "{}", "BODY_NOT_EXPECTED", CODE_INVALID_ARGUMENT, 400},
  };
  for (size_t i = 0; i < sizeof absent / sizeof *absent; i++) {
    struct answer answer = http(world()->client, absent[i].verb, absent[i].path, token_of("officer.linxi"), absent[i].body);
    CU_ASSERT_TRUE(is_refusal(&answer, REST, absent[i].code, absent[i].http, absent[i].reason));
    CU_ASSERT_EQUAL(absent[i].http == 405, strstr(header_of(&answer, "Allow"), "GET") != NULL);
  }
  const char *other = socket_ask(world()->http_port, "POST /v1/visits HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                                     "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}");
  CU_ASSERT_PTR_NOT_NULL(strstr(other, "HTTP/1.1 415 "));
  CU_ASSERT_PTR_NOT_NULL(strstr(other, "\"UNSUPPORTED_MEDIA_TYPE\""));
  CU_ASSERT_EQUAL(grpc_raw(world()->client, "VisitService/NoSuch", token_of("officer.linxi"), "", 0).code, CODE_UNIMPLEMENTED);
  CU_ASSERT_EQUAL(grpc_raw(world()->client, "NoSuchService/Get", NULL, "", 0).code, CODE_UNIMPLEMENTED);
}

static void words_for_users_come_in_the_language_that_was_asked_for(void) {
  static const struct {
    const char *asked, *told;
  } languages[] = {{"en", "en"},  {"en-GB,en;q=0.9", "en"}, {"zh-CN", "zh-CN"}, {"fr", "zh-CN"},
                   {"", "zh-CN"}, {"en;q=0.1,zh", "zh-CN"}};
  for (size_t i = 0; i < sizeof languages / sizeof *languages; i++) {
    BOTH(t) {
      client_manners(world()->client)->language = languages[i].asked;
      struct answer answer = ask(world()->client, t, NULL, list_visits, "{}");
      client_manners(world()->client)->language = NULL;
      json_t *words = detail_of(&answer, "LocalizedMessage");
      CU_ASSERT_STRING_EQUAL(text_at(words, "locale"), languages[i].told);
      CU_ASSERT_EQUAL(strcmp(languages[i].told, "en") == 0, strcmp(text_at(words, "message"), "sign in first") == 0);
      CU_ASSERT_STRING_EQUAL(answer.reason, "UNAUTHENTICATED"); // in no language
    }
  }
}

// Also where a call was refused before anything was made of it.
static void the_log_names_each_request_and_why_it_was_refused(void) {
  char *large = arena_zalloc(client_memory(), BODY_LIMIT_BYTES + 1);
  struct answer refused[] = {
      ask(world()->client, REST, token_of("officer.linxi"), "VisitService/GetVisit", "{\"id\":\"%s\"}", fresh_id()),
      ask(world()->client, GRPC, token_of("officer.linxi"), "VisitService/GetVisit", "{\"id\":\"%s\"}", fresh_id()),
      post_visit("{"),
      grpc_raw(world()->client, create_visit, token_of("officer.linxi"), "\x0b", 1),
      grpc_raw(world()->client, create_visit, token_of("officer.linxi"), large, BODY_LIMIT_BYTES + 1),
  };
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
    const char *id = text_at(detail_of(&refused[i], "RequestInfo"), "requestId");
    CU_ASSERT_EQUAL_FATAL(strlen(id), 36);
    CU_ASSERT_TRUE(process_await(&world()->server, id, ANSWER_MS));
    CU_ASSERT_TRUE(process_await(&world()->server, "\n", 0));
    const char *at = strstr(world()->server.printed, id);
    while (at && at > world()->server.printed && at[-1] != '\n')
      at--;
    const char *line = at ? arena_strndup(client_memory(), at, strcspn(at, "\n")) : "";
    CU_ASSERT_PTR_NOT_NULL(strstr(line, arena_printf(client_memory(), "\"reason\":\"%s\"", refused[i].reason)));
    CU_ASSERT_PTR_NOT_NULL(strstr(line, "\"method\":\"VisitService/"));
  }
}

SUITE_WITH(refusals, world_open, client_forget, 60, TEST(a_body_over_eight_mebibytes_is_too_large),
           TEST(more_than_five_hundred_items_are_too_many), TEST(an_unknown_member_is_named_in_rest_and_passed_over_in_grpc),
           TEST(a_value_of_the_wrong_type_is_named), TEST(what_is_no_json_and_no_message_is_malformed),
           TEST(text_that_is_no_utf_8_is_named), TEST(a_nul_is_named), TEST(what_is_nested_too_deeply_is_refused),
           TEST(values_that_break_a_rule_are_named), TEST(an_undefined_enum_is_named),
           TEST(without_a_token_or_with_a_dead_one_nobody_is_let_in), TEST(a_method_of_another_role_is_forbidden),
           TEST(what_is_out_of_sight_is_not_found), TEST(what_is_not_in_the_right_state_fails_its_precondition),
           TEST(a_stale_etag_is_aborted), TEST(an_id_or_a_request_id_that_is_taken_exists_already),
           TEST(too_many_tries_must_wait), TEST(a_full_queue_refuses_at_once),
           TEST(without_its_database_the_server_says_so_until_it_is_back), TEST(the_servers_own_deadline_ends_a_call),
           TEST(who_leaves_or_has_no_time_left_frees_the_database), TEST(a_server_that_stops_refuses_what_is_new),
           TEST(what_is_not_served_is_refused_too), TEST(words_for_users_come_in_the_language_that_was_asked_for),
           TEST(the_log_names_each_request_and_why_it_was_refused));
