// A reader of a file that is streamed, over either transport: as much at a time as it wants, or all.

#pragma once
#include "support/client.h"

struct downloading;

// Begins to download by `method` ("ExportService/ExportLeads"); connections are its own. `request` is JSON of plain fields and
// lists of them. What is not read stays with the server.
struct downloading *downloading_open(struct client *client, enum transport transport, const char *token, const char *method,
                                     const char *request);
void downloading_close(struct downloading *downloading);

// Reads until at least `bytes` are here in all, the end, or `timeout_ms`; whether they are here. They lie at *text, with a NUL
// behind, until the next reading.
bool downloading_read(struct downloading *downloading, size_t bytes, int timeout_ms);
const char *downloading_text(const struct downloading *downloading, size_t *length);

// Reads to the end and says how that was: code OK where the file is whole, else what was told; over REST UNAVAILABLE without a
// reason where the connection was broken off; DEADLINE_EXCEEDED where no end came. `headers` are those of HTTP.
struct answer downloading_end(struct downloading *downloading, int timeout_ms);

// What the file is said to be, and to be called.
const char *downloading_type(struct downloading *downloading);
const char *downloading_name(struct downloading *downloading);

// All of it, as an answer: `body` tells its type and length.
struct answer downloading_whole(struct client *client, enum transport transport, const char *token, const char *method,
                                const char *request);
