// A call: from a transport's bytes to its reply. One arena, one owner, one reply.
//
//   transport: call_make, fill in, call_submit … reply(call) … call_free
//   handler:   begin → NEXT_TRIP → after → NEXT_TRIP | NEXT_AWAY → call_resume | NEXT_REPLY

#pragma once
#include "base/uuid.h"
#include "schema/words.h"
#include "store/script.h"
#include <stdatomic.h>

struct server;
struct handler;
struct items;
struct batch;
struct trip;
struct outbox;
struct share;

// What happens next with a call that has a handler.
enum next {
  NEXT_REPLY, // the answer is there, or the fault
  NEXT_TRIP,  // run the script chosen with call_trip
  NEXT_AWAY,  // somebody else has it and will call call_resume; whoever returns this does not touch the call again
};

// Where a call is. See call.c for the ways between.
enum call_stage { CALL_FRESH, CALL_THINKING, CALL_QUEUED, CALL_OUT, CALL_REPLIED };

// Who calls, as the database knows him; valid after the first trip of a signed-in call.
struct caller {
  bool known;
  uint8_t user[UUID_BYTES], office[UUID_BYTES], session[UUID_BYTES];
};

struct call {
  struct arena arena;
  struct server *server;
  const struct method *method;

  // From the transport, before call_submit.
  ProtobufCMessage *request;
  bool has_token;
  uint8_t token_hash[CRYPTO_MAC_BYTES];
  int64_t deadline_us; // by clock_us; 0: the server's default is set at admission
  const char *peer;    // the client's address, "" where unknown; set by admission_enter
  enum language language;
  struct fault read_fault;          // per-item methods: what reading found wrong with single items (paths say which)
  void (*reply)(struct call *call); // once, from any thread; after it the call is the transport's again
  void (*told)(struct call *call);  // where it streams: a message waits, see outbox.h. NULL: the transport looks itself
  void *transport;

  // The life of the call.
  enum call_stage stage;
  char id[UUID_TEXT]; // told to the client, logged, audited
  int64_t started_us;
  struct fault fault; // what the client hears where its code is not OK
  ProtobufCMessage *response;
  struct caller caller;
  struct share *share;         // where it is counted under its address, see addresses.h; NULL: nowhere
  bool entered;                // counted among those in flight of its account, see accounts.h
  uint8_t account[UUID_BYTES]; // under this key
  struct exchange exchange;    // of the trip under way
  const struct handler *handler;
  struct script *script;  // of the next trip
  bool nobody;            // the next trip runs without who-am-I
  int trip;               // trips made so far (repeats of one are not counted)
  void *state;            // the handler's, in the arena
  bool claims, replaying; // a request id is set; its kept answer is being read back
  struct keep keep;
  struct items *items; // of a per-item request
  struct batch *batch; // where its items are run in parts
  struct trip *under_way;
  const char *position;            // how far a standby must be that the next trip goes to; NULL: it goes to the primary
  bool at_primary;                 // no standby is asked any more
  bool refusing;                   // its refusal is on its way to the audit; the reply follows
  atomic_bool cancelled;           // the client left: set by the transport while the call is its own or out
  _Atomic(struct outbox *) outbox; // once it streams
  bool own;                        // the server's own: neither logged, counted nor audited, and no turn of the handler's
  struct call *next;               // in a queue
};

// A fresh call in a fresh arena. Freed by call_free, by the transport, after the reply has left.
struct call *call_make(struct server *server, const struct method *method);
void call_free(struct call *call);

// Reads "Bearer TOKEN" into the call; what is not of that form is as good as no token.
void call_authorize(struct call *call, const char *header, size_t length);

// Takes the call: admission (rules, limits, deadline), queue, worker, reply. Never blocks. The reply may come before this
// returns.
void call_submit(struct call *call);

// For handlers: the next trip runs step `name` of the handler's table (NULL: the method's own script) on these messages.
// `in` NULL: the request; `out` NULL: the response. Both stay the caller's, in the call's arena.
void call_trip(struct call *call, const char *step, ProtobufCMessage *in, ProtobufCMessage *out);

// Runs a step for a call of the server's own, without admission; it is replied to as any other.
void call_run_own(struct call *call, const char *step, ProtobufCMessage *in, ProtobufCMessage *out);

// For what lasts: whether somebody still waits for the call, and may. False with a fault where the client left, the server
// stops or `until_us` (of clock_us) passed.
bool call_is_awaited(const struct call *call, int64_t until_us, struct fault *fault);

// Goes on with a call that was away; from any thread. The call is not the caller's any more.
void call_resume(struct call *call, enum next next);

// For handlers of per-item methods: what is wrong with the item at `place` (1-based, counted through all repeated messages of
// the request in field order), found by reading, by the rules or by the database. NULL: nothing, its result came with the rows.
// Paths of its violations begin within the item ("position.latitude"); a fault without violations is told of the item as a
// whole.
const struct fault *call_item_fault(const struct call *call, size_t place);

// How many items a per-item request has.
size_t call_item_count(const struct call *call);

// For handlers of per-item methods, in begin: the order in which items are run where the batch must be run in parts, as places
// - 1, one for each item: what others refer to comes first. In the call's arena. Without it they run by place.
void call_item_order(struct call *call, const uint32_t *order);
