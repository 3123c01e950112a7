// The engine's own statements, found among the embedded ones.

#include "call/engine.h"
#include "schema/embedded.h"
#include <stdlib.h>
#include <string.h>

static const struct {
  const char *name, *path;
} statements[ENGINE_STATEMENTS] = {
    [ENGINE_BEGIN_CALL] = {"begin_call", "sql/engine/begin_call.sql"},
    [ENGINE_BEGIN_ANONYMOUS] = {"begin_anonymous", "sql/engine/begin_anonymous.sql"},
    [ENGINE_STAND_AT] = {"stand_at", "sql/engine/stand_at.sql"},
    [ENGINE_SET_ZONE] = {"set_zone", "sql/engine/set_zone.sql"},
    [ENGINE_CLAIM] = {"claim", "sql/engine/claim.sql"},
    [ENGINE_AUDIT_REFUSAL] = {"audit_refusal", "sql/engine/audit_refusal.sql"},
};

const char *engine_name(enum engine_statement statement) {
  return statements[statement].name;
}

static int compare_path(const void *path, const void *file) {
  return strcmp(path, ((const struct embedded *)file)->path);
}

const char *engine_sql(enum engine_statement statement) {
  const struct embedded *file =
      bsearch(statements[statement].path, embedded_sql, embedded_sql_count, sizeof *embedded_sql, compare_path);
  return file ? file->text : "";
}

bool engine_prepare(PGconn *connection, struct fault *fault) {
  for (enum engine_statement i = 0; i < ENGINE_STATEMENTS; i++) {
    PGresult *result = PQprepare(connection, engine_name(i), engine_sql(i), 0, NULL);
    bool prepared = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    if (!prepared) {
      fault_set(fault, CODE_INTERNAL, "INTERNAL", "%s cannot be prepared", statements[i].path);
      fault->internal = arena_strdup(fault->arena, PQerrorMessage(connection));
      return false;
    }
  }
  return true;
}
