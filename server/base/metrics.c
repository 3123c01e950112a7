// Metrics: families in a list, each with its series in a table by label values. Counting is atomic and takes no lock.

#include "base/metrics.h"
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

enum { SERIES_LIMIT = 4096, TABLE_SIZE = 256, LABELS_LIMIT = 8, BUCKETS = 15, US_PER_SECOND = 1000000 };

// Upper bounds of a histogram's buckets, and how Prometheus reads them.
static const int64_t bucket_us[BUCKETS] = {500,    1000,   2500,    5000,    10000,   25000,    50000,   100000,
                                           250000, 500000, 1000000, 2500000, 5000000, 10000000, 30000000};
static const char *const bucket_names[BUCKETS] = {"0.0005", "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1",
                                                  "0.25",   "0.5",   "1",      "2.5",   "5",    "10",    "30"};

struct series {
  struct series *next_in_table, *next; // next: in the order of making
  const char *const *values;
  const char *labels;        // {method="…",code="…"} without the braces
  _Atomic int64_t value;     // of a histogram: the sum, in microseconds
  _Atomic int64_t buckets[]; // of a histogram: BUCKETS and one for what is past them
};

enum kind { COUNTER, GAUGE, HISTOGRAM };

struct metric {
  struct metric *next;
  const char *name, *help;
  enum kind kind;
  unsigned label_count;
  const char *label_names[LABELS_LIMIT];
  int64_t (*ask)(void *);
  void *context;
  pthread_mutex_t lock; // of what follows
  unsigned count;
  struct series *first, **last, *table[TABLE_SIZE], *other;
};

// Families are made, and never freed; so are their series.
static struct {
  pthread_mutex_t lock;
  struct arena arena;
  struct metric *first, **last;
} all = {.lock = PTHREAD_MUTEX_INITIALIZER, .last = &all.first};

// --- Families and series
// ---------------------------------------------------------------------------------------------------------

static void split_labels(struct metric *metric, const char *labels) {
  for (const char *at = labels; *at && metric->label_count < LABELS_LIMIT;) {
    size_t length = strcspn(at, ",");
    metric->label_names[metric->label_count++] = arena_strndup(&all.arena, at, length);
    at += length + (at[length] == ',');
  }
}

static struct metric *find_or_make(const char *name, const char *help, const char *labels, enum kind kind) {
  for (struct metric *metric = all.first; metric; metric = metric->next) {
    if (strcmp(metric->name, name) == 0)
      return metric;
  }
  struct metric *metric = arena_zalloc(&all.arena, sizeof *metric);
  metric->name = arena_strdup(&all.arena, name);
  metric->help = arena_strdup(&all.arena, help);
  metric->kind = kind;
  metric->last = &metric->first;
  pthread_mutex_init(&metric->lock, NULL);
  split_labels(metric, labels);
  *all.last = metric;
  all.last = &metric->next;
  return metric;
}

static struct metric *family(const char *name, const char *help, const char *labels, enum kind kind) {
  pthread_mutex_lock(&all.lock);
  struct metric *metric = find_or_make(name, help, labels, kind);
  pthread_mutex_unlock(&all.lock);
  if (metric->label_count == 0)
    metrics_series(metric, metric->label_names); // shown from the start, at 0
  return metric;
}

struct metric *metrics_counter(const char *name, const char *help, const char *labels) {
  return family(name, help, labels, COUNTER);
}

struct metric *metrics_gauge(const char *name, const char *help, const char *labels) {
  return family(name, help, labels, GAUGE);
}

struct metric *metrics_histogram(const char *name, const char *help, const char *labels) {
  return family(name, help, labels, HISTOGRAM);
}

void metrics_gauge_from(const char *name, const char *help, int64_t (*value)(void *), void *context) {
  pthread_mutex_lock(&all.lock);
  struct metric *metric = find_or_make(name, help, "", GAUGE);
  metric->ask = value;
  metric->context = context;
  pthread_mutex_unlock(&all.lock);
}

// FNV-1a over the values and the NULs between them.
static unsigned hash_values(const struct metric *metric, const char *const *values) {
  uint32_t hash = 2166136261U;
  for (unsigned i = 0; i < metric->label_count; i++) {
    const char *at = values[i];
    do
      hash = (hash ^ (unsigned char)*at) * 16777619U;
    while (*at++);
  }
  return hash % TABLE_SIZE;
}

static bool has_values(const struct metric *metric, const struct series *series, const char *const *values) {
  for (unsigned i = 0; i < metric->label_count; i++) {
    if (strcmp(series->values[i], values[i]) != 0)
      return false;
  }
  return true;
}

static void put_escaped(struct buffer *out, const char *text, bool in_quotes) {
  for (; *text; text++) {
    if (*text == '\n')
      buffer_string(out, "\\n");
    else if (*text == '\\' || (*text == '"' && in_quotes))
      buffer_printf(out, "\\%c", *text);
    else
      buffer_byte(out, *text);
  }
}

static const char *write_labels(const struct metric *metric, const char *const *values) {
  struct buffer labels = {.arena = &all.arena};
  for (unsigned i = 0; i < metric->label_count; i++) {
    buffer_printf(&labels, "%s%s=\"", i > 0 ? "," : "", metric->label_names[i]);
    put_escaped(&labels, values[i], true);
    buffer_byte(&labels, '"');
  }
  return buffer_text(&labels);
}

static struct series *make_series(struct metric *metric, const char *const *values) {
  size_t buckets = metric->kind == HISTOGRAM ? BUCKETS + 1 : 0;
  pthread_mutex_lock(&all.lock);
  struct series *series = arena_zalloc(&all.arena, sizeof *series + buckets * sizeof *series->buckets);
  const char **copies = arena_array(&all.arena, metric->label_count, sizeof *copies);
  for (unsigned i = 0; i < metric->label_count; i++)
    copies[i] = arena_strdup(&all.arena, values[i]);
  series->values = copies;
  series->labels = write_labels(metric, values);
  pthread_mutex_unlock(&all.lock);
  *metric->last = series;
  metric->last = &series->next;
  metric->count++;
  return series;
}

// What all further values share.
static struct series *other_series(struct metric *metric) {
  static const char *const others[LABELS_LIMIT] = {"other", "other", "other", "other", "other", "other", "other", "other"};
  if (!metric->other)
    metric->other = make_series(metric, others);
  return metric->other;
}

static struct series *find_or_make_series(struct metric *metric, const char *const *values) {
  struct series **slot = &metric->table[hash_values(metric, values)];
  for (struct series *series = *slot; series; series = series->next_in_table) {
    if (has_values(metric, series, values))
      return series;
  }
  if (metric->count >= SERIES_LIMIT)
    return other_series(metric);
  struct series *series = make_series(metric, values);
  series->next_in_table = *slot;
  *slot = series;
  return series;
}

struct series *metrics_series(struct metric *metric, const char *const *values) {
  pthread_mutex_lock(&metric->lock);
  struct series *series = find_or_make_series(metric, values);
  pthread_mutex_unlock(&metric->lock);
  return series;
}

// --- Counting
// --------------------------------------------------------------------------------------------------------------------

void series_add(struct series *series, int64_t delta) {
  atomic_fetch_add_explicit(&series->value, delta, memory_order_relaxed);
}

void series_set(struct series *series, int64_t value) {
  atomic_store_explicit(&series->value, value, memory_order_relaxed);
}

void series_observe_us(struct series *series, int64_t microseconds) {
  unsigned bucket = 0;
  while (bucket < BUCKETS && microseconds > bucket_us[bucket])
    bucket++;
  atomic_fetch_add_explicit(&series->buckets[bucket], 1, memory_order_relaxed);
  atomic_fetch_add_explicit(&series->value, microseconds, memory_order_relaxed);
}

// --- Writing
// ---------------------------------------------------------------------------------------------------------------------

static void write_sample(const struct metric *metric, const struct series *series, int64_t value, struct buffer *out) {
  const char *open = *series->labels ? "{" : "", *shut = *series->labels ? "}" : "";
  buffer_printf(out, "%s%s%s%s %lld\n", metric->name, open, series->labels, shut, (long long)value);
}

static void write_histogram(const struct metric *metric, struct series *series, struct buffer *out) {
  const char *comma = *series->labels ? "," : "", *open = *series->labels ? "{" : "", *shut = *series->labels ? "}" : "";
  int64_t seen = 0;
  for (unsigned i = 0; i <= BUCKETS; i++) {
    seen += atomic_load_explicit(&series->buckets[i], memory_order_relaxed);
    buffer_printf(out, "%s_bucket{%s%sle=\"%s\"} %lld\n", metric->name, series->labels, comma,
                  i < BUCKETS ? bucket_names[i] : "+Inf", (long long)seen);
  }
  int64_t sum_us = atomic_load_explicit(&series->value, memory_order_relaxed);
  buffer_printf(out, "%s_sum%s%s%s %lld.%06lld\n", metric->name, open, series->labels, shut,
                (long long)(sum_us / US_PER_SECOND), (long long)(sum_us % US_PER_SECOND));
  buffer_printf(out, "%s_count%s%s%s %lld\n", metric->name, open, series->labels, shut, (long long)seen);
}

static void write_family(struct metric *metric, struct buffer *out) {
  static const char *const kinds[] = {[COUNTER] = "counter", [GAUGE] = "gauge", [HISTOGRAM] = "histogram"};
  buffer_printf(out, "# HELP %s ", metric->name);
  put_escaped(out, metric->help, false);
  buffer_printf(out, "\n# TYPE %s %s\n", metric->name, kinds[metric->kind]);
  if (metric->ask) {
    buffer_printf(out, "%s %lld\n", metric->name, (long long)metric->ask(metric->context));
    return;
  }
  pthread_mutex_lock(&metric->lock);
  for (struct series *series = metric->first; series; series = series->next) {
    if (metric->kind == HISTOGRAM)
      write_histogram(metric, series, out);
    else
      write_sample(metric, series, atomic_load_explicit(&series->value, memory_order_relaxed), out);
  }
  pthread_mutex_unlock(&metric->lock);
}

void metrics_write(struct buffer *buffer) {
  pthread_mutex_lock(&all.lock);
  struct metric *first = all.first;
  pthread_mutex_unlock(&all.lock);
  for (struct metric *metric = first; metric; metric = metric->next)
    write_family(metric, buffer);
}
