// Rows become the response message here.

#include "base/buffer.h"
#include "store/plan.h"
#include "store/seal.h"
#include <string.h>

enum { ARRAY_HEAD_BYTES = 20, ARRAY_EMPTY_BYTES = 12 };

// One result under way.
struct reading {
  const struct script *script;
  const struct columns *columns;
  struct exchange *exchange;
  const PGresult *rows;
};

// A value, or the elements of an array that are still to be read.
struct cells {
  const char *at, *end;
  uint32_t count;
};

static bool broken(const struct reading *reading, const struct column *column, const char *what) {
  return fault_set(reading->exchange->fault, CODE_INTERNAL, "INTERNAL", "an answer of the database does not fit: %s %s",
                   column->name, what);
}

// --- Arrays
// -------------------------------------------------------------------------------------------------------------------

static bool open_array(const struct reading *reading, const struct column *column, const char *bytes, int length,
                       struct cells *cells) {
  uint32_t dimensions = length >= ARRAY_EMPTY_BYTES ? read_be32(bytes) : 2;
  *cells = (struct cells){bytes + ARRAY_HEAD_BYTES, bytes + length, 0};
  if (dimensions == 0)
    return true;
  if (dimensions > 1 || length < ARRAY_HEAD_BYTES)
    return broken(reading, column, "is no array of one dimension");
  cells->count = read_be32(bytes + 12);
  return cells->count <= (size_t)(length - ARRAY_HEAD_BYTES) / 4 || broken(reading, column, "is cut off");
}

// The next element; length -1: NULL. False where the array is shorter than it says.
static bool next_cell(struct cells *cells, const char **bytes, int *length) {
  if (cells->end - cells->at < 4)
    return false;
  *length = (int)read_be32(cells->at);
  *bytes = cells->at + 4;
  if (*length > cells->end - *bytes)
    return false;
  cells->at = *bytes + (*length < 0 ? 0 : *length);
  return true;
}

// --- Values
// -------------------------------------------------------------------------------------------------------------------

static bool decode(const struct reading *reading, const struct column *column, const char *bytes, int length, void *at) {
  if (column->size && length != column->size)
    return broken(reading, column, "has not the size of its type");
  return column->codec->decode(reading->exchange->arena, bytes, length, at) || broken(reading, column, "is out of range");
}

// Down from `message` to the holder of the path's last field, and the value into it.
static bool put_single(const struct reading *reading, const struct column *column, unsigned from, ProtobufCMessage *message,
                       const char *bytes, int length) {
  const struct trail *trail = &column->trail;
  ProtobufCMessage *holder = trail_reach(trail, from, trail->count - 1, message, reading->exchange->arena);
  const struct field *field = trail_last(trail);
  field_use(holder, field);
  return decode(reading, column, bytes, length, field_at(holder, field));
}

// NULLs in an array of scalars are passed over.
static bool put_scalars(const struct reading *reading, const struct column *column, ProtobufCMessage *holder,
                        struct cells *cells) {
  const struct field *field = trail_last(&column->trail);
  size_t size = field_element_size(field), kept = 0;
  char *elements = arena_array(reading->exchange->arena, cells->count, size);
  const char *bytes;
  int length;
  for (uint32_t i = 0; i < cells->count; i++) {
    if (!next_cell(cells, &bytes, &length))
      return broken(reading, column, "is cut off");
    if (length < 0)
      continue;
    if (!decode(reading, column, bytes, length, elements + size * kept))
      return false;
    kept++;
  }
  *(char **)field_at(holder, field) = elements;
  *field_count(holder, field) = kept;
  return true;
}

// The elements of a repeated message, as many as the first of its parallel arrays has.
static ProtobufCMessage **elements_of(const struct reading *reading, const struct column *column, const struct field *field,
                                      ProtobufCMessage *holder, uint32_t count) {
  ProtobufCMessage ***elements = field_at(holder, field);
  if (*field_count(holder, field) == 0) {
    *elements = arena_array(reading->exchange->arena, count, sizeof **elements);
    for (uint32_t i = 0; i < count; i++)
      (*elements)[i] = message_new(reading->exchange->arena, field->message);
    *field_count(holder, field) = count;
  }
  if (*field_count(holder, field) == count)
    return *elements;
  broken(reading, column, "is not as long as its neighbours");
  return NULL;
}

static bool put_leaves(const struct reading *reading, const struct column *column, unsigned repeated, ProtobufCMessage *holder,
                       struct cells *cells) {
  ProtobufCMessage **elements = elements_of(reading, column, column->trail.fields[repeated], holder, cells->count);
  const char *bytes;
  int length;
  for (uint32_t i = 0; elements && i < cells->count; i++) {
    if (!next_cell(cells, &bytes, &length))
      return broken(reading, column, "is cut off");
    if (length >= 0 && !put_single(reading, column, repeated + 1, elements[i], bytes, length))
      return false;
  }
  return elements != NULL;
}

// An empty array makes nothing, not even the messages on its way.
static bool put_array(const struct reading *reading, const struct column *column, unsigned from, ProtobufCMessage *message,
                      const char *bytes, int length) {
  struct cells cells;
  if (!open_array(reading, column, bytes, length, &cells))
    return false;
  if (cells.count == 0)
    return true;
  unsigned repeated = from;
  while (!column->trail.fields[repeated]->repeated)
    repeated++;
  ProtobufCMessage *holder = trail_reach(&column->trail, from, repeated, message, reading->exchange->arena);
  bool scalars = repeated + 1 == column->trail.count && !column->trail.fields[repeated]->message;
  return scalars ? put_scalars(reading, column, holder, &cells) : put_leaves(reading, column, repeated, holder, &cells);
}

// --- Sealed values
// ------------------------------------------------------------------------------------------------------------

// The id that a value in `message` was sealed under: its own, or that of the nearest message around it, or the request's.
static const char *id_around(const struct reading *reading, const struct trail *trail, unsigned from,
                             ProtobufCMessage *message) {
  const char *id = "";
  for (unsigned i = from; message && i < trail->count; i++) {
    const struct field *field = message_field(trail->fields[i]->owner, "id", 2);
    if (field && !field->repeated && field->descriptor->type == PROTOBUF_C_TYPE_STRING && *field_text(message, field))
      id = field_text(message, field);
    message = i + 1 < trail->count ? field_message(message, trail->fields[i]) : NULL;
  }
  const struct field *asked = message_field(reading->script->in, "id", 2);
  bool has_asked = asked && !asked->repeated && asked->descriptor->type == PROTOBUF_C_TYPE_STRING;
  return *id || !has_asked ? id : field_text(reading->exchange->in, asked);
}

static bool put_sealed(const struct reading *reading, const struct column *column, int row, unsigned from,
                       ProtobufCMessage *message) {
  const PGresult *rows = reading->rows;
  int own = (int)(column - reading->columns->of), key = (int)column->key;
  if (PQgetisnull(rows, row, own) || PQgetisnull(rows, row, key))
    return true;
  const struct trail *trail = &column->trail;
  const struct field *field = trail_last(trail);
  ProtobufCMessage *holder = trail_reach(trail, from, trail->count - 1, message, reading->exchange->arena);
  const char *text = seal_open(reading->exchange, field->owner->name, id_around(reading, trail, from, message), field->name,
                               (const uint8_t *)PQgetvalue(rows, row, key), (size_t)PQgetlength(rows, row, key),
                               (const uint8_t *)PQgetvalue(rows, row, own), (size_t)PQgetlength(rows, row, own));
  if (!text)
    return false;
  field_use(holder, field);
  *(const char **)field_at(holder, field) = text;
  return true;
}

// --- Rows
// ---------------------------------------------------------------------------------------------------------------------

static bool put_column(const struct reading *reading, unsigned i, int row, unsigned from, ProtobufCMessage *message) {
  const struct column *column = &reading->columns->of[i];
  const char *bytes = PQgetvalue(reading->rows, row, (int)i);
  int length = PQgetlength(reading->rows, row, (int)i);
  return column->array ? put_array(reading, column, from, message, bytes, length)
                       : put_single(reading, column, from, message, bytes, length);
}

// `from`: 1 where `message` is an element, whose field begins each path; 0 where it is the response. Sealed values come after
// the plain ones, for the id that they are bound to is one of these.
static bool put_row(const struct reading *reading, int row, unsigned from, ProtobufCMessage *message) {
  const struct columns *columns = reading->columns;
  for (unsigned i = 0; i < columns->count; i++)
    if (columns->of[i].kind == COLUMN_VALUE && !PQgetisnull(reading->rows, row, (int)i) &&
        !put_column(reading, i, row, from, message))
      return false;
  for (unsigned i = 0; columns->sealed && i < columns->count; i++)
    if (columns->of[i].kind == COLUMN_SEALED && !put_sealed(reading, &columns->of[i], row, from, message))
      return false;
  return true;
}

// Room for `more` elements behind those that are there; fresh messages lie in it.
static ProtobufCMessage **grow(const struct reading *reading, const struct field *field, size_t more) {
  ProtobufCMessage *out = reading->exchange->out, ***elements = field_at(out, field);
  size_t *count = field_count(out, field), before = *count;
  ProtobufCMessage **grown = arena_array(reading->exchange->arena, before + more, sizeof *grown);
  if (before)
    memcpy(grown, *elements, before * sizeof *grown);
  for (size_t i = 0; i < more; i++)
    grown[before + i] = message_new(reading->exchange->arena, field->message);
  *elements = grown;
  *count += more;
  return grown + before;
}

// Where the next page begins: behind the last row of this one.
static void remember_page(const struct reading *reading, int row) {
  struct page *page = &reading->exchange->page;
  page->more = true;
  page->next_count = 0;
  for (unsigned i = 0; i < reading->columns->count && page->next_count < PAGE_VALUES; i++) {
    const struct column *column = &reading->columns->of[i];
    if (column->kind != COLUMN_PAGE)
      continue;
    bool null = PQgetisnull(reading->rows, row, (int)i);
    int length = PQgetlength(reading->rows, row, (int)i);
    page->next[page->next_count++] = (struct page_value){
        .name = column->page,
        .type = column->type,
        .bytes = null ? NULL : arena_strndup(reading->exchange->arena, PQgetvalue(reading->rows, row, (int)i), (size_t)length),
        .length = null ? -1 : length,
    };
  }
}

static bool put_elements(const struct reading *reading) {
  int count = PQntuples(reading->rows);
  bool more = reading->columns->paged && count > reading->exchange->page.size;
  if (more)
    count = reading->exchange->page.size;
  if (count == 0)
    return true;
  ProtobufCMessage **elements = grow(reading, reading->columns->element, (size_t)count);
  for (int row = 0; row < count; row++)
    if (!put_row(reading, row, 1, elements[row]))
      return false;
  if (more)
    remember_page(reading, count - 1);
  return true;
}

// --- Results by item
// ----------------------------------------------------------------------------------------------------------

static size_t item_total(const struct reading *reading) {
  size_t total = 0;
  for (unsigned i = 0; i < reading->script->item_count; i++)
    total += *field_count(reading->exchange->in, reading->script->items[i]);
  return total;
}

static unsigned place_column(const struct columns *columns) {
  unsigned i = 0;
  while (columns->of[i].kind != COLUMN_PLACE)
    i++;
  return i;
}

// One element an item, whether a row speaks of it or not; what earlier statements said of it stays.
static bool put_results(const struct reading *reading) {
  const struct field *field = reading->columns->element;
  size_t total = item_total(reading), there = *field_count(reading->exchange->out, field);
  unsigned place_at = place_column(reading->columns);
  if (there < total)
    grow(reading, field, total - there);
  for (int row = 0; row < PQntuples(reading->rows); row++) {
    bool null = PQgetisnull(reading->rows, row, (int)place_at);
    uint32_t place = null ? 0 : read_be32(PQgetvalue(reading->rows, row, (int)place_at));
    if (place < 1 || place > total)
      return broken(reading, &reading->columns->of[place_at], "is no item's place");
    if (!put_row(reading, row, 1, field_element(reading->exchange->out, field, place - 1)))
      return false;
  }
  return true;
}

// --- The whole
// ----------------------------------------------------------------------------------------------------------------

bool variant_rows(const struct variant *variant, struct exchange *exchange, const PGresult *rows) {
  const struct columns *columns = variant_combination(variant)->columns;
  const struct reading reading = {variant->statement->script, columns, exchange, rows};
  if (!columns->promised)
    return true;
  if (PQnfields(rows) != (int)columns->count)
    return fault_set(exchange->fault, CODE_INTERNAL, "INTERNAL", "an answer of the database has other columns than at start");
  if (columns->placed)
    return put_results(&reading);
  if (columns->element)
    return put_elements(&reading);
  if (PQntuples(rows) == 0)
    return fault_set(exchange->fault, CODE_NOT_FOUND, "NOT_FOUND", "not found");
  return put_row(&reading, 0, 0, exchange->out);
}
