// One record of a CSV file after another is read here, and a field is written.

#include "feature/csv.h"
#include "base/buffer.h"
#include "base/utf8.h"
#include <string.h>

void csv_open(struct csv *csv, const char *text, size_t length, struct arena *arena) {
  static const char mark[] = "\xEF\xBB\xBF";
  bool marked = length >= 3 && !memcmp(text, mark, 3);
  *csv = (struct csv){.text = text, .length = length, .at = marked ? 3 : 0, .next_line = 1, .arena = arena};
}

static bool bad_line(struct fault *fault, unsigned line, const char *what) {
  return fault_set(fault, CODE_INVALID_ARGUMENT, "BAD_CSV", "line %u: %s", line, what);
}

static bool at_end_of_record(const struct csv *csv) {
  return csv->at >= csv->length || csv->text[csv->at] == '\n' || csv->text[csv->at] == '\r';
}

// Passes one line end.
static void pass_line_end(struct csv *csv) {
  if (csv->at < csv->length && csv->text[csv->at] == '\r')
    csv->at++;
  if (csv->at < csv->length && csv->text[csv->at] == '\n')
    csv->at++;
  csv->next_line++;
}

static bool quoted_field(struct csv *csv, struct buffer *field, struct fault *fault) {
  for (csv->at++; csv->at < csv->length; csv->at++) {
    char byte = csv->text[csv->at];
    if (byte == '"') {
      if (csv->at + 1 >= csv->length || csv->text[csv->at + 1] != '"') {
        csv->at++;
        return at_end_of_record(csv) || csv->text[csv->at] == ',' || bad_line(fault, csv->line, "text behind a closing quote");
      }
      csv->at++;
    }
    if (byte == '\n')
      csv->next_line++;
    buffer_byte(field, byte);
  }
  return bad_line(fault, csv->line, "a quote that does not end");
}

static void plain_field(struct csv *csv, struct buffer *field) {
  size_t begin = csv->at;
  while (!at_end_of_record(csv) && csv->text[csv->at] != ',')
    csv->at++;
  buffer_put(field, csv->text + begin, csv->at - begin);
}

static bool next_field(struct csv *csv, struct fault *fault) {
  struct buffer field = {.arena = csv->arena};
  if (csv->at < csv->length && csv->text[csv->at] == '"') {
    if (!quoted_field(csv, &field, fault))
      return false;
  } else {
    plain_field(csv, &field);
  }
  if (csv->count == CSV_FIELDS)
    return bad_line(fault, csv->line, "too many fields");
  if (!utf8_valid(field.data, field.length))
    return bad_line(fault, csv->line, "not UTF-8");
  csv->fields[csv->count++] = buffer_text(&field);
  return true;
}

bool csv_next(struct csv *csv, struct fault *fault) {
  while (csv->at < csv->length && at_end_of_record(csv))
    pass_line_end(csv);
  if (csv->at >= csv->length)
    return false;
  csv->count = 0;
  csv->line = csv->next_line;
  for (;;) {
    if (!next_field(csv, fault))
      return false;
    if (at_end_of_record(csv))
      break;
    csv->at++;
  }
  pass_line_end(csv);
  return true;
}

static bool looks_like_formula(const char *text) {
  static const char *const beginnings[] = {"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"};
  for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
    if (strncmp(text, beginnings[i], strlen(beginnings[i])) == 0)
      return true;
  return false;
}

void csv_write(struct buffer *out, const char *text) {
  bool guarded = looks_like_formula(text);
  if (!guarded && !text[strcspn(text, ",\"\r\n")]) {
    buffer_string(out, text);
    return;
  }
  buffer_byte(out, '"');
  if (guarded)
    buffer_byte(out, '\'');
  for (const char *at = text; *at; at++) {
    if (*at == '"')
      buffer_byte(out, '"');
    buffer_byte(out, *at);
  }
  buffer_byte(out, '"');
}
