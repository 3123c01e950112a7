// Calls that wait for a connection: new ones bounded, those under way first.

#pragma once
#include "call/call.h"
#include <pthread.h>

struct queue {
  pthread_mutex_t lock;
  struct call *first, **last;      // new calls, oldest first
  struct call *returned, **newest; // calls under way that need another trip: taken first, never refused
  int waiting, limit;              // new calls
  atomic_int length;               // both
  bool closed;
};

void queue_open(struct queue *queue, int limit);
void queue_close(struct queue *queue);

// Puts a new call at the end. False where the queue is full and `more` beyond it are, too: the call is then still the caller's.
bool queue_put(struct queue *queue, struct call *call, int more);

// Puts a call that was out before in front of all new ones.
void queue_return(struct queue *queue, struct call *call);

// The next call, or NULL.
struct call *queue_take(struct queue *queue);

// Takes out every call for which `unwanted` is true, as a list by call->next.
struct call *queue_sweep(struct queue *queue, bool (*unwanted)(struct call *call, void *context), void *context);
