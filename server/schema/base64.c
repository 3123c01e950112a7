// Bytes become text and back here.

#include "schema/base64.h"

static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_write(struct buffer *out, const uint8_t *bytes, size_t length) {
  char *at = buffer_reserve(out, (length + 2) / 3 * 4);
  out->length += (length + 2) / 3 * 4;
  for (; length >= 3; bytes += 3, length -= 3) {
    uint32_t three = (uint32_t)bytes[0] << 16 | (uint32_t)bytes[1] << 8 | bytes[2];
    for (int shift = 18; shift >= 0; shift -= 6)
      *at++ = ALPHABET[three >> shift & 63];
  }
  if (length == 0)
    return;
  uint32_t rest = (uint32_t)bytes[0] << 16 | (length == 2 ? (uint32_t)bytes[1] << 8 : 0);
  *at++ = ALPHABET[rest >> 18 & 63];
  *at++ = ALPHABET[rest >> 12 & 63];
  *at++ = length == 2 ? ALPHABET[rest >> 6 & 63] : '=';
  *at++ = '=';
}

// The six bits that a character stands for in either alphabet; -1: none.
static int bits_of(char c) {
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

uint8_t *base64_read(struct arena *arena, const char *text, size_t length, size_t *bytes_length) {
  size_t padded = length;
  while (length > 0 && text[length - 1] == '=' && padded - length < 2)
    length--;
  if (length % 4 == 1 || (padded != length && padded % 4 != 0))
    return NULL;
  uint8_t *bytes = arena_alloc(arena, length / 4 * 3 + 3);
  size_t count = 0;
  uint32_t held = 0;
  for (size_t i = 0; i < length; i++) {
    int bits = bits_of(text[i]);
    if (bits < 0)
      return NULL;
    held = held << 6 | (uint32_t)bits;
    if (i % 4 != 0)
      bytes[count++] = (uint8_t)(held >> (6 - i % 4 * 2));
  }
  *bytes_length = count;
  return bytes;
}
