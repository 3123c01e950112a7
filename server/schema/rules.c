// Field rules are held against messages here. Everything that is wrong is told, not only the first.

#include "schema/rules.h"
#include "base/timestamp.h"
#include "base/utf8.h"
#include "base/uuid.h"
#include "schema/message.h"
#include "schema/path.h"
#include "schema/pattern.h"
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// No pattern is held against a text longer than this.
enum { PATTERN_TEXT_BYTES = 4096, LIMIT_TEXT = 64, NANOS_PER_SECOND = 1000000000 };

// Ten thousand years, what google.protobuf.Duration may hold.
#define DURATION_MAX_SECONDS 315576000000LL

struct check {
  struct fault *fault;
  bool bad;
};

// The update mask that lies beside a record. With one, fields that are neither set nor named are not looked at.
struct masked {
  const struct message *type; // of google.protobuf.FieldMask; NULL: no mask
  const ProtobufCMessage *mask;
};

static void check_message(struct check *check, const struct message *type, const ProtobufCMessage *message,
                          const struct path *path, struct masked masked);

static void refuse(struct check *check, const struct path *path, const char *reason, const char *limit) {
  check->bad = true;
  path_refuse(path, check->fault, reason, limit);
}

static void refuse_count(struct check *check, const struct path *path, const char *reason, uint64_t limit) {
  char text[LIMIT_TEXT];
  snprintf(text, sizeof text, "%" PRIu64, limit);
  refuse(check, path, reason, text);
}

// --- Texts ---

static bool is_int8(const char *text) {
  char *end;
  bool digits = text[0] == '-' ? text[1] >= '0' && text[1] <= '9' : text[0] >= '0' && text[0] <= '9';
  errno = 0;
  strtoll(text, &end, 10);
  return digits && *end == '\0' && errno == 0;
}

static void check_pattern(struct check *check, const struct rules *rules, const char *text, size_t length,
                          const struct path *path) {
  if (rules->compiled && (length > PATTERN_TEXT_BYTES || !pattern_matches(rules->compiled, text)))
    refuse(check, path, "BAD_PATTERN", rules->pattern);
}

// Says the first thing that is wrong: a text that is too long is not held against its pattern too.
static void check_text(struct check *check, const struct field *field, const struct rules *rules, const char *text,
                       const struct path *path) {
  size_t length = strlen(text);
  uint8_t uuid[UUID_BYTES];
  int32_t day;
  if (rules->max_length && length > rules->max_length && utf8_length(text, length) > rules->max_length)
    return refuse_count(check, path, "TOO_LONG", rules->max_length);
  if (rules->min_length && utf8_length(text, length) < rules->min_length)
    return refuse_count(check, path, "TOO_SHORT", rules->min_length);
  if (rules->uuid && !uuid_read(text, length, uuid))
    return refuse(check, path, "NOT_A_UUID", NULL);
  if (field->stored_as == STORED_INT8 && !is_int8(text))
    return refuse(check, path, "BAD_NUMBER", NULL);
  if (field->stored_as == STORED_DATE && !day_read(text, length, &day))
    return refuse(check, path, "BAD_DAY", NULL);
  check_pattern(check, rules, text, length, path);
}

static void check_bytes(struct check *check, const struct rules *rules, const ProtobufCBinaryData *bytes,
                        const struct path *path) {
  if (rules->max_length && bytes->len > rules->max_length)
    refuse_count(check, path, "TOO_LONG", rules->max_length);
  else if (bytes->len < rules->min_length)
    refuse_count(check, path, "TOO_SHORT", rules->min_length);
}

// --- Numbers ---

// "-90..90", "1..", "..<100"; open ends have < or >.
static void refuse_bounds(struct check *check, const struct rules *rules, const struct path *path) {
  char text[LIMIT_TEXT] = "";
  size_t at = 0;
  if (rules->has_low)
    at += (size_t)snprintf(text, sizeof text, "%s%.15g", rules->low_open ? ">" : "", rules->low);
  at += (size_t)snprintf(text + at, sizeof text - at, "..");
  if (rules->has_high)
    snprintf(text + at, sizeof text - at, "%s%.15g", rules->high_open ? "<" : "", rules->high);
  refuse(check, path, "OUT_OF_RANGE", text);
}

static void check_number(struct check *check, const struct rules *rules, double number, const struct path *path) {
  if (rules->ignore_zero && number == 0)
    return;
  if (rules->finite && !isfinite(number))
    return refuse(check, path, "NOT_FINITE", NULL);
  bool low = rules->has_low && !(rules->low_open ? number > rules->low : number >= rules->low);
  bool high = rules->has_high && !(rules->high_open ? number < rules->high : number <= rules->high);
  if (low || high)
    refuse_bounds(check, rules, path);
}

static double number_at(const struct field *field, const void *at) {
  switch (field->descriptor->type) {
  case PROTOBUF_C_TYPE_FLOAT:
    return (double)*(const float *)at;
  case PROTOBUF_C_TYPE_DOUBLE:
    return *(const double *)at;
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_SINT64:
  case PROTOBUF_C_TYPE_SFIXED64:
    return (double)*(const int64_t *)at;
  case PROTOBUF_C_TYPE_UINT64:
  case PROTOBUF_C_TYPE_FIXED64:
    return (double)*(const uint64_t *)at;
  case PROTOBUF_C_TYPE_UINT32:
  case PROTOBUF_C_TYPE_FIXED32:
    return *(const uint32_t *)at;
  default:
    return *(const int32_t *)at;
  }
}

static void check_enum(struct check *check, const struct field *field, const struct rules *rules, int value,
                       const struct path *path) {
  bool defined = protobuf_c_enum_descriptor_get_value(field->enumeration->descriptor, value) != NULL;
  if (!defined || (rules->not_zero && value == 0))
    refuse(check, path, "UNDEFINED_ENUM", NULL);
}

// One scalar that is there: `rules` are the field's, or its items'.
static void check_scalar(struct check *check, const struct field *field, const struct rules *rules, const void *at,
                         const struct path *path) {
  switch (field->descriptor->type) {
  case PROTOBUF_C_TYPE_STRING: {
    const char *text = *(const char *const *)at;
    return check_text(check, field, rules, text ? text : "", path);
  }
  case PROTOBUF_C_TYPE_BYTES:
    return check_bytes(check, rules, at, path);
  case PROTOBUF_C_TYPE_ENUM:
    return check_enum(check, field, rules, *(const int *)at, path);
  case PROTOBUF_C_TYPE_BOOL:
    return;
  default:
    return check_number(check, rules, number_at(field, at), path);
  }
}

// --- Messages with a meaning of their own ---

static void check_time(struct check *check, const struct message *type, const ProtobufCMessage *message,
                       const struct path *path) {
  int64_t seconds = *(const int64_t *)field_at(message, &type->fields[0]);
  int32_t nanos = *(const int32_t *)field_at(message, &type->fields[1]);
  if (seconds < TIMESTAMP_MIN_SECONDS || seconds > TIMESTAMP_MAX_SECONDS || nanos < 0 || nanos >= NANOS_PER_SECOND)
    refuse(check, path, "BAD_TIME", NULL);
}

static void check_duration(struct check *check, const struct message *type, const ProtobufCMessage *message,
                           const struct path *path) {
  int64_t seconds = *(const int64_t *)field_at(message, &type->fields[0]);
  int32_t nanos = *(const int32_t *)field_at(message, &type->fields[1]);
  bool mixed = (seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0);
  if (mixed || llabs(seconds) > DURATION_MAX_SECONDS || nanos <= -NANOS_PER_SECOND || nanos >= NANOS_PER_SECOND)
    refuse(check, path, "BAD_TIME", NULL);
}

static void check_wrapper(struct check *check, const struct field *field, const struct rules *rules,
                          const ProtobufCMessage *wrapper, const struct path *path) {
  const struct field *value = &field->message->fields[0];
  if (value->descriptor->type != PROTOBUF_C_TYPE_STRING || field_is_set(wrapper, value))
    check_scalar(check, value, rules, field_at(wrapper, value), path);
}

static void check_nested(struct check *check, const struct field *field, const struct rules *rules,
                         const ProtobufCMessage *nested, const struct path *path) {
  switch (field->message->kind) {
  case MESSAGE_WRAPPER:
    return check_wrapper(check, field, rules, nested, path);
  case MESSAGE_TIMESTAMP:
    return check_time(check, field->message, nested, path);
  case MESSAGE_DURATION:
    return check_duration(check, field->message, nested, path);
  case MESSAGE_PLAIN:
  case MESSAGE_MAP_ENTRY:
    return check_message(check, field->message, nested, path, (struct masked){0});
  default:
    return;
  }
}

// --- Lists ---

static uint64_t hash_bytes(const void *bytes, size_t length) {
  uint64_t hash = 14695981039346656037u;
  for (size_t i = 0; i < length; i++)
    hash = (hash ^ ((const uint8_t *)bytes)[i]) * 1099511628211u;
  return hash ^ (hash >> 29);
}

// The bytes that make one element of a list equal to another.
static const void *element_bytes(const struct field *field, const void *list, size_t i, size_t *length) {
  *length = field_element_size(field);
  const void *at = (const char *)list + i * *length;
  if (field->descriptor->type == PROTOBUF_C_TYPE_STRING) {
    const char *text = *(const char *const *)at;
    *length = strlen(text);
    return text;
  }
  if (field->descriptor->type == PROTOBUF_C_TYPE_BYTES) {
    *length = ((const ProtobufCBinaryData *)at)->len;
    return ((const ProtobufCBinaryData *)at)->data;
  }
  return at;
}

// Whether element `i` equals one that `slots` (places + 1, by hash) holds; puts it in where not.
static bool seen_before(const struct field *field, const void *list, size_t i, size_t *slots, size_t mask) {
  size_t length, other_length;
  const void *bytes = element_bytes(field, list, i, &length);
  for (size_t at = (size_t)hash_bytes(bytes, length);; at++) {
    size_t *slot = &slots[at & mask];
    if (*slot == 0) {
      *slot = i + 1;
      return false;
    }
    const void *other = element_bytes(field, list, *slot - 1, &other_length);
    if (length == other_length && (length == 0 || memcmp(bytes, other, length) == 0))
      return true;
  }
}

static void check_unique(struct check *check, const struct field *field, const void *list, size_t count,
                         const struct path *path) {
  struct arena arena = {0};
  size_t size = 8;
  while (size < 2 * count)
    size *= 2;
  size_t *slots = arena_array(&arena, size, sizeof *slots);
  for (size_t i = 0; i < count; i++) {
    struct path item = *path;
    item.item = (int64_t)i;
    if (seen_before(field, list, i, slots, size - 1))
      refuse(check, &item, "NOT_UNIQUE", NULL);
  }
  arena_close(&arena);
}

static void check_list(struct check *check, const struct field *field, const ProtobufCMessage *message,
                       const struct path *path) {
  static const struct rules none = {0};
  const struct rules *items = field->rules.items ? field->rules.items : &none;
  size_t count = *field_count(message, field);
  const void *list = *(void *const *)field_at(message, field);
  if (field->rules.max_items && count > field->rules.max_items)
    return refuse_count(check, path, "TOO_MANY_ITEMS", field->rules.max_items);
  if (count > 0 && count < field->rules.min_items)
    refuse_count(check, path, "TOO_FEW_ITEMS", field->rules.min_items);
  if (field->rules.unique && count > 1)
    check_unique(check, field, list, count, path);
  for (size_t i = 0; i < count; i++) {
    struct path item = *path;
    item.item = (int64_t)i;
    if (field->message)
      check_nested(check, field, items, field_element(message, field, i), &item);
    else
      check_scalar(check, field, items, (const char *)list + i * field_element_size(field), &item);
  }
}

// --- Update masks ---

static size_t mask_count(struct masked masked) {
  return masked.mask ? *field_count(masked.mask, &masked.type->fields[0]) : 0;
}

static const char *mask_path(struct masked masked, size_t i) {
  return (*(char ***)field_at(masked.mask, &masked.type->fields[0]))[i];
}

// Whether the mask names `field`, something within it, or something around it.
static bool is_named(struct masked masked, const char *name, size_t length) {
  for (size_t i = 0; i < mask_count(masked); i++) {
    const char *path = mask_path(masked, i);
    size_t step = strcspn(path, ".");
    if (step == length && memcmp(path, name, length) == 0)
      return true;
  }
  return false;
}

// The record that a mask beside it speaks of: the first singular plain message of the same request.
static const struct field *record_of(const struct message *type) {
  for (unsigned i = 0; i < type->field_count; i++) {
    const struct field *field = &type->fields[i];
    if (field->message && field->message->kind == MESSAGE_PLAIN && !field->repeated)
      return field;
  }
  return NULL;
}

static const struct field *mask_of(const struct message *type) {
  for (unsigned i = 0; i < type->field_count; i++) {
    const struct field *field = &type->fields[i];
    if (field->message && field->message->kind == MESSAGE_FIELD_MASK && !field->repeated)
      return field;
  }
  return NULL;
}

static void check_mask(struct check *check, const struct message *record, struct masked masked, const struct path *path) {
  if (mask_count(masked) > MESSAGE_FIELDS)
    return refuse_count(check, path, "TOO_MANY_ITEMS", MESSAGE_FIELDS);
  for (size_t i = 0; i < mask_count(masked); i++) {
    const char *named = mask_path(masked, i);
    struct path unknown = {NULL, named, strlen(named), NO_ITEM};
    char text[PATH_TEXT];
    if (message_field_at(record, named, unknown.length))
      continue;
    path_write(&unknown, text);
    refuse(check, path, "BAD_PATH", text);
  }
}

// --- Fields ---

// Numbers and truth values cannot be absent: zero is a value.
static bool can_be_absent(const struct field *field) {
  ProtobufCType type = field->descriptor->type;
  return field->repeated || type == PROTOBUF_C_TYPE_STRING || type == PROTOBUF_C_TYPE_BYTES || type == PROTOBUF_C_TYPE_ENUM ||
         type == PROTOBUF_C_TYPE_MESSAGE || (field->descriptor->flags & PROTOBUF_C_FIELD_FLAG_ONEOF);
}

static void check_field(struct check *check, const struct field *field, const ProtobufCMessage *message,
                        const struct path *path, struct masked masked) {
  bool set = field_is_set(message, field);
  if (masked.type && !set && !is_named(masked, field->name, field->name_length))
    return;
  if (!set && can_be_absent(field)) {
    if (field->rules.required)
      refuse(check, path, "REQUIRED", NULL);
    return;
  }
  if (field->repeated)
    check_list(check, field, message, path);
  else if (field->message)
    check_nested(check, field, &field->rules, field_message(message, field), path);
  else
    check_scalar(check, field, &field->rules, field_at(message, field), path);
}

static void check_message(struct check *check, const struct message *type, const ProtobufCMessage *message,
                          const struct path *path, struct masked masked) {
  const struct field *mask = mask_of(type);
  const struct field *record = mask ? record_of(type) : NULL;
  for (unsigned i = 0; i < type->field_count; i++) {
    const struct field *field = &type->fields[i];
    struct path at = {path, field->name, field->name_length, NO_ITEM};
    if (field->output_only)
      continue;
    if (!record || (field != mask && field != record) || !field_is_set(message, field)) {
      check_field(check, field, message, &at, masked);
      continue;
    }
    struct masked beside = {mask->message, field_message(message, mask)};
    if (field == mask)
      check_mask(check, record->message, beside, &at);
    else
      check_message(check, field->message, field_message(message, field), &at, beside);
  }
}

bool rules_check(const struct message *type, const ProtobufCMessage *message, struct fault *fault) {
  struct check check = {.fault = fault};
  check_message(&check, type, message, NULL, (struct masked){0});
  return !check.bad;
}

bool rules_check_at(const struct message *type, const ProtobufCMessage *message, const char *prefix, struct fault *fault) {
  struct check check = {.fault = fault};
  struct path path = {NULL, prefix, strlen(prefix), NO_ITEM};
  check_message(&check, type, message, &path, (struct masked){0});
  return !check.bad;
}
