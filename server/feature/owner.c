// Commands speak to the database as its owner here.

#include "feature/owner.h"
#include "feature/statement.h"
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *operator_name(struct arena *arena) {
  const struct passwd *entry = getpwuid(getuid());
  return entry ? arena_printf(arena, "%s (command line)", entry->pw_name)
               : arena_printf(arena, "uid %u (command line)", (unsigned)getuid());
}

bool owner_open(struct owner *owner, const char *url, const char *command) {
  *owner = (struct owner){0};
  owner->fault.arena = &owner->arena;
  if (!url || !*url)
    return fault_set(&owner->fault, CODE_FAILED_PRECONDITION, "UNSET", "ZOUFANG_DB_OWNER_URL is not set");
  owner->connection = PQconnectdb(url);
  if (PQstatus(owner->connection) != CONNECTION_OK)
    return fault_set(&owner->fault, CODE_UNAVAILABLE, "DATABASE_AWAY", "%s", PQerrorMessage(owner->connection));
  return owner_begin(owner, command);
}

bool owner_begin(struct owner *owner, const char *command) {
  const char *values[] = {operator_name(&owner->arena), command};
  return statement_plain(owner->connection, "begin", &owner->fault) && owner_do(owner, "begin", 2, values);
}

PGresult *owner_run(struct owner *owner, const char *name, unsigned count, const char *const *values) {
  return statement_run(owner->connection, name, count, values, &owner->fault);
}

bool owner_do(struct owner *owner, const char *name, unsigned count, const char *const *values) {
  PGresult *result = owner_run(owner, name, count, values);
  PQclear(result);
  return result != NULL;
}

bool owner_commit(struct owner *owner) {
  PGresult *result = PQexec(owner->connection, "commit");
  bool fine = PQresultStatus(result) == PGRES_COMMAND_OK && !strcmp(PQcmdStatus(result), "COMMIT");
  if (!fine)
    fault_set(&owner->fault, CODE_UNAVAILABLE, "DATABASE_AWAY", "not committed: %s", PQresultErrorMessage(result));
  PQclear(result);
  return fine;
}

int owner_close(struct owner *owner, const char *command) {
  bool failed = owner->fault.code != CODE_OK;
  if (failed)
    fprintf(stderr, "zoufang %s: %s\n", command, owner->fault.message);
  PQfinish(owner->connection);
  arena_close(&owner->arena);
  return failed ? 1 : 0;
}
