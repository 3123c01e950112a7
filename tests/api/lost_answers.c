// Answers of PostgreSQL's that are lost on their way: done or not, nobody knows. What changes something is then not done twice.

#include "base/clock.h"
#include "base/log.h"
#include "call/server.h"
#include "feature/features.h"
#include "schema/json.h"
#include "suite.h"
#include "support/client_wire.h"
#include "support/world.h"
#include "zoufang/v1/visits.pb-c.h"
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { PAIRS = 8, LOOK_MS = 10, ANSWER_LIMIT_MS = 15000, BYTES = 65536 };

// The place of a visit whose answer may be lost: what else the server says to PostgreSQL passes.
static const char lost[] = "a place that is lost";

// --- A wire that can be cut between the server and PostgreSQL ------------------------------------------------------------

static struct wire {
  char folder[64], url[512];
  struct sockaddr_un near, far;
  int listener;
  struct pair {
    int near, far; // 0: none
    bool at_risk;  // such a visit has passed
  } pairs[PAIRS];
  pthread_t thread;
  atomic_bool cut, stop; // cut: the next answer of a pair at risk is lost, with its connection
} wire;

static void close_pair(struct pair *pair) {
  close(pair->near);
  close(pair->far);
  *pair = (struct pair){0};
}

static void accept_pair(void) {
  struct pair *pair = wire.pairs;
  while (pair->near)
    pair++;
  pair->near = accept(wire.listener, NULL, NULL);
  pair->far = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(pair->far, (const struct sockaddr *)&wire.far, sizeof wire.far) != 0)
    abort();
}

static bool carry(struct pair *pair, int from, int to) {
  static char bytes[BYTES];
  ssize_t got = read(from, bytes, sizeof bytes);
  pair->at_risk |= got > 0 && memmem(bytes, (size_t)got, lost, strlen(lost));
  for (ssize_t sent = 0; sent < got;) {
    ssize_t more = send(to, bytes + sent, (size_t)(got - sent), MSG_NOSIGNAL);
    if (more <= 0)
      return false;
    sent += more;
  }
  return got > 0;
}

static void serve_pair(struct pair *pair) {
  struct pollfd ends[] = {{.fd = pair->near, .events = POLLIN}, {.fd = pair->far, .events = POLLIN}};
  if (poll(ends, 2, 0) <= 0)
    return;
  bool lives = !ends[0].revents || carry(pair, pair->near, pair->far);
  if (lives && ends[1].revents)
    lives = !(pair->at_risk && atomic_exchange(&wire.cut, false)) && carry(pair, pair->far, pair->near);
  if (!lives)
    close_pair(pair);
}

static void *run_wire(void *unused) {
  (void)unused;
  while (!atomic_load(&wire.stop)) {
    struct pollfd ends[1 + 2 * PAIRS] = {{.fd = wire.listener, .events = POLLIN}};
    for (int i = 0; i < PAIRS; i++) {
      ends[1 + 2 * i] = (struct pollfd){.fd = wire.pairs[i].near ? wire.pairs[i].near : -1, .events = POLLIN};
      ends[2 + 2 * i] = (struct pollfd){.fd = wire.pairs[i].far ? wire.pairs[i].far : -1, .events = POLLIN};
    }
    poll(ends, 1 + 2 * PAIRS, LOOK_MS);
    if (ends[0].revents)
      accept_pair();
    for (int i = 0; i < PAIRS; i++)
      if (wire.pairs[i].near)
        serve_pair(&wire.pairs[i]);
  }
  return NULL;
}

// The value of host= in a URL.
static const char *host_in(const char *url, size_t *length) {
  const char *host = strstr(url, "host=") + strlen("host=");
  *length = strcspn(host, "&");
  return host;
}

static bool open_wire(void) {
  const char *url = world()->database_url;
  size_t length;
  const char *host = host_in(url, &length);
  snprintf(wire.folder, sizeof wire.folder, "/tmp/zoufang-wire-XXXXXX");
  if (!mkdtemp(wire.folder))
    return false;
  snprintf(wire.url, sizeof wire.url, "%.*s%s%s", (int)(host - url), url, wire.folder, host + length);
  wire.near.sun_family = wire.far.sun_family = AF_UNIX;
  snprintf(wire.near.sun_path, sizeof wire.near.sun_path, "%.60s/.s.PGSQL.5432", wire.folder);
  snprintf(wire.far.sun_path, sizeof wire.far.sun_path, "%.*s/.s.PGSQL.5432", (int)length, host);
  wire.listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  return bind(wire.listener, (const struct sockaddr *)&wire.near, sizeof wire.near) == 0 && listen(wire.listener, PAIRS) == 0 &&
         pthread_create(&wire.thread, NULL, run_wire, NULL) == 0;
}

static void close_wire(void) {
  atomic_store(&wire.stop, true);
  pthread_join(wire.thread, NULL);
  for (int i = 0; i < PAIRS; i++)
    if (wire.pairs[i].near)
      close_pair(&wire.pairs[i]);
  close(wire.listener);
  unlink(wire.near.sun_path);
  rmdir(wire.folder);
}

// --- The server on it ----------------------------------------------------------------------------------------------------

static struct server server;

static bool open_all(void) {
  struct arena arena = {0};
  struct fault fault = {.arena = &arena};
  log_setup(LOG_ERROR, 0);
  if (!world_open() || !open_wire())
    return false;
  server = (struct server){.schema = &world()->schema, .crypto = &world()->crypto, .handlers = feature_handlers};
  server.options = (struct server_options){.database_url = wire.url,
                                           .connections = 1,
                                           .prepare = true,
                                           .queue_limit = 10,
                                           .deadline_default_ms = ANSWER_LIMIT_MS,
                                           .deadline_max_ms = ANSWER_LIMIT_MS};
  bool opened = server_open(&server, &fault);
  if (!opened)
    printf("    %s (%s)\n", fault.message, fault.internal ? fault.internal : "");
  arena_close(&arena);
  return opened;
}

static void close_all(void) {
  server_drain(&server, 1000);
  server_close(&server);
  close_wire();
}

static void take_reply(struct call *call) {
  atomic_store((atomic_bool *)call->transport, true);
}

// A visit as JSON, to be created again as it is: an hour ago is another time a second later.
static const char *visit_of(const char *id) {
  return arena_printf(client_memory(),
                      "{\"id\":\"%s\",\"kind\":1,\"regionCode\":\"" LINXI_VILLAGE "\",\"startedAt\":\"%s\",\"place\":\"%s\"}",
                      id, time_from_now(-3600), lost);
}

// The code of CreateVisit's answer. With `request_id` "" none is given.
static enum code create(const char *visit, const char *request_id) {
  static const char path[] = "/zoufang.v1.VisitService/CreateVisit";
  struct call *call = call_make(&server, schema_method(server.schema, path, strlen(path)));
  const char *header = arena_printf(&call->arena, "Bearer %s", token_of("officer.linxi"));
  const char *json = arena_printf(&call->arena, "{\"visit\":%s,\"requestId\":\"%s\"}", visit, request_id);
  atomic_bool answered = false;
  call->request = json_read(server.schema, call->method->input, json, strlen(json), &call->arena, NULL, &call->fault);
  call->transport = &answered;
  call->reply = take_reply;
  call_authorize(call, header, strlen(header));
  call_submit(call);
  int64_t until_us = clock_us() + ANSWER_LIMIT_MS * 1000LL;
  while (!atomic_load(&answered) && clock_us() < until_us)
    poll(NULL, 0, LOOK_MS);
  CU_ASSERT_TRUE_FATAL(atomic_load(&answered));
  enum code code = call->fault.code;
  call_free(call);
  return code;
}

// Both kinds of call once, so that what follows needs no Parse: the first bytes that come back are then those of the whole
// transaction.
static void warm_up(void) {
  CU_ASSERT_EQUAL_FATAL(CODE_OK, create(visit_of(fresh_id()), ""));
  CU_ASSERT_EQUAL_FATAL(CODE_OK, create(visit_of(fresh_id()), fresh_id()));
}

static long long visits(const char *id) {
  return sql_number("select count(*) from visit where id = '%s'", id);
}

static void a_change_whose_answer_was_lost_is_told_as_unknown_and_can_be_sent_again(void) {
  const char *id = fresh_id(), *visit = visit_of(id);
  warm_up();
  atomic_store(&wire.cut, true);
  CU_ASSERT_EQUAL(CODE_UNAVAILABLE, create(visit, ""));
  CU_ASSERT_EQUAL(1, visits(id)); // it was done
  CU_ASSERT_EQUAL(CODE_OK, create(visit, ""));
  CU_ASSERT_EQUAL(1, visits(id));
}

static void a_change_with_a_request_id_finds_what_it_did_before_the_answer_was_lost(void) {
  const char *id = fresh_id();
  warm_up();
  atomic_store(&wire.cut, true);
  CU_ASSERT_EQUAL(CODE_OK, create(visit_of(id), fresh_id()));
  CU_ASSERT_FALSE(atomic_load(&wire.cut));
  CU_ASSERT_EQUAL(1, visits(id));
}

SUITE_WITH(lost_answers, open_all, close_all, 0, TEST(a_change_whose_answer_was_lost_is_told_as_unknown_and_can_be_sent_again),
           TEST(a_change_with_a_request_id_finds_what_it_did_before_the_answer_was_lost));
