// Reading from a standby: nobody sees less, later or more than he would of the primary.

#include "suite.h"
#include "base/clock.h"
#include "support/client_wire.h"
#include "support/socket.h"
#include "support/standby.h"
#include "support/world.h"
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { WRITES = 20, SOON_MS = 20000, LOOK_MS = 50 };

static struct standby standby;
static struct instance reading; // with the standby

static bool stage_open(void) {
  if (!world_open() || !standby_open(&standby))
    return false;
  const char *url = arena_printf(client_memory(), "ZOUFANG_DB_READ_URL=%s", standby.database_url);
  return instance_start(&reading, (const char *[]){url, "ZOUFANG_READERS=2", NULL});
}

static void stage_close(void) {
  instance_stop(&reading);
  standby_stop(&standby);
  client_forget();
}

static long long by_standby(void) {
  return instance_metric(&reading, "zoufang_transactions_total{pool=\"standby\"}");
}

static long long given_back(void) {
  return instance_metric(&reading, "zoufang_repeats_total{reason=\"standby\"}");
}

// Whether calls with this token come to be answered by the standby.
static bool is_read(enum transport t, const char *token) {
  int64_t until_us = clock_us() + SOON_MS * 1000LL;
  long long before = by_standby(), returned = given_back();
  while (by_standby() - before <= given_back() - returned && clock_us() < until_us) {
    ask(reading.client, t, token, "VisitService/ListVisits", "{\"pageSize\":1}");
    poll(NULL, 0, LOOK_MS);
  }
  return by_standby() - before > given_back() - returned;
}

static const char *created(struct client *client, enum transport t) {
  const char *id = fresh_id();
  struct answer answer =
      ask(client, t, token_of("officer.linxi"), "SyncService/Push", "{\"visits\":[%s]}", visit_json(id, LINXI_VILLAGE, ""));
  CU_ASSERT_STRING_EQUAL(text_at(answer.body, "results.0.status"), "CREATED");
  return id;
}

static bool is_found(enum transport t, const char *id) {
  struct answer got = ask(reading.client, t, token_of("officer.linxi"), "VisitService/GetVisit", "{\"id\":\"%s\"}", id);
  struct answer listed =
      ask(reading.client, t, token_of("officer.linxi"), "VisitService/ListVisits", "{\"regionCode\":\"%s\"}", LINXI_VILLAGE);
  return got.code == CODE_OK && element_with(json_at(listed.body, "visits"), "id", id);
}

static void what_was_just_acknowledged_is_read(void) {
  BOTH(t) {
    CU_ASSERT_TRUE(is_read(t, token_of("officer.linxi")));
    for (int i = 0; i < WRITES; i++)
      CU_ASSERT_TRUE(is_found(t, created(reading.client, t)));
  }
}

static void what_another_server_acknowledged_is_read(void) {
  BOTH(t)
  for (int i = 0; i < WRITES; i++)
    CU_ASSERT_TRUE(is_found(t, created(world()->client, t)));
}

static void a_standby_that_is_behind_is_not_read(void) {
  BOTH(t) {
    standby_text(&standby, "select pg_wal_replay_pause()");
    long long before = given_back();
    CU_ASSERT_TRUE(is_found(t, created(reading.client, t)));
    CU_ASSERT_TRUE(given_back() >= before + 2);
    standby_text(&standby, "select pg_wal_replay_resume()");
    CU_ASSERT_TRUE(is_read(t, token_of("officer.linxi")));
  }
}

static void a_session_that_was_ended_reads_no_standby(void) {
  BOTH(t) {
    struct answer in =
        ask(reading.client, t, NULL, "AuthService/Login",
            "{\"username\":\"officer.balin\",\"password\":\"%s\",\"device\":{\"id\":\"%s\"}}", world()->password, fresh_id());
    const char *token = text_at(in.body, "accessToken");
    CU_ASSERT_TRUE(is_read(t, token));
    standby_text(&standby, "select pg_wal_replay_pause()");
    CU_ASSERT_EQUAL(ask(world()->client, t, token, "AuthService/Logout", "{}").code, CODE_OK);
    CU_ASSERT_EQUAL(ask(reading.client, t, token, "VisitService/ListVisits", "{}").code, CODE_UNAUTHENTICATED);
    standby_text(&standby, "select pg_wal_replay_resume()");
    CU_ASSERT_EQUAL(ask(reading.client, t, token, "VisitService/ListVisits", "{}").code, CODE_UNAUTHENTICATED);
  }
}

static void a_refusal_is_audited_though_a_standby_refused_it(void) {
  BOTH(t) {
    CU_ASSERT_TRUE(is_read(t, token_of("officer.linxi")));
    long long before = sql_number("select count(*) from audit where method = 'VisitService/ListVisits' and action = 'refused'");
    CU_ASSERT_EQUAL(ask(reading.client, t, token_of("nobody"), "VisitService/ListVisits", "{}").code, CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(sql_number("select count(*) from audit where method = 'VisitService/ListVisits' and action = 'refused'"),
                    before + 1);
  }
}

static void pages_go_on_wherever_they_are_read(void) {
  BOTH(t) {
    const char *request = "{\"pageSize\":5,\"regionCode\":\"" LINXI_VILLAGE "\"}";
    struct answer here = ask(world()->client, t, token_of("officer.linxi"), "VisitService/ListVisits", "%s", request);
    struct answer next =
        ask(reading.client, t, token_of("officer.linxi"), "VisitService/ListVisits",
            "{\"pageSize\":5,\"regionCode\":\"" LINXI_VILLAGE "\",\"pageToken\":\"%s\"}", text_at(here.body, "nextPageToken"));
    CU_ASSERT_EQUAL(next.code, CODE_OK);
    CU_ASSERT_EQUAL(count_at(next.body, "visits"), 5);
    CU_ASSERT_STRING_NOT_EQUAL(text_at(next.body, "visits.0.id"), text_at(here.body, "visits.0.id"));
  }
}

static void without_the_standby_the_primary_is_read(void) {
  CU_ASSERT_TRUE(standby_stop(&standby));
  BOTH(t)
  for (int i = 0; i < WRITES; i++)
    CU_ASSERT_TRUE(is_found(t, created(reading.client, t)));
  CU_ASSERT_TRUE_FATAL(standby_open(&standby));
  BOTH(t)
  CU_ASSERT_TRUE(is_read(t, token_of("officer.linxi")));
}

SUITE_WITH(standbys, stage_open, stage_close, 120, TEST(what_was_just_acknowledged_is_read),
           TEST(what_another_server_acknowledged_is_read), TEST(a_standby_that_is_behind_is_not_read),
           TEST(a_session_that_was_ended_reads_no_standby), TEST(a_refusal_is_audited_though_a_standby_refused_it),
           TEST(pages_go_on_wherever_they_are_read), TEST(without_the_standby_the_primary_is_read));
