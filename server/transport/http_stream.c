// A stream's messages are taken here, and its connection suspended while none waits.

#include "transport/http_stream.h"
#include "base/clock.h"
#include "schema/message.h"
#include "transport/http_answer.h"
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
  DEAD_AFTER_MS = 60 * 1000,
  KERNEL_BYTES = 64 * 1024, // that a reader who takes nothing may hold there
};

// --- Between the call and the thread ---

static void told(struct call *call) {
  http_wake(((struct http_stream *)call->transport)->http);
}

static void come_back(struct call *call) {
  http_come_back(((struct http_stream *)call->transport)->http, call);
}

void http_stream_open(struct connection *connection) {
  struct http_server *http = connection->http;
  struct call *call = connection->call;
  struct http_stream *stream = arena_zalloc(&call->arena, sizeof *stream);
  *stream = (struct http_stream){.http = http,
                                 .connection = connection,
                                 .call = call,
                                 .form = call->method->download ? &stream_download : &stream_events,
                                 .suspended = true,
                                 .after = http->streams};
  if (http->streams)
    http->streams->before = stream;
  http->streams = stream;
  connection->stream = stream;
  call->transport = stream;
  call->reply = come_back;
  call->told = told;
}

static void resume(struct http_stream *stream) {
  if (!stream->suspended)
    return;
  stream->suspended = false;
  MHD_resume_connection(stream->connection->mhd);
}

void http_stream_resume_told(struct http_server *http) {
  for (struct http_stream *stream = http->streams; stream; stream = stream->after)
    if (stream->suspended && stream->connection && outbox_waiting(stream->call) > 0)
      resume(stream);
}

static void forget(struct http_stream *stream) {
  *(stream->before ? &stream->before->after : &stream->http->streams) = stream->after;
  if (stream->after)
    stream->after->before = stream->before;
}

void http_stream_over(struct call *call) {
  struct http_stream *stream = call->transport;
  forget(stream);
  stream->over = true;
  if (stream->connection)
    resume(stream);
  else
    call_free(call);
}

bool http_stream_is_over(const struct connection *connection) {
  return connection->stream->over;
}

bool http_stream_is_waiting(const struct connection *connection) {
  return connection->stream && connection->stream->suspended;
}

void http_stream_leave(struct connection *connection) {
  struct http_stream *stream = connection->stream;
  arena_close(&stream->scratch);
  stream->scratch = (struct arena){0};
  stream->connection = NULL;
  connection->stream = NULL;
  if (stream->over)
    return;
  atomic_store(&stream->call->cancelled, true);
  connection->call = NULL;
}

// --- Messages ---

static void write_message(struct http_stream *stream, const struct message_out *out) {
  const struct message *type = stream->call->method->output;
  stream->form->write(stream, message_unpack(&stream->scratch, type, out->bytes, out->length));
}

bool http_stream_write_next(struct http_stream *stream) {
  arena_reset(&stream->scratch);
  stream->text = (struct buffer){.arena = &stream->scratch};
  stream->sent = 0;
  struct message_out *out = outbox_take(stream->call);
  if (out)
    write_message(stream, out);
  else if (stream->over && !stream->said_end && stream->form->write_end)
    stream->form->write_end(stream);
  stream->said_end = stream->over && !out;
  free(out);
  return stream->text.length > 0;
}

static ssize_t end_of(const struct http_stream *stream) {
  bool breaks_off = !stream->form->write_end && stream->call->fault.code != CODE_OK;
  return breaks_off ? MHD_CONTENT_READER_END_WITH_ERROR : MHD_CONTENT_READER_END_OF_STREAM;
}

// libmicrohttpd asks for bytes to send.
static ssize_t read_stream(void *context, uint64_t position, char *into, size_t most) {
  (void)position;
  struct http_stream *stream = context;
  if (stream->sent == stream->text.length && !http_stream_write_next(stream)) {
    if (stream->over)
      return end_of(stream);
    stream->suspended = true;
    MHD_suspend_connection(stream->connection->mhd);
    return 0;
  }
  size_t left = stream->text.length - stream->sent, length = left < most ? left : most;
  memcpy(into, stream->text.data + stream->sent, length);
  stream->sent += length;
  connection_enter(stream->connection, PHASE_STREAM, clock_us());
  return (ssize_t)length;
}

// --- The answer ---

// Heartbeats that are not acknowledged end the connection, so that a client that is gone without a word is noticed.
static void bound_client(const struct connection *connection) {
  const unsigned dead_after_ms = DEAD_AFTER_MS;
  const int kernel_bytes = KERNEL_BYTES;
  setsockopt(connection->fd, SOL_SOCKET, SO_SNDBUF, &kernel_bytes, sizeof kernel_bytes);
  setsockopt(connection->fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &dead_after_ms, sizeof dead_after_ms);
}

enum MHD_Result http_stream_answer(struct connection *connection) {
  struct http_stream *stream = connection->stream;
  struct MHD_Response *response =
      MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, stream->form->block_bytes, read_stream, stream, NULL);
  if (!response)
    return MHD_NO;
  const struct header headers[] = {
      {MHD_HTTP_HEADER_CACHE_CONTROL, "no-store"},
      {"X-Content-Type-Options", "nosniff"},
      {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
      {"X-Request-Id", stream->call->id},
      {"Strict-Transport-Security", connection->http->options.tls ? "max-age=31536000" : NULL},
      {NULL, NULL},
  };
  for (const struct header *header = headers; header->name; header++)
    if (header->value)
      MHD_add_response_header(response, header->name, header->value);
  stream->form->begin(stream, response);
  bound_client(connection);
  connection_enter(connection, PHASE_STREAM, clock_us());
  enum MHD_Result queued = MHD_queue_response(connection->mhd, MHD_HTTP_OK, response);
  MHD_destroy_response(response);
  return queued;
}
