// Trails: a path such as "visit.position.latitude", found in the descriptors once at start, walked afterwards.

#pragma once
#include "store/value.h"

enum { TRAIL_FIELDS = 8, TRAIL_REPEATED = 2 };

// The fields on the way from a message to a value. A wrapper is followed by its "value", a mask by its "paths".
struct trail {
  unsigned count, repeated; // fields in all, and the repeated ones among them
  const struct field *fields[TRAIL_FIELDS];
  const struct field *said; // whose rules and storage hold for the value: the wrapper's field, not "value"
  bool wrapped;             // the value of a wrapper: "" and 0 are values
};

// What a path may end in.
enum trail_end {
  TRAIL_VALUE,   // what a statement takes or gives: a scalar, Timestamp, a wrapper …
  TRAIL_MESSAGE, // a message that has fields of its own
  TRAIL_ANY,     // whatever may be set or not
};

// Finds `text` in `root`. False with `why` (in the arena) where it is none, does not end as asked for, or is deeper than
// statements go.
bool trail_resolve(const struct message *root, const char *text, size_t length, enum trail_end end, struct trail *trail,
                   struct arena *arena, const char **why);

// The last field.
static inline const struct field *trail_last(const struct trail *trail) {
  return trail->fields[trail->count - 1];
}

// "visits[3].officer_ids[0]": the path with the places (from 0) of its repeated fields, as violations say it.
const char *trail_text(const struct trail *trail, const size_t places[TRAIL_REPEATED], struct arena *arena);

// Whether what the path leads to is set. Not for paths through repeated fields.
bool trail_is_set(const struct trail *trail, const ProtobufCMessage *root);

// Goes from `message` down the fields `from` to `to` (not included), none of them repeated, and makes what is missing on the
// way.
ProtobufCMessage *trail_reach(const struct trail *trail, unsigned from, unsigned to, ProtobufCMessage *message,
                              struct arena *arena);
