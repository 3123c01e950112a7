// The static bundle for the commission's website: index.html, and a folder for each report with a file for each of its forms.
// It is written beside its place and then moved there, so that a website never serves half of it.

#include "feature/commands.h"
#include "feature/owner.h"
#include "feature/published.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ID, REGION_CODE, REGION_NAME, FROM, TO, BEFORE_FROM, BEFORE_TO, KEY, VALUE, BEFORE, CHANGE };
enum { FOLDER_MODE = 0755 };

static const struct setting settings[] = {
    {.name = "DB_OWNER_URL", .help = "The owner's connection", .kind = 's', .secret = true},
};

static Google__Protobuf__DoubleValue *number_in(const PGresult *rows, int row, int column, struct arena *arena) {
  if (PQgetisnull(rows, row, column))
    return NULL;
  Google__Protobuf__DoubleValue *number = arena_alloc(arena, sizeof *number);
  google__protobuf__double_value__init(number);
  number->value = strtod(PQgetvalue(rows, row, column), NULL);
  return number;
}

static Zoufang__V1__Figure *figure_in(const PGresult *rows, int row, struct arena *arena) {
  Zoufang__V1__Figure *figure = arena_alloc(arena, sizeof *figure);
  zoufang__v1__figure__init(figure);
  figure->key = PQgetvalue(rows, row, KEY);
  figure->value = number_in(rows, row, VALUE, arena);
  figure->before = number_in(rows, row, BEFORE, arena);
  figure->change = number_in(rows, row, CHANGE, arena);
  return figure;
}

// The row behind the last of the report that has `row`.
static int end_of_report(const PGresult *rows, int row) {
  const char *id = PQgetvalue(rows, row, ID);
  while (row < PQntuples(rows) && strcmp(PQgetvalue(rows, row, ID), id) == 0)
    row++;
  return row;
}

// The report that begins at `*row`, which goes behind it.
static Zoufang__V1__WorkReport *report_in(const PGresult *rows, int *row, struct arena *arena) {
  Zoufang__V1__WorkReport *report = arena_alloc(arena, sizeof *report);
  zoufang__v1__work_report__init(report);
  report->region_code = PQgetvalue(rows, *row, REGION_CODE);
  report->region_name = PQgetvalue(rows, *row, REGION_NAME);
  report->from = PQgetvalue(rows, *row, FROM);
  report->to = PQgetvalue(rows, *row, TO);
  report->before_from = PQgetvalue(rows, *row, BEFORE_FROM);
  report->before_to = PQgetvalue(rows, *row, BEFORE_TO);
  int end = end_of_report(rows, *row);
  report->figures = arena_array(arena, (size_t)(end - *row), sizeof *report->figures);
  while (*row < end)
    report->figures[report->n_figures++] = figure_in(rows, (*row)++, arena);
  return report;
}

static bool cannot(struct fault *fault, const char *what, const char *path) {
  return fault_set(fault, CODE_INVALID_ARGUMENT, "FILE", "cannot %s %s: %s", what, path, strerror(errno));
}

static bool make_folder(const char *path, struct fault *fault) {
  return mkdir(path, FOLDER_MODE) == 0 || cannot(fault, "make", path);
}

static bool write_file(const char *folder, const Zoufang__V1__Document *document, struct arena *arena, struct fault *fault) {
  const char *path = arena_printf(arena, "%s/%s", folder, document->file_name);
  FILE *file = fopen(path, "wxe");
  if (!file)
    return cannot(fault, "write", path);
  bool written = fputs(document->text, file) >= 0;
  return (fclose(file) == 0 && written) || cannot(fault, "write", path);
}

// The folder of one report, and its line of the index.
static bool write_report(struct owner *owner, const struct schema *schema, const PGresult *rows, int *row, const char *reports,
                         Zoufang__V1__ListPublicReportsResponse *index) {
  Zoufang__V1__Report *listed = arena_alloc(&owner->arena, sizeof *listed);
  zoufang__v1__report__init(listed);
  listed->id = PQgetvalue(rows, *row, ID);
  Zoufang__V1__WorkReport *report = report_in(rows, row, &owner->arena);
  listed->region_name = report->region_name;
  listed->from = report->from;
  index->reports[index->n_reports++] = listed;
  const char *folder = arena_printf(&owner->arena, "%s/%s", reports, listed->id);
  bool ok = make_folder(folder, &owner->fault);
  for (unsigned i = 0; ok && i < PUBLISHED_FILES; i++) {
    Zoufang__V1__Document *document = published_document(schema, report, published_files[i], &owner->arena);
    document->file_name = (char *)(uintptr_t)published_files[i];
    ok = write_file(folder, document, &owner->arena, &owner->fault);
  }
  return ok;
}

static bool write_bundle(struct owner *owner, const struct schema *schema, const PGresult *rows, const char *folder) {
  Zoufang__V1__ListPublicReportsResponse index;
  zoufang__v1__list_public_reports_response__init(&index);
  index.reports = arena_array(&owner->arena, (size_t)PQntuples(rows) + 1, sizeof *index.reports);
  const char *reports = arena_printf(&owner->arena, "%s/reports", folder);
  if (!make_folder(folder, &owner->fault) || !make_folder(reports, &owner->fault))
    return false;
  for (int row = 0; row < PQntuples(rows);)
    if (!write_report(owner, schema, rows, &row, reports, &index))
      return false;
  if (!write_file(folder, published_index(&index, &owner->arena), &owner->arena, &owner->fault))
    return false;
  printf("%zu reports written\n", index.n_reports);
  return true;
}

static bool write_published(struct owner *owner, const struct schema *schema, const char *folder) {
  struct stat there;
  if (stat(folder, &there) == 0)
    return fault_set(&owner->fault, CODE_INVALID_ARGUMENT, "FILE", "%s is there already: name a new folder", folder);
  PGresult *rows = owner_run(owner, "reports_published", 0, NULL);
  if (!rows)
    return false;
  const char *beside = arena_printf(&owner->arena, "%s.part-%ld", folder, (long)getpid());
  bool ok = write_bundle(owner, schema, rows, beside);
  PQclear(rows);
  return ok && (rename(beside, folder) == 0 || cannot(&owner->fault, "move to", folder)) && owner_commit(owner);
}

int command_reports(int argc, char **argv) {
  const char *values[1];
  struct owner owner = {0};
  struct schema schema;
  struct arena arena = {0};
  struct fault fault = {.arena = &arena};
  if (argc < 2 || strcmp(argv[0], "write") != 0) {
    fprintf(stderr,
            "usage: zoufang reports write FOLDER\n\nWrites all published reports into a new folder: index.html, and each "
            "report as pages, CSV and JSON.\n");
    config_help(settings, 1);
    return 2;
  }
  if (!config_read(settings, 1, argc - 2, argv + 2, values, &arena, &fault) || !schema_open(&schema, &fault)) {
    fprintf(stderr, "zoufang reports: %s\n", fault.message);
    arena_close(&arena);
    return 2;
  }
  if (owner_open(&owner, values[0], "reports write"))
    write_published(&owner, &schema, argv[1]);
  schema_close(&schema);
  arena_close(&arena);
  return owner_close(&owner, "reports write");
}
