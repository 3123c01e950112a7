// One run of a benchmark: warmed up, measured for some seconds, then drained.

#pragma once
#include "support/cost.h"
#include "support/times.h"
#include <stdbool.h>
#include <stddef.h>

struct run {
  // Set before run_begin.
  double warm_s, measured_s;
  int64_t calls_max; // over after so many; 0: by time alone
  pid_t server, postmaster;

  // The run's own.
  int64_t measure_at_us, end_at_us, measured_us;
  int64_t begun, done, counted; // calls: begun, answered, answered while it was measured
  struct cost cost;             // of the measured time
  size_t answer_bytes;          // of the last answer
  bool measuring, over;
};

void run_begin(struct run *run);

// Whether another call may begin; counts it.
bool run_may_begin(struct run *run);

// A call was answered well.
void run_count(struct run *run);

// Looks at the clock: to be called often.
void run_look(struct run *run);

// One line for the script: "calls=… measured=… rate=… own_us=… server_us=… database_us=… answer_bytes=…": rate a second, CPU
// time a call. With `times`, also "ms_50=… ms_99=… ms_999=…", what so many in a hundred, or a thousand, took at most.
void run_print(const struct run *run, struct times *times_or_null);
