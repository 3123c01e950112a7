// How SQL files are read: what is a parameter, what is not, and which lines stay.

#include "support/stage.h"
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static const char LIST[] = "VisitService/ListVisits";

// The SQL of the first statement for this request.
static const char *sql_of(const char *method, const char *text, const char *json) {
  struct script *script = stage_script(method, text);
  if (!script)
    return stage_fault();
  return script_variant(script, 0, stage_ask(method, json), NULL)->sql;
}

static const char *sql(const char *text) {
  return sql_of(LIST, text, "{}");
}

static void paths_become_numbers_in_the_order_in_which_they_appear(void) {
  CU_ASSERT_STRING_EQUAL(sql("select :officer_id, :region_code"), "select $1, $2");
  CU_ASSERT_STRING_EQUAL(sql("select :officer_id, :region_code, :officer_id"), "select $1, $2, $1");
  CU_ASSERT_STRING_EQUAL(sql_of("VisitService/CreateVisit", "select (:visit.position.latitude)", "{}"), "select ($1)");
  CU_ASSERT_STRING_EQUAL(sql("select :kinds::int2[]||:kinds"), "select $1::int2[]||$1");
}

static void colons_that_are_no_parameters_stay(void) {
  static const char *const same[] = {
      "select 1::int8, '2026-01-01'::date",
      "select ':region_code', 'it''s :region_code'",
      "select E'\\':region_code', e'\\\\', ':x'",
      "select 'ends in a backslash\\', ':region_code'",
      "select v as \":region_code\", w as \"a\"\":b\"",
      "select $$:region_code$$, $tag$ $$ :x $tag$, $ü_1$:x$ü_1$",
      "select a[1:2], a[lo:hi], a[(1):f(x)], a[lo : hi], b.a[x :hi], a[1::int4:hi], (array[1,2])[lo:hi], a[b[1:n]:hi]",
      "select f(a := 1)",
      "select case when e then ':x' end",
  };
  for (unsigned i = 0; i < sizeof same / sizeof *same; i++)
    CU_ASSERT_STRING_EQUAL(sql(same[i]), same[i]);
}

static void a_name_that_ends_in_e_is_no_escape_string(void) {
  CU_ASSERT_STRING_EQUAL(sql("select date'\\' , :region_code"), "select date'\\' , $1");
}

static void in_brackets_that_make_an_array_paths_are_parameters(void) {
  CU_ASSERT_STRING_EQUAL(sql("select array[:region_code, :officer_id]"), "select array[$1, $2]");
  CU_ASSERT_STRING_EQUAL(sql("select ARRAY[a, :region_code]"), "select ARRAY[a, $1]");
  CU_ASSERT_STRING_EQUAL(sql("select array[[1, :page_size], [a[:page_size], 2]]"), "select array[[1, $1], [a[$1], 2]]");
  CU_ASSERT_STRING_EQUAL(sql("select a[1 + :page_size]"), "select a[1 + $1]");
  CU_ASSERT_STRING_EQUAL(sql("select a[1 + -- one\n:page_size]"), "select a[1 + \n$1]");
}

static void comments_go_and_lines_stay(void) {
  CU_ASSERT_STRING_EQUAL(sql("-- :region_code\nselect 1 -- 'one\n, 2"), "select 1 \n, 2");
  CU_ASSERT_STRING_EQUAL(sql("select/* :x /* '\n */ \n :y */1, :region_code"), "select\n\n 1, $1");
  CU_ASSERT_STRING_EQUAL(sql("select a[lo /* from */:hi], a[lo -- (\n:hi]"), "select a[lo  :hi], a[lo \n:hi]");
  CU_ASSERT_STRING_EQUAL(sql("/* only */ select 1\n\n -- the end\n"), "select 1");
}

static void a_minus_and_a_division_are_no_comments(void) {
  CU_ASSERT_STRING_EQUAL(sql("select 1 - -1, 4 / 2, 3 * :page_size"), "select 1 - -1, 4 / 2, 3 * $1");
}

static void a_file_is_cut_at_semicolons_outside_of_strings(void) {
  struct script *script = stage_script(LIST, "-- all\nselect ';', \";\", $$;$$ /* ; */;\n\n;\nselect 2; -- ;\n");
  CU_ASSERT_PTR_NOT_NULL_FATAL(script);
  CU_ASSERT_EQUAL_FATAL(script_statement_count(script), 2);
  struct exchange *exchange = stage_ask(LIST, "{}");
  CU_ASSERT_STRING_EQUAL(script_variant(script, 0, exchange, NULL)->sql, "select ';', \";\", $$;$$");
  CU_ASSERT_STRING_EQUAL(script_variant(script, 1, exchange, NULL)->sql, "select 2");
  CU_ASSERT_EQUAL(script->statements[1].line, 5);
}

static const char FILTERED[] = "select 1\n"
                               "from visit v\n"
                               "where true\n"
                               "  and v.region = :region_code --? region_code\n"
                               "  and v.kind = any(:kinds) --?kinds  \n"
                               "  and v.at > :started_after --? started_after\n"
                               "  and v.region <> :region_code + 1 --? region_code\n"
                               "limit :page.size";

static void an_optional_line_stays_where_its_field_is_set(void) {
  CU_ASSERT_STRING_EQUAL(sql_of(LIST, FILTERED, "{}"), "select 1\nfrom visit v\nwhere true\n\n\n\n\nlimit $1");
  CU_ASSERT_STRING_EQUAL(sql_of(LIST, FILTERED, "{\"kinds\":[1]}"),
                         "select 1\nfrom visit v\nwhere true\n\n  and v.kind = any($1) \n\n\nlimit $2");
  CU_ASSERT_STRING_EQUAL(
      sql_of(LIST, FILTERED, "{\"regionCode\":\"150424000000\",\"startedAfter\":\"2026-01-01T00:00:00Z\"}"),
      "select 1\nfrom visit v\nwhere true\n  and v.region = $1 \n\n  and v.at > $2 \n  and v.region <> $1 + 1 \nlimit $3");
}

static void an_optional_line_of_a_flag_stays_where_it_is_true(void) {
  const char text[] = "select 1\nwhere 2 --? total";
  CU_ASSERT_STRING_EQUAL(sql_of(LIST, text, "{\"total\":false}"), "select 1");
  CU_ASSERT_STRING_EQUAL(sql_of(LIST, text, "{\"total\":true}"), "select 1\nwhere 2");
}

static void an_optional_line_may_look_into_a_nested_message(void) {
  const char text[] = "select 1\n, :visit.position.latitude --? visit.position";
  CU_ASSERT_STRING_EQUAL(sql_of("VisitService/CreateVisit", text, "{}"), "select 1");
  CU_ASSERT_STRING_EQUAL(sql_of("VisitService/CreateVisit", text, "{\"visit\":{\"position\":{}}}"), "select 1\n, $1");
}

static const char REPEATED[] = "select 1 from a where b\n"
                               "  --[ filters\n"
                               "  and r = :region_code --? region_code\n"
                               "limit :page.size\n"
                               "  --]\n"
                               "union all\n"
                               "select 2 from c where d\n"
                               "  --= filters\n"
                               "order by :officer_id;";

static void a_fragment_is_repeated_where_it_is_named(void) {
  CU_ASSERT_STRING_EQUAL(sql_of(LIST, REPEATED, "{\"regionCode\":\"150424000000\"}"),
                         "select 1 from a where b\n  \n  and r = $1 \nlimit $2\n  \nunion all\nselect 2 from c where d\n  "
                         "  and r = $1  limit $2   \norder by $3");
  CU_ASSERT_STRING_EQUAL(sql_of(LIST, REPEATED, "{}"),
                         "select 1 from a where b\n  \n\nlimit $1\n  \nunion all\nselect 2 from c where d\n   limit $1   "
                         "\norder by $2");
}

static void an_optional_branch_stays_where_its_field_is_set_with_lines_of_its_own(void) {
  const char text[] = "select 1\n"
                      "--( kinds\n"
                      "union all\n"
                      "select 2 where :kinds\n"
                      "  and :region_code --? region_code\n"
                      "--)\n"
                      "limit :page.size";
  CU_ASSERT_STRING_EQUAL(sql_of(LIST, text, "{\"regionCode\":\"150424000000\"}"), "select 1\n\n\n\n\n\nlimit $1");
  CU_ASSERT_STRING_EQUAL(sql_of(LIST, text, "{\"kinds\":[1]}"), "select 1\n\nunion all\nselect 2 where $1\n\n\nlimit $2");
  CU_ASSERT_STRING_EQUAL(sql_of(LIST, text, "{\"kinds\":[1],\"regionCode\":\"150424000000\"}"),
                         "select 1\n\nunion all\nselect 2 where $1\n  and $2 \n\nlimit $3");
}

static void a_fragment_in_an_optional_branch_stays_with_it(void) {
  const char text[] = "select 1\n"
                      "--[ end\n"
                      "limit :page.size\n"
                      "--]\n"
                      "--( kinds\n"
                      "union all select 2\n"
                      "--= end\n"
                      "--)";
  CU_ASSERT_STRING_EQUAL(sql_of(LIST, text, "{}"), "select 1\n\nlimit $1");
  CU_ASSERT_STRING_EQUAL(sql_of(LIST, text, "{\"kinds\":[1]}"), "select 1\n\nlimit $1\n\n\nunion all select 2\nlimit $1");
}

static void the_page_line_stays_from_the_second_page_on(void) {
  struct script *script = stage_script(LIST, "select 1\nwhere (a, b) < (:page.a, :page.b) --? page\nlimit :page.size");
  CU_ASSERT_PTR_NOT_NULL_FATAL(script);
  struct exchange *exchange = stage_ask(LIST, "{}");
  CU_ASSERT_STRING_EQUAL(script_variant(script, 0, exchange, NULL)->sql, "select 1\n\nlimit $1");
  exchange->page.given = true;
  CU_ASSERT_STRING_EQUAL(script_variant(script, 0, exchange, NULL)->sql, "select 1\nwhere (a, b) < ($1, $2) \nlimit $3");
}

static void the_same_fields_give_the_same_variant(void) {
  struct script *script = stage_script(LIST, FILTERED);
  CU_ASSERT_PTR_NOT_NULL_FATAL(script);
  const struct variant *none = script_variant(script, 0, stage_ask(LIST, "{}"), NULL);
  const struct variant *kinds = script_variant(script, 0, stage_ask(LIST, "{\"kinds\":[1]}"), NULL);
  CU_ASSERT_PTR_EQUAL(kinds, script_variant(script, 0, stage_ask(LIST, "{\"kinds\":[2,3]}"), NULL));
  CU_ASSERT_PTR_EQUAL(none, script_variant(script, 0, stage_ask(LIST, "{\"total\":true}"), NULL));
  CU_ASSERT_PTR_NOT_EQUAL(none, kinds);
  CU_ASSERT_NOT_EQUAL(none->id, kinds->id);
  CU_ASSERT_STRING_NOT_EQUAL(none->name, kinds->name);
}

enum { THREADS = 4, MASKS = 64 };

static void *make_all(void *found) {
  struct script *script = *(struct script **)found;
  struct arena arena = {0};
  struct fault fault = {.arena = &arena};
  const void **variants = (const void **)found + 1;
  for (uint32_t mask = 0; mask < MASKS; mask++)
    variants[mask] = combination_get(&script->statements[0], mask, &fault);
  arena_close(&arena);
  return NULL;
}

static void threads_that_make_variants_at_once_get_the_same(void) {
  struct script *script =
      stage_script(LIST, "select 1\n,1 --? total\n,2 --? kinds\n,3 --? states\n,4 --? started_after\n,5 --? "
                         "started_before\n,6 --? officer_id");
  CU_ASSERT_PTR_NOT_NULL_FATAL(script);
  pthread_t threads[THREADS];
  const void *found[THREADS][MASKS + 1];
  for (int i = 0; i < THREADS; i++) {
    found[i][0] = script;
    pthread_create(&threads[i], NULL, make_all, found[i]);
  }
  for (int i = 0; i < THREADS; i++)
    pthread_join(threads[i], NULL);
  for (int i = 1; i < THREADS; i++)
    CU_ASSERT_EQUAL(memcmp(found[0], found[i], sizeof found[0]), 0);
}

// In a process of its own: variants are counted over the whole program.
static void past_the_bound_of_variants_a_call_is_refused(void) {
  struct script *script =
      stage_script(LIST, "select 1\n,1 --? total\n,2 --? kinds\n,3 --? states\n,4 --? started_after\n,5 --? "
                         "started_before\n,6 --? officer_id\n,7 --? region_code\n,8 --? order_by\n,9 --? page\n"
                         ",10 --? page_size\n,11 --? page_token\n,12 --? region_code");
  CU_ASSERT_PTR_NOT_NULL_FATAL(script);
  pid_t child = fork();
  if (child == 0) {
    uint32_t mask = 0;
    while (mask < SCRIPT_VARIANTS && combination_get(&script->statements[0], mask, &stage.fault))
      mask++;
    bool known = combination_get(&script->statements[0], 0, &stage.fault) != NULL;
    _exit(known && mask < SCRIPT_VARIANTS && stage.fault.code == CODE_RESOURCE_EXHAUSTED ? 0 : 1);
  }
  int status = -1;
  CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
  CU_ASSERT_EQUAL(status, 0);
}

// What Parse declares for the one parameter of a statement.
static Oid declared(const char *method, const char *path) {
  struct script *script = stage_script(method, arena_printf(&stage.arena, "select :%s", path));
  CU_ASSERT_PTR_NOT_NULL_FATAL(script);
  return script_variant(script, 0, stage_ask(method, "{}"), NULL)->types[0];
}

static void types_are_declared_as_the_descriptors_say(void) {
  static const struct {
    const char *method, *path;
    Oid type;
  } cases[] = {
      {"VisitService/CreateVisit", "visit.purpose", 0},
      {"VisitService/CreateVisit", "visit.id", TYPE_UUID},
      {"VisitService/CreateVisit", "visit.region_code", TYPE_INT8},
      {"VisitService/CreateVisit", "visit.kind", TYPE_INT2},
      {"VisitService/CreateVisit", "visit.started_at", TYPE_TIMESTAMPTZ},
      {"VisitService/CreateVisit", "visit.position.latitude", TYPE_FLOAT8},
      {"VisitService/CreateVisit", "visit.position.accuracy", TYPE_FLOAT8},
      {"VisitService/CreateVisit", "visit.people_met", TYPE_INT4},
      {"VisitService/CreateVisit", "visit.etag", TYPE_BYTEA},
      {"VisitService/CreateVisit", "visit#hash", TYPE_BYTEA},
      {"VisitService/CreateVisit", "visit.officer_ids", 2951},
      {"VisitService/CreateVisit", "visit.materials.name", 1009},
      {"VisitService/CreateVisit", "visit.materials.copies", 1007},
      {"VisitService/CreateVisit", "visit.materials#", 1007},
      {"VisitService/ListVisits", "kinds", 1005},
      {"VisitService/ListVisits", "total", TYPE_BOOL},
      {"VisitService/ListVisits", "page_size", TYPE_INT4},
      {"VisitService/ListVisits", "page.size", TYPE_INT8},
      {"VisitService/UpdateVisit", "update_mask", 1009},
      {"OfficeService/GetOffice", "id", TYPE_UUID},
      {"LeadService/CreateLead", "lead.amount_fen", TYPE_INT8},
      {"LeadService/CreateLead", "lead.confidential", TYPE_BOOL},
      {"LeadService/CreateLead", "lead.reporter.name", TYPE_BYTEA},
      {"LeadService/CreateLead", "lead.reporter.phone#index", TYPE_BYTEA},
      {"LeadService/CreateLead", "lead.reporter#key", TYPE_BYTEA},
      {"SyncService/Push", "leads.reporter#key", 1001},
      {"SyncService/Push", "leads.reporter.phone#index", 1001},
      {"SyncService/Push", "leads.accused.user_id", 2951},
      {"SyncService/Push", "leads.accused#", 1007},
      {"SyncService/Push", "visits#hash", 1001},
      {"SyncService/Push", "visits.officer_ids#", 1007},
      {"SyncService/Push", "visits.started_at", 1185},
  };
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
    Oid type = declared(cases[i].method, cases[i].path);
    if (type != cases[i].type)
      printf("%s is declared as %u\n", cases[i].path, type);
    CU_ASSERT_EQUAL(type, cases[i].type);
  }
}

static void mistakes_are_told_with_file_and_line(void) {
  static const struct {
    const char *method, *text, *fault;
  } cases[] = {
      {LIST, "select 1,\n :office_id",
       "x.sql:2: parameter \":office_id\" is not in zoufang.v1.ListVisitsRequest: no field \"office_id\""},
      {LIST, "select :region_code.first", "x.sql:1: parameter \":region_code.first\" has nothing called \"first\" in it"},
      {LIST, "select 'a\n:b',\n\n :c", "x.sql:4: parameter \":c\" is not in zoufang.v1.ListVisitsRequest: no field \"c\""},
      {LIST, "select $$\n\n$$,\n /*\n*/ :c",
       "x.sql:5: parameter \":c\" is not in zoufang.v1.ListVisitsRequest: no field \"c\""},
      {LIST, "", "x.sql:1: no statement"},
      {LIST, "-- nothing\n;\n", "x.sql:1: no statement"},
      {LIST, "select 'a", "x.sql:1: a string does not end"},
      {LIST, "select \"a", "x.sql:1: a quoted name does not end"},
      {LIST, "select $a$ $b$", "x.sql:1: a dollar-quoted string does not end"},
      {LIST, "select\n/* /* */", "x.sql:2: a comment does not end"},
      {LIST, "select $1", "x.sql:1: a stray $: parameters are written :path"},
      {LIST, "select :kinds#", "x.sql:1: parameter \":kinds#\" asks for a parent's place, and there is no repeated parent"},
      {LIST, "select :region_code#", "x.sql:1: parameter \":region_code#\" asks for places, and what it names is not repeated"},
      {LIST, "select :region_code#hash", "x.sql:1: parameter \":region_code#hash\" is no message with fields of its own"},
      {LIST, "select :region_code#index",
       "x.sql:1: parameter \":region_code#index\" asks for an index, and the field is not sealed"},
      {LIST, "select :kinds#places", "x.sql:1: parameter \":kinds#places\" ends in none of #, #hash, #key, #index"},
      {"VisitService/CreateVisit", "select :visit", "x.sql:1: parameter \":visit\" is a message: name one of its fields"},
      {"VisitService/CreateVisit", "select :visit#key",
       "x.sql:1: parameter \":visit#key\" asks for a key, and the message has no sealed field"},
      {"VisitService/CreateVisit", "select :page.size",
       "x.sql:1: parameter \":page.size\" stands in a method without page_size"},
      {"VisitService/CreateVisit", "select 1\n, 2 --? page", "x.sql:2: \"--? page\" stands in a method without page_token"},
      {LIST, "select 1\nand 2 --? office_id",
       "x.sql:2: optional clause \"office_id\" is not in zoufang.v1.ListVisitsRequest: no field \"office_id\""},
      {LIST, "select 1\n--? kinds", "x.sql:2: an optional line without a clause"},
      {LIST, "select 1\n--( kinds\n;", "x.sql:3: an optional branch does not end before its statement"},
      {LIST, "select 1\n--( kinds\n--( states", "x.sql:3: an optional branch within another, or outside of a statement"},
      {LIST, "select 1\n--)", "x.sql:2: \"--)\" ends no optional branch"},
      {LIST, "select 1\n--(", "x.sql:2: \"--(\" is followed by one path and nothing else"},
      {LIST, "select 1\nand 2 --? kinds states", "x.sql:2: \"--?\" is followed by one path and nothing else"},
      {LIST, "select 1\nand 2 --?", "x.sql:2: \"--?\" is followed by one path and nothing else"},
      {LIST, "select 1\nand 2; --? kinds", "x.sql:2: an optional line must not hold the end of a statement, string or comment"},
      {LIST, "select '\n' and 2 --? kinds",
       "x.sql:2: an optional line must not hold the end of a statement, string or comment"},
      {LIST, "select 1\n--[ a\n--[ b", "x.sql:3: a fragment within a fragment"},
      {LIST, "select 1\n--[ a\n", "x.sql:3: a fragment does not end"},
      {LIST, "select 1\n--]", "x.sql:2: \"--]\" ends no fragment"},
      {LIST, "select 1\n--= a", "x.sql:2: \"--=\" names no fragment that ended before it"},
      {LIST, "select 1\n--[ a\n--= a\n--]", "x.sql:3: \"--=\" names no fragment that ended before it"},
      {LIST, "select 1\n--[ a b", "x.sql:2: \"--[\" is followed by one name and nothing else"},
      {LIST, "select 1\n--[ a\n--]\n--[ a\n--]", "x.sql:4: a second fragment of this name"},
      {LIST, "select 1\n--[ a\n--]\n--= a\n, :c",
       "x.sql:5: parameter \":c\" is not in zoufang.v1.ListVisitsRequest: no field \"c\""},
      {"SyncService/Push", "select 1\n, 2 --? visits.officer_ids",
       "x.sql:2: optional clause \"visits.officer_ids\" is inside something repeated"},
  };
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
    CU_ASSERT_PTR_NULL(stage_script(cases[i].method, cases[i].text));
    const char *fault = stage_fault();
    if (strcmp(fault, cases[i].fault) != 0)
      printf("expected %s\n  found %s\n", cases[i].fault, fault);
    CU_ASSERT_STRING_EQUAL(fault, cases[i].fault);
  }
}

static void what_is_deeper_than_two_lists_is_refused(void) {
  struct trail trail;
  const char *why = "";
  const struct message *set = schema_message(&stage.schema, "google.protobuf.FileDescriptorSet");
  CU_ASSERT_PTR_NOT_NULL_FATAL(set);
  CU_ASSERT_TRUE(trail_resolve(set, "file.dependency", 15, TRAIL_VALUE, &trail, &stage.arena, &why));
  CU_ASSERT_FALSE(trail_resolve(set, "file.message_type.field", 23, TRAIL_VALUE, &trail, &stage.arena, &why));
  CU_ASSERT_STRING_EQUAL(why, "is repeated in repeated in repeated: too deep for a statement");
}

SUITE_WITH(script, stage_open, stage_close, 0, TEST(paths_become_numbers_in_the_order_in_which_they_appear),
           TEST(colons_that_are_no_parameters_stay), TEST(a_name_that_ends_in_e_is_no_escape_string),
           TEST(in_brackets_that_make_an_array_paths_are_parameters), TEST(comments_go_and_lines_stay),
           TEST(a_minus_and_a_division_are_no_comments), TEST(a_file_is_cut_at_semicolons_outside_of_strings),
           TEST(an_optional_line_stays_where_its_field_is_set), TEST(an_optional_line_of_a_flag_stays_where_it_is_true),
           TEST(an_optional_line_may_look_into_a_nested_message), TEST(a_fragment_is_repeated_where_it_is_named),
           TEST(an_optional_branch_stays_where_its_field_is_set_with_lines_of_its_own),
           TEST(a_fragment_in_an_optional_branch_stays_with_it), TEST(the_page_line_stays_from_the_second_page_on),
           TEST(the_same_fields_give_the_same_variant), TEST(threads_that_make_variants_at_once_get_the_same),
           TEST(past_the_bound_of_variants_a_call_is_refused), TEST(types_are_declared_as_the_descriptors_say),
           TEST(mistakes_are_told_with_file_and_line), TEST(what_is_deeper_than_two_lists_is_refused));
