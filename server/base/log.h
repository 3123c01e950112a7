// The log: one JSON object a line on standard error. Never a password, token, narrative or name.

#pragma once
#include <stdint.h>

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

// One member of a line. A NULL text is left out.
struct log_field {
  const char *key;
  const char *text; // or, where NULL:
  int64_t number;
  char kind; // 's' text, 'i' number
};

#define LOG_TEXT(key, value) ((struct log_field){(key), (value), 0, 's'})
#define LOG_NUMBER(key, value) ((struct log_field){(key), NULL, (int64_t)(value), 'i'})

// Lines below `level` are dropped; at first that is LOG_INFO. Text mode (for a person at a terminal) prints "time level message
// key=value".
void log_setup(enum log_level level, int text_mode);

// Writes one line in one write(2), or drops it where that would wait (how many were dropped is told by the next); texts are
// escaped, cut at 1 KiB, what is no UTF-8 in them is replaced. Past 16 KiB further fields are dropped. `message` and keys are
// our own words. Safe from any thread.
void log_line(enum log_level level, const char *message, const struct log_field *fields, unsigned count);

// log_info("call", LOG_TEXT("method", name), LOG_NUMBER("ms", 3));
#define LOG_AT(level, message, ...)                                                                                            \
  log_line(level, message, (const struct log_field[]){__VA_ARGS__},                                                            \
           (unsigned)(sizeof((struct log_field[]){__VA_ARGS__}) / sizeof(struct log_field)))
#define log_debug(...) LOG_AT(LOG_DEBUG, __VA_ARGS__)
#define log_info(...) LOG_AT(LOG_INFO, __VA_ARGS__)
#define log_warn(...) LOG_AT(LOG_WARN, __VA_ARGS__)
#define log_error(...) LOG_AT(LOG_ERROR, __VA_ARGS__)
