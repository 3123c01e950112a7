// Who the client is, where trusted proxies stand in between.

#pragma once
#include "transport/http_connection.h"

// Reads "10.0.0.1, 192.168.0.0/16, ::1". False with a fault that names the part that is neither address nor network.
bool proxies_read(struct proxies *proxies, const char *text, struct arena *arena, struct fault *fault);

// Whether `address` (as text) is a trusted proxy.
bool proxies_hold(const struct proxies *proxies, const char *address);

// The client's address: the peer's, or where the peer is a trusted proxy, what proxies_pick makes of X-Forwarded-For. Belongs
// to the arena or the connection.
const char *proxies_client(const struct connection *connection, struct arena *arena);

// The last address in `list` ("a, b, c") that is no trusted proxy; `peer` where the list ends in none. Cuts the list up.
const char *proxies_pick(const struct proxies *proxies, char *list, size_t length, const char *peer);
