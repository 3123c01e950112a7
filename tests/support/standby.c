// A second cluster that replays what happens in the world's.

#include "support/standby.h"
#include "support/client_wire.h"
#include "support/world.h"
#include <stdio.h>
#include <stdlib.h>

static const char *running; // its folder, to be stopped at the run's end if nobody does before

static void stop_at_the_end(void) {
  if (running)
    cluster_script("stop", running, NULL, NULL);
}

bool standby_open(struct standby *standby) {
  static char folder[256];
  static bool told;
  snprintf(folder, sizeof folder, "%s/standby", world()->folder);
  if (!told)
    atexit(stop_at_the_end);
  told = true;
  running = folder;
  struct cluster_urls urls = {0};
  bool open = cluster_script("follow", folder, world()->folder, &urls);
  *standby = (struct standby){.folder = folder, .owner_url = urls.owner, .database_url = urls.serving};
  return open;
}

bool standby_stop(const struct standby *standby) {
  running = NULL;
  return cluster_script("stop", standby->folder, NULL, NULL);
}

const char *standby_text(const struct standby *standby, const char *statement) {
  PGconn *connection = PQconnectdb(standby->owner_url);
  PGresult *result = PQexec(connection, statement);
  if (PQresultStatus(result) != PGRES_TUPLES_OK)
    fprintf(stderr, "        %s: %s", statement, PQerrorMessage(connection));
  const char *text = arena_strdup(
      client_memory(), PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) ? PQgetvalue(result, 0, 0) : "");
  PQclear(result);
  PQfinish(connection);
  return text;
}
