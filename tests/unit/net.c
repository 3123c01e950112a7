// Addresses to listen on.

#include "base/net.h"
#include "suite.h"
#include <string.h>
#include <sys/resource.h>

static struct arena arena;

static void forget(void) {
  arena_close(&arena);
}

// The address in `text`; an empty host where it is refused.
static struct net_address address_of(const char *text) {
  struct net_address address = {0};
  struct fault fault = {.arena = &arena};
  if (!net_read(text, &address, &fault)) {
    CU_ASSERT_EQUAL(fault.code, CODE_INVALID_ARGUMENT);
    address.host[0] = '\0';
  }
  return address;
}

static void host_and_port_are_told_apart(void) {
  CU_ASSERT_STRING_EQUAL(address_of("127.0.0.1:8080").host, "127.0.0.1");
  CU_ASSERT_EQUAL(address_of("127.0.0.1:8080").port, 8080);
  CU_ASSERT_STRING_EQUAL(address_of("[::1]:9090").host, "::1");
  CU_ASSERT_EQUAL(address_of("[::1]:9090").port, 9090);
  CU_ASSERT_STRING_EQUAL(address_of("localhost:0").host, "localhost");
  CU_ASSERT_EQUAL(address_of("localhost:65535").port, 65535);
  CU_ASSERT_STRING_EQUAL(address_of(":80").host, "0.0.0.0");
}

static void what_is_no_address_is_refused(void) {
  static const char *const others[] = {"",        "8080",   "localhost", "localhost:", "localhost:65536", "localhost:-1",
                                       "a:80b",   "::1:80", "[::1:80",   "[::1]",      "[::1]x:80",       "a: 80",
                                       "a:000080"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    CU_ASSERT_STRING_EQUAL(address_of(others[i]).host, "");
}

static bool is_loopback(const char *text) {
  struct net_address address = address_of(text);
  return net_is_loopback(&address);
}

static void only_this_machine_reaches_loopback(void) {
  CU_ASSERT_TRUE(is_loopback("127.0.0.1:80"));
  CU_ASSERT_TRUE(is_loopback("127.8.9.10:80"));
  CU_ASSERT_TRUE(is_loopback("[::1]:80"));
  CU_ASSERT_TRUE(is_loopback("[::ffff:127.0.0.1]:80"));
  CU_ASSERT_TRUE(is_loopback("LocalHost:80"));
  CU_ASSERT_FALSE(is_loopback(":80"));
  CU_ASSERT_FALSE(is_loopback("0.0.0.0:80"));
  CU_ASSERT_FALSE(is_loopback("[::]:80"));
  CU_ASSERT_FALSE(is_loopback("128.0.0.1:80"));
  CU_ASSERT_FALSE(is_loopback("[::ffff:10.0.0.1]:80"));
  CU_ASSERT_FALSE(is_loopback("127.0.0.1.example.org:80"));
}

static void an_address_becomes_what_bind_takes_and_back(void) {
  struct sockaddr_storage storage;
  socklen_t length;
  char host[INET6_ADDRSTRLEN];
  struct fault fault = {.arena = &arena};
  struct net_address four = address_of("127.0.0.1:8080"), six = address_of("[::1]:443"),
                     mapped = address_of("[::ffff:10.1.2.3]:1");

  CU_ASSERT_TRUE(net_socket_address(&four, &storage, &length, &fault));
  CU_ASSERT_EQUAL(length, sizeof(struct sockaddr_in));
  CU_ASSERT_EQUAL(ntohs(((struct sockaddr_in *)&storage)->sin_port), 8080);
  net_write_host((struct sockaddr *)&storage, host);
  CU_ASSERT_STRING_EQUAL(host, "127.0.0.1");

  CU_ASSERT_TRUE(net_socket_address(&six, &storage, &length, &fault));
  CU_ASSERT_EQUAL(ntohs(((struct sockaddr_in6 *)&storage)->sin6_port), 443);
  net_write_host((struct sockaddr *)&storage, host);
  CU_ASSERT_STRING_EQUAL(host, "::1");

  CU_ASSERT_TRUE(net_socket_address(&mapped, &storage, &length, &fault));
  net_write_host((struct sockaddr *)&storage, host);
  CU_ASSERT_STRING_EQUAL(host, "10.1.2.3");

  storage.ss_family = AF_UNIX;
  net_write_host((struct sockaddr *)&storage, host);
  CU_ASSERT_STRING_EQUAL(host, "");
}

static void the_limit_of_descriptors_is_raised_to_the_hard_one(void) {
  struct rlimit before, lowered, after;
  getrlimit(RLIMIT_NOFILE, &before);
  lowered = (struct rlimit){64, before.rlim_max};
  setrlimit(RLIMIT_NOFILE, &lowered);
  CU_ASSERT_EQUAL(net_raise_nofile(), before.rlim_max);
  getrlimit(RLIMIT_NOFILE, &after);
  CU_ASSERT_EQUAL(after.rlim_cur, before.rlim_max);
  setrlimit(RLIMIT_NOFILE, &before);
}

SUITE_WITH(net, NULL, forget, 0, TEST(host_and_port_are_told_apart), TEST(what_is_no_address_is_refused),
           TEST(only_this_machine_reaches_loopback), TEST(an_address_becomes_what_bind_takes_and_back),
           TEST(the_limit_of_descriptors_is_raised_to_the_hard_one));
