// Regions are imported here: a file of all divisions is checked, copied beside the table, and what differs is changed.

#include "base/timestamp.h"
#include "feature/commands.h"
#include "feature/incoming.h"
#include <stdio.h>
#include <string.h>

static const struct setting settings[] = {
    {.name = "DB_OWNER_URL", .help = "The owner's connection", .kind = 's', .secret = true},
};

// The columns of the file, in any order. A file without the last two says nothing of regions that ended.
enum { COLUMN_CODE, COLUMN_PARENT, COLUMN_LEVEL, COLUMN_NAME, COLUMN_SUCCESSOR, COLUMN_ENDED, COLUMNS };
enum { COLUMNS_NEEDED = COLUMN_SUCCESSOR };
static const char *const column_names[COLUMNS] = {"code", "parent_code", "level", "name", "successor_code", "ended_on"};
static const char *const level_names[] = {"province", "city", "county", "township", "village"};
enum { LEVELS = sizeof level_names / sizeof *level_names, CODE_DIGITS = 12, NAME_BYTES_MAX = 400 };

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
  int32_t day;
  return day_read(text, strlen(text), &day);
}

static const char *or_null(const char *text) {
  return *text ? text : NULL;
}

// Successor and day of a region that ended: both or neither.
static bool read_end(struct incoming *incoming, const char *successor, const char *day) {
  if (*successor && !is_code(successor))
    return incoming_bad(incoming, "successor_code must be 12 digits or empty, not", successor);
  if (*day && !is_day(day))
    return incoming_bad(incoming, "ended_on must be a day (YYYY-MM-DD) or empty, not", day);
  return !*successor == !*day ||
         incoming_bad(incoming, "successor_code and ended_on stand together, not alone", *day ? day : successor);
}

static bool read_row(struct incoming *incoming, const char *const *fields) {
  const char *of[COLUMNS] = {[COLUMN_SUCCESSOR] = "", [COLUMN_ENDED] = ""};
  bool tells_ends = incoming->told[COLUMN_SUCCESSOR] && incoming->told[COLUMN_ENDED];
  for (unsigned column = 0; column < (tells_ends ? COLUMNS : COLUMNS_NEEDED); column++) {
    if (!fields[column])
      return incoming_bad(incoming, "there is no", column_names[column]);
    of[column] = fields[column];
  }
  int level = level_of(of[COLUMN_LEVEL]);
  if (!is_code(of[COLUMN_CODE]))
    return incoming_bad(incoming, "code must be 12 digits, not", of[COLUMN_CODE]);
  if (*of[COLUMN_PARENT] && !is_code(of[COLUMN_PARENT]))
    return incoming_bad(incoming, "parent_code must be 12 digits or empty, not", of[COLUMN_PARENT]);
  if (!level)
    return incoming_bad(incoming, "level must be province, city, county, township or village, not", of[COLUMN_LEVEL]);
  if (!*of[COLUMN_NAME] || strlen(of[COLUMN_NAME]) > NAME_BYTES_MAX || strpbrk(of[COLUMN_NAME], "\t\n\r\\"))
    return incoming_bad(incoming, "name must be a short text, not", of[COLUMN_NAME]);
  if (!read_end(incoming, of[COLUMN_SUCCESSOR], of[COLUMN_ENDED]))
    return false;
  buffer_printf(&incoming->copy, "%u\t%s\t", incoming->csv.line, of[COLUMN_CODE]);
  incoming_field(incoming, or_null(of[COLUMN_PARENT]), '\t');
  buffer_printf(&incoming->copy, "%d\t%s\t%s\t", level, of[COLUMN_NAME], tells_ends ? "t" : "f");
  incoming_field(incoming, or_null(of[COLUMN_SUCCESSOR]), '\t');
  incoming_field(incoming, or_null(of[COLUMN_ENDED]), '\n');
  return true;
}

const struct incoming_table incoming_regions = {
    .columns = column_names,
    .count = COLUMNS,
    .needed = COLUMNS_NEEDED,
    .make = "regions_incoming",
    .copy = "regions_copy",
    .row = read_row,
};

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

static void merge_rows(struct owner *owner, unsigned rows) {
  PGresult *merged = owner_run(owner, "regions_merge", 0, NULL);
  PGresult *left = merged ? owner_run(owner, "regions_left", 0, NULL) : NULL;
  if (left && owner_commit(owner)) {
    printf("%u regions read, %s added, %s changed\n", rows, PQgetvalue(merged, 0, 0), PQgetvalue(merged, 0, 1));
    tell_what_is_left(left);
  }
  PQclear(left);
  PQclear(merged);
}

static void import_file(struct owner *owner, const char *path) {
  unsigned rows;
  if (incoming_read(owner, path, &incoming_regions, &rows) && check_rows(owner))
    merge_rows(owner, rows);
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
