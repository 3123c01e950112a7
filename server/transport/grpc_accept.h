// What the core's listener is told when the process has no file descriptor for a connection.

#pragma once
#include <stdbool.h>

// From now on the core's listener on `port` survives a failing accept4(2); see grpc_accept.c. One port a process; 0: none.
void accept_guard(int port);

// Whether connections had to be left waiting since this was last asked.
bool accept_was_starved(void);
