// Single values become PostgreSQL's binary form here, and fields again.

#include "store/value.h"
#include "base/buffer.h"
#include "base/timestamp.h"
#include "base/uuid.h"
#include "google/protobuf/duration.pb-c.h"
#include "google/protobuf/timestamp.pb-c.h"
#include <string.h>

enum { DAYS_1970_TO_2000 = 10957, DAYS_A_MONTH = 30, INT8_DIGITS = 19 };
#define SECONDS_1970_TO_2000 946684800LL
#define SECOND_US 1000000LL
#define DAY_SECONDS 86400LL
#define DURATION_MAX_SECONDS 315576000000LL

static const struct type types[] = {
    {TYPE_BOOL, 1000, "bool", 1},
    {TYPE_BYTEA, 1001, "bytea", 0},
    {TYPE_NAME, 1003, "name", 0},
    {TYPE_INT8, 1016, "int8", 8},
    {TYPE_INT2, 1005, "int2", 2},
    {TYPE_INT4, 1007, "int4", 4},
    {TYPE_TEXT, 1009, "text", 0},
    {TYPE_FLOAT4, 1021, "float4", 4},
    {TYPE_FLOAT8, 1022, "float8", 8},
    {TYPE_VARCHAR, 1015, "varchar", 0},
    {TYPE_DATE, 1182, "date", 4},
    {TYPE_TIMESTAMPTZ, 1185, "timestamptz", 8},
    {TYPE_INTERVAL, 1187, "interval", 16},
    {TYPE_VOID, 0, "void", 0},
    {TYPE_UUID, 2951, "uuid", 16},
    // No field is of these: they are here to be named in faults.
    {114, 199, "json", 0},
    {1042, 1014, "bpchar", 0},
    {1114, 1115, "timestamp", 0},
    {1700, 1231, "numeric", 0},
    {3802, 3807, "jsonb", 0},
    {5069, 271, "xid8", 0},
};
enum { TYPE_COUNT = sizeof types / sizeof *types };

const struct type *type_of(Oid oid) {
  for (unsigned i = 0; i < TYPE_COUNT; i++)
    if (types[i].oid == oid)
      return &types[i];
  return NULL;
}

const struct type *type_of_elements(Oid array) {
  for (unsigned i = 0; i < TYPE_COUNT; i++)
    if (types[i].array == array && array)
      return &types[i];
  return NULL;
}

const char *type_text(struct arena *arena, Oid oid) {
  const struct type *type = type_of(oid);
  if (type)
    return type->name;
  type = type_of_elements(oid);
  return type ? arena_printf(arena, "%s[]", type->name) : arena_printf(arena, "type %u", oid);
}

enum kind kind_of(const struct field *field) {
  switch (field->descriptor->type) {
  case PROTOBUF_C_TYPE_INT32:
  case PROTOBUF_C_TYPE_SINT32:
  case PROTOBUF_C_TYPE_SFIXED32:
    return KIND_INT32;
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_SINT64:
  case PROTOBUF_C_TYPE_SFIXED64:
    return KIND_INT64;
  case PROTOBUF_C_TYPE_UINT32:
  case PROTOBUF_C_TYPE_FIXED32:
    return KIND_UINT32;
  case PROTOBUF_C_TYPE_UINT64:
  case PROTOBUF_C_TYPE_FIXED64:
    return KIND_UINT64;
  case PROTOBUF_C_TYPE_FLOAT:
    return KIND_FLOAT;
  case PROTOBUF_C_TYPE_DOUBLE:
    return KIND_DOUBLE;
  case PROTOBUF_C_TYPE_BOOL:
    return KIND_BOOL;
  case PROTOBUF_C_TYPE_ENUM:
    return KIND_ENUM;
  case PROTOBUF_C_TYPE_STRING:
    return KIND_STRING;
  case PROTOBUF_C_TYPE_BYTES:
    return KIND_BYTES;
  case PROTOBUF_C_TYPE_MESSAGE:
    break;
  }
  switch (field->message ? field->message->kind : MESSAGE_PLAIN) {
  case MESSAGE_TIMESTAMP:
    return KIND_TIMESTAMP;
  case MESSAGE_DURATION:
    return KIND_DURATION;
  default:
    return KIND_NONE;
  }
}

const char *kind_name(enum kind kind) {
  static const char *const names[] = {
      [KIND_NONE] = "a message",    [KIND_STRING] = "string", [KIND_BYTES] = "bytes",   [KIND_BOOL] = "bool",
      [KIND_INT32] = "int32",       [KIND_INT64] = "int64",   [KIND_UINT32] = "uint32", [KIND_UINT64] = "uint64",
      [KIND_FLOAT] = "float",       [KIND_DOUBLE] = "double", [KIND_ENUM] = "an enum",  [KIND_TIMESTAMP] = "Timestamp",
      [KIND_DURATION] = "Duration",
  };
  return names[kind];
}

static Oid string_type(const struct field *said) {
  if (said->sealed)
    return TYPE_BYTEA;
  if (said->rules.uuid || (said->rules.items && said->rules.items->uuid))
    return TYPE_UUID;
  if (said->stored_as == STORED_INT8)
    return TYPE_INT8;
  if (said->stored_as == STORED_DATE)
    return TYPE_DATE;
  return 0;
}

Oid type_declared(enum kind kind, const struct field *said) {
  static const Oid declared[] = {
      [KIND_BYTES] = TYPE_BYTEA,
      [KIND_BOOL] = TYPE_BOOL,
      [KIND_INT32] = TYPE_INT4,
      [KIND_INT64] = TYPE_INT8,
      [KIND_UINT32] = TYPE_INT8,
      [KIND_UINT64] = TYPE_INT8,
      [KIND_FLOAT] = TYPE_FLOAT4,
      [KIND_DOUBLE] = TYPE_FLOAT8,
      [KIND_ENUM] = TYPE_INT2,
      [KIND_DURATION] = TYPE_INTERVAL,
      [KIND_TIMESTAMP] = TYPE_TIMESTAMPTZ,
  };
  return kind == KIND_STRING ? string_type(said) : declared[kind];
}

// --- To PostgreSQL
// ------------------------------------------------------------------------------------------------------------

static void write_be(char *to, uint64_t number, int bytes) {
  for (int i = bytes - 1; i >= 0; i--) {
    to[i] = (char)(number & 0xff);
    number >>= 8;
  }
}

static bool put_number(struct value *value, int64_t number, int bytes) {
  write_be(value->room, (uint64_t)number, bytes);
  value->bytes = value->room;
  value->length = bytes;
  return true;
}

static bool put_null(struct value *value) {
  value->bytes = NULL;
  value->length = -1;
  return true;
}

static bool text_to_text(const void *at, bool keep_empty, struct value *value) {
  const char *text = *(const char *const *)at;
  if (!text || (!*text && !keep_empty))
    return put_null(value);
  value->bytes = text;
  value->length = (int32_t)strlen(text);
  return true;
}

static bool text_to_uuid(const void *at, bool keep_empty, struct value *value) {
  (void)keep_empty;
  const char *text = *(const char *const *)at;
  if (!text || !*text)
    return put_null(value);
  value->bytes = value->room;
  value->length = UUID_BYTES;
  return uuid_read(text, strlen(text), (uint8_t *)value->room);
}

// Decimal digits, a minus sign before them or not.
static bool read_int8(const char *text, int64_t *number) {
  bool negative = *text == '-';
  const char *digit = text + negative;
  uint64_t sum = 0;
  int count = 0;
  for (; *digit >= '0' && *digit <= '9' && count <= INT8_DIGITS; digit++, count++)
    sum = sum * 10 + (uint64_t)(*digit - '0');
  if (!count || count > INT8_DIGITS || *digit || sum > (uint64_t)INT64_MAX + negative)
    return false;
  *number = (int64_t)(negative ? 0 - sum : sum);
  return true;
}

static bool text_to_int8(const void *at, bool keep_empty, struct value *value) {
  (void)keep_empty;
  const char *text = *(const char *const *)at;
  int64_t number;
  if (!text || !*text)
    return put_null(value);
  return read_int8(text, &number) && put_number(value, number, 8);
}

static bool text_to_date(const void *at, bool keep_empty, struct value *value) {
  (void)keep_empty;
  const char *text = *(const char *const *)at;
  int32_t day;
  if (!text || !*text)
    return put_null(value);
  return day_read(text, strlen(text), &day) && put_number(value, day - DAYS_1970_TO_2000, 4);
}

static bool bytes_to_bytea(const void *at, bool keep_empty, struct value *value) {
  const ProtobufCBinaryData *data = at;
  if (!data->len && !keep_empty)
    return put_null(value);
  value->bytes = data->len ? (const char *)data->data : "";
  value->length = (int32_t)data->len;
  return true;
}

static bool bool_to_bool(const void *at, bool keep_empty, struct value *value) {
  (void)keep_empty;
  return put_number(value, *(const protobuf_c_boolean *)at != 0, 1);
}

static bool int32_to_int4(const void *at, bool keep_empty, struct value *value) {
  (void)keep_empty;
  return put_number(value, *(const int32_t *)at, 4);
}

static bool int64_to_int8(const void *at, bool keep_empty, struct value *value) {
  (void)keep_empty;
  return put_number(value, *(const int64_t *)at, 8);
}

static bool uint32_to_int8(const void *at, bool keep_empty, struct value *value) {
  (void)keep_empty;
  return put_number(value, *(const uint32_t *)at, 8);
}

static bool uint64_to_int8(const void *at, bool keep_empty, struct value *value) {
  (void)keep_empty;
  uint64_t number = *(const uint64_t *)at;
  return number <= INT64_MAX && put_number(value, (int64_t)number, 8);
}

static bool enum_to_int2(const void *at, bool keep_empty, struct value *value) {
  int32_t number = *(const int32_t *)at;
  if (!number && !keep_empty)
    return put_null(value);
  return number >= INT16_MIN && number <= INT16_MAX && put_number(value, number, 2);
}

static bool float_to_float4(const void *at, bool keep_empty, struct value *value) {
  (void)keep_empty;
  int32_t bits;
  memcpy(&bits, at, sizeof bits);
  return put_number(value, bits, 4);
}

static bool double_to_float8(const void *at, bool keep_empty, struct value *value) {
  (void)keep_empty;
  int64_t bits;
  memcpy(&bits, at, sizeof bits);
  return put_number(value, bits, 8);
}

static bool timestamp_to_timestamptz(const void *at, bool keep_empty, struct value *value) {
  (void)keep_empty;
  const Google__Protobuf__Timestamp *time = *(Google__Protobuf__Timestamp *const *)at;
  if (!time)
    return put_null(value);
  if (time->seconds < TIMESTAMP_MIN_SECONDS || time->seconds > TIMESTAMP_MAX_SECONDS || time->nanos < 0 ||
      time->nanos > 999999999)
    return false;
  return put_number(value, (time->seconds - SECONDS_1970_TO_2000) * SECOND_US + time->nanos / 1000, 8);
}

// Microseconds, then days and months, which stay 0: a Duration is a length of time, not of a calendar.
static bool duration_to_interval(const void *at, bool keep_empty, struct value *value) {
  (void)keep_empty;
  const Google__Protobuf__Duration *length = *(Google__Protobuf__Duration *const *)at;
  if (!length)
    return put_null(value);
  if (length->seconds < -DURATION_MAX_SECONDS || length->seconds > DURATION_MAX_SECONDS || length->nanos < -999999999 ||
      length->nanos > 999999999)
    return false;
  memset(value->room, 0, sizeof value->room);
  write_be(value->room, (uint64_t)(length->seconds * SECOND_US + length->nanos / 1000), 8);
  value->bytes = value->room;
  value->length = 16;
  return true;
}

// --- From PostgreSQL
// ----------------------------------------------------------------------------------------------------------

static bool text_from_text(struct arena *arena, const char *bytes, int length, void *at) {
  *(char **)at = arena_strndup(arena, bytes, (size_t)length);
  return true;
}

static bool text_from_uuid(struct arena *arena, const char *bytes, int length, void *at) {
  (void)length;
  char *text = arena_alloc(arena, UUID_TEXT);
  uuid_write((const uint8_t *)bytes, text);
  *(char **)at = text;
  return true;
}

static bool text_from_int8(struct arena *arena, const char *bytes, int length, void *at) {
  (void)length;
  int64_t number = (int64_t)read_be64(bytes);
  uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
  char digits[INT8_DIGITS + 3], *first = digits + sizeof digits;
  do
    *--first = (char)('0' + rest % 10);
  while (rest /= 10);
  if (number < 0)
    *--first = '-';
  *(char **)at = arena_strndup(arena, first, (size_t)(digits + sizeof digits - first));
  return true;
}

static bool text_from_date(struct arena *arena, const char *bytes, int length, void *at) {
  (void)length;
  char *text = arena_alloc(arena, DAY_TEXT);
  int64_t day = (int64_t)(int32_t)read_be32(bytes) + DAYS_1970_TO_2000;
  *(char **)at = text;
  return day >= TIMESTAMP_MIN_SECONDS / DAY_SECONDS && day <= TIMESTAMP_MAX_SECONDS / DAY_SECONDS &&
         day_write((int32_t)day, text) > 0;
}

static bool bytes_from_bytea(struct arena *arena, const char *bytes, int length, void *at) {
  ProtobufCBinaryData *data = at;
  data->len = (size_t)length;
  data->data = (uint8_t *)arena_strndup(arena, bytes, (size_t)length);
  return true;
}

static bool bool_from_bool(struct arena *arena, const char *bytes, int length, void *at) {
  (void)arena, (void)length;
  *(protobuf_c_boolean *)at = *bytes != 0;
  return true;
}

static bool int32_from_int2(struct arena *arena, const char *bytes, int length, void *at) {
  (void)arena, (void)length;
  *(int32_t *)at = (int16_t)read_be16(bytes);
  return true;
}

static bool int32_from_int4(struct arena *arena, const char *bytes, int length, void *at) {
  (void)arena, (void)length;
  *(int32_t *)at = (int32_t)read_be32(bytes);
  return true;
}

static bool int64_from_int2(struct arena *arena, const char *bytes, int length, void *at) {
  (void)arena, (void)length;
  *(int64_t *)at = (int16_t)read_be16(bytes);
  return true;
}

static bool int64_from_int4(struct arena *arena, const char *bytes, int length, void *at) {
  (void)arena, (void)length;
  *(int64_t *)at = (int32_t)read_be32(bytes);
  return true;
}

static bool int64_from_int8(struct arena *arena, const char *bytes, int length, void *at) {
  (void)arena, (void)length;
  *(int64_t *)at = (int64_t)read_be64(bytes);
  return true;
}

static bool uint32_from_int8(struct arena *arena, const char *bytes, int length, void *at) {
  (void)arena, (void)length;
  uint64_t number = read_be64(bytes);
  *(uint32_t *)at = (uint32_t)number;
  return number <= UINT32_MAX;
}

static bool uint64_from_int8(struct arena *arena, const char *bytes, int length, void *at) {
  (void)arena, (void)length;
  *(uint64_t *)at = read_be64(bytes);
  return *(uint64_t *)at <= INT64_MAX;
}

static bool float_from_float4(struct arena *arena, const char *bytes, int length, void *at) {
  (void)arena, (void)length;
  uint32_t bits = read_be32(bytes);
  memcpy(at, &bits, sizeof bits);
  return true;
}

static bool double_from_float4(struct arena *arena, const char *bytes, int length, void *at) {
  float number;
  float_from_float4(arena, bytes, length, &number);
  *(double *)at = (double)number;
  return true;
}

static bool double_from_float8(struct arena *arena, const char *bytes, int length, void *at) {
  (void)arena, (void)length;
  uint64_t bits = read_be64(bytes);
  memcpy(at, &bits, sizeof bits);
  return true;
}

static bool timestamp_from_timestamptz(struct arena *arena, const char *bytes, int length, void *at) {
  (void)length;
  int64_t us = (int64_t)read_be64(bytes), seconds = us / SECOND_US, rest = us % SECOND_US;
  if (rest < 0) {
    rest += SECOND_US;
    seconds--;
  }
  Google__Protobuf__Timestamp *time = arena_alloc(arena, sizeof *time);
  google__protobuf__timestamp__init(time);
  *(Google__Protobuf__Timestamp **)at = time;
  if (seconds < TIMESTAMP_MIN_SECONDS - SECONDS_1970_TO_2000 || seconds > TIMESTAMP_MAX_SECONDS - SECONDS_1970_TO_2000)
    return false; // infinity, or a year that RFC 3339 cannot say
  time->seconds = seconds + SECONDS_1970_TO_2000;
  time->nanos = (int32_t)rest * 1000;
  return true;
}

static bool duration_from_interval(struct arena *arena, const char *bytes, int length, void *at) {
  (void)length;
  int64_t us = (int64_t)read_be64(bytes);
  int64_t days = (int64_t)(int32_t)read_be32(bytes + 8) + (int64_t)(int32_t)read_be32(bytes + 12) * DAYS_A_MONTH;
  int64_t seconds = us / SECOND_US + days * DAY_SECONDS, rest = us % SECOND_US;
  if (seconds > 0 && rest < 0) {
    seconds--;
    rest += SECOND_US;
  } else if (seconds < 0 && rest > 0) {
    seconds++;
    rest -= SECOND_US;
  }
  Google__Protobuf__Duration *span = arena_alloc(arena, sizeof *span);
  google__protobuf__duration__init(span);
  span->seconds = seconds;
  span->nanos = (int32_t)rest * 1000;
  *(Google__Protobuf__Duration **)at = span;
  return seconds >= -DURATION_MAX_SECONDS && seconds <= DURATION_MAX_SECONDS;
}

static const struct codec codecs[] = {
    {KIND_STRING, TYPE_TEXT, text_to_text, text_from_text},
    {KIND_STRING, TYPE_VARCHAR, text_to_text, text_from_text},
    {KIND_STRING, TYPE_NAME, NULL, text_from_text},
    {KIND_STRING, TYPE_UUID, text_to_uuid, text_from_uuid},
    {KIND_STRING, TYPE_INT8, text_to_int8, text_from_int8},
    {KIND_STRING, TYPE_DATE, text_to_date, text_from_date},
    {KIND_BYTES, TYPE_BYTEA, bytes_to_bytea, bytes_from_bytea},
    {KIND_BOOL, TYPE_BOOL, bool_to_bool, bool_from_bool},
    {KIND_INT32, TYPE_INT4, int32_to_int4, int32_from_int4},
    {KIND_INT32, TYPE_INT2, NULL, int32_from_int2},
    {KIND_INT64, TYPE_INT8, int64_to_int8, int64_from_int8},
    {KIND_INT64, TYPE_INT4, NULL, int64_from_int4},
    {KIND_INT64, TYPE_INT2, NULL, int64_from_int2},
    {KIND_UINT32, TYPE_INT8, uint32_to_int8, uint32_from_int8},
    {KIND_UINT64, TYPE_INT8, uint64_to_int8, uint64_from_int8},
    {KIND_FLOAT, TYPE_FLOAT4, float_to_float4, float_from_float4},
    {KIND_DOUBLE, TYPE_FLOAT8, double_to_float8, double_from_float8},
    {KIND_DOUBLE, TYPE_FLOAT4, NULL, double_from_float4},
    {KIND_ENUM, TYPE_INT2, enum_to_int2, int32_from_int2},
    {KIND_ENUM, TYPE_INT4, NULL, int32_from_int4},
    {KIND_TIMESTAMP, TYPE_TIMESTAMPTZ, timestamp_to_timestamptz, timestamp_from_timestamptz},
    {KIND_DURATION, TYPE_INTERVAL, duration_to_interval, duration_from_interval},
};

const struct codec *codec_of(enum kind kind, Oid type) {
  for (unsigned i = 0; i < sizeof codecs / sizeof *codecs; i++)
    if (codecs[i].kind == kind && codecs[i].type == type)
      return &codecs[i];
  return NULL;
}
