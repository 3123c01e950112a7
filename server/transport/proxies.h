// Who the client is, where trusted proxies stand in between: one answer for both transports.

#pragma once
#include "base/fault.h"
#include <stdint.h>

struct network {
  uint8_t address[16]; // IPv4 as ::ffff:a.b.c.d
  unsigned bits;
};

struct proxies {
  unsigned count;
  struct network *networks;
};

// Reads "10.0.0.1, 192.168.0.0/16, ::1" into the arena; NULL or "" is nobody. False with a fault that names the part that is
// neither address nor network.
bool proxies_read(struct proxies *proxies, const char *text, struct arena *arena, struct fault *fault);

// Whether `address` (as text) is a trusted proxy.
bool proxies_hold(const struct proxies *proxies, const char *address);

// The client's address: `peer`, or where that is a trusted proxy, the last address in `list` that is none; `peer` where the
// list ends in none. `list` is what all X-Forwarded-For said, in order and separated by commas; it is cut up, and the answer
// may point into it.
const char *proxies_client(const struct proxies *proxies, char *list, size_t length, const char *peer);
