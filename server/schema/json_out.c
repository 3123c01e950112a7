// Messages become JSON here: straight into the buffer.

#include "base/timestamp.h"
#include "schema/base64.h"
#include "schema/json.h"
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_TEXT = 40, SCALED_DIGITS = 7 };

struct writer {
  const struct schema *schema;
  struct buffer *out;
  bool defaults;
};

static void write_message(struct writer *writer, const struct message *type, const ProtobufCMessage *message);

// --- Strings ---

static void write_escape(struct buffer *out, unsigned char c) {
  static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
  const char *known = memchr(from, c, sizeof from - 1);
  if (known)
    buffer_put(out, (const char[]){'\\', to[known - from]}, 2);
  else
    buffer_printf(out, "\\u%04x", c);
}

void json_write_string(struct buffer *out, const char *text, size_t length) {
  const char *at = text, *end = length > 0 ? text + length : text;
  buffer_byte(out, '"');
  while (at < end) {
    const char *run = at;
    while (at < end && (unsigned char)*at >= 0x20 && *at != '"' && *at != '\\')
      at++;
    buffer_put(out, run, (size_t)(at - run));
    if (at < end)
      write_escape(out, (unsigned char)*at++);
  }
  buffer_byte(out, '"');
}

// --- Numbers ---

// Digits are made from the last; returns where they begin.
static char *digits_before(char *end, uint64_t number) {
  do
    *--end = (char)('0' + number % 10);
  while (number /= 10);
  return end;
}

static void write_unsigned(struct buffer *out, uint64_t number) {
  char text[NUMBER_TEXT], *end = text + sizeof text, *at = digits_before(end, number);
  buffer_put(out, at, (size_t)(end - at));
}

static void write_signed(struct buffer *out, int64_t number) {
  char text[NUMBER_TEXT], *end = text + sizeof text;
  char *at = digits_before(end, number < 0 ? (uint64_t)0 - (uint64_t)number : (uint64_t)number);
  if (number < 0)
    *--at = '-';
  buffer_put(out, at, (size_t)(end - at));
}

// Up to seven digits behind the point, as coordinates have: the quotient of two exact numbers reads back as the same double.
static bool write_scaled(struct buffer *out, double number) {
  double scaled = rint(number * 1e7);
  if (!(fabs(number) < 1e8) || scaled / 1e7 != number)
    return false;
  char text[NUMBER_TEXT], *end = text + sizeof text, *at = end;
  uint64_t left = (uint64_t)fabs(scaled);
  for (int i = 0; i < SCALED_DIGITS; i++, left /= 10) {
    if (left % 10 != 0 || at != end)
      *--at = (char)('0' + left % 10);
  }
  if (at != end)
    *--at = '.';
  at = digits_before(at, left);
  if (number < 0)
    *--at = '-';
  buffer_put(out, at, (size_t)(end - at));
  return true;
}

// As few digits as read back the same: 15 to 17 for a double, 6 to 9 for a float.
static void write_shortest(struct buffer *out, double number, bool single) {
  char text[NUMBER_TEXT];
  int last = single ? 9 : 17;
  for (int digits = single ? 6 : 15; digits <= last; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, number);
    if (single ? strtof(text, NULL) == (float)number : strtod(text, NULL) == number)
      break;
  }
  buffer_string(out, text);
}

static void write_real(struct buffer *out, double number, bool single) {
  number += 0.0; // -0 is 0
  if (isnan(number))
    buffer_string(out, "\"NaN\"");
  else if (isinf(number))
    buffer_string(out, number < 0 ? "\"-Infinity\"" : "\"Infinity\"");
  else if (single || !write_scaled(out, number))
    write_shortest(out, number, single);
}

static void write_quoted_signed(struct buffer *out, int64_t number) {
  buffer_byte(out, '"');
  write_signed(out, number);
  buffer_byte(out, '"');
}

static void write_quoted_unsigned(struct buffer *out, uint64_t number) {
  buffer_byte(out, '"');
  write_unsigned(out, number);
  buffer_byte(out, '"');
}

// --- Values ---

static void write_enum(struct buffer *out, const struct field *field, int number) {
  const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(field->descriptor->descriptor, number);
  if (value)
    buffer_printf(out, "\"%s\"", value->name);
  else
    write_signed(out, number);
}

static void write_bytes(struct buffer *out, const ProtobufCBinaryData *bytes) {
  buffer_byte(out, '"');
  base64_write(out, bytes->data, bytes->len);
  buffer_byte(out, '"');
}

static void write_text(struct buffer *out, const char *text) {
  json_write_string(out, text ? text : "", text ? strlen(text) : 0);
}

static void write_value(struct writer *writer, const struct field *field, const void *at) {
  struct buffer *out = writer->out;
  switch (field->descriptor->type) {
  case PROTOBUF_C_TYPE_INT32:
  case PROTOBUF_C_TYPE_SINT32:
  case PROTOBUF_C_TYPE_SFIXED32:
    return write_signed(out, *(const int32_t *)at);
  case PROTOBUF_C_TYPE_UINT32:
  case PROTOBUF_C_TYPE_FIXED32:
    return write_unsigned(out, *(const uint32_t *)at);
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_SINT64:
  case PROTOBUF_C_TYPE_SFIXED64:
    return write_quoted_signed(out, *(const int64_t *)at);
  case PROTOBUF_C_TYPE_UINT64:
  case PROTOBUF_C_TYPE_FIXED64:
    return write_quoted_unsigned(out, *(const uint64_t *)at);
  case PROTOBUF_C_TYPE_FLOAT:
    return write_real(out, (double)*(const float *)at, true);
  case PROTOBUF_C_TYPE_DOUBLE:
    return write_real(out, *(const double *)at, false);
  case PROTOBUF_C_TYPE_BOOL:
    return buffer_string(out, *(const protobuf_c_boolean *)at ? "true" : "false");
  case PROTOBUF_C_TYPE_ENUM:
    return write_enum(out, field, *(const int *)at);
  case PROTOBUF_C_TYPE_STRING:
    return write_text(out, *(const char *const *)at);
  case PROTOBUF_C_TYPE_BYTES:
    return write_bytes(out, at);
  case PROTOBUF_C_TYPE_MESSAGE:
    return write_message(writer, field->message, *(ProtobufCMessage *const *)at);
  }
}

// --- Messages that are values ---

static int64_t seconds_of(const struct message *type, const ProtobufCMessage *message) {
  return *(const int64_t *)field_at(message, &type->fields[0]);
}

static int32_t nanos_of(const struct message *type, const ProtobufCMessage *message) {
  return *(const int32_t *)field_at(message, &type->fields[1]);
}

static void write_timestamp(struct buffer *out, const struct message *type, const ProtobufCMessage *message) {
  char text[TIMESTAMP_TEXT];
  size_t length = timestamp_write(seconds_of(type, message), nanos_of(type, message), text);
  json_write_string(out, text, length);
}

// Digits behind the point in threes.
static void write_duration(struct buffer *out, const struct message *type, const ProtobufCMessage *message) {
  int64_t seconds = seconds_of(type, message);
  int32_t nanos = nanos_of(type, message);
  buffer_printf(out, "\"%s%" PRId64, seconds < 0 || nanos < 0 ? "-" : "", (int64_t)llabs(seconds));
  nanos = abs(nanos);
  if (nanos % 1000 != 0)
    buffer_printf(out, ".%09d", nanos);
  else if (nanos % 1000000 != 0)
    buffer_printf(out, ".%06d", nanos / 1000);
  else if (nanos != 0)
    buffer_printf(out, ".%03d", nanos / 1000000);
  buffer_string(out, "s\"");
}

// One path: started_at becomes startedAt.
static void put_camel(struct buffer *text, const char *path) {
  for (const char *at = path; *at; at++) {
    bool lifts = at[0] == '_' && at[1] >= 'a' && at[1] <= 'z';
    at += lifts;
    buffer_byte(text, lifts ? (char)(*at - 'a' + 'A') : *at);
  }
}

// "startedAt,position.latitude".
static void write_mask(struct buffer *out, const struct message *type, const ProtobufCMessage *message) {
  const struct field *paths = &type->fields[0];
  struct buffer text = {.arena = out->arena};
  for (size_t i = 0; i < *field_count(message, paths); i++) {
    if (i > 0)
      buffer_byte(&text, ',');
    put_camel(&text, (*(char ***)field_at(message, paths))[i]);
  }
  json_write_string(out, text.data, text.length);
}

// --- Members ---

// Puts a comma where something went before, the name and the colon.
static void write_name(struct buffer *out, const struct field *field, bool *first) {
  char *at = buffer_reserve(out, field->json_name_length + 4), *from = at;
  if (!*first)
    *at++ = ',';
  *at++ = '"';
  memcpy(at, field->json_name, field->json_name_length);
  at += field->json_name_length;
  *at++ = '"';
  *at++ = ':';
  out->length += (size_t)(at - from);
  *first = false;
}

static void write_list(struct writer *writer, const struct field *field, const ProtobufCMessage *message) {
  const char *at = *(char *const *)field_at(message, field);
  size_t size = field_element_size(field);
  buffer_byte(writer->out, '[');
  for (size_t i = 0; i < *field_count(message, field); i++) {
    if (i > 0)
      buffer_byte(writer->out, ',');
    write_value(writer, field, at + i * size);
  }
  buffer_byte(writer->out, ']');
}

// A name is always text: numbers and truth values in quotes.
static void write_key(struct writer *writer, const struct field *key, const void *at) {
  bool quoted = key->descriptor->type == PROTOBUF_C_TYPE_STRING || field_element_size(key) == 8;
  if (!quoted)
    buffer_byte(writer->out, '"');
  write_value(writer, key, at);
  if (!quoted)
    buffer_byte(writer->out, '"');
}

static void write_map(struct writer *writer, const struct field *field, const ProtobufCMessage *message) {
  const struct field *key = &field->message->fields[0], *value = &field->message->fields[1];
  buffer_byte(writer->out, '{');
  for (size_t i = 0; i < *field_count(message, field); i++) {
    const ProtobufCMessage *entry = field_element(message, field, i);
    if (i > 0)
      buffer_byte(writer->out, ',');
    write_key(writer, key, field_at(entry, key));
    buffer_byte(writer->out, ':');
    write_value(writer, value, field_at(entry, value));
  }
  buffer_byte(writer->out, '}');
}

// Members of a oneof are there where the case says so, even at their default.
static bool is_written(const struct writer *writer, const struct field *field, const ProtobufCMessage *message) {
  if (!field->repeated && (field->descriptor->flags & PROTOBUF_C_FIELD_FLAG_ONEOF))
    return *(const uint32_t *)(const void *)((const char *)message + field->descriptor->quantifier_offset) ==
           field->descriptor->id;
  if (field_is_set(message, field))
    return true;
  return writer->defaults && !field->input_only && (field->repeated || (!field->message && !field->enumeration));
}

static void write_members(struct writer *writer, const struct message *type, const ProtobufCMessage *message, bool first) {
  for (unsigned i = 0; i < type->field_count; i++) {
    const struct field *field = &type->fields[i];
    if (!is_written(writer, field, message))
      continue;
    write_name(writer->out, field, &first);
    if (field->map)
      write_map(writer, field, message);
    else if (field->repeated)
      write_list(writer, field, message);
    else
      write_value(writer, field, field_at(message, field));
  }
}

// What is within, where the program knows its type; else its bytes.
static void write_any(struct writer *writer, const struct message *type, const ProtobufCMessage *message) {
  const char *url = field_text(message, &type->fields[0]), *slash = strrchr(url, '/');
  const ProtobufCBinaryData *bytes = field_at(message, &type->fields[1]);
  const struct message *inner = slash ? schema_message(writer->schema, slash + 1) : NULL;
  ProtobufCMessage *content = inner ? message_unpack(writer->out->arena, inner, bytes->data, bytes->len) : NULL;
  buffer_string(writer->out, "{\"@type\":");
  write_text(writer->out, url);
  if (content && inner->kind == MESSAGE_PLAIN) {
    write_members(writer, inner, content, false);
  } else {
    buffer_string(writer->out, ",\"value\":");
    if (content)
      write_message(writer, inner, content);
    else
      write_bytes(writer->out, bytes);
  }
  buffer_byte(writer->out, '}');
}

static void write_message(struct writer *writer, const struct message *type, const ProtobufCMessage *message) {
  switch (type->kind) {
  case MESSAGE_TIMESTAMP:
    return write_timestamp(writer->out, type, message);
  case MESSAGE_DURATION:
    return write_duration(writer->out, type, message);
  case MESSAGE_FIELD_MASK:
    return write_mask(writer->out, type, message);
  case MESSAGE_WRAPPER:
    return write_value(writer, &type->fields[0], field_at(message, &type->fields[0]));
  case MESSAGE_ANY:
    return write_any(writer, type, message);
  case MESSAGE_PLAIN:
  case MESSAGE_EMPTY:
  case MESSAGE_MAP_ENTRY:
    buffer_byte(writer->out, '{');
    write_members(writer, type, message, true);
    buffer_byte(writer->out, '}');
  }
}

void json_write(const struct schema *schema, const struct message *type, const ProtobufCMessage *message, bool defaults,
                struct buffer *out) {
  struct writer writer = {schema, out, defaults};
  write_message(&writer, type, message);
}
