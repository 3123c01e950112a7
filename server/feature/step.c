// What several handlers do with their steps.

#include "feature/step.h"
#include "call/server.h"
#include <string.h>

ProtobufCMessage *step_message(struct call *call, const char *name) {
  return message_new(&call->arena, schema_message(call->server->schema, name));
}

bool step_token_hash(struct call *call, const char *token, ProtobufCBinaryData *hash) {
  hash->data = arena_alloc(&call->arena, CRYPTO_MAC_BYTES);
  hash->len = CRYPTO_MAC_BYTES;
  return crypto_token_hash(call->server->crypto, token, strlen(token), hash->data);
}

char *step_token(struct call *call, ProtobufCBinaryData *hash) {
  char *token = crypto_token_make(&call->arena);
  step_token_hash(call, token, hash);
  return token;
}

bool step_code_hash(struct call *call, const char *code, ProtobufCBinaryData *hash) {
  hash->data = arena_alloc(&call->arena, CRYPTO_MAC_BYTES);
  hash->len = CRYPTO_MAC_BYTES;
  return crypto_code_hash(call->server->crypto, code, strlen(code), hash->data);
}

char *step_code(struct call *call, ProtobufCBinaryData *hash) {
  char *code = crypto_code_make(&call->arena);
  step_code_hash(call, code, hash);
  return code;
}

bool step_may_try(struct call *call, int64_t wait_ms) {
  if (wait_ms <= 0)
    return true;
  fault_set(&call->fault, CODE_RESOURCE_EXHAUSTED, "BACKOFF", "too many failed logins; wait");
  call->fault.retry_ms = wait_ms;
  return false;
}
