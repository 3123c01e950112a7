// What operators see of calls and of the database: metrics, and one line of the log a call.

#pragma once
#include "call/call.h"

struct call_metrics;
struct server;

enum repeat { REPEAT_CONTENTION, REPEAT_LOSS, REPEAT_STRAY_CANCEL, REPEAT_STANDBY, REPEATS };
enum pool { POOL_WORKERS, POOL_LANE, POOL_STANDBY, POOLS };
enum connection_state { CONNECTION_AWAY, CONNECTION_IDLE, CONNECTION_BUSY, CONNECTION_STATES };

// The families; once, before threads.
struct call_metrics *observe_open(const struct schema *schema);
void observe_close(struct call_metrics *metrics);

// A call that is about to be replied to: counts and times it, and writes its line.
void observe_call(struct call_metrics *metrics, const struct call *call);

void observe_repeat(struct call_metrics *metrics, enum repeat why);
void observe_transaction(struct call_metrics *metrics, enum pool pool);
void observe_halving(struct call_metrics *metrics);
void observe_sqlstate(struct call_metrics *metrics, const char *sqlstate);
void observe_connection(struct call_metrics *metrics, enum pool pool, enum connection_state from, enum connection_state to);
