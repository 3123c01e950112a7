// Any headers to a good request: who asks, with which token and in which language, whether the body may come, where a stream
// goes on, and whether an answer is known already.

#include "support/sent.h"
#include "transport/http_answer.h"
#include <string.h>

enum { REQUEST_BITS = 3 };

// A method that reads, one that takes a body, one that takes a mask, one that streams.
static const struct {
  const char *verb, *path, *body;
} requests[] = {
    {"GET", "/v1/visits", ""},
    {"POST", "/v1/visits", "{\"purpose\":\"x\"}"},
    {"PATCH", "/v1/visits/018f2a3c-5b7d-7e91-8a42-1c9d3e5f7a60", "{\"purpose\":\"x\",\"etag\":\"AQ==\"}"},
    {"GET", "/v1/leads:watch", ""},
};

static const char *header_of(const struct sent *sent, const char *name) {
  for (unsigned i = 0; i < sent->header_count; i++)
    if (strcasecmp(sent->headers[i].name, name) == 0)
      return sent->headers[i].value;
  return NULL;
}

// A token counts where it has the form of one: 43 characters of base64url behind "Bearer ".
static void check_token(const struct sent *sent, const struct call *call) {
  const char *header = header_of(sent, "Authorization");
  if (call->has_token)
    must(header && strlen(header) == strlen("Bearer ") + 43 && strncasecmp(header, "Bearer ", 7) == 0);
}

// An answer is known where its tag is told, and no other.
static void check_tag(const struct sent *sent, const struct connection *connection) {
  char tag[ETAG_TEXT];
  answer_tag(sent->body, sent->body_length, tag);
  must(strlen(tag) == ETAG_TEXT - 1);
  const char *known = header_of(sent, "If-None-Match");
  if (answer_is_known(connection, tag))
    must(known && strlen(known) >= strlen(tag));
}

// The first byte chooses the request; header lines follow.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  struct input input = input_of(data, size, &arena);
  uint8_t choice = input_byte(&input) & REQUEST_BITS;
  struct connection connection;
  struct sent sent = {.verb = requests[choice].verb,
                      .path = requests[choice].path,
                      .body = requests[choice].body,
                      .body_length = strlen(requests[choice].body)};
  sent_headers(&sent, &input);
  bool taken = sent_take(&sent, &connection);
  sent_check(&connection, taken);
  must(connection.call->method != NULL);
  check_token(&sent, connection.call);
  check_tag(&sent, &connection);
  sent_forget(&connection);
  arena_close(&arena);
  return 0;
}
