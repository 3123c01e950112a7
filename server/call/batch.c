// Where a batch fails whole on what no field rule foresaw, it is run again in groups, and a group that fails in halves, each in
// a transaction of its own, until the bad items are alone. What was accepted on the way stays: a retry of the whole finds it
// unchanged.

#include "call/batch.h"
#include "call/items.h"
#include "call/observe.h"
#include "call/server.h"
#include "call/status.h"
#include "call/trip.h"
#include <string.h>

enum { GROUP = 50, HALVINGS = 8 };

// A stretch of the order in which items run.
struct part {
  size_t from, count;
};

struct batch {
  size_t count;       // items that take part
  uint32_t *places;   // theirs - 1, in the order in which they run
  bool *out;          // by place - 1: not of the present part
  struct part *parts; // still to be run, last first
  size_t part_count;
  struct part now;
};

bool batch_can_split(const struct call *call) {
  const struct trip *trip = call->under_way;
  return call->items && trip->kind == TRIP_SCRIPT && status_remedy(trip->sqlstate) == REMEDY_SPLIT;
}

static void put_part(struct batch *batch, size_t from, size_t count) {
  if (count > 0)
    batch->parts[batch->part_count++] = (struct part){from, count};
}

static struct batch *batch_make(struct call *call) {
  struct items *items = call->items;
  struct batch *batch = arena_zalloc(&call->arena, sizeof *batch);
  batch->places = arena_array(&call->arena, items->count, sizeof *batch->places);
  batch->out = arena_array(&call->arena, items->count, sizeof *batch->out);
  for (size_t i = 0; i < items->count; i++) {
    uint32_t place = items->order ? items->order[i] : (uint32_t)i;
    if (place < items->count && !items->out[place])
      batch->places[batch->count++] = place;
  }
  batch->parts = arena_array(&call->arena, batch->count / GROUP + 1 + HALVINGS, sizeof *batch->parts);
  return batch;
}

// The whole, in groups; a batch no larger than one group is halved at once.
static void split_whole(struct batch *batch) {
  size_t group = batch->count > GROUP ? GROUP : (batch->count + 1) / 2;
  size_t groups = group > 0 ? (batch->count + group - 1) / group : 0;
  for (size_t i = groups; i-- > 0;) {
    size_t from = i * group, left = batch->count - from;
    put_part(batch, from, left < group ? left : group);
  }
}

static void refuse_item(struct call *call, size_t place) {
  const struct fault *why = &call->under_way->fault;
  struct fault *fault = items_refuse(call->items, place, &call->arena);
  fault->internal = why->internal;
  for (const struct violation *violation = why->violations; violation; violation = violation->next)
    fault_field(fault, violation->field, violation->reason, violation->limit);
  fault_set(fault, why->code, why->reason, "%s", why->message ? why->message : "");
}

void batch_split(struct call *call) {
  struct batch *batch = call->batch;
  observe_halving(call->server->metrics);
  if (!batch) {
    batch = call->batch = batch_make(call);
    batch->now = (struct part){0, batch->count};
  }
  struct part part = batch->now;
  if (part.count == 1)
    refuse_item(call, batch->places[part.from]);
  else if (part.count == batch->count)
    split_whole(batch);
  else {
    size_t half = part.count / 2;
    put_part(batch, part.from + half, part.count - half);
    put_part(batch, part.from, half);
  }
}

bool batch_next(struct call *call) {
  struct batch *batch = call->batch;
  if (batch->part_count == 0)
    return false;
  batch->now = batch->parts[--batch->part_count];
  memset(batch->out, true, call->items->count * sizeof *batch->out);
  for (size_t i = 0; i < batch->now.count; i++) {
    uint32_t place = batch->places[batch->now.from + i];
    batch->out[place] = call->items->out[place];
  }
  call->exchange.selection = (struct selection){call->items->count, batch->out};
  return true;
}
