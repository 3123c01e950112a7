// Percentiles, by sorting.

#include "support/times.h"
#include <stdlib.h>

void times_add(struct times *times, int64_t us) {
  if (times->count < TIMES_MOST)
    times->us[times->count] = us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
  times->count++;
}

static int compare(const void *a, const void *b) {
  uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
  return (x > y) - (x < y);
}

uint32_t times_within(struct times *times, double part) {
  size_t kept = times->count < TIMES_MOST ? times->count : TIMES_MOST;
  if (kept == 0)
    return 0;
  qsort(times->us, kept, sizeof *times->us, compare);
  return times->us[(size_t)(part * (double)(kept - 1))];
}
