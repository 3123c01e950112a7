// Visits: recorded, read, listed, corrected, held, taken back.

#include "suite.h"
#include "support/client_wire.h"
#include "support/world.h"
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

static struct answer create(enum transport t, const char *user, const char *visit, const char *request_id) {
  return ask(world()->client, t, token_of(user), "VisitService/CreateVisit", "{\"visit\":%s,\"requestId\":\"%s\"}", visit,
             request_id);
}

static struct answer get(enum transport t, const char *user, const char *id) {
  return ask(world()->client, t, token_of(user), "VisitService/GetVisit", "{\"id\":\"%s\"}", id);
}

static struct answer update(enum transport t, const char *user, const char *id, const char *etag, const char *fields,
                            const char *mask, const char *reason) {
  return ask(world()->client, t, token_of(user), "VisitService/UpdateVisit",
             "{\"visit\":{\"id\":\"%s\",\"etag\":\"%s\"%s},\"updateMask\":\"%s\",\"reason\":\"%s\"}", id, etag, fields, mask,
             reason);
}

static void a_visit_comes_back_as_it_was_recorded(void) {
  BOTH(t) {
    const char *id = fresh_id(), *colleague = id_of("officer.linxi.2");
    const char *more = arena_printf(
        client_memory(),
        ",\"place\":\"老王家\",\"officerIds\":[\"%s\"],\"visitors\":[{\"name\":\"李四\",\"unit\":\"农牧局\"}],\"peopleMet\":0,"
        "\"materials\":[{\"name\":\"手册\",\"copies\":30},{\"name\":\"海报\",\"copies\":2}],\"findings\":\"虚构：一切正常\","
        "\"solvedProblems\":[{\"description\":\"修路\"}],"
        "\"survey\":[{\"question\":\"满意吗\",\"answer\":\"满意\",\"count\":7},"
        "{\"question\":\"满意吗\",\"answer\":\"不满意\"}]",
        colleague);
    CU_ASSERT_EQUAL_FATAL(create(t, "officer.linxi", visit_json(id, LINXI_VILLAGE, more), "").code, CODE_OK);
    struct answer answer = get(t == REST ? GRPC : REST, "officer.linxi", id);
    CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "kind"), "VISIT_KIND_DOWN_VISIT");
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "regionCode"), LINXI_VILLAGE);
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "place"), "老王家");
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "officerIds.0"), colleague);
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "visitors.0.unit"), "农牧局");
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "materials.1.name"), "海报");
    CU_ASSERT_EQUAL(number_at(answer.body, "materials.0.copies"), 30);
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "solvedProblems.0.description"), "修路");
    CU_ASSERT_EQUAL(number_at(answer.body, "survey.0.count"), 7);
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "survey.1.answer"), "不满意");
    CU_ASSERT_TRUE(json_at(answer.body, "peopleMet") != NULL); // zero is a number, not an absence
    CU_ASSERT_EQUAL(number_at(answer.body, "position.accuracy"), 12);
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "state"), "VISIT_STATE_ACCEPTED");
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "recorderId"), id_of("officer.linxi"));
    CU_ASSERT_TRUE(*text_at(answer.body, "etag") != 0);
  }
}

static void both_transports_answer_the_same(void) {
  const char *id = fresh_id();
  CU_ASSERT_EQUAL_FATAL(create(REST, "officer.linxi", visit_json(id, LINXI_VILLAGE, ",\"people_met\":3"), "").code, CODE_OK);
  // The gRPC half of the client leaves out what is empty; so it is taken out of the other.
  json_t *rest = get(REST, "officer.linxi", id).body, *grpc = get(GRPC, "officer.linxi", id).body, *value;
  const char *key;
  json_object_foreach(grpc, key, value) {
    CU_ASSERT_TRUE(json_equal(value, json_object_get(rest, key)));
  }
  json_object_foreach(rest, key, value) {
    bool empty = (json_is_string(value) && !*json_string_value(value)) || (json_is_array(value) && !json_array_size(value));
    CU_ASSERT_TRUE(empty || json_equal(value, json_object_get(grpc, key)));
  }
}

static void a_visit_out_of_sight_sounds_like_one_that_is_not_there(void) {
  BOTH(t) {
    const char *id = fresh_id();
    CU_ASSERT_EQUAL_FATAL(create(t, "officer.balin", visit_json(id, BALIN_VILLAGE, ""), "").code, CODE_OK);
    struct answer hidden = get(t, "officer.linxi", id), absent = get(t, "officer.linxi", fresh_id());
    CU_ASSERT_EQUAL(hidden.code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(absent.code, CODE_NOT_FOUND);
    CU_ASSERT_STRING_EQUAL(hidden.message, absent.message);
    CU_ASSERT_STRING_EQUAL(hidden.reason, absent.reason);
    CU_ASSERT_EQUAL(get(t, "supervisor.linxi", id).code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(get(t, "supervisor.chifeng", id).code, CODE_OK);
  }
}

static void a_repeated_request_answers_what_it_answered(void) {
  BOTH(t) {
    const char *request = fresh_id(), *visit = visit_json(fresh_id(), LINXI_VILLAGE, "");
    struct answer first = create(t, "officer.linxi", visit, request);
    struct answer again = create(t, "officer.linxi", visit, request);
    CU_ASSERT_EQUAL_FATAL(first.code, CODE_OK);
    CU_ASSERT_EQUAL_FATAL(again.code, CODE_OK);
    CU_ASSERT_TRUE(json_equal(first.body, again.body));
    struct answer other = create(t, "officer.linxi", visit_json(fresh_id(), LINXI_VILLAGE, ""), request);
    CU_ASSERT_EQUAL(other.code, CODE_ALREADY_EXISTS);
    CU_ASSERT_STRING_EQUAL(other.reason, "REQUEST_ID_TAKEN");
  }
}

static void a_request_without_an_id_makes_one_and_its_retry_finds_it(void) {
  BOTH(t) {
    const char *request = fresh_id();
    const char *visit =
        arena_printf(client_memory(), "{\"kind\":\"VISIT_KIND_SYMPOSIUM\",\"regionCode\":\"%s\",\"startedAt\":\"%s\"}",
                     LINXI_VILLAGE, time_from_now(-600));
    struct answer first = create(t, "officer.linxi", visit, request), again = create(t, "officer.linxi", visit, request);
    CU_ASSERT_EQUAL_FATAL(first.code, CODE_OK);
    CU_ASSERT_TRUE(strlen(text_at(first.body, "id")) == 36);
    CU_ASSERT_STRING_EQUAL(text_at(first.body, "id"), text_at(again.body, "id"));
  }
}

static void an_id_that_is_taken_is_refused(void) {
  BOTH(t) {
    const char *id = fresh_id();
    CU_ASSERT_EQUAL_FATAL(create(t, "officer.linxi", visit_json(id, LINXI_VILLAGE, ""), "").code, CODE_OK);
    struct answer taken = create(t, "officer.linxi", visit_json(id, LINXI_VILLAGE, ",\"place\":\"别处\""), "");
    CU_ASSERT_EQUAL(taken.code, CODE_ALREADY_EXISTS);
    CU_ASSERT_EQUAL(create(t, "officer.balin", visit_json(id, BALIN_VILLAGE, ""), "").code, CODE_ALREADY_EXISTS);
  }
}

static void a_correction_keeps_the_version_before(void) {
  BOTH(t) {
    const char *id = fresh_id();
    struct answer made = create(t, "officer.linxi", visit_json(id, LINXI_VILLAGE, ",\"place\":\"甲\",\"peopleMet\":5"), "");
    CU_ASSERT_EQUAL_FATAL(made.code, CODE_OK);
    struct answer changed = update(t, "officer.linxi", id, text_at(made.body, "etag"), ",\"place\":\"乙\"", "place", "");
    CU_ASSERT_EQUAL_FATAL(changed.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(changed.body, "place"), "乙");
    CU_ASSERT_EQUAL(number_at(changed.body, "peopleMet"), 5);
    CU_ASSERT_STRING_EQUAL(text_at(changed.body, "purpose"), "测试走访");
    struct answer list =
        ask(world()->client, t, token_of("officer.linxi"), "VisitService/ListVisitVersions", "{\"id\":\"%s\"}", id);
    CU_ASSERT_EQUAL_FATAL(list.code, CODE_OK);
    CU_ASSERT_EQUAL(count_at(list.body, "versions"), 2);
    CU_ASSERT_STRING_EQUAL(text_at(list.body, "versions.0.visit.place"), "乙");
    CU_ASSERT_STRING_EQUAL(text_at(list.body, "versions.1.visit.place"), "甲");
  }
}

static void a_stale_etag_is_aborted_and_changes_nothing(void) {
  BOTH(t) {
    const char *id = fresh_id();
    struct answer made = create(t, "officer.linxi", visit_json(id, LINXI_VILLAGE, ""), "");
    const char *etag = text_at(made.body, "etag");
    CU_ASSERT_EQUAL(update(t, "officer.linxi", id, etag, ",\"place\":\"一\"", "place", "").code, CODE_OK);
    struct answer stale = update(t, "officer.linxi", id, etag, ",\"place\":\"二\"", "place", "");
    CU_ASSERT_EQUAL(stale.code, CODE_ABORTED);
    CU_ASSERT_STRING_EQUAL(stale.reason, "STALE_ETAG");
    CU_ASSERT_STRING_EQUAL(text_at(get(t, "officer.linxi", id).body, "place"), "一");
  }
}

static void in_rest_the_keys_of_the_body_are_the_mask(void) {
  const char *id = fresh_id();
  struct answer made =
      create(REST, "officer.linxi", visit_json(id, LINXI_VILLAGE, ",\"place\":\"甲\",\"findings\":\"丙\""), "");
  const char *path = arena_printf(client_memory(), "/v1/visits/%s", id);
  const char *body = arena_printf(client_memory(), "{\"etag\":\"%s\",\"place\":\"\"}", text_at(made.body, "etag"));
  struct answer changed = http(world()->client, "PATCH", path, token_of("officer.linxi"), body);
  CU_ASSERT_EQUAL_FATAL(changed.http, 200);
  CU_ASSERT_STRING_EQUAL(text_at(changed.body, "place"), "");
  CU_ASSERT_STRING_EQUAL(text_at(changed.body, "findings"), "丙");
}

static void a_mask_that_names_no_field_is_refused(void) {
  BOTH(t) {
    const char *id = fresh_id();
    struct answer made = create(t, "officer.linxi", visit_json(id, LINXI_VILLAGE, ""), "");
    struct answer refused = update(t, "officer.linxi", id, text_at(made.body, "etag"), "", "noSuchField", "");
    CU_ASSERT_EQUAL(refused.code, CODE_INVALID_ARGUMENT);
    CU_ASSERT_TRUE(names_field(&refused, "update_mask", NULL));
  }
}

static void a_supervisor_corrects_with_a_reason_and_not_without(void) {
  BOTH(t) {
    const char *id = fresh_id();
    struct answer made = create(t, "officer.linxi", visit_json(id, LINXI_VILLAGE, ""), "");
    const char *etag = text_at(made.body, "etag");
    struct answer without = update(t, "supervisor.linxi", id, etag, ",\"place\":\"改\"", "place", "");
    CU_ASSERT_EQUAL(without.code, CODE_INVALID_ARGUMENT);
    CU_ASSERT_TRUE(names_field(&without, "reason", "REQUIRED"));
    CU_ASSERT_EQUAL(update(t, "supervisor.linxi", id, etag, ",\"place\":\"改\"", "place", "地名写错").code, CODE_OK);
    struct answer list =
        ask(world()->client, t, token_of("officer.linxi"), "VisitService/ListVisitVersions", "{\"id\":\"%s\"}", id);
    CU_ASSERT_STRING_EQUAL(text_at(list.body, "versions.0.reason"), "地名写错");
    CU_ASSERT_STRING_EQUAL(text_at(list.body, "versions.0.writtenBy"), id_of("supervisor.linxi"));
  }
}

static void a_visit_without_a_grant_is_held_until_a_supervisor_of_its_region_accepts_it(void) {
  BOTH(t) {
    const char *id = fresh_id();
    struct answer made = create(t, "officer.linxi", visit_json(id, BALIN_VILLAGE, ""), "");
    CU_ASSERT_EQUAL_FATAL(made.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(made.body, "state"), "VISIT_STATE_HELD");
    CU_ASSERT_STRING_EQUAL(text_at(made.body, "holdReason"), "HOLD_REASON_NOT_GRANTED");
    const char *accept = "{\"id\":\"%s\",\"etag\":\"%s\"}", *etag = text_at(made.body, "etag");
    const char *method = "VisitService/AcceptVisit";
    CU_ASSERT_EQUAL(ask(world()->client, t, token_of("officer.linxi"), method, accept, id, etag).code, CODE_PERMISSION_DENIED);
    // She sees it, for it is her office's, but it is not of her region.
    CU_ASSERT_EQUAL(ask(world()->client, t, token_of("supervisor.linxi"), method, accept, id, etag).code,
                    CODE_PERMISSION_DENIED);
    struct answer accepted = ask(world()->client, t, token_of("supervisor.chifeng"), method, accept, id, etag);
    CU_ASSERT_EQUAL(accepted.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(accepted.body, "state"), "VISIT_STATE_ACCEPTED");
  }
}

static void a_visit_whose_clock_is_out_of_bounds_is_held(void) {
  static const long starts[] = {-31L * 24 * 3600, 15 * 60};
  BOTH(t) {
    for (size_t i = 0; i < 2; i++) {
      const char *visit = arena_printf(
          client_memory(), "{\"id\":\"%s\",\"kind\":\"VISIT_KIND_INSPECTION\",\"regionCode\":\"%s\",\"startedAt\":\"%s\"}",
          fresh_id(), LINXI_VILLAGE, time_from_now(starts[i]));
      struct answer made = create(t, "officer.linxi", visit, "");
      CU_ASSERT_STRING_EQUAL(text_at(made.body, "state"), "VISIT_STATE_HELD");
      CU_ASSERT_STRING_EQUAL(text_at(made.body, "holdReason"), "HOLD_REASON_CLOCK");
    }
  }
}

static void a_visit_is_taken_back_with_a_reason_and_stays_readable(void) {
  BOTH(t) {
    const char *id = fresh_id(), *method = "VisitService/WithdrawVisit";
    struct answer made = create(t, "officer.linxi", visit_json(id, LINXI_VILLAGE, ""), "");
    const char *etag = text_at(made.body, "etag");
    struct answer without =
        ask(world()->client, t, token_of("officer.linxi"), method, "{\"id\":\"%s\",\"etag\":\"%s\"}", id, etag);
    CU_ASSERT_TRUE(names_field(&without, "reason", "REQUIRED"));
    const char *withdraw = "{\"id\":\"%s\",\"etag\":\"%s\",\"reason\":\"重复填写\"}";
    struct answer done = ask(world()->client, t, token_of("officer.linxi"), method, withdraw, id, etag);
    CU_ASSERT_EQUAL(done.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(done.body, "state"), "VISIT_STATE_WITHDRAWN");
    CU_ASSERT_EQUAL(get(t, "officer.linxi", id).code, CODE_OK);
  }
}

static void every_bad_field_of_a_visit_is_named(void) {
  BOTH(t) {
    struct answer answer = ask(
        world()->client, t, token_of("officer.linxi"), "VisitService/CreateVisit",
        "{\"visit\":{\"id\":\"%s\",\"regionCode\":\"15\",\"startedAt\":\"%s\",\"position\":{\"latitude\":91,\"longitude\":0},"
        "\"officerIds\":[\"nobody\"]}}",
        fresh_id(), time_from_now(-60));
    CU_ASSERT_EQUAL(answer.code, CODE_INVALID_ARGUMENT);
    CU_ASSERT_TRUE(names_field(&answer, "visit.kind", "REQUIRED"));
    CU_ASSERT_TRUE(names_field(&answer, "visit.region_code", "BAD_PATTERN"));
    CU_ASSERT_TRUE(names_field(&answer, "visit.position.latitude", "OUT_OF_RANGE"));
    CU_ASSERT_TRUE(names_field(&answer, "visit.officer_ids[0]", "NOT_A_UUID"));
  }
}

static void a_region_or_colleague_that_does_not_exist_is_named(void) {
  BOTH(t) {
    struct answer answer = create(t, "officer.linxi", visit_json(fresh_id(), "150424999999", ""), "");
    CU_ASSERT_TRUE(names_field(&answer, "visit.region_code", NULL));
    const char *team = arena_printf(client_memory(), ",\"officerIds\":[\"%s\"]", fresh_id());
    answer = create(t, "officer.linxi", visit_json(fresh_id(), LINXI_VILLAGE, team), "");
    CU_ASSERT_TRUE(names_field(&answer, "visit.officer_ids[0]", "NO_SUCH_USER"));
  }
}

SUITE_WITH(visits, world_open, client_forget, 120, TEST(a_visit_comes_back_as_it_was_recorded),
           TEST(both_transports_answer_the_same), TEST(a_visit_out_of_sight_sounds_like_one_that_is_not_there),
           TEST(a_repeated_request_answers_what_it_answered), TEST(a_request_without_an_id_makes_one_and_its_retry_finds_it),
           TEST(an_id_that_is_taken_is_refused), TEST(a_correction_keeps_the_version_before),
           TEST(a_stale_etag_is_aborted_and_changes_nothing), TEST(in_rest_the_keys_of_the_body_are_the_mask),
           TEST(a_mask_that_names_no_field_is_refused), TEST(a_supervisor_corrects_with_a_reason_and_not_without),
           TEST(a_visit_without_a_grant_is_held_until_a_supervisor_of_its_region_accepts_it),
           TEST(a_visit_whose_clock_is_out_of_bounds_is_held), TEST(a_visit_is_taken_back_with_a_reason_and_stays_readable),
           TEST(every_bad_field_of_a_visit_is_named), TEST(a_region_or_colleague_that_does_not_exist_is_named));
