// Any bytes as a message of gRPC's, compressed or not, in one piece or many: read within the limit, or refused; and what was
// compressed comes out as it went in.

#include "base/buffer.h"
#include "support/fuzz.h"
#include "transport/grpc_payload.h"
#include <grpc/byte_buffer.h>
#include <grpc/slice.h>
#include <string.h>
#include <zlib.h>

enum { COMPRESSED_BIT = 1, PACK_BIT = 2, LIMIT_BYTES = 8192, PIECES = 64, REPEATS = 16, WINDOW_BITS_GZIP = 15 + 16 };

static grpc_byte_buffer *buffer_of(const char *bytes, size_t length, size_t pieces, bool compressed) {
  grpc_slice slices[PIECES];
  size_t count = 0, size = length / pieces + 1;
  for (size_t at = 0; at < length; at += size)
    slices[count++] = grpc_slice_from_copied_buffer(bytes + at, length - at < size ? length - at : size);
  grpc_byte_buffer *buffer =
      grpc_raw_compressed_byte_buffer_create(slices, count, compressed ? GRPC_COMPRESS_GZIP : GRPC_COMPRESS_NONE);
  while (count > 0)
    grpc_slice_unref(slices[--count]);
  return buffer;
}

static const char *packed(const char *bytes, size_t length, size_t *packed_length, struct arena *arena) {
  z_stream stream = {.next_in = (Bytef *)(uintptr_t)bytes, .avail_in = (uInt)length};
  must(deflateInit2(&stream, 1, Z_DEFLATED, WINDOW_BITS_GZIP, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  size_t room = deflateBound(&stream, length);
  char *out = arena_alloc(arena, room);
  stream.next_out = (Bytef *)out;
  stream.avail_out = (uInt)room;
  must(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  *packed_length = stream.total_out;
  deflateEnd(&stream);
  return out;
}

// The input several times: so that more comes out than goes in.
static const char *repeated(struct input *input, size_t times, size_t *length) {
  struct buffer all = {.arena = input->arena};
  size_t once_length;
  const char *once = input_rest(input, &once_length);
  for (; times > 0; times--)
    buffer_put(&all, once, once_length);
  *length = all.length;
  return all.length ? all.data : "";
}

// The first byte chooses the form, the second the number of pieces, the third how often all is repeated.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  struct input input = input_of(data, size, &arena);
  uint8_t form = input_byte(&input);
  size_t pieces = 1 + input_byte(&input) % PIECES, times = 1 + input_byte(&input) % REPEATS, length, sent_length;
  const char *bytes = repeated(&input, times, &length), *sent = bytes;
  bool compressed = form & (COMPRESSED_BIT | PACK_BIT);
  sent_length = length;
  if (form & PACK_BIT)
    sent = packed(bytes, length, &sent_length, &arena);
  grpc_byte_buffer *buffer = buffer_of(sent, sent_length, pieces, compressed);
  struct payload payload;
  enum payload_state state = payload_open(&payload, buffer, LIMIT_BYTES);
  if (state == PAYLOAD_READ) {
    must(payload.length <= LIMIT_BYTES);
    touch(payload.bytes, payload.length);
    if (!compressed || (form & PACK_BIT))
      must(payload.length == length && (!length || memcmp(payload.bytes, bytes, length) == 0));
    payload_close(&payload);
  } else {
    must(state != PAYLOAD_DAMAGED || compressed);
    must(!(form & PACK_BIT) || (state == PAYLOAD_TOO_LARGE && (length > LIMIT_BYTES || sent_length > LIMIT_BYTES)));
  }
  grpc_byte_buffer_destroy(buffer);
  arena_close(&arena);
  return 0;
}
