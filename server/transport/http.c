// One thread does it all: it waits for clients, for calls that come back and for deadlines, and lets libmicrohttpd run.

#include "transport/http.h"
#include "base/clock.h"
#include "base/log.h"
#include "call/observe.h"
#include "transport/http_answer.h"
#include "transport/http_door.h"
#include "transport/http_stream.h"
#include "transport/http_scrape.h"
#include "transport/http_pages.h"
#include "transport/http_request.h"
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
  CONNECTION_BYTES = 16 * 1024,          // what libmicrohttpd keeps for a connection: headers of a request, a piece of its body
  CANCELLED_GRACE_US = 10 * 1000 * 1000, // what cancelled calls get to come back
  ANSWERS_GRACE_US = 2 * 1000 * 1000,    // what answers that are leaving get beyond the calls' grace
  CLOSING_LOOK_MS = 20,
  EVENTS = 3,
};

static const char tls_priorities[] = "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE";

// --- Calls out and back ---

void http_wake(struct http_server *http) {
  const uint64_t one = 1;
  (void)!write(http->wake, &one, sizeof one);
}

// The server may be taken down as soon as `replying` is back at 0.
void http_come_back(struct http_server *http, struct call *call) {
  atomic_fetch_add(&http->replying, 1);
  struct call *first = atomic_load(&http->replied);
  do
    call->next = first;
  while (!atomic_compare_exchange_weak(&http->replied, &first, call));
  if (!first)
    http_wake(http);
  atomic_fetch_sub(&http->replying, 1);
}

// The reply function, in any thread.
static void come_back(struct call *call) {
  http_come_back(((struct connection *)call->transport)->http, call);
}

static void resume_replied(struct http_server *http) {
  struct call *call = atomic_exchange(&http->replied, NULL);
  while (call) {
    struct call *next = call->next;
    http->out--;
    if (call->method->server_streaming)
      http_stream_over(call);
    else
      MHD_resume_connection(((struct connection *)call->transport)->mhd);
    call = next;
  }
}

static void send_out(struct connection *connection) {
  struct call *call = connection->call;
  call->reply = come_back;
  if (call->method->server_streaming)
    http_stream_open(connection);
  connection_enter(connection, PHASE_CALL, clock_us());
  connection->http->out++;
  MHD_suspend_connection(connection->mhd);
  call_submit(call);
}

// --- What libmicrohttpd tells ---

// The request line was read: the request belongs to the connection from here on.
static void *on_request_line(void *context, const char *uri, struct MHD_Connection *mhd) {
  (void)context, (void)uri;
  struct connection *connection = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
  if (connection)
    connection_enter(connection, PHASE_HEADERS, clock_us());
  return connection;
}

// Paths stay as they are; the parameters of a query are unescaped where they are read.
static size_t leave_escaped(void *context, struct MHD_Connection *mhd, char *text) {
  (void)context, (void)mhd;
  return strlen(text);
}

// A call that is refused here never reaches admission: it is counted and logged all the same.
static enum MHD_Result answer_refusal(struct connection *connection) {
  const struct call *call = connection->call;
  if (call->method)
    observe_call(call->server->metrics, call);
  else
    log_debug("request", LOG_TEXT("reason", call->fault.reason), LOG_TEXT("request_id", call->id),
              LOG_TEXT("peer", call->peer));
  return answer_call(connection);
}

static enum MHD_Result on_headers(struct connection *connection, const char *verb, const char *path) {
  connection->http->busy++;
  connection_enter(connection, PHASE_BODY, clock_us());
  request_begin(connection, verb, path);
  return connection->too_large ? answer_refusal(connection) : MHD_YES;
}

static enum MHD_Result on_request_end(struct connection *connection) {
  if (connection->page)
    return pages_answer(connection);
  if (connection->call->fault.code != CODE_OK || !request_read(connection))
    return answer_refusal(connection);
  door_uncount_body(connection);
  send_out(connection);
  return MHD_YES;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *mhd, const char *path, const char *verb,
                                  const char *version, const char *bytes, size_t *length, void **state) {
  (void)context, (void)mhd, (void)version;
  struct connection *connection = *state;
  if (!connection)
    return MHD_NO;
  if (connection->phase == PHASE_HEADERS)
    return on_headers(connection, verb, path);
  if (connection->phase == PHASE_CALL)
    return connection->stream && !http_stream_is_over(connection) ? http_stream_answer(connection) : answer_call(connection);
  if (connection->phase != PHASE_BODY)
    return MHD_NO;
  if (*length == 0)
    return on_request_end(connection);
  bool taken = request_take(connection, bytes, *length);
  *length = 0;
  return taken ? MHD_YES : MHD_NO;
}

// The request is over, answered or not.
static void on_completed(void *context, struct MHD_Connection *mhd, void **state, enum MHD_RequestTerminationCode how) {
  (void)mhd, (void)how;
  struct http_server *http = context;
  struct connection *connection = *state;
  if (!connection)
    return;
  if (connection->phase > PHASE_HEADERS)
    http->busy--;
  if (connection->stream)
    http_stream_leave(connection);
  request_end(connection);
  connection_enter(connection, PHASE_IDLE, clock_us());
}

static void on_log(void *context, const char *format, va_list arguments) {
  (void)context;
  char text[256];
  vsnprintf(text, sizeof text, format, arguments); // NOLINT(clang-analyzer-valist.Uninitialized)
  text[strcspn(text, "\n")] = '\0';
  log_debug("libmicrohttpd", LOG_TEXT("text", text));
}

// --- The thread ---

static int wait_ms(const struct http_server *http, int64_t now_us) {
  MHD_UNSIGNED_LONG_LONG own_ms;
  int ms = door_wait_ms(http, now_us);
  if (http_is_closing(http) && ms > CLOSING_LOOK_MS)
    ms = CLOSING_LOOK_MS;
  return MHD_get_timeout(http->daemon, &own_ms) == MHD_YES && own_ms < (unsigned)ms ? (int)own_ms : ms;
}

static void cancel_all(struct http_server *http) {
  for (unsigned i = 0; i < http->door.touched; i++) {
    struct connection *connection = &http->door.places[i];
    if (connection->mhd && connection->call && (connection->phase == PHASE_CALL || connection->phase == PHASE_STREAM))
      atomic_store(&connection->call->cancelled, true);
  }
}

// Whether nothing is left to wait for. libmicrohttpd must not be stopped while calls are out.
static bool is_over(struct http_server *http, int64_t now_us) {
  int64_t closing_us = atomic_load(&http->closing_us);
  if (closing_us == 0)
    return false;
  if (http->door.listener >= 0)
    door_shut(http);
  if (now_us >= closing_us)
    cancel_all(http);
  if (http->out > 0)
    return now_us > closing_us + CANCELLED_GRACE_US;
  return http->busy == 0 || now_us > closing_us + ANSWERS_GRACE_US;
}

static void *serve(void *context) {
  struct http_server *http = context;
  pthread_setname_np(pthread_self(), "http");
  for (int64_t now_us = clock_us(); !is_over(http, now_us); now_us = clock_us()) {
    struct epoll_event events[EVENTS];
    int count = epoll_wait(http->poll, events, EVENTS, wait_ms(http, now_us));
    for (int i = 0; i < count; i++) {
      if (events[i].data.fd == http->door.listener)
        door_admit(http);
    }
    resume_replied(http);
    http_stream_resume_told(http);
    MHD_run(http->daemon);
    door_sweep(http, clock_us());
  }
  return NULL;
}

// --- Opening and closing ---

static bool start_daemon(struct http_server *http, struct fault *fault) {
  unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG;
  struct MHD_OptionItem secure[] = {{MHD_OPTION_END, 0, NULL}, {MHD_OPTION_END, 0, NULL}, {MHD_OPTION_END, 0, NULL}};
  if (http->options.tls) {
    flags |= MHD_USE_TLS;
    secure[0] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_CERT_CALLBACK, 0, (void *)tls_retrieve};
    secure[1] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)tls_priorities};
  }
  http->daemon = MHD_start_daemon(
      flags, 0, NULL, NULL, on_request, http, MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL, MHD_OPTION_ARRAY, secure,
      MHD_OPTION_CONNECTION_LIMIT, http->door.limit + CONNECTIONS_OVER, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
      (size_t)CONNECTION_BYTES, MHD_OPTION_CONNECTION_TIMEOUT, 0u, MHD_OPTION_URI_LOG_CALLBACK, on_request_line, NULL,
      MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL, MHD_OPTION_NOTIFY_COMPLETED, on_completed, http,
      MHD_OPTION_NOTIFY_CONNECTION, door_on_connection, http, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
  return http->daemon || fault_set(fault, CODE_UNAVAILABLE, "LISTEN", "libmicrohttpd does not start");
}

static void watch(struct http_server *http, int fd, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  epoll_ctl(http->poll, EPOLL_CTL_ADD, fd, &event);
}

static bool open_poll(struct http_server *http, struct fault *fault) {
  http->poll = epoll_create1(EPOLL_CLOEXEC);
  http->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (http->poll < 0 || http->wake < 0)
    return fault_set(fault, CODE_UNAVAILABLE, "LISTEN", "no descriptors: %s", strerror(errno));
  watch(http, http->wake, EPOLLIN | EPOLLET); // each write wakes once, it need not be read
  return true;
}

static bool start(struct http_server *http, struct fault *fault) {
  http->router = router_make(http->server->schema, http->options.published, &http->arena, fault);
  if (!http->router || !proxies_read(&http->proxies, http->options.trusted_proxies, &http->arena, fault) ||
      !pages_open(http, fault) || !open_poll(http, fault) || !door_open(http, fault) || !start_daemon(http, fault) ||
      !scrape_open(http, fault))
    return false;
  watch(http, MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd, EPOLLIN);
  if (pthread_create(&http->thread, NULL, serve, http) != 0)
    return fault_set(fault, CODE_UNAVAILABLE, "LISTEN", "no thread for HTTP");
  return true;
}

static void take_down(struct http_server *http) {
  if (http->daemon)
    MHD_stop_daemon(http->daemon);
  scrape_close(http);
  door_shut(http);
  if (http->poll >= 0)
    close(http->poll);
  if (http->wake >= 0)
    close(http->wake);
  struct arena arena = http->arena;
  arena_close(&arena);
}

struct http_server *http_open(struct server *server, const struct http_options *options, struct fault *fault) {
  struct arena arena = {0};
  struct http_server *http = arena_zalloc(&arena, sizeof *http);
  http->arena = arena;
  http->server = server;
  http->options = *options;
  http->poll = http->wake = http->door.listener = http->door.spare = -1;
  http->status_type = schema_message(server->schema, "google.rpc.Status");
  if (start(http, fault))
    return http;
  take_down(http);
  return NULL;
}

int http_port(const struct http_server *http) {
  return http->port;
}

int http_metrics_port(const struct http_server *http) {
  return http->metrics_port;
}

void http_close(struct http_server *http, int64_t grace_ms) {
  atomic_store(&http->closing_us, clock_us() + grace_ms * 1000);
  http_wake(http);
  pthread_join(http->thread, NULL);
  while (atomic_load(&http->replying) > 0)
    sched_yield();
  if (http->out > 0) {
    // Whoever has them may still reply: what he would write to must stay.
    log_error("calls that never came back keep the HTTP server from being freed", LOG_NUMBER("calls", http->out));
    return;
  }
  take_down(http);
}
