// A hot standby of the world's cluster.

#pragma once
#include <stdbool.h>

struct standby {
  const char *folder, *owner_url, *database_url; // until the run's end
};

// Makes it where it is not there, starts it where it does not run. False where it does not start; standard error says why.
bool standby_open(struct standby *standby);

// Stops it and keeps its data.
bool standby_stop(const struct standby *standby);

// Runs a query on it as its owner; the first row's first column, until the test's end.
const char *standby_text(const struct standby *standby, const char *statement);
