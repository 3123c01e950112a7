// The engine between transports and PostgreSQL, called in this very process: queue, deadlines, cancels, connections that break,
// transactions that must be made again, batches that fail whole.

#include "base/clock.h"
#include "base/log.h"
#include "call/server.h"
#include "feature/features.h"
#include "schema/json.h"
#include "suite.h"
#include "support/hold.h"
#include "support/world.h"
#include "zoufang/v1/sync.pb-c.h"
#include "zoufang/v1/visits.pb-c.h"
#include <poll.h>
#include <stdio.h>
#include <string.h>

enum { ANSWER_LIMIT_MS = 15000, LOOK_MS = 2 };

static struct server server;

// Between two looks at a condition that is waited for.
static void look_again(void) {
  poll(NULL, 0, LOOK_MS);
}

// --- Calls -----------------------------------------------------------------------------------------------------------

// A call under way and who waits for it.
struct waiting {
  struct call *call;
  atomic_bool answered;
};

static void take_reply(struct call *call) {
  atomic_store(&((struct waiting *)call->transport)->answered, true);
}

static struct waiting *begin(const char *method, const char *request) {
  char path[128];
  snprintf(path, sizeof path, "/zoufang.v1.%s", method);
  struct call *call = call_make(&server, schema_method(server.schema, path, strlen(path)));
  struct waiting *waiting = arena_zalloc(&call->arena, sizeof *waiting);
  waiting->call = call;
  call->transport = waiting;
  call->reply = take_reply;
  call->request = json_read(server.schema, call->method->input, request, strlen(request), &call->arena, NULL, &call->fault);
  CU_ASSERT_PTR_NOT_NULL_FATAL(call->request);
  return waiting;
}

static void sign(struct waiting *waiting, const char *username) {
  const char *header = arena_printf(&waiting->call->arena, "Bearer %s", token_of(username));
  call_authorize(waiting->call, header, strlen(header));
}

static struct waiting *sent_within(const char *method, const char *request, int64_t deadline_ms) {
  struct waiting *waiting = begin(method, request);
  sign(waiting, "officer.linxi");
  waiting->call->deadline_us = clock_us() + deadline_ms * 1000;
  call_submit(waiting->call);
  return waiting;
}

static struct waiting *sent(const char *method, const char *request) {
  return sent_within(method, request, ANSWER_LIMIT_MS);
}

static const struct fault *answer_of(struct waiting *waiting) {
  int64_t until_us = clock_us() + ANSWER_LIMIT_MS * 1000LL;
  while (!atomic_load(&waiting->answered) && clock_us() < until_us)
    look_again();
  CU_ASSERT_TRUE_FATAL(atomic_load(&waiting->answered));
  return &waiting->call->fault;
}

// Whether the answer is of this code; the call is freed.
static bool ends_with(struct waiting *waiting, enum code code, const char *reason) {
  const struct fault *fault = answer_of(waiting);
  bool as_expected = fault->code == code && (!reason || (fault->reason && strcmp(fault->reason, reason) == 0));
  if (!as_expected)
    printf("    %s: %s %s (%s)\n", waiting->call->method->name, code_name(fault->code), fault->reason ? fault->reason : "",
           fault->internal ? fault->internal : "");
  call_free(waiting->call);
  return as_expected;
}

static const char *create_of(const char *id, const char *place, const char *more) {
  static char json[1024];
  snprintf(json, sizeof json,
           "{\"visit\":{\"id\":\"%s\",\"kind\":1,\"regionCode\":\"" LINXI_VILLAGE
           "\",\"startedAt\":\"%s\",\"place\":\"%s\"}%s}",
           id, time_from_now(-3600), place, more);
  return json;
}

// --- The server ------------------------------------------------------------------------------------------------------

static int calls_per_account; // of the next server; 0: any number

static bool open_with(int connections, int queue_limit, bool prepare) {
  struct arena arena = {0};
  struct fault fault = {.arena = &arena};
  server = (struct server){.schema = &world()->schema, .crypto = &world()->crypto, .handlers = feature_handlers};
  server.options = (struct server_options){.database_url = world()->database_url,
                                           .connections = connections,
                                           .prepare = prepare,
                                           .queue_limit = queue_limit,
                                           .calls_per_account = calls_per_account,
                                           .deadline_default_ms = ANSWER_LIMIT_MS,
                                           .deadline_max_ms = ANSWER_LIMIT_MS};
  bool opened = server_open(&server, &fault);
  if (!opened)
    printf("    %s (%s)\n", fault.message, fault.internal ? fault.internal : "");
  arena_close(&arena);
  int64_t until_us = clock_us() + ANSWER_LIMIT_MS * 1000LL;
  while (opened && !server_ready(&server) && clock_us() < until_us)
    look_again();
  return opened && server_ready(&server);
}

static void close_server(void) {
  server_drain(&server, 1000);
  server_close(&server);
}

static void await_waiting(int backends) {
  CU_ASSERT_TRUE(hold_await(backends));
}

static void await_nobody_in_a_transaction(void) {
  int64_t until_us = clock_us() + ANSWER_LIMIT_MS * 1000LL;
  long long left;
  while ((left = sql_number("select count(*) from pg_stat_activity where usename = 'zoufang' and state <> 'idle'")) > 0 &&
         clock_us() < until_us)
    look_again();
  CU_ASSERT_EQUAL(0, left);
}

// Runs `body` (PL/pgSQL) before or at the end of each insert of a visit whose place is `place`.
static void at_insert_of(const char *place, bool deferred, const char *body) {
  sql_run("drop sequence if exists test_tries; create sequence test_tries; grant usage on sequence test_tries to zoufang");
  sql_run("create or replace function test_interferes() returns trigger language plpgsql as $f$ begin if new.place = '%s' then "
          "%s end if; "
          "return new; end $f$",
          place, body);
  sql_run("grant execute on function test_interferes to zoufang");
  CU_ASSERT_TRUE_FATAL(
      deferred ? sql_run("create constraint trigger test_interferes after insert on visit deferrable initially deferred "
                         "for each row execute function test_interferes()")
               : sql_run("create trigger test_interferes before insert on visit for each row execute function "
                         "test_interferes()"));
}

static void no_interference(void) {
  sql_run("drop trigger if exists test_interferes on visit");
  sql_run("drop function if exists test_interferes");
  sql_run("drop sequence if exists test_tries");
}

static long long visits(const char *id) {
  return sql_number("select count(*) from visit where id = '%s'", id);
}

// --- Queue, deadlines, cancels ---------------------------------------------------------------------------------------

static void a_full_queue_refuses_at_once_and_serves_the_rest(void) {
  CU_ASSERT_TRUE_FATAL(open_with(1, 1, true));
  PGconn *holder = hold_visits();
  struct waiting *out = sent("VisitService/ListVisits", "{}");
  await_waiting(1);
  struct waiting *queued = sent("VisitService/ListVisits", "{}");
  struct waiting *refused = sent("VisitService/ListVisits", "{}");
  CU_ASSERT_TRUE(atomic_load(&refused->answered)); // before call_submit returned
  CU_ASSERT_TRUE(refused->call->fault.retry_ms > 0);
  CU_ASSERT_TRUE(ends_with(refused, CODE_UNAVAILABLE, "QUEUE_FULL"));
  PQfinish(holder);
  CU_ASSERT_TRUE(ends_with(out, CODE_OK, NULL));
  CU_ASSERT_TRUE(ends_with(queued, CODE_OK, NULL));
  close_server();
}

static void an_account_has_only_so_many_calls_in_flight_and_others_are_served(void) {
  calls_per_account = 2;
  bool opened = open_with(4, 10, true);
  calls_per_account = 0;
  CU_ASSERT_TRUE_FATAL(opened);
  CU_ASSERT_TRUE(ends_with(sent("AuthService/WhoAmI", "{}"), CODE_OK, NULL)); // whose token it is
  PGconn *holder = hold_visits();
  struct waiting *one = sent("VisitService/ListVisits", "{}"), *other = sent("VisitService/ListVisits", "{}");
  struct waiting *refused = sent("AuthService/WhoAmI", "{}");
  CU_ASSERT_TRUE(atomic_load(&refused->answered)); // before call_submit returned
  CU_ASSERT_TRUE(refused->call->fault.retry_ms > 0);
  CU_ASSERT_TRUE(ends_with(refused, CODE_RESOURCE_EXHAUSTED, "TOO_MANY"));
  struct waiting *anothers = begin("AuthService/WhoAmI", "{}");
  sign(anothers, "officer.balin");
  call_submit(anothers->call);
  CU_ASSERT_TRUE(ends_with(anothers, CODE_OK, NULL));
  PQfinish(holder);
  CU_ASSERT_TRUE(ends_with(one, CODE_OK, NULL));
  CU_ASSERT_TRUE(ends_with(other, CODE_OK, NULL));
  CU_ASSERT_TRUE(ends_with(sent("AuthService/WhoAmI", "{}"), CODE_OK, NULL));
  close_server();
}

static void a_deadline_ends_a_call_in_the_queue_and_one_that_is_out(void) {
  CU_ASSERT_TRUE_FATAL(open_with(1, 10, true));
  PGconn *holder = hold_visits();
  struct waiting *out = sent_within("VisitService/ListVisits", "{}", 5000);
  await_waiting(1);
  struct waiting *queued = sent_within("VisitService/ListVisits", "{}", 100);
  CU_ASSERT_TRUE(ends_with(queued, CODE_DEADLINE_EXCEEDED, "DEADLINE"));
  CU_ASSERT_FALSE(atomic_load(&out->answered));
  CU_ASSERT_TRUE(ends_with(out, CODE_DEADLINE_EXCEEDED, "DEADLINE")); // while the lock is held on
  PQfinish(holder);
  await_nobody_in_a_transaction();
  CU_ASSERT_TRUE(ends_with(sent("VisitService/ListVisits", "{}"), CODE_OK, NULL));
  close_server();
}

static void a_deadline_ends_a_call_whose_statements_are_still_being_prepared(void) {
  CU_ASSERT_TRUE_FATAL(open_with(1, 10, true));
  PGconn *holder = hold_visits(); // preparing needs a lock too
  CU_ASSERT_TRUE(
      ends_with(sent_within("VisitService/ListVisits", "{\"total\":true}", 200), CODE_DEADLINE_EXCEEDED, "DEADLINE"));
  PQfinish(holder);
  CU_ASSERT_TRUE(ends_with(sent("VisitService/ListVisits", "{\"total\":true}"), CODE_OK, NULL));
  close_server();
}

static void a_client_that_left_frees_its_connection(void) {
  CU_ASSERT_TRUE_FATAL(open_with(1, 10, true));
  PGconn *holder = hold_visits();
  struct waiting *out = sent("VisitService/ListVisits", "{}"), *queued = sent("VisitService/ListVisits", "{}");
  await_waiting(1);
  atomic_store(&queued->call->cancelled, true);
  CU_ASSERT_TRUE(ends_with(queued, CODE_CANCELLED, "CANCELLED"));
  atomic_store(&out->call->cancelled, true);
  CU_ASSERT_TRUE(ends_with(out, CODE_CANCELLED, "CANCELLED"));
  await_nobody_in_a_transaction();
  CU_ASSERT_TRUE(ends_with(sent("AuthService/WhoAmI", "{}"), CODE_OK, NULL));
  PQfinish(holder);
  close_server();
}

static void a_cancel_that_was_not_ours_is_not_told(void) {
  CU_ASSERT_TRUE_FATAL(open_with(1, 10, true));
  PGconn *holder = hold_visits();
  struct waiting *out = sent("VisitService/ListVisits", "{}");
  await_waiting(1);
  sql_number("select count(pg_cancel_backend(pid)) from pg_locks where not granted");
  PQfinish(holder);
  CU_ASSERT_TRUE(ends_with(out, CODE_OK, NULL));
  close_server();
}

// --- Connections that break ------------------------------------------------------------------------------------------

static void break_all(void) {
  sql_number("select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'zoufang'");
}

static void a_call_that_its_broken_connection_certainly_did_not_do_is_done_on_another(void) {
  CU_ASSERT_TRUE_FATAL(open_with(2, 10, true));
  const char *id = fresh_id();
  PGconn *holder = hold_visits();
  struct waiting *reads = sent("VisitService/ListVisits", "{}"),
                 *writes = sent("VisitService/CreateVisit", create_of(id, "a", ""));
  await_waiting(2);
  sql_number("select count(pg_terminate_backend(pid)) from pg_locks where not granted");
  PQfinish(holder);
  CU_ASSERT_TRUE(ends_with(reads, CODE_OK, NULL));
  CU_ASSERT_TRUE(ends_with(writes, CODE_OK, NULL));
  CU_ASSERT_EQUAL(1, visits(id));
  close_server();
}

static void connections_that_broke_while_idle_are_made_again(void) {
  CU_ASSERT_TRUE_FATAL(open_with(4, 100, true));
  for (int round = 0; round < 3; round++) {
    break_all();
    for (int i = 0; i < 8; i++)
      CU_ASSERT_TRUE(ends_with(sent("AuthService/WhoAmI", "{}"), CODE_OK, NULL));
  }
  close_server();
}

// --- Transactions made again -----------------------------------------------------------------------------------------

static void a_transaction_that_others_were_in_the_way_of_is_made_again(void) {
  static const char *const states[] = {"40001", "40P01", "57014"};
  CU_ASSERT_TRUE_FATAL(open_with(2, 10, true));
  for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
    char body[128];
    const char *id = fresh_id();
    snprintf(body, sizeof body, "if nextval('zoufang.test_tries') = 1 then raise sqlstate '%s'; end if;", states[i]);
    at_insert_of("again", false, body);
    CU_ASSERT_TRUE(ends_with(sent("VisitService/CreateVisit", create_of(id, "again", "")), CODE_OK, NULL));
    CU_ASSERT_EQUAL(1, visits(id));
    CU_ASSERT_EQUAL(2, sql_number("select last_value from test_tries"));
    no_interference();
  }
  close_server();
}

static void a_transaction_is_not_made_again_for_ever(void) {
  CU_ASSERT_TRUE_FATAL(open_with(2, 10, true));
  at_insert_of("never", false, "perform nextval('zoufang.test_tries'); raise sqlstate '40001';");
  CU_ASSERT_TRUE(ends_with(sent("VisitService/CreateVisit", create_of(fresh_id(), "never", "")), CODE_UNAVAILABLE, "BUSY"));
  CU_ASSERT_EQUAL(5, sql_number("select last_value from test_tries"));
  no_interference();
  close_server();
}

static void what_fails_at_the_end_of_the_transaction_is_no_success(void) {
  CU_ASSERT_TRUE_FATAL(open_with(1, 10, true));
  const char *id = fresh_id();
  at_insert_of("late", true, "raise sqlstate '23514';");
  CU_ASSERT_TRUE(ends_with(sent("VisitService/CreateVisit", create_of(id, "late", "")), CODE_INVALID_ARGUMENT, "INVALID"));
  no_interference();
  CU_ASSERT_EQUAL(0, visits(id));
  CU_ASSERT_TRUE(ends_with(sent("VisitService/CreateVisit", create_of(id, "late", "")), CODE_OK, NULL));
  close_server();
}

// --- Request ids -----------------------------------------------------------------------------------------------------

static void one_request_id_sent_at_once_by_many_is_done_once_and_answered_to_all(void) {
  enum { MANY = 12 };
  CU_ASSERT_TRUE_FATAL(open_with(8, 100, true));
  char id[64], more[96];
  struct waiting *many[MANY];
  snprintf(id, sizeof id, "%s", fresh_id());
  snprintf(more, sizeof more, ",\"requestId\":\"%s\"", fresh_id());
  const char *request = create_of(id, "once", more);
  for (int i = 0; i < MANY; i++)
    many[i] = sent("VisitService/CreateVisit", request);
  for (int i = 0; i < MANY; i++) {
    answer_of(many[i]);
    const Zoufang__V1__Visit *visit = (const void *)many[i]->call->response;
    CU_ASSERT_STRING_EQUAL(id, visit->id);
    CU_ASSERT_STRING_EQUAL("once", visit->place);
    CU_ASSERT_TRUE(ends_with(many[i], CODE_OK, NULL));
  }
  CU_ASSERT_EQUAL(1, visits(id));
  struct waiting *other = sent("VisitService/CreateVisit", create_of(fresh_id(), "twice", more));
  CU_ASSERT_TRUE(ends_with(other, CODE_ALREADY_EXISTS, "REQUEST_ID_TAKEN"));
  close_server();
}

// --- Batches ---------------------------------------------------------------------------------------------------------

static void a_batch_that_fails_whole_rejects_only_the_bad_items(void) {
  enum { MANY = 120 };
  CU_ASSERT_TRUE_FATAL(open_with(4, 100, true));
  struct arena arena = {0};
  struct buffer json = {.arena = &arena};
  buffer_string(&json, "{\"visits\":[");
  for (int i = 0; i < MANY; i++)
    buffer_printf(&json, "%s%s", i ? "," : "",
                  visit_json(fresh_id(), LINXI_VILLAGE, i % 50 == 7 ? ",\"place\":\"bad\"" : ",\"place\":\"good\""));
  buffer_string(&json, "]}");
  at_insert_of("bad", false, "raise sqlstate '23514';");
  struct waiting *push = sent("SyncService/Push", buffer_text(&json));
  answer_of(push);
  no_interference();
  const Zoufang__V1__PushResponse *response = (const void *)push->call->response;
  CU_ASSERT_EQUAL(MANY, response->n_results);
  int wrong = 0;
  for (size_t i = 0; i < response->n_results; i++) {
    bool rejected = response->results[i]->status == ZOUFANG__V1__PUSH_RESULT__STATUS__REJECTED;
    wrong += rejected != (i % 50 == 7) || visits(response->results[i]->id) != !rejected;
  }
  CU_ASSERT_EQUAL(0, wrong);
  CU_ASSERT_TRUE(ends_with(push, CODE_OK, NULL));
  arena_close(&arena);
  close_server();
}

// --- Refusals --------------------------------------------------------------------------------------------------------

static void a_refusal_is_in_the_audit_before_its_answer(void) {
  CU_ASSERT_TRUE_FATAL(open_with(2, 10, true));
  char id[64], request[96];
  snprintf(id, sizeof id, "%s", fresh_id());
  snprintf(request, sizeof request, "{\"id\":\"%s\"}", id);
  CU_ASSERT_TRUE(ends_with(sent("VisitService/GetVisit", request), CODE_NOT_FOUND, "NOT_FOUND"));
  CU_ASSERT_EQUAL(1, sql_number("select count(*) from audit where action = 'refused' and record = '%s' and actor_id = '%s'", id,
                                id_of("officer.linxi")));
  struct waiting *wrong_role = begin("VisitService/GetVisit", request);
  sign(wrong_role, "auditor");
  call_submit(wrong_role->call);
  CU_ASSERT_TRUE(ends_with(wrong_role, CODE_PERMISSION_DENIED, "FORBIDDEN"));
  CU_ASSERT_EQUAL(2, sql_number("select count(*) from audit where action = 'refused' and record = '%s'", id));
  struct waiting *nobody = begin("VisitService/GetVisit", request);
  call_submit(nobody->call);
  CU_ASSERT_TRUE(ends_with(nobody, CODE_UNAUTHENTICATED, "UNAUTHENTICATED"));
  close_server();
}

// --- Without prepared statements, and the end ------------------------------------------------------------------------

static void statements_sent_whole_answer_the_same(void) {
  CU_ASSERT_TRUE_FATAL(open_with(2, 10, false));
  char id[64], more[96], get[96];
  snprintf(id, sizeof id, "%s", fresh_id());
  snprintf(more, sizeof more, ",\"requestId\":\"%s\"", fresh_id());
  snprintf(get, sizeof get, "{\"id\":\"%s\"}", id);
  const char *create = create_of(id, "whole", more); // both times the same, to the second
  CU_ASSERT_TRUE(ends_with(sent("VisitService/CreateVisit", create), CODE_OK, NULL));
  CU_ASSERT_TRUE(ends_with(sent("VisitService/CreateVisit", create), CODE_OK, NULL));
  CU_ASSERT_TRUE(ends_with(sent("VisitService/GetVisit", get), CODE_OK, NULL));
  CU_ASSERT_EQUAL(0, sql_number("select count(*) from pg_prepared_statements"));
  close_server();
}

static void draining_waits_for_what_is_in_flight_and_refuses_what_is_new(void) {
  CU_ASSERT_TRUE_FATAL(open_with(1, 10, true));
  PGconn *holder = hold_visits();
  struct waiting *in_time = sent("VisitService/ListVisits", "{}");
  await_waiting(1);
  atomic_store(&server.stopping, true);
  struct waiting *late = sent("VisitService/ListVisits", "{}");
  CU_ASSERT_TRUE(ends_with(late, CODE_UNAVAILABLE, "STOPPING"));
  PQfinish(holder);
  server_drain(&server, ANSWER_LIMIT_MS);
  CU_ASSERT_TRUE(atomic_load(&in_time->answered));
  CU_ASSERT_TRUE(ends_with(in_time, CODE_OK, NULL));
  server_close(&server);
}

static void draining_cancels_what_takes_longer_than_the_grace(void) {
  CU_ASSERT_TRUE_FATAL(open_with(1, 10, true));
  PGconn *holder = hold_visits();
  struct waiting *out = sent("VisitService/ListVisits", "{}"), *queued = sent("VisitService/ListVisits", "{}");
  await_waiting(1);
  server_drain(&server, 100); // while the lock is held on
  CU_ASSERT_TRUE(ends_with(out, CODE_UNAVAILABLE, "STOPPING"));
  CU_ASSERT_TRUE(ends_with(queued, CODE_UNAVAILABLE, "STOPPING"));
  server_close(&server);
  PQfinish(holder);
}

// The log's lines of calls would be among the tests' own.
static bool open_quietly(void) {
  log_setup(LOG_ERROR, 0);
  return world_open();
}

SUITE_WITH(workers, open_quietly, NULL, 0, TEST(a_full_queue_refuses_at_once_and_serves_the_rest),
           TEST(an_account_has_only_so_many_calls_in_flight_and_others_are_served),
           TEST(a_deadline_ends_a_call_in_the_queue_and_one_that_is_out),
           TEST(a_deadline_ends_a_call_whose_statements_are_still_being_prepared),
           TEST(a_client_that_left_frees_its_connection), TEST(a_cancel_that_was_not_ours_is_not_told),
           TEST(a_call_that_its_broken_connection_certainly_did_not_do_is_done_on_another),
           TEST(connections_that_broke_while_idle_are_made_again),
           TEST(a_transaction_that_others_were_in_the_way_of_is_made_again), TEST(a_transaction_is_not_made_again_for_ever),
           TEST(what_fails_at_the_end_of_the_transaction_is_no_success),
           TEST(one_request_id_sent_at_once_by_many_is_done_once_and_answered_to_all),
           TEST(a_batch_that_fails_whole_rejects_only_the_bad_items), TEST(a_refusal_is_in_the_audit_before_its_answer),
           TEST(statements_sent_whole_answer_the_same), TEST(draining_waits_for_what_is_in_flight_and_refuses_what_is_new),
           TEST(draining_cancels_what_takes_longer_than_the_grace));
