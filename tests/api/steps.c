// The way of a lead: every step of the table by everybody, hand-over, recusal, who approves, races, retries, and a timeline
// that only grows.

#include "suite.h"
#include "support/asking.h"
#include "support/client_wire.h"
#include "support/world.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { STATES = 15, CASE_FILED = 6, PROPOSED = 7, CONCLUDED = 8, RACERS = 50, STEPS_LIMIT_S = 300 };

static const char *const state_names[STATES + 1] = {"",
                                                    "RECEIVED",
                                                    "ACCEPTED",
                                                    "ASSIGNED",
                                                    "VERIFYING",
                                                    "INQUIRY_BY_LETTER",
                                                    "CASE_FILED",
                                                    "CONCLUSION_PROPOSED",
                                                    "CONCLUDED",
                                                    "REPORTED_BACK",
                                                    "CLOSED",
                                                    "DECLINED",
                                                    "TRANSFERRED",
                                                    "SHELVED",
                                                    "DISMISSED",
                                                    "REOPENED"};

// Who tries: the handler, a supervisor of the region, to whom it is offered, and somebody who does not see it. Numbers are
// those of lead_step.role.
enum { HANDLER = 1, SUPERVISOR = 2, RECEIVER = 3, STRANGER = 4 };
static const char *const tryers[] = {"", "officer.linxi", "supervisor.linxi", "officer.linxi.2", "officer.balin"};

#define OUTCOME "{\"finding\":\"OUTCOME_FINDING_SUBSTANTIATED\",\"problemSolved\":true,\"recoveredFen\":\"120000\"}"
#define FEEDBACK                                                                                                               \
  "{\"way\":\"FEEDBACK_WAY_PHONE\",\"audience\":\"FEEDBACK_AUDIENCE_REPORTER\",\"satisfaction\":\"SATISFACTION_SATISFIED\"}"

static struct answer call(enum transport t, const char *user, const char *method, const char *request) {
  return ask(world()->client, t, token_of(user), arena_printf(client_memory(), "LeadService/%s", method), "%s", request);
}

static struct answer get(enum transport t, const char *user, const char *id) {
  return call(t, user, "GetLead", arena_printf(client_memory(), "{\"id\":\"%s\"}", id));
}

static const char *raise(const char *user, const char *more) {
  const char *id = fresh_id();
  struct answer answer =
      ask(world()->client, GRPC, token_of(user), "LeadService/CreateLead", "{\"lead\":%s}", lead_json(id, LINXI_VILLAGE, more));
  CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
  return id;
}

static const char *etag_of(const char *id) {
  return sql_text("select encode(etag, 'base64') from lead where id = '%s'", id);
}

static int state_of(const char *id) {
  return (int)sql_number("select state from lead where id = '%s'", id);
}

// A request about a lead with its present etag and `more` members.
static const char *about(const char *id, const char *more) {
  return arena_printf(client_memory(), "{\"id\":\"%s\",\"etag\":\"%s\"%s}", id, etag_of(id), more);
}

static struct answer advance(enum transport t, const char *user, const char *id, const char *to, const char *more) {
  return call(t, user, "AdvanceLead", about(id, arena_printf(client_memory(), ",\"to\":\"LEAD_STATE_%s\"%s", to, more)));
}

static void must(struct answer answer) {
  if (answer.code != CODE_OK)
    fprintf(stderr, "        %s %s\n", answer.reason, json_dumps(answer.body, JSON_COMPACT));
  CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
}

// A lead of officer.linxi's in a state, however it came there: offered to officer.linxi.2, its conclusion proposed or approved
// where the state asks for it.
static const char *lead_in(int state) {
  const char *id = raise(tryers[HANDLER], "");
  CU_ASSERT_TRUE_FATAL(sql_run("alter table lead disable trigger user; alter table lead_outcome disable trigger user;"
                               "update lead set state = %d, offered_user = '%s' where id = '%s';"
                               "insert into lead_outcome (lead_id, finding, proposed_by, approved_by, approved_at)"
                               " select '%s', 1, '%s', case when %d > 7 then '%s'::uuid end, case when %d > 7 then now() end"
                               " where %d between 7 and 10;"
                               "insert into lead_event (lead_id, kind, from_state, to_state) select '%s', 5, 4, 7 where %d = 7;"
                               "alter table lead enable trigger user; alter table lead_outcome enable trigger user",
                               state, id_of(tryers[RECEIVER]), id, id, id_of(tryers[HANDLER]), state, id_of(tryers[SUPERVISOR]),
                               state, state, id, state));
  return id;
}

// The needs of a step as an array's text, "" where it is not the role's. A proposal came from VERIFYING and goes back there
// alone.
static const char *needs_of(int from, int to, int role) {
  return sql_text("select coalesce(min(needs::text), '') from lead_step where from_state = %d and to_state = %d and role = %d "
                  "and (not 9 = any (needs) or to_state = 4)",
                  from, to, role);
}

// All that a step may ask for; what must be left out for other steps is left out.
static const char *given_for(int to, int but) {
  const char *more = "";
  if (but != 1)
    more = ",\"reason\":\"测试\"";
  if ((to == 3 || to == 12) && but != 2 && but != 3)
    more = arena_printf(client_memory(), "%s,\"officeId\":\"%s\"", more,
                        sql_text("select id from office where region_code = " BALIN));
  if (to == CASE_FILED && but != 4)
    more = arena_printf(client_memory(), "%s,\"caseId\":\"%s\"", more, fresh_id());
  if (to == PROPOSED && but != 5)
    more = arena_printf(client_memory(), "%s,\"outcome\":" OUTCOME, more);
  if ((to == 9 || to == 11) && but != 6 && but != 7)
    more = arena_printf(client_memory(), "%s,\"feedback\":" FEEDBACK, more);
  return more;
}

static const char *allowed_by_table(int from, int role) {
  return sql_text(
      "select coalesce(string_agg(distinct lead_state_name(to_state), ', '), '') from (select * from lead_step where "
      "from_state = %d and role = %d and (not 9 = any (needs) or to_state = 4) order by to_state) s",
      from, role);
}

// The steps that an answer names, in its own order.
static const char *allowed_by(const struct answer *answer) {
  size_t i;
  json_t *detail;
  json_array_foreach(json_at(answer->body, "details"), i, detail) {
    if (strstr(text_at(detail, "@type"), "ErrorInfo"))
      return text_at(detail, "metadata.allowed");
  }
  return "";
}

static bool same_names(const char *one, const char *other) {
  return !strcmp(
      sql_text("select coalesce(string_agg(n, ' ' order by n), '') from unnest(string_to_array('%s', ', ')) n", one),
      sql_text("select coalesce(string_agg(n, ' ' order by n), '') from unnest(string_to_array('%s', ', ')) n", other));
}

static void tell(enum transport t, int from, int to, int role, const struct answer *answer) {
  fprintf(stderr, "        %s %s → %s by %s: %d %s %s\n", transport_names[t], state_names[from], state_names[to], tryers[role],
          answer->code, answer->reason, json_dumps(answer->body, JSON_COMPACT));
}

// Whether the answer to a step is right: taken where the table has it for the role, else refused with what would be allowed.
static bool is_right(enum transport t, int from, int to, int role, const struct answer *answer) {
  if (role == STRANGER)
    return answer->code == CODE_NOT_FOUND;
  if (*needs_of(from, to, role))
    return to == CASE_FILED ? names_field(answer, "case_id", "UNKNOWN_REFERENCE") : answer->code == CODE_OK;
  return answer->code == CODE_FAILED_PRECONDITION && (t == GRPC || answer->http == 400) &&
         !strcmp(answer->reason, "STEP_OUT_OF_ORDER") && names_field(answer, "to", NULL) &&
         same_names(allowed_by(answer), allowed_by_table(from, role));
}

static void try_from(enum transport t, int from, int role) {
  const char *id = lead_in(from);
  for (int to = 1; to <= STATES; to++) {
    if (to == from)
      continue;
    struct answer answer = advance(t, tryers[role], id, state_names[to], given_for(to, 0));
    bool right = is_right(t, from, to, role, &answer), taken = answer.code == CODE_OK;
    CU_ASSERT_TRUE(right);
    if (!right)
      tell(t, from, to, role, &answer);
    CU_ASSERT_EQUAL(state_of(id), taken ? to : from);
    if (taken)
      id = lead_in(from);
  }
}

static void each_step_is_taken_by_whom_the_table_names_and_refused_to_all_others(void) {
  BOTH(t) {
    for (int from = 1; from <= STATES; from++)
      for (int role = HANDLER; role <= STRANGER; role++)
        try_from(t, from, role);
  }
}

static void a_lead_tells_each_caller_the_steps_that_he_may_take(void) {
  BOTH(t) {
    for (int from = 1; from <= STATES; from++) {
      const char *id = lead_in(from);
      for (int role = HANDLER; role <= RECEIVER; role++) {
        struct answer answer = get(t, tryers[role], id);
        const char *told = "";
        for (size_t i = 0; i < count_at(answer.body, "allowedSteps"); i++)
          told = arena_printf(client_memory(), "%s%s%s", told, i ? ", " : "",
                              text_at(json_array_get(json_at(answer.body, "allowedSteps"), i), "to"));
        CU_ASSERT_TRUE(same_names(told, allowed_by_table(from, role)));
      }
    }
  }
}

static void a_step_without_what_it_asks_for_is_refused_and_the_field_is_named(void) {
  static const char *const fields[] = {"", "reason", "handler_id", "office_id", "case_id", "outcome", "feedback"};
  BOTH(t) {
    long long rows = sql_number("select count(*) from lead_step where role < 3");
    for (long long row = 0; row < rows; row++) {
      const char *step = sql_text("select concat_ws(' ', from_state, to_state, role) from lead_step where role < 3 "
                                  "order by from_state, to_state, role offset %lld limit 1",
                                  row);
      char *behind;
      int from = (int)strtol(step, &behind, 10), to = (int)strtol(behind, &behind, 10), role = (int)strtol(behind, NULL, 10);
      if (from == PROPOSED && to != 4 && to != CONCLUDED)
        continue; // it did not come from there
      for (int need = 1; need <= 6; need++) {
        if (!strpbrk(needs_of(from, to, role), (char[]){(char)('0' + need), 0}) ||
            (need == 1 && strstr(needs_of(from, to, role), "{10}")))
          continue;
        const char *id = lead_in(from);
        struct answer answer = advance(t, tryers[role], id, state_names[to], given_for(to, need));
        bool right = answer.code == CODE_FAILED_PRECONDITION && names_field(&answer, fields[need], "STEP_INCOMPLETE") &&
                     *allowed_by(&answer);
        CU_ASSERT_TRUE(right);
        if (!right)
          tell(t, from, to, role, &answer);
        CU_ASSERT_EQUAL(state_of(id), from);
      }
    }
  }
}

static void what_a_step_does_not_ask_for_is_not_taken(void) {
  BOTH(t) {
    const char *id = raise("officer.linxi", "");
    struct answer answer = advance(t, "supervisor.linxi", id, "ACCEPTED", ",\"outcome\":" OUTCOME);
    CU_ASSERT_TRUE(names_field(&answer, "outcome", "NOT_EXPECTED"));
    answer = advance(t, "supervisor.linxi", id, "ACCEPTED",
                     arena_printf(client_memory(), ",\"handlerId\":\"%s\"", id_of("officer.linxi.2")));
    CU_ASSERT_TRUE(names_field(&answer, "handler_id", "NOT_EXPECTED"));
    const char *due = arena_printf(client_memory(), ",\"reason\":\"测试\",\"dueAt\":\"%s\"", time_from_now(86400));
    answer = advance(t, "supervisor.linxi", id, "DECLINED", due); // nothing is to be done any more
    CU_ASSERT_TRUE(names_field(&answer, "due_at", "NOT_EXPECTED"));
    CU_ASSERT_EQUAL(state_of(id), 1);
  }
}

// --- Hand-over ---------------------------------------------------------------------------------------------------------------

static const char *to_user(const char *username) {
  return arena_printf(client_memory(), ",\"handlerId\":\"%s\",\"reason\":\"交办\"", id_of(username));
}

static void who_received_a_lead_answers_for_it_until_a_hand_over_is_accepted(void) {
  BOTH(t) {
    const char *id = raise("officer.linxi", "");
    must(advance(t, "supervisor.linxi", id, "ACCEPTED", ""));
    CU_ASSERT_EQUAL(get(t, "officer.linxi.2", id).code, CODE_NOT_FOUND);
    must(advance(t, "supervisor.linxi", id, "ASSIGNED", to_user("officer.linxi.2")));
    struct answer offered = get(t, "officer.linxi.2", id);
    must(offered);
    CU_ASSERT_STRING_EQUAL(text_at(offered.body, "handlerId"), id_of("officer.linxi"));
    CU_ASSERT_STRING_EQUAL(text_at(offered.body, "offeredUserId"), id_of("officer.linxi.2"));
    CU_ASSERT_EQUAL(advance(t, "officer.linxi.2", id, "VERIFYING", "").code, CODE_FAILED_PRECONDITION);
    CU_ASSERT_EQUAL(call(t, "officer.balin", "AcceptHandOver", about(id, "")).code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(call(t, "supervisor.linxi", "AcceptHandOver", about(id, "")).code, CODE_PERMISSION_DENIED);
    must(call(t, "officer.linxi.2", "AcceptHandOver", about(id, "")));
    struct answer now = get(t, "officer.linxi.2", id);
    CU_ASSERT_STRING_EQUAL(text_at(now.body, "handlerId"), id_of("officer.linxi.2"));
    CU_ASSERT_STRING_EQUAL(text_at(now.body, "offeredUserId"), "");
    CU_ASSERT_EQUAL(advance(t, "officer.linxi", id, "VERIFYING", "").code, CODE_FAILED_PRECONDITION);
    must(advance(t, "officer.linxi.2", id, "VERIFYING", ""));
  }
}

static void a_lead_offered_to_an_office_is_accepted_by_one_of_its_members(void) {
  BOTH(t) {
    const char *id = raise("officer.linxi", "");
    const char *office = sql_text("select office_id from account where username = 'officer.balin'");
    must(call(t, "officer.linxi", "HandOver",
              about(id, arena_printf(client_memory(), ",\"officeId\":\"%s\",\"reason\":\"移交\"", office))));
    CU_ASSERT_STRING_EQUAL(text_at(get(t, "officer.balin", id).body, "offeredOfficeId"), office);
    struct answer list = ask(world()->client, t, token_of("officer.balin"), "LeadService/ListLeads", "{\"pageSize\":500}");
    char *text = json_dumps(list.body, 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(text, id));
    free(text);
    must(call(t, "officer.balin", "AcceptHandOver", about(id, "")));
    struct answer now = get(t, "officer.balin", id);
    CU_ASSERT_STRING_EQUAL(text_at(now.body, "handlerId"), id_of("officer.balin"));
    CU_ASSERT_STRING_EQUAL(text_at(now.body, "officeId"), office);
  }
}

static void a_transferred_lead_is_returned_or_begins_anew_where_it_came(void) {
  BOTH(t) {
    const char *office = sql_text("select office_id from account where username = 'officer.balin'");
    const char *to_office = arena_printf(client_memory(), ",\"officeId\":\"%s\",\"reason\":\"转办\"", office);
    const char *id = raise("officer.linxi", "");
    must(advance(t, "supervisor.linxi", id, "TRANSFERRED", to_office));
    CU_ASSERT_EQUAL(advance(t, "officer.balin", id, "RECEIVED", "").code, CODE_FAILED_PRECONDITION); // without its reason
    must(advance(t, "officer.balin", id, "RECEIVED", ",\"reason\":\"不属管辖\""));
    CU_ASSERT_EQUAL(get(t, "officer.balin", id).code, CODE_NOT_FOUND);
    must(advance(t, "supervisor.linxi", id, "TRANSFERRED", to_office));
    must(call(t, "officer.balin", "AcceptHandOver", about(id, "")));
    CU_ASSERT_EQUAL(state_of(id), 1);
    CU_ASSERT_STRING_EQUAL(text_at(get(t, "officer.balin", id).body, "handlerId"), id_of("officer.balin"));
  }
}

static void a_lead_is_handed_to_nobody_who_cannot_answer_for_it(void) {
  BOTH(t) {
    const char *id =
        raise("officer.linxi",
              arena_printf(client_memory(), ",\"accused\":[{\"name\":\"某某\",\"userId\":\"%s\"}]", id_of("officer.linxi.2")));
    struct answer answer = call(t, "officer.linxi", "HandOver", about(id, to_user("officer.linxi.2")));
    CU_ASSERT_TRUE(names_field(&answer, "handler_id", "CANNOT_ANSWER")); // complained of
    answer = call(t, "officer.linxi", "HandOver", about(id, to_user("analyst.chifeng")));
    CU_ASSERT_TRUE(names_field(&answer, "handler_id", "CANNOT_ANSWER")); // holds no case role
    answer = call(t, "officer.linxi", "HandOver",
                  about(id, arena_printf(client_memory(), ",\"handlerId\":\"%s\",\"reason\":\"x\"", fresh_id())));
    CU_ASSERT_TRUE(names_field(&answer, "handler_id", "NO_SUCH_USER"));
    answer = call(t, "officer.linxi", "HandOver", about(id, ",\"reason\":\"x\""));
    CU_ASSERT_TRUE(names_field(&answer, "handler_id", "ONLY_ONE"));
  }
}

// --- Those who keep out, and who approves ------------------------------------------------------------------------------------

static void who_recuses_himself_sees_nothing_any_more_and_the_office_above_answers(void) {
  BOTH(t) {
    const char *id = raise("officer.linxi", "");
    must(call(t, "officer.linxi", "Recuse", about(id, ",\"reason\":\"亲属\"")));
    CU_ASSERT_EQUAL(get(t, "officer.linxi", id).code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(call(t, "officer.linxi", "ListLeadEvents", arena_printf(client_memory(), "{\"id\":\"%s\"}", id)).code,
                    CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(advance(t, "officer.linxi", id, "ACCEPTED", "").code, CODE_NOT_FOUND);
    struct answer above = get(t, "supervisor.chifeng", id);
    must(above);
    CU_ASSERT_STRING_EQUAL(text_at(above.body, "handlerId"), "");
    CU_ASSERT_STRING_EQUAL(text_at(above.body, "officeId"), sql_text("select id from office where region_code = " CITY));
    struct answer answer = call(t, "supervisor.linxi", "HandOver", about(id, to_user("officer.linxi")));
    CU_ASSERT_TRUE(names_field(&answer, "handler_id", "CANNOT_ANSWER"));
    CU_ASSERT_TRUE(sql_run("update lead set handler_id = '%s' where id = '%s'", id_of("officer.linxi"), id)); // in vain
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead where id = '%s' and handler_id is null", id), 1);
  }
}

static void a_handler_who_is_complained_of_answers_for_it_no_more(void) {
  BOTH(t) {
    const char *id = raise("officer.linxi", ",\"accused\":[{\"name\":\"某某\"}]");
    must(call(t, "supervisor.linxi", "MatchAccused",
              about(id, arena_printf(client_memory(), ",\"place\":1,\"userId\":\"%s\"", id_of("officer.linxi")))));
    CU_ASSERT_EQUAL(get(t, "officer.linxi", id).code, CODE_NOT_FOUND);
    CU_ASSERT_STRING_EQUAL(text_at(get(t, "supervisor.chifeng", id).body, "handlerId"), "");
  }
}

static void who_proposes_a_conclusion_does_not_approve_it(void) {
  BOTH(t) {
    const char *id = lead_in(4);
    must(call(t, "officer.linxi", "HandOver", about(id, to_user("supervisor.linxi"))));
    must(call(t, "supervisor.linxi", "AcceptHandOver", about(id, "")));
    must(advance(t, "supervisor.linxi", id, "CONCLUSION_PROPOSED", ",\"outcome\":" OUTCOME));
    CU_ASSERT_EQUAL(advance(t, "supervisor.linxi", id, "CONCLUDED", "").code, CODE_FAILED_PRECONDITION);
    CU_ASSERT_EQUAL(count_at(get(t, "supervisor.linxi", id).body, "allowedSteps"), 0);
    CU_ASSERT_FALSE(sql_run("update lead_outcome set approved_by = proposed_by, approved_at = now() where lead_id = '%s'", id));
    must(advance(t, "supervisor.chifeng", id, "CONCLUDED", ""));
    struct answer now = get(t, "supervisor.linxi", id);
    CU_ASSERT_STRING_EQUAL(text_at(now.body, "outcome.proposedBy"), id_of("supervisor.linxi"));
    CU_ASSERT_STRING_EQUAL(text_at(now.body, "outcome.approvedBy"), id_of("supervisor.chifeng"));
    CU_ASSERT_EQUAL(number_at(now.body, "outcome.recoveredFen"), 120000);
  }
}

static void a_conclusion_that_is_sent_back_goes_where_it_was_and_is_proposed_anew(void) {
  BOTH(t) {
    const char *id = lead_in(4);
    must(advance(t, "officer.linxi", id, "CONCLUSION_PROPOSED", ",\"outcome\":" OUTCOME));
    CU_ASSERT_EQUAL(advance(t, "supervisor.linxi", id, "INQUIRY_BY_LETTER", ",\"reason\":\"x\"").code,
                    CODE_FAILED_PRECONDITION);
    must(advance(t, "supervisor.linxi", id, "VERIFYING", ",\"reason\":\"证据不足\""));
    CU_ASSERT_PTR_NULL(json_at(get(t, "officer.linxi", id).body, "outcome"));
    must(advance(
        t, "officer.linxi", id, "CONCLUSION_PROPOSED",
        ",\"outcome\":{\"finding\":\"OUTCOME_FINDING_UNFOUNDED\",\"cleared\":[{\"name\":\"某干部\",\"unit\":\"某局\"}]}"));
    must(advance(t, "supervisor.linxi", id, "CONCLUDED", ""));
    struct answer now = get(t, "officer.linxi", id);
    CU_ASSERT_STRING_EQUAL(text_at(now.body, "outcome.finding"), "OUTCOME_FINDING_UNFOUNDED");
    CU_ASSERT_STRING_EQUAL(text_at(now.body, "outcome.cleared.0.name"), "某干部");
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead_outcome where lead_id = '%s'", id), 2);
  }
}

static void a_lead_goes_from_receipt_to_archive_and_its_timeline_tells_each_step(void) {
  static const char *const way[] = {"ACCEPTED",  "ASSIGNED",      "VERIFYING", "CONCLUSION_PROPOSED",
                                    "CONCLUDED", "REPORTED_BACK", "CLOSED"};
  BOTH(t) {
    const char *id = raise("officer.linxi", ",\"reporter\":{\"name\":\"虚构人\",\"phone\":\"13900001111\"}");
    must(advance(t, "supervisor.linxi", id, "ACCEPTED", ",\"feedback\":" FEEDBACK));
    must(advance(t, "supervisor.linxi", id, "ASSIGNED", to_user("officer.linxi")));
    must(advance(t, "officer.linxi", id, "VERIFYING", ""));
    must(advance(t, "officer.linxi", id, "CONCLUSION_PROPOSED", ",\"outcome\":" OUTCOME));
    must(advance(t, "supervisor.linxi", id, "CONCLUDED", ""));
    CU_ASSERT_EQUAL(advance(t, "supervisor.linxi", id, "CLOSED", ",\"reason\":\"x\"").code, CODE_FAILED_PRECONDITION);
    must(advance(t, "officer.linxi", id, "REPORTED_BACK", ",\"feedback\":" FEEDBACK));
    must(advance(t, "supervisor.linxi", id, "CLOSED", ""));
    struct answer events = call(t, "officer.linxi", "ListLeadEvents", arena_printf(client_memory(), "{\"id\":\"%s\"}", id));
    size_t step = 0, i;
    json_t *event;
    json_array_foreach(json_at(events.body, "events"), i, event) {
      if (strcmp(text_at(event, "kind"), "LEAD_EVENT_KIND_ADVANCED"))
        continue;
      CU_ASSERT_STRING_EQUAL(text_at(event, "from") + strlen("LEAD_STATE_"), step ? way[step - 1] : "RECEIVED");
      CU_ASSERT_STRING_EQUAL(text_at(event, "to") + strlen("LEAD_STATE_"), way[step]);
      step++;
    }
    CU_ASSERT_EQUAL(step, sizeof way / sizeof *way);
    struct answer now = get(t, "officer.linxi", id);
    CU_ASSERT_EQUAL(count_at(now.body, "feedbacks"), 2);
    CU_ASSERT_STRING_EQUAL(text_at(now.body, "feedbacks.0.about"), "FEEDBACK_ABOUT_ACCEPTANCE");
    CU_ASSERT_STRING_EQUAL(text_at(now.body, "feedbacks.1.satisfaction"), "SATISFACTION_SATISFIED");
  }
}

static void linked_leads_tell_of_each_other_to_who_sees_both(void) {
  BOTH(t) {
    const char *one = raise("officer.linxi", ""), *other = raise("officer.linxi.2", "");
    const char *request =
        arena_printf(client_memory(), "{\"id\":\"%s\",\"otherId\":\"%s\",\"reason\":\"同一事项\"}", one, other);
    struct answer unseen = call(t, "officer.linxi", "LinkLead", request);
    CU_ASSERT_TRUE(names_field(&unseen, "other_id", "UNKNOWN_REFERENCE"));
    must(call(t, "supervisor.linxi", "LinkLead", request));
    must(call(t, "supervisor.linxi", "LinkLead", request));
    CU_ASSERT_STRING_EQUAL(text_at(get(t, "supervisor.linxi", other).body, "linkedLeadIds.0"), one);
    CU_ASSERT_EQUAL(count_at(get(t, "officer.linxi", one).body, "linkedLeadIds"), 0);
    struct answer events = call(t, "officer.linxi", "ListLeadEvents", arena_printf(client_memory(), "{\"id\":\"%s\"}", one));
    CU_ASSERT_EQUAL(count_at(events.body, "events"), 2);
    CU_ASSERT_STRING_EQUAL(text_at(events.body, "events.1.kind"), "LEAD_EVENT_KIND_LINKED");
    CU_ASSERT_STRING_EQUAL(text_at(events.body, "events.1.linkedLeadId"), "");
  }
}

// --- Races and retries -------------------------------------------------------------------------------------------------------

static void of_fifty_who_advance_one_lead_one_wins_and_nothing_is_half_done(void) {
  const char *id = raise("officer.linxi", ""), *supervisor = token_of("supervisor.linxi"),
             *chief = token_of("supervisor.chifeng");
  const char *accept = about(id, ",\"to\":\"LEAD_STATE_ACCEPTED\"");
  const char *decline = about(id, ",\"to\":\"LEAD_STATE_DECLINED\",\"reason\":\"不属受理范围\",\"feedback\":" FEEDBACK);
  static struct asking racers[RACERS];
  for (int i = 0; i < RACERS; i++)
    asking_begin(&racers[i], world()->client, i % 2 ? GRPC : REST, i % 3 ? supervisor : chief, "LeadService/AdvanceLead",
                 i % 5 ? accept : decline);
  int won = 0, lost = 0;
  for (int i = 0; i < RACERS; i++) {
    asking_end(&racers[i]);
    won += racers[i].code == CODE_OK;
    lost += racers[i].code == CODE_ABORTED && !strcmp(racers[i].reason, "STALE_ETAG");
  }
  CU_ASSERT_EQUAL(won, 1);
  CU_ASSERT_EQUAL(lost, RACERS - 1);
  CU_ASSERT_EQUAL(sql_number("select count(*) from lead_event where lead_id = '%s' and kind = 5", id), 1);
  CU_ASSERT_EQUAL(sql_number("select count(*) from lead_version where id = '%s'", id), 1);
  CU_ASSERT_EQUAL(sql_number("select count(*) from lead_feedback where lead_id = '%s'", id), state_of(id) == 11);
}

static void a_step_that_is_retried_with_its_request_id_happens_once(void) {
  BOTH(t) {
    const char *id = lead_in(8);
    const char *request = about(
        id, arena_printf(client_memory(), ",\"to\":\"LEAD_STATE_REPORTED_BACK\",\"feedback\":" FEEDBACK ",\"requestId\":\"%s\"",
                         fresh_id()));
    struct answer first = call(t, "officer.linxi", "AdvanceLead", request);
    struct answer again = call(t == REST ? GRPC : REST, "officer.linxi", "AdvanceLead", request);
    must(first);
    must(again);
    CU_ASSERT_TRUE(json_equal(first.body, again.body));
    CU_ASSERT_STRING_EQUAL(text_at(first.body, "etag"), etag_of(id));
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead_feedback where lead_id = '%s'", id), 1);
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead_event where lead_id = '%s' and kind = 5", id), 1);
  }
}

static void a_stale_etag_takes_no_step(void) {
  BOTH(t) {
    const char *id = raise("officer.linxi", "");
    const char *request = about(id, ",\"to\":\"LEAD_STATE_ACCEPTED\"");
    must(call(t, "supervisor.linxi", "AdvanceLead", request));
    struct answer again = call(t, "supervisor.linxi", "AdvanceLead", request);
    CU_ASSERT_EQUAL(again.code, CODE_ABORTED);
    CU_ASSERT_STRING_EQUAL(again.reason, "STALE_ETAG");
  }
}

static bool serving_role_is_denied(PGconn *role, const char *statement) {
  PGresult *result = PQexec(role, statement);
  const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  bool denied = state && !strcmp(state, "42501");
  PQclear(result);
  return denied;
}

static void what_was_done_is_not_undone_by_the_servers_own_role(void) {
  PGconn *role = sql_connect(false);
  CU_ASSERT_TRUE(serving_role_is_denied(role, "update zoufang.lead_event set note = 'x'"));
  CU_ASSERT_TRUE(serving_role_is_denied(role, "delete from zoufang.lead_event"));
  CU_ASSERT_TRUE(serving_role_is_denied(role, "update zoufang.lead_feedback set note = 'x'"));
  CU_ASSERT_TRUE(serving_role_is_denied(role, "delete from zoufang.lead_outcome"));
  CU_ASSERT_TRUE(serving_role_is_denied(role, "update zoufang.lead_outcome set finding = 2"));
  CU_ASSERT_TRUE(serving_role_is_denied(role, "delete from zoufang.lead_link"));
  CU_ASSERT_TRUE(serving_role_is_denied(role, "insert into zoufang.lead_step values (1, 10, 1)"));
  CU_ASSERT_TRUE(serving_role_is_denied(role, "update zoufang.lead_step set needs = '{}'"));
  PQfinish(role);
  CU_ASSERT_FALSE(sql_run("update lead_event set note = 'x'")); // nor by the owner
  CU_ASSERT_FALSE(sql_run("delete from lead_feedback"));
}

static void the_table_of_steps_is_read_by_everybody(void) {
  BOTH(t) {
    struct answer answer = ask(world()->client, t, token_of("nobody"), "StepService/ListSteps", "{\"pageSize\":500}");
    CU_ASSERT_EQUAL((long long)count_at(answer.body, "steps"), sql_number("select count(*) from lead_step"));
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "steps.0.from"), "LEAD_STATE_RECEIVED");
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "steps.0.role"), "STEP_ROLE_SUPERVISOR");
  }
}

SUITE_WITH(steps, world_open, client_forget, STEPS_LIMIT_S,
           TEST(each_step_is_taken_by_whom_the_table_names_and_refused_to_all_others),
           TEST(a_lead_tells_each_caller_the_steps_that_he_may_take),
           TEST(a_step_without_what_it_asks_for_is_refused_and_the_field_is_named),
           TEST(what_a_step_does_not_ask_for_is_not_taken),
           TEST(who_received_a_lead_answers_for_it_until_a_hand_over_is_accepted),
           TEST(a_lead_offered_to_an_office_is_accepted_by_one_of_its_members),
           TEST(a_transferred_lead_is_returned_or_begins_anew_where_it_came),
           TEST(a_lead_is_handed_to_nobody_who_cannot_answer_for_it),
           TEST(who_recuses_himself_sees_nothing_any_more_and_the_office_above_answers),
           TEST(a_handler_who_is_complained_of_answers_for_it_no_more), TEST(who_proposes_a_conclusion_does_not_approve_it),
           TEST(a_conclusion_that_is_sent_back_goes_where_it_was_and_is_proposed_anew),
           TEST(a_lead_goes_from_receipt_to_archive_and_its_timeline_tells_each_step),
           TEST(linked_leads_tell_of_each_other_to_who_sees_both),
           TEST(of_fifty_who_advance_one_lead_one_wins_and_nothing_is_half_done),
           TEST(a_step_that_is_retried_with_its_request_id_happens_once), TEST(a_stale_etag_takes_no_step),
           TEST(what_was_done_is_not_undone_by_the_servers_own_role), TEST(the_table_of_steps_is_read_by_everybody));
