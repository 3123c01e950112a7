// JSON becomes messages here: in one pass over the text, straight into the fields. What is wrong with a field is told with its
// path, and reading goes on behind it.

#include "schema/json.h"
#include "base/utf8.h"
#include "schema/json_text.h"
#include "schema/json_value.h"
#include "schema/path.h"
#include <string.h>

struct reader {
  struct json json;
  const struct schema *schema;
  struct arena *arena;
  struct buffer *mask; // NULL: nobody asks for it
  struct fault *fault;
  size_t elements;
};

// The members of one object.
struct members {
  const struct message *type;
  ProtobufCMessage *message;
  const struct path *path; // NULL: the whole
  unsigned depth;          // of the object, 1 for the whole
  bool masked;             // its names go into the mask
  bool any;                // of an Any: "@type" was read already
  uint64_t seen[MESSAGE_FIELDS / 64];
};

static bool read_members(struct reader *reader, struct members *members);
static bool read_value(struct reader *reader, const struct field *field, void *at, const struct path *path, unsigned depth);

// Every reading function is false only where reading cannot go on.

static void refuse(struct reader *reader, const struct path *path, const char *reason) {
  path_refuse(path, reader->fault, reason, NULL);
}

// Passes over a value behind `depth` brackets.
static bool skip(struct reader *reader, const struct path *path, unsigned depth) {
  bool too_deep = false;
  unsigned left = depth < JSON_DEPTH ? JSON_DEPTH - depth : 0;
  if (!json_skip(&reader->json, left, &too_deep))
    return false;
  if (too_deep)
    refuse(reader, path, "TOO_DEEP");
  return true;
}

static bool skip_refused(struct reader *reader, const struct path *path, const char *reason, unsigned depth) {
  refuse(reader, path, reason);
  return skip(reader, path, depth);
}

static bool count_element(struct reader *reader) {
  if (++reader->elements <= JSON_ELEMENTS && !reader->arena->exceeded)
    return true;
  return refuse_whole(reader->fault, "TOO_MANY_ELEMENTS",
                      "lists hold more than %d elements, or more than fits in a call's memory", JSON_ELEMENTS);
}

// --- Values ---

static bool is_bracket(enum json_kind kind) {
  return kind == JSON_OBJECT || kind == JSON_ARRAY;
}

// Takes a scalar. `reason` is NULL where `token` holds it, else why it is refused.
static bool take_token(struct reader *reader, struct token *token, const char **reason) {
  static const enum form forms[] = {
      [JSON_STRING] = FORM_STRING, [JSON_NUMBER] = FORM_NUMBER, [JSON_TRUE] = FORM_BOOL, [JSON_FALSE] = FORM_BOOL};
  struct json_piece piece;
  if (!json_take(&reader->json, &piece))
    return false;
  *reason = piece.kind == JSON_NULL ? "WRONG_TYPE" : piece.flaw;
  *token = (struct token){forms[piece.kind < JSON_NULL ? piece.kind : JSON_STRING], piece.text, piece.length};
  return true;
}

static bool read_scalar(struct reader *reader, const struct field *field, void *at, const struct path *path, unsigned depth) {
  struct token token;
  const char *reason;
  if (is_bracket(json_peek(&reader->json)))
    return skip_refused(reader, path, "WRONG_TYPE", depth);
  if (!take_token(reader, &token, &reason))
    return false;
  if (!reason)
    reason = value_read(field, token, reader->arena, at);
  if (reason)
    refuse(reader, path, reason);
  return true;
}

static bool read_object(struct reader *reader, struct members *members) {
  if (json_peek(&reader->json) != JSON_OBJECT)
    return skip_refused(reader, members->path, "WRONG_TYPE", members->depth - 1);
  if (members->depth > JSON_DEPTH)
    return skip(reader, members->path, members->depth - 1);
  return read_members(reader, members);
}

// --- Any ---

// Looks for "@type" in the object that comes next, and leaves the reader where it was. The name belongs to the arena; NULL:
// none.
static bool find_type(struct reader *reader, char **url, unsigned depth) {
  struct json before = reader->json;
  struct json_piece name, piece;
  bool first = true, more, too_deep;
  *url = NULL;
  json_enter(&reader->json);
  for (;;) {
    if (!json_next(&reader->json, '}', &first, &more))
      return false;
    if (!more)
      break;
    if (!json_name(&reader->json, &name))
      return false;
    bool is_type = name.length == 5 && memcmp(name.text, "@type", 5) == 0 && json_peek(&reader->json) == JSON_STRING;
    if (!is_type && !json_skip(&reader->json, JSON_DEPTH - depth, &too_deep))
      return false;
    if (is_type && !json_take(&reader->json, &piece))
      return false;
    if (is_type && !*url && !piece.flaw)
      *url = arena_strndup(reader->arena, piece.text, piece.length);
  }
  reader->json = before;
  return true;
}

static void set_any(struct reader *reader, const struct members *members, char *url, const ProtobufCMessage *inner) {
  const struct message *type = members->type;
  size_t length;
  uint8_t *bytes = message_pack(reader->arena, inner, &length);
  *(char **)field_at(members->message, &type->fields[0]) = url;
  *(ProtobufCBinaryData *)field_at(members->message, &type->fields[1]) = (ProtobufCBinaryData){length, bytes};
}

// {"@type": "…/zoufang.v1.Visit", members of the visit}; for a message that is a value, {"@type": …, "value": …}.
static bool read_any(struct reader *reader, const struct members *members) {
  char *url;
  if (json_peek(&reader->json) != JSON_OBJECT)
    return skip_refused(reader, members->path, "WRONG_TYPE", members->depth - 1);
  if (members->depth > JSON_DEPTH)
    return skip(reader, members->path, members->depth - 1);
  if (!find_type(reader, &url, members->depth))
    return false;
  const char *slash = url ? strrchr(url, '/') : NULL;
  const struct message *type = slash ? schema_message(reader->schema, slash + 1) : NULL;
  if (!type || type->kind == MESSAGE_ANY)
    return skip_refused(reader, members->path, "WRONG_TYPE", members->depth - 1);
  struct members inner = {.type = type, .path = members->path, .depth = members->depth, .any = true};
  inner.message = message_new(reader->arena, type);
  if (!read_members(reader, &inner))
    return false;
  set_any(reader, members, url, inner.message);
  return true;
}

// A message by itself: where there is no field that says what it is.
static bool read_message(struct reader *reader, struct members *members) {
  struct token token;
  const char *reason;
  switch (members->type->kind) {
  case MESSAGE_PLAIN:
  case MESSAGE_EMPTY:
  case MESSAGE_MAP_ENTRY:
    return read_object(reader, members);
  case MESSAGE_ANY:
    return read_any(reader, members);
  default:
    break;
  }
  if (is_bracket(json_peek(&reader->json)))
    return skip_refused(reader, members->path, "WRONG_TYPE", members->depth - 1);
  if (!take_token(reader, &token, &reason))
    return false;
  if (!reason)
    reason = value_read_message(members->type, token, reader->arena, members->message);
  if (reason)
    refuse(reader, members->path, reason);
  return true;
}

// --- Fields ---

// One value of a field, or one element. What is refused leaves an empty message behind in a list, so that places stay what they
// were.
static bool read_value(struct reader *reader, const struct field *field, void *at, const struct path *path, unsigned depth) {
  if (!field->message)
    return read_scalar(reader, field, at, path, depth);
  struct members members = {.type = field->message, .path = path, .depth = depth + 1};
  members.message = message_new(reader->arena, field->message);
  *(ProtobufCMessage **)at = members.message;
  return read_message(reader, &members);
}

// Room for one more element, as a fresh message would hold it.
static void *new_element(struct buffer *list, const struct field *field) {
  size_t size = field_element_size(field);
  char *at = buffer_reserve(list, size);
  memset(at, 0, size);
  list->length += size;
  if (field->descriptor->type == PROTOBUF_C_TYPE_STRING)
    memcpy(at, &(const char *){protobuf_c_empty_string}, size);
  return at;
}

static void set_list(ProtobufCMessage *message, const struct field *field, const struct buffer *list) {
  *field_count(message, field) = list->length / field_element_size(field);
  *(void **)field_at(message, field) = list->data;
}

static bool read_list(struct reader *reader, const struct field *field, ProtobufCMessage *message, const struct path *path,
                      unsigned depth) {
  struct buffer list = {.arena = reader->arena};
  bool first = true, more;
  if (json_peek(&reader->json) != JSON_ARRAY)
    return skip_refused(reader, path, "WRONG_TYPE", depth);
  if (depth + 1 > JSON_DEPTH)
    return skip(reader, path, depth);
  json_enter(&reader->json);
  for (struct path item = {path->up, path->name, path->length, 0};; item.item++) {
    if (!json_next(&reader->json, ']', &first, &more))
      return false;
    if (!more)
      break;
    if (!count_element(reader) || !read_value(reader, field, new_element(&list, field), &item, depth + 1))
      return false;
  }
  set_list(message, field, &list);
  return true;
}

// A map's names are text, whatever the key's type.
static bool read_entry(struct reader *reader, const struct field *field, void *at, const struct json_piece *name,
                       const struct path *path, unsigned depth) {
  const struct message *entry = field->message;
  ProtobufCMessage *message = message_new(reader->arena, entry);
  struct path member = {path, name->text, name->length, NO_ITEM};
  *(ProtobufCMessage **)at = message;
  const char *reason = name->flaw;
  if (!reason)
    reason = value_read(&entry->fields[0], (struct token){FORM_TEXT, name->text, name->length}, reader->arena,
                        field_at(message, &entry->fields[0]));
  if (reason)
    return skip_refused(reader, path, reason, depth);
  return read_value(reader, &entry->fields[1], field_at(message, &entry->fields[1]), &member, depth);
}

static bool read_map(struct reader *reader, const struct field *field, ProtobufCMessage *message, const struct path *path,
                     unsigned depth) {
  struct buffer list = {.arena = reader->arena};
  struct json_piece name;
  bool first = true, more;
  if (json_peek(&reader->json) != JSON_OBJECT)
    return skip_refused(reader, path, "WRONG_TYPE", depth);
  if (depth + 1 > JSON_DEPTH)
    return skip(reader, path, depth);
  json_enter(&reader->json);
  for (;;) {
    if (!json_next(&reader->json, '}', &first, &more))
      return false;
    if (!more)
      break;
    if (!count_element(reader) || !json_name(&reader->json, &name) ||
        !read_entry(reader, field, new_element(&list, field), &name, path, depth + 1))
      return false;
  }
  set_list(message, field, &list);
  return true;
}

static bool is_taken_by_other(const ProtobufCMessage *message, const struct field *field) {
  uint32_t set = *(const uint32_t *)(const void *)((const char *)message + field->descriptor->quantifier_offset);
  return set != 0 && set != field->descriptor->id;
}

static bool read_single(struct reader *reader, const struct field *field, ProtobufCMessage *message, const struct path *path,
                        unsigned depth) {
  if (!(field->descriptor->flags & PROTOBUF_C_FIELD_FLAG_ONEOF))
    return read_value(reader, field, field_at(message, field), path, depth);
  if (is_taken_by_other(message, field))
    return skip_refused(reader, path, "DUPLICATE_FIELD", depth);
  *(uint32_t *)(void *)((char *)message + field->descriptor->quantifier_offset) = field->descriptor->id;
  return read_value(reader, field, field_at(message, field), path, depth);
}

static bool skip_null(struct reader *reader) {
  struct json_piece null;
  return json_take(&reader->json, &null);
}

static bool read_field(struct reader *reader, const struct field *field, struct members *members, const struct path *path) {
  if (json_peek(&reader->json) == JSON_NULL)
    return skip_null(reader);
  if (field->message && field->message->kind == MESSAGE_MAP_ENTRY)
    return read_map(reader, field, members->message, path, members->depth);
  if (field->repeated)
    return read_list(reader, field, members->message, path, members->depth);
  return read_single(reader, field, members->message, path, members->depth);
}

// --- The mask ---

// Whether a member says what is to change: not what the server alone says, nor which record and which version of it is meant.
static bool is_a_change(const struct field *field) {
  return !field->output_only && strcmp(field->name, "id") != 0 && strcmp(field->name, "etag") != 0;
}

static void mask_add(struct reader *reader, const struct path *path) {
  char text[PATH_TEXT];
  size_t length = path_write(path, text);
  if (reader->mask->length > 0)
    buffer_byte(reader->mask, ',');
  buffer_put(reader->mask, text, length);
}

// A nested plain message is named by its members, unless it has none.
static bool read_masked(struct reader *reader, const struct field *field, struct members *members, const struct path *path) {
  bool opens = field->message && field->message->kind == MESSAGE_PLAIN && !field->repeated &&
               !(field->descriptor->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) && json_peek(&reader->json) == JSON_OBJECT &&
               members->depth < JSON_DEPTH;
  if (!opens) {
    mask_add(reader, path);
    return read_field(reader, field, members, path);
  }
  size_t before = reader->mask->length;
  struct members nested = {.type = field->message, .path = path, .depth = members->depth + 1, .masked = true};
  nested.message = message_new(reader->arena, field->message);
  *(ProtobufCMessage **)field_at(members->message, field) = nested.message;
  if (!read_members(reader, &nested))
    return false;
  if (reader->mask->length == before)
    mask_add(reader, path);
  return true;
}

// --- Objects ---

static bool read_known(struct reader *reader, const struct field *field, struct members *members) {
  struct path path = {members->path, field->name, field->name_length, NO_ITEM};
  size_t place = (size_t)(field - members->type->fields);
  if (members->seen[place / 64] >> (place % 64) & 1)
    return skip_refused(reader, &path, "DUPLICATE_FIELD", members->depth);
  members->seen[place / 64] |= (uint64_t)1 << (place % 64);
  if (members->masked && is_a_change(field))
    return read_masked(reader, field, members, &path);
  return read_field(reader, field, members, &path);
}

// In an Any "@type" was read before; the whole of a message that is a value stands under "value".
static bool read_any_member(struct reader *reader, struct members *members, const struct json_piece *name, bool *taken) {
  *taken = true;
  if (name->length == 5 && memcmp(name->text, "@type", 5) == 0)
    return skip(reader, members->path, members->depth);
  *taken = members->type->kind != MESSAGE_PLAIN && name->length == 5 && memcmp(name->text, "value", 5) == 0;
  struct members whole = {
      .type = members->type, .message = members->message, .path = members->path, .depth = members->depth + 1};
  return !*taken || read_message(reader, &whole);
}

static bool read_member(struct reader *reader, struct members *members) {
  struct json_piece name;
  bool taken = false;
  if (!json_name(&reader->json, &name))
    return false;
  if (name.flaw)
    return skip_refused(reader, members->path, name.flaw, members->depth);
  if (members->any && !read_any_member(reader, members, &name, &taken))
    return false;
  if (taken)
    return true;
  bool plain = members->type->kind == MESSAGE_PLAIN || members->type->kind == MESSAGE_MAP_ENTRY;
  const struct field *field = plain ? message_field_json(members->type, name.text, name.length) : NULL;
  if (field)
    return read_known(reader, field, members);
  struct path unknown = {members->path, name.text, name.length, NO_ITEM};
  return skip_refused(reader, &unknown, "UNKNOWN_FIELD", members->depth);
}

static bool read_members(struct reader *reader, struct members *members) {
  bool first = true, more;
  json_enter(&reader->json);
  for (;;) {
    if (!json_next(&reader->json, '}', &first, &more))
      return false;
    if (!more)
      return true;
    if (!read_member(reader, members))
      return false;
  }
}

static void refuse_text(struct reader *reader) {
  size_t line, column;
  if (!reader->json.what) // refused as a whole already
    return;
  json_position(&reader->json, &line, &column);
  refuse_whole(reader->fault, "MALFORMED_JSON", "line %zu, column %zu: %s", line, column, reader->json.what);
}

ProtobufCMessage *json_read(const struct schema *schema, const struct message *type, const char *text, size_t length,
                            struct arena *arena, struct buffer *mask_or_null, struct fault *fault) {
  struct reader reader = {.schema = schema, .arena = arena, .mask = mask_or_null, .fault = fault};
  reader.json = (struct json){.start = text, .at = text, .end = text + length, .arena = arena};
  struct members whole = {.type = type, .message = message_new(arena, type), .depth = 1, .masked = mask_or_null != NULL};
  bool read = read_message(&reader, &whole) && json_ended(&reader.json);
  if (!read)
    refuse_text(&reader);
  return read ? whole.message : NULL;
}

// --- Query parameters and pieces of paths ---

// Makes the messages on the way to a dotted name; NULL where it names nothing.
static const struct field *find_field(const struct message *type, ProtobufCMessage **message, const char *name,
                                      struct arena *arena) {
  for (unsigned depth = 0; depth < JSON_DEPTH; depth++) {
    size_t length = strcspn(name, ".");
    const struct field *field = message_field_json(type, name, length);
    if (!field || name[length] == '\0')
      return field;
    if (field->repeated || !field->message || field->message->kind != MESSAGE_PLAIN)
      return NULL;
    if (!field_message(*message, field))
      *(ProtobufCMessage **)field_at(*message, field) = message_new(arena, field->message);
    *message = field_message(*message, field);
    type = field->message;
    name += length + 1;
  }
  return NULL;
}

// A place behind the last element. The array's room is the next power of two, so that it needs no note of its own.
static void *append_element(ProtobufCMessage *message, const struct field *field, struct arena *arena) {
  size_t *count = field_count(message, field);
  size_t size = field_element_size(field);
  void **list = field_at(message, field);
  if ((*count & (*count - 1)) == 0) {
    void *larger = arena_array(arena, *count ? 2 * *count : 1, size);
    if (*count)
      memcpy(larger, *list, *count * size);
    *list = larger;
  }
  return (char *)*list + (*count)++ * size;
}

bool json_set_from_text(const struct schema *schema, const struct message *type, ProtobufCMessage *message, const char *name,
                        const char *value, size_t length, struct arena *arena, struct fault *fault) {
  (void)schema;
  struct path path = {NULL, name, strlen(name), NO_ITEM};
  const struct field *field = find_field(type, &message, name, arena);
  if (!field)
    return path_refuse(&path, fault, "UNKNOWN_FIELD", NULL);
  if (!utf8_valid(value, length))
    return path_refuse(&path, fault, memchr(value, '\0', length) ? "NUL_CHARACTER" : "BAD_UTF8", NULL);
  if (length == 0) // as everywhere, what is empty is absent
    return true;
  if (field->repeated && *field_count(message, field) >= JSON_ELEMENTS)
    return path_refuse(&path, fault, "TOO_MANY_ITEMS", NULL);
  void *at = field->repeated ? append_element(message, field, arena) : field_at(message, field);
  const char *reason = value_read(field, (struct token){FORM_TEXT, value, length}, arena, at);
  if (reason && field->repeated)
    --*field_count(message, field);
  return !reason || path_refuse(&path, fault, reason, NULL);
}
