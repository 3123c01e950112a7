// Single values: between a field of a message and PostgreSQL's binary form.

#pragma once
#include "schema/message.h"
#include <libpq-fe.h>

// The types that statements may take and give, by their OIDs, which are the same in every PostgreSQL.
enum type_oid {
  TYPE_BOOL = 16,
  TYPE_BYTEA = 17,
  TYPE_NAME = 19,
  TYPE_INT8 = 20,
  TYPE_INT2 = 21,
  TYPE_INT4 = 23,
  TYPE_TEXT = 25,
  TYPE_FLOAT4 = 700,
  TYPE_FLOAT8 = 701,
  TYPE_VARCHAR = 1043,
  TYPE_DATE = 1082,
  TYPE_TIMESTAMPTZ = 1184,
  TYPE_INTERVAL = 1186,
  TYPE_VOID = 2278,
  TYPE_UUID = 2950,
};

struct type {
  Oid oid, array; // itself, and the array of it
  const char *name;
  int size; // bytes in binary; 0: any
};

// The type of this OID, or of this array's elements. NULL where statements do not use it.
const struct type *type_of(Oid oid);
const struct type *type_of_elements(Oid array);

// For faults: "int8", "uuid[]", "type 3802".
const char *type_text(struct arena *arena, Oid oid);

// What a field holds, as far as storing it goes. Wrappers are what they wrap, masks are their paths.
enum kind {
  KIND_NONE, // not to be stored: plain messages, maps, Any
  KIND_STRING,
  KIND_BYTES,
  KIND_BOOL,
  KIND_INT32,
  KIND_INT64,
  KIND_UINT32,
  KIND_UINT64,
  KIND_FLOAT,
  KIND_DOUBLE,
  KIND_ENUM,
  KIND_TIMESTAMP,
  KIND_DURATION,
};
enum kind kind_of(const struct field *field);
const char *kind_name(enum kind kind);

// What Parse declares for a field: `said` is whose rules hold (the field of a wrapper, not its "value"). 0: left to PostgreSQL.
Oid type_declared(enum kind kind, const struct field *said);

// One value on its way to PostgreSQL. `bytes` is the field's own memory, or `room`.
struct value {
  const char *bytes;
  int32_t length; // -1: NULL
  char room[16];
};

// How a kind becomes a type and back. `at` is where the field's value lies (field_at, or an element of a repeated field).
struct codec {
  enum kind kind;
  Oid type;
  // Empty strings, bytes, ids and enums are NULL unless `keep_empty`. False: the value does not fit the type. NULL: only for
  // columns.
  bool (*encode)(const void *at, bool keep_empty, struct value *value);
  // `length` is the type's size where it has one. What comes back belongs to the arena. False: the value does not fit the
  // field.
  bool (*decode)(struct arena *arena, const char *bytes, int length, void *at);
};

// NULL where they do not fit.
const struct codec *codec_of(enum kind kind, Oid type);

// Whether a field that is one of a oneof is the one in use; true for others. And makes it the one in use.
static inline bool field_in_use(const ProtobufCMessage *message, const struct field *field) {
  if (!(field->descriptor->flags & PROTOBUF_C_FIELD_FLAG_ONEOF))
    return true;
  return *(const uint32_t *)(const void *)((const char *)message + field->descriptor->quantifier_offset) ==
         field->descriptor->id;
}
static inline void field_use(ProtobufCMessage *message, const struct field *field) {
  if (field->descriptor->flags & PROTOBUF_C_FIELD_FLAG_ONEOF)
    *(uint32_t *)(void *)((char *)message + field->descriptor->quantifier_offset) = field->descriptor->id;
}
