// JSON text, piece by piece: what comes next, and taking it. Nothing is built; strings without escapes are not even copied.
//
// Every function that returns bool is false where the text is no JSON; `what` and `at` then say what and where.

#pragma once
#include "base/arena.h"

struct json {
  const char *start, *at, *end;
  struct arena *arena; // for strings with escapes
  const char *what;    // what is wrong with the text; NULL: nothing so far
};

enum json_kind { JSON_OBJECT, JSON_ARRAY, JSON_STRING, JSON_NUMBER, JSON_TRUE, JSON_FALSE, JSON_NULL, JSON_NOTHING };

// A piece of the text: a string's content, a number's digits, a literal.
struct json_piece {
  enum json_kind kind;
  const char *text; // not NUL-terminated
  size_t length;
  const char
      *flaw; // of a string that is well-formed and yet no text: "BAD_UTF8" (also a lone surrogate), "NUL_CHARACTER"; else NULL
};

// The kind of the value that comes next, by its first character; white space is passed over.
enum json_kind json_peek(struct json *json);

// Takes a string, a number or a literal.
bool json_take(struct json *json, struct json_piece *piece);

// Takes the opening bracket of the object or list that comes next.
void json_enter(struct json *json);

// Says whether there is another member of the object or list (`close` is } or ]) and goes past the comma; else past the
// bracket. `first` is true before the first member; it is set to false.
bool json_next(struct json *json, char close, bool *first, bool *more);

// Takes a member's name and the colon behind it.
bool json_name(struct json *json, struct json_piece *name);

// Passes over the next value. What lies more than `depth` brackets deep is passed over unchecked, and `*too_deep` is set.
bool json_skip(struct json *json, unsigned depth, bool *too_deep);

// Whether only white space is left.
bool json_ended(struct json *json);

// Where `at` is: both from 1; columns are bytes.
void json_position(const struct json *json, size_t *line, size_t *column);
