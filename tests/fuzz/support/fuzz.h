// What the fuzz targets share: the input in pieces, the API's schema, keys, and what must hold.
//
// Each tests/fuzz/NOUN.c is a program fuzz_NOUN, which gets any bytes and aborts where something that is promised does not
// hold. Its seeds are in corpus/NOUN, words that it is told of in dictionaries/NOUN.

#pragma once
#include "base/crypto.h"
#include "base/fault.h"
#include "schema/message.h"

// What libFuzzer calls, once an input.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Ends the program where a promise does not hold: the stack says which.
void must(bool holds);

// Reads every byte: AddressSanitizer sees which are not there.
void touch(const void *bytes, size_t length);

// The schema of the API, opened once.
const struct schema *api_schema(void);

// A message type, and a method ("VisitService/GetVisit"), that there must be.
const struct message *api_message(const char *name);
const struct method *api_method(const char *name);

// Keys that are the same in every run.
const struct crypto *test_keys(void);

// An input under way. Pieces are copies in the arena, no longer than they are: AddressSanitizer sees a step behind them.
struct input {
  const uint8_t *at, *end;
  struct arena *arena;
};

struct input input_of(const uint8_t *data, size_t size, struct arena *arena);

// The next byte, 0 behind the end.
uint8_t input_byte(struct input *input);

// The next `length` bytes, or as many as there are, without a NUL behind.
const char *input_bytes(struct input *input, size_t length, size_t *taken);

// All that is left, without a NUL behind.
const char *input_rest(struct input *input, size_t *length);

// What is left up to a line's end, which is passed, and all that is left: with a NUL behind, cut at the first NUL.
char *input_line(struct input *input);
char *input_text(struct input *input);

// A message that was read and found good is the same by JSON, and by JSON and wire, as often as it is written and read. On the
// wire proto3 alone: what JSON says of the presence of proto2's fields nobody reads.
void must_last_in_json(const struct message *type, const ProtobufCMessage *message, bool defaults, struct arena *arena);
void must_last(const struct message *type, const ProtobufCMessage *message, bool defaults, struct arena *arena);
