// Holding PostgreSQL up: calls on visits wait as long as a test wants.

#pragma once
#include <libpq-fe.h>
#include <stdbool.h>

// A lock that no statement on a table, or on visits, gets past, until hold_release.
PGconn *hold_table(const char *table);
PGconn *hold_visits(void);
void hold_release(PGconn *holder);

// Waits until that many connections wait for a lock. False where they do not within a while.
bool hold_await(int connections);

// Waits until no connection of the serving role is in a transaction, or at anything; errands (sealing, forgetting) aside, whom
// a lock may hold up too. False likewise.
bool hold_await_rest(void);
