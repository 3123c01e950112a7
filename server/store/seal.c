// Sealed fields meet their keys here. How they are encrypted is base/crypto's business.

#include "store/seal.h"
#include "base/buffer.h"
#include <string.h>

struct sealing_key {
  struct sealing_key *next;
  const ProtobufCMessage *holder;
  uint8_t key[CRYPTO_KEY_BYTES], wrapped[CRYPTO_WRAPPED_BYTES];
};

// In the order of the request's items. Parameters walk them in this order again and again: the one after the last found is
// tried first.
struct sealing {
  struct sealing_key *first, **end, *found;
};

// "zoufang.v1.Reporter/ID" of a key, "zoufang.v1.Reporter/ID/name" of a value. Neither names nor ids have a slash in them.
static const char *place_of(struct arena *arena, const char *type, const char *id, const char *field) {
  struct buffer text = {.arena = arena};
  buffer_string(&text, type);
  buffer_byte(&text, '/');
  buffer_string(&text, id);
  if (field) {
    buffer_byte(&text, '/');
    buffer_string(&text, field);
  }
  return buffer_text(&text);
}

static struct sealing_key *find_from(struct sealing_key *key, const ProtobufCMessage *holder) {
  while (key && key->holder != holder)
    key = key->next;
  return key;
}

static struct sealing_key *find(struct sealing *sealing, const ProtobufCMessage *holder) {
  if (sealing->found && sealing->found->holder == holder)
    return sealing->found;
  struct sealing_key *key = sealing->found ? find_from(sealing->found->next, holder) : NULL;
  return key ? key : find_from(sealing->first, holder);
}

static struct sealing *sealing_of(struct exchange *exchange) {
  if (!exchange->sealing) {
    exchange->sealing = arena_zalloc(exchange->arena, sizeof *exchange->sealing);
    exchange->sealing->end = &exchange->sealing->first;
  }
  return exchange->sealing;
}

static struct sealing_key *key_of(struct exchange *exchange, const struct message *type, const char *id,
                                  const ProtobufCMessage *holder) {
  struct sealing *sealing = sealing_of(exchange);
  struct sealing_key *key = find(sealing, holder);
  if (!key) {
    key = arena_zalloc(exchange->arena, sizeof *key);
    key->holder = holder;
    crypto_record_key_make(exchange->crypto, place_of(exchange->arena, type->name, id, NULL), key->key, key->wrapped);
    *sealing->end = key;
    sealing->end = &key->next;
  }
  sealing->found = key;
  return key;
}

static bool has_sealed_value(const struct message *type, const ProtobufCMessage *holder) {
  for (unsigned i = 0; i < type->field_count; i++)
    if (type->fields[i].sealed && field_is_set(holder, &type->fields[i]))
      return true;
  return false;
}

const uint8_t *seal_key(struct exchange *exchange, const struct message *type, const char *id, const ProtobufCMessage *holder,
                        size_t *length) {
  if (!has_sealed_value(type, holder))
    return NULL;
  *length = CRYPTO_WRAPPED_BYTES;
  return key_of(exchange, type, id, holder)->wrapped;
}

bool seal_value(struct exchange *exchange, const struct message *type, const char *id, const ProtobufCMessage *holder,
                const struct field *field, const uint8_t **bytes, size_t *length) {
  const char *text = field_text(holder, field);
  if (!*text)
    return false;
  const struct sealing_key *key = key_of(exchange, type, id, holder);
  const char *place = place_of(exchange->arena, type->name, id, field->name);
  *bytes = crypto_seal(exchange->arena, key->key, place, text, strlen(text), length);
  return true;
}

bool seal_index(struct exchange *exchange, const ProtobufCMessage *holder, const struct field *field, const uint8_t **bytes,
                size_t *length) {
  const char *text = field_text(holder, field);
  if (!*text)
    return false;
  uint8_t *index = arena_alloc(exchange->arena, CRYPTO_INDEX_BYTES);
  crypto_index(exchange->crypto, place_of(exchange->arena, field->owner->name, field->name, NULL), text, strlen(text), index);
  *bytes = index;
  *length = CRYPTO_INDEX_BYTES;
  return true;
}

const char *seal_open(struct exchange *exchange, const char *type_name, const char *id, const char *field_name,
                      const uint8_t *wrapped_key, size_t wrapped_length, const uint8_t *sealed, size_t length) {
  struct arena *arena = exchange->arena;
  uint8_t key[CRYPTO_KEY_BYTES];
  const char *text = NULL;
  if (crypto_record_key_open(exchange->crypto, place_of(arena, type_name, id, NULL), wrapped_key, wrapped_length, key))
    text = crypto_unseal(arena, key, place_of(arena, type_name, id, field_name), sealed, length);
  explicit_bzero(key, sizeof key);
  if (!text)
    fault_set(exchange->fault, CODE_DATA_LOSS, "SEAL_BROKEN", "a sealed value does not open");
  return text;
}
