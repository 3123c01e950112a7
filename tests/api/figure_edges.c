// Figures at their edges: the moments, days and places where a count goes to one side or the other. Each test has years of its
// own.

#include "suite.h"
#include "support/client_wire.h"
#include "support/past.h"
#include "support/work_report.h"
#include <string.h>

// A county that no other suite writes in, and a village of it.
#define COUNTY "150428000000"
#define VILLAGE "150428100212"

static const char *text(const char *format, const char *value) {
  return arena_printf(client_memory(), format, value);
}

static const char *in_round(const char *campaign) {
  return text(", '%s', 1", campaign);
}

// --- Days ---

// One of each record that counts by a moment, in that very moment.
static void put_one_of_each(const char *at) {
  const char *campaign = put_campaign("judicial", "{1}");
  const char *lead = put_lead(VILLAGE, at, ", campaign_id, sweep_round", in_round(campaign));
  conclude(lead, at, 3, "", "");
  tell(lead, at, 2, 1);
  const char *of_case = put_case(lead, at), *person = put_person(of_case, "");
  const char *handling = handle(of_case, person, 4, 8, at, at, true);
  CU_ASSERT_TRUE(sql_run("insert into review (handling_id, kind, asked_at, written_by) values ('%s', 1, '%s+08', '%s')",
                         handling, at, id_of("officer.linxi")));
  put_visit(VILLAGE, 1, at, ", material_names, material_copies", ", '{册}', '{1}'");
  put_visit(VILLAGE, 8, at, "", "");
}

static void a_local_day_ends_with_its_last_microsecond_for_every_record(void) {
  put_one_of_each("2002-06-30 23:59:59.999999");
  put_one_of_each("2002-07-01 00:00:00");
  static const char *const halves[][2] = {{"2002-01-01", "2002-07-01"}, {"2002-07-01", "2003-01-01"}};
  for (int i = 0; i < 2; i++)
    EXPECT("supervisor.chifeng", VILLAGE, halves[i][0], halves[i][1], {"reports_received", 1}, {"sweep_problems", 1},
           {"sweep_concluded", 1}, {"false_accusations", 1}, {"sweep_reported_back", 1}, {"judicial_cases", 1},
           {"judicial_disciplined", 1}, {"four_forms", 1}, {"sweep_transferred", 1}, {"disciplinary_reviews", 1},
           {"down_visit_person_times", 1}, {"materials_handed_out", 1}, {"publicity_officers", 1});
}

static void a_record_counts_on_its_own_day_however_long_after_it_was_uploaded(void) {
  put_lead(VILLAGE, "2003-12-31 20:00", ", uploaded_at", ", '2005-03-01'");
  put_visit(VILLAGE, 1, "2003-12-31 20:00", ", received_at, written_at", ", '2005-03-01', '2005-03-01'");
  EXPECT("supervisor.chifeng", VILLAGE, "2003-12-31", "2004-01-01", {"reports_received", 1}, {"down_visit_person_times", 1});
  EXPECT("supervisor.chifeng", VILLAGE, "2004-01-01", "2006-01-01", {"reports_received", 0}, {"down_visit_person_times", 0});
}

// --- Conclusions ---

static void a_lead_concluded_three_times_counts_in_each_period_by_the_conclusion_in_force_at_its_end(void) {
  const char *campaign = put_campaign("", "{1}");
  const char *lead = put_lead(VILLAGE, "2006-01-10 10:00", ", campaign_id, sweep_round", in_round(campaign));
  static const char *const names = ", person_names, person_units";
  conclude(lead, "2006-02-10 10:00", 3, names, ", '{某甲}', '{某村}'");
  reopen(lead, "2006-03-10 10:00");
  conclude(lead, "2006-05-10 10:00", 4, names, ", '{某甲,某乙}', '{某村,某村}'");
  reopen(lead, "2006-06-10 10:00");
  conclude(lead, "2006-08-10 10:00", 3, names, ", '{某甲,某乙,某丙}', '{某村,某村,某村}'");
  static const struct {
    const char *from, *to;
    double concluded, accusers;
  } periods[] = {
      {"2006-01-01", "2006-03-01", 1, 1}, // the first stands
      {"2006-01-01", "2006-05-01", 0, 0}, // reopened
      {"2006-01-01", "2006-06-01", 1, 2}, // the second stands, and counts once
      {"2006-03-01", "2006-06-01", 1, 2}, // in its own period
      {"2006-01-01", "2006-08-01", 0, 0}, // reopened again
      {"2006-01-01", "2007-01-01", 1, 3}, // the third
      {"2006-02-01", "2006-03-10", 1, 1}, // to before the day of the reopening
      {"2006-02-01", "2006-03-11", 0, 0}, // with it
  };
  for (size_t i = 0; i < sizeof periods / sizeof *periods; i++)
    EXPECT("supervisor.chifeng", VILLAGE, periods[i].from, periods[i].to, {"sweep_concluded", periods[i].concluded},
           {"false_accusations", periods[i].concluded}, {"false_accusers", periods[i].accusers});
}

// --- Links ---

static void a_link_through_a_lead_out_of_sight_joins_nothing(void) {
  const char *leads[2], *hidden = put_lead(LINXI_VILLAGE, "2007-06-01 10:00",
                                           ", accused_names, accused_units, accused_posts, accused_users, accused_offices",
                                           text(", '{某甲}', '{null}', '{null}', '{%s}', '{null}'", id_of("supervisor.linxi")));
  for (int i = 0; i < 2; i++) {
    leads[i] = put_lead(LINXI_VILLAGE, "2007-06-01 10:00", "", "");
    conclude(leads[i], "2007-07-01 10:00", 3, "", "");
    link_leads(leads[i], hidden);
  }
  EXPECT("supervisor.linxi", LINXI, "2007-01-01", "2008-01-01", {"reports_received", 2}, {"false_accusations", 2});
  EXPECT("supervisor.chifeng", LINXI, "2007-01-01", "2008-01-01", {"reports_received", 3}, {"false_accusations", 1});
}

// --- Cases of several leads ---

static double judicial_cases(const char *region, const char *from, const char *to) {
  struct answer report = work_report(REST, "supervisor.chifeng", region, from, to);
  return figure_read(&report, "judicial_cases", "value");
}

// A case filed today of a lead here and one of Linxi, in this order; its id.
static const char *file_case(enum transport t, const char *first, const char *second) {
  struct answer filed = ask(world()->client, t, token_of("supervisor.chifeng"), "CaseService/CreateCase",
                            "{\"case\":{\"title\":\"虚构：两件并查\",\"leadIds\":[\"%s\",\"%s\"]}}", first, second);
  CU_ASSERT_EQUAL_FATAL(filed.code, CODE_OK);
  return text_at(filed.body, "id");
}

static void a_case_of_several_leads_counts_once_where_its_first_lead_happened(void) {
  const char *from = sql_text("select date_trunc('year', now() at time zone 'Asia/Shanghai')::date"),
             *to = sql_text("select (date '%s' + interval '1 year')::date", from);
  const char *campaign = put_campaign("judicial", "{}"), *of = text(", '%s'", campaign);
  double here = judicial_cases(COUNTY, from, to), linxi = judicial_cases(LINXI, from, to),
         city = judicial_cases(CITY, from, to);
  BOTH(t) {
    file_case(t, put_lead(VILLAGE, "2008-01-01 10:00", ", campaign_id", of),
              put_lead(LINXI_VILLAGE, "2008-01-01 10:00", ", campaign_id", of));
    CU_ASSERT_EQUAL(judicial_cases(COUNTY, from, to), ++here);
    CU_ASSERT_EQUAL(judicial_cases(LINXI, from, to), linxi);
    CU_ASSERT_EQUAL(judicial_cases(CITY, from, to), ++city);
  }
}

// The two codes stand for one village since 2009: only what was recorded tells them apart.
static void a_case_follows_its_first_lead_to_the_place_that_it_is_corrected_to(void) {
  CU_ASSERT_TRUE(sql_run("insert into region (code, parent_code, level, name, current_code, successor_code, ended_on)"
                         "values (150428100298, 150428100000, 5, '虚构并村', " VILLAGE ", " VILLAGE ", '2009-07-01')"));
  const char *lead = put_lead("150428100298", "2009-02-01 10:00", "", "");
  const char *of_case = put_case(lead, "2009-03-01 10:00");
  CU_ASSERT_TRUE(sql_run("update lead set region_code = " VILLAGE " where id = '%s'", lead));
  CU_ASSERT_STRING_EQUAL(sql_text("select region_code from case_file where id = '%s'", of_case), VILLAGE);
}

// --- Places ---

static void a_grant_narrower_than_what_is_asked_counts_its_own_and_says_so(void) {
  put_lead(LINXI_VILLAGE, "2010-05-01 10:00", "", "");
  put_lead(VILLAGE, "2010-05-01 10:00", "", "");
  const char *visit = put_visit(VILLAGE, 1, "2010-05-01 10:00", "", "");
  put_lead(LINXI_VILLAGE, "2010-05-01 11:00", ", channel, visit_id", text(", 5, '%s'", visit));
  EXPECT("supervisor.linxi", CITY, "2010-01-01", "2011-01-01", {"reports_received", 2}, {"down_visit_person_times", 0},
         {"down_visit_leads", 1});
  EXPECT("supervisor.chifeng", CITY, "2010-01-01", "2011-01-01", {"reports_received", 3}, {"down_visit_person_times", 1},
         {"down_visit_leads", 1});
  BOTH(t) {
    struct answer report = work_report(t, "supervisor.linxi", CITY, "2010-01-01", "2011-01-01");
    CU_ASSERT_TRUE(json_is_true(json_at(report.body, "narrowed")));
    CU_ASSERT_STRING_EQUAL(text_at(report.body, "countedRegionCodes.0"), LINXI);
  }
}

SUITE_WITH(figure_edges, world_open, client_forget, 120, TEST(a_local_day_ends_with_its_last_microsecond_for_every_record),
           TEST(a_record_counts_on_its_own_day_however_long_after_it_was_uploaded),
           TEST(a_lead_concluded_three_times_counts_in_each_period_by_the_conclusion_in_force_at_its_end),
           TEST(a_link_through_a_lead_out_of_sight_joins_nothing),
           TEST(a_case_of_several_leads_counts_once_where_its_first_lead_happened),
           TEST(a_case_follows_its_first_lead_to_the_place_that_it_is_corrected_to),
           TEST(a_grant_narrower_than_what_is_asked_counts_its_own_and_says_so));
