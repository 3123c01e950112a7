// Any bytes as a packed message: refused by the scan, or unpacked in no more memory than it counted.

#include "schema/json.h"
#include "schema/rules.h"
#include "schema/wire.h"
#include <stdlib.h>
#include <string.h>

static const char *const TYPES[] = {"zoufang.v1.PushRequest", "zoufang.v1.ListVisitsRequest",
                                    "google.protobuf.FileDescriptorProto", "grpc.reflection.v1.ServerReflectionRequest"};
static const struct wire_limits LIMITS = {.elements = 20000, .bytes = 8 << 20};
enum { TYPE_BITS = 3 };

static struct schema api;

static void must(bool holds) {
  if (!holds)
    abort();
}

static void open_api(void) {
  static struct arena arena;
  struct fault fault = {.arena = &arena};
  if (!api.index)
    must(schema_open(&api, &fault));
}

static void check_unpacked(const struct message *type, const uint8_t *bytes, size_t length, struct fault *fault) {
  struct arena arena = {0};
  struct buffer out = {.arena = &arena};
  ProtobufCMessage *message = message_unpack(&arena, type, bytes, length);
  must(message && arena.used_bytes <= LIMITS.bytes);
  rules_check(type, message, fault);
  message_clear_output_only(type, message);
  json_write(&api, type, message, true, &out);
  arena_close(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// The first byte chooses the type.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  open_api();
  struct arena arena = {0};
  struct fault fault = {.arena = &arena};
  const struct message *type = schema_message(&api, TYPES[data[0] & TYPE_BITS]);
  uint8_t *bytes = malloc(size); // as long as the message and no longer: a step behind it is seen
  must(type && bytes);
  memcpy(bytes, data + 1, size - 1);
  if (wire_scan(type, bytes, size - 1, LIMITS, &fault))
    check_unpacked(type, bytes, size - 1, &fault);
  else
    must(fault.code != CODE_OK);
  free(bytes);
  arena_close(&arena);
  return 0;
}
