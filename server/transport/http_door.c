// Taking connections in ourselves, rather than leaving it to libmicrohttpd: that stops listening for good once descriptors ran
// out, and knows no deadline but idleness.

#include "transport/http_door.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/net.h"
#include "transport/http_stream.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
  BACKLOG = 1024,
  PUBLIC_PART = 8, // of the connections that there may be, the public gets one in so many
  SWEEP_EVERY_US = 1000 * 1000,
  RETRY_ACCEPT_US = 100 * 1000,
  GONE_AFTER_US = 1000 * 1000, // a call this old is checked for its client
  EVENT_US = 30 * 1000 * 1000, // what a client gets to take an event
};

// How long a phase may last; plus, where the phase moves bytes, what they take at the floor rate. 0: no limit here.
static const struct {
  int64_t grace_us;
  const char *last_words;
} dues[] = {
    [PHASE_FRESH] = {30 * 1000 * 1000, NULL},
    [PHASE_IDLE] = {75 * 1000 * 1000, NULL},
    [PHASE_HEADERS] = {10 * 1000 * 1000, "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"},
    [PHASE_BODY] = {10 * 1000 * 1000, "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"},
    [PHASE_CALL] = {0, NULL},
    [PHASE_ANSWER] = {10 * 1000 * 1000, NULL},
    [PHASE_STREAM] = {0, NULL},
};

// --- Opening and shutting ---

int door_listen(const char *text, int *port, struct fault *fault) {
  struct net_address address;
  struct sockaddr_storage storage;
  socklen_t length;
  if (!net_read(text, &address, fault) || !net_socket_address(&address, &storage, &length, fault))
    return -1;
  int fd = socket(storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1, off = 0;
  if (fd >= 0 && storage.ss_family == AF_INET6)
    setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
      bind(fd, (struct sockaddr *)&storage, length) < 0 || listen(fd, BACKLOG) < 0) {
    fault_set(fault, CODE_UNAVAILABLE, "LISTEN", "cannot listen on %s: %s", text, strerror(errno));
    if (fd >= 0)
      close(fd);
    return -1;
  }
  length = sizeof storage;
  getsockname(fd, (struct sockaddr *)&storage, &length);
  *port = net_port((struct sockaddr *)&storage);
  return fd;
}

static void hold_spare(struct door *door) {
  if (door->spare < 0)
    door->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

bool door_open(struct http_server *http, struct fault *fault) {
  struct door *door = &http->door;
  unsigned limit = net_connection_limit(), of_address = http->options.connections_per_address;
  door->limit = http->options.published ? limit / PUBLIC_PART : limit;
  door->limit_of_address = of_address && of_address < door->limit / 2 ? of_address : door->limit / 2;
  door->open_series = metrics_series(metrics_gauge("zoufang_http_connections", "Open HTTP connections.", ""), NULL);
  // Not zeroed: a place that nobody took costs no memory.
  door->places = arena_alloc(&http->arena, sizeof *door->places * (door->limit + CONNECTIONS_OVER));
  door->swept_us = clock_us();
  hold_spare(door);
  door->listener = door_listen(http->options.listen, &http->port, fault);
  if (door->listener < 0)
    return false;
  struct epoll_event event = {.events = EPOLLIN, .data.fd = door->listener};
  epoll_ctl(http->poll, EPOLL_CTL_ADD, door->listener, &event);
  return true;
}

void door_shut(struct http_server *http) {
  struct door *door = &http->door;
  if (door->listener >= 0)
    close(door->listener);
  if (door->spare >= 0)
    close(door->spare);
  door->listener = door->spare = -1;
  for (unsigned i = 0; i < door->touched; i++) {
    struct connection *connection = &door->places[i];
    if (connection->mhd && connection->phase <= PHASE_IDLE)
      door_show_out(connection, NULL);
  }
}

// --- Coming in ---

// Makes room by showing out who has been idle for longest: of all, or of those whom `share` counts.
static void show_out_idlest(struct http_server *http, const struct share *share) {
  struct connection *idlest = NULL;
  for (unsigned i = 0; i < http->door.touched; i++) {
    struct connection *connection = &http->door.places[i];
    bool counts = connection->mhd && !connection->shown_out && (!share || connection->share == share);
    if (counts && connection->phase <= PHASE_IDLE && (!idlest || connection->since_us < idlest->since_us))
      idlest = connection;
  }
  if (idlest)
    door_show_out(idlest, NULL);
}

// No descriptor is left: gives the spare one up to turn one client away, so that he need not wait to learn it.
static bool turn_away(struct http_server *http) {
  struct door *door = &http->door;
  if (door->spare < 0)
    return false;
  close(door->spare);
  door->spare = -1;
  int fd = accept4(door->listener, NULL, NULL, SOCK_CLOEXEC);
  if (fd >= 0)
    close(fd);
  hold_spare(door);
  return fd >= 0;
}

static void watch_listener(struct http_server *http, bool watch) {
  struct epoll_event event = {.events = watch ? EPOLLIN : 0, .data.fd = http->door.listener};
  epoll_ctl(http->poll, EPOLL_CTL_MOD, http->door.listener, &event);
}

// Does without the listener for a moment, rather than being woken for it over and over.
static void rest(struct http_server *http) {
  http->door.shut_until_us = clock_us() + RETRY_ACCEPT_US;
  watch_listener(http, false);
}

static bool is_out_of_descriptors(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

// Takes one client in. False where none waits.
static bool admit_one(struct http_server *http) {
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  int fd = accept4(http->door.listener, (struct sockaddr *)&address, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) {
    if (is_out_of_descriptors(errno) && !turn_away(http))
      rest(http);
    return false;
  }
  if (http->door.open >= http->door.limit)
    show_out_idlest(http, NULL);
  if (http->door.open >= http->door.limit + CONNECTIONS_OVER)
    close(fd);
  else
    MHD_add_connection(http->daemon, fd, (struct sockaddr *)&address, length); // closes the socket itself where it refuses
  return true;
}

void door_admit(struct http_server *http) {
  for (int i = 0; i < CONNECTIONS_OVER && admit_one(http);)
    i++;
}

static struct connection *take_place(struct door *door) {
  struct connection *place = door->free;
  if (place)
    door->free = place->next;
  else if (door->touched < door->limit + CONNECTIONS_OVER)
    place = &door->places[door->touched++];
  return place;
}

static void arrive(struct http_server *http, struct MHD_Connection *mhd, void **place) {
  struct connection *connection = take_place(&http->door);
  *place = connection;
  if (!connection)
    return;
  *connection = (struct connection){.http = http, .mhd = mhd};
  connection->fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
  const struct sockaddr *address = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
  net_write_host(address, connection->peer);
  connection->trusted = proxies_hold(&http->proxies, connection->peer);
  connection->share = addresses_of(http->server->addresses, connection->peer);
  atomic_fetch_add(&connection->share->connections, 1);
  http->door.open++;
  series_add(http->door.open_series, 1);
  connection_enter(connection, PHASE_FRESH, clock_us());
  if (!connection->trusted && atomic_load(&connection->share->connections) > http->door.limit_of_address)
    show_out_idlest(http, connection->share);
}

static void leave(struct http_server *http, struct connection *connection) {
  connection->mhd = NULL;
  atomic_fetch_sub(&connection->share->connections, 1);
  http->door.open--;
  series_add(http->door.open_series, -1);
  connection->next = http->door.free;
  http->door.free = connection;
}

void door_on_connection(void *context, struct MHD_Connection *mhd, void **place, enum MHD_ConnectionNotificationCode what) {
  if (what == MHD_CONNECTION_NOTIFY_STARTED)
    arrive(context, mhd, place);
  else if (*place)
    leave(context, *place);
}

// --- Going out ---

void door_show_out(struct connection *connection, const char *last_words) {
  connection->shown_out = true;
  if (last_words && !connection->http->options.tls)
    (void)!send(connection->fd, last_words, strlen(last_words), MSG_DONTWAIT | MSG_NOSIGNAL);
  shutdown(connection->fd, SHUT_RDWR);
}

// A client that closed its side has gone: nobody waits for this call.
static void look_for_client(struct connection *connection) {
  struct pollfd socket_of = {.fd = connection->fd, .events = POLLRDHUP};
  if (poll(&socket_of, 1, 0) > 0 && socket_of.revents & (POLLRDHUP | POLLHUP | POLLERR))
    atomic_store(&connection->call->cancelled, true);
}

static void look_after(struct connection *connection, int64_t now_us) {
  int64_t spent_us = now_us - connection->since_us, grace_us = dues[connection->phase].grace_us;
  if (connection->phase == PHASE_CALL) {
    if (spent_us > GONE_AFTER_US)
      look_for_client(connection);
    return;
  }
  if (connection->phase == PHASE_STREAM) {
    if (http_stream_is_waiting(connection))
      look_for_client(connection);
    else if (spent_us > EVENT_US && !connection->shown_out)
      door_show_out(connection, NULL);
    return;
  }
  int64_t due_us = grace_us + (int64_t)connection->moved_bytes * 1000 * 1000 / BODY_FLOOR_BYTES_PER_S;
  if (spent_us > due_us && !connection->shown_out)
    door_show_out(connection, dues[connection->phase].last_words);
}

void door_sweep(struct http_server *http, int64_t now_us) {
  struct door *door = &http->door;
  if (door->shut_until_us && now_us >= door->shut_until_us && door->listener >= 0) {
    door->shut_until_us = 0;
    hold_spare(door);
    watch_listener(http, true);
  }
  if (now_us - door->swept_us < SWEEP_EVERY_US)
    return;
  door->swept_us = now_us;
  if (http->options.tls)
    tls_look(http->options.tls);
  for (unsigned i = 0; i < door->touched; i++) {
    if (door->places[i].mhd)
      look_after(&door->places[i], now_us);
  }
}

int door_wait_ms(const struct http_server *http, int64_t now_us) {
  int64_t next_us = http->door.swept_us + SWEEP_EVERY_US;
  if (http->door.shut_until_us && http->door.shut_until_us < next_us)
    next_us = http->door.shut_until_us;
  return next_us <= now_us ? 0 : (int)((next_us - now_us + 999) / 1000);
}

// --- Counting ---

bool door_count_body(struct connection *connection, size_t bytes) {
  return addresses_take_bytes(connection->http->server->addresses, connection->call->share, bytes);
}

void door_uncount_body(struct connection *connection) {
  if (connection->body.length > 0)
    addresses_give_bytes(connection->http->server->addresses, connection->call->share, connection->body.length);
  connection->body.length = 0;
}
