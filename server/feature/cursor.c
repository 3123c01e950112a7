// A cursor: keyed hash of the method's name and the rest, the user's id, the state.

#include "feature/cursor.h"
#include "call/server.h"
#include <string.h>

enum { HEAD_BYTES = CRYPTO_MAC_BYTES + UUID_BYTES };

static void hash_of(const struct call *call, const uint8_t *rest, size_t length, uint8_t hash[CRYPTO_MAC_BYTES]) {
  struct crypto_mac mac;
  crypto_mac_begin(&mac, call->server->crypto, CRYPTO_CURSORS);
  crypto_mac_add(&mac, call->method->name, strlen(call->method->name) + 1);
  crypto_mac_add(&mac, rest, length);
  crypto_mac_end(&mac, hash);
}

char *cursor_write(const struct call *call, const char *state, struct arena *arena) {
  size_t state_length = strlen(state), length = HEAD_BYTES + state_length;
  uint8_t *bytes = arena_alloc(arena, length);
  memcpy(bytes + CRYPTO_MAC_BYTES, call->caller.user, UUID_BYTES);
  memcpy(bytes + HEAD_BYTES, state, state_length);
  hash_of(call, bytes + CRYPTO_MAC_BYTES, length - CRYPTO_MAC_BYTES, bytes);
  return crypto_base64url(arena, bytes, length);
}

char *cursor_read(struct call *call, const char *cursor, uint8_t user[UUID_BYTES]) {
  size_t length;
  uint8_t hash[CRYPTO_MAC_BYTES];
  const uint8_t *bytes = crypto_base64url_read(&call->arena, cursor, strlen(cursor), &length);
  if (!bytes || length < HEAD_BYTES)
    return NULL;
  hash_of(call, bytes + CRYPTO_MAC_BYTES, length - CRYPTO_MAC_BYTES, hash);
  if (!crypto_equal(hash, bytes, sizeof hash))
    return NULL;
  memcpy(user, bytes + CRYPTO_MAC_BYTES, UUID_BYTES);
  return arena_strndup(&call->arena, (const char *)bytes + HEAD_BYTES, length - HEAD_BYTES);
}
