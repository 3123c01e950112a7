// Talks (谈话提醒): a person of a lead that became no case, handled by the first form.

#include "suite.h"
#include "support/client_wire.h"
#include "support/world.h"
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { TALK_PROPOSED = 12, TALK_APPROVED = 13 };

static const char *etag_of(const char *id) {
  return sql_text("select encode(etag, 'base64') from lead where id = '%s'", id);
}

// A change of a lead with its present etag and `more` members.
static struct answer change(enum transport t, const char *user, const char *method, const char *id, const char *more) {
  return ask(world()->client, t, token_of(user), arena_printf(client_memory(), "LeadService/%s", method),
             "{\"id\":\"%s\",\"etag\":\"%s\"%s}", id, etag_of(id), more);
}

static struct answer get(enum transport t, const char *user, const char *id) {
  return ask(world()->client, t, token_of(user), "LeadService/GetLead", "{\"id\":\"%s\"}", id);
}

// A lead of officer.linxi's, complaining of somebody, that he verifies.
static const char *verified(void) {
  const char *id = fresh_id();
  struct answer raised = ask(world()->client, GRPC, token_of("officer.linxi"), "LeadService/CreateLead", "{\"lead\":%s}",
                             lead_json(id, LINXI_VILLAGE, ",\"accused\":[{\"name\":\"某某（虚构）\"}]"));
  CU_ASSERT_EQUAL_FATAL(raised.code, CODE_OK);
  CU_ASSERT_EQUAL_FATAL(change(GRPC, "supervisor.linxi", "AdvanceLead", id, ",\"to\":\"LEAD_STATE_ACCEPTED\"").code, CODE_OK);
  CU_ASSERT_EQUAL_FATAL(
      change(GRPC, "supervisor.linxi", "AdvanceLead", id,
             arena_printf(client_memory(), ",\"to\":\"LEAD_STATE_ASSIGNED\",\"handlerId\":\"%s\"", id_of("officer.linxi")))
          .code,
      CODE_OK);
  CU_ASSERT_EQUAL_FATAL(change(GRPC, "officer.linxi", "AdvanceLead", id, ",\"to\":\"LEAD_STATE_VERIFYING\"").code, CODE_OK);
  return id;
}

static const char *with_somebody(const char *more) {
  return arena_printf(client_memory(),
                      ",\"person\":{\"name\":\"某某（虚构）\",\"unit\":\"某村\"%s},\"heldAt\":\"%s\",\"note\":\"测试：提醒\"",
                      more, time_from_now(-60));
}

static const char *which(const struct answer *proposed) {
  return arena_printf(client_memory(), ",\"talkId\":\"%s\"", text_at(proposed->body, "talkId"));
}

static long long told(const char *id, int kind) {
  return sql_number("select count(*) from lead_event where lead_id = '%s' and kind = %d", id, kind);
}

static void a_talk_is_proposed_by_one_and_approved_by_another_and_final(void) {
  BOTH(t) {
    const char *id = verified();
    struct answer proposed = change(t, "supervisor.linxi", "ProposeTalk", id, with_somebody(""));
    CU_ASSERT_EQUAL_FATAL(proposed.code, CODE_OK);
    CU_ASSERT_EQUAL(change(t, "supervisor.linxi", "ApproveTalk", id, which(&proposed)).code, CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(change(t, "officer.linxi", "ApproveTalk", id, which(&proposed)).code, CODE_PERMISSION_DENIED);
    struct answer seen = get(t, "officer.linxi", id);
    CU_ASSERT_STRING_EQUAL(text_at(seen.body, "talks.0.person.name"), "某某（虚构）");
    CU_ASSERT_PTR_NULL(json_at(seen.body, "talks.0.approvedBy"));
    struct answer approved = change(t, "supervisor.chifeng", "ApproveTalk", id, which(&proposed));
    CU_ASSERT_EQUAL_FATAL(approved.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(get(t, "officer.linxi", id).body, "talks.0.approvedBy"), id_of("supervisor.chifeng"));
    CU_ASSERT_EQUAL(
        sql_number("select count(*) from handling where lead_id = '%s' and form = 1 and approved_at is not null", id), 1);
    CU_ASSERT_EQUAL(told(id, TALK_PROPOSED), 1);
    CU_ASSERT_EQUAL(told(id, TALK_APPROVED), 1);
    CU_ASSERT_EQUAL(change(t, "supervisor.chifeng", "ApproveTalk", id, which(&proposed)).code, CODE_FAILED_PRECONDITION);
    CU_ASSERT_FALSE(sql_run("update handling set note = 'x' where lead_id = '%s'", id));
  }
}

static void one_final_talk_a_person(void) {
  BOTH(t) {
    const char *id = verified();
    struct answer first = change(t, "officer.linxi", "ProposeTalk", id, with_somebody(""));
    CU_ASSERT_EQUAL_FATAL(first.code, CODE_OK);
    const char *person = sql_text("select person_id from handling where id = '%s'", text_at(first.body, "talkId"));
    const char *again = arena_printf(client_memory(), ",\"personId\":\"%s\",\"heldAt\":\"%s\"", person, time_from_now(-60));
    struct answer second = change(t, "officer.linxi", "ProposeTalk", id, again);
    CU_ASSERT_EQUAL_FATAL(second.code, CODE_OK);
    CU_ASSERT_EQUAL(change(t, "supervisor.linxi", "ApproveTalk", id, which(&second)).code, CODE_OK);
    CU_ASSERT_EQUAL(change(t, "supervisor.linxi", "ApproveTalk", id, which(&first)).code, CODE_FAILED_PRECONDITION);
    CU_ASSERT_EQUAL(change(t, "officer.linxi", "ProposeTalk", id, again).code, CODE_FAILED_PRECONDITION);
  }
}

static void a_retried_proposal_is_one_talk(void) {
  BOTH(t) {
    const char *id = verified();
    const char *request = arena_printf(client_memory(), "{\"id\":\"%s\",\"etag\":\"%s\",\"requestId\":\"%s\"%s}", id,
                                       etag_of(id), fresh_id(), with_somebody(""));
    struct answer first = ask(world()->client, t, token_of("officer.linxi"), "LeadService/ProposeTalk", "%s", request),
                  second = ask(world()->client, t, token_of("officer.linxi"), "LeadService/ProposeTalk", "%s", request);
    CU_ASSERT_EQUAL_FATAL(first.code, CODE_OK);
    CU_ASSERT_EQUAL_FATAL(second.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(first.body, "talkId"), text_at(second.body, "talkId"));
    CU_ASSERT_EQUAL(sql_number("select count(*) from handling where lead_id = '%s'", id), 1);
  }
}

static void who_is_talked_with_and_is_a_user_must_be_matched_first(void) {
  BOTH(t) {
    const char *id = verified(), *user = id_of("officer.linxi.2");
    const char *with_user = with_somebody(arena_printf(client_memory(), ",\"userId\":\"%s\"", user));
    struct answer refused = change(t, "officer.linxi", "ProposeTalk", id, with_user);
    CU_ASSERT_TRUE(names_field(&refused, "person.user_id", "NOT_MATCHED"));
    CU_ASSERT_EQUAL_FATAL(
        change(t, "officer.linxi", "MatchAccused", id, arena_printf(client_memory(), ",\"place\":1,\"userId\":\"%s\"", user))
            .code,
        CODE_OK);
    CU_ASSERT_EQUAL(change(t, "officer.linxi", "ProposeTalk", id, with_user).code, CODE_OK);
    CU_ASSERT_EQUAL(get(t, "officer.linxi.2", id).code, CODE_NOT_FOUND);
  }
}

static void a_lead_that_is_a_case_or_not_yet_looked_into_has_no_talk(void) {
  BOTH(t) {
    const char *fresh = fresh_id(), *id = verified();
    CU_ASSERT_EQUAL_FATAL(ask(world()->client, t, token_of("officer.linxi"), "LeadService/CreateLead", "{\"lead\":%s}",
                              lead_json(fresh, LINXI_VILLAGE, ""))
                              .code,
                          CODE_OK);
    struct answer early = change(t, "officer.linxi", "ProposeTalk", fresh, with_somebody(""));
    CU_ASSERT_EQUAL(early.code, CODE_FAILED_PRECONDITION);
    struct answer proposed = change(t, "officer.linxi", "ProposeTalk", id, with_somebody(""));
    CU_ASSERT_EQUAL_FATAL(proposed.code, CODE_OK);
    CU_ASSERT_EQUAL_FATAL(ask(world()->client, t, token_of("officer.linxi"), "CaseService/CreateCase",
                              "{\"case\":{\"title\":\"虚构：补贴案\",\"leadIds\":[\"%s\"]}}", id)
                              .code,
                          CODE_OK);
    CU_ASSERT_EQUAL(change(t, "officer.linxi", "ProposeTalk", id, with_somebody("")).code, CODE_FAILED_PRECONDITION);
    CU_ASSERT_EQUAL(change(t, "supervisor.linxi", "ApproveTalk", id, which(&proposed)).code, CODE_FAILED_PRECONDITION);
  }
}

static void a_proposal_says_with_whom_and_when(void) {
  BOTH(t) {
    const char *id = verified(), *held = arena_printf(client_memory(), ",\"heldAt\":\"%s\"", time_from_now(-60));
    struct answer nobody = change(t, "officer.linxi", "ProposeTalk", id, held);
    CU_ASSERT_TRUE(names_field(&nobody, "person", "REQUIRED"));
    struct answer unknown = change(t, "officer.linxi", "ProposeTalk", id,
                                   arena_printf(client_memory(), "%s,\"personId\":\"%s\"", held, fresh_id()));
    CU_ASSERT_TRUE(names_field(&unknown, "person_id", "UNKNOWN_REFERENCE"));
    struct answer ahead =
        change(t, "officer.linxi", "ProposeTalk", id,
               arena_printf(client_memory(), ",\"person\":{\"name\":\"某某\"},\"heldAt\":\"%s\"", time_from_now(3600)));
    CU_ASSERT_TRUE(names_field(&ahead, "held_at", "OUT_OF_RANGE"));
    CU_ASSERT_EQUAL(change(t, "officer.balin", "ProposeTalk", id, with_somebody("")).code, CODE_NOT_FOUND);
  }
}

SUITE_WITH(talks, world_open, client_forget, 120, TEST(a_talk_is_proposed_by_one_and_approved_by_another_and_final),
           TEST(one_final_talk_a_person), TEST(a_retried_proposal_is_one_talk),
           TEST(who_is_talked_with_and_is_a_user_must_be_matched_first),
           TEST(a_lead_that_is_a_case_or_not_yet_looked_into_has_no_talk), TEST(a_proposal_says_with_whom_and_when));
