// A variant is printed here with its values in it, as one can paste it into psql.

#include "base/buffer.h"
#include "base/timestamp.h"
#include "store/plan.h"
#include <inttypes.h>
#include <string.h>

enum { ARRAY_HEAD_BYTES = 20, INTERVAL_DAYS_AT = 8, INTERVAL_MONTHS_AT = 12, DAYS_1970_TO_2000 = 10957 };
#define SECONDS_1970_TO_2000 946684800LL
#define SECOND_US 1000000LL

// --- Literals: what stands between the quotes
// ------------------------------------------------------------------------------------

static void print_text(struct buffer *out, const char *bytes, int length) {
  for (int i = 0; i < length; i++) {
    if (bytes[i] == '\'')
      buffer_byte(out, '\'');
    buffer_byte(out, bytes[i]);
  }
}

static void print_bytea(struct buffer *out, const char *bytes, int length) {
  buffer_string(out, "\\x");
  for (int i = 0; i < length; i++)
    buffer_printf(out, "%02x", (unsigned char)bytes[i]);
}

static void print_bool(struct buffer *out, const char *bytes, int length) {
  (void)length;
  buffer_string(out, *bytes ? "true" : "false");
}

static void print_int(struct buffer *out, const char *bytes, int length) {
  int64_t number = length == 8   ? (int64_t)read_be64(bytes)
                   : length == 4 ? (int32_t)read_be32(bytes)
                                 : (int16_t)read_be16(bytes);
  buffer_printf(out, "%" PRId64, number);
}

static void print_float(struct buffer *out, const char *bytes, int length) {
  uint32_t short_bits = length == 4 ? read_be32(bytes) : 0;
  uint64_t bits = length == 8 ? read_be64(bytes) : 0;
  float single;
  double number;
  memcpy(&single, &short_bits, sizeof single);
  memcpy(&number, &bits, sizeof number);
  buffer_printf(out, "%.17g", length == 4 ? (double)single : number);
}

static void print_uuid(struct buffer *out, const char *bytes, int length) {
  (void)length;
  char text[UUID_TEXT];
  uuid_write((const uint8_t *)bytes, text);
  buffer_string(out, text);
}

static void print_date(struct buffer *out, const char *bytes, int length) {
  (void)length;
  char text[DAY_TEXT];
  size_t size = day_write((int32_t)read_be32(bytes) + DAYS_1970_TO_2000, text);
  buffer_put(out, text, size);
}

static void print_timestamptz(struct buffer *out, const char *bytes, int length) {
  (void)length;
  int64_t us = (int64_t)read_be64(bytes), seconds = us / SECOND_US, rest = us % SECOND_US;
  char text[TIMESTAMP_TEXT];
  if (rest < 0) {
    rest += SECOND_US;
    seconds--;
  }
  size_t size = timestamp_write(seconds + SECONDS_1970_TO_2000, (int32_t)rest * 1000, text);
  buffer_put(out, text, size);
}

static void print_interval(struct buffer *out, const char *bytes, int length) {
  (void)length;
  buffer_printf(out, "%" PRId32 " months %" PRId32 " days %" PRId64 " microseconds",
                (int32_t)read_be32(bytes + INTERVAL_MONTHS_AT), (int32_t)read_be32(bytes + INTERVAL_DAYS_AT),
                (int64_t)read_be64(bytes));
}

static const struct printer {
  Oid type;
  void (*print)(struct buffer *out, const char *bytes, int length);
} printers[] = {
    {TYPE_BOOL, print_bool},         {TYPE_BYTEA, print_bytea},
    {TYPE_INT2, print_int},          {TYPE_INT4, print_int},
    {TYPE_INT8, print_int},          {TYPE_FLOAT4, print_float},
    {TYPE_FLOAT8, print_float},      {TYPE_UUID, print_uuid},
    {TYPE_DATE, print_date},         {TYPE_TIMESTAMPTZ, print_timestamptz},
    {TYPE_INTERVAL, print_interval},
};

// --- Values
// -------------------------------------------------------------------------------------------------------------------

static void print_literal(struct buffer *out, Oid type, const char *bytes, int length) {
  void (*print)(struct buffer *, const char *, int) = print_text;
  for (unsigned i = 0; i < sizeof printers / sizeof *printers; i++)
    if (printers[i].type == type)
      print = printers[i].print;
  buffer_byte(out, '\'');
  print(out, bytes, length);
  buffer_byte(out, '\'');
}

static void print_elements(struct buffer *out, Oid element, const char *bytes, int length) {
  uint32_t count = length >= ARRAY_HEAD_BYTES ? read_be32(bytes + 12) : 0;
  const char *at = bytes + ARRAY_HEAD_BYTES;
  buffer_string(out, "array[");
  for (uint32_t i = 0; i < count; i++) {
    int size = (int)read_be32(at);
    buffer_string(out, i ? ", " : "");
    if (size < 0)
      buffer_string(out, "null");
    else
      print_literal(out, element, at + 4, size);
    at += 4 + (size < 0 ? 0 : size);
  }
  buffer_byte(out, ']');
}

static void print_value(struct buffer *out, Oid type, const char *bytes, int length) {
  const struct type *element = type_of_elements(type);
  if (!bytes)
    buffer_string(out, "null");
  else if (element)
    print_elements(out, element->oid, bytes, length);
  else
    print_literal(out, type, bytes, length);
  if (type)
    buffer_printf(out, "::%s", type_text(out->arena, type));
}

// --- The statement
// ------------------------------------------------------------------------------------------------------------

// Which of the variant's parameters this is of the statement's.
static unsigned index_of(const struct combination *combination, int parameter) {
  unsigned i = 0;
  while (combination->parameters[i] != parameter)
    i++;
  return i;
}

char *variant_printed(const struct variant *variant, const struct parameters *parameters, struct arena *arena) {
  const struct combination *combination = variant_combination(variant);
  const struct statement *statement = variant->statement;
  struct buffer out = {.arena = arena};
  for (unsigned i = 0; i < statement->piece_count; i++) {
    const struct piece *piece = &statement->pieces[i];
    if (!piece_is_in(piece, combination->mask))
      continue;
    buffer_put(&out, piece->text, piece->length);
    if (piece->parameter < 0)
      continue;
    unsigned k = index_of(combination, piece->parameter);
    print_value(&out, variant->types[k], parameters->values[k], parameters->lengths[k]);
  }
  while (out.length && strchr(" \t\r\n", out.data[out.length - 1]))
    out.length--;
  buffer_string(&out, ";\n");
  return buffer_text(&out);
}
