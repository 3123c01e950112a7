// The proto3 JSON mapping over descriptors.
// Source: https://protobuf.dev/programming-guides/json/

#pragma once
#include "base/buffer.h"
#include "schema/message.h"

// How deep a text may be nested, and how many elements its lists may hold in all.
enum { JSON_DEPTH = 32, JSON_ELEMENTS = 100000 };

// Reads a JSON text into a new message in the arena. Both spellings of names; numbers and strings for numbers; enums by name
// and number; null is absent.
//
// What is wrong with a field is a violation with its path, and reading goes on, so that all are told and a per-item method can
// pin each on its item: UNKNOWN_FIELD, DUPLICATE_FIELD, WRONG_TYPE, OUT_OF_RANGE, UNDEFINED_ENUM, BAD_TIME, BAD_BASE64,
// BAD_UTF8 (also half a surrogate pair), NUL_CHARACTER, TOO_DEEP, TOO_MANY_ITEMS (of a mask). The message is returned without
// those fields; elements of lists keep their places.
//
// NULL where nothing can be read: INVALID_ARGUMENT with reason MALFORMED_JSON (line and column in the message) or
// TOO_MANY_ELEMENTS (over JSON_ELEMENTS, or past the arena's limit).
//
// `mask_or_null` gets the names of the body's members as lower_snake paths, separated by commas: the update mask that a PATCH
// without one means. Members of nested plain messages as a.b; what only the server says is not among them.
ProtobufCMessage *json_read(const struct schema *schema, const struct message *type, const char *text, size_t length,
                            struct arena *arena, struct buffer *mask_or_null, struct fault *fault);

// Sets one field of `message` from the text of a query parameter or a path segment: name in either spelling, dotted for nested
// fields; repeated fields append; an empty value is absent. Unknown names and bad values are violations under `name`; false
// then.
bool json_set_from_text(const struct schema *schema, const struct message *type, ProtobufCMessage *message, const char *name,
                        const char *value, size_t length, struct arena *arena, struct fault *fault);

// Writes `message`, lowerCamel, absent fields left out; with `defaults` scalars and lists at their default are written too
// (enums at 0 are not).
void json_write(const struct schema *schema, const struct message *type, const ProtobufCMessage *message, bool defaults,
                struct buffer *out);

// Writes `text` with quotes, escaped.
void json_write_string(struct buffer *out, const char *text, size_t length);
