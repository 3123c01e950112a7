// Metrics as Prometheus reads them.

#include "base/metrics.h"
#include "suite.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static bool is_written(const char *line) {
  struct arena arena = {0};
  struct buffer out = {.arena = &arena};
  metrics_write(&out);
  const char *found = strstr(buffer_text(&out), line);
  bool is_line = found && (found == out.data || found[-1] == '\n') && found[strlen(line)] == '\n';
  arena_close(&arena);
  return is_line;
}

static void a_counter_without_labels_is_there_from_the_start(void) {
  struct metric *metric = metrics_counter("test_starts_total", "How often it began.", "");
  CU_ASSERT_TRUE(is_written("# HELP test_starts_total How often it began."));
  CU_ASSERT_TRUE(is_written("# TYPE test_starts_total counter"));
  CU_ASSERT_TRUE(is_written("test_starts_total 0"));
  series_add(metrics_series(metric, NULL), 2);
  CU_ASSERT_TRUE(is_written("test_starts_total 2"));
}

static void the_same_values_are_the_same_series(void) {
  struct metric *metric = metrics_counter("test_calls_total", "Calls.", "method,code");
  struct series *series = metrics_series(metric, (const char *[]){"VisitService/GetVisit", "OK"});
  CU_ASSERT_PTR_EQUAL(metrics_series(metric, (const char *[]){"VisitService/GetVisit", "OK"}), series);
  CU_ASSERT_PTR_NOT_EQUAL(metrics_series(metric, (const char *[]){"VisitService/GetVisit", "NOT_FOUND"}), series);
  CU_ASSERT_PTR_NOT_EQUAL(metrics_series(metric, (const char *[]){"VisitService/GetVisitOK", ""}), series);
  series_add(series, 1);
  series_add(series, 4);
  CU_ASSERT_TRUE(is_written("test_calls_total{method=\"VisitService/GetVisit\",code=\"OK\"} 5"));
  CU_ASSERT_TRUE(is_written("test_calls_total{method=\"VisitService/GetVisit\",code=\"NOT_FOUND\"} 0"));
}

static void a_family_made_again_is_the_same_family(void) {
  struct metric *metric = metrics_counter("test_again_total", "Once.", "");
  CU_ASSERT_PTR_EQUAL(metrics_counter("test_again_total", "Twice.", ""), metric);
}

static void a_gauge_goes_up_and_down(void) {
  struct series *series = metrics_series(metrics_gauge("test_waiting", "Waiting calls.", ""), NULL);
  series_add(series, 5);
  series_add(series, -7);
  CU_ASSERT_TRUE(is_written("test_waiting -2"));
  series_set(series, 40);
  CU_ASSERT_TRUE(is_written("test_waiting 40"));
}

static int64_t asked(void *context) {
  return ++*(int64_t *)context;
}

static void a_gauge_can_be_asked_for_when_it_is_read(void) {
  static int64_t value = 10;
  metrics_gauge_from("test_asked", "Asked.", asked, &value);
  CU_ASSERT_TRUE(is_written("test_asked 11"));
  CU_ASSERT_TRUE(is_written("test_asked 12"));
}

static void a_histogram_counts_each_value_in_all_buckets_above_it(void) {
  struct metric *metric = metrics_histogram("test_call_seconds", "Latency.", "method");
  struct series *series = metrics_series(metric, (const char *[]){"Get"});
  series_observe_us(series, 500); // on the bound: inside
  series_observe_us(series, 501);
  series_observe_us(series, 60000000); // past the last
  CU_ASSERT_TRUE(is_written("# TYPE test_call_seconds histogram"));
  CU_ASSERT_TRUE(is_written("test_call_seconds_bucket{method=\"Get\",le=\"0.0005\"} 1"));
  CU_ASSERT_TRUE(is_written("test_call_seconds_bucket{method=\"Get\",le=\"0.001\"} 2"));
  CU_ASSERT_TRUE(is_written("test_call_seconds_bucket{method=\"Get\",le=\"30\"} 2"));
  CU_ASSERT_TRUE(is_written("test_call_seconds_bucket{method=\"Get\",le=\"+Inf\"} 3"));
  CU_ASSERT_TRUE(is_written("test_call_seconds_sum{method=\"Get\"} 60.001001"));
  CU_ASSERT_TRUE(is_written("test_call_seconds_count{method=\"Get\"} 3"));
}

static void label_values_and_help_are_escaped(void) {
  struct metric *metric = metrics_counter("test_escaped_total", "a \"b\"\\\nc", "name");
  metrics_series(metric, (const char *[]){"a \"b\"\\\nc"});
  CU_ASSERT_TRUE(is_written("# HELP test_escaped_total a \"b\"\\\\\\nc"));
  CU_ASSERT_TRUE(is_written("test_escaped_total{name=\"a \\\"b\\\"\\\\\\nc\"} 0"));
}

static void past_a_bound_all_new_values_share_one_series(void) {
  struct metric *metric = metrics_counter("test_bounded_total", "Bounded.", "name");
  struct arena arena = {0};
  struct series *first = metrics_series(metric, (const char *[]){"0"}), *last = NULL, *before = NULL;
  for (int i = 1; i < 5000; i++) {
    before = last;
    last = metrics_series(metric, (const char *[]){arena_printf(&arena, "%d", i)});
  }
  CU_ASSERT_PTR_EQUAL(last, before);
  CU_ASSERT_PTR_NOT_EQUAL(last, first);
  CU_ASSERT_PTR_EQUAL(metrics_series(metric, (const char *[]){"0"}), first);
  series_add(last, 3);
  CU_ASSERT_TRUE(is_written("test_bounded_total{name=\"other\"} 3"));
  arena_close(&arena);
}

static void *count_a_thousand(void *metric) {
  for (int i = 0; i < 1000; i++)
    series_add(metrics_series(metric, (const char *[]){i % 2 ? "odd" : "even"}), 1);
  return NULL;
}

static void nothing_is_lost_between_threads(void) {
  enum { THREADS = 4 };
  struct metric *metric = metrics_counter("test_threads_total", "Threads.", "parity");
  pthread_t threads[THREADS];
  for (int i = 0; i < THREADS; i++)
    pthread_create(&threads[i], NULL, count_a_thousand, metric);
  for (int i = 0; i < THREADS; i++)
    pthread_join(threads[i], NULL);
  CU_ASSERT_TRUE(is_written("test_threads_total{parity=\"odd\"} 2000"));
  CU_ASSERT_TRUE(is_written("test_threads_total{parity=\"even\"} 2000"));
}

SUITE(metrics, TEST(a_counter_without_labels_is_there_from_the_start), TEST(the_same_values_are_the_same_series),
      TEST(a_family_made_again_is_the_same_family), TEST(a_gauge_goes_up_and_down),
      TEST(a_gauge_can_be_asked_for_when_it_is_read), TEST(a_histogram_counts_each_value_in_all_buckets_above_it),
      TEST(label_values_and_help_are_escaped), TEST(past_a_bound_all_new_values_share_one_series),
      TEST(nothing_is_lost_between_threads));
