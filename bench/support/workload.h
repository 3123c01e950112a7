// What is asked in a benchmark: the cases, and their requests as messages. Load generator and replay ask the same.

#pragma once
#include "schema/message.h"

enum { WORKLOAD_ITEMS = 50 };

// A method of the transports' own: it needs neither a token nor the database.
#define WORKLOAD_HEALTH "Health/Check"

struct people;

// What a request is made from.
struct asking {
  struct people *people;
  size_t who; // which token's
  const char *const *ids;
  struct arena *arena;
};

struct workload {
  const char *name;   // "create"
  const char *method; // "VisitService/CreateVisit"
  unsigned items;     // ids in a request
  bool writes;        // these ids are new each time; else they are drawn from those of `visits`
  ProtobufCMessage *(*make)(const struct workload *workload, struct asking *asking);
};

// Who asks, and about what: read from a folder with a file for each, one value a line.
struct people {
  struct lines {
    size_t count;
    char **of;
  } tokens,    // of those who ask; connections take them in turn
      team,    // ids of those who go along, two for each token; none where nobody writes
      regions, // codes of villages that all of them are granted
      visits,  // ids of visits that are there; may be empty
      cursors; // of pulls, one for each token; none where nobody pulls
  uint64_t random;
};

// NULL where there is none of that name.
const struct workload *workload_find(const char *name);

// What it calls. NULL where there is no such method.
const struct method *workload_method(const struct workload *workload, const struct schema *schema);

// False, having said why on stderr, where a file is missing.
bool people_read(struct people *people, const char *folder, struct arena *arena);

// A pseudo-random number below `limit`, the same sequence each time.
size_t people_draw(struct people *people, size_t limit);

// A request of the one with token `who`, and the ids in it: new ones, or for a workload that reads, stand-ins of the same form.
struct request {
  ProtobufCMessage *message;
  const char *ids[WORKLOAD_ITEMS];
};
void workload_request(const struct workload *workload, struct people *people, size_t who, struct arena *arena,
                      struct request *out);

// The id that takes the place of a request's: a new one, or that of a visit that is there.
void workload_next_id(const struct workload *workload, struct people *people, char id[static 37]);
