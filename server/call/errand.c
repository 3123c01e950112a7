// Errands are run and interrupted here. A cancel ends one statement; so who waits for the end sends one after the other until
// the thread has ended.

#include "call/errand.h"
#include "base/arena.h"
#include "base/log.h"
#include "call/dialer.h"
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>

enum { CANCEL_EVERY_MS = 50, ERROR_TEXT = 256 };

struct errand {
  struct arena memory; // its own
  struct errand_options options;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  atomic_bool stop;
  bool ended;         // under the lock
  PGcancel *cancel;   // under the lock: of `connection`
  PGconn *connection; // the thread's own
};

static void set_cancel(struct errand *errand, PGcancel *cancel) {
  pthread_mutex_lock(&errand->lock);
  PQfreeCancel(errand->cancel);
  errand->cancel = cancel;
  pthread_mutex_unlock(&errand->lock);
}

// So that who looks at PostgreSQL's connections sees whose it is.
static void say_name(const struct errand *errand) {
  const char *name = errand->options.name;
  PQclear(PQexecParams(errand->connection, "select set_config('application_name', 'zoufang ' || $1, false)", 1, NULL, &name,
                       NULL, NULL, 0));
}

static bool connect_once(struct errand *errand) {
  if (errand->connection)
    return true;
  struct arena arena = {0};
  struct fault fault = {.arena = &arena};
  errand->connection = dialer_connect(errand->options.url, &errand->stop, &fault);
  if (errand->connection) {
    set_cancel(errand, PQgetCancel(errand->connection));
    say_name(errand);
  } else if (!atomic_load(&errand->stop))
    log_warn("an errand has no connection", LOG_TEXT("errand", errand->options.name), LOG_TEXT("internal", fault.internal));
  arena_close(&arena);
  return errand->connection != NULL;
}

static void disconnect(struct errand *errand) {
  set_cancel(errand, NULL);
  PQfinish(errand->connection);
  errand->connection = NULL;
}

static void run_once(struct errand *errand) {
  const struct errand_options *options = &errand->options;
  if (connect_once(errand) && !options->work(errand->connection, &errand->stop, options->context))
    disconnect(errand);
}

static struct timespec in_ms(int64_t ms) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  at.tv_sec += ms / 1000;
  at.tv_nsec += ms % 1000 * 1000000;
  if (at.tv_nsec >= 1000000000) {
    at.tv_sec++;
    at.tv_nsec -= 1000000000;
  }
  return at;
}

// Waits for the next time. False where it is to end.
static bool rest(struct errand *errand) {
  const struct timespec until = in_ms(errand->options.every_s * 1000LL);
  pthread_mutex_lock(&errand->lock);
  while (!atomic_load(&errand->stop) && pthread_cond_timedwait(&errand->changed, &errand->lock, &until) == 0)
    continue;
  pthread_mutex_unlock(&errand->lock);
  return !atomic_load(&errand->stop);
}

static void *run(void *context) {
  struct errand *errand = context;
  do
    run_once(errand);
  while (rest(errand));
  disconnect(errand);
  pthread_mutex_lock(&errand->lock);
  errand->ended = true;
  pthread_cond_broadcast(&errand->changed);
  pthread_mutex_unlock(&errand->lock);
  return NULL;
}

struct errand *errand_open(const struct errand_options *options) {
  struct errand *errand = arena_hold(sizeof *errand, offsetof(struct errand, memory));
  errand->options = *options;
  pthread_condattr_t monotonic;
  pthread_condattr_init(&monotonic);
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  pthread_mutex_init(&errand->lock, NULL);
  pthread_cond_init(&errand->changed, &monotonic);
  pthread_condattr_destroy(&monotonic);
  if (pthread_create(&errand->thread, NULL, run, errand) != 0)
    abort();
  pthread_setname_np(errand->thread, options->name);
  return errand;
}

// The lock keeps the handle from being freed meanwhile.
static void interrupt_until_ended(struct errand *errand) {
  char error[ERROR_TEXT];
  pthread_mutex_lock(&errand->lock);
  atomic_store(&errand->stop, true);
  pthread_cond_broadcast(&errand->changed);
  while (!errand->ended) {
    if (errand->cancel)
      PQcancel(errand->cancel, error, sizeof error);
    const struct timespec until = in_ms(CANCEL_EVERY_MS);
    pthread_cond_timedwait(&errand->changed, &errand->lock, &until);
  }
  pthread_mutex_unlock(&errand->lock);
}

void errand_close(struct errand *errand) {
  if (!errand)
    return;
  interrupt_until_ended(errand);
  pthread_join(errand->thread, NULL);
  pthread_cond_destroy(&errand->changed);
  pthread_mutex_destroy(&errand->lock);
  arena_drop(&errand->memory);
}
