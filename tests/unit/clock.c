// Time.

#include "base/clock.h"
#include "suite.h"
#include <time.h>

static void the_wall_clock_counts_microseconds_since_1970(void) {
  int64_t before_us = (int64_t)time(NULL) * 1000000, now_us = clock_wall_us();
  CU_ASSERT_TRUE(now_us >= before_us - 1000000);
  CU_ASSERT_TRUE(now_us <= before_us + 5000000);
}

static void the_other_clock_never_goes_back(void) {
  int64_t last = clock_us(), first = last;
  while (last - first < 1000) {
    int64_t now = clock_us();
    CU_ASSERT_TRUE_FATAL(now >= last);
    last = now;
  }
}

SUITE(clock, TEST(the_wall_clock_counts_microseconds_since_1970), TEST(the_other_clock_never_goes_back));
