// A call that streams, over HTTP: its messages go out one at a time, when the client takes them. Everything here happens on the
// server's one thread.

#pragma once
#include "call/outbox.h"
#include "transport/http_connection.h"

struct http_stream {
  struct http_server *http;
  struct connection *connection; // NULL: the request is over, only the call is not
  struct call *call;
  const struct stream_form *form;
  struct http_stream *before, *after; // in http->streams, until it is over
  bool suspended, over, said_end;
  struct arena scratch; // of one message
  struct buffer text;   // what is leaving
  size_t sent;          // of the text
};

// How a stream looks on the wire.
struct stream_form {
  size_t block_bytes;
  // Adds the headers of its own; may take the first message for that.
  void (*begin)(struct http_stream *stream, struct MHD_Response *response);
  // Writes a message into `text`.
  void (*write)(struct http_stream *stream, const ProtobufCMessage *message);
  // Writes the end into `text`. NULL: an end that is not OK breaks the connection off.
  void (*write_end)(struct http_stream *stream);
};

// Server-sent events, and a body that is one file.
extern const struct stream_form stream_events, stream_download;

// Takes the next message into `text`. False where none waits and nothing is left to say.
bool http_stream_write_next(struct http_stream *stream);

// Makes the connection's call one that streams, before it is submitted.
void http_stream_open(struct connection *connection);

// The connection's call has begun to stream: the answer begins.
enum MHD_Result http_stream_answer(struct connection *connection);

// Goes on with the streams for which something waits.
void http_stream_resume_told(struct http_server *http);

// The call came back: its stream is over. The call may be gone afterwards.
void http_stream_over(struct call *call);
bool http_stream_is_over(const struct connection *connection);

// Whether the connection is suspended until something waits.
bool http_stream_is_waiting(const struct connection *connection);

// The request is over, though the call may not be: it is then freed when it comes back.
void http_stream_leave(struct connection *connection);
