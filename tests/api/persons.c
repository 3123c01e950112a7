// A person's data: found and told on a lawful request, by two, and never so that somebody complained of learns what he must
// not.

#include "suite.h"
#include "support/approving.h"
#include "support/client_wire.h"
#include "support/past.h"
#include "support/refusal.h"
#include "support/rights.h"
#include <stdlib.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { PERSONS_LIMIT_S = 120, PROGRAM_TIMEOUT_MS = 60000 };

static struct answer by(enum transport t, const char *user, const char *method, const char *request) {
  return ask(world()->client, t, token_of(user), method, "%s", request);
}

static const char *with_id(const char *id) {
  return arena_printf(client_memory(), "{\"id\":\"%s\"}", id);
}

// --- Whom it is about ---

// Told apart from everybody else by his name and numbers.
struct subject {
  const char *name, *phone, *identity, *unit;
};

static struct subject put_subject(void) {
  const char *digits = sql_text("select lpad((random() * 99999999)::int8::text, 8, '7')");
  return (struct subject){.name = arena_printf(client_memory(), "虚构人%s", digits),
                          .phone = arena_printf(client_memory(), "138%s", digits),
                          .identity = arena_printf(client_memory(), "150404199%s1", digits),
                          .unit = arena_printf(client_memory(), "虚构局%s", digits)};
}

static const char *subject_json(const struct subject *subject) {
  return arena_printf(client_memory(),
                      "\"subject\":{\"name\":\"%s\",\"phone\":\"%s\",\"identityNumber\":\"%s\"},\"unit\":\"%s\"", subject->name,
                      subject->phone, subject->identity, subject->unit);
}

static struct answer request(enum transport t, const char *user, const struct subject *subject, const char *more) {
  return ask(world()->client, t, token_of(user), "PersonalDataService/RequestPersonalData",
             "{%s,\"regionCode\":\"" LINXI "\",\"reason\":\"个人信息查阅申请第一号\"%s}", subject_json(subject), more);
}

static struct answer opened(enum transport t, const char *user, const char *id) {
  return by(t, user, "PersonalDataService/OpenPersonalData", with_id(id));
}

// What is found: asked for by supervisor.linxi, approved by supervisor.chifeng.
static json_t *found(enum transport t, const struct subject *subject, const char *more) {
  struct answer asked = request(t, "supervisor.linxi", subject, more);
  CU_ASSERT_EQUAL_FATAL(asked.code, CODE_OK);
  CU_ASSERT_EQUAL_FATAL(approve(t, "supervisor.chifeng", text_at(asked.body, "approvalId")).code, CODE_OK);
  struct answer made = opened(t, "supervisor.linxi", text_at(asked.body, "id"));
  CU_ASSERT_EQUAL_FATAL(made.code, CODE_OK);
  return made.body;
}

// --- Two persons ---

static void it_is_opened_by_who_asked_for_a_day_once_another_supervisor_approved(void) {
  BOTH(t) {
    struct subject subject = put_subject();
    struct answer asked = request(t, "supervisor.linxi", &subject, "");
    CU_ASSERT_EQUAL_FATAL(asked.code, CODE_OK);
    const char *id = text_at(asked.body, "id"), *approval = text_at(asked.body, "approvalId");
    CU_ASSERT_EQUAL(opened(t, "supervisor.linxi", id).code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(approve(t, "supervisor.linxi", approval).code, CODE_PERMISSION_DENIED);
    static const char *const strangers[] = {"officer.linxi", "auditor", "admin.second"};
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
      CU_ASSERT_EQUAL(by(t, strangers[i], "ApprovalService/GetApproval", with_id(approval)).code, CODE_NOT_FOUND);
      CU_ASSERT_EQUAL(approve(t, strangers[i], approval).code, CODE_NOT_FOUND);
    }
    struct answer seen = by(t, "supervisor.chifeng", "ApprovalService/GetApproval", with_id(approval));
    CU_ASSERT_STRING_EQUAL(text_at(seen.body, "kind"), "APPROVAL_KIND_PERSONAL_DATA");
    CU_ASSERT_STRING_EQUAL(text_at(seen.body, "personalData.subject.name"), subject.name);
    CU_ASSERT_STRING_EQUAL(text_at(seen.body, "personalData.subject.identityNumber"), subject.identity);
    CU_ASSERT_STRING_EQUAL(text_at(seen.body, "personalData.unit"), subject.unit);
    CU_ASSERT_STRING_EQUAL(text_at(seen.body, "personalData.regionCode"), LINXI);
    struct answer list = by(t, "supervisor.chifeng", "ApprovalService/ListApprovals",
                            "{\"kind\":\"APPROVAL_KIND_PERSONAL_DATA\",\"pageSize\":500}");
    CU_ASSERT_STRING_EQUAL(text_at(element_with(json_at(list.body, "approvals"), "id", approval), "personalData.subject.name"),
                           subject.name);
    struct answer done = ask(world()->client, t, token_of("supervisor.chifeng"), "ApprovalService/Approve",
                             "{\"id\":\"%s\",\"requestId\":\"%s\"}", approval, fresh_id());
    CU_ASSERT_EQUAL(done.code, CODE_OK);
    struct answer made = opened(t, "supervisor.linxi", id);
    CU_ASSERT_EQUAL(made.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(made.body, "regionCode"), LINXI);
    CU_ASSERT_EQUAL(count_at(made.body, "leftOut"), 7);
    CU_ASSERT_EQUAL(opened(t, "supervisor.chifeng", id).code, CODE_NOT_FOUND);
    CU_ASSERT_TRUE(
        sql_run("alter table approval disable trigger approval_kept; update approval set decided_at = decided_at - "
                "interval '25 hours', requested_at = requested_at - interval '25 hours' where id = '%s'; alter table "
                "approval enable trigger approval_kept",
                approval));
    CU_ASSERT_EQUAL(opened(t, "supervisor.linxi", id).code, CODE_NOT_FOUND);
    CU_ASSERT_STRING_EQUAL(sql_text("select string_agg(distinct a.action || ' ' || u.username, ', ') from audit a join account "
                                    "u on u.id = a.actor_id where a.kind = 'personal_data' and a.record = '%s'",
                                    id),
                           "created supervisor.linxi, opened supervisor.linxi");
  }
}

static void a_request_says_what_is_missing_in_it(void) {
  BOTH(t) {
    struct answer nameless =
        by(t, "supervisor.linxi", "PersonalDataService/RequestPersonalData",
           "{\"subject\":{\"phone\":\"13800001111\"},\"regionCode\":\"" LINXI "\",\"reason\":\"依申请\\n查阅\"}");
    CU_ASSERT_TRUE(names_field(&nameless, "subject.name", "REQUIRED"));
    struct answer nothing = by(t, "supervisor.linxi", "PersonalDataService/RequestPersonalData",
                               "{\"subject\":{\"name\":\"虚构\"},\"regionCode\":\"" LINXI "\",\"reason\":\"依申请查阅\"}");
    CU_ASSERT_TRUE(names_field(&nothing, "subject.phone", "REQUIRED"));
    struct subject subject = put_subject();
    struct answer groundless = ask(world()->client, t, token_of("supervisor.linxi"), "PersonalDataService/RequestPersonalData",
                                   "{%s,\"regionCode\":\"" LINXI "\"}", subject_json(&subject));
    CU_ASSERT_TRUE(names_field(&groundless, "reason", NULL));
    struct answer unknown =
        request(t, "supervisor.linxi", &subject, arena_printf(client_memory(), ",\"userId\":\"%s\"", fresh_id()));
    CU_ASSERT_TRUE(names_field(&unknown, "user_id", "NO_SUCH_USER"));
    struct answer himself = request(t, "supervisor.linxi", &subject,
                                    arena_printf(client_memory(), ",\"userId\":\"%s\"", id_of("supervisor.linxi")));
    CU_ASSERT_EQUAL(himself.code, CODE_PERMISSION_DENIED);
  }
}

static void whom_it_is_about_stands_nowhere_in_clear(void) {
  BOTH(t) {
    struct subject subject = put_subject();
    found(t, &subject, "");
    char *dump = NULL;
    CU_ASSERT_EQUAL_FATAL(process_run((const char *[]){"/usr/lib/postgresql/15/bin/pg_dump", world()->owner_url, NULL}, NULL,
                                      &dump, PROGRAM_TIMEOUT_MS),
                          0);
    CU_ASSERT_PTR_NULL(strstr(dump, subject.name));
    CU_ASSERT_PTR_NULL(strstr(dump, subject.phone));
    CU_ASSERT_PTR_NULL(strstr(dump, subject.identity));
    CU_ASSERT_PTR_NOT_NULL(strstr(dump, subject.unit)); // so the look can fail
    free(dump);
  }
}

// --- As reporter ---

static const char *reported(enum transport t, const char *name, const char *phone, const char *identity) {
  const char *id = fresh_id();
  const char *reporter = arena_printf(client_memory(), ",\"reporter\":{\"name\":\"%s\",\"phone\":\"%s\"%s}", name, phone,
                                      *identity ? arena_printf(client_memory(), ",\"identityNumber\":\"%s\"", identity) : "");
  CU_ASSERT_EQUAL_FATAL(ask(world()->client, t, token_of("officer.linxi"), "LeadService/CreateLead", "{\"lead\":%s}",
                            lead_json(id, LINXI_VILLAGE, reporter))
                            .code,
                        CODE_OK);
  return id;
}

static void what_he_reported_is_found_by_his_numbers_with_what_is_sealed(void) {
  BOTH(t) {
    struct subject subject = put_subject();
    forget_openings();
    const char *by_phone = reported(t, subject.name, subject.phone, "");
    const char *by_number = reported(t, "曾用名某", "13600001111", subject.identity);
    const char *anothers = reported(t, "同机某甲", subject.phone, "");
    const char *namesakes = reported(t, subject.name, "13600002222", "");
    json_t *reports = json_at(found(t, &subject, ""), "reports");
    json_t *his = element_with(reports, "id", by_phone);
    CU_ASSERT_STRING_EQUAL(text_at(his, "reporter.name"), subject.name);
    CU_ASSERT_STRING_EQUAL(text_at(his, "reporter.phone"), subject.phone);
    CU_ASSERT_STRING_EQUAL(text_at(his, "narrative"), "虚构：补贴被克扣");
    CU_ASSERT_STRING_EQUAL(text_at(element_with(reports, "id", by_number), "reporter.identityNumber"), subject.identity);
    CU_ASSERT_PTR_NULL(element_with(reports, "id", anothers));
    CU_ASSERT_PTR_NULL(element_with(reports, "id", namesakes));
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead_event where lead_id = '%s' and kind = 20 and actor_id = '%s'",
                               by_phone, id_of("supervisor.linxi")),
                    1);
    CU_ASSERT_EQUAL(
        sql_number("select count(*) from audit where kind = 'reporter' and record = '%s' and action = 'opened'", by_phone), 1);
  }
}

static void nothing_is_told_from_beyond_the_region_or_from_what_is_about_who_asks(void) {
  BOTH(t) {
    struct subject subject = put_subject();
    forget_openings();
    const char *reporter =
        arena_printf(client_memory(), "\"reporter\":{\"name\":\"%s\",\"phone\":\"%s\"}", subject.name, subject.phone);
    const char *far = fresh_id(), *about = fresh_id();
    ask(world()->client, t, token_of("officer.balin"), "LeadService/CreateLead", "{\"lead\":%s}",
        lead_json(far, BALIN_VILLAGE, arena_printf(client_memory(), ",%s", reporter)));
    ask(world()->client, t, token_of("officer.linxi"), "LeadService/CreateLead", "{\"lead\":%s}",
        lead_json(about, LINXI_VILLAGE,
                  arena_printf(client_memory(), ",\"accused\":[{\"name\":\"某\",\"userId\":\"%s\"}],%s",
                               id_of("supervisor.linxi"), reporter)));
    json_t *body = found(t, &subject, "");
    CU_ASSERT_FALSE(speaks_of(body, far));
    CU_ASSERT_FALSE(speaks_of(body, about));
  }
}

// --- As one complained of ---

// Accused, in a lead of this state, with a reporter's narrative; named by name and unit.
static const char *accused_in(const struct subject *subject, int state, bool confidential) {
  const char *id = put_lead(LINXI_VILLAGE, "2004-06-01 10:00",
                            ", state, accused_names, accused_units, accused_posts, "
                            "accused_users, accused_offices, finding",
                            arena_printf(client_memory(), ", %d, '{%s}', '{%s}', '{科长}', '{null}', '{null}', 2", state,
                                         subject->name, subject->unit));
  CU_ASSERT_TRUE(sql_run("update lead set confidential = %s where id = '%s'", confidential ? "true" : "false", id));
  return id;
}

// The document without what differs from one to the next.
static json_t *document(enum transport t, const struct subject *subject) {
  json_t *body = found(t, subject, "");
  json_object_del(body, "id");
  json_object_del(body, "madeAt");
  return body;
}

static void whoever_is_complained_of_learns_of_no_lead_under_way_or_confidential(void) {
  BOTH(t) {
    struct subject subject = put_subject();
    json_t *before = document(t, &subject);
    CU_ASSERT_EQUAL(count_at(before, "toldOfHim"), 0);
    static const int states[] = {1, 4, 7, 8, 11, 13, 15};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
      accused_in(&subject, states[i], false);
    accused_in(&subject, 10, true);
    link_leads(accused_in(&subject, 10, false), accused_in(&subject, 4, false));
    const char *of_case = accused_in(&subject, 10, false), *open_one = accused_in(&subject, 6, false);
    const char *matter = put_case(of_case, "2004-07-01 10:00");
    CU_ASSERT_TRUE(sql_run("insert into case_lead (lead_id, case_id, place, added_by) values ('%s', '%s', 2, '%s')", open_one,
                           matter, id_of("officer.linxi")));
    CU_ASSERT_TRUE(json_equal(before, document(t, &subject)));
  }
}

static void of_what_is_archived_he_is_told_the_finding_and_nobodys_name(void) {
  BOTH(t) {
    struct subject subject = put_subject(), namesake = subject;
    namesake.unit = "另一虚构局";
    const char *id = accused_in(&subject, 10, false);
    accused_in(&namesake, 10, false);
    json_t *body = document(t, &subject);
    CU_ASSERT_EQUAL(count_at(body, "toldOfHim"), 1);
    CU_ASSERT_STRING_EQUAL(text_at(body, "toldOfHim.0.receivedOn"), "2004-06-01");
    CU_ASSERT_STRING_EQUAL(text_at(body, "toldOfHim.0.finding"), "OUTCOME_FINDING_UNFOUNDED");
    CU_ASSERT_STRING_EQUAL(text_at(body, "toldOfHim.0.post"), "科长");
    CU_ASSERT_FALSE(speaks_of(body, id));
    CU_ASSERT_FALSE(speaks_of(body, "另一虚构局"));
  }
}

// --- In cases and records of offices ---

static void what_was_decided_of_him_and_said_in_public_is_told(void) {
  BOTH(t) {
    struct subject subject = put_subject();
    const char *lead = put_lead(LINXI_VILLAGE, "2004-06-01 10:00", ", state", ", 6");
    const char *matter = put_case(lead, "2004-07-01 10:00");
    const char *person = put_person(matter, "");
    CU_ASSERT_TRUE(sql_run("update person set name = '%s', unit = '%s' where id = '%s'", subject.name, subject.unit, person));
    handle(matter, person, 3, 2, "2004-08-01 10:00", "", true);
    handle(matter, person, 2, 1, "2004-08-02 10:00", "", false); // only proposed
    const char *concluded = put_lead(LINXI_VILLAGE, "2004-06-01 10:00", ", state", ", 8");
    conclude(concluded, "2004-09-01 10:00", 2, ", cleared_names, cleared_units, cleared_on",
             arena_printf(client_memory(), ", '{%s}', '{%s}', '{2004-09-02}'", subject.name, subject.unit));
    const char *office = sql_text("select id from office where region_code = " LINXI " order by id limit 1");
    put_record("interview", office, "held_on, person_names, person_units, person_posts, reason",
               arena_printf(client_memory(), "'2004-10-01', '{%s,别人}', '{%s,别局}', '{科长,局长}', '虚构'", subject.name,
                            subject.unit));
    put_record("commendation", office, "given_on, person_name, person_unit, title",
               arena_printf(client_memory(), "'2004-11-01', '%s', '%s', '清风干部'", subject.name, subject.unit));
    json_t *body = document(t, &subject);
    CU_ASSERT_EQUAL(count_at(body, "handlings"), 1);
    CU_ASSERT_STRING_EQUAL(text_at(body, "handlings.0.form"), "HANDLING_FORM_THIRD");
    CU_ASSERT_STRING_EQUAL(text_at(body, "clearings.0.clearedOn"), "2004-09-02");
    CU_ASSERT_STRING_EQUAL(text_at(body, "interviews.0.heldOn"), "2004-10-01");
    CU_ASSERT_STRING_EQUAL(text_at(body, "interviews.0.post"), "科长");
    CU_ASSERT_STRING_EQUAL(text_at(body, "commendations.0.title"), "清风干部");
    CU_ASSERT_FALSE(speaks_of(body, "别人"));
  }
}

// --- As officer ---

static void an_officer_is_told_his_account_roles_devices_and_visits(void) {
  BOTH(t) {
    struct subject subject = put_subject();
    struct records records = push_records("officer.linxi", LINXI_VILLAGE, "");
    json_t *body = found(t, &subject, arena_printf(client_memory(), ",\"userId\":\"%s\"", id_of("officer.linxi")));
    CU_ASSERT_STRING_EQUAL(text_at(body, "account.username"), "officer.linxi");
    CU_ASSERT_STRING_EQUAL(text_at(body, "grants.0.role"), "ROLE_OFFICER");
    CU_ASSERT_TRUE(count_at(body, "sessions") > 0);
    json_t *visit = element_with(json_at(body, "visits"), "id", records.visit);
    CU_ASSERT_STRING_EQUAL(text_at(visit, "regionCode"), LINXI_VILLAGE);
    CU_ASSERT_TRUE(json_is_true(json_at(visit, "recorded")));
    struct subject nobody = put_subject();
    json_t *none = found(t, &nobody, "");
    CU_ASSERT_STRING_EQUAL(text_at(none, "account.username"), "");
    CU_ASSERT_EQUAL(count_at(none, "sessions") + count_at(none, "grants") + count_at(none, "visits"), 0);
  }
}

SUITE_WITH(persons, world_open, client_forget, PERSONS_LIMIT_S,
           TEST(it_is_opened_by_who_asked_for_a_day_once_another_supervisor_approved),
           TEST(a_request_says_what_is_missing_in_it), TEST(whom_it_is_about_stands_nowhere_in_clear),
           TEST(what_he_reported_is_found_by_his_numbers_with_what_is_sealed),
           TEST(nothing_is_told_from_beyond_the_region_or_from_what_is_about_who_asks),
           TEST(whoever_is_complained_of_learns_of_no_lead_under_way_or_confidential),
           TEST(of_what_is_archived_he_is_told_the_finding_and_nobodys_name),
           TEST(what_was_decided_of_him_and_said_in_public_is_told),
           TEST(an_officer_is_told_his_account_roles_devices_and_visits));
