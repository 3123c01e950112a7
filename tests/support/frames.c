// Frames and header blocks are put together here. Headers are literals without indexing and without Huffman's code.

#include "support/frames.h"
#include <string.h>

void frames_begin(struct buffer *out) {
  buffer_string(out, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  frames_put(out, FRAME_SETTINGS, 0, 0, "", 0);
}

void frames_put(struct buffer *out, enum frame_type type, unsigned flags, uint32_t stream, const void *payload,
                uint32_t length) {
  buffer_byte(out, (char)(length >> 16));
  buffer_be16(out, (uint16_t)length);
  buffer_byte(out, (char)type);
  buffer_byte(out, (char)flags);
  buffer_be32(out, stream);
  if (payload)
    buffer_put(out, payload, length);
}

static void put_text(struct buffer *out, const char *text) {
  enum { SHORT_MAX = 126 }; // longer lengths take several bytes
  size_t length = strlen(text) < SHORT_MAX ? strlen(text) : SHORT_MAX;
  buffer_byte(out, (char)length);
  buffer_put(out, text, length);
}

static void put_header(struct buffer *out, const char *name, const char *value) {
  buffer_byte(out, 0);
  put_text(out, name);
  put_text(out, value);
}

void frames_put_call(struct buffer *out, uint32_t stream, const char *path, const char *token) {
  struct buffer block = {.arena = out->arena};
  put_header(&block, ":method", "POST");
  put_header(&block, ":scheme", "http");
  put_header(&block, ":path", path);
  put_header(&block, ":authority", "localhost");
  put_header(&block, "te", "trailers");
  put_header(&block, "content-type", "application/grpc");
  if (token)
    put_header(&block, "authorization", arena_printf(out->arena, "Bearer %s", token));
  frames_put(out, FRAME_HEADERS, FRAME_END_HEADERS, stream, block.data, (uint32_t)block.length);
}

void frames_put_message(struct buffer *out, uint32_t stream, uint32_t length, const void *bytes, uint32_t given, bool last) {
  struct buffer message = {.arena = out->arena};
  buffer_byte(&message, 0);
  buffer_be32(&message, length);
  buffer_put(&message, bytes, given);
  frames_put(out, FRAME_DATA, last ? FRAME_END_STREAM : 0, stream, message.data, (uint32_t)message.length);
}
