// Bytes that grow at the end, in an arena.

#pragma once
#include "base/arena.h"
#include <stdint.h>

// A buffer over `arena`. Set `arena`, leave the rest zero.
struct buffer {
  struct arena *arena;
  char *data; // not NUL-terminated; buffer_text() ends it
  size_t length, capacity;
};

// Makes room for `size` more bytes and says where they begin; the caller fills them and adds to `length`.
char *buffer_reserve(struct buffer *buffer, size_t size);

void buffer_put(struct buffer *buffer, const void *bytes, size_t length);
void buffer_byte(struct buffer *buffer, char byte);
void buffer_string(struct buffer *buffer, const char *text);
void buffer_printf(struct buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Network byte order, as PostgreSQL's binary format has it.
void buffer_be16(struct buffer *buffer, uint16_t value);
void buffer_be32(struct buffer *buffer, uint32_t value);
void buffer_be64(struct buffer *buffer, uint64_t value);

// Overwrites four bytes at `offset` (a length that is known only afterwards).
void buffer_patch_be32(struct buffer *buffer, size_t offset, uint32_t value);

uint16_t read_be16(const void *bytes);
uint32_t read_be32(const void *bytes);
uint64_t read_be64(const void *bytes);

// The content with a NUL behind; belongs to the arena.
char *buffer_text(struct buffer *buffer);
