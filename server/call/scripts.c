// Statements found by name: sql/rpc/Service/Method.sql is the method's, sql/rpc/Service/Method.step.sql a step's of its
// handler.

#include "call/scripts.h"
#include "schema/embedded.h"
#include <stdlib.h>
#include <string.h>

// What belongs to one method.
struct entry {
  const struct handler *handler; // NULL: none
  struct script *own;            // NULL: a handler does without
  struct script *steps[HANDLER_STEPS];
};

struct scripts {
  const struct schema *schema;
  struct arena arena;
  struct entry *entries; // by the method's index
};

static const char folder[] = "sql/rpc/", suffix[] = ".sql";

static bool mistake(struct fault *fault, const char *where, const char *what) {
  return fault_set(fault, CODE_INTERNAL, "INTERNAL", "%s: %s", where, what);
}

static const struct method *method_named(const struct schema *schema, const char *name, size_t length) {
  for (unsigned i = 0; i < schema->method_count; i++)
    if (strlen(schema->methods[i].name) == length && strncmp(schema->methods[i].name, name, length) == 0)
      return &schema->methods[i];
  return NULL;
}

static int step_index(const struct handler *handler, const char *name) {
  for (int i = 0; handler && i < HANDLER_STEPS && handler->steps[i].name; i++)
    if (strcmp(handler->steps[i].name, name) == 0)
      return i;
  return -1;
}

static bool find_handlers(struct scripts *scripts, const struct handler *const *handlers, struct fault *fault) {
  for (; handlers && *handlers; handlers++) {
    const struct method *method = method_named(scripts->schema, (*handlers)->method, strlen((*handlers)->method));
    if (!method)
      return mistake(fault, (*handlers)->method, "a handler, and no such method");
    scripts->entries[method->index].handler = *handlers;
  }
  return true;
}

// The message of a step by its full name, or the method's own where it names none.
static const struct message *message_of(const struct scripts *scripts, const char *name, const struct message *own) {
  return name ? schema_message(scripts->schema, name) : own;
}

static bool read_step(struct scripts *scripts, const struct method *method, const struct embedded *file, const char *step_name,
                      const char *name, struct fault *fault) {
  struct entry *entry = &scripts->entries[method->index];
  int index = step_index(entry->handler, step_name);
  if (index < 0)
    return mistake(fault, file->path, "no handler has this step");
  const struct step *step = &entry->handler->steps[index];
  const struct message *in = message_of(scripts, step->in, method->input);
  const struct message *out = message_of(scripts, step->out, method->output);
  if (!in || !out)
    return mistake(fault, file->path, "the step's message is not known");
  entry->steps[index] = script_parse(scripts->schema, method, name, file->path, file->text, in, out, fault);
  return entry->steps[index] != NULL;
}

static bool read_file(struct scripts *scripts, const struct embedded *file, struct fault *fault) {
  size_t before = strlen(folder), length = strlen(file->path) - before - strlen(suffix);
  const char *name = arena_strndup(&scripts->arena, file->path + before, length);
  const char *dot = strchr(name, '.');
  const struct method *method = method_named(scripts->schema, name, dot ? (size_t)(dot - name) : length);
  if (!method)
    return mistake(fault, file->path, "no such method");
  if (dot)
    return read_step(scripts, method, file, dot + 1, name, fault);
  struct script *own =
      script_parse(scripts->schema, method, name, file->path, file->text, method->input, method->output, fault);
  scripts->entries[method->index].own = own;
  return own != NULL;
}

static bool read_files(struct scripts *scripts, struct fault *fault) {
  for (size_t i = 0; i < embedded_sql_count; i++)
    if (strncmp(embedded_sql[i].path, folder, strlen(folder)) == 0 && !read_file(scripts, &embedded_sql[i], fault))
      return false;
  return true;
}

static bool is_complete(const struct scripts *scripts, const struct method *method, struct fault *fault) {
  const struct entry *entry = &scripts->entries[method->index];
  if (!entry->own && !(entry->handler && entry->handler->begin))
    return mistake(fault, method->name, "neither a statement nor a handler that needs none");
  for (int i = 0; entry->handler && i < HANDLER_STEPS && entry->handler->steps[i].name; i++)
    if (!entry->steps[i])
      return fault_set(fault, CODE_INTERNAL, "INTERNAL", "%s: no statement for step %s", method->name,
                       entry->handler->steps[i].name);
  return true;
}

bool scripts_open(struct scripts **out, const struct schema *schema, const struct handler *const *handlers,
                  struct fault *fault) {
  struct arena arena = {0};
  struct scripts *scripts = *out = arena_zalloc(&arena, sizeof *scripts);
  scripts->arena = arena;
  scripts->schema = schema;
  scripts->entries = arena_array(&scripts->arena, schema->method_count, sizeof *scripts->entries);
  bool good = find_handlers(scripts, handlers, fault) && read_files(scripts, fault);
  for (unsigned i = 0; good && i < schema->method_count; i++)
    good = is_complete(scripts, &schema->methods[i], fault);
  if (!good) {
    scripts_close(scripts);
    *out = NULL;
  }
  return good;
}

void scripts_close(struct scripts *scripts) {
  if (!scripts)
    return;
  struct arena arena = scripts->arena; // it lies in it itself
  arena_close(&arena);
}

bool scripts_check(struct scripts *scripts, PGconn *connection, struct fault *fault) {
  struct arena arena = {0};
  unsigned count = 0;
  struct script_to_check *checks =
      arena_array(&arena, scripts->schema->method_count * (1 + (size_t)HANDLER_STEPS), sizeof *checks);
  for (unsigned i = 0; i < scripts->schema->method_count; i++) {
    const struct entry *entry = &scripts->entries[i];
    if (entry->own)
      checks[count++] = (struct script_to_check){entry->own, scripts->schema->methods[i].request_id != NULL};
    for (int step = 0; step < HANDLER_STEPS; step++)
      if (entry->steps[step])
        checks[count++] = (struct script_to_check){entry->steps[step], false};
  }
  bool good = script_check(checks, count, connection, fault);
  arena_close(&arena);
  return good;
}

const struct handler *scripts_handler(const struct scripts *scripts, const struct method *method) {
  return scripts->entries[method->index].handler;
}

struct script *scripts_find(const struct scripts *scripts, const struct method *method, const char *step_or_null) {
  const struct entry *entry = &scripts->entries[method->index];
  if (!step_or_null)
    return entry->own;
  int index = step_index(entry->handler, step_or_null);
  return index < 0 ? NULL : entry->steps[index];
}
