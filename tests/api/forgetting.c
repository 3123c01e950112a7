// What is kept for a time only: a server that starts forgets what is over, and nothing else.

#include "base/clock.h"
#include "suite.h"
#include "support/world.h"
#include <poll.h>

enum { FORGET_LIMIT_MS = 40000, LOOK_MS = 10 };

static long long claims(const char *method) {
  return sql_number("select count(*) from request_claim where method = '%s'", method);
}

static void keep_claims(const char *method, int count, const char *age) {
  CU_ASSERT_TRUE_FATAL(
      sql_run("insert into request_claim (user_id, request_id, method, hash, claimed_at) "
              "select '%s', gen_random_uuid(), '%s', '\\x00', now() - interval '%s' from generate_series(1, %d)",
              id_of("officer.linxi"), method, age, count));
}

static void a_server_forgets_what_is_over_and_stops_at_once(void) {
  enum { OLD = 12000, YOUNG = 3 }; // more than goes in one transaction
  keep_claims("test/old", OLD, "8 days");
  keep_claims("test/young", YOUNG, "6 days");
  struct instance instance;
  CU_ASSERT_TRUE_FATAL(instance_start(&instance, NULL));
  int64_t until_us = clock_us() + FORGET_LIMIT_MS * 1000LL;
  while (claims("test/old") > 0 && clock_us() < until_us)
    poll(NULL, 0, LOOK_MS);
  CU_ASSERT_EQUAL(claims("test/old"), 0);
  CU_ASSERT_EQUAL(claims("test/young"), YOUNG);
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

static void several_servers_forget_together_without_harm(void) {
  enum { OLD = 12000, SERVERS = 3 };
  keep_claims("test/old", OLD, "8 days");
  struct instance instances[SERVERS];
  for (int i = 0; i < SERVERS; i++)
    CU_ASSERT_TRUE_FATAL(instance_start(&instances[i], NULL));
  int64_t until_us = clock_us() + FORGET_LIMIT_MS * 1000LL;
  while (claims("test/old") > 0 && clock_us() < until_us)
    poll(NULL, 0, LOOK_MS);
  CU_ASSERT_EQUAL(claims("test/old"), 0);
  for (int i = 0; i < SERVERS; i++)
    CU_ASSERT_EQUAL(instance_stop(&instances[i]), 0);
}

// A machine that starts with a clock of last month, and hears the time later.
static void what_was_done_while_the_clock_lagged_behind_is_not_forgotten_as_old(void) {
  keep_claims("test/before", 1, "-40 days");
  const char *request_id = fresh_id();
  struct answer answer = ask(world()->client, REST, token_of("officer.linxi"), "VisitService/CreateVisit",
                             "{\"visit\":{\"id\":\"%s\",\"kind\":1,\"regionCode\":\"" LINXI_VILLAGE
                             "\",\"startedAt\":\"%s\"},\"requestId\":\"%s\"}",
                             fresh_id(), time_from_now(-3600), request_id);
  CU_ASSERT_EQUAL(CODE_OK, answer.code);
  CU_ASSERT_EQUAL(
      1, sql_number("select count(*) from request_claim where request_id = '%s' and claimed_at > now() + interval '39 days'",
                    request_id));
  CU_ASSERT_TRUE(sql_run("update request_claim set claimed_at = now() where claimed_at > now()"));
}

static long long months_in_parts(const char *village) {
  return sql_number("select count(*) - count(distinct (month, officer_id)) from visit_month where region_code = %s", village);
}

static void a_server_folds_what_visits_come_to_by_month(void) {
  static const char village[] = "150424100204";
  for (int visit = 0; visit < 3; visit++)
    CU_ASSERT_TRUE_FATAL(
        sql_run("insert into visit (id, kind, region_code, current_code, recorder_id, started_at, material_names, "
                "material_copies, state, etag, written_by) select gen_random_uuid(), 8, %s, %s, id, '2016-05-01', "
                "'{x}', '{4}', 1, sha256('x'), id from account where id = '%s'",
                village, village, id_of("officer.linxi")));
  CU_ASSERT_EQUAL(months_in_parts(village), 2);
  struct instance instance;
  CU_ASSERT_TRUE_FATAL(instance_start(&instance, NULL));
  int64_t until_us = clock_us() + FORGET_LIMIT_MS * 1000LL;
  while (months_in_parts(village) > 0 && clock_us() < until_us)
    poll(NULL, 0, LOOK_MS);
  CU_ASSERT_EQUAL(months_in_parts(village), 0);
  CU_ASSERT_EQUAL(sql_number("select copies from visit_month where region_code = %s and month = '2016-05-01'", village), 12);
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

SUITE_WITH(forgetting, world_open, client_forget, 120, TEST(a_server_forgets_what_is_over_and_stops_at_once),
           TEST(several_servers_forget_together_without_harm),
           TEST(what_was_done_while_the_clock_lagged_behind_is_not_forgotten_as_old),
           TEST(a_server_folds_what_visits_come_to_by_month));
