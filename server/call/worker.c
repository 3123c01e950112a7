// The event loop. One thread sends calls out on whatever connection is free and takes them back; a connection that comes free
// gets its next call before the finished one is turned into an answer.

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "call/canceller.h"
#include "call/connection.h"
#include "call/dialer.h"
#include "call/life.h"
#include "call/queue.h"
#include "call/server.h"
#include "call/workers.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum {
  EVENTS = 64,
  TICK_MS = 50,          // how exactly deadlines of the queue are kept; those of statements PostgreSQL keeps itself
  CANCEL_AFTER_MS = 20,  // past the deadline: PostgreSQL's own timeout comes first
  CANCEL_AGAIN_MS = 250, // a cancel ends one statement; what was parsed ahead of the call is another
  LEFT_AFTER_MS = 100,   // a client left: what takes no longer than this is not worth a cancel
  STUCK_AFTER_MS = 5000, // past the deadline, and cancelled: the connection is given up
  AWAY_AFTER_MS = 1000,  // without any connection: calls do not wait any longer
  SIGN_IN_ROOM = 128,    // beyond the queue's limit
};

struct workers {
  struct server *server;
  struct queue queue;
  struct dialer *dialer;
  struct canceller *canceller;
  pthread_t thread;
  int epoll, event;
  int connection_count;
  unsigned depth; // of each: calls that may be out
  struct connection *connections;
  struct connection **idle; // last used last
  int idle_count, out_count;
  bool lost_one;                  // connections seldom break alone
  struct call *done, **last_done; // came back, not answered yet
  int64_t ticked_us;
  atomic_bool sleeping;       // in epoll_wait: needs to be woken
  atomic_bool hungry;         // a new call would be taken at once
  atomic_int usable;          // connections that are there
  atomic_llong away_since_us; // while none is; 0: some is
  atomic_bool hurry, stop;
};

// --- From other threads ----------------------------------------------------------------------------------------------

static void wake(void *context) {
  struct workers *workers = context;
  uint64_t one = 1;
  if (write(workers->event, &one, sizeof one) < 0 && errno != EAGAIN)
    abort();
}

static void wake_if_asleep(struct workers *workers) {
  if (atomic_exchange(&workers->sleeping, false))
    wake(workers);
}

// Who signs in still finds room where the calls of all others fill the queue.
static int more_room(const struct call *call) {
  return call->method->anonymous && !call->method->published ? SIGN_IN_ROOM : 0;
}

bool workers_put(struct workers *workers, struct call *call) {
  if (!queue_put(&workers->queue, call, more_room(call)))
    return false;
  if (atomic_load(&workers->hungry))
    wake_if_asleep(workers);
  return true;
}

void workers_return(struct workers *workers, struct call *call) {
  queue_return(&workers->queue, call);
  wake_if_asleep(workers);
}

void workers_hurry(struct workers *workers) {
  atomic_store(&workers->hurry, true);
  wake(workers);
}

bool workers_ready(const struct workers *workers) {
  return atomic_load(&workers->usable) > 0 && !dialer_found_other_schema(workers->dialer);
}

bool workers_away(const struct workers *workers) {
  int64_t since_us = atomic_load(&workers->away_since_us);
  return since_us != 0 && clock_us() - since_us > AWAY_AFTER_MS * 1000;
}

static int64_t queue_metric(void *context) {
  return atomic_load(&((struct workers *)context)->queue.length);
}

// --- Connections -----------------------------------------------------------------------------------------------------

static void put_done(struct workers *workers, struct call *call) {
  call->next = NULL;
  *workers->last_done = call;
  workers->last_done = &call->next;
}

static void set_state(struct workers *workers, struct connection *connection, enum connection_state state) {
  enum connection_state before = connection->state;
  workers->out_count += (state == CONNECTION_BUSY) - (before == CONNECTION_BUSY);
  if (state == CONNECTION_IDLE)
    workers->idle[workers->idle_count++] = connection;
  observe_connection(connection->metrics, connection->pool, before, state);
  connection->state = state;
}

static void forget_idle(struct workers *workers, const struct connection *connection) {
  for (int i = 0; i < workers->idle_count; i++)
    if (workers->idle[i] == connection)
      workers->idle[i--] = workers->idle[--workers->idle_count];
}

static void watch(struct workers *workers, struct connection *connection, int operation, bool writes) {
  struct epoll_event event = {.events = EPOLLIN | (writes ? EPOLLOUT : 0U), .data.ptr = connection};
  if (epoll_ctl(workers->epoll, operation, connection->fd, &event) != 0)
    abort();
  connection->wants_to_write = writes;
}

static void adopt(struct workers *workers, struct connection *connection) {
  PGconn *fresh = atomic_exchange(&connection->fresh, NULL);
  if (!fresh)
    return;
  connection_adopt(connection, fresh);
  watch(workers, connection, EPOLL_CTL_ADD, false);
  atomic_store(&workers->away_since_us, 0);
  atomic_fetch_add(&workers->usable, 1);
  set_state(workers, connection, CONNECTION_IDLE);
}

static void take_back(struct workers *workers, struct connection *connection) {
  struct call *call;
  while ((call = connection_release(connection)))
    put_done(workers, call);
}

// Gives a connection up and has it made again. One that is being cancelled is made again when the cancel has returned.
static void lose(struct workers *workers, struct connection *connection) {
  if (PQsocket(connection->pg) >= 0) // else libpq has closed it, and the number may be another's by now
    epoll_ctl(workers->epoll, EPOLL_CTL_DEL, connection->fd, NULL);
  forget_idle(workers, connection);
  connection_lose(connection);
  take_back(workers, connection);
  workers->lost_one = true;
  set_state(workers, connection, CONNECTION_AWAY);
  if (atomic_fetch_sub(&workers->usable, 1) == 1)
    atomic_store(&workers->away_since_us, clock_us());
  connection->worn = atomic_load(&connection->cancelling);
  if (!connection->worn)
    dialer_dial(workers->dialer, connection);
}

// After the last trip that was out, or when a cancel returned.
static void set_free(struct workers *workers, struct connection *connection) {
  if (atomic_load(&connection->cancelling))
    return;
  if (connection->worn)
    lose(workers, connection);
  else
    set_state(workers, connection, CONNECTION_IDLE);
}

// What other threads have left for us.
static void collect(struct workers *workers) {
  uint64_t count;
  if (read(workers->event, &count, sizeof count) < 0 && errno != EAGAIN)
    abort();
  for (int i = 0; i < workers->connection_count; i++) {
    struct connection *connection = &workers->connections[i];
    adopt(workers, connection);
    bool cancel_returned = !atomic_load(&connection->cancelling);
    if (cancel_returned && connection->state == CONNECTION_BUSY && connection->count == 0)
      set_free(workers, connection);
    if (cancel_returned && connection->state == CONNECTION_AWAY && connection->worn) {
      connection->worn = false;
      dialer_dial(workers->dialer, connection);
    }
  }
}

static void flush(struct workers *workers) {
  for (int i = 0; i < workers->connection_count; i++) {
    struct connection *connection = &workers->connections[i];
    if (connection->state != CONNECTION_BUSY)
      continue;
    int more = connection_flush(connection);
    if (more < 0)
      lose(workers, connection);
    else if ((more == 1) != connection->wants_to_write)
      watch(workers, connection, EPOLL_CTL_MOD, more == 1);
  }
}

static void readable(struct workers *workers, struct connection *connection) {
  if (connection->state == CONNECTION_AWAY) // lost by an event before this one
    return;
  enum arrival arrival = connection_consume(connection) ? connection_read(connection) : ARRIVAL_LOST;
  for (; arrival == ARRIVAL_TRIP; arrival = connection_read(connection)) {
    observe_transaction(connection->metrics, connection->pool);
    put_done(workers, connection_release(connection));
  }
  if (arrival == ARRIVAL_LOST)
    lose(workers, connection);
  else if (connection->state == CONNECTION_BUSY && connection->count == 0)
    set_free(workers, connection);
}

// Where one connection broke, looks whether idle ones did too, before a call goes out on them.
static void look_at_idle(struct workers *workers) {
  if (!workers->lost_one)
    return;
  for (int i = 0; i < workers->connection_count; i++)
    if (workers->connections[i].state == CONNECTION_IDLE)
      readable(workers, &workers->connections[i]);
  workers->lost_one = false;
}

// --- Calls -----------------------------------------------------------------------------------------------------------

// Where the next call goes out: on the idle connection that was used last, or beside the fewest. NULL where there is no room.
static struct connection *roomy(const struct workers *workers) {
  if (workers->idle_count > 0)
    return workers->idle[workers->idle_count - 1];
  struct connection *best = NULL;
  for (int i = 0; workers->depth > 1 && i < workers->connection_count; i++) {
    struct connection *connection = &workers->connections[i];
    if (connection_has_room(connection) && !atomic_load(&connection->cancelling) && (!best || connection->count < best->count))
      best = connection;
  }
  return best;
}

static void send(struct workers *workers, struct connection *connection, struct call *call) {
  if (!life_may_go_out(call)) {
    life_not_sent(call, NOT_SENT_LATE);
    return;
  }
  call->stage = CALL_OUT;
  if (!trip_make(call)) {
    put_done(workers, call);
    return;
  }
  if (connection->state == CONNECTION_IDLE) {
    workers->idle_count--;
    set_state(workers, connection, CONNECTION_BUSY);
  }
  if (!connection_send(connection, call))
    lose(workers, connection);
}

static void fill(struct workers *workers) {
  struct connection *connection;
  struct call *call;
  while ((connection = roomy(workers)) && (call = queue_take(&workers->queue)))
    send(workers, connection, call);
  atomic_store(&workers->hungry, connection || atomic_load(&workers->usable) == 0);
}

static void finish(struct workers *workers) {
  struct call *call = workers->done;
  workers->done = NULL;
  workers->last_done = &workers->done;
  while (call) {
    struct call *next = call->next;
    life_back(call);
    call = next;
  }
}

static bool is_unwanted(struct call *call, void *context) {
  const struct workers *workers = context;
  return !life_may_go_out(call) || atomic_load(&workers->hurry) || workers_away(workers);
}

static void sweep(struct workers *workers) {
  struct call *call = queue_sweep(&workers->queue, is_unwanted, workers);
  enum not_sent why = atomic_load(&workers->hurry) ? NOT_SENT_STOPPING : workers_away(workers) ? NOT_SENT_AWAY : NOT_SENT_LATE;
  while (call) {
    struct call *next = call->next;
    life_not_sent(call, why);
    call = next;
  }
}

static void look_after(struct workers *workers, struct connection *connection, int64_t now_us) {
  struct call *call = connection_oldest(connection);
  if (!call)
    return;
  struct trip *trip = call->under_way;
  int64_t late_us = now_us - trip->deadline_us;
  bool left = atomic_load(&call->cancelled) && now_us - trip->sent_us > LEFT_AFTER_MS * 1000;
  bool just_cancelled =
      trip->cancelled && (atomic_load(&connection->cancelling) || now_us - trip->cancelled_us < CANCEL_AGAIN_MS * 1000);
  if (trip->cancelled && late_us > STUCK_AFTER_MS * 1000)
    lose(workers, connection);
  else if (!just_cancelled && (late_us > CANCEL_AFTER_MS * 1000 || left || atomic_load(&workers->hurry))) {
    trip->cancelled = true;
    trip->cancelled_us = now_us;
    canceller_cancel(workers->canceller, connection);
  }
}

static void tick(struct workers *workers) {
  int64_t now_us = clock_us();
  if (now_us - workers->ticked_us < TICK_MS * 1000)
    return;
  workers->ticked_us = now_us;
  for (int i = 0; i < workers->connection_count; i++)
    look_after(workers, &workers->connections[i], now_us);
  if (atomic_load(&workers->queue.length) > 0)
    sweep(workers);
}

// --- The loop --------------------------------------------------------------------------------------------------------

static int wait_for_events(struct workers *workers, struct epoll_event *events) {
  atomic_store(&workers->sleeping, true);
  int waiting = atomic_load(&workers->queue.length);
  int timeout_ms = waiting > 0 && roomy(workers) ? 0 : waiting > 0 || workers->out_count > 0 ? TICK_MS : -1;
  int count = epoll_wait(workers->epoll, events, EVENTS, timeout_ms);
  atomic_store(&workers->sleeping, false);
  return count;
}

static void *run(void *context) {
  struct workers *workers = context;
  struct epoll_event events[EVENTS];
  while (!atomic_load(&workers->stop)) {
    flush(workers);
    finish(workers);
    int count = wait_for_events(workers, events);
    for (int i = 0; i < count; i++) {
      if (events[i].data.ptr)
        readable(workers, events[i].data.ptr);
      else
        collect(workers);
    }
    tick(workers);
    look_at_idle(workers);
    fill(workers);
  }
  return NULL;
}

// Its connections, and what makes them.
static void open_connections(struct workers *workers, const struct workers_options *options) {
  const struct server_options *all = &workers->server->options;
  workers->dialer = dialer_open(&(struct dialer_options){
      .url = options->url, .time_zone = all->time_zone, .prepare = all->prepare, .wake = wake, .context = workers});
  for (int i = 0; i < workers->connection_count; i++) {
    struct connection *connection = &workers->connections[i];
    if (!(connection->outings = calloc(options->depth, sizeof *connection->outings)))
      abort();
    connection->depth = options->depth;
    connection->metrics = workers->server->metrics;
    connection->pool = options->pool;
    connection->prepares = all->prepare;
    connection->time_zone = all->prepare ? NULL : all->time_zone;
    observe_connection(connection->metrics, options->pool, CONNECTION_AWAY, CONNECTION_AWAY);
    dialer_dial(workers->dialer, connection);
  }
}

static void open_metrics(struct workers *workers, enum pool pool) {
  static const struct {
    const char *name, *help;
  } gauges[POOLS] = {
      [POOL_WORKERS] = {"zoufang_queue_length", "Calls that wait for a connection."},
      [POOL_LANE] = {"zoufang_lane_queue_length", "Brief calls that wait for a connection."},
      [POOL_STANDBY] = {"zoufang_standby_queue_length", "Calls that wait for a connection to a standby."},
  };
  metrics_gauge_from(gauges[pool].name, gauges[pool].help, queue_metric, workers);
}

struct workers *workers_open(struct server *server, const struct workers_options *options) {
  struct workers *workers = calloc(1, sizeof *workers);
  int count = options->connections;
  if (!workers || !(workers->connections = calloc((size_t)count, sizeof *workers->connections)) ||
      !(workers->idle = calloc((size_t)count, sizeof(struct connection *))))
    abort();
  workers->server = server;
  workers->connection_count = count;
  workers->depth = options->depth;
  workers->last_done = &workers->done;
  queue_open(&workers->queue, server->options.queue_limit);
  atomic_store(&workers->away_since_us, clock_us());
  workers->epoll = epoll_create1(EPOLL_CLOEXEC);
  workers->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  struct epoll_event woken = {.events = EPOLLIN};
  if (workers->epoll < 0 || workers->event < 0 || epoll_ctl(workers->epoll, EPOLL_CTL_ADD, workers->event, &woken) != 0)
    abort();
  open_metrics(workers, options->pool);
  workers->canceller = canceller_open(wake, workers);
  open_connections(workers, options);
  if (pthread_create(&workers->thread, NULL, run, workers) != 0)
    abort();
  return workers;
}

static bool is_any(struct call *call, void *context) {
  (void)call, (void)context;
  return true;
}

void workers_close(struct workers *workers) {
  atomic_store(&workers->stop, true);
  wake(workers);
  pthread_join(workers->thread, NULL);
  dialer_close(workers->dialer);
  canceller_close(workers->canceller);
  for (int i = 0; i < workers->connection_count; i++) {
    struct connection *connection = &workers->connections[i];
    take_back(workers, connection);
    free(connection->outings);
    PQfinish(connection->pg);
    PQfinish(atomic_load(&connection->fresh));
  }
  *workers->last_done = queue_sweep(&workers->queue, is_any, NULL);
  for (struct call *call = workers->done, *next; call; call = next) {
    next = call->next;
    life_not_sent(call, NOT_SENT_STOPPING);
  }
  queue_close(&workers->queue);
  close(workers->event);
  close(workers->epoll);
  free(workers->connections);
  free(workers->idle);
  free(workers);
}
