// The table of figures stands here.

#include "feature/figures.h"
#include <string.h>

const struct figure figures[] = {
#define FIGURE(name, measure, chinese, english, chinese_definition, english_definition)                                        \
  {.key = #name,                                                                                                               \
   .unit = UNIT_##measure,                                                                                                     \
   .names = {[LANGUAGE_ZH_CN] = (chinese), [LANGUAGE_EN] = (english)},                                                         \
   .definitions = {[LANGUAGE_ZH_CN] = (chinese_definition), [LANGUAGE_EN] = (english_definition)}},
#include "feature/figure_words.h"
#undef FIGURE
};

const unsigned figure_count = sizeof figures / sizeof *figures;

static const char *const UNIT_TEXTS[UNITS][LANGUAGES] = {
#define UNIT(unit, chinese, english) [UNIT_##unit] = {[LANGUAGE_ZH_CN] = (chinese), [LANGUAGE_EN] = (english)},
#include "feature/figure_words.h"
#undef UNIT
};

static const char *const POINTS[LANGUAGES] = {[LANGUAGE_ZH_CN] = "个百分点", [LANGUAGE_EN] = "percentage points"};
static const char *const PLACES[LANGUAGES] = {[LANGUAGE_ZH_CN] = "位", [LANGUAGE_EN] = "places"};

const struct figure *figure_of(const char *key) {
  for (unsigned i = 0; i < figure_count; i++) {
    if (strcmp(figures[i].key, key) == 0)
      return &figures[i];
  }
  return NULL;
}

const char *figure_unit(enum unit unit, enum language language) {
  return UNIT_TEXTS[unit][language];
}

const char *figure_change_unit(enum unit unit, enum language language) {
  return unit == UNIT_PERCENT ? POINTS[language] : unit == UNIT_RANK ? PLACES[language] : "%";
}
