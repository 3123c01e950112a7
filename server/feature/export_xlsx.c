// Workbooks (Office Open XML), by libxlsxwriter: numbers and times are such, texts are never formulas. A workbook cannot be
// told while it is made; it is made in a folder, in files without names, which are gone with the process that holds them. What
// they may take together is bounded: each byte of a sheet is counted twice, as sheet and in the workbook.

#include "feature/export_file.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>
#include <xlsxwriter.h>

enum {
  CELL_BYTES = 80,        // around a text
  PIECE_BYTES = 64 << 10, // of the finished workbook
  STEP_BYTES = 4 << 20,   // the folder's free space is looked at that often
  FREE_BYTES = 64 << 20,  // and so much of it is left alone
  RETRY_MS = 60 * 1000,
  SHEET_NAME = 32,
  PATH_BYTES = 4096,
  TEXT_COLUMN = 36, // widths in characters
  NARROW_COLUMN = 20,
};

struct workbook {
  lxw_workbook *book;
  lxw_worksheet *sheet;
  lxw_format *header, *time;
  lxw_row_t row; // the next one of this sheet
  unsigned sheets;
  int fd;
  int64_t counted, looked_at; // bytes
};

// --- The folder ----------------------------------------------------------------------------------------------------------

static bool refuse_full(struct export_file *file) {
  fault_set(file->fault, CODE_RESOURCE_EXHAUSTED, "EXPORT_FOLDER_FULL", "there is no room for workbooks");
  file->fault->retry_ms = RETRY_MS;
  return false;
}

static bool has_free_space(const char *folder) {
  struct statvfs space;
  return statvfs(folder, &space) == 0 && (uint64_t)space.f_bavail * space.f_frsize > FREE_BYTES;
}

// Counts what is about to be written.
static bool count(struct export_file *file, int64_t bytes) {
  struct workbook *workbook = file->state;
  struct server *server = file->server;
  workbook->counted += 2 * bytes;
  if (atomic_fetch_add(&server->export_folder_taken, 2 * bytes) + 2 * bytes > server->options.export_folder_bytes)
    return refuse_full(file);
  if (workbook->counted < workbook->looked_at)
    return true;
  workbook->looked_at = workbook->counted + STEP_BYTES;
  return has_free_space(server->options.export_folder) || refuse_full(file);
}

// How long a text is in XML.
static int64_t escaped_length(const char *text) {
  int64_t length = 0;
  for (; *text; text++)
    length += *text == '&' ? 5 : *text == '<' || *text == '>' ? 4 : (unsigned char)*text < ' ' ? 7 : 1;
  return length;
}

// A file that has no name any more, and how libxlsxwriter reaches it.
static int open_nameless(struct export_file *file) {
  char path[PATH_BYTES];
  snprintf(path, sizeof path, "%s/zoufang-export-XXXXXX", file->server->options.export_folder);
  int fd = mkostemp(path, O_CLOEXEC);
  if (fd >= 0)
    unlink(path);
  else {
    fault_set(file->fault, CODE_UNAVAILABLE, "EXPORT_FOLDER_FULL", "no workbook can be made");
    file->fault->internal = arena_printf(file->fault->arena, "%s: %s", path, strerror(errno));
  }
  return fd;
}

// --- Sheets --------------------------------------------------------------------------------------------------------------

static void write_header(struct export_file *file) {
  struct workbook *workbook = file->state;
  for (unsigned i = 0; i < file->column_count; i++) {
    const struct export_column *column = &file->columns[i];
    bool wide = !column->field->message && !column->field->enumeration;
    worksheet_set_column(workbook->sheet, (lxw_col_t)i, (lxw_col_t)i, wide ? TEXT_COLUMN : NARROW_COLUMN, NULL);
    worksheet_write_string(workbook->sheet, 0, (lxw_col_t)i, column->header, workbook->header);
  }
  worksheet_freeze_panes(workbook->sheet, 1, 0);
}

static bool add_sheet(struct export_file *file) {
  struct workbook *workbook = file->state;
  char name[SHEET_NAME];
  const char *noun = export_word(file->noun, file->language);
  if (workbook->sheets++ == 0)
    snprintf(name, sizeof name, "%s", noun ? noun : file->noun);
  else
    snprintf(name, sizeof name, "%s %u", noun ? noun : file->noun, workbook->sheets);
  workbook->sheet = workbook_add_worksheet(workbook->book, name);
  workbook->row = 1;
  if (!workbook->sheet)
    return fault_set(file->fault, CODE_UNAVAILABLE, "EXPORT_FOLDER_FULL", "no sheet can be made");
  write_header(file);
  return true;
}

static void finish_sheet(struct export_file *file) {
  struct workbook *workbook = file->state;
  worksheet_autofilter(workbook->sheet, 0, 0, workbook->row - 1, (lxw_col_t)(file->column_count - 1));
}

// --- Cells ---------------------------------------------------------------------------------------------------------------

static lxw_datetime datetime_of(const char *text) {
  struct tm parts = {0};
  strptime(text, "%Y-%m-%dT%H:%M:%S", &parts);
  return (lxw_datetime){.year = parts.tm_year + 1900,
                        .month = parts.tm_mon + 1,
                        .day = parts.tm_mday,
                        .hour = parts.tm_hour,
                        .min = parts.tm_min,
                        .sec = parts.tm_sec};
}

static void write_cell(struct workbook *workbook, lxw_col_t at, const struct cell *cell) {
  switch (cell->kind) {
  case CELL_EMPTY:
    break;
  case CELL_NUMBER:
    worksheet_write_number(workbook->sheet, workbook->row, at, cell->number, NULL);
    break;
  case CELL_TIME: {
    lxw_datetime time = datetime_of(cell->text);
    worksheet_write_datetime(workbook->sheet, workbook->row, at, &time, workbook->time);
    break;
  }
  case CELL_TEXT:
  case CELL_FLAG:
    worksheet_write_string(workbook->sheet, workbook->row, at, cell->text, NULL);
    break;
  }
}

static bool row(struct export_file *file, const ProtobufCMessage *row) {
  struct workbook *workbook = file->state;
  struct cell cells[EXPORT_COLUMNS];
  int64_t bytes = 0;
  for (unsigned i = 0; i < file->column_count; i++) {
    cells[i] = export_cell(file, &file->columns[i], row);
    bytes += CELL_BYTES + (cells[i].kind == CELL_TEXT ? escaped_length(cells[i].text) : 0);
  }
  if (!count(file, bytes))
    return false;
  if (workbook->row == file->server->options.export_sheet_rows) {
    finish_sheet(file);
    if (!add_sheet(file))
      return false;
  }
  for (unsigned i = 0; i < file->column_count; i++)
    write_cell(workbook, (lxw_col_t)i, &cells[i]);
  workbook->row++;
  return true;
}

// --- The workbook --------------------------------------------------------------------------------------------------------

static bool begin(struct export_file *file) {
  struct workbook *workbook = file->state = arena_zalloc(file->arena, sizeof *workbook);
  workbook->fd = -1;
  if (!count(file, STEP_BYTES) || (workbook->fd = open_nameless(file)) < 0)
    return false;
  lxw_workbook_options options = {.constant_memory = LXW_TRUE,
                                  .tmpdir = (char *)(uintptr_t)file->server->options.export_folder};
  workbook->book = workbook_new_opt(arena_printf(file->arena, "/proc/self/fd/%d", workbook->fd), &options);
  if (!workbook->book)
    return fault_set(file->fault, CODE_UNAVAILABLE, "EXPORT_FOLDER_FULL", "no workbook can be made");
  workbook->header = workbook_add_format(workbook->book);
  format_set_bold(workbook->header);
  workbook->time = workbook_add_format(workbook->book);
  format_set_num_format(workbook->time, "yyyy-mm-dd hh:mm:ss");
  return add_sheet(file);
}

static bool tell(struct export_file *file, int fd) {
  off_t at = 0;
  ssize_t length;
  do {
    char *room = buffer_reserve(&file->text, PIECE_BYTES);
    length = pread(fd, room, PIECE_BYTES, at);
    if (length > 0) {
      file->text.length += (size_t)length;
      at += length;
      if (!file->flush(file))
        return false;
    }
  } while (length > 0);
  return length == 0 || fault_set(file->fault, CODE_INTERNAL, "INTERNAL", "the workbook cannot be read");
}

static bool end(struct export_file *file) {
  struct workbook *workbook = file->state;
  finish_sheet(file);
  lxw_error error = workbook_close(workbook->book);
  workbook->book = NULL;
  if (error == LXW_NO_ERROR)
    return tell(file, workbook->fd);
  fault_set(file->fault, CODE_UNAVAILABLE, "EXPORT_FOLDER_FULL", "the workbook cannot be made");
  file->fault->internal = lxw_strerror(error);
  return false;
}

static void close_workbook(struct export_file *file) {
  struct workbook *workbook = file->state;
  if (!workbook)
    return;
  if (workbook->book)
    lxw_workbook_free(workbook->book);
  if (workbook->fd >= 0)
    close(workbook->fd);
  atomic_fetch_sub(&file->server->export_folder_taken, workbook->counted);
}

const struct export_format export_xlsx = {
    .name = "xlsx",
    .content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    .begin = begin,
    .row = row,
    .end = end,
    .close = close_workbook,
};
