// Counters, gauges and histograms, written as Prometheus reads them (text format 0.0.4).

#pragma once
#include "base/buffer.h"

struct metric; // one time series family

// Families are made at start, before threads; they live as long as the program. `labels` is a comma-separated list of label
// names, "" for none. Names follow Prometheus' conventions (…_total, …_seconds).
struct metric *metrics_counter(const char *name, const char *help, const char *labels);
struct metric *metrics_gauge(const char *name, const char *help, const char *labels);
// Latency in seconds, fixed buckets from 0.5 ms to 30 s.
struct metric *metrics_histogram(const char *name, const char *help, const char *labels);

// One series of a family: the label values in the order of the names. Cheap after the first time for the same values; callers
// that count on a hot path keep the pointer. Never NULL. The number of series of a family is bounded (4096): past it all
// further values share the series "other".
struct series *metrics_series(struct metric *metric, const char *const *values);

void series_add(struct series *series, int64_t delta);
void series_set(struct series *series, int64_t value);
void series_observe_us(struct series *series, int64_t microseconds);

// A gauge whose value is asked for when it is read.
void metrics_gauge_from(const char *name, const char *help, int64_t (*value)(void *), void *context);

// Writes everything.
void metrics_write(struct buffer *buffer);
