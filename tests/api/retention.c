// Retention: how long records are kept is changed by two, and supervisors hold records back.

#include "suite.h"
#include "support/approving.h"
#include "support/client_wire.h"
#include "support/refusal.h"
#include "support/rights.h"
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { RETENTION_LIMIT_S = 120 };

static struct answer by(enum transport t, const char *user, const char *method, const char *request) {
  return ask(world()->client, t, token_of(user), method, "%s", request);
}

// --- Terms ---

// For how many years cases are kept, as everybody is told; 0: for good.
static long long years_of_cases(enum transport t) {
  struct answer list = by(t, "nobody", "RetentionService/ListRetention", "{}");
  json_t *term = element_with(json_at(list.body, "terms"), "recordClass", "RECORD_CLASS_CASE");
  return term ? number_at(term, "years") : 0;
}

static struct answer set_cases(enum transport t, int years) {
  return by(t, "admin", "RetentionService/SetRetention",
            arena_printf(client_memory(),
                         "{\"term\":{\"recordClass\":\"RECORD_CLASS_CASE\",\"years\":%d},\"reason\":\"档案法\"}", years));
}

static void a_term_is_set_changed_and_taken_out_when_another_admin_approves(void) {
  BOTH(t) {
    CU_ASSERT_EQUAL(years_of_cases(t), 0);
    struct answer asked = set_cases(t, 30);
    CU_ASSERT_EQUAL_FATAL(asked.code, CODE_OK);
    CU_ASSERT_EQUAL(number_at(asked.body, "years"), 30);
    const char *id = text_at(asked.body, "approvalId");
    CU_ASSERT_EQUAL(approve(t, "admin", id).code, CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(approve(t, "supervisor.chifeng", id).code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(years_of_cases(t), 0);
    struct answer seen =
        ask(world()->client, t, token_of("admin.second"), "ApprovalService/GetApproval", "{\"id\":\"%s\"}", id);
    CU_ASSERT_STRING_EQUAL(text_at(seen.body, "kind"), "APPROVAL_KIND_RETENTION");
    CU_ASSERT_STRING_EQUAL(text_at(seen.body, "retention.term.recordClass"), "RECORD_CLASS_CASE");
    CU_ASSERT_EQUAL(number_at(seen.body, "retention.term.years"), 30);
    CU_ASSERT_EQUAL(approve(t, "admin.second", id).code, CODE_OK);
    CU_ASSERT_EQUAL(years_of_cases(t), 30);

    CU_ASSERT_EQUAL(approve(t, "admin.second", text_at(set_cases(t, 15).body, "approvalId")).code, CODE_OK);
    CU_ASSERT_EQUAL(years_of_cases(t), 15);

    struct answer removed = by(t, "admin", "RetentionService/RemoveRetention", "{\"recordClass\":\"RECORD_CLASS_CASE\"}");
    CU_ASSERT_EQUAL(years_of_cases(t), 15);
    CU_ASSERT_EQUAL(approve(t, "admin.second", text_at(removed.body, "approvalId")).code, CODE_OK);
    CU_ASSERT_EQUAL(years_of_cases(t), 0);
  }
}

static void what_is_no_term_is_refused_when_it_is_asked_for(void) {
  BOTH(t) {
    struct answer none = set_cases(t, 0);
    CU_ASSERT_TRUE(names_field(&none, "term.years", NULL));
    struct answer long_one = set_cases(t, 101);
    CU_ASSERT_TRUE(names_field(&long_one, "term.years", NULL));
    CU_ASSERT_EQUAL(by(t, "admin", "RetentionService/RemoveRetention", "{\"recordClass\":\"RECORD_CLASS_CASE\"}").code,
                    CODE_NOT_FOUND);
  }
}

// --- Holds ---

static struct answer hold(enum transport t, const char *user, const char *record_class, const char *id, const char *more) {
  return ask(world()->client, t, token_of(user), "RetentionService/HoldRecord",
             "{\"recordClass\":\"RECORD_CLASS_%s\",\"recordId\":\"%s\",\"reason\":\"行政诉讼\"%s}", record_class, id, more);
}

static struct answer lift(enum transport t, const char *user, const char *id) {
  return ask(world()->client, t, token_of(user), "RetentionService/LiftHold", "{\"id\":\"%s\",\"reason\":\"结案\"}", id);
}

static size_t holds_of(enum transport t, const char *user, const char *record, const char *state) {
  struct answer list = ask(world()->client, t, token_of(user), "RetentionService/ListHolds",
                           "{\"recordId\":\"%s\",\"state\":\"HOLD_STATE_%s\",\"total\":true}", record, state);
  CU_ASSERT_EQUAL(list.code, CODE_OK);
  CU_ASSERT_EQUAL((size_t)number_at(list.body, "totalSize"), count_at(list.body, "holds"));
  return count_at(list.body, "holds");
}

static void a_record_is_held_once_until_that_is_lifted(void) {
  BOTH(t) {
    struct records records = push_records("officer.linxi", LINXI_VILLAGE, "");
    const struct {
      const char *record_class, *id;
    } held[] = {
        {"VISIT", records.visit}, {"PHOTO", records.visit_photo}, {"PHOTO", records.lead_photo}, {"LEAD", records.lead}};
    for (size_t i = 0; i < sizeof held / sizeof *held; i++) {
      struct answer set = hold(t, "supervisor.linxi", held[i].record_class, held[i].id, "");
      CU_ASSERT_EQUAL_FATAL(set.code, CODE_OK);
      CU_ASSERT_STRING_EQUAL(text_at(set.body, "recordId"), held[i].id);
      CU_ASSERT_STRING_EQUAL(text_at(set.body, "reason"), "行政诉讼");
      CU_ASSERT_STRING_EQUAL(text_at(set.body, "setBy"), id_of("supervisor.linxi"));
      const char *id = text_at(set.body, "id");
      struct answer twice = hold(t, "supervisor.chifeng", held[i].record_class, held[i].id, "");
      CU_ASSERT_EQUAL(twice.code, CODE_ALREADY_EXISTS);
      CU_ASSERT_EQUAL(holds_of(t, "supervisor.chifeng", held[i].id, "IN_FORCE"), 1);
      struct answer lifted = lift(t, "supervisor.chifeng", id);
      CU_ASSERT_EQUAL(lifted.code, CODE_OK);
      CU_ASSERT_STRING_EQUAL(text_at(lifted.body, "liftedBy"), id_of("supervisor.chifeng"));
      CU_ASSERT_STRING_EQUAL(text_at(lifted.body, "liftedReason"), "结案");
      struct answer again = lift(t, "supervisor.linxi", id);
      CU_ASSERT_TRUE(is_refusal(&again, t, CODE_FAILED_PRECONDITION, 400, "ALREADY_DECIDED"));
      CU_ASSERT_EQUAL(holds_of(t, "supervisor.linxi", held[i].id, "IN_FORCE"), 0);
      CU_ASSERT_EQUAL(holds_of(t, "supervisor.linxi", held[i].id, "LIFTED"), 1);
      CU_ASSERT_EQUAL(hold(t, "supervisor.linxi", held[i].record_class, held[i].id, "").code, CODE_OK);
    }
  }
}

static void a_case_is_held_by_who_supervises_it(void) {
  BOTH(t) {
    struct records records = push_records("officer.linxi", LINXI_VILLAGE, "");
    struct answer filed = ask(world()->client, t, token_of("supervisor.linxi"), "CaseService/CreateCase",
                              "{\"case\":{\"title\":\"虚构：测试\",\"leadIds\":[\"%s\"]}}", records.lead);
    CU_ASSERT_EQUAL_FATAL(filed.code, CODE_OK);
    CU_ASSERT_EQUAL(hold(t, "supervisor.linxi", "CASE", text_at(filed.body, "id"), "").code, CODE_OK);
    CU_ASSERT_EQUAL(hold(t, "supervisor.linxi", "LEAD", text_at(filed.body, "id"), "").code, CODE_INVALID_ARGUMENT);
  }
}

static void a_record_out_of_sight_is_neither_held_nor_told_of(void) {
  BOTH(t) {
    const char *against =
        arena_printf(client_memory(), ",\"accused\":[{\"name\":\"某甲\",\"userId\":\"%s\"}]", id_of("supervisor.linxi"));
    struct records about_him = push_records("officer.linxi", LINXI_VILLAGE, against);
    struct records far = push_records("officer.balin", BALIN_VILLAGE, "");
    const char *const ids[] = {about_him.lead, far.lead, fresh_id()};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
      struct answer refused = hold(t, "supervisor.linxi", "LEAD", ids[i], "");
      CU_ASSERT_EQUAL(refused.code, CODE_INVALID_ARGUMENT);
      CU_ASSERT_TRUE(names_field(&refused, "record_id", "UNKNOWN_REFERENCE"));
    }
    struct answer photo = hold(t, "supervisor.linxi", "PHOTO", about_him.lead_photo, "");
    CU_ASSERT_TRUE(names_field(&photo, "record_id", "UNKNOWN_REFERENCE"));
    struct answer set = hold(t, "supervisor.chifeng", "LEAD", about_him.lead, "");
    CU_ASSERT_EQUAL_FATAL(set.code, CODE_OK);
    CU_ASSERT_EQUAL(holds_of(t, "supervisor.linxi", about_him.lead, "IN_FORCE"), 0);
    CU_ASSERT_EQUAL(lift(t, "supervisor.linxi", text_at(set.body, "id")).code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(holds_of(t, "supervisor.chifeng", about_him.lead, "IN_FORCE"), 1);
  }
}

static void a_hold_that_is_asked_for_again_is_set_once(void) {
  BOTH(t) {
    struct records records = push_records("officer.linxi", LINXI_VILLAGE, "");
    const char *retry = arena_printf(client_memory(), ",\"requestId\":\"%s\"", fresh_id());
    struct answer first = hold(t, "supervisor.linxi", "LEAD", records.lead, retry);
    struct answer again = hold(t, "supervisor.linxi", "LEAD", records.lead, retry);
    CU_ASSERT_EQUAL(again.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(first.body, "id"), text_at(again.body, "id"));
    CU_ASSERT_EQUAL(sql_number("select count(*) from legal_hold where record_id = '%s'", records.lead), 1);
  }
}

static void holds_come_page_by_page_the_newest_first(void) {
  BOTH(t) {
    struct records records = push_records("officer.linxi", LINXI_VILLAGE, "");
    const char *newest = "";
    for (unsigned i = 0; i < 3; i++) {
      newest = text_at(hold(t, "supervisor.linxi", "LEAD", records.lead, "").body, "id");
      CU_ASSERT_EQUAL(lift(t, "supervisor.linxi", newest).code, CODE_OK);
    }
    const char *token = "";
    unsigned pages = 0;
    do {
      struct answer page =
          ask(world()->client, t, token_of("supervisor.linxi"), "RetentionService/ListHolds",
              "{\"recordId\":\"%s\",\"recordClass\":\"RECORD_CLASS_LEAD\",\"pageSize\":1,\"pageToken\":\"%s\"}", records.lead,
              token);
      CU_ASSERT_EQUAL_FATAL(page.code, CODE_OK);
      CU_ASSERT_EQUAL(count_at(page.body, "holds"), 1);
      if (pages == 0)
        CU_ASSERT_STRING_EQUAL(text_at(page.body, "holds.0.id"), newest);
      token = text_at(page.body, "nextPageToken");
      pages++;
    } while (*token && pages < 5);
    CU_ASSERT_EQUAL(pages, 3);
  }
}

static void each_hold_and_its_lifting_is_told_in_the_audit_by_who_did_it(void) {
  BOTH(t) {
    struct records records = push_records("officer.linxi", LINXI_VILLAGE, "");
    const char *id = text_at(hold(t, "supervisor.linxi", "LEAD", records.lead, "").body, "id");
    CU_ASSERT_EQUAL(lift(t, "supervisor.chifeng", id).code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(
        sql_text("select string_agg(a.action || ' ' || u.username, ', ' order by a.id) from audit a join account u on u.id = "
                 "a.actor_id where a.kind = 'hold' and a.record = '%s'",
                 id),
        "created supervisor.linxi, changed supervisor.chifeng");
  }
}

SUITE_WITH(retention, world_open, client_forget, RETENTION_LIMIT_S,
           TEST(a_term_is_set_changed_and_taken_out_when_another_admin_approves),
           TEST(what_is_no_term_is_refused_when_it_is_asked_for), TEST(a_record_is_held_once_until_that_is_lifted),
           TEST(a_case_is_held_by_who_supervises_it), TEST(a_record_out_of_sight_is_neither_held_nor_told_of),
           TEST(a_hold_that_is_asked_for_again_is_set_once), TEST(holds_come_page_by_page_the_newest_first),
           TEST(each_hold_and_its_lifting_is_told_in_the_audit_by_who_did_it));
