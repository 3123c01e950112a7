// Erasing: what is due is listed, another supervisor approves, then it is gone for good; figures stay as they were.

#include "suite.h"
#include "support/approving.h"
#include "support/client_wire.h"
#include "support/downloading.h"
#include "support/past.h"
#include "support/refusal.h"
#include "support/rights.h"
#include "support/watching.h"
#include "support/work_report.h"
#include <stdlib.h>
#include <string.h>

enum { ERASING_LIMIT_S = 180, SOON_MS = 10000, TOO_MANY = 101 };

// Twenty years is the term of every class while this suite runs; its records are of 2001 and later.
static bool open_erasing(void) {
  return world_open() && sql_run("insert into retention_term (record_class, years) select c, 20 from generate_series(1, 4) c");
}

static void close_erasing(void) {
  sql_run("delete from retention_term");
  client_forget();
}

static struct answer by(enum transport t, const char *user, const char *method, const char *request) {
  return ask(world()->client, t, token_of(user), method, "%s", request);
}

static const char *with_id(const char *id) {
  return arena_printf(client_memory(), "{\"id\":\"%s\"}", id);
}

// --- Records of long ago ---

// A visit with a photo and a lead with one, pushed by officer.linxi, noted and corrected. All of it says `word`.
struct old {
  const char *word, *visit, *visit_photo, *lead, *lead_photo;
};

static const char *visit_saying(const struct old *old) {
  return visit_json(old->visit, LINXI_VILLAGE,
                    arena_printf(client_memory(),
                                 ",\"findings\":\"现%1$s\",\"place\":\"处%1$s\",\"visitors\":[{\"name\":"
                                 "\"人%1$.9s\",\"unit\":\"局%1$s\"}],\"solvedProblems\":[{\"description\":\"解%1$s\"}]",
                                 old->word));
}

static const char *lead_saying(const struct old *old) {
  return lead_json(old->lead, LINXI_VILLAGE,
                   arena_printf(client_memory(),
                                ",\"accused\":[{\"name\":\"某%1$s\",\"unit\":\"局%1$s\",\"post\":\"职%1$s\"}],\"reporter\":{"
                                "\"name\":\"虚构人\",\"phone\":\"13811112222\"}",
                                old->word));
}

static struct answer push(enum transport t, const char *user, const struct old *old, const char *more_leads) {
  return ask(world()->client, t, token_of(user), "SyncService/Push", "{\"visits\":[%s],\"photos\":[%s,%s],\"leads\":[%s%s]}",
             visit_saying(old), photo_json(old->visit_photo, old->visit), photo_of_lead(old->lead_photo, old->lead),
             lead_saying(old), more_leads);
}

// Makes them due: as if nobody had written them since 2001, and the lead had been closed then.
static void age(const struct old *old) {
  CU_ASSERT_TRUE(sql_run(
      "alter table visit disable trigger visit_written; alter table photo disable trigger photo_changed;"
      "alter table lead disable trigger lead_written; alter table lead disable trigger lead_step_kept;"
      "update visit set started_at = '2001-03-01 10:00+08', ended_at = null where id = '%1$s';"
      "update photo set captured_at = '2001-03-01 11:00+08' where '%1$s' = visit_id or '%2$s' = lead_id;"
      "update lead set received_at = '2001-03-02 10:00+08', written_at = '2001-03-03 10:00+08', state = 10 where id = '%2$s';"
      "alter table visit enable trigger visit_written; alter table photo enable trigger photo_changed;"
      "alter table lead enable trigger lead_written; alter table lead enable trigger lead_step_kept",
      old->visit, old->lead));
}

static struct old put_old(enum transport t) {
  struct old old = {.word = sql_text("select left(replace(gen_random_uuid()::text, '-', ''), 20)"),
                    .visit = fresh_id(),
                    .visit_photo = fresh_id(),
                    .lead = fresh_id(),
                    .lead_photo = fresh_id()};
  struct answer made = push(t, "officer.linxi", &old, "");
  for (size_t i = 0; i < 4; i++)
    CU_ASSERT_STRING_EQUAL_FATAL(text_at(json_array_get(json_at(made.body, "results"), i), "status"), "CREATED");
  CU_ASSERT_EQUAL_FATAL(ask(world()->client, t, token_of("officer.linxi"), "LeadService/AddNote",
                            "{\"id\":\"%s\",\"note\":\"记%s\",\"requestId\":\"%s\"}", old.lead, old.word, fresh_id())
                            .code,
                        CODE_OK);
  CU_ASSERT_EQUAL_FATAL(ask(world()->client, t, token_of("officer.linxi"), "VisitService/UpdateVisit",
                            "{\"visit\":{\"id\":\"%s\",\"etag\":\"%s\",\"purpose\":\"更%s\"},\"updateMask\":\"purpose\","
                            "\"reason\":\"因%s\"}",
                            old.visit, text_at(made.body, "results.0.etag"), old.word, old.word)
                            .code,
                        CODE_OK);
  age(&old);
  return old;
}

// --- Asking for it, and approving ---

static struct answer request(enum transport t, const char *user, const char *record_class, const char *ids) {
  return ask(world()->client, t, token_of(user), "RetentionService/RequestErasing",
             "{\"recordClass\":\"RECORD_CLASS_%s\",\"recordIds\":[%s],\"reason\":\"销毁清册第一号\"}", record_class, ids);
}

static const char *quoted(const char *id) {
  return arena_printf(client_memory(), "\"%s\"", id);
}

// Asked for by supervisor.linxi: the approval's id.
static const char *requested(enum transport t, const char *record_class, const char *ids) {
  struct answer asked = request(t, "supervisor.linxi", record_class, ids);
  CU_ASSERT_EQUAL_FATAL(asked.code, CODE_OK);
  return text_at(asked.body, "approvalId");
}

// What an approval says became of a record: "ERASED" …; "" nothing yet.
static const char *fate_of(json_t *approval, const char *id) {
  const char *fate = text_at(element_with(json_at(approval, "erasing.items"), "recordId", id), "fate");
  return *fate ? fate + strlen("ERASING_FATE_") : "";
}

static void erase(enum transport t, const char *record_class, const char *id) {
  struct answer done = approve(t, "supervisor.chifeng", requested(t, record_class, quoted(id)));
  CU_ASSERT_EQUAL_FATAL(done.code, CODE_OK);
  CU_ASSERT_STRING_EQUAL(fate_of(done.body, id), "ERASED");
}

static void erase_both(enum transport t, const struct old *old) {
  erase(t, "VISIT", old->visit);
  erase(t, "LEAD", old->lead);
}

// --- What is due ---

// The record in the list of what is due, however many pages that has; NULL where it is not there.
static json_t *due(enum transport t, const char *user, const char *record_class, const char *id, int page_size) {
  const char *token = "";
  json_t *found = NULL;
  for (int pages = 0; pages < 100 && !found && (pages == 0 || *token); pages++) {
    struct answer page = ask(world()->client, t, token_of(user), "RetentionService/ListDue",
                             "{\"recordClass\":\"RECORD_CLASS_%s\",\"regionCode\":\"%s\",\"pageSize\":%d,\"pageToken\":\"%s\"}",
                             record_class, LINXI_VILLAGE, page_size, token);
    CU_ASSERT_EQUAL_FATAL(page.code, CODE_OK);
    CU_ASSERT_TRUE(count_at(page.body, "records") <= (size_t)page_size);
    CU_ASSERT_EQUAL(number_at(page.body, "years"), 20);
    found = element_with(json_at(page.body, "records"), "recordId", id);
    token = text_at(page.body, "nextPageToken");
  }
  return found;
}

static void what_is_due_is_listed_page_by_page_with_the_day_since_when(void) {
  BOTH(t) {
    struct old old = put_old(t), other = put_old(t);
    const struct {
      const char *record_class, *id, *due_on;
    } listed[] = {{"VISIT", old.visit, "2021-03-02"},
                  {"PHOTO", old.visit_photo, "2021-03-02"},
                  {"LEAD", old.lead, "2021-03-04"},
                  {"LEAD", other.lead, "2021-03-04"}};
    for (size_t i = 0; i < sizeof listed / sizeof *listed; i++) {
      json_t *record = due(t, "supervisor.linxi", listed[i].record_class, listed[i].id, 1);
      CU_ASSERT_STRING_EQUAL(text_at(record, "dueOn"), listed[i].due_on);
      CU_ASSERT_STRING_EQUAL(text_at(record, "regionCode"), LINXI_VILLAGE);
      CU_ASSERT_FALSE(json_is_true(json_at(record, "held")));
      CU_ASSERT_STRING_EQUAL(text_at(record, "approvalId"), "");
    }
    const char *approval = requested(t, "LEAD", quoted(old.lead));
    CU_ASSERT_STRING_EQUAL(text_at(due(t, "supervisor.chifeng", "LEAD", old.lead, 100), "approvalId"), approval);
    ask(world()->client, t, token_of("supervisor.linxi"), "RetentionService/HoldRecord",
        "{\"recordClass\":\"RECORD_CLASS_VISIT\",\"recordId\":\"%s\",\"reason\":\"行政诉讼\"}", other.visit);
    CU_ASSERT_TRUE(json_is_true(json_at(due(t, "supervisor.linxi", "VISIT", other.visit, 100), "held")));
    CU_ASSERT_TRUE(json_is_true(json_at(due(t, "supervisor.linxi", "PHOTO", other.visit_photo, 100), "held")));
  }
}

static void what_is_open_or_young_is_not_due(void) {
  BOTH(t) {
    struct records young = push_records("officer.linxi", LINXI_VILLAGE, "");
    const char *open = put_lead(LINXI_VILLAGE, "2001-04-01 10:00", ", state, written_at", ", 4, '2001-04-02'");
    CU_ASSERT_PTR_NULL(due(t, "supervisor.linxi", "LEAD", young.lead, 500));
    CU_ASSERT_PTR_NULL(due(t, "supervisor.linxi", "LEAD", open, 500));
    const char *const ids[] = {young.lead, open};
    for (size_t i = 0; i < 2; i++) {
      struct answer refused = request(t, "supervisor.linxi", "LEAD", quoted(ids[i]));
      CU_ASSERT_EQUAL(refused.code, CODE_FAILED_PRECONDITION);
      CU_ASSERT_TRUE(names_field(&refused, "record_ids[0]", "NOT_DUE"));
    }
  }
}

static void a_request_names_the_record_that_cannot_be_erased(void) {
  BOTH(t) {
    struct old old = put_old(t), held = put_old(t);
    struct records far = push_records("officer.balin", BALIN_VILLAGE, "");
    ask(world()->client, t, token_of("supervisor.linxi"), "RetentionService/HoldRecord",
        "{\"recordClass\":\"RECORD_CLASS_LEAD\",\"recordId\":\"%s\",\"reason\":\"行政诉讼\"}", held.lead);
    const struct {
      const char *id, *reason;
    } bad[] = {{held.lead, "HELD_BACK"}, {far.lead, "UNKNOWN_REFERENCE"}, {fresh_id(), "UNKNOWN_REFERENCE"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
      const char *ids = arena_printf(client_memory(), "\"%s\",\"%s\"", old.lead, bad[i].id);
      struct answer refused = request(t, "supervisor.linxi", "LEAD", ids);
      CU_ASSERT_EQUAL(refused.code, i == 0 ? CODE_FAILED_PRECONDITION : CODE_INVALID_ARGUMENT);
      CU_ASSERT_TRUE(names_field(&refused, "record_ids[1]", bad[i].reason));
    }
    struct answer twice =
        request(t, "supervisor.linxi", "LEAD", arena_printf(client_memory(), "\"%s\",\"%s\"", old.lead, old.lead));
    CU_ASSERT_TRUE(names_field(&twice, "record_ids[1]", "NOT_UNIQUE") || names_field(&twice, "record_ids", "NOT_UNIQUE"));
    struct buffer many = {.arena = client_memory()};
    for (int i = 0; i < TOO_MANY; i++)
      buffer_printf(&many, "%s\"%s\"", i ? "," : "", fresh_id());
    struct answer refused = request(t, "supervisor.linxi", "LEAD", buffer_text(&many));
    CU_ASSERT_TRUE(names_field(&refused, "record_ids", "TOO_MANY_ITEMS"));
  }
}

// --- Two persons ---

static void nothing_is_erased_before_another_supervisor_of_it_approves(void) {
  BOTH(t) {
    struct old old = put_old(t);
    const char *id = requested(t, "LEAD", quoted(old.lead));
    CU_ASSERT_EQUAL(approve(t, "supervisor.linxi", id).code, CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(approve(t, "officer.linxi", id).code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(approve(t, "admin.second", id).code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(by(t, "auditor", "ApprovalService/GetApproval", with_id(id)).code, CODE_NOT_FOUND);
    struct answer seen = by(t, "supervisor.chifeng", "ApprovalService/GetApproval", with_id(id));
    CU_ASSERT_STRING_EQUAL(text_at(seen.body, "kind"), "APPROVAL_KIND_ERASING");
    CU_ASSERT_STRING_EQUAL(text_at(seen.body, "erasing.recordClass"), "RECORD_CLASS_LEAD");
    CU_ASSERT_STRING_EQUAL(text_at(seen.body, "erasing.items.0.recordId"), old.lead);
    CU_ASSERT_STRING_EQUAL(fate_of(seen.body, old.lead), "");
    CU_ASSERT_EQUAL(by(t, "officer.linxi", "LeadService/GetLead", with_id(old.lead)).code, CODE_OK);
    CU_ASSERT_EQUAL(approve(t, "supervisor.chifeng", id).code, CODE_OK);
    CU_ASSERT_EQUAL(by(t, "officer.linxi", "LeadService/GetLead", with_id(old.lead)).code, CODE_NOT_FOUND);
    seen = by(t, "supervisor.linxi", "ApprovalService/GetApproval", with_id(id));
    CU_ASSERT_STRING_EQUAL(fate_of(seen.body, old.lead), "ERASED");
    struct answer list =
        by(t, "supervisor.linxi", "ApprovalService/ListApprovals", "{\"kind\":\"APPROVAL_KIND_ERASING\",\"pageSize\":500}");
    CU_ASSERT_STRING_EQUAL(fate_of(element_with(json_at(list.body, "approvals"), "id", id), old.lead), "ERASED");
  }
}

static void what_is_held_or_taken_up_again_meanwhile_is_kept_and_the_approval_says_so(void) {
  BOTH(t) {
    struct old held = put_old(t), reopened = put_old(t), erased = put_old(t);
    const char *id =
        requested(t, "LEAD", arena_printf(client_memory(), "\"%s\",\"%s\",\"%s\"", held.lead, reopened.lead, erased.lead));
    struct answer hold = ask(world()->client, t, token_of("supervisor.chifeng"), "RetentionService/HoldRecord",
                             "{\"recordClass\":\"RECORD_CLASS_LEAD\",\"recordId\":\"%s\",\"reason\":\"行政诉讼\"}", held.lead);
    CU_ASSERT_EQUAL_FATAL(hold.code, CODE_OK);
    struct answer opened =
        ask(world()->client, t, token_of("supervisor.linxi"), "LeadService/AdvanceLead",
            "{\"id\":\"%s\",\"etag\":\"%s\",\"to\":\"LEAD_STATE_REOPENED\",\"reason\":\"新情况\"}", reopened.lead,
            sql_text("select encode(etag, 'base64') from lead where id = '%s'", reopened.lead));
    CU_ASSERT_EQUAL_FATAL(opened.code, CODE_OK);
    struct answer done = approve(t, "supervisor.chifeng", id);
    CU_ASSERT_EQUAL_FATAL(done.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(fate_of(done.body, held.lead), "HELD");
    CU_ASSERT_STRING_EQUAL(fate_of(done.body, reopened.lead), "NOT_DUE");
    CU_ASSERT_STRING_EQUAL(fate_of(done.body, erased.lead), "ERASED");
    CU_ASSERT_STRING_EQUAL(text_at(by(t, "officer.linxi", "LeadService/GetLead", with_id(held.lead)).body, "accused.0.name"),
                           arena_printf(client_memory(), "某%s", held.word));
    CU_ASSERT_EQUAL(by(t, "officer.linxi", "LeadService/GetLead", with_id(reopened.lead)).code, CODE_OK);
    CU_ASSERT_EQUAL(by(t, "officer.linxi", "LeadService/GetLead", with_id(erased.lead)).code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(sql_number("select count(*) from audit where record in ('%s', '%s') and action = 'refused' and result in "
                               "('HELD_BACK', 'NOT_DUE') and actor_id = '%s'",
                               held.lead, reopened.lead, id_of("supervisor.chifeng")),
                    2);
  }
}

static void a_request_that_is_sent_again_asks_once_and_is_erased_once(void) {
  BOTH(t) {
    struct old old = put_old(t);
    const char *again = arena_printf(client_memory(),
                                     "{\"recordClass\":\"RECORD_CLASS_LEAD\",\"recordIds\":[\"%s\"],\"reason\":\"清册\","
                                     "\"requestId\":\"%s\"}",
                                     old.lead, fresh_id());
    struct answer first = by(t, "supervisor.linxi", "RetentionService/RequestErasing", again);
    struct answer second = by(t, "supervisor.linxi", "RetentionService/RequestErasing", again);
    CU_ASSERT_TRUE(json_equal(first.body, second.body));
    CU_ASSERT_EQUAL(approve(t, "supervisor.chifeng", text_at(first.body, "approvalId")).code, CODE_OK);
    struct answer late = request(t, "supervisor.linxi", "LEAD", quoted(old.lead));
    CU_ASSERT_TRUE(names_field(&late, "record_ids[0]", "UNKNOWN_REFERENCE"));
    struct answer hold = ask(world()->client, t, token_of("supervisor.linxi"), "RetentionService/HoldRecord",
                             "{\"recordClass\":\"RECORD_CLASS_LEAD\",\"recordId\":\"%s\",\"reason\":\"晚了\"}", old.lead);
    CU_ASSERT_TRUE(names_field(&hold, "record_id", "UNKNOWN_REFERENCE"));
  }
}

// --- What an erased record answers ---

static void nothing_of_what_it_said_is_left_in_the_database(void) {
  BOTH(t) {
    struct old old = put_old(t);
    CU_ASSERT_TRUE(times_dumped(old.word) >= 10);
    erase_both(t, &old);
    CU_ASSERT_EQUAL(times_dumped(old.word), 0);
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead_reporter where lead_id = '%s'", old.lead), 0);
    CU_ASSERT_EQUAL(sql_number("select count(*) from photo where id in ('%s', '%s')", old.visit_photo, old.lead_photo), 0);
    CU_ASSERT_EQUAL(
        sql_number("select count(*) from audit where record in ('%s', '%s') and kind = 'erased' and actor_id = '%s' "
                   "and at > now() - interval '1 minute'",
                   old.visit, old.lead, id_of("supervisor.chifeng")),
        2);
  }
}

static bool is_exported(enum transport t, const char *method, const char *id) {
  struct downloading *file =
      downloading_open(world()->client, t, token_of("supervisor.linxi"), method, "{\"format\":\"geojson\"}");
  CU_ASSERT_EQUAL_FATAL(downloading_end(file, SOON_MS).code, CODE_OK);
  size_t length;
  bool named = strstr(downloading_text(file, &length), id) != NULL;
  downloading_close(file);
  return named;
}

static void it_is_neither_read_nor_listed_nor_exported_any_more(void) {
  static const char *const users[] = {"officer.linxi", "supervisor.linxi", "supervisor.chifeng"};
  BOTH(t) {
    struct old old = put_old(t);
    CU_ASSERT_TRUE(is_listed(t, "supervisor.linxi", "VisitService/ListVisits", "visits", old.visit));
    CU_ASSERT_TRUE(is_exported(t, "ExportService/ExportLeads", old.lead));
    CU_ASSERT_TRUE(is_exported(t, "ExportService/ExportVisits", old.visit));
    erase_both(t, &old);
    const char *const read[][2] = {
        {"LeadService/GetLead", old.lead},          {"LeadService/ListLeadEvents", old.lead},
        {"VisitService/GetVisit", old.visit},       {"VisitService/ListVisitVersions", old.visit},
        {"PhotoService/GetPhoto", old.visit_photo}, {"PhotoService/GetPhoto", old.lead_photo},
    };
    for (size_t u = 0; u < sizeof users / sizeof *users; u++) {
      for (size_t i = 0; i < sizeof read / sizeof *read; i++)
        CU_ASSERT_EQUAL(by(t, users[u], read[i][0], with_id(read[i][1])).code, CODE_NOT_FOUND);
      CU_ASSERT_FALSE(is_listed(t, users[u], "LeadService/ListLeads", "leads", old.lead));
      CU_ASSERT_FALSE(is_listed(t, users[u], "VisitService/ListVisits", "visits", old.visit));
      struct answer found =
          ask(world()->client, t, token_of(users[u]), "VisitService/ListVisits", "{\"query\":\"%s\"}", old.word);
      CU_ASSERT_EQUAL(count_at(found.body, "visits"), 0);
    }
    CU_ASSERT_EQUAL(ask(world()->client, t, token_of("supervisor.linxi"), "LeadService/RevealReporter",
                        "{\"id\":\"%s\",\"purpose\":\"核实情况\"}", old.lead)
                        .code,
                    CODE_NOT_FOUND);
    CU_ASSERT_FALSE(is_exported(t, "ExportService/ExportLeads", old.lead));
    CU_ASSERT_FALSE(is_exported(t, "ExportService/ExportVisits", old.visit));
    CU_ASSERT_PTR_NULL(due(t, "supervisor.linxi", "LEAD", old.lead, 500));
  }
}

static const char *violation(const struct answer *pushed, size_t place) {
  json_t *result = json_array_get(json_at(pushed->body, "results"), place);
  return arena_printf(client_memory(), "%s %s %s", text_at(result, "status"), text_at(result, "violations.0.field"),
                      text_at(result, "violations.0.reason"));
}

static void pushed_again_it_alone_is_rejected_with_the_reason_to_who_wrote_it(void) {
  BOTH(t) {
    struct old old = put_old(t);
    erase_both(t, &old);
    const char *fresh = fresh_id();
    struct answer again =
        push(t, "officer.linxi", &old, arena_printf(client_memory(), ",%s", lead_json(fresh, LINXI_VILLAGE, "")));
    for (size_t i = 0; i < 4; i++)
      CU_ASSERT_STRING_EQUAL(violation(&again, i), "REJECTED id ERASED");
    CU_ASSERT_STRING_EQUAL(text_at(again.body, "results.4.status"), "CREATED");
    CU_ASSERT_EQUAL(by(t, "officer.linxi", "LeadService/GetLead", with_id(fresh)).code, CODE_OK);
    struct answer other = push(t, "officer.linxi.2", &old, "");
    for (size_t i = 0; i < 4; i++)
      CU_ASSERT_STRING_EQUAL(violation(&other, i), "REJECTED id ALREADY_EXISTS");
    struct answer created[] = {
        ask(world()->client, t, token_of("officer.linxi"), "LeadService/CreateLead", "{\"lead\":%s}", lead_saying(&old)),
        ask(world()->client, t, token_of("officer.linxi"), "VisitService/CreateVisit", "{\"visit\":%s}", visit_saying(&old)),
        ask(world()->client, t, token_of("officer.linxi"), "PhotoService/CreatePhoto", "{\"photo\":%s}",
            photo_of_lead(old.lead_photo, fresh)),
    };
    for (size_t i = 0; i < sizeof created / sizeof *created; i++)
      CU_ASSERT_EQUAL(created[i].code, CODE_ALREADY_EXISTS);
    CU_ASSERT_EQUAL(times_dumped(old.word), 0);
  }
}

static const char *pulled_to(enum transport t, const char *user) {
  const char *cursor = "";
  struct answer page;
  do {
    page = ask(world()->client, t, token_of(user), "SyncService/Pull", "{\"cursor\":\"%s\",\"pageSize\":500}", cursor);
    CU_ASSERT_EQUAL_FATAL(page.code, CODE_OK);
    cursor = text_at(page.body, "cursor");
  } while (json_is_true(json_at(page.body, "more")));
  return cursor;
}

static const char *removed_kind(struct answer *pulled, const char *id) {
  return text_at(element_with(json_at(pulled->body, "removed"), "id", id), "kind");
}

static void phones_pull_it_as_removed_with_its_photos_and_once(void) {
  BOTH(t) {
    struct old old = put_old(t);
    const char *officer = pulled_to(t, "officer.linxi"), *supervisor = pulled_to(t, "supervisor.linxi");
    erase_both(t, &old);
    struct answer his = ask(world()->client, t, token_of("officer.linxi"), "SyncService/Pull", "{\"cursor\":\"%s\"}", officer);
    CU_ASSERT_STRING_EQUAL(removed_kind(&his, old.lead), "RECORD_KIND_LEAD");
    CU_ASSERT_STRING_EQUAL(removed_kind(&his, old.visit), "RECORD_KIND_VISIT");
    CU_ASSERT_STRING_EQUAL(removed_kind(&his, old.visit_photo), "RECORD_KIND_PHOTO");
    CU_ASSERT_STRING_EQUAL(removed_kind(&his, old.lead_photo), "RECORD_KIND_PHOTO");
    CU_ASSERT_PTR_NULL(element_with(json_at(his.body, "leads"), "id", old.lead));
    CU_ASSERT_PTR_NULL(element_with(json_at(his.body, "visits"), "id", old.visit));
    struct answer next = ask(world()->client, t, token_of("officer.linxi"), "SyncService/Pull", "{\"cursor\":\"%s\"}",
                             text_at(his.body, "cursor"));
    CU_ASSERT_STRING_EQUAL(removed_kind(&next, old.visit), "");
    struct answer hers =
        ask(world()->client, t, token_of("supervisor.linxi"), "SyncService/Pull", "{\"cursor\":\"%s\"}", supervisor);
    CU_ASSERT_STRING_EQUAL(removed_kind(&hers, old.lead), "RECORD_KIND_LEAD");
    CU_ASSERT_STRING_EQUAL(removed_kind(&hers, old.visit), ""); // she never pulled it
    CU_ASSERT_FALSE(is_pulled(t, "officer.linxi", old.visit));
  }
}

static void who_watches_is_told_at_once_that_it_is_removed(void) {
  BOTH(t) {
    struct old old = put_old(t);
    struct watching *watching =
        watching_open(world()->client, t, token_of("supervisor.linxi"), "LeadService/WatchLeads", "{}", true);
    CU_ASSERT_PTR_NOT_NULL(watching_next(watching, SOON_MS));
    erase(t, "LEAD", old.lead);
    json_t *change;
    do {
      change = watching_told(watching, SOON_MS);
      CU_ASSERT_FALSE(change && !strcmp(text_at(change, "lead.id"), old.lead));
    } while (change && strcmp(text_at(change, "removedId"), old.lead));
    CU_ASSERT_PTR_NOT_NULL(change);
    watching_close(watching);
  }
}

// --- Counts ---

static json_t *reported(enum transport t, const char *user, int year) {
  struct answer report = work_report(t, user, LINXI, arena_printf(client_memory(), "%d-01-01", year),
                                     arena_printf(client_memory(), "%d-01-01", year + 1));
  CU_ASSERT_EQUAL_FATAL(report.code, CODE_OK);
  return json_at(report.body, "figures");
}

static json_t *broken_down(enum transport t, int year) {
  struct answer answer = ask(world()->client, t, token_of("supervisor.linxi"), "FigureService/Breakdown",
                             "{\"regionCode\":\"%s\",\"from\":\"%d-01-01\",\"to\":\"%d-01-01\",\"by\":\"channel,month\","
                             "\"measures\":\"received,concluded,cases,disciplined\"}",
                             LINXI, year, year + 1);
  CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
  return json_at(answer.body, "rows");
}

static void figures_before_and_after_agree(void) {
  BOTH(t) {
    int year = t == REST ? 2002 : 2003;
    const char *day = arena_printf(client_memory(), "%d-05-05 10:00", year);
    const char *written = arena_printf(client_memory(), "'%d-05-06'", year);
    const char *visit =
        put_visit(LINXI_VILLAGE, 1, day, ", team, people_met, material_names, material_copies, findings",
                  arena_printf(client_memory(), ", array['%s']::uuid[], 7, '{册}', '{30}', '虚构'", id_of("officer.linxi.2")));
    const char *lead = put_lead(LINXI_VILLAGE, day, ", state, written_at, visit_id",
                                arena_printf(client_memory(), ", 10, %s, '%s'", written, visit));
    const char *other = put_lead(LINXI_VILLAGE, day, ", state, written_at", arena_printf(client_memory(), ", 10, %s", written));
    for (int i = 0; i < 2; i++)
      conclude(i ? other : lead, day, 3, ", person_names, person_units, cleared_names, cleared_units, cleared_on",
               ", '{某甲}', '{某村}', '{某乙}', '{某镇}', '{null}'");
    tell(lead, day, 2, 1);
    link_leads(lead, other);
    const char *matter = put_case(lead, day), *person = put_person(matter, "");
    handle(matter, person, 2, 1, day, "", true);
    CU_ASSERT_TRUE(sql_run("update case_file set written_at = %s where id = '%s'", written, matter));

    json_t *before = reported(t, "supervisor.linxi", year), *rows = broken_down(t, year);
    static const char *const counted[] = {"reports_received",     "false_accusations",      "false_accusers",
                                          "officials_cleared",    "down_visit_leads",       "four_forms",
                                          "materials_handed_out", "down_visit_person_times"};
    for (size_t i = 0; i < sizeof counted / sizeof *counted; i++)
      CU_ASSERT_TRUE(number_at(element_with(before, "key", counted[i]), "value") > 0);
    CU_ASSERT_EQUAL(number_at(element_with(before, "key", "false_accusers"), "value"), 1); // in both
    erase(t, "CASE", matter);
    erase(t, "LEAD", lead);
    erase(t, "VISIT", visit);
    CU_ASSERT_TRUE(json_equal(before, reported(t, "supervisor.linxi", year)));
    CU_ASSERT_TRUE(json_equal(rows, broken_down(t, year)));
    erase(t, "LEAD", other);
    CU_ASSERT_TRUE(json_equal(before, reported(t, "supervisor.linxi", year)));
    CU_ASSERT_EQUAL(sql_number("select count(*) from ((table fact except all table fact_of_records) union all (table "
                               "fact_of_records except all table fact)) f where f.holder_id in ('%s', '%s', '%s')",
                               lead, other, matter),
                    0);
  }
}

static size_t cases_of(enum transport t, const char *lead) {
  return count_at(
      ask(world()->client, t, token_of("supervisor.linxi"), "CaseService/ListCases", "{\"leadId\":\"%s\"}", lead).body,
      "cases");
}

static void a_case_and_whom_it_names_are_gone(void) {
  BOTH(t) {
    struct old old = put_old(t);
    const char *matter = put_case(old.lead, "2001-04-01 10:00");
    CU_ASSERT_TRUE(sql_run("update case_file set title = '案%s', written_at = '2001-04-02' where id = '%s'", old.word, matter));
    const char *person = put_person(matter, "");
    CU_ASSERT_TRUE(sql_run("update person set name = '人%s', unit = '局%s' where id = '%s'", old.word, old.word, person));
    CU_ASSERT_EQUAL(by(t, "supervisor.linxi", "CaseService/GetCase", with_id(matter)).code, CODE_OK);
    CU_ASSERT_EQUAL(cases_of(t, old.lead), 1);
    erase_both(t, &old);
    CU_ASSERT_TRUE(times_dumped(old.word) >= 3); // the case has a term of its own
    erase(t, "CASE", matter);
    CU_ASSERT_EQUAL(times_dumped(old.word), 0);
    CU_ASSERT_EQUAL(by(t, "supervisor.linxi", "CaseService/GetCase", with_id(matter)).code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(by(t, "supervisor.linxi", "CaseService/ListCaseEvents", with_id(matter)).code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(cases_of(t, old.lead), 0);
  }
}

SUITE_WITH(erasing, open_erasing, close_erasing, ERASING_LIMIT_S,
           TEST(what_is_due_is_listed_page_by_page_with_the_day_since_when), TEST(what_is_open_or_young_is_not_due),
           TEST(a_request_names_the_record_that_cannot_be_erased),
           TEST(nothing_is_erased_before_another_supervisor_of_it_approves),
           TEST(what_is_held_or_taken_up_again_meanwhile_is_kept_and_the_approval_says_so),
           TEST(a_request_that_is_sent_again_asks_once_and_is_erased_once),
           TEST(nothing_of_what_it_said_is_left_in_the_database), TEST(it_is_neither_read_nor_listed_nor_exported_any_more),
           TEST(pushed_again_it_alone_is_rejected_with_the_reason_to_who_wrote_it),
           TEST(phones_pull_it_as_removed_with_its_photos_and_once), TEST(who_watches_is_told_at_once_that_it_is_removed),
           TEST(figures_before_and_after_agree), TEST(a_case_and_whom_it_names_are_gone));
