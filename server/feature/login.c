// Signing in: find the account, check the password away from the worker, open a session for the device.
//
//   (too old?) → find → (wait?) → check → open → reply
//                                       ↘ failed → reply: BAD_CREDENTIALS

#include "feature/app_version.h"
#include "feature/features.h"
#include "feature/password.h"
#include "feature/step.h"
#include "zoufang/auth_steps.pb-c.h"
#include "zoufang/v1/auth.pb-c.h"

struct login {
  enum { LOGIN_FINDING, LOGIN_FAILING, LOGIN_OPENING } stage;
  Zoufang__AccountFound *account;
  char *access_token, *refresh_token;
};

// Who tells no version is older than any.
static bool is_too_old(const struct call *call) {
  const char *oldest = call->server->options.app_version_min;
  const Zoufang__V1__LoginRequest *request = (const void *)call->request;
  return oldest && app_version_compare(request->device->app_version, oldest) < 0;
}

static enum next login_begin(struct call *call) {
  if (is_too_old(call)) {
    fault_set(&call->fault, CODE_FAILED_PRECONDITION, "APP_TOO_OLD", "this version of the app is not served any more");
    call->fault.link = call->server->options.app_link;
    return NEXT_REPLY;
  }
  struct login *login = arena_zalloc(&call->arena, sizeof *login);
  call->state = login;
  login->stage = LOGIN_FINDING;
  login->account = (void *)step_message(call, "zoufang.AccountFound");
  call_trip(call, "find", NULL, &login->account->base);
  return NEXT_TRIP;
}

static enum next login_open(struct call *call) {
  struct login *login = call->state;
  const Zoufang__V1__LoginRequest *request = (const void *)call->request;
  Zoufang__SessionOpening *opening = (void *)step_message(call, "zoufang.SessionOpening");
  opening->user_id = login->account->user_id;
  opening->device = request->device;
  login->access_token = step_token(call, &opening->access_hash);
  login->refresh_token = step_token(call, &opening->refresh_hash);
  login->stage = LOGIN_OPENING;
  call_trip(call, "open", &opening->base, NULL);
  return NEXT_TRIP;
}

// In the password thread. An unknown account takes as long as a known one.
static enum next login_check(struct call *call) {
  struct login *login = call->state;
  const Zoufang__V1__LoginRequest *request = (const void *)call->request;
  bool known = *login->account->user_id && *login->account->password_hash;
  const char *hash = known ? login->account->password_hash : crypto_password_dummy();
  if (crypto_password_matches(hash, request->password) && known)
    return login_open(call);
  login->stage = LOGIN_FAILING;
  call_trip(call, "failed", NULL, NULL);
  return NEXT_TRIP;
}

static enum next login_found(struct call *call) {
  const struct login *login = call->state;
  return step_may_try(call, login->account->wait_ms) ? password_work(call, login_check) : NEXT_REPLY;
}

static enum next login_opened(struct call *call) {
  const struct login *login = call->state;
  Zoufang__V1__LoginResponse *response = (void *)call->response;
  response->access_token = login->access_token;
  response->refresh_token = login->refresh_token;
  return NEXT_REPLY;
}

static enum next login_after(struct call *call) {
  const struct login *login = call->state;
  if (call->fault.code != CODE_OK)
    return NEXT_REPLY;
  switch (login->stage) {
  case LOGIN_FINDING:
    return login_found(call);
  case LOGIN_OPENING:
    return login_opened(call);
  case LOGIN_FAILING:
    break;
  }
  fault_set(&call->fault, CODE_UNAUTHENTICATED, "BAD_CREDENTIALS", "no such account, or not its password");
  return NEXT_REPLY;
}

const struct handler handler_login = {
    .method = "AuthService/Login",
    .begin = login_begin,
    .after = login_after,
    .steps =
        {
            {.name = "find", .out = "zoufang.AccountFound"},
            {.name = "failed"},
            {.name = "open", .in = "zoufang.SessionOpening"},
        },
};
