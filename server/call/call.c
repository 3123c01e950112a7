// The life of a call.
//
//   FRESH ──submit──→ THINKING ──→ QUEUED ──→ OUT ──→ THINKING … ──→ REPLIED
//
// THINKING is admission, a handler's turn (also while it is away) and the look at what a trip brought; from it a call goes into
// the queue for a first or a further trip, or is replied to. A trip that failed for no fault of the call's is made again; a
// batch that failed whole goes on in parts; a refusal is written to the audit before its reply. Each stage has one thread at a
// time; there are no locks.

#include "base/clock.h"
#include "base/log.h"
#include "call/accounts.h"
#include "call/addresses.h"
#include "call/admission.h"
#include "call/batch.h"
#include "call/life.h"
#include "call/server.h"
#include "call/status.h"
#include "call/outbox.h"
#include "call/trip.h"
#include "call/observe.h"
#include "call/readers.h"
#include "call/refusal.h"
#include "call/workers.h"
#include <string.h>

enum { CONTENTIONS_MAX = 4, LOSSES_MAX = 3, STRAYS_MAX = 1, RETRY_MS = 1000, RETRY_STOPPING_MS = 5000 };

struct call *call_make(struct server *server, const struct method *method) {
  struct call *call = arena_hold(sizeof *call, offsetof(struct call, arena));
  call->server = server;
  call->method = method;
  call->peer = "";
  call->fault.arena = call->read_fault.arena = &call->arena;
  call->exchange = (struct exchange){
      .arena = &call->arena, .crypto = server->crypto, .schema = server->schema, .method = method, .fault = &call->fault};
  uint8_t id[UUID_BYTES];
  uuid_make_for_call(id);
  uuid_write(id, call->id);
  call->started_us = clock_us();
  return call;
}

void call_free(struct call *call) {
  struct outbox *outbox = atomic_load(&call->outbox);
  if (outbox)
    outbox_close(outbox);
  if (call->share)
    atomic_fetch_sub(&call->share->calls, 1);
  arena_drop(&call->arena);
}

void call_authorize(struct call *call, const char *header, size_t length) {
  static const char scheme[] = "bearer ";
  size_t scheme_length = sizeof scheme - 1;
  if (length <= scheme_length || strncasecmp(header, scheme, scheme_length) != 0)
    return;
  call->has_token = crypto_token_hash(call->server->crypto, header + scheme_length, length - scheme_length, call->token_hash);
}

// --- Towards the reply -----------------------------------------------------------------------------------------------

static void reply(struct call *call) {
  struct server *server = call->server;
  if (call->under_way)
    trip_close(call->under_way);
  call->stage = CALL_REPLIED;
  if (!call->own) {
    observe_call(server->metrics, call);
    accounts_leave(server->accounts, call);
  }
  call->reply(call);
  atomic_fetch_sub(&server->calls, 1);
}

// A brief call has a lane of its own, but for what becomes of a refusal, and as long as connections are there.
static struct workers *workers_for(const struct call *call) {
  struct workers *lane = call->server->lane;
  return lane && call->method->brief && !call->claims && !call->refusing && workers_ready(lane) ? lane : call->server->workers;
}

static void queue_again(struct call *call) {
  call->stage = CALL_QUEUED;
  call->position = NULL;
  if (!readers_take(call->server->readers, call))
    workers_return(workers_for(call), call);
}

// A refusal for want of identity, role or sight is written down first. (Anonymous methods keep their own account of failures. A
// stream that ends was not refused, and the server's own calls are nobody's.)
static bool must_be_audited(const struct call *call) {
  if (call->own || atomic_load(&call->outbox))
    return false;
  return !call->refusing && !call->method->anonymous && call->has_token && refusal_is(&call->fault);
}

static void end(struct call *call) {
  if (!must_be_audited(call)) {
    reply(call);
    return;
  }
  call->refusing = true;
  call->under_way = NULL;
  queue_again(call);
}

static void go(struct call *call, enum next next) {
  switch (next) {
  case NEXT_REPLY:
    end(call);
    break;
  case NEXT_TRIP:
    queue_again(call);
    break;
  case NEXT_AWAY: // it may be gone already
    break;
  }
}

// --- Coming in -------------------------------------------------------------------------------------------------------

// The first trip is the one that may find the queue full.
static void go_first(struct call *call, enum next next) {
  if (next != NEXT_TRIP) {
    go(call, next);
    return;
  }
  call->stage = CALL_QUEUED;
  if (readers_take(call->server->readers, call) || workers_put(workers_for(call), call))
    return;
  call->stage = CALL_THINKING;
  fault_set(&call->fault, CODE_UNAVAILABLE, "QUEUE_FULL", "too many calls wait");
  call->fault.retry_ms = RETRY_MS;
  end(call);
}

void call_submit(struct call *call) {
  struct server *server = call->server;
  atomic_fetch_add(&server->calls, 1);
  call->stage = CALL_THINKING;
  if (!admission_pass(call)) {
    end(call);
    return;
  }
  call->handler = server_handler(server, call->method);
  if (call->handler && call->handler->begin) {
    go_first(call, call->handler->begin(call));
    return;
  }
  call_trip(call, NULL, NULL, NULL);
  go_first(call, NEXT_TRIP);
}

void call_run_own(struct call *call, const char *step, ProtobufCMessage *in, ProtobufCMessage *out) {
  atomic_fetch_add(&call->server->calls, 1);
  call->own = true;
  call->handler = server_handler(call->server, call->method);
  call_trip(call, step, in, out);
  go_first(call, NEXT_TRIP);
}

void call_resume(struct call *call, enum next next) {
  go(call, next);
}

void call_trip(struct call *call, const char *step_name, ProtobufCMessage *in, ProtobufCMessage *out) {
  const struct step *step = server_step(call->handler, step_name);
  call->script = server_script(call->server, call->method, step_name);
  call->nobody = call->method->anonymous || (step && step->own_transaction);
  if (!call->response)
    call->response = message_new(&call->arena, call->method->output);
  call->exchange.in = in ? in : call->request;
  call->exchange.out = out ? out : call->response;
  call->exchange.sealing = NULL;
  call->under_way = NULL;
}

// --- Coming back -----------------------------------------------------------------------------------------------------

static bool once_more(struct call *call, int *so_far, int limit, enum repeat why) {
  if (*so_far >= limit || !life_may_go_out(call))
    return false;
  ++*so_far;
  observe_repeat(call->server->metrics, why);
  return true;
}

// Whether a trip of which nobody knows how it ended may be made again: it changes nothing, or finds its own claim.
static bool is_safe_to_repeat(const struct call *call) {
  const struct trip *trip = call->under_way;
  return trip->undone || trip->claims || call->own || call->method->read_only || trip->kind != TRIP_SCRIPT;
}

static bool is_made_again(struct call *call) {
  struct trip *trip = call->under_way;
  if (trip->lost)
    return is_safe_to_repeat(call) && once_more(call, &trip->losses, LOSSES_MAX, REPEAT_LOSS);
  switch (status_remedy(trip->sqlstate)) {
  case REMEDY_REPEAT:
    return once_more(call, &trip->contentions, CONTENTIONS_MAX, REPEAT_CONTENTION);
  case REMEDY_RECONNECT:
    return once_more(call, &trip->losses, LOSSES_MAX, REPEAT_LOSS);
  case REMEDY_CANCELLED: // by a cancel that was meant for the call before
    return !trip->cancelled && once_more(call, &trip->strays, STRAYS_MAX, REPEAT_STRAY_CANCEL);
  default:
    return false;
  }
}

static void set_fault(struct fault *fault, enum code code, const char *reason, const char *message, int64_t retry_ms) {
  const char *internal = fault->internal;
  *fault = (struct fault){.arena = fault->arena, .internal = internal};
  fault_set(fault, code, reason, "%s", message);
  fault->retry_ms = retry_ms;
}

// Says in the trip's fault what PostgreSQL could not know: why it was cancelled, that it was lost.
static void explain(struct call *call) {
  struct trip *trip = call->under_way;
  if (trip->lost && !trip->undone)
    set_fault(&trip->fault, CODE_UNAVAILABLE, "DATABASE_AWAY", "the database went away; whether it was done is not known",
              RETRY_MS);
  if (status_remedy(trip->sqlstate) != REMEDY_CANCELLED || !trip->cancelled)
    return;
  if (atomic_load(&call->cancelled))
    set_fault(&trip->fault, CODE_CANCELLED, "CANCELLED", "the client left", 0);
  else if (clock_us() < call->deadline_us)
    set_fault(&trip->fault, CODE_UNAVAILABLE, "STOPPING", "the server is stopping", RETRY_STOPPING_MS);
}

// After the last trip of a script: the handler's turn, or the reply.
static void hand_over(struct call *call) {
  call->trip++;
  if (call->handler && call->handler->after && !call->own)
    go(call, call->handler->after(call));
  else
    end(call);
}

// The next part of a batch, or what follows the last one.
static void go_on_with_batch(struct call *call) {
  if (batch_next(call)) {
    call->under_way = NULL;
    queue_again(call);
  } else
    hand_over(call);
}

static void take_failure(struct call *call) {
  struct trip *trip = call->under_way;
  if (!call->replaying && status_remedy(trip->sqlstate) == REMEDY_REPLAY) {
    call->replaying = true;
    queue_again(call);
  } else if (batch_can_split(call)) {
    batch_split(call);
    go_on_with_batch(call);
  } else {
    explain(call);
    call->fault = trip->fault;
    hand_over(call);
  }
}

static void take_success(struct call *call) {
  bool read = trip_read_rows(call);
  trip_close(call->under_way);
  if (read && call->batch)
    go_on_with_batch(call);
  else
    hand_over(call);
}

// What a standby cannot answer, or would refuse, the primary answers: from then on it alone.
static bool goes_to_primary(struct call *call) {
  if (!call->position || !life_may_go_out(call))
    return false;
  call->at_primary = true;
  observe_repeat(call->server->metrics, REPEAT_STANDBY);
  return true;
}

void life_back(struct call *call) {
  struct trip *trip = call->under_way;
  bool failed = trip->lost || trip->fault.code != CODE_OK;
  call->stage = CALL_THINKING;
  if (failed)
    trip_close(trip);
  if (failed && (goes_to_primary(call) || is_made_again(call)))
    queue_again(call);
  else if (call->refusing) {
    if (failed)
      log_error("a refusal is missing in the audit", LOG_TEXT("request_id", call->id),
                LOG_TEXT("internal", trip->fault.internal));
    reply(call);
  } else if (failed)
    take_failure(call);
  else
    take_success(call);
}

// --- What lasts ------------------------------------------------------------------------------------------------------

bool call_is_awaited(const struct call *call, int64_t until_us, struct fault *fault) {
  if (atomic_load(&call->cancelled))
    return fault_set(fault, CODE_CANCELLED, "CANCELLED", "the client left");
  if (atomic_load(&call->server->stopping)) {
    fault_set(fault, CODE_UNAVAILABLE, "STOPPING", "the server is stopping");
    fault->retry_ms = RETRY_STOPPING_MS;
    return false;
  }
  return clock_us() < until_us || fault_set(fault, CODE_DEADLINE_EXCEEDED, "DEADLINE", "the deadline passed");
}

// --- Not going out ---------------------------------------------------------------------------------------------------

bool life_may_go_out(const struct call *call) {
  return call->refusing || (!atomic_load(&call->cancelled) && clock_us() < call->deadline_us);
}

void life_not_sent(struct call *call, enum not_sent why) {
  if (why == NOT_SENT_AWAY && goes_to_primary(call)) {
    queue_again(call);
    return;
  }
  if (!call->refusing) {
    if (atomic_load(&call->cancelled))
      set_fault(&call->fault, CODE_CANCELLED, "CANCELLED", "the client left", 0);
    else if (clock_us() >= call->deadline_us)
      set_fault(&call->fault, CODE_DEADLINE_EXCEEDED, "DEADLINE", "the deadline passed", 0);
    else if (why == NOT_SENT_STOPPING)
      set_fault(&call->fault, CODE_UNAVAILABLE, "STOPPING", "the server is stopping", RETRY_STOPPING_MS);
    else
      set_fault(&call->fault, CODE_UNAVAILABLE, "DATABASE_AWAY", "the database is not there", RETRY_MS);
  }
  call->stage = CALL_THINKING;
  reply(call);
}
