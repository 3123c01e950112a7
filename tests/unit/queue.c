// The queue in front of the workers.

#include "call/queue.h"
#include "suite.h"

enum { LIMIT = 3 };

static void a_full_queue_takes_no_new_call(void) {
  struct queue queue;
  struct call calls[LIMIT + 1] = {0};
  queue_open(&queue, LIMIT);
  for (int i = 0; i < LIMIT; i++)
    CU_ASSERT_TRUE(queue_put(&queue, &calls[i], 0));
  CU_ASSERT_FALSE(queue_put(&queue, &calls[LIMIT], 0));
  CU_ASSERT_EQUAL(LIMIT, queue.length);
  queue_take(&queue);
  CU_ASSERT_TRUE(queue_put(&queue, &calls[LIMIT], 0));
  queue_close(&queue);
}

static void some_calls_find_room_beyond_the_limit(void) {
  struct queue queue;
  struct call calls[LIMIT + 2] = {0};
  queue_open(&queue, LIMIT);
  for (int i = 0; i < LIMIT; i++)
    queue_put(&queue, &calls[i], 0);
  CU_ASSERT_TRUE(queue_put(&queue, &calls[LIMIT], 1));
  CU_ASSERT_FALSE(queue_put(&queue, &calls[LIMIT + 1], 1));
  CU_ASSERT_FALSE(queue_put(&queue, &calls[LIMIT + 1], 0));
  queue_close(&queue);
}

static void calls_leave_in_the_order_in_which_they_came(void) {
  struct queue queue;
  struct call calls[LIMIT] = {0};
  queue_open(&queue, LIMIT);
  for (int round = 0; round < 2; round++) {
    for (int i = 0; i < LIMIT; i++)
      queue_put(&queue, &calls[i], 0);
    for (int i = 0; i < LIMIT; i++)
      CU_ASSERT_PTR_EQUAL(&calls[i], queue_take(&queue));
    CU_ASSERT_PTR_NULL(queue_take(&queue));
  }
  queue_close(&queue);
}

static void a_call_under_way_goes_first_and_always_finds_room(void) {
  struct queue queue;
  struct call fresh = {0}, under_way[2] = {0};
  queue_open(&queue, 1);
  CU_ASSERT_TRUE(queue_put(&queue, &fresh, 0));
  queue_return(&queue, &under_way[0]);
  queue_return(&queue, &under_way[1]);
  CU_ASSERT_EQUAL(3, queue.length);
  CU_ASSERT_PTR_EQUAL(&under_way[0], queue_take(&queue));
  CU_ASSERT_PTR_EQUAL(&under_way[1], queue_take(&queue));
  CU_ASSERT_PTR_EQUAL(&fresh, queue_take(&queue));
  queue_close(&queue);
}

static bool is_late(struct call *call, void *context) {
  return call->deadline_us < *(int64_t *)context;
}

static void a_sweep_takes_the_unwanted_and_keeps_the_order_of_the_rest(void) {
  struct queue queue;
  struct call calls[4] = {{.deadline_us = 1}, {.deadline_us = 9}, {.deadline_us = 2}, {.deadline_us = 8}},
              returned = {.deadline_us = 3};
  int64_t now_us = 5;
  queue_open(&queue, 4);
  for (int i = 0; i < 4; i++)
    queue_put(&queue, &calls[i], 0);
  queue_return(&queue, &returned);
  const struct call *swept = queue_sweep(&queue, is_late, &now_us);
  CU_ASSERT_PTR_EQUAL(&calls[0], swept);
  CU_ASSERT_PTR_EQUAL(&calls[2], swept->next);
  CU_ASSERT_PTR_EQUAL(&returned, swept->next->next);
  CU_ASSERT_PTR_NULL(swept->next->next->next);
  CU_ASSERT_EQUAL(2, queue.length);
  CU_ASSERT_TRUE(queue_put(&queue, &calls[0], 0)); // their room is free again
  CU_ASSERT_PTR_EQUAL(&calls[1], queue_take(&queue));
  CU_ASSERT_PTR_EQUAL(&calls[3], queue_take(&queue));
  CU_ASSERT_PTR_EQUAL(&calls[0], queue_take(&queue));
  queue_close(&queue);
}

SUITE(queue, TEST(a_full_queue_takes_no_new_call), TEST(some_calls_find_room_beyond_the_limit),
      TEST(calls_leave_in_the_order_in_which_they_came), TEST(a_call_under_way_goes_first_and_always_finds_room),
      TEST(a_sweep_takes_the_unwanted_and_keeps_the_order_of_the_rest));
