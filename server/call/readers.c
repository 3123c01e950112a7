// What a standby may answer is decided here. Calls that have come while the primary was asked how far its log is written wait
// for the next answer together; each then goes out with that position, and the standby waits until it has got there (stand_at
// in SQL). Nothing needs to be remembered of who wrote what, and several servers need not know of each other. (Raft calls it a
// read index: Ongaro, Consensus: Bridging Theory and Practice, 2014, 6.4.)

#include "call/readers.h"
#include "base/clock.h"
#include "base/log.h"
#include "call/dialer.h"
#include "call/handler.h"
#include "call/server.h"
#include "call/workers.h"
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

enum { ASK_MS = 1000, LOOK_MS = 100, PAUSE_MS = 1000 };

struct readers {
  struct server *server;
  struct workers *workers;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  struct call *first, **last; // under the lock: wait for a position
  int waiting;                // of them
  PGconn *primary;            // the thread's own
  atomic_bool asks, stop;     // `asks`: the thread takes calls
};

// --- Which calls ------------------------------------------------------------------------------------------------------------

static bool is_for_standby(const struct call *call) {
  const struct method *method = call->method;
  bool only_reads = method->read_only && !method->audited && !method->anonymous;
  bool is_one_script = !call->handler || (!call->handler->begin && !call->handler->streaming);
  return only_reads && is_one_script && !call->claims && !call->own && !call->refusing && !call->at_primary;
}

bool readers_take(struct readers *readers, struct call *call) {
  if (!readers || !is_for_standby(call) || !atomic_load(&readers->asks) || !workers_ready(readers->workers))
    return false;
  pthread_mutex_lock(&readers->lock);
  bool taken = atomic_load(&readers->asks) && readers->waiting < readers->server->options.queue_limit;
  if (taken) {
    call->next = NULL;
    *readers->last = call;
    readers->last = &call->next;
    if (readers->waiting++ == 0)
      pthread_cond_signal(&readers->changed);
  }
  pthread_mutex_unlock(&readers->lock);
  return taken;
}

static struct call *take_waiting(struct readers *readers) {
  struct call *calls = readers->first;
  readers->first = NULL;
  readers->last = &readers->first;
  readers->waiting = 0;
  return calls;
}

static struct call *await_some(struct readers *readers) {
  pthread_mutex_lock(&readers->lock);
  while (!readers->first && !atomic_load(&readers->stop))
    pthread_cond_wait(&readers->changed, &readers->lock);
  struct call *calls = take_waiting(readers);
  pthread_mutex_unlock(&readers->lock);
  return calls;
}

// To a standby that is at `position`; NULL: to the primary.
static void pass_on(struct readers *readers, struct call *call, const char *position) {
  while (call) {
    struct call *next = call->next;
    call->position = position ? arena_strdup(&call->arena, position) : NULL;
    call->at_primary = !position;
    if (!position || !workers_put(readers->workers, call)) {
      call->position = NULL;
      workers_return(readers->server->workers, call);
    }
    call = next;
  }
}

// --- The primary's position -------------------------------------------------------------------------------------------------

// Waits for the answer to what was sent, within ASK_MS.
static bool is_answered(struct readers *readers) {
  int64_t until_us = clock_us() + ASK_MS * 1000;
  while (PQisBusy(readers->primary)) {
    struct pollfd socket = {.fd = PQsocket(readers->primary), .events = POLLIN};
    poll(&socket, 1, LOOK_MS);
    if (!PQconsumeInput(readers->primary) || atomic_load(&readers->stop) || clock_us() > until_us)
      return false;
  }
  return true;
}

// Asks where in the log what was acknowledged until now ends. Text, in `memory`; NULL where the primary does not say.
static const char *ask_position(struct readers *readers, struct arena *memory) {
  if (PQsendQuery(readers->primary, "select zoufang.acknowledged_at()") != 1 || !is_answered(readers))
    return NULL;
  const char *position = NULL;
  PGresult *result;
  while ((result = PQgetResult(readers->primary))) {
    if (PQresultStatus(result) == PGRES_TUPLES_OK)
      position = arena_strdup(memory, PQgetvalue(result, 0, 0));
    PQclear(result);
  }
  return position;
}

static void set_asks(struct readers *readers, bool asks) {
  pthread_mutex_lock(&readers->lock);
  atomic_store(&readers->asks, asks);
  pthread_mutex_unlock(&readers->lock);
}

// No more calls are taken, and those that were go to the primary.
static void disconnect(struct readers *readers) {
  set_asks(readers, false);
  pthread_mutex_lock(&readers->lock);
  struct call *calls = take_waiting(readers);
  pthread_mutex_unlock(&readers->lock);
  pass_on(readers, calls, NULL);
  PQfinish(readers->primary);
  readers->primary = NULL;
}

static bool connect_to_primary(struct readers *readers) {
  struct arena arena = {0};
  struct fault fault = {.arena = &arena};
  readers->primary = dialer_connect(readers->server->options.database_url, &readers->stop, &fault);
  if (readers->primary)
    set_asks(readers, true);
  else if (!atomic_load(&readers->stop))
    log_warn("standbys are not read: no connection to the database", LOG_TEXT("internal", fault.internal));
  arena_close(&arena);
  return readers->primary != NULL;
}

static void rest(struct readers *readers) {
  for (int ms = 0; ms < PAUSE_MS && !atomic_load(&readers->stop); ms += LOOK_MS)
    nanosleep(&(struct timespec){.tv_nsec = LOOK_MS * 1000000L}, NULL);
}

static void serve_some(struct readers *readers) {
  struct arena arena = {0};
  struct call *calls = await_some(readers);
  const char *position = calls ? ask_position(readers, &arena) : NULL;
  pass_on(readers, calls, position);
  if (calls && !position)
    disconnect(readers);
  arena_close(&arena);
}

static void *run(void *context) {
  struct readers *readers = context;
  while (!atomic_load(&readers->stop)) {
    if (readers->primary || connect_to_primary(readers))
      serve_some(readers);
    else
      rest(readers);
  }
  disconnect(readers);
  return NULL;
}

// --- Opening and closing ----------------------------------------------------------------------------------------------------

struct readers *readers_open(struct server *server) {
  const struct server_options *options = &server->options;
  if (!options->read_url)
    return NULL;
  struct readers *readers = calloc(1, sizeof *readers);
  if (!readers)
    abort();
  readers->server = server;
  readers->last = &readers->first;
  pthread_mutex_init(&readers->lock, NULL);
  pthread_cond_init(&readers->changed, NULL);
  readers->workers = workers_open(
      server,
      &(struct workers_options){.pool = POOL_STANDBY, .url = options->read_url, .connections = options->readers, .depth = 1});
  if (pthread_create(&readers->thread, NULL, run, readers) != 0)
    abort();
  return readers;
}

void readers_close(struct readers *readers) {
  if (!readers)
    return;
  pthread_mutex_lock(&readers->lock);
  atomic_store(&readers->stop, true);
  pthread_cond_signal(&readers->changed);
  pthread_mutex_unlock(&readers->lock);
  pthread_join(readers->thread, NULL);
  workers_close(readers->workers);
  pthread_cond_destroy(&readers->changed);
  pthread_mutex_destroy(&readers->lock);
  free(readers);
}

void readers_hurry(struct readers *readers) {
  if (readers)
    workers_hurry(readers->workers);
}
