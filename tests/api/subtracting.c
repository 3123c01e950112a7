// All that analysts and the public are told, together: somebody who has every answer of every method knows no small count.

#include "suite.h"
#include "support/approving.h"
#include "support/attacker.h"
#include "support/client_wire.h"
#include "support/past.h"
#include "support/world.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The city and its counties; the year that is asked for with the ones before it.
enum { LEAST_TOLD = 3, COUNTIES = 12, REPORTED = 1 + COUNTIES, YEAR = 2019, YEARS_OF_RECEIVED = 5, RECORDS_MOST = 5000 };

// --- The records ---

// Leads of a year, most in the first townships: in a campaign with rounds, in another without, and in none; and what came of
// them: feedback, cases with a person each, commendations and recommendations.
static void put_records(int year, int leads, double seed, const char *campaign, const char *other) {
  const char *writer = id_of("officer.linxi"), *approver = id_of("supervisor.linxi");
  CU_ASSERT_TRUE(sql_run(
      "set session_replication_role = replica; select setseed(%g);"
      "create temp table drawn as select gen_random_uuid() as id, t.code, t.name, d.a, d.b, d.c,"
      " make_timestamptz(%d, d.month, 15, 12, 0, 0, 'Asia/Shanghai') as at, d.in_round"
      " from (select floor(90 * power(random(), 2))::int as nth, random() as a, random() as b, random() as c,"
      " 1 + floor(12 * random())::int as month, random() < 0.93 as in_round"
      " from generate_series(1, %d)) d" // all drawn here: no plan changes their order
      " join (select code, name, row_number() over (order by code %% 1000000, code)::int - 1 as nth from region where level = "
      "4) t using (nth);"
      "insert into lead (id, region_code, current_code, channel, class, occurrence, domain, campaign_id, sweep_round,"
      " received_at, narrative, confidential, raised_by, etag, written_by)"
      " select id, code, code, 1 + floor(4 * a), 1 + floor(3 * a * b), 1 + floor(3 * b * c),"
      " (array['poverty', 'livelihood', 'umbrella', null])[1 + floor(4 * c)::int], case when a < 0.6 then '%s'::uuid when a < "
      "0.9 then '%s' end,"
      " case when a < 0.6 and in_round then 1 end, at, '虚构', true, '%s', sha256('x'), '%s' from drawn",
      seed, year, leads, campaign, other, writer, writer));
  CU_ASSERT_TRUE(sql_run(
      "insert into lead_feedback (lead_id, about, told_at, way, audience, satisfaction, written_by)"
      " select id, 2, at, 1, 1, 1 + floor(5 * b * c), '%s' from drawn where b < 0.8;"
      "insert into case_file (id, title, region_code, current_code, campaign_id, sweep_round, filed_at, filed_by, etag,"
      " written_by) select d.id, '虚构', code, code, l.campaign_id, l.sweep_round, at, '%s', sha256('x'), '%s' from drawn d"
      " join lead l using (id) where d.c < 0.6;"
      "insert into case_lead (lead_id, case_id, place, added_by) select id, id, 1, '%s' from drawn where c < 0.6;"
      "insert into person (id, name, added_by) select id, '某甲', '%s' from drawn where c < 0.6;"
      "insert into case_person (case_id, person_id, added_by) select id, id, '%s' from drawn where c < 0.6;"
      "insert into handling (case_id, person_id, form, discipline, decided_at, transferred_at, proposed_by, approved_by,"
      " approved_at) select id, id, form, case when form > 1 then 1 end, at, case when form = 4 then at end, '%s', '%s', at"
      " from (select *, 1 + floor(4 * b)::int as form from drawn where c < 0.6) d",
      writer, writer, writer, writer, writer, writer, writer, approver));
  CU_ASSERT_TRUE(sql_run(
      "create temp table place as select gen_random_uuid() as id, code / 1000000 * 1000000 as code from drawn group by 2;"
      "insert into office (id, name, kind, region_code, opened_on) select id, '虚构', 2, code, '2005-01-01' from place;"
      "insert into commendation (id, office_id, region_code, current_code, given_on, person_name, etag, created_by, written_by)"
      " select d.id, p.id, p.code, p.code, at::date, '某甲', sha256('x'), '%s', '%s' from drawn d"
      " join place p on p.code = d.code / 1000000 * 1000000 where a < 0.5;"
      "insert into recommendation (id, office_id, region_code, current_code, number, addressed_to, issued_on, item_texts,"
      " item_due_on, item_verified_on, item_rectified, etag, created_by, written_by)"
      " select d.id, p.id, p.code, p.code, d.id::text, '某局', at::date, '{a}', array[at::date], array[at::date], array[b < "
      "0.6],"
      " sha256('x'), '%s', '%s' from drawn d join place p on p.code = d.code / 1000000 * 1000000 where a < 0.4;"
      "drop table drawn, place; set session_replication_role = origin",
      writer, writer, writer, writer));
}

static void put_years(void) {
  static bool there;
  if (there)
    return;
  there = true;
  const char *campaign = put_campaign("poverty", "{1}"), *other = put_campaign("livelihood", "{}");
  static const int leads[YEARS_OF_RECEIVED] = {420, 240, 120, 80, 50};
  for (int back = 0; back < YEARS_OF_RECEIVED; back++)
    put_records(YEAR - back, leads[back], 0.1 * (back + 1), campaign, other);
  CU_ASSERT_TRUE(sql_run("call make_facts()"));
  put_lead(LINXI_VILLAGE, "2019-05-05 10:00", ", accused_names, accused_units, accused_posts, accused_users, accused_offices",
           arena_printf(client_memory(), ", '{某甲}', '{null}', '{null}', '{%s}', '{null}'", id_of("analyst.chifeng")));
}

// --- What the attacker knows of them ---

enum count {
  RECEIVED,
  ACCUSATIONS,
  OTHER_CLASSES,
  INITIAL,
  FURTHER,
  IN_ROUNDS,
  OUTSIDE_ROUNDS,
  FORMS,
  FIRST_FORM,
  OTHER_FORMS,
  ITEMS,
  RECTIFIED,
  WAITING,
  TOLD,
  ASKED,
  NOT_ASKED,
  SATISFIED,
  DISSATISFIED,
  CASES,
  SWEEP_CASES,
  CASES_OUTSIDE,
  DISCIPLINED,
  SWEEP_DISCIPLINED,
  DISCIPLINED_OUTSIDE,
  TRANSFERRED,
  SWEEP_TRANSFERRED,
  TRANSFERRED_OUTSIDE,
  COMMENDATIONS,
  COUNTS,
};

// Each a whole and its two parts.
static const enum count parts_of[][3] = {
    {RECEIVED, ACCUSATIONS, OTHER_CLASSES},
    {ACCUSATIONS, INITIAL, FURTHER},
    {RECEIVED, IN_ROUNDS, OUTSIDE_ROUNDS},
    {FORMS, FIRST_FORM, OTHER_FORMS},
    {ITEMS, RECTIFIED, WAITING},
    {TOLD, ASKED, NOT_ASKED},
    {ASKED, SATISFIED, DISSATISFIED},
    {CASES, SWEEP_CASES, CASES_OUTSIDE},
    {DISCIPLINED, SWEEP_DISCIPLINED, DISCIPLINED_OUTSIDE},
    {TRANSFERRED, SWEEP_TRANSFERRED, TRANSFERRED_OUTSIDE},
};

// The figures of a report that tell of them; a rate has what it is of.
static const struct {
  const char *key;
  enum count over, under; // COUNTS: none
  int decimals;
} told_figures[] = {
    {"reports_received", RECEIVED, COUNTS, 1},
    {"accusations_received", ACCUSATIONS, COUNTS, 1},
    {"accusations_initial", INITIAL, COUNTS, 1},
    {"accusations_initial_share", INITIAL, ACCUSATIONS, 2},
    {"sweep_problems", IN_ROUNDS, COUNTS, 1},
    {"four_forms", FORMS, COUNTS, 1},
    {"first_form_share", FIRST_FORM, FORMS, 1},
    {"rectification_rate", RECTIFIED, ITEMS, 1},
    {"sweep_satisfaction", SATISFIED, ASKED, 1},
    {"poverty_cases", CASES, COUNTS, 1},
    {"sweep_cases", SWEEP_CASES, COUNTS, 1},
    {"poverty_disciplined", DISCIPLINED, COUNTS, 1},
    {"sweep_disciplined", SWEEP_DISCIPLINED, COUNTS, 1},
    {"poverty_transferred", TRANSFERRED, COUNTS, 1},
    {"sweep_transferred", SWEEP_TRANSFERRED, COUNTS, 1},
    {"commendations", COMMENDATIONS, COUNTS, 1},
};

static const struct {
  const char *dimension, *keys;
} dimensions[] = {
    {"class", "LEAD_CLASS_ACCUSATION LEAD_CLASS_SUGGESTION LEAD_CLASS_APPEAL LEAD_CLASS_OTHER "},
    {"domain", "poverty livelihood umbrella business judicial coal other "},
};

// What is told, and how the attacker names it.
struct ears {
  const char *user; // who is asked for him: an analyst, or a supervisor, who leaves out small counts and nothing beside them
  struct attacker attacker;
  long long codes[ATTACKER_PLACES];
  int counts[2][REPORTED][COUNTS]; // of the year and the one before
  int received[YEARS_OF_RECEIVED][REPORTED];
  int told;
};

static int first_value_of(int dimension) {
  return dimension == 0 ? 1 : 6;
} // what is not stated comes last in each

static void name_places(struct ears *ears) {
  ears->attacker.places = 1;
  ears->codes[0] = strtoll(CITY, NULL, 10);
  for (int level = 3; level <= 4; level++) {
    int first = ears->attacker.places;
    ears->attacker.places += (int)sql_number("select count(*) from region where level = %d", level);
    CU_ASSERT_TRUE_FATAL(ears->attacker.places <= ATTACKER_PLACES);
    for (int p = first; p < ears->attacker.places; p++) {
      ears->codes[p] = sql_number("select code from region where level = %d order by code offset %d limit 1", level, p - first);
      for (int above = 1; level == 4 && above < first; above++)
        ears->attacker.part_of[p] =
            ears->codes[above] / 1000000 == ears->codes[p] / 1000000 ? above : ears->attacker.part_of[p];
    }
  }
  CU_ASSERT_EQUAL_FATAL(ears->codes[COUNTIES + 1] % 1000000 > 0, true);
}

static void sum_of_counties(struct attacker *attacker, int counts[REPORTED], int stride) {
  int parts[COUNTIES];
  for (int p = 1; p <= COUNTIES; p++)
    parts[p - 1] = counts[p * stride];
  attacker_sum(attacker, counts[0], parts, COUNTIES);
}

// Names all counts, and what he knows of them before he is told any.
static void ears_open(struct ears *ears, const char *user) {
  *ears = (struct ears){.user = user, .attacker = {.months = 12, .values = 13}};
  for (int v = 1; v <= ears->attacker.values; v++)
    ears->attacker.dimension[v] = v < first_value_of(1) ? 1 : 2;
  name_places(ears);
  struct attacker *attacker = &ears->attacker;
  attacker_open(attacker, RECORDS_MOST);
  for (int back = 0; back < YEARS_OF_RECEIVED; back++) {
    for (int p = 0; p < REPORTED; p++)
      ears->received[back][p] = back == 0 ? attacker_count(attacker, p, 0, 0) : attacker_other(attacker);
    sum_of_counties(attacker, ears->received[back], 1);
  }
  for (int back = 0; back < 2; back++) {
    for (int p = 0; p < REPORTED; p++) {
      int *counts = ears->counts[back][p];
      for (int c = 0; c < COUNTS; c++)
        counts[c] = c == RECEIVED                   ? ears->received[back][p]
                    : c == ACCUSATIONS && back == 0 ? attacker_count(attacker, p, 0, first_value_of(0))
                                                    : attacker_other(attacker);
      for (size_t i = 0; i < sizeof parts_of / sizeof *parts_of; i++)
        attacker_sum(attacker, counts[parts_of[i][0]], (const int[]){counts[parts_of[i][1]], counts[parts_of[i][2]]}, 2);
    }
    for (int c = 0; c < COUNTS; c++)
      sum_of_counties(attacker, &ears->counts[back][0][c], COUNTS);
  }
}

// --- What he is told ---

static struct answer ask_of_year(enum transport t, const char *token, const char *rpc, const char *region, const char *more) {
  return ask(world()->client, t, token, arena_printf(client_memory(), "FigureService/%s", rpc),
             "{\"regionCode\":\"%s\",\"from\":\"%d-01-01\",\"to\":\"%d-01-01\"%s}", region, YEAR, YEAR + 1, more);
}

static bool is_analyst(const struct ears *ears) {
  return !strncmp(ears->user, "analyst", strlen("analyst"));
}

static void hears_count(struct ears *ears, int which, long long count) {
  if (count < LEAST_TOLD) {
    CU_ASSERT_FALSE(is_analyst(ears));
    return;
  }
  attacker_told(&ears->attacker, which, (int)count);
  ears->told++;
}

static int place_of(const struct ears *ears, const char *code) {
  int place = 0;
  while (place < ears->attacker.places && ears->codes[place] != strtoll(code, NULL, 10))
    place++;
  CU_ASSERT_TRUE_FATAL(place < ears->attacker.places);
  return place;
}

static int value_of(int dimension, const char *key) {
  int value = first_value_of(dimension);
  for (const char *k = dimensions[dimension].keys; *k; k = strchr(k, ' ') + 1, value++) {
    if (strcspn(k, " ") == strlen(key) && !strncmp(k, key, strlen(key)))
      break;
  }
  return value;
}

static void hears_breakdown(struct ears *ears, enum transport t, const char *by, int dimension) {
  struct answer answer =
      ask_of_year(t, token_of(ears->user), "Breakdown", CITY, arena_printf(client_memory(), ",\"by\":\"%s\"", by));
  CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
  size_t i;
  json_t *row;
  json_array_foreach(json_at(answer.body, "rows"), i, row) {
    int place = 0, month = 0, value = 0, k = 0;
    char parts[64], *rest = NULL;
    snprintf(parts, sizeof parts, "%s", text_at(row, "by"));
    for (char *part = strtok_r(parts, ",", &rest); part; part = strtok_r(NULL, ",", &rest), k++) {
      const char *key = text_at(row, arena_printf(client_memory(), "keys.%d", k));
      if (!strcmp(part, "month"))
        month = (int)strtol(key + 5, NULL, 10);
      else if (!strcmp(part, dimensions[dimension].dimension))
        value = value_of(dimension, key);
      else
        place = place_of(ears, key);
    }
    hears_count(ears, attacker_count(&ears->attacker, place, month, value), number_at(row, "counts.received"));
  }
}

static void hears_ranking(struct ears *ears, enum transport t, const char *level) {
  struct answer answer =
      ask_of_year(t, token_of(ears->user), "RankRegions", CITY, arena_printf(client_memory(), ",\"level\":\"%s\"", level));
  CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
  size_t i;
  json_t *region;
  json_array_foreach(json_at(answer.body, "regions"), i, region) {
    CU_ASSERT_TRUE(!is_analyst(ears) || !json_at(region, "open"));
    CU_ASSERT_TRUE(!is_analyst(ears) || !json_at(region, "asked"));
    if (json_at(region, "received"))
      hears_count(ears, attacker_count(&ears->attacker, place_of(ears, text_at(region, "regionCode")), 0, 0),
                  number_at(region, "received"));
  }
}

static const char *const members[] = {"value", "before", "change"}; // of a figure

static double read_of(json_t *figure, const char *member, bool *there) {
  json_t *number = json_object_get(figure, member);
  *there = number != NULL;
  return json_number_value(number);
}

static void hears_change(struct ears *ears, json_t *figure, const char *member, int now, int before) {
  bool there;
  double change = read_of(figure, member, &there);
  if (there)
    attacker_rate(&ears->attacker, now, before, 100 + change, 1);
}

// The figures of a report of a place, of the analyst or as published.
static void hears_figures(struct ears *ears, int place, json_t *figures) {
  for (size_t i = 0; i < sizeof told_figures / sizeof *told_figures; i++) {
    json_t *figure = element_with(figures, "key", told_figures[i].key);
    enum count over = told_figures[i].over, under = told_figures[i].under;
    for (int back = 0; back < 2; back++) {
      const int *counts = ears->counts[back][place];
      bool there;
      double number = read_of(figure, back ? "before" : "value", &there);
      if (there && under == COUNTS)
        hears_count(ears, counts[over], (long long)number);
      else if (there)
        attacker_rate(&ears->attacker, counts[over], counts[under], number, told_figures[i].decimals);
    }
    if (under == COUNTS)
      hears_change(ears, figure, "change", ears->counts[0][place][over], ears->counts[1][place][over]);
  }
  static const char *const changes[] = {"reports_change", "reports_change_year_1", "reports_change_year_2"};
  for (int i = 0; i < 3; i++) {
    json_t *figure = element_with(figures, "key", changes[i]);
    hears_change(ears, figure, "value", ears->received[i][place], ears->received[i + 1][place]);
    hears_change(ears, figure, "before", ears->received[i + 1][place], ears->received[i + 2][place]);
  }
}

static void hears_everything(struct ears *ears) {
  static const char *const by[] = {"%s,county,month", "%s,township,month", "%s,township", "%s,month", "county,month"};
  for (int dimension = 0; dimension < 2; dimension++) {
    for (size_t i = 0; i < sizeof by / sizeof *by; i++) {
      struct buffer asked = {.arena = client_memory()};
      const char *rest = strstr(by[i], "%s") ? by[i] + 2 : by[i];
      buffer_printf(&asked, "%s%s", rest == by[i] ? "" : dimensions[dimension].dimension, rest);
      hears_breakdown(ears, i % 2 ? GRPC : REST, buffer_text(&asked), dimension);
    }
  }
  hears_ranking(ears, REST, "county");
  hears_ranking(ears, GRPC, "township");
  for (int place = 0; place < REPORTED; place++) {
    struct answer report = ask_of_year(place % 2 ? GRPC : REST, token_of(ears->user), "GetWorkReport",
                                       arena_printf(client_memory(), "%lld", ears->codes[place]), "");
    CU_ASSERT_EQUAL_FATAL(report.code, CODE_OK);
    hears_figures(ears, place, json_at(report.body, "figures"));
  }
}

// How many counts from `from` to 2 he knows when he has reasoned. He must not have been told what cannot be.
static int small_counts_known(struct ears *ears, int from, bool say) {
  CU_ASSERT_TRUE(attacker_reason(&ears->attacker));
  int known = 0, count;
  for (int which = 0; which < attacker_count(&ears->attacker, ears->attacker.places, 0, 0) + ears->attacker.others; which++) {
    if (attacker_knows(&ears->attacker, which, &count) && count >= from && count < LEAST_TOLD) {
      known++;
      if (say)
        fprintf(stderr, "        count %d is known to be %d\n", which, count);
    }
  }
  return known;
}

static void nobody_learns_a_small_count_from_all_answers_together(void) {
  put_years();
  struct ears ears;
  ears_open(&ears, "analyst.chifeng");
  hears_everything(&ears);
  CU_ASSERT_EQUAL(small_counts_known(&ears, 0, true), 0);
  CU_ASSERT_TRUE(ears.told > 500);
  attacker_close(&ears.attacker);
}

static void from_answers_without_small_counts_alone_he_learns_many(void) {
  put_years();
  struct ears ears;
  ears_open(&ears, "supervisor.chifeng");
  hears_everything(&ears);
  CU_ASSERT_TRUE(small_counts_known(&ears, 1, false) > 40);
  attacker_close(&ears.attacker);
}

// Holds that two reports tell the same, and something.
static void tell_the_same(json_t *figures, json_t *others) {
  size_t i;
  json_t *figure;
  int told = 0;
  json_array_foreach(figures, i, figure) {
    json_t *other = element_with(others, "key", text_at(figure, "key"));
    CU_ASSERT_PTR_NOT_NULL_FATAL(other);
    for (size_t m = 0; m < sizeof members / sizeof *members; m++) {
      bool there, there_too;
      double one = read_of(figure, members[m], &there), two = read_of(other, members[m], &there_too);
      CU_ASSERT_TRUE(there == there_too && one == two);
      told += there;
    }
  }
  CU_ASSERT_TRUE(told > 10);
}

static void what_is_told_is_true(void) {
  put_years();
  for (enum transport t = REST; t <= GRPC; t++) {
    const char *place = t == REST ? CITY : LINXI;
    struct answer told = ask_of_year(t, token_of("analyst.chifeng"), "GetWorkReport", place, "");
    struct answer all = ask_of_year(t, token_of("supervisor.chifeng"), "GetWorkReport", place, "");
    size_t i;
    json_t *figure;
    int same = 0, held_back = 0;
    json_array_foreach(json_at(told.body, "figures"), i, figure) {
      json_t *other = element_with(json_at(all.body, "figures"), "key", text_at(figure, "key"));
      for (size_t m = 0; m < sizeof members / sizeof *members; m++) {
        bool there, there_too;
        double one = read_of(figure, members[m], &there), two = read_of(other, members[m], &there_too);
        CU_ASSERT_TRUE(!there || (there_too && one == two));
        same += there;
        held_back += there_too && !there;
      }
    }
    CU_ASSERT_TRUE(same > 20 && held_back > 20);
  }
}

// A village of one county is merged into one of another on 1 July: what comes later under the old code is of the new county,
// in a report and in a breakdown.
static void a_merged_region_is_told_where_it_stands(void) {
  enum { LEADS = 12 };
  CU_ASSERT_TRUE(sql_run("insert into region (code, parent_code, level, name, current_code, successor_code, ended_on)"
                         "values (150424100298, " LINXI_TOWNSHIP ", 5, '虚构并村', " BALIN_VILLAGE ", " BALIN_VILLAGE
                         ", '2007-07-01')"));
  for (int i = 0; i < LEADS; i++) {
    put_lead("150424100298", "2007-08-01 12:00", "", "");
    if (i < LEADS - 2)
      put_lead(LINXI_VILLAGE, "2007-08-01 12:00", "", "");
    if (i < LEADS - 4)
      put_lead("150425100200", "2007-08-01 12:00", "", "");
  }
  for (enum transport t = REST; t <= GRPC; t++) {
    struct answer report = ask(world()->client, t, token_of("analyst.chifeng"), "FigureService/GetWorkReport",
                               "{\"regionCode\":\"" BALIN "\",\"from\":\"2007-01-01\",\"to\":\"2008-01-01\"}");
    CU_ASSERT_EQUAL(number_at(element_with(json_at(report.body, "figures"), "key", "reports_received"), "value"), LEADS);
    struct answer rows = ask(world()->client, t, token_of("analyst.chifeng"), "FigureService/Breakdown",
                             "{\"regionCode\":\"" CITY "\",\"from\":\"2007-01-01\",\"to\":\"2008-01-01\",\"by\":\"county\"}");
    CU_ASSERT_STRING_EQUAL(text_at(rows.body, "rows.0.keys.0"), BALIN);
    CU_ASSERT_EQUAL(number_at(rows.body, "rows.0.counts.received"), LEADS);
  }
}

// The analyst is complained of in a lead of that year and county: what he is told counts it all the same.
static void an_analyst_is_told_what_the_public_is(void) {
  put_years();
  struct answer asked =
      ask(world()->client, REST, token_of("supervisor.linxi"), "FigureService/PublishReport",
          "{\"regionCode\":\"" LINXI "\",\"from\":\"%d-01-01\",\"to\":\"%d-01-01\",\"reason\":\"年度报告\"}", YEAR, YEAR + 1);
  CU_ASSERT_EQUAL_FATAL(asked.code, CODE_OK);
  CU_ASSERT_EQUAL_FATAL(approve(GRPC, "supervisor.chifeng", text_at(asked.body, "approvalId")).code, CODE_OK);
  struct answer published = http(
      world()->client, "GET", arena_printf(client_memory(), "/reports/%s/figures.json", text_at(asked.body, "id")), NULL, NULL);
  struct answer report = ask_of_year(REST, token_of("analyst.chifeng"), "GetWorkReport", LINXI, "");
  CU_ASSERT_EQUAL_FATAL(report.code, CODE_OK);
  tell_the_same(json_at(report.body, "figures"), json_at(published.body, "figures"));
}

// An analyst made for a region: his token.
static const char *analyst_of(enum transport t, const char *region) {
  const char *username = arena_printf(client_memory(), "analyst.%.8s", fresh_id());
  struct answer made = make_account(t, username, "");
  grant_role(t, text_at(made.body, "id"), "ROLE_ANALYST", region, "");
  struct answer signed_in = set_password(t, username, world()->password);
  CU_ASSERT_EQUAL_FATAL(signed_in.code, CODE_OK);
  return text_at(signed_in.body, "accessToken");
}

static void whose_grants_are_narrower_is_told_what_his_places_are(void) {
  put_years();
  for (enum transport t = REST; t <= GRPC; t++) {
    const char *his = analyst_of(t, LINXI);
    struct answer asked = ask_of_year(t, his, "GetWorkReport", CITY, "");
    CU_ASSERT_EQUAL_FATAL(asked.code, CODE_OK);
    CU_ASSERT_TRUE(json_is_true(json_at(asked.body, "narrowed")));
    CU_ASSERT_STRING_EQUAL(text_at(asked.body, "countedRegionCodes.0"), LINXI);
    struct answer of_county = ask_of_year(t, token_of("analyst.chifeng"), "GetWorkReport", LINXI, "");
    tell_the_same(json_at(asked.body, "figures"), json_at(of_county.body, "figures"));
    struct answer rows = ask_of_year(t, his, "Breakdown", CITY, ",\"by\":\"township,month\"");
    CU_ASSERT_TRUE(json_is_true(json_at(rows.body, "narrowed")));
    struct answer all = ask_of_year(t, token_of("analyst.chifeng"), "Breakdown", LINXI, ",\"by\":\"township,month\"");
    CU_ASSERT_TRUE(count_at(rows.body, "rows") > 0 && json_equal(json_at(rows.body, "rows"), json_at(all.body, "rows")));
    struct answer narrow = ask_of_year(t, analyst_of(t, LINXI_TOWNSHIP), "GetWorkReport", CITY, "");
    CU_ASSERT_TRUE(names_field(&narrow, "region_code", "TOO_NARROW"));
  }
}

SUITE_WITH(subtracting, world_open, client_forget, 300, TEST(nobody_learns_a_small_count_from_all_answers_together),
           TEST(from_answers_without_small_counts_alone_he_learns_many), TEST(what_is_told_is_true),
           TEST(a_merged_region_is_told_where_it_stands), TEST(an_analyst_is_told_what_the_public_is),
           TEST(whose_grants_are_narrower_is_told_what_his_places_are));
