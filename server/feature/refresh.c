// Exchanging a refresh token: the successor's hashes go to the database, which says whether the token was good, good again (its
// answer was lost), or used by two (then the session is over).

#include "feature/features.h"
#include "feature/step.h"
#include "zoufang/auth_steps.pb-c.h"
#include "zoufang/v1/auth.pb-c.h"

struct refresh {
  Zoufang__SessionRotated *rotated;
  char *access_token, *refresh_token;
};

static enum next refresh_begin(struct call *call) {
  const Zoufang__V1__RefreshRequest *request = (const void *)call->request;
  struct refresh *refresh = arena_zalloc(&call->arena, sizeof *refresh);
  call->state = refresh;
  Zoufang__SessionRotation *rotation = (void *)step_message(call, "zoufang.SessionRotation");
  if (!step_token_hash(call, request->refresh_token, &rotation->refresh_hash)) {
    fault_set(&call->fault, CODE_UNAUTHENTICATED, "SESSION_EXPIRED", "no such refresh token");
    return NEXT_REPLY;
  }
  rotation->device_id = request->device_id;
  refresh->access_token = step_token(call, &rotation->new_access_hash);
  refresh->refresh_token = step_token(call, &rotation->new_refresh_hash);
  refresh->rotated = (void *)step_message(call, "zoufang.SessionRotated");
  call_trip(call, "rotate", &rotation->base, &refresh->rotated->base);
  return NEXT_TRIP;
}

static enum next refresh_after(struct call *call) {
  const struct refresh *refresh = call->state;
  if (call->fault.code != CODE_OK)
    return NEXT_REPLY;
  if (!refresh->rotated->rotated) {
    fault_set(&call->fault, CODE_UNAUTHENTICATED, refresh->rotated->reused ? "REFRESH_REUSED" : "SESSION_EXPIRED",
              "the session has ended; sign in again");
    return NEXT_REPLY;
  }
  Zoufang__V1__RefreshResponse *response = (void *)call->response;
  response->access_token = refresh->access_token;
  response->refresh_token = refresh->refresh_token;
  response->expires_at = refresh->rotated->expires_at;
  response->refresh_expires_at = refresh->rotated->refresh_expires_at;
  return NEXT_REPLY;
}

const struct handler handler_refresh = {
    .method = "AuthService/Refresh",
    .begin = refresh_begin,
    .after = refresh_after,
    .steps = {{.name = "rotate", .in = "zoufang.SessionRotation", .out = "zoufang.SessionRotated"}},
};
