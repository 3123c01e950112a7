// Who may do and see what: every method of the API for every role, on records in and out of scope, over both transports.

#include "suite.h"
#include "support/approving.h"
#include "support/client_wire.h"
#include "support/rights.h"
#include <stdio.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { MATRIX_LIMIT_S = 300 };

static void tell(enum transport t, const struct right *right, unsigned caller, const char *where, char expected,
                 const struct answer *answer) {
  fprintf(stderr, "        %s %s, %s, %s: expected %c, got %d %s %s\n", transport_names[t], right->method, name_of(caller),
          where, expected, answer->code, answer->reason, answer->message);
}

static void hold_rights(enum transport t, struct records (*make)(void), bool far) {
  forget_openings();
  struct records records = make();
  for (unsigned i = 0; i < right_count; i++) {
    const char *expected = far ? rights[i].far : rights[i].near;
    for (unsigned caller = 0; expected && caller < CALLERS; caller++) {
      struct answer answer = try_right(t, caller, &rights[i], &records);
      bool right = letter_of(&answer, expected[caller]) == expected[caller];
      CU_ASSERT_TRUE(right);
      if (!right)
        tell(t, &rights[i], caller, far ? "far" : "near", expected[caller], &answer);
      if (answer.code == CODE_OK && changes_something(&rights[i]))
        records = make();
    }
  }
}

static void every_method_has_its_rights(void) {
  const struct schema *schema = &world()->schema;
  for (unsigned i = 0; i < schema->method_count; i++) {
    bool told = false;
    for (unsigned k = 0; k < right_count && !told; k++)
      told = !strcmp(rights[k].method, schema->methods[i].name);
    CU_ASSERT_TRUE(told);
    if (!told)
      fprintf(stderr, "        no rights are told of %s\n", schema->methods[i].name);
  }
}

static void each_role_is_heard_as_its_rights_say_over_rest(void) {
  hold_rights(REST, near_records, false);
}

static void each_role_is_heard_as_its_rights_say_over_grpc(void) {
  hold_rights(GRPC, near_records, false);
}

static void each_role_is_heard_out_of_scope_as_its_rights_say_over_rest(void) {
  hold_rights(REST, far_records, true);
}

static void each_role_is_heard_out_of_scope_as_its_rights_say_over_grpc(void) {
  hold_rights(GRPC, far_records, true);
}

static void what_is_out_of_sight_sounds_like_what_is_not_there(void) {
  BOTH(t) {
    struct records records = near_records();
    for (unsigned i = 0; i < right_count; i++)
      for (unsigned caller = 0; caller < CALLERS; caller++)
        if (strchr("nei", rights[i].near[caller]) && strchr(rights[i].request, '$'))
          assert_alike(t, caller, &rights[i], &records);
  }
}

// A push may not tell more than a get.
static void a_pushed_id_of_a_record_out_of_sight_is_rejected_with_nothing_told(void) {
  BOTH(t) {
    struct records records = far_records();
    struct answer answer =
        ask(world()->client, t, token_of("officer.linxi"), "SyncService/Push",
            "{\"visits\":[%s,%s],\"photos\":[%s],\"leads\":[%s]}", visit_json(records.visit, LINXI_VILLAGE, ""),
            visit_json(records.held, LINXI_VILLAGE, arena_printf(client_memory(), ",\"etag\":\"%s\"", records.held_etag)),
            photo_json(records.visit_photo, records.visit),
            lead_json(records.lead, LINXI_VILLAGE, arena_printf(client_memory(), ",\"etag\":\"%s\"", records.lead_etag)));
    CU_ASSERT_EQUAL(count_at(answer.body, "results"), 4);
    for (size_t i = 0; i < 4; i++) {
      json_t *result = json_array_get(json_at(answer.body, "results"), i);
      CU_ASSERT_STRING_EQUAL(text_at(result, "status"), "REJECTED");
      CU_ASSERT_FALSE(json_is_object(json_at(result, "current")));
      CU_ASSERT_FALSE(*text_at(result, "etag"));
    }
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "results.0.violations.0.reason"),
                           text_at(answer.body, "results.1.violations.0.reason"));
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "results.0.violations.0.reason"),
                           text_at(answer.body, "results.3.violations.0.reason"));
  }
}

static void who_lists_sees_exactly_what_he_may_get(void) {
  struct records near = near_records(), far = far_records();
  BOTH(t) {
    for (unsigned caller = 0; caller < OFFICERS_AND_SUPERVISORS; caller++) {
      const char *user = callers[caller];
      CU_ASSERT_EQUAL(is_listed(t, user, "VisitService/ListVisits", "visits", near.visit),
                      strchr("o", "onnoo"[caller]) != NULL);
      CU_ASSERT_EQUAL(is_listed(t, user, "VisitService/ListVisits", "visits", far.visit), strchr("o", "nnono"[caller]) != NULL);
      CU_ASSERT_EQUAL(is_listed(t, user, "LeadService/ListLeads", "leads", near.lead), strchr("o", "onnoo"[caller]) != NULL);
      CU_ASSERT_EQUAL(is_listed(t, user, "LeadService/ListLeads", "leads", far.lead), strchr("o", "nnono"[caller]) != NULL);
    }
  }
}

static void who_holds_no_case_role_pulls_no_case(void) {
  struct records near = near_records();
  BOTH(t) {
    for (unsigned caller = OFFICERS_AND_SUPERVISORS; caller < NO_TOKEN; caller++) {
      CU_ASSERT_FALSE(is_pulled(t, callers[caller], near.visit));
      CU_ASSERT_FALSE(is_pulled(t, callers[caller], near.lead));
      CU_ASSERT_FALSE(is_pulled(t, callers[caller], near.visit_photo));
    }
  }
}

static enum code get_lead(enum transport t, const char *user, const char *lead) {
  return ask(world()->client, t, token_of(user), "LeadService/GetLead", "{\"id\":\"%s\"}", lead).code;
}

// Also grants that ended let one push what one recorded then: other tests want none.
static void forget_grant(const char *id) {
  CU_ASSERT_TRUE(sql_run("delete from role_grant where id = '%s'", id));
}

static void a_cross_inspection_shows_a_county_from_its_first_day_to_its_last(void) {
  struct records near = near_records();
  BOTH(t) {
    const char *days =
        arena_printf(client_memory(), ",\"startsAt\":\"%s\",\"endsAt\":\"%s\"", time_from_now(3600), time_from_now(7200));
    const char *grant = grant_role(t, id_of("officer.balin"), "ROLE_SUPERVISOR", LINXI, days);
    CU_ASSERT_EQUAL(get_lead(t, "officer.balin", near.lead), CODE_NOT_FOUND);
    CU_ASSERT_TRUE(sql_run("update role_grant set starts_at = now() - interval '1 second' where id = '%s'", grant));
    CU_ASSERT_EQUAL(get_lead(t, "officer.balin", near.lead), CODE_OK);
    CU_ASSERT_TRUE(is_listed(t, "officer.balin", "LeadService/ListLeads", "leads", near.lead));
    CU_ASSERT_TRUE(is_pulled(t, "officer.balin", near.lead));
    CU_ASSERT_TRUE(sql_run("update role_grant set ends_at = now() where id = '%s'", grant));
    CU_ASSERT_EQUAL(get_lead(t, "officer.balin", near.lead), CODE_NOT_FOUND);
    CU_ASSERT_FALSE(is_listed(t, "officer.balin", "LeadService/ListLeads", "leads", near.lead));
    CU_ASSERT_FALSE(is_pulled(t, "officer.balin", near.lead));
    forget_grant(grant);
  }
}

static void a_grant_that_is_given_or_ended_holds_at_once(void) {
  struct records near = near_records();
  BOTH(t) {
    CU_ASSERT_EQUAL(get_lead(t, "nobody", near.lead), CODE_PERMISSION_DENIED);
    const char *grant = grant_role(t, id_of("nobody"), "ROLE_SUPERVISOR", LINXI_TOWNSHIP, "");
    CU_ASSERT_EQUAL(get_lead(t, "nobody", near.lead), CODE_OK);
    struct answer ended = ask(world()->client, t, token_of("admin"), "PeopleService/EndGrant",
                              "{\"userId\":\"%s\",\"id\":\"%s\"}", id_of("nobody"), grant);
    CU_ASSERT_EQUAL(ended.code, CODE_OK);
    CU_ASSERT_EQUAL(get_lead(t, "nobody", near.lead), CODE_PERMISSION_DENIED);
    forget_grant(grant);
  }
}

SUITE_WITH(sight, world_open, NULL, MATRIX_LIMIT_S, TEST(every_method_has_its_rights),
           TEST(each_role_is_heard_as_its_rights_say_over_rest), TEST(each_role_is_heard_as_its_rights_say_over_grpc),
           TEST(each_role_is_heard_out_of_scope_as_its_rights_say_over_rest),
           TEST(each_role_is_heard_out_of_scope_as_its_rights_say_over_grpc),
           TEST(what_is_out_of_sight_sounds_like_what_is_not_there),
           TEST(a_pushed_id_of_a_record_out_of_sight_is_rejected_with_nothing_told),
           TEST(who_lists_sees_exactly_what_he_may_get), TEST(who_holds_no_case_role_pulls_no_case),
           TEST(a_cross_inspection_shows_a_county_from_its_first_day_to_its_last),
           TEST(a_grant_that_is_given_or_ended_holds_at_once));
