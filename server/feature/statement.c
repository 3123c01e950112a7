// Statements are found in the binary and run here, one after the other.

#include "feature/statement.h"
#include "schema/embedded.h"
#include <string.h>

static const char *statement_text(const char *path) {
  for (size_t i = 0; i < embedded_sql_count; i++)
    if (!strcmp(embedded_sql[i].path, path))
      return embedded_sql[i].text;
  return NULL;
}

// Puts into the fault what the database said, and clears the result.
static void tell(PGconn *connection, PGresult *result, struct fault *fault) {
  const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const char *detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL);
  if (!state)
    fault_set(fault, CODE_UNAVAILABLE, "DATABASE_AWAY", "%s", PQerrorMessage(connection));
  else
    fault_set(fault, CODE_INVALID_ARGUMENT, "INVALID", "%s%s%s", message ? message : state, detail && *detail ? ": " : "",
              detail ? detail : "");
  PQclear(result);
}

PGresult *statement_run(PGconn *connection, const char *name, unsigned count, const char *const *values, struct fault *fault) {
  const char *text = statement_text(arena_printf(fault->arena, "sql/command/%s.sql", name));
  if (!text) {
    fault_set(fault, CODE_INTERNAL, "INTERNAL", "there is no sql/command/%s.sql", name);
    return NULL;
  }
  PGresult *result = PQexecParams(connection, text, (int)count, NULL, values, NULL, NULL, 0);
  ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_COPY_IN)
    return result;
  tell(connection, result, fault);
  return NULL;
}

bool statement_do(PGconn *connection, const char *name, unsigned count, const char *const *values, struct fault *fault) {
  PGresult *result = statement_run(connection, name, count, values, fault);
  PQclear(result);
  return result != NULL;
}

bool statement_plain(PGconn *connection, const char *text, struct fault *fault) {
  PGresult *result = PQexec(connection, text);
  if (PQresultStatus(result) != PGRES_COMMAND_OK) {
    tell(connection, result, fault);
    return false;
  }
  PQclear(result);
  return true;
}
