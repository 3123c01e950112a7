// RPCs of the schema's methods: made into calls, and answered when the calls are.

#pragma once
#include "transport/grpc_front.h"

// Who called, and on what channel, which the RPC holds from then on.
void grpc_call_meet(struct rpc *rpc);

// The address of who asks, the RPC's or in the arena: the peer's, or what trusted proxies say.
const char *grpc_call_client(const struct rpc *rpc, struct arena *arena);

// Makes the call of an RPC that arrived, from its metadata. False where it was refused there and then: its answer is on its
// way.
bool grpc_call_make(struct rpc *rpc, bool crowded);

// Reads the received message into the call and submits it. `rpc` is answered from then on by the call's reply.
void grpc_call_begin(struct rpc *rpc);

// Refuses the call of an RPC whose message is on its way, for what is.
void grpc_call_refuse(struct rpc *rpc, enum incoming incoming);

// Answers the RPC with what became of its call.
void grpc_call_answer(struct rpc *rpc, struct call *call);
