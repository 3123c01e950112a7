// Paths of fields.

#include "schema/path.h"
#include "base/utf8.h"
#include "suite.h"
#include <string.h>

static void a_path_names_each_step_and_place(void) {
  struct path visits = {NULL, "visits", 6, 3}, position = {&visits, "position", 8, NO_ITEM},
              latitude = {&position, "latitude", 8, NO_ITEM};
  char text[PATH_TEXT];
  CU_ASSERT_EQUAL(path_write(&latitude, text), 27);
  CU_ASSERT_STRING_EQUAL(text, "visits[3].position.latitude");
  CU_ASSERT_EQUAL(path_write(NULL, text), 0);
  CU_ASSERT_STRING_EQUAL(text, "");
}

static void a_long_path_is_cut_between_characters(void) {
  char name[3 * PATH_TEXT], text[PATH_TEXT];
  for (size_t i = 0; i < sizeof name; i += 3)
    memcpy(name + i, "访", 3);
  for (size_t start = 1; start <= 3; start++) {
    struct path first = {NULL, "abc", start, NO_ITEM}, second = {&first, name, sizeof name, 7};
    size_t length = path_write(&second, text);
    CU_ASSERT_TRUE(length < PATH_TEXT && length > PATH_TEXT - 10);
    CU_ASSERT_TRUE(utf8_valid(text, length));
  }
}

static void a_refusal_of_the_whole_forgets_single_fields(void) {
  struct arena arena = {0};
  struct fault fault = {.arena = &arena};
  struct path path = {NULL, "place", 5, NO_ITEM};
  CU_ASSERT_FALSE(path_refuse(&path, &fault, "TOO_LONG", "200"));
  CU_ASSERT_STRING_EQUAL(fault.violations->field, "place");
  CU_ASSERT_FALSE(refuse_whole(&fault, "MALFORMED_JSON", "line %d", 3));
  CU_ASSERT_STRING_EQUAL(fault.reason, "MALFORMED_JSON");
  CU_ASSERT_STRING_EQUAL(fault.message, "line 3");
  CU_ASSERT_PTR_NULL(fault.violations);
  CU_ASSERT_EQUAL(fault.count, 0);
  arena_close(&arena);
}

SUITE(path, TEST(a_path_names_each_step_and_place), TEST(a_long_path_is_cut_between_characters),
      TEST(a_refusal_of_the_whole_forgets_single_fields));
