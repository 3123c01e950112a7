// CSV for spreadsheets: RFC 4180, in UTF-8 with a byte order mark.

#include "feature/csv.h"
#include "feature/export_file.h"
#include <string.h>

enum { TIME_LENGTH = 19 };

// As spreadsheets know a time again: 2026-03-01 08:00:00.
static void write_time(struct buffer *out, const char *text) {
  char time[TIME_LENGTH + 1] = "";
  strncpy(time, text, TIME_LENGTH);
  char *between = strchr(time, 'T');
  if (between)
    *between = ' ';
  buffer_string(out, time);
}

static void write_cell(struct buffer *out, const struct cell *cell) {
  switch (cell->kind) {
  case CELL_EMPTY:
    break;
  case CELL_NUMBER:
    buffer_printf(out, "%.15g", cell->number);
    break;
  case CELL_TIME:
    write_time(out, cell->text);
    break;
  case CELL_TEXT:
  case CELL_FLAG:
    csv_write(out, cell->text);
    break;
  }
}

static bool begin(struct export_file *file) {
  buffer_string(&file->text, "\xef\xbb\xbf");
  for (unsigned i = 0; i < file->column_count; i++) {
    if (i)
      buffer_byte(&file->text, ',');
    csv_write(&file->text, file->columns[i].header);
  }
  buffer_string(&file->text, "\r\n");
  return true;
}

static bool row(struct export_file *file, const ProtobufCMessage *row) {
  for (unsigned i = 0; i < file->column_count; i++) {
    struct cell cell = export_cell(file, &file->columns[i], row);
    if (i)
      buffer_byte(&file->text, ',');
    write_cell(&file->text, &cell);
  }
  buffer_string(&file->text, "\r\n");
  return true;
}

static bool end(struct export_file *file) {
  (void)file;
  return true;
}

const struct export_format export_csv = {
    .name = "csv", .content_type = "text/csv; charset=utf-8", .begin = begin, .row = row, .end = end};
