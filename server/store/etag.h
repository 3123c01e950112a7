// The etag of a record: a keyed hash of what it says.

#pragma once
#include "store/exchange.h"

// Over the message's full name and its canonical bytes: fields by number, defaults left out, nothing that this program does not
// know. So the same record hashes alike from JSON and from any client. The result belongs to the arena.
const uint8_t *etag_of(const struct exchange *exchange, const struct message *type, const ProtobufCMessage *record);
