// Shared by the files that read descriptors at start.

#pragma once
#include "google/protobuf/descriptor.pb-c.h"
#include "schema/comments.h"
#include "schema/schema.h"

struct reading {
  struct schema *schema;
  struct arena *keep;    // lives as long as the schema
  struct arena *scratch; // lives until the schema is open
  struct fault *fault;
  const char *package;      // of the file being read
  struct comments comments; // of the same
};

// Sets a fault that the program cannot start with: "zoufang.v1.Visit.kind: what is wrong". Always false.
bool reading_refuse(struct reading *reading, const char *where, const char *what);

// Reads what the proto says of `field` beyond its type: behaviour, rules, storage.
bool field_options_read(struct reading *reading, struct field *field, const Google__Protobuf__FieldOptions *options);

// Reads a method's options: who may call it, and its routes, held against its input.
bool method_options_read(struct reading *reading, struct method *method, const Google__Protobuf__MethodOptions *options);
