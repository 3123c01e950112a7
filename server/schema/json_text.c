// JSON text is taken apart here (RFC 8259). A library's tree would cost hundreds of bytes for each empty object that a client
// sends, and ends at the first bad character without saying in which field; this reads in place and goes on.

#include "schema/json_text.h"
#include "base/utf8.h"
#include <stdint.h>
#include <string.h>

static bool broken(struct json *json, const char *what) {
  if (!json->what)
    json->what = what;
  return false;
}

static void skip_space(struct json *json) {
  while (json->at < json->end && (*json->at == ' ' || *json->at == '\n' || *json->at == '\r' || *json->at == '\t'))
    json->at++;
}

enum json_kind json_peek(struct json *json) {
  skip_space(json);
  if (json->at == json->end)
    return JSON_NOTHING;
  switch (*json->at) {
  case '{':
    return JSON_OBJECT;
  case '[':
    return JSON_ARRAY;
  case '"':
    return JSON_STRING;
  case 't':
    return JSON_TRUE;
  case 'f':
    return JSON_FALSE;
  case 'n':
    return JSON_NULL;
  default:
    return *json->at == '-' || (*json->at >= '0' && *json->at <= '9') ? JSON_NUMBER : JSON_NOTHING;
  }
}

// --- Strings ---

static int hex_digit(char c) {
  if (c >= '0' && c <= '9')
    return c - '0';
  c |= 0x20;
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

// The four digits behind \u; -1 where they are none.
static int32_t hex_four(const char *at, const char *end) {
  int32_t value = 0;
  if (end - at < 4)
    return -1;
  for (int i = 0; i < 4; i++) {
    int digit = hex_digit(at[i]);
    if (digit < 0)
      return -1;
    value = value * 16 + digit;
  }
  return value;
}

static char *put_utf8(char *out, uint32_t point) {
  if (point < 0x80) {
    *out++ = (char)point;
    return out;
  }
  if (point >= 0x10000) {
    *out++ = (char)(0xf0 | point >> 18);
    *out++ = (char)(0x80 | (point >> 12 & 0x3f));
  } else if (point >= 0x800) {
    *out++ = (char)(0xe0 | point >> 12);
  }
  *out++ = (char)(point >= 0x800 ? 0x80 | (point >> 6 & 0x3f) : 0xc0 | point >> 6);
  *out++ = (char)(0x80 | (point & 0x3f));
  return out;
}

// Reads a \u escape behind its backslash and the second half of a pair. Half a pair is the piece's flaw.
static bool unescape_point(struct json *json, char **out, struct json_piece *piece) {
  int32_t unit = hex_four(json->at + 1, json->end);
  if (unit < 0)
    return broken(json, "four hexadecimal digits are missing");
  json->at += 5;
  uint32_t point = (uint32_t)unit;
  if (unit >= 0xd800 && unit < 0xdc00 && json->end - json->at >= 6 && json->at[0] == '\\' && json->at[1] == 'u') {
    int32_t low = hex_four(json->at + 2, json->end);
    if (low >= 0xdc00 && low < 0xe000) {
      point = 0x10000 + ((uint32_t)(unit - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
      json->at += 6;
    }
  }
  if (point >= 0xd800 && point < 0xe000) {
    piece->flaw = "BAD_UTF8";
    return true;
  }
  if (point == 0)
    piece->flaw = "NUL_CHARACTER";
  *out = put_utf8(*out, point);
  return true;
}

static bool unescape(struct json *json, char **out, struct json_piece *piece) {
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  if (++json->at == json->end)
    return broken(json, "a string does not end");
  if (*json->at == 'u')
    return unescape_point(json, out, piece);
  const char *known = memchr(from, *json->at, sizeof from - 1);
  if (!known)
    return broken(json, "an escape that is none");
  *(*out)++ = to[known - from];
  json->at++;
  return true;
}

// The end of a run of plain characters: a quote, a backslash, a control character, the end.
static const char *run_end(const char *at, const char *end) {
  while (at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= 0x20)
    at++;
  return at;
}

// A string with escapes, from the first of them on; what lies before it is copied.
static bool take_escaped(struct json *json, struct json_piece *piece) {
  const char *quote = json->at;
  while (quote < json->end && *quote != '"')
    quote += *quote == '\\' ? 2 : 1;
  if (quote >= json->end)
    return broken(json, "a string does not end");
  char *text = arena_alloc(json->arena, (size_t)(quote - piece->text) + 1);
  char *out = text;
  const char *from = piece->text;
  for (;;) {
    memcpy(out, from, (size_t)(json->at - from));
    out += json->at - from;
    if (*json->at == '"')
      break;
    if ((unsigned char)*json->at < 0x20) {
      if (*json->at != '\0')
        return broken(json, "a control character within a string");
      piece->flaw = "NUL_CHARACTER";
      json->at++;
    } else if (!unescape(json, &out, piece)) {
      return false;
    }
    from = json->at;
    json->at = run_end(json->at, json->end);
    if (json->at == json->end)
      return broken(json, "a string does not end");
  }
  piece->text = text;
  piece->length = (size_t)(out - text);
  return true;
}

static bool take_string(struct json *json, struct json_piece *piece) {
  piece->text = ++json->at;
  json->at = run_end(json->at, json->end);
  if (json->at == json->end)
    return broken(json, "a string does not end");
  piece->length = (size_t)(json->at - piece->text);
  if (*json->at != '"' && !take_escaped(json, piece))
    return false;
  json->at++;
  if (!piece->flaw && !utf8_valid(piece->text, piece->length))
    piece->flaw = "BAD_UTF8";
  return true;
}

// --- Numbers and literals ---

static bool take_digits(struct json *json) {
  const char *from = json->at;
  while (json->at < json->end && *json->at >= '0' && *json->at <= '9')
    json->at++;
  return json->at > from || broken(json, "a digit is missing");
}

static bool take_number(struct json *json, struct json_piece *piece) {
  piece->text = json->at;
  if (*json->at == '-')
    json->at++;
  if (json->at < json->end && *json->at == '0')
    json->at++;
  else if (!take_digits(json))
    return false;
  if (json->at < json->end && *json->at == '.') {
    json->at++;
    if (!take_digits(json))
      return false;
  }
  if (json->at < json->end && (*json->at | 0x20) == 'e') {
    json->at++;
    if (json->at < json->end && (*json->at == '+' || *json->at == '-'))
      json->at++;
    if (!take_digits(json))
      return false;
  }
  piece->length = (size_t)(json->at - piece->text);
  return true;
}

static bool take_literal(struct json *json, struct json_piece *piece, const char *literal) {
  piece->text = json->at;
  piece->length = strlen(literal);
  if ((size_t)(json->end - json->at) < piece->length || memcmp(json->at, literal, piece->length) != 0)
    return broken(json, "a word that is none of true, false, null");
  json->at += piece->length;
  return true;
}

bool json_take(struct json *json, struct json_piece *piece) {
  *piece = (struct json_piece){.kind = json_peek(json)};
  switch (piece->kind) {
  case JSON_STRING:
    return take_string(json, piece);
  case JSON_NUMBER:
    return take_number(json, piece);
  case JSON_TRUE:
    return take_literal(json, piece, "true");
  case JSON_FALSE:
    return take_literal(json, piece, "false");
  case JSON_NULL:
    return take_literal(json, piece, "null");
  default:
    return broken(json, json->at == json->end ? "the text ends early" : "a value is missing");
  }
}

// --- Objects and lists ---

void json_enter(struct json *json) {
  json_peek(json);
  json->at++;
}

bool json_next(struct json *json, char close, bool *first, bool *more) {
  skip_space(json);
  if (json->at == json->end)
    return broken(json, "the text ends early");
  *more = *json->at != close;
  if (!*more) {
    json->at++;
    return true;
  }
  if (!*first && *json->at != ',')
    return broken(json, "a comma or a closing bracket is missing");
  json->at += !*first;
  *first = false;
  return true;
}

bool json_name(struct json *json, struct json_piece *name) {
  if (json_peek(json) != JSON_STRING)
    return broken(json, "a name in quotes is missing");
  if (!json_take(json, name))
    return false;
  skip_space(json);
  if (json->at == json->end || *json->at != ':')
    return broken(json, "a colon is missing");
  json->at++;
  return true;
}

// Counts brackets only, so that it needs no stack.
static bool skip_unchecked(struct json *json) {
  size_t depth = 0;
  do {
    struct json_piece piece;
    enum json_kind kind = json_peek(json);
    if (json->at == json->end)
      return broken(json, "the text ends early");
    if (kind == JSON_STRING) {
      if (!json_take(json, &piece))
        return false;
      continue;
    }
    depth += kind == JSON_OBJECT || kind == JSON_ARRAY;
    depth -= *json->at == '}' || *json->at == ']';
    json->at++;
  } while (depth > 0);
  return true;
}

static bool skip_members(struct json *json, bool named, unsigned depth, bool *too_deep) {
  bool first = true, more;
  struct json_piece name;
  json_enter(json);
  for (;;) {
    if (!json_next(json, named ? '}' : ']', &first, &more))
      return false;
    if (!more)
      return true;
    if ((named && !json_name(json, &name)) || !json_skip(json, depth, too_deep))
      return false;
  }
}

bool json_skip(struct json *json, unsigned depth, bool *too_deep) {
  struct json_piece piece;
  enum json_kind kind = json_peek(json);
  if (kind != JSON_OBJECT && kind != JSON_ARRAY)
    return json_take(json, &piece);
  if (depth > 0)
    return skip_members(json, kind == JSON_OBJECT, depth - 1, too_deep);
  *too_deep = true;
  return skip_unchecked(json);
}

bool json_ended(struct json *json) {
  skip_space(json);
  return json->at == json->end || broken(json, "something behind the end");
}

void json_position(const struct json *json, size_t *line, size_t *column) {
  *line = 1;
  const char *from = json->start;
  for (const char *at = json->start; (at = memchr(at, '\n', (size_t)(json->at - at))); from = ++at)
    ++*line;
  *column = (size_t)(json->at - from) + 1;
}
