// Addresses, read from text and written; the limit of descriptors.

#include "base/net.h"
#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>
#include <sys/resource.h>

enum { PORT_MAX = 65535, PORT_DIGITS = 5, LOOPBACK_NET = 127 };
enum { CONNECTIONS_MAX = 16384, CONNECTIONS_MIN = 64, DESCRIPTORS_KEPT = 256 };

static bool port_read(const char *text, uint16_t *port) {
  size_t length = strspn(text, "0123456789");
  if (length == 0 || length > PORT_DIGITS || text[length] != '\0')
    return false;
  long value = 0;
  for (size_t i = 0; i < length; i++)
    value = value * 10 + (text[i] - '0');
  *port = (uint16_t)value;
  return value <= PORT_MAX;
}

bool net_read(const char *text, struct net_address *address, struct fault *fault) {
  const char *host = text, *colon = strrchr(text, ':');
  size_t length = colon ? (size_t)(colon - text) : 0;
  if (!colon || !port_read(colon + 1, &address->port))
    return fault_set(fault, CODE_INVALID_ARGUMENT, "ADDRESS", "\"%s\" is not host:port", text);
  if (text[0] == '[') {
    if (length < 2 || text[length - 1] != ']')
      return fault_set(fault, CODE_INVALID_ARGUMENT, "ADDRESS", "\"%s\" opens a bracket and does not close it", text);
    host++;
    length -= 2;
  } else if (memchr(text, ':', length)) {
    return fault_set(fault, CODE_INVALID_ARGUMENT, "ADDRESS", "\"%s\": an IPv6 address is written in brackets", text);
  }
  if (length >= NET_HOST_TEXT)
    return fault_set(fault, CODE_INVALID_ARGUMENT, "ADDRESS", "the host's name is too long");
  memcpy(address->host, host, length);
  address->host[length] = '\0';
  if (length == 0)
    strcpy(address->host, "0.0.0.0");
  return true;
}

bool net_is_loopback(const struct net_address *address) {
  struct in_addr four;
  struct in6_addr six;
  if (inet_pton(AF_INET, address->host, &four) == 1)
    return ntohl(four.s_addr) >> 24 == LOOPBACK_NET;
  if (inet_pton(AF_INET6, address->host, &six) == 1)
    return IN6_IS_ADDR_LOOPBACK(&six) || (IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == LOOPBACK_NET);
  return strcasecmp(address->host, "localhost") == 0;
}

bool net_socket_address(const struct net_address *address, struct sockaddr_storage *storage, socklen_t *length,
                        struct fault *fault) {
  struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *found;
  int failed = getaddrinfo(address->host, NULL, &hints, &found);
  if (failed)
    return fault_set(fault, CODE_UNAVAILABLE, "ADDRESS", "\"%s\" has no address: %s", address->host, gai_strerror(failed));
  memset(storage, 0, sizeof *storage);
  memcpy(storage, found->ai_addr, found->ai_addrlen);
  *length = found->ai_addrlen;
  if (found->ai_family == AF_INET6)
    ((struct sockaddr_in6 *)storage)->sin6_port = htons(address->port);
  else
    ((struct sockaddr_in *)storage)->sin_port = htons(address->port);
  freeaddrinfo(found);
  return true;
}

void net_write_host(const struct sockaddr *peer, char text[INET6_ADDRSTRLEN]) {
  text[0] = '\0';
  if (peer->sa_family == AF_INET) {
    inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)peer)->sin_addr, text, INET6_ADDRSTRLEN);
  } else if (peer->sa_family == AF_INET6) {
    const struct in6_addr *six = &((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(six))
      inet_ntop(AF_INET, &six->s6_addr[12], text, INET6_ADDRSTRLEN);
    else
      inet_ntop(AF_INET6, six, text, INET6_ADDRSTRLEN);
  }
}

uint16_t net_port(const struct sockaddr *address) {
  return ntohs(((const struct sockaddr_in *)(const void *)address)->sin_port); // at the same place in both families
}

unsigned net_connection_limit(void) {
  struct rlimit files;
  if (getrlimit(RLIMIT_NOFILE, &files) < 0)
    return CONNECTIONS_MIN;
  rlim_t half = files.rlim_cur > DESCRIPTORS_KEPT ? (files.rlim_cur - DESCRIPTORS_KEPT) / 2 : 0;
  return half > CONNECTIONS_MAX ? CONNECTIONS_MAX : half < CONNECTIONS_MIN ? CONNECTIONS_MIN : (unsigned)half;
}

uint64_t net_raise_nofile(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
    return 0;
  struct rlimit raised = {limit.rlim_max, limit.rlim_max};
  if (limit.rlim_cur < limit.rlim_max && setrlimit(RLIMIT_NOFILE, &raised) == 0)
    limit = raised;
  return limit.rlim_cur;
}
