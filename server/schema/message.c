// Messages are made, read and packed here, by their descriptors alone.

#include "schema/message.h"
#include "base/uuid.h"
#include "schema/options.h"
#include <string.h>

ProtobufCMessage *message_new(struct arena *arena, const struct message *message) {
  ProtobufCMessage *fresh = arena_alloc(arena, message->descriptor->sizeof_message);
  protobuf_c_message_init(message->descriptor, fresh);
  return fresh;
}

static const size_t ELEMENT_BYTES[] = {
    [PROTOBUF_C_TYPE_INT32] = 4,
    [PROTOBUF_C_TYPE_SINT32] = 4,
    [PROTOBUF_C_TYPE_SFIXED32] = 4,
    [PROTOBUF_C_TYPE_UINT32] = 4,
    [PROTOBUF_C_TYPE_FIXED32] = 4,
    [PROTOBUF_C_TYPE_INT64] = 8,
    [PROTOBUF_C_TYPE_SINT64] = 8,
    [PROTOBUF_C_TYPE_SFIXED64] = 8,
    [PROTOBUF_C_TYPE_UINT64] = 8,
    [PROTOBUF_C_TYPE_FIXED64] = 8,
    [PROTOBUF_C_TYPE_FLOAT] = sizeof(float),
    [PROTOBUF_C_TYPE_DOUBLE] = sizeof(double),
    [PROTOBUF_C_TYPE_BOOL] = sizeof(protobuf_c_boolean),
    [PROTOBUF_C_TYPE_ENUM] = sizeof(int),
    [PROTOBUF_C_TYPE_STRING] = sizeof(char *),
    [PROTOBUF_C_TYPE_BYTES] = sizeof(ProtobufCBinaryData),
    [PROTOBUF_C_TYPE_MESSAGE] = sizeof(ProtobufCMessage *),
};

size_t field_element_size(const struct field *field) {
  return ELEMENT_BYTES[field->descriptor->type];
}

// Members of a oneof share their place: what lies there is the field's only where the case says so.
static bool is_other_case(const ProtobufCMessage *message, const struct field *field) {
  if (!(field->descriptor->flags & PROTOBUF_C_FIELD_FLAG_ONEOF))
    return false;
  const uint32_t *set = (const uint32_t *)(const void *)((const char *)message + field->descriptor->quantifier_offset);
  return *set != field->descriptor->id;
}

ProtobufCMessage *field_message(const ProtobufCMessage *message, const struct field *field) {
  if (!message || is_other_case(message, field))
    return NULL;
  return *(ProtobufCMessage **)field_at(message, field);
}

ProtobufCMessage *field_element(const ProtobufCMessage *message, const struct field *field, size_t i) {
  return (*(ProtobufCMessage ***)field_at(message, field))[i];
}

const char *field_text(const ProtobufCMessage *message, const struct field *field) {
  if (!message || is_other_case(message, field))
    return "";
  const char *text = *(const char **)field_at(message, field);
  return text ? text : "";
}

bool field_is_set(const ProtobufCMessage *message, const struct field *field) {
  if (!message)
    return false;
  if (field->repeated)
    return *field_count(message, field) > 0;
  if (is_other_case(message, field))
    return false;
  const void *at = field_at(message, field);
  switch (field->descriptor->type) {
  case PROTOBUF_C_TYPE_STRING:
    return field_text(message, field)[0] != '\0';
  case PROTOBUF_C_TYPE_BYTES:
    return ((const ProtobufCBinaryData *)at)->len > 0;
  case PROTOBUF_C_TYPE_MESSAGE:
    return *(ProtobufCMessage *const *)at != NULL;
  case PROTOBUF_C_TYPE_FLOAT:
    return *(const float *)at != 0;
  case PROTOBUF_C_TYPE_DOUBLE:
    return *(const double *)at != 0;
  default:
    return field_element_size(field) == 8 ? *(const int64_t *)at != 0 : *(const int32_t *)at != 0;
  }
}

uint8_t *message_pack(struct arena *arena, const ProtobufCMessage *message, size_t *length) {
  uint8_t *bytes = arena_alloc(arena, protobuf_c_message_get_packed_size(message));
  *length = protobuf_c_message_pack(message, bytes);
  return bytes;
}

ProtobufCMessage *message_unpack(struct arena *arena, const struct message *type, const uint8_t *bytes, size_t length) {
  ProtobufCAllocator allocator = arena_allocator(arena);
  return protobuf_c_message_unpack(type->descriptor, &allocator, length, bytes);
}

static void clear(ProtobufCMessage *message, const struct field *field) {
  if (field->repeated) {
    *field_count(message, field) = 0;
    return;
  }
  if (is_other_case(message, field))
    return;
  memset(field_at(message, field), 0, field_element_size(field));
  if (field->descriptor->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
    *(uint32_t *)(void *)((char *)message + field->descriptor->quantifier_offset) = 0;
}

static void settle_id(char *text) {
  uint8_t uuid[UUID_BYTES];
  if (*text && uuid_read(text, strlen(text), uuid))
    uuid_write(uuid, text);
}

// What is no id is left as it is, for the rules to tell.
static void settle_ids(ProtobufCMessage *message, const struct field *field) {
  if (!field->repeated && field->rules.uuid && !is_other_case(message, field))
    settle_id(*(char **)field_at(message, field));
  bool are_ids = field->repeated && field->rules.items && field->rules.items->uuid;
  for (size_t item = 0; are_ids && item < *field_count(message, field); item++)
    settle_id((*(char ***)field_at(message, field))[item]);
}

// Messages come from the wire or from JSON and are no deeper than those let through.
void message_settle(const struct message *type, ProtobufCMessage *message) {
  for (unsigned i = 0; i < type->field_count; i++) {
    const struct field *field = &type->fields[i];
    if (field->output_only) {
      clear(message, field);
      continue;
    }
    if (!field->message) {
      settle_ids(message, field);
      continue;
    }
    if (!field->repeated && field_message(message, field))
      message_settle(field->message, field_message(message, field));
    for (size_t item = 0; field->repeated && item < *field_count(message, field); item++)
      message_settle(field->message, field_element(message, field, item));
  }
}
