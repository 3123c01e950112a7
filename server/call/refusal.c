// What a refused request named is found here, by the paths of its violations.

#include "call/refusal.h"
#include "base/buffer.h"
#include "schema/message.h"
#include <stdlib.h>
#include <string.h>

enum { PATH_BASE = 10 };

static bool hides(const struct violation *violation) {
  return words_hide(violation->reason);
}

bool refusal_is(const struct fault *fault) {
  if (fault->code == CODE_UNAUTHENTICATED || fault->code == CODE_PERMISSION_DENIED || fault->code == CODE_NOT_FOUND)
    return true;
  bool found = fault->reason && words_hide(fault->reason);
  for (const struct violation *at = fault->violations; at && !found; at = at->next)
    found = hides(at);
  return found;
}

static void add_line(struct buffer *lines, const char *text) {
  if (!*text)
    return;
  if (lines->length)
    buffer_byte(lines, '\n');
  buffer_string(lines, text);
}

static bool is_text(const struct field *field) {
  return field->descriptor->type == PROTOBUF_C_TYPE_STRING;
}

// The texts that `path` leads to in `message`; in a list without a place, those of each element.
static void add_named(struct buffer *lines, const struct message *type, const ProtobufCMessage *message, const char *path) {
  size_t length = strcspn(path, "[.");
  const struct field *field = message_field(type, path, length);
  const char *rest = path + length;
  if (!message || !field || (!field->message && !is_text(field)))
    return;
  size_t first = 0, end = field->repeated ? *field_count(message, field) : 1;
  if (*rest == '[') {
    char *behind;
    size_t place = strtoul(rest + 1, &behind, PATH_BASE);
    first = place < end ? place : end;
    end = first < end ? first + 1 : end;
    rest = *behind ? behind + 1 : behind;
  }
  rest += *rest == '.';
  for (size_t i = first; i < end; i++)
    if (field->message)
      add_named(lines, field->message, field->repeated ? field_element(message, field, i) : field_message(message, field),
                rest);
    else
      add_line(lines, field->repeated ? (*(char ***)field_at(message, field))[i] : field_text(message, field));
}

// The id in a message, "" where it has none.
static const char *id_in(const struct message *type, const ProtobufCMessage *message) {
  const struct field *field = message_field(type, "id", strlen("id"));
  return field && !field->repeated && is_text(field) ? field_text(message, field) : "";
}

// The record that a request asks for: its own id, or that of the record it carries.
static const char *record_of(const struct call *call) {
  const struct message *type = call->method->input;
  const char *id = id_in(type, call->request);
  for (unsigned i = 0; !*id && i < type->field_count; i++) {
    const struct field *field = &type->fields[i];
    const ProtobufCMessage *record = field->message && !field->repeated ? field_message(call->request, field) : NULL;
    id = record ? id_in(field->message, record) : "";
  }
  return id;
}

const char *refusal_records(struct call *call) {
  struct buffer lines = {.arena = &call->arena};
  for (const struct violation *at = call->fault.violations; at; at = at->next)
    if (hides(at))
      add_named(&lines, call->method->input, call->request, at->field);
  return lines.length ? buffer_text(&lines) : record_of(call);
}
