// Bytes go out and come in here, each wait bounded.

#include "support/socket.h"
#include "base/clock.h"
#include "support/client_wire.h"
#include <arpa/inet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PATIENCE_MS = 20000, PIECE_BYTES = 16 << 10 };

int socket_open(int port) {
  return socket_open_from("127.0.0.1", port);
}

int socket_open_from(const char *from, int port) {
  struct sockaddr_in own = {.sin_family = AF_INET}, address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  own.sin_addr.s_addr = inet_addr(from);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && bind(fd, (struct sockaddr *)&own, sizeof own) == 0 &&
      connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
    return fd;
  if (fd >= 0)
    close(fd);
  return -1;
}

static bool is_ready(int fd, short events, int64_t until_us) {
  int64_t left_us = until_us - clock_us();
  struct pollfd wanted = {.fd = fd, .events = events};
  return left_us > 0 && poll(&wanted, 1, (int)(left_us / 1000) + 1) > 0;
}

bool socket_send(int fd, const void *bytes, size_t length) {
  int64_t until_us = clock_us() + PATIENCE_MS * 1000LL;
  for (const char *at = bytes; length > 0;) {
    ssize_t sent = is_ready(fd, POLLOUT, until_us) ? send(fd, at, length, MSG_NOSIGNAL | MSG_DONTWAIT) : -1;
    if (sent < 0)
      return false;
    at += sent;
    length -= (size_t)sent;
  }
  return true;
}

bool socket_say(int fd, const char *text) {
  return socket_send(fd, text, strlen(text));
}

const char *socket_hear(int fd, const char *ends_with, int timeout_ms) {
  int64_t until_us = clock_us() + timeout_ms * 1000LL;
  struct buffer heard = {.arena = client_memory()};
  while (is_ready(fd, POLLIN, until_us)) {
    ssize_t length = recv(fd, buffer_reserve(&heard, PIECE_BYTES), PIECE_BYTES, 0);
    if (length <= 0)
      break;
    heard.length += (size_t)length;
    if (*ends_with && strstr(buffer_text(&heard), ends_with))
      break;
  }
  return buffer_text(&heard);
}

bool socket_ends(int fd, int timeout_ms) {
  int64_t until_us = clock_us() + timeout_ms * 1000LL;
  char passed_over[PIECE_BYTES];
  while (is_ready(fd, POLLIN, until_us))
    if (recv(fd, passed_over, sizeof passed_over, 0) <= 0)
      return true;
  return false;
}

void socket_break(int fd) {
  struct linger at_once = {.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(fd);
}

const char *socket_ask(int port, const char *request) {
  int fd = socket_open(port);
  if (fd < 0)
    return "";
  const char *answer = socket_say(fd, request) ? socket_hear(fd, "", PATIENCE_MS) : "";
  close(fd);
  return answer;
}
