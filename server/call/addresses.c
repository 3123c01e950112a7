// Addresses are counted here, in a table of fixed size: nobody can make it grow by coming from many.

#include "call/addresses.h"
#include "base/crypto.h"
#include <stdint.h>
#include <stdlib.h>

enum { SHARES_BITS = 12 };

struct addresses {
  unsigned calls_limit;
  uint64_t seed;
  struct share shares[1 << SHARES_BITS];
};

struct addresses *addresses_open(unsigned calls_limit) {
  struct addresses *addresses = calloc(1, sizeof *addresses);
  if (!addresses)
    abort();
  addresses->calls_limit = calls_limit;
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
  if (addresses->calls_limit == 0 || before < addresses->calls_limit)
    return true;
  atomic_fetch_sub(&share->calls, 1);
  return false;
}
