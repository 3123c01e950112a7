// What one address may have of a server before it is known who asks: connections, and bytes of bodies that are on their way.

#include "base/clock.h"
#include "suite.h"
#include "support/client_wire.h"
#include "support/frames.h"
#include "support/refusal.h"
#include "support/socket.h"
#include "support/upload.h"
#include "support/world.h"
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  PATIENCE_MS = 20000,
  SOON_MS = 300,
  LOOK_MS = 10,
  OF_ADDRESS = 4,
  MORE = 3,
  MIB = 1 << 20,
  BODY_MIB = 8,
  BODIES_MIB = 16, // of one address
  HELD_MIB = 7,    // of a body that goes on
  FLOOD_MIB = 1024,
};

static const char crowded[] = "127.0.3.1", other[] = "127.0.3.2";
static const char connections_per_address[] = "ZOUFANG_CONNECTIONS_PER_ADDRESS=4";
static const char push_path[] = "/zoufang.v1.SyncService/Push";

// --- Connections ---------------------------------------------------------------------------------------------------------

// A connection on which gRPC was heard; -1 where the server ended it instead.
static int connect_grpc(const struct instance *instance, const char *from) {
  struct buffer hello = {.arena = client_memory()};
  frames_begin(&hello);
  int fd = socket_open_from(from, instance->grpc_port);
  struct pollfd heard = {.fd = fd, .events = POLLIN};
  char byte;
  CU_ASSERT_TRUE_FATAL(fd >= 0);
  socket_send(fd, hello.data, hello.length);
  if (poll(&heard, 1, PATIENCE_MS) == 1 && recv(fd, &byte, 1, 0) == 1)
    return fd;
  close(fd);
  return -1;
}

// Tries until the address is let in again.
static int connect_grpc_again(const struct instance *instance, const char *from) {
  int fd = -1;
  for (int64_t until_us = clock_us() + PATIENCE_MS * 1000LL; fd < 0 && clock_us() < until_us; poll(NULL, 0, LOOK_MS))
    fd = connect_grpc(instance, from);
  return fd;
}

static void an_address_has_only_so_many_grpc_connections(void) {
  struct instance instance;
  int fds[OF_ADDRESS];
  CU_ASSERT_TRUE_FATAL(instance_start(&instance, (const char *[]){connections_per_address, NULL}));
  for (int i = 0; i < OF_ADDRESS; i++) {
    fds[i] = connect_grpc(&instance, crowded);
    CU_ASSERT_TRUE(fds[i] >= 0);
  }
  for (int i = 0; i < MORE; i++)
    CU_ASSERT_EQUAL(connect_grpc(&instance, crowded), -1);
  for (int64_t until_us = clock_us() + PATIENCE_MS * 1000LL;
       instance_metric(&instance, "zoufang_grpc_connections_refused_total") < MORE && clock_us() < until_us;)
    poll(NULL, 0, LOOK_MS);
  CU_ASSERT_EQUAL(instance_metric(&instance, "zoufang_grpc_connections_refused_total"), MORE);
  int beside = connect_grpc(&instance, other);
  CU_ASSERT_TRUE(beside >= 0);
  CU_ASSERT_FALSE(socket_ends(fds[0], SOON_MS)); // who is there stays
  close(fds[0]);
  fds[0] = connect_grpc_again(&instance, crowded);
  CU_ASSERT_TRUE(fds[0] >= 0);
  CU_ASSERT_EQUAL(connect_grpc(&instance, crowded), -1);
  for (int i = 0; i < OF_ADDRESS; i++)
    close(fds[i]);
  close(beside);
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

// A phone that comes and goes has no more than it has at once, however often it comes.
static void connections_that_ended_are_not_counted(void) {
  struct instance instance;
  CU_ASSERT_TRUE_FATAL(instance_start(&instance, (const char *[]){connections_per_address, NULL}));
  int beside[MORE]; // so that descriptors change hands
  for (int i = 0; i < MORE * OF_ADDRESS; i++) {
    int fd = connect_grpc_again(&instance, crowded);
    CU_ASSERT_TRUE_FATAL(fd >= 0);
    close(fd);
    if (i < MORE)
      beside[i] = connect_grpc(&instance, other);
  }
  for (int i = 0; i < MORE; i++)
    close(beside[i]);
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

static void a_trusted_proxy_has_any_number_of_grpc_connections(void) {
  struct instance instance;
  int fds[MORE * OF_ADDRESS];
  CU_ASSERT_TRUE_FATAL(
      instance_start(&instance, (const char *[]){connections_per_address, "ZOUFANG_TRUSTED_PROXIES=127.0.3.1", NULL}));
  for (int i = 0; i < MORE * OF_ADDRESS; i++) {
    fds[i] = connect_grpc(&instance, crowded);
    CU_ASSERT_TRUE(fds[i] >= 0);
  }
  for (int i = 0; i < MORE * OF_ADDRESS; i++)
    close(fds[i]);
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

// Over REST the one that was idle for longest makes room.
static void an_address_has_only_so_many_rest_connections(void) {
  static const char ask_health[] = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
  struct instance instance;
  int fds[OF_ADDRESS + 1];
  CU_ASSERT_TRUE_FATAL(instance_start(&instance, (const char *[]){connections_per_address, NULL}));
  for (int i = 0; i <= OF_ADDRESS; i++) {
    fds[i] = socket_open_from(crowded, instance.http_port);
    CU_ASSERT_TRUE(fds[i] >= 0 && socket_say(fds[i], ask_health));
    CU_ASSERT_PTR_NOT_NULL(strstr(socket_hear(fds[i], "\r\n\r\n", PATIENCE_MS), "200"));
  }
  CU_ASSERT_TRUE(socket_ends(fds[0], PATIENCE_MS));
  CU_ASSERT_FALSE(socket_ends(fds[1], SOON_MS));
  for (int i = 0; i <= OF_ADDRESS; i++)
    close(fds[i]);
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

// --- Bodies --------------------------------------------------------------------------------------------------------------

static void no_grpc_message_is_waited_for_that_is_too_large(void) {
  static const struct {
    const char *path, *told;
  } ways[] = {{"/zoufang.v1.AuthService/Login", "larger than"},
              {"/zoufang.v1.NoService/NoMethod", "no such method"},
              {"/grpc.health.v1.Health/Check", "too much is on its way"}};
  struct instance instance;
  CU_ASSERT_TRUE_FATAL(instance_start(&instance, (const char *[]){NULL}));
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    struct upload upload;
    CU_ASSERT_TRUE_FATAL(upload_begin(&upload, crowded, instance.grpc_port, ways[i].path, FLOOD_MIB * MIB));
    size_t sent = upload_send(&upload, FLOOD_MIB * MIB);
    CU_ASSERT_TRUE(sent < FLOOD_MIB / 2 * MIB);
    CU_ASSERT_TRUE(upload_is_told(&upload, ways[i].told));
    upload_end(&upload);
    client_forget();
  }
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

// Waits until the server knows of so many bytes that are on their way, or of fewer.
static bool knows_of(const struct instance *instance, long least_bytes, long most_bytes) {
  long bytes = -1;
  for (int64_t until_us = clock_us() + PATIENCE_MS * 1000LL; clock_us() < until_us; poll(NULL, 0, LOOK_MS)) {
    bytes = instance_metric(instance, "zoufang_bodies_bytes");
    if (bytes >= least_bytes && bytes <= most_bytes)
      return true;
  }
  fprintf(stderr, "        %ld bytes are on their way, not %ld to %ld\n", bytes, least_bytes, most_bytes);
  return false;
}

// A REST body of which so much comes.
static int begin_rest(const struct instance *instance, const char *from, size_t bytes) {
  char *spaces = arena_alloc(client_memory(), bytes);
  memset(spaces, ' ', bytes);
  int fd = socket_open_from(from, instance->http_port);
  CU_ASSERT_TRUE_FATAL(fd >= 0);
  socket_say(fd, arena_printf(client_memory(),
                              "POST /v1/sync:push HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                              "Content-Length: %d\r\n\r\n",
                              BODY_MIB * MIB));
  CU_ASSERT_TRUE(socket_send(fd, spaces, bytes));
  return fd;
}

// A body of 4 MiB over REST, all of it.
static const char *answer_of_rest(const struct instance *instance, const char *from) {
  enum { BYTES = BODY_MIB / 2 * MIB };
  int fd = socket_open_from(from, instance->http_port);
  char *spaces = arena_alloc(client_memory(), BYTES);
  memset(spaces, ' ', BYTES);
  CU_ASSERT_TRUE_FATAL(fd >= 0);
  socket_say(fd, arena_printf(client_memory(),
                              "POST /v1/sync:push HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                              "Connection: close\r\nContent-Length: %d\r\n\r\n",
                              BYTES));
  socket_send(fd, spaces, BYTES);
  const char *answer = socket_hear(fd, "", PATIENCE_MS);
  close(fd);
  return answer;
}

// Likewise over gRPC; whether it was told `text`.
static bool is_told_over_grpc(const struct instance *instance, const char *from, const char *text) {
  enum { BYTES = BODY_MIB / 2 * MIB };
  struct upload upload;
  CU_ASSERT_TRUE_FATAL(upload_begin(&upload, from, instance->grpc_port, push_path, BYTES + 1));
  upload_send(&upload, BYTES);
  poll(NULL, 0, SOON_MS); // it is looked at several times before its last byte comes
  upload_send(&upload, 1);
  bool told = upload_is_told(&upload, text);
  upload_end(&upload);
  return told;
}

static void an_address_has_only_so_many_bytes_on_their_way_over_both_transports_together(void) {
  static const char refusal[] = "too many bodies are on their way";
  struct instance instance;
  struct upload held;
  CU_ASSERT_TRUE_FATAL(instance_start(&instance, (const char *[]){NULL}));
  int held_rest = begin_rest(&instance, crowded, HELD_MIB * MIB);
  CU_ASSERT_TRUE(upload_begin(&held, crowded, instance.grpc_port, push_path, BODY_MIB * MIB));
  CU_ASSERT_EQUAL(upload_send(&held, HELD_MIB * MIB), HELD_MIB * MIB);
  // The first bytes of a gRPC message may come with its headers, and do not count.
  CU_ASSERT_TRUE(knows_of(&instance, (2 * HELD_MIB - 1) * MIB, BODIES_MIB * MIB));
  CU_ASSERT_TRUE(is_told_over_grpc(&instance, crowded, refusal));
  const char *refused = answer_of_rest(&instance, crowded);
  CU_ASSERT_PTR_NOT_NULL(strstr(refused, "HTTP/1.1 503 "));
  CU_ASSERT_PTR_NOT_NULL(strstr(refused, "\"reason\":\"OVERLOADED\""));
  CU_ASSERT_EQUAL(instance_metric(&instance, "zoufang_turned_away_total{reason=\"OVERLOADED\"}"), 2);
  CU_ASSERT_FALSE(is_told_over_grpc(&instance, other, refusal));
  CU_ASSERT_PTR_NULL(strstr(answer_of_rest(&instance, other), "OVERLOADED"));
  CU_ASSERT_FALSE(held.over); // who was there before stays
  upload_end(&held);
  close(held_rest);
  CU_ASSERT_TRUE(knows_of(&instance, 0, 0));
  CU_ASSERT_FALSE(is_told_over_grpc(&instance, crowded, refusal));
  CU_ASSERT_PTR_NULL(strstr(answer_of_rest(&instance, crowded), "OVERLOADED"));
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

SUITE_WITH(bounds, world_open, client_forget, 240, TEST(an_address_has_only_so_many_grpc_connections),
           TEST(connections_that_ended_are_not_counted), TEST(a_trusted_proxy_has_any_number_of_grpc_connections),
           TEST(an_address_has_only_so_many_rest_connections), TEST(no_grpc_message_is_waited_for_that_is_too_large),
           TEST(an_address_has_only_so_many_bytes_on_their_way_over_both_transports_together));
