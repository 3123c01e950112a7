// All statements: the script of each method, and of each step of a handler.

#pragma once
#include "call/handler.h"

struct scripts;

// Reads every sql/rpc/ file that the binary carries and matches it with methods and steps: a method has a script or a handler
// that needs none, a script has a method. False with a fault that names the file, or the method.
bool scripts_open(struct scripts **scripts, const struct schema *schema, const struct handler *const *handlers,
                  struct fault *fault);
void scripts_close(struct scripts *scripts);

// Holds every statement against the database, on a plain, blocking connection. False with a fault that names file, line and
// field.
bool scripts_check(struct scripts *scripts, PGconn *connection, struct fault *fault);

const struct handler *scripts_handler(const struct scripts *scripts, const struct method *method);
struct script *scripts_find(const struct scripts *scripts, const struct method *method, const char *step_or_null);
