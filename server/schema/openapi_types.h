// JSON Schema (2020-12, as OpenAPI 3.1 has it) of messages, fields and enums.

#pragma once
#include "schema/pen.h"
#include "schema/words.h"

enum { OPENAPI_TYPES = 512 };

// Messages and enums that were referred to and belong among the components; and what their descriptions are written in.
struct types {
  enum language language;
  unsigned message_count, enumeration_count;
  const struct message *messages[OPENAPI_TYPES];
  const struct enumeration *enumerations[OPENAPI_TYPES];
};

// The name of a component: the full name without its package.
const char *type_name(const char *full_name, const char *package);

// Adds a message to the components.
void types_add(struct types *types, const struct message *message);

// Writes all of them as the members of "schemas", and what they refer to in turn.
void types_write(struct types *types, struct pen *pen);

// Writes {"$ref": …} or, for a message that is a value, its schema.
void type_refer(struct types *types, struct pen *pen, const char *key, const struct message *message);

// Writes the schema of a field; `described` with its comment.
void type_of_field(struct types *types, struct pen *pen, const char *key, const struct field *field, bool described);

// Writes the members of an object's schema. Fields that `left_out` holds true for are left out; without `required` nothing must
// be given (a PATCH).
void type_of_members(struct types *types, struct pen *pen, const struct message *message, const bool *left_out, bool required);
