// grpc.reflection.v1 and v1alpha (the same messages): which services, files and symbols there are, out of the embedded
// descriptors. The files are not unpacked: one walk over their bytes at start finds the names.

#include "base/buffer.h"
#include "schema/embedded.h"
#include "schema/options.h"
#include "schema/varint.h"
#include "transport/grpc_front.h"
#include <grpc/reflection/v1/reflection.pb-c.h>
#include <stdlib.h>
#include <string.h>

// --- What is known ---

enum { FILES_MAX = 256 };

struct file {
  struct wire bytes; // a FileDescriptorProto
  struct wire name;
};

// Names are kept as hashes: what is embedded is known when the program is built, so two names of one hash would be seen then.
struct symbol {
  uint64_t hash;
  unsigned file;
};

struct extension {
  struct wire extendee; // with the dot before it
  int32_t number;
  unsigned file;
};

struct reflection {
  struct arena arena;
  struct buffer symbols, extensions; // of struct symbol (sorted), struct extension
  unsigned file_count;
  struct file files[FILES_MAX];
};

// Field numbers of descriptor.proto that lead to names.
enum {
  SET_FILE = 1,
  NAME = 1, // of everything
  FILE_PACKAGE = 2,
  FILE_DEPENDENCY = 3,
  FILE_MESSAGE = 4,
  FILE_ENUM = 5,
  FILE_SERVICE = 6,
  FILE_EXTENSION = 7,
  MESSAGE_FIELD = 2,
  MESSAGE_NESTED = 3,
  MESSAGE_ENUM = 4,
  MESSAGE_EXTENSION = 6,
  MESSAGE_ONEOF = 8,
  ENUM_VALUE = 2,
  SERVICE_METHOD = 2,
  FIELD_EXTENDEE = 2,
  FIELD_NUMBER = 3,
};

// --- Walking ---

static const struct wire NOTHING = {(const uint8_t *)"", (const uint8_t *)""};

static bool pass_over(struct wire *wire, ptrdiff_t size) {
  if (wire->end - wire->at < size)
    return false;
  wire->at += size;
  return true;
}

// The next field. Bytes lie in `value`, a number in `number`; what is fixed in width is passed over. False at the end.
static bool next_field(struct wire *wire, uint64_t *id, struct wire *value, uint64_t *number) {
  uint64_t tag;
  *value = NOTHING;
  *number = 0;
  if (!wire_varint(wire, &tag))
    return false;
  *id = tag >> 3;
  switch (tag & 7) {
  case PROTOBUF_C_WIRE_TYPE_VARINT:
    return wire_varint(wire, number);
  case PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED:
    return wire_bytes(wire, value);
  case PROTOBUF_C_WIRE_TYPE_64BIT:
    return pass_over(wire, 8);
  case PROTOBUF_C_WIRE_TYPE_32BIT:
    return pass_over(wire, 4);
  default:
    return false;
  }
}

static struct wire bytes_of(struct wire message, uint64_t wanted) {
  uint64_t id, number;
  struct wire value;
  while (next_field(&message, &id, &value, &number)) {
    if (id == wanted)
      return value;
  }
  return NOTHING;
}

static uint64_t number_of(struct wire message, uint64_t wanted) {
  uint64_t id, number;
  struct wire value;
  while (next_field(&message, &id, &value, &number)) {
    if (id == wanted)
      return number;
  }
  return 0;
}

static bool same(struct wire a, const char *text, size_t length) {
  return (size_t)(a.end - a.at) == length && memcmp(a.at, text, length) == 0;
}

// --- Names ---

// FNV-1a, which can go on from the hash of a beginning.
static const uint64_t HASH_EMPTY = 14695981039346656037ULL;

static uint64_t hash_on(uint64_t hash, const void *bytes, size_t length) {
  const uint8_t *at = bytes;
  for (size_t i = 0; i < length; i++)
    hash = (hash ^ at[i]) * 1099511628211ULL;
  return hash;
}

// The hash of "scope.name".
static uint64_t hash_within(uint64_t scope, struct wire name) {
  if (scope != HASH_EMPTY)
    scope = hash_on(scope, ".", 1);
  return hash_on(scope, name.at, (size_t)(name.end - name.at));
}

static void add_symbol(struct reflection *reflection, uint64_t hash) {
  buffer_put(&reflection->symbols, &(struct symbol){hash, reflection->file_count}, sizeof(struct symbol));
}

static void add_extension(struct reflection *reflection, struct wire field) {
  struct extension extension = {bytes_of(field, FIELD_EXTENDEE), (int32_t)number_of(field, FIELD_NUMBER),
                                reflection->file_count};
  buffer_put(&reflection->extensions, &extension, sizeof extension);
}

// What lies in a descriptor: by field number, what it is, and whether its own parts are looked at with another table.
enum part { PART_NONE, PART_LEAF, PART_EXTENSION, PART_MESSAGE, PART_ENUM, PART_SERVICE };

enum { PART_FIELDS = 9 };

static const uint8_t FILE_PARTS[PART_FIELDS] = {
    [FILE_MESSAGE] = PART_MESSAGE, [FILE_ENUM] = PART_ENUM, [FILE_SERVICE] = PART_SERVICE, [FILE_EXTENSION] = PART_EXTENSION};

static const uint8_t PARTS[][PART_FIELDS] = {
    [PART_MESSAGE] = {[MESSAGE_FIELD] = PART_LEAF,
                      [MESSAGE_NESTED] = PART_MESSAGE,
                      [MESSAGE_ENUM] = PART_ENUM,
                      [MESSAGE_EXTENSION] = PART_EXTENSION,
                      [MESSAGE_ONEOF] = PART_LEAF},
    [PART_ENUM] = {[ENUM_VALUE] = PART_LEAF},
    [PART_SERVICE] = {[SERVICE_METHOD] = PART_LEAF},
};

static void walk(struct reflection *reflection, struct wire descriptor, uint64_t scope, const uint8_t *parts) {
  uint64_t id, number;
  struct wire part;
  while (next_field(&descriptor, &id, &part, &number)) {
    enum part kind = id < PART_FIELDS ? parts[id] : PART_NONE;
    if (kind == PART_NONE)
      continue;
    uint64_t hash = hash_within(scope, bytes_of(part, NAME));
    add_symbol(reflection, hash);
    if (kind == PART_EXTENSION)
      add_extension(reflection, part);
    else if (kind != PART_LEAF) // a value of an enum is named beside it
      walk(reflection, part, kind == PART_ENUM ? scope : hash, PARTS[kind]);
  }
}

static int by_hash(const void *a, const void *b) {
  const struct symbol *one = a, *other = b;
  return (one->hash > other->hash) - (one->hash < other->hash);
}

static unsigned symbol_count(const struct reflection *reflection) {
  return (unsigned)(reflection->symbols.length / sizeof(struct symbol));
}

struct reflection *reflection_open(void) {
  struct reflection *reflection = arena_hold(sizeof *reflection, offsetof(struct reflection, arena));
  reflection->symbols.arena = reflection->extensions.arena = &reflection->arena;
  struct wire set = {embedded_descriptors, embedded_descriptors + embedded_descriptors_length};
  uint64_t id, number;
  struct wire file;
  while (reflection->file_count < FILES_MAX && next_field(&set, &id, &file, &number)) {
    if (id != SET_FILE)
      continue;
    struct wire package = bytes_of(file, FILE_PACKAGE);
    reflection->files[reflection->file_count] = (struct file){file, bytes_of(file, NAME)};
    walk(reflection, file, hash_on(HASH_EMPTY, package.at, (size_t)(package.end - package.at)), FILE_PARTS);
    reflection->file_count++;
  }
  if (symbol_count(reflection) > 0)
    qsort(reflection->symbols.data, symbol_count(reflection), sizeof(struct symbol), by_hash);
  return reflection;
}

void reflection_close(struct reflection *reflection) {
  if (reflection)
    arena_drop(&reflection->arena);
}

// --- Finding ---

enum { NOT_FOUND = -1 };

static int file_named(const struct reflection *reflection, const char *name, size_t length) {
  for (unsigned i = 0; i < reflection->file_count; i++) {
    if (same(reflection->files[i].name, name, length))
      return (int)i;
  }
  return NOT_FOUND;
}

static int file_of_symbol(const struct reflection *reflection, const char *name) {
  struct symbol wanted = {hash_on(HASH_EMPTY, name, strlen(name)), 0};
  const struct symbol *found =
      bsearch(&wanted, reflection->symbols.data, symbol_count(reflection), sizeof(struct symbol), by_hash);
  return found ? (int)found->file : NOT_FOUND;
}

static const struct extension *extension_at(const struct reflection *reflection, size_t i) {
  if (i >= reflection->extensions.length / sizeof(struct extension))
    return NULL;
  return (const struct extension *)(const void *)reflection->extensions.data + i;
}

static bool extends(const struct extension *extension, const char *type) {
  struct wire name = {extension->extendee.at + 1, extension->extendee.end};
  return same(name, type, strlen(type));
}

static int file_of_extension(const struct reflection *reflection, const char *type, int32_t number) {
  const struct extension *extension;
  for (size_t i = 0; (extension = extension_at(reflection, i)); i++) {
    if (extension->number == number && extends(extension, type))
      return (int)extension->file;
  }
  return NOT_FOUND;
}

// --- Answering ---

#define CASE(name) GRPC__REFLECTION__V1__SERVER_REFLECTION_REQUEST__MESSAGE_REQUEST_##name
#define ANSWER(name) GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__MESSAGE_RESPONSE_##name

typedef Grpc__Reflection__V1__ServerReflectionRequest request_message;
typedef Grpc__Reflection__V1__ServerReflectionResponse response_message;

static void answer_error(struct arena *arena, response_message *response, enum code code, const char *text) {
  Grpc__Reflection__V1__ErrorResponse *error = arena_alloc(arena, sizeof *error);
  grpc__reflection__v1__error_response__init(error);
  error->error_code = (int32_t)code;
  error->error_message = arena_strdup(arena, text);
  response->message_response_case = ANSWER(ERROR_RESPONSE);
  response->error_response = error;
}

// The file and, behind it, all that it imports, each once.
static void answer_file(struct arena *arena, const struct reflection *reflection, response_message *response, int wanted) {
  if (wanted == NOT_FOUND) {
    answer_error(arena, response, CODE_NOT_FOUND, "there is no such file or symbol");
    return;
  }
  Grpc__Reflection__V1__FileDescriptorResponse *files = arena_alloc(arena, sizeof *files);
  grpc__reflection__v1__file_descriptor_response__init(files);
  files->file_descriptor_proto = arena_array(arena, reflection->file_count, sizeof *files->file_descriptor_proto);
  unsigned order[FILES_MAX] = {(unsigned)wanted}, count = 1;
  bool taken[FILES_MAX] = {false};
  taken[wanted] = true;
  for (unsigned next = 0; next < count; next++) {
    struct wire file = reflection->files[order[next]].bytes, value;
    files->file_descriptor_proto[next] =
        (ProtobufCBinaryData){.data = (uint8_t *)(uintptr_t)file.at, .len = (size_t)(file.end - file.at)};
    for (uint64_t id, number; next_field(&file, &id, &value, &number);) {
      if (id != FILE_DEPENDENCY)
        continue;
      int import = file_named(reflection, (const char *)value.at, (size_t)(value.end - value.at));
      if (import == NOT_FOUND || taken[import])
        continue;
      taken[import] = true;
      order[count++] = (unsigned)import;
    }
  }
  files->n_file_descriptor_proto = count;
  response->message_response_case = ANSWER(FILE_DESCRIPTOR_RESPONSE);
  response->file_descriptor_response = files;
}

static void answer_numbers(struct arena *arena, const struct reflection *reflection, response_message *response, char *type) {
  if (file_of_symbol(reflection, type) == NOT_FOUND) {
    answer_error(arena, response, CODE_NOT_FOUND, "there is no such type");
    return;
  }
  Grpc__Reflection__V1__ExtensionNumberResponse *numbers = arena_alloc(arena, sizeof *numbers);
  grpc__reflection__v1__extension_number_response__init(numbers);
  numbers->base_type_name = type;
  numbers->extension_number =
      arena_array(arena, reflection->extensions.length / sizeof(struct extension), sizeof *numbers->extension_number);
  const struct extension *extension;
  for (size_t i = 0; (extension = extension_at(reflection, i)); i++) {
    if (extends(extension, type))
      numbers->extension_number[numbers->n_extension_number++] = extension->number;
  }
  response->message_response_case = ANSWER(ALL_EXTENSION_NUMBERS_RESPONSE);
  response->all_extension_numbers_response = numbers;
}

static void answer_services(struct arena *arena, response_message *response) {
  Grpc__Reflection__V1__ListServiceResponse *list = arena_alloc(arena, sizeof *list);
  Grpc__Reflection__V1__ServiceResponse *services = arena_array(arena, api_services_count, sizeof *services);
  grpc__reflection__v1__list_service_response__init(list);
  list->service = arena_array(arena, api_services_count, sizeof *list->service);
  for (size_t i = 0; i < api_services_count; i++) {
    grpc__reflection__v1__service_response__init(&services[i]);
    services[i].name = (char *)(uintptr_t)api_services[i]->name;
    list->service[list->n_service++] = &services[i];
  }
  response->message_response_case = ANSWER(LIST_SERVICES_RESPONSE);
  response->list_services_response = list;
}

static void answer(struct arena *arena, const struct reflection *reflection, request_message *request,
                   response_message *response) {
  switch (request->message_request_case) {
  case CASE(FILE_BY_FILENAME):
    answer_file(arena, reflection, response,
                file_named(reflection, request->file_by_filename, strlen(request->file_by_filename)));
    return;
  case CASE(FILE_CONTAINING_SYMBOL):
    answer_file(arena, reflection, response, file_of_symbol(reflection, request->file_containing_symbol));
    return;
  case CASE(FILE_CONTAINING_EXTENSION):
    answer_file(arena, reflection, response,
                file_of_extension(reflection, request->file_containing_extension->containing_type,
                                  request->file_containing_extension->extension_number));
    return;
  case CASE(ALL_EXTENSION_NUMBERS_OF_TYPE):
    answer_numbers(arena, reflection, response, request->all_extension_numbers_of_type);
    return;
  case CASE(LIST_SERVICES):
    answer_services(arena, response);
    return;
  default:
    answer_error(arena, response, CODE_INVALID_ARGUMENT, "the request asks for nothing that is known");
  }
}

static void reflect(struct rpc *rpc, const uint8_t *bytes, size_t length) {
  struct arena *arena = &rpc->front->scratch;
  ProtobufCAllocator scratch = arena_allocator(arena);
  if (!bytes) {
    rpc_finish(rpc, NULL, CODE_OK, "");
    return;
  }
  request_message *request = grpc__reflection__v1__server_reflection_request__unpack(&scratch, length, bytes);
  if (!request) {
    rpc_finish(rpc, NULL, CODE_INVALID_ARGUMENT, "the request cannot be read");
    return;
  }
  response_message response = GRPC__REFLECTION__V1__SERVER_REFLECTION_RESPONSE__INIT;
  response.valid_host = request->host;
  response.original_request = request;
  answer(arena, rpc->front->reflection, request, &response);
  rpc_send(rpc, &response.base);
}

const struct native reflection_natives[] = {
    {"/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", reflect, rpc_receive, NULL},
    {"/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", reflect, rpc_receive, NULL},
    {NULL, NULL, NULL, NULL},
};
