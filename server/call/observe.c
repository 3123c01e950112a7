// Calls as operators see them. Series of the hot path are looked up once and kept.

#include "call/observe.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "call/server.h"
#include <stdlib.h>
#include <string.h>

enum { CODES = CODE_UNAUTHENTICATED + 1 };

struct call_metrics {
  struct metric *calls, *errors, *turned_away;
  _Atomic(struct series *) (*by_code)[CODES]; // by method's index
  struct series **seconds;                    // by method's index
  struct series *repeats[REPEATS], *halvings, *transactions[POOLS], *connections[POOLS][CONNECTION_STATES];
};

static const char *const repeat_names[REPEATS] = {"contention", "connection", "stray_cancel", "standby"};
static const char *const pool_names[POOLS] = {"workers", "lane", "standby"};
static const char *const state_names[CONNECTION_STATES] = {"away", "idle", "busy"};

struct call_metrics *observe_open(const struct schema *schema) {
  struct call_metrics *metrics = calloc(1, sizeof *metrics);
  if (!metrics)
    abort();
  metrics->by_code = calloc(schema->method_count, sizeof *metrics->by_code);
  metrics->seconds = calloc(schema->method_count, sizeof(struct series *));
  if (!metrics->by_code || !metrics->seconds)
    abort();
  metrics->calls = metrics_counter("zoufang_calls_total", "Calls answered.", "method,code");
  metrics->errors = metrics_counter("zoufang_database_errors_total", "Errors of PostgreSQL's, by class of SQLSTATE.", "class");
  metrics->turned_away =
      metrics_counter("zoufang_turned_away_total", "Calls that were told to come back later, by reason.", "reason");
  struct metric *seconds = metrics_histogram("zoufang_call_seconds", "From the request's arrival to its reply.", "method");
  struct metric *repeats = metrics_counter("zoufang_repeats_total", "Transactions that were made again.", "reason");
  struct metric *transactions = metrics_counter("zoufang_transactions_total", "Transactions that came back.", "pool");
  struct metric *halvings =
      metrics_counter("zoufang_batch_halvings_total", "Batches, and parts of them, that failed whole.", "");
  struct metric *connections = metrics_gauge("zoufang_database_connections", "Connections to PostgreSQL.", "pool,state");
  for (unsigned i = 0; i < schema->method_count; i++)
    metrics->seconds[i] = metrics_series(seconds, &schema->methods[i].name);
  for (int i = 0; i < REPEATS; i++)
    metrics->repeats[i] = metrics_series(repeats, &repeat_names[i]);
  for (int i = 0; i < POOLS; i++) {
    metrics->transactions[i] = metrics_series(transactions, &pool_names[i]);
    for (int j = 0; j < CONNECTION_STATES; j++)
      metrics->connections[i][j] = metrics_series(connections, (const char *const[]){pool_names[i], state_names[j]});
  }
  metrics->halvings = metrics_series(halvings, NULL);
  return metrics;
}

void observe_close(struct call_metrics *metrics) {
  if (!metrics)
    return;
  free(metrics->by_code);
  free(metrics->seconds);
  free(metrics);
}

static struct series *series_of(struct call_metrics *metrics, const struct call *call) {
  _Atomic(struct series *) *kept = &metrics->by_code[call->method->index][call->fault.code];
  struct series *series = atomic_load_explicit(kept, memory_order_acquire);
  if (!series) {
    series = metrics_series(metrics->calls, (const char *const[]){call->method->name, code_name(call->fault.code)});
    atomic_store_explicit(kept, series, memory_order_release);
  }
  return series;
}

void observe_call(struct call_metrics *metrics, const struct call *call) {
  int64_t took_us = clock_us() - call->started_us;
  series_add(series_of(metrics, call), 1);
  series_observe_us(metrics->seconds[call->method->index], took_us);
  const struct fault *fault = &call->fault;
  if (fault->retry_ms > 0)
    series_add(metrics_series(metrics->turned_away, &fault->reason), 1);
  char user[UUID_TEXT];
  if (call->caller.known)
    uuid_write(call->caller.user, user);
  bool ours = fault->code == CODE_INTERNAL || fault->code == CODE_UNKNOWN || fault->code == CODE_DATA_LOSS;
  LOG_AT(ours ? LOG_ERROR : LOG_INFO, "call", LOG_TEXT("method", call->method->name), LOG_TEXT("code", code_name(fault->code)),
         LOG_TEXT("reason", fault->code ? fault->reason : NULL), LOG_NUMBER("ms", took_us / 1000),
         LOG_TEXT("request_id", call->id), LOG_TEXT("user_id", call->caller.known ? user : NULL),
         LOG_TEXT("peer", call->peer && *call->peer ? call->peer : NULL), LOG_TEXT("internal", fault->internal));
}

void observe_repeat(struct call_metrics *metrics, enum repeat why) {
  series_add(metrics->repeats[why], 1);
}

void observe_transaction(struct call_metrics *metrics, enum pool pool) {
  series_add(metrics->transactions[pool], 1);
}

void observe_halving(struct call_metrics *metrics) {
  series_add(metrics->halvings, 1);
}

void observe_sqlstate(struct call_metrics *metrics, const char *sqlstate) {
  if (strlen(sqlstate) < 2 || strncmp(sqlstate, "ZF", 2) == 0) // the server's own refusals are no errors
    return;
  const char class[] = {sqlstate[0], sqlstate[1], 0}, *value = class;
  series_add(metrics_series(metrics->errors, &value), 1);
}

void observe_connection(struct call_metrics *metrics, enum pool pool, enum connection_state from, enum connection_state to) {
  if (from != to)
    series_add(metrics->connections[pool][from], -1);
  series_add(metrics->connections[pool][to], 1);
}
