// What an admin could do to figures and people, and who must agree.

#include "suite.h"
#include "support/approving.h"
#include "support/client_wire.h"
#include "support/refusal.h"
#include "support/rights.h"
#include <stdio.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { THREATS_LIMIT_S = 180, BOUND_AN_HOUR = 20, OPENINGS = 22 };

static struct answer by(enum transport t, const char *user, const char *method, const char *request) {
  return ask(world()->client, t, token_of(user), method, "%s", request);
}

// A new account: its id, and a session of it.
static const char *new_account(enum transport t, const char *more, const char **token) {
  const char *username = arena_printf(client_memory(), "w%.13s", fresh_id());
  struct answer made = make_account(t, username, more);
  *token = text_at(set_password(t, username, "his own password").body, "accessToken");
  return text_at(made.body, "id");
}

static void an_admin_grants_himself_nothing(void) {
  BOTH(t) {
    long long before = sql_number("select count(*) from role_grant where user_id = '%s'", id_of("admin"));
    CU_ASSERT_EQUAL(ask_for_grant(t, id_of("admin"), "ROLE_SUPERVISOR", CITY, "").code, CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(sql_number("select count(*) from role_grant where user_id = '%s'", id_of("admin")), before);
  }
}

static void an_admin_makes_no_second_admin_alone(void) {
  BOTH(t) {
    const char *token, *id = new_account(t, "", &token);
    const char *approval = text_at(ask_for_grant(t, id, "ROLE_ADMIN", CITY, "").body, "approvalId");
    CU_ASSERT_EQUAL(approve(t, "admin", approval).code, CODE_PERMISSION_DENIED);
    const char *body = "{\"id\":\"%s\"}";
    CU_ASSERT_EQUAL(ask(world()->client, t, token, "ApprovalService/Approve", body, approval).code, CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(ask(world()->client, t, token, "PeopleService/ListGrants", "{\"userId\":\"%s\"}", id_of("admin")).code,
                    CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(sql_number("select count(*) from role_grant where user_id = '%s'", id), 0);
  }
}

static struct answer use_code(enum transport t, const char *username, const char *code) {
  return ask(world()->client, t, NULL, "AuthService/Enrol",
             "{\"username\":\"%s\",\"code\":\"%s\",\"newPassword\":\"chosen by the admin\",\"device\":{\"id\":\"%s\"}}",
             username, code, fresh_id());
}

static void a_supervisors_password_is_not_replaced_without_the_leader(void) {
  BOTH(t) {
    // A supervisor whose office has a leader, given his role by two; and one whom an admin alone calls its leader.
    const char *office = fresh_id();
    CU_ASSERT_TRUE(
        sql_run("insert into office (id, name, kind, region_code, opened_on) values ('%s', '测试', 4, %s, '2020-01-01')",
                office, CITY));
    const char *member = arena_printf(client_memory(), ",\"officeId\":\"%s\"", office);
    const char *head = arena_printf(client_memory(), "%s,\"leader\":true", member);
    const char *session, *leading, *pretending, *victim = new_account(t, member, &session),
                                                *leader = new_account(t, head, &leading);
    new_account(t, head, &pretending);
    grant_role(t, victim, "ROLE_SUPERVISOR", LINXI, "");
    grant_role(t, leader, "ROLE_SUPERVISOR", LINXI, "");
    const char *username = sql_text("select username from account where id = '%s'", victim), *body = "{\"id\":\"%s\"}";

    struct answer asked =
        ask(world()->client, t, token_of("admin"), "PeopleService/EnrolUser", "{\"id\":\"%s\",\"lostPassword\":true}", victim);
    CU_ASSERT_EQUAL_FATAL(asked.code, CODE_OK);
    const char *approval = text_at(asked.body, "approvalId"), *code = text_at(asked.body, "code");
    CU_ASSERT_EQUAL(approve(t, "admin", approval).code, CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(approve(t, "admin.second", approval).code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(ask(world()->client, t, pretending, "ApprovalService/Approve", body, approval).code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(ask(world()->client, t, session, "ApprovalService/Approve", body, approval).code, CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(use_code(t, username, code).code, CODE_UNAUTHENTICATED);
    CU_ASSERT_EQUAL(ask(world()->client, t, session, "AuthService/WhoAmI", "{}").code, CODE_OK);

    struct answer seen = ask(world()->client, t, leading, "ApprovalService/GetApproval", body, approval);
    CU_ASSERT_STRING_EQUAL(text_at(seen.body, "password.userId"), victim);
    CU_ASSERT_EQUAL(ask(world()->client, t, leading, "ApprovalService/Approve", body, approval).code, CODE_OK);
    CU_ASSERT_EQUAL(use_code(t, username, code).code, CODE_OK);
    CU_ASSERT_EQUAL(ask(world()->client, t, session, "AuthService/WhoAmI", "{}").code, CODE_UNAUTHENTICATED);
  }
}

static void an_admin_makes_no_code_for_himself(void) {
  BOTH(t) {
    struct answer answer =
        ask(world()->client, t, token_of("admin"), "PeopleService/EnrolUser", "{\"id\":\"%s\"}", id_of("admin"));
    CU_ASSERT_EQUAL(answer.code, CODE_PERMISSION_DENIED);
  }
}

static void no_region_is_widened_through_the_api(void) {
  const struct schema *schema = &world()->schema;
  unsigned methods = 0;
  for (unsigned i = 0; i < schema->method_count; i++)
    if (!strncmp(schema->methods[i].name, "RegionService/", strlen("RegionService/"))) {
      CU_ASSERT_TRUE(schema->methods[i].read_only);
      methods++;
    }
  CU_ASSERT_TRUE(methods > 0);
  // The host's command is told with who ran it.
  CU_ASSERT_TRUE(sql_number("select count(*) from audit where kind = 'region' and method like 'regions%%' and actor_id is null "
                            "and actor not in ('', 'unknown')") > 0);
}

static void steps_and_deadlines_change_when_another_admin_approves(void) {
  BOTH(t) {
    struct answer asked =
        by(t, "admin", "StepService/SetStep",
           "{\"step\":{\"from\":\"LEAD_STATE_CASE_FILED\",\"to\":\"LEAD_STATE_VERIFYING\",\"role\":\"STEP_ROLE_SUPERVISOR\","
           "\"needs\":[\"STEP_NEED_REASON\"]}}");
    CU_ASSERT_EQUAL_FATAL(asked.code, CODE_OK);
    const char *approval = text_at(asked.body, "approvalId");
    CU_ASSERT_EQUAL(approve(t, "admin", approval).code, CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead_step where name = '6-4-2'"), 0);
    struct answer seen =
        ask(world()->client, t, token_of("admin.second"), "ApprovalService/GetApproval", "{\"id\":\"%s\"}", approval);
    CU_ASSERT_STRING_EQUAL(text_at(seen.body, "step.step.from"), "LEAD_STATE_CASE_FILED");
    CU_ASSERT_STRING_EQUAL(text_at(seen.body, "step.step.needs.0"), "STEP_NEED_REASON");
    CU_ASSERT_EQUAL(approve(t, "admin.second", approval).code, CODE_OK);
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead_step where name = '6-4-2'"), 1);
    struct answer removed =
        by(t, "admin.second", "StepService/RemoveStep",
           "{\"from\":\"LEAD_STATE_CASE_FILED\",\"to\":\"LEAD_STATE_VERIFYING\",\"role\":\"STEP_ROLE_SUPERVISOR\"}");
    CU_ASSERT_EQUAL(approve(t, "admin", text_at(removed.body, "approvalId")).code, CODE_OK);
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead_step where name = '6-4-2'"), 0);

    struct answer longer = by(t, "admin", "StepService/SetDeadline",
                              "{\"deadline\":{\"state\":\"LEAD_STATE_VERIFYING\",\"domain\":\"coal\",\"workingDays\":60}}");
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead_deadline where name = '4-coal'"), 0);
    CU_ASSERT_EQUAL(approve(t, "admin.second", text_at(longer.body, "approvalId")).code, CODE_OK);
    CU_ASSERT_EQUAL(sql_number("select working_days from lead_deadline where name = '4-coal'"), 60);
    struct answer none =
        by(t, "admin", "StepService/RemoveDeadline", "{\"state\":\"LEAD_STATE_VERIFYING\",\"domain\":\"coal\"}");
    CU_ASSERT_EQUAL(approve(t, "admin.second", text_at(none.body, "approvalId")).code, CODE_OK);
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead_deadline where name = '4-coal'"), 0);
  }
}

static void a_step_that_skips_an_approval_or_strands_leads_is_refused(void) {
  BOTH(t) {
    struct answer alone = by(t, "admin", "StepService/SetStep",
                             "{\"step\":{\"from\":\"LEAD_STATE_CONCLUSION_PROPOSED\",\"to\":\"LEAD_STATE_CONCLUDED\",\"role\":"
                             "\"STEP_ROLE_SUPERVISOR\"}}");
    CU_ASSERT_TRUE(names_field(&alone, "step.needs", "STEP_LACKS_NEED"));
    struct answer past = by(t, "admin", "StepService/SetStep",
                            "{\"step\":{\"from\":\"LEAD_STATE_VERIFYING\",\"to\":\"LEAD_STATE_CONCLUDED\",\"role\":"
                            "\"STEP_ROLE_SUPERVISOR\",\"needs\":[\"STEP_NEED_ANOTHER_PERSON\"]}}");
    CU_ASSERT_TRUE(names_field(&past, "step.to", "STEP_SKIPS_APPROVAL"));
    struct answer stranded =
        by(t, "admin", "StepService/RemoveStep",
           "{\"from\":\"LEAD_STATE_ASSIGNED\",\"to\":\"LEAD_STATE_VERIFYING\",\"role\":\"STEP_ROLE_HANDLER\"}");
    CU_ASSERT_TRUE(names_field(&stranded, "to", "STEP_STRANDS"));
  }
}

static const char *term_etag(const char *code) {
  return sql_text("select translate(encode(etag, 'base64'), e'\\n', '') from term where vocabulary = 1 and code = '%s'", code);
}

static struct answer rename_term(enum transport t, const char *code, const char *name) {
  return ask(world()->client, t, token_of("admin"), "VocabularyService/UpdateTerm",
             "{\"term\":{\"vocabulary\":\"VOCABULARY_DOMAIN\",\"code\":\"%s\",\"etag\":\"%s\",\"name\":\"%s\"},\"updateMask\":"
             "\"name\"}",
             code, term_etag(code), name);
}

static void a_term_that_records_use_is_changed_by_two_and_another_at_once(void) {
  BOTH(t) {
    const char *code = arena_printf(client_memory(), "t%.8s", fresh_id());
    CU_ASSERT_EQUAL(ask(world()->client, t, token_of("admin"), "VocabularyService/CreateTerm",
                        "{\"term\":{\"vocabulary\":\"VOCABULARY_DOMAIN\",\"code\":\"%s\",\"name\":\"测试\",\"place\":97}}",
                        code)
                        .code,
                    CODE_OK);
    struct answer at_once = rename_term(t, code, "测试改");
    CU_ASSERT_STRING_EQUAL(text_at(at_once.body, "name"), "测试改");
    CU_ASSERT_STRING_EQUAL(text_at(at_once.body, "approvalId"), "");
    const char *lead = lead_json(fresh_id(), LINXI_VILLAGE, arena_printf(client_memory(), ",\"domain\":\"%s\"", code));
    CU_ASSERT_EQUAL(ask(world()->client, t, token_of("officer.linxi"), "LeadService/CreateLead", "{\"lead\":%s}", lead).code,
                    CODE_OK);
    struct answer asked = rename_term(t, code, "另一领域"), other = rename_term(t, code, "又一领域");
    CU_ASSERT_STRING_EQUAL(text_at(asked.body, "name"), "测试改");
    CU_ASSERT_EQUAL(approve(t, "admin", text_at(asked.body, "approvalId")).code, CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(approve(t, "admin.second", text_at(asked.body, "approvalId")).code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(sql_text("select name from term where vocabulary = 1 and code = '%s'", code), "另一领域");
    struct answer overtaken = approve(t, "admin.second", text_at(other.body, "approvalId"));
    CU_ASSERT_TRUE(is_refusal(&overtaken, t, CODE_FAILED_PRECONDITION, 400, "STALE_ETAG"));
  }
}

static enum code reveal(enum transport t, const char *user, const char *lead) {
  return ask(world()->client, t, token_of(user), "LeadService/RevealReporter", "{\"id\":\"%s\",\"purpose\":\"专项回访\"}", lead)
      .code;
}

static void many_reporters_are_opened_when_another_supervisor_of_them_all_approves(void) {
  BOTH(t) {
    forget_openings();
    const char *leads[OPENINGS], *ids = "";
    for (unsigned i = 0; i < OPENINGS; i++) {
      leads[i] = fresh_id();
      const char *json = lead_json(leads[i], LINXI_VILLAGE, ",\"reporter\":{\"name\":\"虚构某\"}");
      CU_ASSERT_EQUAL(ask(world()->client, t, token_of("officer.linxi"), "LeadService/CreateLead", "{\"lead\":%s}", json).code,
                      CODE_OK);
      ids = arena_printf(client_memory(), "%s%s\"%s\"", ids, i ? "," : "", leads[i]);
    }
    struct answer asked = ask(world()->client, t, token_of("supervisor.linxi"), "LeadService/RequestBulkReveal",
                              "{\"leadIds\":[%s],\"purpose\":\"专项回访\"}", ids);
    CU_ASSERT_EQUAL_FATAL(asked.code, CODE_OK);
    const char *approval = text_at(asked.body, "approvalId");
    CU_ASSERT_EQUAL(approve(t, "supervisor.linxi", approval).code, CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(approve(t, "admin.second", approval).code, CODE_NOT_FOUND);
    for (unsigned i = 0; i < BOUND_AN_HOUR; i++)
      CU_ASSERT_EQUAL(reveal(t, "supervisor.linxi", leads[i]), CODE_OK);
    CU_ASSERT_EQUAL(reveal(t, "supervisor.linxi", leads[BOUND_AN_HOUR]), CODE_RESOURCE_EXHAUSTED);
    struct answer seen =
        ask(world()->client, t, token_of("supervisor.chifeng"), "ApprovalService/GetApproval", "{\"id\":\"%s\"}", approval);
    CU_ASSERT_EQUAL(count_at(seen.body, "reveal.leadIds"), OPENINGS);
    CU_ASSERT_STRING_EQUAL(text_at(seen.body, "reason"), "专项回访");
    CU_ASSERT_EQUAL(approve(t, "supervisor.chifeng", approval).code, CODE_OK);
    for (unsigned i = BOUND_AN_HOUR; i < OPENINGS; i++) {
      CU_ASSERT_EQUAL(reveal(t, "supervisor.linxi", leads[i]), CODE_OK);
      CU_ASSERT_EQUAL(sql_number("select count(*) from lead_event where lead_id = '%s' and kind = 20", leads[i]), 1);
      CU_ASSERT_EQUAL(
          sql_number("select count(*) from audit where record = '%s' and kind = 'reporter' and action = 'opened'", leads[i]),
          1);
    }
    struct answer events =
        ask(world()->client, t, token_of("officer.linxi"), "LeadService/ListLeadEvents", "{\"id\":\"%s\"}", leads[0]);
    CU_ASSERT_STRING_EQUAL(text_at(events.body, "events.1.kind"), "LEAD_EVENT_KIND_REPORTER_REQUESTED");
    CU_ASSERT_STRING_EQUAL(text_at(events.body, "events.1.note"), "专项回访");
    CU_ASSERT_STRING_EQUAL(text_at(events.body, "events.3.kind"), "LEAD_EVENT_KIND_REPORTER_REQUEST_APPROVED");
    CU_ASSERT_STRING_EQUAL(text_at(events.body, "events.3.actorId"), id_of("supervisor.chifeng"));
    // A day later the bound holds again.
    CU_ASSERT_TRUE(sql_run(
        "set session_replication_role = replica; update approval set requested_at = requested_at - interval '25 hours', "
        "decided_at = decided_at - interval '25 hours' where id = '%s'; reset session_replication_role",
        approval));
    CU_ASSERT_EQUAL(reveal(t, "supervisor.linxi", leads[0]), CODE_RESOURCE_EXHAUSTED);
    forget_openings();
  }
}

static void that_reporters_are_not_opened_stands_in_the_timelines_with_the_reason(void) {
  BOTH(t) {
    const char *lead = fresh_id();
    CU_ASSERT_EQUAL(ask(world()->client, t, token_of("officer.linxi"), "LeadService/CreateLead", "{\"lead\":%s}",
                        lead_json(lead, LINXI_VILLAGE, ",\"reporter\":{\"name\":\"虚构某\"}"))
                        .code,
                    CODE_OK);
    struct answer asked = ask(world()->client, t, token_of("supervisor.linxi"), "LeadService/RequestBulkReveal",
                              "{\"leadIds\":[\"%s\"],\"purpose\":\"专项回访\"}", lead);
    struct answer refused = ask(world()->client, t, token_of("supervisor.chifeng"), "ApprovalService/Refuse",
                                "{\"id\":\"%s\",\"reason\":\"没有必要\"}", text_at(asked.body, "approvalId"));
    CU_ASSERT_EQUAL(refused.code, CODE_OK);
    struct answer events =
        ask(world()->client, t, token_of("officer.linxi"), "LeadService/ListLeadEvents", "{\"id\":\"%s\"}", lead);
    CU_ASSERT_STRING_EQUAL(text_at(events.body, "events.2.kind"), "LEAD_EVENT_KIND_REPORTER_REQUEST_REFUSED");
    CU_ASSERT_STRING_EQUAL(text_at(events.body, "events.2.note"), "没有必要");
  }
}

static void nobody_asks_to_open_what_is_out_of_his_sight(void) {
  struct records far = far_records();
  BOTH(t) {
    struct answer hidden = ask(world()->client, t, token_of("supervisor.linxi"), "LeadService/RequestBulkReveal",
                               "{\"leadIds\":[\"%s\"],\"purpose\":\"专项回访\"}", far.lead);
    struct answer absent = ask(world()->client, t, token_of("supervisor.linxi"), "LeadService/RequestBulkReveal",
                               "{\"leadIds\":[\"%s\"],\"purpose\":\"专项回访\"}", fresh_id());
    CU_ASSERT_TRUE(names_field(&hidden, "lead_ids", "UNKNOWN_REFERENCE"));
    CU_ASSERT_TRUE(sound_alike(&hidden, &absent));
  }
}

SUITE_WITH(threats_admin, world_open, NULL, THREATS_LIMIT_S, TEST(an_admin_grants_himself_nothing),
           TEST(an_admin_makes_no_second_admin_alone), TEST(a_supervisors_password_is_not_replaced_without_the_leader),
           TEST(an_admin_makes_no_code_for_himself), TEST(no_region_is_widened_through_the_api),
           TEST(steps_and_deadlines_change_when_another_admin_approves),
           TEST(a_step_that_skips_an_approval_or_strands_leads_is_refused),
           TEST(a_term_that_records_use_is_changed_by_two_and_another_at_once),
           TEST(many_reporters_are_opened_when_another_supervisor_of_them_all_approves),
           TEST(that_reporters_are_not_opened_stands_in_the_timelines_with_the_reason),
           TEST(nobody_asks_to_open_what_is_out_of_his_sight));
