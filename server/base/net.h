// Addresses to listen on, and how many descriptors the process may hold.

#pragma once
#include "base/fault.h"
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

enum { NET_HOST_TEXT = 256 };

// An address to listen on.
struct net_address {
  char host[NET_HOST_TEXT]; // without brackets: "127.0.0.1", "::1", "localhost"
  uint16_t port;            // 0: any free one
};

// Reads "host:port", "[::1]:port"; an empty host (":8080") is "0.0.0.0", all IPv4 addresses. A fault INVALID_ARGUMENT / ADDRESS
// says what is wrong.
bool net_read(const char *text, struct net_address *address, struct fault *fault);

// Whether only this machine can reach it: 127.0.0.0/8, ::1 (also as ::ffff:127.…), localhost. Other names are not looked up:
// false.
bool net_is_loopback(const struct net_address *address);

// What bind(2) takes; a name is looked up. A fault UNAVAILABLE / ADDRESS where it has no address.
bool net_socket_address(const struct net_address *address, struct sockaddr_storage *storage, socklen_t *length,
                        struct fault *fault);

// The address of a peer as text, without its port; IPv4 in IPv6 is written as IPv4. "" where it is of no such family.
void net_write_host(const struct sockaddr *peer, char text[INET6_ADDRSTRLEN]);

// The port of an IP address.
uint16_t net_port(const struct sockaddr *address);

// How many connections a transport may hold: half of the descriptors that the process may have, less what is kept for the
// database and files.
unsigned net_connection_limit(void);

// Raises the limit of open files to what the process may raise it to. Returns the limit that holds now.
uint64_t net_raise_nofile(void);
