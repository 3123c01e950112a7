// The items of a per-item request: what is wrong with one is told of that one and does not refuse the others.

#include "call/items.h"
#include "schema/rules.h"
#include <stdio.h>
#include <string.h>

enum { INDEX_DIGITS = 9, PREFIX_BYTES = 80 };

size_t items_in(const ProtobufCMessage *request, const struct field *field) {
  return field->repeated && field->message && !field->map ? *field_count(request, field) : 0;
}

struct items *items_make(struct call *call) {
  struct items *items = arena_zalloc(&call->arena, sizeof *items);
  items->type = call->method->input;
  items->request = call->request;
  for (unsigned i = 0; i < items->type->field_count; i++)
    items->count += items_in(call->request, &items->type->fields[i]);
  items->out = arena_array(&call->arena, items->count, sizeof *items->out);
  items->faults = arena_array(&call->arena, items->count, sizeof *items->faults);
  return items;
}

const struct field *items_list(const struct items *items, size_t place) {
  for (unsigned i = 0; i < items->type->field_count; i++) {
    size_t count = items_in(items->request, &items->type->fields[i]);
    if (place < count)
      return &items->type->fields[i];
    place -= count;
  }
  return NULL;
}

// Reads "[12]" at `text`. NULL where it is none, else what follows.
static const char *read_index(const char *text, size_t *index) {
  if (*text != '[')
    return NULL;
  *index = 0;
  int digits = 0;
  for (text++; *text >= '0' && *text <= '9' && digits < INDEX_DIGITS; text++, digits++)
    *index = *index * 10 + (size_t)(*text - '0');
  return digits && *text == ']' ? text + 1 : NULL;
}

bool items_find(const struct items *items, const char *path, size_t *place, const char **rest) {
  size_t before = 0, name_length = strcspn(path, "[.");
  for (unsigned i = 0; i < items->type->field_count; i++) {
    const struct field *field = &items->type->fields[i];
    size_t count = items_in(items->request, field), index;
    if (strlen(field->name) == name_length && strncmp(field->name, path, name_length) == 0) {
      const char *behind = read_index(path + name_length, &index);
      if (!behind || index >= count)
        return false;
      *place = before + index;
      *rest = *behind == '.' ? behind + 1 : behind;
      return true;
    }
    before += count;
  }
  return false;
}

struct fault *items_refuse(struct items *items, size_t place, struct arena *arena) {
  items->out[place] = true;
  if (!items->faults[place]) {
    items->faults[place] = arena_zalloc(arena, sizeof(struct fault));
    *items->faults[place] = (struct fault){.arena = arena, .limit = ITEM_VIOLATIONS};
  }
  return items->faults[place];
}

bool items_sort(struct items *items, const struct fault *fault, struct arena *arena) {
  size_t place;
  const char *rest;
  for (const struct violation *violation = fault->violations; violation; violation = violation->next)
    if (!items_find(items, violation->field, &place, &rest))
      return false;
  for (const struct violation *violation = fault->violations; violation; violation = violation->next)
    if (items_find(items, violation->field, &place, &rest))
      fault_field(items_refuse(items, place, arena), rest, violation->reason, violation->limit);
  return fault->violations != NULL;
}

void items_check(struct items *items, struct arena *arena) {
  size_t place = 0;
  for (unsigned i = 0; i < items->type->field_count; i++) {
    const struct field *field = &items->type->fields[i];
    size_t count = items_in(items->request, field);
    for (size_t index = 0; index < count; index++, place++) {
      if (items->out[place])
        continue;
      char prefix[PREFIX_BYTES];
      snprintf(prefix, sizeof prefix, "%s[%zu]", field->name, index);
      struct fault found = {.arena = arena, .limit = ITEM_VIOLATIONS};
      if (!rules_check_at(field->message, field_element(items->request, field, index), prefix, &found))
        items_sort(items, &found, arena);
    }
  }
}

const struct fault *call_item_fault(const struct call *call, size_t place) {
  return call->items->faults[place - 1];
}

size_t call_item_count(const struct call *call) {
  return call->items->count;
}

void call_item_order(struct call *call, const uint32_t *order) {
  call->items->order = order;
}
