// An HTTP request as text, and the server's side of the connection that it came on. libmicrohttpd is stood in for: what it says
// of headers and parameters is what the text says.

#pragma once
#include "support/fuzz.h"
#include "transport/http_connection.h"

enum { SENT_BODY_LIMIT_BYTES = 32 << 10, SENT_PAIRS = 64 };

// A header, or a parameter of a query; a parameter without "=" has no value.
struct pair {
  const char *name, *value;
  size_t name_length, value_length;
};

struct sent {
  const char *verb, *path;
  unsigned header_count, parameter_count;
  struct pair headers[SENT_PAIRS], parameters[SENT_PAIRS];
  const char *body;
  size_t body_length;
};

// Reads "POST /v1/visits?a=b", header lines, an empty line, and the body.
void sent_read(struct sent *sent, struct input *input);

// Reads header lines up to an empty one.
void sent_headers(struct sent *sent, struct input *input);

// Lets the server read the request: true where it became a message. sent_forget must follow.
bool sent_take(const struct sent *sent, struct connection *connection);
void sent_forget(struct connection *connection);

// Holds what was made of the request to what is promised of every call, and of every refusal.
void sent_check(const struct connection *connection, bool taken);
