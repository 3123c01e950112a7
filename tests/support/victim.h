// A server that tests do bad things to, and how it is afterwards.

#pragma once
#include "support/world.h"
#include <stdint.h>

extern struct instance victim;

// A suite's opening and closing. It has four connections to PostgreSQL.
enum { VICTIM_WORKERS = 4 };
bool victim_open(void);
void victim_close(void);

// Ends it before that; its exit code, which is not 0 where a sanitizer found anything.
int victim_end(void);

// Whether it answers a new call on a new connection within a second over both transports, and no connection of its to
// PostgreSQL is left in a transaction.
bool victim_is_well(void);

// Waits until all its connections to PostgreSQL are made and idle.
bool victim_is_connected(void);

int victim_port(enum transport transport);

// A line of /proc/PID/status in KiB: "VmRSS", "VmHWM".
long victim_memory_kib(const char *name);

// Lets VmHWM begin anew.
void victim_forget_peak(void);

// Numbers by chance, the same each time.
uint32_t chance(void);
