// One transaction of a call: its statements chosen and bound before it goes out, its rows read after it came back.

#include "call/trip.h"
#include "base/clock.h"
#include "call/items.h"
#include "call/server.h"
#include "store/page.h"
#include <string.h>

enum { REFUSAL_MS = 2000 };

static enum trip_kind kind_of(const struct call *call) {
  if (call->refusing)
    return TRIP_REFUSAL;
  return call->replaying ? TRIP_REPLAY : TRIP_SCRIPT;
}

// A request id is claimed where the method's own script runs; a handler's steps are its own business.
static bool claims_now(const struct call *call, enum trip_kind kind) {
  return kind == TRIP_SCRIPT && call->claims && call->script == server_script(call->server, call->method, NULL);
}

static const struct keep *keep_of(const struct call *call, unsigned statement) {
  const struct trip *trip = call->under_way;
  bool keeps = trip->kind == TRIP_REPLAY || (trip->claims && statement + 1 == trip->statement_count);
  return keeps ? &call->keep : NULL;
}

static bool choose_and_bind(struct call *call, unsigned i) {
  struct trip *trip = call->under_way;
  const struct keep *keep = keep_of(call, i);
  trip->variants[i] =
      trip->kind == TRIP_REPLAY ? script_replay(call->script) : script_variant(call->script, i, &call->exchange, keep);
  if (!trip->variants[i])
    return fault_set(&trip->fault, CODE_INTERNAL, "INTERNAL", "no statement for this request");
  return variant_bind(trip->variants[i], &call->exchange, keep, &trip->parameters[i]);
}

static bool bind_once(struct call *call) {
  for (unsigned i = 0; i < call->under_way->statement_count; i++)
    if (!choose_and_bind(call, i))
      return false;
  return true;
}

// Takes the items that the trip's fault names out of the trip. False where it names none.
static bool leave_out(struct call *call) {
  struct items *items = call->items;
  if (!items || !items_sort(items, &call->under_way->fault, &call->arena))
    return false;
  for (size_t i = 0; i < items->count; i++)
    call->exchange.selection.out[i] |= items->out[i];
  call->under_way->fault = (struct fault){.arena = &call->arena};
  return true;
}

// Binds every statement. An item whose values do not fit their columns is left out, and the rest bound again.
static bool bind_all(struct call *call) {
  size_t tries = call->items ? call->items->count : 0;
  while (!bind_once(call))
    if (tries-- == 0 || !leave_out(call))
      return false;
  return true;
}

bool trip_make(struct call *call) {
  struct trip *trip = call->under_way;
  if (!trip)
    trip = call->under_way = arena_zalloc(&call->arena, sizeof *trip);
  enum trip_kind kind = kind_of(call);
  *trip = (struct trip){.kind = kind,
                        .signed_in = kind != TRIP_REFUSAL && !call->nobody,
                        .position = call->position,
                        .deadline_us = kind == TRIP_REFUSAL ? clock_us() + REFUSAL_MS * 1000 : call->deadline_us,
                        .fault = {.arena = &call->arena},
                        .contentions = trip->contentions,
                        .losses = trip->losses,
                        .strays = trip->strays};
  if (kind == TRIP_REFUSAL)
    return true;
  trip->claims = claims_now(call, kind);
  trip->statement_count = kind == TRIP_REPLAY ? 1 : script_statement_count(call->script);
  trip->parameters = arena_alloc(&call->arena, trip->statement_count * sizeof *trip->parameters);
  call->exchange.fault = &trip->fault;
  return bind_all(call);
}

void trip_close(struct trip *trip) {
  for (unsigned i = 0; i < trip->statement_count; i++) {
    PQclear(trip->results[i]);
    trip->results[i] = NULL;
  }
}

void trip_read_caller(struct call *call, const PGresult *row) {
  uint8_t *const into[] = {call->caller.user, call->caller.office, call->caller.session};
  if (PQntuples(row) != 1 || PQnfields(row) != 3)
    return;
  for (int i = 0; i < 3; i++)
    if (PQgetlength(row, 0, i) == UUID_BYTES)
      memcpy(into[i], PQgetvalue(row, 0, i), UUID_BYTES);
  call->caller.known = true;
}

bool trip_read_rows(struct call *call) {
  struct trip *trip = call->under_way;
  call->exchange.fault = &call->fault;
  for (unsigned i = 0; i < trip->statement_count; i++)
    if (!variant_rows(trip->variants[i], &call->exchange, trip->results[i]))
      return false;
  bool paged = call->method->page_token && call->exchange.out == call->response;
  return !paged || page_write(&call->exchange, call->caller.user);
}
