// Clients that leave, break off, send what is no protocol, come in crowds: whatever was done to the server, afterwards a new
// call is answered within a second over both transports, and no connection to PostgreSQL is in a transaction.

#include "suite.h"
#include "support/client_wire.h"
#include "support/frames.h"
#include "support/hold.h"
#include "support/socket.h"
#include "support/victim.h"
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum {
  PATIENCE_MS = 10000,
  LEAVERS = 100,
  SLOW_ONES = 50,
  IDLE_ONES = 1000,
  DESCRIPTORS_LEFT = 12,
  RANDOM_ONES = 150,
  RANDOM_BYTES = 2000,
};

static const char list_visits[] = "VisitService/ListVisits", list_path[] = "/zoufang.v1.VisitService/ListVisits",
                  push_path[] = "/zoufang.v1.SyncService/Push";

// --- Clients that leave ----------------------------------------------------------------------------------------------

static const char *rest_request(const char *verb, const char *path, const char *body) {
  const char *request = arena_printf(client_memory(), "%s %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n", verb, path,
                                     token_of("officer.linxi"));
  if (!body)
    return arena_printf(client_memory(), "%s\r\n", request);
  return arena_printf(client_memory(), "%sContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", request,
                      strlen(body), body);
}

static struct buffer grpc_request(const char *path, const char *message, uint32_t length) {
  struct buffer request = {.arena = client_memory()};
  frames_begin(&request);
  frames_put_call(&request, 1, path, token_of("officer.linxi"));
  frames_put_message(&request, 1, length, message, length, true);
  return request;
}

// Asks and does not wait for the answer; every other one slams the door.
static void ask_and_leave(enum transport t, int number) {
  int fd = socket_open(victim_port(t));
  CU_ASSERT_TRUE_FATAL(fd >= 0);
  const char *visit = visit_json(fresh_id(), LINXI_VILLAGE, "");
  if (t == GRPC) {
    struct buffer request = grpc_request(list_path, "", 0);
    socket_send(fd, request.data, request.length);
  } else if (number % 3 == 0)
    socket_say(fd, rest_request("POST", "/v1/visits", visit));
  else
    socket_say(fd, rest_request("GET", "/v1/visits", NULL));
  if (number % 2)
    socket_break(fd);
  else
    close(fd);
}

static void a_hundred_clients_that_close_at_once_leave_nothing_behind(void) {
  BOTH(t) {
    for (int i = 0; i < LEAVERS; i++)
      ask_and_leave(t, i);
    CU_ASSERT_TRUE(victim_is_well());
  }
}

// The database is free again before it could have answered any of them.
static void a_hundred_clients_that_leave_a_stuck_database_free_it(void) {
  BOTH(t) {
    PGconn *holder = hold_visits();
    for (int i = 0; i < LEAVERS; i++)
      ask_and_leave(t, i);
    CU_ASSERT_TRUE(hold_await_rest());
    hold_release(holder);
    CU_ASSERT_TRUE(victim_is_well());
  }
}

static void calls_cancelled_one_after_the_other_leave_nothing_behind(void) {
  struct client *client = client_open(&world()->schema, victim.http_port, victim.grpc_port);
  BOTH(t) {
    client_manners(client)->leaves_after_ms = 1;
    for (int i = 0; i < LEAVERS; i++)
      ask(client, t, token_of("officer.linxi"), list_visits, "{}");
    CU_ASSERT_TRUE(victim_is_well());
  }
  client_close(client);
}

// --- What breaks off, and what is none -------------------------------------------------------------------------------

static void send_and_leave(enum transport t, const void *bytes, size_t length) {
  int fd = socket_open(victim_port(t));
  CU_ASSERT_TRUE_FATAL(fd >= 0);
  socket_send(fd, bytes, length);
  close(fd);
}

// A request cut after each of its bytes, or every `step`th.
static void send_cut(enum transport t, const char *bytes, size_t length, size_t step) {
  for (size_t cut = 1; cut < length; cut += step)
    send_and_leave(t, bytes, cut);
}

static void requests_that_break_off_anywhere_do_no_harm(void) {
  enum { STEP = 7 };
  const char *rest = rest_request("POST", "/v1/visits", visit_json(fresh_id(), LINXI_VILLAGE, ""));
  send_cut(REST, rest, strlen(rest), STEP);
  struct buffer grpc = grpc_request(push_path, "\x0a\x03\x0a\x01x", 5);
  send_cut(GRPC, grpc.data, grpc.length, STEP);
  CU_ASSERT_TRUE(victim_is_well());
}

static void what_is_no_http_does_no_harm(void) {
  static const char *const texts[] = {
      "\r\n\r\n\r\n",
      "GET\r\n\r\n",
      "GET / HTTP/9.9\r\n\r\n",
      "GET /v1/visits HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
      "GET /v1/visits HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
      "POST /v1/auth:login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{",
      "POST /v1/auth:login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n{",
      "GET /v1/visits HTTP/1.1\r\nHost: x\r\nAuthorization: \r\nAuthorization: Bearer\r\n\r\n",
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      "\x16\x03\x01\x02\x01\x01\x01\xfc\x03\x03", // the beginning of TLS
  };
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    BOTH(t)
    send_and_leave(t, texts[i], strlen(texts[i]));
  }
  CU_ASSERT_TRUE(victim_is_well());
}

// What frames may not be, each behind a good preface and a call that is under way.
static void frames_that_make_no_sense_do_no_harm(void) {
  static const uint8_t zeros[64];
  static const struct {
    enum frame_type type;
    unsigned flags;
    uint32_t stream;
    const void *payload;
    uint32_t length;
  } bad[] = {
      {FRAME_DATA, 0, 0, zeros, 5},                    // of no stream
      {FRAME_DATA, 0, 99, zeros, 5},                   // of one that was not opened
      {FRAME_DATA, 8, 1, "\xff", 1},                   // more padding than there is room
      {FRAME_DATA, 0, 1, NULL, 0xffffff},              // too large, and only begun
      {FRAME_HEADERS, 0, 3, zeros, 20},                // header block that is none, and goes on
      {FRAME_HEADERS, FRAME_END_HEADERS, 2, zeros, 4}, // a stream that is the server's
      {FRAME_HEADERS, FRAME_END_HEADERS, 3, "\xff\xff\xff\xff\xff\xff\xff\xff\x7f", 9},
      {FRAME_PRIORITY, 0, 1, zeros, 3},
      {FRAME_RST_STREAM, 0, 1, zeros, 4},
      {FRAME_RST_STREAM, 0, 7, zeros, 4},
      {FRAME_SETTINGS, 0, 0, zeros, 5},
      {FRAME_SETTINGS, 0, 0, "\0\4\xff\xff\xff\xff", 6}, // a window beyond what there may be
      {FRAME_SETTINGS, 0, 0, "\0\5\0\0\0\0", 6},         // frames of no size
      {FRAME_PUSH, 0, 1, zeros, 8},
      {FRAME_PING, 0, 0, zeros, 7},
      {FRAME_GOAWAY, 0, 0, zeros, 8},
      {FRAME_WINDOW_UPDATE, 0, 1, zeros, 4},
      {FRAME_WINDOW_UPDATE, 0, 0, "\x7f\xff\xff\xff", 4},
      {FRAME_CONTINUATION, 0, 1, zeros, 10},
      {(enum frame_type)200, 0xff, 1, zeros, 64},
  };
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct buffer bytes = {.arena = client_memory()};
    frames_begin(&bytes);
    frames_put_call(&bytes, 1, list_path, token_of("officer.linxi"));
    frames_put(&bytes, bad[i].type, bad[i].flags, bad[i].stream, bad[i].payload, bad[i].length);
    send_and_leave(GRPC, bytes.data, bytes.length);
  }
  CU_ASSERT_TRUE(victim_is_well());
}

static void messages_that_are_not_as_long_as_they_say_do_no_harm(void) {
  static const struct { uint32_t length, given; } lies[] = {{100, 3}, {3, 100}, {0xffffffff, 10}, {9 << 20, 10}, {0, 50}};
  static const uint8_t bytes[100];
  for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
    struct buffer sent = {.arena = client_memory()};
    frames_begin(&sent);
    frames_put_call(&sent, 1, push_path, token_of("officer.linxi"));
    frames_put_message(&sent, 1, lies[i].length, bytes, lies[i].given, true);
    send_and_leave(GRPC, sent.data, sent.length);
  }
  CU_ASSERT_TRUE(victim_is_well());
}

// --- Many at once ----------------------------------------------------------------------------------------------------

// Opens `count` connections that say `hello` and no more; how many there are.
static int open_many(enum transport t, int *fds, int count, const void *hello, size_t length) {
  int opened = 0;
  while (opened < count && (fds[opened] = socket_open(victim_port(t))) >= 0)
    socket_send(fds[opened++], hello, length);
  return opened;
}

static void close_many(const int *fds, int count) {
  for (int i = 0; i < count; i++)
    close(fds[i]);
}

static void bodies_that_do_not_come_keep_nobody_waiting(void) {
  int slow[2][SLOW_ONES], opened[2];
  const char *rest = arena_printf(client_memory(),
                                  "POST /v1/visits HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
                                  "Content-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{",
                                  token_of("officer.linxi"));
  struct buffer grpc = {.arena = client_memory()};
  frames_begin(&grpc);
  frames_put_call(&grpc, 1, push_path, token_of("officer.linxi"));
  frames_put_message(&grpc, 1, 1000000, "x", 1, false);
  opened[REST] = open_many(REST, slow[REST], SLOW_ONES, rest, strlen(rest));
  opened[GRPC] = open_many(GRPC, slow[GRPC], SLOW_ONES, grpc.data, grpc.length);
  CU_ASSERT_TRUE(opened[REST] == SLOW_ONES && opened[GRPC] == SLOW_ONES);
  CU_ASSERT_TRUE(victim_is_well());
  BOTH(t)
  close_many(slow[t], opened[t]);
  CU_ASSERT_TRUE(victim_is_well());
}

static void a_thousand_idle_connections_keep_nobody_waiting(void) {
  enum { NEEDED = IDLE_ONES + 100 };
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  struct rlimit raised = {files.rlim_max, files.rlim_max};
  if (files.rlim_max < NEEDED || setrlimit(RLIMIT_NOFILE, &raised) != 0) {
    test_skip("too few descriptors are allowed here");
    return;
  }
  static int idle[IDLE_ONES];
  static const struct {
    enum transport transport;
    bool greets;
  } ways[] = {{REST, false}, {GRPC, false}, {GRPC, true}};
  struct buffer hello = {.arena = client_memory()};
  frames_begin(&hello);
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    int opened = open_many(ways[i].transport, idle, IDLE_ONES, hello.data, ways[i].greets ? hello.length : 0);
    CU_ASSERT_EQUAL(opened, IDLE_ONES);
    CU_ASSERT_TRUE(victim_is_well());
    close_many(idle, opened);
    CU_ASSERT_TRUE(victim_is_well());
  }
  setrlimit(RLIMIT_NOFILE, &files);
}

// The number below which only `more` descriptors of the victim are free.
static rlim_t tight_limit(int more) {
  rlim_t limit = 0;
  while (more > 0) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/fd/%lu", (int)victim.process.pid, (unsigned long)limit++);
    more -= faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) != 0;
  }
  return limit;
}

// Leaves the victim only so many descriptors more; returns what it had before.
static struct rlimit squeeze(int more) {
  struct rlimit before, after;
  prlimit(victim.process.pid, RLIMIT_NOFILE, NULL, &before);
  after = (struct rlimit){tight_limit(more), before.rlim_max};
  CU_ASSERT_EQUAL(prlimit(victim.process.pid, RLIMIT_NOFILE, &after, NULL), 0);
  return before;
}

static void running_out_of_descriptors_passes(void) {
  enum { CROWD = 4 * DESCRIPTORS_LEFT };
  static const enum transport crowded[] = {REST, GRPC, REST};
  int crowd[CROWD];
  CU_ASSERT_TRUE_FATAL(victim_is_connected());
  struct rlimit before = squeeze(DESCRIPTORS_LEFT);
  for (size_t i = 0; i < sizeof crowded / sizeof *crowded; i++) {
    int opened = open_many(crowded[i], crowd, CROWD, "", 0);
    CU_ASSERT_TRUE(opened > DESCRIPTORS_LEFT);
    close_many(crowd, opened);
    CU_ASSERT_TRUE(victim_is_well());
  }
  CU_ASSERT_TRUE(process_await(&victim.process, "connections wait for file descriptors", PATIENCE_MS)); // it was that bad
  prlimit(victim.process.pid, RLIMIT_NOFILE, &before, NULL);
}

// --- Chance ----------------------------------------------------------------------------------------------------------

static void random_bytes_do_no_harm(void) {
  struct buffer hello = {.arena = client_memory()};
  frames_begin(&hello);
  BOTH(t) {
    for (int i = 0; i < RANDOM_ONES; i++) {
      struct buffer bytes = {.arena = client_memory()};
      if (t == GRPC && i % 2)
        buffer_put(&bytes, hello.data, hello.length);
      if (t == REST && i % 2)
        buffer_string(&bytes, "POST /v1/visits HTTP/1.1\r\nHost: ");
      for (uint32_t length = chance() % RANDOM_BYTES; length > 0; length--)
        buffer_byte(&bytes, (char)chance());
      send_and_leave(t, bytes.data, bytes.length);
    }
  }
  CU_ASSERT_TRUE(victim_is_well());
}

static void the_server_ends_well_afterwards(void) {
  CU_ASSERT_EQUAL(victim_end(), 0);
}

SUITE_WITH(abuse, victim_open, victim_close, 90, TEST(a_hundred_clients_that_close_at_once_leave_nothing_behind),
           TEST(a_hundred_clients_that_leave_a_stuck_database_free_it),
           TEST(calls_cancelled_one_after_the_other_leave_nothing_behind), TEST(requests_that_break_off_anywhere_do_no_harm),
           TEST(what_is_no_http_does_no_harm), TEST(frames_that_make_no_sense_do_no_harm),
           TEST(messages_that_are_not_as_long_as_they_say_do_no_harm), TEST(bodies_that_do_not_come_keep_nobody_waiting),
           TEST(a_thousand_idle_connections_keep_nobody_waiting), TEST(running_out_of_descriptors_passes),
           TEST(random_bytes_do_no_harm), TEST(the_server_ends_well_afterwards));
