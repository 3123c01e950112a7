// Generic access to protobuf-c messages by their descriptors.

#pragma once
#include "base/arena.h"
#include "schema/schema.h"

// A fresh message with its defaults, in the arena.
ProtobufCMessage *message_new(struct arena *arena, const struct message *message);

// Where a field's value lies: a scalar, a char *, a ProtobufCBinaryData, a ProtobufCMessage *, or, repeated, the pointer to the
// array.
static inline void *field_at(const ProtobufCMessage *message, const struct field *field) {
  return (char *)(uintptr_t)message + field->descriptor->offset;
}

// The number of elements of a repeated field.
static inline size_t *field_count(const ProtobufCMessage *message, const struct field *field) {
  return (size_t *)(void *)((char *)(uintptr_t)message + field->descriptor->quantifier_offset);
}

// The size of one element in a repeated field's array.
size_t field_element_size(const struct field *field);

// The nested message, NULL where absent (or `message` is NULL).
ProtobufCMessage *field_message(const ProtobufCMessage *message, const struct field *field);

// Element `i` of a repeated message.
ProtobufCMessage *field_element(const ProtobufCMessage *message, const struct field *field, size_t i);

// The text of a string field, "" where absent.
const char *field_text(const ProtobufCMessage *message, const struct field *field);

// Whether the field holds anything: a non-empty string, bytes or list, a nested message, an enum that is not 0, a number that
// is not 0, true.
bool field_is_set(const ProtobufCMessage *message, const struct field *field);

// Packs into the arena. Unpacks with everything in the arena; NULL where the bytes are no such message. The caller has scanned
// them.
uint8_t *message_pack(struct arena *arena, const ProtobufCMessage *message, size_t *length);
ProtobufCMessage *message_unpack(struct arena *arena, const struct message *type, const uint8_t *bytes, size_t length);

// Puts what a client sent into the form that it is worked on in, at any depth. What only the server says (OUTPUT_ONLY) is
// unset: a client may send it, it is not looked at. Ids are written in small letters, as PostgreSQL gives them back: seals and
// etags hold to them.
void message_settle(const struct message *type, ProtobufCMessage *message);
