// Cancelling what runs too long, one after the other.

#include "call/canceller.h"
#include "base/log.h"
#include <pthread.h>
#include <stdlib.h>

enum { ERROR_TEXT = 256 };

struct canceller {
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  struct connection *first, **last;
  bool stop;
  void (*wake)(void *context);
  void *context;
};

static struct connection *take(struct canceller *canceller) {
  pthread_mutex_lock(&canceller->lock);
  while (!canceller->first && !canceller->stop)
    pthread_cond_wait(&canceller->changed, &canceller->lock);
  struct connection *connection = canceller->first;
  if (connection && !(canceller->first = connection->next_cancel))
    canceller->last = &canceller->first;
  pthread_mutex_unlock(&canceller->lock);
  return connection;
}

static void *run(void *context) {
  struct canceller *canceller = context;
  struct connection *connection;
  while ((connection = take(canceller))) {
    char error[ERROR_TEXT];
    if (!PQcancel(connection->cancel, error, sizeof error))
      log_warn("cancelling failed", LOG_TEXT("internal", error));
    PQfreeCancel(connection->cancel);
    connection->cancel = NULL;
    atomic_store(&connection->cancelling, false);
    canceller->wake(canceller->context);
  }
  return NULL;
}

struct canceller *canceller_open(void (*wake)(void *context), void *context) {
  struct canceller *canceller = calloc(1, sizeof *canceller);
  if (!canceller)
    abort();
  canceller->last = &canceller->first;
  canceller->wake = wake;
  canceller->context = context;
  pthread_mutex_init(&canceller->lock, NULL);
  pthread_cond_init(&canceller->changed, NULL);
  if (pthread_create(&canceller->thread, NULL, run, canceller) != 0)
    abort();
  return canceller;
}

void canceller_close(struct canceller *canceller) {
  pthread_mutex_lock(&canceller->lock);
  canceller->stop = true;
  pthread_cond_broadcast(&canceller->changed);
  pthread_mutex_unlock(&canceller->lock);
  pthread_join(canceller->thread, NULL);
  pthread_cond_destroy(&canceller->changed);
  pthread_mutex_destroy(&canceller->lock);
  free(canceller);
}

void canceller_cancel(struct canceller *canceller, struct connection *connection) {
  connection->cancel = PQgetCancel(connection->pg);
  if (!connection->cancel)
    return;
  atomic_store(&connection->cancelling, true);
  pthread_mutex_lock(&canceller->lock);
  connection->next_cancel = NULL;
  *canceller->last = connection;
  canceller->last = &connection->next_cancel;
  pthread_cond_signal(&canceller->changed);
  pthread_mutex_unlock(&canceller->lock);
}
