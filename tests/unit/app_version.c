// Which app is older.

#include "feature/app_version.h"
#include "suite.h"

static void numbers_are_compared_as_numbers(void) {
  CU_ASSERT_TRUE(app_version_compare("1.9.0", "1.10.0") < 0);
  CU_ASSERT_TRUE(app_version_compare("2.0", "1.99.99") > 0);
  CU_ASSERT_EQUAL(app_version_compare("1.4.0", "1.4.0"), 0);
}

static void what_is_missing_counts_as_zero(void) {
  CU_ASSERT_EQUAL(app_version_compare("1.4", "1.4.0"), 0);
  CU_ASSERT_TRUE(app_version_compare("1", "1.0.1") < 0);
  CU_ASSERT_TRUE(app_version_compare("", "0.1") < 0);
}

static void what_is_no_number_is_passed_over(void) {
  CU_ASSERT_EQUAL(app_version_compare("1.4.0-beta", "1.4.0"), 0);
  CU_ASSERT_TRUE(app_version_compare("unknown", "1.0") < 0);
}

SUITE(app_version, TEST(numbers_are_compared_as_numbers), TEST(what_is_missing_counts_as_zero),
      TEST(what_is_no_number_is_passed_over));
