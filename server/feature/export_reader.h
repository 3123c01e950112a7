// The rows of an export: its list, page by page, in one snapshot on a connection of its own, as the caller sees it.

#pragma once
#include "call/server.h"
#include "feature/statement.h"

enum { EXPORT_PREPARED = 4 }; // the list's first page and its others, and the rows

struct export_reader {
  // Set before opening.
  struct call *call;
  const struct method *list; // whose statement and filters are those of the export
  struct script *rows;       // the step that reads what stands in the file, by ids
  const struct message *ids_type, *rows_type;
  struct statement_leave leave; // asked all the time; where it says no it leaves a fault in the call

  // The reader's own.
  PGconn *connection;
  struct exchange listing, reading;
  struct arena page, batch; // of the list's page, and of the rows read at once
  char **ids;               // of the page
  size_t id_count, id_at;
  bool last;
  unsigned prepared_count;
  const struct variant *prepared[EXPORT_PREPARED];
};

// Connects, takes the snapshot and becomes the caller. False with the call's fault. reader_close is due in any case.
bool export_reader_open(struct export_reader *reader);

// The next rows, as elements of rows_type's first field: until the next call. An empty batch, with *more false, is the end.
// False with the call's fault.
bool export_reader_next(struct export_reader *reader, ProtobufCMessage ***rows, size_t *count, bool *more);

// Ends the connection; once or again.
void export_reader_close(struct export_reader *reader);
