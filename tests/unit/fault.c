// What went wrong.

#include "base/fault.h"
#include "suite.h"

static void the_first_fault_stands(void) {
  struct arena arena = {0};
  struct fault fault = {.arena = &arena};
  CU_ASSERT_FALSE(fault_set(&fault, CODE_NOT_FOUND, "NOT_FOUND", "no %s", "visit"));
  CU_ASSERT_FALSE(fault_set(&fault, CODE_INTERNAL, "LATER", "a consequence"));
  CU_ASSERT_EQUAL(fault.code, CODE_NOT_FOUND);
  CU_ASSERT_STRING_EQUAL(fault.reason, "NOT_FOUND");
  CU_ASSERT_STRING_EQUAL(fault.message, "no visit");
  arena_close(&arena);
}

static void bad_fields_are_kept_in_order_with_copied_texts(void) {
  struct arena arena = {0};
  struct fault fault = {.arena = &arena};
  char path[] = "visits[0].id", limit[] = "500";
  CU_ASSERT_FALSE(fault_field(&fault, path, "REQUIRED", NULL));
  path[7] = '1';
  CU_ASSERT_FALSE(fault_field(&fault, path, "TOO_LONG", limit));
  path[7] = limit[0] = '9';
  CU_ASSERT_EQUAL(fault.code, CODE_INVALID_ARGUMENT);
  CU_ASSERT_STRING_EQUAL(fault.reason, "INVALID");
  CU_ASSERT_EQUAL_FATAL(fault.count, 2);
  CU_ASSERT_STRING_EQUAL(fault.violations->field, "visits[0].id");
  CU_ASSERT_PTR_NULL(fault.violations->limit);
  CU_ASSERT_STRING_EQUAL(fault.violations->next->field, "visits[1].id");
  CU_ASSERT_STRING_EQUAL(fault.violations->next->reason, "TOO_LONG");
  CU_ASSERT_STRING_EQUAL(fault.violations->next->limit, "500");
  CU_ASSERT_PTR_NULL(fault.violations->next->next);
  arena_close(&arena);
}

static unsigned kept_of(unsigned violations, unsigned limit) {
  struct arena arena = {0};
  struct fault fault = {.arena = &arena, .limit = limit};
  for (unsigned i = 0; i < violations; i++)
    fault_field(&fault, "ids", "REQUIRED", NULL);
  unsigned kept = 0;
  for (const struct violation *violation = fault.violations; violation; violation = violation->next)
    kept++;
  CU_ASSERT_EQUAL(kept, fault.count);
  arena_close(&arena);
  return kept;
}

static void the_number_of_violations_is_bounded(void) {
  CU_ASSERT_EQUAL(kept_of(1000, 0), FAULT_VIOLATIONS);
  CU_ASSERT_EQUAL(kept_of(1000, 3), 3);
  CU_ASSERT_EQUAL(kept_of(2, 3), 2);
}

static void a_bad_field_does_not_hide_another_fault(void) {
  struct arena arena = {0};
  struct fault fault = {.arena = &arena};
  fault_set(&fault, CODE_RESOURCE_EXHAUSTED, "BODY_TOO_LARGE", "8 MiB");
  fault_field(&fault, "id", "REQUIRED", NULL);
  CU_ASSERT_EQUAL(fault.code, CODE_RESOURCE_EXHAUSTED);
  CU_ASSERT_STRING_EQUAL(fault.reason, "BODY_TOO_LARGE");
  arena_close(&arena);
}

static void codes_have_their_canonical_names(void) {
  CU_ASSERT_STRING_EQUAL(code_name(CODE_OK), "OK");
  CU_ASSERT_STRING_EQUAL(code_name(CODE_FAILED_PRECONDITION), "FAILED_PRECONDITION");
  CU_ASSERT_STRING_EQUAL(code_name(CODE_UNAUTHENTICATED), "UNAUTHENTICATED");
  CU_ASSERT_STRING_EQUAL(code_name((enum code)99), "UNKNOWN");
}

SUITE(fault, TEST(the_first_fault_stands), TEST(bad_fields_are_kept_in_order_with_copied_texts),
      TEST(the_number_of_violations_is_bounded), TEST(a_bad_field_does_not_hide_another_fault),
      TEST(codes_have_their_canonical_names));
