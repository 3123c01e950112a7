// The input is cut into pieces here, and messages are written and read again.

#include "support/fuzz.h"
#include "schema/json.h"
#include "schema/wire.h"
#include <stdlib.h>
#include <string.h>

void must(bool holds) {
  if (!holds)
    abort();
}

void touch(const void *bytes, size_t length) {
  for (const volatile uint8_t *at = bytes, *end = at + length; at < end;)
    (void)*at++;
}

// --- The program's own -----------------------------------------------------------------------------------------------

const struct schema *api_schema(void) {
  static struct schema api;
  static struct arena arena;
  struct fault fault = {.arena = &arena};
  if (!api.index)
    must(schema_open(&api, &fault));
  return &api;
}

const struct message *api_message(const char *name) {
  const struct message *message = schema_message(api_schema(), name);
  must(message != NULL);
  return message;
}

const struct method *api_method(const char *name) {
  struct arena arena = {0};
  const char *path = arena_printf(&arena, "/zoufang.v1.%s", name);
  const struct method *method = schema_method(api_schema(), path, strlen(path));
  must(method != NULL);
  arena_close(&arena);
  return method;
}

const struct crypto *test_keys(void) {
  static struct crypto crypto;
  crypto.seal.count = crypto.index.count = 1;
  crypto.seal.of[0].version = crypto.index.of[0].version = 1;
  for (int purpose = 0; purpose < CRYPTO_PURPOSES; purpose++)
    memset(crypto.derived[purpose], purpose + 1, CRYPTO_KEY_BYTES);
  return &crypto;
}

// --- The input -------------------------------------------------------------------------------------------------------

struct input input_of(const uint8_t *data, size_t size, struct arena *arena) {
  return (struct input){data, data + size, arena};
}

uint8_t input_byte(struct input *input) {
  return input->at < input->end ? *input->at++ : 0;
}

const char *input_bytes(struct input *input, size_t length, size_t *taken) {
  size_t left = (size_t)(input->end - input->at);
  *taken = length < left ? length : left;
  char *copy = arena_alloc(input->arena, *taken);
  if (*taken)
    memcpy(copy, input->at, *taken);
  input->at += *taken;
  return copy;
}

const char *input_rest(struct input *input, size_t *length) {
  return input_bytes(input, SIZE_MAX, length);
}

// `length` bytes of the input as text, cut at the first NUL.
static char *text_of(struct input *input, size_t length) {
  const char *text = (const char *)input->at;
  return arena_strndup(input->arena, text, length ? strnlen(text, length) : 0);
}

char *input_line(struct input *input) {
  size_t left = (size_t)(input->end - input->at);
  const uint8_t *end = left ? memchr(input->at, '\n', left) : NULL;
  size_t length = end ? (size_t)(end - input->at) : left;
  char *line = text_of(input, length);
  input->at += length + (end != NULL);
  return line;
}

char *input_text(struct input *input) {
  char *text = text_of(input, (size_t)(input->end - input->at));
  input->at = input->end;
  return text;
}

// --- Messages --------------------------------------------------------------------------------------------------------

static const char *as_json(const struct message *type, const ProtobufCMessage *message, bool defaults, struct arena *arena) {
  struct buffer out = {.arena = arena};
  json_write(api_schema(), type, message, defaults, &out);
  return buffer_text(&out);
}

static ProtobufCMessage *from_json(const struct message *type, const char *text, struct arena *arena) {
  struct fault fault = {.arena = arena};
  ProtobufCMessage *message = json_read(api_schema(), type, text, strlen(text), arena, NULL, &fault);
  must(message && fault.code == CODE_OK);
  return message;
}

static ProtobufCMessage *from_wire(const struct message *type, const ProtobufCMessage *message, struct arena *arena) {
  struct fault fault = {.arena = arena};
  size_t length;
  uint8_t *bytes = message_pack(arena, message, &length);
  must(wire_scan(type, bytes, length, (struct wire_limits){SIZE_MAX, SIZE_MAX / 2}, &fault));
  ProtobufCMessage *unpacked = message_unpack(arena, type, bytes, length);
  must(unpacked != NULL);
  return unpacked;
}

void must_last_in_json(const struct message *type, const ProtobufCMessage *message, bool defaults, struct arena *arena) {
  const char *first = as_json(type, message, defaults, arena);
  must(strcmp(first, as_json(type, from_json(type, first, arena), defaults, arena)) == 0);
}

void must_last(const struct message *type, const ProtobufCMessage *message, bool defaults, struct arena *arena) {
  const char *first = as_json(type, message, defaults, arena);
  const ProtobufCMessage *read = from_json(type, first, arena);
  must(strcmp(first, as_json(type, read, defaults, arena)) == 0);
  must(strcmp(first, as_json(type, from_wire(type, message, arena), defaults, arena)) == 0);
  must(strcmp(first, as_json(type, from_wire(type, read, arena), defaults, arena)) == 0);
}
