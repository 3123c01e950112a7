// The listener that Prometheus reads.

#pragma once
#include "transport/http_connection.h"

// Listens on options.metrics_listen, in a thread of its own; does nothing where that is empty. False with a fault.
bool scrape_open(struct http_server *http, struct fault *fault);
void scrape_close(struct http_server *http);
