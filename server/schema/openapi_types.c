// Messages, fields and enums are described in JSON Schema here.

#include "schema/openapi_types.h"
#include "schema/translation.h"
#include <string.h>

const char *type_name(const char *full_name, const char *package) {
  size_t length = strlen(package);
  return length > 0 && strncmp(full_name, package, length) == 0 && full_name[length] == '.' ? full_name + length + 1
                                                                                            : full_name;
}

static const char *message_component(const struct message *message) {
  return type_name(message->name, message->descriptor->package_name);
}

static const char *enumeration_component(const struct enumeration *enumeration) {
  return type_name(enumeration->name, enumeration->descriptor->package_name);
}

void types_add(struct types *types, const struct message *message) {
  for (unsigned i = 0; i < types->message_count; i++) {
    if (types->messages[i] == message)
      return;
  }
  if (types->message_count < OPENAPI_TYPES)
    types->messages[types->message_count++] = message;
}

static void add_enumeration(struct types *types, const struct enumeration *enumeration) {
  for (unsigned i = 0; i < types->enumeration_count; i++) {
    if (types->enumerations[i] == enumeration)
      return;
  }
  if (types->enumeration_count < OPENAPI_TYPES)
    types->enumerations[types->enumeration_count++] = enumeration;
}

static void write_reference(struct pen *pen, const char *component) {
  buffer_string(pen->out, "\"$ref\":\"#/components/schemas/");
  buffer_string(pen->out, component);
  buffer_byte(pen->out, '"');
  pen->comma = true;
}

// --- Scalars ---

static const struct {
  const char *type, *format;
} SCALARS[] = {
    [PROTOBUF_C_TYPE_INT32] = {"integer", "int32"},    [PROTOBUF_C_TYPE_SINT32] = {"integer", "int32"},
    [PROTOBUF_C_TYPE_SFIXED32] = {"integer", "int32"}, [PROTOBUF_C_TYPE_UINT32] = {"integer", "uint32"},
    [PROTOBUF_C_TYPE_FIXED32] = {"integer", "uint32"}, [PROTOBUF_C_TYPE_INT64] = {"string", "int64"},
    [PROTOBUF_C_TYPE_SINT64] = {"string", "int64"},    [PROTOBUF_C_TYPE_SFIXED64] = {"string", "int64"},
    [PROTOBUF_C_TYPE_UINT64] = {"string", "uint64"},   [PROTOBUF_C_TYPE_FIXED64] = {"string", "uint64"},
    [PROTOBUF_C_TYPE_FLOAT] = {"number", "float"},     [PROTOBUF_C_TYPE_DOUBLE] = {"number", "double"},
    [PROTOBUF_C_TYPE_BOOL] = {"boolean", NULL},        [PROTOBUF_C_TYPE_STRING] = {"string", NULL},
    [PROTOBUF_C_TYPE_BYTES] = {"string", "byte"},      [PROTOBUF_C_TYPE_ENUM] = {"string", NULL},
};

static const char *text_format(const struct field *field, const struct rules *rules) {
  if (rules->uuid)
    return "uuid";
  if (field->stored_as == STORED_DATE)
    return "date";
  return field->secret ? "password" : NULL;
}

static void write_text_rules(struct pen *pen, const struct field *field, const struct rules *rules) {
  const char *format = text_format(field, rules);
  if (format)
    pen_text(pen, "format", format);
  if (rules->min_length)
    pen_number(pen, "minLength", (double)rules->min_length);
  if (rules->max_length)
    pen_number(pen, "maxLength", (double)rules->max_length);
  if (rules->pattern)
    pen_text(pen, "pattern", rules->pattern);
  else if (field->stored_as == STORED_INT8)
    pen_text(pen, "pattern", "^-?[0-9]+$");
}

static void write_bounds(struct pen *pen, const struct rules *rules) {
  if (rules->has_low)
    pen_number(pen, rules->low_open ? "exclusiveMinimum" : "minimum", rules->low);
  if (rules->has_high)
    pen_number(pen, rules->high_open ? "exclusiveMaximum" : "maximum", rules->high);
}

// `rules` are the field's, its items', or those of the wrapper around it.
static void write_scalar(struct types *types, struct pen *pen, const struct field *field, const struct rules *rules) {
  ProtobufCType type = field->descriptor->type;
  if (type == PROTOBUF_C_TYPE_ENUM) {
    add_enumeration(types, field->enumeration);
    return write_reference(pen, enumeration_component(field->enumeration));
  }
  pen_text(pen, "type", SCALARS[type].type);
  if (SCALARS[type].format)
    pen_text(pen, "format", SCALARS[type].format);
  if (type == PROTOBUF_C_TYPE_STRING)
    write_text_rules(pen, field, rules);
  else if (type == PROTOBUF_C_TYPE_BYTES)
    pen_text(pen, "contentEncoding", "base64");
  else if (strcmp(SCALARS[type].type, "string") != 0)
    write_bounds(pen, rules);
}

// --- Messages ---

static void write_any(struct pen *pen) {
  pen_text(pen, "type", "object");
  pen_open(pen, "properties", '{');
  pen_open(pen, "@type", '{');
  pen_text(pen, "type", "string");
  pen_close(pen, '}');
  pen_close(pen, '}');
  pen_open(pen, "required", '[');
  pen_text(pen, NULL, "@type");
  pen_close(pen, ']');
  pen_true(pen, "additionalProperties");
}

// Within braces: what the message is in JSON.
static void write_message(struct types *types, struct pen *pen, const struct message *message, const struct rules *rules) {
  switch (message->kind) {
  case MESSAGE_TIMESTAMP:
    pen_text(pen, "type", "string");
    return pen_text(pen, "format", "date-time");
  case MESSAGE_DURATION:
    pen_text(pen, "type", "string");
    return pen_text(pen, "pattern", "^-?[0-9]+(\\.[0-9]{1,9})?s$");
  case MESSAGE_FIELD_MASK:
    return pen_text(pen, "type", "string");
  case MESSAGE_WRAPPER:
    return write_scalar(types, pen, &message->fields[0], rules);
  case MESSAGE_ANY:
    return write_any(pen);
  case MESSAGE_EMPTY:
    return pen_text(pen, "type", "object");
  case MESSAGE_PLAIN:
  case MESSAGE_MAP_ENTRY:
    types_add(types, message);
    return write_reference(pen, message_component(message));
  }
}

void type_refer(struct types *types, struct pen *pen, const char *key, const struct message *message) {
  static const struct rules none = {0};
  pen_open(pen, key, '{');
  write_message(types, pen, message, &none);
  pen_close(pen, '}');
}

static void write_single(struct types *types, struct pen *pen, const struct field *field, const struct rules *rules) {
  if (field->message)
    write_message(types, pen, field->message, rules);
  else
    write_scalar(types, pen, field, rules);
}

static void write_list(struct types *types, struct pen *pen, const struct field *field) {
  static const struct rules none = {0};
  const struct rules *rules = &field->rules;
  pen_text(pen, "type", "array");
  if (rules->required)
    pen_number(pen, "minItems", rules->min_items > 1 ? (double)rules->min_items : 1);
  if (rules->max_items)
    pen_number(pen, "maxItems", (double)rules->max_items);
  if (rules->unique)
    pen_true(pen, "uniqueItems");
  pen_open(pen, "items", '{');
  if (field->in_part)
    type_of_members(types, pen, field->message, NULL, false);
  else
    write_single(types, pen, field, rules->items ? rules->items : &none);
  pen_close(pen, '}');
}

static void write_map(struct types *types, struct pen *pen, const struct field *field) {
  pen_text(pen, "type", "object");
  type_of_field(types, pen, "additionalProperties", &field->message->fields[1], false);
}

void type_of_field(struct types *types, struct pen *pen, const char *key, const struct field *field, bool described) {
  pen_open(pen, key, '{');
  if (field->map)
    write_map(types, pen, field);
  else if (field->repeated)
    write_list(types, pen, field);
  else
    write_single(types, pen, field, &field->rules);
  if (field->output_only)
    pen_true(pen, "readOnly");
  if (field->input_only)
    pen_true(pen, "writeOnly");
  const char *text = field_description(field, types->language);
  if (described && text[0])
    pen_text(pen, "description", text);
  pen_close(pen, '}');
}

// --- Components ---

static bool is_required(const struct message *message, const bool *left_out, unsigned i) {
  return message->fields[i].rules.required && !message->fields[i].output_only && !(left_out && left_out[i]);
}

static void write_required(struct pen *pen, const struct message *message, const bool *left_out) {
  bool any = false;
  for (unsigned i = 0; i < message->field_count; i++)
    any |= is_required(message, left_out, i);
  if (!any)
    return;
  pen_open(pen, "required", '[');
  for (unsigned i = 0; i < message->field_count; i++) {
    if (is_required(message, left_out, i))
      pen_text(pen, NULL, message->fields[i].json_name);
  }
  pen_close(pen, ']');
}

void type_of_members(struct types *types, struct pen *pen, const struct message *message, const bool *left_out, bool required) {
  pen_text(pen, "type", "object");
  const char *description = message_description(message, types->language);
  if (description[0])
    pen_text(pen, "description", description);
  pen_open(pen, "properties", '{');
  for (unsigned i = 0; i < message->field_count; i++) {
    if (!left_out || !left_out[i])
      type_of_field(types, pen, message->fields[i].json_name, &message->fields[i], true);
  }
  pen_close(pen, '}');
  if (required)
    write_required(pen, message, left_out);
}

static void write_enumeration(struct pen *pen, const struct enumeration *enumeration, enum language language) {
  const ProtobufCEnumDescriptor *descriptor = enumeration->descriptor;
  struct buffer text = {.arena = pen->out->arena};
  pen_open(pen, enumeration_component(enumeration), '{');
  pen_text(pen, "type", "string");
  pen_open(pen, "enum", '[');
  buffer_string(&text, enumeration_description(enumeration, language));
  buffer_string(&text, "\n");
  for (unsigned i = 0; i < descriptor->n_values; i++) {
    pen_text(pen, NULL, descriptor->values[i].name);
    const char *name = descriptor->values[i].name, *meaning = value_description(name, enumeration->value_comments[i], language);
    if (meaning[0])
      buffer_printf(&text, "\n- `%s`: %s", name, meaning);
  }
  pen_close(pen, ']');
  pen_text(pen, "description", buffer_text(&text));
  pen_close(pen, '}');
}

// The list grows while it is written: a message may refer to others.
void types_write(struct types *types, struct pen *pen) {
  for (unsigned i = 0; i < types->message_count; i++) {
    pen_open(pen, message_component(types->messages[i]), '{');
    type_of_members(types, pen, types->messages[i], NULL, true);
    pen_close(pen, '}');
  }
  for (unsigned i = 0; i < types->enumeration_count; i++)
    write_enumeration(pen, types->enumerations[i], types->language);
}
