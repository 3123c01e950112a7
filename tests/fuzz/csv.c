// Any text as CSV: refused with its line, or read; and what was read, written and read again is the same, but for the
// apostrophe before what a spreadsheet might take for a formula.

#include "feature/csv.h"
#include "base/utf8.h"
#include "support/fuzz.h"
#include <string.h>

static void must_be_field(const char *before, const char *after) {
  must(strcmp(before, after) == 0 || (*after == '\'' && strcmp(before, after + 1) == 0));
  must(!*after || !strchr("=+-@\t\r\n", *after));
}

// Behind a heading, for what begins a file may be a byte order mark. An empty line is no record: one with a single empty field
// cannot be told from it.
static void check_again(const struct csv *csv, struct arena *arena) {
  struct buffer out = {.arena = arena};
  struct fault fault = {.arena = arena};
  struct csv again;
  static const char heading[] = "heading\n";
  buffer_string(&out, heading);
  for (unsigned i = 0; i < csv->count; i++) {
    if (i)
      buffer_byte(&out, ',');
    csv_write(&out, csv->fields[i]);
  }
  if (out.length == strlen(heading))
    return;
  csv_open(&again, out.data, out.length, arena);
  must(csv_next(&again, &fault) && again.count == 1);
  must(csv_next(&again, &fault) && again.count == csv->count && again.line == 2);
  for (unsigned i = 0; i < csv->count; i++)
    must_be_field(csv->fields[i], again.fields[i]);
  must(!csv_next(&again, &fault) && fault.code == CODE_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  struct input input = input_of(data, size, &arena);
  struct fault fault = {.arena = &arena};
  struct csv csv;
  size_t length, at = 0;
  unsigned line = 0;
  const char *text = input_rest(&input, &length);
  csv_open(&csv, text, length, &arena);
  while (csv_next(&csv, &fault)) {
    must(csv.at > at && csv.at <= length && csv.line > line && csv.count >= 1 && csv.count <= CSV_FIELDS);
    at = csv.at;
    line = csv.line;
    for (unsigned i = 0; i < csv.count; i++)
      must(utf8_valid(csv.fields[i], strlen(csv.fields[i])));
    check_again(&csv, &arena);
  }
  must(fault.code != CODE_OK || csv.at >= length);
  arena_close(&arena);
  return 0;
}
