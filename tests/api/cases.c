// Cases: filed for leads, with persons, handlings that another approves, and reviews.

#include "suite.h"
#include "support/client_wire.h"
#include "support/world.h"
#include <stdlib.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

static struct answer call_as(enum transport t, const char *user, const char *method, const char *request) {
  return ask(world()->client, t, token_of(user), method, "%s", request);
}

static const char *raised(enum transport t, const char *user, const char *region) {
  const char *id = fresh_id();
  CU_ASSERT_EQUAL(ask(world()->client, t, token_of(user), "LeadService/CreateLead", "{\"lead\":%s}",
                      lead_json(id, region, ",\"domain\":\"poverty\""))
                      .code,
                  CODE_OK);
  return id;
}

static const char *raised_against(enum transport t, const char *user, const char *accused) {
  const char *id = fresh_id(), *more = ",\"accused\":[{\"name\":\"某某\",\"userId\":\"%s\"}]";
  struct answer answer = ask(world()->client, t, token_of(user), "LeadService/CreateLead", "{\"lead\":%s}",
                             lead_json(id, LINXI_VILLAGE, arena_printf(client_memory(), more, id_of(accused))));
  CU_ASSERT_EQUAL(answer.code, CODE_OK);
  return id;
}

static struct answer file_case(enum transport t, const char *user, const char *leads) {
  return ask(world()->client, t, token_of(user), "CaseService/CreateCase",
             "{\"case\":{\"id\":\"%s\",\"title\":\"虚构：补贴案\",\"leadIds\":[%s]},\"requestId\":\"%s\"}", fresh_id(), leads,
             fresh_id());
}

static const char *quoted(const char *id) {
  return arena_printf(client_memory(), "\"%s\"", id);
}

// A change of a case as it was last answered.
static struct answer change(enum transport t, const char *user, const char *method, const struct answer *before,
                            const char *more) {
  return ask(world()->client, t, token_of(user), arena_printf(client_memory(), "CaseService/%s", method),
             "{\"id\":\"%s\",\"etag\":\"%s\"%s}", text_at(before->body, "id"), text_at(before->body, "etag"), more);
}

static struct answer with_person(enum transport t, const char *user, const struct answer *before, const char *id,
                                 const char *more) {
  return change(
      t, user, "AddCasePerson", before,
      arena_printf(client_memory(), ",\"person\":{\"id\":\"%s\",\"name\":\"某某（虚构）\",\"unit\":\"某村\"%s}", id, more));
}

static const char *proposal(const char *person, const char *form, const char *more) {
  return arena_printf(client_memory(), ",\"personId\":\"%s\",\"form\":\"HANDLING_FORM_%s\",\"decidedAt\":\"%s\"%s", person,
                      form, time_from_now(-60), more);
}

static void a_case_belongs_where_its_first_lead_does(void) {
  BOTH(t) {
    const char *first = raised(t, "officer.linxi", LINXI_VILLAGE), *second = raised(t, "officer.linxi", LINXI_TOWNSHIP);
    struct answer made = file_case(t, "officer.linxi", arena_printf(client_memory(), "\"%s\",\"%s\"", first, second));
    CU_ASSERT_EQUAL_FATAL(made.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(made.body, "regionCode"), LINXI_VILLAGE);
    CU_ASSERT_STRING_EQUAL(text_at(made.body, "domain"), "poverty");
    CU_ASSERT_STRING_EQUAL(text_at(made.body, "handlerId"), id_of("officer.linxi"));
    CU_ASSERT_EQUAL(count_at(made.body, "leadIds"), 2);
    const char *by_id = arena_printf(client_memory(), "{\"id\":\"%s\"}", text_at(made.body, "id"));
    CU_ASSERT_EQUAL(call_as(t, "supervisor.linxi", "CaseService/GetCase", by_id).code, CODE_OK);
    CU_ASSERT_EQUAL(call_as(t, "officer.balin", "CaseService/GetCase", by_id).code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(call_as(t, "analyst.chifeng", "CaseService/GetCase", by_id).code, CODE_PERMISSION_DENIED);
  }
}

static void a_lead_belongs_to_one_case_at_most(void) {
  BOTH(t) {
    const char *lead = raised(t, "officer.linxi", LINXI_VILLAGE), *other = raised(t, "officer.linxi", LINXI_VILLAGE);
    CU_ASSERT_EQUAL_FATAL(file_case(t, "officer.linxi", quoted(lead)).code, CODE_OK);
    struct answer twice = file_case(t, "officer.linxi", quoted(lead));
    CU_ASSERT_EQUAL(twice.code, CODE_FAILED_PRECONDITION);
    struct answer second = file_case(t, "officer.linxi", quoted(other));
    struct answer added =
        change(t, "officer.linxi", "AddCaseLead", &second, arena_printf(client_memory(), ",\"leadId\":\"%s\"", lead));
    CU_ASSERT_EQUAL(added.code, CODE_FAILED_PRECONDITION);
    const char *third = raised(t, "officer.linxi", LINXI_VILLAGE);
    added = change(t, "officer.linxi", "AddCaseLead", &second, arena_printf(client_memory(), ",\"leadId\":\"%s\"", third));
    CU_ASSERT_EQUAL(added.code, CODE_OK);
    CU_ASSERT_EQUAL(count_at(added.body, "leadIds"), 2);
  }
}

static void a_lead_out_of_sight_cannot_be_filed(void) {
  BOTH(t) {
    const char *lead = raised(t, "officer.balin", BALIN_VILLAGE);
    struct answer refused = file_case(t, "officer.linxi", quoted(lead)),
                  absent = file_case(t, "officer.linxi", quoted(fresh_id()));
    CU_ASSERT_TRUE(names_field(&refused, "case.lead_ids", "UNKNOWN_REFERENCE"));
    CU_ASSERT_TRUE(names_field(&absent, "case.lead_ids", "UNKNOWN_REFERENCE"));
  }
}

static void a_handling_is_proposed_by_one_and_approved_by_another_and_final(void) {
  BOTH(t) {
    const char *person = fresh_id();
    struct answer made = file_case(t, "officer.linxi", quoted(raised(t, "officer.linxi", LINXI_VILLAGE)));
    struct answer with = with_person(t, "officer.linxi", &made, person, "");
    CU_ASSERT_EQUAL_FATAL(with.code, CODE_OK);
    struct answer proposed = change(t, "supervisor.linxi", "ProposeHandling", &with,
                                    proposal(person, "SECOND", ",\"discipline\":\"DISCIPLINE_WARNING\""));
    CU_ASSERT_EQUAL_FATAL(proposed.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(proposed.body, "handlings.0.discipline"), "DISCIPLINE_WARNING");
    const char *which = arena_printf(client_memory(), ",\"handlingId\":\"%s\"", text_at(proposed.body, "handlings.0.id"));
    CU_ASSERT_EQUAL(change(t, "supervisor.linxi", "ApproveHandling", &proposed, which).code, CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(change(t, "officer.linxi", "ApproveHandling", &proposed, which).code, CODE_PERMISSION_DENIED);
    struct answer approved = change(t, "supervisor.chifeng", "ApproveHandling", &proposed, which);
    CU_ASSERT_EQUAL_FATAL(approved.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(approved.body, "handlings.0.approvedBy"), id_of("supervisor.chifeng"));
    struct answer again = change(t, "officer.linxi", "ProposeHandling", &approved, proposal(person, "FIRST", ""));
    CU_ASSERT_EQUAL(again.code, CODE_FAILED_PRECONDITION);
    CU_ASSERT_FALSE(sql_run("update handling set form = 1 where id = '%s'", text_at(approved.body, "handlings.0.id")));
  }
}

static void discipline_and_transfer_fit_the_form(void) {
  BOTH(t) {
    const char *person = fresh_id();
    struct answer made = file_case(t, "officer.linxi", quoted(raised(t, "officer.linxi", LINXI_VILLAGE)));
    struct answer with = with_person(t, "officer.linxi", &made, person, "");
    struct answer first = change(t, "officer.linxi", "ProposeHandling", &with,
                                 proposal(person, "FIRST", ",\"discipline\":\"DISCIPLINE_REMOVAL\""));
    CU_ASSERT_TRUE(names_field(&first, "discipline", "NOT_EXPECTED"));
    const char *transfer = arena_printf(client_memory(), ",\"transferredAt\":\"%s\"", time_from_now(-30));
    struct answer third = change(t, "officer.linxi", "ProposeHandling", &with, proposal(person, "THIRD", transfer));
    CU_ASSERT_TRUE(names_field(&third, "transferred_at", "NOT_EXPECTED"));
    CU_ASSERT_EQUAL(change(t, "officer.linxi", "ProposeHandling", &with, proposal(person, "FOURTH", transfer)).code, CODE_OK);
    struct answer stranger = change(t, "officer.linxi", "ProposeHandling", &with, proposal(fresh_id(), "FIRST", ""));
    CU_ASSERT_EQUAL(stranger.code, CODE_ABORTED); // based on a version that has moved on
  }
}

static void only_who_was_disciplined_has_a_review(void) {
  BOTH(t) {
    const char *person = fresh_id();
    struct answer made = file_case(t, "officer.linxi", quoted(raised(t, "officer.linxi", LINXI_VILLAGE)));
    struct answer with = with_person(t, "officer.linxi", &made, person, "");
    struct answer proposed = change(t, "officer.linxi", "ProposeHandling", &with,
                                    proposal(person, "THIRD", ",\"discipline\":\"DISCIPLINE_REMOVAL\""));
    const char *handling = text_at(proposed.body, "handlings.0.id");
    const char *review =
        arena_printf(client_memory(), ",\"handlingId\":\"%s\",\"kind\":\"REVIEW_KIND_SAME_LEVEL\",\"askedAt\":\"%s\"", handling,
                     time_from_now(-10));
    CU_ASSERT_EQUAL(change(t, "officer.linxi", "RecordReview", &proposed, review).code, CODE_FAILED_PRECONDITION);
    struct answer approved = change(t, "supervisor.linxi", "ApproveHandling", &proposed,
                                    arena_printf(client_memory(), ",\"handlingId\":\"%s\"", handling));
    struct answer asked = change(t, "officer.linxi", "RecordReview", &approved, review);
    CU_ASSERT_EQUAL_FATAL(asked.code, CODE_OK);
    const char *upheld =
        arena_printf(client_memory(), "%s,\"result\":\"REVIEW_RESULT_UPHELD\",\"decidedAt\":\"%s\"", review, time_from_now(-5));
    struct answer decided = change(t, "officer.linxi", "RecordReview", &asked, upheld);
    CU_ASSERT_EQUAL_FATAL(decided.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(decided.body, "reviews.0.result"), "REVIEW_RESULT_UPHELD");
    CU_ASSERT_EQUAL(change(t, "officer.linxi", "RecordReview", &decided, upheld).code, CODE_FAILED_PRECONDITION);
  }
}

static void a_person_of_a_case_is_matched_in_its_lead_and_sees_nothing_of_either(void) {
  BOTH(t) {
    const char *user = arena_printf(client_memory(), ",\"userId\":\"%s\"", id_of("supervisor.linxi"));
    struct answer made = file_case(t, "officer.linxi", quoted(raised(t, "officer.linxi", LINXI_VILLAGE)));
    const char *by_id = arena_printf(client_memory(), "{\"id\":\"%s\"}", text_at(made.body, "id"));
    CU_ASSERT_EQUAL(call_as(t, "supervisor.linxi", "CaseService/GetCase", by_id).code, CODE_OK);
    struct answer refused = with_person(t, "officer.linxi", &made, fresh_id(), user);
    CU_ASSERT_TRUE(names_field(&refused, "person.user_id", "NOT_MATCHED"));

    const char *lead = raised_against(t, "officer.linxi", "supervisor.linxi");
    made = file_case(t, "officer.linxi", quoted(lead));
    CU_ASSERT_EQUAL(with_person(t, "officer.linxi", &made, fresh_id(), user).code, CODE_OK);
    by_id = arena_printf(client_memory(), "{\"id\":\"%s\"}", text_at(made.body, "id"));
    CU_ASSERT_EQUAL(call_as(t, "supervisor.linxi", "CaseService/GetCase", by_id).code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(call_as(t, "supervisor.chifeng", "CaseService/GetCase", by_id).code, CODE_OK);
    const char *of_lead = arena_printf(client_memory(), "{\"id\":\"%s\"}", lead);
    CU_ASSERT_EQUAL(call_as(t, "supervisor.linxi", "LeadService/GetLead", of_lead).code, CODE_NOT_FOUND);
  }
}

static void a_person_s_id_may_be_left_to_the_server(void) {
  BOTH(t) {
    struct answer made = file_case(t, "officer.linxi", quoted(raised(t, "officer.linxi", LINXI_VILLAGE)));
    struct answer with = change(t, "officer.linxi", "AddCasePerson", &made, ",\"person\":{\"name\":\"某某（虚构）\"}");
    CU_ASSERT_EQUAL_FATAL(with.code, CODE_OK);
    CU_ASSERT_EQUAL(strlen(text_at(with.body, "persons.0.id")), 36);
  }
}

static void that_two_persons_are_one_is_said_by_a_supervisor(void) {
  BOTH(t) {
    const char *first = fresh_id(), *second = fresh_id();
    struct answer one = file_case(t, "officer.linxi", quoted(raised(t, "officer.linxi", LINXI_VILLAGE)));
    with_person(t, "officer.linxi", &one, first, "");
    struct answer two = file_case(t, "officer.linxi", quoted(raised(t, "officer.linxi", LINXI_VILLAGE)));
    struct answer with = with_person(t, "officer.linxi", &two, second, "");
    const char *same = arena_printf(client_memory(), ",\"personId\":\"%s\",\"sameAs\":\"%s\"", second, first);
    CU_ASSERT_EQUAL(change(t, "officer.linxi", "ConfirmSamePerson", &with, same).code, CODE_PERMISSION_DENIED);
    struct answer confirmed = change(t, "supervisor.linxi", "ConfirmSamePerson", &with, same);
    CU_ASSERT_EQUAL_FATAL(confirmed.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(confirmed.body, "persons.0.sameAs"), first);
  }
}

static void who_is_said_to_be_a_person_of_a_case_sees_nothing_of_it_until_he_is_not(void) {
  BOTH(t) {
    const char *nameless = fresh_id(), *known = fresh_id();
    struct answer one = file_case(t, "officer.linxi", quoted(raised_against(t, "officer.linxi", "officer.linxi.2")));
    with_person(t, "officer.linxi", &one, known, arena_printf(client_memory(), ",\"userId\":\"%s\"", id_of("officer.linxi.2")));
    struct answer two = file_case(t, "officer.linxi.2", quoted(raised(t, "officer.linxi.2", LINXI_VILLAGE)));
    struct answer now = with_person(t, "officer.linxi.2", &two, nameless, "");
    const char *by_id = arena_printf(client_memory(), "{\"id\":\"%s\"}", text_at(two.body, "id"));
    CU_ASSERT_EQUAL(call_as(t, "officer.linxi.2", "CaseService/GetCase", by_id).code, CODE_OK);
    now = change(t, "supervisor.linxi", "ConfirmSamePerson", &now,
                 arena_printf(client_memory(), ",\"personId\":\"%s\",\"sameAs\":\"%s\"", nameless, known));
    CU_ASSERT_EQUAL(now.code, CODE_OK);
    CU_ASSERT_EQUAL(call_as(t, "officer.linxi.2", "CaseService/GetCase", by_id).code, CODE_NOT_FOUND);
    now = change(t, "supervisor.linxi", "ConfirmSamePerson", &now,
                 arena_printf(client_memory(), ",\"personId\":\"%s\"", nameless));
    CU_ASSERT_EQUAL(now.code, CODE_OK);
    CU_ASSERT_EQUAL(call_as(t, "officer.linxi.2", "CaseService/GetCase", by_id).code, CODE_OK);
  }
}

static void a_lead_goes_into_its_case_and_no_other(void) {
  BOTH(t) {
    const char *lead = raised(t, "officer.linxi", LINXI_VILLAGE);
    struct answer made = file_case(t, "officer.linxi", quoted(lead));
    struct answer other = file_case(t, "officer.linxi", quoted(raised(t, "officer.linxi", LINXI_VILLAGE)));
    CU_ASSERT_TRUE(sql_run("alter table lead disable trigger lead_step_kept"));
    CU_ASSERT_TRUE(sql_run("update lead set state = 4 where id = '%s'", lead));
    CU_ASSERT_TRUE(sql_run("alter table lead enable trigger lead_step_kept"));
    const char *etag = text_at(
        call_as(t, "supervisor.linxi", "LeadService/GetLead", arena_printf(client_memory(), "{\"id\":\"%s\"}", lead)).body,
        "etag");
    const char *advance = "{\"id\":\"%s\",\"etag\":\"%s\",\"to\":\"LEAD_STATE_CASE_FILED\",\"caseId\":\"%s\"}";
    struct answer wrong = ask(world()->client, t, token_of("supervisor.linxi"), "LeadService/AdvanceLead", advance, lead, etag,
                              text_at(other.body, "id"));
    CU_ASSERT_TRUE(names_field(&wrong, "case_id", NULL));
    struct answer right = ask(world()->client, t, token_of("supervisor.linxi"), "LeadService/AdvanceLead", advance, lead, etag,
                              text_at(made.body, "id"));
    CU_ASSERT_EQUAL(right.code, CODE_OK);
  }
}

static void cases_are_listed_to_who_sees_them(void) {
  BOTH(t) {
    const char *lead = raised(t, "officer.balin", BALIN_VILLAGE);
    struct answer made = file_case(t, "officer.balin", quoted(lead));
    const char *of_lead = arena_printf(client_memory(), "{\"leadId\":\"%s\"}", lead);
    struct answer seen = call_as(t, "supervisor.chifeng", "CaseService/ListCases", of_lead),
                  unseen = call_as(t, "supervisor.linxi", "CaseService/ListCases", of_lead);
    CU_ASSERT_EQUAL(count_at(seen.body, "cases"), 1);
    CU_ASSERT_STRING_EQUAL(text_at(seen.body, "cases.0.id"), text_at(made.body, "id"));
    CU_ASSERT_EQUAL(unseen.code, CODE_OK);
    CU_ASSERT_EQUAL(count_at(unseen.body, "cases"), 0);
  }
}

static struct answer events_of(enum transport t, const char *user, const struct answer *of_case) {
  return call_as(t, user, "CaseService/ListCaseEvents",
                 arena_printf(client_memory(), "{\"id\":\"%s\"}", text_at(of_case->body, "id")));
}

static void a_timeline_tells_what_happened_to_a_case(void) {
  static const char *const kinds[] = {
      "FILED",        "LEAD_ADDED",  "PERSON_ADDED",   "PERSON_SAME", "HANDLING_PROPOSED", "HANDLING_APPROVED",
      "REVIEW_ASKED", "HANDED_OVER", "REVIEW_DECIDED",
  };
  BOTH(t) {
    const char *person = fresh_id(), *known = fresh_id(), *lead = raised(t, "officer.linxi", LINXI_VILLAGE);
    struct answer other = file_case(t, "officer.linxi", quoted(raised(t, "officer.linxi", LINXI_VILLAGE)));
    with_person(t, "officer.linxi", &other, known, "");
    struct answer now = file_case(t, "officer.linxi", quoted(lead));
    now = with_person(t, "officer.linxi", &now, person, "");
    now = change(t, "supervisor.linxi", "ConfirmSamePerson", &now,
                 arena_printf(client_memory(), ",\"personId\":\"%s\",\"sameAs\":\"%s\"", person, known));
    now = change(t, "officer.linxi", "ProposeHandling", &now,
                 proposal(person, "THIRD", ",\"discipline\":\"DISCIPLINE_REMOVAL\""));
    const char *handling = arena_printf(client_memory(), ",\"handlingId\":\"%s\"", text_at(now.body, "handlings.0.id"));
    now = change(t, "supervisor.linxi", "ApproveHandling", &now, handling);
    const char *asked = arena_printf(client_memory(), "%s,\"kind\":\"REVIEW_KIND_SAME_LEVEL\",\"askedAt\":\"%s\"", handling,
                                     time_from_now(-10));
    now = change(t, "officer.linxi", "RecordReview", &now, asked);
    CU_ASSERT_TRUE(sql_run("update lead set handler_id = '%s' where id = '%s'", id_of("officer.linxi.2"), lead));
    now = change(
        t, "officer.linxi.2", "RecordReview", &now,
        arena_printf(client_memory(), "%s,\"result\":\"REVIEW_RESULT_UPHELD\",\"decidedAt\":\"%s\"", asked, time_from_now(-5)));
    CU_ASSERT_EQUAL_FATAL(now.code, CODE_OK);

    struct answer told = events_of(t, "supervisor.linxi", &now);
    CU_ASSERT_EQUAL_FATAL(count_at(told.body, "events"), sizeof kinds / sizeof *kinds);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
      CU_ASSERT_STRING_EQUAL(text_at(json_array_get(json_at(told.body, "events"), i), "kind"),
                             arena_printf(client_memory(), "CASE_EVENT_KIND_%s", kinds[i]));
    CU_ASSERT_STRING_EQUAL(text_at(told.body, "events.0.actorId"), id_of("officer.linxi"));
    CU_ASSERT_STRING_EQUAL(text_at(told.body, "events.1.leadId"), lead);
    CU_ASSERT_STRING_EQUAL(text_at(told.body, "events.3.sameAs"), known);
    CU_ASSERT_STRING_EQUAL(text_at(told.body, "events.5.actorId"), id_of("supervisor.linxi"));
    CU_ASSERT_STRING_EQUAL(text_at(told.body, "events.7.userId"), id_of("officer.linxi.2"));
    CU_ASSERT_EQUAL(events_of(t, "officer.balin", &now).code, CODE_NOT_FOUND);
    CU_ASSERT_FALSE(sql_run("delete from case_event where case_id = '%s'", text_at(now.body, "id")));
  }
}

SUITE_WITH(cases, world_open, client_forget, 120, TEST(a_case_belongs_where_its_first_lead_does),
           TEST(a_lead_belongs_to_one_case_at_most), TEST(a_lead_out_of_sight_cannot_be_filed),
           TEST(a_handling_is_proposed_by_one_and_approved_by_another_and_final), TEST(discipline_and_transfer_fit_the_form),
           TEST(only_who_was_disciplined_has_a_review),
           TEST(a_person_of_a_case_is_matched_in_its_lead_and_sees_nothing_of_either),
           TEST(that_two_persons_are_one_is_said_by_a_supervisor),
           TEST(who_is_said_to_be_a_person_of_a_case_sees_nothing_of_it_until_he_is_not),
           TEST(a_lead_goes_into_its_case_and_no_other), TEST(cases_are_listed_to_who_sees_them),
           TEST(a_timeline_tells_what_happened_to_a_case), TEST(a_person_s_id_may_be_left_to_the_server));
