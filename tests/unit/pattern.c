// Patterns of field rules.

#include "schema/pattern.h"
#include "suite.h"

static struct arena arena;

static bool matches(const char *pattern, const char *text) {
  struct fault fault = {.arena = &arena};
  const struct compiled_pattern *compiled = pattern_open(pattern, "a.b", &fault);
  CU_ASSERT_PTR_NOT_NULL_FATAL(compiled);
  bool found = pattern_matches(compiled, text);
  pattern_close(compiled);
  return found;
}

static void a_pattern_is_found_anywhere_unless_it_is_anchored(void) {
  CU_ASSERT_TRUE(matches("[0-9]+", "room 12"));
  CU_ASSERT_FALSE(matches("^[0-9]+$", "room 12"));
  CU_ASSERT_TRUE(matches("^[1-9][0-9]{11}$", "150424100200"));
  CU_ASSERT_FALSE(matches("^[1-9][0-9]{11}$", "1504241002001"));
  CU_ASSERT_TRUE(matches("^a\\.b$", "a.b"));
  CU_ASSERT_FALSE(matches("^a\\.b$", "axb"));
}

static void what_posix_and_re2_read_differently_is_refused(void) {
  static const char *const patterns[] = {"^\\d+$", "(a)\\1", "(?:a)", "\\w", "a\\", "(", "[", "a{2"};
  for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
    struct fault fault = {.arena = &arena};
    CU_ASSERT_PTR_NULL(pattern_open(patterns[i], "a.b", &fault));
    CU_ASSERT_EQUAL(fault.code, CODE_INTERNAL);
  }
  arena_close(&arena);
}

SUITE(pattern, TEST(a_pattern_is_found_anywhere_unless_it_is_anchored), TEST(what_posix_and_re2_read_differently_is_refused));
