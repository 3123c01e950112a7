// The gRPC transport as a whole: opened, run by one thread over one completion queue, closed.

#include "transport/grpc.h"
#include "base/clock.h"
#include "transport/grpc_front.h"
#include <grpc/support/time.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TICK_MS = 100 };

// --- the thread ---

// Stopping goes on from tick to tick: no new calls, those in flight end or are cancelled, and with the last of them the queue.
static void tick_closing(struct grpc_front *front) {
  if (!front->stopped && atomic_load(&front->closing))
    listener_stop(front, atomic_load(&front->grace_us));
  if (front->stopped && !front->core && front->open.length == 0) {
    front->down = true;
    grpc_completion_queue_shutdown(front->queue);
  }
}

static void tick(struct grpc_front *front) {
  int64_t now_us = clock_us();
  listener_tick(front, now_us);
  rpc_tick(front, now_us);
  tick_closing(front);
}

static void *serve(void *context) {
  struct grpc_front *front = context;
  gpr_timespec period = gpr_time_from_millis(TICK_MS, GPR_TIMESPAN);
  gpr_timespec next = gpr_now(GPR_CLOCK_MONOTONIC);
  for (;;) {
    grpc_event event = grpc_completion_queue_next(front->queue, next, NULL);
    if (event.type == GRPC_QUEUE_SHUTDOWN)
      return NULL;
    if (event.type == GRPC_OP_COMPLETE) {
      struct tag *tag = event.tag;
      taken_over(tag);
      tag->ended(tag->owner, event.success != 0);
    }
    if (!front->down && gpr_time_cmp(gpr_now(GPR_CLOCK_MONOTONIC), next) >= 0) {
      tick(front);
      next = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), period);
    }
  }
}

// --- opening ---

static struct series *single(struct metric *metric) {
  return metrics_series(metric, (const char *const[]){""});
}

static void open_metrics(struct grpc_front *front) {
  front->open_series =
      single(metrics_gauge("zoufang_grpc_calls_open", "gRPC calls that have not ended, streams among them.", ""));
  front->starvations = single(
      metrics_counter("zoufang_grpc_accepts_starved_total", "Times that connections had to wait for a file descriptor.", ""));
  front->refusals = single(metrics_counter("zoufang_grpc_connections_refused_total",
                                           "Connections that were closed at once, as their address had too many.", ""));
}

static void write_address(struct grpc_front *front, const struct net_address *address) {
  const char *form = strchr(address->host, ':') ? "[%s]:%u" : "%s:%u";
  snprintf(front->address, sizeof front->address, form, address->host, address->port);
}

static bool listen_first(struct grpc_front *front, const struct grpc_options *options, struct fault *fault) {
  struct net_address address;
  struct sockaddr_storage socket_address;
  socklen_t length;
  if (!proxies_read(&front->proxies, options->trusted_proxies, &front->memory, fault) ||
      !net_read(options->listen, &address, fault))
    return false;
  write_address(front, &address);
  if (!listener_open(front, fault))
    return false;
  address.port = (uint16_t)front->port;
  if (!net_socket_address(&address, &socket_address, &length, fault))
    return false;
  probe_open(&front->probe, &socket_address, length, clock_us());
  return true;
}

// Leaves what was opened so far, with or without a thread that polls the queue.
static void finish(struct grpc_front *front) {
  grpc_completion_queue_destroy(front->queue);
  rpc_free_all(front);
  channels_close(front->channels);
  probe_close(&front->probe);
  reflection_close(front->reflection);
  arena_close(&front->scratch);
  arena_drop(&front->memory);
  grpc_shutdown();
}

static struct grpc_front *make(struct server *server, const struct grpc_options *options) {
  struct grpc_front *front = arena_hold(sizeof *front, offsetof(struct grpc_front, memory));
  listener_take_log();
  grpc_init();
  front->server = server;
  front->tls_view.tls = options->tls;
  front->body_limit_bytes = options->body_limit_bytes;
  front->probe.fd = -1;
  front->queue = grpc_completion_queue_create_for_next(NULL);
  front->reflection = reflection_open();
  open_metrics(front);
  unsigned of_address = options->connections_per_address;
  front->channels = channels_open(&(struct channels_options){
      .addresses = server->addresses,
      .proxies = &front->proxies,
      .of_address = of_address ? of_address : net_connection_limit() / 2,
      .message_bytes = options->body_limit_bytes,
  });
  return front;
}

struct grpc_front *grpc_open(struct server *server, const struct grpc_options *options, struct fault *fault) {
  struct grpc_front *front = make(server, options);
  if (!listen_first(front, options, fault)) {
    atomic_store(&front->closing, true);
    serve(front); // what was opened leaves at once
    finish(front);
    return NULL;
  }
  if (pthread_create(&front->thread, NULL, serve, front) != 0)
    abort();
  pthread_setname_np(front->thread, "grpc");
  return front;
}

int grpc_port(const struct grpc_front *front) {
  return front->port;
}

void grpc_close(struct grpc_front *front, int64_t grace_ms) {
  atomic_store(&front->grace_us, grace_ms * 1000);
  atomic_store(&front->closing, true);
  pthread_join(front->thread, NULL);
  finish(front);
}
