// A CSV file on its way into a temporary table of the owner's transaction: the heading is read by name, each record is handed
// on, and the rows that come of it are copied.

#pragma once
#include "base/buffer.h"
#include "feature/csv.h"
#include "feature/owner.h"

enum { INCOMING_COLUMNS = 16 };

struct incoming;

// What the file is like, and where it goes.
struct incoming_table {
  const char *const *columns; // as the heading names them, in any order; at most INCOMING_COLUMNS
  unsigned count, needed;     // the first `needed` must be there
  bool alone;                 // a heading with other columns is refused
  const char *make, *copy;    // sql/command/NAME.sql: makes the table; begins the copy
  // Writes the row of a record with incoming_field or into `copy`. `fields` is parallel to `columns`: NULL where the heading
  // has no such column, or the record ends before it. False, with a fault, ends the reading.
  bool (*row)(struct incoming *incoming, const char *const *fields);
};

struct incoming {
  struct owner *owner;
  const struct incoming_table *table;
  struct csv csv;
  unsigned heading;                 // how many columns it has
  unsigned place[INCOMING_COLUMNS]; // of each column in a record
  bool told[INCOMING_COLUMNS];      // whether the heading has it
  struct buffer copy;               // rows on their way
  struct arena record, copied;
  unsigned rows;
};

// The tables that there are: of regions (command_regions.c), of persons and their roles (command_users.c).
extern const struct incoming_table incoming_regions, incoming_roster;

// Reads a file into its table and says how many records it had. False with the owner's fault, which names the line.
bool incoming_read(struct owner *owner, const char *path, const struct incoming_table *table, unsigned *rows);

// The same with what the file holds; it need not end with a NUL.
bool incoming_text(struct owner *owner, const char *text, size_t length, const struct incoming_table *table, unsigned *rows);

// A fault about the record at hand. Always false.
bool incoming_bad(struct incoming *incoming, const char *what, const char *value);

// The next field of the row: what the copy's format has in a column; NULL is NULL. `end` is what stands behind it: '\t', or
// '\n' behind the last.
void incoming_field(struct incoming *incoming, const char *text, char end);
