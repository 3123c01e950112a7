// What is known of a script once it is read and checked: the store's own, walked at run time without looking up a name.

#pragma once
#include "store/trail.h"
#include "store/script.h"
#include <stdatomic.h>

enum { STATEMENT_OPTIONS = 24, STATEMENT_COLUMNS = 96, COMBINATION_BUCKETS = 16, MASK_KEEPS = 31, KEEP_PARAMETERS = 3 };

// A run of text, then at most one parameter.
struct piece {
  const char *text;
  unsigned length;
  int parameter;    // in statement->parameters; -1: none
  uint32_t options; // bits of statement->options: it is left out unless all of them are in
};

static inline bool piece_is_in(const struct piece *piece, uint32_t mask) {
  return (piece->options & ~mask) == 0;
}

// Where a parameter's value comes from.
enum source { FROM_FIELD, FROM_PLACE, FROM_HASH, FROM_KEY, FROM_SEALED, FROM_INDEX, FROM_PAGE_SIZE, FROM_PAGE };

struct parameter {
  const char *name; // as written, without the colon
  int line;
  enum source source;
  struct trail trail;
  bool ends_in_message; // the path leads to a message, not into one
  bool array;
  Oid type, element;         // as declared or learned; of an array also its elements'. 0: not known yet
  const struct codec *codec; // FROM_FIELD
  unsigned place_depth;      // FROM_PLACE: the field of the path that is counted
  unsigned record_depth;     // sealing: so many fields down is the message with the id; 0 is the request itself
  const struct field *record_id;
  const struct field *secret; // sealing: the field, or NULL for the key
  const char *page;           // FROM_PAGE: the name behind "page."
};

struct option {
  const char *name;
  int line;
  bool page;
  struct trail trail;
};

enum column_kind { COLUMN_VALUE, COLUMN_VOID, COLUMN_PAGE, COLUMN_PLACE, COLUMN_SEALED, COLUMN_KEY };

struct column {
  const char *name;
  enum column_kind kind;
  Oid type;
  bool array;
  int size;           // bytes of a value; 0: any
  struct trail trail; // COLUMN_VALUE, COLUMN_SEALED; of COLUMN_KEY unused
  const struct codec *codec;
  unsigned key;     // COLUMN_SEALED: the column with its record's key
  const char *page; // COLUMN_PAGE: the name behind "page."
};

// How rows become a message. One for a statement; the replay has its own.
struct columns {
  unsigned count;
  struct column *of;
  const struct field *element; // one row an element of this; NULL: one row
  bool promised;               // there are columns: no row is NOT_FOUND
  bool paged;                  // there are "page." columns
  bool placed;                 // there is "element#"
  bool sealed;
};

struct combination;

struct statement {
  struct script *script;
  unsigned index;
  int line;
  unsigned piece_count, parameter_count, option_count;
  struct piece *pieces;
  struct parameter *parameters;
  struct option *options;
  struct columns columns; // since the check
  _Atomic(struct combination *) combinations[COMBINATION_BUCKETS];
};

// A variant and what is behind it.
struct combination {
  struct variant variant;
  struct combination *next;
  uint32_t mask; // which options are in; bit MASK_KEEPS: the keeping form
  bool keeps, replays;
  unsigned count;                  // parameters of the statement in this variant
  const unsigned char *parameters; // $1, $2 … : which of the statement's
  const struct columns *columns;
};

struct script {
  const char *name, *path;
  const struct schema *schema;
  const struct method *method;
  const struct message *in, *out;
  unsigned statement_count;
  struct statement *statements;
  unsigned item_count; // repeated messages of the request, in field order: what places are counted through
  const struct field **items;
  bool counted;               // per-item: places count through all of them
  struct combination *replay; // since a check with `keeps`
};

static inline const struct combination *variant_combination(const struct variant *variant) {
  return variant->plan;
}

// Sets the fault "PATH:LINE: …". Always false.
bool script_wrong(const struct script *script, int line, struct fault *fault, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

// Memory that lasts as long as the program. Callers hold the store's lock or are at start, single-threaded.
struct arena *script_arena(void);

// Cuts the text into statements, pieces, parameters' and options' names (parse.c).
bool script_read(struct script *script, const char *text, struct fault *fault);

// Finds what a parameter's or option's name means (parameter.c).
bool parameter_find(struct script *script, struct parameter *parameter, struct fault *fault);
bool option_find(struct script *script, struct option *option, struct fault *fault);
// Once PostgreSQL has said the type of a parameter that was left to it: does the field fit?
bool parameter_learn(struct script *script, struct parameter *parameter, Oid type, struct fault *fault);

// Plans the columns of a described statement (column.c).
bool columns_plan(struct statement *statement, const PGresult *described, struct columns *columns, struct fault *fault);

// The combination for a mask, made where it is new (script.c). NULL with a fault past SCRIPT_VARIANTS.
struct combination *combination_get(struct statement *statement, uint32_t mask, struct fault *fault);

// Makes the script's replay, whose rows are read by `columns` (script.c).
void script_make_replay(struct script *script, const struct columns *columns);

// SQL texts (text.c): a combination's, in the arena; its keeping form; the statement that reads kept rows back.
char *combination_text(const struct statement *statement, uint32_t mask, const unsigned char *parameters, unsigned count,
                       struct arena *arena);
char *keeping_text(const struct statement *statement, const char *text, unsigned count, struct arena *arena);
char *replay_text(const struct statement *statement, struct arena *arena);
