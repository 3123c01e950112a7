// Any text as a single value: a time, a day, a number, an id, an address; and any bytes as a value of PostgreSQL's. What is
// read and written is read again as the same, within its room.

#include "base/buffer.h"
#include "base/net.h"
#include "base/timestamp.h"
#include "base/utf8.h"
#include "base/uuid.h"
#include "schema/base64.h"
#include "schema/json.h"
#include "schema/json_text.h"
#include "schema/json_value.h"
#include "store/value.h"
#include "support/fuzz.h"
#include "transport/proxies.h"
#include "transport/router.h"
#include <string.h>

static bool is_same(const void *a, size_t a_length, const void *b, size_t b_length) {
  return a_length == b_length && (!a_length || memcmp(a, b, a_length) == 0);
}

// --- Times and ids ---------------------------------------------------------------------------------------------------

static void check_timestamp(struct input *input) {
  int64_t seconds, again;
  int32_t nanos, again_nanos;
  char text[TIMESTAMP_TEXT];
  size_t length;
  const char *given = input_rest(input, &length);
  if (!timestamp_read(given, length, &seconds, &nanos))
    return;
  size_t written = timestamp_write(seconds, nanos, text);
  must(written > 0 && written < TIMESTAMP_TEXT && strlen(text) == written);
  must(timestamp_read(text, written, &again, &again_nanos) && again == seconds && again_nanos == nanos);
}

static void check_day(struct input *input) {
  int32_t day, again;
  char text[DAY_TEXT];
  size_t length;
  const char *given = input_rest(input, &length);
  if (day_read(given, length, &day))
    must(day_write(day, text) == length && is_same(text, strlen(text), given, length));
  if (length < sizeof day)
    return;
  memcpy(&day, given, sizeof day);
  size_t written = day_write(day, text);
  must(strlen(text) == written && (!written || (day_read(text, written, &again) && again == day)));
}

static void check_uuid(struct input *input) {
  uint8_t uuid[UUID_BYTES];
  char text[UUID_TEXT];
  size_t length;
  const char *given = input_rest(input, &length);
  if (!uuid_read(given, length, uuid))
    return;
  uuid_write(uuid, text);
  must(length == UUID_TEXT - 1 && strncasecmp(text, given, length) == 0);
}

// --- Bytes as text ---------------------------------------------------------------------------------------------------

static void check_base64(struct input *input) {
  size_t length, bytes_length, again_length;
  const char *given = input_rest(input, &length);
  const uint8_t *bytes = base64_read(input->arena, given, length, &bytes_length);
  if (!bytes)
    return;
  struct buffer out = {.arena = input->arena};
  base64_write(&out, bytes, bytes_length);
  const uint8_t *again = base64_read(input->arena, buffer_text(&out), out.length, &again_length);
  must(again && is_same(again, again_length, bytes, bytes_length));
}

static void check_hex(struct input *input) {
  size_t length;
  const char *given = input_text(input);
  const uint8_t *bytes = crypto_hex_read(input->arena, given, &length);
  if (bytes)
    must(strcasecmp(crypto_hex(input->arena, bytes, length), given) == 0);
}

static void check_public_keys(struct input *input) {
  struct crypto_public_keys keys = {0}, again = {0};
  struct fault fault = {.arena = input->arena};
  bool read = crypto_public_keys_read(&keys, input_text(input), &fault);
  must(read == (fault.code == CODE_OK));
  if (!read)
    return;
  const char *text = crypto_public_keys_write(input->arena, &keys);
  must(crypto_public_keys_read(&again, text, &fault) && strcmp(crypto_public_keys_write(input->arena, &again), text) == 0);
}

// --- Addresses -------------------------------------------------------------------------------------------------------

static void check_address(struct input *input) {
  struct net_address address;
  struct proxies proxies = {0};
  struct fault fault = {.arena = input->arena};
  const char *text = input_text(input);
  if (net_read(text, &address, &fault))
    must(strlen(address.host) < NET_HOST_TEXT && strlen(address.host) > 0);
  else
    must(fault.code == CODE_INVALID_ARGUMENT);
  net_is_loopback(&address);
  fault = (struct fault){.arena = input->arena};
  must(proxies_read(&proxies, text, input->arena, &fault) == (fault.code == CODE_OK));
  must(!proxies_hold(&proxies, "") && (proxies.count > 0 || !proxies_hold(&proxies, "127.0.0.1")));
}

static void check_escapes(struct input *input) {
  size_t length, out_length;
  const char *given = input_rest(input, &length);
  const char *text = router_unescape(input->arena, given, length, &out_length);
  if (text)
    must(out_length <= length && (memchr(given, '%', length) || is_same(text, out_length, given, length)));
}

// --- JSON ------------------------------------------------------------------------------------------------------------

// Good text, written as a string of JSON, is one, and the same.
static void check_string(struct input *input) {
  size_t length;
  const char *given = input_rest(input, &length);
  if (!utf8_valid(given, length))
    return;
  struct buffer out = {.arena = input->arena};
  json_write_string(&out, given, length);
  struct json json = {.start = out.data, .at = out.data, .end = out.data + out.length, .arena = input->arena};
  struct json_piece piece;
  must(json_peek(&json) == JSON_STRING && json_take(&json, &piece) && json_ended(&json));
  must(!piece.flaw && is_same(piece.text, piece.length, given, length));
}

// A value that JSON has as a string or a number, of each kind that there is.
static void check_message(struct input *input) {
  static const char *const types[] = {"Timestamp",  "Duration",   "FieldMask",   "StringValue", "BoolValue",   "Int32Value",
                                      "Int64Value", "FloatValue", "DoubleValue", "BytesValue",  "UInt64Value", "UInt32Value"};
  enum { TYPES = sizeof types / sizeof *types };
  const char *name = arena_printf(input->arena, "google.protobuf.%s", types[input_byte(input) % TYPES]);
  const struct message *type = schema_message(api_schema(), name);
  struct token token = {.form = input_byte(input) & 1 ? FORM_STRING : FORM_TEXT};
  token.text = input_rest(input, &token.length);
  if (!type || !utf8_valid(token.text, token.length))
    return;
  ProtobufCMessage *message = message_new(input->arena, type);
  if (!value_read_message(type, token, input->arena, message))
    must_last(type, message, true, input->arena);
}

// --- PostgreSQL's values ---------------------------------------------------------------------------------------------

// Whether what is decoded is encoded as the same bytes: days and months of an interval are folded, any byte but 0 is true, and
// what is no text does not come from PostgreSQL.
static bool is_exact(const struct codec *codec, const char *bytes, size_t length) {
  if (!codec->encode || codec->type == TYPE_BOOL || (codec->type == TYPE_INTERVAL && read_be64(bytes + 8) != 0))
    return false;
  return (codec->type != TYPE_TEXT && codec->type != TYPE_VARCHAR) || utf8_valid(bytes, length);
}

static void check_codec(struct input *input) {
  const struct type *type = type_of((Oid)input_byte(input) << 8 | input_byte(input));
  const struct codec *codec = type ? codec_of((enum kind)input_byte(input), type->oid) : NULL;
  if (!codec)
    return;
  size_t length;
  const char *bytes = input_bytes(input, type->size ? (size_t)type->size : SIZE_MAX, &length);
  if (type->size && length != (size_t)type->size)
    return;
  _Alignas(16) char at[16] = {0};
  struct value value = {0};
  if (!codec->decode(input->arena, bytes, (int)length, at) || !is_exact(codec, bytes, length))
    return;
  must(codec->encode(at, true, &value) && value.length >= 0);
  must(is_same(value.bytes, (size_t)value.length, bytes, length));
}

// The first byte chooses what is read.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static void (*const checks[])(struct input *) = {check_timestamp, check_day,         check_uuid,    check_base64,
                                                   check_hex,       check_public_keys, check_address, check_escapes,
                                                   check_string,    check_message,     check_codec};
  enum { CHECKS = sizeof checks / sizeof *checks };
  struct arena arena = {0};
  struct input input = input_of(data, size, &arena);
  checks[input_byte(&input) % CHECKS](&input);
  arena_close(&arena);
  return 0;
}
