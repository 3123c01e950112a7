// A look at a packed message before it is unpacked: what protobuf-c would take and should not.

#pragma once
#include "schema/schema.h"

enum { WIRE_DEPTH = 32 };

// What a client may send in one message.
struct wire_limits {
  size_t elements; // repeated elements in all, at any depth
  size_t bytes;    // what the unpacked message takes
};

// Walks `bytes` by the descriptor: framing, wire types, depth, UTF-8 without NUL, counts, and the memory that unpacking would
// take. Linear in `length`; allocates nothing but texts of faults.
//
// A string that is no text is a violation (BAD_UTF8, NUL_CHARACTER) with its path: a per-item method may pin it on one item,
// and unpack the rest. Everything else refuses the message as a whole and must keep it from being unpacked: INVALID_ARGUMENT
// with reason MALFORMED_MESSAGE (framing, wire types, groups, a nested message given twice where there is room for one),
// TOO_DEEP or TOO_MANY_ELEMENTS (also where the memory would be too much). Fields that the type does not know are passed over,
// and counted.
bool wire_scan(const struct message *type, const uint8_t *bytes, size_t length, struct wire_limits limits, struct fault *fault);
