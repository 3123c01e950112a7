// Load: clients that ask one call after another, each on a connection of its own that stays open. Every answer must be good; of
// a crowd it may be a refusal that says when to come back.
//
//   bench_load ask   --speech rest|grpc --port P --people DIR --workload NAME [--connections N] [--warm S] [--seconds S]
//                    [--calls N] [--rate R] [--addresses N] [--server PID] [--postmaster PID]
//   bench_load crowd --rate R …                 as ask
//   bench_load idle  --speech rest|grpc --port P --connections N --server PID [--seconds S]
//
// Calls begin as soon as the one before is answered, or evenly spaced, --rate a second; connections come from --addresses of
// the loopback's. `ask` prints the run's line, `crowd` how many calls were good and how many refused, a second, and how long
// they took, `idle` what the server takes while so many connections are open ("resident_kib=… opening_us=… idle_us=…": memory,
// CPU time for the opening of one, CPU time a second).

#include "base/clock.h"
#include "base/net.h"
#include "support/client.h"
#include "support/options.h"
#include "support/run.h"
#include "support/times.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 64, TEMPLATES = 16, LOOK_MS = 10, TAKEN_MS = 60000, SETTLE_MS = 1500, ID_TEXT = 36 };

struct load {
  const struct options *options;
  struct arena arena;
  struct schema schema;
  struct people people;
  const struct workload *workload;
  const struct speech *speech;
  int connections, epoll;
  struct client *clients;
  struct template *templates; // TEMPLATES a client
  struct run run;
  size_t out; // calls
  bool is_crowd;
  struct times good, refused; // of the measured time
  int64_t given_up;           // calls that were due and found no client free
  int turn;                   // whose the next paced call is
  int pacer;                  // a timer that says when the next call may begin; -1: at once
};

static void fail(const char *what, const char *detail) {
  fprintf(stderr, "bench_load: %s%s%s\n", what, *detail ? ": " : "", detail);
  exit(1);
}

// --- Bytes -----------------------------------------------------------------------------------------------------------

static void flush(struct load *load, struct client *client) {
  while (client->out_sent < client->out_length) {
    ssize_t sent =
        send(client->fd, client->out + client->out_sent, client->out_length - client->out_sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN)
      fail("send", strerror(errno));
    if (sent < 0)
      break;
    client->out_sent += (size_t)sent;
  }
  bool left = client->out_sent < client->out_length;
  struct epoll_event event = {.events = EPOLLIN | (left ? EPOLLOUT : 0U), .data.ptr = client};
  if (left != client->wants_to_write && epoll_ctl(load->epoll, EPOLL_CTL_MOD, client->fd, &event) != 0)
    fail("epoll_ctl", strerror(errno));
  client->wants_to_write = left;
  if (!left)
    client->out_length = client->out_sent = 0;
}

static void receive(struct client *client) {
  if (client->in_read == client->in_length)
    client->in_read = client->in_length = 0;
  if (client->in_read > CLIENT_BYTES / 2) {
    memmove(client->in, client->in + client->in_read, client->in_length - client->in_read);
    client->in_length -= client->in_read;
    client->in_read = 0;
  }
  ssize_t got = recv(client->fd, client->in + client->in_length, CLIENT_BYTES - client->in_length, MSG_DONTWAIT);
  if (got == 0 || (got < 0 && errno != EAGAIN))
    fail("the server closed a connection", got ? strerror(errno) : "");
  if (got > 0)
    client->in_length += (size_t)got;
}

// --- Calls -----------------------------------------------------------------------------------------------------------

static void write_ids(struct load *load, struct template *template) {
  char id[ID_TEXT + 1];
  for (unsigned i = 0; i < load->workload->items; i++) {
    workload_next_id(load->workload, &load->people, id);
    memcpy(template->bytes + template->ids[i], id, ID_TEXT);
  }
}

static void ask(struct load *load, struct client *client) {
  struct template *template =
      &load->templates[(size_t)(client - load->clients) * TEMPLATES + (size_t)client->asked % TEMPLATES];
  if (!client->starved) {
    if (!run_may_begin(&load->run))
      return;
    write_ids(load, template);
  }
  client->starved = !client->speech->ask(client, template);
  client->waits = !client->starved;
  if (client->waits) {
    client->asked++;
    client->asked_at_us = clock_us();
    load->out++;
  }
}

static void answered(struct load *load, struct client *client, enum heard heard) {
  load->out--;
  client->waits = false;
  run_count(&load->run);
  if (load->run.measuring)
    times_add(heard == HEARD_ANSWER ? &load->good : &load->refused, clock_us() - client->asked_at_us);
  load->run.answer_bytes = client->answer_bytes;
  if (load->pacer < 0)
    ask(load, client);
}

// As many calls as the timer says, on clients that wait for nothing. What cannot begin is given up: the server is slower.
static void pace(struct load *load) {
  uint64_t due = 0;
  if (read(load->pacer, &due, sizeof due) < 0 && errno != EAGAIN)
    fail("timer", strerror(errno));
  for (int i = 0; i < load->connections && due > 0; i++) {
    struct client *client = &load->clients[load->turn];
    load->turn = (load->turn + 1) % load->connections;
    if (client->waits || client->starved)
      continue;
    ask(load, client);
    flush(load, client);
    due--;
  }
  load->given_up += (int64_t)due;
}

static void complain(const struct client *client) {
  fprintf(stderr, "%.*s\n", client->body_length < 2000 ? (int)client->body_length : 2000, client->body ? client->body : "");
  fail("a call went wrong", client->wrong ? client->wrong : "it was refused for now");
}

static bool is_answer(const struct load *load, enum heard heard) {
  return heard == HEARD_ANSWER || (heard == HEARD_REFUSED && load->is_crowd);
}

static void readable(struct load *load, struct client *client) {
  enum heard heard;
  receive(client);
  while (is_answer(load, heard = client->speech->hear(client)) && client->waits)
    answered(load, client, heard);
  if (heard == HEARD_WRONG || (heard == HEARD_REFUSED && !load->is_crowd))
    complain(client);
  if (client->starved)
    ask(load, client);
  flush(load, client);
}

static void turn(struct load *load, int timeout_ms) {
  struct epoll_event events[EVENTS];
  int count = epoll_wait(load->epoll, events, EVENTS, timeout_ms);
  for (int i = 0; i < count; i++) {
    struct client *client = events[i].data.ptr;
    if (!client)
      pace(load);
    else if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
      readable(load, client);
    else
      flush(load, client);
  }
}

// --- Opening ---------------------------------------------------------------------------------------------------------

// From one of the loopback's addresses: 127.0.0.1, 127.0.0.2 and on.
static int dial(int port, int number) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)}, from = {.sin_family = AF_INET};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)number);
  int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
  if (fd < 0 || bind(fd, (struct sockaddr *)&from, sizeof from) != 0 ||
      connect(fd, (struct sockaddr *)&address, sizeof address) != 0)
    fail("connect", strerror(errno));
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return fd;
}

static void open_client(struct load *load, struct client *client, int number) {
  *client = (struct client){.fd = dial(load->options->port, number % load->options->addresses), .speech = load->speech};
  client->in = malloc(CLIENT_BYTES);
  client->out = malloc(CLIENT_BYTES);
  if (!client->in || !client->out)
    fail("out of memory", "");
  if (load->people.tokens.count)
    client->token = load->people.tokens.of[(size_t)number % load->people.tokens.count];
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
  if (epoll_ctl(load->epoll, EPOLL_CTL_ADD, client->fd, &event) != 0)
    fail("epoll_ctl", strerror(errno));
  client->speech->hello(client);
  flush(load, client);
}

static void make_ready(struct load *load, const struct method *method, size_t number) {
  struct client *client = &load->clients[number];
  size_t who = number % load->people.tokens.count;
  for (size_t i = 0; i < TEMPLATES; i++) {
    struct template *template = &load->templates[number * TEMPLATES + i];
    struct request request;
    workload_request(load->workload, &load->people, who, &load->arena, &request);
    if (!client->speech->ready(client, &load->schema, method, &request, load->workload->items, template, &load->arena))
      fail("an id is missing in the request", load->workload->name);
  }
}

// The core ends a connection that does not answer its settings in time, so others are heard while many are opened.
static void open_clients(struct load *load) {
  load->epoll = epoll_create1(EPOLL_CLOEXEC);
  load->connections = load->options->connections;
  load->clients = arena_array(&load->arena, (size_t)load->connections, sizeof *load->clients);
  for (int i = 0; i < load->connections; i++) {
    open_client(load, &load->clients[i], i);
    turn(load, 0);
  }
}

static void open_load(struct load *load) {
  struct fault fault = {.arena = &load->arena};
  if (!schema_open(&load->schema, &fault))
    fail("schema", fault.message);
  load->workload = workload_find(load->options->workload);
  const struct method *method = load->workload ? workload_method(load->workload, &load->schema) : NULL;
  if (!method)
    fail("no such workload", load->options->workload);
  if (!people_read(&load->people, load->options->people, &load->arena))
    exit(1);
  if (load->workload->items && !(load->workload->writes ? load->people.team.count : load->people.visits.count))
    fail("no team, or no visits", load->options->people);
  open_clients(load);
  load->templates = arena_array(&load->arena, (size_t)load->connections * TEMPLATES, sizeof *load->templates);
  for (int i = 0; i < load->connections; i++) {
    make_ready(load, method, (size_t)i);
    turn(load, 0);
  }
}

static void close_load(struct load *load) {
  for (int i = 0; i < load->connections; i++) {
    close(load->clients[i].fd);
    free(load->clients[i].in);
    free(load->clients[i].out);
  }
  close(load->epoll);
  if (load->schema.index)
    schema_close(&load->schema);
  arena_close(&load->arena);
}

// --- The commands ----------------------------------------------------------------------------------------------------

static void start_pacer(struct load *load) {
  const struct timespec space = {.tv_nsec = (long)(1e9 / load->options->rate)};
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
  load->pacer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (timerfd_settime(load->pacer, 0, &(struct itimerspec){space, space}, NULL) != 0 ||
      epoll_ctl(load->epoll, EPOLL_CTL_ADD, load->pacer, &event) != 0)
    fail("timer", strerror(errno));
}

static void print_crowd(struct load *load) {
  double seconds = (double)load->run.measured_us / 1e6;
  double good = (double)load->good.count, refused = (double)load->refused.count;
  double answers = good + refused > 0 ? good + refused : 1;
  const struct cost *cost = &load->run.cost;
  printf("good=%.1f refused=%.1f given_up=%lld good_ms=%.1f good_99_ms=%.1f refused_ms=%.1f refused_99_ms=%.1f own_us=%.1f "
         "server_us=%.1f database_us=%.1f\n",
         good / seconds, refused / seconds, (long long)load->given_up, times_within(&load->good, 0.5) / 1e3,
         times_within(&load->good, 0.99) / 1e3, times_within(&load->refused, 0.5) / 1e3,
         times_within(&load->refused, 0.99) / 1e3, (double)cost->own_us / answers, (double)cost->server_us / answers,
         (double)cost->database_us / (good > 0 ? good : 1));
}

static void run_ask(struct load *load) {
  net_raise_nofile();
  open_load(load);
  load->run = options_run(load->options);
  run_begin(&load->run);
  if (load->options->rate > 1)
    start_pacer(load);
  for (int i = 0; i < load->connections && load->pacer < 0; i++) {
    ask(load, &load->clients[i]);
    flush(load, &load->clients[i]);
  }
  while (!load->run.over || load->out > 0) {
    turn(load, LOOK_MS);
    run_look(&load->run);
  }
  if (load->is_crowd)
    print_crowd(load);
  else
    run_print(&load->run, &load->good);
}

static void hold_for(struct load *load, int64_t us) {
  for (int64_t until_us = clock_us() + us; clock_us() < until_us;)
    turn(load, LOOK_MS);
}

// A connection is taken once its settings came.
static bool all_taken(const struct load *load) {
  for (int i = 0; i < load->connections && load->speech == &speech_grpc; i++)
    if (!load->clients[i].settings_seen)
      return false;
  return true;
}

static void await_taken(struct load *load) {
  for (int64_t until_us = clock_us() + TAKEN_MS * 1000LL; !all_taken(load);) {
    if (clock_us() > until_us)
      fail("a connection was not taken", "");
    turn(load, LOOK_MS);
  }
}

static void run_idle(struct load *load) {
  pid_t server = load->options->server;
  net_raise_nofile();
  int64_t before_us = cost_now(server, 0).server_us;
  open_clients(load);
  await_taken(load);
  hold_for(load, SETTLE_MS * 1000);
  int64_t open_us = cost_now(server, 0).server_us;
  hold_for(load, (int64_t)(load->options->measured_s * 1e6));
  int64_t held_us = cost_now(server, 0).server_us - open_us;
  printf("resident_kib=%ld opening_us=%.1f idle_us=%.0f\n", cost_resident_kib(server),
         (double)(open_us - before_us) / load->connections, (double)held_us / load->options->measured_s);
}

int main(int argc, char **argv) {
  static struct options options;
  static struct load load;
  load.options = &options;
  load.pacer = -1;
  if (!options_read(&options, argc, argv))
    return 2;
  load.speech = strcmp(options.speech, "grpc") == 0 ? &speech_grpc : &speech_rest;
  load.is_crowd = strcmp(options.command, "crowd") == 0;
  if (strcmp(options.command, "idle") == 0)
    run_idle(&load);
  else
    run_ask(&load);
  close_load(&load);
  return 0;
}
