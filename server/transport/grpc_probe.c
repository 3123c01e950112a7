// A connection to the own port now and then: whoever accepts it answers its end with data or with an end of his own.

#include "transport/grpc_front.h"
#include <errno.h>
#include <poll.h>
#include <unistd.h>

static const int64_t EVERY_US = 5 * 1000000LL, PATIENCE_US = 3 * 1000000LL;

void probe_open(struct probe *probe, const struct sockaddr_storage *address, socklen_t length, int64_t now_us) {
  *probe = (struct probe){.address = *address, .address_length = length, .fd = -1, .next_us = now_us + EVERY_US};
}

void probe_close(struct probe *probe) {
  if (probe->fd >= 0)
    close(probe->fd);
  probe->fd = -1;
}

// Whether another descriptor is left, for whoever accepts.
static bool is_spare_left(int fd) {
  int spare = dup(fd);
  if (spare >= 0)
    close(spare);
  return spare >= 0;
}

bool probe_begin(struct probe *probe, int64_t now_us) {
  probe->next_us = now_us + EVERY_US;
  probe->until_us = now_us + PATIENCE_US;
  probe->fd = socket(probe->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (probe->fd < 0)
    return false;
  bool begun = is_spare_left(probe->fd) &&
               (connect(probe->fd, (struct sockaddr *)&probe->address, probe->address_length) == 0 || errno == EINPROGRESS);
  if (!begun)
    probe_close(probe);
  return begun;
}

// A connection that was not made says that the kernel's queue is full, not that nobody takes from it.
static bool is_connected(int fd) {
  struct sockaddr_storage peer;
  socklen_t length = sizeof peer;
  return getpeername(fd, (struct sockaddr *)&peer, &length) == 0;
}

bool probe_is_silent(struct probe *probe, int64_t now_us) {
  if (probe->fd < 0) {
    if (now_us >= probe->next_us)
      probe_begin(probe, now_us);
    return probe->silences >= PROBE_SILENCES;
  }
  shutdown(probe->fd, SHUT_WR);
  struct pollfd heard = {.fd = probe->fd, .events = POLLIN};
  bool answered = poll(&heard, 1, 0) == 1 && (heard.revents & POLLIN);
  if (answered)
    probe->silences = 0;
  else if (now_us >= probe->until_us && is_connected(probe->fd))
    probe->silences++;
  if (answered || now_us >= probe->until_us)
    probe_close(probe);
  return probe->silences >= PROBE_SILENCES;
}
