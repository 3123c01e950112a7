// Base64 as the proto3 JSON mapping has it.

#pragma once
#include "base/buffer.h"
#include <stdbool.h>

// Appends the standard alphabet with padding.
void base64_write(struct buffer *out, const uint8_t *bytes, size_t length);

// Reads either alphabet, with or without padding; the bytes belong to the arena. NULL where it is none.
uint8_t *base64_read(struct arena *arena, const char *text, size_t length, size_t *bytes_length);
