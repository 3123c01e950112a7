// Regions are imported here: a file of all divisions is checked, copied beside the table, and what differs is changed.

#include "feature/commands.h"
#include "base/buffer.h"
#include "feature/csv.h"
#include "feature/owner.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const struct setting settings[] = {
    {.name = "DB_OWNER_URL", .help = "The owner's connection", .kind = 's', .secret = true},
};

// The columns of the file, in any order. A file without the last two says nothing of regions that ended.
enum { COLUMN_CODE, COLUMN_PARENT, COLUMN_LEVEL, COLUMN_NAME, COLUMN_SUCCESSOR, COLUMN_ENDED, COLUMNS };
enum { COLUMNS_NEEDED = COLUMN_SUCCESSOR };
static const char *const column_names[COLUMNS] = {"code", "parent_code", "level", "name", "successor_code", "ended_on"};
static const char *const level_names[] = {"province", "city", "county", "township", "village"};
enum { LEVELS = sizeof level_names / sizeof *level_names, CODE_DIGITS = 12, NAME_BYTES_MAX = 400, COPY_BYTES = 64 * 1024 };

struct import {
  struct owner *owner;
  struct arena record; // of the record at hand
  struct csv csv;
  unsigned place[COLUMNS];
  bool tells_ends;
  struct buffer copy; // rows on their way
  struct arena copied;
  long rows;
};

static bool bad(struct import *import, const char *what, const char *value) {
  return fault_set(&import->owner->fault, CODE_INVALID_ARGUMENT, "BAD_CSV", "line %u: %s \"%s\"", import->csv.line, what,
                   value);
}

static bool read_heading(struct import *import) {
  struct fault *fault = &import->owner->fault;
  if (!csv_next(&import->csv, fault))
    return fault_set(fault, CODE_INVALID_ARGUMENT, "BAD_CSV", "the file is empty");
  import->tells_ends = true;
  for (unsigned column = 0; column < COLUMNS; column++) {
    unsigned i = 0;
    while (i < import->csv.count && strcmp(import->csv.fields[i], column_names[column]))
      i++;
    if (i == import->csv.count && column >= COLUMNS_NEEDED)
      import->tells_ends = false;
    else if (i == import->csv.count)
      return fault_set(fault, CODE_INVALID_ARGUMENT, "BAD_CSV", "line 1: no column \"%s\"", column_names[column]);
    import->place[column] = i;
  }
  return true;
}

static bool is_code(const char *text) {
  return strlen(text) == CODE_DIGITS && strspn(text, "0123456789") == CODE_DIGITS && *text != '0';
}

static int level_of(const char *text) {
  for (int i = 0; i < LEVELS; i++)
    if (!strcmp(text, level_names[i]) || (text[0] == '1' + i && !text[1]))
      return i + 1;
  return 0;
}

static bool is_day(const char *text) {
  struct tm day = {0};
  const char *end = strptime(text, "%Y-%m-%d", &day);
  return end && !*end;
}

static const char *or_null(const char *text) {
  return *text ? text : "\\N";
}

// Successor and day of a region that ended: both or neither.
static bool read_end(struct import *import, const char *const *of) {
  const char *successor = of[COLUMN_SUCCESSOR], *day = of[COLUMN_ENDED];
  if (*successor && !is_code(successor))
    return bad(import, "successor_code must be 12 digits or empty, not", successor);
  if (*day && !is_day(day))
    return bad(import, "ended_on must be a day (YYYY-MM-DD) or empty, not", day);
  return !*successor == !*day || bad(import, "successor_code and ended_on stand together, not alone", *day ? day : successor);
}

static bool read_row(struct import *import) {
  const char *of[COLUMNS] = {[COLUMN_SUCCESSOR] = "", [COLUMN_ENDED] = ""};
  for (unsigned column = 0; column < (import->tells_ends ? COLUMNS : COLUMNS_NEEDED); column++) {
    if (import->place[column] >= import->csv.count)
      return bad(import, "there is no", column_names[column]);
    of[column] = import->csv.fields[import->place[column]];
  }
  int level = level_of(of[COLUMN_LEVEL]);
  if (!is_code(of[COLUMN_CODE]))
    return bad(import, "code must be 12 digits, not", of[COLUMN_CODE]);
  if (*of[COLUMN_PARENT] && !is_code(of[COLUMN_PARENT]))
    return bad(import, "parent_code must be 12 digits or empty, not", of[COLUMN_PARENT]);
  if (!level)
    return bad(import, "level must be province, city, county, township or village, not", of[COLUMN_LEVEL]);
  if (!*of[COLUMN_NAME] || strlen(of[COLUMN_NAME]) > NAME_BYTES_MAX || strpbrk(of[COLUMN_NAME], "\t\n\r\\"))
    return bad(import, "name must be a short text, not", of[COLUMN_NAME]);
  if (!read_end(import, of))
    return false;
  buffer_printf(&import->copy, "%ld\t%s\t%s\t%d\t%s\t%s\t%s\t%s\n", (long)import->csv.line, of[COLUMN_CODE],
                or_null(of[COLUMN_PARENT]), level, of[COLUMN_NAME], import->tells_ends ? "t" : "f",
                or_null(of[COLUMN_SUCCESSOR]), or_null(of[COLUMN_ENDED]));
  import->rows++;
  return true;
}

static bool send_rows(struct import *import, size_t at_least) {
  if (import->copy.length < at_least)
    return true;
  int sent = PQputCopyData(import->owner->connection, import->copy.data, (int)import->copy.length);
  import->copy.length = 0;
  if (sent == 1)
    return true;
  return fault_set(&import->owner->fault, CODE_UNAVAILABLE, "DATABASE_AWAY", "%s", PQerrorMessage(import->owner->connection));
}

static bool copy_rows(struct import *import) {
  struct owner *owner = import->owner;
  if (!owner_do(owner, "regions_incoming", 0, NULL) || !owner_do(owner, "regions_copy", 0, NULL))
    return false;
  while (csv_next(&import->csv, &owner->fault)) {
    if (!read_row(import) || !send_rows(import, COPY_BYTES))
      break;
    arena_reset(&import->record);
  }
  if (owner->fault.code != CODE_OK || !send_rows(import, 1))
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

// What is wrong between rows: the first of it, with its line.
static bool check_rows(struct owner *owner) {
  PGresult *result = owner_do(owner, "regions_heirs", 0, NULL) ? owner_run(owner, "regions_faults", 0, NULL) : NULL;
  if (!result)
    return false;
  bool fine = PQntuples(result) == 0;
  if (!fine)
    fault_set(&owner->fault, CODE_INVALID_ARGUMENT, "BAD_CSV", "line %s: %s", PQgetvalue(result, 0, 0),
              PQgetvalue(result, 0, 1));
  PQclear(result);
  return fine;
}

// Grants and offices do not follow: somebody has to give new ones, and hears here which.
static void tell_what_is_left(const PGresult *left) {
  int count = PQntuples(left);
  for (int i = 0; i < count; i++)
    printf("%s\n", PQgetvalue(left, i, 0));
}

static bool merge_rows(struct import *import) {
  struct owner *owner = import->owner;
  PGresult *merged = owner_run(owner, "regions_merge", 0, NULL);
  PGresult *left = merged ? owner_run(owner, "regions_left", 0, NULL) : NULL;
  if (left && owner_commit(owner)) {
    printf("%ld regions read, %s added, %s changed\n", import->rows, PQgetvalue(merged, 0, 0), PQgetvalue(merged, 0, 1));
    tell_what_is_left(left);
  }
  PQclear(left);
  PQclear(merged);
  return owner->fault.code == CODE_OK;
}

static bool import_text(struct owner *owner, const char *text, size_t length) {
  struct import import = {.owner = owner};
  import.copy.arena = &import.copied;
  csv_open(&import.csv, text, length, &import.record);
  bool fine = read_heading(&import) && copy_rows(&import) && check_rows(owner) && merge_rows(&import);
  arena_close(&import.record);
  arena_close(&import.copied);
  return fine;
}

static bool import_file(struct owner *owner, const char *path) {
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
  bool fine = import_text(owner, text ? text : "", length);
  if (text)
    munmap(text, length);
  return fine;
}

int command_regions(int argc, char **argv) {
  const char *values[1];
  struct owner owner = {0};
  struct arena arena = {0};
  struct fault fault = {.arena = &arena};
  if (argc < 2 || strcmp(argv[0], "import")) {
    fprintf(
        stderr,
        "usage: zoufang regions import FILE.csv\n\nColumns: code, parent_code, level, name; and successor_code, ended_on where "
        "regions\nended. Importing again changes only what changed.\n");
    config_help(settings, 1);
    return 2;
  }
  if (!config_read(settings, 1, argc - 2, argv + 2, values, &arena, &fault)) {
    fprintf(stderr, "zoufang regions: %s\n", fault.message);
    arena_close(&arena);
    return 2;
  }
  if (owner_open(&owner, values[0], "regions import"))
    import_file(&owner, argv[1]);
  arena_close(&arena);
  return owner_close(&owner, "regions import");
}
