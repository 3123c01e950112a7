// Writing a JSON document by hand: members, brackets, and the commas between them.

#pragma once
#include "schema/json.h"

struct pen {
  struct buffer *out;
  bool comma; // something stands before on this level
};

// `key` NULL: an element of a list, or the whole.
void pen_open(struct pen *pen, const char *key, char bracket); // { or [
void pen_close(struct pen *pen, char bracket);                 // } or ]
void pen_text(struct pen *pen, const char *key, const char *text);
void pen_number(struct pen *pen, const char *key, double number);
void pen_true(struct pen *pen, const char *key);
