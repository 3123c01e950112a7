// Accounts are counted here, under one lock that nobody holds for long.
//
// A call is counted under its account where its token is known, else under the token itself: a call that comes in has a token
// alone, and whose it is the database says later. From then on what is in flight under the token counts for the account too.
// Tokens are remembered in a table of fixed size, each in the one place that its hash gives it.

#include "call/accounts.h"
#include "base/clock.h"
#include "schema/message.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { BUCKETS = 1024, TOKENS = 8192 };

static const int64_t HOUR_US = 3600 * 1000000LL;

// One that has calls in flight, or was given records within the hour.
struct account {
  struct account *next;
  uint8_t key[UUID_BYTES];
  int in_flight;
  struct account *whole; // of a token whose user is known by now: his account, where its calls are counted too
  int64_t records;
  bool unusual; // has been told of, or waits to be
  bool waits;   // to be told of
};

struct token {
  uint8_t hash[CRYPTO_MAC_BYTES], user[UUID_BYTES];
};

struct accounts {
  struct accounts_options options;
  pthread_mutex_t lock;
  struct account *buckets[BUCKETS];
  struct token tokens[TOKENS];
  int64_t hour_began_us;
  int waiting; // to be told of
};

struct accounts *accounts_open(const struct accounts_options *options) {
  struct accounts *accounts = calloc(1, sizeof *accounts);
  if (!accounts)
    abort();
  accounts->options = *options;
  accounts->hour_began_us = clock_us();
  pthread_mutex_init(&accounts->lock, NULL);
  return accounts;
}

void accounts_close(struct accounts *accounts) {
  for (unsigned i = 0; i < BUCKETS; i++)
    for (struct account *account = accounts->buckets[i], *next; account; account = next) {
      next = account->next;
      free(account);
    }
  pthread_mutex_destroy(&accounts->lock);
  free(accounts);
}

// Keys and hashes are random: their first bytes spread as well as any.
static unsigned place_of(const uint8_t *random, unsigned places) {
  uint32_t first;
  memcpy(&first, random, sizeof first);
  return first % places;
}

static struct account **find(struct accounts *accounts, const uint8_t key[UUID_BYTES]) {
  struct account **at = &accounts->buckets[place_of(key, BUCKETS)];
  while (*at && memcmp((*at)->key, key, UUID_BYTES) != 0)
    at = &(*at)->next;
  return at;
}

static struct account *have(struct accounts *accounts, const uint8_t key[UUID_BYTES]) {
  struct account **at = find(accounts, key);
  if (!*at) {
    *at = calloc(1, sizeof **at);
    if (!*at)
      abort();
    memcpy((*at)->key, key, UUID_BYTES);
  }
  return *at;
}

// Whether it was dropped: then the next one stands in its place.
static bool drop_if_idle(struct account **at) {
  struct account *account = *at;
  if (account->in_flight > 0 || account->records > 0)
    return false;
  *at = account->next;
  free(account);
  return true;
}

// Begins a new hour where the last one is over.
static void turn_hour(struct accounts *accounts) {
  int64_t now_us = clock_us();
  if (now_us - accounts->hour_began_us < HOUR_US)
    return;
  accounts->hour_began_us = now_us;
  for (unsigned i = 0; i < BUCKETS; i++)
    for (struct account **at = &accounts->buckets[i]; *at;) {
      struct account *account = *at;
      if (!account->waits)
        account->records = account->unusual = 0;
      if (!drop_if_idle(at))
        at = &account->next;
    }
}

static void choose_key(struct accounts *accounts, struct call *call) {
  const struct token *token = &accounts->tokens[place_of(call->token_hash, TOKENS)];
  bool known = memcmp(token->hash, call->token_hash, CRYPTO_MAC_BYTES) == 0;
  memcpy(call->account, known ? token->user : call->token_hash, UUID_BYTES);
}

bool accounts_enter(struct accounts *accounts, struct call *call) {
  int limit = accounts->options.in_flight;
  pthread_mutex_lock(&accounts->lock);
  choose_key(accounts, call);
  struct account *account = have(accounts, call->account), *whole = account->whole;
  bool enters = limit == 0 || (whole ? whole : account)->in_flight < limit;
  if (enters) {
    account->in_flight++;
    if (whole)
      whole->in_flight++;
    call->entered = true;
  }
  pthread_mutex_unlock(&accounts->lock);
  return enters;
}

// The records that a call gives: those of its lists that are counted, and one that is opened.
static int64_t records_of(const struct call *call) {
  if (call->fault.code != CODE_OK || !call->caller.known || !call->response)
    return 0;
  int64_t records = call->method->audited;
  const struct message *type = call->method->output;
  for (unsigned i = 0; i < type->field_count; i++)
    if (type->fields[i].counted)
      records += (int64_t)*field_count(call->response, &type->fields[i]);
  return records;
}

static void count_records(struct accounts *accounts, const uint8_t user[UUID_BYTES], int64_t records) {
  struct account *account = have(accounts, user);
  account->records += records;
  if (account->unusual || account->records <= accounts->options.records_per_hour)
    return;
  account->unusual = account->waits = true;
  accounts->waiting++;
}

// Whose the call's token is. What came in with it before that was known is counted for him from now on.
static void remember_token(struct accounts *accounts, const struct call *call) {
  const uint8_t *user = call->caller.user;
  struct token *token = &accounts->tokens[place_of(call->token_hash, TOKENS)];
  memcpy(token->hash, call->token_hash, CRYPTO_MAC_BYTES);
  memcpy(token->user, user, UUID_BYTES);
  if (!call->entered || memcmp(call->account, user, UUID_BYTES) == 0)
    return;
  struct account *account = *find(accounts, call->account);
  if (account->whole)
    return;
  account->whole = have(accounts, user);
  account->whole->in_flight += account->in_flight;
}

static void let_go(struct accounts *accounts, const struct call *call) {
  struct account *account = *find(accounts, call->account), *whole = account->whole;
  account->in_flight--;
  if (whole) {
    whole->in_flight--;
    drop_if_idle(find(accounts, whole->key));
  }
  drop_if_idle(find(accounts, call->account));
}

void accounts_leave(struct accounts *accounts, struct call *call) {
  int64_t records = accounts->options.records_per_hour > 0 ? records_of(call) : 0;
  pthread_mutex_lock(&accounts->lock);
  if (call->has_token && call->caller.known)
    remember_token(accounts, call);
  if (call->entered)
    let_go(accounts, call);
  turn_hour(accounts);
  if (records > 0)
    count_records(accounts, call->caller.user, records);
  pthread_mutex_unlock(&accounts->lock);
}

static struct account *first_waiting(struct accounts *accounts) {
  for (unsigned i = 0; accounts->waiting > 0 && i < BUCKETS; i++)
    for (struct account *account = accounts->buckets[i]; account; account = account->next)
      if (account->waits)
        return account;
  return NULL;
}

bool accounts_next_unusual(struct accounts *accounts, struct unusual *unusual) {
  pthread_mutex_lock(&accounts->lock);
  struct account *account = first_waiting(accounts);
  if (account) {
    memcpy(unusual->user, account->key, UUID_BYTES);
    unusual->records = account->records;
    account->waits = false;
    accounts->waiting--;
  }
  pthread_mutex_unlock(&accounts->lock);
  return account != NULL;
}

void accounts_unusual_again(struct accounts *accounts, const struct unusual *unusual) {
  pthread_mutex_lock(&accounts->lock);
  struct account *account = have(accounts, unusual->user);
  accounts->waiting += !account->waits;
  account->unusual = account->waits = true;
  if (account->records < unusual->records)
    account->records = unusual->records;
  pthread_mutex_unlock(&accounts->lock);
}
