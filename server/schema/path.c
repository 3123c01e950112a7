// Paths of fields are put into words here.

#include "schema/path.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

// Appends as much as there is room for, never half a character.
static size_t append(char text[PATH_TEXT], size_t at, const char *piece, size_t length) {
  size_t room = (size_t)PATH_TEXT - 1 - at;
  if (length > room) {
    length = room;
    while (length > 0 && ((unsigned char)piece[length] & 0xc0) == 0x80)
      length--;
  }
  memcpy(text + at, piece, length);
  return at + length;
}

static size_t write_steps(const struct path *path, char text[PATH_TEXT]) {
  if (!path)
    return 0;
  size_t at = write_steps(path->up, text);
  if (at > 0 && path->length > 0)
    at = append(text, at, ".", 1);
  at = append(text, at, path->name, path->length);
  if (path->item == NO_ITEM)
    return at;
  char item[24];
  int length = snprintf(item, sizeof item, "[%" PRId64 "]", path->item);
  return append(text, at, item, (size_t)length);
}

size_t path_write(const struct path *path, char text[PATH_TEXT]) {
  size_t length = write_steps(path, text);
  text[length] = '\0';
  return length;
}

bool path_refuse(const struct path *path, struct fault *fault, const char *reason, const char *limit) {
  char text[PATH_TEXT];
  path_write(path, text);
  return fault_field(fault, text, reason, limit);
}

bool refuse_whole(struct fault *fault, const char *reason, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const char *message = arena_vprintf(fault->arena, format, arguments);
  va_end(arguments);
  fault->code = CODE_OK;
  fault->violations = NULL;
  fault->last = NULL;
  fault->count = 0;
  return fault_set(fault, CODE_INVALID_ARGUMENT, reason, "%s", message);
}
