// HTTP/2 by hand: frames for a gRPC server, whole or not.
// Source: https://www.rfc-editor.org/rfc/rfc9113#section-6

#pragma once
#include "base/buffer.h"
#include <stdint.h>

enum frame_type {
  FRAME_DATA,
  FRAME_HEADERS,
  FRAME_PRIORITY,
  FRAME_RST_STREAM,
  FRAME_SETTINGS,
  FRAME_PUSH,
  FRAME_PING,
  FRAME_GOAWAY,
  FRAME_WINDOW_UPDATE,
  FRAME_CONTINUATION
};
enum { FRAME_END_STREAM = 1, FRAME_END_HEADERS = 4 };

// The client's preface with empty settings.
void frames_begin(struct buffer *out);

// One frame. `length` is what its head says; `payload` holds as much unless it is NULL: then the frame is only begun.
void frames_put(struct buffer *out, enum frame_type type, unsigned flags, uint32_t stream, const void *payload,
                uint32_t length);

// The headers of a gRPC call of `path`, complete.
void frames_put_call(struct buffer *out, uint32_t stream, const char *path, const char *token);

// A gRPC message that says it has `length` bytes, of which `given` follow; ends the stream where `last`.
void frames_put_message(struct buffer *out, uint32_t stream, uint32_t length, const void *bytes, uint32_t given, bool last);
