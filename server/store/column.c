// The columns that PostgreSQL describes are held against the response's descriptor here, and their way into it is planned.

#include "store/plan.h"
#include <ctype.h>
#include <string.h>

enum { PAGE_PREFIX = 5 };

// --- Faults
// -------------------------------------------------------------------------------------------------------------------

static bool is_word(char c) {
  return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

// Whether the name stands at `at` as a word of its own, and not as the beginning of a longer path.
static bool is_named(const char *at, size_t left, size_t before, const char *name, size_t length) {
  if (left < length || strncmp(at, name, length) != 0 || (before && is_word(at[-1])))
    return false;
  return left == length || (!is_word(at[length]) && at[length] != '.');
}

// The line where a column's name is first written: in the select list, most often. PostgreSQL does not tell.
static int column_line(const struct statement *statement, const char *name) {
  size_t length = strlen(name);
  int line = statement->line, found = 0;
  for (unsigned i = 0; i < statement->piece_count; i++) {
    const struct piece *piece = &statement->pieces[i];
    for (unsigned at = 0; at < piece->length; at++) {
      if (!found && is_named(piece->text + at, piece->length - at, at, name, length))
        found = line;
      line += piece->text[at] == '\n';
    }
  }
  return found ? found : statement->line;
}

static bool not_so(const struct statement *statement, const struct column *column, struct fault *fault, const char *why) {
  return script_wrong(statement->script, column_line(statement, column->name), fault, "column \"%s\" %s", column->name, why);
}

static bool no_fit(const struct statement *statement, const struct column *column, struct fault *fault) {
  const struct field *field = trail_last(&column->trail);
  return not_so(statement, column, fault,
                arena_printf(fault->arena, "is %s, the field is %s", type_text(fault->arena, column->type),
                             column->trail.said->sealed ? "sealed" : kind_name(kind_of(field))));
}

// --- One column
// ---------------------------------------------------------------------------------------------------------------

static bool find_place(const struct statement *statement, struct column *column, struct fault *fault) {
  const struct script *script = statement->script;
  const struct field *field = message_field(script->out, column->name, strlen(column->name) - 1);
  if (!script->method->per_item || !field || !field->repeated || !field->message)
    return not_so(statement, column, fault, "is a place, and the method's answers are not by item");
  if (column->type != TYPE_INT4)
    return not_so(statement, column, fault, "is not int4");
  column->kind = COLUMN_PLACE;
  column->trail = (struct trail){.count = 1, .repeated = 1, .fields = {field}, .said = field};
  return true;
}

static bool find_key(const struct statement *statement, struct column *column, struct fault *fault) {
  column->kind = COLUMN_KEY;
  return column->type == TYPE_BYTEA || not_so(statement, column, fault, "is a record's key and not bytea");
}

static bool find_value(const struct statement *statement, struct column *column, struct fault *fault) {
  struct trail *trail = &column->trail;
  const char *why;
  if (!trail_resolve(statement->script->out, column->name, strlen(column->name), TRAIL_VALUE, trail, fault->arena, &why))
    return not_so(statement, column, fault, why);
  const struct type *element = type_of_elements(column->type);
  column->array = element != NULL;
  if (trail->said->sealed) {
    column->kind = COLUMN_SEALED;
    return column->type == TYPE_BYTEA || no_fit(statement, column, fault);
  }
  const struct type *type = element ? element : type_of(column->type);
  column->codec = type ? codec_of(kind_of(trail_last(trail)), type->oid) : NULL;
  if (!column->codec)
    return no_fit(statement, column, fault);
  column->size = type->size;
  return true;
}

static bool find_column(const struct statement *statement, struct column *column, struct fault *fault) {
  size_t length = strlen(column->name);
  if (column->type == TYPE_VOID) {
    column->kind = COLUMN_VOID;
    return true;
  }
  if (strncmp(column->name, "page.", PAGE_PREFIX) == 0) {
    column->kind = COLUMN_PAGE;
    column->page = column->name + PAGE_PREFIX;
    return true;
  }
  if (length > 1 && column->name[length - 1] == '#')
    return find_place(statement, column, fault);
  if (length >= 4 && strcmp(column->name + length - 4, "#key") == 0)
    return find_key(statement, column, fault);
  return find_value(statement, column, fault);
}

// --- All of them
// --------------------------------------------------------------------------------------------------------------

static bool is_in_message(const struct column *column) {
  return column->kind == COLUMN_VALUE || column->kind == COLUMN_PLACE || column->kind == COLUMN_SEALED;
}

// How many repeated fields the column's own type stands for, beside the element.
static unsigned arrays_of(const struct column *column) {
  return column->array;
}

// The repeated message of which each row is an element: all columns begin with it, and none is an array on account of it.
static const struct field *find_element(const struct columns *columns) {
  const struct field *element = NULL;
  for (unsigned i = 0; i < columns->count; i++) {
    const struct column *column = &columns->of[i];
    if (!is_in_message(column))
      continue;
    const struct field *first = column->trail.fields[0];
    if (!first->repeated || !first->message || (element && first != element))
      return NULL;
    if (column->kind == COLUMN_VALUE && column->trail.repeated == arrays_of(column))
      return NULL;
    element = first;
  }
  return element;
}

// With one row an element its field is no array in the columns; every other repeated field on a path is one, and there is one
// at most.
static bool has_its_arrays(const struct statement *statement, const struct columns *columns, const struct column *column,
                           struct fault *fault) {
  unsigned needed = column->trail.repeated - (columns->element != NULL);
  if (needed > 1)
    return not_so(statement, column, fault, "is repeated in repeated: give one row an element of the outer one");
  if (needed != arrays_of(column))
    return not_so(statement, column, fault,
                  needed ? "is no array, the field is repeated" : "is an array, the field is not repeated");
  return true;
}

// The column "reporter#key" of "reporter.name", "#key" of "name".
static bool find_key_of(const struct statement *statement, struct columns *columns, struct column *column,
                        struct fault *fault) {
  const char *dot = strrchr(column->name, '.');
  int length = dot ? (int)(dot - column->name) : 0;
  const char *key = arena_printf(fault->arena, "%.*s#key", length, column->name);
  for (column->key = 0; column->key < columns->count; column->key++)
    if (strcmp(columns->of[column->key].name, key) == 0)
      return true;
  return not_so(statement, column, fault,
                arena_printf(fault->arena, "is sealed and misses its record's key, column \"%s\"", key));
}

static bool is_named_before(const struct columns *columns, const struct column *column) {
  for (const struct column *other = columns->of; other < column; other++)
    if (strcmp(other->name, column->name) == 0)
      return true;
  return false;
}

static bool fit_together(const struct statement *statement, struct columns *columns, struct fault *fault) {
  for (struct column *column = columns->of; column < columns->of + columns->count; column++) {
    if (column->kind == COLUMN_VOID)
      continue;
    if (is_named_before(columns, column))
      return not_so(statement, column, fault, "is there twice");
    if ((column->kind == COLUMN_VALUE || column->kind == COLUMN_SEALED) && !has_its_arrays(statement, columns, column, fault))
      return false;
    if (column->kind == COLUMN_SEALED && !find_key_of(statement, columns, column, fault))
      return false;
    if (column->kind == COLUMN_PLACE && !columns->element)
      return not_so(statement, column, fault, "is a place, and not all columns belong to its elements");
    columns->paged |= column->kind == COLUMN_PAGE;
    columns->placed |= column->kind == COLUMN_PLACE;
    columns->sealed |= column->kind == COLUMN_SEALED;
    columns->promised = true;
  }
  if (columns->paged && !columns->element)
    return script_wrong(statement->script, statement->line, fault, "\"page.\" columns need one row an element");
  return true;
}

bool columns_plan(struct statement *statement, const PGresult *described, struct columns *columns, struct fault *fault) {
  int count = PQnfields(described);
  if (count > STATEMENT_COLUMNS)
    return script_wrong(statement->script, statement->line, fault, "more than %d columns", STATEMENT_COLUMNS);
  *columns = (struct columns){
      .count = (unsigned)count,
      .of = arena_array(script_arena(), (size_t)count, sizeof(struct column)),
  };
  for (int i = 0; i < count; i++) {
    struct column *column = &columns->of[i];
    column->name = arena_strdup(script_arena(), PQfname(described, i));
    column->type = PQftype(described, i);
    if (!find_column(statement, column, fault))
      return false;
  }
  columns->element = find_element(columns);
  return fit_together(statement, columns, fault);
}
