// Where in a message something is wrong, and saying so.

#pragma once
#include "base/fault.h"
#include <stddef.h>

// One step of a path; the steps before it lie further down the stack.
struct path {
  const struct path *up; // NULL: the first
  const char *name;
  size_t length;
  int64_t item; // place in a list, from 0; NO_ITEM where it is none
};

enum { PATH_TEXT = 512, NO_ITEM = -1 };

// Writes "visits[3].position.latitude" and a NUL; what is longer is cut between characters. NULL: "".
size_t path_write(const struct path *path, char text[PATH_TEXT]);

// Adds a violation at `path`. Always false.
bool path_refuse(const struct path *path, struct fault *fault, const char *reason, const char *limit);

// Refuses the message as a whole, whatever single fields were refused before: these are forgotten. Always false.
bool refuse_whole(struct fault *fault, const char *reason, const char *format, ...) __attribute__((format(printf, 3, 4)));
