// What PostgreSQL says of statements at start, and what it gives back of rows that were kept.

#include "support/stage.h"
#include "support/world.h"

static PGconn *connection;

// Kept answers go into a table of the test's own, so that no call need be claimed for them.
static bool open_stage(void) {
  connection = world_open() && stage_open() ? sql_connect(true) : NULL;
  if (!connection)
    return false;
  PGresult *made = PQexec(
      connection, "create temporary table kept (request_id uuid primary key, method text, hash bytea, answer jsonb);"
                  "create schema if not exists test_store;"
                  "create or replace function test_store.keep_answer(method text, id uuid, hash bytea, rows jsonb) "
                  "returns boolean language sql as 'insert into pg_temp.kept values (id, method, hash, rows) returning true';"
                  "create or replace function test_store.kept_answer(id uuid) returns jsonb language sql stable "
                  "as 'select answer from pg_temp.kept where request_id = id';"
                  "set search_path = test_store, zoufang");
  bool good = PQresultStatus(made) == PGRES_COMMAND_OK;
  PQclear(made);
  return good;
}

static void close_stage(void) {
  PQclear(PQexec(connection, "set client_min_messages to warning; drop schema test_store cascade"));
  PQfinish(connection);
  stage_close();
}

static const char CREATE[] = "VisitService/CreateVisit", LIST[] = "VisitService/ListVisits";

static bool check(struct script *script, bool keeps) {
  return script && script_check(&(struct script_to_check){script, keeps}, 1, connection, &stage.fault);
}

// The fault of checking these statements, "" where they are good.
static const char *checked(const char *method, const char *text) {
  struct script *script = stage_script(method, text);
  check(script, false);
  return stage_fault();
}

static void a_plain_string_is_what_postgresql_infers(void) {
  struct script *script =
      stage_script(LIST, "select upper(:order_by) as next_page_token,\n1::int8 as total_size where :page_token is null");
  CU_ASSERT_TRUE_FATAL(check(script, false));
  const struct variant *variant = script_variant(script, 0, stage_ask(LIST, "{}"), NULL);
  CU_ASSERT_EQUAL(variant->types[0], TYPE_TEXT);
  CU_ASSERT_EQUAL(variant->types[1], TYPE_TEXT);
}

static void what_does_not_fit_is_told_with_file_line_and_field(void) {
  static const struct {
    const char *method, *text, *fault;
  } cases[] = {
      {CREATE, "select gen_random_uuid() as id,\n 'x' as \"position.latitude\"",
       "x.sql:2: column \"position.latitude\" is text, the field is double"},
      {CREATE, "select 1 as kind", ""},
      {CREATE, "select 1::int8 as kind", "x.sql:1: column \"kind\" is int8, the field is an enum"},
      {LIST, "select 1::int8 as total_size\nwhere 1::int8 = :order_by",
       "x.sql:2: parameter \":order_by\" is int8, the field is a plain string: it needs a rule (uuid, stored_as) or a cast to "
       "text"},
      {LIST, "select 1::int8 as total_size\nwhere 'x' = :page_size",
       "x.sql:2: invalid input syntax for type integer: \"x\" (22P02)"},
      {LIST, "select 1::int8 as total_size\n\nfrm nowhere", "x.sql:3: syntax error at or near \"frm\" (42601)"},
      {LIST, "/* 走\n访 */ select '走访' as next_page_token\n, nobody", "x.sql:3: column \"nobody\" does not exist (42703)"},
      {LIST, "select 1::int8 as total_size\nwhere true\n  and 1 = 1 --? total\n  and nobody = 1 --? kinds",
       "x.sql:4: column \"nobody\" does not exist (42703)"},
      {LIST,
       "select 1::int8 as total_size\nfrom (select 1) a\ncross join (select 1 as b) s --? total\nwhere true\n  and s.b = 1 --? "
       "kinds",
       "x.sql:5: missing FROM-clause entry for table \"s\" (42P01)"},
      {LIST, "select 1::int8 as total_size\n, 'x' as next_page_token --? total",
       "x.sql:1: an optional clause changes the columns"},
      {LIST, "select 'a' as \"visits.purpose\"\nlimit :page.size",
       "x.sql:2: :page.size needs a column \"page.…\" to go on from"},
      {LIST, "select 'a' as \"visits.purpose\", 1 as \"page.n\"\nwhere 1 < :page.m --? page\nlimit :page.size",
       "x.sql:2: parameter \":page.m\" has no column \"page.m\" to come from"},
      {LIST, "select 'a' as \"visits.purpose\", now() as \"page.at\"\nwhere 1 < :page.at --? page\nlimit :page.size",
       "x.sql:2: operator does not exist: integer < timestamp with time zone (42883)"},
      {LIST, "select 'a' as \"visits.purpose\", now() as \"page.at\"\nwhere now() < :page.at --? page\nlimit :page.size", ""},
  };
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *fault = checked(cases[i].method, cases[i].text);
    bool same = strncmp(fault, cases[i].fault, *cases[i].fault ? strlen(cases[i].fault) : 1) == 0;
    if (!same)
      printf("expected %s\n  found %s\n", cases[i].fault, fault);
    CU_ASSERT_TRUE(same);
  }
}

// Runs a variant in binary, as the worker does. Cleared by the caller.
static PGresult *run(const struct variant *variant, const struct keep *keep) {
  struct parameters bound;
  CU_ASSERT_TRUE_FATAL(variant_bind(variant, &stage.exchange, keep, &bound));
  PGresult *rows =
      PQexecParams(connection, variant->sql, bound.count, variant->types, bound.values, bound.lengths, bound.formats, 1);
  bool good = PQresultStatus(rows) == PGRES_TUPLES_OK || PQresultStatus(rows) == PGRES_COMMAND_OK;
  if (!good)
    printf("%s", PQresultErrorMessage(rows));
  CU_ASSERT_TRUE_FATAL(good);
  return rows;
}

static const char *answer_of(const struct variant *variant, const struct keep *keep) {
  PGresult *rows = run(variant, keep);
  stage.exchange.out = message_new(&stage.arena, stage.exchange.method->output);
  CU_ASSERT_TRUE(variant_rows(variant, &stage.exchange, rows));
  PQclear(rows);
  return stage_answer();
}

static struct keep next_keep(void) {
  static uint8_t number;
  return (struct keep){.method = "M", .request_id = {number++}, .hash = {1}};
}

static bool is_kept(const struct keep *keep) {
  char id[UUID_TEXT], text[sizeof "select from kept where request_id = ''" + UUID_TEXT];
  uuid_write(keep->request_id, id);
  snprintf(text, sizeof text, "select from kept where request_id = '%s'", id);
  PGresult *kept = PQexec(connection, text);
  bool found = PQntuples(kept) == 1;
  PQclear(kept);
  return found;
}

// Runs the statement, its keeping form and its replay: all three answer `expected`.
static void answers_alike(const char *method, const char *text, const char *expected) {
  struct script *script = stage_script(method, text);
  bool good = check(script, true);
  if (!good)
    printf("%s\n", stage.fault.message);
  CU_ASSERT_TRUE_FATAL(good);
  struct keep keep = next_keep();
  struct exchange *exchange = stage_ask(method, "{}");
  CU_ASSERT_STRING_EQUAL(answer_of(script_variant(script, 0, exchange, NULL), NULL), expected);
  CU_ASSERT_STRING_EQUAL(answer_of(script_variant(script, 0, exchange, &keep), &keep), expected);
  CU_ASSERT_TRUE(is_kept(&keep));
  CU_ASSERT_STRING_EQUAL(answer_of(script_replay(script), &keep), expected);
}

static void kept_rows_come_back_as_they_were(void) {
  answers_alike(
      CREATE,
      "select '0190a000-0000-7000-8000-00000000000f'::uuid as id, 5::int2 as kind, 9007199254740993 as region_code,\n"
      "'2026-03-01 08:00:00.123456+08'::timestamptz as started_at, '0001-01-01Z'::timestamptz as ended_at,\n"
      "0.1::float8 as \"position.latitude\", -1e-300::float8 as \"position.longitude\", 0::float8 as \"position.accuracy\",\n"
      "E'走\\'访\\\\ \"\\n\\t' as place, array['0190a000-0000-7000-8000-000000000001', null]::uuid[] as officer_ids,\n"
      "array['NULL', '{}', 'a,b', null, E'\\\\\"'] as \"materials.name\", array[1, 2, 3, 4, 5] as \"materials.copies\",\n"
      "0 as people_met, null::text as purpose, '{}'::text[] as \"visitors.name\", '\\x00ff5c'::bytea as etag",
      "{\"id\":\"0190a000-0000-7000-8000-00000000000f\",\"kind\":\"VISIT_KIND_SURVEY\",\"regionCode\":\"9007199254740993\","
      "\"startedAt\":\"2026-03-01T00:00:00.123456Z\",\"endedAt\":\"0001-01-01T00:00:00Z\","
      "\"position\":{\"latitude\":0.1,\"longitude\":-1e-300,\"accuracy\":0},\"place\":\"走'访\\\\ \\\"\\n\\t\","
      "\"officerIds\":[\"0190a000-0000-7000-8000-000000000001\"],\"peopleMet\":0,"
      "\"materials\":[{\"name\":\"NULL\",\"copies\":1},{\"name\":\"{}\",\"copies\":2},{\"name\":\"a,b\",\"copies\":3},"
      "{\"copies\":4},{\"name\":\"\\\\\\\"\",\"copies\":5}],\"etag\":\"AP9c\"}");
}

static void a_kept_list_keeps_its_order(void) {
  answers_alike(LIST, "select n::text as \"visits.purpose\" from generate_series(1, 4) n order by n % 2, n desc",
                "{\"visits\":[{\"purpose\":\"4\"},{\"purpose\":\"2\"},{\"purpose\":\"3\"},{\"purpose\":\"1\"}]}");
}

static void no_rows_are_kept_as_none(void) {
  answers_alike(LIST, "select 'a' as \"visits.purpose\" where false", "{}");
}

static void an_answer_without_columns_is_kept(void) {
  answers_alike(LIST, "update zoufang.region set name = name where false", "{}");
}

static void void_columns_are_not_kept(void) {
  answers_alike(LIST, "select pg_sleep(0), 3::int8 as total_size, pg_sleep(0)", "{\"totalSize\":\"3\"}");
  answers_alike(LIST, "select pg_sleep(0)", "{}");
}

static void a_statement_with_a_list_of_its_own_is_kept(void) {
  answers_alike(LIST, "-- one\nwith a as (\n  select 3 as n -- three\n)\nselect n::int8 as total_size from a;\n",
                "{\"totalSize\":\"3\"}");
}

static void secrets_are_not_kept(void) {
  static const char method[] = "AuthService/Refresh";
  struct script *script = stage_script(method, "select 'open' as access_token, now() as expires_at");
  CU_ASSERT_TRUE_FATAL(check(script, true));
  struct keep keep = next_keep();
  struct exchange *exchange = stage_ask(method, "{}");
  CU_ASSERT_PTR_NOT_NULL(strstr(answer_of(script_variant(script, 0, exchange, &keep), &keep), "open"));
  const char *again = answer_of(script_replay(script), &keep);
  CU_ASSERT_PTR_NULL(strstr(again, "open"));
  CU_ASSERT_PTR_NOT_NULL(strstr(again, "expiresAt"));
  PGresult *kept = PQexec(connection, "select from kept where answer::text like '%open%'");
  CU_ASSERT_EQUAL(PQntuples(kept), 0);
  PQclear(kept);
}

SUITE_WITH(statements, open_stage, close_stage, 0, TEST(a_plain_string_is_what_postgresql_infers),
           TEST(what_does_not_fit_is_told_with_file_line_and_field), TEST(kept_rows_come_back_as_they_were),
           TEST(a_kept_list_keeps_its_order), TEST(no_rows_are_kept_as_none), TEST(an_answer_without_columns_is_kept),
           TEST(void_columns_are_not_kept), TEST(a_statement_with_a_list_of_its_own_is_kept), TEST(secrets_are_not_kept));
