// Calls that wait for a connection. Bounded: a call that finds the queue full is refused at once, it never waits to be refused
// later.

#include "call/queue.h"

void queue_open(struct queue *queue, int limit) {
  *queue = (struct queue){.limit = limit};
  queue->last = &queue->first;
  queue->newest = &queue->returned;
  pthread_mutex_init(&queue->lock, NULL);
}

void queue_close(struct queue *queue) {
  pthread_mutex_destroy(&queue->lock);
}

static void append(struct call ***last, struct call *call) {
  call->next = NULL;
  **last = call;
  *last = &call->next;
}

static struct call *take_first(struct call **first, struct call ***last) {
  struct call *call = *first;
  if (!call)
    return NULL;
  *first = call->next;
  if (!*first)
    *last = first;
  return call;
}

bool queue_put(struct queue *queue, struct call *call, int more) {
  pthread_mutex_lock(&queue->lock);
  bool taken = queue->waiting < queue->limit + more;
  if (taken) {
    append(&queue->last, call);
    queue->waiting++;
    atomic_fetch_add(&queue->length, 1);
  }
  pthread_mutex_unlock(&queue->lock);
  return taken;
}

void queue_return(struct queue *queue, struct call *call) {
  pthread_mutex_lock(&queue->lock);
  append(&queue->newest, call);
  atomic_fetch_add(&queue->length, 1);
  pthread_mutex_unlock(&queue->lock);
}

struct call *queue_take(struct queue *queue) {
  pthread_mutex_lock(&queue->lock);
  struct call *call = take_first(&queue->returned, &queue->newest);
  if (!call && (call = take_first(&queue->first, &queue->last)))
    queue->waiting--;
  if (call)
    atomic_fetch_sub(&queue->length, 1);
  pthread_mutex_unlock(&queue->lock);
  return call;
}

// Moves what is unwanted from the list at *first to the one that ends at *out; says how many.
static int sift(struct call **first, struct call ***last, struct call ***out, bool (*unwanted)(struct call *, void *),
                void *context) {
  int moved = 0;
  struct call *call = *first;
  *first = NULL;
  *last = first;
  while (call) {
    struct call *next = call->next;
    bool move = unwanted(call, context);
    append(move ? out : last, call);
    moved += move;
    call = next;
  }
  return moved;
}

struct call *queue_sweep(struct queue *queue, bool (*unwanted)(struct call *call, void *context), void *context) {
  struct call *swept = NULL, **end = &swept;
  pthread_mutex_lock(&queue->lock);
  int moved = sift(&queue->first, &queue->last, &end, unwanted, context);
  queue->waiting -= moved;
  moved += sift(&queue->returned, &queue->newest, &end, unwanted, context);
  atomic_fetch_sub(&queue->length, moved);
  pthread_mutex_unlock(&queue->lock);
  return swept;
}
