// Work that lasts: calls wait here, bounded, for threads that may block.

#include "call/jobs.h"
#include "base/clock.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { RETRY_MS = 1000, THREADS_MAX = 16 };

struct job {
  struct job *next;           // in the queue
  struct job *before, *after; // among those under way
  struct call *call;
  enum next (*work)(struct call *call);
};

struct jobs {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  struct job *first, **last; // each in its call's arena
  struct job *under_way;     // waiting or running
  unsigned count, limit, client_limit;
  bool closing;
  unsigned thread_count;
  pthread_t threads[THREADS_MAX];
};

static struct job *take(struct jobs *jobs) {
  pthread_mutex_lock(&jobs->lock);
  while (!jobs->first && !jobs->closing)
    pthread_cond_wait(&jobs->changed, &jobs->lock);
  struct job *job = jobs->first;
  if (job && !(jobs->first = job->next))
    jobs->last = &jobs->first;
  pthread_mutex_unlock(&jobs->lock);
  return job;
}

static bool is_closing(struct jobs *jobs) {
  pthread_mutex_lock(&jobs->lock);
  bool closing = jobs->closing;
  pthread_mutex_unlock(&jobs->lock);
  return closing;
}

static enum next run_one(struct jobs *jobs, struct job *job) {
  struct call *call = job->call;
  if (is_closing(jobs))
    fault_set(&call->fault, CODE_UNAVAILABLE, "STOPPING", "the server is stopping");
  else if (clock_us() >= call->deadline_us)
    fault_set(&call->fault, CODE_DEADLINE_EXCEEDED, "DEADLINE", "the deadline passed");
  else if (atomic_load(&call->cancelled))
    fault_set(&call->fault, CODE_CANCELLED, "CANCELLED", "the client left");
  else
    return job->work(call);
  return NEXT_REPLY;
}

// The job lies in the call's arena: afterwards the call may be gone.
static void forget(struct jobs *jobs, struct job *job) {
  pthread_mutex_lock(&jobs->lock);
  *(job->before ? &job->before->after : &jobs->under_way) = job->after;
  if (job->after)
    job->after->before = job->before;
  jobs->count--;
  pthread_mutex_unlock(&jobs->lock);
}

static void *run(void *context) {
  struct jobs *jobs = context;
  struct job *job;
  while ((job = take(jobs))) {
    struct call *call = job->call;
    enum next next = run_one(jobs, job);
    forget(jobs, job);
    call_resume(call, next);
  }
  return NULL;
}

struct jobs *jobs_open(const char *name, unsigned threads, unsigned limit, unsigned client_limit) {
  struct jobs *jobs = calloc(1, sizeof *jobs);
  if (!jobs || threads > THREADS_MAX)
    abort();
  jobs->last = &jobs->first;
  jobs->limit = threads + limit;
  jobs->client_limit = client_limit;
  jobs->thread_count = threads;
  pthread_mutex_init(&jobs->lock, NULL);
  pthread_cond_init(&jobs->changed, NULL);
  for (unsigned i = 0; i < threads; i++) {
    if (pthread_create(&jobs->threads[i], NULL, run, jobs) != 0)
      abort();
    pthread_setname_np(jobs->threads[i], name);
  }
  return jobs;
}

static bool is_same_client(const struct call *one, const struct call *other) {
  if (one->caller.known || other->caller.known)
    return memcmp(one->caller.user, other->caller.user, UUID_BYTES) == 0;
  return strcmp(one->peer, other->peer) == 0;
}

static unsigned of_client(const struct jobs *jobs, const struct call *call) {
  unsigned count = 0;
  for (const struct job *job = jobs->under_way; job; job = job->after)
    count += is_same_client(job->call, call);
  return count;
}

static bool has_room(const struct jobs *jobs, const struct call *call) {
  return !jobs->closing && jobs->count < jobs->limit && (!jobs->client_limit || of_client(jobs, call) < jobs->client_limit);
}

bool jobs_put(struct jobs *jobs, struct call *call, enum next (*work)(struct call *call)) {
  struct job *job = arena_zalloc(&call->arena, sizeof *job);
  *job = (struct job){.call = call, .work = work};
  pthread_mutex_lock(&jobs->lock);
  bool taken = has_room(jobs, call);
  if (taken) {
    *jobs->last = job;
    jobs->last = &job->next;
    jobs->count++;
    if ((job->after = jobs->under_way))
      job->after->before = job;
    jobs->under_way = job;
    pthread_cond_signal(&jobs->changed);
  }
  pthread_mutex_unlock(&jobs->lock);
  if (taken)
    return true;
  fault_set(&call->fault, CODE_RESOURCE_EXHAUSTED, "TOO_MANY", "too much of this is waiting already");
  call->fault.retry_ms = RETRY_MS;
  return false;
}

void jobs_close(struct jobs *jobs) {
  pthread_mutex_lock(&jobs->lock);
  jobs->closing = true;
  pthread_cond_broadcast(&jobs->changed);
  pthread_mutex_unlock(&jobs->lock);
  for (unsigned i = 0; i < jobs->thread_count; i++)
    pthread_join(jobs->threads[i], NULL);
  pthread_cond_destroy(&jobs->changed);
  pthread_mutex_destroy(&jobs->lock);
  free(jobs);
}
