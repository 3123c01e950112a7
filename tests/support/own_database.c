// Each statement gets a connection of its own: a database that somebody is connected to cannot be copied.

#include "support/own_database.h"
#include "support/client_wire.h"
#include "support/world.h"
#include <stdio.h>
#include <string.h>

const char *database_url_of(const char *url, const char *database) {
  const char *at = strstr(url, "/zoufang?");
  return arena_printf(client_memory(), "%.*s/%s?%s", (int)(at - url), url, database, at + strlen("/zoufang?"));
}

bool cluster_run(const char *statement) {
  PGconn *connection = sql_connect(true);
  PGresult *result = PQexec(connection, statement);
  bool done = PQresultStatus(result) == PGRES_COMMAND_OK;
  if (!done)
    fprintf(stderr, "        %s: %s", statement, PQresultErrorMessage(result));
  PQclear(result);
  PQfinish(connection);
  return done;
}

bool database_run(const char *database, const char *statements) {
  PGconn *connection = PQconnectdb(database_url_of(world()->owner_url, database));
  PQclear(PQexec(connection, "set search_path = zoufang, public"));
  PGresult *result = PQexec(connection, statements);
  bool done = PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK;
  if (!done)
    fprintf(stderr, "        %s: %s", statements, PQresultErrorMessage(result));
  PQclear(result);
  PQfinish(connection);
  return done;
}

const char *database_text(const char *database, const char *statement) {
  PGconn *connection = PQconnectdb(database_url_of(world()->owner_url, database));
  PQclear(PQexec(connection, "set search_path = zoufang, public"));
  PGresult *result = PQexec(connection, statement);
  const char *text = arena_strdup(client_memory(), PQntuples(result) ? PQgetvalue(result, 0, 0) : "");
  PQclear(result);
  PQfinish(connection);
  return text;
}
