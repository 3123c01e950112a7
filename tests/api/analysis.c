// Analysis: breakdowns, hot spots, rankings, the backlog; counted by hand on small worlds. Each test has a year of its own,
// long ago.

#include "suite.h"
#include "support/client_wire.h"
#include "support/past.h"
#include "support/world.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

// Townships and villages of a county that other suites do not count in.
#define COUNTY "150425000000"
#define TOWNSHIP "150425100000"
#define VILLAGE "150425100200"
#define OTHER_TOWNSHIP "150425101000"
#define OTHER_VILLAGE "150425101200"

static struct answer asked(enum transport t, const char *user, const char *rpc, const char *region, const char *from,
                           const char *to, const char *more) {
  return ask(world()->client, t, token_of(user), arena_printf(client_memory(), "FigureService/%s", rpc),
             "{\"regionCode\":\"%s\",\"from\":\"%s\",\"to\":\"%s\"%s}", region, from, to, more);
}

// The row by these dimensions and keys ("bribery,2021-03"); NULL where there is none.
static json_t *row_of(const struct answer *answer, const char *by, const char *keys) {
  size_t i;
  json_t *row;
  json_array_foreach(json_at(answer->body, "rows"), i, row) {
    struct buffer joined = {.arena = client_memory()};
    size_t k;
    json_t *key;
    json_array_foreach(json_at(row, "keys"), k, key) buffer_printf(&joined, "%s%s", k ? "," : "", json_string_value(key));
    if (!strcmp(text_at(row, "by"), by) && !strcmp(buffer_text(&joined), keys))
      return row;
  }
  return NULL;
}

// A count of such a row; -1 where it is absent.
static double count_of(const struct answer *answer, const char *by, const char *keys, const char *measure) {
  json_t *number = json_object_get(json_at(row_of(answer, by, keys), "counts"), measure);
  return number ? json_number_value(number) : -1;
}

static void a_breakdown_counts_by_each_dimension_and_in_all(void) {
  put_lead(VILLAGE, "2021-03-31 23:59:59.999999", ", problem_type, cause", ", 'bribery', 'education'");
  put_lead(VILLAGE, "2021-04-01 00:00", ", problem_type", ", 'bribery'");
  put_lead(OTHER_VILLAGE, "2021-04-02 00:00", ", problem_type, class", ", 'skimming', 3");
  put_lead(OTHER_VILLAGE, "2021-04-03 00:00", "", "");
  put_lead(OTHER_VILLAGE, "2021-04-03 00:00", ", channel", ", 7");
  put_lead(OTHER_VILLAGE, "2021-04-03 00:00", ", state", ", 11");
  put_lead(OTHER_VILLAGE, "2021-05-03 00:00", ", due_at", ", now() - interval '1 day'");
  put_lead(OTHER_VILLAGE, "2022-01-01 00:00", "", "");
  BOTH(t) {
    struct answer answer = asked(t, "supervisor.chifeng", "Breakdown", COUNTY, "2021-01-01", "2022-01-01",
                                 ",\"by\":\"type,month\",\"measures\":\"received,problems,declined,open,overdue\"");
    CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
    CU_ASSERT_EQUAL(count_of(&answer, "type,month", "bribery,2021-03", "received"), 1);
    CU_ASSERT_EQUAL(count_of(&answer, "type,month", "bribery,2021-04", "received"), 1);
    CU_ASSERT_EQUAL(count_of(&answer, "type,month", ",2021-04", "received"), 1);
    CU_ASSERT_EQUAL(count_of(&answer, "type,month", ",2021-04", "problems"), 2);
    CU_ASSERT_EQUAL(count_of(&answer, "type,month", ",2021-04", "declined"), 1);
    CU_ASSERT_EQUAL(count_of(&answer, "type", "bribery", "received"), 2);
    CU_ASSERT_EQUAL(count_of(&answer, "month", "2021-04", "received"), 3);
    CU_ASSERT_EQUAL(count_of(&answer, "", "", "received"), 5);
    CU_ASSERT_EQUAL(count_of(&answer, "", "", "open"), 6);
    CU_ASSERT_EQUAL(count_of(&answer, "", "", "overdue"), 1);
    CU_ASSERT_EQUAL(count_of(&answer, "", "", "concluded"), -1);
    CU_ASSERT_STRING_EQUAL(text_at(row_of(&answer, "type", "bribery"), "keyNames.0"), "收受贿赂");
    CU_ASSERT_FALSE(json_is_true(json_at(answer.body, "suppressed")));
    answer = asked(t, "supervisor.chifeng", "Breakdown", COUNTY, "2021-01-01", "2022-01-01", ",\"by\":\"region,class\"");
    CU_ASSERT_EQUAL(count_of(&answer, "township,class", OTHER_TOWNSHIP ",LEAD_CLASS_APPEAL", "received"), 1);
    CU_ASSERT_EQUAL(count_of(&answer, "township", TOWNSHIP, "received"), 2);
    CU_ASSERT_EQUAL(count_of(&answer, "class", "LEAD_CLASS_ACCUSATION", "received"), 4);
    answer =
        asked(t, "supervisor.chifeng", "Breakdown", COUNTY, "2021-01-01", "2022-01-01", ",\"by\":\"state,channel,occurrence\"");
    CU_ASSERT_EQUAL(count_of(&answer, "state,channel,occurrence", "LEAD_STATE_RECEIVED,LEAD_CHANNEL_LETTER,", "received"), 5);
  }
}

static void every_campaign_has_the_same_columns(void) {
  static const char *const columns[] = {"problems",    "concluded",    "cases", "disciplined",
                                        "transferred", "reportedBack", "asked", "satisfied"};
  const char *busy = put_campaign("poverty", "{1}"), *quiet = put_campaign("", "{1}");
  const char *first = put_lead(VILLAGE, "2022-03-01 12:00", ", campaign_id, sweep_round, state",
                               arena_printf(client_memory(), ", '%s', 1, 8", busy));
  put_lead(VILLAGE, "2022-03-01 12:00", ", campaign_id, channel", arena_printf(client_memory(), ", '%s', 7", busy));
  put_lead(VILLAGE, "2022-03-01 12:00", ", campaign_id", arena_printf(client_memory(), ", '%s'", quiet));
  conclude(first, "2022-04-01 12:00", 1, "", "");
  tell(first, "2022-05-01 12:00", 2, 2);
  const char *filed = put_case(first, "2022-03-20 12:00");
  const char *person = put_person(filed, ""), *same = put_person(filed, person);
  handle(filed, person, 4, 3, "2022-06-01 12:00", "2022-06-02 12:00", true);
  handle(filed, same, 2, 2, "2022-06-05 12:00", "", true);
  BOTH(t) {
    struct answer answer =
        asked(t, "supervisor.chifeng", "Breakdown", COUNTY, "2022-01-01", "2023-01-01", ",\"by\":\"campaign\"");
    CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
    static const double expected[] = {2, 1, 1, 1, 1, 1, 1, 1};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
      CU_ASSERT_EQUAL(count_of(&answer, "campaign", busy, columns[i]), expected[i]);
      CU_ASSERT_EQUAL(count_of(&answer, "campaign", quiet, columns[i]), i == 0);
    }
    CU_ASSERT_EQUAL(count_of(&answer, "campaign", busy, "satisfaction"), 100);
    CU_ASSERT_EQUAL(count_of(&answer, "campaign", quiet, "satisfaction"), -1);
    answer = asked(t, "supervisor.chifeng", "Breakdown", COUNTY, "2022-01-01", "2022-04-01",
                   ",\"by\":\"outcome\",\"measures\":\"concluded,problems\"");
    CU_ASSERT_EQUAL(count_of(&answer, "outcome", "OUTCOME_FINDING_SUBSTANTIATED", "problems"), 1);
    CU_ASSERT_EQUAL(count_of(&answer, "", "", "concluded"), 0); // it came in April
  }
}

static void what_the_caller_may_not_see_is_not_counted(void) {
  put_lead(LINXI_VILLAGE, "2001-03-01 12:00", "", "");
  put_lead(LINXI_VILLAGE, "2001-03-01 12:00", ", accused_names, accused_units, accused_posts, accused_users, accused_offices",
           arena_printf(client_memory(), ", '{某甲}', '{null}', '{null}', '{%s}', '{null}'", id_of("supervisor.linxi")));
  put_lead(BALIN_VILLAGE, "2001-03-01 12:00", "", "");
  BOTH(t) {
    struct answer own = asked(t, "supervisor.linxi", "Breakdown", CITY, "2001-01-01", "2002-01-01", ",\"by\":\"county\"");
    struct answer all = asked(t, "supervisor.chifeng", "Breakdown", CITY, "2001-01-01", "2002-01-01", ",\"by\":\"county\"");
    CU_ASSERT_TRUE(json_is_true(json_at(own.body, "narrowed")));
    CU_ASSERT_STRING_EQUAL(text_at(own.body, "countedRegionCodes.0"), LINXI);
    CU_ASSERT_EQUAL(count_of(&own, "", "", "received"), 1);
    CU_ASSERT_EQUAL(count_of(&own, "county", LINXI, "received"), 1);
    CU_ASSERT_EQUAL(count_of(&all, "county", LINXI, "received"), 2);
    CU_ASSERT_EQUAL(count_of(&all, "county", BALIN, "received"), 1);
    CU_ASSERT_FALSE(json_is_true(json_at(all.body, "narrowed")));
  }
}

static void what_cannot_be_counted_is_refused_by_its_field(void) {
  static const struct {
    const char *more, *field, *reason;
  } cases[] = {
      {"", "by", "REQUIRED"},
      {",\"by\":\"weather\"", "by", "NO_SUCH_DIMENSION"},
      {",\"by\":\"type,type\"", "by", "NOT_UNIQUE"},
      {",\"by\":\"type,cause,month,class\"", "by", "TOO_MANY_ITEMS"},
      {",\"by\":\"Type\"", "by", "BAD_PATTERN"},
      {",\"by\":\"type\",\"measures\":\"received,glory\"", "measures", "NO_SUCH_MEASURE"},
  };
  BOTH(t) {
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
      struct answer refused = asked(t, "supervisor.chifeng", "Breakdown", CITY, "2021-01-01", "2022-01-01", cases[i].more);
      CU_ASSERT_EQUAL(refused.code, CODE_INVALID_ARGUMENT);
      CU_ASSERT_TRUE(names_field(&refused, cases[i].field, cases[i].reason));
    }
    struct answer nowhere =
        ask(world()->client, t, token_of("supervisor.chifeng"), "FigureService/Backlog", "{\"regionCode\":\"150499000000\"}");
    CU_ASSERT_TRUE(names_field(&nowhere, "region_code", "NO_SUCH_REGION"));
  }
}

static void more_rows_than_anybody_reads_are_refused(void) {
  CU_ASSERT_TRUE(sql_run(
      "set session_replication_role = replica;"
      "insert into lead (id, region_code, current_code, channel, class, received_at, narrative, confidential,"
      " raised_by, etag, written_by)"
      " select gen_random_uuid(), r.code, r.code, 1, 1, make_timestamptz(2000, m, 15, 12, 0, 0, 'Asia/Shanghai'), '虚构',"
      " true, '%s', sha256('x'), '%s' from region r cross join generate_series(1, 6) m where r.level = 5;"
      "set session_replication_role = origin",
      id_of("officer.linxi"), id_of("officer.linxi")));
  BOTH(t) {
    struct answer refused =
        asked(t, "supervisor.chifeng", "Breakdown", CITY, "2000-01-01", "2001-01-01", ",\"by\":\"village,month\"");
    CU_ASSERT_EQUAL(refused.code, CODE_INVALID_ARGUMENT);
    CU_ASSERT_TRUE(names_field(&refused, "by", "TOO_MANY_ROWS"));
    struct answer county =
        asked(t, "supervisor.chifeng", "Breakdown", LINXI, "2000-01-01", "2001-01-01", ",\"by\":\"village,month\"");
    CU_ASSERT_EQUAL(county.code, CODE_OK);
    CU_ASSERT_EQUAL((long long)count_of(&county, "", "", "received"),
                    6 * sql_number("select count(*) from region where level = 5 and code / 1000000 = 150424"));
  }
}

// --- Hot spots ---

// Whether a place and subject stand out among simulated counts: Poisson ones around `mean`, one of them `planted` times as high
// (0: none). How many are told, and whether the planted one is among them.
static long long spots_of(int seed, double mean, double planted, bool *found) {
  const char *told = sql_text(
      "select setseed(%g)::text || coalesce((select count(*) || ' ' || count(*) filter (where s.cell = 7) from (select "
      " array_agg(c.place order by c.nth) places, array_agg(c.subject order by c.nth) subjects, array_agg(c.n order by c.nth) "
      "counts,"
      " array_agg(c.past order by c.nth) pasts from (select row_number() over () as nth, place, subject,"
      " drawn(%g * case when place = 1 and subject = '7' then %g else 1 end) as n, drawn(%g) as past"
      " from generate_series(1, 12) place cross join lateral (select v::text as subject from generate_series(1, 60) v) v) c) g"
      " cross join lateral stand_out(g.places, g.subjects, g.counts, g.pasts, 1, 5) s where s.adjusted <= 0.05), '')",
      seed / 1000.0, mean, planted > 0 ? planted : 1, mean);
  char *rest;
  long long spots = strtoll(told, &rest, 10);
  *found = strtoll(rest, NULL, 10) > 0;
  return spots;
}

static void what_is_planted_stands_out_and_noise_does_not(void) {
  enum { SEEDS = 30 };
  // A Poisson number, by multiplying uniform ones.
  CU_ASSERT_TRUE(
      sql_run("create or replace function drawn(mean float8) returns int8 language plpgsql as $$"
              " declare n int8 := 0; p float8 := random(); begin while p > exp(-mean) loop p := p * random(); n := n + 1;"
              " end loop; return n; end $$"));
  int false_alarms = 0, finds = 0;
  for (int seed = 1; seed <= SEEDS; seed++) {
    bool found;
    false_alarms += spots_of(seed, 4, 0, &found) > 0;
    spots_of(seed, 4, 10, &found);
    finds += found;
  }
  CU_ASSERT_TRUE(false_alarms <= SEEDS / 10);
  CU_ASSERT_TRUE(finds >= SEEDS * 9 / 10);
  CU_ASSERT_TRUE(sql_run("drop function drawn"));
}

static void a_tail_is_that_of_the_negative_binomial(void) {
  CU_ASSERT_EQUAL(sql_number("select round(1e6 * count_tail(0, 5, 1))"), 1000000);
  CU_ASSERT_EQUAL(sql_number("select round(1e6 * count_tail(1, 0, 1))"), 292893); // 1 - 2^-½
  CU_ASSERT_EQUAL(sql_number("select round(1e6 * count_tail(2, 0, 1))"), 116117); // 1 - 2^-½ (1 + ¼)
  CU_ASSERT_TRUE(sql_number("select (count_tail(5000, 5000, 1) between 0.45 and 0.55)::int") == 1);
  CU_ASSERT_TRUE(sql_number("select (count_tail(9000, 5000, 1) < 1e-30)::int") == 1);
}

static void a_hot_spot_is_told_with_what_was_expected(void) {
  for (int year = 2023; year <= 2024; year++)
    CU_ASSERT_TRUE(sql_run(
        "set session_replication_role = replica;"
        "insert into lead (id, region_code, current_code, channel, class, problem_type, cause, received_at, narrative,"
        " confidential, raised_by, etag, written_by) select gen_random_uuid(), r.code, r.code, 1, 1, p.type, 'education',"
        " make_timestamptz(%d, 1 + i %% 12, 15, 12, 0, 0, 'Asia/Shanghai'), '虚构', true, '%s', sha256('x'), '%s'"
        " from region r cross join (values ('bribery'), ('skimming'), ('inaction')) p(type)"
        " cross join lateral generate_series(1, case when %d = 2024 and r.code = %s and p.type = 'skimming' then 40"
        " else 8 end) i where r.level = 3; set session_replication_role = origin",
        year, id_of("officer.linxi"), id_of("officer.linxi"), year, COUNTY));
  BOTH(t) {
    struct answer answer = asked(t, "supervisor.chifeng", "HotSpots", CITY, "2024-01-01", "2025-01-01", "");
    CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
    CU_ASSERT_EQUAL_FATAL(count_at(answer.body, "hotSpots"), 1);
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "hotSpots.0.regionCode"), COUNTY);
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "hotSpots.0.problemType"), "skimming");
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "hotSpots.0.causeName"), "教育收费");
    CU_ASSERT_EQUAL(number_at(answer.body, "hotSpots.0.received"), 40);
    CU_ASSERT_TRUE(json_number_value(json_at(answer.body, "hotSpots.0.expectedByPast")) < 9);
    CU_ASSERT_TRUE(json_number_value(json_at(answer.body, "hotSpots.0.falseDiscoveryRate")) < 0.05);
    CU_ASSERT_EQUAL(
        count_at(asked(t, "supervisor.chifeng", "HotSpots", CITY, "2024-01-01", "2025-01-01", ",\"atLeast\":41").body,
                 "hotSpots"),
        0);
    struct answer told = asked(t, "analyst.chifeng", "HotSpots", CITY, "2024-01-01", "2025-01-01", "");
    CU_ASSERT_EQUAL_FATAL(told.code, CODE_OK);
    CU_ASSERT_TRUE(json_is_true(json_at(told.body, "suppressed")));
    CU_ASSERT_EQUAL(count_at(told.body, "hotSpots"), 1);
    CU_ASSERT_STRING_EQUAL(text_at(told.body, "hotSpots.0.problemType"), "skimming");
    CU_ASSERT_PTR_NULL(json_at(told.body, "hotSpots.0.causeName"));
    struct answer report =
        asked(GRPC, "supervisor.chifeng", "GetWorkReport", CITY, "2024-01-01", "2025-01-01", ",\"format\":\"md\"");
    CU_ASSERT_EQUAL(count_at(report.body, "look.hotSpots"), 1);
    CU_ASSERT_STRING_EQUAL(text_at(report.body, "look.hotSpots.0.regionCode"), COUNTY);
    CU_ASSERT_EQUAL(number_at(report.body, "look.hotSpots.0.received"), 40);
    CU_ASSERT_PTR_NOT_NULL(strstr(text_at(report.body, "document.text"), "（教育收费）40件次，明显偏多"));
    struct answer none =
        asked(GRPC, "analyst.chifeng", "GetWorkReport", CITY, "2024-01-01", "2025-01-01", ",\"format\":\"md\"");
    CU_ASSERT_EQUAL(count_at(none.body, "look.hotSpots"), 0);
  }
}

// --- Rankings and the backlog ---

static json_t *ranked(const struct answer *answer, const char *region) {
  size_t i;
  json_t *each;
  json_array_foreach(json_at(answer->body, "regions"), i, each) {
    if (!strcmp(text_at(each, "regionCode"), region))
      return each;
  }
  return NULL;
}

static void regions_are_ranked_by_what_is_asked(void) {
  const char *told = put_lead(VILLAGE, "2002-03-01 12:00", ", state", ", 9"),
             *other = put_lead(VILLAGE, "2002-03-01 12:00", ", state", ", 9");
  put_lead(VILLAGE, "2002-03-01 12:00", "", "");
  put_lead(OTHER_VILLAGE, "2002-03-01 12:00", ", state", ", 9");
  conclude(told, "2002-04-01 12:00", 1, "", "");
  conclude(other, "2002-04-01 12:00", 1, "", "");
  tell(told, "2002-04-02 12:00", 2, 1);
  tell(other, "2002-04-02 12:00", 2, 4);
  put_visit(OTHER_VILLAGE, 1, "2002-05-01 12:00", "", "");
  BOTH(t) {
    struct answer by_received =
        asked(t, "supervisor.chifeng", "RankRegions", COUNTY, "2002-01-01", "2003-01-01", ",\"level\":\"township\"");
    CU_ASSERT_EQUAL_FATAL(by_received.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(by_received.body, "regions.0.regionCode"), TOWNSHIP);
    CU_ASSERT_EQUAL(number_at(ranked(&by_received, TOWNSHIP), "received"), 3);
    CU_ASSERT_EQUAL(number_at(ranked(&by_received, OTHER_TOWNSHIP), "rank"), 2);
    CU_ASSERT_EQUAL(json_number_value(json_at(ranked(&by_received, TOWNSHIP), "satisfaction")), 50);
    CU_ASSERT_EQUAL(number_at(ranked(&by_received, OTHER_TOWNSHIP), "villagesVisited"), 1);
    CU_ASSERT_PTR_NULL(json_at(ranked(&by_received, OTHER_TOWNSHIP), "satisfaction"));
    struct answer by_coverage = asked(t, "supervisor.chifeng", "RankRegions", COUNTY, "2002-01-01", "2003-01-01",
                                      ",\"level\":\"township\",\"by\":\"coverage\"");
    CU_ASSERT_STRING_EQUAL(text_at(by_coverage.body, "regions.0.regionCode"), OTHER_TOWNSHIP);
    struct answer counties = asked(t, "supervisor.linxi", "RankRegions", CITY, "2002-01-01", "2003-01-01", "");
    CU_ASSERT_EQUAL(count_at(counties.body, "regions"), 1);
    struct answer few =
        asked(t, "analyst.chifeng", "RankRegions", COUNTY, "2002-01-01", "2003-01-01", ",\"level\":\"township\"");
    CU_ASSERT_PTR_NULL(json_at(ranked(&few, OTHER_TOWNSHIP), "received"));
    CU_ASSERT_PTR_NULL(json_at(ranked(&few, OTHER_TOWNSHIP), "rank"));
  }
}

static void the_backlog_is_told_by_age_step_and_office(void) {
  struct answer before =
      ask(world()->client, REST, token_of("supervisor.chifeng"), "FigureService/Backlog", "{\"regionCode\":\"" TOWNSHIP "\"}");
  const char *office = put_office(TOWNSHIP, 3, "2020-01-01", "");
  const char *mine = arena_printf(client_memory(), ", '%s', now() - interval '1 day'", office);
  const char *old = put_lead(VILLAGE, sql_text("select to_char(now() - interval '400 days', 'YYYY-MM-DD HH24:MI')"),
                             ", office_id, due_at", mine);
  put_lead(VILLAGE, sql_text("select to_char(now() - interval '100 days', 'YYYY-MM-DD HH24:MI')"), "", "");
  put_lead(VILLAGE, sql_text("select to_char(now() - interval '100 days', 'YYYY-MM-DD HH24:MI')"), ", state", ", 10");
  CU_ASSERT_TRUE(sql_run("insert into lead_event (lead_id, kind, at, from_state, to_state) values"
                         " ('%s', 5, now() - interval '50 days', 3, 4), ('%s', 5, now() - interval '38 days', 4, 7)",
                         old, old));
  BOTH(t) {
    struct answer answer =
        ask(world()->client, t, token_of("supervisor.chifeng"), "FigureService/Backlog", "{\"regionCode\":\"" TOWNSHIP "\"}");
    CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
    CU_ASSERT_EQUAL(number_at(answer.body, "open"), number_at(before.body, "open") + 2);
    CU_ASSERT_EQUAL(number_at(answer.body, "overdue"), number_at(before.body, "overdue") + 1);
    CU_ASSERT_EQUAL(count_at(answer.body, "bands"), 5);
    CU_ASSERT_EQUAL(number_at(answer.body, "bands.0.fromDays"), 366);
    CU_ASSERT_EQUAL(number_at(answer.body, "bands.0.open"), number_at(before.body, "bands.0.open") + 1);
    CU_ASSERT_EQUAL(number_at(answer.body, "bands.2.open"), number_at(before.body, "bands.2.open") + 1);
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "offices.0.officeId"), office);
    CU_ASSERT_EQUAL(number_at(answer.body, "offices.0.overdue"), 1);
    size_t i;
    json_t *step;
    double median = 0;
    json_array_foreach(json_at(answer.body, "steps"), i, step) {
      if (!strcmp(text_at(step, "state"), "LEAD_STATE_VERIFYING"))
        median = json_number_value(json_at(step, "medianDays"));
    }
    CU_ASSERT_EQUAL(median, 12);
    struct answer few =
        ask(world()->client, t, token_of("analyst.chifeng"), "FigureService/Backlog", "{\"regionCode\":\"" VILLAGE "\"}");
    CU_ASSERT_EQUAL_FATAL(few.code, CODE_OK);
    CU_ASSERT_PTR_NULL(json_at(few.body, "open"));
    CU_ASSERT_EQUAL(count_at(few.body, "bands") + count_at(few.body, "offices") + count_at(few.body, "steps"), 0);
  }
}

SUITE_WITH(analysis, world_open, client_forget, 240, TEST(a_breakdown_counts_by_each_dimension_and_in_all),
           TEST(every_campaign_has_the_same_columns), TEST(what_the_caller_may_not_see_is_not_counted),
           TEST(what_cannot_be_counted_is_refused_by_its_field), TEST(more_rows_than_anybody_reads_are_refused),
           TEST(what_is_planted_stands_out_and_noise_does_not), TEST(a_tail_is_that_of_the_negative_binomial),
           TEST(a_hot_spot_is_told_with_what_was_expected), TEST(regions_are_ranked_by_what_is_asked),
           TEST(the_backlog_is_told_by_age_step_and_office));
