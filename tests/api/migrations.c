// Migrations on a database that has them already: what is applied again, what is refused.

#include "store/migrate.h"
#include "support/world.h"
#include "suite.h"
#include <stdio.h>
#include <string.h>

static PGconn *owner, *server;
static struct arena arena;
static struct fault fault;
static struct migrated migrated;

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
  return migrate_apply(owner, &migrated, &fault);
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
  CU_ASSERT_EQUAL(migrated.applied, 0);
  CU_ASSERT_EQUAL(migrated.version, migrate_version());
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

// As a newer program's migration leaves it.
static void be_newer(int number, int oldest_program) {
  char text[160];
  snprintf(text, sizeof text,
           "insert into zoufang.migration (number, name, hash, oldest_program) values (%d, 'newer', sha256(''), %d)", number,
           oldest_program);
  run(text);
}

static void a_newer_database_is_refused_and_both_versions_told(void) {
  be_newer(9000, 9000);
  CU_ASSERT_FALSE(apply());
  CU_ASSERT_TRUE(says("on version 9000"));
  CU_ASSERT_FALSE(check());
  CU_ASSERT_STRING_EQUAL(fault.reason, "SCHEMA_VERSION");
  char known[40];
  snprintf(known, sizeof known, "knows %d", migrate_version());
  CU_ASSERT_TRUE(says(known));
  run("delete from zoufang.migration where number = 9000");
}

static void a_newer_database_that_keeps_what_there_was_is_served(void) {
  be_newer(9000, migrate_version());
  CU_ASSERT_TRUE(check());
  CU_ASSERT_TRUE(apply());
  CU_ASSERT_EQUAL(migrated.applied, 0);
  CU_ASSERT_EQUAL(migrated.version, 9000);
  run("delete from zoufang.migration where number = 9000");
}

static void what_one_migration_took_away_no_later_one_gives_back(void) {
  be_newer(9000, migrate_version() + 1);
  be_newer(9001, migrate_version());
  CU_ASSERT_FALSE(check());
  CU_ASSERT_FALSE(apply());
  run("delete from zoufang.migration where number >= 9000");
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
           TEST(a_newer_database_is_refused_and_both_versions_told), TEST(a_newer_database_that_keeps_what_there_was_is_served),
           TEST(what_one_migration_took_away_no_later_one_gives_back), TEST(an_older_database_is_told_what_to_run),
           TEST(a_migration_that_fails_leaves_nothing_and_is_told_with_its_line),
           TEST(a_database_without_the_schema_is_told_what_to_run));
