// A suite of tests. Each file tests/unit/NOUN.c or tests/api/NOUN.c defines one, `suite_NOUN`; the build lists them for the
// runner.
//
//   static void a_copy_ends_with_a_nul(void) { CU_ASSERT_STRING_EQUAL(…); }
//   SUITE(arena, TEST(a_copy_ends_with_a_nul), TEST(…));
//
// A test's name is a sentence; underscores are printed as spaces.

#pragma once
#include <CUnit/CUnit.h>
#include <stdbool.h>
#include <stddef.h>

struct test {
  const char *name;
  void (*run)(void);
};

struct suite {
  const char *name;
  const struct test *tests; // a nameless one ends them
  bool (*open)(void);       // before the first test, without CU_ASSERT…; false fails them all. NULL: nothing to do
  void (*close)(void);      // after the last
  unsigned test_limit_s;    // a test that takes longer ends the run; 0: SUITE_TEST_LIMIT_S
};

enum { SUITE_TEST_LIMIT_S = 60 };

#define TEST(function)                                                                                                         \
  { #function, function }

// A suite that needs nothing opened.
#define SUITE(noun, ...) SUITE_WITH(noun, NULL, NULL, 0, __VA_ARGS__)

#define SUITE_WITH(noun, opens, closes, limit_s, ...)                                                                          \
  extern const struct suite suite_##noun;                                                                                      \
  const struct suite suite_##noun = {                                                                                          \
      #noun, (const struct test[]){__VA_ARGS__, {NULL, NULL}}, opens, closes, limit_s,                                         \
  }

// Leaves the running test out: it counts as neither passed nor failed, and the reason is printed. Call it, then return.
void test_skip(const char *reason);

// Has `tell` print more of the running test if it fails. Whether it is the test's first word of it.
bool test_explain(void (*tell)(void));

// The suites of this program, NULL at the end (generated).
extern const struct suite *const suites[];
