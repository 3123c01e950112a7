// An export's own questions go through the workers, as calls of the server's own: its connection is held by its snapshot, which
// sees neither a session that ended nor a grant.

#include "feature/export_life.h"
#include "base/clock.h"
#include "base/log.h"
#include "feature/step.h"
#include "zoufang/export_steps.pb-c.h"
#include <stdio.h>
#include <string.h>

static const int64_t LOOK_US = 1000 * 1000, ASK_US = 5 * 1000 * 1000, PATIENCE_US = 15 * 1000 * 1000;

static bool end_with(struct export_life *life, enum code code, const char *reason, const char *message) {
  return fault_set(&life->call->fault, code, reason, "%s", message);
}

// --- Asking ------------------------------------------------------------------------------------------------------------

// The reply function of an ask, in any thread. The life goes on until this has let go of it.
static void come_back(struct call *ask) {
  struct export_life *life = ask->transport;
  const Zoufang__ExportSight *sight = (const void *)ask->exchange.out;
  bool looked = ask->exchange.out->descriptor == &zoufang__export_sight__descriptor;
  pthread_mutex_lock(&life->lock);
  life->out = false;
  life->code = ask->fault.code;
  if (looked && life->code == CODE_OK) {
    life->good_us = clock_us();
    if (strcmp(sight->mark, life->mark) != 0)
      life->code = CODE_PERMISSION_DENIED;
  }
  pthread_cond_signal(&life->came);
  pthread_mutex_unlock(&life->lock);
  call_free(ask);
}

static void ask_step(struct export_life *life, struct call *ask, const char *step, ProtobufCMessage *in, const char *out) {
  ask->transport = life;
  ask->reply = come_back;
  ask->deadline_us = clock_us() + ASK_US;
  pthread_mutex_lock(&life->lock);
  life->out = true;
  pthread_mutex_unlock(&life->lock);
  call_run_own(ask, step, in, step_message(ask, out));
}

// Under the caller's session, and the export's own id.
static struct call *ask_as_caller(const struct export_life *life) {
  struct call *ask = call_make(life->call->server, life->call->method);
  memcpy(ask->id, life->call->id, sizeof ask->id);
  ask->peer = arena_strdup(&ask->arena, life->call->peer);
  ask->has_token = true;
  memcpy(ask->token_hash, life->call->token_hash, sizeof ask->token_hash);
  return ask;
}

static void await(struct export_life *life) {
  pthread_mutex_lock(&life->lock);
  while (life->out)
    pthread_cond_wait(&life->came, &life->lock);
  pthread_mutex_unlock(&life->lock);
}

// --- Going on ------------------------------------------------------------------------------------------------------------

static void look(struct export_life *life) {
  struct call *ask = ask_as_caller(life);
  life->looked_us = clock_us();
  ask_step(life, ask, "look", step_message(ask, "zoufang.ExportBegin"), "zoufang.ExportSight");
}

// What the last look brought, and the next one where it is time.
static bool sees_as_before(struct export_life *life, int64_t now_us) {
  pthread_mutex_lock(&life->lock);
  enum code code = life->code;
  bool out = life->out;
  int64_t good_us = life->good_us;
  pthread_mutex_unlock(&life->lock);
  if (code == CODE_UNAUTHENTICATED)
    return end_with(life, code, "UNAUTHENTICATED", "the session ended");
  if (code == CODE_PERMISSION_DENIED)
    return end_with(life, code, "FORBIDDEN", "the caller sees other records than when it began");
  if (now_us - good_us > PATIENCE_US)
    return end_with(life, CODE_UNAVAILABLE, "DATABASE_AWAY", "the database does not say whether it may go on");
  if (!out && now_us - life->looked_us > LOOK_US)
    look(life);
  return true;
}

bool export_life_goes_on(struct export_life *life) {
  struct call *call = life->call;
  int64_t now_us = clock_us();
  if (call->fault.code != CODE_OK)
    return false;
  return call_is_awaited(call, life->until_us, &call->fault) && sees_as_before(life, now_us);
}

// --- Beginning and ending ----------------------------------------------------------------------------------------------

void export_life_open(struct export_life *life, struct call *call, const char *mark) {
  *life = (struct export_life){.call = call};
  snprintf(life->mark, sizeof life->mark, "%s", mark);
  life->looked_us = life->good_us = clock_us();
  life->until_us = life->looked_us + call->server->options.export_max_ms * 1000;
  pthread_mutex_init(&life->lock, NULL);
  pthread_cond_init(&life->came, NULL);
}

bool export_life_begin(struct export_life *life, const char *told) {
  struct call *ask = ask_as_caller(life);
  Zoufang__ExportBegin *begin = (void *)step_message(ask, "zoufang.ExportBegin");
  begin->told = arena_strdup(&ask->arena, told);
  ask_step(life, ask, "begin", &begin->base, "zoufang.ExportBegin");
  await(life);
  if (life->code == CODE_OK || life->code == CODE_UNAUTHENTICATED || life->code == CODE_PERMISSION_DENIED)
    return export_life_goes_on(life);
  return end_with(life, CODE_UNAVAILABLE, "DATABASE_AWAY", "the database is not there");
}

void export_life_end(struct export_life *life, const char *told) {
  struct call *call = life->call, *ask = call_make(call->server, call->method);
  Zoufang__ExportEnd *end = (void *)step_message(ask, "zoufang.ExportEnd");
  end->token_hash.data = memcpy(arena_alloc(&ask->arena, sizeof call->token_hash), call->token_hash, sizeof call->token_hash);
  end->token_hash.len = sizeof call->token_hash;
  end->export = arena_strdup(&ask->arena, call->id);
  end->peer = arena_strdup(&ask->arena, call->peer);
  end->told = arena_strdup(&ask->arena, told);
  await(life);
  ask_step(life, ask, "end", &end->base, "zoufang.ExportBegin");
  await(life);
  if (life->code != CODE_OK)
    log_error("an export's end is missing in the audit", LOG_TEXT("request_id", call->id), LOG_TEXT("told", told));
}

void export_life_close(struct export_life *life) {
  await(life);
  pthread_cond_destroy(&life->came);
  pthread_mutex_destroy(&life->lock);
}
