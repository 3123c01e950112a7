// The command line's way into the database: the owner's connection, statements from sql/command/, one transaction a command.

#pragma once
#include "base/config.h"
#include <libpq-fe.h>

enum { OWNER_PARAMETERS = 16 };

struct owner {
  PGconn *connection;
  struct arena arena;
  struct fault fault;
};

// Connects by ZOUFANG_DB_OWNER_URL and begins a transaction that the audit knows as `command` of the system user who runs it.
// False with a fault.
bool owner_open(struct owner *owner, const char *url, const char *command);

// Runs sql/command/NAME.sql with texts as $1 …; NULL is NULL. NULL with a fault where it failed: what the database refused is
// told in words, with the field. The result is the caller's to clear.
PGresult *owner_run(struct owner *owner, const char *name, unsigned count, const char *const *values);

// The same where rows do not matter.
bool owner_do(struct owner *owner, const char *name, unsigned count, const char *const *values);

bool owner_commit(struct owner *owner);

// The next transaction of a command that takes several.
bool owner_begin(struct owner *owner, const char *command);

// Rolls back what was not committed, prints the fault where there is one ("zoufang COMMAND: …"), frees. The exit code.
int owner_close(struct owner *owner, const char *command);
