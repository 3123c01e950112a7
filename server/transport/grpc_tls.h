// Certificate and key of the gRPC listener, read anew when their files change.

#pragma once
#include "transport/grpc.h"
#include <grpc/grpc_security.h>
#include <time.h>

// What one listening server has read. Outlives it.
struct tls_view {
  const struct transport_tls *files;
  struct timespec cert_time, key_time; // of the files as they were read; zero: not yet
};

// False with a fault where a file cannot be read.
bool tls_check(const struct transport_tls *files, struct fault *fault);

// Credentials that look at the files at every handshake; the caller releases them. `view` is zeroed but for `files`.
grpc_server_credentials *tls_credentials(struct tls_view *view);
