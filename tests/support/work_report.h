// Work reports as tests ask for them and read them.

#pragma once
#include "support/world.h"

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

struct answer work_report(enum transport t, const char *user, const char *region, const char *from, const char *to);

// A member of a figure: "value", "before", "change"; NAN where it is absent.
double figure_read(const struct answer *report, const char *key, const char *member);

struct expected_figure {
  const char *key;
  double value; // NAN: absent
};

// Every figure that is named reads so; over both transports.
void expect_figures(const char *user, const char *region, const char *from, const char *to,
                    const struct expected_figure *expected, size_t count);

#define EXPECT(user, region, from, to, ...)                                                                                    \
  do {                                                                                                                         \
    const struct expected_figure list[] = {__VA_ARGS__};                                                                       \
    expect_figures(user, region, from, to, list, sizeof list / sizeof *list);                                                  \
  } while (0)
