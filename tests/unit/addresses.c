// Calls counted by address.

#include "call/addresses.h"
#include "suite.h"

static void an_address_has_so_many_calls_and_no_more(void) {
  struct addresses *addresses = addresses_open(&(struct addresses_options){.calls = 2});
  struct share *share = addresses_of(addresses, "203.0.113.1");
  CU_ASSERT_PTR_EQUAL(addresses_of(addresses, "203.0.113.1"), share);
  CU_ASSERT_TRUE(addresses_enter(addresses, share));
  CU_ASSERT_TRUE(addresses_enter(addresses, share));
  CU_ASSERT_FALSE(addresses_enter(addresses, share));
  CU_ASSERT_EQUAL(atomic_load(&share->calls), 2); // who is refused is not counted
  atomic_fetch_sub(&share->calls, 1);
  CU_ASSERT_TRUE(addresses_enter(addresses, share));
  addresses_close(addresses);
}

static void no_limit_counts_on(void) {
  enum { MANY = 10000 };
  struct addresses *addresses = addresses_open(&(struct addresses_options){0});
  struct share *share = addresses_of(addresses, "::1");
  for (int i = 0; i < MANY; i++)
    CU_ASSERT_TRUE_FATAL(addresses_enter(addresses, share));
  CU_ASSERT_EQUAL(atomic_load(&share->calls), MANY);
  addresses_close(addresses);
}

static void addresses_are_counted_apart(void) {
  enum { TRIES = 64 };
  unsigned apart = 0;
  for (int i = 0; i < TRIES; i++) {
    struct addresses *addresses = addresses_open(&(struct addresses_options){.calls = 1});
    apart += addresses_of(addresses, "203.0.113.1") != addresses_of(addresses, "203.0.113.2");
    addresses_close(addresses);
  }
  CU_ASSERT_TRUE(apart > TRIES / 2); // by chance two share a place, and other two each time
}

static void bodies_have_so_many_bytes_of_an_address_and_in_all(void) {
  struct addresses *addresses = addresses_open(&(struct addresses_options){.body_bytes = 100, .body_bytes_of_address = 60});
  struct share one = {0}, other = {0};
  CU_ASSERT_TRUE(addresses_take_bytes(addresses, &one, 60));
  CU_ASSERT_FALSE(addresses_take_bytes(addresses, &one, 1));
  CU_ASSERT_EQUAL(atomic_load(&one.body_bytes), 60); // what is refused is not counted
  CU_ASSERT_TRUE(addresses_take_bytes(addresses, NULL, 20));
  CU_ASSERT_FALSE(addresses_take_bytes(addresses, &other, 21));
  CU_ASSERT_EQUAL(atomic_load(&other.body_bytes), 0);
  CU_ASSERT_TRUE(addresses_take_bytes(addresses, &other, 20));
  addresses_give_bytes(addresses, &one, 60);
  CU_ASSERT_TRUE(addresses_take_bytes(addresses, &other, 40));
  CU_ASSERT_FALSE(addresses_take_bytes(addresses, NULL, 21));
  CU_ASSERT_TRUE(addresses_take_bytes(addresses, &one, 20));
  addresses_close(addresses);
}

SUITE(addresses, TEST(an_address_has_so_many_calls_and_no_more), TEST(no_limit_counts_on), TEST(addresses_are_counted_apart),
      TEST(bodies_have_so_many_bytes_of_an_address_and_in_all));
