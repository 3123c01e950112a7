// The core tells neither of a connection's end, nor of a message before all of it is there, however long it is. So each
// connection is remembered by its descriptor when it is accepted, and the kernel is asked: which sockets are still those that
// were accepted, once an address seems to have too many; how many bytes have come, while a message is on its way.
//
// A descriptor may be another's by the time that it is asked about. For counting, sockets are told apart by their inode. How
// many bytes came is asked while an RPC waits for its message: where that socket is gone, so is the RPC in a moment.

#include "transport/grpc_channels.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/net.h"
#include <linux/tcp.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
  PORTS = 4096,               // places that channels are found at by their port
  RECOUNT_EVERY_US = 100000,  // where an address has too many
  ADDED_BYTES = 1024,         // by headers and frames, to a message at most
  ADDED_PART = 64,            // likewise, one byte in so many: by frames and TLS
  MARGIN_BYTES = 1024 * 1024, // over what a message may have: a little more is refused with its size, by whoever reads it
};

struct channel {
  struct channels *of;
  struct channel *next; // whose port falls on the same place; of what is spare: the next
  unsigned references;  // its descriptor, and each who holds it
  int fd;
  ino_t socket;
  uint16_t port;
  bool trusted;        // a proxy's
  struct share *share; // of its address

  // Messages.
  unsigned expected;       // on their way
  uint64_t settled_bytes;  // that had come on the socket, and belong to none of them
  size_t on_the_way_bytes; // as counted when it was looked at last
  int64_t looked_us;
  enum incoming incoming;
};

struct channels {
  struct arena memory; // its own; after opening under the lock
  struct channels_options options;
  pthread_mutex_t lock;  // over what follows, and over the channels' references
  struct channel *spare; // held by nobody any more
  struct channel **by_fd;
  size_t room; // descriptors that there is room for
  struct channel *by_port[PORTS];
  int64_t recounted_us;
};

struct channels *channels_open(const struct channels_options *options) {
  struct channels *channels = arena_hold(sizeof *channels, offsetof(struct channels, memory));
  channels->options = *options;
  pthread_mutex_init(&channels->lock, NULL);
  return channels;
}

// --- Coming and going: under the lock ---

static void drop(struct channel *channel) {
  if (--channel->references > 0)
    return;
  channel->next = channel->of->spare;
  channel->of->spare = channel;
}

static void forget(struct channels *channels, struct channel *channel) {
  struct channel **at = &channels->by_port[channel->port % PORTS];
  while (*at != channel)
    at = &(*at)->next;
  *at = channel->next;
  channels->by_fd[channel->fd] = NULL;
  atomic_fetch_sub(&channel->share->channels, 1);
  drop(channel);
}

static bool is_there(const struct channel *channel) {
  struct stat now;
  return fstat(channel->fd, &now) == 0 && now.st_ino == channel->socket;
}

static void forget_who_left(struct channels *channels) {
  for (size_t fd = 0; fd < channels->room; fd++)
    if (channels->by_fd[fd] && !is_there(channels->by_fd[fd]))
      forget(channels, channels->by_fd[fd]);
}

static bool has_room(struct channels *channels, const struct share *share) {
  if (atomic_load(&share->channels) < channels->options.of_address)
    return true;
  int64_t now_us = clock_us();
  if (now_us - channels->recounted_us < RECOUNT_EVERY_US)
    return false;
  channels->recounted_us = now_us;
  forget_who_left(channels);
  return atomic_load(&share->channels) < channels->options.of_address;
}

static void make_room(struct channels *channels, size_t fd) {
  if (fd < channels->room)
    return;
  size_t room = 2 * fd + 1;
  struct channel **by_fd = realloc(channels->by_fd, room * sizeof(struct channel *));
  if (!by_fd)
    abort();
  memset(by_fd + channels->room, 0, (room - channels->room) * sizeof(struct channel *));
  channels->by_fd = by_fd;
  channels->room = room;
}

static struct channel *make(struct channels *channels) {
  struct channel *channel = channels->spare;
  if (!channel)
    return arena_alloc(&channels->memory, sizeof *channel);
  channels->spare = channel->next;
  return channel;
}

static void remember(struct channels *channels, const struct channel *found) {
  struct channel *channel = make(channels), **at = &channels->by_port[found->port % PORTS];
  *channel = *found;
  channel->references = 1;
  channel->next = *at;
  *at = channels->by_fd[found->fd] = channel;
  atomic_fetch_add(&found->share->channels, 1);
}

// --- Coming and going ---

void channels_close(struct channels *channels) {
  for (size_t fd = 0; fd < channels->room; fd++)
    if (channels->by_fd[fd])
      forget(channels, channels->by_fd[fd]);
  free(channels->by_fd);
  pthread_mutex_destroy(&channels->lock);
  arena_drop(&channels->memory);
}

bool channels_take(struct channels *channels, int fd, const struct sockaddr *peer) {
  char host[INET6_ADDRSTRLEN];
  struct stat socket;
  if (fstat(fd, &socket) != 0)
    return false;
  net_write_host(peer, host);
  const struct channel found = {.of = channels,
                                .fd = fd,
                                .socket = socket.st_ino,
                                .port = net_port(peer),
                                .trusted = proxies_hold(channels->options.proxies, host),
                                .share = addresses_of(channels->options.addresses, host)};
  pthread_mutex_lock(&channels->lock);
  make_room(channels, (size_t)fd);
  if (channels->by_fd[fd])
    forget(channels, channels->by_fd[fd]); // whose descriptor it was
  bool taken = found.trusted || has_room(channels, found.share);
  if (taken)
    remember(channels, &found);
  pthread_mutex_unlock(&channels->lock);
  return taken;
}

struct channel *channels_hold(struct channels *channels, const char *host, uint16_t port) {
  const struct share *share = addresses_of(channels->options.addresses, host);
  pthread_mutex_lock(&channels->lock);
  struct channel *channel = channels->by_port[port % PORTS];
  while (channel && (channel->port != port || channel->share != share))
    channel = channel->next;
  if (channel)
    channel->references++;
  pthread_mutex_unlock(&channels->lock);
  return channel;
}

void channel_let_go(struct channel *channel_or_null) {
  if (!channel_or_null)
    return;
  struct channels *channels = channel_or_null->of;
  pthread_mutex_lock(&channels->lock);
  drop(channel_or_null);
  pthread_mutex_unlock(&channels->lock);
}

// --- Messages ---

// How many bytes have come on its socket since it was accepted.
static uint64_t come_bytes(const struct channel *channel) {
  struct tcp_info info = {0};
  socklen_t length = sizeof info;
  return getsockopt(channel->fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0 ? info.tcpi_bytes_received : 0;
}

// Counts what is on the way anew. False where it is more than there is room for.
static bool count(struct channel *channel, size_t bytes) {
  struct addresses *addresses = channel->of->options.addresses;
  struct share *share = channel->trusted ? NULL : channel->share;
  size_t before = channel->on_the_way_bytes;
  if (bytes > before && !addresses_take_bytes(addresses, share, bytes - before))
    return false;
  if (bytes < before)
    addresses_give_bytes(addresses, share, before - bytes);
  channel->on_the_way_bytes = bytes;
  return true;
}

void channel_expect(struct channel *channel) {
  if (channel->expected++ == 0)
    channel->settled_bytes = come_bytes(channel);
}

static void expect_less(struct channel *channel) {
  if (--channel->expected == 0)
    count(channel, 0);
}

void channel_has_come(struct channel *channel, size_t bytes) {
  channel->settled_bytes += bytes + bytes / ADDED_PART + ADDED_BYTES;
  expect_less(channel);
}

// How much of it had come nobody knows. A proxy's channel may expect others for hours, so that it would add up: there all is
// forgiven.
void channel_give_up(struct channel *channel) {
  if (channel->trusted)
    channel->settled_bytes = come_bytes(channel);
  expect_less(channel);
}

enum incoming channel_look(struct channel *channel, int64_t now_us) {
  if (channel->looked_us == now_us)
    return channel->incoming;
  channel->looked_us = now_us;
  uint64_t come = come_bytes(channel);
  if (channel->settled_bytes > come)
    channel->settled_bytes = come;
  size_t bytes = (size_t)(come - channel->settled_bytes);
  if (channel->expected == 1 && bytes > channel->of->options.message_bytes + MARGIN_BYTES)
    channel->incoming = INCOMING_TOO_LARGE;
  else
    channel->incoming = count(channel, bytes) ? INCOMING_BEARABLE : INCOMING_TOO_MUCH;
  return channel->incoming;
}
