// A request becomes the parameters of a statement here: the plan is walked, values go out in PostgreSQL's binary form.

#include "base/buffer.h"
#include "store/etag.h"
#include "store/page.h"
#include "store/plan.h"
#include "store/seal.h"
#include <string.h>

enum { ARRAY_EMPTY_BYTES = 12, ARRAY_NULLS_AT = 4, ARRAY_COUNT_AT = 12 };

// One parameter under way.
struct binding {
  struct exchange *exchange;
  const struct parameter *parameter;
  struct value *single; // of a parameter that is no array
  struct buffer array;
  uint32_t count, nulls;     // elements so far
  int32_t place;             // of the counted element, from 1
  size_t at[TRAIL_REPEATED]; // where the walk is in repeated fields, from 0
  unsigned level;            // how many of them it is in
  const ProtobufCMessage *record;
};

// --- Values
// -------------------------------------------------------------------------------------------------------------------

static void be_null(struct value *value) {
  value->bytes = NULL;
  value->length = -1;
}

static void be_bytes(struct value *value, const uint8_t *bytes, size_t length) {
  value->bytes = (const char *)bytes;
  value->length = (int32_t)length;
}

static bool does_not_fit(struct binding *binding) {
  struct exchange *exchange = binding->exchange;
  const char *field = trail_text(&binding->parameter->trail, binding->at, exchange->arena);
  return fault_field(exchange->fault, field, "OUT_OF_RANGE", NULL);
}

// An element of a repeated scalar, and what a wrapper holds, is a value though it be empty.
static bool value_of_field(struct binding *binding, const ProtobufCMessage *holder, const void *at, struct value *value) {
  const struct parameter *parameter = binding->parameter;
  const struct field *field = trail_last(&parameter->trail);
  if (!at || !field_in_use(holder, field)) {
    be_null(value);
    return true;
  }
  bool keep_empty = parameter->trail.wrapped || field->repeated;
  return parameter->codec->encode(at, keep_empty, value) || does_not_fit(binding);
}

static bool value_of_place(struct binding *binding, const ProtobufCMessage *holder, const void *at, struct value *value) {
  (void)holder, (void)at;
  uint32_t place = (uint32_t)binding->place;
  for (int i = 0; i < 4; i++)
    value->room[i] = (char)(place >> (24 - 8 * i));
  value->bytes = value->room;
  value->length = 4;
  return true;
}

static bool value_of_hash(struct binding *binding, const ProtobufCMessage *holder, const void *at, struct value *value) {
  (void)holder;
  const struct message *type = trail_last(&binding->parameter->trail)->message;
  be_null(value);
  if (at)
    be_bytes(value, etag_of(binding->exchange, type, at), CRYPTO_MAC_BYTES);
  return true;
}

static const char *record_id(const struct binding *binding) {
  return field_text(binding->record, binding->parameter->record_id);
}

static bool value_of_key(struct binding *binding, const ProtobufCMessage *holder, const void *at, struct value *value) {
  (void)holder;
  size_t length;
  const struct message *type = trail_last(&binding->parameter->trail)->message;
  const uint8_t *key = at ? seal_key(binding->exchange, type, record_id(binding), at, &length) : NULL;
  be_null(value);
  if (key)
    be_bytes(value, key, length);
  return true;
}

static bool value_of_sealed(struct binding *binding, const ProtobufCMessage *holder, const void *at, struct value *value) {
  (void)at;
  const struct field *field = binding->parameter->secret;
  const uint8_t *bytes;
  size_t length;
  be_null(value);
  if (holder && seal_value(binding->exchange, field->owner, record_id(binding), holder, field, &bytes, &length))
    be_bytes(value, bytes, length);
  return true;
}

static bool value_of_index(struct binding *binding, const ProtobufCMessage *holder, const void *at, struct value *value) {
  (void)at;
  const uint8_t *bytes;
  size_t length;
  be_null(value);
  if (holder && seal_index(binding->exchange, holder, binding->parameter->secret, &bytes, &length))
    be_bytes(value, bytes, length);
  return true;
}

static bool (*const value_of[])(struct binding *binding, const ProtobufCMessage *holder, const void *at,
                                struct value *value) = {
    [FROM_FIELD] = value_of_field, [FROM_PLACE] = value_of_place,   [FROM_HASH] = value_of_hash,
    [FROM_KEY] = value_of_key,     [FROM_SEALED] = value_of_sealed, [FROM_INDEX] = value_of_index,
};

// --- The walk
// -----------------------------------------------------------------------------------------------------------------

static void append(struct binding *binding, const struct value *value) {
  size_t length = value->length < 0 ? 0 : (size_t)value->length;
  char *room = buffer_reserve(&binding->array, 4 + length);
  uint32_t head = __builtin_bswap32((uint32_t)value->length);
  memcpy(room, &head, 4);
  if (length)
    memcpy(room + 4, value->bytes, length);
  binding->array.length += 4 + length;
  binding->count++;
  binding->nulls += value->length < 0;
}

// `at` is where the value lies in `holder`, or the message itself where the path ends in one. NULL: absent.
static bool emit(struct binding *binding, const ProtobufCMessage *holder, const void *at) {
  struct value element;
  struct value *out = binding->parameter->array ? &element : binding->single;
  if (!value_of[binding->parameter->source](binding, holder, at, out))
    return false;
  if (binding->parameter->array)
    append(binding, out);
  return true;
}

// How many items stand before the first of `field`, which is a repeated message of the request.
static size_t items_before(const struct binding *binding, const struct script *script, const struct field *field) {
  size_t before = 0;
  for (unsigned i = 0; i < script->item_count && script->items[i] != field; i++)
    before += *field_count(binding->exchange->in, script->items[i]);
  return before;
}

static bool walk(struct binding *binding, const struct script *script, unsigned depth, const ProtobufCMessage *message);

static bool walk_repeated(struct binding *binding, const struct script *script, unsigned depth,
                          const ProtobufCMessage *message) {
  const struct parameter *parameter = binding->parameter;
  const struct field *field = parameter->trail.fields[depth];
  const struct selection *selection = &binding->exchange->selection;
  bool counted = script->counted && depth == 0 && field->message;
  size_t count = message ? *field_count(message, field) : 0, before = counted ? items_before(binding, script, field) : 0;
  size_t *at = &binding->at[binding->level++];
  for (*at = 0; *at < count; ++*at) {
    if (counted && selection->out && selection->out[before + *at])
      continue;
    if (parameter->place_depth == depth)
      binding->place = (int32_t)(before + *at + 1);
    bool good = field->message ? walk(binding, script, depth + 1, field_element(message, field, *at))
                               : emit(binding, message, *(char **)field_at(message, field) + *at * field_element_size(field));
    if (!good)
      return false;
  }
  binding->level--;
  return true;
}

// Timestamps and Durations are messages, and values: what holds them hands them on.
static bool walk(struct binding *binding, const struct script *script, unsigned depth, const ProtobufCMessage *message) {
  const struct parameter *parameter = binding->parameter;
  if (parameter->record_id && parameter->record_depth == depth)
    binding->record = message;
  if (depth == parameter->trail.count)
    return emit(binding, message, message);
  const struct field *field = parameter->trail.fields[depth];
  if (field->repeated)
    return walk_repeated(binding, script, depth, message);
  if (depth + 1 == parameter->trail.count && !parameter->ends_in_message)
    return emit(binding, message, message ? field_at(message, field) : NULL);
  return walk(binding, script, depth + 1, field_message(message, field));
}

// --- One parameter
// ------------------------------------------------------------------------------------------------------------

// One dimension, from 1; an empty array has none.
static void begin_array(struct binding *binding) {
  buffer_be32(&binding->array, 1);
  buffer_be32(&binding->array, 0);
  buffer_be32(&binding->array, binding->parameter->element);
  buffer_be32(&binding->array, 0);
  buffer_be32(&binding->array, 1);
}

static void end_array(struct binding *binding) {
  struct buffer *array = &binding->array;
  buffer_patch_be32(array, 0, binding->count > 0);
  buffer_patch_be32(array, ARRAY_NULLS_AT, binding->nulls > 0);
  buffer_patch_be32(array, ARRAY_COUNT_AT, binding->count);
  if (!binding->count)
    array->length = ARRAY_EMPTY_BYTES;
}

static void put(struct parameters *out, const char *bytes, size_t length) {
  out->values[out->count] = bytes;
  out->lengths[out->count] = (int)length;
  out->formats[out->count] = 1;
  out->count++;
}

static void put_value(struct parameters *out, const struct value *value) {
  put(out, value->length < 0 ? NULL : value->bytes, value->length < 0 ? 0 : (size_t)value->length);
}

static bool put_field(const struct script *script, const struct parameter *parameter, struct exchange *exchange,
                      struct parameters *out) {
  struct binding binding = {.exchange = exchange, .parameter = parameter, .array = {.arena = exchange->arena}};
  if (parameter->array)
    begin_array(&binding);
  else
    binding.single = arena_alloc(exchange->arena, sizeof(struct value));
  if (!walk(&binding, script, 0, exchange->in))
    return false;
  if (!parameter->array) {
    put_value(out, binding.single);
    return true;
  }
  end_array(&binding);
  put(out, binding.array.data, binding.array.length);
  return true;
}

// One more than the page: what comes in excess says that there is a next one.
static void put_page_size(struct exchange *exchange, struct parameters *out) {
  struct buffer number = {.arena = exchange->arena};
  buffer_be64(&number, (uint64_t)exchange->page.size + 1);
  put(out, number.data, number.length);
}

static bool put_page(const struct parameter *parameter, struct exchange *exchange, struct parameters *out) {
  const struct page *page = &exchange->page;
  for (unsigned i = 0; page->given && i < page->count; i++) {
    const struct page_value *value = &page->values[i];
    if (strcmp(value->name, parameter->page) != 0)
      continue;
    if (value->type != parameter->type)
      return page_refuse(exchange); // of an older version of this list
    put(out, value->length < 0 ? NULL : value->bytes, value->length < 0 ? 0 : (size_t)value->length);
    return true;
  }
  put(out, NULL, 0);
  return true;
}

static bool put_parameter(const struct script *script, const struct parameter *parameter, struct exchange *exchange,
                          struct parameters *out) {
  switch (parameter->source) {
  case FROM_PAGE_SIZE:
    put_page_size(exchange, out);
    return true;
  case FROM_PAGE:
    return put_page(parameter, exchange, out);
  default:
    return put_field(script, parameter, exchange, out);
  }
}

bool variant_bind(const struct variant *variant, struct exchange *exchange, const struct keep *keep, struct parameters *out) {
  const struct combination *combination = variant_combination(variant);
  const struct statement *statement = variant->statement;
  out->count = 0;
  if (combination->replays) {
    put(out, (const char *)keep->request_id, UUID_BYTES);
    return true;
  }
  for (unsigned i = 0; i < combination->count; i++)
    if (!put_parameter(statement->script, &statement->parameters[combination->parameters[i]], exchange, out))
      return false;
  if (combination->keeps) {
    put(out, keep->method, strlen(keep->method));
    put(out, (const char *)keep->request_id, UUID_BYTES);
    put(out, (const char *)keep->hash, CRYPTO_MAC_BYTES);
  }
  return true;
}
