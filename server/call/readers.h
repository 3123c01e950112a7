// Reading from standbys: workers of their own on ZOUFANG_DB_READ_URL for calls that change nothing. Such a call sees all that
// was acknowledged to anyone before it came, and is judged by the sessions and grants of then.

#pragma once
#include "call/call.h"

struct readers;
struct server;

// Starts the workers and what asks the primary how far it is; waits for neither. NULL where server->options.read_url is.
struct readers *readers_open(struct server *server);

// Ends them. Calls that are still there are answered UNAVAILABLE / STOPPING, or given to the server's own workers. NULL is
// none.
void readers_close(struct readers *readers);

// Takes the call's next trip. False where it is one for the primary: it may change something, its method says more than one
// script does, a standby has failed it before, or none is there. What a standby then cannot do comes back by life_back as
// failed.
bool readers_take(struct readers *readers, struct call *call);

// As workers_hurry.
void readers_hurry(struct readers *readers);
