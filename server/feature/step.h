// What several handlers do: messages for their steps, tokens, one-time codes and their hashes.

#pragma once
#include "call/call.h"

// A fresh message of a step, by its full name.
ProtobufCMessage *step_message(struct call *call, const char *name);

// A fresh token, and into `hash` what is stored of it. Both belong to the call's arena.
char *step_token(struct call *call, ProtobufCBinaryData *hash);

// Refuses the call where its address must wait, after failed tries, before it may try this name again. False then.
bool step_may_try(struct call *call, int64_t wait_ms);

// The hash of a token that a client gave. False where it has not the form of one.
bool step_token_hash(struct call *call, const char *token, ProtobufCBinaryData *hash);

// The same of a one-time code.
char *step_code(struct call *call, ProtobufCBinaryData *hash);
bool step_code_hash(struct call *call, const char *code, ProtobufCBinaryData *hash);
