// Statements are found in the binary and run here, one after the other.

#include "feature/statement.h"
#include "schema/embedded.h"
#include <poll.h>
#include <string.h>

enum { LOOK_MS = 50, ERROR_TEXT = 256 };

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

// Bounded by what bounds the connection itself, as the cancel takes its settings over.
static void cancel(PGconn *connection) {
  char error[ERROR_TEXT];
  PGcancel *handle = PQgetCancel(connection);
  PQcancel(handle, error, sizeof error);
  PQfreeCancel(handle);
}

bool statement_await(PGconn *connection, const struct statement_leave *leave) {
  while (PQisBusy(connection)) {
    struct pollfd socket = {.fd = PQsocket(connection), .events = POLLIN};
    if (PQflush(connection) > 0)
      socket.events |= POLLOUT;
    poll(&socket, 1, LOOK_MS);
    if (leave->may_go_on && !leave->may_go_on(leave->context)) {
      cancel(connection);
      return false;
    }
    if (!PQconsumeInput(connection))
      return true; // the result says that the connection is lost
  }
  return true;
}

// The one result of what was sent; the last one where there are several.
static PGresult *take_result(PGconn *connection) {
  PGresult *result = NULL, *next;
  while ((next = PQgetResult(connection))) {
    PQclear(result);
    result = next;
    if (PQresultStatus(next) == PGRES_COPY_IN)
      break;
  }
  return result;
}

PGresult *statement_run_while(PGconn *connection, const char *name, unsigned count, const char *const *values,
                              const struct statement_leave *leave, struct fault *fault) {
  const char *text = statement_text(arena_printf(fault->arena, "sql/command/%s.sql", name));
  if (!text) {
    fault_set(fault, CODE_INTERNAL, "INTERNAL", "there is no sql/command/%s.sql", name);
    return NULL;
  }
  if (PQsendQueryParams(connection, text, (int)count, NULL, values, NULL, NULL, 0) && !statement_await(connection, leave)) {
    fault_set(fault, CODE_CANCELLED, "CANCELLED", "%s was interrupted", name);
    return NULL;
  }
  PGresult *result = take_result(connection);
  ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK || status == PGRES_COPY_IN)
    return result;
  tell(connection, result, fault);
  return NULL;
}

PGresult *statement_run(PGconn *connection, const char *name, unsigned count, const char *const *values, struct fault *fault) {
  return statement_run_while(connection, name, count, values, &(struct statement_leave){0}, fault);
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
