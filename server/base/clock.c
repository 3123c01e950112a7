// Time, by the kernel's clocks.

#include "base/clock.h"
#include <time.h>

enum { US_PER_SECOND = 1000000, NS_PER_US = 1000 };

static int64_t read_clock(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * US_PER_SECOND + now.tv_nsec / NS_PER_US;
}

int64_t clock_wall_us(void) {
  return read_clock(CLOCK_REALTIME);
}

int64_t clock_us(void) {
  return read_clock(CLOCK_MONOTONIC);
}
