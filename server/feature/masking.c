// A reporter's own values are found in a narrative and replaced.

#include "feature/masking.h"
#include "base/buffer.h"
#include "base/utf8.h"
#include <ctype.h>
#include <string.h>

enum { NAME_MIN_CHARACTERS = 2, NUMBER_MIN_DIGITS = 6 };

static bool is_separator(char byte) {
  return byte == ' ' || byte == '-';
}

static size_t digits_in(const char *text) {
  size_t digits = 0;
  for (; *text; text++)
    digits += isdigit((unsigned char)*text) != 0;
  return digits;
}

// A phone or identity number, as opposed to a name.
static bool is_number(const char *value) {
  return digits_in(value) >= NUMBER_MIN_DIGITS && strspn(value, "0123456789+() -xX") == strlen(value);
}

// How many bytes at `text` are the number `value`, separators on either side passed over; 0: it does not stand here.
static size_t number_length(const char *text, const char *value) {
  const char *at = text;
  if (is_separator(*at))
    return 0;
  for (; *value; value++) {
    if (!isalnum((unsigned char)*value))
      continue;
    while (at > text && is_separator(*at))
      at++;
    if (toupper((unsigned char)*at) != toupper((unsigned char)*value))
      return 0;
    at++;
  }
  return (size_t)(at - text);
}

static size_t value_length(const char *text, const char *value) {
  size_t length = strlen(value);
  if (!strncmp(text, value, length))
    return length;
  return is_number(value) ? number_length(text, value) : 0;
}

static bool is_looked_for(const char *value) {
  return value && *value && (is_number(value) || utf8_length(value, strlen(value)) >= NAME_MIN_CHARACTERS);
}

// The longest of the values that stands at `text`; 0: none.
static size_t longest_here(const char *text, const char *const *values, unsigned count) {
  size_t longest = 0;
  for (unsigned i = 0; i < count; i++) {
    size_t length = is_looked_for(values[i]) ? value_length(text, values[i]) : 0;
    longest = length > longest ? length : longest;
  }
  return longest;
}

char *masking_apply(struct arena *arena, const char *narrative, const char *const *values, unsigned count) {
  struct buffer masked = {.arena = arena};
  bool found = false;
  for (const char *at = narrative; *at;) {
    size_t length = longest_here(at, values, count);
    if (length) {
      buffer_string(&masked, MASKING_MARK);
      found = true;
      at += length;
    } else {
      buffer_byte(&masked, *at++);
    }
  }
  return found ? buffer_text(&masked) : NULL;
}
