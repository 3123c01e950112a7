// What went wrong: whose fault it is, where, and what the client hears. Filled in where it arises, told where the call ends.

#pragma once
#include "base/arena.h"
#include <stdint.h>

// Canonical status codes, the numbers of google.rpc.Code.
enum code {
  CODE_OK = 0,
  CODE_CANCELLED = 1,
  CODE_UNKNOWN = 2,
  CODE_INVALID_ARGUMENT = 3,
  CODE_DEADLINE_EXCEEDED = 4,
  CODE_NOT_FOUND = 5,
  CODE_ALREADY_EXISTS = 6,
  CODE_PERMISSION_DENIED = 7,
  CODE_RESOURCE_EXHAUSTED = 8,
  CODE_FAILED_PRECONDITION = 9,
  CODE_ABORTED = 10,
  CODE_OUT_OF_RANGE = 11,
  CODE_UNIMPLEMENTED = 12,
  CODE_INTERNAL = 13,
  CODE_UNAVAILABLE = 14,
  CODE_DATA_LOSS = 15,
  CODE_UNAUTHENTICATED = 16,
};

// One bad field. `reason` is UPPER_SNAKE and names a text in the table of words; `limit` is what it speaks of ("500"), or NULL.
struct violation {
  struct violation *next;
  const char *field; // path as in JSON of proto names: visits[3].position.latitude
  const char *reason;
  const char *limit;
};

// Zeroed: nothing is wrong.
struct fault {
  struct arena *arena; // where texts and violations live; set by who owns the fault, before any use
  enum code code;
  const char *reason;  // UPPER_SNAKE, ErrorInfo.reason
  const char *message; // English, for developers; never SQL, paths or stacks
  const char *link;    // where to go instead (Help); NULL: nowhere
  int64_t retry_ms;    // > 0: come back after that (RetryInfo, Retry-After)
  struct violation *violations, **last;
  unsigned count; // violations kept; past `limit` (0: FAULT_VIOLATIONS) they are dropped
  unsigned limit;
  const char *internal; // for the log alone: SQLSTATE, PostgreSQL's message
};

enum { FAULT_VIOLATIONS = 100 };

// Sets the fault unless one is set already; `reason` is copied. Always false, so that `return fault_set(…)` reads well.
bool fault_set(struct fault *fault, enum code code, const char *reason, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

// Adds a bad field; sets INVALID_ARGUMENT / INVALID where nothing is set. All texts are copied. Always false.
bool fault_field(struct fault *fault, const char *field, const char *reason, const char *limit);

// UPPER_SNAKE name of a code ("NOT_FOUND").
const char *code_name(enum code code);
