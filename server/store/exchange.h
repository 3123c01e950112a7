// What one run of a script works on: a message in, a message out, and what the engine knows beside them.

#pragma once
#include "base/crypto.h"
#include "base/uuid.h"
#include "schema/message.h"

enum { PAGE_SIZE_DEFAULT = 50, PAGE_SIZE_MAX = 500, PAGE_VALUES = 4 };

// Where a list goes on. Values are PostgreSQL's binary form.
struct page {
  int32_t size; // clamped
  bool given;   // a token was given: `values` hold
  unsigned count;
  struct page_value {
    const char *name; // "started_at", without "page."
    uint32_t type;    // PostgreSQL's OID
    const char *bytes;
    int32_t length;
  } values[PAGE_VALUES];
  uint8_t user[UUID_BYTES]; // whose token it is; compared with who-am-I's row before the reply
  bool more;                // set by the rows: there is a next page; `next` says where it begins
  unsigned next_count;
  struct page_value next[PAGE_VALUES];
};

// Which items of a per-item request take part, by place - 1 counted through all repeated messages of the request in field
// order.
struct selection {
  size_t count;
  bool *out; // true: left out. NULL: all take part
};

struct exchange {
  struct arena *arena;
  const struct crypto *crypto;
  const struct schema *schema;
  const struct method *method; // whose request this is, or whose step
  const ProtobufCMessage *in;
  ProtobufCMessage *out; // made by the caller before the first rows
  struct selection selection;
  struct page page;
  struct fault *fault;
  struct sealing *sealing; // the engine's own: record keys made so far in this exchange
};
