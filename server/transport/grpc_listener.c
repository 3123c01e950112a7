// The core's listening server: opened, watched, shut down.

#include "base/clock.h"
#include "transport/grpc_accept.h"
#include "transport/grpc_front.h"
#include <grpc/grpc_security.h>
#include <grpc/support/log.h>
#include <signal.h>
#include <unistd.h>

enum {
  ARMED_CALLS = 32,                 // calls that the core may hand over without being asked again
  RECEIVE_MARGIN_BYTES = 256 << 10, // what is a little over the body limit is refused by us, with details
  STREAMS_PER_CONNECTION = 100,
  METADATA_LIMIT_BYTES = 8192,
  KEEPALIVE_MS = 120000,        // after this much silence the peer is pinged
  KEEPALIVE_TIMEOUT_MS = 20000, // and given up where it does not answer
  IDLE_MS = 300000,             // without calls
  HANDSHAKE_MS = 10000,
  PING_INTERVAL_MS = 20000, // what clients may ping without calls
};

static const int64_t LINGER_US = 300 * 1000LL, COMPLAIN_EVERY_US = 10 * 1000000LL;

static void take_log(gpr_log_func_args *line) {
  log_warn("grpc core", LOG_TEXT("text", line->message));
}

void listener_take_log(void) {
  gpr_set_log_verbosity(GPR_LOG_SEVERITY_ERROR);
  gpr_set_log_function(take_log);
}

// --- opening ---

static grpc_server *make_server(const struct grpc_front *front) {
  const struct {
    const char *key;
    int value;
  } settings[] = {
      {GRPC_ARG_ALLOW_REUSEPORT, 0},
      {GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, (int)(front->body_limit_bytes + RECEIVE_MARGIN_BYTES)},
      {GRPC_ARG_MAX_CONCURRENT_STREAMS, STREAMS_PER_CONNECTION},
      {GRPC_ARG_MAX_METADATA_SIZE, METADATA_LIMIT_BYTES},
      {GRPC_ARG_KEEPALIVE_TIME_MS, KEEPALIVE_MS},
      {GRPC_ARG_KEEPALIVE_TIMEOUT_MS, KEEPALIVE_TIMEOUT_MS},
      {GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1},
      {GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, PING_INTERVAL_MS},
      {GRPC_ARG_MAX_CONNECTION_IDLE_MS, IDLE_MS},
      {GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, HANDSHAKE_MS},
      {GRPC_ARG_HTTP2_BDP_PROBE, 0},
      {GRPC_ARG_ENABLE_CHANNELZ, 0},
      {GRPC_ARG_ENABLE_DEADLINE_CHECKS, 0},           // calls have deadlines of their own, and answer with details
      {GRPC_ARG_ENABLE_PER_MESSAGE_DECOMPRESSION, 0}, // the core would inflate without a bound
      {GRPC_ARG_ENABLE_PER_MESSAGE_COMPRESSION, 0},
  };
  enum { COUNT = sizeof settings / sizeof *settings };
  grpc_arg arguments[COUNT];
  for (size_t i = 0; i < COUNT; i++)
    arguments[i] =
        (grpc_arg){.type = GRPC_ARG_INTEGER, .key = (char *)(uintptr_t)settings[i].key, .value.integer = settings[i].value};
  return grpc_server_create(&(grpc_channel_args){.num_args = COUNT, .args = arguments}, NULL);
}

static int bind_port(struct grpc_front *front, grpc_server *core) {
  front->tls_view.seen = 0;
  grpc_server_credentials *credentials =
      front->tls_view.tls ? tls_credentials(&front->tls_view) : grpc_insecure_server_credentials_create();
  if (!credentials)
    return 0;
  int port = grpc_server_add_http2_port(core, front->address, credentials);
  grpc_server_credentials_release(credentials);
  return port;
}

static void gone(void *owner, bool ok) {
  struct grpc_front *front = owner;
  (void)ok;
  grpc_server_destroy(front->core);
  front->core = NULL;
}

bool listener_open(struct grpc_front *front, struct fault *fault) {
  grpc_server *core = make_server(front);
  grpc_server_register_completion_queue(core, front->queue, NULL);
  front->port = bind_port(front, core);
  if (!front->port) {
    grpc_server_destroy(core);
    return fault_set(fault, CODE_UNAVAILABLE, "ADDRESS", "cannot listen on %s for gRPC", front->address);
  }
  front->core = core;
  front->gone = (struct tag){gone, front};
  accept_guard(front->port, front->channels);
  grpc_server_start(core);
  for (int i = 0; i < ARMED_CALLS; i++)
    rpc_arm(front);
  return true;
}

// --- watching ---

// Nobody accepts though there are descriptors: a fresh process will do better.
static void give_up(struct grpc_front *front) {
  log_error("grpc listener is dead, stopping", LOG_TEXT("address", front->address));
  front->probe.silences = 0;
  kill(getpid(), SIGTERM);
}

static void complain(struct grpc_front *front, int64_t now_us) {
  if (now_us < front->complain_at_us)
    return;
  front->complain_at_us = now_us + COMPLAIN_EVERY_US;
  log_warn("grpc connections wait for file descriptors", LOG_TEXT("address", front->address));
}

// Connections that wait for a descriptor are taken when the next one comes: ours, once there are descriptors.
static void nudge_starved(struct grpc_front *front, int64_t now_us) {
  if (accept_was_starved()) {
    front->starved = true;
    series_add(front->starvations, 1);
    complain(front, now_us);
  }
  if (!front->starved)
    return;
  probe_close(&front->probe);
  front->starved = !probe_begin(&front->probe, now_us);
}

// Cuts what is left once its time is over. Connections without calls are told to leave and get little time for it: a client
// that sleeps does not hear.
static void cut_off(struct grpc_front *front, int64_t now_us) {
  bool is_idle = front->open.length == 0 && now_us - front->stopped_at_us > LINGER_US;
  if (!front->core || front->is_cut_off || (now_us < front->cancel_at_us && !is_idle))
    return;
  front->is_cut_off = true;
  grpc_server_cancel_all_calls(front->core);
}

void listener_tick(struct grpc_front *front, int64_t now_us) {
  if (front->stopped) {
    cut_off(front, now_us);
    return;
  }
  nudge_starved(front, now_us);
  series_add(front->refusals, accept_refusals());
  if (probe_is_silent(&front->probe, now_us))
    give_up(front);
}

void listener_stop(struct grpc_front *front, int64_t grace_us) {
  front->stopped = true;
  front->stopped_at_us = clock_us();
  front->cancel_at_us = front->stopped_at_us + grace_us;
  accept_unguard();
  probe_close(&front->probe);
  if (front->core)
    grpc_server_shutdown_and_notify(front->core, front->queue, &front->gone);
}
