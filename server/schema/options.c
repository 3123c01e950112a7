// Reading options of descriptors out of their unknown fields happens here.

#include "schema/options.h"
#include "base/buffer.h"
#include "schema/varint.h"

static void *allocate(void *arena, size_t size) {
  return arena_alloc(arena, size);
}
static void release(void *arena, void *pointer) {
  (void)arena;
  (void)pointer;
}

ProtobufCAllocator arena_allocator(struct arena *arena) {
  return (ProtobufCAllocator){allocate, release, arena};
}

// The payload of an unknown field of wire type 2, which protobuf-c keeps with its length before it.
static bool payload_of(const ProtobufCMessageUnknownField *part, struct wire *payload) {
  struct wire all = {part->data, part->data + part->len};
  return part->wire_type == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED && wire_bytes(&all, payload) && all.at == all.end;
}

ProtobufCMessage *option_message(const ProtobufCMessage *options, uint32_t number, const ProtobufCMessageDescriptor *type,
                                 struct arena *arena, bool *damaged) {
  struct buffer whole = {.arena = arena};
  bool present = false;
  for (unsigned i = 0; options && i < options->n_unknown_fields; i++) {
    const ProtobufCMessageUnknownField *part = &options->unknown_fields[i];
    struct wire payload;
    if (part->tag != number)
      continue;
    present = true;
    if (!payload_of(part, &payload)) {
      *damaged = true;
      return NULL;
    }
    buffer_put(&whole, payload.at, (size_t)(payload.end - payload.at));
  }
  if (!present)
    return NULL;
  ProtobufCAllocator allocator = arena_allocator(arena);
  ProtobufCMessage *message = protobuf_c_message_unpack(type, &allocator, whole.length, (const uint8_t *)buffer_text(&whole));
  *damaged = *damaged || !message;
  return message;
}

uint32_t option_enum_bits(const ProtobufCMessage *options, uint32_t number) {
  uint32_t bits = 0;
  for (unsigned i = 0; options && i < options->n_unknown_fields; i++) {
    const ProtobufCMessageUnknownField *part = &options->unknown_fields[i];
    if (part->tag != number)
      continue;
    struct wire values = {part->data, part->data + part->len};
    if (part->wire_type == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED && !payload_of(part, &values)) // packed
      continue;
    for (uint64_t value; wire_varint(&values, &value);)
      bits |= value < 32 ? (uint32_t)1 << value : 0;
  }
  return bits;
}

bool message_has_unknown(const ProtobufCMessage *message) {
  if (message->n_unknown_fields > 0)
    return true;
  for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
    if (field->type != PROTOBUF_C_TYPE_MESSAGE || field->label == PROTOBUF_C_LABEL_REPEATED)
      continue;
    const ProtobufCMessage *nested = *(ProtobufCMessage *const *)(const void *)((const char *)message + field->offset);
    if (nested && message_has_unknown(nested))
      return true;
  }
  return false;
}
