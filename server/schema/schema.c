// Reading the descriptors at start: messages with their fields, services with their methods, the comments before them.

#include "schema/schema.h"
#include "schema/embedded.h"
#include "schema/index.h"
#include "schema/options.h"
#include "schema/pattern.h"
#include "schema/reading.h"
#include <stdlib.h>
#include <string.h>

// Field numbers of descriptor.proto: the steps of comment paths.
enum { FILE_MESSAGE = 4, FILE_ENUM = 5, FILE_SERVICE = 6, MESSAGE_FIELD = 2, MESSAGE_NESTED = 3, MESSAGE_ENUM = 4 };
enum { ENUM_VALUE = 2, SERVICE_METHOD = 2 };

struct field_index {
  struct index names;
};

struct message_index {
  struct arena arena;
  struct index messages_by_name, messages_by_key, enumerations_by_name, enumerations_by_key, methods_by_path;
};

static const struct {
  const char *name;
  enum message_kind kind;
} KINDS[] = {
    {"google.protobuf.Timestamp", MESSAGE_TIMESTAMP},  {"google.protobuf.Duration", MESSAGE_DURATION},
    {"google.protobuf.FieldMask", MESSAGE_FIELD_MASK}, {"google.protobuf.Any", MESSAGE_ANY},
    {"google.protobuf.Empty", MESSAGE_EMPTY},          {"google.protobuf.DoubleValue", MESSAGE_WRAPPER},
    {"google.protobuf.FloatValue", MESSAGE_WRAPPER},   {"google.protobuf.Int64Value", MESSAGE_WRAPPER},
    {"google.protobuf.UInt64Value", MESSAGE_WRAPPER},  {"google.protobuf.Int32Value", MESSAGE_WRAPPER},
    {"google.protobuf.UInt32Value", MESSAGE_WRAPPER},  {"google.protobuf.BoolValue", MESSAGE_WRAPPER},
    {"google.protobuf.StringValue", MESSAGE_WRAPPER},  {"google.protobuf.BytesValue", MESSAGE_WRAPPER},
};

bool reading_refuse(struct reading *reading, const char *where, const char *what) {
  return fault_set(reading->fault, CODE_INTERNAL, "INTERNAL", "%s: %s", where, what);
}

static enum message_kind kind_of(const char *name, const Google__Protobuf__DescriptorProto *proto) {
  if (proto->options && proto->options->map_entry)
    return MESSAGE_MAP_ENTRY;
  for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++) {
    if (strcmp(KINDS[i].name, name) == 0)
      return KINDS[i].kind;
  }
  return MESSAGE_PLAIN;
}

// A struct message for each runtime descriptor, named and numbered; what the descriptor set adds comes later.
static bool list_messages(struct reading *reading, const ProtobufCMessageDescriptor *const *descriptors) {
  struct schema *schema = reading->schema;
  unsigned count = 0;
  while (descriptors[count])
    count++;
  schema->messages = arena_array(reading->keep, count, sizeof *schema->messages);
  schema->index->messages_by_name = index_make(reading->keep, count);
  schema->index->messages_by_key = index_make(reading->keep, count);
  for (unsigned i = 0; i < count; i++) {
    struct message *message = arena_zalloc(reading->keep, sizeof *message);
    message->descriptor = descriptors[i];
    message->name = descriptors[i]->name;
    message->field_count = descriptors[i]->n_fields;
    message->fields = arena_array(reading->keep, message->field_count, sizeof *message->fields);
    if (message->field_count > MESSAGE_FIELDS)
      return reading_refuse(reading, message->name, "more fields than MESSAGE_FIELDS");
    schema->messages[schema->message_count++] = message;
    index_put_key(&schema->index->messages_by_key, message->descriptor, message);
    if (!index_put_name(&schema->index->messages_by_name, message->name, strlen(message->name), message))
      return reading_refuse(reading, message->name, "listed twice");
  }
  return true;
}

// Enums have no list of their own: they are found at the fields that use them.
static void list_enumerations(struct reading *reading) {
  struct schema *schema = reading->schema;
  unsigned uses = 0;
  for (unsigned m = 0; m < schema->message_count; m++) {
    for (unsigned f = 0; f < schema->messages[m]->field_count; f++)
      uses += schema->messages[m]->descriptor->fields[f].type == PROTOBUF_C_TYPE_ENUM;
  }
  schema->enumerations = arena_array(reading->keep, uses, sizeof *schema->enumerations);
  schema->index->enumerations_by_name = index_make(reading->keep, uses);
  schema->index->enumerations_by_key = index_make(reading->keep, uses);
  for (unsigned m = 0; m < schema->message_count; m++) {
    const ProtobufCMessageDescriptor *message = schema->messages[m]->descriptor;
    for (unsigned f = 0; f < message->n_fields; f++) {
      const ProtobufCEnumDescriptor *descriptor = message->fields[f].descriptor;
      if (message->fields[f].type != PROTOBUF_C_TYPE_ENUM || schema_enumeration(schema, descriptor))
        continue;
      struct enumeration *enumeration = &schema->enumerations[schema->enumeration_count++];
      enumeration->descriptor = descriptor;
      enumeration->name = descriptor->name;
      enumeration->comment = "";
      enumeration->value_comments = arena_array(reading->keep, descriptor->n_values, sizeof(char *));
      for (unsigned v = 0; v < descriptor->n_values; v++)
        enumeration->value_comments[v] = "";
      index_put_key(&schema->index->enumerations_by_key, descriptor, enumeration);
      index_put_name(&schema->index->enumerations_by_name, enumeration->name, strlen(enumeration->name), enumeration);
    }
  }
}

static void index_fields(struct reading *reading, struct message *message) {
  struct field_index *index = arena_zalloc(reading->keep, sizeof *index);
  index->names = index_make(reading->keep, 2 * (size_t)message->field_count);
  for (unsigned i = 0; i < message->field_count; i++) {
    const struct field *field = &message->fields[i];
    index_put_name(&index->names, field->name, field->name_length, field);
  }
  for (unsigned i = 0; i < message->field_count; i++) {
    const struct field *field = &message->fields[i];
    index_put_name(&index->names, field->json_name, field->json_name_length, field);
  }
  message->index = index;
}

// Descriptors of all messages must be listed, so that each nested message is found.
static bool link_field(struct reading *reading, struct message *message, unsigned i,
                       const Google__Protobuf__FieldDescriptorProto *proto) {
  struct field *field = &message->fields[i];
  field->descriptor = &message->descriptor->fields[i];
  field->owner = message;
  field->name = field->descriptor->name;
  field->name_length = (unsigned)strlen(field->name);
  field->json_name = arena_strdup(reading->keep, proto->json_name ? proto->json_name : field->name);
  field->json_name_length = (unsigned)strlen(field->json_name);
  field->repeated = field->descriptor->label == PROTOBUF_C_LABEL_REPEATED;
  if (field->descriptor->type == PROTOBUF_C_TYPE_ENUM)
    field->enumeration = schema_enumeration(reading->schema, field->descriptor->descriptor);
  if (field->descriptor->type != PROTOBUF_C_TYPE_MESSAGE)
    return true;
  field->message = schema_message_of(reading->schema, field->descriptor->descriptor);
  return field->message || reading_refuse(reading, field->name, "a field of a message that is not listed");
}

// The runtime's message for a descriptor of the set; NULL where the program has none.
static struct message *message_named(const struct reading *reading, const char *name) {
  return (struct message *)(uintptr_t)schema_message(reading->schema, name);
}

static const char *full_name(struct reading *reading, const char *scope, const char *name) {
  return scope[0] ? arena_printf(reading->scratch, "%s.%s", scope, name) : name;
}

static void read_enumeration(struct reading *reading, const char *scope, const Google__Protobuf__EnumDescriptorProto *proto,
                             struct comment_path path) {
  const char *name = full_name(reading, scope, proto->name);
  struct enumeration *enumeration =
      (struct enumeration *)(uintptr_t)index_by_name(&reading->schema->index->enumerations_by_name, name, strlen(name));
  if (!enumeration)
    return;
  enumeration->comment = comment_at(&reading->comments, &path, reading->keep);
  for (size_t i = 0; i < proto->n_value; i++) {
    const ProtobufCEnumValue *value = protobuf_c_enum_descriptor_get_value(enumeration->descriptor, proto->value[i]->number);
    struct comment_path at = comment_child(path, ENUM_VALUE, i);
    if (value)
      enumeration->value_comments[value - enumeration->descriptor->values] = comment_at(&reading->comments, &at, reading->keep);
  }
}

// First pass over a message: its kind, its fields' names and types, its comments.
static bool read_message(struct reading *reading, const char *scope, const Google__Protobuf__DescriptorProto *proto,
                         struct comment_path path) {
  const char *name = full_name(reading, scope, proto->name);
  struct message *message = message_named(reading, name);
  if (message) {
    message->kind = kind_of(name, proto);
    message->comment = comment_at(&reading->comments, &path, reading->keep);
    for (size_t i = 0; i < proto->n_field; i++) {
      const ProtobufCFieldDescriptor *field =
          protobuf_c_message_descriptor_get_field(message->descriptor, (unsigned)proto->field[i]->number);
      if (!field)
        return reading_refuse(reading, name, "the descriptor set and the generated code differ");
      unsigned place = (unsigned)(field - message->descriptor->fields);
      struct comment_path at = comment_child(path, MESSAGE_FIELD, i);
      message->fields[place].comment = comment_at(&reading->comments, &at, reading->keep);
      if (!link_field(reading, message, place, proto->field[i]))
        return false;
    }
    index_fields(reading, message);
  }
  for (size_t i = 0; i < proto->n_enum_type; i++)
    read_enumeration(reading, name, proto->enum_type[i], comment_child(path, MESSAGE_ENUM, i));
  for (size_t i = 0; i < proto->n_nested_type; i++) {
    if (!read_message(reading, name, proto->nested_type[i], comment_child(path, MESSAGE_NESTED, i)))
      return false;
  }
  return true;
}

// Second pass, once every message's kind is known: options.
static bool read_options(struct reading *reading, const char *scope, const Google__Protobuf__DescriptorProto *proto) {
  const char *name = full_name(reading, scope, proto->name);
  struct message *message = message_named(reading, name);
  for (size_t i = 0; message && i < proto->n_field; i++) {
    struct field *field =
        (struct field *)(uintptr_t)message_field(message, proto->field[i]->name, strlen(proto->field[i]->name));
    field->map = field->message && field->message->kind == MESSAGE_MAP_ENTRY;
    if (!field_options_read(reading, field, proto->field[i]->options))
      return false;
    message->has_sealed |= field->sealed;
    message->body = field->body ? field : message->body;
  }
  for (size_t i = 0; i < proto->n_nested_type; i++) {
    if (!read_options(reading, name, proto->nested_type[i]))
      return false;
  }
  return true;
}

static const struct field *named_field(const struct message *message, const char *name) {
  return message_field(message, name, strlen(name));
}

static bool read_method(struct reading *reading, const struct service *service, const char *scope,
                        const Google__Protobuf__MethodDescriptorProto *proto, struct comment_path path) {
  struct schema *schema = reading->schema;
  struct method *method = &schema->methods[schema->method_count];
  method->index = schema->method_count++;
  method->service = service;
  method->name = arena_printf(reading->keep, "%s/%s", service->name, proto->name);
  method->path = arena_printf(reading->keep, "/%s/%s", full_name(reading, scope, service->name), proto->name);
  method->comment = comment_at(&reading->comments, &path, reading->keep);
  method->server_streaming = proto->server_streaming;
  method->input = schema_message(schema, proto->input_type + 1); // they begin with a dot
  method->output = schema_message(schema, proto->output_type + 1);
  if (!method->input || !method->output)
    return reading_refuse(reading, method->path, "a message that is not listed");
  if (proto->client_streaming)
    return reading_refuse(reading, method->path, "streams of requests are not served");
  method->request_id = named_field(method->input, "request_id");
  method->page_size = named_field(method->input, "page_size");
  method->page_token = named_field(method->input, "page_token");
  method->update_mask = named_field(method->input, "update_mask");
  method->next_page_token = named_field(method->output, "next_page_token");
  index_put_name(&schema->index->methods_by_path, method->path, strlen(method->path), method);
  return method_options_read(reading, method, proto->options);
}

// Health and reflection are the transport's own.
static bool is_served_here(const Google__Protobuf__FileDescriptorProto *file) {
  return !file->package || strncmp(file->package, "grpc.", 5) != 0;
}

static void count_services(struct reading *reading, const Google__Protobuf__FileDescriptorSet *set) {
  size_t services = 0, methods = 0;
  for (size_t f = 0; f < set->n_file; f++) {
    for (size_t s = 0; s < set->file[f]->n_service && is_served_here(set->file[f]); s++) {
      services++;
      methods += set->file[f]->service[s]->n_method;
    }
  }
  reading->schema->services = arena_array(reading->keep, services, sizeof *reading->schema->services);
  reading->schema->methods = arena_array(reading->keep, methods, sizeof *reading->schema->methods);
  reading->schema->index->methods_by_path = index_make(reading->keep, methods);
}

static bool read_service(struct reading *reading, const Google__Protobuf__ServiceDescriptorProto *proto,
                         struct comment_path path) {
  struct service *service = &reading->schema->services[reading->schema->service_count++];
  service->name = arena_strdup(reading->keep, proto->name);
  service->comment = comment_at(&reading->comments, &path, reading->keep);
  for (size_t i = 0; i < proto->n_method; i++) {
    if (!read_method(reading, service, reading->package, proto->method[i], comment_child(path, SERVICE_METHOD, i)))
      return false;
  }
  return true;
}

// One pass over the files of the set.
static bool each_file(struct reading *reading, const Google__Protobuf__FileDescriptorSet *set,
                      bool (*read)(struct reading *, const Google__Protobuf__FileDescriptorProto *)) {
  for (size_t i = 0; i < set->n_file; i++) {
    reading->package = set->file[i]->package ? set->file[i]->package : "";
    reading->comments = comments_of(set->file[i], reading->scratch);
    if (!read(reading, set->file[i]))
      return false;
  }
  return true;
}

static bool read_file_messages(struct reading *reading, const Google__Protobuf__FileDescriptorProto *file) {
  static const struct comment_path top = {0};
  for (size_t i = 0; i < file->n_enum_type; i++)
    read_enumeration(reading, reading->package, file->enum_type[i], comment_child(top, FILE_ENUM, i));
  for (size_t i = 0; i < file->n_message_type; i++) {
    if (!read_message(reading, reading->package, file->message_type[i], comment_child(top, FILE_MESSAGE, i)))
      return false;
  }
  return true;
}

static bool read_file_options(struct reading *reading, const Google__Protobuf__FileDescriptorProto *file) {
  for (size_t i = 0; i < file->n_message_type; i++) {
    if (!read_options(reading, reading->package, file->message_type[i]))
      return false;
  }
  return true;
}

static bool read_file_services(struct reading *reading, const Google__Protobuf__FileDescriptorProto *file) {
  static const struct comment_path top = {0};
  for (size_t i = 0; i < file->n_service && is_served_here(file); i++) {
    if (!read_service(reading, file->service[i], comment_child(top, FILE_SERVICE, i)))
      return false;
  }
  return true;
}

// Every message of the program must have been in the set.
static bool check_complete(struct reading *reading) {
  for (unsigned i = 0; i < reading->schema->message_count; i++) {
    if (!reading->schema->messages[i]->index)
      return reading_refuse(reading, reading->schema->messages[i]->name, "not in the descriptor set");
  }
  return true;
}

static bool read_all(struct reading *reading, const struct schema_source *source) {
  ProtobufCAllocator allocator = arena_allocator(reading->scratch);
  const Google__Protobuf__FileDescriptorSet *set =
      google__protobuf__file_descriptor_set__unpack(&allocator, source->descriptors_length, source->descriptors);
  if (!set)
    return reading_refuse(reading, "descriptors", "they cannot be read");
  if (!list_messages(reading, source->messages))
    return false;
  list_enumerations(reading);
  count_services(reading, set);
  return each_file(reading, set, read_file_messages) && check_complete(reading) && each_file(reading, set, read_file_options) &&
         each_file(reading, set, read_file_services);
}

bool schema_open_from(struct schema *schema, const struct schema_source *source, struct fault *fault) {
  *schema = (struct schema){0};
  schema->index = calloc(1, sizeof *schema->index);
  if (!schema->index)
    abort();
  struct arena scratch = {0};
  struct reading reading = {.schema = schema, .keep = &schema->index->arena, .scratch = &scratch, .fault = fault};
  bool opened = read_all(&reading, source);
  arena_close(&scratch);
  if (!opened)
    schema_close(schema);
  return opened;
}

bool schema_open(struct schema *schema, struct fault *fault) {
  return schema_open_from(schema, &(struct schema_source){embedded_descriptors, embedded_descriptors_length, api_messages},
                          fault);
}

void schema_close(struct schema *schema) {
  if (!schema->index)
    return;
  for (unsigned m = 0; m < schema->message_count; m++) {
    for (unsigned f = 0; f < schema->messages[m]->field_count; f++) {
      const struct rules *rules = &schema->messages[m]->fields[f].rules;
      pattern_close(rules->compiled);
      pattern_close(rules->items ? rules->items->compiled : NULL);
    }
  }
  arena_close(&schema->index->arena);
  free(schema->index);
  *schema = (struct schema){0};
}

const struct message *schema_message(const struct schema *schema, const char *full_name) {
  return index_by_name(&schema->index->messages_by_name, full_name, strlen(full_name));
}

const struct message *schema_message_of(const struct schema *schema, const ProtobufCMessageDescriptor *descriptor) {
  return index_by_key(&schema->index->messages_by_key, descriptor);
}

const struct enumeration *schema_enumeration(const struct schema *schema, const ProtobufCEnumDescriptor *descriptor) {
  return index_by_key(&schema->index->enumerations_by_key, descriptor);
}

const struct method *schema_method(const struct schema *schema, const char *path, size_t length) {
  return index_by_name(&schema->index->methods_by_path, path, length);
}

const struct field *message_field_json(const struct message *message, const char *name, size_t length) {
  return index_by_name(&message->index->names, name, length);
}

const struct field *message_field(const struct message *message, const char *name, size_t length) {
  const struct field *field = message_field_json(message, name, length);
  return field && field->name_length == length && memcmp(field->name, name, length) == 0 ? field : NULL;
}

const struct field *message_field_at(const struct message *message, const char *path, size_t length) {
  const struct field *field = NULL;
  for (const char *end = path + length; path <= end && message;) {
    const char *dot = memchr(path, '.', (size_t)(end - path));
    size_t step = (size_t)((dot ? dot : end) - path);
    field = message_field(message, path, step);
    if (!dot)
      return field;
    if (!field || field->repeated || !field->message || field->message->kind != MESSAGE_PLAIN)
      return NULL;
    message = field->message;
    path = dot + 1;
  }
  return NULL;
}
