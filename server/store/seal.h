// Sealed fields: encrypted on the way to a statement, opened on the way back. See docs/engine.md.
//
// A message that has sealed fields (a holder, as a Reporter in a Lead) has one key of its own, wrapped by the master key. Key
// and values are bound to what the holder is called, the field, and the id of the record around it, so that none can stand for
// another.

#pragma once
#include "store/exchange.h"

struct sealing; // of one exchange: the keys of the holders that it has met

// The wrapped key of `holder`, a message of `type` in the record `id`, made at first need. NULL where no sealed field of it is
// set. Belongs to the arena.
const uint8_t *seal_key(struct exchange *exchange, const struct message *type, const char *id, const ProtobufCMessage *holder,
                        size_t *length);

// The ciphertext of a sealed field of `holder`. False where the field is empty. Belongs to the arena.
bool seal_value(struct exchange *exchange, const struct message *type, const char *id, const ProtobufCMessage *holder,
                const struct field *field, const uint8_t **bytes, size_t *length);

// What the same value of the same field is recognised by, in whatever record. False where the field is empty.
bool seal_index(struct exchange *exchange, const ProtobufCMessage *holder, const struct field *field, const uint8_t **bytes,
                size_t *length);

// Opens a value that was sealed in field `field_name` of a holder of `type_name` in record `id`. NULL with a fault (DATA_LOSS)
// where it does not open: another key, another record's, or changed.
const char *seal_open(struct exchange *exchange, const char *type_name, const char *id, const char *field_name,
                      const uint8_t *wrapped_key, size_t wrapped_length, const uint8_t *sealed, size_t length);
