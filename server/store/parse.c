// SQL text is cut into statements here, and statements into pieces between parameters and optional lines.

#include "store/plan.h"
#include <ctype.h>
#include <string.h>

enum { PIECES = 4096, BRACKETS = 32, FRAGMENTS = 8 };

// Lines between "--[ name" and "--]" that "--= name" repeats.
struct fragment {
  const char *name, *at; // at: where its first line begins
  size_t name_length;
  int line;
  bool ended;
};

// Where the reader stands. `from` is where text begins that no piece holds yet. What a statement has is gathered in the scratch
// arrays, and copied to its size at the statement's end.
struct reader {
  struct script *script;
  struct fault *fault;
  const char *begin, *at, *from;
  int line;
  struct statement *statement; // NULL: between statements
  struct piece *pieces;        // scratch
  struct parameter *parameters;
  struct option *options;
  char last;           // of the code read so far: no white space, no comment
  unsigned line_piece; // its first piece of this line
  bool line_has_end;   // a statement ended in this line
  bool line_is_inside; // this line began inside a string or comment
  unsigned brackets;
  bool subscript[BRACKETS]; // of each open bracket: it follows a value, so a colon in it is a slice's
  struct fragment fragments[FRAGMENTS];
  unsigned fragment_count;
  const char *back; // where reading goes on after the fragment that is repeated; NULL: none is
  int back_line;
  uint32_t branch; // the option of the lines between "--( path" and "--)", as its bit
};

static bool wrong(struct reader *reader, const char *what) {
  return script_wrong(reader->script, reader->line, reader->fault, "%s", what);
}

static bool is_word(char c) {
  return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}
static bool begins_word(char c) {
  return is_word(c) && !isdigit((unsigned char)c) && c != '$';
}
static bool is_operator(char c) {
  return c && strchr("+-*/<>=~!@#%^&|`?", c);
}
static char before(const struct reader *reader) {
  return reader->at > reader->begin ? reader->at[-1] : '\n';
}

// --- Pieces
// -------------------------------------------------------------------------------------------------------------------

static bool add_piece(struct reader *reader, const char *text, size_t length, int parameter) {
  struct statement *statement = reader->statement;
  if (statement->piece_count == PIECES)
    return wrong(reader, "the statement is too long");
  reader->pieces[statement->piece_count++] = (struct piece){text, (unsigned)length, parameter, reader->branch};
  return true;
}

// What was read since `from` becomes a piece. Between statements there is only white space: it goes.
static bool flush(struct reader *reader) {
  const char *from = reader->from;
  size_t length = (size_t)(reader->at - from);
  reader->from = reader->at;
  return !reader->statement || !length || add_piece(reader, from, length, -1);
}

static bool begin_statement(struct reader *reader) {
  struct script *script = reader->script;
  if (reader->statement)
    return true;
  if (script->statement_count == SCRIPT_STATEMENTS)
    return wrong(reader, "too many statements in one file");
  reader->statement = &script->statements[script->statement_count++];
  *reader->statement = (struct statement){.script = script, .index = script->statement_count - 1, .line = reader->line};
  reader->statement->pieces = reader->pieces;
  reader->statement->parameters = reader->parameters;
  reader->statement->options = reader->options;
  reader->from = reader->at;
  reader->line_piece = 0;
  reader->brackets = 0;
  reader->last = ';';
  return true;
}

static void *keep(const void *scratch, size_t count, size_t size) {
  void *kept = arena_array(script_arena(), count, size);
  return count ? memcpy(kept, scratch, count * size) : kept;
}

static bool end_statement(struct reader *reader) {
  struct statement *statement = reader->statement;
  if (!statement)
    return true;
  if (reader->branch)
    return wrong(reader, "an optional branch does not end before its statement");
  if (!flush(reader))
    return false;
  statement->pieces = keep(statement->pieces, statement->piece_count, sizeof *statement->pieces);
  statement->parameters = keep(statement->parameters, statement->parameter_count, sizeof *statement->parameters);
  statement->options = keep(statement->options, statement->option_count, sizeof *statement->options);
  reader->statement = NULL;
  reader->line_has_end = true;
  return true;
}

// --- What is passed over
// ------------------------------------------------------------------------------------------------------

// Goes to `to`, over whole lines.
static void skip_to(struct reader *reader, const char *to) {
  for (; reader->at < to; reader->at++)
    if (*reader->at == '\n') {
      reader->line++;
      reader->line_is_inside = true;
    }
}

// A string or quoted name: doubled quotes and, in E'', escaped ones are inside.
static bool skip_quoted(struct reader *reader) {
  char quote = *reader->at, prefix = before(reader);
  bool escapes =
      quote == '\'' && (prefix == 'e' || prefix == 'E') && (reader->at - 1 == reader->begin || !is_word(reader->at[-2]));
  const char *at = reader->at + 1;
  for (; *at && (*at != quote || at[1] == quote); at++) {
    bool escaped = escapes && *at == '\\' && at[1];
    at += escaped || *at == quote;
  }
  if (!*at)
    return wrong(reader, quote == '"' ? "a quoted name does not end" : "a string does not end");
  skip_to(reader, at + 1);
  return true;
}

// The length of "$tag$" at `at`; 0: it is none.
static size_t dollar_tag(const char *at) {
  const char *end = at + 1;
  if (begins_word(*end))
    while (is_word(*end) && *end != '$')
      end++;
  return *end == '$' ? (size_t)(end - at) + 1 : 0;
}

static bool skip_dollar(struct reader *reader) {
  size_t tag = dollar_tag(reader->at);
  if (is_word(before(reader))) {
    reader->at++;
    return true;
  }
  if (!tag)
    return wrong(reader, "a stray $: parameters are written :path");
  const char *end = reader->at + tag;
  while (*end && strncmp(end, reader->at, tag) != 0)
    end++;
  if (!*end)
    return wrong(reader, "a dollar-quoted string does not end");
  skip_to(reader, end + tag);
  return true;
}

// Comments do not reach PostgreSQL; the lines they take do, so that its positions are the file's.
static bool skip_block_comment(struct reader *reader) {
  const char *at = reader->at;
  int depth = 0, lines = 0;
  do {
    bool opens = at[0] == '/' && at[1] == '*', closes = at[0] == '*' && at[1] == '/';
    depth += opens - closes;
    lines += *at == '\n';
    if (!*at)
      return wrong(reader, "a comment does not end");
    at += opens || closes ? 2 : 1;
  } while (depth);
  if (!flush(reader))
    return false;
  skip_to(reader, at);
  reader->from = at;
  if (!reader->statement)
    return true;
  for (; lines; lines--)
    if (!add_piece(reader, "\n", 1, -1))
      return false;
  return add_piece(reader, " ", 1, -1);
}

// --- Optional lines and branches
// -----------------------------------------------------------------------------------------------------------

static int find_option(struct reader *reader, const char *name, size_t length) {
  struct statement *statement = reader->statement;
  for (unsigned i = 0; i < statement->option_count; i++)
    if (strlen(statement->options[i].name) == length && strncmp(statement->options[i].name, name, length) == 0)
      return (int)i;
  if (statement->option_count == STATEMENT_OPTIONS)
    return -1;
  struct option *option = &statement->options[statement->option_count];
  *option = (struct option){.name = arena_strndup(script_arena(), name, length), .line = reader->line};
  return option_find(reader->script, option, reader->fault) ? (int)statement->option_count++ : -1;
}

// The pieces of this line belong to the clause that `name` names.
static bool mark_line(struct reader *reader, const char *name, size_t length) {
  if (reader->line_has_end || reader->line_is_inside)
    return wrong(reader, "an optional line must not hold the end of a statement, string or comment");
  if (!reader->statement || reader->line_piece == reader->statement->piece_count)
    return wrong(reader, "an optional line without a clause");
  int option = find_option(reader, name, length);
  if (option < 0)
    return wrong(reader, "too many optional clauses");
  for (unsigned i = reader->line_piece; i < reader->statement->piece_count; i++)
    reader->pieces[i].options |= 1u << option;
  return true;
}

// The pieces up to "--)" belong to the clause that `name` names, whatever their own lines ask beside it.
static bool begin_branch(struct reader *reader, const char *name, size_t length) {
  if (reader->branch || !reader->statement)
    return wrong(reader, "an optional branch within another, or outside of a statement");
  int option = find_option(reader, name, length);
  if (option < 0)
    return wrong(reader, "too many optional clauses");
  reader->branch = 1u << option;
  return true;
}

static bool end_branch(struct reader *reader) {
  if (!reader->branch)
    return wrong(reader, "\"--)\" ends no optional branch");
  reader->branch = 0;
  return true;
}

// The word that a mark is followed by, alone in its line.
static bool read_mark(struct reader *reader, const char *mark, const char **name, size_t *length) {
  const char *end = strchrnul(mark, '\n'), *at = mark + 1;
  while (at < end && isblank((unsigned char)*at))
    at++;
  *name = at;
  while (at < end && !isspace((unsigned char)*at))
    at++;
  *length = (size_t)(at - *name);
  while (at < end && isspace((unsigned char)*at))
    at++;
  return (*length && at == end) ||
         script_wrong(reader->script, reader->line, reader->fault, "\"--%c\" is followed by one %s and nothing else", *mark,
                      strchr("?(", *mark) ? "path" : "name");
}

// --- Fragments
// ----------------------------------------------------------------------------------------------------------------

static struct fragment *find_fragment(struct reader *reader, const char *name, size_t length) {
  for (unsigned i = 0; i < reader->fragment_count; i++)
    if (reader->fragments[i].name_length == length && strncmp(reader->fragments[i].name, name, length) == 0)
      return &reader->fragments[i];
  return NULL;
}

static bool in_fragment(const struct reader *reader) {
  return reader->back || (reader->fragment_count && !reader->fragments[reader->fragment_count - 1].ended);
}

static bool begin_fragment(struct reader *reader, const char *name, size_t length) {
  if (in_fragment(reader))
    return wrong(reader, "a fragment within a fragment");
  if (find_fragment(reader, name, length))
    return wrong(reader, "a second fragment of this name");
  if (reader->fragment_count == FRAGMENTS)
    return wrong(reader, "too many fragments in one file");
  const char *end = strchrnul(name, '\n');
  reader->fragments[reader->fragment_count++] =
      (struct fragment){.name = name, .name_length = length, .at = *end ? end + 1 : end, .line = reader->line + 1};
  return true;
}

// Ends the fragment; where it was being repeated, reading goes on behind what asked for it.
static bool end_fragment(struct reader *reader) {
  if (!in_fragment(reader))
    return wrong(reader, "\"--]\" ends no fragment");
  if (!reader->back) {
    reader->fragments[reader->fragment_count - 1].ended = true;
    return true;
  }
  reader->at = reader->from = reader->back;
  reader->line = reader->back_line;
  reader->back = NULL;
  return true;
}

static bool repeat_fragment(struct reader *reader, const char *name, size_t length) {
  struct fragment *fragment = find_fragment(reader, name, length);
  if (in_fragment(reader) || !fragment)
    return wrong(reader, "\"--=\" names no fragment that ended before it");
  reader->back = reader->at;
  reader->back_line = reader->line;
  reader->at = reader->from = fragment->at;
  reader->line = fragment->line;
  reader->line_piece = reader->statement ? reader->statement->piece_count : 0;
  return true;
}

// "-- …", or a mark: "--? path" ends its line; "--( path", "--)", "--[ name", "--]" and "--= name" have one of their own.
static bool read_line_comment(struct reader *reader) {
  if (!flush(reader))
    return false;
  const char *mark = reader->at + 2, *name;
  size_t length;
  reader->at = reader->from = strchrnul(reader->at, '\n');
  if (*mark == ']')
    return end_fragment(reader);
  if (*mark == ')')
    return end_branch(reader);
  if (!*mark || !strchr("?([=", *mark))
    return true;
  if (!read_mark(reader, mark, &name, &length))
    return false;
  return *mark == '?'   ? mark_line(reader, name, length)
         : *mark == '(' ? begin_branch(reader, name, length)
         : *mark == '[' ? begin_fragment(reader, name, length)
                        : repeat_fragment(reader, name, length);
}

// Lines that are left out leave their ends, and those of a fragment that is repeated are none of the file's: PostgreSQL's
// positions stay those of the file.
static bool end_piece_of_line(struct reader *reader) {
  if (!add_piece(reader, reader->back ? " " : "\n", 1, -1))
    return false;
  reader->pieces[reader->statement->piece_count - 1].options = 0;
  return true;
}

static bool end_line(struct reader *reader) {
  if (!flush(reader))
    return false;
  if (reader->statement && !end_piece_of_line(reader))
    return false;
  reader->from = ++reader->at;
  reader->line++;
  reader->line_piece = reader->statement ? reader->statement->piece_count : 0;
  reader->line_has_end = reader->line_is_inside = false;
  return true;
}

// --- Parameters
// ---------------------------------------------------------------------------------------------------------------

// The length of a path with its suffix: words joined by dots, then #, #hash, #key or #index.
static size_t name_length(const char *name) {
  const char *at = name;
  while (is_word(*at) || (*at == '.' && begins_word(at[1])))
    at++;
  if (*at != '#' || is_operator(at[1]))
    return (size_t)(at - name);
  at++;
  while (is_word(*at))
    at++;
  return (size_t)(at - name);
}

// Whether what stands before a colon is a value, so that the colon cuts a slice out of it.
static bool follows_value(const struct reader *reader) {
  return is_word(reader->last) || strchr(")]\"'", reader->last);
}

static bool in_slice(const struct reader *reader) {
  return reader->brackets && reader->subscript[reader->brackets - 1] && follows_value(reader);
}

static bool read_parameter(struct reader *reader, struct statement *statement) {
  const char *name = reader->at + 1;
  size_t length = name_length(name);
  unsigned i = 0;
  while (i < statement->parameter_count &&
         (strlen(statement->parameters[i].name) != length || strncmp(statement->parameters[i].name, name, length) != 0))
    i++;
  if (i == SCRIPT_PARAMETERS - KEEP_PARAMETERS)
    return wrong(reader, "too many parameters in one statement");
  if (i == statement->parameter_count) {
    struct parameter *parameter = &statement->parameters[i];
    *parameter = (struct parameter){.name = arena_strndup(script_arena(), name, length), .line = reader->line};
    if (!parameter_find(reader->script, parameter, reader->fault))
      return false;
    statement->parameter_count++;
  }
  size_t text = (size_t)(reader->at - reader->from);
  if (!add_piece(reader, reader->from, text, (int)i))
    return false;
  reader->at = reader->from = name + length;
  return true;
}

static bool read_colon(struct reader *reader) {
  if (reader->at[1] == ':') {
    reader->at += 2;
    return true;
  }
  if (reader->statement && begins_word(reader->at[1]) && !in_slice(reader))
    return read_parameter(reader, reader->statement);
  reader->at++;
  return true;
}

// --- The whole
// ----------------------------------------------------------------------------------------------------------------

static bool is_array_word(const struct reader *reader) {
  const char *at = reader->at;
  return at - reader->begin >= 5 && strncasecmp(at - 5, "array", 5) == 0 && (at - reader->begin == 5 || !is_word(at[-6]));
}

static bool read_bracket(struct reader *reader) {
  if (*reader->at == ']') {
    reader->brackets -= reader->brackets > 0;
  } else if (reader->brackets == BRACKETS) {
    return wrong(reader, "brackets are nested too deeply");
  } else {
    bool value = is_word(before(reader)) || strchr(")]\"", before(reader));
    reader->subscript[reader->brackets++] = value && !is_array_word(reader);
  }
  reader->at++;
  return true;
}

static bool read_code(struct reader *reader) {
  switch (*reader->at) {
  case '\'':
  case '"':
    return skip_quoted(reader);
  case '$':
    return skip_dollar(reader);
  case '[':
  case ']':
    return read_bracket(reader);
  case ':':
    return read_colon(reader);
  default:
    reader->at++;
    return true;
  }
}

static bool read_token(struct reader *reader) {
  char c = *reader->at;
  if (c == '\n')
    return end_line(reader);
  if (c == '-' && reader->at[1] == '-')
    return read_line_comment(reader);
  if (c == '/' && reader->at[1] == '*')
    return skip_block_comment(reader);
  if (c == ';') {
    if (!end_statement(reader))
      return false;
    reader->at++;
    return true;
  }
  if (isspace((unsigned char)c)) {
    reader->at++;
    return true;
  }
  if (!begin_statement(reader) || !read_code(reader))
    return false;
  reader->last = reader->at[-1];
  return true;
}

static bool read_all(struct reader *reader) {
  while (*reader->at)
    if (!read_token(reader))
      return false;
  return in_fragment(reader) ? wrong(reader, "a fragment does not end") : end_statement(reader);
}

bool script_read(struct script *script, const char *text, struct fault *fault) {
  struct arena scratch = {0};
  struct reader reader = {
      .script = script,
      .fault = fault,
      .begin = text,
      .at = text,
      .from = text,
      .line = 1,
      .pieces = arena_array(&scratch, PIECES, sizeof(struct piece)),
      .parameters = arena_array(&scratch, SCRIPT_PARAMETERS, sizeof(struct parameter)),
      .options = arena_array(&scratch, STATEMENT_OPTIONS, sizeof(struct option)),
  };
  script->statements = arena_array(&scratch, SCRIPT_STATEMENTS, sizeof(struct statement));
  bool good = read_all(&reader);
  script->statements = keep(script->statements, script->statement_count, sizeof *script->statements);
  arena_close(&scratch);
  return good && (script->statement_count || script_wrong(script, 1, fault, "no statement"));
}
