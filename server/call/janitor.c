// Forgetting happens here, beside the workers: nothing that lasts holds one.

#include "call/janitor.h"
#include "base/clock.h"
#include "base/log.h"
#include <stdlib.h>

enum { EVERY_S = 3600 };

// Forgets some thousands of rows in a transaction of its own. How many, or -1 where it failed.
static long forget_some(PGconn *connection, const atomic_bool *stop) {
  PGresult *result = PQexec(connection, "select forgotten from zoufang.forget_old()");
  bool good = PQresultStatus(result) == PGRES_TUPLES_OK;
  long forgotten = good ? strtol(PQgetvalue(result, 0, 0), NULL, 10) : -1;
  if (!good && !atomic_load(stop))
    log_warn("old rows are not forgotten", LOG_TEXT("internal", PQerrorMessage(connection)));
  PQclear(result);
  return forgotten;
}

// Until the next time a connection would only stand about.
static bool forget(PGconn *connection, const atomic_bool *stop, void *context) {
  (void)context;
  int64_t begun_us = clock_us();
  long all = 0, some = 0;
  while (!atomic_load(stop) && (some = forget_some(connection, stop)) > 0)
    all += some;
  if (all > 0)
    log_info("old rows forgotten", LOG_NUMBER("rows", all), LOG_NUMBER("ms", (clock_us() - begun_us) / 1000));
  return false;
}

struct errand *janitor_open(const char *url) {
  return errand_open(&(struct errand_options){.name = "janitor", .url = url, .every_s = EVERY_S, .work = forget});
}
