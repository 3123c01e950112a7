// Metrics have a listener of their own: what operators see is not for clients.

#include "transport/http_scrape.h"
#include "base/metrics.h"
#include "transport/http_door.h"
#include <string.h>

enum { SCRAPERS = 16, IDLE_S = 30 };

// The arena lies in itself.
static void forget(void *kept) {
  struct arena arena = *(struct arena *)kept;
  arena_close(&arena);
}

// The text, in an arena that goes with the response.
static struct MHD_Response *write_metrics(void) {
  struct arena arena = {0};
  struct arena *kept = arena_alloc(&arena, sizeof *kept);
  struct buffer text = {.arena = &arena};
  metrics_write(&text);
  *kept = arena;
  struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(text.length, text.data, forget, kept);
  if (response)
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
  else
    forget(kept);
  return response;
}

static enum MHD_Result on_scrape(void *context, struct MHD_Connection *mhd, const char *path, const char *verb,
                                 const char *version, const char *bytes, size_t *length, void **state) {
  (void)context, (void)version, (void)bytes, (void)state;
  *length = 0;
  bool found = strcmp(path, "/metrics") == 0 && strcmp(verb, "GET") == 0;
  struct MHD_Response *response = found ? write_metrics() : MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
  if (!response)
    return MHD_NO;
  enum MHD_Result queued = MHD_queue_response(mhd, found ? MHD_HTTP_OK : MHD_HTTP_NOT_FOUND, response);
  MHD_destroy_response(response);
  return queued;
}

bool scrape_open(struct http_server *http, struct fault *fault) {
  const char *listen = http->options.metrics_listen;
  if (!listen || !*listen)
    return true;
  int fd = door_listen(listen, &http->metrics_port, fault);
  if (fd < 0)
    return false;
  http->metrics = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, on_scrape, NULL, MHD_OPTION_LISTEN_SOCKET, fd,
                                   MHD_OPTION_CONNECTION_LIMIT, (unsigned)SCRAPERS, MHD_OPTION_CONNECTION_TIMEOUT,
                                   (unsigned)IDLE_S, MHD_OPTION_END);
  return http->metrics || fault_set(fault, CODE_UNAVAILABLE, "LISTEN", "the metrics' listener does not start");
}

void scrape_close(struct http_server *http) {
  if (http->metrics)
    MHD_stop_daemon(http->metrics); // closes its socket too
}
