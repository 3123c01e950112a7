// What the clients of each address have under way, over both transports and whoever they say that they are: before it is known
// who calls, and where nobody signs in, the address is all there is. Its bound is wide, for the phones of an office share one;
// accounts have narrower ones, see accounts.h. In this process alone: several servers count each for itself.

#pragma once
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

struct addresses;

struct addresses_options {
  unsigned calls;               // of one address at once; 0: any number
  size_t body_bytes;            // that may be on their way at once, of all; 0: any number
  size_t body_bytes_of_address; // likewise, of one
};

// The counts of an address. Addresses that fall on the same place by chance share them.
struct share {
  atomic_uint calls;        // from their arrival until their answer has left; streams until they begin
  atomic_uint connections;  // of REST's
  atomic_uint channels;     // of gRPC's
  atomic_uint natives;      // of gRPC's: health and reflection, which are no calls
  atomic_size_t body_bytes; // on their way, not yet admitted
};

struct addresses *addresses_open(const struct addresses_options *options);
void addresses_close(struct addresses *addresses);

// The counts of the address `text`, for as long as `addresses` is open. From any thread.
struct share *addresses_of(struct addresses *addresses, const char *text);

// One more call, from any thread. False where that is too many: it is not counted then.
bool addresses_enter(const struct addresses *addresses, struct share *share);

// So many bytes more of bodies on their way, from any thread; without a share they count in all alone. False where that is too
// much: they are not counted then.
bool addresses_take_bytes(struct addresses *addresses, struct share *share_or_null, size_t bytes);

// They are on their way no more.
void addresses_give_bytes(struct addresses *addresses, struct share *share_or_null, size_t bytes);
