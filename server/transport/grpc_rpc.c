// One RPC from its arrival to its last operation: what the core is asked to do next, and who goes on when it has.

#include "base/clock.h"
#include "call/addresses.h"
#include "transport/grpc_call.h"
#include "transport/grpc_front.h"
#include "transport/grpc_payload.h"
#include <grpc/byte_buffer.h>
#include <grpc/slice.h>
#include <stdlib.h>
#include <string.h>

enum {
  RPCS_MAX = 10000,              // open at once; past it they are refused on arrival
  NATIVES_MAX = 1024,            // of them
  NATIVES_OF_ADDRESS = 256,      // of these
  SENDING_MAX_BYTES = 16 << 20,  // answers of natives that clients have not taken yet
  NATIVE_LIMIT_BYTES = 16 << 10, // of one of their requests
};

// How long a client may keep silent, or not take what it asked for.
static const int64_t SILENCE_US = 30 * 1000000LL;

static const char STOPPING[] = "the server is stopping";

// --- life ---

void rpc_enter(struct rpc *rpc, enum rpc_stage stage) {
  rpc->stage = stage;
  rpc->since_us = clock_us();
}

static void join_open(struct rpc *rpc) {
  struct rpc_list *open = &rpc->front->open;
  rpc->before = open->last;
  rpc->after = NULL;
  *(open->last ? &open->last->after : &open->first) = rpc;
  open->last = rpc;
  open->length++;
  series_add(rpc->front->open_series, 1);
}

static void leave_open(struct rpc *rpc) {
  struct rpc_list *open = &rpc->front->open;
  *(rpc->before ? &rpc->before->after : &open->first) = rpc->after;
  *(rpc->after ? &rpc->after->before : &open->last) = rpc->before;
  open->length--;
  rpc->front->natives -= rpc->native != NULL;
  if (rpc->share)
    atomic_fetch_sub(&rpc->share->natives, 1);
  series_add(rpc->front->open_series, -1);
}

static void arrived(void *owner, bool ok);
static void received(void *owner, bool ok);
static void closed(void *owner, bool ok);
static void sent(void *owner, bool ok);

static struct rpc *make(struct grpc_front *front) {
  struct rpc *rpc = front->free;
  if (rpc) {
    front->free = rpc->after;
    return rpc;
  }
  rpc = arena_zalloc(&front->memory, sizeof *rpc);
  rpc->front = front;
  rpc->arrived = (struct tag){arrived, rpc};
  rpc->received = (struct tag){received, rpc};
  rpc->closed = (struct tag){closed, rpc};
  rpc->sent = (struct tag){sent, rpc};
  grpc_metadata_array_init(&rpc->metadata);
  return rpc;
}

static void put_back(struct rpc *rpc) {
  struct grpc_front *front = rpc->front;
  grpc_call_details_destroy(&rpc->details);
  rpc->metadata.count = 0;
  rpc->after = front->free;
  front->free = rpc;
}

static void drop(grpc_byte_buffer **message) {
  if (*message)
    grpc_byte_buffer_destroy(*message);
  *message = NULL;
}

static void release(struct rpc *rpc) {
  if (--rpc->references > 0)
    return;
  drop(&rpc->message);
  drop(&rpc->outgoing);
  if (rpc->call)
    call_free(rpc->call);
  channel_let_go(rpc->channel);
  grpc_call_unref(rpc->core);
  leave_open(rpc);
  put_back(rpc);
}

void rpc_free_all(struct grpc_front *front) {
  while (front->free) {
    struct rpc *rpc = front->free;
    front->free = rpc->after;
    grpc_metadata_array_destroy(&rpc->metadata);
  }
}

// A batch that the core does not take still brings its tag: an empty one always does.
static void start(struct rpc *rpc, const grpc_op *ops, size_t count, struct tag *tag) {
  handed_over(tag);
  if (grpc_call_start_batch(rpc->core, ops, count, tag, NULL) == GRPC_CALL_OK)
    return;
  log_error("grpc batch refused", LOG_NUMBER("first_op", ops[0].op));
  grpc_call_cancel(rpc->core, NULL);
  grpc_call_start_batch(rpc->core, NULL, 0, tag, NULL);
}

// --- arriving ---

void rpc_arm(struct grpc_front *front) {
  struct rpc *rpc = make(front);
  rpc_enter(rpc, RPC_ARRIVING);
  grpc_call_details_init(&rpc->details);
  if (grpc_server_request_call(front->core, &rpc->core, &rpc->details, &rpc->metadata, front->queue, front->queue,
                               &rpc->arrived) != GRPC_CALL_OK)
    put_back(rpc);
}

static const struct native *find_native(const struct native *natives, const uint8_t *path, size_t length) {
  for (; natives->path; natives++) {
    if (strlen(natives->path) == length && memcmp(natives->path, path, length) == 0)
      return natives;
  }
  return NULL;
}

// Finds who answers. False: nobody does.
static bool find_method(struct rpc *rpc) {
  const uint8_t *path = GRPC_SLICE_START_PTR(rpc->details.method);
  size_t length = GRPC_SLICE_LENGTH(rpc->details.method);
  rpc->method = schema_method(rpc->front->server->schema, (const char *)path, length);
  if (!rpc->method)
    rpc->native = find_native(health_natives, path, length);
  if (!rpc->method && !rpc->native)
    rpc->native = find_native(reflection_natives, path, length);
  rpc->front->natives += rpc->native != NULL;
  return rpc->method || rpc->native;
}

static bool is_crowded(const struct rpc *rpc) {
  return rpc->front->open.length > RPCS_MAX;
}

// Counts a native under its client's address. False where there are too many of them.
static bool enter_native(struct rpc *rpc) {
  struct grpc_front *front = rpc->front;
  rpc->share = addresses_of(front->server->addresses, grpc_call_client(rpc, &front->scratch));
  arena_reset(&front->scratch);
  return atomic_fetch_add(&rpc->share->natives, 1) < NATIVES_OF_ADDRESS && front->natives <= NATIVES_MAX && !is_crowded(rpc);
}

static void watch_close(struct rpc *rpc) {
  grpc_op close = {.op = GRPC_OP_RECV_CLOSE_ON_SERVER, .data.recv_close_on_server.cancelled = &rpc->cancelled};
  start(rpc, &close, 1, &rpc->closed);
}

// On a tag that failed there is no call: the server stops.
static void arrived(void *owner, bool ok) {
  struct rpc *rpc = owner;
  if (!ok) {
    put_back(rpc);
    return;
  }
  if (!rpc->front->stopped)
    rpc_arm(rpc->front);
  rpc->references = 2; // until it is closed, and until it is answered
  rpc->method = NULL;
  rpc->native = NULL;
  rpc->call = NULL;
  rpc->share = NULL;
  rpc->was_closed = rpc->began = rpc->refused = false;
  rpc->state = 0;
  atomic_store(&rpc->replied, false);
  join_open(rpc);
  grpc_call_meet(rpc);
  watch_close(rpc);
  if (!find_method(rpc))
    rpc_finish(rpc, NULL, CODE_UNIMPLEMENTED, "there is no such method");
  else if (rpc->native && !enter_native(rpc))
    rpc_finish(rpc, NULL, CODE_UNAVAILABLE, "too many calls at once");
  else if (rpc->native || grpc_call_make(rpc, is_crowded(rpc)))
    rpc_receive(rpc);
}

// Whoever had to answer has done it, or has nobody to answer.
static void end(struct rpc *rpc) {
  rpc_enter(rpc, RPC_ENDING);
  release(rpc);
}

// Marks a call that is out, so that nobody works for a client that left; ends a stream that waits for nothing else.
static void closed(void *owner, bool ok) {
  struct rpc *rpc = owner;
  (void)ok;
  rpc->was_closed = true;
  if (rpc->cancelled && rpc->call)
    atomic_store(&rpc->call->cancelled, true);
  if (rpc->stage == RPC_PARKED) {
    rpc_enter(rpc, RPC_ENDING);
    rpc->references--; // nobody will answer it
  }
  release(rpc);
}

// --- receiving ---

void rpc_receive(struct rpc *rpc) {
  rpc_enter(rpc, RPC_RECEIVING);
  if (rpc->channel)
    channel_expect(rpc->channel);
  rpc->expects = rpc->channel;
  grpc_op receive = {.op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = &rpc->message};
  start(rpc, &receive, 1, &rpc->received);
}

static void give_up_message(struct rpc *rpc) {
  if (rpc->expects)
    channel_give_up(rpc->channel);
  rpc->expects = false;
}

// Nothing more of a message is on its way: it is here, or will not come.
static void settle(struct rpc *rpc) {
  if (rpc->expects && rpc->message) {
    channel_has_come(rpc->channel, grpc_byte_buffer_length(rpc->message));
    rpc->expects = false;
  }
  give_up_message(rpc);
}

// More is on its way than there is room for. A call hears of it at once; the core says later that it receives no more.
static void refuse(struct rpc *rpc, enum incoming incoming) {
  if (rpc->native) {
    rpc_cut(rpc, CODE_RESOURCE_EXHAUSTED, "too much is on its way");
    return;
  }
  give_up_message(rpc);
  rpc->refused = true;
  rpc->references++;
  rpc_enter(rpc, RPC_OUT);
  grpc_call_refuse(rpc, incoming);
}

static void read_native(struct rpc *rpc) {
  struct payload payload = {.bytes = NULL};
  grpc_byte_buffer *message = rpc->message;
  rpc->message = NULL; // another may be received from here on
  if (message && payload_open(&payload, message, NATIVE_LIMIT_BYTES) != PAYLOAD_READ) {
    rpc_finish(rpc, NULL, CODE_INVALID_ARGUMENT, "the request is too large or damaged");
  } else {
    rpc->native->message(rpc, payload.bytes, payload.length);
    payload_close(&payload);
  }
  drop(&message);
  arena_reset(&rpc->front->scratch);
}

// Nobody answers where nothing came because the client is gone; a client that only left out its message hears of it.
static void received(void *owner, bool ok) {
  struct rpc *rpc = owner;
  settle(rpc);
  if (rpc->refused) {
    release(rpc);
  } else if (!ok || (!rpc->message && rpc->was_closed)) {
    end(rpc);
  } else if (rpc->native) {
    read_native(rpc);
  } else if (!rpc->message) {
    rpc_finish(rpc, NULL, CODE_INVALID_ARGUMENT, "the request message is missing");
  } else {
    rpc_enter(rpc, rpc->method->server_streaming ? RPC_WAITING : RPC_OUT);
    grpc_call_begin(rpc);
  }
}

// --- sending ---

static void finish_stopping(struct rpc *rpc) {
  rpc_finish(rpc, NULL, CODE_UNAVAILABLE, STOPPING);
}

// What a native sent has left. (An answer, or what was not sent, ends the RPC.)
static void go_on(struct rpc *rpc) {
  if (rpc->front->stopped) {
    finish_stopping(rpc);
    return;
  }
  rpc->native->sent(rpc);
  arena_reset(&rpc->front->scratch);
}

// A message of a call's stream has left, or its client has. The call is not answered before it is replied to.
static void told(struct rpc *rpc, bool ok) {
  rpc_enter(rpc, RPC_WAITING);
  if (!ok)
    atomic_store(&rpc->call->cancelled, true);
  rpc_stream_go_on(rpc);
}

static void sent(void *owner, bool ok) {
  struct rpc *rpc = owner;
  drop(&rpc->outgoing);
  rpc->front->sending_bytes -= rpc->sending_bytes;
  rpc->sending_bytes = 0;
  if (rpc->stage == RPC_SENDING && ok)
    go_on(rpc);
  else if (rpc->stage == RPC_TELLING)
    told(rpc, ok);
  else
    end(rpc);
}

// Puts the operations before any message: initial metadata, once.
static size_t begin_ops(struct rpc *rpc, grpc_op *ops) {
  if (rpc->began)
    return 0;
  rpc->began = true;
  ops[0] = (grpc_op){.op = GRPC_OP_SEND_INITIAL_METADATA};
  return 1;
}

static size_t message_op(struct rpc *rpc, grpc_op *op, const ProtobufCMessage *message) {
  if (!message)
    return 0;
  drop(&rpc->outgoing);
  rpc->outgoing = payload_pack(message);
  *op = (grpc_op){.op = GRPC_OP_SEND_MESSAGE, .data.send_message.send_message = rpc->outgoing};
  return 1;
}

void rpc_send(struct rpc *rpc, const ProtobufCMessage *message) {
  size_t length = protobuf_c_message_get_packed_size(message);
  if (rpc->front->sending_bytes + length > SENDING_MAX_BYTES) {
    rpc_finish(rpc, NULL, CODE_RESOURCE_EXHAUSTED, "too much is being sent");
    return;
  }
  rpc->front->sending_bytes += length;
  rpc->sending_bytes = length;
  grpc_op ops[2];
  size_t count = begin_ops(rpc, ops);
  count += message_op(rpc, &ops[count], message);
  rpc_enter(rpc, RPC_SENDING);
  start(rpc, ops, count, &rpc->sent);
}

void rpc_tell(struct rpc *rpc, const void *bytes, size_t length) {
  grpc_slice slice = grpc_slice_from_copied_buffer(bytes, length);
  grpc_op ops[2];
  size_t count = begin_ops(rpc, ops);
  rpc->outgoing = grpc_raw_byte_buffer_create(&slice, 1);
  grpc_slice_unref(slice);
  ops[count] = (grpc_op){.op = GRPC_OP_SEND_MESSAGE, .data.send_message.send_message = rpc->outgoing};
  rpc_enter(rpc, RPC_TELLING);
  start(rpc, ops, count + 1, &rpc->sent);
}

void rpc_answer(struct rpc *rpc, const ProtobufCMessage *message, enum code code, const char *text, size_t trailers) {
  grpc_slice details = grpc_slice_from_static_string(text);
  grpc_op ops[3];
  size_t count = begin_ops(rpc, ops);
  count += message_op(rpc, &ops[count], message);
  ops[count] = (grpc_op){.op = GRPC_OP_SEND_STATUS_FROM_SERVER};
  ops[count].data.send_status_from_server.status = (grpc_status_code)code;
  ops[count].data.send_status_from_server.trailing_metadata_count = trailers;
  ops[count].data.send_status_from_server.trailing_metadata = rpc->trailers;
  ops[count].data.send_status_from_server.status_details = text[0] ? &details : NULL;
  start(rpc, ops, count + 1, &rpc->sent);
}

void rpc_finish(struct rpc *rpc, const ProtobufCMessage *message, enum code code, const char *text) {
  rpc_enter(rpc, RPC_ENDING);
  rpc_answer(rpc, message, code, text, 0);
}

void rpc_park(struct rpc *rpc) {
  if (rpc->was_closed)
    end(rpc);
  else if (rpc->front->stopped)
    finish_stopping(rpc);
  else
    rpc_enter(rpc, RPC_PARKED);
}

// --- time ---

void rpc_cut(struct rpc *rpc, enum code code, const char *why) {
  grpc_call_cancel_with_status(rpc->core, (grpc_status_code)code, why, NULL);
}

// A call is answered when its deadline has passed at the latest; what is left then is a client that does not take the answer.
static int64_t patience_us(const struct rpc *rpc) {
  return SILENCE_US + (rpc->stage == RPC_OUT ? rpc->front->server->options.deadline_max_ms * 1000 : 0);
}

static void look_at_incoming(struct rpc *rpc, int64_t now_us) {
  enum incoming incoming = channel_look(rpc->channel, now_us);
  if (incoming != INCOMING_BEARABLE)
    refuse(rpc, incoming);
}

static void tick(struct rpc *rpc, int64_t now_us) {
  if (rpc->stage == RPC_PARKED)
    rpc->native->ticked(rpc);
  else if (rpc->stage == RPC_WAITING || rpc->stage == RPC_TELLING)
    rpc_stream_tick(rpc, now_us);
  else if (rpc->stage == RPC_RECEIVING && rpc->front->stopped && rpc->began)
    rpc_cut(rpc, CODE_UNAVAILABLE, STOPPING);
  else if (now_us - rpc->since_us > patience_us(rpc))
    rpc_cut(rpc, CODE_DEADLINE_EXCEEDED, "the client keeps silent");
  else if (rpc->expects)
    look_at_incoming(rpc, now_us);
}

void rpc_tick(struct grpc_front *front, int64_t now_us) {
  for (struct rpc *rpc = front->open.first, *after; rpc; rpc = after) {
    after = rpc->after;
    tick(rpc, now_us);
  }
}
