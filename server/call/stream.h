// Streams: calls that go on. A stream is a registration and an outbox, never a worker. Each method that
// streams has one thread that sees to all of its streams: what its handler does with them happens there, so the handler needs
// no locks.
//
//   handler (workers' thread):   after → stream_begin
//   handler (streams' thread):   begun … ticked, back … stream_put, stream_ask … stream_end → ended
//   transport (its own thread):  told → outbox_take … until the call is replied to

#pragma once
#include "call/outbox.h"

struct streams;

struct stream {
  struct call *call;
  struct streams *all;
  void *state;                   // the handler's, in the call's arena
  int64_t put_us;                // when the last message was put; the beginning at first
  struct stream *before, *after; // among the open ones
  struct stream *next_counted;   // among the registered ones
  struct outbox outbox;
};

// What a handler does with its streams; all of it on the streams' thread.
struct streaming {
  size_t state_bytes;                      // of the handler's state of all streams, zeroed at first: streams_state
  void (*begun)(struct stream *stream);    // a stream has begun
  void (*ticked)(struct streams *streams); // a few times a second while any is open
  void (*back)(struct call *ask);          // an ask came back; it is freed afterwards
  void (*ended)(struct stream *stream);    // a stream is about to be gone
};

// One thread for each method whose handler streams; a list. While no stream is open nothing runs.
struct streams *streams_open(struct server *server);
// Joins the threads: asks that are still out come back to nobody. Before the workers are closed.
void streams_stop(struct streams *streams);
// Frees; after the workers are closed.
void streams_close(struct streams *streams);

void *streams_state(struct streams *streams);
struct stream *streams_first(struct streams *streams);

// In `after`, once the call may begin: makes it a stream. What it returns is what `after` returns: away, or a reply with a
// fault where there are too many, of this account or in all, or the server stops.
enum next stream_begin(struct call *call, void *state);

// Puts a message for the reader. One who has too much waiting is ended: false then, and the stream is gone.
bool stream_put(struct stream *stream, const ProtobufCMessage *message);

// Whether the reader has taken most of what was put.
bool stream_is_drained(struct stream *stream);

// Ends the stream: what the reader has not taken is dropped, and he hears why. `stream` is gone.
void stream_end(struct stream *stream, enum code code, const char *reason, const char *message);

// A call of the server's own, for stream_ask. `like`: with this one's token; NULL: without any.
struct call *stream_ask_make(struct streams *streams, const struct call *like);

// Runs a step of the handler; `back` hears how it went.
void stream_ask(struct call *ask, const char *step, ProtobufCMessage *in, ProtobufCMessage *out);
