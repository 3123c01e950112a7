// What is erased by its term is in no file of the database any more, and the audit still verifies with a seal from before: in a
// database of its own, whose files are written anew as docs/retention.md tells operators to.

#include "suite.h"
#include "support/client_wire.h"
#include "support/own_database.h"
#include "support/rights.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ERASED_LIMIT_S = 240, COMMAND_TIMEOUT_MS = 60000, PAIR_BYTES = 6 };

#define DATABASE "erased"

static struct arena lasting;
static struct instance instance;
static const char *seal_file, *officer, *supervisor, *second;

// --- A database with two supervisors in it ---

static int command(const char *const *arguments, const char **printed_out) {
  const char *line[16] = {server_binary()};
  for (unsigned i = 0; arguments[i]; i++)
    line[i + 1] = arguments[i];
  const char *environment[] = {arena_printf(&lasting, "ZOUFANG_DB_OWNER_URL=%s", database_url_of(world()->owner_url, DATABASE)),
                               arena_printf(&lasting, "ZOUFANG_AUDIT_KEY_FILE=%s/audit.keys", world()->folder),
                               arena_printf(&lasting, "ZOUFANG_USER_PASSWORD=%s", world()->password), NULL};
  char *printed = NULL;
  int code = process_run(line, environment, &printed, COMMAND_TIMEOUT_MS);
  if (code)
    fprintf(stderr, "        %s %s: %d %s\n", arguments[0], arguments[1], code, printed);
  if (printed_out)
    *printed_out = arena_strdup(&lasting, printed ? printed : "");
  free(printed);
  return code;
}

#define COMMAND(...) command((const char *[]){__VA_ARGS__, NULL}, NULL)

static bool add_user(const char *username, const char *role) {
  return COMMAND("user", "add", username, "--name", "测试", "--office-region", CITY, "--role", role, "--region", CITY, "--from",
                 "2020-01-01") == 0;
}

static const char *sign_in(const char *username) {
  struct answer answer =
      ask(instance.client, REST, NULL, "AuthService/Login",
          "{\"username\":\"%s\",\"password\":\"%s\",\"device\":{\"id\":\"%s\"}}", username, world()->password, fresh_id());
  return answer.code == CODE_OK ? arena_strdup(&lasting, text_at(answer.body, "accessToken")) : NULL;
}

static const char regions[] =
    "insert into region (code, parent_code, level, name, current_code) select c, p, l, '测试', c from (values (150000000000, "
    "null, 1), (150400000000, 150000000000, 2), (150424000000, 150400000000, 3), (150424100000, 150424000000, 4), "
    "(150424100202, 150424100000, 5)) r (c, p, l)";

static bool open_erased(void) {
  if (!world_open() || !cluster_run("drop database if exists " DATABASE) || !cluster_run("create database " DATABASE) ||
      COMMAND("migrate") != 0 || !database_run(DATABASE, regions) || COMMAND("offices", "make") != 0 ||
      !add_user("officer.linxi", "officer") || !add_user("supervisor.first", "supervisor") ||
      !add_user("supervisor.second", "supervisor"))
    return false;
  // What was used of the write-ahead log is removed, neither kept nor written over; and grep finds what is in it.
  if (!cluster_run("alter system set wal_recycle = off") || !cluster_run("alter system set wal_keep_size = 0") ||
      !cluster_run("alter system set wal_compression = off") || !database_run(DATABASE, "select pg_reload_conf()") ||
      !database_run(DATABASE, "insert into retention_term (record_class, years) values (1, 20), (3, 20)"))
    return false;
  const char *url = arena_printf(&lasting, "ZOUFANG_DB_URL=%s", database_url_of(world()->database_url, DATABASE));
  if (!instance_start(&instance, (const char *[]){url, "ZOUFANG_AUDIT_KEY_FILE=", NULL}))
    return false;
  officer = sign_in("officer.linxi"), supervisor = sign_in("supervisor.first"), second = sign_in("supervisor.second");
  return officer && supervisor && second;
}

static void close_erased(void) {
  instance_stop(&instance);
  cluster_run("alter system reset wal_recycle");
  cluster_run("alter system reset wal_keep_size");
  cluster_run("alter system reset wal_compression");
  database_run(DATABASE, "select pg_reload_conf()");
  cluster_run("drop database " DATABASE);
  arena_close(&lasting);
  client_forget();
}

// --- Records ---

struct old {
  const char *word, *visit, *lead;
};

// Of letters that stand together nowhere else, not even two of them.
static const char *rare_word(void) {
  return sql_text("select string_agg(chr(13312 + (random() * 6500)::int4), '') from generate_series(1, 8)");
}

static struct answer by(enum transport t, const char *token, const char *method, const char *request) {
  struct answer answer = ask(instance.client, t, token, method, "%s", request);
  if (answer.code != CODE_OK)
    fprintf(stderr, "        %s: %s\n", method, answer.message);
  CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
  return answer;
}

static struct old put_old(enum transport t) {
  struct old old = {.word = rare_word(), .visit = fresh_id(), .lead = fresh_id()};
  const char *of_visit = arena_printf(client_memory(), ",\"findings\":\"现%1$s\",\"place\":\"处%1$s\"", old.word);
  const char *of_lead = arena_printf(client_memory(),
                                     ",\"accused\":[{\"name\":\"%1$s\",\"unit\":\"局%1$s\"}],\"reporter\":{\"name\":\"虚构人\","
                                     "\"phone\":\"13811112222\"}",
                                     old.word);
  struct answer made =
      by(t, officer, "SyncService/Push",
         arena_printf(client_memory(), "{\"visits\":[%s],\"leads\":[%s]}", visit_json(old.visit, LINXI_VILLAGE, of_visit),
                      lead_json(old.lead, LINXI_VILLAGE, of_lead)));
  by(t, officer, "LeadService/AddNote",
     arena_printf(client_memory(), "{\"id\":\"%s\",\"note\":\"记%s\",\"requestId\":\"%s\"}", old.lead, old.word, fresh_id()));
  by(t, officer, "LeadService/UpdateLead",
     arena_printf(
         client_memory(),
         "{\"lead\":{\"id\":\"%s\",\"etag\":\"%s\",\"narrative\":\"事%s\"},\"updateMask\":\"narrative\",\"reason\":\"更正\"}",
         old.lead, text_at(made.body, "results.1.etag"), old.word));
  return old;
}

static void age(const struct old *old) {
  CU_ASSERT_TRUE(database_run(
      DATABASE,
      arena_printf(
          client_memory(),
          "alter table visit disable trigger visit_written; alter table lead disable trigger lead_written;"
          "alter table lead disable trigger lead_step_kept;"
          "update visit set started_at = '2001-03-01 10:00+08', ended_at = null where id = '%s';"
          "update lead set written_at = '2001-03-03 10:00+08', received_at = '2001-03-02 10:00+08', state = 10 where id = "
          "'%s'; alter table visit enable trigger visit_written; alter table lead enable trigger lead_written;"
          "alter table lead enable trigger lead_step_kept",
          old->visit, old->lead)));
}

static void erase(enum transport t, const char *record_class, const char *id) {
  struct answer asked =
      by(t, supervisor, "RetentionService/RequestErasing",
         arena_printf(client_memory(), "{\"recordClass\":\"RECORD_CLASS_%s\",\"recordIds\":[\"%s\"],\"reason\":\"销毁清册\"}",
                      record_class, id));
  struct answer done = by(t, second, "ApprovalService/Approve",
                          arena_printf(client_memory(), "{\"id\":\"%s\"}", text_at(asked.body, "approvalId")));
  CU_ASSERT_STRING_EQUAL(text_at(done.body, "erasing.items.0.fate"), "ERASING_FATE_ERASED");
}

// --- Files ---

// Whether any two letters of the word, which is how the search index has it, stand together in a file of this folder.
static bool stands(const char *word, const char *folder) {
  const char *needles = arena_printf(client_memory(), "%s/erased.looked_for", world()->folder);
  FILE *file = fopen(needles, "we");
  CU_ASSERT_PTR_NOT_NULL_FATAL(file);
  for (const char *at = word; strlen(at) >= PAIR_BYTES; at += PAIR_BYTES / 2)
    fprintf(file, "%.*s\n", PAIR_BYTES, at);
  fclose(file);
  const char *path = arena_printf(client_memory(), "%s/data/%s", world()->folder, folder);
  int code = process_run((const char *[]){"grep", "-raqF", "-f", needles, path, NULL}, (const char *[]){"LC_ALL=C", NULL}, NULL,
                         COMMAND_TIMEOUT_MS);
  CU_ASSERT_TRUE(code == 0 || code == 1);
  return code == 0;
}

static void write_files_anew(void) {
  CU_ASSERT_TRUE(database_run(DATABASE, "vacuum (full, analyze)"));
  for (int i = 0; i < 2; i++) {
    CU_ASSERT_TRUE(database_run(DATABASE, "select pg_switch_wal()"));
    CU_ASSERT_TRUE(database_run(DATABASE, "checkpoint"));
  }
}

static void no_file_tells_what_was_erased_once_they_are_written_anew(void) {
  for (enum transport t = REST; t <= GRPC; t++) {
    struct old old = put_old(t), kept = put_old(t);
    age(&old);
    CU_ASSERT_TRUE(database_run(DATABASE, "checkpoint"));
    CU_ASSERT_TRUE(stands(old.word, "base"));
    CU_ASSERT_TRUE(stands(old.word, "pg_wal"));
    erase(t, "VISIT", old.visit);
    erase(t, "LEAD", old.lead);
    write_files_anew();
    CU_ASSERT_FALSE(stands(old.word, "base"));
    CU_ASSERT_FALSE(stands(old.word, "pg_wal"));
    CU_ASSERT_TRUE(stands(kept.word, "base")); // so each look can fail
  }
}

// --- The audit ---

static bool export_seal(void) {
  const char *printed;
  if (COMMAND("audit", "seal") != 0 || command((const char *[]){"audit", "export-seal", NULL}, &printed) != 0)
    return false;
  seal_file = arena_printf(&lasting, "%s/erased.seal", world()->folder);
  FILE *file = fopen(seal_file, "we");
  bool written = file && fputs(printed, file) >= 0;
  return file && fclose(file) == 0 && written;
}

static void the_audit_verifies_with_a_seal_from_before_and_tells_of_the_erasing(void) {
  for (enum transport t = REST; t <= GRPC; t++) {
    struct old old = put_old(t);
    age(&old);
    CU_ASSERT_TRUE_FATAL(export_seal());
    erase(t, "VISIT", old.visit);
    erase(t, "LEAD", old.lead);
    CU_ASSERT_EQUAL(COMMAND("audit", "verify", "--seal", seal_file), 0);
    CU_ASSERT_EQUAL(COMMAND("audit", "seal"), 0);
    CU_ASSERT_EQUAL(COMMAND("audit", "verify", "--seal", seal_file), 0);
    CU_ASSERT_STRING_EQUAL(
        database_text(
            DATABASE,
            arena_printf(client_memory(),
                         "select count(*) from audit a join account u on u.id = a.actor_id where a.kind = 'erased' and "
                         "a.record in ('%s', '%s') and u.username = 'supervisor.second'",
                         old.visit, old.lead)),
        "2");
    CU_ASSERT_STRING_EQUAL(
        database_text(DATABASE, arena_printf(client_memory(),
                                             "select count(*) from audit where record = '%s' and kind = 'lead' and record_hash "
                                             "is not null and at < (select erased_at from lead where id = record::uuid)",
                                             old.lead)),
        "0");
  }
}

static void what_the_audit_says_of_a_held_record_is_not_erased_by_command(void) {
  struct old old = put_old(REST);
  CU_ASSERT_EQUAL(COMMAND("audit", "seal"), 0);
  by(REST, supervisor, "RetentionService/HoldRecord",
     arena_printf(client_memory(), "{\"recordClass\":\"RECORD_CLASS_LEAD\",\"recordId\":\"%s\",\"reason\":\"行政诉讼\"}",
                  old.lead));
  const char *told = arena_printf(client_memory(), "select count(*) from audit where record = '%s'", old.lead);
  const char *before = database_text(DATABASE, told), *printed;
  CU_ASSERT_NOT_EQUAL(command((const char *[]){"audit", "erase", old.lead, NULL}, &printed), 0);
  CU_ASSERT_PTR_NOT_NULL(strstr(printed, "HELD_BACK"));
  CU_ASSERT_STRING_EQUAL(database_text(DATABASE, told), before);
}

SUITE_WITH(erased, open_erased, close_erased, ERASED_LIMIT_S, TEST(no_file_tells_what_was_erased_once_they_are_written_anew),
           TEST(the_audit_verifies_with_a_seal_from_before_and_tells_of_the_erasing),
           TEST(what_the_audit_says_of_a_held_record_is_not_erased_by_command));
