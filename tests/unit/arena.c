// Memory of a call.

#include "base/arena.h"
#include "suite.h"
#include <pthread.h>
#include <stdint.h>
#include <string.h>

static void every_piece_is_aligned_for_any_type(void) {
  struct arena arena = {0};
  for (size_t size = 0; size < 70; size++) {
    void *piece = arena_alloc(&arena, size);
    CU_ASSERT_PTR_NOT_NULL(piece);
    CU_ASSERT_EQUAL((uintptr_t)piece % _Alignof(max_align_t), 0);
  }
  arena_close(&arena);
}

// Fills each piece with its own byte, and looks at all of them at the end.
static void pieces_of_all_sizes_do_not_touch_each_other(void) {
  enum { PIECES = 600 };
  struct arena arena = {0};
  unsigned char *pieces[PIECES];
  size_t sizes[PIECES];
  for (unsigned i = 0; i < PIECES; i++) {
    sizes[i] = i % 50 == 49 ? 300000 + i : i * 7 % 5000;
    pieces[i] = arena_alloc(&arena, sizes[i]);
    memset(pieces[i], (int)(i & 0xff), sizes[i]);
  }
  unsigned spoiled = 0;
  for (unsigned i = 0; i < PIECES; i++) {
    for (size_t at = 0; at < sizes[i]; at++)
      spoiled += pieces[i][at] != (i & 0xff);
  }
  CU_ASSERT_EQUAL(spoiled, 0);
  arena_close(&arena);
}

static void zeroed_memory_is_zero_even_where_it_was_used_before(void) {
  for (int round = 0; round < 3; round++) {
    struct arena arena = {0};
    unsigned char *zeroed = arena_zalloc(&arena, 3000), *array = arena_array(&arena, 30, 100);
    unsigned used = 0;
    for (int i = 0; i < 3000; i++)
      used += zeroed[i] != 0 || array[i] != 0;
    CU_ASSERT_EQUAL(used, 0);
    memset(zeroed, 0xff, 3000);
    memset(array, 0xff, 3000);
    arena_close(&arena);
  }
}

static void past_its_limit_it_answers_and_says_so(void) {
  struct arena arena = {.limit_bytes = 1000};
  memset(arena_alloc(&arena, 1000), 1, 1000);
  CU_ASSERT_FALSE(arena.exceeded);
  memset(arena_alloc(&arena, 1), 1, 1);
  CU_ASSERT_TRUE(arena.exceeded);
  CU_ASSERT_EQUAL(arena.used_bytes, 1001);
  arena_close(&arena);
  CU_ASSERT_FALSE(arena.exceeded);
  CU_ASSERT_EQUAL(arena.used_bytes, 0);
  CU_ASSERT_EQUAL(arena.limit_bytes, 1000);
}

static void copies_end_with_a_nul(void) {
  struct arena arena = {0};
  CU_ASSERT_STRING_EQUAL(arena_strndup(&arena, "township", 4), "town");
  CU_ASSERT_STRING_EQUAL(arena_strndup(&arena, NULL, 0), "");
  CU_ASSERT_STRING_EQUAL(arena_strdup(&arena, "林西县"), "林西县");
  arena_close(&arena);
}

static void formatted_text_may_be_of_any_length(void) {
  struct arena arena = {0};
  CU_ASSERT_STRING_EQUAL(arena_printf(&arena, "%s-%d", "visit", 7), "visit-7");
  CU_ASSERT_EQUAL(strlen(arena_printf(&arena, "%100000d", 1)), 100000);
  CU_ASSERT_STRING_EQUAL(arena_printf(&arena, "%s", ""), "");
  arena_close(&arena);
}

static void only_the_last_piece_is_extended_where_it_lies(void) {
  struct arena arena = {0};
  char *first = arena_alloc(&arena, 10);
  memcpy(first, "0123456789", 10);
  if (arena_extend(&arena, first, 10, 200)) {
    memset(first + 10, 'x', 190);
    CU_ASSERT_EQUAL(arena.used_bytes, 200);
    char *second = arena_alloc(&arena, 10);
    CU_ASSERT_TRUE(second >= first + 200);
    CU_ASSERT_FALSE(arena_extend(&arena, first, 200, 300));
  }
  CU_ASSERT_FALSE(arena_extend(&arena, first, 200, 1 << 30));
  CU_ASSERT_FALSE(arena_extend(&arena, NULL, 0, 100));
  CU_ASSERT_EQUAL(memcmp(first, "0123456789", 10), 0);
  arena_close(&arena);
}

// Not under AddressSanitizer: there each piece is a malloc of its own.
static bool has_blocks(void) {
  struct arena arena = {0};
  char *first = arena_alloc(&arena, 16), *second = arena_alloc(&arena, 16);
  arena_close(&arena);
  return second == first + 16;
}

static void a_large_piece_leaves_the_rest_of_the_block_in_use(void) {
  struct arena arena = {0};
  char *before = arena_alloc(&arena, 16);
  arena_alloc(&arena, 4 << 20);
  char *after = arena_alloc(&arena, 16);
  CU_ASSERT_TRUE(after == before + 16 || !has_blocks());
  memset(before, 1, 16);
  memset(after, 2, 16);
  arena_close(&arena);
}

static void the_next_arena_takes_the_blocks_of_the_last(void) {
  if (!has_blocks())
    return test_skip("under AddressSanitizer there are no blocks");
  void *places[4] = {0};
  for (int round = 0; round < 2; round++) {
    struct arena arena = {0};
    for (int i = 0; i < 4; i++) { // 3 KiB begin a new block each, the next larger one
      void *place = arena_alloc(&arena, (size_t)3000 << 2 * i);
      CU_ASSERT_TRUE(round == 0 || place == places[i]);
      places[i] = place;
    }
    arena_close(&arena);
  }
}

static void reset_keeps_it_ready_for_the_next_use(void) {
  struct arena arena = {.limit_bytes = 1 << 20};
  for (int round = 0; round < 5; round++) {
    for (int i = 0; i < 100; i++)
      memset(arena_alloc(&arena, 777), round, 777);
    CU_ASSERT_EQUAL(arena.used_bytes, 77700);
    arena_reset(&arena);
    CU_ASSERT_EQUAL(arena.used_bytes, 0);
  }
  arena_alloc(&arena, 2 << 20);
  CU_ASSERT_TRUE(arena.exceeded);
  arena_reset(&arena);
  CU_ASSERT_FALSE(arena.exceeded);
  arena_close(&arena);
}

static void closing_an_empty_one_does_nothing(void) {
  struct arena arena = {0};
  arena_close(&arena);
  arena_reset(&arena);
  CU_ASSERT_PTR_NULL(arena.blocks);
}

static void *close_on_another_thread(void *arena) {
  arena_close(arena);
  return NULL;
}

static void one_thread_may_fill_it_and_another_close_it(void) {
  for (int i = 0; i < 50; i++) {
    struct arena arena = {0};
    memset(arena_alloc(&arena, 20000), 1, 20000);
    pthread_t closer;
    pthread_create(&closer, NULL, close_on_another_thread, &arena);
    pthread_join(closer, NULL);
    CU_ASSERT_PTR_NULL(arena.blocks);
  }
}

static void *fill_and_check(void *spoiled) {
  for (int round = 0; round < 300; round++) {
    struct arena arena = {0};
    unsigned char *pieces[20];
    unsigned char mark = (unsigned char)(uintptr_t)&arena;
    for (int i = 0; i < 20; i++)
      pieces[i] = memset(arena_alloc(&arena, 1500), mark + i, 1500);
    for (int i = 0; i < 20; i++)
      *(unsigned *)spoiled += pieces[i][0] != (unsigned char)(mark + i) || pieces[i][1499] != (unsigned char)(mark + i);
    arena_close(&arena);
  }
  return NULL;
}

static void threads_never_get_the_same_block(void) {
  enum { THREADS = 4 };
  pthread_t threads[THREADS];
  unsigned spoiled[THREADS] = {0};
  for (int i = 0; i < THREADS; i++)
    pthread_create(&threads[i], NULL, fill_and_check, &spoiled[i]);
  for (int i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
    CU_ASSERT_EQUAL(spoiled[i], 0);
  }
}

static void an_object_in_an_arena_of_its_own_goes_with_it(void) {
  struct owner {
    int before;
    struct arena memory;
  } *owner = arena_hold(sizeof *owner, offsetof(struct owner, memory));
  CU_ASSERT_EQUAL(owner->before, 0);
  char *text = arena_strdup(&owner->memory, "its own");
  CU_ASSERT_STRING_EQUAL(text, "its own");
  arena_drop(&owner->memory);
}

SUITE(arena, TEST(an_object_in_an_arena_of_its_own_goes_with_it), TEST(every_piece_is_aligned_for_any_type),
      TEST(pieces_of_all_sizes_do_not_touch_each_other), TEST(zeroed_memory_is_zero_even_where_it_was_used_before),
      TEST(past_its_limit_it_answers_and_says_so), TEST(copies_end_with_a_nul), TEST(formatted_text_may_be_of_any_length),
      TEST(only_the_last_piece_is_extended_where_it_lies), TEST(a_large_piece_leaves_the_rest_of_the_block_in_use),
      TEST(the_next_arena_takes_the_blocks_of_the_last), TEST(reset_keeps_it_ready_for_the_next_use),
      TEST(closing_an_empty_one_does_nothing), TEST(one_thread_may_fill_it_and_another_close_it),
      TEST(threads_never_get_the_same_block));
