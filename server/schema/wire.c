// Packed messages are looked over here before protobuf-c unpacks them.

#include "schema/wire.h"
#include "base/utf8.h"
#include "schema/message.h"
#include "schema/path.h"
#include "schema/varint.h"
#include <stdalign.h>
#include <string.h>

enum { TAG_BYTES = 5, LENGTH_BYTES = 5, FIELD_NUMBER_MAX = (1 << 29) - 1 };

// How protobuf-c takes memory: a note for each field it meets, in slabs that double, the first of them on its stack.
enum { NOTE_BYTES = 40, FIRST_SLAB = 16, UNKNOWN_BYTES = sizeof(ProtobufCMessageUnknownField) };

struct scan {
  struct wire_limits limits;
  size_t elements, bytes;
  bool bad_text; // some string was refused
  struct fault *fault;
};

// One message on the way down.
struct level {
  const struct message *type;
  struct wire wire;
  const struct path *path; // of this message; NULL: the whole
  unsigned depth;
  size_t notes, slab_end, slab;    // fields met, and where the slab at hand ends
  uint32_t counts[MESSAGE_FIELDS]; // of each field; only type->field_count of them are in use
};

static const uint8_t WIRE_TYPES[] = {
    [PROTOBUF_C_TYPE_INT32] = PROTOBUF_C_WIRE_TYPE_VARINT,
    [PROTOBUF_C_TYPE_SINT32] = PROTOBUF_C_WIRE_TYPE_VARINT,
    [PROTOBUF_C_TYPE_SFIXED32] = PROTOBUF_C_WIRE_TYPE_32BIT,
    [PROTOBUF_C_TYPE_INT64] = PROTOBUF_C_WIRE_TYPE_VARINT,
    [PROTOBUF_C_TYPE_SINT64] = PROTOBUF_C_WIRE_TYPE_VARINT,
    [PROTOBUF_C_TYPE_SFIXED64] = PROTOBUF_C_WIRE_TYPE_64BIT,
    [PROTOBUF_C_TYPE_UINT32] = PROTOBUF_C_WIRE_TYPE_VARINT,
    [PROTOBUF_C_TYPE_FIXED32] = PROTOBUF_C_WIRE_TYPE_32BIT,
    [PROTOBUF_C_TYPE_UINT64] = PROTOBUF_C_WIRE_TYPE_VARINT,
    [PROTOBUF_C_TYPE_FIXED64] = PROTOBUF_C_WIRE_TYPE_64BIT,
    [PROTOBUF_C_TYPE_FLOAT] = PROTOBUF_C_WIRE_TYPE_32BIT,
    [PROTOBUF_C_TYPE_DOUBLE] = PROTOBUF_C_WIRE_TYPE_64BIT,
    [PROTOBUF_C_TYPE_BOOL] = PROTOBUF_C_WIRE_TYPE_VARINT,
    [PROTOBUF_C_TYPE_ENUM] = PROTOBUF_C_WIRE_TYPE_VARINT,
    [PROTOBUF_C_TYPE_STRING] = PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED,
    [PROTOBUF_C_TYPE_BYTES] = PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED,
    [PROTOBUF_C_TYPE_MESSAGE] = PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED,
};

static bool scan_message(struct scan *scan, const struct message *type, struct wire wire, const struct path *path,
                         unsigned depth);

static bool malformed(const struct level *level, struct scan *scan, const char *what) {
  char text[PATH_TEXT];
  path_write(level->path, text);
  return refuse_whole(scan->fault, "MALFORMED_MESSAGE", "%s%s%s", text, text[0] ? ": " : "", what);
}

static bool too_many(struct scan *scan) {
  return refuse_whole(scan->fault, "TOO_MANY_ELEMENTS",
                      "the message holds more than %zu elements, or more than fits in %zu bytes", scan->limits.elements,
                      scan->limits.bytes);
}

// Takes `size` bytes as the arena would hand them out.
static bool spend(struct scan *scan, size_t size) {
  scan->bytes += (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
  return scan->bytes <= scan->limits.bytes || too_many(scan);
}

static bool count_elements(struct scan *scan, size_t count) {
  scan->elements += count;
  return scan->elements <= scan->limits.elements || too_many(scan);
}

// protobuf-c notes each field before it reads any.
static bool note_field(struct scan *scan, struct level *level) {
  if (level->notes++ < level->slab_end)
    return true;
  level->slab *= 2;
  level->slab_end += level->slab;
  return spend(scan, level->slab * NOTE_BYTES);
}

// Passes over one value of `wire_type`; `value` is what lies in it.
static bool take_value(struct level *level, unsigned wire_type, struct wire *value) {
  struct wire *wire = &level->wire;
  uint64_t number;
  *value = *wire;
  switch (wire_type) {
  case PROTOBUF_C_WIRE_TYPE_VARINT:
    return wire_varint(wire, &number);
  case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED: {
    const uint8_t *start = wire->at;
    return wire_bytes(wire, value) && value->at - start <= LENGTH_BYTES;
  }
  case PROTOBUF_C_WIRE_TYPE_64BIT:
  case PROTOBUF_C_WIRE_TYPE_32BIT: {
    ptrdiff_t size = wire_type == PROTOBUF_C_WIRE_TYPE_64BIT ? 8 : 4;
    if (wire->end - wire->at < size)
      return false;
    wire->at += size;
    return true;
  }
  default:
    return false; // groups, and what does not exist
  }
}

// Counts the numbers of a packed list. False where it ends within one.
static bool count_packed(struct wire value, unsigned wire_type, size_t *count) {
  size_t length = (size_t)(value.end - value.at);
  uint64_t number;
  *count = 0;
  if (wire_type != PROTOBUF_C_WIRE_TYPE_VARINT) {
    size_t size = wire_type == PROTOBUF_C_WIRE_TYPE_64BIT ? 8 : 4;
    *count = length / size;
    return length % size == 0;
  }
  for (; value.at < value.end; ++*count) {
    if (!wire_varint(&value, &number))
      return false;
  }
  return true;
}

static bool scan_packed(struct scan *scan, struct level *level, const struct field *field, struct wire value) {
  size_t count;
  if (!count_packed(value, WIRE_TYPES[field->descriptor->type], &count))
    return malformed(level, scan, "a packed list ends within a number");
  return count_elements(scan, count) && spend(scan, count * field_element_size(field));
}

// A string's faults can be told of one item; they do not end the scan.
static bool scan_text(struct scan *scan, const struct path *path, struct wire value) {
  const char *text = (const char *)value.at;
  size_t length = (size_t)(value.end - value.at);
  if (!utf8_valid(text, length)) {
    scan->bad_text = true;
    path_refuse(path, scan->fault, memchr(text, '\0', length) ? "NUL_CHARACTER" : "BAD_UTF8", NULL);
  }
  return spend(scan, length + 1);
}

static bool scan_single(struct scan *scan, struct level *level, const struct field *field, struct wire value, uint32_t before) {
  struct path path = {level->path, field->name, field->name_length, field->repeated ? (int64_t)before : NO_ITEM};
  switch (field->descriptor->type) {
  case PROTOBUF_C_TYPE_STRING:
    return scan_text(scan, &path, value);
  case PROTOBUF_C_TYPE_BYTES:
    return spend(scan, (size_t)(value.end - value.at));
  case PROTOBUF_C_TYPE_MESSAGE:
    if (!field->repeated && before > 0) // protobuf-c would copy all lists of the one before, each time
      return malformed(level, scan, "a nested message is given twice");
    return scan_message(scan, field->message, value, &path, level->depth + 1);
  default:
    return true;
  }
}

static bool scan_field(struct scan *scan, struct level *level, const struct field *field, unsigned wire_type) {
  struct wire value;
  unsigned expected = WIRE_TYPES[field->descriptor->type];
  bool packed = field->repeated && wire_type == PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED && expected != wire_type;
  if ((wire_type != expected && !packed) || !take_value(level, wire_type, &value))
    return malformed(level, scan, "a field is cut off or of another wire type");
  if (packed)
    return scan_packed(scan, level, field, value);
  uint32_t before = level->counts[field - level->type->fields]++;
  if (field->repeated && !(count_elements(scan, 1) && spend(scan, field_element_size(field))))
    return false;
  return scan_single(scan, level, field, value, before);
}

static bool scan_unknown(struct scan *scan, struct level *level, unsigned wire_type) {
  const uint8_t *start = level->wire.at;
  struct wire value;
  if (!take_value(level, wire_type, &value))
    return malformed(level, scan, "an unknown field is cut off or a group");
  return count_elements(scan, 1) && spend(scan, UNKNOWN_BYTES) && spend(scan, (size_t)(level->wire.at - start));
}

static const struct field *field_numbered(const struct message *type, uint32_t number) {
  const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(type->descriptor, number);
  return field ? &type->fields[field - type->descriptor->fields] : NULL;
}

static bool scan_next(struct scan *scan, struct level *level) {
  const uint8_t *start = level->wire.at;
  uint64_t tag;
  if (!wire_varint(&level->wire, &tag) || level->wire.at - start > TAG_BYTES || tag >> 3 == 0 || tag >> 3 > FIELD_NUMBER_MAX)
    return malformed(level, scan, "a tag that is none");
  const struct field *field = field_numbered(level->type, (uint32_t)(tag >> 3));
  if (!note_field(scan, level))
    return false;
  return field ? scan_field(scan, level, field, tag & 7) : scan_unknown(scan, level, tag & 7);
}

static bool scan_message(struct scan *scan, const struct message *type, struct wire wire, const struct path *path,
                         unsigned depth) {
  struct level level;
  level.type = type;
  level.wire = wire;
  level.path = path;
  level.depth = depth;
  level.notes = 0;
  level.slab = level.slab_end = FIRST_SLAB;
  memset(level.counts, 0, type->field_count * sizeof *level.counts);
  if (depth > WIRE_DEPTH)
    return refuse_whole(scan->fault, "TOO_DEEP", "messages are nested deeper than %d", WIRE_DEPTH);
  if (!spend(scan, type->descriptor->sizeof_message))
    return false;
  while (level.wire.at < level.wire.end) {
    if (!scan_next(scan, &level))
      return false;
  }
  return true;
}

bool wire_scan(const struct message *type, const uint8_t *bytes, size_t length, struct wire_limits limits,
               struct fault *fault) {
  struct scan scan = {.limits = limits, .fault = fault};
  return scan_message(&scan, type, (struct wire){bytes, bytes + length}, NULL, 1) && !scan.bad_text;
}
