// X-Forwarded-For is read from its end: each proxy adds whom it heard, and only what trusted ones added counts.

#include "transport/proxies.h"
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { PROXIES_MAX = 64, V4_PREFIX_BITS = 96 };

static const char separators[] = ", \t";

// An address of either family as 16 bytes.
static bool read_address(const char *text, uint8_t address[16], bool *is_v4) {
  static const uint8_t v4_prefix[12] = {[10] = 0xff, [11] = 0xff};
  *is_v4 = inet_pton(AF_INET, text, address + sizeof v4_prefix) == 1;
  if (!*is_v4)
    return inet_pton(AF_INET6, text, address) == 1;
  memcpy(address, v4_prefix, sizeof v4_prefix);
  return true;
}

static bool read_network(const char *text, struct network *network) {
  char address[INET6_ADDRSTRLEN];
  size_t length = strcspn(text, "/");
  if (length >= sizeof address)
    return false;
  memcpy(address, text, length);
  address[length] = '\0';
  bool is_v4;
  if (!read_address(address, network->address, &is_v4))
    return false;
  unsigned long most = is_v4 ? 32 : 128, bits = most;
  if (text[length] == '/') {
    char *end;
    bits = strtoul(text + length + 1, &end, 10);
    if (end == text + length + 1 || *end || bits > most)
      return false;
  }
  network->bits = (unsigned)bits + (is_v4 ? V4_PREFIX_BITS : 0);
  return true;
}

bool proxies_read(struct proxies *proxies, const char *text, struct arena *arena, struct fault *fault) {
  if (!text || !*text)
    return true;
  proxies->networks = arena_array(arena, PROXIES_MAX, sizeof *proxies->networks);
  char *rest = arena_strdup(arena, text), *part;
  while ((part = strtok_r(rest, separators, &rest))) {
    if (proxies->count == PROXIES_MAX || !read_network(part, &proxies->networks[proxies->count]))
      return fault_set(fault, CODE_INVALID_ARGUMENT, "TRUSTED_PROXIES", "\"%s\" is no address or network", part);
    proxies->count++;
  }
  return true;
}

static bool is_within(const struct network *network, const uint8_t address[16]) {
  unsigned bytes = network->bits / 8, bits = network->bits % 8;
  if (memcmp(network->address, address, bytes) != 0)
    return false;
  return bits == 0 || (network->address[bytes] ^ address[bytes]) >> (8 - bits) == 0;
}

bool proxies_hold(const struct proxies *proxies, const char *address) {
  uint8_t bytes[16];
  bool is_v4;
  if (proxies->count == 0 || !read_address(address, bytes, &is_v4))
    return false;
  for (unsigned i = 0; i < proxies->count; i++) {
    if (is_within(&proxies->networks[i], bytes))
      return true;
  }
  return false;
}

const char *proxies_client(const struct proxies *proxies, char *list, size_t length, const char *peer) {
  const char *client = peer;
  if (!proxies_hold(proxies, peer))
    return peer;
  for (char *end = list + length; end > list;) {
    while (end > list && strchr(separators, end[-1]))
      *--end = '\0';
    char *begin = end;
    while (begin > list && !strchr(separators, begin[-1]))
      begin--;
    uint8_t bytes[16];
    bool is_v4;
    if (begin == end || !read_address(begin, bytes, &is_v4))
      break;
    client = begin;
    if (!proxies_hold(proxies, begin))
      break;
    end = begin;
  }
  return client;
}
