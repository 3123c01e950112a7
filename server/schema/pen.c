// JSON documents are written here, bracket by bracket.

#include "schema/pen.h"
#include <string.h>

static void begin(struct pen *pen, const char *key) {
  if (pen->comma)
    buffer_byte(pen->out, ',');
  pen->comma = true;
  if (!key)
    return;
  json_write_string(pen->out, key, strlen(key));
  buffer_byte(pen->out, ':');
}

void pen_open(struct pen *pen, const char *key, char bracket) {
  begin(pen, key);
  buffer_byte(pen->out, bracket);
  pen->comma = false;
}

void pen_close(struct pen *pen, char bracket) {
  buffer_byte(pen->out, bracket);
  pen->comma = true;
}

void pen_text(struct pen *pen, const char *key, const char *text) {
  begin(pen, key);
  json_write_string(pen->out, text, strlen(text));
}

void pen_number(struct pen *pen, const char *key, double number) {
  begin(pen, key);
  buffer_printf(pen->out, "%.15g", number);
}

void pen_true(struct pen *pen, const char *key) {
  begin(pen, key);
  buffer_string(pen->out, "true");
}
