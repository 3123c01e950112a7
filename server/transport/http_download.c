// A body that is one file: the data of a stream's messages one after another. The first message says what it is and what it is
// called. Where the stream does not end well the connection is broken off, so that no client takes a part for the whole.

#include "schema/message.h"
#include "transport/http_stream.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 64 * 1024, DISPOSITION_BYTES = 256 };

static const struct field *field_named(const struct http_stream *stream, const char *name) {
  return message_field(stream->call->method->output, name, strlen(name));
}

static void write_data(struct http_stream *stream, const ProtobufCMessage *message) {
  const ProtobufCBinaryData *data = field_at(message, field_named(stream, "data"));
  buffer_put(&stream->text, data->data, data->len);
}

static void begin_with(struct http_stream *stream, const ProtobufCMessage *message, struct MHD_Response *response) {
  char disposition[DISPOSITION_BYTES];
  snprintf(disposition, sizeof disposition, "attachment; filename=\"%s\"",
           field_text(message, field_named(stream, "file_name")));
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, field_text(message, field_named(stream, "content_type")));
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_DISPOSITION, disposition);
  write_data(stream, message);
}

// The first message is here: the answer begins when one waits.
static void begin(struct http_stream *stream, struct MHD_Response *response) {
  struct message_out *first = outbox_take(stream->call);
  if (!first)
    return;
  stream->text = (struct buffer){.arena = &stream->scratch};
  begin_with(stream, message_unpack(&stream->scratch, stream->call->method->output, first->bytes, first->length), response);
  free(first);
}

const struct stream_form stream_download = {.block_bytes = BLOCK_BYTES, .begin = begin, .write = write_data};
