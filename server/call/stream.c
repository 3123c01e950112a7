// Who streams is registered here. The streams' thread sleeps while nobody does; while somebody does it wakes a few times a
// second, and for what others leave in its letter box: calls that have just become streams, and asks that came back.

#include "call/stream.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "call/server.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
  TICK_MS = 250,
  WAITING_MAX_BYTES = 256 << 10,    // of one reader
  DRAINED_BYTES = 32 << 10,         // less than this waits: he may be given another page
  ALL_WAITING_MAX_BYTES = 64 << 20, // of all
  RETRY_MS = 5000,
};

struct streams {
  struct streams *next; // of another method
  struct server *server;
  const struct method *method;
  const struct handler *handler;
  void *state;
  pthread_t thread;
  struct stream *first, *last; // the open ones
  int64_t ticked_us;
  struct outboxes outboxes;
  struct series *open_series, *slow_series;

  // The letter box.
  pthread_mutex_t lock;
  pthread_cond_t came;
  struct stream *fresh;   // begun, newest first, by `after`
  struct call *returned;  // asks, newest first, by `next`
  struct stream *counted; // all that are registered, fresh ones too: by account. Under the lock.
  int count;
  bool stop;
};

bool stream_put(struct stream *stream, const ProtobufCMessage *message) {
  if (!outbox_put(stream->call, message)) {
    series_add(stream->all->slow_series, 1);
    stream_end(stream, CODE_RESOURCE_EXHAUSTED, "TOO_SLOW", "the reader does not take what he is told");
    return false;
  }
  stream->put_us = clock_us();
  return true;
}

bool stream_is_drained(struct stream *stream) {
  return outbox_waiting(stream->call) < DRAINED_BYTES;
}

// --- Beginning and ending ----------------------------------------------------------------------------------------------

static int of_account(const struct streams *streams, const uint8_t user[UUID_BYTES]) {
  int count = 0;
  for (const struct stream *stream = streams->counted; stream; stream = stream->next_counted)
    count += memcmp(stream->call->caller.user, user, UUID_BYTES) == 0;
  return count;
}

static struct streams *streams_of(const struct call *call) {
  struct streams *streams = call->server->streams;
  while (streams && streams->method != call->method)
    streams = streams->next;
  return streams;
}

// Registers the stream and leaves it for the thread. False where there are too many.
static bool register_stream(struct streams *streams, struct stream *stream) {
  const struct server_options *options = &streams->server->options;
  pthread_mutex_lock(&streams->lock);
  bool taken =
      streams->count < options->streams_limit && of_account(streams, stream->call->caller.user) < options->streams_per_account;
  if (taken) {
    streams->count++;
    stream->next_counted = streams->counted;
    streams->counted = stream;
    stream->after = streams->fresh;
    streams->fresh = stream;
    outbox_open(&stream->outbox, stream->call, WAITING_MAX_BYTES, &streams->outboxes);
    pthread_cond_signal(&streams->came);
  }
  pthread_mutex_unlock(&streams->lock);
  return taken;
}

enum next stream_begin(struct call *call, void *state) {
  struct streams *streams = streams_of(call);
  struct stream *stream = arena_zalloc(&call->arena, sizeof *stream);
  *stream = (struct stream){.call = call, .all = streams, .state = state, .put_us = clock_us()};
  if (register_stream(streams, stream))
    return NEXT_AWAY;
  fault_set(&call->fault, CODE_RESOURCE_EXHAUSTED, "TOO_MANY", "too many streams are open");
  call->fault.retry_ms = RETRY_MS;
  return NEXT_REPLY;
}

static void unregister(struct streams *streams, struct stream *stream) {
  pthread_mutex_lock(&streams->lock);
  struct stream **at = &streams->counted;
  while (*at != stream)
    at = &(*at)->next_counted;
  *at = stream->next_counted;
  streams->count--;
  pthread_mutex_unlock(&streams->lock);
}

static void join(struct streams *streams, struct stream *stream) {
  stream->before = streams->last;
  stream->after = NULL;
  *(streams->last ? &streams->last->after : &streams->first) = stream;
  streams->last = stream;
  series_add(streams->open_series, 1);
}

static void leave(struct streams *streams, struct stream *stream) {
  *(stream->before ? &stream->before->after : &streams->first) = stream->after;
  *(stream->after ? &stream->after->before : &streams->last) = stream->before;
  series_add(streams->open_series, -1);
}

void stream_end(struct stream *stream, enum code code, const char *reason, const char *message) {
  struct streams *streams = stream->all;
  struct call *call = stream->call;
  streams->handler->streaming->ended(stream);
  leave(streams, stream);
  unregister(streams, stream);
  outbox_drop(call);
  call->fault = (struct fault){.arena = &call->arena};
  fault_set(&call->fault, code, reason, "%s", message);
  if (code == CODE_UNAVAILABLE)
    call->fault.retry_ms = RETRY_MS;
  call_resume(call, NEXT_REPLY);
}

// --- Asking ------------------------------------------------------------------------------------------------------------

// The reply function of an ask, in any thread.
static void come_back(struct call *ask) {
  struct streams *streams = ask->transport;
  pthread_mutex_lock(&streams->lock);
  ask->next = streams->returned;
  streams->returned = ask;
  pthread_cond_signal(&streams->came);
  pthread_mutex_unlock(&streams->lock);
}

struct call *stream_ask_make(struct streams *streams, const struct call *like) {
  struct call *ask = call_make(streams->server, streams->method);
  ask->transport = streams;
  ask->reply = come_back;
  if (like && like->has_token) {
    ask->has_token = true;
    memcpy(ask->token_hash, like->token_hash, sizeof ask->token_hash);
  }
  return ask;
}

void stream_ask(struct call *ask, const char *step, ProtobufCMessage *in, ProtobufCMessage *out) {
  ask->deadline_us = clock_us() + ask->server->options.deadline_default_ms * 1000;
  call_run_own(ask, step, in, out);
}

// --- The thread --------------------------------------------------------------------------------------------------------

// Newest first becomes oldest first.
static struct stream *turned_streams(struct stream *stream) {
  struct stream *turned = NULL;
  while (stream) {
    struct stream *older = stream->after;
    stream->after = turned;
    turned = stream;
    stream = older;
  }
  return turned;
}

static void take_fresh(struct streams *streams, struct stream *fresh) {
  for (struct stream *stream = turned_streams(fresh), *after; stream; stream = after) {
    after = stream->after;
    join(streams, stream);
    streams->handler->streaming->begun(stream);
  }
}

static void take_returned(struct streams *streams, struct call *ask) {
  while (ask) {
    struct call *next = ask->next;
    streams->handler->streaming->back(ask);
    call_free(ask);
    ask = next;
  }
}

// Ends the streams whose readers have left, and all where the server stops.
static void end_what_is_over(struct streams *streams, bool stopping) {
  for (struct stream *stream = streams->first, *after; stream; stream = after) {
    after = stream->after;
    if (atomic_load(&stream->call->cancelled))
      stream_end(stream, CODE_CANCELLED, "CANCELLED", "the client left");
    else if (stopping)
      stream_end(stream, CODE_UNAVAILABLE, "STOPPING", "the server is stopping");
  }
}

static void tick(struct streams *streams) {
  int64_t now_us = clock_us();
  if (now_us - streams->ticked_us < TICK_MS * 1000)
    return;
  streams->ticked_us = now_us;
  end_what_is_over(streams, atomic_load(&streams->server->stopping));
  if (streams->first)
    streams->handler->streaming->ticked(streams);
}

static void free_asks(struct call *ask) {
  while (ask) {
    struct call *next = ask->next;
    call_free(ask);
    ask = next;
  }
}

static struct timespec until(int64_t us) {
  return (struct timespec){.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
}

// Waits for letters, or for the next tick where a stream is open. False: the thread is to stop.
static bool await_letters(struct streams *streams, struct stream **fresh, struct call **returned) {
  struct timespec due = until(streams->ticked_us + TICK_MS * 1000);
  pthread_mutex_lock(&streams->lock);
  int late = 0;
  while (!streams->fresh && !streams->returned && !streams->stop && !late) {
    if (streams->first)
      late = pthread_cond_timedwait(&streams->came, &streams->lock, &due);
    else
      pthread_cond_wait(&streams->came, &streams->lock);
  }
  *fresh = streams->fresh;
  *returned = streams->returned;
  streams->fresh = NULL;
  streams->returned = NULL;
  bool goes_on = !streams->stop;
  pthread_mutex_unlock(&streams->lock);
  return goes_on;
}

static void *run(void *context) {
  struct streams *streams = context;
  struct stream *fresh;
  struct call *returned;
  while (await_letters(streams, &fresh, &returned)) {
    take_returned(streams, returned);
    take_fresh(streams, fresh);
    tick(streams);
  }
  free_asks(returned);
  take_fresh(streams, fresh);
  end_what_is_over(streams, true);
  return NULL;
}

// --- All of them -------------------------------------------------------------------------------------------------------

static struct streams *make(struct server *server, const struct handler *handler, const struct method *method) {
  struct streams *streams = calloc(1, sizeof *streams);
  if (!streams || !(streams->state = calloc(1, handler->streaming->state_bytes)))
    abort();
  streams->server = server;
  streams->outboxes.limit_bytes = ALL_WAITING_MAX_BYTES;
  streams->handler = handler;
  streams->method = method;
  streams->open_series =
      metrics_series(metrics_gauge("zoufang_streams_open", "Streams that have not ended.", "method"), &method->name);
  streams->slow_series = metrics_series(
      metrics_counter("zoufang_streams_too_slow_total", "Streams ended because their readers were too slow.", "method"),
      &method->name);
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&streams->came, &monotonic);
  pthread_condattr_destroy(&monotonic);
  pthread_mutex_init(&streams->lock, NULL);
  if (pthread_create(&streams->thread, NULL, run, streams) != 0)
    abort();
  pthread_setname_np(streams->thread, "streams");
  return streams;
}

struct streams *streams_open(struct server *server) {
  struct streams *first = NULL;
  for (unsigned i = 0; i < server->schema->method_count; i++) {
    const struct method *method = &server->schema->methods[i];
    const struct handler *handler = server_handler(server, method);
    if (!handler || !handler->streaming)
      continue;
    struct streams *streams = make(server, handler, method);
    streams->next = first;
    first = streams;
  }
  return first;
}

void streams_stop(struct streams *streams) {
  for (; streams; streams = streams->next) {
    pthread_mutex_lock(&streams->lock);
    streams->stop = true;
    pthread_cond_signal(&streams->came);
    pthread_mutex_unlock(&streams->lock);
    pthread_join(streams->thread, NULL);
  }
}

static void close_one(struct streams *streams) {
  free_asks(streams->returned);
  pthread_cond_destroy(&streams->came);
  pthread_mutex_destroy(&streams->lock);
  free(streams->state);
  free(streams);
}

void streams_close(struct streams *streams) {
  while (streams) {
    struct streams *next = streams->next;
    close_one(streams);
    streams = next;
  }
}

void *streams_state(struct streams *streams) {
  return streams->state;
}

struct stream *streams_first(struct streams *streams) {
  return streams->first;
}
