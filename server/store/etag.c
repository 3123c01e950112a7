// Records are hashed here.

#include "store/etag.h"
#include "schema/options.h"
#include <string.h>

static void drop_unknown(const struct message *type, ProtobufCMessage *message) {
  message->n_unknown_fields = 0;
  for (unsigned i = 0; i < type->field_count; i++) {
    const struct field *field = &type->fields[i];
    if (!field->message)
      continue;
    ProtobufCMessage *single = field->repeated ? NULL : field_message(message, field);
    if (single)
      drop_unknown(field->message, single);
    for (size_t k = 0; field->repeated && k < *field_count(message, field); k++)
      drop_unknown(field->message, field_element(message, field, k));
  }
}

// What a newer client says beyond this program's fields is not stored: it does not count in the hash either. The record itself
// stays as it is.
static const uint8_t *pack(const struct exchange *exchange, const struct message *type, const ProtobufCMessage *record,
                           size_t *length) {
  const uint8_t *bytes = message_pack(exchange->arena, record, length);
  if (!message_has_unknown(record))
    return bytes;
  ProtobufCMessage *known = message_unpack(exchange->arena, type, bytes, *length);
  if (!known)
    return bytes;
  drop_unknown(type, known);
  return message_pack(exchange->arena, known, length);
}

const uint8_t *etag_of(const struct exchange *exchange, const struct message *type, const ProtobufCMessage *record) {
  uint8_t *hash = arena_alloc(exchange->arena, CRYPTO_MAC_BYTES);
  size_t length;
  const uint8_t *bytes = pack(exchange, type, record, &length);
  struct crypto_mac mac;
  crypto_mac_begin(&mac, exchange->crypto, CRYPTO_ETAGS);
  crypto_mac_add(&mac, type->name, strlen(type->name) + 1);
  crypto_mac_add(&mac, bytes, length);
  crypto_mac_end(&mac, hash);
  return hash;
}
