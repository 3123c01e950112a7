// Standing in for accept4(2), so that the core's listener outlives a shortage of file descriptors.
//
// The core (1.51) gives its listener up for good when accept4 fails with anything but EAGAIN and EINTR; afterwards the port is
// open and nobody answers. The definition below stands before libc's for every shared library of this process. Where the
// guarded listener lacks a descriptor or memory, or the connection broke while it waited, it is told that nobody waits: the
// connection stays in the kernel's queue, and the core tries again with the next one to come. So that this is soon, the
// listener's tick connects once descriptors are free.

#include "transport/grpc_accept.h"
#include <errno.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static atomic_int guarded_port;
static atomic_bool starved;

void accept_guard(int port) {
  atomic_store(&guarded_port, port);
}

bool accept_was_starved(void) {
  return atomic_exchange(&starved, false);
}

static bool is_guarded(int listener) {
  struct sockaddr_storage address = {.ss_family = AF_UNSPEC};
  socklen_t length = sizeof address;
  if (getsockname(listener, (struct sockaddr *)&address, &length) != 0)
    return false;
  in_port_t port = 0;
  if (address.ss_family == AF_INET)
    port = ((const struct sockaddr_in *)(const void *)&address)->sin_port;
  else if (address.ss_family == AF_INET6)
    port = ((const struct sockaddr_in6 *)(const void *)&address)->sin6_port;
  return port != 0 && ntohs(port) == atomic_load(&guarded_port);
}

// Errors of the listening socket itself are not survived.
static bool is_passing(int error) {
  return error != EAGAIN && error != EINTR && error != EBADF && error != EINVAL && error != ENOTSOCK && error != EFAULT;
}

// Named otherwise in C, for libc's header has a type of its own for `peer`.
int accept_or_wait(int listener, struct sockaddr *peer, socklen_t *length, int flags) __asm__("accept4")
    __attribute__((used, visibility("default")));

int accept_or_wait(int listener, struct sockaddr *peer, socklen_t *length, int flags) {
  int fd = (int)syscall(SYS_accept4, listener, peer, length, flags);
  int error = errno;
  if (fd < 0 && is_passing(error) && is_guarded(listener)) {
    atomic_store(&starved, true);
    error = EAGAIN;
  }
  errno = error;
  return fd;
}
