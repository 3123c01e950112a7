// The statements of one SQL file: found, planned against descriptors, bound, and their rows read. See docs/engine.md.

#pragma once
#include "store/exchange.h"
#include <libpq-fe.h>

struct script;

// One combination of a statement's optional clauses. Made at need, kept for the program's life, the same for all connections.
struct variant {
  unsigned id;     // dense over the whole program
  char name[16];   // under which it is prepared
  const char *sql; // with $1, $2 …
  int parameter_count;
  const Oid *types; // what Parse declares; 0: left to PostgreSQL
  const struct statement *statement;
  const void *plan; // the store's own
};

enum { SCRIPT_PARAMETERS = 96, SCRIPT_STATEMENTS = 16, SCRIPT_VARIANTS = 16384 };

// What libpq wants for one execution. Everything is in the exchange's arena.
struct parameters {
  int count;
  const char *values[SCRIPT_PARAMETERS];
  int lengths[SCRIPT_PARAMETERS];
  int formats[SCRIPT_PARAMETERS]; // all 1: binary
};

// Parses `text`. A mistake is a fault with file, line and what is wrong. `method` says page fields and per-item; `in` and `out`
// are its messages, or a step's. Lives as long as the program.
struct script *script_parse(const struct schema *schema, const struct method *method, const char *name, const char *path,
                            const char *text, const struct message *in, const struct message *out, struct fault *fault);

struct script_to_check {
  struct script *script;
  bool keeps; // its method takes request ids
};

// Prepares none, all, and each optional clause alone of all these on `connection` (a plain, blocking one), holds
// parameters and columns against the descriptors, and learns the types that later variants declare. Where a script keeps, its
// last statement's keeping form and its replay statement are checked too.
bool script_check(const struct script_to_check *checks, unsigned count, PGconn *connection, struct fault *fault);

const char *script_name(const struct script *script);
unsigned script_statement_count(const struct script *script);

// The variant of statement `i` for what is set in the exchange. With `keep`, of the last statement: the form that also keeps
// its rows under a request id; it then has three more parameters at the end (method text, request_id uuid, hash bytea), which
// variant_bind takes from `keep`. NULL with a fault where there would be more than SCRIPT_VARIANTS.
struct keep {
  const char *method;
  uint8_t request_id[UUID_BYTES];
  uint8_t hash[CRYPTO_MAC_BYTES];
};
const struct variant *script_variant(struct script *script, unsigned i, const struct exchange *exchange,
                                     const struct keep *keep);

// The statement that reads kept rows back: one parameter, the request id; its rows are read by variant_rows as the last
// statement's are.
const struct variant *script_replay(struct script *script);

// Walks the plan over the request. False with a fault (a number that does not fit its column, …).
bool variant_bind(const struct variant *variant, struct exchange *exchange, const struct keep *keep, struct parameters *out);

// Reads rows into exchange->out. False with a fault: NOT_FOUND where a row was promised.
bool variant_rows(const struct variant *variant, struct exchange *exchange, const PGresult *rows);

// The SQL of a variant with values filled in, as one can paste it into psql: for `zoufang explain`.
char *variant_printed(const struct variant *variant, const struct parameters *parameters, struct arena *arena);
