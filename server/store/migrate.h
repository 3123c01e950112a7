// Migrations: numbered, forward only, embedded, each in a transaction of its own, all under one advisory lock.

#pragma once
#include "base/fault.h"
#include <libpq-fe.h>

struct migrated {
  int version; // what the database is on now; a newer program may have brought it beyond this one's
  unsigned applied;
};

// Applies what is missing over the owner's connection. Each applied one is remembered with the hash of its text and the oldest
// program that goes on beside it; a changed or missing one is a fault, and so is a database that is not for this program any
// more. Where others hold what a migration changes it is tried again for two minutes (a log line each time), then that is a
// fault UNAVAILABLE.
bool migrate_apply(PGconn *owner, struct migrated *migrated, struct fault *fault);

// Whether this binary may serve: the database is on its version, or on a newer one that leaves programs of before what they
// use. False with a fault that says both versions and what to run.
bool migrate_check(PGconn *connection, struct fault *fault);

// The number of the newest migration that the database has; 0: none. False with a fault where it cannot say.
bool migrate_newest(PGconn *connection, int *newest, struct fault *fault);

// The number of the newest embedded migration.
int migrate_version(void);
