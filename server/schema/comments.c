// Comments are taken out of SourceCodeInfo here.

#include "schema/comments.h"
#include "base/buffer.h"
#include <string.h>

struct comments comments_of(const Google__Protobuf__FileDescriptorProto *file, struct arena *arena) {
  struct comments comments = {0};
  const Google__Protobuf__SourceCodeInfo *info = file->source_code_info;
  if (!info)
    return comments;
  comments.places = arena_array(arena, info->n_location, sizeof *comments.places);
  for (size_t i = 0; i < info->n_location; i++) {
    const Google__Protobuf__SourceCodeInfo__Location *place = info->location[i];
    if (place->leading_comments || place->trailing_comments)
      comments.places[comments.count++] = place;
  }
  return comments;
}

struct comment_path comment_child(struct comment_path path, int32_t number, size_t i) {
  if (path.length + 2 <= COMMENT_PATH) {
    path.steps[path.length++] = number;
    path.steps[path.length++] = (int32_t)i;
  }
  return path;
}

// Lines of a paragraph become one, an empty line stays.
static const char *flow(const char *text, struct arena *keep) {
  struct buffer out = {.arena = keep};
  while (*text) {
    size_t length = strcspn(text, "\n");
    size_t indent = strspn(text, " ");
    bool empty = indent >= length;
    if (empty && out.length > 0)
      buffer_string(&out, "\n\n");
    if (!empty) {
      if (out.length > 0 && out.data[out.length - 1] != '\n')
        buffer_byte(&out, ' ');
      buffer_put(&out, text + indent, length - indent);
    }
    text += length + (text[length] == '\n');
  }
  while (out.length > 0 && strchr(" \n", out.data[out.length - 1]))
    out.length--;
  return buffer_text(&out);
}

const char *comment_at(const struct comments *comments, const struct comment_path *path, struct arena *keep) {
  for (size_t i = 0; i < comments->count; i++) {
    const Google__Protobuf__SourceCodeInfo__Location *place = comments->places[i];
    if (place->n_path == path->length && memcmp(place->path, path->steps, path->length * sizeof *path->steps) == 0)
      return flow(place->leading_comments ? place->leading_comments : place->trailing_comments, keep);
  }
  return "";
}
