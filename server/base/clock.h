// Time: the wall's, and one that only goes forward.

#pragma once
#include <stdint.h>

// Microseconds since 1970, by the system's clock.
int64_t clock_wall_us(void);

// Microseconds since some start, never back. Deadlines are in these.
int64_t clock_us(void);
