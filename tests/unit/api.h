// The schema of the API, opened for a suite, and faults as one text to compare with.

#pragma once
#include "base/buffer.h"
#include "schema/schema.h"
#include "suite.h"
#include <stdio.h>
#include <string.h>

static struct schema api;

static inline bool api_open(void) {
  struct arena arena = {0};
  struct fault fault = {.arena = &arena};
  bool opened = schema_open(&api, &fault);
  if (!opened)
    printf("  %s\n", fault.message);
  arena_close(&arena);
  return opened;
}

static inline void api_close(void) {
  schema_close(&api);
}

static inline const struct message *api_message(const char *name) {
  const struct message *message = schema_message(&api, name);
  CU_ASSERT_PTR_NOT_NULL_FATAL(message);
  return message;
}

// "visits[1].kind WRONG_TYPE, visits[2].place TOO_LONG 200"; a message refused as a whole is "MALFORMED_JSON: line 1, …"; ""
// where nothing is wrong. Belongs to the fault's arena.
static inline const char *told_by(const struct fault *fault) {
  struct buffer text = {.arena = fault->arena};
  if (fault->code != CODE_OK && !fault->violations)
    return arena_printf(fault->arena, "%s: %s", fault->reason, fault->message);
  for (const struct violation *violation = fault->violations; violation; violation = violation->next) {
    buffer_printf(&text, "%s%s %s", text.length ? ", " : "", violation->field, violation->reason);
    if (violation->limit)
      buffer_printf(&text, " %s", violation->limit);
  }
  return buffer_text(&text);
}

// Says both texts where they differ.
static inline bool same_text(const char *expected, const char *actual) {
  bool same = strcmp(expected, actual) == 0;
  if (!same)
    printf("    expected %s\n    but it was %s\n", expected, actual);
  return same;
}
