// Text becomes numbers, enums, times and the like here.

#include "schema/json_value.h"
#include "base/timestamp.h"
#include "schema/base64.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ENUM_NAME_BYTES = 128, NANO_DIGITS = 9, EXACT_DIGITS = 15, EXACT_POWER = 22, EXPONENT_LIMIT = 1000000 };

static const char WRONG_TYPE[] = "WRONG_TYPE", OUT_OF_RANGE[] = "OUT_OF_RANGE", UNDEFINED_ENUM[] = "UNDEFINED_ENUM",
                  BAD_TIME[] = "BAD_TIME", BAD_BASE64[] = "BAD_BASE64", TOO_MANY_ITEMS[] = "TOO_MANY_ITEMS";

// --- Numbers ---

// A number as it is written: sign, digits with a point somewhere, exponent.
struct decimal {
  bool negative;
  const char *digits, *end; // the first digit that is not zero up to behind the last; a point may lie between
  int count;                // of those digits
  long power;               // the value is digits · 10^power
};

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The exponent, held to ±EXPONENT_LIMIT. False where it is none.
static bool read_exponent(const char *at, const char *end, long *exponent) {
  bool negative = at < end && *at == '-';
  if (at < end && (*at == '-' || *at == '+'))
    at++;
  if (at == end)
    return false;
  for (*exponent = 0; at < end; at++) {
    if (!is_digit(*at))
      return false;
    if (*exponent < EXPONENT_LIMIT)
      *exponent = *exponent * 10 + (*at - '0');
  }
  *exponent = negative ? -*exponent : *exponent;
  return true;
}

// Counts the digits that matter and where the point stands among them.
static void weigh_digits(struct decimal *decimal, const char *at, const char *end) {
  int held = 0; // zeros that matter only where another digit follows
  bool point = false;
  decimal->digits = decimal->end = end;
  for (; at < end; at++) {
    if (*at == '.') {
      point = true;
      continue;
    }
    decimal->power -= point;
    if (*at == '0') {
      held += decimal->count > 0;
      continue;
    }
    if (decimal->count == 0)
      decimal->digits = at;
    decimal->count += held + 1;
    held = 0;
    decimal->end = at + 1;
  }
  decimal->power += held;
}

// Reads the grammar of JSON's numbers. False where it is none.
static bool read_decimal(const char *text, size_t length, struct decimal *decimal) {
  const char *end = text + length, *at = text;
  *decimal = (struct decimal){.negative = length > 0 && *text == '-'};
  at += decimal->negative;
  const char *digits = at;
  while (at < end && is_digit(*at))
    at++;
  if (at == digits || (*digits == '0' && at - digits > 1))
    return false;
  if (at < end && *at == '.') {
    const char *fraction = ++at;
    while (at < end && is_digit(*at))
      at++;
    if (at == fraction)
      return false;
  }
  if (at < end && ((*at | 0x20) != 'e' || !read_exponent(at + 1, end, &decimal->power)))
    return false;
  weigh_digits(decimal, digits, at);
  return true;
}

// The digits as a whole number. False where it has more than 64 bits.
static bool whole_digits(const struct decimal *decimal, uint64_t *number) {
  *number = 0;
  for (const char *at = decimal->digits; at < decimal->end; at++) {
    if (*at != '.' &&
        (__builtin_mul_overflow(*number, 10u, number) || __builtin_add_overflow(*number, (uint64_t)(*at - '0'), number)))
      return false;
  }
  return true;
}

// 1e3 and 2.0 are whole numbers, 1.5 is none.
static const char *read_whole(struct token token, bool *negative, uint64_t *number) {
  struct decimal decimal;
  if (!read_decimal(token.text, token.length, &decimal))
    return WRONG_TYPE;
  *negative = decimal.negative;
  *number = 0;
  if (decimal.count == 0)
    return NULL;
  if (decimal.power < 0)
    return WRONG_TYPE;
  if (decimal.count + decimal.power > 20 || !whole_digits(&decimal, number))
    return OUT_OF_RANGE;
  for (long i = 0; i < decimal.power; i++) {
    if (__builtin_mul_overflow(*number, 10u, number))
      return OUT_OF_RANGE;
  }
  return NULL;
}

static const char *read_signed(struct token token, int64_t min, int64_t max, int64_t *at) {
  bool negative;
  uint64_t magnitude;
  const char *reason = read_whole(token, &negative, &magnitude);
  if (reason)
    return reason;
  if (magnitude > (negative ? (uint64_t)0 - (uint64_t)min : (uint64_t)max))
    return OUT_OF_RANGE;
  *at = (int64_t)(negative ? (uint64_t)0 - magnitude : magnitude);
  return NULL;
}

static const char *read_int32(struct token token, int32_t *at) {
  int64_t number;
  const char *reason = read_signed(token, INT32_MIN, INT32_MAX, &number);
  if (!reason)
    *at = (int32_t)number;
  return reason;
}

static const char *read_unsigned(struct token token, uint64_t max, uint64_t *at) {
  bool negative;
  uint64_t number;
  const char *reason = read_whole(token, &negative, &number);
  if (reason)
    return reason;
  if (number > max || (negative && number > 0))
    return OUT_OF_RANGE;
  *at = number;
  return NULL;
}

static const char *read_uint32(struct token token, uint32_t *at) {
  uint64_t number;
  const char *reason = read_unsigned(token, UINT32_MAX, &number);
  if (!reason)
    *at = (uint32_t)number;
  return reason;
}

static bool is_word(struct token token, const char *word) {
  return token.length == strlen(word) && memcmp(token.text, word, token.length) == 0;
}

static bool read_special(struct token token, double *number) {
  static const struct {
    const char *word;
    double value;
  } words[] = {{"NaN", (double)NAN}, {"Infinity", (double)INFINITY}, {"-Infinity", -(double)INFINITY}};
  for (size_t i = 0; token.form != FORM_NUMBER && i < sizeof words / sizeof *words; i++) {
    if (is_word(token, words[i].word)) {
      *number = words[i].value;
      return true;
    }
  }
  return false;
}

// Few digits and a small power: both are exact as doubles, so one operation rounds correctly.
static bool read_exactly(const struct decimal *decimal, double *number) {
  static const double powers[EXACT_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                                 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  uint64_t digits;
  if (decimal->count > EXACT_DIGITS || labs(decimal->power) > EXACT_POWER || !whole_digits(decimal, &digits))
    return false;
  double value = decimal->power < 0 ? (double)digits / powers[-decimal->power] : (double)digits * powers[decimal->power];
  *number = decimal->negative ? -value : value;
  return true;
}

static const char *read_double(struct token token, struct arena *arena, double max, double *at) {
  struct decimal decimal;
  double number;
  if (read_special(token, at))
    return NULL;
  if (!read_decimal(token.text, token.length, &decimal))
    return WRONG_TYPE;
  if (!read_exactly(&decimal, &number)) // the program stays in the C locale: strtod wants a point
    number = strtod(arena_strndup(arena, token.text, token.length), NULL);
  if (fabs(number) > max)
    return OUT_OF_RANGE;
  *at = number + 0.0; // -0 is 0: packed messages leave out either, and would not tell them apart
  return NULL;
}

// FLT_MAX in as few digits as are written of it is a little more than FLT_MAX.
static const char *read_float(struct token token, struct arena *arena, float *at) {
  static const double rounds_to_max = 0x1.fffffefffffffp127;
  double number;
  const char *reason = read_double(token, arena, rounds_to_max, &number);
  if (!reason)
    *at = (float)number;
  return reason;
}

// --- Enums, truth values, bytes ---

static const ProtobufCEnumValue *enum_named(const struct field *field, struct token token) {
  char name[ENUM_NAME_BYTES];
  if (token.length >= sizeof name)
    return NULL;
  memcpy(name, token.text, token.length);
  name[token.length] = '\0';
  return protobuf_c_enum_descriptor_get_value_by_name(field->descriptor->descriptor, name);
}

static const char *read_enum(const struct field *field, struct token token, int *at) {
  const ProtobufCEnumValue *value = token.form == FORM_NUMBER ? NULL : enum_named(field, token);
  int64_t number;
  if (!value && token.form != FORM_STRING) {
    const char *reason = read_signed(token, INT32_MIN, INT32_MAX, &number);
    if (reason && token.form == FORM_NUMBER)
      return reason == WRONG_TYPE ? WRONG_TYPE : UNDEFINED_ENUM;
    value = reason ? NULL : protobuf_c_enum_descriptor_get_value(field->descriptor->descriptor, (int)number);
  }
  if (!value)
    return UNDEFINED_ENUM;
  *at = value->value;
  return NULL;
}

static const char *read_bool(struct token token, protobuf_c_boolean *at) {
  bool is_true = is_word(token, "true");
  if (!is_true && !is_word(token, "false"))
    return WRONG_TYPE;
  *at = is_true;
  return NULL;
}

static const char *read_bytes(struct token token, struct arena *arena, ProtobufCBinaryData *at) {
  size_t length;
  uint8_t *bytes = base64_read(arena, token.text, token.length, &length);
  if (!bytes)
    return BAD_BASE64;
  *at = (ProtobufCBinaryData){length, bytes};
  return NULL;
}

// --- Messages that are values ---

static void set_seconds(const struct message *type, ProtobufCMessage *message, int64_t seconds, int32_t nanos) {
  *(int64_t *)field_at(message, &type->fields[0]) = seconds;
  *(int32_t *)field_at(message, &type->fields[1]) = nanos;
}

static const char *read_timestamp(const struct message *type, struct token token, ProtobufCMessage *message) {
  int64_t seconds;
  int32_t nanos;
  if (!timestamp_read(token.text, token.length, &seconds, &nanos))
    return BAD_TIME;
  set_seconds(type, message, seconds, nanos);
  return NULL;
}

// "-1.5s": up to nine digits behind the point.
static const char *read_duration(const struct message *type, struct token token, ProtobufCMessage *message) {
  const char *at = token.text, *end = token.text + token.length;
  bool negative = at < end && *at == '-';
  int64_t seconds = 0;
  int32_t nanos = 0;
  int digits = 0;
  at += negative;
  if (at == end || !is_digit(*at) || end[-1] != 's')
    return BAD_TIME;
  for (; is_digit(*at); at++) {
    seconds = seconds * 10 + (*at - '0');
    if (seconds > DURATION_MAX_SECONDS)
      return BAD_TIME;
  }
  if (*at == '.') {
    for (at++; is_digit(*at) && digits < NANO_DIGITS; at++, digits++)
      nanos = nanos * 10 + (*at - '0');
    if (digits == 0)
      return BAD_TIME;
  }
  if (at != end - 1 || (seconds == DURATION_MAX_SECONDS && nanos > 0))
    return BAD_TIME;
  for (; digits < NANO_DIGITS; digits++)
    nanos *= 10;
  set_seconds(type, message, negative ? -seconds : seconds, negative ? -nanos : nanos);
  return NULL;
}

// One path: "position.latitude"; "startedAt" becomes started_at.
static char *read_path(struct arena *arena, const char *text, size_t length) {
  char *path = arena_alloc(arena, 2 * length + 1), *out = path;
  for (size_t i = 0; i < length; i++) {
    bool upper = text[i] >= 'A' && text[i] <= 'Z';
    if (upper)
      *out++ = '_';
    *out++ = upper ? (char)(text[i] | 0x20) : text[i];
  }
  *out = '\0';
  return path;
}

static const char *read_mask(const struct message *type, struct token token, struct arena *arena, ProtobufCMessage *message) {
  const struct field *paths = &type->fields[0];
  size_t count = token.length > 0;
  for (size_t i = 0; i < token.length; i++)
    count += token.text[i] == ',';
  if (count > MESSAGE_FIELDS)
    return TOO_MANY_ITEMS;
  char **list = arena_array(arena, count, sizeof *list);
  const char *at = token.text, *end = token.text + token.length;
  for (size_t i = 0; i < count; i++) {
    const char *comma = memchr(at, ',', (size_t)(end - at));
    size_t length = (size_t)((comma ? comma : end) - at);
    list[i] = read_path(arena, at, length);
    at += length + 1;
  }
  *field_count(message, paths) = count;
  *(char ***)field_at(message, paths) = list;
  return NULL;
}

const char *value_read_message(const struct message *type, struct token token, struct arena *arena, ProtobufCMessage *message) {
  bool text = token.form & (FORM_STRING | FORM_TEXT);
  switch (type->kind) {
  case MESSAGE_WRAPPER:
    return value_read(&type->fields[0], token, arena, field_at(message, &type->fields[0]));
  case MESSAGE_TIMESTAMP:
    return text ? read_timestamp(type, token, message) : WRONG_TYPE;
  case MESSAGE_DURATION:
    return text ? read_duration(type, token, message) : WRONG_TYPE;
  case MESSAGE_FIELD_MASK:
    return text ? read_mask(type, token, arena, message) : WRONG_TYPE;
  default:
    return WRONG_TYPE;
  }
}

static const char *read_nested(const struct field *field, struct token token, struct arena *arena, ProtobufCMessage **at) {
  ProtobufCMessage *message = message_new(arena, field->message);
  const char *reason = value_read_message(field->message, token, arena, message);
  if (!reason)
    *at = message;
  return reason;
}

// --- All types ---

enum { ANY_NUMBER = FORM_STRING | FORM_NUMBER | FORM_TEXT };

static const uint8_t FORMS[] = {
    [PROTOBUF_C_TYPE_INT32] = ANY_NUMBER,
    [PROTOBUF_C_TYPE_SINT32] = ANY_NUMBER,
    [PROTOBUF_C_TYPE_SFIXED32] = ANY_NUMBER,
    [PROTOBUF_C_TYPE_INT64] = ANY_NUMBER,
    [PROTOBUF_C_TYPE_SINT64] = ANY_NUMBER,
    [PROTOBUF_C_TYPE_SFIXED64] = ANY_NUMBER,
    [PROTOBUF_C_TYPE_UINT32] = ANY_NUMBER,
    [PROTOBUF_C_TYPE_FIXED32] = ANY_NUMBER,
    [PROTOBUF_C_TYPE_UINT64] = ANY_NUMBER,
    [PROTOBUF_C_TYPE_FIXED64] = ANY_NUMBER,
    [PROTOBUF_C_TYPE_FLOAT] = ANY_NUMBER,
    [PROTOBUF_C_TYPE_DOUBLE] = ANY_NUMBER,
    [PROTOBUF_C_TYPE_ENUM] = ANY_NUMBER,
    [PROTOBUF_C_TYPE_BOOL] = FORM_BOOL | FORM_TEXT,
    [PROTOBUF_C_TYPE_STRING] = FORM_STRING | FORM_TEXT,
    [PROTOBUF_C_TYPE_BYTES] = FORM_STRING | FORM_TEXT,
    [PROTOBUF_C_TYPE_MESSAGE] = FORM_STRING | FORM_NUMBER | FORM_BOOL | FORM_TEXT,
};

const char *value_read(const struct field *field, struct token token, struct arena *arena, void *at) {
  if (!(FORMS[field->descriptor->type] & token.form))
    return WRONG_TYPE;
  switch (field->descriptor->type) {
  case PROTOBUF_C_TYPE_INT32:
  case PROTOBUF_C_TYPE_SINT32:
  case PROTOBUF_C_TYPE_SFIXED32:
    return read_int32(token, at);
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_SINT64:
  case PROTOBUF_C_TYPE_SFIXED64:
    return read_signed(token, INT64_MIN, INT64_MAX, at);
  case PROTOBUF_C_TYPE_UINT32:
  case PROTOBUF_C_TYPE_FIXED32:
    return read_uint32(token, at);
  case PROTOBUF_C_TYPE_UINT64:
  case PROTOBUF_C_TYPE_FIXED64:
    return read_unsigned(token, UINT64_MAX, at);
  case PROTOBUF_C_TYPE_FLOAT:
    return read_float(token, arena, at);
  case PROTOBUF_C_TYPE_DOUBLE:
    return read_double(token, arena, DBL_MAX, at);
  case PROTOBUF_C_TYPE_ENUM:
    return read_enum(field, token, at);
  case PROTOBUF_C_TYPE_BOOL:
    return read_bool(token, at);
  case PROTOBUF_C_TYPE_STRING:
    *(char **)at = arena_strndup(arena, token.text, token.length);
    return NULL;
  case PROTOBUF_C_TYPE_BYTES:
    return read_bytes(token, arena, at);
  default:
    return read_nested(field, token, arena, at);
  }
}
