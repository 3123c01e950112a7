// What users read.

#include "schema/words.h"
#include "base/utf8.h"
#include "schema/embedded.h"
#include "suite.h"
#include <stdio.h>
#include <string.h>

static struct arena arena;

// Every reason that the server gives, and that a client may therefore show.
static const char *const REASONS[] = {"REQUIRED",
                                      "NOT_A_UUID",
                                      "TOO_SHORT",
                                      "TOO_LONG",
                                      "BAD_PATTERN",
                                      "OUT_OF_RANGE",
                                      "NOT_FINITE",
                                      "UNDEFINED_ENUM",
                                      "TOO_FEW_ITEMS",
                                      "TOO_MANY_ITEMS",
                                      "NOT_UNIQUE",
                                      "BAD_TIME",
                                      "BAD_DAY",
                                      "BAD_NUMBER",
                                      "BAD_PATH",
                                      "UNKNOWN_FIELD",
                                      "WRONG_TYPE",
                                      "DUPLICATE_FIELD",
                                      "BAD_UTF8",
                                      "NUL_CHARACTER",
                                      "BAD_BASE64",
                                      "TOO_DEEP",
                                      "INVALID",
                                      "UNAUTHENTICATED",
                                      "BAD_CREDENTIALS",
                                      "SESSION_EXPIRED",
                                      "FORBIDDEN",
                                      "NOT_FOUND",
                                      "STALE_ETAG",
                                      "ALREADY_EXISTS",
                                      "REQUEST_ID_TAKEN",
                                      "STEP_OUT_OF_ORDER",
                                      "STEP_INCOMPLETE",
                                      "PRECONDITION",
                                      "TOO_MANY",
                                      "BACKOFF",
                                      "BODY_TOO_LARGE",
                                      "TOO_MANY_ELEMENTS",
                                      "BAD_PAGE_TOKEN",
                                      "BAD_CURSOR",
                                      "MALFORMED_JSON",
                                      "MALFORMED_MESSAGE",
                                      "QUEUE_FULL",
                                      "DATABASE_AWAY",
                                      "STOPPING",
                                      "DEADLINE",
                                      "CANCELLED",
                                      "INTERNAL",
                                      "UNIMPLEMENTED",
                                      "OUT_OF_SIGHT",
                                      "NO_SUCH_REGION",
                                      "NO_SUCH_USER",
                                      "NO_SUCH_OFFICE",
                                      "NO_SUCH_TERM",
                                      "NO_SUCH_ROUTE",
                                      "METHOD_NOT_ALLOWED",
                                      "UNSUPPORTED_MEDIA_TYPE",
                                      "TOO_NARROW",
                                      "NOT_A_YEAR",
                                      "NOT_OVER",
                                      "NOT_TOLD",
                                      "WEAK_PASSWORD",
                                      "OVERLOADED",
                                      "SEAL_BROKEN",
                                      "UNKNOWN_REFERENCE",
                                      "PARENT_REJECTED",
                                      "REFRESH_REUSED"};

static void every_reason_has_words_in_both_languages(void) {
  for (size_t i = 0; i < sizeof REASONS / sizeof *REASONS; i++) {
    if (!words_known(REASONS[i]))
      printf("    no words for %s\n", REASONS[i]);
    CU_ASSERT_TRUE(words_known(REASONS[i]));
    for (enum language language = 0; language < LANGUAGES; language++) {
      const char *limits[] = {NULL, "500"};
      for (size_t with = 0; with < 2; with++) {
        const char *text = words_reason(REASONS[i], limits[with], language, &arena);
        CU_ASSERT_TRUE(text[0] != '\0' && utf8_valid(text, strlen(text)));
        CU_ASSERT_PTR_NULL(strpbrk(text, "[]{}"));
      }
    }
    const char *chinese = words_reason(REASONS[i], NULL, LANGUAGE_ZH_CN, &arena);
    CU_ASSERT_TRUE((unsigned char)chinese[0] >= 0xe4);
    CU_ASSERT_STRING_NOT_EQUAL(chinese, words_reason(REASONS[i], NULL, LANGUAGE_EN, &arena));
  }
  arena_close(&arena);
}

// Where the call that opens at `text` with a parenthesis closes.
static const char *end_of_call(const char *text) {
  for (int depth = 0; *text; text++) {
    depth += (*text == '(') - (*text == ')');
    if (depth == 0 && *text == ')')
      break;
  }
  return text;
}

// Counts the quoted names in capitals from `at` to `end`, which are reasons, and says which of them has no words. KEPT is none:
// a claim's answer is told in its place.
static unsigned check_reasons(const char *path, const char *at, const char *end) {
  unsigned found = 0;
  while ((at = memchr(at, '\'', (size_t)(end - at)))) {
    size_t length = strspn(++at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
    if (length < 4 || at[length] != '\'' || strncmp(at, "KEPT'", 5) == 0)
      continue;
    char reason[64];
    snprintf(reason, sizeof reason, "%.*s", (int)length, at);
    found++;
    if (!words_known(reason))
      printf("    no words for %s (%s)\n", reason, path);
    CU_ASSERT_TRUE(words_known(reason));
    at += length + 1;
  }
  return found;
}

static void every_reason_that_a_statement_gives_has_words(void) {
  static const char *const calls[] = {"refuse(", "refuse_unless(", "message = '"};
  unsigned found = 0;
  for (size_t i = 0; i < embedded_sql_count; i++) {
    for (size_t c = 0; c < sizeof calls / sizeof *calls; c++) {
      for (const char *at = embedded_sql[i].text; (at = strstr(at, calls[c]));) {
        const char *open = at + strlen(calls[c]) - 1;
        at = *open == '(' ? end_of_call(open) : open + 1 + strcspn(open + 1, "'") + 1;
        found += check_reasons(embedded_sql[i].path, open, at);
      }
    }
  }
  CU_ASSERT_TRUE(found > 100); // they are found at all
}

static void a_limit_is_put_in_where_there_is_one(void) {
  CU_ASSERT_STRING_EQUAL(words_reason("TOO_LONG", "200", LANGUAGE_ZH_CN, &arena), "内容太长，最多 200");
  CU_ASSERT_STRING_EQUAL(words_reason("TOO_LONG", NULL, LANGUAGE_ZH_CN, &arena), "内容太长");
  CU_ASSERT_STRING_EQUAL(words_reason("OUT_OF_RANGE", "1..10", LANGUAGE_EN, &arena), "is out of range (1..10)");
  CU_ASSERT_STRING_EQUAL(
      words_reason("LEAVES_OPEN_WORK", "1 20", LANGUAGE_EN, &arena),
      "still answers for open work: 1 lead, 20 cases, to be handed over first (list leads and cases by handler)");
  CU_ASSERT_STRING_EQUAL(words_reason("LEAVES_OPEN_WORK", "12 1", LANGUAGE_ZH_CN, &arena),
                         "仍负责未办结的工作：线索 12 条、案件 1 件，须先移交（可按承办人查询线索和案件）");
  CU_ASSERT_STRING_EQUAL(words_reason("BAD_PATH", "a[%s]{}", LANGUAGE_EN, &arena), "names no field: a[%s]{}");
  arena_close(&arena);
}

static void reasons_that_may_hide_a_record_are_known(void) {
  CU_ASSERT_TRUE(words_hide("UNKNOWN_REFERENCE") && words_hide("NOT_FOUND") && words_hide("OUT_OF_SIGHT"));
  CU_ASSERT_FALSE(words_hide("NO_SUCH_REGION") || words_hide("REQUIRED") || words_hide("SOMETHING_NEW"));
}

static void a_reason_without_words_gets_general_ones(void) {
  CU_ASSERT_FALSE(words_known("SOMETHING_NEW"));
  CU_ASSERT_STRING_EQUAL(words_reason("SOMETHING_NEW", "1", LANGUAGE_EN, &arena), "is not as it must be");
  CU_ASSERT_STRING_EQUAL(words_reason("SOMETHING_NEW", NULL, LANGUAGE_ZH_CN, &arena), "不符合要求");
}

static void the_language_is_chinese_unless_english_is_preferred(void) {
  static const struct {
    const char *header;
    enum language language;
  } headers[] = {{NULL, LANGUAGE_ZH_CN},
                 {"", LANGUAGE_ZH_CN},
                 {"en", LANGUAGE_EN},
                 {"EN-gb", LANGUAGE_EN},
                 {"en;q=0.9, zh-CN", LANGUAGE_ZH_CN},
                 {"zh;q=0.5,en;q=0.51", LANGUAGE_EN},
                 {"en;q=0", LANGUAGE_ZH_CN},
                 {"fr, en;q=0.1", LANGUAGE_EN},
                 {"fr,de;q=0.7", LANGUAGE_ZH_CN},
                 {"*", LANGUAGE_ZH_CN},
                 {"zh-TW,zh;q=0.9,en;q=0.8", LANGUAGE_ZH_CN},
                 {"english", LANGUAGE_ZH_CN},
                 {",, ;q=1,en ; q=1.0", LANGUAGE_EN},
                 {"en;q=", LANGUAGE_ZH_CN}};
  for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
    if (words_language(headers[i].header) != headers[i].language)
      printf("    for %s\n", headers[i].header);
    CU_ASSERT_EQUAL(words_language(headers[i].header), headers[i].language);
  }
  CU_ASSERT_STRING_EQUAL(words_language_tag(LANGUAGE_ZH_CN), "zh-CN");
  CU_ASSERT_STRING_EQUAL(words_language_tag(LANGUAGE_EN), "en");
}

SUITE(words, TEST(every_reason_has_words_in_both_languages), TEST(every_reason_that_a_statement_gives_has_words),
      TEST(a_limit_is_put_in_where_there_is_one), TEST(reasons_that_may_hide_a_record_are_known),
      TEST(a_reason_without_words_gets_general_ones), TEST(the_language_is_chinese_unless_english_is_preferred));
