// The statements around a method's own, sql/engine/NAME.sql: where a standby must be, whose days are counted, who calls, the
// claim of a request id, the audit of a refusal.

#pragma once
#include "base/fault.h"
#include <libpq-fe.h>

enum engine_statement {
  ENGINE_BEGIN_CALL,
  ENGINE_BEGIN_ANONYMOUS,
  ENGINE_STAND_AT,
  ENGINE_SET_ZONE,
  ENGINE_CLAIM,
  ENGINE_AUDIT_REFUSAL,
  ENGINE_STATEMENTS
};

// File and prepared statement are of this name.
const char *engine_name(enum engine_statement statement);

// Its text, as the binary carries it.
const char *engine_sql(enum engine_statement statement);

// Prepares all of them on a plain, blocking connection. False with a fault that names the file.
bool engine_prepare(PGconn *connection, struct fault *fault);
