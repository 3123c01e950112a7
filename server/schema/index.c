// Names and addresses are looked up here. Open addressing, at most half full.

#include "schema/index.h"
#include <stdint.h>
#include <string.h>

struct index index_make(struct arena *arena, size_t count) {
  size_t slots = 4;
  while (slots < 2 * count + 1)
    slots *= 2;
  return (struct index){arena_array(arena, slots, sizeof(struct index_slot)), slots - 1};
}

// FNV-1a.
static size_t hash_name(const char *name, size_t length) {
  uint64_t hash = 14695981039346656037u;
  for (size_t i = 0; i < length; i++)
    hash = (hash ^ (uint8_t)name[i]) * 1099511628211u;
  return (size_t)(hash ^ (hash >> 32));
}

static size_t hash_key(const void *key) {
  uint64_t hash = (uint64_t)(uintptr_t)key * 11400714819323198485u;
  return (size_t)(hash >> 32);
}

// The slot that holds the name, or the free one where it would go.
static struct index_slot *slot_of_name(const struct index *index, const char *name, size_t length) {
  for (size_t i = hash_name(name, length);; i++) {
    struct index_slot *slot = &index->slots[i & index->mask];
    if (!slot->value || (slot->name && slot->length == length && memcmp(slot->name, name, length) == 0))
      return slot;
  }
}

static struct index_slot *slot_of_key(const struct index *index, const void *key) {
  for (size_t i = hash_key(key);; i++) {
    struct index_slot *slot = &index->slots[i & index->mask];
    if (!slot->value || slot->key == key)
      return slot;
  }
}

bool index_put_name(struct index *index, const char *name, size_t length, const void *value) {
  struct index_slot *slot = slot_of_name(index, name, length);
  if (slot->value)
    return false;
  *slot = (struct index_slot){name, length, NULL, value};
  return true;
}

bool index_put_key(struct index *index, const void *key, const void *value) {
  struct index_slot *slot = slot_of_key(index, key);
  if (slot->value)
    return false;
  *slot = (struct index_slot){NULL, 0, key, value};
  return true;
}

const void *index_by_name(const struct index *index, const char *name, size_t length) {
  return slot_of_name(index, name, length)->value;
}

const void *index_by_key(const struct index *index, const void *key) {
  return slot_of_key(index, key)->value;
}
