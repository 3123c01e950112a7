// The smallest piece of the wire format: tags and variable-length numbers, read with bounds.

#pragma once
#include <stdbool.h>
#include <stdint.h>

// What is left to read.
struct wire {
  const uint8_t *at, *end;
};

enum { VARINT_BYTES = 10 };

// Reads one number. False where it is cut off or longer than ten bytes.
static inline bool wire_varint(struct wire *wire, uint64_t *value) {
  uint64_t sum = 0;
  for (unsigned i = 0; i < VARINT_BYTES && wire->at < wire->end; i++) {
    uint8_t byte = *wire->at++;
    sum |= (uint64_t)(byte & 0x7f) << (7 * i);
    if (!(byte & 0x80)) {
      *value = sum;
      return true;
    }
  }
  return false;
}

// Reads a length and takes that many bytes. False where fewer are left.
static inline bool wire_bytes(struct wire *wire, struct wire *bytes) {
  uint64_t length;
  if (!wire_varint(wire, &length) || length > (uint64_t)(wire->end - wire->at))
    return false;
  *bytes = (struct wire){wire->at, wire->at + length};
  wire->at += length;
  return true;
}
