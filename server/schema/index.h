// Hash tables made once and only read afterwards: from names or addresses to whatever they stand for.

#pragma once
#include "base/arena.h"

struct index_slot {
  const char *name; // NULL: keyed by address, or free
  size_t length;
  const void *key;
  const void *value; // NULL: free
};

struct index {
  struct index_slot *slots;
  size_t mask;
};

// An empty table with room for `count` entries, in the arena.
struct index index_make(struct arena *arena, size_t count);

// Adds an entry; the name stays the caller's. False where it is there already: the first one stays.
bool index_put_name(struct index *index, const char *name, size_t length, const void *value);
bool index_put_key(struct index *index, const void *key, const void *value);

// NULL where there is none.
const void *index_by_name(const struct index *index, const char *name, size_t length);
const void *index_by_key(const struct index *index, const void *key);
