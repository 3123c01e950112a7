// Any columns that a statement might have, and any values in them: the columns are refused or planned, and the rows become a
// message or a fault.

#include "base/buffer.h"
#include "schema/json.h"
#include "store/plan.h"
#include "support/fuzz.h"
#include <stdlib.h>
#include <string.h>

static const char *const METHODS[] = {"VisitService/GetVisit", "VisitService/ListVisits", "SyncService/Push",
                                      "LeadService/GetLead"};
static const Oid TYPES[] = {TYPE_BOOL,     TYPE_BYTEA,  TYPE_NAME,   TYPE_INT8,    TYPE_INT2, TYPE_INT4,
                            TYPE_TEXT,     TYPE_FLOAT4, TYPE_FLOAT8, TYPE_VARCHAR, TYPE_DATE, TYPE_TIMESTAMPTZ,
                            TYPE_INTERVAL, TYPE_VOID,   TYPE_UUID,   1009,         2951,      1007};
enum {
  METHOD_BITS = 3,
  ITEM_SHIFT = 2,
  ITEM_BITS = 3,
  COLUMNS = 12,
  ROWS = 4,
  TYPE_COUNT = sizeof TYPES / sizeof *TYPES,
  NULL_BIT = 128
};

static const char SQL[] = "select 1,\n 2 as \"position.latitude\"";

// Lines "TNAME": T chooses the type. An empty line ends them.
static PGresult *describe(struct input *input) {
  PGresAttDesc attributes[COLUMNS] = {0};
  PGresult *result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
  int count = 0;
  for (char *line; count < COLUMNS && *(line = input_line(input)); count++)
    attributes[count] = (PGresAttDesc){.name = line + 1, .typid = TYPES[(unsigned)(*line - 'A') % TYPE_COUNT], .format = 1};
  must(PQsetResultAttrs(result, count, attributes));
  return result;
}

// Values as PostgreSQL would send them: of a type with a size, so many bytes.
static void add_values(struct input *input, PGresult *result) {
  for (int row = 0; row < ROWS && input->at < input->end; row++)
    for (int column = 0; column < PQnfields(result); column++) {
      const struct type *type = type_of(PQftype(result, column));
      uint8_t head = input_byte(input);
      size_t length, wanted = type && type->size ? (size_t)type->size : head % NULL_BIT;
      char *bytes = (char *)(uintptr_t)input_bytes(input, wanted, &length);
      bool null = head >= NULL_BIT || (type && type->size && length < wanted);
      must(PQsetvalue(result, row, column, null ? NULL : bytes, null ? -1 : (int)length));
    }
}

// A request with so many items, whose results the rows may be.
static ProtobufCMessage *request_of(const struct method *method, unsigned items, struct arena *arena) {
  ProtobufCMessage *request = message_new(arena, method->input), **elements = arena_array(arena, items, sizeof *elements);
  if (!method->per_item)
    return request;
  const struct field *field = message_field(method->input, "visits", strlen("visits"));
  for (unsigned i = 0; i < items; i++)
    elements[i] = message_new(arena, field->message);
  *(ProtobufCMessage ***)field_at(request, field) = elements;
  *field_count(request, field) = items;
  return request;
}

static struct exchange exchange_of(const struct method *method, unsigned items, struct fault *fault) {
  return (struct exchange){
      .arena = fault->arena,
      .crypto = test_keys(),
      .schema = api_schema(),
      .method = method,
      .in = request_of(method, items, fault->arena),
      .out = message_new(fault->arena, method->output),
      .page = {.size = ROWS - 1},
      .fault = fault,
  };
}

// What came of the rows can be packed, and can be told in JSON.
static void check_rows(struct statement *statement, const PGresult *result, unsigned items, struct fault *fault) {
  struct script *script = statement->script;
  struct exchange exchange = exchange_of(script->method, items, fault);
  struct combination combination = {.columns = &statement->columns};
  struct variant variant = {.statement = statement, .plan = &combination};
  bool read = variant_rows(&variant, &exchange, result);
  must(read == (fault->code == CODE_OK));
  if (!read)
    return;
  struct buffer out = {.arena = fault->arena};
  size_t length;
  const uint8_t *bytes = message_pack(fault->arena, exchange.out, &length);
  must(message_unpack(fault->arena, script->out, bytes, length) != NULL);
  json_write(api_schema(), script->out, exchange.out, true, &out);
  must(exchange.page.next_count <= PAGE_VALUES);
}

// The first byte chooses the method, and how many items were asked for.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  struct input input = input_of(data, size, &arena);
  struct fault fault = {.arena = &arena};
  uint8_t first = input_byte(&input);
  const struct method *method = api_method(METHODS[first & METHOD_BITS]);
  struct script *script = script_parse(api_schema(), method, "x", "x.sql", SQL, method->input, method->output, &fault);
  PGresult *result = describe(&input);
  struct statement *statement = &script->statements[0];
  bool planned = columns_plan(statement, result, &statement->columns, &fault);
  must(planned == (fault.code == CODE_OK));
  if (planned) {
    add_values(&input, result);
    check_rows(statement, result, first >> ITEM_SHIFT & ITEM_BITS, &fault);
  }
  PQclear(result);
  arena_close(script_arena());
  arena_close(&arena);
  return 0;
}
