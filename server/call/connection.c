// A connection in pipeline mode. Everything of a trip up to its Sync is one transaction of PostgreSQL's, without BEGIN and
// COMMIT; what must not share its fate (a Parse, a DEALLOCATE) goes ahead in the same write under a Sync of its own.

#include "call/connection.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "call/engine.h"
#include "call/refusal.h"
#include "call/status.h"
#include <stdio.h>
#include <string.h>

enum { BINARY = 1, SEND_PARAMETERS = 7 };
static const char READ_ONLY[] = "25006";

void connection_adopt(struct connection *connection, PGconn *pg) {
  connection->pg = pg;
  connection->fd = PQsocket(pg);
  connection->worn = connection->wants_to_write = false;
  connection->first = connection->count = 0;
  connection->prepared_count = 0;
  memset(connection->used_at, 0, sizeof connection->used_at);
}

static struct outing *outing_at(const struct connection *connection, unsigned place) {
  return &connection->outings[(connection->first + place) % connection->depth];
}

bool connection_has_room(const struct connection *connection) {
  return connection->pg && !connection->worn && connection->count < connection->depth;
}

struct call *connection_oldest(const struct connection *connection) {
  return connection->count ? outing_at(connection, 0)->call : NULL;
}

// To the call that goes out, the newest.
static void push_step(struct connection *connection, enum step_kind kind, unsigned statement) {
  struct outing *outing = outing_at(connection, connection->count - 1);
  outing->steps[outing->step_count++] = (struct step_out){.kind = kind, .statement = statement};
}

// --- Going out -------------------------------------------------------------------------------------------------------

static void forget(struct connection *connection, const struct variant *variant) {
  connection->used_at[variant->id] = 0;
  for (unsigned i = 0; i < connection->prepared_count; i++)
    if (connection->prepared[i] == variant)
      connection->prepared[i--] = connection->prepared[--connection->prepared_count];
}

// Makes room for one more prepared statement: drops the one that was used longest ago.
static bool drop_oldest(struct connection *connection) {
  unsigned oldest = 0;
  for (unsigned i = 1; i < connection->prepared_count; i++)
    if (connection->used_at[connection->prepared[i]->id] < connection->used_at[connection->prepared[oldest]->id])
      oldest = i;
  char sql[sizeof "deallocate " + sizeof connection->prepared[oldest]->name];
  snprintf(sql, sizeof sql, "deallocate %s", connection->prepared[oldest]->name);
  forget(connection, connection->prepared[oldest]);
  push_step(connection, STEP_ASIDE, 0);
  return PQsendQueryParams(connection->pg, sql, 0, NULL, NULL, NULL, NULL, BINARY) == 1;
}

static bool prepare(struct connection *connection, const struct variant *variant, unsigned statement) {
  if (connection->prepared_count == CONNECTION_PREPARED_MAX && !drop_oldest(connection))
    return false;
  connection->used_at[variant->id] = connection->clock;
  connection->prepared[connection->prepared_count++] = variant;
  push_step(connection, STEP_PREPARE, statement);
  return PQsendPrepare(connection->pg, variant->name, variant->sql, variant->parameter_count, variant->types) == 1;
}

// Parses what the trip needs and the connection has not, ahead of the trip and under a Sync of its own: the trip's errors
// cannot undo it.
static bool prepare_missing(struct connection *connection, const struct trip *trip) {
  connection->clock++;
  for (unsigned i = 0; i < trip->statement_count; i++)
    if (connection->used_at[trip->variants[i]->id])
      connection->used_at[trip->variants[i]->id] = connection->clock;
  for (unsigned i = 0; i < trip->statement_count; i++)
    if (!connection->used_at[trip->variants[i]->id] && !prepare(connection, trip->variants[i], i))
      return false;
  if (outing_at(connection, connection->count - 1)->step_count == 0)
    return true;
  push_step(connection, STEP_SYNC_ASIDE, 0);
  return PQpipelineSync(connection->pg) == 1;
}

static bool send_statement(struct connection *connection, const struct trip *trip, unsigned i) {
  const struct variant *variant = trip->variants[i];
  const struct parameters *p = &trip->parameters[i];
  push_step(connection, STEP_STATEMENT, i);
  if (connection->prepares)
    return PQsendQueryPrepared(connection->pg, variant->name, p->count, p->values, p->lengths, p->formats, BINARY) == 1;
  return PQsendQueryParams(connection->pg, variant->sql, p->count, variant->types, p->values, p->lengths, p->formats, BINARY) ==
         1;
}

// A parameter of the engine's own statements.
struct value {
  const void *bytes; // NULL: null
  int length;
};

static bool send_engine(struct connection *connection, enum engine_statement statement, enum step_kind kind, int count,
                        const struct value *values) {
  const char *bytes[SEND_PARAMETERS];
  int lengths[SEND_PARAMETERS], formats[SEND_PARAMETERS];
  for (int i = 0; i < count; i++) {
    bytes[i] = values[i].bytes;
    lengths[i] = values[i].length;
    formats[i] = BINARY;
  }
  push_step(connection, kind, 0);
  if (connection->prepares)
    return PQsendQueryPrepared(connection->pg, engine_name(statement), count, bytes, lengths, formats, BINARY) == 1;
  return PQsendQueryParams(connection->pg, engine_sql(statement), count, NULL, bytes, lengths, formats, BINARY) == 1;
}

static void write_be32(uint8_t bytes[4], uint32_t value) {
  for (int i = 0; i < 4; i++)
    bytes[i] = (uint8_t)(value >> (24 - 8 * i));
}

static struct value text_value(const char *text) {
  return (struct value){text, text ? (int)strlen(text) : 0};
}

// What goes before who-am-I: where a standby must be, and whose days are counted where that was not said once.
static bool send_before(struct connection *connection, const struct trip *trip) {
  if (trip->position && !send_engine(connection, ENGINE_STAND_AT, STEP_AROUND, 1, (struct value[]){text_value(trip->position)}))
    return false;
  return !connection->time_zone ||
         send_engine(connection, ENGINE_SET_ZONE, STEP_AROUND, 1, (struct value[]){text_value(connection->time_zone)});
}

static bool send_begin(struct connection *connection, const struct call *call, const uint8_t id[UUID_BYTES]) {
  const struct trip *trip = call->under_way;
  int64_t left_ms = (trip->deadline_us - trip->sent_us + 999) / 1000;
  uint8_t timeout[4], roles[4], read_only = call->method->read_only;
  write_be32(timeout, left_ms > 1 ? (uint32_t)left_ms : 1);
  write_be32(roles, call->method->roles);
  const struct value method = text_value(call->method->name), peer = text_value(call->peer);
  if (!trip->signed_in)
    return send_engine(connection, ENGINE_BEGIN_ANONYMOUS, STEP_AROUND, 4,
                       (struct value[]){{timeout, sizeof timeout}, method, {id, UUID_BYTES}, peer});
  return send_engine(connection, ENGINE_BEGIN_CALL, STEP_BEGIN, 7,
                     (struct value[]){{call->token_hash, sizeof call->token_hash},
                                      {roles, sizeof roles},
                                      {&read_only, 1},
                                      {timeout, sizeof timeout},
                                      method,
                                      {id, UUID_BYTES},
                                      peer});
}

static bool send_claim(struct connection *connection, const struct call *call) {
  return send_engine(connection, ENGINE_CLAIM, STEP_AROUND, 3,
                     (struct value[]){text_value(call->keep.method),
                                      {call->keep.request_id, UUID_BYTES},
                                      {call->keep.hash, sizeof call->keep.hash}});
}

static bool send_refusal(struct connection *connection, struct call *call, const uint8_t id[UUID_BYTES]) {
  uint8_t code[4];
  write_be32(code, call->fault.code);
  return send_engine(connection, ENGINE_AUDIT_REFUSAL, STEP_AROUND, 7,
                     (struct value[]){{call->has_token ? call->token_hash : NULL, sizeof call->token_hash},
                                      text_value(call->method->name),
                                      {id, UUID_BYTES},
                                      {code, sizeof code},
                                      text_value(call->fault.reason),
                                      text_value(call->peer),
                                      text_value(refusal_records(call))});
}

bool connection_send(struct connection *connection, struct call *call) {
  struct trip *trip = call->under_way;
  uint8_t id[UUID_BYTES];
  uuid_read(call->id, UUID_TEXT - 1, id);
  struct outing *outing = outing_at(connection, connection->count++);
  outing->call = call;
  outing->step = outing->step_count = 0;
  trip->sent_us = clock_us();
  bool sent = (!connection->prepares || prepare_missing(connection, trip)) && send_before(connection, trip) &&
              send_begin(connection, call, id);
  if (sent && trip->kind == TRIP_REFUSAL)
    sent = send_refusal(connection, call, id);
  if (sent && trip->claims)
    sent = send_claim(connection, call);
  for (unsigned i = 0; sent && i < trip->statement_count; i++)
    sent = send_statement(connection, trip, i);
  push_step(connection, STEP_SYNC, 0);
  return sent && PQpipelineSync(connection->pg) == 1;
}

int connection_flush(struct connection *connection) {
  return PQflush(connection->pg);
}

// --- Coming back -----------------------------------------------------------------------------------------------------

static const char *sqlstate_of(const PGresult *result) {
  const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  return sqlstate ? sqlstate : "";
}

// A standby takes no changes, and is no worse for it: the primary is asked next.
static bool is_of_a_standby(const struct connection *connection, const char *sqlstate) {
  return connection->pool == POOL_STANDBY && strcmp(sqlstate, READ_ONLY) == 0;
}

// The first error is why; what follows it in the pipeline was skipped.
static void take_error(struct connection *connection, const struct step_out *step, const PGresult *result) {
  struct trip *trip = connection_oldest(connection)->under_way;
  const char *sqlstate = sqlstate_of(result);
  observe_sqlstate(connection->metrics, sqlstate);
  if (trip->fault.code != CODE_OK)
    return;
  connection->worn |= status_remedy(sqlstate) == REMEDY_RECONNECT && !is_of_a_standby(connection, sqlstate);
  trip->undone = step->kind != STEP_SYNC;
  snprintf(trip->sqlstate, sizeof trip->sqlstate, "%s", sqlstate);
  status_from_postgres(&trip->fault, result);
}

static bool is_sync(const struct step_out *step) {
  return step->kind == STEP_SYNC || step->kind == STEP_SYNC_ASIDE;
}

// What a step's failure means. A Parse that fails makes its statement fail as well, which tells the call.
static void take_failure(struct connection *connection, const struct step_out *step, const PGresult *result, bool skipped) {
  if (step->kind == STEP_PREPARE)
    forget(connection, connection_oldest(connection)->under_way->variants[step->statement]);
  if (!skipped && step->kind != STEP_ASIDE)
    take_error(connection, step, result);
}

// Takes over a statement's rows; true where the result must not be cleared.
static bool take_rows(struct connection *connection, const struct step_out *step, PGresult *result) {
  struct call *call = connection_oldest(connection);
  struct trip *trip = call->under_way;
  if (step->kind == STEP_BEGIN)
    trip_read_caller(call, result);
  if (step->kind != STEP_STATEMENT || trip->results[step->statement])
    return false;
  trip->results[step->statement] = result;
  return true;
}

static void take_result(struct connection *connection, struct outing *outing, PGresult *result) {
  struct step_out *step = &outing->steps[outing->step];
  ExecStatusType status = PQresultStatus(result);
  bool kept = false;
  if (status == PGRES_PIPELINE_SYNC)
    outing->step++;
  else {
    step->answered = !is_sync(step); // an error at Sync (a deferred constraint) comes before Sync's own answer
    if (status == PGRES_FATAL_ERROR || status == PGRES_PIPELINE_ABORTED)
      take_failure(connection, step, result, status == PGRES_PIPELINE_ABORTED);
    else
      kept = take_rows(connection, step, result);
  }
  if (!kept)
    PQclear(result);
}

bool connection_consume(struct connection *connection) {
  return PQconsumeInput(connection->pg) == 1;
}

// One answer of libpq's to the oldest call. False where the connection is lost.
static bool read_one(struct connection *connection, struct outing *outing) {
  struct step_out *step = &outing->steps[outing->step];
  PGresult *result = PQgetResult(connection->pg);
  if (PQstatus(connection->pg) == CONNECTION_BAD) {
    if (result && PQresultStatus(result) == PGRES_FATAL_ERROR && *sqlstate_of(result))
      take_failure(connection, step, result, false);
    PQclear(result);
    return false;
  }
  if (result)
    take_result(connection, outing, result);
  else if (step->answered)
    outing->step++;
  else if (!is_sync(step))
    return false; // libpq and we disagree on what is out
  return true;
}

enum arrival connection_read(struct connection *connection) {
  if (connection->count == 0)
    return ARRIVAL_NONE;
  struct outing *outing = outing_at(connection, 0);
  while (outing->step < outing->step_count && !PQisBusy(connection->pg))
    if (!read_one(connection, outing))
      return ARRIVAL_LOST;
  return outing->step == outing->step_count ? ARRIVAL_TRIP : ARRIVAL_NONE;
}

struct call *connection_release(struct connection *connection) {
  struct call *call = connection_oldest(connection);
  if (call) {
    connection->first = (connection->first + 1) % connection->depth;
    connection->count--;
  }
  return call;
}

void connection_lose(struct connection *connection) {
  PQfinish(connection->pg);
  connection->pg = NULL;
  for (unsigned i = 0; i < connection->count; i++)
    outing_at(connection, i)->call->under_way->lost = true;
}
