// Connections are made here, on a thread of their own: looking up a name and signing in may take long.

#pragma once
#include "call/connection.h"

struct dialer;

struct dialer_options {
  const char *url;
  const char *time_zone; // whose days are counted
  bool prepare;
  void (*wake)(void *context); // a connection has a `fresh` one to adopt
  void *context;
};

struct dialer *dialer_open(const struct dialer_options *options);

// Interrupts what it is at and ends. Fresh connections that were not adopted are closed by whoever owns them.
void dialer_close(struct dialer *dialer);

// Makes a connection, trying again with growing pauses, and puts it into `connection->fresh`.
void dialer_dial(struct dialer *dialer, struct connection *connection);

// Whether the last try found a database on another schema version.
bool dialer_found_other_schema(const struct dialer *dialer);

// One try, blocking, for whoever needs a connection of his own: NULL with a fault UNAVAILABLE / DATABASE_AWAY. `stop` may be
// NULL.
PGconn *dialer_connect(const char *url, const atomic_bool *stop, struct fault *fault);
