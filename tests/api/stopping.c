// How the server stops, and when it does not start at all.

#include "base/clock.h"
#include "suite.h"
#include "support/asking.h"
#include "support/client_wire.h"
#include "support/hold.h"
#include "support/socket.h"
#include "support/startup.h"
#include "support/world.h"
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { PATIENCE_MS = 20000, LOOK_MS = 5, GRACE_MS = 500 };

static const char list_visits[] = "VisitService/ListVisits";

// Waits until nobody listens there any more.
static bool is_shut(int port) {
  int64_t until_us = clock_us() + PATIENCE_MS * 1000LL;
  int fd;
  while ((fd = socket_open(port)) >= 0) {
    close(fd);
    if (clock_us() > until_us)
      return false;
    poll(NULL, 0, LOOK_MS);
  }
  return true;
}

// --- Stopping --------------------------------------------------------------------------------------------------------

static void an_idle_server_stops_at_once(void) {
  static const int signals[] = {SIGTERM, SIGINT};
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
    struct instance instance;
    CU_ASSERT_TRUE_FATAL(instance_start(&instance, (const char *[]){"ZOUFANG_GRACE_MS=120000", NULL}));
    BOTH(t)
    CU_ASSERT_EQUAL(ask(instance.client, t, token_of("officer.linxi"), list_visits, "{}").code, CODE_OK); // and stays connected
    int silent = socket_open(instance.http_port), half = socket_open(instance.grpc_port);
    kill(instance.process.pid, signals[i]);
    CU_ASSERT_EQUAL(process_wait(&instance.process, PATIENCE_MS), 0);
    CU_ASSERT_PTR_NOT_NULL(strstr(instance.process.printed, "\"message\":\"stopped\""));
    close(silent);
    close(half);
    instance_stop(&instance);
  }
}

static void calls_in_flight_are_finished(void) {
  BOTH(t) {
    struct instance instance;
    CU_ASSERT_TRUE_FATAL(instance_start(&instance, NULL));
    const char *id = fresh_id();
    const char *request = arena_printf(client_memory(), "{\"visit\":%s}", visit_json(id, LINXI_VILLAGE, ""));
    PGconn *holder = hold_visits();
    struct asking out;
    asking_begin(&out, instance.client, t, token_of("officer.linxi"), "VisitService/CreateVisit", request);
    CU_ASSERT_TRUE(hold_await(1));
    kill(instance.process.pid, SIGTERM);
    CU_ASSERT_TRUE(process_await(&instance.process, "\"message\":\"stopping\"", PATIENCE_MS));
    CU_ASSERT_TRUE(is_shut(instance.http_port));
    CU_ASSERT_FALSE(atomic_load(&out.answered));
    hold_release(holder);
    asking_end(&out);
    CU_ASSERT_EQUAL(out.code, CODE_OK);
    CU_ASSERT_EQUAL(process_wait(&instance.process, PATIENCE_MS), 0);
    CU_ASSERT_TRUE(is_shut(instance.grpc_port));
    CU_ASSERT_EQUAL(sql_number("select count(*) from visit where id = '%s'", id), 1);
    instance_stop(&instance);
  }
}

// Whoever still waits then hears that the server stops, and the database is not left at work.
static void calls_that_take_longer_than_the_grace_are_ended(void) {
  BOTH(t) {
    struct instance instance;
    const char *grace = arena_printf(client_memory(), "ZOUFANG_GRACE_MS=%d", GRACE_MS);
    CU_ASSERT_TRUE_FATAL(instance_start(&instance, (const char *[]){grace, NULL}));
    PGconn *holder = hold_visits();
    struct asking out;
    asking_begin(&out, instance.client, t, token_of("officer.linxi"), list_visits, "{}");
    CU_ASSERT_TRUE(hold_await(1));
    kill(instance.process.pid, SIGTERM);
    CU_ASSERT_EQUAL(process_wait(&instance.process, PATIENCE_MS), 0); // the lock is held on
    asking_end(&out);
    CU_ASSERT_TRUE(out.code == CODE_UNAVAILABLE || out.code == CODE_CANCELLED);
    CU_ASSERT_TRUE(hold_await_rest());
    hold_release(holder);
    instance_stop(&instance);
  }
}

// Nothing that was answered is lost, though the server is killed the moment after.
static void what_was_answered_is_there_after_a_kill(void) {
  BOTH(t) {
    struct instance instance;
    CU_ASSERT_TRUE_FATAL(instance_start(&instance, NULL));
    const char *id = fresh_id();
    struct answer made = ask(instance.client, t, token_of("officer.linxi"), "VisitService/CreateVisit", "{\"visit\":%s}",
                             visit_json(id, LINXI_VILLAGE, ""));
    kill(instance.process.pid, SIGKILL);
    CU_ASSERT_EQUAL(made.code, CODE_OK);
    CU_ASSERT_EQUAL(process_wait(&instance.process, PATIENCE_MS), 128 + SIGKILL);
    CU_ASSERT_EQUAL(ask(world()->client, t, token_of("officer.linxi"), "VisitService/GetVisit", "{\"id\":\"%s\"}", id).code,
                    CODE_OK);
    CU_ASSERT_TRUE(hold_await_rest());
    instance_stop(&instance);
  }
}

// --- Not starting ----------------------------------------------------------------------------------------------------

static void on_another_schema_version_it_says_what_to_run(void) {
  static const struct {
    const char *change, *undo, *says;
  } versions[] = {
      {"delete from migration where number = (select max(number) from migration)",
       "insert into migration select * from test_kept", "run \"zoufang migrate\" first"},
      {"insert into migration (number, name, hash, oldest_program) values (9000, 'newer', sha256(''), 9000)",
       "delete from migration where number = 9000", "on version 9000"},
  };
  for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
    sql_run("create table test_kept as select * from migration order by number desc limit 1");
    CU_ASSERT_TRUE_FATAL(sql_run("%s", versions[i].change));
    int code;
    const char *printed = startup_fails((const char *[]){NULL}, &code);
    CU_ASSERT_TRUE(sql_run("%s", versions[i].undo));
    sql_run("drop table test_kept");
    CU_ASSERT_EQUAL(code, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(printed, versions[i].says));
  }
}

static bool is_ready(const struct instance *instance) {
  const char *answer = socket_ask(instance->http_port, "GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  return strstr(answer, "200 OK") != NULL;
}

static bool comes_to_be_ready(const struct instance *instance, bool ready) {
  int64_t until_us = clock_us() + PATIENCE_MS * 1000LL;
  while (is_ready(instance) != ready && clock_us() < until_us)
    poll(NULL, 0, LOOK_MS);
  return is_ready(instance) == ready;
}

// A migration that takes away what a running server uses: the first call that finds it missing has the server look.
static void whose_schema_was_taken_away_says_that_it_is_not_ready(void) {
  struct instance instance;
  CU_ASSERT_TRUE_FATAL(instance_start(&instance, NULL));
  CU_ASSERT_TRUE(comes_to_be_ready(&instance, true));
  sql_run("insert into migration (number, name, hash, oldest_program) values (9000, 'newer', sha256(''), 9000)");
  sql_run("alter table campaign rename column plan to plan_aside");
  CU_ASSERT_NOT_EQUAL(ask(instance.client, REST, token_of("supervisor.linxi"), "CampaignService/ListCampaigns", "{}").code,
                      CODE_OK);
  CU_ASSERT_TRUE(comes_to_be_ready(&instance, false));
  sql_run("alter table campaign rename column plan_aside to plan");
  sql_run("delete from migration where number = 9000");
  CU_ASSERT_TRUE(comes_to_be_ready(&instance, true));
  CU_ASSERT_EQUAL(ask(instance.client, REST, token_of("supervisor.linxi"), "CampaignService/ListCampaigns", "{}").code,
                  CODE_OK);
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

// As a migration may leave a column that is read the whole time.
static void a_statement_whose_columns_changed_is_done_again_on_another_connection(void) {
  struct instance instance;
  CU_ASSERT_TRUE_FATAL(instance_start(&instance, (const char *[]){"ZOUFANG_WORKERS=1", "ZOUFANG_LANE=0", NULL}));
  static const char *const types[] = {"varchar", "text"};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    BOTH(t) {
      CU_ASSERT_EQUAL(ask(instance.client, t, token_of("supervisor.linxi"), "VocabularyService/ListTerms", "{}").code, CODE_OK);
      CU_ASSERT_TRUE(sql_run("alter table term alter column name type %s", types[i]));
      CU_ASSERT_EQUAL(ask(instance.client, t, token_of("supervisor.linxi"), "VocabularyService/ListTerms", "{}").code, CODE_OK);
    }
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

static void what_is_set_wrongly_is_told_by_its_name(void) {
  static const struct {
    const char *setting, *says;
    int code;
  } wrong[] = {
      {"ZOUFANG_WORKERS=0", "ZOUFANG_WORKERS", 2},
      {"ZOUFANG_WORKERS=many", "ZOUFANG_WORKERS", 2},
      {"ZOUFANG_QUEUE_LIMIT=-1", "ZOUFANG_QUEUE_LIMIT", 2},
      {"ZOUFANG_DB_URL=", "ZOUFANG_DB_URL", 2},
      {"ZOUFANG_DB_PREPARE=perhaps", "ZOUFANG_DB_PREPARE", 2},
      {"ZOUFANG_LOG_LEVEL=loud", "ZOUFANG_LOG_LEVEL", 2},
      {"ZOUFANG_HTTP_LISTEN=localhost", "localhost", 2},
      {"ZOUFANG_SEAL_KEY_FILE=/no/such/file", "/no/such/file", 1},
      {"ZOUFANG_DB_URL=postgresql://zoufang@/zoufang?host=/no/such/folder", "no connection to the database", 1},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    int code;
    const char *printed = startup_fails((const char *[]){wrong[i].setting, NULL}, &code);
    CU_ASSERT_EQUAL(code, wrong[i].code);
    CU_ASSERT_PTR_NOT_NULL(strstr(printed, wrong[i].says));
  }
}

static void an_address_that_is_taken_is_told(void) {
  const char *const taken[] = {arena_printf(client_memory(), "127.0.0.1:%d", world()->http_port),
                               arena_printf(client_memory(), "127.0.0.1:%d", world()->grpc_port)};
  static const char *const names[] = {"HTTP", "GRPC"};
  BOTH(t) {
    int code;
    const char *setting = arena_printf(client_memory(), "ZOUFANG_%s_LISTEN=%s", names[t], taken[t]);
    const char *printed = startup_fails((const char *[]){setting, NULL}, &code);
    CU_ASSERT_EQUAL(code, 1);
    CU_ASSERT_PTR_NOT_NULL(strstr(printed, taken[t]));
  }
}

SUITE_WITH(stopping, world_open, client_forget, 60, TEST(an_idle_server_stops_at_once), TEST(calls_in_flight_are_finished),
           TEST(calls_that_take_longer_than_the_grace_are_ended), TEST(what_was_answered_is_there_after_a_kill),
           TEST(on_another_schema_version_it_says_what_to_run), TEST(whose_schema_was_taken_away_says_that_it_is_not_ready),
           TEST(a_statement_whose_columns_changed_is_done_again_on_another_connection),
           TEST(what_is_set_wrongly_is_told_by_its_name), TEST(an_address_that_is_taken_is_told));
