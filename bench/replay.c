// The ceiling: the transactions that the server would send for the same requests, sent by a client that does nothing else. What
// goes out is put together by the server's own store before the run; only ids and hashes are new each time. Results are
// received and thrown away.
//
//   bench_replay run --database URL --seal-key FILE --index-key FILE --people DIR --workload NAME [--connections N] [--warm S]
//                    [--seconds S] [--postmaster PID]
//
// Prints the run's line. One transaction is out on each connection, as the server has it.

#include "base/clock.h"
#include "call/connection.h"
#include "call/dialer.h"
#include "call/engine.h"
#include "call/items.h"
#include "call/scripts.h"
#include "call/server.h"
#include "feature/features.h"
#include "store/etag.h"
#include "store/page.h"
#include "support/options.h"
#include "support/workload.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

enum { EVENTS = 64, LOOK_MS = 10, CALL_MS = 30000, READY_CALLS = 8, WARM_CALLS = 12, WARM_LIMIT_S = 60 };

// Where an item's id, or its hash, stands in what goes out.
struct spot {
  char *at;
  unsigned item;
  bool is_hash;
};

// A call that is bound once and sent many times.
struct ready {
  struct call *call;
  struct spot *spots;
  size_t spot_count, spot_limit;
};

struct lane {
  struct connection connection;
  struct outing out;
  struct ready ready[READY_CALLS];
  unsigned next;
};

struct replay {
  const struct options *options;
  struct arena arena;
  struct fault fault;
  struct schema schema;
  struct crypto crypto;
  struct server server;
  struct people people;
  const struct workload *workload;
  const struct method *method;
  struct lane *lanes;
  int epoll;
  struct run run;
  int out;
};

static void fail(const char *what, const struct fault *fault) {
  fprintf(stderr, "bench_replay: %s: %s %s\n", what, fault->message ? fault->message : "",
          fault->internal ? fault->internal : "");
  exit(1);
}

// --- Calls made ready ------------------------------------------------------------------------------------------------

static void add_spots(struct replay *replay, struct ready *ready, const struct parameters *parameters, const void *bytes,
                      size_t length, unsigned item, bool is_hash) {
  for (int i = 0; i < parameters->count; i++) {
    char *begin = (char *)(uintptr_t)parameters->values[i], *end = begin + (begin ? parameters->lengths[i] : 0);
    for (char *at = begin; at && (at = memmem(at, (size_t)(end - at), bytes, length)); at += length) {
      if (ready->spot_count == ready->spot_limit) {
        struct spot *larger = arena_array(&replay->arena, ready->spot_limit * 2 + 16, sizeof *larger);
        if (ready->spot_count)
          memcpy(larger, ready->spots, ready->spot_count * sizeof *larger);
        ready->spots = larger;
        ready->spot_limit = ready->spot_limit * 2 + 16;
      }
      ready->spots[ready->spot_count++] = (struct spot){at, item, is_hash};
    }
  }
}

// The record of an item: element `item` of the first list of the request, or the message in it.
static const ProtobufCMessage *record_of(const struct replay *replay, const struct call *call, unsigned item,
                                         const struct message **type) {
  const struct field *field = &replay->method->input->fields[0];
  *type = field->message;
  if (!field->message)
    return NULL;
  return field->repeated ? field_element(call->request, field, item) : field_message(call->request, field);
}

static void find_spots(struct replay *replay, struct ready *ready, const struct request *request) {
  struct call *call = ready->call;
  for (unsigned item = 0; item < replay->workload->items; item++) {
    uint8_t id[UUID_BYTES];
    const struct message *type;
    const ProtobufCMessage *record = record_of(replay, call, item, &type);
    uuid_read(request->ids[item], UUID_TEXT - 1, id);
    for (unsigned i = 0; i < call->under_way->statement_count; i++) {
      add_spots(replay, ready, &call->under_way->parameters[i], id, sizeof id, item, false);
      if (record)
        add_spots(replay, ready, &call->under_way->parameters[i], etag_of(&call->exchange, type, record), CRYPTO_HASH_BYTES,
                  item, true);
    }
  }
}

static struct call *make_call(struct replay *replay, const struct request *request, const char *token) {
  struct call *call = call_make(&replay->server, replay->method);
  char *header = arena_printf(&call->arena, "Bearer %s", token);
  call->request = request->message;
  call->peer = "127.0.0.1";
  call->deadline_us = clock_us() + CALL_MS * 1000LL;
  call_authorize(call, header, strlen(header));
  call->handler = server_handler(&replay->server, replay->method);
  if (replay->method->per_item) {
    call->items = items_make(call);
    call->exchange.selection = (struct selection){call->items->count, call->items->out};
  }
  if (!call->handler || !call->handler->begin)
    call_trip(call, NULL, NULL, NULL);
  else if (call->handler->begin(call) != NEXT_TRIP)
    fail("beginning", &call->fault);
  if (!page_read(&call->exchange) || !trip_make(call))
    fail("binding", call->under_way ? &call->under_way->fault : &call->fault);
  return call;
}

static void make_ready(struct replay *replay, struct ready *ready, size_t who) {
  struct request request;
  workload_request(replay->workload, &replay->people, who, &replay->arena, &request);
  ready->call = make_call(replay, &request, replay->people.tokens.of[who]);
  find_spots(replay, ready, &request);
  if (replay->workload->items && !ready->spot_count) {
    fprintf(stderr, "bench_replay: no id is found in the parameters\n");
    exit(1);
  }
}

// New ids and hashes. The hash need not be the record's: PostgreSQL cannot know.
static void refresh(struct replay *replay, struct ready *ready) {
  uint8_t ids[WORKLOAD_ITEMS][UUID_BYTES], hashes[WORKLOAD_ITEMS][CRYPTO_HASH_BYTES];
  for (unsigned i = 0; i < replay->workload->items; i++) {
    char id[UUID_TEXT];
    workload_next_id(replay->workload, &replay->people, id);
    uuid_read(id, UUID_TEXT - 1, ids[i]);
    memcpy(hashes[i], ids[i], UUID_BYTES);
    memcpy(hashes[i] + UUID_BYTES, ids[i], UUID_BYTES);
  }
  for (size_t i = 0; i < ready->spot_count; i++) {
    const struct spot *spot = &ready->spots[i];
    memcpy(spot->at, spot->is_hash ? hashes[spot->item] : ids[spot->item], spot->is_hash ? CRYPTO_HASH_BYTES : UUID_BYTES);
  }
}

// --- The loop --------------------------------------------------------------------------------------------------------

static void flush(struct replay *replay, struct lane *lane) {
  int more = connection_flush(&lane->connection);
  struct epoll_event event = {.events = EPOLLIN | (more == 1 ? EPOLLOUT : 0U), .data.ptr = lane};
  if ((more == 1) != lane->connection.wants_to_write)
    epoll_ctl(replay->epoll, EPOLL_CTL_MOD, lane->connection.fd, &event);
  lane->connection.wants_to_write = more == 1;
}

static void send_next(struct replay *replay, struct lane *lane) {
  struct ready *ready = &lane->ready[lane->next++ % READY_CALLS];
  if (!run_may_begin(&replay->run))
    return;
  refresh(replay, ready);
  if (!connection_send(&lane->connection, ready->call))
    fail("sending", &ready->call->under_way->fault);
  replay->out++;
  flush(replay, lane);
}

static void readable(struct replay *replay, struct lane *lane) {
  struct connection *connection = &lane->connection;
  enum arrival arrival = connection_consume(connection) ? connection_read(connection) : ARRIVAL_LOST;
  if (arrival == ARRIVAL_NONE) {
    flush(replay, lane);
    return;
  }
  struct trip *trip = connection_oldest(connection)->under_way;
  if (arrival == ARRIVAL_LOST || trip->fault.code != CODE_OK)
    fail(arrival == ARRIVAL_LOST ? "a connection was lost" : "PostgreSQL refused", &trip->fault);
  connection_release(connection);
  trip_close(trip);
  replay->out--;
  run_count(&replay->run);
  send_next(replay, lane);
}

static void make_run(struct replay *replay, struct run run) {
  struct epoll_event events[EVENTS];
  replay->run = run;
  run_begin(&replay->run);
  for (int i = 0; i < replay->options->connections; i++)
    send_next(replay, &replay->lanes[i]);
  while (!replay->run.over || replay->out > 0) {
    int count = epoll_wait(replay->epoll, events, EVENTS, LOOK_MS);
    for (int i = 0; i < count; i++)
      readable(replay, events[i].data.ptr);
    run_look(&replay->run);
  }
}

// The server's connections have been at work for long: these are as well before it counts, or PostgreSQL would still be
// planning.
static void run(struct replay *replay) {
  struct run warm = options_run(replay->options);
  warm.calls_max = (int64_t)replay->options->connections * WARM_CALLS;
  warm.measured_s = WARM_LIMIT_S;
  make_run(replay, warm);
  int64_t calls = replay->run.done;
  make_run(replay, options_run(replay->options));
  replay->run.done += calls;
  run_print(&replay->run, NULL);
}

// --- Opening ---------------------------------------------------------------------------------------------------------

static void open_lane(struct replay *replay, struct lane *lane, int number) {
  PGconn *pg = dialer_connect(replay->options->database_url, NULL, &replay->fault);
  if (!pg || !engine_prepare(pg, &replay->fault) || PQsetnonblocking(pg, 1) != 0 || PQenterPipelineMode(pg) != 1)
    fail("connecting", &replay->fault);
  lane->connection.prepares = true;
  lane->connection.outings = &lane->out;
  lane->connection.depth = 1;
  lane->connection.metrics = replay->server.metrics;
  connection_adopt(&lane->connection, pg);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = lane};
  if (epoll_ctl(replay->epoll, EPOLL_CTL_ADD, lane->connection.fd, &event) != 0)
    fail("epoll_ctl", &replay->fault);
  for (int i = 0; i < READY_CALLS; i++)
    make_ready(replay, &lane->ready[i], (size_t)number % replay->people.tokens.count);
}

static void check_scripts(struct replay *replay) {
  PGconn *pg = dialer_connect(replay->options->database_url, NULL, &replay->fault);
  if (!pg || !scripts_check(replay->server.scripts, pg, &replay->fault))
    fail("statements", &replay->fault);
  PQfinish(pg);
}

static void open_replay(struct replay *replay) {
  const struct options *options = replay->options;
  struct fault *fault = &replay->fault;
  struct server *server = &replay->server;
  if (!schema_open(&replay->schema, fault) ||
      !crypto_open(&replay->crypto, options->seal_key_file, options->index_key_file, fault))
    fail("opening", fault);
  server->schema = &replay->schema;
  server->crypto = &replay->crypto;
  server->metrics = observe_open(server->schema);
  if (!scripts_open(&server->scripts, server->schema, feature_handlers, fault))
    fail("statements", fault);
  check_scripts(replay);
  replay->workload = workload_find(options->workload);
  if (!replay->workload || !people_read(&replay->people, options->people, &replay->arena))
    fail("workload", fault);
  replay->method = workload_method(replay->workload, &replay->schema);
  replay->epoll = epoll_create1(EPOLL_CLOEXEC);
  replay->lanes = arena_array(&replay->arena, (size_t)options->connections, sizeof *replay->lanes);
  for (int i = 0; i < options->connections; i++)
    open_lane(replay, &replay->lanes[i], i);
}

static void close_replay(struct replay *replay) {
  for (int i = 0; i < replay->options->connections; i++) {
    PQfinish(replay->lanes[i].connection.pg);
    for (int k = 0; k < READY_CALLS; k++)
      call_free(replay->lanes[i].ready[k].call);
  }
  scripts_close(replay->server.scripts);
  observe_close(replay->server.metrics);
  crypto_close(&replay->crypto);
  schema_close(&replay->schema);
  arena_close(&replay->arena);
}

int main(int argc, char **argv) {
  static struct replay replay;
  struct options options;
  if (!options_read(&options, argc, argv))
    return 2;
  replay.options = &options;
  replay.fault.arena = &replay.arena;
  open_replay(&replay);
  run(&replay);
  close_replay(&replay);
  return 0;
}
