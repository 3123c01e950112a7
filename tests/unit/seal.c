// Sealed fields on their way out and back.

#include "store/seal.h"
#include "base/buffer.h"
#include "support/stage.h"

static const char LEAD[] = "LeadService/CreateLead", PUSH[] = "SyncService/Push";
static const char REPORTER[] = "zoufang.v1.Reporter";

static struct parameters bound;

static void bind(const char *method, const char *text, const char *json) {
  struct script *script = stage_script(method, text);
  CU_ASSERT_PTR_NOT_NULL_FATAL(script);
  struct exchange *exchange = stage_ask(method, json);
  CU_ASSERT_TRUE_FATAL(variant_bind(script_variant(script, 0, exchange, NULL), exchange, NULL, &bound));
}

static const char *open_as(const char *id, const char *field, int key, int value) {
  return seal_open(&stage.exchange, REPORTER, id, field, (const uint8_t *)bound.values[key], (size_t)bound.lengths[key],
                   (const uint8_t *)bound.values[value], (size_t)bound.lengths[value]);
}

static const char ALL[] =
    "select :lead.reporter#key, :lead.reporter.name, :lead.reporter.phone, :lead.reporter.identity_number, "
    ":lead.reporter.phone#index";

static void a_sealed_value_opens_with_its_record_and_field(void) {
  bind(LEAD, ALL, "{\"lead\":{\"id\":\"L1\",\"reporter\":{\"name\":\"张三\",\"phone\":\"13800000000\"}}}");
  CU_ASSERT_STRING_EQUAL(open_as("L1", "name", 0, 1), "张三");
  CU_ASSERT_STRING_EQUAL(open_as("L1", "phone", 0, 2), "13800000000");
  CU_ASSERT_PTR_NULL(bound.values[3]);
  CU_ASSERT_EQUAL(stage.fault.code, CODE_OK);
}

static void a_sealed_value_opens_nowhere_else(void) {
  bind(LEAD, ALL, "{\"lead\":{\"id\":\"L1\",\"reporter\":{\"name\":\"张三\",\"phone\":\"13800000000\"}}}");
  CU_ASSERT_PTR_NULL(open_as("L2", "name", 0, 1));
  CU_ASSERT_EQUAL(stage.fault.code, CODE_DATA_LOSS);
  CU_ASSERT_PTR_NULL(open_as("L1", "phone", 0, 1));
  CU_ASSERT_PTR_NULL(open_as("L1", "name", 0, 2));
  CU_ASSERT_PTR_NULL(seal_open(&stage.exchange, "zoufang.v1.Lead", "L1", "name", (const uint8_t *)bound.values[0],
                               (size_t)bound.lengths[0], (const uint8_t *)bound.values[1], (size_t)bound.lengths[1]));
}

static void nothing_of_the_clear_text_reaches_postgresql(void) {
  bind(LEAD, ALL, "{\"lead\":{\"id\":\"L1\",\"reporter\":{\"name\":\"zhangsan\",\"phone\":\"13800000000\"}}}");
  for (int i = 0; i < bound.count; i++) {
    if (!bound.values[i])
      continue;
    CU_ASSERT_PTR_NULL(memmem(bound.values[i], (size_t)bound.lengths[i], "zhangsan", 8));
    CU_ASSERT_PTR_NULL(memmem(bound.values[i], (size_t)bound.lengths[i], "138000", 6));
  }
}

static void without_sealed_values_there_is_no_key(void) {
  static const char *const requests[] = {"{}", "{\"lead\":{\"id\":\"L1\"}}",
                                         "{\"lead\":{\"id\":\"L1\",\"reporter\":{\"anonymous\":true}}}"};
  for (unsigned i = 0; i < sizeof requests / sizeof *requests; i++) {
    bind(LEAD, ALL, requests[i]);
    for (int k = 0; k < bound.count; k++)
      CU_ASSERT_PTR_NULL(bound.values[k]);
  }
}

static void the_index_recognises_the_same_phone_in_whatever_record(void) {
  uint8_t first[CRYPTO_INDEX_BYTES];
  bind(LEAD, ALL, "{\"lead\":{\"id\":\"L1\",\"reporter\":{\"phone\":\"13800000000\"}}}");
  CU_ASSERT_EQUAL_FATAL(bound.lengths[4], CRYPTO_INDEX_BYTES);
  CU_ASSERT_EQUAL(bound.values[4][0], 1);
  memcpy(first, bound.values[4], sizeof first);
  bind(LEAD, ALL, "{\"lead\":{\"id\":\"L2\",\"reporter\":{\"phone\":\"13800000000\"}}}");
  CU_ASSERT_EQUAL(memcmp(first, bound.values[4], sizeof first), 0);
  bind(LEAD, ALL, "{\"lead\":{\"id\":\"L1\",\"reporter\":{\"phone\":\"13800000001\"}}}");
  CU_ASSERT_NOT_EQUAL(memcmp(first, bound.values[4], sizeof first), 0);
  bind(LEAD, "select 1, :lead.reporter.identity_number#index",
       "{\"lead\":{\"id\":\"L1\",\"reporter\":{\"identityNumber\":\"13800000000\"}}}");
  CU_ASSERT_NOT_EQUAL(memcmp(first, bound.values[0], sizeof first), 0);
}

// Element `i` of a bound bytea[].
static const uint8_t *element(int parameter, unsigned i, size_t *length) {
  const char *at = bound.values[parameter] + 20;
  for (;; i--) {
    int size = (int)read_be32(at);
    at += 4;
    *length = size < 0 ? 0 : (size_t)size;
    if (!i)
      return size < 0 ? NULL : (const uint8_t *)at;
    at += *length;
  }
}

static void each_record_of_a_push_has_a_key_of_its_own(void) {
  bind(PUSH, "select :leads.reporter#key, :leads.reporter.name",
       "{\"leads\":[{\"id\":\"L1\",\"reporter\":{\"name\":\"a\"}},{\"id\":\"L2\"},{\"id\":\"L3\",\"reporter\":{\"name\":\"a\"}}"
       "]}");
  size_t length[3], key_length[3];
  const uint8_t *keys[3], *names[3];
  for (unsigned i = 0; i < 3; i++) {
    keys[i] = element(0, i, &key_length[i]);
    names[i] = element(1, i, &length[i]);
  }
  CU_ASSERT_PTR_NULL(keys[1]);
  CU_ASSERT_PTR_NULL(names[1]);
  CU_ASSERT_EQUAL_FATAL(key_length[0], CRYPTO_WRAPPED_BYTES);
  CU_ASSERT_STRING_EQUAL(seal_open(&stage.exchange, REPORTER, "L3", "name", keys[2], key_length[2], names[2], length[2]), "a");
  CU_ASSERT_PTR_NULL(seal_open(&stage.exchange, REPORTER, "L3", "name", keys[2], key_length[2], names[0], length[0]));
}

// A response with a sealed field, as what opens a reporter will have one: the request's own message stands in for it.
static void a_sealed_column_is_opened_with_its_key_column(void) {
  bind(LEAD, "select :lead.reporter#key, :lead.reporter.name", "{\"lead\":{\"id\":\"L1\",\"reporter\":{\"name\":\"张三\"}}}");
  struct parameters sealed = bound;
  struct script *script = stage_script(LEAD, "select 1");
  CU_ASSERT_PTR_NOT_NULL_FATAL(script);
  script->out = script->in;
  PGresAttDesc attributes[] = {{.name = (char *)(uintptr_t) "lead.reporter.name", .typid = TYPE_BYTEA, .format = 1},
                               {.name = (char *)(uintptr_t) "lead.reporter#key", .typid = TYPE_BYTEA, .format = 1},
                               {.name = (char *)(uintptr_t) "lead.id", .typid = TYPE_TEXT, .format = 1}};
  PGresult *rows = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
  PQsetResultAttrs(rows, 3, attributes);
  PQsetvalue(rows, 0, 0, (char *)(uintptr_t)sealed.values[1], sealed.lengths[1]);
  PQsetvalue(rows, 0, 1, (char *)(uintptr_t)sealed.values[0], sealed.lengths[0]);
  PQsetvalue(rows, 0, 2, (char *)(uintptr_t) "L1", 2);
  struct combination combination = {.columns = &script->statements[0].columns};
  struct variant variant = {.statement = &script->statements[0], .plan = &combination};
  CU_ASSERT_TRUE_FATAL(columns_plan(&script->statements[0], rows, &script->statements[0].columns, &stage.fault));
  stage.exchange.out = message_new(&stage.arena, script->in);
  CU_ASSERT_TRUE(variant_rows(&variant, &stage.exchange, rows));
  struct trail trail;
  const char *why;
  CU_ASSERT_TRUE_FATAL(trail_resolve(script->in, "lead.reporter.name", 18, TRAIL_VALUE, &trail, &stage.arena, &why));
  ProtobufCMessage *reporter = trail_reach(&trail, 0, 2, stage.exchange.out, &stage.arena);
  CU_ASSERT_STRING_EQUAL(field_text(reporter, trail_last(&trail)), "张三");
  PQclear(rows);
}

static void a_sealed_column_without_its_key_is_refused(void) {
  struct script *script = stage_script(LEAD, "select 1");
  CU_ASSERT_PTR_NOT_NULL_FATAL(script);
  script->out = script->in;
  PGresAttDesc attribute = {.name = (char *)(uintptr_t) "lead.reporter.name", .typid = TYPE_BYTEA, .format = 1};
  PGresult *rows = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
  PQsetResultAttrs(rows, 1, &attribute);
  CU_ASSERT_FALSE(columns_plan(&script->statements[0], rows, &script->statements[0].columns, &stage.fault));
  CU_ASSERT_STRING_EQUAL(stage_fault(), "x.sql:1: column \"lead.reporter.name\" is sealed and misses its record's key, column "
                                        "\"lead.reporter#key\"");
  attribute.typid = TYPE_TEXT;
  PQclear(rows);
  rows = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
  PQsetResultAttrs(rows, 1, &attribute);
  CU_ASSERT_FALSE(columns_plan(&script->statements[0], rows, &script->statements[0].columns, &stage.fault));
  CU_ASSERT_STRING_EQUAL(stage_fault(), "x.sql:1: column \"lead.reporter.name\" is text, the field is sealed");
  PQclear(rows);
}

SUITE_WITH(seal, stage_open, stage_close, 0, TEST(a_sealed_value_opens_with_its_record_and_field),
           TEST(a_sealed_value_opens_nowhere_else), TEST(nothing_of_the_clear_text_reaches_postgresql),
           TEST(without_sealed_values_there_is_no_key), TEST(the_index_recognises_the_same_phone_in_whatever_record),
           TEST(each_record_of_a_push_has_a_key_of_its_own), TEST(a_sealed_column_is_opened_with_its_key_column),
           TEST(a_sealed_column_without_its_key_is_refused));
