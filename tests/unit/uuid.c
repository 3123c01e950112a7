// UUIDs.

#include "base/uuid.h"
#include "suite.h"
#include <string.h>

static const char canonical[] = "0190f3c2-7b1e-7abc-8def-0123456789ab";

static void text_is_read_in_either_case_and_written_in_lower(void) {
  uint8_t lower[UUID_BYTES], upper[UUID_BYTES];
  char text[UUID_TEXT];
  CU_ASSERT_TRUE(uuid_read(canonical, 36, lower));
  CU_ASSERT_TRUE(uuid_read("0190F3C2-7B1E-7ABC-8DEF-0123456789AB", 36, upper));
  CU_ASSERT_EQUAL(memcmp(lower, upper, UUID_BYTES), 0);
  CU_ASSERT_EQUAL(lower[0], 0x01);
  CU_ASSERT_EQUAL(lower[15], 0xab);
  uuid_write(lower, text);
  CU_ASSERT_STRING_EQUAL(text, canonical);
}

static void every_other_form_is_refused(void) {
  static const char *const others[] = {
      "",
      "0190f3c2-7b1e-7abc-8def-0123456789a",
      "0190f3c2-7b1e-7abc-8def-0123456789abc",
      "{190f3c2-7b1e-7abc-8def-0123456789a}",
      "0190f3c27b1e-7abc-8def-00123456789ab",
      "0190f3c2-7b1e-7abc-8def-0123456789ag",
      "0190f3c2 7b1e-7abc-8def-0123456789ab",
      "0190f3c2-7b1e-7abc-8def-0123456789-b",
      "0190f3c2-7b1e-7abc-8def-0123456789 b",
      "0190f3c2-7b1e-7abc-8def-0123456789\xc3\xa1",
  };
  uint8_t uuid[UUID_BYTES];
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    CU_ASSERT_FALSE(uuid_read(others[i], strlen(others[i]), uuid));
  CU_ASSERT_FALSE(uuid_read(canonical, 35, uuid));
}

static void fresh_ones_are_random_and_differ(void) {
  static void (*const makers[])(uint8_t *) = {uuid_make, uuid_make_for_call};
  for (size_t i = 0; i < 2; i++) {
    uint8_t first[UUID_BYTES], second[UUID_BYTES];
    makers[i](first);
    makers[i](second);
    CU_ASSERT_NOT_EQUAL(memcmp(first, second, UUID_BYTES), 0);
    CU_ASSERT_EQUAL(first[6] >> 4, 4);    // version 4
    CU_ASSERT_EQUAL(first[8] >> 6, 0x02); // RFC 9562's variant
  }
}

SUITE(uuid, TEST(text_is_read_in_either_case_and_written_in_lower), TEST(every_other_form_is_refused),
      TEST(fresh_ones_are_random_and_differ));
