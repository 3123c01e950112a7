// UUIDs of version 4, made, read and written.

#include "base/uuid.h"
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <uuid/uuid.h>

static bool is_dash(size_t i) {
  return i == 8 || i == 13 || i == 18 || i == 23;
}

// The value of a hexadecimal digit, -1 for anything else.
static int digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  c = (char)(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void uuid_make(uint8_t uuid[UUID_BYTES]) {
  uuid_generate_random(uuid);
}

// The kernel is asked for the bytes of several at once. Up to 256 bytes come whole.
enum { POOL_UUIDS = 256 / UUID_BYTES };

void uuid_make_for_call(uint8_t uuid[UUID_BYTES]) {
  static _Thread_local uint8_t pool[POOL_UUIDS][UUID_BYTES];
  static _Thread_local unsigned left;
  if (left == 0) {
    if (getrandom(pool, sizeof pool, 0) != sizeof pool)
      abort();
    left = POOL_UUIDS;
  }
  memcpy(uuid, pool[--left], UUID_BYTES);
  uuid[6] = (uint8_t)((uuid[6] & 0x0f) | 0x40); // version: random
  uuid[8] = (uint8_t)((uuid[8] & 0x3f) | 0x80); // variant: RFC 4122
}

bool uuid_read(const char *text, size_t length, uint8_t uuid[UUID_BYTES]) {
  if (length != UUID_TEXT - 1)
    return false;
  uint8_t *out = uuid;
  for (size_t i = 0; i < length;) {
    if (is_dash(i)) {
      if (text[i++] != '-')
        return false;
      continue;
    }
    int high = digit(text[i]), low = digit(text[i + 1]);
    if (high < 0 || low < 0)
      return false;
    *out++ = (uint8_t)(high << 4 | low);
    i += 2;
  }
  return true;
}

void uuid_write(const uint8_t uuid[UUID_BYTES], char text[UUID_TEXT]) {
  static const char digits[] = "0123456789abcdef";
  char *out = text;
  for (size_t i = 0; i < UUID_BYTES; i++) {
    if (is_dash((size_t)(out - text)))
      *out++ = '-';
    *out++ = digits[uuid[i] >> 4];
    *out++ = digits[uuid[i] & 0xf];
  }
  *out = '\0';
}
