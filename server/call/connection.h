// A connection to PostgreSQL in pipeline mode: one trip out at a time, or a few where all are brief. The worker's thread alone
// uses it, between adoption and loss.

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

// A call that is out, and how far its answers have come.
struct outing {
  struct call *call;
  struct step_out steps[CONNECTION_STEPS];
  unsigned step, step_count;
};

struct connection {
  PGconn *pg; // NULL while away
  int fd;
  enum connection_state state;
  bool prepares;         // false: statements are sent whole
  bool worn;             // to be replaced after the present trip
  bool wants_to_write;   // as epoll was told
  const char *time_zone; // where it is told with each trip, because the next may run in another session; NULL: once
  enum pool pool;
  struct call_metrics *metrics;
  struct outing *outings; // a ring of `depth` that is the workers'; `count` are out, the oldest at `first`
  unsigned depth, first, count;
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

// Whether a trip may be queued: fewer than `depth` are out, and nothing is wrong with it.
bool connection_has_room(const struct connection *connection);

// The call that is out for the longest time, the only one that PostgreSQL may be at; NULL where none is.
struct call *connection_oldest(const struct connection *connection);

// Queues the call's trip. False where the connection is lost.
bool connection_send(struct connection *connection, struct call *call);

// Writes what is queued. 1: more is left to write, 0: all is written, -1: the connection is lost.
int connection_flush(struct connection *connection);

// Takes what came from the socket; false where the connection is lost. Then reads until ARRIVAL_NONE: at ARRIVAL_TRIP the
// oldest call has come back, and is to be released before the next.
enum arrival { ARRIVAL_NONE, ARRIVAL_TRIP, ARRIVAL_LOST };
bool connection_consume(struct connection *connection);
enum arrival connection_read(struct connection *connection);

// The oldest call, which came back; there is room for another.
struct call *connection_release(struct connection *connection);

// Gives up what is left of it: calls that are out have trips that are lost. Released one by one after that.
void connection_lose(struct connection *connection);
