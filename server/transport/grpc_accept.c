// Standing in for accept4(2), so that the core's listener outlives a shortage of file descriptors, and takes nobody in whose
// address has too many connections.
//
// The core (1.51) gives its listener up for good when accept4 fails with anything but EAGAIN and EINTR; afterwards the port is
// open and nobody answers. The definition below stands before libc's for every shared library of this process. Where the
// guarded listener lacks a descriptor or memory, or the connection broke while it waited, it is told that nobody waits: the
// connection stays in the kernel's queue, and the core tries again with the next one to come. So that this is soon, the
// listener's tick connects once descriptors are free.

#include "transport/grpc_accept.h"
#include "base/net.h"
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct channels *guarded_channels; // under the lock; NULL: the port is not guarded
static atomic_int guarded_port;
static atomic_bool starved;
static atomic_uint refusals;

void accept_guard(int port, struct channels *channels) {
  pthread_mutex_lock(&lock);
  guarded_channels = channels;
  pthread_mutex_unlock(&lock);
  atomic_store(&guarded_port, port);
}

void accept_unguard(void) {
  accept_guard(0, NULL);
}

bool accept_was_starved(void) {
  return atomic_exchange(&starved, false);
}

unsigned accept_refusals(void) {
  return atomic_exchange(&refusals, 0);
}

static bool is_guarded(int listener) {
  struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
  socklen_t length = sizeof address;
  if (getsockname(listener, (struct sockaddr *)&address, &length) != 0)
    return false;
  bool is_ip = address.ss_family == AF_INET || address.ss_family == AF_INET6;
  int port = is_ip ? net_port((const struct sockaddr *)&address) : 0;
  return port != 0 && port == atomic_load(&guarded_port);
}

// Errors of the listening socket itself are not survived.
static bool is_passing(int error) {
  return error != EAGAIN && error != EINTR && error != EBADF && error != EINVAL && error != ENOTSOCK && error != EFAULT;
}

static bool may_stay(int fd, const struct sockaddr *peer) {
  pthread_mutex_lock(&lock);
  bool stays = !guarded_channels || channels_take(guarded_channels, fd, peer);
  pthread_mutex_unlock(&lock);
  return stays;
}

// Accepts the next one who may stay; whoever may not hears the end of his connection.
static int accept_next(int listener, struct sockaddr *peer, socklen_t *length, int flags) {
  socklen_t room = *length;
  for (;;) {
    *length = room;
    int fd = (int)syscall(SYS_accept4, listener, peer, length, flags);
    if (fd < 0 || may_stay(fd, peer))
      return fd;
    close(fd);
    atomic_fetch_add(&refusals, 1);
  }
}

// Named otherwise in C, for libc's header has a type of its own for `peer`.
int accept_or_wait(int listener, struct sockaddr *peer, socklen_t *length, int flags) __asm__("accept4")
    __attribute__((used, visibility("default")));

int accept_or_wait(int listener, struct sockaddr *peer, socklen_t *length, int flags) {
  bool guarded = is_guarded(listener);
  int fd = guarded ? accept_next(listener, peer, length, flags) : (int)syscall(SYS_accept4, listener, peer, length, flags);
  int error = errno;
  if (fd < 0 && guarded && is_passing(error)) {
    atomic_store(&starved, true);
    error = EAGAIN;
  }
  errno = error;
  return fd;
}
