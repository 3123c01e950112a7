// What each account has in flight, and how many records it was given within the hour. Village phones share addresses, so
// accounts are counted, not addresses. In this process alone: several servers count each for itself.

#pragma once
#include "call/call.h"

struct accounts;

struct accounts_options {
  int in_flight;            // calls of one account at most; 0: any number
  int64_t records_per_hour; // more than this given to one account is unusual; 0: nothing is
};

struct accounts *accounts_open(const struct accounts_options *options);
void accounts_close(struct accounts *accounts);

// A call with a token comes in, from any thread. False where its account has too many in flight: it is refused then. Whose
// token it is is known once a call with it was answered; until then the token counts for itself, and what it has in flight then
// counts for the account from there on.
bool accounts_enter(struct accounts *accounts, struct call *call);

// The call is about to be replied to: lets it go, and counts the records that it gives.
void accounts_leave(struct accounts *accounts, struct call *call);

// An account that was given unusually many records within the hour.
struct unusual {
  uint8_t user[UUID_BYTES];
  int64_t records;
};

// The next one that is to be told of, each once an hour. False where there is none.
bool accounts_next_unusual(struct accounts *accounts, struct unusual *unusual);
// It could not be told: it comes again.
void accounts_unusual_again(struct accounts *accounts, const struct unusual *unusual);
