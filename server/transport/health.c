// grpc.health.v1.Health: whether the server, or one of its services, takes calls.

#include "schema/embedded.h"
#include "schema/options.h"
#include "transport/grpc_front.h"
#include <grpc/health/v1/health.pb-c.h>
#include <string.h>

#define STATUS(name) GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__##name

// What a watch remembers in rpc->state: whether the service exists, and the status sent last.
enum { KNOWN = 1 << 8, STATUS_BITS = KNOWN - 1 };

static bool is_known(const char *service) {
  if (!service[0])
    return true;
  for (size_t i = 0; i < api_services_count; i++) {
    if (strcmp(api_services[i]->name, service) == 0)
      return true;
  }
  return false;
}

static int status_now(const struct grpc_front *front, bool known) {
  if (!known)
    return STATUS(SERVICE_UNKNOWN);
  return !front->stopped && server_ready(front->server) ? STATUS(SERVING) : STATUS(NOT_SERVING);
}

static Grpc__Health__V1__HealthCheckResponse response_of(int status) {
  Grpc__Health__V1__HealthCheckResponse response = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__INIT;
  response.status = (Grpc__Health__V1__HealthCheckResponse__ServingStatus)status;
  return response;
}

static const Grpc__Health__V1__HealthCheckRequest *read_request(struct rpc *rpc, const uint8_t *bytes, size_t length) {
  ProtobufCAllocator scratch = arena_allocator(&rpc->front->scratch);
  return bytes ? grpc__health__v1__health_check_request__unpack(&scratch, length, bytes) : NULL;
}

static void refuse_damaged(struct rpc *rpc) {
  rpc_finish(rpc, NULL, CODE_INVALID_ARGUMENT, "the request cannot be read");
}

static void check(struct rpc *rpc, const uint8_t *bytes, size_t length) {
  const Grpc__Health__V1__HealthCheckRequest *request = read_request(rpc, bytes, length);
  if (!request) {
    refuse_damaged(rpc);
    return;
  }
  if (!is_known(request->service)) {
    rpc_finish(rpc, NULL, CODE_NOT_FOUND, "there is no such service");
    return;
  }
  Grpc__Health__V1__HealthCheckResponse response = response_of(status_now(rpc->front, true));
  rpc_finish(rpc, &response.base, CODE_OK, "");
}

static void tell(struct rpc *rpc, int status) {
  rpc->state = (rpc->state & KNOWN) | status;
  Grpc__Health__V1__HealthCheckResponse response = response_of(status);
  rpc_send(rpc, &response.base);
}

static void watch(struct rpc *rpc, const uint8_t *bytes, size_t length) {
  const Grpc__Health__V1__HealthCheckRequest *request = read_request(rpc, bytes, length);
  if (!request) {
    refuse_damaged(rpc);
    return;
  }
  bool known = is_known(request->service);
  rpc->state = known ? KNOWN : 0;
  tell(rpc, status_now(rpc->front, known));
}

static void tell_change(struct rpc *rpc) {
  int status = status_now(rpc->front, rpc->state & KNOWN);
  if (status == (rpc->state & STATUS_BITS))
    rpc_park(rpc);
  else
    tell(rpc, status);
}

const struct native health_natives[] = {
    {"/grpc.health.v1.Health/Check", check, NULL, NULL},
    {"/grpc.health.v1.Health/Watch", watch, tell_change, tell_change},
    {NULL, NULL, NULL, NULL},
};
