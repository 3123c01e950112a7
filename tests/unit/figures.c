// Figures as users read them.

#include "feature/figures.h"
#include "feature/report_text.h"
#include "suite.h"
#include <stdio.h>
#include <string.h>

static void every_figure_has_its_words_in_every_language(void) {
  CU_ASSERT_EQUAL(figure_count, 57);
  for (unsigned i = 0; i < figure_count; i++) {
    CU_ASSERT_PTR_EQUAL(figure_of(figures[i].key), &figures[i]); // no key stands twice
    for (int language = 0; language < LANGUAGES; language++) {
      CU_ASSERT_TRUE(figures[i].names[language][0] && figures[i].definitions[language][0]);
      CU_ASSERT_TRUE(figure_unit(figures[i].unit, (enum language)language)[0]);
    }
    CU_ASSERT_STRING_NOT_EQUAL(figures[i].names[LANGUAGE_ZH_CN], figures[i].names[LANGUAGE_EN]);
  }
  CU_ASSERT_PTR_NULL(figure_of("no_such_figure"));
}

static void every_sentence_of_a_report_speaks_of_known_figures(void) {
  const char *wrong = NULL;
  bool fit = report_sentences_fit(&wrong);
  if (!fit)
    fprintf(stderr, "        %s\n", wrong);
  CU_ASSERT_TRUE(fit);
}

// --- A report of a few figures, written out ---

enum { FEW = 4 };

struct reading {
  const char *key;
  double value;
};

// What the report of a region says of these figures, up to the first without a key, in Markdown.
static const char *report_of(const char *from, const char *to, const struct reading *readings, Zoufang__V1__WhereToLook *look,
                             enum language language, struct arena *arena) {
  Zoufang__V1__WorkReport report = ZOUFANG__V1__WORK_REPORT__INIT;
  Zoufang__V1__Figure read[FEW], *list[FEW];
  Google__Protobuf__DoubleValue values[FEW];
  report.region_name = (char *)(uintptr_t) "林西县";
  report.from = (char *)(uintptr_t)from;
  report.to = (char *)(uintptr_t)to;
  report.figures = list;
  report.look = look;
  for (; report.n_figures < FEW && readings[report.n_figures].key; report.n_figures++) {
    size_t i = report.n_figures;
    zoufang__v1__figure__init(&read[i]);
    google__protobuf__double_value__init(&values[i]);
    values[i].value = readings[i].value;
    read[i].key = (char *)(uintptr_t)readings[i].key;
    read[i].value = &values[i];
    list[i] = &read[i];
  }
  report_name_figures(&report, language);
  return report_document(&report, "md", language, arena)->text;
}

static bool says(const char *text, const char *expected) {
  bool found = strstr(text, expected) != NULL;
  if (!found)
    fprintf(stderr, "        expected: %s\n%s\n", expected, text);
  return found;
}

static const struct reading nothing[FEW] = {{NULL, 0}};

static void a_report_of_one_day_names_it_once(void) {
  struct arena arena = {0};
  CU_ASSERT_TRUE(says(report_of("2026-11-30", "2026-12-01", nothing, NULL, LANGUAGE_EN, &arena), "\nOn 30 November 2026.\n"));
  CU_ASSERT_TRUE(
      says(report_of("2026-11-30", "2026-12-01", nothing, NULL, LANGUAGE_ZH_CN, &arena), "统计日期：2026年11月30日。"));
  CU_ASSERT_TRUE(says(report_of("2024-02-28", "2024-03-01", nothing, NULL, LANGUAGE_ZH_CN, &arena),
                      "统计期间：2024年2月28日至2024年2月29日。"));
  arena_close(&arena);
}

static void a_rate_of_zero_is_told_and_one_that_is_absent_keeps_nothing_else_untold(void) {
  struct arena arena = {0};
  const struct reading none_rectified[FEW] = {{"rectification_rate", 0}, {"receptions", 0}};
  const char *text = report_of("2026-01-01", "2027-01-01", none_rectified, NULL, LANGUAGE_ZH_CN, &arena);
  CU_ASSERT_TRUE(says(text, "到期的监察建议事项整改到位率为0%。"));
  CU_ASSERT_PTR_NULL(strstr(text, "班子成员接访0次"));
  const struct reading nobody_asked[FEW] = {{"sweep_reported_back", 1}};
  text = report_of("2026-01-01", "2027-01-01", nobody_asked, NULL, LANGUAGE_EN, &arena);
  CU_ASSERT_TRUE(says(text, "\nThe people were told the result of 1 matter.\n"));
  CU_ASSERT_PTR_NULL(strstr(text, "satisfied"));
  arena_close(&arena);
}

static void a_hot_spot_reads_well_though_its_type_was_not_stated(void) {
  struct arena arena = {0};
  Zoufang__V1__WhereToLook look = ZOUFANG__V1__WHERE_TO_LOOK__INIT;
  Zoufang__V1__HotSpot spot = ZOUFANG__V1__HOT_SPOT__INIT, *spots[] = {&spot};
  Google__Protobuf__Int64Value zero = GOOGLE__PROTOBUF__INT64_VALUE__INIT;
  look.reports_received = look.reports_repeated = look.reports_skipping_levels = look.open_leads = &zero;
  look.open_leads_over_three_months = look.open_leads_over_one_year = look.recommendation_items_overdue = &zero;
  look.villages = look.villages_not_visited = &zero;
  look.n_hot_spots = 1;
  look.hot_spots = spots;
  spot.region_name = (char *)(uintptr_t) "新林镇";
  spot.received = 12;
  spot.expected_by_past = 2.26;
  spot.expected_by_neighbours = 3;
  CU_ASSERT_TRUE(says(report_of("2026-01-01", "2027-01-01", nothing, &look, LANGUAGE_ZH_CN, &arena),
                      "新林镇信访举报中，未注明类型12件次，明显偏多：按上年推算约2.3件次，按周边地区推算约3件次。"));
  spot.problem_type_name = (char *)(uintptr_t) "优亲厚友";
  spot.cause_name = (char *)(uintptr_t) "低保";
  CU_ASSERT_TRUE(
      says(report_of("2026-01-01", "2027-01-01", nothing, &look, LANGUAGE_EN, &arena),
           "新林镇 received 12 reports of 优亲厚友 (低保), where its own past year suggests 2.3 and its neighbours 3."));
  arena_close(&arena);
}

SUITE(figures, TEST(a_report_of_one_day_names_it_once),
      TEST(a_rate_of_zero_is_told_and_one_that_is_absent_keeps_nothing_else_untold),
      TEST(a_hot_spot_reads_well_though_its_type_was_not_stated), TEST(every_figure_has_its_words_in_every_language),
      TEST(every_sentence_of_a_report_speaks_of_known_figures));
