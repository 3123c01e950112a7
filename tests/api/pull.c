// Pulls: all that changed for the caller, once asked from the start and then from where he was; nothing missed, nothing stale.

#include "suite.h"
#include "base/clock.h"
#include "support/approving.h"
#include "support/client_wire.h"
#include "support/world.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { WRITERS = 100, WRITES_EACH = 6, HELD_OPEN = 12, PAGES_MAX = 2000 };

// What a phone holds after its pulls: ids, and etags of what it holds.
struct phone {
  struct client *client;
  enum transport transport;
  const char *token;
  char *cursor;
  json_t *visits, *leads; // id → etag
  int removed, pages, resets;
};

static struct phone phone_of(enum transport transport, const char *user) {
  return (struct phone){.client = world()->client,
                        .transport = transport,
                        .token = token_of(user),
                        .visits = json_object(),
                        .leads = json_object()};
}

static void drop(struct phone *phone) {
  json_decref(phone->visits);
  json_decref(phone->leads);
  free(phone->cursor);
}

static void take(json_t *held, json_t *records) {
  size_t i;
  json_t *record;
  json_array_foreach(records, i, record) {
    json_object_set(held, text_at(record, "id"), json_object_get(record, "etag"));
  }
}

static void lose(struct phone *phone, json_t *removed) {
  size_t i;
  json_t *record;
  json_array_foreach(removed, i, record) {
    json_object_del(phone->visits, text_at(record, "id"));
    json_object_del(phone->leads, text_at(record, "id"));
    phone->removed++;
  }
}

// One page; whether there is more.
static bool pull_page(struct phone *phone, int page_size) {
  struct answer answer = ask(phone->client, phone->transport, phone->token, "SyncService/Pull",
                             "{\"cursor\":\"%s\",\"pageSize\":%d}", phone->cursor ? phone->cursor : "", page_size);
  if (answer.code != CODE_OK) {
    CU_FAIL("a pull failed");
    return false;
  }
  if (json_is_true(json_at(answer.body, "reset"))) {
    json_object_clear(phone->visits);
    json_object_clear(phone->leads);
    phone->resets++;
  }
  take(phone->visits, json_at(answer.body, "visits"));
  take(phone->leads, json_at(answer.body, "leads"));
  lose(phone, json_at(answer.body, "removed"));
  free(phone->cursor);
  phone->cursor = strdup(text_at(answer.body, "cursor"));
  phone->pages++;
  return json_is_true(json_at(answer.body, "more"));
}

static void pull_all(struct phone *phone, int page_size) {
  for (int i = 0; i < PAGES_MAX && pull_page(phone, page_size); i++)
    continue;
}

static bool holds(json_t *held, const char *id) {
  return json_object_get(held, id) != NULL;
}

static const char *push_visit(const char *user, const char *region) {
  const char *id = fresh_id();
  struct answer answer =
      ask(world()->client, REST, token_of(user), "SyncService/Push", "{\"visits\":[%s]}", visit_json(id, region, ""));
  CU_ASSERT_STRING_EQUAL(text_at(answer.body, "results.0.status"), "CREATED");
  return id;
}

static const char *push_lead(const char *user, const char *region, const char *more) {
  const char *id = fresh_id();
  struct answer answer =
      ask(world()->client, REST, token_of(user), "SyncService/Push", "{\"leads\":[%s]}", lead_json(id, region, more));
  CU_ASSERT_STRING_EQUAL(text_at(answer.body, "results.0.status"), "CREATED");
  return id;
}

static void the_first_pull_brings_all_and_the_next_only_what_changed(void) {
  BOTH(t) {
    const char *visit = push_visit("officer.linxi", LINXI_VILLAGE), *lead = push_lead("officer.linxi", LINXI_VILLAGE, "");
    struct phone phone = phone_of(t, "officer.linxi");
    pull_all(&phone, 500);
    CU_ASSERT_TRUE(holds(phone.visits, visit));
    CU_ASSERT_TRUE(holds(phone.leads, lead));
    struct answer nothing = ask(world()->client, t, phone.token, "SyncService/Pull", "{\"cursor\":\"%s\"}", phone.cursor);
    CU_ASSERT_EQUAL(nothing.code, CODE_OK);
    CU_ASSERT_EQUAL(count_at(nothing.body, "visits") + count_at(nothing.body, "leads") + count_at(nothing.body, "terms") +
                        count_at(nothing.body, "regions") + count_at(nothing.body, "offices"),
                    0);
    const char *later = push_visit("officer.linxi", LINXI_VILLAGE);
    struct answer delta = ask(world()->client, t, phone.token, "SyncService/Pull", "{\"cursor\":\"%s\"}", phone.cursor);
    CU_ASSERT_EQUAL(count_at(delta.body, "visits"), 1);
    CU_ASSERT_STRING_EQUAL(text_at(delta.body, "visits.0.id"), later);
    CU_ASSERT_EQUAL(count_at(delta.body, "leads"), 0);
    drop(&phone);
  }
}

static void the_first_pull_brings_vocabularies_regions_and_offices(void) {
  struct answer answer = ask(world()->client, REST, token_of("officer.balin"), "SyncService/Pull", "{\"pageSize\":500}");
  CU_ASSERT_TRUE(count_at(answer.body, "terms") > 10);
  CU_ASSERT_TRUE(count_at(answer.body, "regions") > 100);
  CU_ASSERT_TRUE(count_at(answer.body, "offices") > 0);
}

static void a_pull_in_small_pages_brings_the_same_as_one_in_large(void) {
  for (int i = 0; i < 15; i++)
    push_lead("officer.linxi", LINXI_VILLAGE, "");
  struct phone small = phone_of(REST, "supervisor.linxi"), large = phone_of(GRPC, "supervisor.linxi");
  pull_all(&small, 2);
  pull_all(&large, 500);
  CU_ASSERT_TRUE(small.pages > large.pages);
  CU_ASSERT_TRUE(json_equal(small.leads, large.leads));
  CU_ASSERT_TRUE(json_equal(small.visits, large.visits));
  drop(&small);
  drop(&large);
}

static void narratives_come_only_to_who_raised_or_handles_the_lead(void) {
  BOTH(t) {
    struct phone own = phone_of(t, "officer.linxi"), other = phone_of(t, "supervisor.chifeng");
    pull_all(&own, 500);
    pull_all(&other, 500);
    const char *lead = push_lead("officer.linxi", LINXI_VILLAGE, ",\"reporter\":{\"name\":\"虚构人\"}");
    const char *request = "{\"cursor\":\"%s\"}";
    struct answer mine = ask(world()->client, t, own.token, "SyncService/Pull", request, own.cursor);
    struct answer his = ask(world()->client, t, other.token, "SyncService/Pull", request, other.cursor);
    CU_ASSERT_STRING_EQUAL(text_at(mine.body, "leads.0.id"), lead);
    CU_ASSERT_TRUE(*text_at(mine.body, "leads.0.narrative") != 0);
    CU_ASSERT_PTR_NULL(json_at(mine.body, "leads.0.reporter"));
    CU_ASSERT_STRING_EQUAL(text_at(his.body, "leads.0.id"), lead);
    CU_ASSERT_STRING_EQUAL(text_at(his.body, "leads.0.narrative"), "");
    drop(&own);
    drop(&other);
  }
}

static void a_lead_that_goes_out_of_sight_is_removed_and_not_why(void) {
  BOTH(t) {
    const char *lead = push_lead("officer.linxi", LINXI_VILLAGE, ",\"accused\":[{\"name\":\"某某\"}]");
    struct phone phone = phone_of(t, "officer.linxi.2"), raiser = phone_of(t, "officer.linxi");
    pull_all(&raiser, 500);
    CU_ASSERT_TRUE(holds(raiser.leads, lead));
    const char *tag = json_string_value(json_object_get(raiser.leads, lead));
    struct answer matched =
        ask(world()->client, t, token_of("supervisor.linxi"), "LeadService/MatchAccused",
            "{\"id\":\"%s\",\"etag\":\"%s\",\"place\":1,\"userId\":\"%s\"}", lead, tag, id_of("officer.linxi"));
    CU_ASSERT_EQUAL(matched.code, CODE_OK);
    pull_all(&raiser, 500);
    CU_ASSERT_FALSE(holds(raiser.leads, lead));
    CU_ASSERT_EQUAL(raiser.resets, 0);
    drop(&phone);
    drop(&raiser);
  }
}

static void a_grant_that_begins_brings_what_was_there_and_one_that_ends_removes_it(void) {
  const char *lead = push_lead("officer.balin", BALIN_VILLAGE, "");
  struct phone phone = phone_of(REST, "supervisor.linxi");
  pull_all(&phone, 500);
  CU_ASSERT_FALSE(holds(phone.leads, lead));
  const char *grant = grant_role(REST, id_of("supervisor.linxi"), "ROLE_SUPERVISOR", BALIN, "");
  pull_all(&phone, 500);
  CU_ASSERT_TRUE(holds(phone.leads, lead));
  struct answer ended = ask(world()->client, REST, token_of("admin"), "PeopleService/EndGrant",
                            "{\"userId\":\"%s\",\"id\":\"%s\"}", id_of("supervisor.linxi"), grant);
  CU_ASSERT_EQUAL(ended.code, CODE_OK);
  pull_all(&phone, 500);
  CU_ASSERT_FALSE(holds(phone.leads, lead));
  CU_ASSERT_EQUAL(phone.resets, 0);
  drop(&phone);
}

static void a_cursor_that_was_changed_or_is_anothers_begins_anew(void) {
  BOTH(t) {
    struct phone phone = phone_of(t, "officer.linxi"), other = phone_of(t, "officer.balin");
    pull_all(&phone, 500);
    pull_all(&other, 500);
    const char *request = "{\"cursor\":\"%s\"}";
    struct answer anothers = ask(world()->client, t, phone.token, "SyncService/Pull", request, other.cursor);
    CU_ASSERT_EQUAL(anothers.code, CODE_OK);
    CU_ASSERT_TRUE(json_is_true(json_at(anothers.body, "reset")));
    size_t middle = strlen(phone.cursor) / 2;
    phone.cursor[middle] = phone.cursor[middle] == 'A' ? 'B' : 'A';
    struct answer changed = ask(world()->client, t, phone.token, "SyncService/Pull", request, phone.cursor);
    CU_ASSERT_TRUE(json_is_true(json_at(changed.body, "reset")));
    struct answer garbage = ask(world()->client, t, phone.token, "SyncService/Pull", request, "no cursor at all");
    CU_ASSERT_TRUE(json_is_true(json_at(garbage.body, "reset")));
    drop(&phone);
    drop(&other);
  }
}

// --- A pull beside writers that commit in disorder

struct writer {
  pthread_t thread;
  const char *token;
  enum transport transport;
  int failed;
};

static void *write_leads(void *context) {
  struct writer *writer = context;
  struct client *client = client_open(&world()->schema, world()->http_port, world()->grpc_port);
  for (int i = 0; i < WRITES_EACH; i++) {
    const char *lead = lead_json(fresh_id(), LINXI_VILLAGE, "");
    struct answer answer = ask(client, writer->transport, writer->token, "SyncService/Push", "{\"leads\":[%s]}", lead);
    writer->failed += answer.code != CODE_OK || strcmp(text_at(answer.body, "results.0.status"), "CREATED") != 0;
    client_forget();
  }
  client_close(client);
  client_forget();
  return NULL;
}

// Transactions that stay open while others commit, each with a lead in it.
static void begin_held(PGconn *held[HELD_OPEN], const char *raised_by) {
  for (int i = 0; i < HELD_OPEN; i++) {
    held[i] = sql_connect(true);
    PQclear(PQexec(held[i], "begin; set local search_path = zoufang"));
    const char *insert =
        arena_printf(client_memory(),
                     "insert into lead (id, region_code, current_code, channel, class, received_at, narrative, confidential, "
                     "raised_by, handler_id, etag, written_by) values (gen_random_uuid(), %s, %s, 1, 1, now(), '虚构', true, "
                     "'%s', '%s', decode(md5(random()::text) || md5(random()::text), 'hex'), '%s')",
                     LINXI_VILLAGE, LINXI_VILLAGE, raised_by, raised_by, raised_by);
    PGresult *done = PQexec(held[i], insert);
    if (PQresultStatus(done) != PGRES_COMMAND_OK)
      CU_FAIL("a held transaction could not write");
    PQclear(done);
  }
}

static void end_held(PGconn *connection) {
  PQclear(PQexec(connection, "commit"));
  PQfinish(connection);
}

static void a_pull_while_a_hundred_writers_commit_in_disorder_misses_nothing(void) {
  static struct writer writers[WRITERS];
  PGconn *held[HELD_OPEN];
  const char *raiser = id_of("officer.linxi");
  struct phone phone = phone_of(GRPC, "supervisor.linxi");
  pull_all(&phone, 500);
  begin_held(held, raiser);
  for (int i = 0; i < WRITERS; i++) {
    writers[i] =
        (struct writer){.token = token_of(i % 2 ? "officer.linxi" : "officer.linxi.2"), .transport = i % 4 ? GRPC : REST};
    pthread_create(&writers[i].thread, NULL, write_leads, &writers[i]);
  }
  int failed = 0;
  for (int i = 0; i < WRITERS; i++) { // pulls all the while; the last opened transaction commits first
    pull_page(&phone, 7);
    if (i % 8 == 7 && i / 8 < HELD_OPEN)
      end_held(held[HELD_OPEN - 1 - i / 8]);
    if (i >= WRITERS / 2) {
      pthread_join(writers[i - WRITERS / 2].thread, NULL);
      failed += writers[i - WRITERS / 2].failed;
    }
  }
  for (int i = WRITERS / 2; i < WRITERS; i++) {
    pthread_join(writers[i].thread, NULL);
    failed += writers[i].failed;
  }
  pull_all(&phone, 50);
  CU_ASSERT_EQUAL(failed, 0);
  CU_ASSERT_EQUAL(phone.resets, 0);
  long long there =
      sql_number("select count(*) from lead where erased_at is null and current_code between 150424000000 and 150424999999 "
                 "and not coalesce(accused, '{}') && array['%s'::uuid, (select office_id from account where id = '%s')]",
                 id_of("supervisor.linxi"), id_of("supervisor.linxi"));
  CU_ASSERT_EQUAL((long long)json_object_size(phone.leads), there);
  const char *id;
  json_t *tag;
  int stale = 0;
  json_object_foreach(phone.leads, id, tag) {
    stale += strcmp(json_string_value(tag),
                    sql_text("select translate(encode(etag, 'base64'), E'\\n', '') from lead where id = '%s'", id)) != 0;
  }
  CU_ASSERT_EQUAL(stale, 0);
  drop(&phone);
}

SUITE_WITH(pull, world_open, client_forget, 240, TEST(the_first_pull_brings_all_and_the_next_only_what_changed),
           TEST(a_pull_while_a_hundred_writers_commit_in_disorder_misses_nothing),
           TEST(the_first_pull_brings_vocabularies_regions_and_offices),
           TEST(a_pull_in_small_pages_brings_the_same_as_one_in_large),
           TEST(narratives_come_only_to_who_raised_or_handles_the_lead),
           TEST(a_lead_that_goes_out_of_sight_is_removed_and_not_why),
           TEST(a_grant_that_begins_brings_what_was_there_and_one_that_ends_removes_it),
           TEST(a_cursor_that_was_changed_or_is_anothers_begins_anew));
