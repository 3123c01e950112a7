// Asks the server beside it whether it is ready: GET /readyz at the address it listens on, in TLS where it has a certificate.

#include "base/config.h"
#include "base/net.h"
#include "commands.h"
#include <errno.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum { HTTP_LISTEN, TLS_CERT_FILE, SETTINGS };
enum { TIMEOUT_S = 4, STATUS_LINE_BYTES = 64 };

static const struct setting settings[SETTINGS] = {
    [HTTP_LISTEN] = {.name = "HTTP_LISTEN", .fallback = "127.0.0.1:8080", .help = "Where the server listens", .kind = 's'},
    [TLS_CERT_FILE] = {.name = "TLS_CERT_FILE", .help = "Set where it listens in TLS", .kind = 's'},
};

static const char request[] = "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

static bool failed(struct fault *fault, const char *what) {
  return fault_set(fault, CODE_UNAVAILABLE, "UNAVAILABLE", "%s", what);
}

// A server that listens everywhere is asked on the loopback.
static void towards(struct net_address *address) {
  if (strcmp(address->host, "0.0.0.0") == 0)
    snprintf(address->host, sizeof address->host, "127.0.0.1");
  else if (strcmp(address->host, "::") == 0)
    snprintf(address->host, sizeof address->host, "::1");
}

static int open_socket(const char *listen, struct fault *fault) {
  struct net_address address;
  struct sockaddr_storage storage;
  socklen_t length;
  if (!net_read(listen, &address, fault))
    return -1;
  towards(&address);
  if (!net_socket_address(&address, &storage, &length, fault))
    return -1;
  int socket_fd = socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const struct timeval timeout = {.tv_sec = TIMEOUT_S};
  setsockopt(socket_fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  setsockopt(socket_fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  if (connect(socket_fd, (const struct sockaddr *)&storage, length) == 0)
    return socket_fd;
  failed(fault, strerror(errno));
  close(socket_fd);
  return -1;
}

// Sends the request and reads the beginning of the answer, over `session` or, where NULL, in plaintext.
static size_t ask(int socket_fd, gnutls_session_t session, char *answer, size_t size) {
  ssize_t sent = session ? gnutls_record_send(session, request, sizeof request - 1)
                         : send(socket_fd, request, sizeof request - 1, MSG_NOSIGNAL);
  size_t length = 0;
  while (sent > 0 && length < size) {
    ssize_t got = session ? gnutls_record_recv(session, answer + length, size - length)
                          : recv(socket_fd, answer + length, size - length, 0);
    if (got <= 0)
      break;
    length += (size_t)got;
  }
  return length;
}

// The certificate is not looked at: it is the server's own, on this very machine, and nothing is told to it.
static size_t ask_in_tls(int socket_fd, char *answer, size_t size) {
  gnutls_session_t session;
  gnutls_certificate_credentials_t credentials;
  size_t length = 0;
  gnutls_certificate_allocate_credentials(&credentials);
  gnutls_init(&session, GNUTLS_CLIENT);
  gnutls_set_default_priority(session);
  gnutls_credentials_set(session, GNUTLS_CRD_CERTIFICATE, credentials);
  gnutls_transport_set_int(session, socket_fd);
  int shaken;
  do
    shaken = gnutls_handshake(session);
  while (shaken < 0 && !gnutls_error_is_fatal(shaken) && shaken != GNUTLS_E_AGAIN);
  if (shaken == GNUTLS_E_SUCCESS)
    length = ask(socket_fd, session, answer, size);
  gnutls_deinit(session);
  gnutls_certificate_free_credentials(credentials);
  return length;
}

static bool is_ready(const char *const *values, struct fault *fault) {
  int socket_fd = open_socket(values[HTTP_LISTEN], fault);
  if (socket_fd < 0)
    return false;
  char answer[STATUS_LINE_BYTES + 1];
  size_t length = values[TLS_CERT_FILE] ? ask_in_tls(socket_fd, answer, STATUS_LINE_BYTES)
                                        : ask(socket_fd, NULL, answer, STATUS_LINE_BYTES);
  close(socket_fd);
  answer[length] = 0;
  if (length == 0)
    return failed(fault, "no answer");
  const char *status = strchr(answer, ' ');
  return (status && strncmp(status, " 200", 4) == 0) || failed(fault, "not ready");
}

int command_healthcheck(int argc, char **argv) {
  if (command_wants_help(argc, argv)) {
    printf("usage: zoufang healthcheck\n\nExit 0 where the server is ready, else 1.\n\n");
    config_help(settings, SETTINGS);
    return 0;
  }
  struct arena arena = {0};
  struct fault fault = {.arena = &arena};
  const char *values[SETTINGS];
  if (!config_read(settings, SETTINGS, argc, argv, values, &arena, &fault))
    return command_failed("healthcheck", &fault, &arena, 2);
  if (!is_ready(values, &fault))
    return command_failed("healthcheck", &fault, &arena, 1);
  arena_close(&arena);
  return 0;
}
