// The audit tells of every change, sign-in and refusal.

#include "suite.h"
#include "support/approving.h"
#include "support/client_wire.h"
#include "support/rights.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { AUDIT_LIMIT_S = 240 };

// What a method that was done is told as; nothing of those that only read.
static const struct telling {
  const char *method, *told;
} tellings[] = {
    {"AuthService/Login", "created session signed in"},
    {"AuthService/Logout", "created session signed in, removed session signed out"},
    {"SyncService/Push", "created visit done"},
    {"VisitService/CreateVisit", "created visit done"},
    {"VisitService/UpdateVisit", "changed visit done"},
    {"VisitService/WithdrawVisit", "changed visit done"},
    {"VisitService/AcceptVisit", "changed visit done"},
    {"PhotoService/CreatePhoto", "created photo done"},
    {"LeadService/CreateLead", "created event done, created lead done"},
    {"LeadService/GetLead", "opened lead done"},
    {"LeadService/ListLeadEvents", "opened lead done"},
    {"LeadService/UpdateLead", "changed lead done, created event done"},
    {"LeadService/MatchAccused", "changed lead done, created event done"},
    {"LeadService/AddNote", "created event done"},
    {"LeadService/RevealReporter", "created event done, created reminder done, opened reporter done"},
    {"LeadService/AdvanceLead", "changed lead done, created event done"},
    {"LeadService/HandOver", "changed lead done, created event done"},
    {"LeadService/ExtendDeadline", "changed lead done, created event done"},
    {"LeadService/LinkLead", "created event done, created link done"},
    {"LeadService/Recuse", "changed lead done, created event done"},
    {"CalendarService/SetHoliday", "created holiday done"},
    {"VisitService/PlanVisits", "created plan done"},
    {"CaseService/CreateCase", "created case done, created case_event done, created case_lead done"},
    {"CampaignService/CreateCampaign", "created campaign done"},
    {"RecommendationService/CreateRecommendation", "created recommendation done"},
    {"InterviewService/CreateInterview", "created interview done"},
    {"PublicationService/CreatePublication", "created publication done"},
    {"EducationService/CreateEducation", "created education done"},
    {"CommendationService/CreateCommendation", "created commendation done"},
    {"IndicatorService/CreateIndicator", "created indicator done"},
    {"OfficeService/CreateOffice", "created office done"},
    {"OfficeService/UpdateOffice", "changed office done"},
    {"VocabularyService/CreateTerm", "created term done"},
    {"VocabularyService/UpdateTerm", "changed term done"},
    {"AuditService/ListAudit", "opened audit done"},
    {"AuditService/Verify", "opened audit done"},
    {"AuditService/GetLatestSeal", "opened audit done"},
    {"ExportService/ExportLeads", "opened export begun, opened export complete"},
    {"ExportService/ExportVisits", "opened export begun, opened export complete"},
    {"PeopleService/CreateUser", "created user done"},
    {"PeopleService/UpdateUser", "changed user done"},
    {"PeopleService/CreateGrant", "created approval done, created reminder done"},
    {"StepService/SetStep", "created approval done, created reminder done"},
    {"StepService/RemoveStep", "created approval done, created reminder done"},
    {"StepService/SetDeadline", "created approval done, created reminder done"},
    {"StepService/RemoveDeadline", "created approval done, created reminder done"},
    {"RetentionService/SetRetention", "created approval done, created reminder done"},
    {"RetentionService/HoldRecord", "created hold done"},
    {"PersonalDataService/RequestPersonalData", "created approval done, created personal_data done, created reminder done"},
    {"LeadService/RequestBulkReveal", "created approval done, created event done, created reminder done"},
    {"FigureService/PublishReport", "created approval done, created reminder done, created report done"},
    {"ApprovalService/Approve", "changed approval done, created grant done, created reminder done"},
    {"ApprovalService/Refuse", "changed approval done, created reminder done"},
    {"PeopleService/EndGrant", "changed grant done"},
    {"PeopleService/EnrolUser", "created approval done, created enrolment done, created reminder done"},
    {"PeopleService/EnrolUsers", "created approval done, created enrolment done, created reminder done"},
    {"PeopleService/RevokeUserSession", "removed session signed out"},
};

static long long audit_end(void) {
  return sql_number("select coalesce(max(id), 0) from audit");
}

// What the audit tells since row `end`; but for the reminders of visits that are held, which hang on who records where. Of an
// export not what it was of, and how much.
static const char *told_since(long long end) {
  return sql_text(
      "select string_agg(distinct concat_ws(' ', action, kind, case kind when 'export' then split_part(result, ',', 1) "
      "else result end), ', ') from audit a where id > %lld and not "
      "exists (select from reminder r where r.id::text = a.record and r.kind = 1)",
      end);
}

static const char *told_of(const char *method) {
  for (size_t i = 0; i < sizeof tellings / sizeof *tellings; i++)
    if (!strcmp(tellings[i].method, method))
      return tellings[i].told;
  return "";
}

// Whether all rows since `end` say who did it, by which method and session, from where.
static bool are_signed(long long end, const char *method, const char *actor) {
  return sql_number(
             "select count(*) from audit where id > %lld and not coalesce(actor_id = '%s' and actor = actor_id::text and "
             "peer like '127.0.0.1%%' and call_id is not null and method in ('%s', 'AuthService/Login') and "
             "(session_id is not null or method = 'AuthService/Login'), false)",
             end, actor, method) == 0;
}

static void check(bool right, enum transport t, const struct right *tried, unsigned caller, long long end) {
  CU_ASSERT_TRUE(right);
  if (!right)
    fprintf(stderr, "        %s %s, %s: %s\n", transport_names[t], tried->method, name_of(caller),
            sql_text("select string_agg(to_jsonb(a)::text, e'\\n') from audit a where id > %lld", end));
}

// So that no later call is told of as a sign-in, or refused as one too many.
static void make_ready(void) {
  forget_openings();
  for (unsigned caller = 0; caller < NO_TOKEN; caller++)
    token_of(callers[caller]);
}

static void each_change_is_told_with_who_did_it_and_from_where(void) {
  make_ready();
  const char *leader = id_of("supervisor.chifeng");
  BOTH(t) {
    struct records records = near_records();
    for (unsigned i = 0; i < right_count; i++) {
      const struct right *right = &rights[i];
      for (unsigned caller = 0; caller < NO_TOKEN; caller++) {
        if (right->near[caller] != 'o')
          continue;
        long long end = audit_end();
        struct answer answer = try_right(t, caller, right, &records);
        const char *actor = strcmp(right->method, "AuthService/Login") ? id_of(callers[caller]) : leader;
        check(answer.code == CODE_OK && !strcmp(told_since(end), told_of(right->method)) &&
                  are_signed(end, right->method, actor),
              t, right, caller, end);
        if (changes_something(right))
          records = near_records();
      }
    }
  }
}

static void each_refusal_of_identity_role_or_sight_is_told_with_who_asked(void) {
  make_ready();
  BOTH(t) {
    struct records records = near_records();
    for (unsigned i = 0; i < right_count; i++) {
      const struct right *right = &rights[i];
      for (unsigned caller = 0; caller < CALLERS; caller++) {
        // Without a token there is nobody to tell of; what anybody may call has its own account of failures, or needs none.
        if (!strchr("nfu", right->near[caller]) || caller == NO_TOKEN ||
            method_named(&world()->schema, right->method)->anonymous)
          continue;
        long long end = audit_end();
        struct answer answer = try_right(t, caller, right, &records);
        const char *actor = caller == DEAD_TOKEN ? "unknown" : id_of(callers[caller]);
        check(sql_number(
                  "select count(*) from audit where id > %lld and action = 'refused' and kind = 'call' and actor = '%s' and "
                  "method = '%s' and peer like '127.0.0.1%%' and call_id is not null and result = '%d %s'",
                  end, actor, right->method, answer.code, answer.reason) == 1 &&
                  audit_end() == end + 1,
              t, right, caller, end);
      }
    }
  }
}

static void a_refusal_names_the_record_that_was_asked_for(void) {
  struct records far = far_records();
  BOTH(t) {
    long long end = audit_end();
    ask(world()->client, t, token_of("officer.linxi"), "LeadService/GetLead", "{\"id\":\"%s\"}", far.lead);
    CU_ASSERT_STRING_EQUAL(sql_text("select record from audit where id > %lld", end), far.lead);
  }
}

static void refused_items_of_a_push_are_told(void) {
  struct records far = far_records();
  BOTH(t) {
    long long end = audit_end();
    struct answer answer = ask(world()->client, t, token_of("officer.linxi"), "SyncService/Push",
                               "{\"visits\":[%s,%s],\"photos\":[%s],\"leads\":[%s]}", visit_json(far.visit, LINXI_VILLAGE, ""),
                               visit_json(fresh_id(), LINXI_VILLAGE, ""), photo_json(fresh_id(), far.visit),
                               lead_json(far.lead, LINXI_VILLAGE, ""));
    CU_ASSERT_EQUAL(count_at(answer.body, "results"), 4);
    CU_ASSERT_STRING_EQUAL(told_since(end),
                           "created visit done, refused lead TAKEN, refused visit TAKEN, refused visit UNKNOWN_REFERENCE");
    CU_ASSERT_TRUE(are_signed(end, "SyncService/Push", id_of("officer.linxi")));
  }
}

// `json` has a place for the record's id and one for what it names. Who is refused, what each of two tries answers, and the
// record that each of their rows names: hidden, or not there at all.
static void check_named(enum transport t, const char *method, const char *json, const char *hidden, const char *absent) {
  const char *const named[] = {hidden, absent};
  struct answer answers[2];
  for (int i = 0; i < 2; i++) {
    long long end = audit_end();
    answers[i] = ask(world()->client, t, token_of("officer.linxi"), method, "{%s}",
                     arena_printf(client_memory(), json, fresh_id(), named[i]));
    CU_ASSERT_EQUAL(sql_number("select count(*) from audit where id > %lld and action = 'refused' and record = '%s' and "
                               "method = '%s' and actor_id = '%s'",
                               end, named[i], method, id_of("officer.linxi")),
                    1);
    CU_ASSERT_EQUAL(audit_end(), end + 1);
  }
  CU_ASSERT_EQUAL(answers[0].code, answers[1].code);
  CU_ASSERT_STRING_EQUAL(answers[0].reason, answers[1].reason);
}

static void a_request_that_names_a_record_out_of_sight_is_told_with_that_record(void) {
  struct records far = far_records();
  const char *visit = visit_json(
      "%s", LINXI_VILLAGE, ",\"solvedProblems\":[{\"description\":\"虚构\"},{\"description\":\"虚构\",\"leadId\":\"%s\"}]");
  const char *lead = lead_json("%s", LINXI_VILLAGE, ",\"visitId\":\"%s\"");
  BOTH(t) {
    check_named(
        t, "PhotoService/CreatePhoto",
        "\"photo\":{\"id\":\"%s\",\"visitId\":\"%s\",\"mediaType\":\"image/jpeg\",\"byteSize\":9,\"width\":4,\"height\":3,"
        "\"sha256\":\"qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=\",\"capturedAt\":\"2026-03-02T08:00:00Z\"}",
        far.visit, fresh_id());
    check_named(t, "LeadService/CreateLead", arena_printf(client_memory(), "\"lead\":%s", lead), far.visit, fresh_id());
    check_named(t, "VisitService/CreateVisit", arena_printf(client_memory(), "\"visit\":%s", visit), far.lead, fresh_id());
    check_named(t, "SyncService/Push", arena_printf(client_memory(), "\"visits\":[%s]", visit), far.lead, fresh_id());
    check_named(t, "SyncService/Push", arena_printf(client_memory(), "\"leads\":[%s]", lead), far.visit, fresh_id());
  }
}

static void a_word_that_is_in_no_vocabulary_is_a_mistake_and_no_refusal(void) {
  BOTH(t) {
    long long end = audit_end();
    struct answer answer = ask(world()->client, t, token_of("officer.linxi"), "LeadService/CreateLead", "{\"lead\":%s}",
                               lead_json(fresh_id(), LINXI_VILLAGE, ",\"domain\":\"nosuchdomain\""));
    CU_ASSERT_TRUE(names_field(&answer, "lead.domain", "NO_SUCH_TERM"));
    CU_ASSERT_EQUAL(audit_end(), end);
  }
}

static void a_push_that_changes_nothing_is_not_told(void) {
  const char *visit = visit_json(fresh_id(), LINXI_VILLAGE, "");
  ask(world()->client, REST, token_of("officer.linxi"), "SyncService/Push", "{\"visits\":[%s]}", visit);
  BOTH(t) {
    long long end = audit_end();
    struct answer again = ask(world()->client, t, token_of("officer.linxi"), "SyncService/Push", "{\"visits\":[%s]}", visit);
    CU_ASSERT_STRING_EQUAL(text_at(again.body, "results.0.status"), "UNCHANGED");
    CU_ASSERT_EQUAL(audit_end(), end);
  }
}

static void a_failed_login_is_told_of_the_account_and_of_no_unknown_name(void) {
  BOTH(t) {
    long long end = audit_end();
    const char *login = "{\"username\":\"%s\",\"password\":\"not the password\",\"device\":{\"id\":\"%s\"}}";
    ask(world()->client, t, NULL, "AuthService/Login", login, "auditor", fresh_id());
    CU_ASSERT_STRING_EQUAL(told_since(end), "refused session BAD_CREDENTIALS");
    CU_ASSERT_STRING_EQUAL(sql_text("select record from audit where id > %lld", end), id_of("auditor"));
    end = audit_end();
    ask(world()->client, t, NULL, "AuthService/Login", login, "nobody.of.that.name", fresh_id());
    CU_ASSERT_EQUAL(audit_end(), end);
  }
}

static void the_audit_cannot_be_changed_by_whoever_holds_the_servers_connection(void) {
  PGconn *server = sql_connect(false);
  const char *const tries[] = {"update audit set result = 'x'",
                               "delete from audit",
                               "truncate audit",
                               "insert into audit (actor, action, kind, result) values ('x', 'created', 'x', 'x')",
                               "alter table audit disable trigger all",
                               "drop table audit",
                               "set role zoufang_definer"};
  for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
    PGresult *result = PQexec(server, tries[i]);
    CU_ASSERT_STRING_EQUAL(PQresultErrorField(result, PG_DIAG_SQLSTATE), "42501");
    PQclear(result);
  }
  PQfinish(server);
}

static void whoever_holds_the_servers_connection_reads_no_audit_without_an_auditors_session(void) {
  PGconn *server = sql_connect(false);
  PGresult *result = PQexec(server, "select from audit union all select from audit_seal union all select from audit_schema");
  CU_ASSERT_EQUAL(PQresultStatus(result), PGRES_TUPLES_OK);
  CU_ASSERT_EQUAL(PQntuples(result), 0);
  PQclear(result);
  result = PQexec(server, "select from audit_altered(1)");
  CU_ASSERT_STRING_EQUAL(PQresultErrorField(result, PG_DIAG_SQLSTATE), "ZF403");
  PQclear(result);
  PQfinish(server);
}

SUITE_WITH(audit, world_open, NULL, AUDIT_LIMIT_S, TEST(each_change_is_told_with_who_did_it_and_from_where),
           TEST(each_refusal_of_identity_role_or_sight_is_told_with_who_asked),
           TEST(a_refusal_names_the_record_that_was_asked_for), TEST(refused_items_of_a_push_are_told),
           TEST(a_request_that_names_a_record_out_of_sight_is_told_with_that_record),
           TEST(a_word_that_is_in_no_vocabulary_is_a_mistake_and_no_refusal), TEST(a_push_that_changes_nothing_is_not_told),
           TEST(a_failed_login_is_told_of_the_account_and_of_no_unknown_name),
           TEST(the_audit_cannot_be_changed_by_whoever_holds_the_servers_connection),
           TEST(whoever_holds_the_servers_connection_reads_no_audit_without_an_auditors_session));
