// RPCs of the schema's methods: made into calls, and answered when the calls are.

#pragma once
#include "transport/grpc_front.h"

// Reads the received message and the metadata into a call and submits it. `rpc` is answered from then on by the call's reply.
void grpc_call_begin(struct rpc *rpc);

// Answers the RPC with what became of its call.
void grpc_call_answer(struct rpc *rpc, struct call *call);
