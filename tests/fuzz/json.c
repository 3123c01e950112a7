// Any text as JSON: refused, or read into a message that comes back the same when it is written and read again.

#include "schema/json.h"
#include "schema/rules.h"
#include "schema/wire.h"
#include <stdlib.h>
#include <string.h>

static const char *const TYPES[] = {"zoufang.v1.PushRequest",          "zoufang.v1.UpdateVisitRequest",
                                    "zoufang.v1.ListVisitsRequest",    "google.rpc.Status",
                                    "google.protobuf.DescriptorProto", "grpc.reflection.v1.ServerReflectionRequest",
                                    "google.protobuf.DoubleValue",     "google.protobuf.Duration"};
enum { TYPE_BITS = 7, MASK_BIT = 8, DEFAULTS_BIT = 16, MEMORY_BYTES = 64 << 20 };

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

// What was read is fit for every later step.
static void check_message(const struct message *type, ProtobufCMessage *message, bool defaults, struct arena *arena) {
  struct fault fault = {.arena = arena};
  struct buffer once = {.arena = arena}, twice = {.arena = arena};
  size_t length;
  json_write(&api, type, message, defaults, &once);
  ProtobufCMessage *again = json_read(&api, type, once.data, once.length, arena, NULL, &fault);
  must(again && fault.code == CODE_OK);
  json_write(&api, type, again, defaults, &twice);
  must(once.length == twice.length && memcmp(once.data, twice.data, once.length) == 0);
  uint8_t *bytes = message_pack(arena, message, &length);
  must(wire_scan(type, bytes, length, (struct wire_limits){SIZE_MAX, SIZE_MAX / 2}, &fault));
  rules_check(type, message, &fault);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// The first byte chooses the type and how it is asked for.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0)
    return 0;
  open_api();
  struct arena arena = {.limit_bytes = MEMORY_BYTES};
  struct fault fault = {.arena = &arena};
  struct buffer mask = {.arena = &arena};
  const struct message *type = schema_message(&api, TYPES[data[0] & TYPE_BITS]);
  char *text = malloc(size); // as long as the text and no longer: a step behind it is seen
  must(type && text);
  memcpy(text, data + 1, size - 1);
  ProtobufCMessage *message = json_read(&api, type, text, size - 1, &arena, data[0] & MASK_BIT ? &mask : NULL, &fault);
  must(message || fault.code != CODE_OK);
  if (fault.code == CODE_OK)
    check_message(type, message, data[0] & DEFAULTS_BIT, &arena);
  free(text);
  arena_close(&arena);
  return 0;
}
