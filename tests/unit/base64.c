// Bytes as text.

#include "schema/base64.h"
#include "suite.h"
#include <string.h>

static struct arena arena;

static void bytes_of_any_length_come_back(void) {
  uint8_t bytes[300];
  for (size_t i = 0; i < sizeof bytes; i++)
    bytes[i] = (uint8_t)(i * 151 + 7);
  for (size_t length = 0; length <= sizeof bytes; length++) {
    struct buffer out = {.arena = &arena};
    size_t again_length;
    base64_write(&out, bytes, length);
    uint8_t *again = base64_read(&arena, out.data ? out.data : "", out.length, &again_length);
    CU_ASSERT_PTR_NOT_NULL_FATAL(again);
    CU_ASSERT_EQUAL_FATAL(again_length, length);
    CU_ASSERT_EQUAL(memcmp(again, bytes, length), 0);
  }
  arena_close(&arena);
}

static void known_texts_are_written(void) {
  static const char *const pairs[][2] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"}};
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    struct buffer out = {.arena = &arena};
    base64_write(&out, (const uint8_t *)pairs[i][0], strlen(pairs[i][0]));
    CU_ASSERT_STRING_EQUAL(buffer_text(&out), pairs[i][1]);
  }
  arena_close(&arena);
}

static void what_is_no_base64_is_refused(void) {
  static const char *const texts[] = {"Z", "Zg=", "Zg===", "Z===", "=", "Zm9v=", "Zm 9v", "Zm9v\n", "Zm=v", "Zm9vZ"};
  size_t length;
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    CU_ASSERT_PTR_NULL(base64_read(&arena, texts[i], strlen(texts[i]), &length));
  arena_close(&arena);
}

SUITE(base64, TEST(bytes_of_any_length_come_back), TEST(known_texts_are_written), TEST(what_is_no_base64_is_refused));
