// Bytes that grow.

#include "base/buffer.h"
#include "suite.h"
#include <string.h>

static void what_is_put_in_comes_out_in_order(void) {
  struct arena arena = {0};
  struct buffer buffer = {.arena = &arena};
  buffer_string(&buffer, "visit");
  buffer_byte(&buffer, ' ');
  buffer_put(&buffer, "12345", 2);
  buffer_put(&buffer, NULL, 0);
  buffer_printf(&buffer, ", %s %03d", "lead", 7);
  CU_ASSERT_EQUAL(buffer.length, 18);
  CU_ASSERT_STRING_EQUAL(buffer_text(&buffer), "visit 12, lead 007");
  arena_close(&arena);
}

static void ending_it_with_a_nul_adds_nothing(void) {
  struct arena arena = {0};
  struct buffer buffer = {.arena = &arena};
  CU_ASSERT_PTR_NOT_NULL(buffer_reserve(&buffer, 0));
  CU_ASSERT_STRING_EQUAL(buffer_text(&buffer), "");
  CU_ASSERT_EQUAL(buffer.length, 0);
  buffer_string(&buffer, "a");
  CU_ASSERT_STRING_EQUAL(buffer_text(&buffer), "a");
  buffer_string(&buffer, "b");
  CU_ASSERT_STRING_EQUAL(buffer_text(&buffer), "ab");
  arena_close(&arena);
}

// Other pieces of the arena come in between, so that the buffer has to move.
static void it_keeps_its_content_while_it_grows(void) {
  struct arena arena = {0};
  struct buffer buffer = {.arena = &arena};
  for (unsigned i = 0; i < 50000; i++) {
    buffer_be32(&buffer, i);
    if (i % 1000 == 0)
      memset(arena_alloc(&arena, 24), 0xff, 24);
  }
  unsigned wrong = 0;
  for (unsigned i = 0; i < 50000; i++)
    wrong += read_be32(buffer.data + (size_t)4 * i) != i;
  CU_ASSERT_EQUAL(buffer.length, 200000);
  CU_ASSERT_EQUAL(wrong, 0);
  arena_close(&arena);
}

static void formatted_text_that_just_fits_and_just_does_not_is_whole(void) {
  for (int length = 0; length < 600; length++) {
    struct arena arena = {0};
    struct buffer buffer = {.arena = &arena};
    buffer_string(&buffer, ">");
    buffer_printf(&buffer, "%*d|", length, 5);
    buffer_byte(&buffer, '<');
    CU_ASSERT_EQUAL(buffer.length, (size_t)(length > 1 ? length : 1) + 3);
    CU_ASSERT_EQUAL(memcmp(buffer.data + buffer.length - 3, "5|<", 3), 0);
    arena_close(&arena);
  }
}

static void numbers_are_in_network_byte_order(void) {
  struct arena arena = {0};
  struct buffer buffer = {.arena = &arena};
  buffer_be16(&buffer, 0x0102);
  buffer_be32(&buffer, 0x03040506);
  buffer_be64(&buffer, 0x0708090a0b0c0d0eU);
  static const unsigned char expected[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
  CU_ASSERT_EQUAL(buffer.length, sizeof expected);
  CU_ASSERT_EQUAL(memcmp(buffer.data, expected, sizeof expected), 0);
  CU_ASSERT_EQUAL(read_be16(buffer.data), 0x0102);
  CU_ASSERT_EQUAL(read_be32(buffer.data + 2), 0x03040506);
  CU_ASSERT_EQUAL(read_be64(buffer.data + 6), 0x0708090a0b0c0d0eU);
  arena_close(&arena);
}

static void a_length_can_be_filled_in_afterwards(void) {
  struct arena arena = {0};
  struct buffer buffer = {.arena = &arena};
  buffer_byte(&buffer, 'D');
  buffer_be32(&buffer, 0);
  buffer_string(&buffer, "row");
  buffer_patch_be32(&buffer, 1, 3);
  CU_ASSERT_EQUAL(memcmp(buffer.data, "D\0\0\0\3row", 8), 0);
  arena_close(&arena);
}

SUITE(buffer, TEST(what_is_put_in_comes_out_in_order), TEST(ending_it_with_a_nul_adds_nothing),
      TEST(it_keeps_its_content_while_it_grows), TEST(formatted_text_that_just_fits_and_just_does_not_is_whole),
      TEST(numbers_are_in_network_byte_order), TEST(a_length_can_be_filled_in_afterwards));
