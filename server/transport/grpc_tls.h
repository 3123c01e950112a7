// Certificate and key of the gRPC listener.

#pragma once
#include "transport/tls.h"
#include <grpc/grpc_security.h>

// What one listening server shows. Outlives it.
struct tls_view {
  struct tls *tls;
  unsigned seen; // the number of the pair that the core has
};

// Credentials that ask at every handshake whether there is a newer pair; the caller releases them.
grpc_server_credentials *tls_credentials(struct tls_view *view);
