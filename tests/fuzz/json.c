// Any text as JSON: refused, or read into a message that lasts, by JSON and by wire.

#include "schema/json.h"
#include "schema/rules.h"
#include "support/fuzz.h"

static const struct {
  const char *name;
  bool proto2;
} TYPES[] = {{"zoufang.v1.PushRequest", false},         {"zoufang.v1.UpdateVisitRequest", false},
             {"zoufang.v1.ListVisitsRequest", false},   {"google.rpc.Status", false},
             {"google.protobuf.DescriptorProto", true}, {"grpc.reflection.v1.ServerReflectionRequest", false},
             {"google.protobuf.DoubleValue", false},    {"google.protobuf.Duration", false}};
enum { TYPE_BITS = 7, MASK_BIT = 8, DEFAULTS_BIT = 16, MEMORY_BYTES = 64 << 20 };

// The first byte chooses the type and how it is asked for.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {.limit_bytes = MEMORY_BYTES};
  struct input input = input_of(data, size, &arena);
  struct fault fault = {.arena = &arena};
  struct buffer mask = {.arena = &arena};
  uint8_t choice = input_byte(&input);
  size_t length;
  const char *text = input_rest(&input, &length);
  const struct message *type = api_message(TYPES[choice & TYPE_BITS].name);
  ProtobufCMessage *message = json_read(api_schema(), type, text, length, &arena, choice & MASK_BIT ? &mask : NULL, &fault);
  must(message || fault.code != CODE_OK);
  if (fault.code == CODE_OK) {
    (TYPES[choice & TYPE_BITS].proto2 ? must_last_in_json : must_last)(type, message, choice & DEFAULTS_BIT, &arena);
    rules_check(type, message, &fault);
  }
  arena_close(&arena);
  return 0;
}
