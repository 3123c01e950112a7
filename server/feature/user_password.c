// CreateUser and UpdateUser: no password is put in for another. He sets it himself, by a one-time code (enrol.c).

#include "feature/features.h"
#include "zoufang/v1/people.pb-c.h"

static const Zoufang__V1__User *user_of(const struct call *call) {
  bool creates = call->method->input->descriptor == &zoufang__v1__create_user_request__descriptor;
  return creates ? ((const Zoufang__V1__CreateUserRequest *)(const void *)call->request)->user
                 : ((const Zoufang__V1__UpdateUserRequest *)(const void *)call->request)->user;
}

static enum next user_begin(struct call *call) {
  if (*user_of(call)->password) {
    fault_field(&call->fault, "user.password", "BY_CODE", NULL);
    return NEXT_REPLY;
  }
  call_trip(call, NULL, NULL, NULL);
  return NEXT_TRIP;
}

const struct handler handler_create_user = {.method = "PeopleService/CreateUser", .begin = user_begin};
const struct handler handler_update_user = {.method = "PeopleService/UpdateUser", .begin = user_begin};
