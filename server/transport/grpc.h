// gRPC on the C core: listens, turns messages into calls, answers. Health and reflection are served here.

#pragma once
#include "call/server.h"
#include "transport/tls.h"

struct grpc_front; // `struct grpc_server` is the core's own

struct grpc_options {
  const char *listen; // "127.0.0.1:9090"; port 0: any, see grpc_port
  struct tls *tls;    // outlives the front; NULL: plaintext
  size_t body_limit_bytes;
  unsigned connections_per_address; // as http_options has them
  const char *trusted_proxies;
};

// Listens and serves until grpc_close. A fault says why it cannot: the address, the port, the certificate.
struct grpc_front *grpc_open(struct server *server, const struct grpc_options *options, struct fault *fault);
int grpc_port(const struct grpc_front *front);

// Stops accepting, lets calls in flight end until `grace_ms`, cancels the rest, joins its threads, frees. Returns once every
// call has been replied to, so the workers must still run.
void grpc_close(struct grpc_front *front, int64_t grace_ms);
