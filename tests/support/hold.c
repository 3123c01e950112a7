// Locks are taken and looked at here.

#include "support/hold.h"
#include "base/clock.h"
#include "support/client_wire.h"
#include "support/database.h"
#include <poll.h>

enum { PATIENCE_US = 20 * 1000 * 1000, LOOK_MS = 5 };

PGconn *hold_table(const char *table) {
  PGconn *holder = sql_connect(true);
  PQclear(PQexec(holder, "begin"));
  PQclear(PQexec(holder, arena_printf(client_memory(), "lock table zoufang.%s in access exclusive mode", table)));
  return holder;
}

PGconn *hold_visits(void) {
  return hold_table("visit");
}

void hold_release(PGconn *holder) {
  PQfinish(holder);
}

bool hold_await(int connections) {
  const char *waiting = "select count(*) from pg_stat_activity where usename = 'zoufang' and wait_event_type = 'Lock' "
                        "and application_name not like 'zoufang %'";
  int64_t until_us = clock_us() + PATIENCE_US;
  while (sql_number("%s", waiting) < connections) {
    if (clock_us() > until_us)
      return false;
    poll(NULL, 0, LOOK_MS);
  }
  return true;
}

bool hold_await_rest(void) {
  int64_t until_us = clock_us() + PATIENCE_US;
  const char *busy = "select count(*) from pg_stat_activity where usename = 'zoufang' and state <> 'idle' "
                     "and application_name not like 'zoufang %'";
  while (sql_number("%s", busy) > 0) {
    if (clock_us() > until_us)
      return false;
    poll(NULL, 0, LOOK_MS);
  }
  return true;
}
