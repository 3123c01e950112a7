// One-time codes: made for who asks, told once and kept as a keyed hash; used by the user himself, who sets his password by
// one.
//
//   EnrolUser:  ask → reply with the code
//   Enrol:      find → (wait?) → hash → open → reply
//                              ↘ failed → reply: BAD_CREDENTIALS

#include "feature/features.h"
#include "feature/password.h"
#include "feature/step.h"
#include "zoufang/auth_steps.pb-c.h"
#include "zoufang/v1/auth.pb-c.h"
#include "zoufang/v1/people.pb-c.h"

// --- EnrolUser -------------------------------------------------------------------------------------------------------

struct enrolment_asked {
  Zoufang__EnrolmentAsked *answer;
  char *code;
};

static enum next ask_begin(struct call *call) {
  const Zoufang__V1__EnrolUserRequest *request = (const void *)call->request;
  struct enrolment_asked *asked = arena_zalloc(&call->arena, sizeof *asked);
  call->state = asked;
  Zoufang__EnrolmentAsking *asking = (void *)step_message(call, "zoufang.EnrolmentAsking");
  asking->user_id = request->id;
  asking->lost_password = request->lost_password;
  asking->reason = request->reason;
  asking->request_id = request->request_id;
  asked->code = step_code(call, &asking->code_hash);
  asked->answer = (void *)step_message(call, "zoufang.EnrolmentAsked");
  call_trip(call, "ask", &asking->base, &asked->answer->base);
  return NEXT_TRIP;
}

static enum next ask_after(struct call *call) {
  const struct enrolment_asked *asked = call->state;
  if (call->fault.code != CODE_OK)
    return NEXT_REPLY;
  Zoufang__V1__EnrolUserResponse *response = (void *)call->response;
  response->approval_id = asked->answer->approval_id;
  response->expires_at = asked->answer->expires_at;
  if (asked->answer->made)
    response->code = asked->code;
  return NEXT_REPLY;
}

const struct handler handler_enrol_user = {
    .method = "PeopleService/EnrolUser",
    .begin = ask_begin,
    .after = ask_after,
    .steps = {{.name = "ask", .in = "zoufang.EnrolmentAsking", .out = "zoufang.EnrolmentAsked"}},
};

// --- Enrol -----------------------------------------------------------------------------------------------------------

struct enrolment {
  enum { ENROL_FINDING, ENROL_FAILING, ENROL_OPENING } stage;
  Zoufang__EnrolmentFound *found;
  char *access_token, *refresh_token;
};

static enum next enrol_failed(struct call *call) {
  struct enrolment *enrolment = call->state;
  enrolment->stage = ENROL_FAILING;
  call_trip(call, "failed", NULL, NULL);
  return NEXT_TRIP;
}

static enum next enrol_begin(struct call *call) {
  const Zoufang__V1__EnrolRequest *request = (const void *)call->request;
  struct enrolment *enrolment = arena_zalloc(&call->arena, sizeof *enrolment);
  call->state = enrolment;
  if (!password_acceptable(&call->fault, "new_password", request->new_password, request->username))
    return NEXT_REPLY;
  Zoufang__EnrolmentSought *sought = (void *)step_message(call, "zoufang.EnrolmentSought");
  sought->username = request->username;
  if (!step_code_hash(call, request->code, &sought->code_hash))
    return enrol_failed(call);
  enrolment->found = (void *)step_message(call, "zoufang.EnrolmentFound");
  call_trip(call, "find", &sought->base, &enrolment->found->base);
  return NEXT_TRIP;
}

// In the password thread.
static enum next enrol_open(struct call *call) {
  struct enrolment *enrolment = call->state;
  const Zoufang__V1__EnrolRequest *request = (const void *)call->request;
  Zoufang__EnrolmentUse *use = (void *)step_message(call, "zoufang.EnrolmentUse");
  use->approval_id = enrolment->found->approval_id;
  use->user_id = enrolment->found->user_id;
  use->password_hash = crypto_password_hash(&call->arena, request->new_password);
  use->device = request->device;
  enrolment->access_token = step_token(call, &use->access_hash);
  enrolment->refresh_token = step_token(call, &use->refresh_hash);
  enrolment->stage = ENROL_OPENING;
  call_trip(call, "open", &use->base, NULL);
  return NEXT_TRIP;
}

static enum next enrol_found(struct call *call) {
  const struct enrolment *enrolment = call->state;
  if (!step_may_try(call, enrolment->found->wait_ms))
    return NEXT_REPLY;
  return *enrolment->found->approval_id ? password_work(call, enrol_open) : enrol_failed(call);
}

static enum next enrol_opened(struct call *call) {
  const struct enrolment *enrolment = call->state;
  Zoufang__V1__LoginResponse *response = (void *)call->response;
  response->access_token = enrolment->access_token;
  response->refresh_token = enrolment->refresh_token;
  return NEXT_REPLY;
}

static enum next enrol_after(struct call *call) {
  const struct enrolment *enrolment = call->state;
  if (call->fault.code != CODE_OK)
    return NEXT_REPLY;
  switch (enrolment->stage) {
  case ENROL_FINDING:
    return enrol_found(call);
  case ENROL_OPENING:
    return enrol_opened(call);
  case ENROL_FAILING:
    break;
  }
  fault_set(&call->fault, CODE_UNAUTHENTICATED, "BAD_CREDENTIALS", "no such account, or not its code");
  return NEXT_REPLY;
}

const struct handler handler_enrol = {
    .method = "AuthService/Enrol",
    .begin = enrol_begin,
    .after = enrol_after,
    .steps =
        {
            {.name = "find", .in = "zoufang.EnrolmentSought", .out = "zoufang.EnrolmentFound"},
            {.name = "failed"},
            {.name = "open", .in = "zoufang.EnrolmentUse"},
        },
};
