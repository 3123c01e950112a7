// The door of the HTTP server: takes connections in, counts them and their bodies by address, shows out who dawdles.

#pragma once
#include "transport/http_connection.h"

// Listens on the options' address and makes the places for connections. False with a fault.
bool door_open(struct http_server *http, struct fault *fault);

// A listening socket on "host:port", and its port; -1 with a fault.
int door_listen(const char *text, int *port, struct fault *fault);

// Stops listening; connections on which nothing was asked are shown out.
void door_shut(struct http_server *http);

// Takes in who waits.
void door_admit(struct http_server *http);

// Once a second: shows out who is past the deadline of his phase, cancels calls whose client has left, and looks whether there
// is a new certificate.
void door_sweep(struct http_server *http, int64_t now_us);

// Milliseconds until the door wants to be looked after again.
int door_wait_ms(const struct http_server *http, int64_t now_us);

// libmicrohttpd's notice that a connection begins or ends.
void door_on_connection(void *context, struct MHD_Connection *mhd, void **place, enum MHD_ConnectionNotificationCode what);

// Shuts the connection's socket down; libmicrohttpd then ends what is under way. `last_words`, where not NULL, is sent before
// (not in TLS).
void door_show_out(struct connection *connection, const char *last_words);

// Counts `bytes` more of a body that is not yet admitted. False where that is too much for the address or in all: then nothing
// is counted.
bool door_count_body(struct connection *connection, size_t bytes);

// Takes the body of the request under way off the counts, and forgets it.
void door_uncount_body(struct connection *connection);
