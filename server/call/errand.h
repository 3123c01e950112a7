// Work that is done again and again beside the calls, on a thread and a connection of its own, and ends whenever it must: also
// in the middle of a statement that waits.

#pragma once
#include <libpq-fe.h>
#include <stdatomic.h>
#include <stdbool.h>

struct errand;

struct errand_options {
  const char *name; // of the thread, at most 15 bytes; of its connection, behind "zoufang "
  const char *url;  // the serving role's; must outlive the errand
  int every_s;      // the pause between two times
  // Does what there is to do, on a blocking connection; looks at `stop` between its statements. Whether the connection is kept
  // for the next time.
  bool (*work)(PGconn *connection, const atomic_bool *stop, void *context);
  void *context;
};

// Begins at once; where the database is away it tries again after the pause.
struct errand *errand_open(const struct errand_options *options);

// Interrupts what it is at, and ends it. NULL is none.
void errand_close(struct errand *errand);
