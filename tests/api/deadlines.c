// Deadlines: working days by the calendar, what each step sets, extensions, what is overdue, and who is reminded of it.

#include "suite.h"
#include "support/client_wire.h"
#include "support/reminders.h"
#include "support/world.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { DEADLINES_LIMIT_S = 180, DAY_S = 24 * 3600 };

#define FEEDBACK "{\"way\":\"FEEDBACK_WAY_IN_PERSON\",\"audience\":\"FEEDBACK_AUDIENCE_REPORTER\"}"

static struct answer call(enum transport t, const char *user, const char *method, const char *request) {
  return ask(world()->client, t, token_of(user), method, "%s", request);
}

static const char *raise(const char *user, const char *more) {
  const char *id = fresh_id();
  struct answer answer =
      ask(world()->client, GRPC, token_of(user), "LeadService/CreateLead", "{\"lead\":%s}", lead_json(id, LINXI_VILLAGE, more));
  CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
  return id;
}

// A request about a lead with its present etag and `more` members.
static const char *about(const char *id, const char *more) {
  return arena_printf(client_memory(), "{\"id\":\"%s\",\"etag\":\"%s\"%s}", id,
                      sql_text("select encode(etag, 'base64') from lead where id = '%s'", id), more);
}

static void must(struct answer answer) {
  if (answer.code != CODE_OK)
    fprintf(stderr, "        %s %s\n", answer.reason, json_dumps(answer.body, JSON_COMPACT));
  CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
}

static struct answer try_step(enum transport t, const char *user, const char *id, const char *to, const char *more) {
  return call(t, user, "LeadService/AdvanceLead",
              about(id, arena_printf(client_memory(), ",\"to\":\"LEAD_STATE_%s\"%s", to, more)));
}

static void advance(enum transport t, const char *user, const char *id, const char *to, const char *more) {
  must(try_step(t, user, id, to, more));
}

// Behind the server's back: without its triggers nothing else changes.
static void set_lead(const char *id, const char *assignment) {
  CU_ASSERT_TRUE_FATAL(sql_run("alter table lead disable trigger user; update lead set %s where id = '%s';"
                               "alter table lead enable trigger user",
                               assignment, id));
}

static bool lasts_until(int days, const char *since, const char *end) {
  return sql_number("select (end_of_working_days(%d, '%s') = '%s')::int", days, since, end);
}

static void set_day(enum transport t, const char *day, const char *kind) {
  must(call(t, "admin", "CalendarService/SetHoliday",
            arena_printf(client_memory(), "{\"holiday\":{\"day\":\"%s\",\"kind\":\"HOLIDAY_KIND_%s\",\"name\":\"测试\"}}", day,
                         kind)));
}

static void working_days_go_by_the_week_and_by_what_admins_say_of_days(void) {
  BOTH(t) {
    const char *monday = "2032-02-02T10:00:00+08:00";
    CU_ASSERT_TRUE(lasts_until(1, monday, "2032-02-04T00:00:00+08:00"));                 // until the end of Tuesday
    CU_ASSERT_TRUE(lasts_until(5, monday, "2032-02-10T00:00:00+08:00"));                 // over the weekend
    CU_ASSERT_TRUE(lasts_until(1, "2032-02-02T23:30:00Z", "2032-02-05T00:00:00+08:00")); // Tuesday already, by local days
    set_day(t, "2032-02-03", "HOLIDAY");
    CU_ASSERT_TRUE(lasts_until(1, monday, "2032-02-05T00:00:00+08:00"));
    set_day(t, "2032-02-07", "MAKE_UP_DAY"); // a Saturday
    CU_ASSERT_TRUE(lasts_until(4, monday, "2032-02-08T00:00:00+08:00"));
    struct answer list = call(t, "nobody", "CalendarService/ListHolidays", "{\"from\":\"2032-02-01\",\"to\":\"2032-03-01\"}");
    CU_ASSERT_EQUAL(count_at(list.body, "holidays"), 2);
    CU_ASSERT_STRING_EQUAL(text_at(list.body, "holidays.1.day"), "2032-02-07");
    CU_ASSERT_STRING_EQUAL(text_at(list.body, "holidays.1.kind"), "HOLIDAY_KIND_MAKE_UP_DAY");
    set_day(t, "2032-02-03", "ORDINARY");
    set_day(t, "2032-02-07", "ORDINARY");
    CU_ASSERT_TRUE(lasts_until(5, monday, "2032-02-10T00:00:00+08:00"));
  }
}

// Counted from its last step, which midnight may part from this look at it.
static bool is_due_after(const char *id, int working_days) {
  return sql_number(
      "select (due_at = end_of_working_days(%d, (select max(e.at) from lead_event e where e.lead_id = l.id)))::int "
      "from lead l where l.id = '%s'",
      working_days, id);
}

static void each_step_sets_when_the_next_is_due_and_a_domain_may_have_its_own(void) {
  BOTH(t) {
    const char *id = raise("officer.linxi", ""), *poor = raise("officer.linxi", ",\"domain\":\"poverty\"");
    const char *pushed = fresh_id();
    must(ask(world()->client, t, token_of("officer.linxi"), "SyncService/Push", "{\"leads\":[%s]}",
             lead_json(pushed, LINXI_VILLAGE, "")));
    CU_ASSERT_TRUE(is_due_after(id, 15));
    CU_ASSERT_TRUE(is_due_after(pushed, 15));
    const char *poor_pushed = fresh_id();
    CU_ASSERT_TRUE(sql_run("insert into lead_deadline (state, domain, working_days) values (1, 'poverty', 7)"));
    must(ask(world()->client, t, token_of("officer.linxi"), "SyncService/Push", "{\"leads\":[%s]}",
             lead_json(poor_pushed, LINXI_VILLAGE, ",\"domain\":\"poverty\"")));
    CU_ASSERT_TRUE(is_due_after(poor_pushed, 7));
    CU_ASSERT_TRUE(sql_run("delete from lead_deadline where state = 1 and domain = 'poverty'"));
    set_lead(id, "state = 3");
    set_lead(poor, "state = 3");
    advance(t, "officer.linxi", id, "VERIFYING", "");
    advance(t, "officer.linxi", poor, "VERIFYING", "");
    CU_ASSERT_TRUE(is_due_after(id, 30));
    CU_ASSERT_TRUE(is_due_after(poor, 20));
    advance(t, "supervisor.linxi", id, "SHELVED", ",\"reason\":\"暂无线索\"");
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead where id = '%s' and due_at is null", id), 1);
    advance(t, "supervisor.linxi", id, "REOPENED",
            arena_printf(client_memory(), ",\"reason\":\"新线索\",\"dueAt\":\"%s\"", time_from_now(3 * DAY_S)));
    CU_ASSERT_FALSE(is_due_after(id, 5)); // the one that was given
    struct answer deadlines = call(t, "nobody", "StepService/ListDeadlines", "{}");
    CU_ASSERT_STRING_EQUAL(text_at(deadlines.body, "deadlines.0.state"), "LEAD_STATE_RECEIVED");
    CU_ASSERT_EQUAL(number_at(deadlines.body, "deadlines.0.workingDays"), 15);
  }
}

static void a_later_day_than_the_table_gives_is_a_supervisors_with_a_reason(void) {
  BOTH(t) {
    const char *id = raise("officer.linxi", ""), *accepted = raise("officer.linxi", ""), *sooner = time_from_now(3 * DAY_S);
    const char *later = arena_printf(client_memory(), ",\"dueAt\":\"%s\"", time_from_now(300 * DAY_S));
    set_lead(id, "state = 3");
    struct answer answer = try_step(t, "officer.linxi", id, "VERIFYING", later);
    CU_ASSERT_TRUE(names_field(&answer, "due_at", "OUT_OF_RANGE"));
    advance(t, "officer.linxi", id, "VERIFYING", arena_printf(client_memory(), ",\"dueAt\":\"%s\"", sooner));
    answer = call(t, "officer.linxi", "LeadService/GetLead", arena_printf(client_memory(), "{\"id\":\"%s\"}", id));
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "dueAt"), sooner);
    answer = try_step(t, "supervisor.linxi", accepted, "ACCEPTED", later);
    CU_ASSERT_TRUE(names_field(&answer, "reason", "REQUIRED"));
    advance(t, "supervisor.linxi", accepted, "ACCEPTED", arena_printf(client_memory(), "%s,\"reason\":\"人手不足\"", later));
  }
}

static void a_transferred_lead_is_due_until_somebody_accepts_it(void) {
  BOTH(t) {
    const char *id = raise("officer.linxi", ""), *office = sql_text("select id from office where region_code = " BALIN);
    advance(t, "supervisor.linxi", id, "TRANSFERRED",
            arena_printf(client_memory(), ",\"reason\":\"属地办理\",\"officeId\":\"%s\"", office));
    CU_ASSERT_TRUE(is_due_after(id, 5));
  }
}

static struct answer extend(enum transport t, const char *user, const char *id, const char *due_at, const char *reason) {
  return call(t, user, "LeadService/ExtendDeadline",
              about(id, arena_printf(client_memory(), ",\"dueAt\":\"%s\",\"reason\":\"%s\"", due_at, reason)));
}

static void a_supervisor_puts_a_deadline_off_with_a_reason_that_the_timeline_tells(void) {
  BOTH(t) {
    const char *id = raise("officer.linxi", ""), *later = time_from_now(200 * DAY_S);
    struct answer answer = extend(t, "supervisor.linxi", id, later, "");
    CU_ASSERT_TRUE(names_field(&answer, "reason", "REQUIRED"));
    CU_ASSERT_EQUAL(extend(t, "officer.linxi", id, later, "人手不足").code, CODE_PERMISSION_DENIED);
    answer = extend(t, "supervisor.linxi", id, time_from_now(DAY_S), "提前");
    CU_ASSERT_TRUE(names_field(&answer, "due_at", "OUT_OF_RANGE"));
    must(extend(t, "supervisor.linxi", id, later, "人手不足"));
    struct answer events =
        call(t, "officer.linxi", "LeadService/ListLeadEvents", arena_printf(client_memory(), "{\"id\":\"%s\"}", id));
    CU_ASSERT_STRING_EQUAL(text_at(events.body, "events.1.kind"), "LEAD_EVENT_KIND_EXTENDED");
    CU_ASSERT_STRING_EQUAL(text_at(events.body, "events.1.note"), "人手不足");
    CU_ASSERT_STRING_EQUAL(text_at(events.body, "events.1.dueAt"), later);
  }
}

static bool lists(enum transport t, const char *user, const char *filter, const char *id) {
  struct answer answer = call(t, user, "LeadService/ListLeads", arena_printf(client_memory(), "{\"pageSize\":500%s}", filter));
  char *text = json_dumps(answer.body, JSON_COMPACT);
  bool found = answer.code == CODE_OK && strstr(text, id);
  free(text);
  return found;
}

static void overdue_leads_are_listed_alone_or_left_out(void) {
  static const char *const callers[] = {"officer.linxi", "supervisor.linxi", "supervisor.chifeng"};
  BOTH(t) {
    const char *late = raise("officer.linxi", ""), *timely = raise("officer.linxi", ""), *shelved = raise("officer.linxi", "");
    set_lead(late, "due_at = now() - interval '1 hour'");
    set_lead(shelved, "state = 13, due_at = null");
    for (size_t i = 0; i < sizeof callers / sizeof *callers; i++) {
      CU_ASSERT_TRUE(lists(t, callers[i], ",\"overdue\":\"OVERDUE_ONLY\"", late));
      CU_ASSERT_FALSE(lists(t, callers[i], ",\"overdue\":\"OVERDUE_ONLY\"", timely));
      CU_ASSERT_FALSE(lists(t, callers[i], ",\"overdue\":\"OVERDUE_ONLY\"", shelved));
      CU_ASSERT_FALSE(lists(t, callers[i], ",\"overdue\":\"OVERDUE_NONE\"", late));
      CU_ASSERT_TRUE(lists(t, callers[i], ",\"overdue\":\"OVERDUE_NONE\"", timely));
      CU_ASSERT_TRUE(lists(t, callers[i], ",\"overdue\":\"OVERDUE_NONE\"", shelved));
      CU_ASSERT_TRUE(lists(t, callers[i], "", late));
    }
  }
}

static void days_end_where_the_server_counts_them(void) {
  struct instance instance;
  CU_ASSERT_TRUE_FATAL(instance_start(&instance, (const char *const[]){"ZOUFANG_TIME_ZONE=America/New_York", NULL}));
  BOTH(t) {
    const char *here = fresh_id(), *there = fresh_id();
    must(ask(world()->client, t, token_of("officer.linxi"), "LeadService/CreateLead", "{\"lead\":%s}",
             lead_json(here, LINXI_VILLAGE, "")));
    must(ask(instance.client, t, token_of("officer.linxi"), "LeadService/CreateLead", "{\"lead\":%s}",
             lead_json(there, LINXI_VILLAGE, "")));
    const char *midnight = "select to_char(due_at at time zone '%s', 'HH24:MI') from lead where id = '%s'";
    CU_ASSERT_STRING_EQUAL(sql_text(midnight, "Asia/Shanghai", here), "00:00");
    CU_ASSERT_STRING_EQUAL(sql_text(midnight, "America/New_York", there), "00:00");
  }
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

// --- Reminders ---------------------------------------------------------------------------------------------------------------

static void an_overdue_lead_is_told_once_to_the_supervisors_one_level_above_its_office(void) {
  BOTH(t) {
    const char *of_county = raise("officer.linxi", ""), *of_township = raise("officer.linxi.2", "");
    const char *chief = "", *county = "", *officer = "";
    CU_ASSERT_EQUAL(reminders_pulled(t, "supervisor.chifeng", &chief, "OVERDUE_LEAD", of_county), 0);
    CU_ASSERT_EQUAL(reminders_pulled(t, "supervisor.linxi", &county, "OVERDUE_LEAD", of_township), 0);
    set_lead(of_county, "due_at = now()");
    set_lead(of_township, "due_at = now()");
    CU_ASSERT_EQUAL(reminders_pulled_soon(t, "supervisor.chifeng", &chief, "OVERDUE_LEAD", of_county), 1);
    CU_ASSERT_EQUAL(reminders_pulled(t, "supervisor.chifeng", &chief, "OVERDUE_LEAD", of_county), 0);
    const char *anew = "";
    CU_ASSERT_EQUAL(reminders_pulled(t, "supervisor.linxi", &anew, "OVERDUE_LEAD", of_county), 0);
    CU_ASSERT_EQUAL(reminders_pulled_soon(t, "supervisor.linxi", &county, "OVERDUE_LEAD", of_township), 1);
    CU_ASSERT_EQUAL(reminders_pulled(t, "officer.linxi", &officer, "OVERDUE_LEAD", of_county), 0);
    anew = "";
    CU_ASSERT_EQUAL(reminders_pulled(t, "supervisor.chifeng", &anew, "OVERDUE_LEAD", of_county), 1); // a new phone is told too
  }
}

static void an_answer_that_a_reporter_is_owed_is_told_until_he_was_told(void) {
  BOTH(t) {
    const char *id = raise("officer.linxi", ",\"reporter\":{\"name\":\"虚构人\"}"), *chief = "";
    advance(t, "supervisor.linxi", id, "ACCEPTED", "");
    CU_ASSERT_EQUAL(sql_number("select (answer_due_at = end_of_working_days(15, (select max(e.at) from lead_event e where "
                               "e.lead_id = l.id)))::int from lead l where l.id = '%s'",
                               id),
                    1);
    CU_ASSERT_EQUAL(reminders_pulled(t, "supervisor.chifeng", &chief, "ANSWER_OWED", id), 0);
    set_lead(id, "answer_due_at = now()");
    CU_ASSERT_EQUAL(reminders_pulled_soon(t, "supervisor.chifeng", &chief, "ANSWER_OWED", id), 1);
    must(call(t, "officer.linxi", "LeadService/TellReporter", about(id, ",\"feedback\":" FEEDBACK)));
    chief = "";
    CU_ASSERT_EQUAL(reminders_pulled(t, "supervisor.chifeng", &chief, "ANSWER_OWED", id), 0);
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead where id = '%s' and answer_due_at is null", id), 1);
    struct answer lead = call(t, "officer.linxi", "LeadService/GetLead", arena_printf(client_memory(), "{\"id\":\"%s\"}", id));
    CU_ASSERT_STRING_EQUAL(text_at(lead.body, "feedbacks.0.about"), "FEEDBACK_ABOUT_ACCEPTANCE");
    struct answer events =
        call(t, "officer.linxi", "LeadService/ListLeadEvents", arena_printf(client_memory(), "{\"id\":\"%s\"}", id));
    CU_ASSERT_STRING_EQUAL(text_at(events.body, "events.2.kind"), "LEAD_EVENT_KIND_REPORTER_TOLD");
  }
}

static void a_reporter_whose_name_is_known_only_later_is_owed_an_answer_too(void) {
  BOTH(t) {
    const char *id = raise("officer.linxi", "");
    advance(t, "supervisor.linxi", id, "ACCEPTED", "");
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead where id = '%s' and answer_due_at is null", id), 1);
    must(ask(world()->client, t, token_of("officer.linxi"), "LeadService/UpdateLead",
             "{\"lead\":{\"id\":\"%s\",\"etag\":\"%s\",\"reporter\":{\"name\":\"虚构某\"}},\"updateMask\":\"reporter\"}", id,
             sql_text("select encode(etag, 'base64') from lead where id = '%s'", id)));
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead where id = '%s' and answer_due_at > now()", id), 1);
  }
}

static void an_anonymous_reporter_is_owed_nothing(void) {
  BOTH(t) {
    const char *id = raise("officer.linxi", ",\"reporter\":{\"anonymous\":true}");
    advance(t, "supervisor.linxi", id, "ACCEPTED", "");
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead where id = '%s' and answer_due_at is null", id), 1);
    set_lead(id, "state = 14");
    advance(t, "supervisor.linxi", id, "CLOSED", ",\"reason\":\"匿名，无人可告知\"");
  }
}

static void a_declined_lead_and_a_false_accusation_are_told_one_level_up(void) {
  BOTH(t) {
    const char *declined = raise("officer.linxi", ""), *false_one = raise("officer.linxi", ""), *chief = "", *county = "";
    set_lead(false_one, "state = 4");
    reminders_pulled(t, "supervisor.chifeng", &chief, "", "");
    advance(t, "supervisor.linxi", declined, "DECLINED", ",\"reason\":\"不属受理范围\"");
    advance(t, "officer.linxi", false_one, "CONCLUSION_PROPOSED",
            ",\"outcome\":{\"finding\":\"OUTCOME_FINDING_FALSE_ACCUSATION\",\"persons\":[{\"name\":\"某人\"}]}");
    CU_ASSERT_EQUAL(reminders_pulled(t, "supervisor.chifeng", &chief, "FALSE_ACCUSATION", false_one), 0);
    advance(t, "supervisor.linxi", false_one, "CONCLUDED", "");
    CU_ASSERT_EQUAL(reminders_pulled(t, "supervisor.chifeng", &chief, "FALSE_ACCUSATION", false_one), 1);
    chief = "";
    CU_ASSERT_EQUAL(reminders_pulled(t, "supervisor.chifeng", &chief, "DECLINED_LEAD", declined), 1);
    CU_ASSERT_EQUAL(reminders_pulled(t, "supervisor.linxi", &county, "DECLINED_LEAD", declined), 0);
  }
}

static void a_held_visit_is_told_to_the_supervisors_of_its_region(void) {
  BOTH(t) {
    const char *county = "", *officer = "", *id = fresh_id();
    reminders_pulled(t, "supervisor.linxi", &county, "", "");
    must(ask(world()->client, t, token_of("officer.balin"), "SyncService/Push", "{\"visits\":[%s]}",
             visit_json(id, LINXI_VILLAGE, "")));
    CU_ASSERT_EQUAL(reminders_pulled(t, "supervisor.linxi", &county, "HELD_VISIT", id), 1);
    CU_ASSERT_EQUAL(reminders_pulled(t, "supervisor.linxi", &county, "HELD_VISIT", id), 0);
    CU_ASSERT_EQUAL(reminders_pulled(t, "officer.linxi", &officer, "HELD_VISIT", id), 0);
    must(call(t, "supervisor.linxi", "VisitService/AcceptVisit",
              arena_printf(client_memory(), "{\"id\":\"%s\",\"etag\":\"%s\"}", id,
                           sql_text("select encode(etag, 'base64') from visit where id = '%s'", id))));
    county = "";
    CU_ASSERT_EQUAL(reminders_pulled(t, "supervisor.linxi", &county, "HELD_VISIT", id), 0);
  }
}

SUITE_WITH(deadlines, world_open, client_forget, DEADLINES_LIMIT_S,
           TEST(working_days_go_by_the_week_and_by_what_admins_say_of_days),
           TEST(each_step_sets_when_the_next_is_due_and_a_domain_may_have_its_own),
           TEST(a_later_day_than_the_table_gives_is_a_supervisors_with_a_reason),
           TEST(a_transferred_lead_is_due_until_somebody_accepts_it),
           TEST(a_supervisor_puts_a_deadline_off_with_a_reason_that_the_timeline_tells),
           TEST(overdue_leads_are_listed_alone_or_left_out), TEST(days_end_where_the_server_counts_them),
           TEST(an_overdue_lead_is_told_once_to_the_supervisors_one_level_above_its_office),
           TEST(an_answer_that_a_reporter_is_owed_is_told_until_he_was_told),
           TEST(a_reporter_whose_name_is_known_only_later_is_owed_an_answer_too), TEST(an_anonymous_reporter_is_owed_nothing),
           TEST(a_declined_lead_and_a_false_accusation_are_told_one_level_up),
           TEST(a_held_visit_is_told_to_the_supervisors_of_its_region));
