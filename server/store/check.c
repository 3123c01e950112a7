// PostgreSQL describes every statement here, once, at start; what it says is held against the descriptors.

#include "store/plan.h"
#include <stdlib.h>
#include <string.h>

// Where PostgreSQL's position (in characters, from 1) is in the file: lines of a variant's SQL are the file's.
static int line_at(const struct statement *statement, const char *sql, const char *position) {
  long left = position ? strtol(position, NULL, 10) - 1 : 0;
  int line = statement->line;
  for (; *sql && left > 0; sql++) {
    line += *sql == '\n';
    left -= ((unsigned char)*sql & 0xc0) != 0x80;
  }
  return line;
}

static bool refused(const struct statement *statement, const struct variant *variant, const PGresult *result,
                    struct fault *fault) {
  const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY),
             *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char *hint = PQresultErrorField(result, PG_DIAG_MESSAGE_HINT);
  const struct combination *combination = variant_combination(variant);
  bool own = !combination->keeps && !combination->replays;
  int line = own ? line_at(statement, variant->sql, PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION)) : statement->line;
  return script_wrong(statement->script, line, fault, "%s (%s)%s%s%s", message ? message : PQresultErrorMessage(result),
                      state ? state : "no answer",
                      own                  ? ""
                      : combination->keeps ? ", where its rows are kept"
                                           : ", where kept rows are read back",
                      hint ? ". " : "", hint ? hint : "");
}

// Asks for a variant to be prepared and described, without waiting for the answer.
static bool ask(const struct variant *variant, PGconn *connection) {
  return PQsendPrepare(connection, "", variant->sql, variant->parameter_count, variant->types) == 1 &&
         PQsendDescribePrepared(connection, "") == 1 && PQpipelineSync(connection) == 1;
}

static PGresult *hear_one(PGconn *connection) {
  PGresult *result = PQgetResult(connection);
  PQclear(PQgetResult(connection)); // the end of it
  return result;
}

// The oldest answer that is due: the description, or what PostgreSQL refused.
static PGresult *hear(PGconn *connection) {
  PGresult *prepared = hear_one(connection), *described = hear_one(connection);
  bool good = PQresultStatus(prepared) == PGRES_COMMAND_OK;
  PQclear(PQgetResult(connection)); // the Sync's
  PQclear(good ? prepared : described);
  return good ? described : prepared;
}

static PGresult *prepare(const struct variant *variant, PGconn *connection) {
  return ask(variant, connection) ? hear(connection) : NULL;
}

static bool is_state(const PGresult *result, const char *state) {
  const char *is = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  return is && strcmp(is, state) == 0;
}

// Strings whose type nothing in the statement says are text. False where there are none.
static bool declare_text(const struct combination *combination, const struct statement *statement, struct fault *fault) {
  Oid *types = (Oid *)(uintptr_t)combination->variant.types;
  bool declared = false;
  for (unsigned i = 0; i < combination->count; i++) {
    struct parameter *parameter = &statement->parameters[combination->parameters[i]];
    if (types[i] || parameter->source != FROM_FIELD)
      continue;
    types[i] = TYPE_TEXT;
    declared |= parameter->type || parameter_learn(statement->script, parameter, TYPE_TEXT, fault);
  }
  return declared;
}

// NULL with a fault; else the caller clears it.
static PGresult *describe(const struct variant *variant, PGconn *connection, struct fault *fault) {
  static const char AMBIGUOUS[] = "42P08", INDETERMINATE[] = "42P18";
  PGresult *result = prepare(variant, connection);
  bool untyped = is_state(result, AMBIGUOUS) || is_state(result, INDETERMINATE);
  if (untyped && declare_text(variant_combination(variant), variant->statement, fault)) {
    PQclear(result);
    result = prepare(variant, connection);
  }
  if (PQresultStatus(result) == PGRES_COMMAND_OK)
    return result;
  refused(variant->statement, variant, result, fault);
  PQclear(result);
  return NULL;
}

// --- What is learnt
// -----------------------------------------------------------------------------------------------------------

// What was left to PostgreSQL to infer is declared from now on, in this variant and all others.
static bool learn_parameters(struct statement *statement, const struct combination *combination, const PGresult *described,
                             struct fault *fault) {
  for (unsigned i = 0; i < combination->count; i++) {
    struct parameter *parameter = &statement->parameters[combination->parameters[i]];
    if (!parameter->type && !parameter_learn(statement->script, parameter, PQparamtype(described, (int)i), fault))
      return false;
  }
  return true;
}

// ":page.NAME" is what the column "page.NAME" was, type and all.
static bool fit_page(struct statement *statement, struct fault *fault) {
  const struct columns *columns = &statement->columns;
  for (unsigned i = 0; i < statement->parameter_count; i++) {
    struct parameter *parameter = &statement->parameters[i];
    if (parameter->source == FROM_PAGE_SIZE && columns->element && !columns->paged)
      return script_wrong(statement->script, parameter->line, fault, ":page.size needs a column \"page.…\" to go on from");
    if (parameter->source != FROM_PAGE)
      continue;
    unsigned k = 0;
    while (k < columns->count && (columns->of[k].kind != COLUMN_PAGE || strcmp(columns->of[k].page, parameter->page) != 0))
      k++;
    if (k == columns->count)
      return script_wrong(statement->script, parameter->line, fault, "parameter \":%s\" has no column \"%s\" to come from",
                          parameter->name, parameter->name);
    if (parameter->type && parameter->type != columns->of[k].type)
      return script_wrong(statement->script, parameter->line, fault, "parameter \":%s\" is %s, its column is %s",
                          parameter->name, type_text(fault->arena, parameter->type),
                          type_text(fault->arena, columns->of[k].type));
    parameter->type = columns->of[k].type;
  }
  return true;
}

static bool has_same_columns(const struct statement *statement, const PGresult *described, struct fault *fault) {
  const struct columns *columns = &statement->columns;
  bool same = PQnfields(described) == (int)columns->count;
  for (unsigned i = 0; same && i < columns->count; i++)
    same = PQftype(described, (int)i) == columns->of[i].type && strcmp(PQfname(described, (int)i), columns->of[i].name) == 0;
  return same || script_wrong(statement->script, statement->line, fault, "an optional clause changes the columns");
}

// --- Statements
// ---------------------------------------------------------------------------------------------------------------

// The first variant of a statement plans its columns; later ones must have the same.
static bool fit(struct statement *statement, const struct combination *combination, const PGresult *described, bool first,
                struct fault *fault) {
  return (first ? columns_plan(statement, described, &statement->columns, fault)
                : has_same_columns(statement, described, fault)) &&
         learn_parameters(statement, combination, described, fault) && (!first || fit_page(statement, fault));
}

static bool check_variant(struct statement *statement, uint32_t mask, bool first, PGconn *connection, struct fault *fault) {
  struct combination *combination = combination_get(statement, mask, fault);
  PGresult *described = combination ? describe(&combination->variant, connection, fault) : NULL;
  bool good = described && fit(statement, combination, described, first, fault);
  PQclear(described);
  return good;
}

// Types that were learnt late are declared by the variants made before, too.
static void declare_types(struct statement *statement) {
  for (unsigned bucket = 0; bucket < COMBINATION_BUCKETS; bucket++)
    for (struct combination *combination = statement->combinations[bucket]; combination; combination = combination->next) {
      Oid *types = (Oid *)(uintptr_t)combination->variant.types;
      for (unsigned i = 0; i < combination->count; i++)
        types[i] = statement->parameters[combination->parameters[i]].type;
    }
}

static uint32_t all_options(const struct statement *statement) {
  return (1u << statement->option_count) - 1;
}

// Each optional clause alone: all are asked for at once, for what they bind was learnt from the variant that has them all.
static bool check_each(struct statement *statement, PGconn *connection, struct fault *fault) {
  struct combination *combinations[STATEMENT_OPTIONS];
  unsigned asked = 0;
  bool good = true;
  for (; good && asked < statement->option_count; asked += good) {
    combinations[asked] = combination_get(statement, 1u << asked, fault);
    good = combinations[asked] && ask(&combinations[asked]->variant, connection);
  }
  for (unsigned i = 0; i < asked; i++) {
    PGresult *described = hear(connection);
    if (good && PQresultStatus(described) != PGRES_COMMAND_OK)
      good = refused(statement, &combinations[i]->variant, described, fault);
    good = good && fit(statement, combinations[i], described, false, fault);
    PQclear(described);
  }
  return good;
}

static bool check_statement(struct statement *statement, PGconn *connection, struct fault *fault) {
  if (!check_variant(statement, 0, true, connection, fault))
    return false;
  if (statement->option_count && !check_variant(statement, all_options(statement), false, connection, fault))
    return false;
  if (statement->option_count > 1 && !check_each(statement, connection, fault))
    return false;
  declare_types(statement);
  return true;
}

// --- Request ids
// --------------------------------------------------------------------------------------------------------------

static bool check_replay(struct script *script, PGconn *connection, struct fault *fault) {
  struct statement *last = &script->statements[script->statement_count - 1];
  struct columns *columns = arena_zalloc(script_arena(), sizeof *columns);
  script_make_replay(script, columns);
  PGresult *described = describe(&script->replay->variant, connection, fault);
  bool good = described && columns_plan(last, described, columns, fault);
  PQclear(described);
  return good;
}

static bool check_keeping(struct script *script, PGconn *connection, struct fault *fault) {
  struct statement *last = &script->statements[script->statement_count - 1];
  uint32_t keeps = 1u << MASK_KEEPS;
  if (!check_variant(last, keeps, false, connection, fault))
    return false;
  if (last->option_count && !check_variant(last, keeps | all_options(last), false, connection, fault))
    return false;
  return check_replay(script, connection, fault);
}

static bool check_all(struct script *script, PGconn *connection, bool keeps, struct fault *fault) {
  for (unsigned i = 0; i < script->statement_count; i++)
    if (!check_statement(&script->statements[i], connection, fault))
      return false;
  return !keeps || check_keeping(script, connection, fault);
}

bool script_check(struct script *script, PGconn *connection, bool keeps, struct fault *fault) {
  PQenterPipelineMode(connection);
  bool good = check_all(script, connection, keeps, fault);
  PQexitPipelineMode(connection);
  return good;
}
