// Figures as users read them: names, definitions, units.

#pragma once
#include "schema/words.h"

enum unit {
#define UNIT(unit, chinese, english) UNIT_##unit,
#include "feature/figure_words.h"
#undef UNIT
  UNITS,
};

struct figure {
  const char *key;
  enum unit unit;
  const char *names[LANGUAGES], *definitions[LANGUAGES];
};

// In the order of a work report.
extern const struct figure figures[];
extern const unsigned figure_count;

// The figure of this key; NULL where there is none.
const struct figure *figure_of(const char *key);

// A unit's text; and that of the change of what has this unit: "%", percentage points, places.
const char *figure_unit(enum unit unit, enum language language);
const char *figure_change_unit(enum unit unit, enum language language);
