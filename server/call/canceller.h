// PQcancel blocks, so it has a thread of its own.

#pragma once
#include "call/connection.h"

struct canceller;

struct canceller *canceller_open(void (*wake)(void *context), void *context);
void canceller_close(struct canceller *canceller);

// Asks PostgreSQL to cancel what the connection is at. Until `connection->cancelling` is false again no new call may go out on
// it: the cancel would hit that one.
void canceller_cancel(struct canceller *canceller, struct connection *connection);
