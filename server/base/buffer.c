// Buffers: room doubles where it runs out, in place where nothing lies behind.

#include "base/buffer.h"
#include <endian.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_CAPACITY_BYTES = 240 };

char *buffer_reserve(struct buffer *buffer, size_t size) {
  if (buffer->capacity > 0 && size <= buffer->capacity - buffer->length)
    return buffer->data + buffer->length;
  size_t capacity = buffer->capacity ? buffer->capacity * 2 : FIRST_CAPACITY_BYTES;
  if (capacity < buffer->length + size)
    capacity = buffer->length + size;
  if (!arena_extend(buffer->arena, buffer->data, buffer->capacity, capacity)) {
    char *data = arena_alloc(buffer->arena, capacity);
    if (buffer->length > 0)
      memcpy(data, buffer->data, buffer->length);
    buffer->data = data;
  }
  buffer->capacity = capacity;
  return buffer->data + buffer->length;
}

void buffer_put(struct buffer *buffer, const void *bytes, size_t length) {
  if (length == 0)
    return;
  memcpy(buffer_reserve(buffer, length), bytes, length);
  buffer->length += length;
}

void buffer_byte(struct buffer *buffer, char byte) {
  *buffer_reserve(buffer, 1) = byte;
  buffer->length++;
}

void buffer_string(struct buffer *buffer, const char *text) {
  buffer_put(buffer, text, strlen(text));
}

void buffer_printf(struct buffer *buffer, const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  size_t room = buffer->capacity - buffer->length;
  int length = vsnprintf(room ? buffer->data + buffer->length : NULL, room, format, arguments);
  if (length > 0 && (size_t)length >= room)
    vsnprintf(buffer_reserve(buffer, (size_t)length + 1), (size_t)length + 1, format, again);
  if (length > 0)
    buffer->length += (size_t)length;
  va_end(again);
  va_end(arguments);
}

void buffer_be16(struct buffer *buffer, uint16_t value) {
  value = htobe16(value);
  buffer_put(buffer, &value, sizeof value);
}

void buffer_be32(struct buffer *buffer, uint32_t value) {
  value = htobe32(value);
  buffer_put(buffer, &value, sizeof value);
}

void buffer_be64(struct buffer *buffer, uint64_t value) {
  value = htobe64(value);
  buffer_put(buffer, &value, sizeof value);
}

void buffer_patch_be32(struct buffer *buffer, size_t offset, uint32_t value) {
  value = htobe32(value);
  memcpy(buffer->data + offset, &value, sizeof value);
}

uint16_t read_be16(const void *bytes) {
  uint16_t value;
  memcpy(&value, bytes, sizeof value);
  return be16toh(value);
}

uint32_t read_be32(const void *bytes) {
  uint32_t value;
  memcpy(&value, bytes, sizeof value);
  return be32toh(value);
}

uint64_t read_be64(const void *bytes) {
  uint64_t value;
  memcpy(&value, bytes, sizeof value);
  return be64toh(value);
}

char *buffer_text(struct buffer *buffer) {
  *buffer_reserve(buffer, 1) = '\0';
  return buffer->data;
}
