// What people read in exported files.

#include "feature/export_file.h"
#include "api.h"
#include <stdio.h>
#include <string.h>

static void check(const char *name) {
  const char *chinese = export_word(name, LANGUAGE_ZH_CN), *english = export_word(name, LANGUAGE_EN);
  bool both = chinese && english && *chinese && *english && strcmp(chinese, english) != 0;
  CU_ASSERT_TRUE(both);
  if (!both)
    printf("    no words for %s\n", name);
}

static void check_columns(const char *type) {
  const struct message *message = api_message(type);
  for (unsigned i = 0; i < message->field_count; i++) {
    check(message->fields[i].name);
    const struct enumeration *choices = message->fields[i].enumeration;
    for (unsigned v = 0; choices && v < choices->descriptor->n_values; v++) {
      if (choices->descriptor->values[v].value != 0)
        check(choices->descriptor->values[v].name);
    }
  }
}

static void every_column_and_every_choice_in_it_has_words_in_both_languages(void) {
  check_columns("zoufang.ExportedLead");
  check_columns("zoufang.ExportedVisit");
}

static void sheets_flags_and_lists_of_codes_have_words_in_both_languages(void) {
  static const char *const others[] = {"leads",  "visits",    "yes",      "no",        "codes",     "codes_use",
                                       "office", "user_name", "username", "user_code", "good_until"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    check(others[i]);
  CU_ASSERT_PTR_NULL(export_word("nothing_of_the_kind", LANGUAGE_EN));
}

SUITE_WITH(export_words, api_open, api_close, 0, TEST(every_column_and_every_choice_in_it_has_words_in_both_languages),
           TEST(sheets_flags_and_lists_of_codes_have_words_in_both_languages));
