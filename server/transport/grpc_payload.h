// The core's byte buffers: read as one piece, inflated where the client compressed; made from messages.

#pragma once
#include <grpc/grpc.h>
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stdint.h>

enum payload_state { PAYLOAD_READ, PAYLOAD_TOO_LARGE, PAYLOAD_DAMAGED };

// The bytes of a message. They lie in the byte buffer, or in `owned`.
struct payload {
  const uint8_t *bytes;
  size_t length;
  grpc_slice owned;
  bool has_owned;
};

// Reads `buffer`, which must outlive the payload. More than `limit` bytes, packed or inflated, are not read. After PAYLOAD_READ
// alone the payload is to be closed.
enum payload_state payload_open(struct payload *payload, const grpc_byte_buffer *buffer, size_t limit);
void payload_close(struct payload *payload);

// Packs `message` into a fresh byte buffer of one slice; the caller destroys it.
grpc_byte_buffer *payload_pack(const ProtobufCMessage *message);
