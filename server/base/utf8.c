// UTF-8, by the table of well-formed sequences (Unicode, table 3-7); plain ASCII eight bytes at a time.

#include "base/utf8.h"
#include <stdint.h>
#include <string.h>

static const uint64_t high_bits = 0x8080808080808080U, low_bits = 0x0101010101010101U;

// Whether one of eight bytes is NUL or no ASCII.
static bool needs_a_look(uint64_t word) {
  return (((word - low_bits) | word) & high_bits) != 0;
}

static bool is_between(unsigned char byte, unsigned char low, unsigned char high) {
  return byte >= low && byte <= high;
}

// The length of the well-formed sequence at `at`, 0 where it is none.
static size_t sequence(const unsigned char *at, size_t left) {
  unsigned char lead = at[0];
  if (lead < 0x80)
    return lead != 0;
  size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (lead < 0xc2 || lead > 0xf4 || left < length)
    return 0;
  unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;  // no overlong forms
  unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf; // no surrogates, nothing past U+10FFFF
  if (!is_between(at[1], low, high))
    return 0;
  for (size_t i = 2; i < length; i++) {
    if (!is_between(at[i], 0x80, 0xbf))
      return 0;
  }
  return length;
}

size_t utf8_sequence(const char *text, size_t length) {
  return length == 0 ? 0 : sequence((const unsigned char *)text, length);
}

bool utf8_valid(const char *text, size_t length) {
  const unsigned char *at = (const unsigned char *)text;
  for (size_t left = length; left > 0;) {
    uint64_t word;
    if (left >= sizeof word && (memcpy(&word, at, sizeof word), !needs_a_look(word))) {
      at += sizeof word;
      left -= sizeof word;
      continue;
    }
    size_t taken = sequence(at, left);
    if (taken == 0)
      return false;
    at += taken;
    left -= taken;
  }
  return true;
}

size_t utf8_length(const char *text, size_t length) {
  size_t characters = 0;
  for (size_t i = 0; i < length; i++)
    characters += ((unsigned char)text[i] & 0xc0) != 0x80;
  return characters;
}
