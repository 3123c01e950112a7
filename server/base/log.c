// The log: a line is put together on the stack and written whole.

#include "base/log.h"
#include "base/clock.h"
#include "base/timestamp.h"
#include "base/utf8.h"
#include <poll.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LINE_BYTES = 16 << 10, TAIL_BYTES = 16, TEXT_LIMIT_BYTES = 1 << 10, US_PER_SECOND = 1000000, NS_PER_US = 1000 };

static const char *const level_names[] = {"debug", "info", "warn", "error"};

static atomic_int lowest = LOG_INFO;
static atomic_bool in_text;
static atomic_uint dropped; // lines that nobody took

struct line {
  char bytes[LINE_BYTES];
  size_t length;
  bool full; // what comes is dropped
};

void log_setup(enum log_level level, int text_mode) {
  atomic_store(&lowest, (int)level);
  atomic_store(&in_text, text_mode != 0);
}

static void put(struct line *line, const char *bytes, size_t length) {
  line->full = line->full || length > LINE_BYTES - TAIL_BYTES - line->length;
  if (line->full)
    return;
  memcpy(line->bytes + line->length, bytes, length);
  line->length += length;
}

static void put_string(struct line *line, const char *text) {
  put(line, text, strlen(text));
}

static void put_number(struct line *line, int64_t number) {
  char digits[24];
  put(line, digits, (size_t)snprintf(digits, sizeof digits, "%lld", (long long)number));
}

// One character of a text inside quotes. Returns how many bytes of it that was.
static size_t put_escaped(struct line *line, const char *text, size_t length) {
  static const char plain_escapes[][2] = {{'"', '"'}, {'\\', '\\'}, {'\n', 'n'}, {'\r', 'r'}, {'\t', 't'}};
  for (size_t i = 0; i < sizeof plain_escapes / sizeof *plain_escapes; i++) {
    if (*text == plain_escapes[i][0]) {
      put(line, (char[]){'\\', plain_escapes[i][1]}, 2);
      return 1;
    }
  }
  size_t taken = utf8_sequence(text, length);
  unsigned char byte = (unsigned char)*text;
  char escape[8];
  if (taken == 0)
    put_string(line, "\\ufffd");
  else if (byte < 0x20 || byte == 0x7f)
    put(line, escape, (size_t)snprintf(escape, sizeof escape, "\\u%04x", byte));
  else
    put(line, text, taken);
  return taken ? taken : 1;
}

static void put_quoted(struct line *line, const char *text) {
  size_t length = strnlen(text, TEXT_LIMIT_BYTES + 1);
  bool is_cut = length > TEXT_LIMIT_BYTES;
  if (is_cut)
    length = TEXT_LIMIT_BYTES;
  while (is_cut && ((unsigned char)text[length] & 0xc0) == 0x80 && length > TEXT_LIMIT_BYTES - 4)
    length--; // not in the middle of a character
  put_string(line, "\"");
  for (size_t i = 0; i < length;)
    i += put_escaped(line, text + i, length - i);
  put_string(line, is_cut ? "…\"" : "\"");
}

// A person reads `a=b` more easily than `a="b"`: quotes only where something needs them.
static void put_for_person(struct line *line, const char *text) {
  size_t plain = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+./:@%,");
  if (plain > 0 && text[plain] == '\0' && plain <= TEXT_LIMIT_BYTES)
    put(line, text, plain);
  else
    put_quoted(line, text);
}

static void put_time(struct line *line) {
  int64_t now_us = clock_wall_us();
  char text[TIMESTAMP_TEXT];
  put(line, text, timestamp_write(now_us / US_PER_SECOND, (int32_t)(now_us % US_PER_SECOND * NS_PER_US), text));
}

static void put_json_field(struct line *line, const struct log_field *field) {
  put_string(line, ",\"");
  put_string(line, field->key);
  put_string(line, "\":");
  if (field->kind == 's')
    put_quoted(line, field->text);
  else
    put_number(line, field->number);
}

static void put_text_field(struct line *line, const struct log_field *field) {
  put_string(line, " ");
  put_string(line, field->key);
  put_string(line, "=");
  if (field->kind == 's')
    put_for_person(line, field->text);
  else
    put_number(line, field->number);
}

// Puts all fields that fit; one that does not leaves nothing behind, and nothing follows it.
static void put_fields(struct line *line, const struct log_field *fields, unsigned count,
                       void (*put_field)(struct line *, const struct log_field *)) {
  for (unsigned i = 0; i < count && !line->full; i++) {
    size_t before = line->length;
    if (fields[i].kind != 's' || fields[i].text)
      put_field(line, &fields[i]);
    if (line->full)
      line->length = before;
  }
}

static void put_json(struct line *line, enum log_level level, const char *message, const struct log_field *fields,
                     unsigned count) {
  put_string(line, "{\"time\":\"");
  put_time(line);
  put_string(line, "\",\"level\":\"");
  put_string(line, level_names[level]);
  put_string(line, "\",\"message\":");
  put_quoted(line, message);
  put_fields(line, fields, count, put_json_field);
  line->full = false;
  line->bytes[line->length++] = '}';
}

static void put_text(struct line *line, enum log_level level, const char *message, const struct log_field *fields,
                     unsigned count) {
  put_time(line);
  put_string(line, " ");
  put_string(line, level_names[level]);
  put_string(line, " ");
  put_string(line, message);
  put_fields(line, fields, count, put_text_field);
}

// Whether a line can be written without waiting: who reads the log may be slow or stuck, and calls must not wait for him.
static bool can_be_written(void) {
  struct pollfd log = {.fd = STDERR_FILENO, .events = POLLOUT};
  return poll(&log, 1, 0) != 0;
}

static void put_line(const struct line *line) {
  unsigned missing = atomic_exchange_explicit(&dropped, 0, memory_order_relaxed);
  ssize_t written = write(STDERR_FILENO, line->bytes, line->length);
  (void)written; // there is nowhere to say that the log is gone
  if (missing)
    log_warn("log lines were dropped, for nobody read them", LOG_NUMBER("lines", missing));
}

void log_line(enum log_level level, const char *message, const struct log_field *fields, unsigned count) {
  if ((int)level < atomic_load_explicit(&lowest, memory_order_relaxed))
    return;
  struct line line;
  line.length = 0;
  line.full = false;
  (atomic_load_explicit(&in_text, memory_order_relaxed) ? put_text : put_json)(&line, level, message, fields, count);
  line.bytes[line.length++] = '\n';
  if (can_be_written())
    put_line(&line);
  else
    atomic_fetch_add_explicit(&dropped, 1, memory_order_relaxed);
}
