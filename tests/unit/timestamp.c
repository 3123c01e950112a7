// Times and days.

#include "base/timestamp.h"
#include "suite.h"
#include <string.h>

struct sample {
  const char *text;
  int64_t seconds;
  int32_t nanos;
};

static void times_are_read_with_any_zone_and_up_to_nine_digits(void) {
  static const struct sample samples[] = {
      {"1970-01-01T00:00:00Z", 0, 0},
      {"2026-03-01T08:00:00+08:00", 1772323200, 0},
      {"2026-03-01T00:00:00.5Z", 1772323200, 500000000},
      {"2026-02-28T19:30:00.123456789-04:30", 1772323200, 123456789},
      {"1969-12-31T23:59:59.000001Z", -1, 1000},
      {"2024-02-29T00:00:00Z", 1709164800, 0},
      {"2000-02-29T00:00:00Z", 951782400, 0},
      {"0001-01-01T00:00:00Z", TIMESTAMP_MIN_SECONDS, 0},
      {"9999-12-31T23:59:59.999999999Z", TIMESTAMP_MAX_SECONDS, 999999999},
  };
  for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
    int64_t seconds;
    int32_t nanos;
    CU_ASSERT_TRUE(timestamp_read(samples[i].text, strlen(samples[i].text), &seconds, &nanos));
    CU_ASSERT_EQUAL(seconds, samples[i].seconds);
    CU_ASSERT_EQUAL(nanos, samples[i].nanos);
  }
}

static void what_is_no_time_is_refused(void) {
  static const char *const others[] = {
      "",
      "2026-03-01",
      "2026-03-01T08:00:00",
      "2026-03-01 08:00:00Z",
      "2026-03-01t08:00:00Z",
      "2026-03-01T08:00:00z",
      "2026-3-01T08:00:00Z",
      "2026-13-01T08:00:00Z",
      "2026-00-01T08:00:00Z",
      "2026-02-29T08:00:00Z",
      "1900-02-29T00:00:00Z",
      "2026-04-31T08:00:00Z",
      "2026-03-00T08:00:00Z",
      "2026-03-01T24:00:00Z",
      "2026-03-01T08:60:00Z",
      "2026-03-01T08:00:60Z",
      "2026-03-01T08:00:00.Z",
      "2026-03-01T08:00:00.1234567890Z",
      "2026-03-01T08:00:00.1",
      "2026-03-01T08:00:00+0800",
      "2026-03-01T08:00:00+24:00",
      "2026-03-01T08:00:00+08:60",
      "2026-03-01T08:00:00+08:00 ",
      "2026-03-01T08:00:00ZZ",
      "2026-03-01T08:00:-1Z",
      "+026-03-01T08:00:00Z",
      "0000-01-01T00:00:00Z",
      "0001-01-01T00:00:00+00:01",
      "9999-12-31T23:59:59-00:01",
      "2026-03-01T08-00-00Z",
      "2026/03/01T08:00:00Z",
  };
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    int64_t seconds;
    int32_t nanos;
    CU_ASSERT_FALSE(timestamp_read(others[i], strlen(others[i]), &seconds, &nanos));
  }
}

static void times_are_written_in_utc_with_0_3_6_or_9_digits(void) {
  static const struct sample samples[] = {
      {"2026-03-01T00:00:00Z", 1772323200, 0},
      {"2026-03-01T00:00:00.500Z", 1772323200, 500000000},
      {"2026-03-01T00:00:00.123456Z", 1772323200, 123456000},
      {"2026-03-01T00:00:00.000000001Z", 1772323200, 1},
      {"1969-12-31T23:59:59.010Z", -1, 10000000},
      {"0001-01-01T00:00:00Z", TIMESTAMP_MIN_SECONDS, 0},
      {"9999-12-31T23:59:59Z", TIMESTAMP_MAX_SECONDS, 0},
  };
  for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
    char text[TIMESTAMP_TEXT];
    size_t length = timestamp_write(samples[i].seconds, samples[i].nanos, text);
    CU_ASSERT_STRING_EQUAL(text, samples[i].text);
    CU_ASSERT_EQUAL(length, strlen(samples[i].text));
  }
}

static void times_out_of_range_are_not_written(void) {
  char text[TIMESTAMP_TEXT];
  CU_ASSERT_EQUAL(timestamp_write(TIMESTAMP_MIN_SECONDS - 1, 0, text), 0);
  CU_ASSERT_EQUAL(timestamp_write(TIMESTAMP_MAX_SECONDS + 1, 0, text), 0);
  CU_ASSERT_EQUAL(timestamp_write(INT64_MIN, 0, text), 0);
  CU_ASSERT_EQUAL(timestamp_write(0, 1000000000, text), 0);
  CU_ASSERT_STRING_EQUAL(text, "");
}

static void every_day_of_ten_millennia_is_written_and_read_back(void) {
  int32_t first, last;
  CU_ASSERT_TRUE_FATAL(day_read("0001-01-01", 10, &first));
  CU_ASSERT_TRUE_FATAL(day_read("9999-12-31", 10, &last));
  CU_ASSERT_EQUAL(last - first, 3652058);
  unsigned wrong = 0;
  char text[DAY_TEXT], before[DAY_TEXT] = "";
  for (int32_t day = first; day <= last; day++) {
    int32_t again = 0;
    wrong += day_write(day, text) != 10 || strcmp(before, text) >= 0 || !day_read(text, 10, &again) || again != day;
    memcpy(before, text, sizeof before);
  }
  CU_ASSERT_EQUAL(wrong, 0);
  CU_ASSERT_EQUAL(day_write(last + 1, text), 0);
  CU_ASSERT_EQUAL(day_write(first - 1, text), 0);
}

static void what_is_no_day_is_refused(void) {
  static const char *const others[] = {"",           "2026-3-1",   "2026-02-30", "2025-02-29",  "20260301",
                                       "0000-01-01", "2026-03-32", "2026-03-1x", "2026-03-01T", "-026-03-01"};
  int32_t day;
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    CU_ASSERT_FALSE(day_read(others[i], strlen(others[i]), &day));
  CU_ASSERT_TRUE(day_read("1970-01-02", 10, &day));
  CU_ASSERT_EQUAL(day, 1);
}

SUITE(timestamp, TEST(times_are_read_with_any_zone_and_up_to_nine_digits), TEST(what_is_no_time_is_refused),
      TEST(times_are_written_in_utc_with_0_3_6_or_9_digits), TEST(times_out_of_range_are_not_written),
      TEST(every_day_of_ten_millennia_is_written_and_read_back), TEST(what_is_no_day_is_refused));
