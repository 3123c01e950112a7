// Statements of tests, on one connection as the database's owner.

#include "support/client_wire.h"
#include "support/world.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DUMP_TIMEOUT_MS = 60000 };

static PGconn *owner;
static char state[6];

PGconn *sql_connect(bool as_owner) {
  PGconn *connection = PQconnectdb(as_owner ? world()->owner_url : world()->database_url);
  if (PQstatus(connection) != CONNECTION_OK) {
    fprintf(stderr, "%s", PQerrorMessage(connection));
    abort();
  }
  return connection;
}

static PGresult *run(const char *format, va_list arguments) {
  if (!owner) {
    owner = sql_connect(true);
    PQclear(PQexec(owner, "set search_path = zoufang, public"));
    PQclear(PQexec(owner, "set client_min_messages = warning"));
  }
  return PQexec(owner, arena_vprintf(client_memory(), format, arguments));
}

static const char *one_value(PGresult *result, const char *format) {
  if (PQresultStatus(result) != PGRES_TUPLES_OK) {
    fprintf(stderr, "%s\n%s", format, PQresultErrorMessage(result));
    abort();
  }
  const char *value = PQntuples(result) > 0 ? PQgetvalue(result, 0, 0) : "";
  char *copy = arena_strdup(client_memory(), value);
  PQclear(result);
  return copy;
}

long long sql_number(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  PGresult *result = run(format, arguments);
  va_end(arguments);
  return strtoll(one_value(result, format), NULL, 10);
}

const char *sql_text(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  PGresult *result = run(format, arguments);
  va_end(arguments);
  return one_value(result, format);
}

bool sql_run(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  PGresult *result = run(format, arguments);
  va_end(arguments);
  ExecStatusType status = PQresultStatus(result);
  const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  snprintf(state, sizeof state, "%s", code ? code : "");
  PQclear(result);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

const char *sql_state(void) {
  return state;
}

int times_dumped(const char *text) {
  char *dump = NULL;
  int times = 0;
  const char *const command[] = {"/usr/lib/postgresql/15/bin/pg_dump", world()->owner_url, NULL};
  if (process_run(command, NULL, &dump, DUMP_TIMEOUT_MS) != 0)
    times = -1;
  for (const char *at = dump; times >= 0 && (at = strstr(at, text)); at += strlen(text))
    times++;
  free(dump);
  return times;
}
