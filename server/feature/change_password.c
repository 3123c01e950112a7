// Changing one's own password: the present one is checked, the new one hashed, both away from the worker; its hash takes the
// place of the new password in the request before the method's own statements run.

#include "feature/features.h"
#include "feature/password.h"
#include "feature/step.h"
#include "zoufang/auth_steps.pb-c.h"
#include "zoufang/v1/auth.pb-c.h"

struct change {
  Zoufang__OwnPassword *own;
  bool stored;
};

static enum next change_begin(struct call *call) {
  const Zoufang__V1__ChangePasswordRequest *request = (const void *)call->request;
  struct change *change = arena_zalloc(&call->arena, sizeof *change);
  call->state = change;
  if (!password_acceptable(&call->fault, "new_password", request->new_password, ""))
    return NEXT_REPLY;
  change->own = (void *)step_message(call, "zoufang.OwnPassword");
  call_trip(call, "find", NULL, &change->own->base);
  return NEXT_TRIP;
}

static enum next change_hash(struct call *call) {
  Zoufang__V1__ChangePasswordRequest *request = (void *)call->request;
  struct change *change = call->state;
  if (!crypto_password_matches(change->own->password_hash, request->old_password)) {
    fault_field(&call->fault, "old_password", "BAD_CREDENTIALS", NULL);
    return NEXT_REPLY;
  }
  request->new_password = crypto_password_hash(&call->arena, request->new_password);
  change->stored = true;
  call_trip(call, NULL, NULL, NULL);
  return NEXT_TRIP;
}

static enum next change_after(struct call *call) {
  const struct change *change = call->state;
  if (call->fault.code != CODE_OK || change->stored)
    return NEXT_REPLY;
  return password_work(call, change_hash);
}

const struct handler handler_change_password = {
    .method = "AuthService/ChangePassword",
    .begin = change_begin,
    .after = change_after,
    .steps = {{.name = "find", .out = "zoufang.OwnPassword"}},
};
