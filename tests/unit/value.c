// Single values, there and back.

#include "support/stage.h"

// Encodes and decodes; the value that comes back lies at `to`. False where either refuses.
static bool there_and_back(enum kind kind, Oid type, const void *from, void *to) {
  const struct codec *codec = codec_of(kind, type);
  struct value value;
  CU_ASSERT_PTR_NOT_NULL_FATAL(codec);
  if (!codec->encode(from, true, &value) || value.length < 0)
    return false;
  const struct type *known = type_of(type);
  CU_ASSERT_TRUE(known->size == 0 || known->size == value.length);
  return codec->decode(&stage.arena, value.bytes, value.length, to);
}

static void strings_come_back_as_they_went(void) {
  static const struct {
    Oid type;
    const char *text;
  } cases[] = {
      {TYPE_TEXT, ""},
      {TYPE_TEXT, "走访"},
      {TYPE_UUID, "0190a000-0000-7000-8000-00000000000f"},
      {TYPE_INT8, "0"},
      {TYPE_INT8, "-1"},
      {TYPE_INT8, "150424100200"},
      {TYPE_INT8, "9223372036854775807"},
      {TYPE_INT8, "-9223372036854775808"},
      {TYPE_DATE, "2000-01-01"},
      {TYPE_DATE, "1999-12-31"},
      {TYPE_DATE, "0001-01-01"},
      {TYPE_DATE, "9999-12-31"},
      {TYPE_DATE, "2024-02-29"},
  };
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *back = NULL;
    CU_ASSERT_TRUE_FATAL(there_and_back(KIND_STRING, cases[i].type, &cases[i].text, &back));
    CU_ASSERT_STRING_EQUAL(back, cases[i].text);
  }
}

static void strings_that_are_none_of_their_type_are_refused(void) {
  static const struct {
    Oid type;
    const char *text;
  } cases[] = {
      {TYPE_UUID, "0190a000"},
      {TYPE_INT8, "9223372036854775808"},
      {TYPE_INT8, "-9223372036854775809"},
      {TYPE_INT8, "1e3"},
      {TYPE_INT8, "-"},
      {TYPE_DATE, "2023-02-29"},
      {TYPE_DATE, "2023-2-1"},
      {TYPE_DATE, "yesterday"},
  };
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct value value;
    CU_ASSERT_FALSE(codec_of(KIND_STRING, cases[i].type)->encode(&cases[i].text, false, &value));
  }
}

static void numbers_come_back_at_their_bounds(void) {
  static const int64_t wide[] = {0, 1, -1, INT64_MAX, INT64_MIN};
  for (unsigned i = 0; i < sizeof wide / sizeof *wide; i++) {
    int64_t back = 5;
    CU_ASSERT_TRUE(there_and_back(KIND_INT64, TYPE_INT8, &wide[i], &back));
    CU_ASSERT_EQUAL(back, wide[i]);
  }
  static const int32_t narrow[] = {0, 1, -1, INT32_MAX, INT32_MIN};
  for (unsigned i = 0; i < sizeof narrow / sizeof *narrow; i++) {
    int32_t back = 5;
    CU_ASSERT_TRUE(there_and_back(KIND_INT32, TYPE_INT4, &narrow[i], &back));
    CU_ASSERT_EQUAL(back, narrow[i]);
  }
  uint32_t unsigned_max = UINT32_MAX, unsigned_back = 0;
  CU_ASSERT_TRUE(there_and_back(KIND_UINT32, TYPE_INT8, &unsigned_max, &unsigned_back));
  CU_ASSERT_EQUAL(unsigned_back, UINT32_MAX);
  uint64_t beyond = (uint64_t)INT64_MAX + 1, back = 0;
  CU_ASSERT_FALSE(there_and_back(KIND_UINT64, TYPE_INT8, &beyond, &back));
  int32_t no_enum = INT16_MAX + 1;
  CU_ASSERT_FALSE(there_and_back(KIND_ENUM, TYPE_INT2, &no_enum, &no_enum));
  double number = -0.1, number_back = 0;
  CU_ASSERT_TRUE(there_and_back(KIND_DOUBLE, TYPE_FLOAT8, &number, &number_back));
  CU_ASSERT_EQUAL(number_back, -0.1);
}

// A Timestamp or Duration; protobuf-c lays both out alike.
struct moment {
  ProtobufCMessage base;
  int64_t seconds;
  int32_t nanos;
};

static bool moment_back(enum kind kind, Oid type, int64_t seconds, int32_t nanos, struct moment **back) {
  struct moment moment = {.seconds = seconds, .nanos = nanos}, *at = &moment;
  return there_and_back(kind, type, &at, back);
}

static void times_come_back_to_the_microsecond(void) {
  static const struct {
    enum kind kind;
    Oid type;
    int64_t seconds;
    int32_t nanos, nanos_back;
  } cases[] = {
      {KIND_TIMESTAMP, TYPE_TIMESTAMPTZ, 0, 0, 0},
      {KIND_TIMESTAMP, TYPE_TIMESTAMPTZ, 1767225600, 123456789, 123456000},
      {KIND_TIMESTAMP, TYPE_TIMESTAMPTZ, -1, 1000, 1000},
      {KIND_TIMESTAMP, TYPE_TIMESTAMPTZ, -62135596800, 0, 0},
      {KIND_TIMESTAMP, TYPE_TIMESTAMPTZ, 253402300799, 999999999, 999999000},
      {KIND_DURATION, TYPE_INTERVAL, 0, 5000, 5000},
      {KIND_DURATION, TYPE_INTERVAL, -3, -500000000, -500000000},
      {KIND_DURATION, TYPE_INTERVAL, 315576000000, 0, 0},
  };
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct moment *back = NULL;
    CU_ASSERT_TRUE_FATAL(moment_back(cases[i].kind, cases[i].type, cases[i].seconds, cases[i].nanos, &back));
    CU_ASSERT_EQUAL(back->seconds, cases[i].seconds);
    CU_ASSERT_EQUAL(back->nanos, cases[i].nanos_back);
  }
}

static void times_out_of_bounds_are_refused(void) {
  struct moment *back;
  CU_ASSERT_FALSE(moment_back(KIND_TIMESTAMP, TYPE_TIMESTAMPTZ, 253402300800, 0, &back));
  CU_ASSERT_FALSE(moment_back(KIND_TIMESTAMP, TYPE_TIMESTAMPTZ, -62135596801, 0, &back));
  CU_ASSERT_FALSE(moment_back(KIND_TIMESTAMP, TYPE_TIMESTAMPTZ, 0, 1000000000, &back));
  CU_ASSERT_FALSE(moment_back(KIND_TIMESTAMP, TYPE_TIMESTAMPTZ, 0, -1, &back));
  CU_ASSERT_FALSE(moment_back(KIND_DURATION, TYPE_INTERVAL, INT64_MAX, 0, &back));
}

static void an_interval_of_days_and_months_becomes_seconds(void) {
  static const char interval[16] = {0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1};
  struct moment *span = NULL;
  CU_ASSERT_TRUE_FATAL(codec_of(KIND_DURATION, TYPE_INTERVAL)->decode(&stage.arena, interval, 16, &span));
  CU_ASSERT_EQUAL(span->seconds, 32 * 86400);
  CU_ASSERT_EQUAL(span->nanos, 1000);
}

SUITE_WITH(value, stage_open, stage_close, 0, TEST(strings_come_back_as_they_went),
           TEST(strings_that_are_none_of_their_type_are_refused), TEST(numbers_come_back_at_their_bounds),
           TEST(times_come_back_to_the_microsecond), TEST(times_out_of_bounds_are_refused),
           TEST(an_interval_of_days_and_months_becomes_seconds));
