// A file that is being exported: rows become cells, cells the bytes of a format, bytes chunks.

#pragma once
#include "base/buffer.h"
#include "call/server.h"

enum { EXPORT_COLUMNS = 40, EXPORT_VALUES = 32 };

// A field of the exported rows.
struct export_column {
  const struct field *field;
  const char *header;
  const char *values[EXPORT_VALUES]; // of an enum: the words of its values, by number
};

enum cell_kind { CELL_EMPTY, CELL_TEXT, CELL_NUMBER, CELL_TIME, CELL_FLAG };

struct cell {
  enum cell_kind kind;
  const char *text; // CELL_TEXT; CELL_TIME as 2026-03-01T08:00:00+08:00; CELL_FLAG the word for it
  double number;
  bool flag;
};

struct export_format;

struct export_file {
  const struct export_format *format;
  const char *noun;      // "leads"
  struct server *server; // the workbook's folder
  struct arena *arena;   // as long as the file
  enum language language;
  unsigned column_count;
  struct export_column columns[EXPORT_COLUMNS];
  const struct export_column *longitude, *latitude;
  struct buffer text;                      // made and not told yet; in an arena of its own
  bool (*flush)(struct export_file *file); // tells the text and empties it. False: there is a fault, and no going on
  struct fault *fault;
  uint64_t rows;
  void *state; // the format's own, in the arena
};

// A format. Each function is false where it left a fault, or `flush` did.
struct export_format {
  const char *name, *content_type;
  bool (*begin)(struct export_file *file);
  bool (*row)(struct export_file *file, const ProtobufCMessage *row);
  bool (*end)(struct export_file *file);
  void (*close)(struct export_file *file); // always, also after a fault; NULL: nothing to close
};

extern const struct export_format export_csv, export_geojson, export_xlsx;

// NULL where there is none of that name.
const struct export_format *export_format_named(const char *name);

// The columns of rows of this type.
void export_columns(struct export_file *file, const struct message *type);

// The word for a column or a value of an enum; NULL where there is none.
const char *export_word(const char *name, enum language language);

struct cell export_cell(const struct export_file *file, const struct export_column *column, const ProtobufCMessage *row);
