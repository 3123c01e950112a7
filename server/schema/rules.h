// Field rules held against a message.

#pragma once
#include "schema/schema.h"

// Checks every field of `message`, at any depth, and adds a violation for each that breaks a rule
// ("visits[3].position.latitude"). Output-only fields are not looked at. True where nothing was added.
bool rules_check(const struct message *type, const ProtobufCMessage *message, struct fault *fault);

// The same for one element of a per-item request: paths begin with `prefix` ("visits[3]").
bool rules_check_at(const struct message *type, const ProtobufCMessage *message, const char *prefix, struct fault *fault);
