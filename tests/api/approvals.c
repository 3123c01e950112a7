// Approvals: what needs a second person waits for him, and is done when he agrees.

#include "suite.h"
#include "support/approving.h"
#include "support/client_wire.h"
#include "support/refusal.h"
#include <stdio.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { APPROVALS_LIMIT_S = 120 };

// Somebody without a role.
static const char *new_user(void) {
  const char *id = fresh_id();
  CU_ASSERT_TRUE(sql_run("insert into account (id, username, name, etag) values ('%s', 'v%.8s%.4s', '测试', sha256('%s'))", id,
                         id, id + 9, id));
  return id;
}

// A grant for somebody that waits: the approval's id.
static const char *waiting(enum transport t, const char *user) {
  struct answer asked = ask_for_grant(t, user, "ROLE_OFFICER", LINXI, "");
  CU_ASSERT_EQUAL_FATAL(asked.code, CODE_OK);
  return text_at(asked.body, "approvalId");
}

static struct answer decide(enum transport t, const char *user, const char *method, const char *id) {
  const char *name = arena_printf(client_memory(), "ApprovalService/%s", method);
  return ask(world()->client, t, token_of(user), name, "{\"id\":\"%s\",\"reason\":\"已核实\"}", id);
}

static struct answer get(enum transport t, const char *user, const char *id) {
  return ask(world()->client, t, token_of(user), "ApprovalService/GetApproval", "{\"id\":\"%s\"}", id);
}

static const char *state_of(enum transport t, const char *id) {
  return text_at(get(t, "auditor", id).body, "state");
}

static long long grants_of(const char *user) {
  return sql_number("select count(*) from role_grant where user_id = '%s'", user);
}

static void what_is_asked_for_waits_and_is_done_when_another_approves(void) {
  BOTH(t) {
    const char *user = new_user();
    struct answer asked = ask_for_grant(t, user, "ROLE_SUPERVISOR", LINXI, "");
    CU_ASSERT_EQUAL_FATAL(asked.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(asked.body, "userId"), user);
    CU_ASSERT_STRING_EQUAL(text_at(asked.body, "approvedBy"), "");
    CU_ASSERT_EQUAL(grants_of(user), 0);
    const char *id = text_at(asked.body, "approvalId");
    struct answer seen = get(t == REST ? GRPC : REST, "admin.second", id);
    CU_ASSERT_EQUAL_FATAL(seen.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(seen.body, "kind"), "APPROVAL_KIND_GRANT");
    CU_ASSERT_STRING_EQUAL(text_at(seen.body, "state"), "APPROVAL_STATE_PENDING");
    CU_ASSERT_STRING_EQUAL(text_at(seen.body, "requestedBy"), id_of("admin"));
    CU_ASSERT_TRUE(json_is_true(json_at(seen.body, "canDecide")));
    CU_ASSERT_STRING_EQUAL(text_at(seen.body, "grant.userId"), user);
    CU_ASSERT_STRING_EQUAL(text_at(seen.body, "grant.role"), "ROLE_SUPERVISOR");
    CU_ASSERT_STRING_EQUAL(text_at(seen.body, "grant.regionCode"), LINXI);
    struct answer done = decide(t, "admin.second", "Approve", id);
    CU_ASSERT_EQUAL_FATAL(done.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(done.body, "state"), "APPROVAL_STATE_APPROVED");
    CU_ASSERT_STRING_EQUAL(text_at(done.body, "decidedBy"), id_of("admin.second"));
    CU_ASSERT_STRING_EQUAL(text_at(done.body, "decisionReason"), "已核实");
    CU_ASSERT_FALSE(json_is_true(json_at(done.body, "canDecide")));
    CU_ASSERT_EQUAL(
        sql_number("select count(*) from role_grant where id = '%s' and user_id = '%s' and role = 2 and region_code = %s "
                   "and granted_by = '%s' and approved_by = '%s'",
                   text_at(asked.body, "id"), user, LINXI, id_of("admin"), id_of("admin.second")),
        1);
  }
}

static void who_asked_does_not_decide_it_nor_whom_it_is_about(void) {
  BOTH(t) {
    const char *user = new_user(), *id = waiting(t, user);
    CU_ASSERT_EQUAL(decide(t, "admin", "Approve", id).code, CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(decide(t, "admin", "Refuse", id).code, CODE_PERMISSION_DENIED);
    CU_ASSERT_FALSE(json_is_true(json_at(get(t, "admin", id).body, "canDecide")));
    CU_ASSERT_EQUAL(grants_of(user), 0);
    // admin.second is to be a supervisor as well: he sees it and cannot approve it.
    const char *about_him = waiting(t, id_of("admin.second"));
    long long before = grants_of(id_of("admin.second"));
    CU_ASSERT_EQUAL(get(t, "admin.second", about_him).code, CODE_OK);
    CU_ASSERT_EQUAL(decide(t, "admin.second", "Approve", about_him).code, CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(grants_of(id_of("admin.second")), before);
    CU_ASSERT_EQUAL(decide(t, "admin", "Withdraw", about_him).code, CODE_OK);
  }
}

static void what_is_refused_or_withdrawn_is_not_done(void) {
  BOTH(t) {
    const char *user = new_user(), *id = waiting(t, user);
    struct answer refused = decide(t, "admin.second", "Refuse", id);
    CU_ASSERT_EQUAL(refused.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(refused.body, "state"), "APPROVAL_STATE_REFUSED");
    struct answer bare =
        ask(world()->client, t, token_of("admin.second"), "ApprovalService/Refuse", "{\"id\":\"%s\"}", waiting(t, user));
    CU_ASSERT_TRUE(names_field(&bare, "reason", "REQUIRED"));
    const char *other = waiting(t, user);
    CU_ASSERT_EQUAL(decide(t, "admin.second", "Withdraw", other).code, CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(decide(t, "admin", "Withdraw", other).code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(state_of(t, other), "APPROVAL_STATE_WITHDRAWN");
    CU_ASSERT_EQUAL(grants_of(user), 0);
  }
}

static void an_approval_is_decided_once(void) {
  BOTH(t) {
    const char *user = new_user(), *id = waiting(t, user);
    CU_ASSERT_EQUAL(decide(t, "admin.second", "Approve", id).code, CODE_OK);
    static const char *const methods[] = {"Approve", "Refuse"};
    for (unsigned i = 0; i < 2; i++) {
      struct answer again = decide(t, "admin.second", methods[i], id);
      CU_ASSERT_TRUE(is_refusal(&again, t, CODE_FAILED_PRECONDITION, 400, "ALREADY_DECIDED"));
    }
    struct answer late = decide(t, "admin", "Withdraw", id);
    CU_ASSERT_STRING_EQUAL(late.reason, "ALREADY_DECIDED");
    CU_ASSERT_EQUAL(grants_of(user), 1);
  }
}

static void a_retried_approval_answers_what_the_first_did(void) {
  BOTH(t) {
    const char *user = new_user(), *id = waiting(t, user), *request = fresh_id();
    for (unsigned i = 0; i < 2; i++) {
      struct answer answer = ask(world()->client, i ? GRPC : t, token_of("admin.second"), "ApprovalService/Approve",
                                 "{\"id\":\"%s\",\"requestId\":\"%s\"}", id, request);
      CU_ASSERT_EQUAL(answer.code, CODE_OK);
      CU_ASSERT_STRING_EQUAL(text_at(answer.body, "state"), "APPROVAL_STATE_APPROVED");
    }
    CU_ASSERT_EQUAL(grants_of(user), 1);
  }
}

static void what_nobody_decides_in_its_time_expires(void) {
  BOTH(t) {
    const char *user = new_user(), *id = waiting(t, user);
    CU_ASSERT_TRUE(
        sql_run("set session_replication_role = replica; update approval set requested_at = requested_at - interval '15 days', "
                "expires_at = expires_at - interval '15 days' where id = '%s'; reset session_replication_role",
                id));
    CU_ASSERT_STRING_EQUAL(state_of(t, id), "APPROVAL_STATE_EXPIRED");
    struct answer late = decide(t, "admin.second", "Approve", id);
    CU_ASSERT_TRUE(is_refusal(&late, t, CODE_FAILED_PRECONDITION, 400, "APPROVAL_EXPIRED"));
    CU_ASSERT_EQUAL(grants_of(user), 0);
  }
}

static void what_cannot_be_done_any_more_is_refused_and_still_waits(void) {
  BOTH(t) {
    const char *user = new_user(), *grant = arena_printf(client_memory(), ",\"id\":\"%s\"", fresh_id());
    const char *first = text_at(ask_for_grant(t, user, "ROLE_OFFICER", LINXI, grant).body, "approvalId");
    const char *second = text_at(ask_for_grant(t, user, "ROLE_OFFICER", BALIN, grant).body, "approvalId");
    CU_ASSERT_EQUAL(approve(t, "admin.second", first).code, CODE_OK);
    struct answer overtaken = approve(t, "admin.second", second);
    CU_ASSERT_TRUE(is_refusal(&overtaken, t, CODE_FAILED_PRECONDITION, 400, "ALREADY_EXISTS"));
    CU_ASSERT_STRING_EQUAL(state_of(t, second), "APPROVAL_STATE_PENDING");
    CU_ASSERT_EQUAL(decide(t, "admin.second", "Refuse", second).code, CODE_OK);
    CU_ASSERT_EQUAL(grants_of(user), 1);
  }
}

// Whether an approval is on the first page that a filter gives.
static bool is_among(enum transport t, const char *user, const char *filter, const char *id) {
  struct answer answer =
      ask(world()->client, t, token_of(user), "ApprovalService/ListApprovals", "{\"pageSize\":500,\"total\":true%s}", filter);
  CU_ASSERT_EQUAL(answer.code, CODE_OK);
  CU_ASSERT_EQUAL((size_t)number_at(answer.body, "totalSize"), count_at(answer.body, "approvals"));
  for (size_t i = 0; i < count_at(answer.body, "approvals"); i++)
    if (!strcmp(text_at(json_array_get(json_at(answer.body, "approvals"), i), "id"), id))
      return true;
  return false;
}

static void approvals_are_listed_by_what_is_to_be_done_with_them(void) {
  static const char to_decide[] = ",\"whose\":\"APPROVALS_WHOSE_TO_DECIDE\"",
                    requested[] = ",\"whose\":\"APPROVALS_WHOSE_REQUESTED\"",
                    pending[] = ",\"state\":\"APPROVAL_STATE_PENDING\"", approved[] = ",\"state\":\"APPROVAL_STATE_APPROVED\"";
  BOTH(t) {
    const char *id = waiting(t, new_user());
    CU_ASSERT_TRUE(is_among(t, "admin", requested, id));
    CU_ASSERT_FALSE(is_among(t, "admin", to_decide, id));
    CU_ASSERT_TRUE(is_among(t, "admin.second", to_decide, id));
    CU_ASSERT_FALSE(is_among(t, "admin.second", requested, id));
    CU_ASSERT_TRUE(is_among(t, "auditor", pending, id));
    CU_ASSERT_FALSE(is_among(t, "auditor", to_decide, id));
    CU_ASSERT_FALSE(is_among(t, "supervisor.chifeng", "", id));
    CU_ASSERT_EQUAL(approve(t, "admin.second", id).code, CODE_OK);
    CU_ASSERT_FALSE(is_among(t, "admin.second", to_decide, id));
    CU_ASSERT_FALSE(is_among(t, "admin", pending, id));
    CU_ASSERT_TRUE(is_among(t, "admin", approved, id));
    CU_ASSERT_TRUE(is_among(t, "admin.second", ",\"kind\":\"APPROVAL_KIND_GRANT\"", id));
  }
}

static void approvals_are_listed_page_by_page_the_newest_first(void) {
  for (unsigned i = 0; i < 3; i++)
    waiting(REST, new_user());
  BOTH(t) {
    const char *page = "", *last = "9999";
    unsigned seen = 0;
    for (unsigned pages = 0; pages < 2; pages++) {
      struct answer answer = ask(world()->client, t, token_of("admin"), "ApprovalService/ListApprovals",
                                 "{\"pageSize\":2,\"pageToken\":\"%s\"}", page);
      CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
      for (size_t i = 0; i < count_at(answer.body, "approvals"); i++, seen++) {
        const char *at = text_at(json_array_get(json_at(answer.body, "approvals"), i), "requestedAt");
        CU_ASSERT_TRUE(strcmp(at, last) < 0);
        last = at;
      }
      page = text_at(answer.body, "nextPageToken");
    }
    CU_ASSERT_EQUAL(seen, 4);
  }
}

SUITE_WITH(approvals, world_open, NULL, APPROVALS_LIMIT_S, TEST(what_is_asked_for_waits_and_is_done_when_another_approves),
           TEST(who_asked_does_not_decide_it_nor_whom_it_is_about), TEST(what_is_refused_or_withdrawn_is_not_done),
           TEST(an_approval_is_decided_once), TEST(a_retried_approval_answers_what_the_first_did),
           TEST(what_nobody_decides_in_its_time_expires), TEST(what_cannot_be_done_any_more_is_refused_and_still_waits),
           TEST(approvals_are_listed_by_what_is_to_be_done_with_them),
           TEST(approvals_are_listed_page_by_page_the_newest_first));
