// Offices and vocabularies as admins write them: versions, closing, retiring; codes stay, and the audit is told.

#include "suite.h"
#include "support/client_wire.h"
#include "support/world.h"
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

// A region where no test asks for an office.
#define SOMEWHERE "150403000000"

static struct answer as_admin(enum transport t, const char *method, const char *request) {
  return ask(world()->client, t, token_of("admin"), method, "%s", request);
}

static struct answer make_office(enum transport t, const char *name, const char *more) {
  return as_admin(
      t, "OfficeService/CreateOffice",
      arena_printf(client_memory(),
                   "{\"office\":{\"name\":\"%s\",\"kind\":\"OFFICE_KIND_STATIONED_AGENCY\",\"regionCode\":\"" SOMEWHERE
                   "\"%s}}",
                   name, more));
}

static struct answer change_office(enum transport t, const struct answer *office, const char *members, const char *mask) {
  return as_admin(t, "OfficeService/UpdateOffice",
                  arena_printf(client_memory(), "{\"office\":{\"id\":\"%s\",\"etag\":\"%s\"%s},\"updateMask\":\"%s\"}",
                               text_at(office->body, "id"), text_at(office->body, "etag"), members, mask));
}

static long long told(const char *kind, const char *action, const char *record) {
  return sql_number("select count(*) from audit where kind = '%s' and action = '%s' and record = '%s' and actor_id = '%s'",
                    kind, action, record, id_of("admin"));
}

static const char *today(void) {
  return sql_text("select local_day(now())");
}

static void an_office_is_opened_renamed_and_closed_and_the_audit_is_told(void) {
  BOTH(t) {
    struct answer made = make_office(t, "测试派驻组", "");
    CU_ASSERT_EQUAL_FATAL(made.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(made.body, "openedOn"), today());
    const char *id = text_at(made.body, "id");
    struct answer renamed = change_office(t, &made, ",\"name\":\"测试派驻二组\"", "name");
    CU_ASSERT_EQUAL_FATAL(renamed.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(renamed.body, "name"), "测试派驻二组");
    CU_ASSERT_STRING_EQUAL(text_at(renamed.body, "regionCode"), SOMEWHERE);
    struct answer closed =
        change_office(t, &renamed, arena_printf(client_memory(), ",\"closedOn\":\"%s\"", today()), "closedOn");
    CU_ASSERT_EQUAL_FATAL(closed.code, CODE_OK);
    struct answer got = ask(world()->client, t, token_of("nobody"), "OfficeService/GetOffice", "{\"id\":\"%s\"}", id);
    CU_ASSERT_STRING_EQUAL(text_at(got.body, "closedOn"), today());
    CU_ASSERT_STRING_EQUAL(text_at(got.body, "etag"), text_at(closed.body, "etag"));
    struct answer open_again = change_office(t, &closed, "", "closedOn");
    CU_ASSERT_EQUAL(open_again.code, CODE_OK);
    CU_ASSERT_FALSE(*text_at(open_again.body, "closedOn"));
    CU_ASSERT_EQUAL(told("office", "created", id), 1);
    CU_ASSERT_EQUAL(told("office", "changed", id), 3);
  }
}

static void an_office_is_changed_from_its_present_version_alone(void) {
  BOTH(t) {
    struct answer made = make_office(t, "测试派驻组", "");
    CU_ASSERT_EQUAL(change_office(t, &made, ",\"name\":\"甲组\"", "name").code, CODE_OK);
    CU_ASSERT_EQUAL(change_office(t, &made, ",\"name\":\"乙组\"", "name").code, CODE_ABORTED);
    struct answer without =
        as_admin(t, "OfficeService/UpdateOffice",
                 arena_printf(client_memory(), "{\"office\":{\"id\":\"%s\",\"name\":\"丙组\"},\"updateMask\":\"name\"}",
                              text_at(made.body, "id")));
    CU_ASSERT_TRUE(names_field(&without, "office.etag", "REQUIRED"));
    struct answer nameless = change_office(t, &made, "", "id");
    CU_ASSERT_EQUAL(nameless.code, CODE_INVALID_ARGUMENT);
  }
}

static void an_office_in_use_is_not_closed(void) {
  BOTH(t) {
    struct answer above = make_office(t, "测试上级组", "");
    const char *parent = arena_printf(client_memory(), ",\"parentId\":\"%s\"", text_at(above.body, "id"));
    struct answer below = make_office(t, "测试下级组", parent);
    const char *closing = arena_printf(client_memory(), ",\"closedOn\":\"%s\"", today());
    CU_ASSERT_EQUAL(change_office(t, &above, closing, "closedOn").code, CODE_FAILED_PRECONDITION);
    const char *id = text_at(below.body, "id");
    CU_ASSERT_TRUE(sql_run("update account set office_id = '%s' where username = 'nobody'", id));
    CU_ASSERT_EQUAL(change_office(t, &below, closing, "closedOn").code, CODE_FAILED_PRECONDITION);
    CU_ASSERT_TRUE(sql_run("update account set office_id = null where username = 'nobody'"));
    struct answer lead = ask(world()->client, t, token_of("officer.linxi"), "LeadService/CreateLead", "{\"lead\":%s}",
                             lead_json(fresh_id(), LINXI_VILLAGE, ""));
    CU_ASSERT_TRUE(sql_run("update lead set office_id = '%s' where id = '%s'", id, text_at(lead.body, "id")));
    CU_ASSERT_EQUAL(change_office(t, &below, closing, "closedOn").code, CODE_FAILED_PRECONDITION);
    CU_ASSERT_TRUE(sql_run("update lead set state = 12 where id = '%s'", text_at(lead.body, "id"))); // nobody accepted it yet
    CU_ASSERT_EQUAL(change_office(t, &below, closing, "closedOn").code, CODE_FAILED_PRECONDITION);
    CU_ASSERT_TRUE(sql_run("update lead set office_id = null where id = '%s'", text_at(lead.body, "id")));
    CU_ASSERT_EQUAL(change_office(t, &below, closing, "closedOn").code, CODE_OK);
    CU_ASSERT_EQUAL(change_office(t, &above, closing, "closedOn").code, CODE_OK);
  }
}

static void what_makes_no_sense_of_an_office_is_refused_by_its_field(void) {
  BOTH(t) {
    struct answer nowhere =
        as_admin(t, "OfficeService/CreateOffice",
                 "{\"office\":{\"name\":\"测试\",\"kind\":\"OFFICE_KIND_STATIONED_AGENCY\",\"regionCode\":\"999999999999\"}}");
    CU_ASSERT_TRUE(names_field(&nowhere, "office.region_code", "NO_SUCH_REGION"));
    struct answer orphan = make_office(t, "测试", arena_printf(client_memory(), ",\"parentId\":\"%s\"", fresh_id()));
    CU_ASSERT_TRUE(names_field(&orphan, "office.parent_id", "NO_SUCH_OFFICE"));
    struct answer above = make_office(t, "测试上级组", "");
    struct answer below =
        make_office(t, "测试下级组", arena_printf(client_memory(), ",\"parentId\":\"%s\"", text_at(above.body, "id")));
    struct answer circle =
        change_office(t, &above, arena_printf(client_memory(), ",\"parentId\":\"%s\"", text_at(below.body, "id")), "parentId");
    CU_ASSERT_TRUE(names_field(&circle, "office.parent_id", "NO_SUCH_OFFICE"));
    struct answer early = change_office(t, &below, ",\"closedOn\":\"2001-01-01\"", "closedOn");
    CU_ASSERT_TRUE(names_field(&early, "office.closed_on", "OUT_OF_RANGE"));
    struct answer ahead = change_office(t, &below, ",\"closedOn\":\"2199-01-01\"", "closedOn");
    CU_ASSERT_TRUE(names_field(&ahead, "office.closed_on", "OUT_OF_RANGE"));
    struct answer empty = change_office(t, &below, "", "name");
    CU_ASSERT_TRUE(names_field(&empty, "office.name", "REQUIRED"));
  }
}

static const char *fresh_code(void) {
  return arena_printf(client_memory(), "t%.8s", fresh_id());
}

static struct answer make_term(enum transport t, const char *code, const char *request_id) {
  return as_admin(
      t, "VocabularyService/CreateTerm",
      arena_printf(client_memory(),
                   "{\"term\":{\"vocabulary\":\"VOCABULARY_CAUSE\",\"code\":\"%s\",\"name\":\"测试事由\",\"place\":50},"
                   "\"requestId\":\"%s\"}",
                   code, request_id));
}

static struct answer change_term(enum transport t, const struct answer *term, const char *members, const char *mask) {
  return as_admin(t, "VocabularyService/UpdateTerm",
                  arena_printf(client_memory(),
                               "{\"term\":{\"vocabulary\":\"%s\",\"code\":\"%s\",\"etag\":\"%s\"%s},\"updateMask\":\"%s\"}",
                               text_at(term->body, "vocabulary"), text_at(term->body, "code"), text_at(term->body, "etag"),
                               members, mask));
}

// The place of a term in its vocabulary's list, counted from 0; -1 where it is not there.
static int listed_at(enum transport t, const char *code) {
  struct answer answer = ask(world()->client, t, token_of("nobody"), "VocabularyService/ListTerms",
                             "{\"vocabulary\":\"VOCABULARY_CAUSE\",\"pageSize\":500}");
  size_t i;
  json_t *term;
  json_array_foreach(json_at(answer.body, "terms"), i, term) {
    if (!strcmp(text_at(term, "code"), code))
      return (int)i;
  }
  return -1;
}

static void a_term_is_added_renamed_moved_and_retired_and_the_audit_is_told(void) {
  BOTH(t) {
    const char *code = fresh_code();
    struct answer made = make_term(t, code, "");
    CU_ASSERT_EQUAL_FATAL(made.code, CODE_OK);
    CU_ASSERT_TRUE(listed_at(t, code) > 0);
    struct answer renamed = change_term(t, &made, ",\"name\":\"测试改名\"", "name");
    CU_ASSERT_STRING_EQUAL(text_at(renamed.body, "name"), "测试改名");
    CU_ASSERT_EQUAL(number_at(renamed.body, "place"), 50);
    struct answer moved = change_term(t, &renamed, "", "place");
    CU_ASSERT_EQUAL(moved.code, CODE_OK);
    CU_ASSERT_TRUE(listed_at(t, code) < listed_at(t, "mining"));
    struct answer retired = change_term(t, &moved, ",\"retired\":true", "retired");
    CU_ASSERT_TRUE(json_is_true(json_at(retired.body, "retired")));
    CU_ASSERT_STRING_EQUAL(text_at(retired.body, "name"), "测试改名");
    CU_ASSERT_TRUE(listed_at(t, code) >= 0);
    struct answer back = change_term(t, &retired, "", "retired");
    CU_ASSERT_FALSE(json_is_true(json_at(back.body, "retired")));
    CU_ASSERT_EQUAL(told("term", "created", code), 1);
    CU_ASSERT_EQUAL(told("term", "changed", code), 4);
  }
}

static void a_terms_code_is_not_changed_and_not_taken_twice(void) {
  BOTH(t) {
    const char *code = fresh_code(), *request = fresh_id();
    struct answer made = make_term(t, code, request);
    CU_ASSERT_TRUE(json_equal(made.body, make_term(t, code, request).body));
    CU_ASSERT_EQUAL(make_term(t, code, "").code, CODE_ALREADY_EXISTS);
    struct answer masked = change_term(t, &made, "", "code");
    CU_ASSERT_TRUE(names_field(&masked, "update_mask", NULL));
    CU_ASSERT_EQUAL(change_term(t, &made, ",\"name\":\"甲\"", "name").code, CODE_OK);
    CU_ASSERT_EQUAL(change_term(t, &made, ",\"name\":\"乙\"", "name").code, CODE_ABORTED);
    struct answer unknown = as_admin(
        t, "VocabularyService/UpdateTerm",
        arena_printf(client_memory(),
                     "{\"term\":{\"vocabulary\":\"VOCABULARY_CAUSE\",\"code\":\"%s\",\"etag\":\"AAAAAAAAAAAAAAAAAAAAAA==\","
                     "\"name\":\"甲\"},\"updateMask\":\"name\"}",
                     fresh_code()));
    CU_ASSERT_EQUAL(unknown.code, CODE_NOT_FOUND);
  }
}

static void a_lead_may_still_come_under_a_term_that_was_retired(void) {
  BOTH(t) {
    struct answer made = make_term(t, fresh_code(), "");
    CU_ASSERT_EQUAL(change_term(t, &made, ",\"retired\":true", "retired").code, CODE_OK);
    struct answer lead = ask(
        world()->client, t, token_of("officer.linxi"), "LeadService/CreateLead", "{\"lead\":%s}",
        lead_json(fresh_id(), LINXI_VILLAGE, arena_printf(client_memory(), ",\"cause\":\"%s\"", text_at(made.body, "code"))));
    CU_ASSERT_EQUAL(lead.code, CODE_OK);
  }
}

SUITE_WITH(vocabularies, world_open, client_forget, 120, TEST(an_office_is_opened_renamed_and_closed_and_the_audit_is_told),
           TEST(an_office_is_changed_from_its_present_version_alone), TEST(an_office_in_use_is_not_closed),
           TEST(what_makes_no_sense_of_an_office_is_refused_by_its_field),
           TEST(a_term_is_added_renamed_moved_and_retired_and_the_audit_is_told),
           TEST(a_terms_code_is_not_changed_and_not_taken_twice), TEST(a_lead_may_still_come_under_a_term_that_was_retired));
