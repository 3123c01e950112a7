// What the parts of the gRPC transport share. One thread polls the completion queue and runs everything here; only replies of
// calls come from other threads, and they start one batch and are done.

#pragma once
#include "base/log.h"
#include "base/metrics.h"
#include "base/net.h"
#include "transport/grpc.h"
#include "transport/grpc_channels.h"
#include "transport/grpc_tls.h"
#include "transport/proxies.h"
#include <grpc/grpc.h>
#include <sys/socket.h>
#include <pthread.h>

struct grpc_front;
struct rpc;

// What an operation in the core carries; `ended` runs on the queue's thread. `ok` is false where it did not happen.
struct tag {
  void (*ended)(void *owner, bool ok);
  void *owner;
};

// A method that is answered here, on the queue's thread, not on the way of a call: health, reflection.
struct native {
  const char *path;
  // A message came; NULL: there is none (any more). Answers with exactly one of rpc_receive, rpc_send, rpc_finish, rpc_park.
  // What it allocates in front->scratch is gone afterwards.
  void (*message)(struct rpc *rpc, const uint8_t *bytes, size_t length);
  void (*sent)(struct rpc *rpc);   // what rpc_send sent has left; answers as `message` does
  void (*ticked)(struct rpc *rpc); // now and then while parked; answers as `message` does
};

// Where an RPC is. With a call: ARRIVING → RECEIVING → OUT, which lasts until the answer has left. With one that streams:
// ARRIVING → RECEIVING, then to and fro between WAITING (for a message) and TELLING (one is on its way), then OUT. With a
// native: ARRIVING → RECEIVING, then to and fro between RECEIVING, SENDING and PARKED, then ENDING.
enum rpc_stage {
  RPC_ARRIVING,
  RPC_RECEIVING,
  RPC_OUT,
  RPC_WAITING,
  RPC_TELLING,
  RPC_PARKED,
  RPC_SENDING,
  RPC_ENDING,
};

enum { RPC_TRAILERS = 2 };

// One RPC; afterwards kept for another. It has ended when the core said that it is closed and whoever had to answer has done
// so.
struct rpc {
  struct grpc_front *front;
  enum rpc_stage stage;
  unsigned references;
  grpc_call *core;
  grpc_call_details details;
  grpc_metadata_array metadata;
  struct tag arrived, received, closed, sent;
  int cancelled; // written by the core before `closed` ends
  bool was_closed;
  char peer[INET6_ADDRSTRLEN];          // its address
  struct channel *channel;              // what it came on; NULL: not known
  bool expects;                         // a message is on its way on the channel
  bool refused;                         // while it was
  grpc_byte_buffer *message, *outgoing; // received, being sent
  grpc_metadata trailers[RPC_TRAILERS];

  const struct method *method; // and then a call
  struct call *call;
  atomic_bool replied;         // a call that streams: it is over, and to be answered
  const struct native *native; // or this
  struct share *share;         // where a native is counted under its address
  bool began;                  // initial metadata has been sent
  int state;                   // the native's own, 0 at first
  size_t sending_bytes;        // of a stream's message that is on its way
  int64_t since_us;            // in this stage
  struct rpc *before, *after;  // in front->open, or the next free one
};

struct rpc_list {
  struct rpc *first, *last;
  unsigned length;
};

enum { PROBE_SILENCES = 3 };

// Connects to the own port, to see whether anybody accepts.
struct probe {
  struct sockaddr_storage address;
  socklen_t address_length;
  int fd; // -1: none under way
  int64_t next_us, until_us;
  int silences; // in a row
};

struct grpc_front {
  struct arena memory; // of its own, of its RPCs
  struct server *server;
  size_t body_limit_bytes;
  struct proxies proxies;
  struct channels *channels;
  struct tls_view tls_view;         // its `tls` is NULL where there is none
  char address[NET_HOST_TEXT + 10]; // "host:port" as the core takes it
  int port;
  grpc_completion_queue *queue;
  grpc_server *core; // NULL once it is gone
  struct tag gone;
  pthread_t thread;

  // Watching the listener.
  struct probe probe;
  bool starved;           // connections wait for a descriptor
  int64_t complain_at_us; // not before this is it logged again

  // RPCs.
  struct rpc *free;     // for later
  struct rpc_list open; // that have not ended
  unsigned natives;     // of them
  size_t sending_bytes; // of them
  struct arena scratch; // of one turn of a native
  struct reflection *reflection;

  // Stopping: asked for by any thread; no new calls; the queue ends.
  atomic_bool closing;
  atomic_llong grace_us;
  bool stopped, down;
  int64_t stopped_at_us, cancel_at_us;
  bool is_cut_off;

  struct series *open_series, *starvations, *refusals;
};

// --- handing over ---

// The core brings a tag back on the queue's thread after whoever started the operation, on whatever thread, has left it. That
// is so without these; ThreadSanitizer, which does not see into the core, is told of it.
#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
static inline void handed_over(void *tag) {
  __tsan_release(tag);
}
static inline void taken_over(void *tag) {
  __tsan_acquire(tag);
}
#else
static inline void handed_over(void *tag) {
  (void)tag;
}
static inline void taken_over(void *tag) {
  (void)tag;
}
#endif

// --- rpc ---

// Waits for the next call.
void rpc_arm(struct grpc_front *front);

// Waits for the next message of the client; a client that keeps silent too long, or sends more than there is room for, is cut
// off.
void rpc_receive(struct rpc *rpc);

// Sends a message of a stream.
void rpc_send(struct rpc *rpc, const ProtobufCMessage *message);

// Ends the RPC of a native: with a message (NULL: none), a code and a text for developers (static).
void rpc_finish(struct rpc *rpc, const ProtobufCMessage *message, enum code code, const char *text);

// The last batch: a message (NULL: none), a status and the first `trailers` of rpc->trailers, all of which stay the caller's
// until the RPC has ended. From any thread.
void rpc_answer(struct rpc *rpc, const ProtobufCMessage *message, enum code code, const char *text, size_t trailers);

// Puts the RPC into a stage, and its clock to zero.
void rpc_enter(struct rpc *rpc, enum rpc_stage stage);

// Sends a message of a call's stream, already packed.
void rpc_tell(struct rpc *rpc, const void *bytes, size_t length);

// Cuts the client off.
void rpc_cut(struct rpc *rpc, enum code code, const char *why);

// Does nothing until ticked or closed.
void rpc_park(struct rpc *rpc);

// Ticks what is parked, cuts off who keeps silent, ends streams where the server stops.
void rpc_tick(struct grpc_front *front, int64_t now_us);

void rpc_free_all(struct grpc_front *front);

// --- stream ---

// While a call streams: sends what waits, answers where it is over. Also when a message has left.
void rpc_stream_go_on(struct rpc *rpc);
void rpc_stream_tick(struct rpc *rpc, int64_t now_us);

// --- listener ---

// Routes the core's log into ours.
void listener_take_log(void);

// Opens the listening server on the front's address and arms it. False with a fault.
bool listener_open(struct grpc_front *front, struct fault *fault);

// Watches over the listener, and over the end of what is left when it stopped.
void listener_tick(struct grpc_front *front, int64_t now_us);

// No new calls; those in flight have `grace_us`.
void listener_stop(struct grpc_front *front, int64_t grace_us);

// --- probe ---

void probe_open(struct probe *probe, const struct sockaddr_storage *address, socklen_t length, int64_t now_us);
void probe_close(struct probe *probe);

// Connects. False where there are not enough descriptors, for us and for who accepts.
bool probe_begin(struct probe *probe, int64_t now_us);

// To be asked now and then: whether nobody accepted PROBE_SILENCES times in a row.
bool probe_is_silent(struct probe *probe, int64_t now_us);

// --- natives ---

extern const struct native health_natives[], reflection_natives[]; // a NULL path ends them

struct reflection *reflection_open(void);
void reflection_close(struct reflection *reflection);
