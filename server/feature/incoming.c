// Files are mapped, read and copied into temporary tables here.

#include "feature/incoming.h"
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COPY_BYTES = 64 * 1024 };

bool incoming_bad(struct incoming *incoming, const char *what, const char *value) {
  return fault_set(&incoming->owner->fault, CODE_INVALID_ARGUMENT, "BAD_CSV", "line %u: %s \"%s\"", incoming->csv.line, what,
                   value);
}

void incoming_field(struct incoming *incoming, const char *text, char end) {
  static const char escaped[] = "\\\t\n\r", letters[] = "\\tnr";
  struct buffer *copy = &incoming->copy;
  if (!text)
    buffer_string(copy, "\\N");
  for (; text && *text; text++) {
    const char *special = strchr(escaped, *text);
    if (special)
      buffer_byte(copy, '\\');
    buffer_byte(copy, special ? letters[special - escaped] : *text);
  }
  buffer_byte(copy, end);
}

static int column_of(const struct incoming_table *table, const char *name) {
  for (unsigned i = 0; i < table->count; i++)
    if (!strcmp(table->columns[i], name))
      return (int)i;
  return -1;
}

static bool read_heading(struct incoming *incoming) {
  struct fault *fault = &incoming->owner->fault;
  const struct incoming_table *table = incoming->table;
  const struct csv *csv = &incoming->csv;
  if (!csv_next(&incoming->csv, fault))
    return fault_set(fault, CODE_INVALID_ARGUMENT, "BAD_CSV", "the file is empty");
  incoming->heading = csv->count;
  for (unsigned i = 0; i < csv->count; i++) {
    int column = column_of(table, csv->fields[i]);
    if (column < 0 && table->alone)
      return incoming_bad(incoming, "there is no use for a column", csv->fields[i]);
    if (column >= 0 && incoming->told[column])
      return incoming_bad(incoming, "here twice is the column", csv->fields[i]);
    if (column >= 0)
      incoming->told[column] = true, incoming->place[column] = i;
  }
  for (unsigned column = 0; column < table->needed; column++)
    if (!incoming->told[column])
      return incoming_bad(incoming, "no column", table->columns[column]);
  return true;
}

static bool read_row(struct incoming *incoming) {
  const struct csv *csv = &incoming->csv;
  const char *fields[INCOMING_COLUMNS] = {NULL};
  for (unsigned column = 0; column < incoming->table->count; column++)
    if (incoming->told[column] && incoming->place[column] < csv->count)
      fields[column] = csv->fields[incoming->place[column]];
  incoming->rows++;
  return incoming->table->row(incoming, fields);
}

static bool send_rows(struct incoming *incoming, size_t at_least) {
  if (incoming->copy.length < at_least)
    return true;
  struct owner *owner = incoming->owner;
  int sent = PQputCopyData(owner->connection, incoming->copy.data, (int)incoming->copy.length);
  incoming->copy.length = 0;
  return sent == 1 || fault_set(&owner->fault, CODE_UNAVAILABLE, "DATABASE_AWAY", "%s", PQerrorMessage(owner->connection));
}

static bool copy_rows(struct incoming *incoming) {
  struct owner *owner = incoming->owner;
  if (!owner_do(owner, incoming->table->make, 0, NULL) || !owner_do(owner, incoming->table->copy, 0, NULL))
    return false;
  while (csv_next(&incoming->csv, &owner->fault)) {
    if (!read_row(incoming) || !send_rows(incoming, COPY_BYTES))
      break;
    arena_reset(&incoming->record);
  }
  if (owner->fault.code != CODE_OK || !send_rows(incoming, 1))
    return false;
  if (PQputCopyEnd(owner->connection, NULL) != 1)
    return fault_set(&owner->fault, CODE_UNAVAILABLE, "DATABASE_AWAY", "%s", PQerrorMessage(owner->connection));
  bool fine = true;
  for (PGresult *result; (result = PQgetResult(owner->connection));) {
    if (PQresultStatus(result) != PGRES_COMMAND_OK && fine)
      fine =
          fault_set(&owner->fault, CODE_INVALID_ARGUMENT, "BAD_CSV", "%s", PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
    PQclear(result);
  }
  return fine;
}

bool incoming_text(struct owner *owner, const char *text, size_t length, const struct incoming_table *table, unsigned *rows) {
  struct incoming incoming = {.owner = owner, .table = table};
  incoming.copy.arena = &incoming.copied;
  csv_open(&incoming.csv, text, length, &incoming.record);
  bool fine = read_heading(&incoming) && copy_rows(&incoming);
  *rows = incoming.rows;
  arena_close(&incoming.record);
  arena_close(&incoming.copied);
  return fine;
}

bool incoming_read(struct owner *owner, const char *path, const struct incoming_table *table, unsigned *rows) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  struct stat about;
  if (file < 0 || fstat(file, &about) < 0 || !S_ISREG(about.st_mode)) {
    if (file >= 0)
      close(file);
    return fault_set(&owner->fault, CODE_NOT_FOUND, "NOT_FOUND", "cannot read %s", path);
  }
  size_t length = (size_t)about.st_size;
  char *text = length ? mmap(NULL, length, PROT_READ, MAP_PRIVATE, file, 0) : NULL;
  close(file);
  if (text == MAP_FAILED)
    return fault_set(&owner->fault, CODE_INTERNAL, "INTERNAL", "cannot map %s", path);
  bool fine = incoming_text(owner, text ? text : "", length, table, rows);
  if (text)
    munmap(text, length);
  return fine;
}
