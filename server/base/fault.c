// Faults: the first one stands, later ones do not hide it.

#include "base/fault.h"

bool fault_set(struct fault *fault, enum code code, const char *reason, const char *format, ...) {
  if (fault->code != CODE_OK)
    return false;
  va_list arguments;
  va_start(arguments, format);
  fault->code = code;
  fault->reason = arena_strdup(fault->arena, reason);
  fault->message = arena_vprintf(fault->arena, format, arguments);
  va_end(arguments);
  return false;
}

bool fault_field(struct fault *fault, const char *field, const char *reason, const char *limit) {
  fault_set(fault, CODE_INVALID_ARGUMENT, "INVALID", "some fields are not as they must be");
  if (fault->count >= (fault->limit ? fault->limit : (unsigned)FAULT_VIOLATIONS))
    return false;
  struct violation *violation = arena_zalloc(fault->arena, sizeof *violation);
  violation->field = arena_strdup(fault->arena, field);
  violation->reason = arena_strdup(fault->arena, reason);
  violation->limit = limit ? arena_strdup(fault->arena, limit) : NULL;
  struct violation **place = fault->last ? fault->last : &fault->violations;
  *place = violation;
  fault->last = &violation->next;
  fault->count++;
  return false;
}

const char *code_name(enum code code) {
  static const char *const names[] = {
      [CODE_OK] = "OK",
      [CODE_CANCELLED] = "CANCELLED",
      [CODE_UNKNOWN] = "UNKNOWN",
      [CODE_INVALID_ARGUMENT] = "INVALID_ARGUMENT",
      [CODE_DEADLINE_EXCEEDED] = "DEADLINE_EXCEEDED",
      [CODE_NOT_FOUND] = "NOT_FOUND",
      [CODE_ALREADY_EXISTS] = "ALREADY_EXISTS",
      [CODE_PERMISSION_DENIED] = "PERMISSION_DENIED",
      [CODE_RESOURCE_EXHAUSTED] = "RESOURCE_EXHAUSTED",
      [CODE_FAILED_PRECONDITION] = "FAILED_PRECONDITION",
      [CODE_ABORTED] = "ABORTED",
      [CODE_OUT_OF_RANGE] = "OUT_OF_RANGE",
      [CODE_UNIMPLEMENTED] = "UNIMPLEMENTED",
      [CODE_INTERNAL] = "INTERNAL",
      [CODE_UNAVAILABLE] = "UNAVAILABLE",
      [CODE_DATA_LOSS] = "DATA_LOSS",
      [CODE_UNAUTHENTICATED] = "UNAUTHENTICATED",
  };
  return (size_t)code < sizeof names / sizeof *names ? names[code] : "UNKNOWN";
}
