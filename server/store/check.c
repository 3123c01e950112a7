// PostgreSQL describes every statement here, once, at start; what it says is held against the descriptors. Questions go in
// rounds, many in one flight: what a later round declares was learnt in an earlier one.

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

static PGresult *hear_one(PGconn *connection) {
  PGresult *result = PQgetResult(connection);
  PQclear(PQgetResult(connection)); // the end of it
  return result;
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

// --- Rounds
// -------------------------------------------------------------------------------------------------------------------

enum { ROUND = 128 };
static const uint32_t KEEPS = 1u << MASK_KEEPS;

struct question {
  struct statement *statement;
  struct combination *combination;
  struct columns *plan; // to be planned from the answer; NULL: the statement's are, and the answer must have the same
};

// What is asked for at once.
struct round {
  PGconn *connection;
  struct fault *fault;
  unsigned count;
  struct question questions[ROUND];
};

static bool fit(const struct question *question, const PGresult *described, struct fault *fault) {
  struct statement *statement = question->statement;
  if (question->combination->replays)
    return columns_plan(statement, described, question->plan, fault);
  return (question->plan ? columns_plan(statement, described, question->plan, fault)
                         : has_same_columns(statement, described, fault)) &&
         learn_parameters(statement, question->combination, described, fault) &&
         (!question->plan || fit_page(statement, fault));
}

// Asked again is what PostgreSQL passed over behind a mistake, and what made it where declaring text may mend it.
static bool judge(const struct round *round, const struct question *question, const PGresult *prepared,
                  const PGresult *described, bool *again) {
  static const char AMBIGUOUS[] = "42P08", INDETERMINATE[] = "42P18";
  *again = PQresultStatus(prepared) == PGRES_PIPELINE_ABORTED;
  if (*again)
    return true;
  const PGresult *answer = PQresultStatus(prepared) == PGRES_COMMAND_OK ? described : prepared;
  if (PQresultStatus(answer) == PGRES_COMMAND_OK)
    return fit(question, described, round->fault);
  bool untyped = is_state(answer, AMBIGUOUS) || is_state(answer, INDETERMINATE);
  *again = untyped && declare_text(question->combination, question->statement, round->fault);
  return *again || refused(question->statement, &question->combination->variant, answer, round->fault);
}

static bool lost(const struct round *round) {
  return fault_set(round->fault, CODE_UNAVAILABLE, "DATABASE", "%s", PQerrorMessage(round->connection));
}

static bool ask_all(const struct round *round) {
  for (unsigned i = 0; i < round->count; i++) {
    const struct variant *variant = &round->questions[i].combination->variant;
    if (PQsendPrepare(round->connection, "", variant->sql, variant->parameter_count, variant->types) != 1 ||
        PQsendDescribePrepared(round->connection, "") != 1)
      return lost(round);
  }
  return PQpipelineSync(round->connection) == 1 || lost(round);
}

// One flight: all are asked, every answer is taken, until a mistake it is looked at. What is to be asked again stays.
static bool fly(struct round *round) {
  bool good = true;
  unsigned left = 0;
  if (!ask_all(round))
    return false;
  for (unsigned i = 0; i < round->count; i++) {
    bool again = false;
    PGresult *prepared = hear_one(round->connection), *described = hear_one(round->connection);
    good = good && judge(round, &round->questions[i], prepared, described, &again);
    PQclear(prepared);
    PQclear(described);
    if (again)
      round->questions[left++] = round->questions[i];
  }
  PQclear(PQgetResult(round->connection)); // the Sync's
  round->count = left;
  return good;
}

// Every flight settles one question at least.
static bool round_end(struct round *round) {
  while (round->count)
    if (!fly(round))
      return false;
  return true;
}

static bool add(struct round *round, struct statement *statement, struct combination *combination, struct columns *plan) {
  if (!combination || (round->count == ROUND && !round_end(round)))
    return false;
  round->questions[round->count++] = (struct question){.statement = statement, .combination = combination, .plan = plan};
  return true;
}

static bool add_variant(struct round *round, struct statement *statement, uint32_t mask) {
  return add(round, statement, combination_get(statement, mask, round->fault), NULL);
}

// --- What is asked of a statement
// -------------------------------------------------------------------------------------------------

static struct statement *last_of(const struct script *script) {
  return &script->statements[script->statement_count - 1];
}

static bool keeps(const struct script_to_check *check, const struct statement *statement) {
  return check->keeps && statement == last_of(check->script);
}

// Without its options: from this its columns are planned.
static bool ask_bare(struct round *round, const struct script_to_check *check, struct statement *statement) {
  (void)check;
  return add(round, statement, combination_get(statement, 0, round->fault), &statement->columns);
}

// With all options: what they bind is learnt.
static bool ask_full(struct round *round, const struct script_to_check *check, struct statement *statement) {
  return (!statement->option_count || add_variant(round, statement, all_options(statement))) &&
         (!keeps(check, statement) || add_variant(round, statement, KEEPS));
}

static bool ask_each(struct round *round, const struct script_to_check *check, struct statement *statement) {
  for (unsigned i = 0; statement->option_count > 1 && i < statement->option_count; i++)
    if (!add_variant(round, statement, 1u << i))
      return false;
  return !keeps(check, statement) || !statement->option_count || add_variant(round, statement, KEEPS | all_options(statement));
}

static bool ask_replay(struct round *round, const struct script_to_check *check, struct statement *statement) {
  if (!keeps(check, statement))
    return true;
  struct columns *columns = arena_zalloc(script_arena(), sizeof *columns);
  script_make_replay(check->script, columns);
  return add(round, statement, check->script->replay, columns);
}

typedef bool asker(struct round *, const struct script_to_check *, struct statement *);

static bool ask_of_all(struct round *round, const struct script_to_check *checks, unsigned count, asker *ask) {
  for (unsigned i = 0; i < count; i++)
    for (unsigned k = 0; k < checks[i].script->statement_count; k++)
      if (!ask(round, &checks[i], &checks[i].script->statements[k]))
        return false;
  return round_end(round);
}

bool script_check(const struct script_to_check *checks, unsigned count, PGconn *connection, struct fault *fault) {
  static asker *const rounds[] = {ask_bare, ask_full, ask_each, ask_replay};
  struct round round = {.connection = connection, .fault = fault};
  bool good = true;
  PQenterPipelineMode(connection);
  for (unsigned i = 0; good && i < sizeof rounds / sizeof *rounds; i++)
    good = ask_of_all(&round, checks, count, rounds[i]);
  PQexitPipelineMode(connection);
  for (unsigned i = 0; i < count; i++)
    for (unsigned k = 0; k < checks[i].script->statement_count; k++)
      declare_types(&checks[i].script->statements[k]);
  return good;
}
