// Messages out of the gRPC core's byte buffers.

#include "suite.h"
#include "transport/grpc_payload.h"
#include <grpc/byte_buffer.h>
#include <grpc/slice.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { LIMIT = 10000, GZIP_WINDOW = 15 + 16, ROOM = 1 << 20 };

static grpc_byte_buffer *buffer_of(const void *bytes, size_t length, size_t piece, grpc_compression_algorithm algorithm) {
  grpc_slice slices[64];
  size_t count = 0;
  for (size_t at = 0; at < length; at += piece)
    slices[count++] = grpc_slice_from_copied_buffer((const char *)bytes + at, length - at < piece ? length - at : piece);
  grpc_byte_buffer *buffer = grpc_raw_compressed_byte_buffer_create(slices, count, algorithm);
  while (count > 0)
    grpc_slice_unref(slices[--count]);
  return buffer;
}

// `size` zeros as gzip (or, with a smaller window, zlib) packs them.
static size_t packed_zeros(unsigned char *out, size_t size, int window_bits) {
  unsigned char *zeros = calloc(1, size);
  z_stream stream = {0};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = zeros;
  stream.avail_in = (uInt)size;
  stream.next_out = out;
  stream.avail_out = ROOM;
  CU_ASSERT_EQUAL(Z_STREAM_END, deflate(&stream, Z_FINISH));
  deflateEnd(&stream);
  free(zeros);
  return stream.total_out;
}

static enum payload_state state_of(grpc_byte_buffer *buffer, size_t *length) {
  struct payload payload;
  enum payload_state state = payload_open(&payload, buffer, LIMIT);
  if (state == PAYLOAD_READ) {
    *length = payload.length;
    payload_close(&payload);
  }
  grpc_byte_buffer_destroy(buffer);
  return state;
}

static void a_message_in_pieces_is_read_as_one(void) {
  static const size_t pieces[] = {1, 7, 100};
  for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
    const char *text = "visits come in pieces over a bad line";
    grpc_byte_buffer *buffer = buffer_of(text, strlen(text), pieces[i], GRPC_COMPRESS_NONE);
    struct payload payload;
    CU_ASSERT_EQUAL_FATAL(PAYLOAD_READ, payload_open(&payload, buffer, LIMIT));
    CU_ASSERT_EQUAL(strlen(text), payload.length);
    CU_ASSERT_EQUAL(0, memcmp(text, payload.bytes, payload.length));
    payload_close(&payload);
    grpc_byte_buffer_destroy(buffer);
  }
}

static void an_empty_message_is_read(void) {
  size_t length = 1;
  CU_ASSERT_EQUAL(PAYLOAD_READ, state_of(grpc_raw_byte_buffer_create(NULL, 0), &length));
  CU_ASSERT_EQUAL(0, length);
}

static void a_compressed_message_is_inflated_up_to_the_limit(void) {
  unsigned char *packed = malloc(ROOM);
  static const int windows[] = {GZIP_WINDOW, MAX_WBITS};
  for (size_t i = 0; i < sizeof windows / sizeof *windows; i++) {
    size_t length = 0, packed_length = packed_zeros(packed, LIMIT, windows[i]);
    for (size_t piece = 1; piece <= packed_length; piece += packed_length - 1) {
      CU_ASSERT_EQUAL(PAYLOAD_READ, state_of(buffer_of(packed, packed_length, piece, GRPC_COMPRESS_GZIP), &length));
      CU_ASSERT_EQUAL(LIMIT, length);
    }
    packed_length = packed_zeros(packed, LIMIT + 1, windows[i]);
    CU_ASSERT_EQUAL(PAYLOAD_TOO_LARGE, state_of(buffer_of(packed, packed_length, 1000, GRPC_COMPRESS_GZIP), &length));
  }
  free(packed);
}

static void a_little_that_inflates_to_very_much_is_refused(void) {
  unsigned char *packed = malloc(ROOM);
  size_t length, packed_length = packed_zeros(packed, 8 << 20, GZIP_WINDOW);
  CU_ASSERT(packed_length < LIMIT);
  CU_ASSERT_EQUAL(PAYLOAD_TOO_LARGE, state_of(buffer_of(packed, packed_length, 1000, GRPC_COMPRESS_GZIP), &length));
  free(packed);
}

static void what_is_cut_off_or_no_compressed_message_is_damaged(void) {
  unsigned char *packed = malloc(ROOM);
  size_t length, packed_length = packed_zeros(packed, 5000, GZIP_WINDOW);
  CU_ASSERT_EQUAL(PAYLOAD_DAMAGED, state_of(buffer_of(packed, packed_length - 1, 1000, GRPC_COMPRESS_GZIP), &length));
  CU_ASSERT_EQUAL(PAYLOAD_DAMAGED, state_of(buffer_of("no gzip at all", 14, 1000, GRPC_COMPRESS_GZIP), &length));
  CU_ASSERT_EQUAL(PAYLOAD_DAMAGED, state_of(grpc_raw_compressed_byte_buffer_create(NULL, 0, GRPC_COMPRESS_GZIP), &length));
  free(packed);
}

static void what_is_too_large_as_it_came_is_not_read(void) {
  unsigned char *bytes = calloc(1, LIMIT + 1);
  size_t length;
  CU_ASSERT_EQUAL(PAYLOAD_READ, state_of(buffer_of(bytes, LIMIT, 5000, GRPC_COMPRESS_NONE), &length));
  CU_ASSERT_EQUAL(PAYLOAD_TOO_LARGE, state_of(buffer_of(bytes, LIMIT + 1, 5000, GRPC_COMPRESS_NONE), &length));
  free(bytes);
}

SUITE(grpc_payload, TEST(a_message_in_pieces_is_read_as_one), TEST(an_empty_message_is_read),
      TEST(a_compressed_message_is_inflated_up_to_the_limit), TEST(a_little_that_inflates_to_very_much_is_refused),
      TEST(what_is_cut_off_or_no_compressed_message_is_damaged), TEST(what_is_too_large_as_it_came_is_not_read));
