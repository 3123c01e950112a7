// UUIDs as 16 bytes and as text.

#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UUID_BYTES = 16, UUID_TEXT = 37 };

// A fresh random one (libuuid's): for records.
void uuid_make(uint8_t uuid[UUID_BYTES]);

// A fresh random one for the name of a call: every call has one, and libuuid's way takes 7 µs, this 0.14. Not for a process
// that has forked without exec: both sides would make the same.
void uuid_make_for_call(uint8_t uuid[UUID_BYTES]);

// Reads exactly the 36 characters of the canonical form, either case. False where it is none.
bool uuid_read(const char *text, size_t length, uint8_t uuid[UUID_BYTES]);

// Writes the lower-case canonical form and a NUL.
void uuid_write(const uint8_t uuid[UUID_BYTES], char text[UUID_TEXT]);
