// Figures: what a work report states, counted by hand on small worlds. Each test has a year of its own, long ago.

#include "feature/figures.h"
#include "suite.h"
#include "support/client_wire.h"
#include "support/past.h"
#include "support/work_report.h"
#include <math.h>
#include <string.h>

// Two villages of one township of a county that no other suite writes in.
#define COUNTY "150423000000"
#define TOWNSHIP "150423100000"
#define VILLAGE "150423100200"
#define VILLAGE_2 "150423100201"

static const char method[] = "FigureService/GetWorkReport";

static json_t *figure_in(const struct answer *report, const char *key) {
  return element_with(json_at(report->body, "figures"), "key", key);
}

// --- What is asked, and by whom ---

static void an_empty_region_reads_zero_and_has_no_rates(void) {
  BOTH(t) {
    struct answer report = work_report(t, "supervisor.chifeng", VILLAGE_2, "2193-01-01", "2194-01-01");
    CU_ASSERT_EQUAL_FATAL(report.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(report.body, "from"), "2193-01-01");
    CU_ASSERT_STRING_EQUAL(text_at(report.body, "beforeTo"), "2193-01-01");
    CU_ASSERT_EQUAL(count_at(report.body, "figures"), figure_count);
    for (unsigned i = 0; i < figure_count; i++) {
      json_t *figure = json_array_get(json_at(report.body, "figures"), i);
      CU_ASSERT_STRING_EQUAL(text_at(figure, "key"), figures[i].key);
      CU_ASSERT_STRING_EQUAL(text_at(figure, "name"), figures[i].names[LANGUAGE_ZH_CN]);
      bool counted = figures[i].unit != UNIT_PERCENT && figures[i].unit != UNIT_RANK;
      double value = figure_read(&report, figures[i].key, "value"), before = figure_read(&report, figures[i].key, "before");
      CU_ASSERT_TRUE(counted ? value == 0 && before == 0 : isnan(value) && isnan(before));
      CU_ASSERT_TRUE(isnan(figure_read(&report, figures[i].key, "change")));
    }
  }
}

static void names_and_units_come_in_the_language_asked_for(void) {
  BOTH(t) {
    struct answer report = work_report(t, "analyst.chifeng", CITY, "2003-01-01", "2004-01-01");
    CU_ASSERT_STRING_EQUAL(text_at(figure_in(&report, "interviews"), "unit"), "次");
    client_manners(world()->client)->language = "en";
    report = work_report(t, "analyst.chifeng", CITY, "2003-01-01", "2004-01-01");
    client_manners(world()->client)->language = NULL;
    json_t *figure = figure_in(&report, "first_form_share");
    CU_ASSERT_STRING_EQUAL(text_at(figure, "name"), "Share of the first form");
    CU_ASSERT_STRING_EQUAL(text_at(figure, "unit"), "%");
    CU_ASSERT_STRING_EQUAL(text_at(figure, "changeUnit"), "percentage points");
  }
}

static void a_request_that_makes_no_sense_names_the_field(void) {
  static const struct {
    const char *request, *field, *reason;
  } cases[] = {
      {"{\"regionCode\":\"" CITY "\",\"from\":\"2003-01-01\",\"to\":\"2003-01-01\"}", "to", "NOT_A_PERIOD"},
      {"{\"regionCode\":\"" CITY "\",\"from\":\"2003-01-01\",\"to\":\"2002-01-01\"}", "to", "NOT_A_PERIOD"},
      {"{\"regionCode\":\"" CITY "\",\"from\":\"2003-01-01\",\"to\":\"2023-01-02\"}", "to", "NOT_A_PERIOD"},
      {"{\"regionCode\":\"" CITY "\",\"from\":\"1999-12-31\",\"to\":\"2002-01-01\"}", "from", NULL},
      {"{\"regionCode\":\"" CITY "\",\"from\":\"2003-02-30\",\"to\":\"2004-01-01\"}", "from", NULL},
      {"{\"regionCode\":\"" CITY "\",\"from\":\"2003-01-01\"}", "to", NULL},
      {"{\"regionCode\":\"150499000000\",\"from\":\"2003-01-01\",\"to\":\"2004-01-01\"}", "region_code", NULL},
      {"{\"from\":\"2003-01-01\",\"to\":\"2004-01-01\"}", "region_code", NULL},
      {"{\"regionCode\":\"" CITY "\",\"from\":\"2003-01-01\",\"to\":\"2004-01-01\",\"format\":\"pdf\"}", "format", NULL},
  };
  BOTH(t) {
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
      struct answer answer = ask(world()->client, t, token_of("supervisor.chifeng"), method, "%s", cases[i].request);
      CU_ASSERT_EQUAL(answer.code, CODE_INVALID_ARGUMENT);
      CU_ASSERT_TRUE(names_field(&answer, cases[i].field, cases[i].reason));
    }
  }
}

static void figures_are_those_of_what_the_caller_may_see(void) {
  put_lead(LINXI_VILLAGE, "2004-05-01 12:00", "", "");
  put_lead(BALIN_VILLAGE, "2004-05-01 12:00", "", "");
  put_lead(LINXI_VILLAGE, "2004-05-01 12:00", ", accused_names, accused_units, accused_posts, accused_users, accused_offices",
           arena_printf(client_memory(), ", '{某甲}', '{null}', '{null}', '{%s}', '{null}'", id_of("supervisor.linxi")));
  EXPECT("supervisor.chifeng", CITY, "2004-01-01", "2005-01-01", {"reports_received", 3});
  EXPECT("supervisor.chifeng", LINXI, "2004-01-01", "2005-01-01", {"reports_received", 2});
  EXPECT("supervisor.linxi", CITY, "2004-01-01", "2005-01-01", {"reports_received", 1});
  EXPECT("supervisor.linxi", LINXI_TOWNSHIP, "2004-01-01", "2005-01-01", {"reports_received", 1});
  BOTH(t) {
    struct answer wide = work_report(t, "supervisor.linxi", CITY, "2004-01-01", "2005-01-01");
    CU_ASSERT_TRUE(json_is_true(json_at(wide.body, "narrowed")));
    CU_ASSERT_EQUAL(count_at(wide.body, "countedRegionCodes"), 1);
    CU_ASSERT_STRING_EQUAL(text_at(wide.body, "countedRegionCodes.0"), LINXI);
    struct answer own = work_report(t, "supervisor.linxi", LINXI, "2004-01-01", "2005-01-01");
    CU_ASSERT_FALSE(json_is_true(json_at(own.body, "narrowed")));
    CU_ASSERT_STRING_EQUAL(text_at(own.body, "countedRegionCodes.0"), LINXI);
    struct answer elsewhere = work_report(t, "supervisor.linxi", BALIN, "2004-01-01", "2005-01-01");
    CU_ASSERT_EQUAL(elsewhere.code, CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(work_report(t, "officer.linxi", LINXI, "2004-01-01", "2005-01-01").code, CODE_PERMISSION_DENIED);
  }
}

// --- Reports received ---

static void a_report_counts_on_its_local_day_however_late_it_comes(void) {
  put_lead(VILLAGE, "2006-03-31 23:59:59.999999", ", uploaded_at", ", '2007-02-01'");
  put_lead(VILLAGE, "2006-04-01 00:00", "", "");
  put_lead(VILLAGE_2, "2006-06-30 23:59:59.999999", "", "");
  put_lead(VILLAGE, "2006-07-01 00:00", "", "");
  EXPECT("supervisor.chifeng", TOWNSHIP, "2006-04-01", "2006-07-01", {"reports_received", 2});
  EXPECT("supervisor.chifeng", VILLAGE, "2006-04-01", "2006-07-01", {"reports_received", 1});
  EXPECT("supervisor.chifeng", TOWNSHIP, "2006-03-01", "2006-04-01", {"reports_received", 1});
  EXPECT("supervisor.chifeng", CITY, "2006-03-31", "2006-07-02", {"reports_received", 4});
}

static void inspections_and_declined_ones_are_no_reports_undecided_ones_are(void) {
  static const char *const states[] = {"1", "2", "12", "10", "11"};
  for (int i = 0; i < 5; i++)
    put_lead(VILLAGE, "2007-05-01 10:00", ", state, class, occurrence",
             arena_printf(client_memory(), ", %s, %d, %s", states[i], i == 1 ? 3 : 1,
                          i == 0   ? "1"
                          : i == 2 ? "null"
                                   : "2"));
  put_lead(VILLAGE, "2007-05-01 10:00", ", channel, class, occurrence", ", 7, 1, 1");
  put_lead(VILLAGE, "2007-05-01 10:00", ", channel, class, occurrence", ", 8, 1, 1");
  EXPECT("supervisor.chifeng", COUNTY, "2007-01-01", "2008-01-01", {"reports_received", 5}, {"accusations_received", 4},
         {"accusations_initial", 2}, {"accusations_initial_share", 50});
}

static void changes_are_against_the_same_days_a_year_before(void) {
  // 2009: 4 from January to June and 2 after; 2010: 3 and 3; 2011: 6 and 1; 2012: 5.
  static const struct {
    const char *at;
    int count;
  } received[] = {{"2009-02-01", 4}, {"2009-08-01", 2}, {"2010-02-01", 3}, {"2010-08-01", 3},
                  {"2011-02-01", 6}, {"2011-08-01", 1}, {"2012-02-01", 5}};
  for (size_t i = 0; i < sizeof received / sizeof *received; i++) {
    for (int n = 0; n < received[i].count; n++)
      put_lead(VILLAGE, received[i].at, ", class, occurrence", n % 2 ? ", 1, 1" : ", 1, 2");
  }
  BOTH(t) {
    struct answer report = work_report(t, "supervisor.chifeng", COUNTY, "2012-01-01", "2012-07-01");
    CU_ASSERT_EQUAL(figure_read(&report, "reports_received", "value"), 5);
    CU_ASSERT_EQUAL(figure_read(&report, "reports_received", "before"), 6);
    CU_ASSERT_EQUAL(figure_read(&report, "reports_received", "change"), -16.7);
    CU_ASSERT_EQUAL(figure_read(&report, "reports_change", "value"), -16.7);
    CU_ASSERT_EQUAL(figure_read(&report, "reports_change", "before"), 100);
    CU_ASSERT_EQUAL(figure_read(&report, "reports_change", "change"), -116.7);
    CU_ASSERT_EQUAL(figure_read(&report, "reports_change_year_1", "value"), 16.7); // 7 after 6
    CU_ASSERT_EQUAL(figure_read(&report, "reports_change_year_2", "value"), 0);    // 6 after 6
    CU_ASSERT_TRUE(isnan(figure_read(&report, "reports_change_year_2", "before")));
    CU_ASSERT_EQUAL(figure_read(&report, "accusations_initial_share", "value"), 40);
    CU_ASSERT_EQUAL(figure_read(&report, "accusations_initial_share", "before"), 50);
    CU_ASSERT_EQUAL(figure_read(&report, "accusations_initial_share", "change"), -10);
  }
}

static void a_leap_day_has_no_year_before_and_shifts_no_other(void) {
  put_lead(VILLAGE, "2015-02-28 12:00", "", "");
  put_lead(VILLAGE, "2015-03-01 12:00", "", "");
  put_lead(VILLAGE, "2016-02-28 12:00", "", "");
  put_lead(VILLAGE, "2016-02-29 12:00", "", "");
  static const struct {
    const char *from, *to, *before_from, *before_to;
    double value, before;
  } cases[] = {
      {"2016-02-28", "2016-02-29", "2015-02-28", "2015-03-01", 1, 1},
      {"2016-02-29", "2016-03-01", "2015-03-01", "2015-03-01", 1, NAN},
      {"2016-02-01", "2016-03-01", "2015-02-01", "2015-03-01", 2, 1},
      {"2016-02-28", "2016-03-02", "2015-02-28", "2015-03-02", 2, 2},
      {"2017-02-01", "2017-03-01", "2016-02-01", "2016-03-01", 0, 2},
  };
  BOTH(t) {
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
      struct answer report = work_report(t, "supervisor.chifeng", COUNTY, cases[i].from, cases[i].to);
      CU_ASSERT_STRING_EQUAL(text_at(report.body, "beforeFrom"), cases[i].before_from);
      CU_ASSERT_STRING_EQUAL(text_at(report.body, "beforeTo"), cases[i].before_to);
      CU_ASSERT_EQUAL(figure_read(&report, "reports_received", "value"), cases[i].value);
      double before = figure_read(&report, "reports_received", "before");
      CU_ASSERT_TRUE(isnan(cases[i].before) ? isnan(before) : before == cases[i].before);
    }
  }
}

// --- What came of them ---

static void the_conclusion_in_force_at_the_end_counts(void) {
  const char *campaign = put_campaign("", "{1}"), *round = arena_printf(client_memory(), ", '%s', 1", campaign);
  const char *lead = put_lead(VILLAGE, "2008-01-10 10:00", ", campaign_id, sweep_round", round);
  conclude(lead, "2008-03-05 10:00", 3, ", person_names, person_units", ", '{某甲}', '{某村}'");
  reopen(lead, "2008-05-05 10:00");
  conclude(lead, "2008-08-05 10:00", 4, ", person_names, person_units", ", '{某甲,某乙}', '{某村,null}'");
  EXPECT("supervisor.chifeng", COUNTY, "2008-01-01", "2008-04-01", {"sweep_concluded", 1}, {"false_accusations", 1},
         {"false_accusers", 1});
  EXPECT("supervisor.chifeng", COUNTY, "2008-01-01", "2008-07-01", {"sweep_concluded", 0}, {"false_accusations", 0},
         {"false_accusers", 0});
  EXPECT("supervisor.chifeng", COUNTY, "2008-01-01", "2009-01-01", {"sweep_concluded", 1}, {"false_accusations", 1},
         {"false_accusers", 2});
  EXPECT("supervisor.chifeng", COUNTY, "2008-07-01", "2009-01-01", {"sweep_concluded", 1}, {"false_accusers", 2});
  reopen(lead, "2009-01-01 00:00");
  EXPECT("supervisor.chifeng", COUNTY, "2008-01-01", "2009-01-01", {"sweep_concluded", 1});
  EXPECT("supervisor.chifeng", COUNTY, "2008-01-01", "2009-01-02", {"sweep_concluded", 0});
}

static void linked_leads_are_one_matter_and_each_a_time(void) {
  const char *campaign = put_campaign("", "{1,2}");
  const char *leads[5], *round = arena_printf(client_memory(), ", '%s', 2", campaign);
  for (int i = 0; i < 5; i++) {
    leads[i] = put_lead(VILLAGE, "2013-02-01 10:00", ", campaign_id, sweep_round", round);
    conclude(leads[i], "2013-03-01 10:00", 3, "", "");
    tell(leads[i], "2013-03-02 10:00", 2, i + 1);
  }
  const char *between = put_lead(BALIN_VILLAGE, "2010-02-01 10:00", "", "");
  link_leads(leads[0], leads[1]);
  link_leads(leads[1], between);
  link_leads(between, leads[2]);
  EXPECT("supervisor.chifeng", COUNTY, "2013-01-01", "2014-01-01", {"sweep_problems", 5}, {"sweep_concluded", 5},
         {"sweep_reported_back", 3}, {"sweep_satisfaction", 50}, {"false_accusations", 3}, {"reports_received", 5});
  tell(leads[0], "2013-03-03 10:00", 1, 1);
  EXPECT("supervisor.chifeng", COUNTY, "2013-01-01", "2014-01-01", {"sweep_satisfaction", 50}, {"sweep_reported_back", 3});
}

static void officials_are_cleared_on_the_day_said(void) {
  const char *lead = put_lead(VILLAGE, "2014-02-01 10:00", "", "");
  conclude(lead, "2014-03-31 10:00", 2, ", cleared_names, cleared_units, cleared_on",
           ", '{某甲,某乙,某甲}', '{某镇,某镇,某镇}', '{2014-04-02,null,2014-04-03}'");
  EXPECT("supervisor.chifeng", COUNTY, "2014-01-01", "2014-04-01", {"officials_cleared", 1});
  EXPECT("supervisor.chifeng", COUNTY, "2014-04-01", "2014-07-01", {"officials_cleared", 1});
  EXPECT("supervisor.chifeng", COUNTY, "2014-01-01", "2014-07-01", {"officials_cleared", 2});
}

// --- Visits, cases, offices ---

static void visits_count_by_kind_and_only_accepted_ones(void) {
  const char *team = arena_printf(client_memory(), ", '{%s,%s}'", id_of("officer.linxi.2"), id_of("officer.linxi"));
  const char *went = ", team, material_names, material_copies";
  put_visit(VILLAGE, 1, "2018-05-01 09:00", went, arena_printf(client_memory(), "%s, '{a,b}', '{10,5}'", team));
  put_visit(VILLAGE, 8, "2018-05-02 09:00", went, arena_printf(client_memory(), "%s, '{a}', '{100}'", team));
  put_visit(VILLAGE_2, 8, "2018-05-03 09:00", "", "");
  put_visit(VILLAGE, 4, "2018-05-03 09:00", went, arena_printf(client_memory(), "%s, '{a}', '{1000}'", team));
  const char *held = put_visit(VILLAGE, 1, "2018-05-04 09:00", ", state, hold_reason", ", 2, 1");
  const char *down = put_visit(VILLAGE, 1, "2018-12-31 23:59", "", "");
  put_lead(VILLAGE, "2019-01-01 10:00", ", channel, visit_id", arena_printf(client_memory(), ", 5, '%s'", down));
  put_lead(VILLAGE, "2018-05-04 10:00", ", channel, visit_id", arena_printf(client_memory(), ", 5, '%s'", held));
  put_lead(VILLAGE, "2018-12-31 10:00", ", channel, visit_id, state", arena_printf(client_memory(), ", 5, '%s', 11", down));
  EXPECT("supervisor.chifeng", COUNTY, "2018-01-01", "2019-01-01", {"materials_handed_out", 115}, {"publicity_officers", 2},
         {"down_visit_person_times", 3}, {"down_visit_leads", 1});
  EXPECT("supervisor.chifeng", VILLAGE_2, "2018-01-01", "2019-01-01", {"publicity_officers", 1}, {"materials_handed_out", 0});
  EXPECT("supervisor.chifeng", COUNTY, "2019-01-01", "2020-01-01", {"down_visit_leads", 0});
}

static void problems_solved_at_receptions_count_once(void) {
  const char *leader = id_of("supervisor.linxi");
  CU_ASSERT_TRUE(sql_run("update account set leader = true where id = '%s'", leader)); // until the end of the test
  const char *listed = put_lead(VILLAGE, "2019-05-01 09:00", "", ""), *linked = put_lead(VILLAGE, "2019-05-01 09:00", "", "");
  link_leads(listed, linked);
  const char *led = arena_printf(client_memory(), ", '%s'", leader);
  put_visit(VILLAGE, 2, "2019-05-01 09:00", ", led_by, people_met, solved_descriptions, solved_leads",
            arena_printf(client_memory(), "%s, 7, '{a,b,c,d}', '{null,null,%s,%s}'", led, listed, linked));
  const char *visit =
      put_visit(VILLAGE, 2, "2019-05-02 09:00", ", led_by, people_met", arena_printf(client_memory(), "%s, 2", led));
  put_visit(VILLAGE, 2, "2019-05-03 09:00", ", led_by, people_met",
            arena_printf(client_memory(), ", '%s', 50", id_of("officer.balin")));
  for (int i = 0; i < 2; i++) {
    const char *lead =
        put_lead(VILLAGE, "2019-05-02 10:00", ", channel, visit_id", arena_printf(client_memory(), ", 6, '%s'", visit));
    conclude(lead, i == 0 ? "2019-06-01 10:00" : "2020-06-01 10:00", 1, ", problem_solved", ", true");
  }
  EXPECT("supervisor.chifeng", COUNTY, "2019-01-01", "2020-01-01", {"receptions", 2}, {"people_received", 9},
         {"reception_problems_solved", 4});
  EXPECT("supervisor.chifeng", COUNTY, "2019-05-02", "2019-06-01", {"receptions", 1}, {"reception_problems_solved", 0});
  CU_ASSERT_TRUE(sql_run("update account set leader = false where id = '%s'", leader));
}

static void cases_count_with_their_campaigns_and_persons_once(void) {
  const char *campaign = put_campaign("judicial", "{1}");
  const char *in_round = arena_printf(client_memory(), ", '%s', 1", campaign);
  const char *lead = put_lead(VILLAGE, "2020-01-05 10:00", ", campaign_id, sweep_round", in_round);
  const char *other = put_lead(VILLAGE, "2020-01-05 10:00", ", campaign_id", arena_printf(client_memory(), ", '%s'", campaign));
  const char *of_none = put_lead(VILLAGE, "2020-01-05 10:00", ", domain", ", 'judicial'");
  const char *first = put_case(lead, "2020-02-01 10:00"), *second = put_case(other, "2020-03-01 10:00"),
             *third = put_case(of_none, "2020-03-01 10:00");
  const char *person = put_person(first, ""), *same = put_person(second, person), *third_one = put_person(third, "");
  const char *handling = handle(first, person, 4, 8, "2020-04-01 10:00", "2020-05-01 10:00", true);
  handle(second, same, 2, 1, "2020-04-02 10:00", "", true);
  handle(third, third_one, 1, 0, "2020-04-03 10:00", "", true);
  const char *fourth_one = put_person(third, "");
  handle(third, fourth_one, 3, 1, "2020-04-03 10:00", "", false);
  CU_ASSERT_TRUE(sql_run("insert into review (handling_id, kind, asked_at, written_by)"
                         "select '%s', k, '2020-06-01 10:00+08', '%s' from generate_series(1, 2) k",
                         handling, id_of("officer.linxi")));
  talk(of_none, third_one, "2020-04-04 10:00");
  EXPECT("supervisor.chifeng", COUNTY, "2020-01-01", "2021-01-01", {"judicial_cases", 2}, {"judicial_persons", 1},
         {"judicial_disciplined", 1}, {"sweep_cases", 1}, {"sweep_disciplined", 1}, {"sweep_transferred", 1},
         {"disciplinary_reviews", 1}, {"four_forms", 4}, {"first_form_share", 50}, {"poverty_cases", 0});
  EXPECT("supervisor.chifeng", COUNTY, "2020-05-01", "2020-06-01", {"sweep_transferred", 1}, {"sweep_disciplined", 0},
         {"first_form_share", NAN});
}

static void problems_found_at_inspections_of_business_campaigns_are_rectified(void) {
  const char *campaign = put_campaign("business", "{}"), *office = put_office(TOWNSHIP, 2, "2020-01-01", "2020-01-02");
  const char *values = arena_printf(client_memory(), ", 7, '%s'", campaign);
  const char *solved = put_lead(VILLAGE, "2021-01-05 10:00", ", channel, campaign_id", values);
  const char *open = put_lead(VILLAGE, "2021-01-05 10:00", ", channel, campaign_id", values);
  const char *letter =
      put_lead(VILLAGE, "2021-01-05 10:00", ", campaign_id", arena_printf(client_memory(), ", '%s'", campaign));
  conclude(solved, "2021-02-01 10:00", 1, ", problem_solved", ", true");
  conclude(open, "2021-02-01 10:00", 1, "", "");
  conclude(letter, "2021-02-01 10:00", 1, ", problem_solved", ", true");
  const char *filed = put_case(letter, "2021-03-01 10:00");
  for (int i = 0; i < 2; i++)
    put_record("publication", office, "kind, title, published_on, case_id",
               arena_printf(client_memory(), "3, '虚构', '2021-04-0%d', '%s'", i + 1, filed));
  EXPECT("supervisor.chifeng", COUNTY, "2021-01-01", "2022-01-01", {"business_problems_rectified", 1}, {"business_cases", 1},
         {"business_publicised", 1}, {"business_disciplined", 0});
}

static void offices_and_what_they_did_count_on_their_days(void) {
  const char *office = put_office(TOWNSHIP, 3, "2022-01-01", "2023-01-01"),
             *agency = put_office(TOWNSHIP, 4, "2022-12-31", "2023-06-01");
  put_office(TOWNSHIP, 4, "2022-01-01", "2022-12-31");
  CU_ASSERT_TRUE(sql_run("insert into office_member (user_id, office_id, joined_on, left_on)"
                         "values ('%s', '%s', '2022-02-01', '2023-01-01'), ('%s', '%s', '2022-02-01', '2022-12-31')",
                         id_of("officer.linxi"), office, id_of("officer.linxi.2"), office));
  put_record("publication", office, "kind, title, published_on, views, views_read_on",
             "2, '虚构', '2022-03-01', 41, '2024-01-01'");
  put_record("publication", office, "kind, title, published_on", "2, '虚构', '2022-12-31'");
  put_record("publication", office, "kind, title, published_on, matter, in_force_to",
             "1, '虚构', '2022-03-01', 1, '2022-12-31'");
  put_record("publication", office, "kind, title, published_on, matter, in_force_to",
             "1, '虚构', '2022-03-01', 1, '2022-12-30'");
  put_record("publication", office, "kind, title, published_on, matter", "1, '虚构', '2023-01-01', 1");
  put_record("interview", office, "held_on, person_names, person_units, person_posts, reason",
             "'2022-05-01', '{某甲}', '{null}', '{null}', '虚构'");
  const char *withdrawn = put_record("interview", office, "held_on, person_names, person_units, person_posts, reason",
                                     "'2022-05-01', '{某甲}', '{null}', '{null}', '虚构'");
  CU_ASSERT_TRUE(
      sql_run("update interview set withdrawn_reason = '误录', withdrawn_by = created_by where id = '%s'", withdrawn));
  put_record("education", office, "held_on, title, people_reached", "'2022-05-01', '虚构', 120");
  put_record("education", agency, "held_on, title, people_reached", "'2022-05-02', '虚构', 3");
  put_record("commendation", office, "given_on, person_name", "'2022-05-02', '某甲'");
  put_record("recommendation", office,
             "number, addressed_to, issued_on, item_texts, item_due_on, item_verified_on, item_rectified, institution_names, "
             "institution_revised_on",
             "'测试一号', '某局', '2022-06-01', '{a,b,c,d}', '{2022-07-01,2022-12-31,2022-08-01,2023-01-01}', "
             "'{2022-07-01,2023-01-01,2022-08-02,2022-08-02}', '{t,t,f,t}', '{a,b}', '{2022-09-01,2023-02-01}'");
  CU_ASSERT_TRUE(sql_run("insert into indicator (id, kind, region_code, year, rank, source, etag, created_by, written_by)"
                         "select gen_random_uuid(), 2, " COUNTY ", y, y - 2018, '测评', sha256('x'), '%s', '%s'"
                         "from generate_series(2021, 2022) y",
                         id_of("supervisor.chifeng"), id_of("supervisor.chifeng")));
  EXPECT("supervisor.chifeng", TOWNSHIP, "2022-01-01", "2023-01-01", {"township_offices", 1}, {"office_officers", 1},
         {"stationed_agencies", 1}, {"notices_published", 2}, {"notice_views", 41}, {"disclosure_items", 1}, {"interviews", 1},
         {"people_educated", 123}, {"commendations", 1}, {"recommendations", 1}, {"institutions_revised", 1},
         {"rectification_rate", 33.3}, {"external_livelihood", NAN});
  EXPECT("supervisor.chifeng", TOWNSHIP, "2023-01-01", "2024-01-01", {"township_offices", 0}, {"stationed_agencies", 0},
         {"disclosure_items", 1}, {"rectification_rate", 100}, {"institutions_revised", 1});
  BOTH(t) {
    struct answer report = work_report(t, "supervisor.chifeng", COUNTY, "2022-01-01", "2023-01-01");
    CU_ASSERT_EQUAL(figure_read(&report, "external_livelihood", "value"), 4);
    CU_ASSERT_EQUAL(figure_read(&report, "external_livelihood", "before"), 3);
    CU_ASSERT_EQUAL(figure_read(&report, "external_livelihood", "change"), 1);
  }
}

// A village of one county is merged into one of another, on 1 July.
static void a_merged_region_keeps_what_it_was_until_that_day(void) {
  CU_ASSERT_TRUE(sql_run("insert into region (code, parent_code, level, name, current_code, successor_code, ended_on)"
                         "values (150423100299, " TOWNSHIP ", 5, '虚构并村', " BALIN_VILLAGE ", " BALIN_VILLAGE
                         ", '2011-07-01')"));
  put_lead("150423100299", "2011-06-30 23:59", "", "");
  put_lead("150423100299", "2011-07-01 00:00", "", "");
  put_lead(VILLAGE_2, "2011-07-02 00:00", "", "");
  EXPECT("supervisor.chifeng", TOWNSHIP, "2011-06-01", "2011-07-01", {"reports_received", 1});
  EXPECT("supervisor.chifeng", TOWNSHIP, "2011-07-01", "2011-07-31", {"reports_received", 1});
  EXPECT("supervisor.chifeng", BALIN, "2011-06-01", "2011-07-31", {"reports_received", 1});
  EXPECT("supervisor.chifeng", BALIN_VILLAGE, "2011-06-01", "2011-07-31", {"reports_received", 1});
  EXPECT("supervisor.chifeng", "150423100299", "2011-06-01", "2011-07-31", {"reports_received", 1});
  EXPECT("supervisor.chifeng", CITY, "2011-06-01", "2011-07-31", {"reports_received", 3});
}

// --- Analysts ---

// The two leads of Linxi are fewer than three, also as what is left of the city: so a second county is held back.
static void analysts_are_told_no_small_count_nor_one_that_shows_it(void) {
  static const struct {
    const char *region;
    int leads, accusations, initial;
  } places[] = {{VILLAGE, 6, 5, 4}, {BALIN_VILLAGE, 7, 3, 3}, {LINXI_VILLAGE, 2, 1, 0}};
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    for (int n = 0; n < places[i].leads; n++)
      put_lead(places[i].region, "2005-05-01 10:00", ", class, occurrence",
               arena_printf(client_memory(), ", %d, %d", n < places[i].accusations ? 1 : 2, n < places[i].initial ? 1 : 2));
  }
  EXPECT("supervisor.chifeng", LINXI, "2005-01-01", "2006-01-01", {"reports_received", 2}, {"accusations_received", 1});
  EXPECT("analyst.chifeng", CITY, "2005-01-01", "2006-01-01", {"reports_received", 15}, {"accusations_received", 9},
         {"accusations_initial", NAN}, {"accusations_initial_share", NAN}, {"interviews", NAN}, {"stationed_agencies", 0});
  EXPECT("analyst.chifeng", LINXI, "2005-01-01", "2006-01-01", {"reports_received", NAN});
  EXPECT("analyst.chifeng", COUNTY, "2005-01-01", "2006-01-01", {"reports_received", NAN}, {"accusations_received", NAN});
  EXPECT("analyst.chifeng", BALIN, "2005-01-01", "2006-01-01", {"reports_received", 7});
  static const struct {
    const char *region, *from, *to, *field;
  } refused[] = {{TOWNSHIP, "2005-01-01", "2006-01-01", "region_code"},
                 {CITY, "2005-01-02", "2006-01-01", "from"},
                 {CITY, "2005-01-01", "2005-07-01", "to"},
                 {CITY, "2005-01-01", "2007-01-01", "to"}};
  BOTH(t) {
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
      struct answer answer = work_report(t, "analyst.chifeng", refused[i].region, refused[i].from, refused[i].to);
      CU_ASSERT_EQUAL(answer.code, CODE_INVALID_ARGUMENT);
      CU_ASSERT_TRUE(names_field(&answer, refused[i].field, NULL));
    }
  }
}

// --- The document ---

static struct answer document_for(enum transport t, const char *user, const char *region, const char *format,
                                  const char *language) {
  client_manners(world()->client)->language = language;
  struct answer answer =
      ask(world()->client, t, token_of(user), method,
          "{\"regionCode\":\"%s\",\"from\":\"2017-01-01\",\"to\":\"2018-01-01\",\"format\":\"%s\"}", region, format);
  client_manners(world()->client)->language = NULL;
  return answer;
}

static void a_report_is_a_document_of_whole_sentences_in_either_language(void) {
  put_lead(VILLAGE, "2017-05-01 10:00", ", class, occurrence", ", 1, 2");
  const char *office = put_office("150423101000", 3, "2017-01-01", "");
  CU_ASSERT_TRUE(sql_run("update region set name = '虚构<镇>' where code = " VILLAGE_2));
  put_record("commendation", office, "given_on, person_name", "'2017-05-02', '某甲'");
  for (int n = 1; n <= 2; n++)
    put_record("commendation", office, "given_on, person_name", "'2016-05-02', '某甲'");
  struct answer chinese = document_for(GRPC, "supervisor.chifeng", COUNTY, "html", NULL);
  const char *html = text_at(chinese.body, "document.text");
  CU_ASSERT_STRING_EQUAL(text_at(chinese.body, "document.mediaType"), "text/html; charset=utf-8");
  CU_ASSERT_PTR_NOT_NULL(strstr(html, "<html lang=\"zh-CN\">"));
  CU_ASSERT_PTR_NOT_NULL(strstr(html, "2017年1月1日至2017年12月31日"));
  CU_ASSERT_PTR_NOT_NULL(strstr(html, "共受理信访举报1件次"));
  CU_ASSERT_PTR_NOT_NULL(strstr(html, "值得关注"));
  CU_ASSERT_PTR_NULL(strstr(html, "打伞破网”立案")); // nothing but zeros
  CU_ASSERT_PTR_NOT_NULL(strstr(html, "<td class=\"n\">—</td>"));
  CU_ASSERT_PTR_NOT_NULL(strstr(html, "“—”表示")); // what a dash means
  CU_ASSERT_PTR_NULL(strstr(html, "nan"));
  CU_ASSERT_PTR_NULL(strstr(html, "{reports"));
  struct answer english = document_for(GRPC, "supervisor.chifeng", COUNTY, "md", "en");
  const char *markdown = text_at(english.body, "document.text");
  CU_ASSERT_PTR_NOT_NULL(strstr(markdown, "From 1 January 2017 to 31 December 2017."));
  CU_ASSERT_PTR_NOT_NULL(strstr(markdown, "1 report was received"));
  CU_ASSERT_PTR_NOT_NULL(strstr(markdown, "## Where to look"));
  CU_ASSERT_PTR_NOT_NULL(strstr(markdown, "| Commendations | persons, repeats counted | 1 | 2 | -50% |"));
  struct answer escaped = document_for(GRPC, "supervisor.chifeng", VILLAGE_2, "html", NULL);
  CU_ASSERT_PTR_NOT_NULL(strstr(text_at(escaped.body, "document.text"), "<h1>虚构&lt;镇&gt;监察工作报告</h1>"));
  struct answer of_analyst = document_for(GRPC, "analyst.chifeng", COUNTY, "html", NULL);
  CU_ASSERT_PTR_NULL(strstr(text_at(of_analyst.body, "document.text"), "值得关注"));
  CU_ASSERT_PTR_NULL(json_at(of_analyst.body, "look.openLeads"));
}

static void over_rest_the_document_is_the_whole_answer(void) {
  struct answer html = document_for(REST, "supervisor.chifeng", COUNTY, "html", "en");
  CU_ASSERT_EQUAL(html.http, 200);
  CU_ASSERT_STRING_EQUAL(header_of(&html, "content-type"), "text/html; charset=utf-8");
  CU_ASSERT_STRING_EQUAL(header_of(&html, "content-language"), "en");
  CU_ASSERT_PTR_NOT_NULL(strstr(header_of(&html, "content-security-policy"), "style-src"));
  CU_ASSERT_PTR_NOT_NULL(strstr(header_of(&html, "content-disposition"), "work-report-" COUNTY "-2017-01-01-2018-01-01.html"));
  struct answer markdown = document_for(REST, "supervisor.chifeng", COUNTY, "md", NULL);
  CU_ASSERT_STRING_EQUAL(header_of(&markdown, "content-type"), "text/markdown; charset=utf-8");
  struct answer refused = document_for(REST, "supervisor.linxi", BALIN, "html", NULL);
  CU_ASSERT_EQUAL(refused.code, CODE_PERMISSION_DENIED);
  CU_ASSERT_STRING_EQUAL(header_of(&refused, "content-type"), "application/json");
}

SUITE_WITH(figures, world_open, client_forget, 120, TEST(an_empty_region_reads_zero_and_has_no_rates),
           TEST(names_and_units_come_in_the_language_asked_for), TEST(a_request_that_makes_no_sense_names_the_field),
           TEST(figures_are_those_of_what_the_caller_may_see), TEST(a_report_counts_on_its_local_day_however_late_it_comes),
           TEST(inspections_and_declined_ones_are_no_reports_undecided_ones_are),
           TEST(changes_are_against_the_same_days_a_year_before), TEST(a_leap_day_has_no_year_before_and_shifts_no_other),
           TEST(the_conclusion_in_force_at_the_end_counts), TEST(linked_leads_are_one_matter_and_each_a_time),
           TEST(officials_are_cleared_on_the_day_said), TEST(visits_count_by_kind_and_only_accepted_ones),
           TEST(problems_solved_at_receptions_count_once), TEST(cases_count_with_their_campaigns_and_persons_once),
           TEST(problems_found_at_inspections_of_business_campaigns_are_rectified),
           TEST(offices_and_what_they_did_count_on_their_days), TEST(a_merged_region_keeps_what_it_was_until_that_day),
           TEST(analysts_are_told_no_small_count_nor_one_that_shows_it),
           TEST(a_report_is_a_document_of_whole_sentences_in_either_language),
           TEST(over_rest_the_document_is_the_whole_answer));
