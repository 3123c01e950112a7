// A call that streams: its messages go out one at a time, and its end when none is on its way. All of it on the queue's thread;
// the call's own threads only leave messages, and say when it is over.

#include "call/outbox.h"
#include "transport/grpc_call.h"
#include "transport/grpc_front.h"
#include <stdlib.h>

// How long the end of a stream waits for a message that the client does not take, and how long a message may take at all.
static const int64_t END_US = 2 * 1000000LL, MESSAGE_US = 30 * 1000000LL;

void rpc_stream_go_on(struct rpc *rpc) {
  if (atomic_load(&rpc->replied)) {
    rpc_enter(rpc, RPC_OUT);
    grpc_call_answer(rpc, rpc->call);
    return;
  }
  struct message_out *message = atomic_load(&rpc->call->cancelled) ? NULL : outbox_take(rpc->call);
  if (!message)
    return;
  rpc_tell(rpc, message->bytes, message->length);
  free(message);
}

void rpc_stream_tick(struct rpc *rpc, int64_t now_us) {
  if (rpc->stage == RPC_WAITING) {
    rpc_stream_go_on(rpc);
    return;
  }
  int64_t telling_us = now_us - rpc->since_us;
  if (atomic_load(&rpc->replied) && telling_us > END_US)
    rpc_cut(rpc, rpc->call->fault.code, rpc->call->fault.message);
  else if (telling_us > MESSAGE_US)
    rpc_cut(rpc, CODE_RESOURCE_EXHAUSTED, "the reader does not take what he is told");
}
