// Messages on their way from who makes them to their reader: a bounded queue between two threads, of a call that streams.

#pragma once
#include "call/call.h"
#include <pthread.h>

// A message that waits for its reader, packed.
struct message_out {
  struct message_out *next;
  size_t length;
  uint8_t bytes[];
};

struct outbox {
  pthread_mutex_t lock;
  pthread_cond_t taken;
  struct message_out *first, **last;
  size_t waiting_bytes, limit_bytes;
  struct outboxes *all; // NULL: none but this one
};

// What waits in all of a kind together, and how much that may be.
struct outboxes {
  atomic_size_t waiting_bytes;
  size_t limit_bytes;
};

// Makes the call one that streams: from here on the transport finds its messages. `outbox` lies in the call's arena, and is
// freed with the call.
void outbox_open(struct outbox *outbox, struct call *call, size_t limit_bytes, struct outboxes *all_or_null);

// Puts a message, and tells the transport. False where it does not fit: its reader has too much waiting.
bool outbox_put(struct call *call, const ProtobufCMessage *message);

// Waits until at most `bytes` wait, or `timeout_ms` passed; whether they do. Also `limit_bytes` - what is to be put, and 0: all
// was taken.
bool outbox_await(struct call *call, size_t bytes, int timeout_ms);

size_t outbox_waiting(struct call *call);

// The next message, NULL where none waits; to be freed by free(). From the transport, also before the call streams.
struct message_out *outbox_take(struct call *call);

// Drops what waits.
void outbox_drop(struct call *call);

// By call_free.
void outbox_close(struct outbox *outbox);
