// Requests of any content on their way to PostgreSQL and back: what was bound to a statement's parameters comes as its row, and
// must be the same request again. PostgreSQL is stood in for by a statement that gives back what it got.

#include "base/buffer.h"
#include "schema/json.h"
#include "store/plan.h"
#include "support/fuzz.h"
#include <stdlib.h>
#include <string.h>

enum { ARRAY_HEAD_BYTES = 20, ARRAY_EMPTY_BYTES = 12, NULLS_AT = 4, COUNT_AT = 12, SHAPE_BITS = 3, SELECTABLE = 8 };

enum way {
  AS_ROW,      // one row is the request
  AS_ELEMENTS, // each row is an element of its repeated message
  AS_ITEMS,    // chosen items go out, each with its place; nothing comes back
};

static struct shape {
  enum way way;
  const char *method, *type, *sql;
  struct script *script; // since it was opened
  const struct variant *variant;
} shapes[] = {
    {AS_ROW, "LeadService/CreateLead", "zoufang.v1.CreateLeadRequest",
     "select :request_id, :lead.id, :lead.region_code, :lead.channel, :lead.class, :lead.occurrence, :lead.received_at, "
     ":lead.visit_id, :lead.accused.name, :lead.accused.user_id, :lead.amount_fen, :lead.narrative, :lead.sweep_round, "
     ":lead.confidential, :lead.etag, :lead.reporter.anonymous, :lead.reporter#key, :lead.reporter.name, :lead.reporter.phone, "
     ":lead.reporter.identity_number, :lead.reporter.phone#index, :lead.reporter.identity_number#index, :lead#hash",
     NULL, NULL},
    {AS_ROW, "VisitService/CreateVisit", "zoufang.v1.CreateVisitRequest",
     "select :visit.id, :visit.kind, :visit.region_code, :visit.started_at, :visit.ended_at, :visit.position.latitude, "
     ":visit.position.longitude, :visit.position.accuracy, :visit.place, :visit.officer_ids, :visit.visitors.name, "
     ":visit.led_by, :visit.people_met, :visit.materials.copies, :visit.findings, :visit.survey.question, :visit.etag, "
     ":visit#hash",
     NULL, NULL},
    {AS_ELEMENTS, "LeadService/GetLead", "zoufang.v1.PushRequest",
     "select :leads.id, :leads.class, :leads.received_at, :leads.amount_fen, :leads.confidential, :leads.narrative, "
     ":leads.reporter.anonymous, :leads.reporter#key, :leads.reporter.name, :leads.reporter.phone, "
     ":leads.reporter.identity_number, :leads.reporter.phone#index, :leads#hash",
     NULL, NULL},
    {AS_ITEMS, "SyncService/Push", "zoufang.v1.PushRequest",
     "select :visits#, :visits.id, :visits.position.latitude, :visits.people_met, :visits#hash, :visits.officer_ids#, "
     ":visits.officer_ids, :visits.visitors#, :visits.visitors.name, :leads#, :leads.id, :leads.reporter#key, "
     ":leads.reporter.name, :leads.accused#, :leads.accused.name",
     NULL, NULL},
};

// --- The statement -------------------------------------------------------------------------------------------------------

static bool comes_back(const struct parameter *parameter) {
  return parameter->source == FROM_FIELD || parameter->source == FROM_KEY || parameter->source == FROM_SEALED;
}

static const struct parameter *parameter_of(const struct shape *shape, unsigned i) {
  const struct combination *combination = variant_combination(shape->variant);
  return &shape->variant->statement->parameters[combination->parameters[i]];
}

// A result with the parameters as its columns, without rows.
static PGresult *describe(const struct shape *shape) {
  PGresAttDesc attributes[STATEMENT_COLUMNS] = {0};
  PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
  int count = 0;
  for (int i = 0; i < shape->variant->parameter_count; i++) {
    const struct parameter *parameter = parameter_of(shape, (unsigned)i);
    if (comes_back(parameter))
      attributes[count++] = (PGresAttDesc){.name = (char *)(uintptr_t)parameter->name,
                                           .typid = shape->way == AS_ELEMENTS ? parameter->element : parameter->type,
                                           .format = 1};
  }
  must(PQsetResultAttrs(result, count, attributes));
  return result;
}

// What the check at the start would learn from PostgreSQL.
static void learn(struct statement *statement, struct fault *fault) {
  for (unsigned i = 0; i < statement->parameter_count; i++)
    if (!statement->parameters[i].type)
      must(parameter_learn(statement->script, &statement->parameters[i], TYPE_TEXT, fault));
}

static void open_shape(struct shape *shape, struct exchange *exchange) {
  const struct message *type = api_message(shape->type);
  struct fault fault = {.arena = exchange->arena};
  shape->script = script_parse(api_schema(), api_method(shape->method), shape->method, "x.sql", shape->sql, type, type, &fault);
  must(shape->script != NULL);
  struct statement *statement = &shape->script->statements[0];
  learn(statement, &fault);
  shape->variant = script_variant(shape->script, 0, exchange, NULL);
  must(shape->variant != NULL);
  if (shape->way == AS_ITEMS)
    return;
  PGresult *described = describe(shape);
  must(columns_plan(statement, described, &statement->columns, &fault));
  PQclear(described);
}

// --- Values --------------------------------------------------------------------------------------------------------------

// An array as it was bound, element by element.
struct walk {
  const char *at, *end;
  uint32_t left;
};

static struct walk walk_of(const struct parameters *bound, unsigned i) {
  const char *bytes = bound->values[i];
  must(bytes && bound->lengths[i] >= ARRAY_EMPTY_BYTES);
  if (read_be32(bytes) == 0) {
    must(bound->lengths[i] == ARRAY_EMPTY_BYTES);
    return (struct walk){bytes + ARRAY_EMPTY_BYTES, bytes + ARRAY_EMPTY_BYTES, 0};
  }
  must(read_be32(bytes) == 1 && bound->lengths[i] >= ARRAY_HEAD_BYTES);
  return (struct walk){bytes + ARRAY_HEAD_BYTES, bytes + bound->lengths[i], read_be32(bytes + COUNT_AT)};
}

// The next element, NULL for SQL's.
static const char *walk_on(struct walk *walk, int *length) {
  must(walk->left-- > 0 && walk->end - walk->at >= 4);
  int32_t size = (int32_t)read_be32(walk->at);
  const char *bytes = walk->at + 4;
  *length = size < 0 ? 0 : size;
  must(*length <= walk->end - bytes);
  walk->at = bytes + *length;
  return size < 0 ? NULL : bytes;
}

static uint32_t count_of(const struct parameters *bound, unsigned i) {
  struct walk walk = walk_of(bound, i);
  uint32_t count = walk.left;
  while (walk.left) {
    int length;
    const char *bytes = walk_on(&walk, &length);
    if (bytes)
      touch(bytes, (size_t)length);
  }
  must(walk.at == walk.end);
  return count;
}

// A value has its type's size, an array its elements.
static void check_value(const struct parameter *parameter, const struct parameters *bound, unsigned i) {
  const struct type *type = type_of(parameter->array ? parameter->element : parameter->type);
  must(type && bound->formats[i] == 1);
  if (parameter->array)
    count_of(bound, i);
  else if (bound->values[i])
    must(!type->size || bound->lengths[i] == type->size);
  if (bound->values[i])
    touch(bound->values[i], (size_t)bound->lengths[i]);
}

static void put_elements(PGresult *rows, int column, const struct parameters *bound, unsigned i) {
  struct walk walk = walk_of(bound, i);
  for (int row = 0, length; walk.left; row++) {
    const char *bytes = walk_on(&walk, &length);
    must(PQsetvalue(rows, row, column, (char *)(uintptr_t)bytes, bytes ? length : -1));
  }
}

static PGresult *rows_of(const struct shape *shape, const struct parameters *bound) {
  PGresult *rows = describe(shape);
  int column = 0;
  for (unsigned i = 0; i < (unsigned)bound->count; i++) {
    if (!comes_back(parameter_of(shape, i)))
      continue;
    if (shape->way == AS_ELEMENTS)
      put_elements(rows, column, bound, i);
    else
      must(PQsetvalue(rows, 0, column, (char *)(uintptr_t)bound->values[i], bound->values[i] ? bound->lengths[i] : -1));
    column++;
  }
  return rows;
}

// --- What is promised ----------------------------------------------------------------------------------------------------

// False where a value does not fit its type, which a field is told of.
static bool bind(const struct shape *shape, struct exchange *exchange, struct parameters *bound) {
  bool good = variant_bind(shape->variant, exchange, NULL, bound);
  must(good == (exchange->fault->code == CODE_OK));
  if (!good)
    must(exchange->fault->violations && *exchange->fault->violations->field);
  for (unsigned i = 0; good && i < (unsigned)bound->count; i++)
    check_value(parameter_of(shape, i), bound, i);
  return good;
}

static bool is_same(const struct parameters *one, const struct parameters *other, unsigned i) {
  return one->lengths[i] == other->lengths[i] && !one->values[i] == !other->values[i] &&
         (!one->values[i] || memcmp(one->values[i], other->values[i], (size_t)one->lengths[i]) == 0);
}

// A list of scalars that comes back has no NULLs: an id that is empty is none.
static bool may_come_back_shorter(const struct parameter *parameter, const struct parameters *bound, unsigned i) {
  return parameter->source == FROM_FIELD && trail_last(&parameter->trail)->repeated && read_be32(bound->values[i] + NULLS_AT);
}

// Sealed again, the same text is other bytes of the same length, and the same index. A hash is of all fields, of which some
// went away.
static void check_again(const struct shape *shape, const struct parameters *first, const struct parameters *second) {
  must(first->count == second->count);
  for (unsigned i = 0; i < (unsigned)first->count; i++) {
    const struct parameter *parameter = parameter_of(shape, i);
    if (may_come_back_shorter(parameter, first, i))
      continue;
    if (parameter->source == FROM_FIELD || parameter->source == FROM_INDEX)
      must(is_same(first, second, i));
    else
      must(first->lengths[i] == second->lengths[i] && !first->values[i] == !second->values[i]);
  }
}

static void check_way_back(const struct shape *shape, struct exchange *exchange, const struct parameters *bound) {
  PGresult *rows = rows_of(shape, bound);
  struct combination combination = {.columns = &shape->variant->statement->columns};
  struct variant reading = {.statement = shape->variant->statement, .plan = &combination};
  static struct parameters again;
  must(variant_rows(&reading, exchange, rows));
  PQclear(rows);
  exchange->in = exchange->out;
  exchange->sealing = NULL;
  must(bind(shape, exchange, &again));
  check_again(shape, bound, &again);
}

// The arrays of a repeated message, or of one within it, are of one length, and its places are those of chosen items.
static void check_items(const struct shape *shape, const struct exchange *exchange, const struct parameters *bound) {
  uint32_t count = 0;
  for (unsigned i = 0; i < (unsigned)bound->count; i++) {
    const struct parameter *parameter = parameter_of(shape, i);
    if (parameter->source != FROM_PLACE) {
      must(count_of(bound, i) == count);
      continue;
    }
    count = count_of(bound, i);
    struct walk walk = walk_of(bound, i);
    for (uint32_t last = 0, place; walk.left; last = place) {
      int length;
      place = read_be32(walk_on(&walk, &length));
      must(length == 4 && place >= 1 && place >= last && place <= exchange->selection.count);
      must(!exchange->selection.out[place - 1]);
    }
  }
}

// --- The input -----------------------------------------------------------------------------------------------------------

// Each bit of a byte leaves out an item, and those that come eight later.
static struct selection select_items(const struct shape *shape, const struct exchange *exchange, uint8_t bits) {
  struct selection selection = {0};
  for (unsigned i = 0; i < shape->script->item_count; i++)
    selection.count += *field_count(exchange->in, shape->script->items[i]);
  selection.out = arena_array(exchange->arena, selection.count + 1, sizeof *selection.out);
  for (size_t i = 0; i < selection.count; i++)
    selection.out[i] = bits >> i % SELECTABLE & 1;
  return selection;
}

static void check_request(struct shape *shape, struct exchange *exchange, uint8_t bits) {
  static struct parameters bound;
  if (!shape->script)
    open_shape(shape, exchange);
  if (shape->way == AS_ITEMS)
    exchange->selection = select_items(shape, exchange, bits);
  if (!bind(shape, exchange, &bound))
    return;
  if (shape->way == AS_ITEMS)
    check_items(shape, exchange, &bound);
  else
    check_way_back(shape, exchange, &bound);
}

// The first byte chooses the shape, the second the items that are left out; JSON follows.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  struct input input = input_of(data, size, &arena);
  struct fault fault = {.arena = &arena};
  struct shape *shape = &shapes[input_byte(&input) & SHAPE_BITS];
  uint8_t bits = input_byte(&input);
  const struct message *type = api_message(shape->type);
  const char *text = input_text(&input);
  ProtobufCMessage *request = json_read(api_schema(), type, text, strlen(text), &arena, NULL, &fault);
  if (request && (fault.code == CODE_OK || shape->way == AS_ITEMS)) {
    message_settle(type, request);
    fault = (struct fault){.arena = &arena};
    struct exchange exchange = {.arena = &arena,
                                .crypto = test_keys(),
                                .schema = api_schema(),
                                .method = api_method(shape->method),
                                .in = request,
                                .out = message_new(&arena, type),
                                .fault = &fault};
    check_request(shape, &exchange, bits);
  }
  arena_close(&arena);
  return 0;
}
