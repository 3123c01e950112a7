// Any file of regions, or roster of persons: refused with its line, or copied row by row, as PostgreSQL reads a copy. The
// database is stood in for: it takes everything, and what it is given is looked at.

#include "feature/incoming.h"
#include "support/fuzz.h"
#include <string.h>

enum { REGIONS_COLUMNS = 8, ROSTER_COLUMNS = 11, ROSTER_BIT = 1, FIELDS_AT = 2 };

// --- The database ----------------------------------------------------------------------------------------------------

static struct {
  struct buffer copied;
  PGresult *answer;
} database;

int PQsendQueryParams(PGconn *connection, const char *text, int count, const Oid *types, const char *const *values,
                      const int *lengths, const int *formats, int form) {
  (void)connection, (void)count, (void)types, (void)values, (void)lengths, (void)formats, (void)form;
  database.answer = PQmakeEmptyPGresult(NULL, strstr(text, "from stdin") ? PGRES_COPY_IN : PGRES_COMMAND_OK);
  return 1;
}

int PQisBusy(PGconn *connection) {
  (void)connection;
  return 0;
}

PGresult *PQgetResult(PGconn *connection) {
  (void)connection;
  PGresult *answer = database.answer;
  database.answer = NULL;
  return answer;
}

int PQputCopyData(PGconn *connection, const char *bytes, int length) {
  (void)connection;
  buffer_put(&database.copied, bytes, (size_t)length);
  return 1;
}

int PQputCopyEnd(PGconn *connection, const char *error) {
  (void)connection;
  must(!error);
  return 1;
}

// --- What is copied --------------------------------------------------------------------------------------------------

// Undoes the escapes of a field; NULL is \N.
static const char *field_of(char *text) {
  if (strcmp(text, "\\N") == 0)
    return NULL;
  char *to = text;
  for (const char *at = text; *at; at++) {
    const char *letter = *at == '\\' ? strchr("\\\\t\tn\nr\r", at[1]) : NULL;
    must(*at != '\\' || (letter && at[1]));
    *to++ = letter ? letter[1] : *at;
    at += letter != NULL;
  }
  *to = '\0';
  return text;
}

// Cuts a row up. It has as many columns as its table.
static void read_copied(char *row, unsigned columns, const char **fields) {
  unsigned count = 0;
  for (char *part; (part = strsep(&row, "\t")); count++) {
    must(count < columns);
    fields[count] = field_of(part);
  }
  must(count == columns);
}

// A roster's row holds what the record has under the column's name, word for word.
static void check_person(const struct incoming_table *table, const struct csv *heading, const struct csv *record,
                         const char *const *fields) {
  for (unsigned i = 0; i < table->count; i++) {
    const char *expected = NULL;
    for (unsigned place = 0; place < heading->count && place < record->count; place++)
      if (strcmp(heading->fields[place], table->columns[i]) == 0)
        expected = record->fields[place];
    const char *copied = fields[FIELDS_AT + i];
    must(expected ? copied && strcmp(copied, expected) == 0 : !copied);
  }
}

static void check_region(const char *const *fields) {
  must(fields[1] && strlen(fields[1]) == 12 && strspn(fields[1], "0123456789") == 12);
  must(fields[3] && strchr("12345", *fields[3]) && strlen(fields[3]) == 1);
  must(fields[4] && *fields[4] && !fields[6] == !fields[7]);
}

static void check_rows(const struct incoming_table *table, unsigned rows, const char *text, size_t length,
                       struct arena *arena) {
  struct fault fault = {.arena = arena};
  struct csv heading, record;
  bool roster = table == &incoming_roster;
  char *rest = buffer_text(&database.copied), *row;
  csv_open(&record, text, length, arena);
  must(csv_next(&record, &fault));
  heading = record;
  for (; *rest; rows--) {
    const char *fields[ROSTER_COLUMNS];
    row = strsep(&rest, "\n");
    must(rest && rows > 0 && csv_next(&record, &fault));
    read_copied(row, roster ? ROSTER_COLUMNS : REGIONS_COLUMNS, fields);
    if (roster)
      check_person(table, &heading, &record, fields);
    else
      check_region(fields);
  }
  must(rows == 0);
}

// The first byte chooses the table.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  struct input input = input_of(data, size, &arena);
  struct owner owner = {.fault = {.arena = &arena}};
  const struct incoming_table *table = input_byte(&input) & ROSTER_BIT ? &incoming_roster : &incoming_regions;
  size_t length;
  unsigned rows = 0;
  const char *text = input_rest(&input, &length);
  database.copied = (struct buffer){.arena = &arena};
  bool read = incoming_text(&owner, text, length, table, &rows);
  must(read == (owner.fault.code == CODE_OK) && (read || strcmp(owner.fault.reason, "BAD_CSV") == 0));
  if (read)
    check_rows(table, rows, text, length, &arena);
  PQclear(database.answer);
  database.answer = NULL;
  arena_close(&arena);
  return 0;
}
