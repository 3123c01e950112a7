// Work that lasts: it runs beside the workers, so much of it and no more.

#include "call/jobs.h"
#include "api.h"
#include "base/clock.h"
#include "base/log.h"
#include "call/accounts.h"
#include "call/observe.h"
#include "call/server.h"
#include <pthread.h>
#include <semaphore.h>

enum { DEADLINE_S = 30 };

static struct server server;
static sem_t begun, go_on, replied;
static pthread_t worked_in;

static bool open_all(void) {
  if (!api_open())
    return false;
  log_setup(LOG_ERROR, 0);
  server =
      (struct server){.schema = &api, .metrics = observe_open(&api), .accounts = accounts_open(&(struct accounts_options){0})};
  sem_init(&begun, 0, 0);
  sem_init(&go_on, 0, 0);
  sem_init(&replied, 0, 0);
  return true;
}

static void close_all(void) {
  accounts_close(server.accounts);
  observe_close(server.metrics);
  api_close();
}

static void take_reply(struct call *call) {
  (void)call;
  sem_post(&replied);
}

static struct call *call_of(void) {
  const char path[] = "/zoufang.v1.AuthService/Login";
  struct call *call = call_make(&server, schema_method(&api, path, sizeof path - 1));
  call->reply = take_reply;
  call->deadline_us = clock_us() + DEADLINE_S * 1000000LL;
  return call;
}

static enum next work_until_told(struct call *call) {
  (void)call;
  worked_in = pthread_self();
  sem_post(&begun);
  sem_wait(&go_on);
  return NEXT_REPLY;
}

static void work_runs_in_a_thread_of_its_own_and_the_call_goes_on_after_it(void) {
  struct jobs *jobs = jobs_open("test", 1, 1, 0);
  struct call *call = call_of();
  CU_ASSERT_TRUE_FATAL(jobs_put(jobs, call, work_until_told));
  sem_wait(&begun);
  CU_ASSERT_FALSE(pthread_equal(worked_in, pthread_self()));
  CU_ASSERT_NOT_EQUAL(CALL_REPLIED, call->stage);
  sem_post(&go_on);
  sem_wait(&replied);
  CU_ASSERT_EQUAL(CODE_OK, call->fault.code);
  jobs_close(jobs);
  call_free(call);
}

static void too_many_are_refused_with_the_time_to_come_back(void) {
  struct jobs *jobs = jobs_open("test", 1, 1, 0);
  struct call *works = call_of(), *waits = call_of(), *refused = call_of();
  CU_ASSERT_TRUE_FATAL(jobs_put(jobs, works, work_until_told));
  sem_wait(&begun);
  CU_ASSERT_TRUE_FATAL(jobs_put(jobs, waits, work_until_told));
  CU_ASSERT_FALSE(jobs_put(jobs, refused, work_until_told));
  CU_ASSERT_EQUAL(CODE_RESOURCE_EXHAUSTED, refused->fault.code);
  CU_ASSERT_STRING_EQUAL("TOO_MANY", refused->fault.reason);
  CU_ASSERT_TRUE(refused->fault.retry_ms > 0);
  for (int i = 0; i < 2; i++)
    sem_post(&go_on);
  for (int i = 0; i < 2; i++)
    sem_wait(&replied);
  sem_wait(&begun);
  jobs_close(jobs);
  call_free(works);
  call_free(waits);
  call_free(refused);
}

static void who_has_much_waiting_leaves_room_for_others(void) {
  struct jobs *jobs = jobs_open("test", 1, 4, 2);
  struct call *works = call_of(), *waits = call_of(), *refused = call_of(), *anothers = call_of();
  works->peer = waits->peer = refused->peer = "203.0.113.1";
  anothers->peer = "203.0.113.2";
  CU_ASSERT_TRUE_FATAL(jobs_put(jobs, works, work_until_told));
  sem_wait(&begun);
  CU_ASSERT_TRUE_FATAL(jobs_put(jobs, waits, work_until_told));
  CU_ASSERT_FALSE(jobs_put(jobs, refused, work_until_told));
  CU_ASSERT_STRING_EQUAL("TOO_MANY", refused->fault.reason);
  CU_ASSERT_TRUE_FATAL(jobs_put(jobs, anothers, work_until_told));
  for (int i = 0; i < 3; i++)
    sem_post(&go_on);
  for (int i = 0; i < 3; i++)
    sem_wait(&replied);
  for (int i = 0; i < 2; i++)
    sem_wait(&begun);
  jobs_close(jobs);
  call_free(works);
  call_free(waits);
  call_free(refused);
  call_free(anothers);
}

static void what_is_late_or_was_left_is_not_worked_on(void) {
  struct jobs *jobs = jobs_open("test", 1, 2, 0);
  struct call *late = call_of(), *left = call_of();
  late->deadline_us = clock_us() - 1;
  atomic_store(&left->cancelled, true);
  CU_ASSERT_TRUE(jobs_put(jobs, late, work_until_told));
  CU_ASSERT_TRUE(jobs_put(jobs, left, work_until_told));
  for (int i = 0; i < 2; i++)
    sem_wait(&replied);
  CU_ASSERT_EQUAL(CODE_DEADLINE_EXCEEDED, late->fault.code);
  CU_ASSERT_EQUAL(CODE_CANCELLED, left->fault.code);
  jobs_close(jobs);
  call_free(late);
  call_free(left);
}

static void *close_jobs(void *jobs) {
  jobs_close(jobs);
  return NULL;
}

static void closing_leaves_no_call_without_an_answer(void) {
  struct jobs *jobs = jobs_open("test", 1, 2, 0);
  struct call *works = call_of(), *waits = call_of();
  pthread_t closer;
  jobs_put(jobs, works, work_until_told);
  sem_wait(&begun);
  jobs_put(jobs, waits, work_until_told);
  pthread_create(&closer, NULL, close_jobs, jobs);
  for (int i = 0; i < 2; i++) // it may have begun with the second before it is told to close
    sem_post(&go_on);
  for (int i = 0; i < 2; i++)
    sem_wait(&replied);
  pthread_join(closer, NULL);
  CU_ASSERT_EQUAL(CODE_OK, works->fault.code);
  CU_ASSERT_TRUE(waits->fault.code == CODE_UNAVAILABLE || waits->fault.code == CODE_OK);
  call_free(works);
  call_free(waits);
}

SUITE_WITH(jobs, open_all, close_all, 10, TEST(work_runs_in_a_thread_of_its_own_and_the_call_goes_on_after_it),
           TEST(too_many_are_refused_with_the_time_to_come_back), TEST(who_has_much_waiting_leaves_room_for_others),
           TEST(what_is_late_or_was_left_is_not_worked_on), TEST(closing_leaves_no_call_without_an_answer));
