// The workers: one event loop over a pool of connections to PostgreSQL, and the queue in front of it.

#pragma once
#include "call/observe.h"

struct workers;
struct server;

struct workers_options {
  enum pool pool;
  const char *url; // must outlive the workers
  int connections;
  unsigned depth; // how many calls may be out on each: more than one where all are brief, for a slow one delays those behind it
};

// Starts the loop, and the making of the connections; does not wait for them. Aborts where the system has no descriptors or
// threads for it.
struct workers *workers_open(struct server *server, const struct workers_options *options);

// Stops the loop and closes the connections. Calls that are still there are answered UNAVAILABLE / STOPPING.
void workers_close(struct workers *workers);

// Takes a new call. False where too many wait already: it is then still the caller's.
bool workers_put(struct workers *workers, struct call *call);

// Takes a call that needs another trip.
void workers_return(struct workers *workers, struct call *call);

// From now on every call that is out is cancelled and every one that waits is refused.
void workers_hurry(struct workers *workers);

// Whether a call would find a connection, to a database on this binary's version.
bool workers_ready(const struct workers *workers);

// Whether there has been no connection for so long that calls should be refused rather than wait.
bool workers_away(const struct workers *workers);
