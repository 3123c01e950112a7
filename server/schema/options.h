// Options of descriptors: what protobuf-c keeps of an extension are unknown fields, one for each part the option was written
// in.

#pragma once
#include "base/arena.h"
#include <protobuf-c/protobuf-c.h>
#include <stdint.h>

// The message that extension `number` of `options` holds, its parts put together, in the arena. NULL where it is absent (or
// `options` is NULL); `*damaged` is set where it is there and cannot be read.
ProtobufCMessage *option_message(const ProtobufCMessage *options, uint32_t number, const ProtobufCMessageDescriptor *type,
                                 struct arena *arena, bool *damaged);

// The numbers (below 32) that a repeated enum extension holds, as bits.
uint32_t option_enum_bits(const ProtobufCMessage *options, uint32_t number);

// An allocator that takes from `arena` and gives nothing back.
ProtobufCAllocator arena_allocator(struct arena *arena);

// Whether `message`, at any depth, holds fields that its type does not know.
bool message_has_unknown(const ProtobufCMessage *message);
