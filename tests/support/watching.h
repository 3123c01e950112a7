// A reader of a stream, over either transport. Over REST it is a client of server-sent events: what comes is put into the same
// form as over gRPC.

#pragma once
#include "support/client.h"

struct watching;

// Opens a stream of `method` ("LeadService/WatchLeads"); connections are its own. `request` is JSON of plain fields. Over REST
// its cursor goes as Last-Event-ID where `as_header`.
struct watching *watching_open(struct client *client, enum transport transport, const char *token, const char *method,
                               const char *request, bool as_header);
void watching_close(struct watching *watching);

// The next message, until the test's end. NULL where none came within `timeout_ms` or the stream ended, see watching_end.
json_t *watching_next(struct watching *watching, int timeout_ms);

// The next message that says more than that the stream is alive, as watching_next: how long a test takes until then is not its
// matter.
json_t *watching_told(struct watching *watching, int timeout_ms);

// How the stream ended: code OK where it did not; over REST without an end of its own, UNAVAILABLE.
struct answer watching_end(struct watching *watching);

// The first message as an answer, or the refusal; then leaves.
struct answer watching_first(struct client *client, enum transport transport, const char *token, const char *method,
                             const char *request);
