// A client's connection: bytes out, bytes in, and how it speaks. Lean on purpose: what the load generator takes of the
// processors is taken from the server.

#pragma once
#include "support/workload.h"

enum { CLIENT_BYTES = 1 << 20 };

// A request made ready once. Its ids are written over for every call.
struct template {
  char *bytes; // REST: the whole request; gRPC: the message with its prefix
  size_t length;
  size_t ids[WORKLOAD_ITEMS]; // where they stand in it
};

// HEARD_REFUSED: an answer that says to come back later.
enum heard { HEARD_NOTHING, HEARD_ANSWER, HEARD_REFUSED, HEARD_WRONG };

struct client;

struct speech {
  // Makes the request ready for this client. False where an id is not found in it.
  bool (*ready)(struct client *client, const struct schema *schema, const struct method *method, const struct request *request,
                unsigned items, struct template *out, struct arena *arena);
  // What is said first.
  void (*hello)(struct client *client);
  // Puts a request into `out`. False where the other side must first make room.
  bool (*ask)(struct client *client, const struct template *request);
  // Reads on in `in`. After HEARD_WRONG `wrong` says what.
  enum heard (*hear)(struct client *client);
};

extern const struct speech speech_rest, speech_grpc;

struct client {
  int fd;
  const char *token;
  const struct speech *speech;
  char *out, *in; // CLIENT_BYTES each
  size_t out_length, out_sent, in_length, in_read;
  int64_t asked, asked_at_us; // calls so far; when the last one was
  bool wants_to_write;
  bool waits, starved; // for an answer; for room to put its call out
  const char *wrong;
  const char *body;                 // of the last answer, good until the next hear
  size_t body_length, answer_bytes; // the latter of the whole answer's body or message

  // gRPC's
  const char *path;
  uint32_t stream, settings_seen;
  int64_t window, stream_window; // what may still be sent
  size_t received;               // not yet given back to the other side
  bool answered_before, good_status, busy_status, has_details;
  size_t data_length;
};

// Copies into `out`. The caller has seen that there is room: a client has one call out.
void client_put(struct client *client, const void *bytes, size_t length);

// Where `ids` stand in `bytes`; false where one does not.
bool template_find(struct template *template, const struct request *request, unsigned items);
