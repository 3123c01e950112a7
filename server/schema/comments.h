// Comments of a proto file, by the path of what they stand before.

#pragma once
#include "base/arena.h"
#include "google/protobuf/descriptor.pb-c.h"

enum { COMMENT_PATH = 16 };

// A path in a file, as SourceCodeInfo has it: {4, 0, 2, 3} is field 3 of message 0.
struct comment_path {
  unsigned length;
  int32_t steps[COMMENT_PATH];
};

// The commented places of one file.
struct comments {
  size_t count;
  const Google__Protobuf__SourceCodeInfo__Location **places;
};

// Finds them; in the arena.
struct comments comments_of(const Google__Protobuf__FileDescriptorProto *file, struct arena *arena);

// `path` with one step more: child `i` in the list that field `number` of the descriptor is. Deeper than COMMENT_PATH it stays
// as it is.
struct comment_path comment_child(struct comment_path path, int32_t number, size_t i);

// The comment before it, else behind it, in one line a paragraph; "" where there is none. In `keep`.
const char *comment_at(const struct comments *comments, const struct comment_path *path, struct arena *keep);
