// Statements of sql/command/ on a connection that blocks: of the command line, and of what stands beside the workers.

#pragma once
#include "base/fault.h"
#include <libpq-fe.h>

// Runs sql/command/NAME.sql with texts as $1 …; NULL is NULL. NULL with a fault where it failed: what the database refused is
// told in words, with the field. The result is the caller's to clear.
PGresult *statement_run(PGconn *connection, const char *name, unsigned count, const char *const *values, struct fault *fault);

// The same where rows do not matter.
bool statement_do(PGconn *connection, const char *name, unsigned count, const char *const *values, struct fault *fault);

// Whether a statement may go on, asked while it runs. All zero: it may.
struct statement_leave {
  bool (*may_go_on)(void *context);
  void *context;
};

// Waits for the answer to what was sent on `connection`. False where it may not go on: the database is told to cancel it, and
// the connection is good for PQfinish alone.
bool statement_await(PGconn *connection, const struct statement_leave *leave);

// statement_run for what lasts. NULL with a fault CANCELLED where it may not go on.
PGresult *statement_run_while(PGconn *connection, const char *name, unsigned count, const char *const *values,
                              const struct statement_leave *leave, struct fault *fault);

// begin, commit, rollback: what has neither parameters nor rows.
bool statement_plain(PGconn *connection, const char *text, struct fault *fault);
