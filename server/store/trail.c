// Paths are found in descriptors here, and said again with the places of repeated fields.

#include "store/trail.h"
#include "base/buffer.h"
#include <string.h>

static bool not_so(const char **why, const char *reason) {
  *why = reason;
  return false;
}

static bool append(struct trail *trail, const struct field *field, const char **why) {
  if (trail->count == TRAIL_FIELDS)
    return not_so(why, "is nested too deeply");
  trail->fields[trail->count++] = field;
  trail->repeated += field->repeated;
  return trail->repeated <= TRAIL_REPEATED || not_so(why, "is repeated in repeated in repeated: too deep for a statement");
}

// What lies behind a wrapper or a mask belongs to the path.
static bool append_inner(struct trail *trail, const char **why) {
  const struct message *message = trail_last(trail)->message;
  if (!message || (message->kind != MESSAGE_WRAPPER && message->kind != MESSAGE_FIELD_MASK))
    return true;
  trail->wrapped = message->kind == MESSAGE_WRAPPER;
  return append(trail, &message->fields[0], why);
}

static bool ends_well(struct trail *trail, enum trail_end end, const char **why) {
  const struct message *message = trail_last(trail)->message;
  if (end == TRAIL_ANY)
    return true;
  if (end == TRAIL_MESSAGE)
    return (message && message->kind == MESSAGE_PLAIN) || not_so(why, "is no message with fields of its own");
  if (!append_inner(trail, why))
    return false;
  return kind_of(trail_last(trail)) != KIND_NONE || not_so(why, "is a message: name one of its fields");
}

bool trail_resolve(const struct message *root, const char *text, size_t length, enum trail_end end, struct trail *trail,
                   struct arena *arena, const char **why) {
  *trail = (struct trail){.count = 0};
  const struct message *message = root;
  for (const char *part = text, *stop = text + length; part <= stop;) {
    const char *dot = memchr(part, '.', (size_t)(stop - part));
    size_t size = (size_t)((dot ? dot : stop) - part);
    if (!message || message->kind != MESSAGE_PLAIN)
      return not_so(why, arena_printf(arena, "has nothing called \"%.*s\" in it", (int)size, part));
    const struct field *field = message_field(message, part, size);
    if (!field)
      return not_so(why, arena_printf(arena, "is not in %s: no field \"%.*s\"", message->name, (int)size, part));
    if (!append(trail, field, why))
      return false;
    trail->said = field;
    message = field->message;
    part += size + 1;
  }
  return ends_well(trail, end, why);
}

const char *trail_text(const struct trail *trail, const size_t places[TRAIL_REPEATED], struct arena *arena) {
  struct buffer text = {.arena = arena};
  unsigned repeated = 0;
  for (unsigned i = 0; i < trail->count; i++) {
    const struct field *field = trail->fields[i];
    buffer_printf(&text, "%s%s", i ? "." : "", field->name);
    if (field->repeated)
      buffer_printf(&text, "[%zu]", places[repeated++]);
    if (field == trail->said && trail->wrapped)
      break;
  }
  return buffer_text(&text);
}

bool trail_is_set(const struct trail *trail, const ProtobufCMessage *root) {
  const ProtobufCMessage *message = root;
  for (unsigned i = 0; i + 1 < trail->count; i++)
    message = field_message(message, trail->fields[i]);
  return field_is_set(message, trail_last(trail));
}

static ProtobufCMessage *reach(ProtobufCMessage *message, const struct field *field, struct arena *arena) {
  ProtobufCMessage **nested = field_at(message, field);
  if (!field_in_use(message, field) || !*nested) {
    *nested = message_new(arena, field->message);
    field_use(message, field);
  }
  return *nested;
}

ProtobufCMessage *trail_reach(const struct trail *trail, unsigned from, unsigned to, ProtobufCMessage *message,
                              struct arena *arena) {
  for (unsigned i = from; i < to; i++)
    message = reach(message, trail->fields[i], arena);
  return message;
}
