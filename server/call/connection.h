// A connection to PostgreSQL in pipeline mode: one trip out at a time. The worker's thread alone uses it, between adoption and
// loss.

#pragma once
#include "call/observe.h"
#include "call/trip.h"

enum { CONNECTION_PREPARED_MAX = 400, CONNECTION_STEPS = 6 * SCRIPT_STATEMENTS + 6 };

// What PostgreSQL was asked for and has not answered.
enum step_kind { STEP_ASIDE, STEP_PREPARE, STEP_SYNC_ASIDE, STEP_BEGIN, STEP_AROUND, STEP_STATEMENT, STEP_SYNC };
struct step_out {
  enum step_kind kind;
  unsigned statement; // of STEP_PREPARE and STEP_STATEMENT: which of the trip's
  bool answered;
};

struct connection {
  PGconn *pg; // NULL while away
  int fd;
  enum connection_state state;
  bool prepares;         // false: statements are sent whole
  bool worn;             // to be replaced after the present trip
  bool wants_to_write;   // as epoll was told
  struct call *call;     // out, or NULL
  const char *time_zone; // where it is told with each trip, because the next may run in another session; NULL: once
  enum pool pool;
  struct call_metrics *metrics;
  struct step_out steps[CONNECTION_STEPS];
  unsigned step, step_count;
  uint32_t clock;                    // counts trips
  uint32_t used_at[SCRIPT_VARIANTS]; // by variant's id: the trip that used it last; 0: it is not prepared here
  unsigned prepared_count;
  const struct variant *prepared[CONNECTION_PREPARED_MAX];

  // Between threads, see dialer.h and canceller.h.
  _Atomic(PGconn *) fresh;
  atomic_bool cancelling;
  PGcancel *cancel;
  struct connection *next_dial, *next_cancel;
};

// Takes over a fresh PGconn that is in pipeline mode, with the engine's statements prepared.
void connection_adopt(struct connection *connection, PGconn *pg);

// Queues the call's trip. False where the connection is lost.
bool connection_send(struct connection *connection, struct call *call);

// Writes what is queued. 1: more is left to write, 0: all is written, -1: the connection is lost.
int connection_flush(struct connection *connection);

// Reads what came.
enum arrival { ARRIVAL_NONE, ARRIVAL_TRIP, ARRIVAL_LOST };
enum arrival connection_read(struct connection *connection);

// Gives up what is left of it. A call that was out has a trip that is lost, and is returned.
struct call *connection_lose(struct connection *connection);

// The call that came back; the connection is free for the next.
struct call *connection_release(struct connection *connection);
