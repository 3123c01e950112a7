// Plans of visits, and the villages that wait for one.

#include "suite.h"
#include "support/client_wire.h"
#include "support/listing.h"
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

// Villages that no other test visits.
#define FIRST "150424100203"
#define SECOND "150424100204"
#define THIRD "150424100218"

static struct answer plan(enum transport t, const char *user, const char *regions, const char *officer, const char *due_on,
                          const char *request_id) {
  return ask(world()->client, t, token_of(user), "VisitService/PlanVisits",
             "{\"regionCodes\":[%s],\"officerIds\":[\"%s\"],\"dueOn\":\"%s\",\"purpose\":\"测试：回访\",\"requestId\":\"%s\"}",
             regions, officer, due_on, request_id);
}

// The day so many days from now, by the server's count of days.
static const char *day_from_now(int days) {
  return sql_text("select local_day(now()) + %d", days);
}

// A village in what waits for a visit since a day; NULL where it does not.
static json_t *waiting(enum transport t, const char *user, const char *region, const char *not_since) {
  struct answer answer = ask(world()->client, t, token_of(user), "VisitService/ListCoverage",
                             "{\"regionCode\":\"%s\",\"notSince\":\"%s\",\"pageSize\":500}", region, not_since);
  CU_ASSERT_EQUAL(answer.code, CODE_OK);
  size_t i;
  json_t *village;
  json_array_foreach(json_at(answer.body, "villages"), i, village) {
    if (!strcmp(text_at(village, "regionCode"), region))
      return village;
  }
  return NULL;
}

static void visit(const char *user, const char *region) {
  struct answer answer = ask(world()->client, REST, token_of(user), "VisitService/CreateVisit",
                             "{\"visit\":{\"kind\":\"VISIT_KIND_RETURN_VISIT\",\"regionCode\":\"%s\",\"startedAt\":\"%s\"}}",
                             region, time_from_now(0));
  CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
}

static json_t *plan_in(enum transport t, const char *user, const char *id) {
  struct answer answer = ask(world()->client, t, token_of(user), "VisitService/ListVisitPlans",
                             "{\"dueFrom\":\"%s\",\"pageSize\":500}", day_from_now(0));
  CU_ASSERT_EQUAL(answer.code, CODE_OK);
  return element_with(json_at(answer.body, "plans"), "id", id);
}

static void a_plan_is_read_by_those_who_work_in_its_region_and_those_who_are_to_go(void) {
  BOTH(t) {
    const char *stranger = id_of("officer.balin");
    struct answer made =
        plan(t, "supervisor.linxi", "\"" FIRST "\",\"" SECOND "\"", id_of("officer.linxi"), day_from_now(3), fresh_id());
    CU_ASSERT_EQUAL_FATAL(made.code, CODE_OK);
    CU_ASSERT_EQUAL(count_at(made.body, "plans"), 2);
    CU_ASSERT_STRING_EQUAL(text_at(made.body, "plans.0.regionCode"), FIRST);
    CU_ASSERT_STRING_EQUAL(text_at(made.body, "plans.1.dueOn"), day_from_now(3));
    CU_ASSERT_STRING_EQUAL(text_at(made.body, "plans.0.plannedBy"), id_of("supervisor.linxi"));
    const char *id = text_at(made.body, "plans.0.id");
    CU_ASSERT_PTR_NOT_NULL(plan_in(t, "officer.linxi", id));
    CU_ASSERT_PTR_NOT_NULL(plan_in(t, "officer.linxi.2", id));
    CU_ASSERT_PTR_NOT_NULL(plan_in(t, "supervisor.chifeng", id));
    CU_ASSERT_PTR_NULL(plan_in(t, "officer.balin", id));
    made = plan(t, "supervisor.linxi", "\"" FIRST "\"", stranger, day_from_now(4), fresh_id());
    CU_ASSERT_PTR_NOT_NULL(plan_in(t, "officer.balin", text_at(made.body, "plans.0.id")));
  }
}

static void plans_are_listed_by_region_officer_and_day(void) {
  BOTH(t) {
    struct answer made =
        plan(t, "supervisor.linxi", "\"" SECOND "\"", id_of("officer.linxi.2"), day_from_now(40 + (int)t), fresh_id());
    const char *id = text_at(made.body, "plans.0.id");
    const char *method = "VisitService/ListVisitPlans";
    const char *filters = arena_printf(
        client_memory(), "\"regionCode\":\"" SECOND "\",\"officerId\":\"%s\",\"dueFrom\":\"%s\",\"dueBefore\":\"%s\"",
        id_of("officer.linxi.2"), day_from_now(40 + (int)t), day_from_now(41 + (int)t));
    json_t *ids = all_ids(t, "supervisor.linxi", method, "plans", filters, 1);
    CU_ASSERT_EQUAL(json_array_size(ids), 1);
    CU_ASSERT_STRING_EQUAL(json_string_value(json_array_get(ids, 0)), id);
    json_t *whole = all_ids(t, "supervisor.linxi", method, "plans", "", 500);
    CU_ASSERT_TRUE(json_equal(whole, all_ids(t, "supervisor.linxi", method, "plans", "", 2)));
  }
}

static void what_cannot_be_planned_is_refused_by_its_field(void) {
  BOTH(t) {
    const char *officer = id_of("officer.linxi"), *tomorrow = day_from_now(1);
    struct answer township = plan(t, "supervisor.linxi", "\"" LINXI_TOWNSHIP "\"", officer, tomorrow, "");
    CU_ASSERT_TRUE(names_field(&township, "region_codes", "NOT_A_VILLAGE"));
    struct answer nobody = plan(t, "supervisor.linxi", "\"" FIRST "\"", fresh_id(), tomorrow, "");
    CU_ASSERT_TRUE(names_field(&nobody, "officer_ids", "NO_SUCH_USER"));
    struct answer late = plan(t, "supervisor.linxi", "\"" FIRST "\"", officer, day_from_now(-1), "");
    CU_ASSERT_TRUE(names_field(&late, "due_on", "OUT_OF_RANGE"));
    struct answer twice = plan(t, "supervisor.linxi", "\"" FIRST "\",\"" FIRST "\"", officer, tomorrow, "");
    CU_ASSERT_EQUAL(twice.code, CODE_INVALID_ARGUMENT);
    CU_ASSERT_EQUAL(plan(t, "supervisor.linxi", "\"" BALIN_VILLAGE "\"", officer, tomorrow, "").code, CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(plan(t, "officer.linxi", "\"" FIRST "\"", officer, tomorrow, "").code, CODE_PERMISSION_DENIED);
  }
}

static void a_repeated_plan_is_made_once(void) {
  BOTH(t) {
    const char *request = fresh_id(), *officer = id_of("officer.linxi"), *due = day_from_now(9);
    struct answer first = plan(t, "supervisor.linxi", "\"" THIRD "\"", officer, due, request);
    struct answer again = plan(t, "supervisor.linxi", "\"" THIRD "\"", officer, due, request);
    CU_ASSERT_EQUAL_FATAL(again.code, CODE_OK);
    CU_ASSERT_TRUE(json_equal(first.body, again.body));
    CU_ASSERT_EQUAL(plan(t, "supervisor.linxi", "\"" FIRST "\"", officer, due, request).code, CODE_ALREADY_EXISTS);
  }
}

static void a_village_waits_until_somebody_has_been_there(void) {
  const char *today = day_from_now(0), *tomorrow = day_from_now(1);
  CU_ASSERT_PTR_NOT_NULL(waiting(REST, "supervisor.linxi", THIRD, ""));
  struct answer held = ask(world()->client, REST, token_of("officer.balin"), "SyncService/Push", "{\"visits\":[%s]}",
                           visit_json(fresh_id(), THIRD, ""));
  CU_ASSERT_STRING_EQUAL(text_at(held.body, "results.0.status"), "HELD");
  BOTH(t) {
    CU_ASSERT_PTR_NOT_NULL(waiting(t, "supervisor.linxi", THIRD, today));
    CU_ASSERT_PTR_NOT_NULL(waiting(t, "supervisor.chifeng", THIRD, today));
    CU_ASSERT_PTR_NULL(json_at(waiting(t, "supervisor.linxi", THIRD, today), "lastVisitedAt"));
  }
  visit("officer.linxi", THIRD);
  BOTH(t) {
    CU_ASSERT_PTR_NULL(waiting(t, "supervisor.linxi", THIRD, today));
    CU_ASSERT_PTR_NULL(waiting(t, "supervisor.linxi", THIRD, ""));
    json_t *village = waiting(t, "supervisor.linxi", THIRD, tomorrow);
    CU_ASSERT_PTR_NOT_NULL(json_at(village, "lastVisitedAt"));
  }
}

static void what_waits_is_told_with_its_open_leads_and_the_next_plan(void) {
  const char *tomorrow = day_from_now(1);
  struct answer lead = ask(world()->client, REST, token_of("officer.linxi"), "LeadService/CreateLead", "{\"lead\":%s}",
                           lead_json(fresh_id(), FIRST, ""));
  struct answer hidden = ask(world()->client, REST, token_of("officer.linxi"), "LeadService/CreateLead", "{\"lead\":%s}",
                             lead_json(fresh_id(), FIRST,
                                       arena_printf(client_memory(), ",\"accused\":[{\"name\":\"某甲\",\"userId\":\"%s\"}]",
                                                    id_of("supervisor.linxi"))));
  CU_ASSERT_EQUAL_FATAL(lead.code, CODE_OK);
  CU_ASSERT_EQUAL_FATAL(hidden.code, CODE_OK);
  struct answer made = plan(REST, "supervisor.linxi", "\"" FIRST "\"", id_of("officer.linxi"), day_from_now(0), fresh_id());
  BOTH(t) {
    json_t *seen = waiting(t, "supervisor.linxi", FIRST, tomorrow), *above = waiting(t, "supervisor.chifeng", FIRST, tomorrow);
    CU_ASSERT_STRING_EQUAL(text_at(seen, "name"), "常胜村委会");
    CU_ASSERT_STRING_EQUAL(text_at(seen, "openLeadIds.0"), text_at(lead.body, "id"));
    CU_ASSERT_EQUAL(number_at(above, "openLeads"), number_at(seen, "openLeads") + 1);
    CU_ASSERT_STRING_EQUAL(text_at(above, "openLeadIds.0"), text_at(hidden.body, "id"));
    CU_ASSERT_STRING_EQUAL(text_at(seen, "planId"), text_at(made.body, "plans.0.id"));
    CU_ASSERT_STRING_EQUAL(text_at(seen, "plannedFor"), day_from_now(0));
    CU_ASSERT_STRING_EQUAL(text_at(seen, "plannedOfficerIds.0"), id_of("officer.linxi"));
  }
}

static void what_waits_comes_page_by_page_within_scope(void) {
  BOTH(t) {
    struct answer whole =
        ask(world()->client, t, token_of("supervisor.linxi"), "VisitService/ListCoverage", "{\"pageSize\":500}");
    size_t i;
    json_t *village;
    json_array_foreach(json_at(whole.body, "villages"), i, village) {
      CU_ASSERT_NSTRING_EQUAL(text_at(village, "regionCode"), LINXI, 6);
    }
    struct answer page = ask(world()->client, t, token_of("supervisor.linxi"), "VisitService/ListCoverage", "{\"pageSize\":3}");
    CU_ASSERT_EQUAL(count_at(page.body, "villages"), 3);
    struct answer next = ask(world()->client, t, token_of("supervisor.linxi"), "VisitService/ListCoverage",
                             "{\"pageSize\":3,\"pageToken\":\"%s\"}", text_at(page.body, "nextPageToken"));
    CU_ASSERT_STRING_EQUAL(text_at(page.body, "villages.2.regionCode"), text_at(whole.body, "villages.2.regionCode"));
    CU_ASSERT_STRING_EQUAL(text_at(next.body, "villages.0.regionCode"), text_at(whole.body, "villages.3.regionCode"));
    struct answer elsewhere =
        ask(world()->client, t, token_of("supervisor.linxi"), "VisitService/ListCoverage", "{\"regionCode\":\"" BALIN "\"}");
    CU_ASSERT_EQUAL(count_at(elsewhere.body, "villages"), 0);
  }
}

static void a_plan_is_kept_by_the_visit_of_who_was_to_go(void) {
  BOTH(t) {
    struct answer made = plan(t, "supervisor.linxi", "\"" SECOND "\"", id_of("officer.linxi"), day_from_now(2), fresh_id());
    const char *id = text_at(made.body, "plans.0.id");
    visit("officer.linxi.2", SECOND);
    CU_ASSERT_PTR_NULL(json_at(plan_in(t, "supervisor.linxi", id), "visitId"));
    CU_ASSERT_TRUE(sql_run("alter table visit_plan disable trigger all")); // as if planned a minute ago
    CU_ASSERT_TRUE(sql_run("update visit_plan set planned_at = planned_at - interval '1 minute' where id = '%s'", id));
    CU_ASSERT_TRUE(sql_run("alter table visit_plan enable trigger all"));
    visit("officer.linxi", SECOND);
    json_t *kept = plan_in(t, "supervisor.linxi", id);
    CU_ASSERT_TRUE(*text_at(kept, "visitId") != 0);
    CU_ASSERT_PTR_NOT_NULL(json_at(kept, "visitedAt"));
  }
}

static struct answer change_plan(enum transport t, const char *user, const struct answer *before, const char *more,
                                 const char *reason) {
  return ask(world()->client, t, token_of(user), "VisitService/UpdateVisitPlan",
             "{\"plan\":{\"id\":\"%s\",\"etag\":\"%s\"%s},\"reason\":\"%s\"}", text_at(before->body, "id"),
             text_at(before->body, "etag"), more, reason);
}

// A plan of supervisor.linxi's as a change would answer it.
static struct answer first_of(const struct answer *made) {
  struct answer first = *made;
  first.body = json_at(made->body, "plans.0");
  return first;
}

static void a_plan_is_changed_with_a_reason_by_a_supervisor_of_its_region(void) {
  BOTH(t) {
    struct answer made = plan(t, "supervisor.linxi", "\"" FIRST "\"", id_of("officer.linxi"), day_from_now(5), fresh_id());
    CU_ASSERT_EQUAL_FATAL(made.code, CODE_OK);
    struct answer before = first_of(&made);
    const char *later = arena_printf(client_memory(), ",\"dueOn\":\"%s\"", day_from_now(8));
    CU_ASSERT_EQUAL(change_plan(t, "officer.linxi", &before, later, "测试").code, CODE_PERMISSION_DENIED);
    struct answer unexplained = change_plan(t, "supervisor.linxi", &before, later, "");
    CU_ASSERT_TRUE(names_field(&unexplained, "reason", "REQUIRED"));
    struct answer past = change_plan(t, "supervisor.linxi", &before,
                                     arena_printf(client_memory(), ",\"dueOn\":\"%s\"", day_from_now(-1)), "测试");
    CU_ASSERT_TRUE(names_field(&past, "plan.due_on", "OUT_OF_RANGE"));
    struct answer changed = change_plan(t, "supervisor.chifeng", &before, later, "测试");
    CU_ASSERT_EQUAL_FATAL(changed.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(changed.body, "dueOn"), day_from_now(8));
    CU_ASSERT_STRING_EQUAL(text_at(changed.body, "purpose"), "测试：回访");
    CU_ASSERT_STRING_EQUAL(text_at(changed.body, "changedBy"), id_of("supervisor.chifeng"));
    CU_ASSERT_EQUAL(change_plan(t, "supervisor.linxi", &before, later, "测试").code, CODE_ABORTED);
  }
}

static void a_plan_that_is_withdrawn_is_not_to_be_kept(void) {
  BOTH(t) {
    struct answer made = plan(t, "supervisor.linxi", "\"" FIRST "\"", id_of("officer.linxi"), day_from_now(5), fresh_id());
    struct answer before = first_of(&made);
    const char *id = text_at(before.body, "id");
    const char *request =
        arena_printf(client_memory(), "{\"id\":\"%s\",\"etag\":\"%s\",\"reason\":\"测试\",\"requestId\":\"%s\"}", id,
                     text_at(before.body, "etag"), fresh_id());
    CU_ASSERT_PTR_NOT_NULL(plan_in(t, "officer.linxi", id));
    struct answer withdrawn =
                      ask(world()->client, t, token_of("supervisor.linxi"), "VisitService/WithdrawVisitPlan", "%s", request),
                  again =
                      ask(world()->client, t, token_of("supervisor.linxi"), "VisitService/WithdrawVisitPlan", "%s", request);
    CU_ASSERT_EQUAL_FATAL(withdrawn.code, CODE_OK);
    CU_ASSERT_TRUE(json_equal(withdrawn.body, again.body));
    CU_ASSERT_TRUE(json_is_true(json_at(withdrawn.body, "withdrawn")));
    CU_ASSERT_PTR_NULL(plan_in(t, "officer.linxi", id));
    struct answer all = ask(world()->client, t, token_of("officer.linxi"), "VisitService/ListVisitPlans",
                            "{\"dueFrom\":\"%s\",\"withdrawn\":true,\"pageSize\":500}", day_from_now(0));
    CU_ASSERT_PTR_NOT_NULL(element_with(json_at(all.body, "plans"), "id", id));
    struct answer changed = change_plan(t, "supervisor.linxi", &withdrawn, ",\"purpose\":\"又去\"", "测试");
    CU_ASSERT_EQUAL(changed.code, CODE_FAILED_PRECONDITION);
  }
}

SUITE_WITH(plans, world_open, client_forget, 120, TEST(a_plan_is_read_by_those_who_work_in_its_region_and_those_who_are_to_go),
           TEST(plans_are_listed_by_region_officer_and_day), TEST(what_cannot_be_planned_is_refused_by_its_field),
           TEST(a_repeated_plan_is_made_once), TEST(a_village_waits_until_somebody_has_been_there),
           TEST(what_waits_is_told_with_its_open_leads_and_the_next_plan), TEST(what_waits_comes_page_by_page_within_scope),
           TEST(a_plan_is_kept_by_the_visit_of_who_was_to_go),
           TEST(a_plan_is_changed_with_a_reason_by_a_supervisor_of_its_region),
           TEST(a_plan_that_is_withdrawn_is_not_to_be_kept));
