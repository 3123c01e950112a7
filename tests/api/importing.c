// The divisions as they are imported: what changed and nothing else, and every bad line named.

#include "suite.h"
#include "support/client_wire.h"
#include "support/listing.h"
#include "support/world.h"
#include <stdlib.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { IMPORT_TIMEOUT_MS = 60000 };

static int import_code;

// What the command printed for a file of these lines under a heading.
static const char *imported_under(const char *heading, const char *lines) {
  const char *path = arena_printf(client_memory(), "%s/import.csv", world()->folder);
  FILE *file = fopen(path, "w");
  fprintf(file, "%s\n%s", heading, lines);
  fclose(file);
  const char *environment[] = {arena_printf(client_memory(), "ZOUFANG_DB_OWNER_URL=%s", world()->owner_url), NULL};
  char *printed = NULL;
  import_code =
      process_run((const char *[]){server_binary(), "regions", "import", path, NULL}, environment, &printed, IMPORT_TIMEOUT_MS);
  const char *kept = arena_strdup(client_memory(), printed ? printed : "");
  free(printed);
  return kept;
}

static const char *imported(const char *lines) {
  return imported_under("code,parent_code,level,name", lines);
}

static const char with_ends[] = "code,parent_code,level,name,successor_code,ended_on";

static void the_whole_prefecture_is_there(void) {
  CU_ASSERT_TRUE(sql_number("select count(*) from region where code between 150400000000 and 150499999999") >= 2667);
  CU_ASSERT_EQUAL(sql_number("select count(*) from region where level = 4 and code between 150400000000 and 150499999999"),
                  197);
}

static void importing_again_changes_only_what_changed(void) {
  const char *row = "150424100202,150424100000,village,%s\n";
  const char *name = sql_text("select name from region where code = 150424100202");
  const char *changed = sql_text("select changed::text from region where code = 150424100202");
  CU_ASSERT_STRING_EQUAL(imported(arena_printf(client_memory(), row, name)), "1 regions read, 0 added, 0 changed\n");
  CU_ASSERT_STRING_EQUAL(sql_text("select changed::text from region where code = 150424100202"), changed);
  CU_ASSERT_STRING_EQUAL(imported(arena_printf(client_memory(), row, "改名村")), "1 regions read, 0 added, 1 changed\n");
  CU_ASSERT_STRING_EQUAL(sql_text("select name from region where code = 150424100202"), "改名村");
  imported(arena_printf(client_memory(), row, name));
}

static void a_city_without_counties_and_a_province_are_taken(void) {
  CU_ASSERT_STRING_EQUAL(imported("440000000000,,province,测试省\n441900000000,440000000000,city,测试市\n"
                                  "441900003000,441900000000,township,测试街道\n441900003001,441900003000,village,测试社区\n"),
                         "4 regions read, 4 added, 0 changed\n");
  CU_ASSERT_TRUE(sql_run("delete from region where code >= 440000000000"));
}

static void every_bad_line_is_named_and_nothing_is_done(void) {
  static const struct {
    const char *lines, *said;
  } cases[] = {
      {"15042410020,150424100000,village,短\n", "line 2: code must be 12 digits"},
      {"150424100999,150424100000,hamlet,级\n", "line 2: level must be"},
      {"150424100999,150424100000,village,\n", "line 2: name must be"},
      {"150424100999,150424100000,village,好\n150424100998,x,village,坏\n", "line 3: parent_code must be"},
      {"150424100999,150424999000,village,孤\n", "line 2: parent_code 150424999000 is not known"},
      {"150424100999,150422100000,village,外\n", "line 2: 150424100999 does not lie in its parent 150422100000"},
      {"150424100999,150424100000,village,一\n150424100999,150424100000,village,二\n",
       "line 3: code 150424100999 stands here a second time"},
      {"150424100999,150424000000,township,错\n", "line 2: code 150424100999 is not that of a level 4"},
      {"150424100202,150424000000,county,错\n", "line 2"},
      {"150424100999,,village,无\n", "line 2: only provinces"},
      {"150424100999,150424100000\n", "line 2: there is no \"level\""},
      {"\"150424100999\n", "line 2: a quote that does not end"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *said = imported(cases[i].lines);
    CU_ASSERT_EQUAL(import_code, 1);
    if (!strstr(said, cases[i].said))
      fprintf(stderr, "%s\n  said: %s", cases[i].lines, said);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, cases[i].said));
  }
  CU_ASSERT_EQUAL(sql_number("select count(*) from region where code in (150424100998, 150424100999)"), 0);
}

static void every_bad_end_is_named_and_nothing_is_done(void) {
  static const struct {
    const char *lines, *said;
  } cases[] = {
      {"150424100202,150424100000,village,并,15042410020,2024-01-01\n", "line 2: successor_code must be 12 digits"},
      {"150424100202,150424100000,village,并,150424100203,2024-13-01\n", "line 2: ended_on must be a day"},
      {"150424100202,150424100000,village,并,150424100203,2023-02-29\n", "line 2: ended_on must be a day"},
      {"150424100202,150424100000,village,并,150424100203,\n", "line 2: successor_code and ended_on stand together"},
      {"150424100202,150424100000,village,并,,2024-01-01\n", "line 2: successor_code and ended_on stand together"},
      {"150424100202,150424100000,village,并,150424100999,2024-01-01\n", "line 2: successor_code 150424100999 is not known"},
      {"150424100202,150424100000,village,并,150424101000,2024-01-01\n",
       "line 2: 150424100202 is of another level than its successor 150424101000"},
      {"150424100202,150424100000,village,并,150424100202,2024-01-01\n",
       "line 2: the successors of 150424100202 lead to no region that stands"},
      {"150424100202,150424100000,village,并,150424100203,2024-01-01\n150424100203,150424100000,village,并,150424100202,"
       "2024-01-01\n",
       "line 2: the successors of 150424100202 lead to no region that stands"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *said = imported_under(with_ends, cases[i].lines);
    CU_ASSERT_EQUAL(import_code, 1);
    if (!strstr(said, cases[i].said))
      fprintf(stderr, "%s\n  said: %s", cases[i].lines, said);
    CU_ASSERT_PTR_NOT_NULL(strstr(said, cases[i].said));
  }
  CU_ASSERT_EQUAL(sql_number("select count(*) from region where code in (150424100202, 150424100203) and ended_on is not null"),
                  0);
}

// Three villages of a township of their own, and their rows in a file, each with a successor or none.
#define MERGED "150424201201"
#define MERGED_AGAIN "150424201202"
#define STANDING "150424201203"

static const char *row_of(const char *code, const char *successor) {
  const char *name = sql_text("select name from region where code = %s", code);
  return arena_printf(client_memory(), "%s,150424201000,village,%s,%s,%s\n", code, name, successor,
                      *successor ? "2024-07-01" : "");
}

static const char *import_ends(const char *first, const char *second) {
  return imported_under(with_ends, arena_printf(client_memory(), "%s%s%s", row_of(MERGED, first), row_of(MERGED_AGAIN, second),
                                                row_of(STANDING, "")));
}

// Whether a list of a region has this record; other suites may have recorded there too.
static bool lists(enum transport t, const char *method, const char *items, const char *region, const char *id) {
  struct answer answer =
      ask(world()->client, t, token_of("supervisor.linxi"), method, "{\"regionCode\":\"%s\",\"pageSize\":500}", region);
  CU_ASSERT_EQUAL(answer.code, CODE_OK);
  return element_with(json_at(answer.body, items), "id", id) != NULL;
}

static long long received(enum transport t, const char *region, const char *from, const char *to) {
  struct answer answer = ask(world()->client, t, token_of("supervisor.linxi"), "FigureService/GetWorkReport",
                             "{\"regionCode\":\"%s\",\"from\":\"%s\",\"to\":\"%s\"}", region, from, to);
  CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
  return number_at(element_with(json_at(answer.body, "figures"), "key", "reports_received"), "value");
}

static void records_follow_regions_that_are_merged_in_chains(void) {
  import_ends("", "");
  static const char *const days[] = {"2024-06-30T15:59:59Z",
                                     "2024-06-30T16:00:00Z"}; // the last moment before July, and its first
  const char *const leads[] = {fresh_id(), fresh_id()}, *visit = fresh_id();
  for (int i = 0; i < 2; i++)
    CU_ASSERT_EQUAL_FATAL(ask(world()->client, REST, token_of("officer.linxi"), "LeadService/CreateLead", "{\"lead\":%s}",
                              lead_json(leads[i], MERGED, arena_printf(client_memory(), ",\"receivedAt\":\"%s\"", days[i])))
                              .code,
                          CODE_OK);
  CU_ASSERT_EQUAL_FATAL(ask(world()->client, REST, token_of("officer.linxi"), "VisitService/CreateVisit", "{\"visit\":%s}",
                            visit_json(visit, MERGED, ""))
                            .code,
                        CODE_OK);
  struct answer campaign =
      ask(world()->client, REST, token_of("supervisor.linxi"), "CampaignService/CreateCampaign",
          "{\"campaign\":{\"name\":\"虚构\",\"regionCodes\":[\"" MERGED "\"],\"startsOn\":\"2024-01-01\"}}");
  struct answer ranking =
      ask(world()->client, REST, token_of("supervisor.linxi"), "IndicatorService/CreateIndicator",
          "{\"indicator\":{\"kind\":\"INDICATOR_KIND_EXTERNAL_LIVELIHOOD\",\"regionCode\":\"" MERGED "\",\"year\":2023,"
          "\"rank\":3,\"source\":\"虚构\"}}");
  CU_ASSERT_EQUAL_FATAL(campaign.code, CODE_OK);
  CU_ASSERT_EQUAL_FATAL(ranking.code, CODE_OK);
  CU_ASSERT_EQUAL_FATAL(ask(world()->client, REST, token_of("supervisor.linxi"), "IndicatorService/WithdrawIndicator",
                            "{\"id\":\"%s\",\"etag\":\"%s\",\"reason\":\"误录\"}", text_at(ranking.body, "id"),
                            text_at(ranking.body, "etag"))
                            .code,
                        CODE_OK);

  CU_ASSERT_STRING_EQUAL(import_ends(MERGED_AGAIN, ""), "3 regions read, 0 added, 1 changed\n");
  for (int i = 0; i < 2; i++)
    CU_ASSERT_TRUE(lists(REST, "LeadService/ListLeads", "leads", MERGED_AGAIN, leads[i]));
  CU_ASSERT_STRING_EQUAL(import_ends(MERGED_AGAIN, STANDING), "3 regions read, 0 added, 2 changed\n"); // the chain's first too
  CU_ASSERT_STRING_EQUAL(import_ends(MERGED_AGAIN, STANDING), "3 regions read, 0 added, 0 changed\n");
  BOTH(t) {
    for (int i = 0; i < 2; i++) {
      CU_ASSERT_FALSE(lists(t, "LeadService/ListLeads", "leads", MERGED_AGAIN, leads[i]));
      CU_ASSERT_TRUE(lists(t, "LeadService/ListLeads", "leads", STANDING, leads[i]));
    }
    CU_ASSERT_TRUE(lists(t, "VisitService/ListVisits", "visits", STANDING, visit));
    CU_ASSERT_TRUE(lists(t, "CampaignService/ListCampaigns", "campaigns", STANDING, text_at(campaign.body, "id")));
    CU_ASSERT_EQUAL(count_of(t, "supervisor.linxi", "IndicatorService/ListIndicators", "indicators",
                             "\"withdrawn\":true,\"regionCode\":\"" STANDING "\""),
                    1);
    CU_ASSERT_EQUAL(received(t, MERGED, "2024-01-01", "2024-07-01"), 1); // itself until it ended
    CU_ASSERT_EQUAL(received(t, STANDING, "2024-01-01", "2024-07-01"), 0);
    CU_ASSERT_EQUAL(received(t, STANDING, "2024-07-01", "2025-01-01"), 1);
    CU_ASSERT_EQUAL(received(t, "150424201000", "2024-01-01", "2025-01-01"), 2);
  }
  CU_ASSERT_STRING_EQUAL(import_ends("", ""), "3 regions read, 0 added, 2 changed\n"); // it was a mistake
  for (int i = 0; i < 2; i++)
    CU_ASSERT_TRUE(lists(GRPC, "LeadService/ListLeads", "leads", MERGED, leads[i]));
}

// A township with two villages, imported here, and another that it becomes.
#define TOWN "150424298000"
#define NEW_TOWN "150424299000"

// The rows of both: each village of the first ends on a day, or stands ("").
static const char *towns(const char *town_ends, const char *first_ends, const char *second_ends) {
  const char *const ends[] = {town_ends, first_ends, second_ends};
  static const char *const rows[] = {TOWN ",150424000000,township,虚构旧镇,%s,%s\n",
                                     "150424298201," TOWN ",village,虚构东村,%s,%s\n",
                                     "150424298202," TOWN ",village,虚构西村,%s,%s\n"};
  static const char *const successors[] = {NEW_TOWN, "150424299201", "150424299202"};
  const char *file = NEW_TOWN ",150424000000,township,虚构新镇,,\n150424299201," NEW_TOWN ",village,虚构东村,,\n"
                              "150424299202," NEW_TOWN ",village,虚构西村,,\n";
  for (int i = 0; i < 3; i++)
    file = arena_printf(client_memory(), "%s%s", file,
                        arena_printf(client_memory(), rows[i], *ends[i] ? successors[i] : "", ends[i])); // NOLINT
  return imported_under(with_ends, file);
}

static void a_township_ends_no_sooner_than_its_villages(void) {
  CU_ASSERT_STRING_EQUAL(towns("", "", ""), "6 regions read, 6 added, 0 changed\n");
  const char *said = towns("2024-07-01", "2024-07-01", "");
  CU_ASSERT_EQUAL(import_code, 1);
  CU_ASSERT_PTR_NOT_NULL(strstr(said, "line 5: " TOWN " ends on 2024-07-01 while 150424298202 虚构西村 still stands in it"));
  said = towns("2024-07-01", "2024-07-02", "2024-06-30");
  CU_ASSERT_EQUAL(import_code, 1);
  CU_ASSERT_PTR_NOT_NULL(strstr(said, "line 5: " TOWN " ends on 2024-07-01 while 150424298201 虚构东村 still stands in it"));
  // Villages that the file does not name count too, and one that is new in a township that ended.
  said = imported_under(with_ends, TOWN ",150424000000,township,虚构旧镇," NEW_TOWN ",2024-07-01\n");
  CU_ASSERT_PTR_NOT_NULL(strstr(said, "line 2: " TOWN " ends on 2024-07-01 while 150424298201"));
  CU_ASSERT_STRING_EQUAL(towns("2024-07-01", "2024-07-01", "2024-06-30"), "6 regions read, 0 added, 3 changed\n");
  said = imported("150424298203," TOWN ",village,虚构南村\n");
  CU_ASSERT_EQUAL(import_code, 1);
  CU_ASSERT_PTR_NOT_NULL(strstr(said, "line 2: " TOWN " ends on 2024-07-01 while 150424298203 虚构南村 still stands in it"));
  towns("", "", "");
}

static void grants_and_offices_on_regions_that_ended_are_told_for_they_do_not_follow(void) {
  towns("", "", "");
  CU_ASSERT_TRUE(sql_run(
      "insert into office (id, name, kind, region_code, opened_on) values (gen_random_uuid(), '虚构旧镇监察办公室', 3, " TOWN
      ", '2020-01-01'), (gen_random_uuid(), '虚构关闭', 3, " TOWN ", '2020-01-01');"
      "update office set closed_on = '2021-01-01' where name = '虚构关闭';"
      "insert into role_grant (id, user_id, role, region_code, starts_at, ends_at) values"
      " (gen_random_uuid(), '%s', 1, 150424298201, now(), null),"
      " (gen_random_uuid(), '%s', 2, 150424298202, now() - interval '2 days', now() - interval '1 day')",
      id_of("officer.linxi"), id_of("officer.linxi")));
  const char *said = towns("2024-07-01", "2024-07-01", "2024-07-01");
  CU_ASSERT_EQUAL(import_code, 0);
  CU_ASSERT_STRING_EQUAL(
      said, "6 regions read, 0 added, 3 changed\n"
            "officer.linxi has a grant as officer for 150424298201 虚构东村, which ended on 2024-07-01: 150424299201 "
            "虚构东村 stands for it now\n"
            "the office 虚构旧镇监察办公室 lies in " TOWN " 虚构旧镇, which ended on 2024-07-01: " NEW_TOWN
            " 虚构新镇 stands for it now\n");
  towns("", "", "");
  CU_ASSERT_TRUE(sql_run("update office set closed_on = current_date where region_code = " TOWN " and closed_on is null;"
                         "update role_grant set ends_at = now() + interval '1 second' where region_code = 150424298201"));
}

static void a_region_that_was_renamed_with_a_new_code_keeps_its_figures_of_before(void) {
  towns("", "", "");
  static const char *const days[] = {"2019-06-30T15:59:59.999999Z", "2019-06-30T16:00:00Z"};
  for (int i = 0; i < 2; i++)
    CU_ASSERT_EQUAL_FATAL(
        ask(world()->client, REST, token_of("officer.linxi"), "LeadService/CreateLead", "{\"lead\":%s}",
            lead_json(fresh_id(), "150424298201", arena_printf(client_memory(), ",\"receivedAt\":\"%s\"", days[i])))
            .code,
        CODE_OK);
  towns("2019-07-01", "2019-07-01", "2019-07-01");
  BOTH(t) {
    CU_ASSERT_EQUAL(received(t, TOWN, "2019-01-01", "2020-01-01"), 1);
    CU_ASSERT_EQUAL(received(t, "150424298201", "2019-01-01", "2020-01-01"), 1);
    CU_ASSERT_EQUAL(received(t, NEW_TOWN, "2019-01-01", "2019-07-01"), 0);
    CU_ASSERT_EQUAL(received(t, NEW_TOWN, "2019-01-01", "2020-01-01"), 1);
    CU_ASSERT_EQUAL(received(t, "150424299201", "2019-07-01", "2020-01-01"), 1);
  }
  imported_under(with_ends, NEW_TOWN ",150424000000,township,虚构再改名镇,,\n");
  BOTH(t) { // another name alone moves nothing
    CU_ASSERT_EQUAL(received(t, NEW_TOWN, "2019-01-01", "2020-01-01"), 1);
    struct answer report = ask(world()->client, t, token_of("supervisor.linxi"), "FigureService/GetWorkReport",
                               "{\"regionCode\":\"" NEW_TOWN "\",\"from\":\"2019-01-01\",\"to\":\"2020-01-01\"}");
    CU_ASSERT_STRING_EQUAL(text_at(report.body, "regionName"), "虚构再改名镇");
  }
  towns("", "", "");
}

static void a_file_that_is_not_there_is_said_so(void) {
  const char *environment[] = {arena_printf(client_memory(), "ZOUFANG_DB_OWNER_URL=%s", world()->owner_url), NULL};
  char *printed = NULL;
  CU_ASSERT_EQUAL(process_run((const char *[]){server_binary(), "regions", "import", "/nowhere.csv", NULL}, environment,
                              &printed, IMPORT_TIMEOUT_MS),
                  1);
  CU_ASSERT_PTR_NOT_NULL(strstr(printed, "cannot read /nowhere.csv"));
  free(printed);
}

SUITE_WITH(importing, world_open, client_forget, 60, TEST(the_whole_prefecture_is_there),
           TEST(importing_again_changes_only_what_changed), TEST(a_city_without_counties_and_a_province_are_taken),
           TEST(every_bad_line_is_named_and_nothing_is_done), TEST(every_bad_end_is_named_and_nothing_is_done),
           TEST(records_follow_regions_that_are_merged_in_chains), TEST(a_township_ends_no_sooner_than_its_villages),
           TEST(grants_and_offices_on_regions_that_ended_are_told_for_they_do_not_follow),
           TEST(a_region_that_was_renamed_with_a_new_code_keeps_its_figures_of_before),
           TEST(a_file_that_is_not_there_is_said_so));
