// TCP without a client: for what no well-behaved client would send.

#pragma once
#include <stdbool.h>
#include <stddef.h>

// Connects to 127.0.0.1; -1 where nobody answers. Closed by close().
int socket_open(int port);

// Likewise, from another address of the loopback.
int socket_open_from(const char *from, int port);

// Sends all of it, or as much as the other side takes. False where it has gone.
bool socket_send(int fd, const void *bytes, size_t length);
bool socket_say(int fd, const char *text);

// What comes until `ends_with` came, the other side closed or `timeout_ms` passed; NUL-terminated, until client_forget. "" for
// `ends_with`: until it closed.
const char *socket_hear(int fd, const char *ends_with, int timeout_ms);

// Whether the other side closes within `timeout_ms`; what it says before is passed over.
bool socket_ends(int fd, int timeout_ms);

// Closes with a reset instead of a goodbye.
void socket_break(int fd);

// One HTTP request on a connection of its own, and all that came back, headers too.
const char *socket_ask(int port, const char *request);
