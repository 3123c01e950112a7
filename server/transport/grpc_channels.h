// gRPC's connections ("channels", as REST has connections too), which the core keeps to itself: how many an address has, and
// how much of messages is on its way on each.

#pragma once
#include "call/addresses.h"
#include "transport/proxies.h"
#include <stdint.h>
#include <sys/socket.h>

struct channels; // all of a listener's
struct channel;

struct channels_options {
  struct addresses *addresses;   // outlives the channels
  const struct proxies *proxies; // likewise; they have any number of channels, and what is theirs counts for no address
  unsigned of_address;           // channels of one address at most
  size_t message_bytes;          // of a message at most
};

struct channels *channels_open(const struct channels_options *options);
// Once nobody accepts any more, and no channel is held.
void channels_close(struct channels *channels);

// A socket was accepted, from any thread. False where its address has too many: it is to be closed.
bool channels_take(struct channels *channels, int fd, const struct sockaddr *peer);

// Holds the channel from that host and port, until channel_let_go; NULL where it is not known.
struct channel *channels_hold(struct channels *channels, const char *host, uint16_t port);
void channel_let_go(struct channel *channel_or_null);

// What follows is for one thread.

// A message is on its way from now on.
void channel_expect(struct channel *channel);
// It came, with so many bytes.
void channel_has_come(struct channel *channel, size_t bytes);
// It is not waited for any more.
void channel_give_up(struct channel *channel);

enum incoming {
  INCOMING_BEARABLE,
  INCOMING_TOO_LARGE, // the one message on its way is larger than a message may be
  INCOMING_TOO_MUCH,  // the address's messages, or all, are more than there is room for
};

// What is on its way on a channel where a message is expected; the kernel is asked once for each `now_us`.
enum incoming channel_look(struct channel *channel, int64_t now_us);
