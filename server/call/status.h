// What the client hears of a fault: google.rpc.Status with its details, and the HTTP code. One table.

#pragma once
#include "call/call.h"

// What the server itself can do about an error of PostgreSQL's.
enum remedy {
  REMEDY_NONE,
  REMEDY_REPEAT,    // others were in the way: the same again
  REMEDY_SPLIT,     // the data of a batch: in parts
  REMEDY_REPLAY,    // done before under this request id: read the kept answer
  REMEDY_CANCELLED, // cancelled or timed out: if not by us, the same again
  REMEDY_RECONNECT, // the connection is worn: the same again on another
};

// The HTTP code of a fault (from code and reason).
int status_http(const struct fault *fault);

// Builds google.rpc.Status with ErrorInfo, BadRequest, RetryInfo, RequestInfo, LocalizedMessage; in the call's arena.
// `details_limit` bounds the packed size (gRPC metadata: 4 KiB); violations that do not fit are dropped, last first.
ProtobufCMessage *status_of(struct call *call, size_t details_limit);

// SQLSTATE (and DETAIL for the server's own ZF… conditions) to a fault. A result without one says that the connection is gone.
void status_from_postgres(struct fault *fault, const PGresult *result);

enum remedy status_remedy(const char *sqlstate);
