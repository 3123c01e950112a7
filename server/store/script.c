// Scripts and the variants of their statements: made under one lock, found without it.

#include "store/plan.h"
#include <pthread.h>
#include <string.h>

// What lasts as long as the program: scripts at start, variants at need.
static struct {
  pthread_mutex_t lock;
  struct arena arena;
  unsigned variants;
} all = {.lock = PTHREAD_MUTEX_INITIALIZER};

struct arena *script_arena(void) {
  return &all.arena;
}

bool script_wrong(const struct script *script, int line, struct fault *fault, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  const char *what = arena_vprintf(fault->arena, format, arguments);
  va_end(arguments);
  return fault_set(fault, CODE_INTERNAL, "BAD_STATEMENT", "%s:%d: %s", script->path, line, what);
}

// The repeated messages of the request, which places are counted through.
static void find_items(struct script *script) {
  script->items = arena_array(script_arena(), script->in->field_count, sizeof(struct field *));
  for (unsigned i = 0; i < script->in->field_count; i++)
    if (script->in->fields[i].repeated && script->in->fields[i].message)
      script->items[script->item_count++] = &script->in->fields[i];
}

struct script *script_parse(const struct schema *schema, const struct method *method, const char *name, const char *path,
                            const char *text, const struct message *in, const struct message *out, struct fault *fault) {
  pthread_mutex_lock(&all.lock);
  struct script *script = arena_zalloc(script_arena(), sizeof *script);
  *script = (struct script){
      .name = arena_strdup(script_arena(), name),
      .path = arena_strdup(script_arena(), path),
      .schema = schema,
      .method = method,
      .in = in,
      .out = out,
      .counted = method->per_item,
  };
  find_items(script);
  bool read = script_read(script, arena_strdup(script_arena(), text), fault);
  pthread_mutex_unlock(&all.lock);
  return read ? script : NULL;
}

const char *script_name(const struct script *script) {
  return script->name;
}

unsigned script_statement_count(const struct script *script) {
  return script->statement_count;
}

// --- Combinations
// -------------------------------------------------------------------------------------------------------------

// Which of the statement's parameters a combination has, in the order in which they appear.
static unsigned parameters_in(const struct statement *statement, uint32_t mask, unsigned char *parameters) {
  unsigned count = 0;
  for (unsigned i = 0; i < statement->piece_count; i++) {
    const struct piece *piece = &statement->pieces[i];
    bool is_in = piece->parameter >= 0 && piece_is_in(piece, mask);
    if (is_in && !memchr(parameters, piece->parameter, count))
      parameters[count++] = (unsigned char)piece->parameter;
  }
  return count;
}

// Parameters and their types as Parse declares them; the keeping form has three more.
static const Oid *types_of(const struct statement *statement, const struct combination *combination) {
  static const Oid keep[KEEP_PARAMETERS] = {TYPE_TEXT, TYPE_UUID, TYPE_BYTEA};
  Oid *types = arena_array(script_arena(), combination->count + KEEP_PARAMETERS, sizeof *types);
  for (unsigned i = 0; i < combination->count; i++)
    types[i] = statement->parameters[combination->parameters[i]].type;
  memcpy(types + combination->count, keep, sizeof keep);
  return types;
}

static void name_variant(struct variant *variant) {
  variant->id = all.variants++;
  int length = 0;
  char digits[sizeof variant->name];
  for (unsigned rest = variant->id; rest || !length; rest /= 10)
    digits[length++] = (char)('0' + rest % 10);
  variant->name[0] = 's';
  for (int i = 0; i < length; i++)
    variant->name[1 + i] = digits[length - 1 - i];
}

// SQL is put together in a scratch arena and kept at its size.
static const char *text_kept(const struct statement *statement, const struct combination *combination) {
  struct arena scratch = {0};
  char *text = combination->replays
                   ? replay_text(statement, &scratch)
                   : combination_text(statement, combination->mask, combination->parameters, combination->count, &scratch);
  if (combination->keeps)
    text = keeping_text(statement, text, combination->count, &scratch);
  text = arena_strdup(script_arena(), text);
  arena_close(&scratch);
  return text;
}

static struct combination *make(struct statement *statement, uint32_t mask) {
  struct combination *combination = arena_zalloc(script_arena(), sizeof *combination);
  unsigned char parameters[SCRIPT_PARAMETERS];
  combination->mask = mask;
  combination->keeps = mask >> MASK_KEEPS;
  combination->count = parameters_in(statement, mask, parameters);
  combination->parameters = memcpy(arena_alloc(script_arena(), combination->count), parameters, combination->count);
  combination->columns = &statement->columns;
  combination->variant = (struct variant){
      .sql = text_kept(statement, combination),
      .parameter_count = (int)combination->count + (combination->keeps ? KEEP_PARAMETERS : 0),
      .types = types_of(statement, combination),
      .statement = statement,
      .plan = combination,
  };
  name_variant(&combination->variant);
  return combination;
}

static unsigned bucket_of(uint32_t mask) {
  return (mask * 2654435769u) >> 28;
}

static struct combination *find(const struct statement *statement, uint32_t mask) {
  struct combination *found = atomic_load_explicit(&statement->combinations[bucket_of(mask)], memory_order_acquire);
  while (found && found->mask != mask)
    found = found->next;
  return found;
}

// Another thread may have made it meanwhile: looked for once more under the lock.
static struct combination *find_or_make(struct statement *statement, uint32_t mask, struct fault *fault) {
  struct combination *combination = find(statement, mask);
  if (combination)
    return combination;
  if (all.variants == SCRIPT_VARIANTS) {
    fault_set(fault, CODE_RESOURCE_EXHAUSTED, "TOO_MANY", "too many combinations of filters are in use");
    return NULL;
  }
  combination = make(statement, mask);
  _Atomic(struct combination *) *bucket = &statement->combinations[bucket_of(mask)];
  combination->next = atomic_load_explicit(bucket, memory_order_relaxed);
  atomic_store_explicit(bucket, combination, memory_order_release);
  return combination;
}

struct combination *combination_get(struct statement *statement, uint32_t mask, struct fault *fault) {
  struct combination *combination = find(statement, mask);
  if (combination)
    return combination;
  pthread_mutex_lock(&all.lock);
  combination = find_or_make(statement, mask, fault);
  pthread_mutex_unlock(&all.lock);
  return combination;
}

static uint32_t mask_of(const struct statement *statement, const struct exchange *exchange) {
  uint32_t mask = 0;
  for (unsigned i = 0; i < statement->option_count; i++) {
    const struct option *option = &statement->options[i];
    bool is_set = option->page ? exchange->page.given : trail_is_set(&option->trail, exchange->in);
    mask |= (uint32_t)is_set << i;
  }
  return mask;
}

const struct variant *script_variant(struct script *script, unsigned i, const struct exchange *exchange,
                                     const struct keep *keep) {
  struct statement *statement = &script->statements[i];
  uint32_t mask = mask_of(statement, exchange) | (uint32_t)(keep != NULL) << MASK_KEEPS;
  struct combination *combination = combination_get(statement, mask, exchange->fault);
  return combination ? &combination->variant : NULL;
}

const struct variant *script_replay(struct script *script) {
  return script->replay ? &script->replay->variant : NULL;
}

void script_make_replay(struct script *script, const struct columns *columns) {
  static const Oid types[] = {TYPE_UUID};
  struct statement *last = &script->statements[script->statement_count - 1];
  pthread_mutex_lock(&all.lock);
  struct combination *replay = arena_zalloc(script_arena(), sizeof *replay);
  replay->replays = true;
  replay->columns = columns;
  replay->variant = (struct variant){
      .sql = text_kept(last, replay),
      .parameter_count = 1,
      .types = types,
      .statement = last,
      .plan = replay,
  };
  name_variant(&replay->variant);
  script->replay = replay;
  pthread_mutex_unlock(&all.lock);
}
