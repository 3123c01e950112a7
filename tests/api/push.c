// Uploads in batches: nothing lost, nothing doubled, one bad item refuses no other.

#include "suite.h"
#include "base/buffer.h"
#include "support/client_wire.h"
#include "support/world.h"
#include <pthread.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { CONNECTIONS = 3, PUSHED_VISITS = 20 };

static struct answer push(enum transport t, const char *user, const char *visits, const char *photos, const char *leads) {
  return ask(world()->client, t, token_of(user), "SyncService/Push", "{\"visits\":[%s],\"photos\":[%s],\"leads\":[%s]}", visits,
             photos, leads);
}

static const char *status(const struct answer *answer, int place) {
  return text_at(answer->body, arena_printf(client_memory(), "results.%d.status", place));
}

static const char *etag(const struct answer *answer, int place) {
  return text_at(answer->body, arena_printf(client_memory(), "results.%d.etag", place));
}

static const char *reason(const struct answer *answer, int place) {
  return text_at(answer->body, arena_printf(client_memory(), "results.%d.violations.0.reason", place));
}

static const char *two(const char *first, const char *second) {
  return arena_printf(client_memory(), "%s,%s", first, second);
}

static const char *based_on(const char *based_etag, const char *more) {
  return arena_printf(client_memory(), ",\"etag\":\"%s\"%s", based_etag, more);
}

static void a_days_records_are_created_and_their_retry_changes_nothing(void) {
  BOTH(t) {
    const char *visit = fresh_id(), *photo = fresh_id(), *lead = fresh_id();
    const char *visits = visit_json(visit, LINXI_VILLAGE, ""), *photos = photo_json(photo, visit);
    const char *leads = lead_json(lead, LINXI_VILLAGE, arena_printf(client_memory(), ",\"visitId\":\"%s\"", visit));
    struct answer first = push(t, "officer.linxi", visits, photos, leads);
    CU_ASSERT_EQUAL_FATAL(first.code, CODE_OK);
    CU_ASSERT_EQUAL_FATAL(count_at(first.body, "results"), 3);
    CU_ASSERT_STRING_EQUAL(text_at(first.body, "results.0.kind"), "RECORD_KIND_VISIT");
    CU_ASSERT_STRING_EQUAL(text_at(first.body, "results.1.kind"), "RECORD_KIND_PHOTO");
    CU_ASSERT_STRING_EQUAL(text_at(first.body, "results.2.kind"), "RECORD_KIND_LEAD");
    for (int place = 0; place < 3; place++)
      CU_ASSERT_STRING_EQUAL(status(&first, place), "CREATED");
    struct answer again = push(t == REST ? GRPC : REST, "officer.linxi", visits, photos, leads);
    for (int place = 0; place < 3; place++) {
      CU_ASSERT_STRING_EQUAL(status(&again, place), "UNCHANGED");
      CU_ASSERT_STRING_EQUAL(etag(&again, place), etag(&first, place));
    }
    CU_ASSERT_EQUAL(sql_number("select count(*) from visit where id = '%s'", visit), 1);
    CU_ASSERT_EQUAL(sql_number("select count(*) from visit_version where id = '%s'", visit), 0);
    CU_ASSERT_EQUAL(sql_number("select count(*) from photo where visit_id = '%s'", visit), 1);
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead where visit_id = '%s'", visit), 1);
  }
}

static void a_bad_item_refuses_itself_and_what_refers_to_it_and_nothing_else(void) {
  BOTH(t) {
    const char *good = fresh_id(), *bad = fresh_id();
    const char *visits = two(visit_json(good, LINXI_VILLAGE, ""), visit_json(bad, "150424999999", ""));
    struct answer answer = push(t, "officer.linxi", visits, two(photo_json(fresh_id(), good), photo_json(fresh_id(), bad)), "");
    CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(status(&answer, 0), "CREATED");
    CU_ASSERT_STRING_EQUAL(status(&answer, 1), "REJECTED");
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "results.1.violations.0.field"), "region_code");
    CU_ASSERT_STRING_EQUAL(status(&answer, 2), "CREATED");
    CU_ASSERT_STRING_EQUAL(status(&answer, 3), "REJECTED");
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "results.3.violations.0.field"), "visit_id");
  }
}

static void an_item_that_breaks_a_rule_is_rejected_with_the_path_of_each_bad_field(void) {
  BOTH(t) {
    const char *bad = "{\"id\":\"%s\",\"regionCode\":\"1\",\"startedAt\":\"%s\",\"position\":{\"latitude\":100}}";
    const char *visits =
        two(arena_printf(client_memory(), bad, fresh_id(), time_from_now(-60)), visit_json(fresh_id(), LINXI_VILLAGE, ""));
    struct answer answer = push(t, "officer.linxi", visits, "", "");
    CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(status(&answer, 0), "REJECTED");
    CU_ASSERT_EQUAL(count_at(answer.body, "results.0.violations"), 3);
    CU_ASSERT_TRUE(*text_at(answer.body, "results.0.violations.0.description") != 0);
    CU_ASSERT_STRING_EQUAL(status(&answer, 1), "CREATED");
  }
}

static void an_item_without_an_id_is_rejected(void) {
  BOTH(t) {
    struct answer answer =
        push(t, "officer.linxi", two(visit_json("", LINXI_VILLAGE, ""), visit_json(fresh_id(), LINXI_VILLAGE, "")), "", "");
    CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(status(&answer, 0), "REJECTED");
    CU_ASSERT_STRING_EQUAL(reason(&answer, 0), "REQUIRED");
    CU_ASSERT_STRING_EQUAL(status(&answer, 1), "CREATED");
  }
}

static void unknown_members_reject_their_item_alone_in_rest(void) {
  struct answer answer =
      push(REST, "officer.linxi",
           two(visit_json(fresh_id(), LINXI_VILLAGE, ",\"noSuchField\":1"), visit_json(fresh_id(), LINXI_VILLAGE, "")), "", "");
  CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
  CU_ASSERT_STRING_EQUAL(status(&answer, 0), "REJECTED");
  CU_ASSERT_STRING_EQUAL(reason(&answer, 0), "UNKNOWN_FIELD");
  CU_ASSERT_STRING_EQUAL(status(&answer, 1), "CREATED");
}

static void corrections_on_two_phones_end_in_a_conflict_that_shows_the_record(void) {
  BOTH(t) {
    const char *id = fresh_id();
    struct answer made = push(t, "officer.linxi", visit_json(id, LINXI_VILLAGE, ""), "", "");
    const char *first = visit_json(id, LINXI_VILLAGE, based_on(etag(&made, 0), ",\"place\":\"第一部手机\""));
    const char *second = visit_json(id, LINXI_VILLAGE, based_on(etag(&made, 0), ",\"place\":\"第二部手机\""));
    struct answer updated = push(t, "officer.linxi", first, "", "");
    CU_ASSERT_STRING_EQUAL(status(&updated, 0), "UPDATED");
    struct answer conflict = push(t, "officer.linxi", second, "", "");
    CU_ASSERT_STRING_EQUAL(status(&conflict, 0), "CONFLICT");
    CU_ASSERT_STRING_EQUAL(text_at(conflict.body, "results.0.current.visit.place"), "第一部手机");
    struct answer retried = push(t, "officer.linxi", first, "", "");
    CU_ASSERT_STRING_EQUAL(status(&retried, 0), "UNCHANGED");
    const char *third =
        visit_json(id, LINXI_VILLAGE, based_on(text_at(conflict.body, "results.0.current.visit.etag"), ",\"place\":\"合并\""));
    struct answer merged = push(t, "officer.linxi", third, "", "");
    CU_ASSERT_STRING_EQUAL(status(&merged, 0), "UPDATED");
    retried = push(t, "officer.linxi", first, "", ""); // the record has moved on; still a retry
    CU_ASSERT_STRING_EQUAL(status(&retried, 0), "UNCHANGED");
    CU_ASSERT_STRING_EQUAL(sql_text("select place from visit where id = '%s'", id), "合并");
    CU_ASSERT_EQUAL(sql_number("select count(*) from visit_version where id = '%s'", id), 2);
  }
}

static void a_record_whose_id_comes_in_capitals_is_the_same_record(void) {
  BOTH(t) {
    const char *id = fresh_id(), *visit = visit_json(id, LINXI_VILLAGE, ""), *lead = fresh_id();
    const char *visit_in_capitals = arena_printf(client_memory(), "{\"id\":\"%s\"%s", in_capitals(id), strchr(visit, ','));
    const char *more = arena_printf(client_memory(), ",\"visitId\":\"%s\"", id);
    const char *more_in_capitals = arena_printf(client_memory(), ",\"visitId\":\"%s\"", in_capitals(id));
    struct answer first = push(t, "officer.linxi", visit_in_capitals, "", lead_json(in_capitals(lead), LINXI_VILLAGE, more));
    CU_ASSERT_STRING_EQUAL(status(&first, 0), "CREATED");
    CU_ASSERT_STRING_EQUAL(status(&first, 1), "CREATED");
    struct answer again = push(t, "officer.linxi", visit, "", lead_json(lead, LINXI_VILLAGE, more_in_capitals));
    CU_ASSERT_STRING_EQUAL(status(&again, 0), "UNCHANGED");
    CU_ASSERT_STRING_EQUAL(status(&again, 1), "UNCHANGED");
  }
}

static void two_versions_of_one_record_in_one_push_are_a_conflict(void) {
  BOTH(t) {
    const char *id = fresh_id();
    const char *visits = two(visit_json(id, LINXI_VILLAGE, ""), visit_json(id, LINXI_VILLAGE, ",\"place\":\"另一版\""));
    struct answer answer = push(t, "officer.linxi", visits, "", "");
    CU_ASSERT_STRING_EQUAL(status(&answer, 0), "CREATED");
    CU_ASSERT_STRING_EQUAL(status(&answer, 1), "CONFLICT");
  }
}

static void a_held_visit_stays_held_on_a_retry(void) {
  BOTH(t) {
    const char *visit = visit_json(fresh_id(), BALIN_VILLAGE, "");
    struct answer held = push(t, "officer.linxi", visit, "", "");
    CU_ASSERT_STRING_EQUAL(status(&held, 0), "HELD");
    held = push(t, "officer.linxi", visit, "", "");
    CU_ASSERT_STRING_EQUAL(status(&held, 0), "HELD");
  }
}

static void leads_are_never_held(void) {
  BOTH(t) {
    struct answer answer = push(t, "officer.linxi", "", "", lead_json(fresh_id(), BALIN_VILLAGE, ""));
    CU_ASSERT_STRING_EQUAL(status(&answer, 0), "CREATED");
  }
}

static void the_id_of_a_record_out_of_sight_is_rejected_and_nothing_is_told_of_it(void) {
  BOTH(t) {
    const char *visit = fresh_id(), *lead = fresh_id();
    push(t, "officer.balin", visit_json(visit, BALIN_VILLAGE, ""), "", lead_json(lead, BALIN_VILLAGE, ""));
    struct answer answer = push(t, "officer.linxi", visit_json(visit, LINXI_VILLAGE, ",\"place\":\"抢占\""),
                                photo_json(fresh_id(), visit), lead_json(lead, LINXI_VILLAGE, ",\"amountFen\":\"5\""));
    for (int place = 0; place < 3; place++) {
      CU_ASSERT_STRING_EQUAL(status(&answer, place), "REJECTED");
      CU_ASSERT_STRING_EQUAL(etag(&answer, place), "");
      CU_ASSERT_PTR_NULL(json_at(answer.body, arena_printf(client_memory(), "results.%d.current", place)));
    }
    CU_ASSERT_STRING_EQUAL(sql_text("select coalesce(place, '') from visit where id = '%s'", visit), "");
  }
}

static void the_recorder_is_the_caller_whatever_the_phone_says(void) {
  BOTH(t) {
    const char *id = fresh_id();
    const char *more =
        arena_printf(client_memory(), ",\"recorderId\":\"%s\",\"state\":\"VISIT_STATE_WITHDRAWN\"", id_of("officer.balin"));
    struct answer answer = push(t, "officer.linxi", visit_json(id, LINXI_VILLAGE, more), "", "");
    CU_ASSERT_STRING_EQUAL(status(&answer, 0), "CREATED");
    CU_ASSERT_STRING_EQUAL(sql_text("select recorder_id from visit where id = '%s'", id), id_of("officer.linxi"));
    CU_ASSERT_EQUAL(sql_number("select state from visit where id = '%s'", id), 1);
  }
}

static void who_raises_a_lead_against_himself_hears_created_then_unchanged_and_never_sees_it(void) {
  BOTH(t) {
    const char *id = fresh_id();
    const char *accused =
        arena_printf(client_memory(), ",\"accused\":[{\"name\":\"某某\",\"userId\":\"%s\"}]", id_of("officer.linxi"));
    const char *lead = lead_json(id, LINXI_VILLAGE, accused);
    struct answer answer = push(t, "officer.linxi", "", "", lead);
    CU_ASSERT_STRING_EQUAL(status(&answer, 0), "CREATED");
    answer = push(t, "officer.linxi", "", "", lead);
    CU_ASSERT_STRING_EQUAL(status(&answer, 0), "UNCHANGED");
    CU_ASSERT_EQUAL(ask(world()->client, t, token_of("officer.linxi"), "LeadService/GetLead", "{\"id\":\"%s\"}", id).code,
                    CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(ask(world()->client, t, token_of("supervisor.linxi"), "LeadService/GetLead", "{\"id\":\"%s\"}", id).code,
                    CODE_OK);
    struct answer changed =
        push(t, "officer.linxi", "", "", lead_json(id, LINXI_VILLAGE, based_on(etag(&answer, 0), ",\"amountFen\":\"9\"")));
    CU_ASSERT_STRING_EQUAL(status(&changed, 0), "REJECTED");
  }
}

static void an_absent_reporter_keeps_the_sealed_one(void) {
  BOTH(t) {
    const char *id = fresh_id();
    struct answer made = push(t, "officer.linxi", "", "",
                              lead_json(id, LINXI_VILLAGE, ",\"reporter\":{\"name\":\"虚构人\",\"phone\":\"13900001111\"}"));
    CU_ASSERT_STRING_EQUAL(status(&made, 0), "CREATED");
    const char *sealed = sql_text("select encode(name, 'hex') from lead_reporter where lead_id = '%s'", id);
    CU_ASSERT_TRUE(strlen(sealed) > 40);
    struct answer changed =
        push(t, "officer.linxi", "", "", lead_json(id, LINXI_VILLAGE, based_on(etag(&made, 0), ",\"amountFen\":\"100\"")));
    CU_ASSERT_STRING_EQUAL(status(&changed, 0), "UPDATED");
    CU_ASSERT_STRING_EQUAL(sql_text("select encode(name, 'hex') from lead_reporter where lead_id = '%s'", id), sealed);
    struct answer lead = ask(world()->client, t, token_of("officer.linxi"), "LeadService/GetLead", "{\"id\":\"%s\"}", id);
    CU_ASSERT_TRUE(json_is_true(json_at(lead.body, "hasReporter")));
    CU_ASSERT_PTR_NULL(json_at(lead.body, "reporter"));
  }
}

static void a_lead_that_comes_twice_is_taken_once_with_its_reporter(void) {
  BOTH(t) {
    const char *id = fresh_id();
    const char *lead = lead_json(id, LINXI_VILLAGE, ",\"reporter\":{\"name\":\"虚构人\",\"phone\":\"13900002222\"}");
    struct answer answer = push(t, "officer.linxi", "", "", two(lead, lead));
    CU_ASSERT_STRING_EQUAL(status(&answer, 0), "CREATED");
    CU_ASSERT_STRING_EQUAL(status(&answer, 1), "UNCHANGED");
    CU_ASSERT_EQUAL(sql_number("select count(*) from lead_reporter where lead_id = '%s'", id), 1);
  }
}

static const char *many_visits(int count, const char *const *ids) {
  struct buffer text = {.arena = client_memory()};
  for (int i = 0; i < count; i++)
    buffer_printf(&text, "%s%s", i ? "," : "", visit_json(ids ? ids[i] : fresh_id(), LINXI_VILLAGE, ""));
  return buffer_text(&text);
}

static void five_hundred_items_are_taken_and_one_more_refuses_the_call(void) {
  BOTH(t) {
    struct answer taken = push(t, "officer.linxi", many_visits(500, NULL), "", "");
    CU_ASSERT_EQUAL_FATAL(taken.code, CODE_OK);
    CU_ASSERT_EQUAL(count_at(taken.body, "results"), 500);
    struct answer refused = push(t, "officer.linxi", many_visits(300, NULL), "", lead_json(fresh_id(), LINXI_VILLAGE, ""));
    CU_ASSERT_EQUAL(refused.code, CODE_OK);
    refused = push(t, "officer.linxi", many_visits(501, NULL), "", "");
    CU_ASSERT_EQUAL(refused.code, CODE_INVALID_ARGUMENT);
    CU_ASSERT_TRUE(names_field(&refused, "visits", "TOO_MANY_ITEMS"));
    refused = push(t, "officer.linxi", many_visits(500, NULL), "", lead_json(fresh_id(), LINXI_VILLAGE, ""));
    CU_ASSERT_EQUAL(refused.code, CODE_INVALID_ARGUMENT);
  }
}

static void an_empty_push_is_fine(void) {
  BOTH(t) {
    struct answer answer = push(t, "officer.linxi", "", "", "");
    CU_ASSERT_EQUAL(answer.code, CODE_OK);
    CU_ASSERT_EQUAL(count_at(answer.body, "results"), 0);
  }
}

// One of several connections that push the same.
struct pusher {
  pthread_t thread;
  pthread_barrier_t *together;
  enum transport transport;
  const char *token, *visits;
  int created, unchanged, other;
};

static void *push_it(void *context) {
  struct pusher *pusher = context;
  struct client *client = client_open(&world()->schema, world()->http_port, world()->grpc_port);
  pthread_barrier_wait(pusher->together);
  struct answer answer = ask(client, pusher->transport, pusher->token, "SyncService/Push", "{\"visits\":[%s]}", pusher->visits);
  for (int place = 0; place < PUSHED_VISITS; place++) {
    pusher->created += !strcmp(status(&answer, place), "CREATED");
    pusher->unchanged += !strcmp(status(&answer, place), "UNCHANGED");
  }
  pusher->other = PUSHED_VISITS - pusher->created - pusher->unchanged;
  client_close(client);
  client_forget();
  return NULL;
}

static void the_same_push_on_three_connections_at_once_is_taken_once(void) {
  for (int round = 0; round < 10; round++) {
    pthread_barrier_t together;
    pthread_barrier_init(&together, NULL, CONNECTIONS);
    struct pusher pushers[CONNECTIONS] = {0};
    const char *token = token_of("officer.linxi"), *visits = many_visits(PUSHED_VISITS, NULL);
    for (int i = 0; i < CONNECTIONS; i++) {
      pushers[i] = (struct pusher){.together = &together, .transport = i % 2 ? GRPC : REST, .token = token, .visits = visits};
      pthread_create(&pushers[i].thread, NULL, push_it, &pushers[i]);
    }
    int created = 0, other = 0;
    for (int i = 0; i < CONNECTIONS; i++) {
      pthread_join(pushers[i].thread, NULL);
      created += pushers[i].created;
      other += pushers[i].other;
    }
    CU_ASSERT_EQUAL(created, PUSHED_VISITS);
    CU_ASSERT_EQUAL(other, 0);
    pthread_barrier_destroy(&together);
  }
}

SUITE_WITH(push, world_open, client_forget, 180, TEST(a_days_records_are_created_and_their_retry_changes_nothing),
           TEST(the_same_push_on_three_connections_at_once_is_taken_once),
           TEST(a_bad_item_refuses_itself_and_what_refers_to_it_and_nothing_else),
           TEST(an_item_that_breaks_a_rule_is_rejected_with_the_path_of_each_bad_field),
           TEST(an_item_without_an_id_is_rejected), TEST(unknown_members_reject_their_item_alone_in_rest),
           TEST(corrections_on_two_phones_end_in_a_conflict_that_shows_the_record),
           TEST(a_record_whose_id_comes_in_capitals_is_the_same_record),
           TEST(two_versions_of_one_record_in_one_push_are_a_conflict), TEST(a_held_visit_stays_held_on_a_retry),
           TEST(leads_are_never_held), TEST(the_id_of_a_record_out_of_sight_is_rejected_and_nothing_is_told_of_it),
           TEST(the_recorder_is_the_caller_whatever_the_phone_says),
           TEST(who_raises_a_lead_against_himself_hears_created_then_unchanged_and_never_sees_it),
           TEST(an_absent_reporter_keeps_the_sealed_one), TEST(a_lead_that_comes_twice_is_taken_once_with_its_reporter),
           TEST(five_hundred_items_are_taken_and_one_more_refuses_the_call), TEST(an_empty_push_is_fine));
