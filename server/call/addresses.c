// Addresses are counted here, in a table of fixed size: nobody can make it grow by coming from many.

#include "call/addresses.h"
#include "base/crypto.h"
#include "base/metrics.h"
#include <stdint.h>
#include <stdlib.h>

enum { SHARES_BITS = 12 };

struct addresses {
  struct addresses_options limits;
  uint64_t seed;
  atomic_size_t body_bytes; // of all
  struct series *body_series;
  struct share shares[1 << SHARES_BITS];
};

struct addresses *addresses_open(const struct addresses_options *options) {
  struct addresses *addresses = calloc(1, sizeof *addresses);
  if (!addresses)
    abort();
  addresses->limits = *options;
  addresses->body_series =
      metrics_series(metrics_gauge("zoufang_bodies_bytes", "Bytes of bodies that are on their way.", ""), NULL);
  crypto_random(&addresses->seed, sizeof addresses->seed);
  return addresses;
}

void addresses_close(struct addresses *addresses) {
  free(addresses);
}

// Keyed, so that nobody can choose whose counts he falls on. FNV-1a from a random start, mixed at the end.
struct share *addresses_of(struct addresses *addresses, const char *text) {
  uint64_t hash = addresses->seed;
  for (; *text; text++)
    hash = (hash ^ (uint8_t)*text) * 0x100000001b3;
  hash = (hash ^ hash >> 32) * 0x9e3779b97f4a7c15;
  return &addresses->shares[hash >> (64 - SHARES_BITS)];
}

bool addresses_enter(const struct addresses *addresses, struct share *share) {
  unsigned before = atomic_fetch_add(&share->calls, 1);
  if (addresses->limits.calls == 0 || before < addresses->limits.calls)
    return true;
  atomic_fetch_sub(&share->calls, 1);
  return false;
}

static bool take(atomic_size_t *taken, size_t bytes, size_t limit) {
  if (atomic_fetch_add(taken, bytes) + bytes <= limit || limit == 0)
    return true;
  atomic_fetch_sub(taken, bytes);
  return false;
}

bool addresses_take_bytes(struct addresses *addresses, struct share *share_or_null, size_t bytes) {
  if (!take(&addresses->body_bytes, bytes, addresses->limits.body_bytes))
    return false;
  if (share_or_null && !take(&share_or_null->body_bytes, bytes, addresses->limits.body_bytes_of_address)) {
    atomic_fetch_sub(&addresses->body_bytes, bytes);
    return false;
  }
  series_add(addresses->body_series, (int64_t)bytes);
  return true;
}

void addresses_give_bytes(struct addresses *addresses, struct share *share_or_null, size_t bytes) {
  atomic_fetch_sub(&addresses->body_bytes, bytes);
  if (share_or_null)
    atomic_fetch_sub(&share_or_null->body_bytes, bytes);
  series_add(addresses->body_series, -(int64_t)bytes);
}
