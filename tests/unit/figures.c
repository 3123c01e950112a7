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

SUITE(figures, TEST(every_figure_has_its_words_in_every_language), TEST(every_sentence_of_a_report_speaks_of_known_figures));
