// Bodies are written into the call's arena and lie there until libmicrohttpd has sent them.

#include "transport/http_answer.h"
#include "base/clock.h"
#include "call/status.h"
#include "schema/json.h"
#include "zoufang/v1/common.pb-c.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
  ANSWER_BYTES = 1024,             // room that most answers fit in
  DETAILS_LIMIT_BYTES = 64 * 1024, // of an error's details
  RETRY_STOPPING_MS = 5000,
  SECONDS_TEXT = 24,
};

// A document brings its looks with it, and nothing else.
#define DOCUMENT_POLICY "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"

void answer_tag(const char *bytes, size_t length, char tag[ETAG_TEXT]) {
  uint64_t hash = 0xcbf29ce484222325;
  for (size_t i = 0; i < length; i++)
    hash = (hash ^ (uint8_t)bytes[i]) * 0x100000001b3;
  snprintf(tag, ETAG_TEXT, "\"%016" PRIx64 "\"", hash);
}

bool answer_is_known(const struct connection *connection, const char *tag) {
  const char *known = MHD_lookup_connection_value(connection->mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH);
  return known && strstr(known, tag);
}

enum MHD_Result answer_bytes(struct connection *connection, int http_code, const char *bytes, size_t length,
                             const struct header *headers) {
  struct MHD_Response *response = MHD_create_response_from_buffer(length, (void *)(uintptr_t)bytes, MHD_RESPMEM_PERSISTENT);
  if (!response)
    return MHD_NO;
  for (; headers->name; headers++) {
    if (headers->value)
      MHD_add_response_header(response, headers->name, headers->value);
  }
  connection_enter(connection, PHASE_ANSWER, clock_us());
  connection->moved_bytes = length;
  enum MHD_Result queued = MHD_queue_response(connection->mhd, (unsigned)http_code, response);
  MHD_destroy_response(response);
  return queued;
}

// The document that a response is answered with in place of itself; NULL: none.
static const Zoufang__V1__Document *document_of(const struct call *call) {
  const struct field *body = call->method->output->body;
  if (!body || !call->response)
    return NULL;
  return *(Zoufang__V1__Document **)((char *)call->response + body->descriptor->offset);
}

static void write_response(const struct call *call, struct buffer *out) {
  if (call->response)
    json_write(call->server->schema, call->method->output, call->response, false, out);
  else
    buffer_string(out, "{}");
}

static void write_fault(struct connection *connection, struct buffer *out) {
  struct call *call = connection->call;
  json_write(call->server->schema, connection->http->status_type, status_of(call, DETAILS_LIMIT_BYTES), false, out);
}

// Whole seconds, rounded up.
static const char *seconds_text(int64_t ms, char text[SECONDS_TEXT]) {
  if (ms <= 0)
    return NULL;
  snprintf(text, SECONDS_TEXT, "%lld", (long long)(ms + 999) / 1000);
  return text;
}

// A call that was cancelled because the server stops: its client is still there, and may come back.
static void explain_stop(struct connection *connection) {
  struct fault *fault = &connection->call->fault;
  if (fault->code != CODE_CANCELLED || !http_is_closing(connection->http))
    return;
  *fault = (struct fault){.arena = fault->arena};
  fault_set(fault, CODE_UNAVAILABLE, "STOPPING", "the server is stopping");
  fault->retry_ms = RETRY_STOPPING_MS;
}

enum MHD_Result answer_call(struct connection *connection) {
  struct call *call = connection->call;
  explain_stop(connection);
  bool ok = call->fault.code == CODE_OK;
  int http_code = ok ? MHD_HTTP_OK : status_http(&call->fault);
  struct buffer body = {.arena = &call->arena};
  buffer_reserve(&body, ANSWER_BYTES);
  const Zoufang__V1__Document *document = ok ? document_of(call) : NULL;
  if (document)
    buffer_string(&body, document->text);
  else if (ok)
    write_response(call, &body);
  else
    write_fault(connection, &body);
  bool kept = ok && call->method->published;
  char seconds[SECONDS_TEXT], tag[ETAG_TEXT];
  if (kept)
    answer_tag(body.data, body.length, tag);
  if (kept && answer_is_known(connection, tag)) {
    http_code = MHD_HTTP_NOT_MODIFIED;
    body.length = 0;
  }
  const struct header headers[] = {
      {MHD_HTTP_HEADER_CONTENT_TYPE, document ? document->media_type : "application/json"},
      {"Content-Disposition", document ? arena_printf(&call->arena, "inline; filename=\"%s\"", document->file_name) : NULL},
      {MHD_HTTP_HEADER_CACHE_CONTROL, kept ? "public, max-age=300" : "no-store"},
      {MHD_HTTP_HEADER_ETAG, kept ? tag : NULL},
      {"X-Content-Type-Options", "nosniff"},
      {"Content-Security-Policy", document ? DOCUMENT_POLICY : "default-src 'none'; frame-ancestors 'none'"},
      {"X-Request-Id", call->id},
      {"Content-Language", ok && !document ? NULL : words_language_tag(call->language)},
      {MHD_HTTP_HEADER_RETRY_AFTER, seconds_text(call->fault.retry_ms, seconds)},
      {MHD_HTTP_HEADER_WWW_AUTHENTICATE, http_code == MHD_HTTP_UNAUTHORIZED ? "Bearer" : NULL},
      {MHD_HTTP_HEADER_ALLOW, http_code == MHD_HTTP_METHOD_NOT_ALLOWED ? connection->match.allow : NULL},
      {MHD_HTTP_HEADER_CONNECTION, http_is_closing(connection->http) || connection->last ? "close" : NULL},
      {"Strict-Transport-Security", connection->http->options.tls ? "max-age=31536000" : NULL},
      {NULL, NULL},
  };
  return answer_bytes(connection, http_code, body.data, body.length, headers);
}
