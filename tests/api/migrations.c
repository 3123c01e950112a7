// Migrations on a database that has them already: what is applied again, what is refused.

#include "store/migrate.h"
#include "support/world.h"
#include "suite.h"
#include <stdio.h>
#include <string.h>

static PGconn *owner, *server;
static struct arena arena;
static struct fault fault;
static unsigned applied;

static bool connect_both(void) {
  owner = world_open() ? sql_connect(true) : NULL;
  server = owner ? sql_connect(false) : NULL;
  return server != NULL;
}

static void close_both(void) {
  PQfinish(owner);
  PQfinish(server);
  arena_close(&arena);
}

static void run(const char *text) {
  PGresult *result = PQexec(owner, text);
  CU_ASSERT_EQUAL(PQresultStatus(result), PGRES_COMMAND_OK);
  PQclear(result);
}

static bool apply(void) {
  fault = (struct fault){.arena = &arena};
  return migrate_apply(owner, &applied, &fault);
}

static bool check(void) {
  fault = (struct fault){.arena = &arena};
  return migrate_check(server, &fault);
}

static bool says(const char *text) {
  bool found = fault.message && strstr(fault.message, text);
  if (!found)
    printf("%s\n", fault.message ? fault.message : "no fault");
  return found;
}

static void applying_again_changes_nothing(void) {
  CU_ASSERT_TRUE(apply());
  CU_ASSERT_EQUAL(applied, 0);
  CU_ASSERT_TRUE(check());
}

static void a_migration_that_was_changed_afterwards_is_refused(void) {
  run("update zoufang.migration set hash = sha256('another') where number = 2");
  CU_ASSERT_FALSE(apply());
  CU_ASSERT_STRING_EQUAL(fault.reason, "MIGRATION_CHANGED");
  CU_ASSERT_TRUE(says("sql/migrations/0002_"));
  run("update zoufang.migration m set hash = t.hash from pg_temp.true_ledger t where t.number = m.number");
  CU_ASSERT_TRUE(apply());
}

static void a_gap_is_refused(void) {
  run("delete from zoufang.migration where number = 2");
  CU_ASSERT_FALSE(apply());
  CU_ASSERT_STRING_EQUAL(fault.reason, "MIGRATION_MISSING");
  run("insert into zoufang.migration select * from pg_temp.true_ledger where number = 2");
}

static void a_newer_database_is_refused_and_both_versions_told(void) {
  run("insert into zoufang.migration (number, name, hash) values (9000, 'newer', sha256(''))");
  CU_ASSERT_FALSE(apply());
  CU_ASSERT_TRUE(says("on version 9000"));
  CU_ASSERT_FALSE(check());
  CU_ASSERT_STRING_EQUAL(fault.reason, "SCHEMA_VERSION");
  char known[40];
  snprintf(known, sizeof known, "knows %d", migrate_version());
  CU_ASSERT_TRUE(says(known));
  run("delete from zoufang.migration where number = 9000");
}

static void an_older_database_is_told_what_to_run(void) {
  char text[80];
  snprintf(text, sizeof text, "delete from zoufang.migration where number = %d", migrate_version());
  run(text);
  CU_ASSERT_FALSE(check());
  CU_ASSERT_TRUE(says("run \"zoufang migrate\""));
}

// Everything is there already, but not in the ledger: to apply it again fails.
static void a_migration_that_fails_leaves_nothing_and_is_told_with_its_line(void) {
  run("delete from zoufang.migration");
  CU_ASSERT_FALSE(apply());
  CU_ASSERT_STRING_EQUAL(fault.reason, "MIGRATION_FAILED");
  CU_ASSERT_TRUE(says("sql/migrations/0001_"));
  CU_ASSERT_EQUAL(PQtransactionStatus(owner), PQTRANS_IDLE);
  CU_ASSERT_FALSE(check());
  run("insert into zoufang.migration select * from pg_temp.true_ledger");
  CU_ASSERT_TRUE(apply());
  CU_ASSERT_TRUE(check());
}

static void a_database_without_the_schema_is_told_what_to_run(void) {
  run("alter table zoufang.migration rename to migration_aside");
  CU_ASSERT_FALSE(check());
  CU_ASSERT_TRUE(says("run \"zoufang migrate\""));
  run("alter table zoufang.migration_aside rename to migration");
  CU_ASSERT_TRUE(check());
}

static bool open_with_true_ledger(void) {
  if (!connect_both())
    return false;
  PQclear(PQexec(owner, "create temporary table true_ledger as select * from zoufang.migration"));
  return true;
}

SUITE_WITH(migrations, open_with_true_ledger, close_both, 0, TEST(applying_again_changes_nothing),
           TEST(a_migration_that_was_changed_afterwards_is_refused), TEST(a_gap_is_refused),
           TEST(a_newer_database_is_refused_and_both_versions_told), TEST(an_older_database_is_told_what_to_run),
           TEST(a_migration_that_fails_leaves_nothing_and_is_told_with_its_line),
           TEST(a_database_without_the_schema_is_told_what_to_run));
