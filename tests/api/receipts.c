// A lead that is matched to a leader of the highest office only once it is there: a numbered receipt is left of it, and nothing
// else.

#include "suite.h"
#include "support/asking.h"
#include "support/client_wire.h"
#include "support/downloading.h"
#include "support/watching.h"
#include "support/world.h"
#include <stdlib.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { SOON_MS = 10000, AT_ONCE = 24 };

#define LEADER "supervisor.chifeng"

static struct answer call_as(enum transport t, const char *user, const char *method, const char *request) {
  return ask(world()->client, t, token_of(user), method, "%s", request);
}

static const char *with_id(const char *id) {
  return arena_printf(client_memory(), "{\"id\":\"%s\"}", id);
}

static bool open_receipts(void) {
  return world_open() && sql_run("update account set leader = true where username = '" LEADER "'");
}

static void close_receipts(void) {
  sql_run("update account set leader = false where username = '" LEADER "'");
  client_forget();
}

// --- A lead, and what is said with it ---

// What it says, told apart from everything else by a word of its own.
struct told {
  const char *id, *photo, *word, *lead; // the lead as it was pushed
};

static const char *lead_saying(const char *id, const char *word, const char *more) {
  return lead_json(
      id, LINXI_VILLAGE,
      arena_printf(client_memory(),
                   ",\"domain\":\"umbrella\",\"accused\":[{\"name\":\"某%s\",\"unit\":\"局%s\",\"post\":\"职%s\"}],"
                   "\"reporter\":{\"name\":\"虚构人\",\"phone\":\"13911112222\"}%s",
                   word, word, word, more));
}

static const char *photo_of(const char *id, const char *lead) {
  return arena_printf(client_memory(),
                      "{\"id\":\"%s\",\"leadId\":\"%s\",\"mediaType\":\"image/jpeg\",\"byteSize\":9,\"width\":4,\"height\":3,"
                      "\"sha256\":\"qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo=\",\"capturedAt\":\"2026-03-02T08:00:00Z\"}",
                      id, lead);
}

static struct answer push(enum transport t, const char *user, const char *lead, const char *photo) {
  return ask(world()->client, t, token_of(user), "SyncService/Push", "{\"leads\":[%s],\"photos\":[%s]}", lead, photo);
}

// Pushed by officer.linxi with a photo, and noted.
static struct told told_lead(enum transport t) {
  struct told told = {
      .id = fresh_id(), .photo = fresh_id(), .word = sql_text("select replace(gen_random_uuid()::text, '-', '')")};
  told.lead = lead_saying(told.id, told.word, "");
  struct answer made = push(t, "officer.linxi", told.lead, photo_of(told.photo, told.id));
  CU_ASSERT_STRING_EQUAL_FATAL(text_at(made.body, "results.0.status"), "CREATED");
  CU_ASSERT_STRING_EQUAL_FATAL(text_at(made.body, "results.1.status"), "CREATED");
  struct answer noted = ask(world()->client, t, token_of("officer.linxi"), "LeadService/AddNote",
                            "{\"id\":\"%s\",\"note\":\"记%s\",\"requestId\":\"%s\"}", told.id, told.word, fresh_id());
  CU_ASSERT_EQUAL_FATAL(noted.code, CODE_OK);
  return told;
}

static const char *etag_of(const char *lead) {
  return sql_text("select encode(etag, 'base64') from lead where id = '%s'", lead);
}

static const char *match_of(const struct told *told, const char *etag, const char *user) {
  return arena_printf(client_memory(), "{\"id\":\"%s\",\"etag\":\"%s\",\"place\":1,\"userId\":\"%s\"}", told->id, etag,
                      id_of(user));
}

static long long ended(enum transport t, const struct told *told) {
  struct answer matched = call_as(t, "supervisor.linxi", "LeadService/MatchAccused", match_of(told, etag_of(told->id), LEADER));
  CU_ASSERT_EQUAL_FATAL(matched.code, CODE_OK);
  return number_at(matched.body, "receiptNumber");
}

// --- What is left ---

static void nothing_of_what_it_said_is_left_in_the_database(void) {
  BOTH(t) {
    struct told told = told_lead(t);
    CU_ASSERT_TRUE(times_dumped(told.word) >= 4); // its narrative's name, unit, post and note
    CU_ASSERT_TRUE(ended(t, &told) > 0);
    CU_ASSERT_EQUAL(times_dumped(told.word), 0);
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead_reporter where lead_id = '%s'", told.id), 0);
    CU_ASSERT_EQUAL(sql_number("select count(*) from photo where id = '%s'", told.photo), 0);
    CU_ASSERT_EQUAL(sql_number("select count(*) from receipt where lead_id = '%s'", told.id), 1);
  }
}

static void it_sounds_as_if_it_had_never_been_to_everybody(void) {
  static const char *const users[] = {"officer.linxi", "supervisor.linxi", LEADER};
  static const char *const methods[] = {"LeadService/GetLead", "LeadService/ListLeadEvents"};
  BOTH(t) {
    struct told told = told_lead(t);
    ended(t, &told);
    for (size_t i = 0; i < sizeof users / sizeof *users; i++) {
      for (size_t k = 0; k < sizeof methods / sizeof *methods; k++)
        CU_ASSERT_EQUAL(call_as(t, users[i], methods[k], with_id(told.id)).code, CODE_NOT_FOUND);
      struct answer found = ask(world()->client, t, token_of(users[i]), "LeadService/ListLeads", "{\"domain\":\"umbrella\"}");
      CU_ASSERT_PTR_NULL(element_with(json_at(found.body, "leads"), "id", told.id));
    }
  }
}

// Whether what supervisor.linxi exports of the leads of this domain names it.
static bool is_exported(enum transport t, const char *id) {
  struct downloading *file = downloading_open(world()->client, t, token_of("supervisor.linxi"), "ExportService/ExportLeads",
                                              "{\"format\":\"csv\",\"domain\":\"umbrella\"}");
  CU_ASSERT_EQUAL_FATAL(downloading_end(file, SOON_MS).code, CODE_OK);
  size_t length;
  bool named = strstr(downloading_text(file, &length), id) != NULL;
  downloading_close(file);
  return named;
}

static double reports_received(enum transport t) {
  struct answer report = ask(world()->client, t, token_of(LEADER), "FigureService/GetWorkReport",
                             "{\"regionCode\":\"%s\",\"from\":\"%s\",\"to\":\"%s\"}", LINXI_VILLAGE,
                             sql_text("select current_date - 2"), sql_text("select current_date + 2"));
  CU_ASSERT_EQUAL_FATAL(report.code, CODE_OK);
  return json_number_value(json_object_get(element_with(json_at(report.body, "figures"), "key", "reports_received"), "value"));
}

static void it_is_in_no_export_and_in_no_figure(void) {
  BOTH(t) {
    double before = reports_received(t);
    struct told told = told_lead(t);
    CU_ASSERT_EQUAL(reports_received(t), before + 1);
    CU_ASSERT_TRUE(is_exported(t, told.id));
    ended(t, &told);
    CU_ASSERT_FALSE(is_exported(t, told.id));
    CU_ASSERT_EQUAL(reports_received(t), before);
  }
}

static void the_audit_says_that_it_ended_when_and_by_whom_and_no_hash_tells_of_it(void) {
  BOTH(t) {
    struct told told = told_lead(t);
    long long number = ended(t, &told);
    CU_ASSERT_EQUAL(sql_number("select count(*) from audit where kind = 'lead' and record = '%s' and action = 'removed' and "
                               "actor_id = '%s' and method = 'LeadService/MatchAccused' and at > now() - interval '1 hour'",
                               told.id, id_of("supervisor.linxi")),
                    1);
    CU_ASSERT_EQUAL(
        sql_number("select count(*) from audit where kind = 'receipt' and record = '%lld' and action = 'created'", number), 1);
    CU_ASSERT_EQUAL(
        sql_number("select count(*) from audit where record in ('%s', '%s') and record_hash is not null", told.id, told.photo),
        0);
    struct answer list = ask(world()->client, t, token_of("auditor"), "AuditService/ListAudit", "{\"record\":\"%s\"}", told.id);
    CU_ASSERT_STRING_EQUAL(text_at(list.body, "entries.0.action"), "AUDIT_ACTION_REMOVED");
  }
}

// --- Phones ---

static void who_handed_it_in_and_pushes_it_again_hears_its_number_whatever_he_says(void) {
  BOTH(t) {
    struct told told = told_lead(t);
    const char *based = arena_printf(client_memory(), ",\"etag\":\"%s\"", etag_of(told.id));
    long long number = ended(t, &told);
    const char *const again[] = {told.lead, lead_saying(told.id, told.word, based), lead_saying(told.id, "后来", "")};
    for (size_t i = 0; i < sizeof again / sizeof *again; i++) {
      struct answer answer = push(t, "officer.linxi", again[i], photo_of(i ? fresh_id() : told.photo, told.id));
      CU_ASSERT_STRING_EQUAL(text_at(answer.body, "results.0.status"), "UNCHANGED"); // the photo
      CU_ASSERT_STRING_EQUAL(text_at(answer.body, "results.1.status"), "UNCHANGED");
      CU_ASSERT_EQUAL(number_at(answer.body, "results.1.receiptNumber"), number);
      CU_ASSERT_PTR_NULL(json_at(answer.body, "results.1.current"));
    }
    struct answer created =
        ask(world()->client, t, token_of("officer.linxi"), "LeadService/CreateLead", "{\"lead\":%s}", told.lead);
    CU_ASSERT_EQUAL(number_at(created.body, "receiptNumber"), number);
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead where id = '%s'", told.id), 0);
    CU_ASSERT_EQUAL(sql_number("select count(*) from photo where lead_id = '%s'", told.id), 0);
  }
}

static void nobody_else_hears_of_its_receipt(void) {
  BOTH(t) {
    struct told told = told_lead(t);
    ended(t, &told);
    struct answer other = push(t, "officer.linxi.2", told.lead, photo_of(fresh_id(), told.id));
    CU_ASSERT_STRING_EQUAL(text_at(other.body, "results.0.status"), "REJECTED");
    CU_ASSERT_STRING_EQUAL(text_at(other.body, "results.1.status"), "REJECTED");
    CU_ASSERT_PTR_NULL(json_at(other.body, "results.1.receiptNumber"));
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead where id = '%s'", told.id), 0);
  }
}

static void a_match_whose_answer_was_lost_answers_the_same(void) {
  BOTH(t) {
    struct told told = told_lead(t);
    const char *request = match_of(&told, etag_of(told.id), LEADER);
    struct answer first = call_as(t, "supervisor.linxi", "LeadService/MatchAccused", request);
    struct answer again = call_as(t, "supervisor.linxi", "LeadService/MatchAccused", request);
    CU_ASSERT_EQUAL(again.code, CODE_OK);
    CU_ASSERT_TRUE(json_equal(first.body, again.body));
    CU_ASSERT_TRUE(number_at(again.body, "receiptNumber") > 0);
    CU_ASSERT_EQUAL(call_as(t, "officer.linxi", "LeadService/MatchAccused", request).code, CODE_NOT_FOUND);
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

static void a_phone_that_holds_it_pulls_that_it_is_gone_with_its_photo(void) {
  BOTH(t) {
    struct told told = told_lead(t);
    const char *officer = pulled_to(t, "officer.linxi"), *supervisor = pulled_to(t, "supervisor.linxi");
    ended(t, &told);
    struct answer his = ask(world()->client, t, token_of("officer.linxi"), "SyncService/Pull", "{\"cursor\":\"%s\"}", officer);
    CU_ASSERT_PTR_NOT_NULL(element_with(json_at(his.body, "removed"), "id", told.id));
    CU_ASSERT_STRING_EQUAL(text_at(element_with(json_at(his.body, "removed"), "id", told.photo), "kind"), "RECORD_KIND_PHOTO");
    struct answer hers =
        ask(world()->client, t, token_of("supervisor.linxi"), "SyncService/Pull", "{\"cursor\":\"%s\"}", supervisor);
    CU_ASSERT_PTR_NOT_NULL(element_with(json_at(hers.body, "removed"), "id", told.id));
    CU_ASSERT_PTR_NULL(element_with(json_at(hers.body, "removed"), "id", told.photo)); // not hers
  }
}

static bool is_removal_of(json_t *change, const char *id) {
  return change && !strcmp(text_at(change, "removedId"), id);
}

// The cursor of the stream's next heartbeat or change.
static const char *await_removal(struct watching *watching, const char *id) {
  for (;;) {
    json_t *change = watching_told(watching, SOON_MS);
    if (!change || is_removal_of(change, id)) {
      CU_ASSERT_PTR_NOT_NULL(change);
      return change ? text_at(change, "cursor") : "";
    }
  }
}

static void who_watches_is_told_at_once_and_who_was_away_when_he_is_back(void) {
  BOTH(t) {
    struct told told = told_lead(t);
    struct watching *watching =
        watching_open(world()->client, t, token_of("supervisor.linxi"), "LeadService/WatchLeads", "{}", true);
    const char *cursor = text_at(watching_next(watching, SOON_MS), "cursor");
    ended(t, &told);
    await_removal(watching, told.id);
    watching_close(watching);
    watching = watching_open(world()->client, t, token_of("supervisor.linxi"), "LeadService/WatchLeads",
                             arena_printf(client_memory(), "{\"cursor\":\"%s\"}", cursor), true);
    await_removal(watching, told.id);
    watching_close(watching);
  }
}

// Begins to note it, to photograph it, to push it again and to read it, by turns.
static void begin(struct asking *asking, int turn, const struct told *told) {
  static const char *const methods[] = {"LeadService/AddNote", "SyncService/Push", "SyncService/Push", "LeadService/GetLead"};
  const char *const requests[] = {
      arena_printf(client_memory(), "{\"id\":\"%s\",\"note\":\"同时\",\"requestId\":\"%s\"}", told->id, fresh_id()),
      arena_printf(client_memory(), "{\"photos\":[%s]}", photo_of(fresh_id(), told->id)),
      arena_printf(client_memory(), "{\"leads\":[%s]}", lead_saying(told->id, told->word, "")),
      with_id(told->id),
  };
  asking_begin(asking, world()->client, turn % 2 ? GRPC : REST, token_of("officer.linxi"), methods[turn % 4],
               requests[turn % 4]);
}

static void what_comes_at_the_same_moment_is_no_fault_and_brings_nothing_back(void) {
  BOTH(t) {
    struct told told = told_lead(t);
    const char *match = match_of(&told, etag_of(told.id), LEADER);
    struct asking askings[AT_ONCE];
    for (int i = 0; i < AT_ONCE; i++)
      begin(&askings[i], i, &told);
    CU_ASSERT_EQUAL(call_as(t, "supervisor.linxi", "LeadService/MatchAccused", match).code, CODE_OK);
    for (int i = 0; i < AT_ONCE; i++) {
      asking_end(&askings[i]);
      enum code code = askings[i].code;
      CU_ASSERT_TRUE(code == CODE_OK || code == CODE_NOT_FOUND || code == CODE_INVALID_ARGUMENT);
    }
    CU_ASSERT_EQUAL(sql_number("select (select count(*) from lead where id = '%1$s') + (select count(*) from photo where "
                               "lead_id = '%1$s') + (select count(*) from lead_event where lead_id = '%1$s')",
                               told.id),
                    0);
  }
}

// --- Who decides ---

static void who_answers_for_a_lead_or_is_matched_himself_does_not_end_it(void) {
  BOTH(t) {
    struct told told = told_lead(t);
    const char *request = match_of(&told, etag_of(told.id), LEADER);
    CU_ASSERT_EQUAL(call_as(t, "officer.linxi", "LeadService/MatchAccused", request).code, CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(call_as(t, LEADER, "LeadService/MatchAccused", request).code, CODE_PERMISSION_DENIED);
    struct answer updated = ask(world()->client, t, token_of("officer.linxi"), "LeadService/UpdateLead",
                                "{\"lead\":{\"id\":\"%s\",\"etag\":\"%s\",\"accused\":[{\"name\":\"某\",\"userId\":\"%s\"}]},"
                                "\"updateMask\":\"accused\"}",
                                told.id, etag_of(told.id), id_of(LEADER));
    CU_ASSERT_EQUAL(updated.code, CODE_PERMISSION_DENIED);
    const char *named =
        lead_json(told.id, LINXI_VILLAGE,
                  arena_printf(client_memory(), ",\"etag\":\"%s\",\"accused\":[{\"name\":\"某\",\"userId\":\"%s\"}]",
                               etag_of(told.id), id_of(LEADER)));
    struct answer pushed = ask(world()->client, t, token_of("officer.linxi"), "SyncService/Push", "{\"leads\":[%s]}", named);
    CU_ASSERT_STRING_EQUAL(text_at(pushed.body, "results.0.status"), "REJECTED");
    CU_ASSERT_STRING_EQUAL(text_at(pushed.body, "results.0.violations.0.field"), "accused");
    CU_ASSERT_STRING_EQUAL(text_at(pushed.body, "results.0.violations.0.reason"), "FORBIDDEN");
    CU_ASSERT_EQUAL(call_as(t, "officer.linxi", "LeadService/GetLead", with_id(told.id)).code, CODE_OK);
  }
}

static void a_supervisor_who_corrects_whom_it_is_about_ends_it_likewise(void) {
  BOTH(t) {
    struct told told = told_lead(t);
    struct answer updated = ask(world()->client, t, token_of("supervisor.linxi"), "LeadService/UpdateLead",
                                "{\"lead\":{\"id\":\"%s\",\"etag\":\"%s\",\"accused\":[{\"name\":\"某\",\"userId\":\"%s\"}]},"
                                "\"updateMask\":\"accused\",\"reason\":\"核对身份\"}",
                                told.id, etag_of(told.id), id_of(LEADER));
    CU_ASSERT_EQUAL(updated.code, CODE_OK);
    CU_ASSERT_TRUE(number_at(updated.body, "receiptNumber") > 0);
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead where id = '%s'", told.id), 0);
  }
}

static void another_match_leaves_the_lead_and_gives_no_number(void) {
  BOTH(t) {
    struct told told = told_lead(t);
    struct answer matched =
        call_as(t, "supervisor.linxi", "LeadService/MatchAccused", match_of(&told, etag_of(told.id), "officer.balin"));
    CU_ASSERT_EQUAL(matched.code, CODE_OK);
    CU_ASSERT_PTR_NULL(json_at(matched.body, "receiptNumber"));
    CU_ASSERT_EQUAL(call_as(t, "officer.linxi", "LeadService/GetLead", with_id(told.id)).code, CODE_OK);
  }
}

SUITE_WITH(receipts, open_receipts, close_receipts, 180, TEST(nothing_of_what_it_said_is_left_in_the_database),
           TEST(it_sounds_as_if_it_had_never_been_to_everybody), TEST(it_is_in_no_export_and_in_no_figure),
           TEST(the_audit_says_that_it_ended_when_and_by_whom_and_no_hash_tells_of_it),
           TEST(who_handed_it_in_and_pushes_it_again_hears_its_number_whatever_he_says), TEST(nobody_else_hears_of_its_receipt),
           TEST(a_match_whose_answer_was_lost_answers_the_same),
           TEST(a_phone_that_holds_it_pulls_that_it_is_gone_with_its_photo),
           TEST(who_watches_is_told_at_once_and_who_was_away_when_he_is_back),
           TEST(what_comes_at_the_same_moment_is_no_fault_and_brings_nothing_back),
           TEST(who_answers_for_a_lead_or_is_matched_himself_does_not_end_it),
           TEST(a_supervisor_who_corrects_whom_it_is_about_ends_it_likewise),
           TEST(another_match_leaves_the_lead_and_gives_no_number));
