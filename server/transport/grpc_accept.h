// Who the core's listener takes in, and what it is told when the process has no file descriptor for a connection.

#pragma once
#include "transport/grpc_channels.h"
#include <stdbool.h>

// From now on the core's listener on `port` survives a failing accept4(2), and gets no connection that `channels` do not take;
// see grpc_accept.c. One port a process.
void accept_guard(int port, struct channels *channels);

// No more; the channels are not asked again.
void accept_unguard(void);

// Whether connections had to be left waiting since this was last asked.
bool accept_was_starved(void);

// How many were not taken since this was last asked.
unsigned accept_refusals(void);
