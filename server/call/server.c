// Starting and stopping: statements checked before the first call, calls in flight seen to their end after the last.

#include "call/server.h"
#include "base/clock.h"
#include "base/log.h"
#include "call/accounts.h"
#include "call/addresses.h"
#include "call/dialer.h"
#include "call/janitor.h"
#include "call/jobs.h"
#include "call/observe.h"
#include "call/readers.h"
#include "call/scripts.h"
#include "call/stream.h"
#include "call/workers.h"
#include "store/migrate.h"
#include <string.h>
#include <time.h>

enum {
  PASSWORD_THREADS = 1,
  PASSWORD_LIMIT = 64,
  PASSWORDS_OF_CLIENT = 16,
  AUDIT_THREADS = 1,
  AUDIT_LIMIT = 4,
  LANE_DEPTH = 8,
  HURRY_MS = 2000,
  LOOK_MS = 5
};

// On a connection of its own, blocking: nothing serves yet.
static bool check_database(struct server *server, struct fault *fault) {
  PGconn *connection = dialer_connect(server->options.database_url, NULL, fault);
  if (!connection)
    return false;
  int64_t begun_us = clock_us();
  bool good = migrate_check(connection, fault) && scripts_check(server->scripts, connection, fault);
  PQfinish(connection);
  if (good)
    log_debug("statements checked", LOG_NUMBER("ms", (clock_us() - begun_us) / 1000));
  return good;
}

static void open_workers(struct server *server) {
  const struct server_options *options = &server->options;
  struct workers_options pool = {
      .pool = POOL_WORKERS, .url = options->database_url, .connections = options->connections, .depth = 1};
  server->workers = workers_open(server, &pool);
  pool = (struct workers_options){
      .pool = POOL_LANE, .url = options->database_url, .connections = options->lane, .depth = LANE_DEPTH};
  server->lane = options->lane ? workers_open(server, &pool) : NULL;
}

bool server_open(struct server *server, struct fault *fault) {
  if (!scripts_open(&server->scripts, server->schema, server->handlers, fault))
    return false;
  if (!check_database(server, fault)) {
    scripts_close(server->scripts);
    return false;
  }
  atomic_store(&server->calls, 0);
  atomic_store(&server->stopping, false);
  server->metrics = observe_open(server->schema);
  server->passwords = jobs_open("passwords", PASSWORD_THREADS, PASSWORD_LIMIT, PASSWORDS_OF_CLIENT);
  server->audits = jobs_open("audits", AUDIT_THREADS, AUDIT_LIMIT, 0);
  server->exports =
      jobs_open("exports", (unsigned)server->options.exports_limit, 0, (unsigned)server->options.exports_per_account);
  server->accounts = accounts_open(&(struct accounts_options){.in_flight = server->options.calls_per_account,
                                                              .records_per_hour = server->options.records_per_hour});
  server->addresses = addresses_open(&(struct addresses_options){
      .calls = server->options.calls_per_address,
      .body_bytes = server->options.bodies_bytes,
      .body_bytes_of_address = server->options.bodies_bytes_per_address,
  });
  open_workers(server);
  server->readers = readers_open(server);
  server->janitor = janitor_open(server->options.database_url);
  server->streams = streams_open(server);
  return true;
}

static bool await_none(struct server *server, int64_t until_us) {
  const struct timespec pause = {.tv_nsec = LOOK_MS * 1000000L};
  while (atomic_load(&server->calls) > 0 && clock_us() < until_us)
    nanosleep(&pause, NULL);
  return atomic_load(&server->calls) == 0;
}

void server_drain(struct server *server, int64_t grace_ms) {
  atomic_store(&server->stopping, true);
  if (await_none(server, clock_us() + grace_ms * 1000))
    return;
  log_warn("calls in flight are cancelled", LOG_NUMBER("calls", atomic_load(&server->calls)));
  workers_hurry(server->workers);
  if (server->lane)
    workers_hurry(server->lane);
  readers_hurry(server->readers);
  await_none(server, clock_us() + HURRY_MS * 1000);
}

void server_close(struct server *server) {
  errand_close(server->janitor);
  jobs_close(server->passwords);
  jobs_close(server->audits);
  jobs_close(server->exports);
  streams_stop(server->streams);
  readers_close(server->readers);
  if (server->lane)
    workers_close(server->lane);
  workers_close(server->workers);
  streams_close(server->streams);
  accounts_close(server->accounts);
  addresses_close(server->addresses);
  observe_close(server->metrics);
  scripts_close(server->scripts);
}

bool server_ready(struct server *server) {
  return !atomic_load(&server->stopping) && workers_ready(server->workers);
}

const struct handler *server_handler(const struct server *server, const struct method *method) {
  return scripts_handler(server->scripts, method);
}

const struct step *server_step(const struct handler *handler, const char *name) {
  for (int i = 0; handler && name && i < HANDLER_STEPS && handler->steps[i].name; i++)
    if (strcmp(handler->steps[i].name, name) == 0)
      return &handler->steps[i];
  return NULL;
}

struct script *server_script(const struct server *server, const struct method *method, const char *step_or_null) {
  return scripts_find(server->scripts, method, step_or_null);
}
