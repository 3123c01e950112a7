// How long many calls took.

#pragma once
#include <stddef.h>
#include <stdint.h>

enum { TIMES_MOST = 1 << 20 }; // what comes later is counted and not kept

struct times {
  size_t count;
  uint32_t us[TIMES_MOST];
};

void times_add(struct times *times, int64_t us);

// What `part` (0 to 1) of them took at most; 0 where there are none. Puts them in order.
uint32_t times_within(struct times *times, double part);
