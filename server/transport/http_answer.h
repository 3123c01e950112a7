// From a call that has come back to an HTTP response.

#pragma once
#include "transport/http_connection.h"

enum { ETAG_TEXT = 2 + 16 + 1 };

// The ETag of a body that may be kept. It tells versions apart (FNV-1a) and keeps no secret.
void answer_tag(const char *bytes, size_t length, char tag[ETAG_TEXT]);

// Whether the client has the body of this tag (If-None-Match).
bool answer_is_known(const struct connection *connection, const char *tag);

// One header of a response; a NULL value is left out.
struct header {
  const char *name, *value;
};

// Answers with what the call says: its response, or what is wrong.
enum MHD_Result answer_call(struct connection *connection);

// Answers with `length` bytes that outlive the request, and `headers` (a NULL name ends them).
enum MHD_Result answer_bytes(struct connection *connection, int http_code, const char *bytes, size_t length,
                             const struct header *headers);
