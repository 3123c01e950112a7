// Any text as a file of SQL, for a method: refused with its line, or cut into statements whose names mean fields of the method,
// and whose every combination of optional clauses is put together within the text's own lines.

#include "store/plan.h"
#include "support/fuzz.h"
#include <string.h>

static const char *const METHODS[] = {"VisitService/ListVisits", "VisitService/CreateVisit", "SyncService/Push",
                                      "LeadService/CreateLead"};
enum { METHOD_BITS = 3 };

static size_t lines_in(const char *text) {
  size_t lines = 1;
  for (; (text = strchr(text, '\n')); text++)
    lines++;
  return lines;
}

static struct script *parse(const struct method *method, const char *text, struct fault *fault) {
  struct script *script = script_parse(api_schema(), method, "x", "x.sql", text, method->input, method->output, fault);
  must((script != NULL) == (fault->code == CODE_OK));
  return script;
}

static const char *sql_of(const struct statement *statement, uint32_t mask, struct arena *arena) {
  unsigned char all[SCRIPT_PARAMETERS];
  for (unsigned i = 0; i < statement->parameter_count; i++)
    all[i] = (unsigned char)i;
  return combination_text(statement, mask, all, statement->parameter_count, arena);
}

// What takes no parameters, whole, is read again as what it is.
static void check_again(const struct method *method, const char *sql, struct arena *arena) {
  struct fault fault = {.arena = arena};
  struct script *again = parse(method, sql, &fault);
  must(again && again->statement_count == 1 && again->statements[0].option_count == 0);
  must(strcmp(sql_of(&again->statements[0], 0, arena), sql) == 0);
}

// A string of several lines in a fragment that is repeated brings them along.
static size_t most_lines(const char *text) {
  return strstr(text, "--=") ? SIZE_MAX : lines_in(text);
}

static void check_statement(const struct method *method, const struct statement *statement, size_t lines, struct arena *arena) {
  must(statement->parameter_count <= SCRIPT_PARAMETERS - KEEP_PARAMETERS && statement->option_count <= STATEMENT_OPTIONS);
  must(statement->line >= 1 && (size_t)statement->line <= lines);
  for (unsigned i = 0; i < statement->parameter_count; i++)
    must(strlen(statement->parameters[i].name) > 0 && (size_t)statement->parameters[i].line <= lines);
  uint32_t every = (1u << statement->option_count) - 1;
  for (unsigned i = 0; i <= statement->option_count + 1; i++) {
    uint32_t mask = i == 0 ? 0 : i == 1 ? every : 1u << (i - 2);
    const char *sql = sql_of(statement, mask, arena);
    must(lines_in(sql) + (size_t)statement->line - 1 <= lines);
    if (statement->parameter_count == 0 && mask == every)
      check_again(method, sql, arena);
  }
}

// The first byte chooses the method.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  struct input input = input_of(data, size, &arena);
  struct fault fault = {.arena = &arena};
  const struct method *method = api_method(METHODS[input_byte(&input) & METHOD_BITS]);
  const char *text = input_text(&input);
  struct script *script = parse(method, text, &fault);
  for (unsigned i = 0; script && i < script->statement_count; i++)
    check_statement(method, &script->statements[i], most_lines(text), &arena);
  arena_close(script_arena()); // nothing of it outlives the run
  arena_close(&arena);
  return 0;
}
