// Messages are kept here until their reader takes them.

#include "call/outbox.h"
#include "base/clock.h"
#include <stdlib.h>
#include <time.h>

void outbox_open(struct outbox *outbox, struct call *call, size_t limit_bytes, struct outboxes *all_or_null) {
  *outbox = (struct outbox){.limit_bytes = limit_bytes, .all = all_or_null};
  outbox->last = &outbox->first;
  pthread_mutex_init(&outbox->lock, NULL);
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init(&outbox->taken, &monotonic);
  pthread_condattr_destroy(&monotonic);
  atomic_store(&call->outbox, outbox);
}

static void count(struct outbox *outbox, size_t more, size_t less) {
  outbox->waiting_bytes += more - less;
  if (outbox->all)
    atomic_fetch_add(&outbox->all->waiting_bytes, more - less);
}

static bool enqueue(struct outbox *outbox, struct message_out *message) {
  pthread_mutex_lock(&outbox->lock);
  bool fits = outbox->waiting_bytes + message->length <= outbox->limit_bytes &&
              (!outbox->all || atomic_load(&outbox->all->waiting_bytes) + message->length <= outbox->all->limit_bytes);
  if (fits) {
    *outbox->last = message;
    outbox->last = &message->next;
    count(outbox, message->length, 0);
  }
  pthread_mutex_unlock(&outbox->lock);
  return fits;
}

bool outbox_put(struct call *call, const ProtobufCMessage *message) {
  size_t length = protobuf_c_message_get_packed_size(message);
  struct message_out *out = malloc(sizeof *out + length);
  if (!out)
    abort();
  out->next = NULL;
  out->length = protobuf_c_message_pack(message, out->bytes);
  if (!enqueue(atomic_load(&call->outbox), out)) {
    free(out);
    return false;
  }
  if (call->told)
    call->told(call);
  return true;
}

bool outbox_await(struct call *call, size_t bytes, int timeout_ms) {
  struct outbox *outbox = atomic_load(&call->outbox);
  int64_t until_us = clock_us() + timeout_ms * 1000LL;
  const struct timespec until = {.tv_sec = until_us / 1000000, .tv_nsec = until_us % 1000000 * 1000};
  int late = 0;
  pthread_mutex_lock(&outbox->lock);
  while (outbox->waiting_bytes > bytes && !late)
    late = pthread_cond_timedwait(&outbox->taken, &outbox->lock, &until);
  bool reached = outbox->waiting_bytes <= bytes;
  pthread_mutex_unlock(&outbox->lock);
  return reached;
}

size_t outbox_waiting(struct call *call) {
  struct outbox *outbox = atomic_load(&call->outbox);
  if (!outbox)
    return 0;
  pthread_mutex_lock(&outbox->lock);
  size_t waiting = outbox->waiting_bytes;
  pthread_mutex_unlock(&outbox->lock);
  return waiting;
}

static struct message_out *dequeue(struct outbox *outbox) {
  pthread_mutex_lock(&outbox->lock);
  struct message_out *message = outbox->first;
  if (message) {
    outbox->first = message->next;
    if (!outbox->first)
      outbox->last = &outbox->first;
    count(outbox, 0, message->length);
    pthread_cond_signal(&outbox->taken);
  }
  pthread_mutex_unlock(&outbox->lock);
  return message;
}

struct message_out *outbox_take(struct call *call) {
  struct outbox *outbox = atomic_load(&call->outbox);
  return outbox ? dequeue(outbox) : NULL;
}

static void drop(struct outbox *outbox) {
  struct message_out *message;
  while ((message = dequeue(outbox)))
    free(message);
}

void outbox_drop(struct call *call) {
  drop(atomic_load(&call->outbox));
}

void outbox_close(struct outbox *outbox) {
  drop(outbox);
  pthread_cond_destroy(&outbox->taken);
  pthread_mutex_destroy(&outbox->lock);
}
