// Calls counted by account.

#include "call/accounts.h"
#include "suite.h"
#include <string.h>

enum { LIMIT = 3 };

// A call that comes in with the token that is this byte again and again.
static struct call call_with(uint8_t token) {
  struct call call = {.has_token = true};
  memset(call.token_hash, token, sizeof call.token_hash);
  return call;
}

// It is answered: the database has said whose it is.
static void leave_as(struct accounts *accounts, struct call *call, uint8_t user) {
  call->caller.known = true;
  memset(call->caller.user, user, sizeof call->caller.user);
  accounts_leave(accounts, call);
}

// How many more calls come in with the token; they stay.
static int room_for(struct accounts *accounts, uint8_t token) {
  int room = 0;
  struct call call = call_with(token);
  while (accounts_enter(accounts, &call)) {
    room++;
    call = call_with(token);
  }
  return room;
}

static struct accounts *open_accounts(void) {
  return accounts_open(&(struct accounts_options){.in_flight = LIMIT});
}

// Answers a call with the token, so that it is known.
static void make_known(struct accounts *accounts, uint8_t token, uint8_t user) {
  struct call call = call_with(token);
  CU_ASSERT_TRUE(accounts_enter(accounts, &call));
  leave_as(accounts, &call, user);
}

static void an_account_has_so_many_calls_whatever_their_tokens(void) {
  struct accounts *accounts = open_accounts();
  make_known(accounts, 1, 'a');
  make_known(accounts, 2, 'a');
  make_known(accounts, 3, 'b');
  struct call first = call_with(1);
  CU_ASSERT_TRUE(accounts_enter(accounts, &first));
  CU_ASSERT_EQUAL(room_for(accounts, 2), LIMIT - 1);
  CU_ASSERT_EQUAL(room_for(accounts, 1), 0);
  CU_ASSERT_EQUAL(room_for(accounts, 3), LIMIT);
  leave_as(accounts, &first, 'a');
  CU_ASSERT_EQUAL(room_for(accounts, 1), 1);
  accounts_close(accounts);
}

static void a_token_that_is_not_known_counts_for_itself(void) {
  struct accounts *accounts = open_accounts();
  CU_ASSERT_EQUAL(room_for(accounts, 1), LIMIT);
  CU_ASSERT_EQUAL(room_for(accounts, 2), LIMIT);
  accounts_close(accounts);
}

static void what_came_before_its_token_was_known_counts_for_the_account(void) {
  struct accounts *accounts = open_accounts();
  struct call before[LIMIT];
  for (int i = 0; i < LIMIT; i++) {
    before[i] = call_with(1);
    CU_ASSERT_TRUE(accounts_enter(accounts, &before[i]));
  }
  leave_as(accounts, &before[0], 'a');
  CU_ASSERT_EQUAL(room_for(accounts, 1), 1);
  for (int i = 1; i < LIMIT; i++)
    leave_as(accounts, &before[i], 'a');
  CU_ASSERT_EQUAL(room_for(accounts, 1), LIMIT - 1);
  accounts_close(accounts);
}

// Two tokens in one place of the table drive each other out; what each has in flight counts all the same.
static void a_token_that_was_forgotten_counts_for_its_account_while_it_has_calls(void) {
  struct accounts *accounts = open_accounts();
  struct call held = call_with(1), driven_out = call_with(1), driving = call_with(1);
  CU_ASSERT_TRUE(accounts_enter(accounts, &held));
  CU_ASSERT_TRUE(accounts_enter(accounts, &driven_out));
  leave_as(accounts, &driven_out, 'a');
  driving.token_hash[UUID_BYTES - 1] = 2; // another token, in the same place
  CU_ASSERT_TRUE(accounts_enter(accounts, &driving));
  leave_as(accounts, &driving, 'b');
  CU_ASSERT_EQUAL(room_for(accounts, 1), LIMIT - 1);
  leave_as(accounts, &held, 'a');
  CU_ASSERT_EQUAL(room_for(accounts, 1), 1);
  accounts_close(accounts);
}

SUITE(accounts, TEST(an_account_has_so_many_calls_whatever_their_tokens), TEST(a_token_that_is_not_known_counts_for_itself),
      TEST(what_came_before_its_token_was_known_counts_for_the_account),
      TEST(a_token_that_was_forgotten_counts_for_its_account_while_it_has_calls));
