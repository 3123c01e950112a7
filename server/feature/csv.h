// CSV as spreadsheets write it (RFC 4180): quotes, doubled quotes, CRLF or LF, a byte order mark in front.

#pragma once
#include "base/buffer.h"
#include "base/fault.h"
#include <stddef.h>

enum { CSV_FIELDS = 32 };

struct csv {
  const char *text; // all of it; need not end with a NUL
  size_t length;
  size_t at;     // where the next record begins
  unsigned line; // 1-based line of the record that csv_next gave
  unsigned next_line;
  struct arena *arena; // fields live here: reset it between records where there are many
  unsigned count;
  const char *fields[CSV_FIELDS]; // NUL-terminated
};

// Starts at the first record.
void csv_open(struct csv *csv, const char *text, size_t length, struct arena *arena);

// The next record that is not an empty line; false at the end, or with a fault that names the line (a quote without its end,
// text behind a closing quote, more than CSV_FIELDS fields, a NUL, bad UTF-8).
bool csv_next(struct csv *csv, struct fault *fault);

// Writes a field. One that a spreadsheet might take for a formula gets an apostrophe in front:
// https://owasp.org/www-community/attacks/CSV_Injection
void csv_write(struct buffer *out, const char *text);
