// SQL texts are put together here: of a combination of clauses, of the form that keeps its rows, of the one that reads them
// back.

#include "base/buffer.h"
#include "schema/embedded.h"
#include "store/plan.h"
#include "store/text.h"
#include <string.h>

// --- Combinations
// -------------------------------------------------------------------------------------------------------------

static unsigned number_of(int parameter, const unsigned char *parameters, unsigned count) {
  unsigned i = 0;
  while (i < count && parameters[i] != parameter)
    i++;
  return i + 1;
}

char *combination_text(const struct statement *statement, uint32_t mask, const unsigned char *parameters, unsigned count,
                       struct arena *arena) {
  struct buffer text = {.arena = arena};
  for (unsigned i = 0; i < statement->piece_count; i++) {
    const struct piece *piece = &statement->pieces[i];
    if (!piece_is_in(piece, mask))
      continue;
    buffer_put(&text, piece->text, piece->length);
    if (piece->parameter >= 0)
      buffer_printf(&text, "$%u", number_of(piece->parameter, parameters, count));
  }
  while (text.length && strchr(" \t\r\n", text.data[text.length - 1]))
    text.length--;
  return buffer_text(&text);
}

// --- Templates
// ----------------------------------------------------------------------------------------------------------------

// What stands for {name} in a template.
struct blank {
  const char *name, *text;
};

const char *text_of(const char *path) {
  for (size_t i = 0; i < embedded_sql_count; i++)
    if (strcmp(embedded_sql[i].path, path) == 0)
      return embedded_sql[i].text;
  return "";
}

static const struct blank *find_blank(const struct blank *blanks, const char *name, size_t length) {
  for (; blanks->name; blanks++)
    if (strlen(blanks->name) == length && strncmp(blanks->name, name, length) == 0)
      return blanks;
  return NULL;
}

static void fill(struct buffer *out, const char *line, const char *end, const struct blank *blanks) {
  for (const char *at = line; at < end;) {
    const char *close = *at == '{' ? memchr(at, '}', (size_t)(end - at)) : NULL;
    const struct blank *blank = close ? find_blank(blanks, at + 1, (size_t)(close - at) - 1) : NULL;
    if (blank) {
      buffer_string(out, blank->text);
      at = close + 1;
    } else {
      buffer_byte(out, *at++);
    }
  }
}

// The template without its comment, its blanks filled in.
static char *template_filled(const char *path, const struct blank *blanks, struct arena *arena) {
  struct buffer out = {.arena = arena};
  for (const char *line = text_of(path); *line;) {
    const char *end = strchrnul(line, '\n');
    if (*end)
      end++;
    if (strncmp(line, "--", 2) != 0)
      fill(&out, line, end, blanks);
    line = end;
  }
  return buffer_text(&out);
}

// --- Request ids
// --------------------------------------------------------------------------------------------------------------

static bool is_secret(const struct column *column) {
  return (column->kind == COLUMN_VALUE || column->kind == COLUMN_SEALED) && column->trail.said->secret;
}

// '{"a","b"}': the columns that are not kept. Names are paths, so that nothing in them needs escaping.
static char *secret_columns(const struct columns *columns, struct arena *arena) {
  struct buffer text = {.arena = arena};
  buffer_string(&text, "'{");
  for (unsigned i = 0, found = 0; i < columns->count; i++)
    if (is_secret(&columns->of[i]) || columns->of[i].kind == COLUMN_VOID)
      buffer_printf(&text, "%s\"%s\"", found++ ? "," : "", columns->of[i].name);
  buffer_string(&text, "}'");
  return buffer_text(&text);
}

char *keeping_text(const struct statement *statement, const char *text, unsigned count, struct arena *arena) {
  const struct blank blanks[] = {
      {"statement", text},
      {"method", arena_printf(arena, "$%u", count + 1)},
      {"request_id", arena_printf(arena, "$%u", count + 2)},
      {"hash", arena_printf(arena, "$%u", count + 3)},
      {"secret", secret_columns(&statement->columns, arena)},
      {NULL, NULL},
  };
  return template_filled(statement->columns.count ? "sql/store/keep.sql" : "sql/store/keep_nothing.sql", blanks, arena);
}

char *replay_text(const struct statement *statement, struct arena *arena) {
  struct buffer columns = {.arena = arena};
  for (unsigned i = 0, found = 0; i < statement->columns.count; i++) {
    const struct column *column = &statement->columns.of[i];
    if (column->kind != COLUMN_VOID)
      buffer_printf(&columns, "%s\"%s\" %s", found++ ? ", " : "", column->name, type_text(arena, column->type));
  }
  const struct blank blanks[] = {{"columns", buffer_text(&columns)}, {NULL, NULL}};
  return template_filled(statement->columns.promised ? "sql/store/replay.sql" : "sql/store/replay_nothing.sql", blanks, arena);
}
