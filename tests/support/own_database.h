// Databases of a test's own, beside the world's in the same cluster. Whoever asks here is superuser.

#pragma once
#include <stdbool.h>

// A URL of the world's, for another database; until the test's end.
const char *database_url_of(const char *url, const char *database);

// Makes, copies, drops databases. False where it did not go through, and standard error says why.
bool cluster_run(const char *statement);

// Runs statements in a database. False likewise.
bool database_run(const char *database, const char *statements);

// The first row's first column, until the test's end; "" where there is none.
const char *database_text(const char *database, const char *statement);
