// The database behind the server, as its owner sees it: for what a test must see without the server's help.

#pragma once
#include <libpq-fe.h>
#include <stdbool.h>

// One number, one text (until the test's end), of a statement with values put in by printf's rules. A mistake in it aborts the
// run.
long long sql_number(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *sql_text(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Runs it and says whether it went through; where not, sql_state() is why.
bool sql_run(const char *format, ...) __attribute__((format(printf, 1, 2)));
const char *sql_state(void);

// A connection of one's own, as owner or as the serving role. Closed by PQfinish.
PGconn *sql_connect(bool as_owner);

// How often a text stands in a dump of the whole database; -1 where it cannot be dumped.
int times_dumped(const char *text);
