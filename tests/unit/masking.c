// Narratives that name their reporter.

#include "feature/masking.h"
#include "suite.h"
#include <string.h>

static struct arena memory;

static const char *masked(const char *narrative, const char *name, const char *phone, const char *identity) {
  arena_reset(&memory);
  const char *values[] = {name, phone, identity};
  const char *text = masking_apply(&memory, narrative, values, 3);
  return text ? text : "(nothing)";
}

static void name_phone_and_identity_number_are_taken_out_wherever_they_stand(void) {
  CU_ASSERT_STRING_EQUAL(masked("村民王小明反映，电话13912345678，王小明说……", "王小明", "13912345678", ""),
                         "村民〔反映人〕反映，电话〔反映人〕，〔反映人〕说……");
  CU_ASSERT_STRING_EQUAL(masked("身份证15042419900101123x。", "", NULL, "15042419900101123X"), "身份证〔反映人〕。");
}

static void numbers_are_found_through_spaces_and_dashes(void) {
  CU_ASSERT_STRING_EQUAL(masked("打 139 1234-5678 找他", "", "13912345678", ""), "打 〔反映人〕 找他");
  CU_ASSERT_STRING_EQUAL(masked("打13912345678找他", "", "139-1234 5678", ""), "打〔反映人〕找他");
}

static void a_narrative_without_them_stays_as_it_is(void) {
  CU_ASSERT_STRING_EQUAL(masked("补贴被克扣", "王小明", "13912345678", ""), "(nothing)");
  CU_ASSERT_STRING_EQUAL(masked("", "王小明", "", ""), "(nothing)");
}

static void a_name_of_one_character_is_not_looked_for(void) {
  CU_ASSERT_STRING_EQUAL(masked("王村的王某", "王", "", ""), "(nothing)");
}

static void the_longer_value_wins_where_one_begins_with_the_other(void) {
  CU_ASSERT_STRING_EQUAL(masked("号码1391234567890", "", "13912345678", "1391234567890"), "号码〔反映人〕");
}

SUITE(masking, TEST(name_phone_and_identity_number_are_taken_out_wherever_they_stand),
      TEST(numbers_are_found_through_spaces_and_dashes), TEST(a_narrative_without_them_stays_as_it_is),
      TEST(a_name_of_one_character_is_not_looked_for), TEST(the_longer_value_wins_where_one_begins_with_the_other));
