// The phases of a run.

#include "support/run.h"
#include "base/clock.h"
#include <stdio.h>

void run_begin(struct run *run) {
  int64_t now_us = clock_us();
  run->measure_at_us = now_us + (int64_t)(run->warm_s * 1e6);
  run->end_at_us = run->measure_at_us + (int64_t)(run->measured_s * 1e6);
}

static void begin_measuring(struct run *run, int64_t now_us) {
  run->measuring = true;
  run->measure_at_us = now_us;
  run->cost = cost_now(run->server, run->postmaster);
}

static void end_measuring(struct run *run, int64_t now_us) {
  struct cost now = cost_now(run->server, run->postmaster), then = run->cost;
  run->measuring = false;
  run->measured_us = now_us - run->measure_at_us;
  run->cost = (struct cost){now.own_us - then.own_us, now.server_us - then.server_us, now.database_us - then.database_us};
}

void run_look(struct run *run) {
  int64_t now_us = clock_us();
  if (!run->over && !run->measuring && now_us >= run->measure_at_us)
    begin_measuring(run, now_us);
  if (run->over || now_us < run->end_at_us)
    return;
  run->over = true;
  end_measuring(run, now_us);
}

bool run_may_begin(struct run *run) {
  if (run->over || (run->calls_max && run->begun == run->calls_max))
    return false;
  run->begun++;
  return true;
}

void run_count(struct run *run) {
  run->done++;
  run->counted += run->measuring;
  if (run->done != run->calls_max)
    return;
  run->over = true;
  end_measuring(run, clock_us());
}

void run_print(const struct run *run, struct times *times_or_null) {
  double calls = run->counted ? (double)run->counted : 1;
  printf("calls=%lld measured=%lld rate=%.1f own_us=%.2f server_us=%.2f database_us=%.2f answer_bytes=%zu",
         (long long)run->done, (long long)run->counted,
         (double)run->counted * 1e6 / (double)(run->measured_us ? run->measured_us : 1), (double)run->cost.own_us / calls,
         (double)run->cost.server_us / calls, (double)run->cost.database_us / calls, run->answer_bytes);
  if (times_or_null)
    printf(" ms_50=%.3f ms_99=%.3f ms_999=%.3f", times_within(times_or_null, 0.5) / 1e3,
           times_within(times_or_null, 0.99) / 1e3, times_within(times_or_null, 0.999) / 1e3);
  printf("\n");
}
