// Single values of the proto3 JSON mapping: from text into fields.

#pragma once
#include "schema/message.h"

// How a value was written.
enum form {
  FORM_STRING = 1, // a JSON string
  FORM_NUMBER = 2, // a JSON number
  FORM_BOOL = 4,   // true or false
  FORM_TEXT = 8,   // a query parameter or a piece of a path
};

struct token {
  enum form form;
  const char *text; // not NUL-terminated
  size_t length;
};

// Reads `token` as one value of `field` (for a list: one element) into `at`, which is left alone where that fails. NULL, or the
// reason: WRONG_TYPE, OUT_OF_RANGE, UNDEFINED_ENUM, BAD_TIME, BAD_BASE64, TOO_MANY_ITEMS (of a mask). Memory is the arena's.
// Messages that JSON has as strings or numbers (Timestamp, Duration, FieldMask, wrappers) are values; other messages are
// WRONG_TYPE.
const char *value_read(const struct field *field, struct token token, struct arena *arena, void *at);

// The same for a message that is a value, made before.
const char *value_read_message(const struct message *type, struct token token, struct arena *arena, ProtobufCMessage *message);

// The largest Duration, in seconds either way.
#define DURATION_MAX_SECONDS 315576000000LL
