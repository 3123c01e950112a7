// Everything known of the API: messages, fields, methods, their rules, routes and comments. Read from the embedded descriptors
// once at start; never written afterwards, so that any thread may read it.

#pragma once
#include "base/fault.h"
#include <protobuf-c/protobuf-c.h>

// Messages that the JSON mapping and the engine treat on their own.
enum message_kind {
  MESSAGE_PLAIN,
  MESSAGE_TIMESTAMP,
  MESSAGE_DURATION,
  MESSAGE_FIELD_MASK,
  MESSAGE_WRAPPER, // google.protobuf.Int64Value and its like: one field "value"
  MESSAGE_ANY,
  MESSAGE_EMPTY,
  MESSAGE_MAP_ENTRY, // of a map field: key, value
};

enum stored_as { STORED_PLAIN, STORED_INT8, STORED_DATE };

// buf.validate's rules, the subset that is enforced.
struct rules {
  bool required; // REQUIRED by google.api.field_behavior or buf.validate
  bool uuid;
  bool defined_only; // enums
  bool finite;       // doubles
  bool unique;       // repeated scalars
  bool ignore_zero;  // numbers: 0 is not held against the bounds
  bool not_zero;     // enums inside lists: 0 is no element
  bool has_low, has_high, low_open, high_open;
  double low, high;                // numbers; exact for integers below 2^53
  uint64_t min_length, max_length; // characters of strings, bytes of bytes; max 0: none
  uint64_t min_items, max_items;   // of repeated fields; max 0: none
  const char *pattern;             // of strings, POSIX extended; NULL: none
  const struct compiled_pattern *compiled;
  const struct rules *items; // of each element of a repeated field; NULL: none
};

// An enum: its comments, parallel to descriptor->values.
struct enumeration {
  const ProtobufCEnumDescriptor *descriptor;
  const char *name; // full: "zoufang.v1.VisitKind"
  const char *comment;
  const char **value_comments;
};

struct field {
  const ProtobufCFieldDescriptor *descriptor;
  const struct message *owner;
  const struct message *message;         // of a message field
  const struct enumeration *enumeration; // of an enum field
  const char *name;                      // lower_snake
  const char *json_name;                 // lowerCamel
  unsigned name_length, json_name_length;
  const char *comment; // from the proto file, "" where none
  struct rules rules;
  enum stored_as stored_as;
  bool output_only, input_only, immutable;
  bool sealed, generated, secret, counted, in_part;
  bool body;     // a Document that REST answers with in place of the message
  bool repeated; // map fields too
  bool map;      // its message is a MESSAGE_MAP_ENTRY
};

enum { MESSAGE_FIELDS = 256 }; // a message has no more

struct message {
  const ProtobufCMessageDescriptor *descriptor;
  const char *name; // full: "zoufang.v1.Visit"
  const char *comment;
  enum message_kind kind;
  unsigned field_count;
  struct field *fields;            // in the order of descriptor->fields (by number)
  bool has_sealed;                 // a field of its own is sealed
  const struct field *body;        // its field that is a whole answer; NULL: none
  const struct field_index *index; // by name, both spellings
};

struct route {
  const char *verb; // "GET", "POST", "PATCH", "PUT", "DELETE"
  const char *path; // template: "/v1/visits/{id}:withdraw"
  const char *body; // "" none, "*" the whole request, else a field's name
};

struct service {
  const char *name; // "VisitService"
  const char *comment;
};

enum { METHOD_ROUTES = 4 };

struct method {
  const char *name; // "VisitService/GetVisit": what names the SQL file, logs and metrics
  const char *path; // "/zoufang.v1.VisitService/GetVisit": what gRPC calls
  const char *comment;
  const struct service *service;
  const struct message *input, *output;
  unsigned index; // dense, from 0
  uint32_t roles; // bit (1 << role); 0: every signed-in user
  bool anonymous, audited, per_item, read_only, brief, download, published, server_streaming;
  unsigned route_count;
  struct route routes[METHOD_ROUTES];
  // Well-known fields of the request and response, NULL where there is none.
  const struct field *request_id, *page_size, *page_token, *next_page_token, *update_mask;
};

struct schema {
  unsigned message_count, method_count, service_count, enumeration_count;
  struct message **messages;
  struct method *methods; // the API's own; health and reflection are the transport's
  struct service *services;
  struct enumeration *enumerations;
  struct message_index *index; // by descriptor and by name; owns all of the above
};

// What a schema is made from.
struct schema_source {
  const uint8_t *descriptors; // a packed google.protobuf.FileDescriptorSet with imports and comments
  size_t descriptors_length;
  const ProtobufCMessageDescriptor *const *messages; // of all these files; a NULL ends them
};

// Reads the embedded descriptors. What does not fit (a bad pattern, a rule that is not enforced or does not fit its field, a
// route that names no field, a method without a route) is a fault INTERNAL that names message and field, or the method. Lives
// until schema_close.
bool schema_open(struct schema *schema, struct fault *fault);
void schema_close(struct schema *schema);

// The same from other descriptors than the embedded ones.
bool schema_open_from(struct schema *schema, const struct schema_source *source, struct fault *fault);

// NULL where there is none.
const struct message *schema_message(const struct schema *schema, const char *full_name);
const struct message *schema_message_of(const struct schema *schema, const ProtobufCMessageDescriptor *descriptor);
const struct method *schema_method(const struct schema *schema, const char *path, size_t length); // by gRPC path
const struct enumeration *schema_enumeration(const struct schema *schema, const ProtobufCEnumDescriptor *descriptor);
const struct field *message_field(const struct message *message, const char *name, size_t length);      // lower_snake
const struct field *message_field_json(const struct message *message, const char *name, size_t length); // either spelling

// The field at the end of a dotted lower_snake path, through singular plain messages; NULL where there is none.
const struct field *message_field_at(const struct message *message, const char *path, size_t length);
