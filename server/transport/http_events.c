// Server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html. A message becomes "id: CURSOR", where it
// has one, and "data: JSON"; one that only says that the stream is alive becomes a comment, with the same id. The end of a
// stream is the event "end", with the google.rpc.Status that another call would be answered with.

#include "call/status.h"
#include "schema/json.h"
#include "schema/message.h"
#include "transport/http_stream.h"
#include <string.h>

enum { BLOCK_BYTES = 4096, DETAILS_LIMIT_BYTES = 64 * 1024 };

static void begin(struct http_stream *stream, struct MHD_Response *response) {
  (void)stream;
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "text/event-stream");
  MHD_add_response_header(response, "X-Accel-Buffering", "no"); // of proxies
}

static void write_id(struct http_stream *stream, const struct message *type, const ProtobufCMessage *message) {
  const struct field *cursor = message_field(type, "cursor", strlen("cursor"));
  if (cursor && *field_text(message, cursor))
    buffer_printf(&stream->text, "id: %s\n", field_text(message, cursor));
}

static bool is_heartbeat(const struct message *type, const ProtobufCMessage *message) {
  const struct field *heartbeat = message_field(type, "heartbeat", strlen("heartbeat"));
  return heartbeat && *(const protobuf_c_boolean *)field_at(message, heartbeat);
}

static void write_event(struct http_stream *stream, const ProtobufCMessage *message) {
  const struct message *type = stream->call->method->output;
  write_id(stream, type, message);
  if (is_heartbeat(type, message)) {
    buffer_string(&stream->text, ": alive\n\n");
    return;
  }
  buffer_string(&stream->text, "data: ");
  json_write(stream->http->server->schema, type, message, false, &stream->text);
  buffer_string(&stream->text, "\n\n");
}

static void write_end(struct http_stream *stream) {
  buffer_string(&stream->text, "event: end\ndata: ");
  json_write(stream->http->server->schema, stream->http->status_type, status_of(stream->call, DETAILS_LIMIT_BYTES), false,
             &stream->text);
  buffer_string(&stream->text, "\n\n");
}

const struct stream_form stream_events = {
    .block_bytes = BLOCK_BYTES, .begin = begin, .write = write_event, .write_end = write_end};
