// CSV as spreadsheets write it.

#include "feature/csv.h"
#include "suite.h"
#include <string.h>

static struct arena memory;

static struct csv opened(const char *text) {
  struct csv csv;
  arena_reset(&memory);
  csv_open(&csv, text, strlen(text), &memory);
  return csv;
}

static struct fault none(void) {
  return (struct fault){.arena = &memory};
}

static void a_record_has_its_fields_in_order(void) {
  struct csv csv = opened("code,name\n150400000000,赤峰市\n");
  struct fault fault = none();
  CU_ASSERT_TRUE_FATAL(csv_next(&csv, &fault));
  CU_ASSERT_TRUE_FATAL(csv_next(&csv, &fault));
  CU_ASSERT_EQUAL(csv.count, 2);
  CU_ASSERT_EQUAL(csv.line, 2);
  CU_ASSERT_STRING_EQUAL(csv.fields[1], "赤峰市");
  CU_ASSERT_FALSE(csv_next(&csv, &fault));
  CU_ASSERT_EQUAL(fault.code, CODE_OK);
}

static void quotes_may_hold_commas_line_ends_and_quotes(void) {
  struct csv csv = opened("\xEF\xBB\xBF\"a,b\",\"say \"\"so\"\"\",\"two\r\nlines\"\r\n\r\nlast,,\r\n");
  struct fault fault = none();
  CU_ASSERT_TRUE_FATAL(csv_next(&csv, &fault));
  CU_ASSERT_STRING_EQUAL(csv.fields[0], "a,b");
  CU_ASSERT_STRING_EQUAL(csv.fields[1], "say \"so\"");
  CU_ASSERT_STRING_EQUAL(csv.fields[2], "two\r\nlines");
  CU_ASSERT_TRUE_FATAL(csv_next(&csv, &fault));
  CU_ASSERT_EQUAL(csv.count, 3);
  CU_ASSERT_EQUAL(csv.line, 4);
  CU_ASSERT_STRING_EQUAL(csv.fields[2], "");
}

static void what_is_no_csv_is_refused_with_its_line(void) {
  static const char *const bad[] = {"a\n\"b", "a\n\"b\"c\n", "a\n\xFF\n"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct csv csv = opened(bad[i]);
    struct fault fault = none();
    CU_ASSERT_TRUE_FATAL(csv_next(&csv, &fault));
    CU_ASSERT_FALSE(csv_next(&csv, &fault));
    CU_ASSERT_STRING_EQUAL_FATAL(fault.reason, "BAD_CSV");
    CU_ASSERT_PTR_NOT_NULL(strstr(fault.message, "line 2"));
  }
}

SUITE(csv, TEST(a_record_has_its_fields_in_order), TEST(quotes_may_hold_commas_line_ends_and_quotes),
      TEST(what_is_no_csv_is_refused_with_its_line));
