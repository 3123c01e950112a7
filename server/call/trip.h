// A trip: one transaction of a call, what it sends and what came back.

#pragma once
#include "call/call.h"

enum trip_kind {
  TRIP_SCRIPT,  // who-am-I, the claim where there is a request id, the script's statements
  TRIP_REPLAY,  // who-am-I, the kept answer
  TRIP_REFUSAL, // the audit of a refusal
};

enum { SQLSTATE_TEXT = 6 };

struct trip {
  enum trip_kind kind;
  bool signed_in; // begins with who-am-I
  bool claims;
  const char *position; // goes to a standby, which must be there first; NULL: to the primary
  int64_t deadline_us;  // by clock_us
  int64_t sent_us;
  unsigned statement_count;
  const struct variant *variants[SCRIPT_STATEMENTS];
  struct parameters *parameters;        // one for each
  PGresult *results[SCRIPT_STATEMENTS]; // the rows; NULL where it did not come to that
  struct fault fault;                   // what PostgreSQL refused, or why the trip was not made
  char sqlstate[SQLSTATE_TEXT];         // of the first error, "" where there was none
  bool lost;      // the connection broke before the answer to Sync: unless `undone`, nobody knows whether it was committed
  bool undone;    // an error came before Sync: certainly not committed
  bool cancelled; // the worker asked PostgreSQL to cancel it
  int64_t cancelled_us;
  // Repeats so far, by reason. They outlive the trip, as long as it is the same that is made again.
  int contentions, losses, strays;
};

// Makes the trip that the call needs next and binds its statements. False where the call cannot go out: trip->fault says why.
bool trip_make(struct call *call);

// Frees the results.
void trip_close(struct trip *trip);

// Reads who-am-I's row into the call.
void trip_read_caller(struct call *call, const PGresult *row);

// Reads all rows into the exchange's message, and writes the next page's token. False with the exchange's fault.
bool trip_read_rows(struct call *call);
