// From an HTTP request to a call.

#pragma once
#include "transport/http_connection.h"

// The headers are here: finds the method, makes the call, decides about the body. What is wrong is kept in the call's fault and
// told once the body is over.
void request_begin(struct connection *connection, const char *verb, const char *path);

// A piece of the body. False where the client has sent so much more than it may that it is cut.
bool request_take(struct connection *connection, const char *bytes, size_t length);

// All is here: builds the request message from path, query and body. False with call->fault.
bool request_read(struct connection *connection);

// The answer has left, or the client: frees the call.
void request_end(struct connection *connection);
