// How a work report is asked for and read.

#include "support/work_report.h"
#include "suite.h"
#include "support/client_wire.h"
#include <math.h>
#include <stdio.h>

struct answer work_report(enum transport t, const char *user, const char *region, const char *from, const char *to) {
  return ask(world()->client, t, token_of(user), "FigureService/GetWorkReport",
             "{\"regionCode\":\"%s\",\"from\":\"%s\",\"to\":\"%s\"}", region, from, to);
}

double figure_read(const struct answer *report, const char *key, const char *member) {
  json_t *number = json_object_get(element_with(json_at(report->body, "figures"), "key", key), member);
  return number ? json_number_value(number) : NAN;
}

void expect_figures(const char *user, const char *region, const char *from, const char *to,
                    const struct expected_figure *expected, size_t count) {
  BOTH(t) {
    struct answer report = work_report(t, user, region, from, to);
    CU_ASSERT_EQUAL_FATAL(report.code, CODE_OK);
    for (size_t i = 0; i < count; i++) {
      double value = figure_read(&report, expected[i].key, "value");
      bool right = isnan(expected[i].value) ? isnan(value) : value == expected[i].value;
      if (!right)
        fprintf(stderr, "        %s of %s from %s to %s is %g, not %g\n", expected[i].key, region, from, to, value,
                expected[i].value);
      CU_ASSERT_TRUE(right);
    }
  }
}
