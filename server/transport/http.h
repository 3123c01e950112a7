// REST/JSON on libmicrohttpd: routes, bodies, answers; health, OpenAPI, documents; metrics on a listener of their own.

#pragma once
#include "call/server.h"
#include "transport/tls.h"

struct http_server;

struct http_options {
  const char *listen;         // "127.0.0.1:8080"; port 0: any, see http_port
  const char *metrics_listen; // NULL or "": none
  struct tls *tls;            // outlives the server; NULL: plaintext
  size_t body_limit_bytes;
  unsigned connections_per_address; // of who is no trusted proxy; 0: half of those that there may be
  const char *trusted_proxies;      // comma-separated addresses or networks whose X-Forwarded-For counts; NULL: none
  const char *version;              // the program's, for the OpenAPI document; never NULL
  bool published;                   // serves the methods that are published, and nothing else
};

// Listens and serves in a thread of its own. NULL with a fault: an address that cannot be had, routes that contradict each
// other. The options' texts must outlive the server. How many connections there may be follows from the limit of open files,
// which the caller has raised before.
struct http_server *http_open(struct server *server, const struct http_options *options, struct fault *fault);

int http_port(const struct http_server *http);
int http_metrics_port(const struct http_server *http); // 0 where there is no such listener

// Stops accepting, answers new requests on open connections with 503, lets calls in flight end until `grace_ms`, cancels the
// rest, joins the thread, frees. Calls must still be replied to meanwhile: close the transports before the server.
void http_close(struct http_server *http, int64_t grace_ms);
