// Work that lasts and must not hold a worker: bounded queues with threads of their own.

#pragma once
#include "call/call.h"

struct jobs;

// `threads` threads, at most `limit` calls waiting; of one client at most `client_limit` waiting or running, 0: any number. A
// client is an account, or an address where nobody has signed in.
struct jobs *jobs_open(const char *name, unsigned threads, unsigned limit, unsigned client_limit);

// Runs `work` on the call in one of the threads, then call_resume with what it returns. False where the queue is full or
// closing (the call is still the caller's; a fault RESOURCE_EXHAUSTED / TOO_MANY with a retry time is set).
bool jobs_put(struct jobs *jobs, struct call *call, enum next (*work)(struct call *call));

// Waits for what runs; what waits is resumed with a fault.
void jobs_close(struct jobs *jobs);
