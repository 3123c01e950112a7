// The audit proves itself: whoever tampers with rows, records, seals or the schema, as the tables' owner or as superuser, is
// found out, and where nobody did nothing is found.

#include "base/clock.h"
#include "suite.h"
#include "support/asking.h"
#include "support/client_wire.h"
#include "support/own_database.h"
#include "support/world.h"
#include <stdio.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { AUDITING_LIMIT_S = 240, COMMAND_TIMEOUT_MS = 60000, WRITERS = 50, ROUNDS = 4, FOUND = 3, LOOKS = 200, LOOK_MS = 50 };
static const int64_t HOLES_LIMIT_US = 40 * 1000000LL; // of which a second would do

// What is tampered with: a database of its own, with a day's life in it, sealed and its seal exported. Each try gets a copy.
#define TEMPLATE "auditing"
#define COPY "auditing_copy"

static struct arena lasting;
static const char *seal_file, *lead_a, *lead_b;

static int command_on(const char *database, const char *keys, const char *const *arguments, const char **printed_out) {
  const char *line[16] = {server_binary()};
  for (unsigned i = 0; arguments[i]; i++)
    line[i + 1] = arguments[i];
  const char *environment[] = {arena_printf(&lasting, "ZOUFANG_DB_OWNER_URL=%s", database_url_of(world()->owner_url, database)),
                               arena_printf(&lasting, "ZOUFANG_AUDIT_KEY_FILE=%s/%s", world()->folder, keys),
                               arena_printf(&lasting, "ZOUFANG_USER_PASSWORD=%s", world()->password), NULL};
  char *printed = NULL;
  int code = process_run(line, environment, &printed, COMMAND_TIMEOUT_MS);
  if (printed_out)
    *printed_out = arena_strdup(client_memory(), printed ? printed : "");
  else if (code)
    fprintf(stderr, "        %s %s: %d %s\n", arguments[0], arguments[1], code, printed);
  free(printed);
  return code;
}

#define COMMAND(database, ...) command_on(database, "audit.keys", (const char *[]){__VA_ARGS__, NULL}, NULL)

// What verify prints; with the exported seal or without.
static const char *verify(const char *database, bool with_seal, int expected_code) {
  const char *printed;
  const char *arguments[] = {"audit", "verify", with_seal ? "--seal" : NULL, seal_file, NULL};
  int code = command_on(database, "audit.keys", arguments, &printed);
  CU_ASSERT_EQUAL(code, expected_code);
  if (code != expected_code)
    fprintf(stderr, "        %s", printed);
  return printed;
}

static void assert_told(const char *printed, const char *expected) {
  bool told = strstr(printed, expected) != NULL;
  CU_ASSERT_TRUE(told);
  if (!told)
    fprintf(stderr, "        expected '%s' in:\n%s", expected, printed);
}

static bool start_with(struct instance *instance, const char *database, const char *more) {
  const char *url = arena_printf(&lasting, "ZOUFANG_DB_URL=%s", database_url_of(world()->database_url, database));
  return instance_start(instance, (const char *[]){url, more, NULL});
}

static bool start(struct instance *instance, const char *database) {
  return start_with(instance, database, NULL);
}

static const char *sign_in(const struct instance *instance, const char *username) {
  struct answer answer =
      ask(instance->client, REST, NULL, "AuthService/Login",
          "{\"username\":\"%s\",\"password\":\"%s\",\"device\":{\"id\":\"%s\"}}", username, world()->password, fresh_id());
  if (answer.code != CODE_OK)
    fprintf(stderr, "%s cannot sign in: %s\n", username, answer.reason);
  return arena_strdup(&lasting, answer.code == CODE_OK ? text_at(answer.body, "accessToken") : "");
}

// A lead with its reporter.
static const char *raise_lead(const struct instance *instance, const char *token, const char *name) {
  const char *id = arena_strdup(&lasting, fresh_id());
  const char *reporter = arena_printf(client_memory(), ",\"reporter\":{\"name\":\"%s\",\"phone\":\"13900000000\"}", name);
  ask(instance->client, REST, token, "LeadService/CreateLead", "{\"lead\":%s}", lead_json(id, LINXI_VILLAGE, reporter));
  return id;
}

static bool live_a_day(void) {
  struct instance instance;
  if (!start_with(&instance, TEMPLATE, "ZOUFANG_AUDIT_KEY_FILE=")) // one seal, by the command
    return false;
  const char *officer = sign_in(&instance, "officer.linxi");
  for (int i = 0; i < 5; i++)
    ask(instance.client, REST, officer, "VisitService/CreateVisit", "{\"visit\":%s}",
        visit_json(fresh_id(), LINXI_VILLAGE, ""));
  lead_a = raise_lead(&instance, officer, "虚构甲");
  lead_b = raise_lead(&instance, officer, "虚构乙");
  return instance_stop(&instance) == 0;
}

static bool make_people(void) {
  static const char *const people[][2] = {{"officer.linxi", "officer"}, {"auditor", "auditor"}};
  bool made = true;
  for (size_t i = 0; i < sizeof people / sizeof *people; i++)
    made = made && COMMAND(TEMPLATE, "user", "add", people[i][0], "--name", "测试", "--office-region", CITY, "--role",
                           people[i][1], "--region", CITY, "--from", "2020-01-01") == 0;
  return made;
}

static bool export_seal(void) {
  const char *printed;
  if (command_on(TEMPLATE, "audit.keys", (const char *[]){"audit", "export-seal", NULL}, &printed) != 0)
    return false;
  seal_file = arena_printf(&lasting, "%s/exported.seal", world()->folder);
  FILE *file = fopen(seal_file, "we");
  fputs(printed, file);
  fclose(file);
  return true;
}

static const char regions[] =
    "insert into region (code, parent_code, level, name, current_code) select c, p, l, '测试', c from (values (150000000000, "
    "null, 1), "
    "(150400000000, 150000000000, 2), (150424000000, 150400000000, 3), (150424100000, 150424000000, 4), "
    "(150424100202, 150424100000, 5)) r (c, p, l)";

static bool open_auditing(void) {
  return world_open() && cluster_run("drop database if exists " COPY) && cluster_run("drop database if exists " TEMPLATE) &&
         cluster_run("create database " TEMPLATE) &&
         cluster_run("do $$ begin if not exists (select from pg_roles where rolname = 'keeper') then "
                     "create role keeper in role zoufang_owner; end if; end $$") &&
         COMMAND(TEMPLATE, "migrate") == 0 && database_run(TEMPLATE, regions) && COMMAND(TEMPLATE, "offices", "make") == 0 &&
         make_people() && live_a_day() && COMMAND(TEMPLATE, "audit", "seal") == 0 && export_seal();
}

static void close_auditing(void) {
  arena_close(&lasting);
}

static void copy(void) {
  CU_ASSERT_TRUE_FATAL(cluster_run("drop database if exists " COPY));
  CU_ASSERT_TRUE_FATAL(cluster_run("create database " COPY " template " TEMPLATE));
  // A copy has all but what a role is set to in the database.
  CU_ASSERT_TRUE_FATAL(cluster_run(
      "insert into pg_db_role_setting select c.oid, s.setrole, s.setconfig from pg_db_role_setting s join "
      "pg_database t on t.oid = s.setdatabase join pg_database c on c.datname = '" COPY "' where t.datname = '" TEMPLATE "'"));
}

// --- Tampering -------------------------------------------------------------------------------------------------------

// Two ways to get past the triggers: as the tables' owner, who switches them off and on again, and as superuser.
static const struct tamperer {
  const char *name, *before, *after;
} tamperers[] = {
    {"owner",
     "set role keeper; do $$ declare t regclass; begin for t in select oid from pg_class where relnamespace = "
     "'zoufang'::regnamespace and relkind = 'r' loop execute format('alter table %s disable trigger user', t); end loop; end "
     "$$;",
     "; do $$ declare t regclass; begin for t in select oid from pg_class where relnamespace = 'zoufang'::regnamespace and "
     "relkind = 'r' loop execute format('alter table %s enable trigger user', t); end loop; end $$"},
    {"superuser", "set session_replication_role = replica;", ""},
};

// In `statement` and `told` $a and $b stand for two leads.
static const struct tampering {
  const char *what, *statement, *told;
} tamperings[] = {
    {"change a row", "update audit set actor = 'somebody' where id = 12", "a row was changed, seal 1, from row 12 on"},
    {"change when a row was", "update audit set at = at - interval '1 hour' where id = 13",
     "a row was changed, seal 1, from row 13 on"},
    {"change two rows", "update audit set result = 'x' where id in (11, 14)", "a row was changed, seal 1, from row 11 on"},
    {"remove a row", "delete from audit where id = 15", "a row was removed, seal 1, from row 15 on"},
    {"insert a row",
     "insert into audit (id, actor, action, kind, result) overriding system value values (0, 'x', 'created', 'visit', 'done')",
     "a row was inserted, seal 1"},
    {"put a row in another's place",
     "delete from audit where id = 16; insert into audit (id, actor, action, kind, result) overriding system value values (16, "
     "'x', 'created', 'visit', 'done')",
     "a row was changed, seal 1, from row 16 on"},
    {"take a row for erased", "update audit set erased = true, actor = '' where id = 17",
     "a row was changed, seal 1, from row 17 on"},
    {"drop the tail", "delete from audit where id > 100; delete from audit_seal", "the tail was dropped"},
    {"change a seal", "update audit_seal set ids = ids + '{[900,901)}', rows = rows where number = 1",
     "a seal was changed, or not made with these keys, seal 1"},
    {"change a seal's commitments",
     "update audit_seal set commitments = overlay(commitments placing sha256('') from 33) where number = 1",
     "a seal was changed, or not made with these keys, seal 1"},
    {"alter a record", "update lead set narrative = '虚构：没有的事' where id = '$a'", "a record was changed: lead $a"},
    {"remove a record", "delete from lead_event where lead_id = '$b'", "a record was removed: event "},
    {"remove a reporter", "delete from lead_reporter where lead_id = '$b'", "a record was removed: reporter $b"},
    {"insert a record",
     "insert into account (id, username, name, etag) values ('0190aaaa-0000-7000-8000-000000000001', 'false.admin', 'x', "
     "sha256(''))",
     "a record was inserted: user 0190aaaa-0000-7000-8000-000000000001"},
    {"grant oneself a role",
     "update role_grant set role = 5 where user_id = (select id from account where username = 'officer.linxi')",
     "a record was changed: grant "},
    {"set a password",
     "update account_password set hash = '$argon2id$x' where user_id = (select id from account where username = 'auditor')",
     "a record was changed: password "},
    {"swap sealed values between records",
     "update lead_reporter r set name = o.name, key = o.key from lead_reporter o where r.lead_id = '$a' and o.lead_id = '$b'",
     "a record was changed: reporter $a"},
    {"plant a session",
     "insert into session (id, user_id, device_id, access_hash, access_expires_at, refresh_hash, expires_at) select "
     "'0190aaaa-0000-7000-8000-000000000002', id, gen_random_uuid(), named_hash_of('a'), now(), named_hash_of('b'), now() from "
     "account where "
     "username = 'auditor'",
     "a record was inserted: session 0190aaaa-0000-7000-8000-000000000002"},
    {"take a session over", "update session set user_id = (select id from account where username = 'auditor')",
     "a record was changed: session "},
    {"prolong a session", "update session set access_expires_at = expires_at", "a record was changed: session "},
    {"alter a policy", "alter policy see on lead using (true)", "the schema was changed: policy see on lead"},
    {"add a policy", "create policy peep on lead for select to zoufang using (true)",
     "part of the schema was added: policy peep on lead"},
    {"drop a policy", "drop policy read on audit", "part of the schema was removed: policy read on audit"},
    {"switch a table's policies off", "alter table visit disable row level security", "the schema was changed: table visit"},
    {"alter a function",
     "create or replace function has_role(role int4) returns boolean language sql stable parallel safe as $$ select true $$",
     "the schema was changed: function has_role(role integer)"},
    {"give a function to another", "alter function audit_commitment owner to keeper",
     "the schema was changed: function audit_commitment("},
    {"grant a right", "grant select on lead_reporter_version to zoufang",
     "the schema was changed: table lead_reporter_version"},
    {"call it a migration",
     "insert into migration (number, name, hash, oldest_program) values (9000, 'none', sha256(''), 1); "
     "grant select on lead_reporter_version to zoufang",
     "the schema was changed: table lead_reporter_version"},
    {"grant a right on a column", "grant update (recorder_id) on visit to zoufang", "the schema was changed: table visit"},
    {"grant a function", "grant execute on function audit_erase to zoufang", "the schema was changed: function audit_erase("},
    {"drop a trigger", "drop trigger audit_update on lead", "part of the schema was removed: trigger audit_update on lead"},
    {"add a rule", "create rule quiet as on insert to lead_event do instead nothing",
     "part of the schema was added: rule quiet on lead_event"},
    {"drop a constraint", "alter table lead_event drop constraint lead_event_pkey",
     "part of the schema was removed: constraint lead_event_pkey"},
};

// With $a and $b filled in.
static const char *filled_in(const char *text) {
  struct buffer out = {.arena = client_memory()};
  for (; *text; text++) {
    if (!strncmp(text, "$a'", 3) || !strcmp(text, "$a"))
      buffer_string(&out, lead_a), text++;
    else if (!strncmp(text, "$b'", 3) || !strcmp(text, "$b"))
      buffer_string(&out, lead_b), text++;
    else
      buffer_byte(&out, *text);
  }
  return buffer_text(&out);
}

static void each_tampering_is_named(void) {
  for (size_t i = 0; i < sizeof tamperings / sizeof *tamperings; i++) {
    // What alters the schema needs no way past triggers.
    size_t ways = strstr(tamperings[i].told, "schema") ? 1 : sizeof tamperers / sizeof *tamperers;
    for (size_t k = 0; k < ways; k++) {
      copy();
      const char *statement =
          arena_printf(client_memory(), "%s%s%s", tamperers[k].before, filled_in(tamperings[i].statement), tamperers[k].after);
      bool done = database_run(COPY, statement);
      CU_ASSERT_TRUE(done);
      const char *printed = verify(COPY, true, FOUND);
      const char *told = filled_in(tamperings[i].told);
      if (!strstr(printed, told) || !done)
        fprintf(stderr, "        %s, by the %s\n", tamperings[i].what, tamperers[k].name);
      assert_told(printed, told);
      assert_told(printed, "the audit does not hold");
    }
  }
}

static void where_nobody_tampered_nothing_is_found(void) {
  copy();
  assert_told(verify(COPY, true, 0), "the audit holds: 1 seals over ");
  assert_told(verify(COPY, false, 0), "the audit holds: 1 seals over ");
  for (size_t k = 0; k < sizeof tamperers / sizeof *tamperers; k++)
    CU_ASSERT_TRUE(database_run(COPY, arena_printf(client_memory(), "%sselect 1%s", tamperers[k].before, tamperers[k].after)));
  assert_told(verify(COPY, true, 0), "the audit holds");
}

static void a_dropped_tail_is_found_by_the_exported_seal_alone(void) {
  copy();
  CU_ASSERT_TRUE(database_run(COPY, "set session_replication_role = replica; delete from audit_seal"));
  assert_told(verify(COPY, false, 0), "0 seals over 0 rows");
  assert_told(verify(COPY, true, FOUND), "the tail was dropped: the chain ends before the exported seal, seal 1, from row ");
}

static void a_chain_made_anew_with_the_right_key_is_not_the_exported_one(void) {
  copy();
  CU_ASSERT_TRUE(database_run(
      COPY, "set session_replication_role = replica; update audit set actor = 'x' where id = 12; delete from audit_seal"));
  CU_ASSERT_EQUAL(COMMAND(COPY, "audit", "seal"), 0);
  assert_told(verify(COPY, true, FOUND), "the chain was made anew: this is not the exported seal, seal 1");
}

static void a_chain_made_with_another_key_is_none(void) {
  copy();
  COMMAND(COPY, "keys", "make", arena_printf(&lasting, "%s/other.keys", world()->folder));
  CU_ASSERT_TRUE(database_run(COPY, "set session_replication_role = replica; delete from audit_seal"));
  CU_ASSERT_EQUAL(command_on(COPY, "other.keys", (const char *[]){"audit", "seal", NULL}, NULL), 0);
  assert_told(verify(COPY, false, FOUND), "a seal was changed, or not made with these keys, seal 1");
}

// What verify prints where nothing but a public key is to be had.
static const char *verify_in_public(const char *key, int expected_code) {
  const char *printed;
  CU_ASSERT_EQUAL(command_on(COPY, "no.such.keys",
                             (const char *[]){"audit", "verify", "--public-key", key, "--seal", seal_file, NULL}, &printed),
                  expected_code);
  return printed;
}

static const char *public_key_of(const char *keys) {
  const char *printed;
  const char *path = arena_printf(client_memory(), "%s/%s", world()->folder, keys);
  CU_ASSERT_EQUAL(command_on(COPY, "no.such.keys", (const char *[]){"keys", "public", path, NULL}, &printed), 0);
  return arena_strndup(client_memory(), printed, strcspn(printed, "\n"));
}

static void an_auditor_verifies_with_a_public_key_alone(void) {
  copy();
  const char *key = public_key_of("audit.keys"), *printed;
  assert_told(verify_in_public(key, 0), "the audit holds: 1 seals over ");
  const char *file = arena_printf(client_memory(), "%s/audit.public", world()->folder);
  FILE *kept = fopen(file, "we");
  CU_ASSERT_PTR_NOT_NULL_FATAL(kept);
  fprintf(kept, "%s\n", key);
  fclose(kept);
  CU_ASSERT_EQUAL(
      command_on(COPY, "no.such.keys", (const char *[]){"audit", "verify", "--public-key-file", file, NULL}, &printed), 0);
  assert_told(printed, "the audit holds: 1 seals over ");
  CU_ASSERT_TRUE(
      database_run(COPY, "set session_replication_role = replica; update audit set actor = 'somebody' where id = 12"));
  assert_told(verify_in_public(key, FOUND), "a row was changed, seal 1, from row 12 on");
}

static void another_public_key_fits_no_seal(void) {
  copy();
  COMMAND(COPY, "keys", "make", arena_printf(&lasting, "%s/strange.keys", world()->folder));
  const char *other = public_key_of("strange.keys"), *printed;
  CU_ASSERT_EQUAL(command_on(COPY, "no.such.keys", (const char *[]){"audit", "verify", "--public-key", other, NULL}, &printed),
                  FOUND);
  assert_told(printed, "a seal was changed, or not made with these keys, seal 1");
  assert_told(verify_in_public(other, 1), "no seal that one of these keys signed");
  assert_told(verify_in_public("1:no key", 1), "no public key");
  // It verifies and seals nothing.
  CU_ASSERT_EQUAL(command_on(COPY, "no.such.keys",
                             (const char *[]){"audit", "seal", "--public-key", public_key_of("audit.keys"), NULL}, &printed),
                  1);
}

static void a_seal_that_is_missing_in_the_middle_is_named(void) {
  copy();
  for (int i = 0; i < 3; i++) {
    CU_ASSERT_TRUE(database_run(COPY, "update account set phone = concat('1', phone)"));
    CU_ASSERT_EQUAL(COMMAND(COPY, "audit", "seal"), 0);
  }
  assert_told(verify(COPY, true, 0), "the audit holds: 4 seals over ");
  CU_ASSERT_TRUE(database_run(COPY, "set session_replication_role = replica; delete from audit_seal where number = 3"));
  assert_told(verify(COPY, true, FOUND), "a seal was removed, seal 3");
}

static void an_altered_schema_is_not_made_good_by_sealing_it_nor_by_altering_it_back(void) {
  copy();
  CU_ASSERT_TRUE(database_run(COPY, "alter policy see on visit using (true)"));
  CU_ASSERT_EQUAL(COMMAND(COPY, "audit", "seal"), 0);
  assert_told(verify(COPY, true, FOUND), "the schema was changed: policy see on visit, seal 2");
  CU_ASSERT_TRUE(database_run(COPY, "alter policy see on visit using (false)"));
  assert_told(verify(COPY, true, FOUND), "the schema was changed: policy see on visit");
}

// Each call that was undone leaves a hole in the numbering, which a seal keeps open for a while.
static void thousands_of_holes_in_the_numbering_hold_nobody_up(void) {
  copy();
  CU_ASSERT_TRUE(database_run(
      COPY, "insert into audit (id, actor, action, kind, result) overriding system value select m.last + n + n / 5, "
            "'x', 'opened', 'audit', 'done' from (select max(id) as last from audit) m, generate_series(1, 40000) n; "
            "select setval(pg_get_serial_sequence('audit', 'id'), (select max(id) from audit))"));
  int64_t begun_us = clock_us();
  CU_ASSERT_EQUAL(COMMAND(COPY, "audit", "seal"), 0);
  assert_told(verify(COPY, true, 0), "the audit holds: ");
  CU_ASSERT_TRUE(clock_us() - begun_us < HOLES_LIMIT_US);
  CU_ASSERT_TRUE(database_run(
      COPY, "set session_replication_role = replica; delete from audit where id = (select max(id) - 1000 from audit)"));
  assert_told(verify(COPY, true, FOUND), "a row was removed, seal ");
}

static void what_is_not_yet_sealed_is_counted(void) {
  copy();
  long before = strtol(strstr(verify(COPY, true, 0), "rows; ") + strlen("rows; "), NULL, 10);
  CU_ASSERT_TRUE(database_run(COPY, "update office set name = name || '测试'"));
  long after = strtol(strstr(verify(COPY, true, 0), "rows; ") + strlen("rows; "), NULL, 10);
  CU_ASSERT_EQUAL(after - before, 1 + strtol(database_text(COPY, "select count(*) from office"), NULL, 10));
  CU_ASSERT_EQUAL(COMMAND(COPY, "audit", "seal"), 0);
  assert_told(verify(COPY, true, 0), "1 rows are not yet sealed"); // this very look
}

static void what_is_erased_by_law_leaves_the_chain_whole(void) {
  copy();
  const char *told = arena_printf(client_memory(), "select count(*) from audit where record = '%s'", lead_a);
  CU_ASSERT_TRUE(database_run(
      COPY, filled_in("alter table lead_event disable trigger lead_event_is_final; "
                      "delete from lead_reporter where lead_id = '$a'; delete from lead_event where lead_id = '$a'; "
                      "delete from lead where id = '$a'; alter table lead_event enable trigger lead_event_is_final")));
  CU_ASSERT_EQUAL(COMMAND(COPY, "audit", "seal"), 0);
  CU_ASSERT_STRING_NOT_EQUAL(database_text(COPY, told), "0");
  CU_ASSERT_EQUAL(COMMAND(COPY, "audit", "erase", lead_a), 0);
  CU_ASSERT_STRING_EQUAL(database_text(COPY, told), "0");
  assert_told(verify(COPY, true, 0), "the audit holds");
  CU_ASSERT_TRUE(database_run(
      COPY, "set session_replication_role = replica; delete from audit where kind = 'audit' and action = 'removed'"));
  assert_told(verify(COPY, true, FOUND), "a row was changed");
}

// Matched on the host to who leads the commission; see receipts.c for what else becomes of it.
static void a_lead_that_ends_as_a_receipt_leaves_the_chain_whole(void) {
  copy();
  CU_ASSERT_TRUE(database_run(
      COPY,
      filled_in("update account set leader = true where username = 'auditor'; update lead set accused_names = '{虚构丙}', "
                "accused_units = '{局}', accused_posts = '{职}', accused_offices = '{null}', etag = sha256(etag), "
                "accused_users = array[(select id from account where username = 'auditor')] where id = '$a'")));
  CU_ASSERT_STRING_EQUAL(database_text(COPY, filled_in("select count(*) from lead where id = '$a'")), "0");
  CU_ASSERT_STRING_EQUAL(
      database_text(COPY, filled_in("select count(*) from audit where record = '$a' and record_hash is not null")), "0");
  assert_told(verify(COPY, true, 0), "the audit holds");
  CU_ASSERT_TRUE(database_run(
      COPY, "set session_replication_role = replica; delete from audit where kind = 'audit' and action = 'removed'"));
  assert_told(verify(COPY, true, FOUND), "a row was changed");
}

static void what_the_command_line_does_is_told_with_the_systems_user(void) {
  copy();
  verify(COPY, true, 0);
  CU_ASSERT_EQUAL(COMMAND(COPY, "user", "password", "auditor"), 0);
  const char *acts = database_text(
      COPY,
      "select string_agg(distinct concat_ws(' ', method, action, kind), ', ') from audit where actor like '% (command line)' "
      "and actor_id is null and (method like 'user%' or method like 'audit%')");
  CU_ASSERT_STRING_EQUAL(acts,
                         "audit export-seal opened audit, audit verify opened audit, user add created grant, user add created "
                         "password, user add created user, user password changed password");
}

// --- Through the API -------------------------------------------------------------------------------------------------

static void an_auditor_verifies_with_the_exported_seal_and_lists_what_was_done(void) {
  struct instance instance;
  copy();
  CU_ASSERT_TRUE_FATAL(start(&instance, COPY));
  const char *auditor = sign_in(&instance, "auditor");
  BOTH(t) {
    struct answer seal = ask(instance.client, t, auditor, "AuditService/GetLatestSeal", "{}");
    CU_ASSERT_EQUAL(seal.code, CODE_OK);
    struct answer verdict =
        ask(instance.client, t, auditor, "AuditService/Verify", "{\"sealNumber\":\"%s\",\"sealHash\":\"%s\"}",
            text_at(seal.body, "number"), text_at(seal.body, "hash"));
    CU_ASSERT_EQUAL(verdict.code, CODE_OK);
    CU_ASSERT_TRUE(json_is_true(json_object_get(verdict.body, "holds")));
    struct answer other = ask(instance.client, t, auditor, "AuditService/Verify", "{\"sealNumber\":\"1\",\"sealHash\":\"%s\"}",
                              "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    CU_ASSERT_STRING_EQUAL(text_at(other.body, "findings.0.fault"), "AUDIT_FAULT_SEAL_REPLACED");
    struct answer list = ask(instance.client, t, auditor, "AuditService/ListAudit", "{\"record\":\"%s\"}", lead_a);
    CU_ASSERT_STRING_EQUAL(text_at(list.body, "entries.0.method"), "LeadService/CreateLead");
  }
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

static void tampering_is_told_to_the_auditor(void) {
  struct instance instance;
  copy();
  CU_ASSERT_TRUE_FATAL(
      database_run(COPY, filled_in("set session_replication_role = replica; update audit set actor = 'x' where id = 12; "
                                   "update lead set narrative = 'x' where id = '$a'")));
  CU_ASSERT_TRUE_FATAL(start(&instance, COPY));
  const char *auditor = sign_in(&instance, "auditor");
  BOTH(t) {
    struct answer verdict = ask(instance.client, t, auditor, "AuditService/Verify", "{}");
    CU_ASSERT_STRING_EQUAL(text_at(verdict.body, "findings.0.fault"), "AUDIT_FAULT_ROW_CHANGED");
    CU_ASSERT_STRING_EQUAL(text_at(verdict.body, "findings.0.rowId"), "12");
    CU_ASSERT_STRING_EQUAL(text_at(verdict.body, "findings.1.fault"), "AUDIT_FAULT_RECORD_CHANGED");
    CU_ASSERT_STRING_EQUAL(text_at(verdict.body, "findings.1.object"), arena_printf(client_memory(), "lead %s", lead_a));
  }
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

// Each filter gives what counting by hand gives, over pages.
static void the_list_is_filtered_and_paged(void) {
  static const struct {
    const char *filter, *condition;
  } filters[] = {
      {"", "true"},
      {"\"method\":\"user add\",", "method = 'user add'"},
      {"\"action\":\"AUDIT_ACTION_CREATED\",\"kind\":\"visit\",", "action = 'created' and kind = 'visit'"},
      {"\"kind\":\"office\",", "kind = 'office'"},
      {"\"to\":\"2020-01-01T00:00:00Z\",", "false"},
      {"\"from\":\"2020-01-01T00:00:00Z\",\"kind\":\"office\",", "kind = 'office'"},
  };
  struct instance instance;
  copy();
  CU_ASSERT_TRUE_FATAL(start(&instance, COPY));
  const char *auditor = sign_in(&instance, "auditor");
  BOTH(t) for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
    long expected =
        strtol(database_text(COPY, arena_printf(client_memory(), "select count(*) from audit where %s", filters[i].condition)),
               NULL, 10);
    long listed = 0;
    const char *token = "";
    do {
      struct answer page = ask(instance.client, t, auditor, "AuditService/ListAudit",
                               "{%s\"pageSize\":100,\"pageToken\":\"%s\"}", filters[i].filter, token);
      CU_ASSERT_EQUAL(page.code, CODE_OK);
      listed += (long)count_at(page.body, "entries");
      token = text_at(page.body, "nextPageToken");
    } while (token && *token);
    // Without a filter this very reading is told as well, before the first page.
    CU_ASSERT_EQUAL(listed, expected + (i == 0));
  }
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

static void await_sealed(void) {
  for (int i = 0; i < LOOKS; i++) {
    if (!strcmp(
            database_text(
                COPY, "select count(*) filter (where not exists (select from audit_seal s where a.id <@ s.ids)) from audit a"),
            "0"))
      return;
    poll(NULL, 0, LOOK_MS);
  }
  CU_FAIL("the sealer does not come");
}

static void the_server_seals_while_fifty_write_and_every_row_stands_in_one_seal(void) {
  struct instance instance;
  struct asking askings[WRITERS];
  copy();
  CU_ASSERT_TRUE_FATAL(start(&instance, COPY));
  const char *officer = sign_in(&instance, "officer.linxi");
  // One who is slow: his row's id is below those that are sealed before he ends.
  PGconn *slow = PQconnectdb(database_url_of(world()->owner_url, COPY));
  PQclear(PQexec(slow, "begin; set local search_path = zoufang; select audit_write('opened', 'audit', null, null, 'slow')"));
  for (int round = 0; round < ROUNDS; round++) {
    for (int i = 0; i < WRITERS; i++)
      asking_begin(&askings[i], instance.client, i % 2 ? GRPC : REST, officer, "SyncService/Push",
                   arena_printf(client_memory(), "{\"visits\":[%s,%s]}", visit_json(fresh_id(), LINXI_VILLAGE, ""),
                                visit_json(fresh_id(), LINXI_VILLAGE, "")));
    CU_ASSERT_EQUAL(COMMAND(COPY, "audit", "seal"), 0);
    for (int i = 0; i < WRITERS; i++) {
      asking_end(&askings[i]);
      CU_ASSERT_EQUAL(askings[i].code, CODE_OK);
    }
  }
  CU_ASSERT_EQUAL(COMMAND(COPY, "audit", "seal"), 0);
  PQclear(PQexec(slow, "commit"));
  PQfinish(slow);
  await_sealed();
  CU_ASSERT_STRING_EQUAL(database_text(COPY, "select sum(rows) = (select count(*) from audit) from audit_seal"), "t");
  CU_ASSERT_STRING_EQUAL(database_text(COPY, "select count(*) > 2 from audit_seal"), "t");
  assert_told(verify(COPY, true, 0), "the audit holds");
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

static void a_server_without_an_audit_key_says_so_and_serves(void) {
  struct instance instance;
  CU_ASSERT_TRUE_FATAL(instance_start(&instance, (const char *[]){"ZOUFANG_AUDIT_KEY_FILE=", NULL}));
  CU_ASSERT_PTR_NOT_NULL(strstr(instance.process.printed, "the audit is not sealed"));
  struct answer answer = ask(instance.client, REST, token_of("auditor"), "AuditService/Verify", "{}");
  CU_ASSERT_STRING_EQUAL(answer.reason, "NOT_SEALED");
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

SUITE_WITH(auditing, open_auditing, close_auditing, AUDITING_LIMIT_S, TEST(where_nobody_tampered_nothing_is_found),
           TEST(each_tampering_is_named), TEST(a_dropped_tail_is_found_by_the_exported_seal_alone),
           TEST(a_chain_made_anew_with_the_right_key_is_not_the_exported_one), TEST(a_chain_made_with_another_key_is_none),
           TEST(an_auditor_verifies_with_a_public_key_alone), TEST(another_public_key_fits_no_seal),
           TEST(a_seal_that_is_missing_in_the_middle_is_named),
           TEST(an_altered_schema_is_not_made_good_by_sealing_it_nor_by_altering_it_back),
           TEST(thousands_of_holes_in_the_numbering_hold_nobody_up), TEST(what_is_not_yet_sealed_is_counted),
           TEST(what_is_erased_by_law_leaves_the_chain_whole), TEST(a_lead_that_ends_as_a_receipt_leaves_the_chain_whole),
           TEST(what_the_command_line_does_is_told_with_the_systems_user),
           TEST(an_auditor_verifies_with_the_exported_seal_and_lists_what_was_done), TEST(tampering_is_told_to_the_auditor),
           TEST(the_list_is_filtered_and_paged), TEST(the_server_seals_while_fifty_write_and_every_row_stands_in_one_seal),
           TEST(a_server_without_an_audit_key_says_so_and_serves));
