// Connecting, signing in, looking at the schema's version and preparing the engine's statements; tried again with growing
// pauses.

#include "call/dialer.h"
#include "base/clock.h"
#include "base/log.h"
#include "call/engine.h"
#include "call/status.h"
#include "store/migrate.h"
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CONNECT_TIMEOUT_MS = 10000, LOOK_MS = 100, PAUSE_FIRST_MS = 100, PAUSE_MAX_MS = 2000 };

struct dialer {
  struct dialer_options options;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  struct connection *first; // to be made, in no order
  atomic_bool stop, other_schema;
};

// Drives a connection that has been started until it is there, fails, is too slow or not wanted any more.
static bool drive(PGconn *pg, const atomic_bool *stop) {
  int64_t until_us = clock_us() + CONNECT_TIMEOUT_MS * 1000LL;
  PostgresPollingStatusType status = PGRES_POLLING_WRITING;
  while (status != PGRES_POLLING_OK) {
    if (status == PGRES_POLLING_FAILED || clock_us() > until_us || (stop && atomic_load(stop)))
      return false;
    struct pollfd socket = {.fd = PQsocket(pg), .events = status == PGRES_POLLING_READING ? POLLIN : POLLOUT};
    if (poll(&socket, 1, LOOK_MS) > 0)
      status = PQconnectPoll(pg);
  }
  return true;
}

PGconn *dialer_connect(const char *url, const atomic_bool *stop, struct fault *fault) {
  // What the URL says itself comes later and wins.
  static const char *const keys[] = {"fallback_application_name", "client_encoding", "tcp_user_timeout",
                                     "keepalives_idle",           "dbname",          NULL};
  const char *const values[] = {"zoufang", "UTF8", "10000", "30", url, NULL};
  PGconn *pg = PQconnectStartParams(keys, values, 1);
  if (pg && PQstatus(pg) != CONNECTION_BAD && drive(pg, stop))
    return pg;
  fault_set(fault, CODE_UNAVAILABLE, "DATABASE_AWAY", "no connection to the database");
  fault->internal = arena_strdup(fault->arena, pg ? PQerrorMessage(pg) : "out of memory");
  PQfinish(pg);
  return NULL;
}

// Tells the connection whose days are counted (local_zone() in SQL). A name that PostgreSQL does not know stops it here.
static bool set_zone(PGconn *pg, const char *time_zone, struct fault *fault) {
  static const char statement[] = "select set_config('zoufang.time_zone', $1, false), now() at time zone $1";
  PGresult *result = PQexecParams(pg, statement, 1, NULL, &time_zone, NULL, NULL, 0);
  bool set = PQresultStatus(result) == PGRES_TUPLES_OK;
  if (!set)
    status_from_postgres(fault, result);
  PQclear(result);
  return set;
}

// A connection as the worker wants it. NULL with a fault.
static PGconn *make(struct dialer *dialer, struct fault *fault) {
  PGconn *pg = dialer_connect(dialer->options.url, &dialer->stop, fault);
  if (!pg)
    return NULL;
  bool right_schema = migrate_check(pg, fault);
  atomic_store(&dialer->other_schema, !right_schema && PQstatus(pg) == CONNECTION_OK);
  bool ready = right_schema && set_zone(pg, dialer->options.time_zone, fault) &&
               (!dialer->options.prepare || engine_prepare(pg, fault)) && PQsetnonblocking(pg, 1) == 0 &&
               PQenterPipelineMode(pg) == 1;
  if (ready)
    return pg;
  PQfinish(pg);
  return NULL;
}

static struct connection *take(struct dialer *dialer) {
  pthread_mutex_lock(&dialer->lock);
  while (!dialer->first && !atomic_load(&dialer->stop))
    pthread_cond_wait(&dialer->changed, &dialer->lock);
  struct connection *connection = atomic_load(&dialer->stop) ? NULL : dialer->first;
  if (connection)
    dialer->first = connection->next_dial;
  pthread_mutex_unlock(&dialer->lock);
  return connection;
}

static void pause_for(struct dialer *dialer, int ms) {
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  until.tv_sec += ms / 1000;
  until.tv_nsec += ms % 1000 * 1000000L;
  until.tv_sec += until.tv_nsec / 1000000000L;
  until.tv_nsec %= 1000000000L;
  pthread_mutex_lock(&dialer->lock);
  while (!atomic_load(&dialer->stop) && pthread_cond_timedwait(&dialer->changed, &dialer->lock, &until) != ETIMEDOUT)
    ;
  pthread_mutex_unlock(&dialer->lock);
}

static void *run(void *context) {
  struct dialer *dialer = context;
  int pause_ms = PAUSE_FIRST_MS;
  struct connection *connection;
  while ((connection = take(dialer))) {
    struct arena arena = {0};
    struct fault fault = {.arena = &arena};
    PGconn *pg = make(dialer, &fault);
    if (pg) {
      pause_ms = PAUSE_FIRST_MS;
      atomic_store(&connection->fresh, pg);
      dialer->options.wake(dialer->options.context);
    } else {
      dialer_dial(dialer, connection);
      if (!atomic_load(&dialer->stop))
        log_warn("no connection to the database", LOG_TEXT("reason", fault.reason), LOG_TEXT("text", fault.message),
                 LOG_TEXT("internal", fault.internal), LOG_NUMBER("again_in_ms", pause_ms));
      pause_for(dialer, pause_ms);
      pause_ms = pause_ms * 2 < PAUSE_MAX_MS ? pause_ms * 2 : PAUSE_MAX_MS;
    }
    arena_close(&arena);
  }
  return NULL;
}

struct dialer *dialer_open(const struct dialer_options *options) {
  struct dialer *dialer = calloc(1, sizeof *dialer);
  if (!dialer)
    abort();
  dialer->options = *options;
  pthread_mutex_init(&dialer->lock, NULL);
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&dialer->changed, &monotonic);
  pthread_condattr_destroy(&monotonic);
  if (pthread_create(&dialer->thread, NULL, run, dialer) != 0)
    abort();
  return dialer;
}

void dialer_close(struct dialer *dialer) {
  atomic_store(&dialer->stop, true);
  pthread_mutex_lock(&dialer->lock);
  pthread_cond_broadcast(&dialer->changed);
  pthread_mutex_unlock(&dialer->lock);
  pthread_join(dialer->thread, NULL);
  pthread_cond_destroy(&dialer->changed);
  pthread_mutex_destroy(&dialer->lock);
  free(dialer);
}

void dialer_dial(struct dialer *dialer, struct connection *connection) {
  pthread_mutex_lock(&dialer->lock);
  connection->next_dial = dialer->first;
  dialer->first = connection;
  pthread_cond_broadcast(&dialer->changed);
  pthread_mutex_unlock(&dialer->lock);
}

bool dialer_found_other_schema(const struct dialer *dialer) {
  return atomic_load(&dialer->other_schema);
}
