// The HTTP server by itself: no database behind it, so that every call that reaches admission is told that the server stops.

#include "transport/http.h"
#include "api.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/utf8.h"
#include "call/accounts.h"
#include "call/addresses.h"
#include "call/observe.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BODY_LIMIT = 1000, BODIES_LIMIT = 2500, ANSWER_BYTES = 8192, PATIENCE_S = 20, SECOND_US = 1000 * 1000 };

static struct server server;
static struct http_server *http;
static struct arena arena;
static char answer[ANSWER_BYTES];

static bool open_server(void) {
  if (!api_open())
    return false;
  log_setup(LOG_ERROR, 0);
  struct fault fault = {.arena = &arena};
  server = (struct server){.schema = &api,
                           .metrics = observe_open(&api),
                           .accounts = accounts_open(&(struct accounts_options){0}),
                           .addresses = addresses_open(&(struct addresses_options){.body_bytes = BODIES_LIMIT}),
                           .stopping = true};
  const struct http_options options = {
      .listen = "127.0.0.1:0", .metrics_listen = "127.0.0.1:0", .body_limit_bytes = BODY_LIMIT, .version = "1.2.3"};
  http = http_open(&server, &options, &fault);
  if (!http)
    printf("  %s\n", fault.message);
  return http != NULL;
}

static void close_server(void) {
  http_close(http, 0);
  accounts_close(server.accounts);
  addresses_close(server.addresses);
  observe_close(server.metrics);
  arena_close(&arena);
  api_close();
  log_setup(LOG_INFO, 0);
}

// --- A client ---

static int connect_to(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){.tv_sec = PATIENCE_S}, sizeof(struct timeval));
  CU_ASSERT_EQUAL_FATAL(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
  return fd;
}

static void send_text(int fd, const char *text) {
  CU_ASSERT_EQUAL(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

// Whether `length` bytes of the answer are all of it.
static bool is_whole(size_t length) {
  answer[length] = '\0';
  const char *body = strstr(answer, "\r\n\r\n"), *announced = strstr(answer, "Content-Length: ");
  return body && announced && answer + length >= body + 4 + strtol(announced + strlen("Content-Length: "), NULL, 10);
}

// Reads one answer; "" where the connection ends without one.
static const char *take_answer(int fd) {
  size_t length = 0;
  for (;;) {
    ssize_t got = recv(fd, answer + length, ANSWER_BYTES - 1 - length, 0);
    length += got > 0 ? (size_t)got : 0;
    if (got <= 0 || is_whole(length) || length == ANSWER_BYTES - 1)
      break;
  }
  answer[length] = '\0';
  return answer;
}

static const char *ask_port(int port, const char *text) {
  int fd = connect_to(port);
  send_text(fd, text);
  take_answer(fd);
  close(fd);
  return answer;
}

static const char *ask(const char *verb, const char *path, const char *headers, const char *body) {
  return ask_port(http_port(http), arena_printf(&arena, "%s %s HTTP/1.1\r\nHost: x\r\n%s\r\n%s", verb, path, headers, body));
}

static const char *post(const char *body) {
  const char *headers = arena_printf(&arena, "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
  return ask("POST", "/v1/visits", headers, body);
}

static bool has(const char *text) {
  bool found = strstr(answer, text) != NULL;
  if (!found)
    printf("    no %s in %s\n", text, answer);
  return found;
}

static bool is_well(void) {
  int64_t begun_us = clock_us();
  ask("GET", "/healthz", "", "");
  return has("HTTP/1.1 200 ") && clock_us() - begun_us < PATIENCE_S * SECOND_US;
}

// Waits until `condition` holds, at most for a while.
static bool comes_true(bool (*condition)(void)) {
  for (int64_t begun_us = clock_us(); clock_us() - begun_us < PATIENCE_S * SECOND_US;) {
    if (condition())
      return true;
  }
  return false;
}

// --- Calls ---

static void a_call_goes_out_and_comes_back(void) {
  ask("GET", "/v1/visits/018f2a3c-5b7d-7e91-8a42-1c9d3e5f7a60", "Accept-Language: en\r\n", "");
  CU_ASSERT_TRUE(has("HTTP/1.1 503 "));
  CU_ASSERT_TRUE(has("\"reason\":\"STOPPING\""));
  CU_ASSERT_TRUE(has("Retry-After: 5\r\n"));
  CU_ASSERT_TRUE(has("X-Request-Id: "));
  CU_ASSERT_TRUE(has("Content-Language: en\r\n"));
  CU_ASSERT_TRUE(has("Cache-Control: no-store\r\n"));
}

static void what_the_transport_refuses_has_the_form_of_all_refusals(void) {
  ask("GET", "/v1/nothing", "", "");
  CU_ASSERT_TRUE(has("HTTP/1.1 404 "));
  CU_ASSERT_TRUE(has("\"reason\":\"NO_SUCH_ROUTE\""));
  ask("PUT", "/v1/visits", "", "");
  CU_ASSERT_TRUE(has("HTTP/1.1 405 "));
  CU_ASSERT_TRUE(has("Allow: POST, GET, HEAD\r\n"));
  ask("POST", "/v1/visits", "Content-Length: 2\r\n", "{}");
  CU_ASSERT_TRUE(has("HTTP/1.1 415 "));
  post("{");
  CU_ASSERT_TRUE(has("HTTP/1.1 400 "));
  CU_ASSERT_TRUE(has("\"reason\":\"MALFORMED_JSON\""));
}

static void a_field_is_named_as_the_request_has_it_whatever_the_body_is(void) {
  post("{\"colour\":\"red\"}");
  CU_ASSERT_TRUE(has("\"field\":\"visit.colour\""));
}

static void a_path_and_a_query_fill_the_same_message(void) {
  ask("GET", "/v1/visits?kinds=VISIT_KIND_SURVEY&kinds=3&page_size=2&startedAfter=2026-03-14T00%3A00%3A00%2B08%3A00", "", "");
  CU_ASSERT_TRUE(has("\"reason\":\"STOPPING\""));
  ask("GET", "/v1/visits?kinds=VISIT_KIND_NONE&pageSize=many", "", "");
  CU_ASSERT_TRUE(has("\"field\":\"kinds\""));
  CU_ASSERT_TRUE(has("\"field\":\"pageSize\""));
}

static void a_parameter_whose_name_is_no_text_is_refused_in_text(void) {
  static const char *const queries[] = {"%ff=1", "\xff=1", "%zz=1", "a%00b=1", "=1"};
  for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
    ask("GET", arena_printf(&arena, "/v1/visits?%s", queries[i]), "", "");
    CU_ASSERT_TRUE(has("HTTP/1.1 400 "));
    CU_ASSERT_TRUE(has("\"fieldViolations\""));
    CU_ASSERT_TRUE(utf8_valid(answer, strlen(answer)));
  }
  ask("GET", "/v1/visits?&&pageSize=3&", "", "");
  CU_ASSERT_TRUE(has("\"reason\":\"STOPPING\""));
}

static void one_bad_item_does_not_refuse_a_push(void) {
  const char *body = "{\"visits\":[{\"colour\":\"red\"}]}";
  const char *headers = arena_printf(&arena, "Content-Type: application/json\r\nContent-Length: %zu\r\n", strlen(body));
  ask("POST", "/v1/sync:push", headers, body);
  CU_ASSERT_TRUE(has("\"reason\":\"STOPPING\""));
}

// --- Bodies ---

static void a_body_over_the_limit_is_refused_before_it_comes(void) {
  int fd = connect_to(http_port(http));
  send_text(fd, "POST /v1/visits HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1001\r\n\r\n");
  take_answer(fd);
  CU_ASSERT_TRUE(has("HTTP/1.1 413 "));
  CU_ASSERT_TRUE(has("\"reason\":\"BODY_TOO_LARGE\""));
  CU_ASSERT_TRUE(has("Connection: close\r\n"));
  CU_ASSERT_EQUAL(recv(fd, answer, 1, 0), 0);
  close(fd);
}

static const char *body_of(size_t length) {
  return arena_printf(&arena, "%*s", (int)length, "?");
}

static bool is_read_again(void) {
  return strstr(post(body_of(900)), "MALFORMED_JSON") != NULL;
}

static void bodies_under_way_are_bounded_in_all(void) {
  int holders[2];
  for (int i = 0; i < 2; i++) {
    holders[i] = connect_to(http_port(http));
    send_text(holders[i],
              "POST /v1/visits HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n");
    send_text(holders[i], body_of(950));
  }
  CU_ASSERT_TRUE(is_well()); // what was sent before it has been read
  post(body_of(900));
  CU_ASSERT_TRUE(has("HTTP/1.1 503 "));
  CU_ASSERT_TRUE(has("\"reason\":\"OVERLOADED\""));
  CU_ASSERT_TRUE(has("Retry-After: 1\r\n"));
  for (int i = 0; i < 2; i++)
    close(holders[i]);
  CU_ASSERT_TRUE(comes_true(is_read_again));
}

// --- Pages and metrics ---

static void the_server_is_alive_though_not_ready(void) {
  CU_ASSERT_TRUE(is_well());
  ask("GET", "/readyz", "", "");
  CU_ASSERT_TRUE(has("HTTP/1.1 503 "));
}

static void a_page_is_sent_again_only_when_it_changed(void) {
  ask("GET", "/docs", "", "");
  CU_ASSERT_TRUE(has("HTTP/1.1 200 "));
  CU_ASSERT_TRUE(has("Content-Security-Policy: default-src 'none';"));
  const char *tag = strstr(answer, "ETag: ");
  if (!tag) {
    CU_FAIL("no ETag");
    return;
  }
  const char *headers = arena_printf(&arena, "If-None-Match: %.*s\r\n", (int)strcspn(tag + 6, "\r"), tag + 6);
  int fd = connect_to(http_port(http));
  send_text(fd, arena_printf(&arena, "GET /docs HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s\r\n", headers));
  take_answer(fd);
  close(fd);
  CU_ASSERT_TRUE(has("HTTP/1.1 304 "));
}

static void metrics_have_an_address_of_their_own(void) {
  ask("GET", "/metrics", "", "");
  CU_ASSERT_TRUE(has("HTTP/1.1 404 "));
  ask_port(http_metrics_port(http), "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
  CU_ASSERT_TRUE(has("HTTP/1.1 200 "));
  CU_ASSERT_TRUE(has("Content-Type: text/plain; version=0.0.4"));
}

// --- Connections ---

static void a_call_is_answered_soon_after_descriptors_ran_out(void) {
  enum { HELD = 40 };
  struct rlimit before, tight;
  CU_ASSERT_EQUAL_FATAL(getrlimit(RLIMIT_NOFILE, &before), 0);
  int held[HELD];
  for (int i = 0; i < HELD; i++) {
    held[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(held[i], SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){.tv_sec = PATIENCE_S}, sizeof(struct timeval));
  }
  tight = (struct rlimit){(rlim_t)held[0], before.rlim_max};
  CU_ASSERT_EQUAL_FATAL(setrlimit(RLIMIT_NOFILE, &tight), 0);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)http_port(http)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  for (int i = 0; i < HELD; i++)
    (void)connect(held[i], (struct sockaddr *)&address, sizeof address);
  CU_ASSERT_TRUE(recv(held[HELD - 1], answer, 1, 0) <= 0); // turned away, or left waiting
  setrlimit(RLIMIT_NOFILE, &before);
  for (int i = 0; i < HELD; i++)
    close(held[i]);
  CU_ASSERT_TRUE(is_well());
}

static void requests_that_follow_each_other_are_answered_in_their_order(void) {
  int fd = connect_to(http_port(http));
  send_text(fd, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /v1/visits HTTP/1.1\r\nHost: x\r\n\r\n"
                "GET /v1/nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  size_t length = 0;
  for (ssize_t got; (got = recv(fd, answer + length, ANSWER_BYTES - 1 - length, 0)) > 0;)
    length += (size_t)got;
  answer[length] = '\0';
  close(fd);
  const char *first = strstr(answer, " 200 OK"), *second = strstr(answer, "STOPPING"), *third = strstr(answer, "NO_SUCH_ROUTE");
  CU_ASSERT_TRUE(first && second && third && first < second && second < third);
}

// --- Opening and closing ---

// What a server is refused for that listens on `listen`, apart from what `options` says.
static const char *refusal_of(const char *listen, struct http_options options) {
  options.listen = listen;
  options.version = "";
  struct fault fault = {.arena = &arena};
  struct http_server *opened = http_open(&server, &options, &fault);
  CU_ASSERT_PTR_NULL(opened);
  if (opened)
    http_close(opened, 0);
  return fault.reason ? fault.reason : "";
}

static void what_cannot_be_served_is_a_fault(void) {
  const char *taken = arena_printf(&arena, "127.0.0.1:%d", http_port(http)), *any = "127.0.0.1:0";
  CU_ASSERT_STRING_EQUAL(refusal_of(taken, (struct http_options){0}), "LISTEN");
  CU_ASSERT_STRING_EQUAL(refusal_of("nonsense", (struct http_options){0}), "ADDRESS");
  CU_ASSERT_STRING_EQUAL(refusal_of(any, (struct http_options){.metrics_listen = taken}), "LISTEN");
  CU_ASSERT_STRING_EQUAL(refusal_of(any, (struct http_options){.trusted_proxies = "nobody"}), "TRUSTED_PROXIES");
}

static void closing_ends_idle_connections_and_the_listener(void) {
  struct fault fault = {.arena = &arena};
  struct http_server *other = http_open(&server, &(struct http_options){.listen = "127.0.0.1:0", .version = ""}, &fault);
  CU_ASSERT_PTR_NOT_NULL_FATAL(other);
  int fd = connect_to(http_port(other));
  send_text(fd, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n");
  take_answer(fd);
  int64_t begun_us = clock_us();
  http_close(other, 10 * PATIENCE_S * 1000);
  CU_ASSERT_TRUE(clock_us() - begun_us < PATIENCE_S * SECOND_US);
  CU_ASSERT_EQUAL(recv(fd, answer, 1, 0), 0);
  close(fd);
}

SUITE_WITH(http, open_server, close_server, 0, TEST(a_call_goes_out_and_comes_back),
           TEST(what_the_transport_refuses_has_the_form_of_all_refusals),
           TEST(a_field_is_named_as_the_request_has_it_whatever_the_body_is), TEST(a_path_and_a_query_fill_the_same_message),
           TEST(a_parameter_whose_name_is_no_text_is_refused_in_text), TEST(one_bad_item_does_not_refuse_a_push),
           TEST(a_body_over_the_limit_is_refused_before_it_comes), TEST(bodies_under_way_are_bounded_in_all),
           TEST(the_server_is_alive_though_not_ready), TEST(a_page_is_sent_again_only_when_it_changed),
           TEST(metrics_have_an_address_of_their_own), TEST(a_call_is_answered_soon_after_descriptors_ran_out),
           TEST(requests_that_follow_each_other_are_answered_in_their_order), TEST(what_cannot_be_served_is_a_fault),
           TEST(closing_ends_idle_connections_and_the_listener));
