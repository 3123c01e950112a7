// Any bytes as a packed message: refused by the scan, or unpacked in no more memory than it counted, and packed as before.

#include "schema/json.h"
#include "schema/rules.h"
#include "schema/wire.h"
#include "support/fuzz.h"
#include <string.h>

static const char *const TYPES[] = {"zoufang.v1.PushRequest", "zoufang.v1.ListVisitsRequest",
                                    "google.protobuf.FileDescriptorProto", "grpc.reflection.v1.ServerReflectionRequest"};
static const struct wire_limits LIMITS = {.elements = 20000, .bytes = 8 << 20};
enum { PROTO2 = 2, TYPE_BITS = 3 };

// Packed twice it is the same, unknown fields and all.
static void check_packing(const struct message *type, const ProtobufCMessage *message, struct arena *arena) {
  size_t once_length, twice_length;
  const uint8_t *once = message_pack(arena, message, &once_length);
  ProtobufCMessage *again = message_unpack(arena, type, once, once_length);
  must(again != NULL);
  const uint8_t *twice = message_pack(arena, again, &twice_length);
  must(once_length == twice_length && memcmp(once, twice, once_length) == 0);
}

static void check_unpacked(const struct message *type, const uint8_t *bytes, size_t length, struct fault *fault) {
  struct arena arena = {0};
  struct buffer out = {.arena = &arena};
  ProtobufCMessage *message = message_unpack(&arena, type, bytes, length);
  must(message && arena.used_bytes <= LIMITS.bytes);
  check_packing(type, message, &arena);
  message_settle(type, message);
  if (type != api_message(TYPES[PROTO2]) && rules_check(type, message, fault))
    must_last(type, message, true, &arena);
  else
    json_write(api_schema(), type, message, true, &out); // for what is told and logged
  arena_close(&arena);
}

// The first byte chooses the type. Descriptors are proto2, and only ever packed: of JSON they need know nothing but how to be
// told.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  struct input input = input_of(data, size, &arena);
  struct fault fault = {.arena = &arena};
  const struct message *type = api_message(TYPES[input_byte(&input) & TYPE_BITS]);
  size_t length;
  const uint8_t *bytes = (const uint8_t *)input_rest(&input, &length);
  if (wire_scan(type, bytes, length, LIMITS, &fault))
    check_unpacked(type, bytes, length, &fault);
  else
    must(fault.code != CODE_OK);
  arena_close(&arena);
  return 0;
}
