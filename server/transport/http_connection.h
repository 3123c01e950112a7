// One client's connection, what goes on on it, and the server that all of them share. Everything here belongs to the server's
// one thread; only `replied`, `replying` and `closing` are touched by others.

#pragma once
#include "base/buffer.h"
#include "call/addresses.h"
#include "transport/http.h"
#include "transport/proxies.h"
#include "transport/router.h"
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>

enum {
  BODY_FLOOR_BYTES_PER_S = 8192, // who sends or takes slower than this is cut
  CONNECTIONS_OVER = 64,         // taken in beyond the limit in one go, while the idlest are on their way out
};

// What goes on on a connection. Each phase has its deadline, see the door.
enum phase {
  PHASE_FRESH,   // nothing was asked yet
  PHASE_IDLE,    // an answer has left, nothing further was asked
  PHASE_HEADERS, // the request line is here
  PHASE_BODY,
  PHASE_CALL,   // suspended; the call is out
  PHASE_ANSWER, // the answer is leaving
  PHASE_STREAM, // messages are leaving; suspended where none waits
};

struct web_page;
struct http_stream;

struct connection {
  struct connection *next; // among the free ones
  struct http_server *http;
  struct MHD_Connection *mhd; // NULL: nobody is here
  int fd;
  enum phase phase;
  int64_t since_us;    // when the phase began
  size_t moved_bytes;  // of the body that came, of the answer that leaves
  bool shown_out;      // its socket was shut down
  bool trusted;        // a proxy whose X-Forwarded-For counts
  struct share *share; // of the peer's address
  char peer[INET6_ADDRSTRLEN];

  // The request under way.
  struct call *call;
  struct http_stream *stream; // where the call's method streams
  const struct web_page *page;
  bool too_large; // the body, as its length was announced: it is not waited for
  bool last;      // what follows on this connection is not to be trusted
  struct route_match match;
  struct buffer body; // in the call's arena
};

// Who comes in, and who has stayed too long.
struct door {
  int listener, spare;           // `spare` is given up to turn away whom there is no descriptor for
  unsigned limit, open, touched; // connections at most, now; places ever used
  unsigned limit_of_address;     // connections of one at most
  struct series *open_series;
  struct connection *places, *free;
  int64_t swept_us;
  int64_t shut_until_us; // no descriptors: the listener is not looked at
};

struct http_server {
  struct arena arena; // lives as long as the server
  struct server *server;
  struct http_options options;
  struct router *router;
  const struct message *status_type; // google.rpc.Status
  struct MHD_Daemon *daemon, *metrics;
  struct door door;
  struct proxies proxies;
  struct pages *pages;
  pthread_t thread;
  int port, metrics_port;
  int poll, wake;                 // epoll; an eventfd
  unsigned busy, out;             // requests from their first callback to the last; of them calls that are out
  _Atomic(struct call *) replied; // calls that came back, newest first
  struct http_stream *streams;    // whose calls are out
  atomic_uint replying;           // threads inside the reply function
  _Atomic int64_t closing_us;     // when calls that are still out are cancelled; 0: not closing
};

static inline bool http_is_closing(const struct http_server *http) {
  return atomic_load(&http->closing_us) != 0;
}

// Has the thread look at what other threads left for it.
void http_wake(struct http_server *http);

// For reply functions: leaves a call that came back, from any thread.
void http_come_back(struct http_server *http, struct call *call);

static inline void connection_enter(struct connection *connection, enum phase phase, int64_t now_us) {
  connection->phase = phase;
  connection->since_us = now_us;
  connection->moved_bytes = 0;
}
