// Rows become messages: results are made by hand, as PostgreSQL would send them.

#include "base/buffer.h"
#include "support/stage.h"

enum { COLUMNS = 12, UUID_ARRAY = 2951, TEXT_ARRAY = 1009, INT4_ARRAY = 1007 };

static PGresult *result;
static struct variant variant;
static struct combination combination;

struct cell {
  const char *name;
  Oid type;
};

// Plans a statement of these columns. False with stage.fault.
static bool plan(const char *method, const struct cell *cells, int count) {
  PGresAttDesc attributes[COLUMNS] = {0};
  struct script *script = stage_script(method, "select 1,\n 2 as \"position.latitude\"");
  CU_ASSERT_PTR_NOT_NULL_FATAL(script);
  PQclear(result);
  result = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
  for (int i = 0; i < count; i++) {
    attributes[i].name = (char *)(uintptr_t)cells[i].name;
    attributes[i].typid = cells[i].type;
    attributes[i].format = 1;
  }
  PQsetResultAttrs(result, count, attributes);
  struct statement *statement = &script->statements[0];
  combination = (struct combination){.columns = &statement->columns};
  variant = (struct variant){.statement = statement, .plan = &combination};
  stage_ask(method, "{}");
  return columns_plan(statement, result, &statement->columns, &stage.fault);
}

#define PLAN(method, ...)                                                                                                      \
  plan(method, (const struct cell[]){__VA_ARGS__}, (int)(sizeof((const struct cell[]){__VA_ARGS__}) / sizeof(struct cell)))

static void put(int row, int column, const void *bytes, size_t length) {
  CU_ASSERT_TRUE(PQsetvalue(result, row, column, (char *)(uintptr_t)bytes, (int)length));
}

static void put_text(int row, int column, const char *text) {
  put(row, column, text, strlen(text));
}

static void put_number(int row, int column, int64_t number, int size) {
  char bytes[8];
  for (int i = 0; i < size; i++)
    bytes[i] = (char)(number >> (8 * (size - 1 - i)));
  put(row, column, bytes, (size_t)size);
}

// Elements are texts; NULL: a NULL.
static void put_array(int row, int column, Oid element, const char *const *texts, uint32_t count) {
  struct buffer out = {.arena = &stage.arena};
  buffer_be32(&out, count ? 1 : 0);
  buffer_be32(&out, 0);
  buffer_be32(&out, element);
  if (count) {
    buffer_be32(&out, count);
    buffer_be32(&out, 1);
  }
  for (uint32_t i = 0; i < count; i++) {
    buffer_be32(&out, texts[i] ? (uint32_t)strlen(texts[i]) : UINT32_MAX);
    if (texts[i])
      buffer_string(&out, texts[i]);
  }
  put(row, column, out.data, out.length);
}

#define ARRAY(row, column, ...)                                                                                                \
  put_array(row, column, TYPE_TEXT, (const char *const[]){__VA_ARGS__},                                                        \
            (uint32_t)(sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *)))

static const char *read(void) {
  CU_ASSERT_TRUE(variant_rows(&variant, &stage.exchange, result));
  return stage_answer();
}

static const char GET[] = "VisitService/GetVisit", LIST[] = "VisitService/ListVisits", PUSH[] = "SyncService/Push";
static const char ID[] = "\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17";

static void one_row_fills_the_answer(void) {
  CU_ASSERT_TRUE_FATAL(PLAN(GET, {"id", TYPE_UUID}, {"kind", TYPE_INT2}, {"region_code", TYPE_INT8},
                            {"started_at", TYPE_TIMESTAMPTZ}, {"position.latitude", TYPE_FLOAT8}, {"people_met", TYPE_INT4},
                            {"purpose", TYPE_TEXT}, {"etag", TYPE_BYTEA}, {"position.accuracy", TYPE_FLOAT4}));
  put(0, 0, ID, 16);
  put_number(0, 1, 5, 2);
  put_number(0, 2, 150424100200, 8);
  put_number(0, 3, -1, 8);
  put(0, 4, "\x3f\xf8\0\0\0\0\0", 8);
  put_number(0, 5, 0, 4);
  put_text(0, 6, "走访");
  put(0, 7, "\0\xff", 2);
  put(0, 8, "\x3f\0\0", 4);
  CU_ASSERT_STRING_EQUAL(
      read(),
      "{\"id\":\"01020304-0506-0708-090a-0b0c0d0e0f00\",\"kind\":\"VISIT_KIND_SURVEY\",\"regionCode\":\"150424100200\","
      "\"startedAt\":\"1999-12-31T23:59:59.999999Z\",\"position\":{\"latitude\":1.5,\"accuracy\":0.5},\"purpose\":\"走访\","
      "\"peopleMet\":0,\"etag\":\"AP8=\"}");
}

static void nulls_leave_fields_and_messages_unset(void) {
  CU_ASSERT_TRUE_FATAL(PLAN(GET, {"id", TYPE_UUID}, {"position.latitude", TYPE_FLOAT8}, {"people_met", TYPE_INT4},
                            {"started_at", TYPE_TIMESTAMPTZ}, {"officer_ids", UUID_ARRAY}));
  for (int i = 0; i < 5; i++)
    PQsetvalue(result, 0, i, NULL, -1);
  CU_ASSERT_STRING_EQUAL(read(), "{}");
}

static void no_row_is_not_found(void) {
  CU_ASSERT_TRUE_FATAL(PLAN(GET, {"id", TYPE_UUID}));
  CU_ASSERT_FALSE(variant_rows(&variant, &stage.exchange, result));
  CU_ASSERT_EQUAL(stage.fault.code, CODE_NOT_FOUND);
}

static void void_columns_promise_nothing(void) {
  CU_ASSERT_TRUE_FATAL(PLAN(GET, {"refuse_unless", TYPE_VOID}, {"refuse_unless", TYPE_VOID}));
  CU_ASSERT_STRING_EQUAL(read(), "{}");
}

static void a_list_has_one_row_an_element(void) {
  CU_ASSERT_TRUE_FATAL(
      PLAN(LIST, {"visits.purpose", TYPE_TEXT}, {"visits.position.latitude", TYPE_FLOAT8}, {"visits.people_met", TYPE_INT4}));
  put_text(0, 0, "a");
  PQsetvalue(result, 0, 1, NULL, -1);
  PQsetvalue(result, 0, 2, NULL, -1);
  put_text(1, 0, "b");
  put(1, 1, "\x3f\xf8\0\0\0\0\0", 8);
  put_number(1, 2, 7, 4);
  CU_ASSERT_STRING_EQUAL(
      read(), "{\"visits\":[{\"purpose\":\"a\"},{\"position\":{\"latitude\":1.5},\"purpose\":\"b\",\"peopleMet\":7}]}");
  PQclear(result);
  result = NULL;
}

static void a_list_may_be_empty(void) {
  CU_ASSERT_TRUE_FATAL(PLAN(LIST, {"visits.purpose", TYPE_TEXT}));
  CU_ASSERT_STRING_EQUAL(read(), "{}");
}

static void rows_of_two_statements_are_appended(void) {
  CU_ASSERT_TRUE_FATAL(PLAN(LIST, {"visits.purpose", TYPE_TEXT}));
  put_text(0, 0, "a");
  put_text(1, 0, "b");
  read();
  CU_ASSERT_STRING_EQUAL(read(),
                         "{\"visits\":[{\"purpose\":\"a\"},{\"purpose\":\"b\"},{\"purpose\":\"a\"},{\"purpose\":\"b\"}]}");
}

static void the_row_beyond_the_page_only_says_that_there_is_more(void) {
  CU_ASSERT_TRUE_FATAL(PLAN(LIST, {"visits.purpose", TYPE_TEXT}, {"page.n", TYPE_INT4}, {"page.at", TYPE_TIMESTAMPTZ}));
  for (int row = 0; row < 3; row++) {
    put_text(row, 0, &"abc"[2 - row]);
    put_number(row, 1, row + 40, 4);
    PQsetvalue(result, row, 2, NULL, -1);
  }
  stage.exchange.page.size = 2;
  CU_ASSERT_STRING_EQUAL(read(), "{\"visits\":[{\"purpose\":\"c\"},{\"purpose\":\"bc\"}]}");
  const struct page *page = &stage.exchange.page;
  CU_ASSERT_TRUE(page->more);
  CU_ASSERT_EQUAL_FATAL(page->next_count, 2);
  CU_ASSERT_STRING_EQUAL(page->next[0].name, "n");
  CU_ASSERT_EQUAL(page->next[0].type, TYPE_INT4);
  CU_ASSERT_EQUAL(read_be32(page->next[0].bytes), 41);
  CU_ASSERT_EQUAL(page->next[1].length, -1);
}

static void a_full_page_without_a_row_beyond_is_the_last(void) {
  CU_ASSERT_TRUE_FATAL(PLAN(LIST, {"visits.purpose", TYPE_TEXT}, {"page.n", TYPE_INT4}));
  put_text(0, 0, "a");
  put_number(0, 1, 1, 4);
  stage.exchange.page.size = 1;
  CU_ASSERT_STRING_EQUAL(read(), "{\"visits\":[{\"purpose\":\"a\"}]}");
  CU_ASSERT_FALSE(stage.exchange.page.more);
}

static void parallel_arrays_make_repeated_messages(void) {
  CU_ASSERT_TRUE_FATAL(
      PLAN(GET, {"materials.name", TEXT_ARRAY}, {"survey.question", TEXT_ARRAY}, {"survey.answer", TEXT_ARRAY}));
  ARRAY(0, 0, "a", NULL);
  put_array(0, 1, TYPE_TEXT, NULL, 0);
  put_array(0, 2, TYPE_TEXT, NULL, 0);
  CU_ASSERT_STRING_EQUAL(read(), "{\"materials\":[{\"name\":\"a\"},{}]}");
}

static void arrays_of_unequal_length_are_told(void) {
  CU_ASSERT_TRUE_FATAL(PLAN(GET, {"survey.question", TEXT_ARRAY}, {"survey.answer", TEXT_ARRAY}));
  ARRAY(0, 0, "a", "b");
  ARRAY(0, 1, "a");
  CU_ASSERT_FALSE(variant_rows(&variant, &stage.exchange, result));
  CU_ASSERT_EQUAL(stage.fault.code, CODE_INTERNAL);
}

static void an_element_may_have_arrays_and_nested_messages(void) {
  CU_ASSERT_TRUE_FATAL(PLAN(PUSH, {"results#", TYPE_INT4}, {"results.violations.field", TEXT_ARRAY},
                            {"results.violations.reason", TEXT_ARRAY}, {"results.current.visit.purpose", TYPE_TEXT},
                            {"results.current.lead.accused.name", TEXT_ARRAY}));
  stage_ask(PUSH, "{\"visits\":[{}],\"leads\":[{},{}]}");
  put_number(0, 0, 3, 4);
  ARRAY(0, 1, "f", "g");
  ARRAY(0, 2, "R", "S");
  PQsetvalue(result, 0, 3, NULL, -1);
  put_array(0, 4, TYPE_TEXT, NULL, 0);
  put_number(1, 0, 1, 4);
  put_array(1, 1, TYPE_TEXT, NULL, 0);
  put_array(1, 2, TYPE_TEXT, NULL, 0);
  put_text(1, 3, "p");
  ARRAY(1, 4, "n");
  CU_ASSERT_STRING_EQUAL(
      read(), "{\"results\":[{\"current\":{\"visit\":{\"purpose\":\"p\"},\"lead\":{\"accused\":[{\"name\":\"n\"}]}}},{},"
              "{\"violations\":[{\"field\":\"f\",\"reason\":\"R\"},{\"field\":\"g\",\"reason\":\"S\"}]}]}");
}

static void results_of_several_statements_meet_at_their_places(void) {
  CU_ASSERT_TRUE_FATAL(PLAN(PUSH, {"results#", TYPE_INT4}, {"results.status", TYPE_INT2}));
  stage_ask(PUSH, "{\"visits\":[{},{}]}");
  put_number(0, 0, 2, 4);
  put_number(0, 1, 1, 2);
  read();
  PQsetvalue(result, 0, 1, NULL, -1);
  put_number(1, 0, 1, 4);
  put_number(1, 1, 4, 2);
  CU_ASSERT_STRING_EQUAL(read(), "{\"results\":[{\"status\":\"CONFLICT\"},{\"status\":\"CREATED\"}]}");
}

static void a_place_that_no_item_has_is_told(void) {
  static const int places[] = {0, 2, -1};
  for (int i = 0; i < 3; i++) {
    CU_ASSERT_TRUE_FATAL(PLAN(PUSH, {"results#", TYPE_INT4}, {"results.status", TYPE_INT2}));
    stage_ask(PUSH, "{\"visits\":[{}]}");
    put_number(0, 0, places[i], 4);
    put_number(0, 1, 1, 2);
    CU_ASSERT_FALSE(variant_rows(&variant, &stage.exchange, result));
    CU_ASSERT_EQUAL(stage.fault.code, CODE_INTERNAL);
  }
}

static void times_that_no_message_can_say_are_told(void) {
  static const int64_t beyond[] = {INT64_MAX, INT64_MIN};
  for (int i = 0; i < 2; i++) {
    CU_ASSERT_TRUE_FATAL(PLAN(GET, {"started_at", TYPE_TIMESTAMPTZ}));
    put_number(0, 0, beyond[i], 8);
    CU_ASSERT_FALSE(variant_rows(&variant, &stage.exchange, result));
  }
}

static void broken_arrays_are_told(void) {
  static const char one_of_two[] = "\0\0\0\1\0\0\0\0\0\0\0\31\0\0\0\2\0\0\0\1\0\0\0\1a";
  static const char too_many[] = "\0\0\0\1\0\0\0\0\0\0\0\31\x7f\0\0\2\0\0\0\1\0\0\0\1a";
  static const char square[] = "\0\0\0\2\0\0\0\0\0\0\0\31\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1a";
  static const struct {
    const char *bytes;
    size_t length;
  } cases[] = {{one_of_two, sizeof one_of_two - 1}, {too_many, sizeof too_many - 1}, {square, sizeof square - 1}, {"\0\0", 2}};
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
    CU_ASSERT_TRUE_FATAL(PLAN(GET, {"survey.question", TEXT_ARRAY}));
    put(0, 0, cases[i].bytes, cases[i].length);
    CU_ASSERT_FALSE(variant_rows(&variant, &stage.exchange, result));
  }
}

static void columns_that_do_not_fit_are_told_with_line_and_both_types(void) {
  static const struct {
    const char *method;
    struct cell cells[2];
    int count;
    const char *fault;
  } cases[] = {
      {GET, {{"position.latitude", TYPE_TEXT}}, 1, "x.sql:2: column \"position.latitude\" is text, the field is double"},
      {GET, {{"people_met", TYPE_INT8}}, 1, "x.sql:1: column \"people_met\" is int8, the field is int32"},
      {GET, {{"nobody", TYPE_TEXT}}, 1, "x.sql:1: column \"nobody\" is not in zoufang.v1.Visit: no field \"nobody\""},
      {GET, {{"position", TYPE_TEXT}}, 1, "x.sql:1: column \"position\" is a message: name one of its fields"},
      {GET, {{"officer_ids", TYPE_UUID}}, 1, "x.sql:1: column \"officer_ids\" is no array, the field is repeated"},
      {GET, {{"id", UUID_ARRAY}}, 1, "x.sql:1: column \"id\" is an array, the field is not repeated"},
      {GET, {{"id", 1700}}, 1, "x.sql:1: column \"id\" is numeric, the field is string"},
      {GET, {{"id", 600}}, 1, "x.sql:1: column \"id\" is type 600, the field is string"},
      {GET, {{"id", TYPE_UUID}, {"id", TYPE_UUID}}, 2, "x.sql:1: column \"id\" is there twice"},
      {GET, {{"id#", TYPE_INT4}}, 1, "x.sql:1: column \"id#\" is a place, and the method's answers are not by item"},
      {PUSH, {{"results#", TYPE_INT8}}, 1, "x.sql:1: column \"results#\" is not int4"},
      {LIST,
       {{"visits.officer_ids", TYPE_UUID}},
       1,
       "x.sql:1: column \"visits.officer_ids\" is no array, the field is repeated"},
      {LIST,
       {{"visits.officer_ids", UUID_ARRAY}, {"total_size", TYPE_INT8}},
       2,
       "x.sql:1: column \"visits.officer_ids\" is repeated in repeated: give one row an element of the outer one"},
      {LIST, {{"page.id", TYPE_UUID}}, 1, "x.sql:1: \"page.\" columns need one row an element"},
  };
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
    CU_ASSERT_FALSE(plan(cases[i].method, cases[i].cells, cases[i].count));
    const char *fault = stage_fault();
    if (strcmp(fault, cases[i].fault) != 0)
      printf("expected %s\n  found %s\n", cases[i].fault, fault);
    CU_ASSERT_STRING_EQUAL(fault, cases[i].fault);
  }
}

static void drop(void) {
  PQclear(result);
  stage_close();
}

SUITE_WITH(rows, stage_open, drop, 0, TEST(one_row_fills_the_answer), TEST(nulls_leave_fields_and_messages_unset),
           TEST(no_row_is_not_found), TEST(void_columns_promise_nothing), TEST(a_list_has_one_row_an_element),
           TEST(a_list_may_be_empty), TEST(rows_of_two_statements_are_appended),
           TEST(the_row_beyond_the_page_only_says_that_there_is_more), TEST(a_full_page_without_a_row_beyond_is_the_last),
           TEST(parallel_arrays_make_repeated_messages), TEST(arrays_of_unequal_length_are_told),
           TEST(an_element_may_have_arrays_and_nested_messages), TEST(results_of_several_statements_meet_at_their_places),
           TEST(a_place_that_no_item_has_is_told), TEST(times_that_no_message_can_say_are_told), TEST(broken_arrays_are_told),
           TEST(columns_that_do_not_fit_are_told_with_line_and_both_types));
