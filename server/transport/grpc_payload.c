// Messages go in and out of the core's byte buffers here. The core does not inflate: it would know no bound.

#include "transport/grpc_payload.h"
#include <grpc/byte_buffer.h>
#include <grpc/slice.h>
#include <string.h>
#include <zlib.h>

enum { INFLATE_FIRST = 4096, INFLATE_GROWTH = 4, WINDOW_BITS_ANY = 15 + 32 }; // zlib's number for "gzip or zlib, by its header"

static void own(struct payload *payload, grpc_slice slice, size_t length) {
  payload->owned = slice;
  payload->has_owned = true;
  payload->bytes = GRPC_SLICE_START_PTR(payload->owned);
  payload->length = length;
}

static void join(struct payload *payload, const grpc_slice_buffer *slices) {
  grpc_slice joined = grpc_slice_malloc(slices->length);
  uint8_t *next = GRPC_SLICE_START_PTR(joined);
  for (size_t i = 0; i < slices->count; i++) {
    memcpy(next, GRPC_SLICE_START_PTR(slices->slices[i]), GRPC_SLICE_LENGTH(slices->slices[i]));
    next += GRPC_SLICE_LENGTH(slices->slices[i]);
  }
  own(payload, joined, slices->length);
}

// A slice of `capacity` bytes that begins with what is in `old`, which is given back.
static grpc_slice grown(grpc_slice old, size_t capacity) {
  grpc_slice fresh = grpc_slice_malloc_large(capacity);
  memcpy(GRPC_SLICE_START_PTR(fresh), GRPC_SLICE_START_PTR(old), GRPC_SLICE_LENGTH(old));
  grpc_slice_unref(old);
  return fresh;
}

// Inflates one slice of input. Z_BUF_ERROR: more than `limit` bytes would come out.
static int inflate_slice(z_stream *stream, grpc_slice *out, size_t limit) {
  int state = Z_OK;
  while (state == Z_OK && (stream->avail_in > 0 || stream->avail_out == 0)) {
    if (stream->avail_out == 0) {
      size_t full = GRPC_SLICE_LENGTH(*out);
      if (full > limit)
        return Z_BUF_ERROR;
      size_t capacity = full * INFLATE_GROWTH > limit ? limit + 1 : full * INFLATE_GROWTH;
      *out = grown(*out, capacity);
      stream->next_out = GRPC_SLICE_START_PTR(*out) + full;
      stream->avail_out = (uInt)(capacity - full);
    }
    state = inflate(stream, Z_NO_FLUSH);
    if (state == Z_BUF_ERROR) // nothing to do without more input
      return Z_OK;
  }
  return state;
}

static enum payload_state inflate_all(struct payload *payload, const grpc_slice_buffer *slices, size_t limit) {
  z_stream stream = {0};
  if (inflateInit2(&stream, WINDOW_BITS_ANY) != Z_OK)
    return PAYLOAD_DAMAGED;
  grpc_slice out = grpc_slice_malloc_large(INFLATE_FIRST);
  stream.next_out = GRPC_SLICE_START_PTR(out);
  stream.avail_out = INFLATE_FIRST;
  int state = Z_OK;
  for (size_t i = 0; i < slices->count && state == Z_OK; i++) {
    stream.next_in = GRPC_SLICE_START_PTR(slices->slices[i]);
    stream.avail_in = (uInt)GRPC_SLICE_LENGTH(slices->slices[i]);
    state = inflate_slice(&stream, &out, limit);
  }
  size_t length = stream.total_out;
  inflateEnd(&stream);
  if (state == Z_STREAM_END && length <= limit) {
    own(payload, out, length);
    return PAYLOAD_READ;
  }
  grpc_slice_unref(out);
  return length > limit || state == Z_BUF_ERROR ? PAYLOAD_TOO_LARGE : PAYLOAD_DAMAGED;
}

enum payload_state payload_open(struct payload *payload, const grpc_byte_buffer *buffer, size_t limit) {
  const grpc_slice_buffer *slices = &buffer->data.raw.slice_buffer;
  *payload = (struct payload){.bytes = (const uint8_t *)"", .length = slices->length};
  if (slices->length > limit)
    return PAYLOAD_TOO_LARGE;
  if (buffer->data.raw.compression != GRPC_COMPRESS_NONE)
    return inflate_all(payload, slices, limit);
  if (slices->count == 1)
    payload->bytes = GRPC_SLICE_START_PTR(slices->slices[0]);
  else if (slices->count > 1)
    join(payload, slices);
  return PAYLOAD_READ;
}

void payload_close(struct payload *payload) {
  if (payload->has_owned)
    grpc_slice_unref(payload->owned);
}

grpc_byte_buffer *payload_pack(const ProtobufCMessage *message) {
  grpc_slice slice = grpc_slice_malloc(protobuf_c_message_get_packed_size(message));
  protobuf_c_message_pack(message, GRPC_SLICE_START_PTR(slice));
  grpc_byte_buffer *buffer = grpc_raw_byte_buffer_create(&slice, 1);
  grpc_slice_unref(slice);
  return buffer;
}
