// A message and its metadata become a call here, and a call's outcome a message or a status with its details.

#include "transport/grpc_call.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "call/admission.h"
#include "call/observe.h"
#include "call/status.h"
#include "schema/message.h"
#include "schema/wire.h"
#include "transport/grpc_payload.h"
#include <grpc/byte_buffer.h>
#include <grpc/slice.h>
#include <grpc/support/alloc.h>
#include <grpc/support/time.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  DETAILS_LIMIT_BYTES = 4096,     // of google.rpc.Status: clients take 8 KiB of metadata in all
  STATUS_TEXT_LIMIT_BYTES = 1024, // of the message beside it; percent-encoding may triple it
  WIRE_ELEMENTS = 100000,
  UNPACKED_FACTOR = 4, // what unpacking may take, as a multiple of the body limit
  RETRY_MS = 1000,
};

// --- metadata ---

static void read_authorization(struct call *call, const char *value, size_t length) {
  call_authorize(call, value, length);
}

static void read_language(struct call *call, const char *value, size_t length) {
  call->language = words_language(arena_strndup(&call->arena, value, length));
}

static const struct {
  const char *key;
  size_t length;
  void (*read)(struct call *call, const char *value, size_t length);
} METADATA[] = {
    {"authorization", sizeof "authorization" - 1, read_authorization},
    {"accept-language", sizeof "accept-language" - 1, read_language},
};

static bool is_key(const grpc_metadata *entry, const char *key, size_t length) {
  return GRPC_SLICE_LENGTH(entry->key) == length && memcmp(GRPC_SLICE_START_PTR(entry->key), key, length) == 0;
}

static void read_metadata(struct call *call, const grpc_metadata_array *metadata) {
  for (size_t i = 0; i < metadata->count; i++) {
    const grpc_metadata *entry = &metadata->metadata[i];
    for (size_t m = 0; m < sizeof METADATA / sizeof *METADATA; m++) {
      if (is_key(entry, METADATA[m].key, METADATA[m].length))
        METADATA[m].read(call, (const char *)GRPC_SLICE_START_PTR(entry->value), GRPC_SLICE_LENGTH(entry->value));
    }
  }
}

static int64_t deadline_us(gpr_timespec deadline) {
  if (gpr_time_cmp(deadline, gpr_inf_future(deadline.clock_type)) == 0)
    return 0;
  gpr_timespec left = gpr_time_sub(deadline, gpr_now(deadline.clock_type));
  return clock_us() + left.tv_sec * 1000000 + left.tv_nsec / 1000;
}

// "ipv4:127.0.0.1:4711", "ipv6:%5B::1%5D:4711".
void grpc_call_meet(struct rpc *rpc) {
  char *peer = grpc_call_get_peer(rpc->core);
  const char *start = strchr(peer, ':') ? strchr(peer, ':') + 1 : peer;
  const char *end = strrchr(start, ':');
  uint16_t port = end ? (uint16_t)strtoul(end + 1, NULL, 10) : 0;
  if (strncmp(start, "%5B", 3) == 0)
    start += 3;
  size_t length = end && end > start ? (size_t)(end - start) : strlen(start);
  if (length > 3 && strncmp(start + length - 3, "%5D", 3) == 0)
    length -= 3;
  snprintf(rpc->peer, sizeof rpc->peer, "%.*s", (int)length, start);
  gpr_free(peer);
  rpc->channel = channels_hold(rpc->front->channels, rpc->peer, port);
}

// Several entries are as good as one.
const char *grpc_call_client(const struct rpc *rpc, struct arena *arena) {
  static const char key[] = "x-forwarded-for";
  struct buffer list = {.arena = arena};
  if (!proxies_hold(&rpc->front->proxies, rpc->peer))
    return rpc->peer;
  for (size_t i = 0; i < rpc->metadata.count; i++) {
    const grpc_metadata *entry = &rpc->metadata.metadata[i];
    if (is_key(entry, key, sizeof key - 1)) {
      buffer_byte(&list, ',');
      buffer_put(&list, (const char *)GRPC_SLICE_START_PTR(entry->value), GRPC_SLICE_LENGTH(entry->value));
    }
  }
  return proxies_client(&rpc->front->proxies, buffer_text(&list), list.length, rpc->peer);
}

// --- reading ---

static bool too_large(struct call *call, size_t limit) {
  return fault_set(&call->fault, CODE_RESOURCE_EXHAUSTED, "BODY_TOO_LARGE", "the message is larger than %zu bytes", limit);
}

static bool damaged(struct call *call) {
  return fault_set(&call->fault, CODE_INVALID_ARGUMENT, "MALFORMED_MESSAGE", "the message cannot be read");
}

// In a per-item method strings that are no text are told of their items; the rest is worked on.
static bool unpack(struct call *call, const struct payload *payload, size_t body_limit) {
  const struct method *method = call->method;
  struct wire_limits limits = {.elements = WIRE_ELEMENTS, .bytes = body_limit * UNPACKED_FACTOR};
  struct fault *fault = method->per_item ? &call->read_fault : &call->fault;
  fault->arena = &call->arena;
  if (!wire_scan(method->input, payload->bytes, payload->length, limits, fault) && !(method->per_item && fault->violations)) {
    if (method->per_item)
      call->fault = *fault;
    return false;
  }
  call->request = message_unpack(&call->arena, method->input, payload->bytes, payload->length);
  return call->request || damaged(call);
}

static bool read_request(struct rpc *rpc, struct call *call) {
  size_t limit = rpc->front->body_limit_bytes;
  struct payload payload;
  enum payload_state state = payload_open(&payload, rpc->message, limit);
  if (state == PAYLOAD_TOO_LARGE)
    return too_large(call, limit);
  if (state == PAYLOAD_DAMAGED)
    return damaged(call);
  bool taken = unpack(call, &payload, limit);
  payload_close(&payload);
  return taken;
}

// --- answering ---

static void add_trailer(struct rpc *rpc, size_t *count, const char *key, const void *value, size_t length) {
  rpc->trailers[(*count)++] =
      (grpc_metadata){.key = grpc_slice_from_static_string(key), .value = grpc_slice_from_static_buffer(value, length)};
}

static const char *status_text(struct call *call) {
  const char *text = call->fault.message ? call->fault.message : "";
  return strlen(text) <= STATUS_TEXT_LIMIT_BYTES ? text : arena_strndup(&call->arena, text, STATUS_TEXT_LIMIT_BYTES);
}

// What the trailers point to stays in the call's arena until the last operation has ended.
void grpc_call_answer(struct rpc *rpc, struct call *call) {
  size_t trailers = 0;
  add_trailer(rpc, &trailers, "x-request-id", call->id, strlen(call->id));
  if (call->fault.code == CODE_OK) {
    rpc_answer(rpc, rpc->method->server_streaming ? NULL : call->response, CODE_OK, "", trailers);
    return;
  }
  size_t length;
  const uint8_t *details = message_pack(&call->arena, status_of(call, DETAILS_LIMIT_BYTES), &length);
  add_trailer(rpc, &trailers, "grpc-status-details-bin", details, length);
  rpc_answer(rpc, NULL, call->fault.code, status_text(call), trailers);
}

// From any thread.
static void reply(struct call *call) {
  grpc_call_answer(call->transport, call);
}

// A stream is answered by the queue's thread, when no message of it is on its way.
static void reply_later(struct call *call) {
  struct rpc *rpc = call->transport;
  atomic_store(&rpc->replied, true);
}

// A call that is refused here never reaches admission: it is counted and logged all the same.
static void refuse(struct call *call) {
  observe_call(call->server->metrics, call);
  call->reply(call);
}

bool grpc_call_make(struct rpc *rpc, bool crowded) {
  struct call *call = rpc->call = call_make(rpc->front->server, rpc->method);
  call->transport = rpc;
  call->reply = reply;
  call->deadline_us = deadline_us(rpc->details.deadline);
  read_metadata(call, &rpc->metadata);
  if (crowded) {
    fault_set(&call->fault, CODE_UNAVAILABLE, "OVERLOADED", "too many calls are under way");
    call->fault.retry_ms = RETRY_MS;
  }
  if (admission_enter(call, grpc_call_client(rpc, &call->arena)) && !crowded)
    return true;
  rpc_enter(rpc, RPC_OUT);
  refuse(call);
  return false;
}

void grpc_call_refuse(struct rpc *rpc, enum incoming incoming) {
  struct call *call = rpc->call;
  if (incoming == INCOMING_TOO_LARGE) {
    too_large(call, rpc->front->body_limit_bytes);
  } else {
    fault_set(&call->fault, CODE_UNAVAILABLE, "OVERLOADED", "too many bodies are on their way");
    call->fault.retry_ms = RETRY_MS;
  }
  refuse(call);
}

void grpc_call_begin(struct rpc *rpc) {
  struct call *call = rpc->call;
  if (rpc->method->server_streaming)
    call->reply = reply_later;
  bool taken = read_request(rpc, call);
  grpc_byte_buffer_destroy(rpc->message);
  rpc->message = NULL;
  if (rpc->was_closed && rpc->cancelled)
    atomic_store(&call->cancelled, true);
  if (taken)
    call_submit(call);
  else
    refuse(call);
}
