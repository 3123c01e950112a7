// Trusted proxies: whom X-Forwarded-For is believed to name.

#include "transport/proxies.h"
#include "suite.h"
#include <string.h>

static struct arena arena;
static struct fault fault;

static struct proxies trust(const char *text) {
  struct proxies proxies = {0};
  arena_reset(&arena);
  fault = (struct fault){.arena = &arena};
  proxies_read(&proxies, text, &arena, &fault);
  return proxies;
}

static const char *pick(const struct proxies *proxies, const char *list) {
  return proxies_client(proxies, arena_strdup(&arena, list), strlen(list), "10.0.0.1");
}

static void nobody_is_trusted_unless_named(void) {
  struct proxies none = trust(NULL), empty = trust("");
  CU_ASSERT_FALSE(proxies_hold(&none, "127.0.0.1"));
  CU_ASSERT_FALSE(proxies_hold(&empty, "127.0.0.1"));
  CU_ASSERT_EQUAL(fault.code, CODE_OK);
}

static void an_address_is_trusted_by_itself_or_by_its_network(void) {
  struct proxies proxies = trust("10.0.0.1, 192.168.4.0/22,fd00::/8  ::1");
  CU_ASSERT_EQUAL(proxies.count, 4);
  CU_ASSERT_TRUE(proxies_hold(&proxies, "10.0.0.1"));
  CU_ASSERT_FALSE(proxies_hold(&proxies, "10.0.0.2"));
  CU_ASSERT_TRUE(proxies_hold(&proxies, "192.168.7.255"));
  CU_ASSERT_FALSE(proxies_hold(&proxies, "192.168.8.0"));
  CU_ASSERT_TRUE(proxies_hold(&proxies, "fd12:3456::1"));
  CU_ASSERT_FALSE(proxies_hold(&proxies, "fe80::1"));
  CU_ASSERT_TRUE(proxies_hold(&proxies, "::1"));
  CU_ASSERT_FALSE(proxies_hold(&proxies, ""));
}

static void a_network_of_all_holds_all_of_its_family_only(void) {
  struct proxies proxies = trust("0.0.0.0/0");
  CU_ASSERT_TRUE(proxies_hold(&proxies, "203.0.113.9"));
  CU_ASSERT_FALSE(proxies_hold(&proxies, "2001:db8::1"));
}

static void what_is_no_address_is_a_fault(void) {
  const char *const texts[] = {"localhost", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/8x", "::/129", "10.0.0", "10.0.0.0/-1"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    trust(texts[i]);
    CU_ASSERT_STRING_EQUAL(fault.reason ? fault.reason : "", "TRUSTED_PROXIES");
  }
}

static void the_client_is_the_last_one_that_is_no_proxy(void) {
  struct proxies proxies = trust("10.0.0.0/8");
  CU_ASSERT_STRING_EQUAL(pick(&proxies, "203.0.113.9"), "203.0.113.9");
  CU_ASSERT_STRING_EQUAL(pick(&proxies, "203.0.113.9, 10.0.0.7,10.0.0.8"), "203.0.113.9");
  CU_ASSERT_STRING_EQUAL(pick(&proxies, "2001:db8::9, 10.0.0.7"), "2001:db8::9");
}

static void what_a_client_claims_before_its_own_address_is_not_believed(void) {
  struct proxies proxies = trust("10.0.0.0/8");
  CU_ASSERT_STRING_EQUAL(pick(&proxies, "198.51.100.1, 203.0.113.9, 10.0.0.7"), "203.0.113.9");
}

static void who_is_no_proxy_is_the_client_whatever_he_claims(void) {
  struct proxies others = trust("192.168.0.0/16");
  CU_ASSERT_STRING_EQUAL(pick(&others, "203.0.113.9"), "10.0.0.1");
  struct proxies nobody = trust("");
  CU_ASSERT_STRING_EQUAL(pick(&nobody, "203.0.113.9"), "10.0.0.1");
}

static void where_nothing_can_be_read_the_peer_is_the_client(void) {
  struct proxies proxies = trust("10.0.0.0/8");
  CU_ASSERT_STRING_EQUAL(pick(&proxies, ""), "10.0.0.1");
  CU_ASSERT_STRING_EQUAL(pick(&proxies, " , ,"), "10.0.0.1");
  CU_ASSERT_STRING_EQUAL(pick(&proxies, "203.0.113.9, unknown"), "10.0.0.1");
  CU_ASSERT_STRING_EQUAL(pick(&proxies, "unknown, 10.0.0.7"), "10.0.0.7");
}

SUITE(proxies, TEST(nobody_is_trusted_unless_named), TEST(an_address_is_trusted_by_itself_or_by_its_network),
      TEST(a_network_of_all_holds_all_of_its_family_only), TEST(what_is_no_address_is_a_fault),
      TEST(the_client_is_the_last_one_that_is_no_proxy), TEST(what_a_client_claims_before_its_own_address_is_not_believed),
      TEST(who_is_no_proxy_is_the_client_whatever_he_claims), TEST(where_nothing_can_be_read_the_peer_is_the_client));
