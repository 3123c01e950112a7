// Migrations: numbered, forward only, embedded, each in a transaction of its own, all under one advisory lock.

#pragma once
#include "base/fault.h"
#include <libpq-fe.h>

// Applies what is missing over the owner's connection. Each applied one is remembered with the hash of its text; a changed or
// missing one is a fault. `applied` says how many.
bool migrate_apply(PGconn *owner, unsigned *applied, struct fault *fault);

// Whether the database is on this binary's version. False with a fault that says both versions and what to run.
bool migrate_check(PGconn *connection, struct fault *fault);

// The number of the newest embedded migration.
int migrate_version(void);
