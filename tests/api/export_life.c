// Exports while they last: told to the audit, bounded, ended at once when they must, and in nobody's way.

#include "suite.h"
#include "base/clock.h"
#include "support/approving.h"
#include "support/client_wire.h"
#include "support/downloading.h"
#include "support/past.h"
#include "support/world.h"
#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum {
  MANY = 60000,
  SOON_MS = 10000,
  LATER_MS = 120000,
  PATIENCE_MS = 120000,
  LOOK_MS = 20,
  FIRST_BYTES = 1000,
  PULL_MS = 10000, // one that is held up waits for the file's end, which waits for us
  GROWTH_KB = 24 * 1024,
  LIMIT_S = 500,
};

static const char LEADS[] = "ExportService/ExportLeads", VISITS[] = "ExportService/ExportVisits";
static const char csv[] = "{\"format\":\"csv\"}";

// --- Many leads ----------------------------------------------------------------------------------------------------------

// Old leads of Balin, written past the server; taken away again at the suite's end.
static bool fill(void) {
  return world_open() && sql_run("alter table lead disable trigger user") &&
         sql_run(
             "insert into lead (id, region_code, current_code, channel, class, received_at, narrative, confidential, "
             "raised_by, "
             "etag, written_by) select gen_random_uuid(), %s, %s, 1, 2, '2001-01-01'::timestamptz + n * interval '1 minute', "
             "'虚构', false, '%s', sha256('x'), '%s' from generate_series(1, %d) n",
             BALIN_VILLAGE, BALIN_VILLAGE, id_of("nobody"), id_of("nobody"), MANY) &&
         sql_run("alter table lead enable trigger user") && sql_run("analyze lead");
}

static void empty(void) {
  sql_run("alter table lead disable trigger user");
  sql_run("delete from lead where raised_by = '%s' and received_at < '2002-01-01'", id_of("nobody"));
  sql_run("alter table lead enable trigger user");
}

static struct downloading *begin(struct client *client, enum transport t, const char *token) {
  struct downloading *file = downloading_open(client, t, token, LEADS, csv);
  CU_ASSERT_TRUE(downloading_read(file, FIRST_BYTES, SOON_MS));
  return file;
}

// Waits until the database counts none, of connections that export.
static bool none_exports(void) {
  int64_t until_us = clock_us() + SOON_MS * 1000;
  long long left;
  while ((left = sql_number("select count(*) from pg_stat_activity where usename = 'zoufang' and state <> 'idle' and "
                            "xact_start < now() - interval '1 second'")) > 0 &&
         clock_us() < until_us)
    poll(NULL, 0, LOOK_MS);
  return left == 0;
}

static long long audit_end(void) {
  return sql_number("select coalesce(max(id), 0) from audit");
}

// Waits until the audit has `count` rows of exports since `end`.
static bool is_told(long long end, int count) {
  int64_t until_us = clock_us() + SOON_MS * 1000;
  while (clock_us() < until_us) {
    if (sql_number("select count(*) from audit where id > %lld and kind = 'export'", end) >= count)
      return true;
    poll(NULL, 0, LOOK_MS);
  }
  return false;
}

static const char *told(long long end, const char *beginning) {
  return sql_text("select coalesce(max(result), '') from audit where id > %lld and kind = 'export' and result like '%s%%'", end,
                  beginning);
}

// --- The audit -----------------------------------------------------------------------------------------------------------

static void the_audit_hears_what_was_exported_and_how_it_ended(void) {
  BOTH(t) {
    long long end = audit_end();
    struct downloading *file =
        downloading_open(world()->client, t, token_of("supervisor.linxi"), LEADS, "{\"format\":\"csv\",\"domain\":\"coal\"}");
    CU_ASSERT_EQUAL(downloading_end(file, LATER_MS).code, CODE_OK);
    size_t length;
    const char *text = downloading_text(file, &length);
    long rows = -1;
    for (const char *at = text; (at = strstr(at, "\r\n")); at += 2)
      rows++;
    CU_ASSERT_STRING_EQUAL(told(end, "begun"), "begun, {\"domain\":\"coal\",\"format\":\"csv\"}");
    CU_ASSERT_STRING_EQUAL(told(end, "complete"), arena_printf(client_memory(), "complete, %ld rows, %zu bytes", rows, length));
    CU_ASSERT_EQUAL(
        sql_number("select count(distinct record) from audit where id > %lld and kind = 'export' and actor_id = '%s' "
                   "and session_id is not null and method = '%s' and call_id = record",
                   end, id_of("supervisor.linxi"), LEADS),
        1);
    downloading_close(file);
  }
}

// --- Ends ----------------------------------------------------------------------------------------------------------------

static void who_leaves_ends_his_export_and_its_statement(void) {
  BOTH(t) {
    long long end = audit_end();
    struct downloading *file = begin(world()->client, t, token_of("supervisor.chifeng"));
    downloading_close(file);
    CU_ASSERT_TRUE(is_told(end, 2));
    CU_ASSERT_EQUAL(strncmp(told(end, "broken"), "broken off by CANCELLED", 23), 0);
    CU_ASSERT_TRUE(none_exports());
  }
}

static void a_session_that_is_ended_ends_its_export_and_the_file_is_visibly_broken(void) {
  BOTH(t) {
    long long end = audit_end();
    struct answer login = ask(world()->client, GRPC, NULL, "AuthService/Login",
                              "{\"username\":\"supervisor.chifeng\",\"password\":\"%s\",\"device\":{\"id\":\"%s\"}}",
                              world()->password, fresh_id());
    const char *token = text_at(login.body, "accessToken");
    struct downloading *file = begin(world()->client, t, token);
    CU_ASSERT_EQUAL(ask(world()->client, GRPC, token, "AuthService/Logout", "{}").code, CODE_OK);
    CU_ASSERT_TRUE(is_told(end, 2));
    struct answer answer = downloading_end(file, LATER_MS);
    CU_ASSERT_EQUAL(answer.code, t == REST ? CODE_UNAVAILABLE : CODE_UNAUTHENTICATED);
    CU_ASSERT_EQUAL(strncmp(told(end, "broken"), "broken off by UNAUTHENTICATED", 29), 0);
    downloading_close(file);
  }
}

static void a_grant_that_is_ended_ends_the_export_that_showed_more(void) {
  BOTH(t) {
    const char *grant = grant_role(t, id_of("supervisor.linxi"), "ROLE_SUPERVISOR", BALIN, "");
    long long end = audit_end();
    struct downloading *file = begin(world()->client, t, token_of("supervisor.linxi"));
    struct answer ended = ask(world()->client, t, token_of("admin"), "PeopleService/EndGrant",
                              "{\"userId\":\"%s\",\"id\":\"%s\"}", id_of("supervisor.linxi"), grant);
    CU_ASSERT_EQUAL(ended.code, CODE_OK);
    CU_ASSERT_TRUE(is_told(end, 2));
    CU_ASSERT_EQUAL(downloading_end(file, LATER_MS).code, t == REST ? CODE_UNAVAILABLE : CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(strncmp(told(end, "broken"), "broken off by FORBIDDEN", 23), 0);
    downloading_close(file);
  }
}

static long long too_slow_since(long long end) {
  return sql_number("select count(*) from audit where id > %lld and kind = 'export' and result like 'broken off by TOO_SLOW%%'",
                    end);
}

// Both wait at once: a reader who takes nothing has 20 seconds.
static void a_reader_who_takes_nothing_is_cut(void) {
  long long end = audit_end();
  struct downloading *files[2];
  BOTH(t) files[t] = begin(world()->client, t, token_of("supervisor.chifeng"));
  int64_t until_us = clock_us() + PATIENCE_MS * 1000;
  while (too_slow_since(end) < 2 && clock_us() < until_us)
    poll(NULL, 0, LOOK_MS * 10);
  CU_ASSERT_EQUAL(too_slow_since(end), 2);
  if (too_slow_since(end) != 2)
    fprintf(stderr, "        told: %s\n",
            sql_text("select string_agg(result, '; ' order by id) from audit where id > %lld and kind = 'export'", end));
  BOTH(t) {
    CU_ASSERT_EQUAL(downloading_end(files[t], LATER_MS).code, t == REST ? CODE_UNAVAILABLE : CODE_RESOURCE_EXHAUSTED);
    downloading_close(files[t]);
  }
}

static void stopping_ends_exports_at_once(void) {
  BOTH(t) {
    struct instance instance;
    CU_ASSERT_TRUE_FATAL(instance_start(&instance, NULL));
    struct downloading *file = begin(instance.client, t, token_of("supervisor.chifeng"));
    kill(instance.process.pid, SIGTERM);
    CU_ASSERT_EQUAL(downloading_end(file, SOON_MS).code, CODE_UNAVAILABLE);
    CU_ASSERT_EQUAL(process_wait(&instance.process, SOON_MS), 0);
    downloading_close(file);
    instance_stop(&instance);
  }
}

// --- Bounds --------------------------------------------------------------------------------------------------------------

// Waits for the place of an export that ended: the audit hears of the end a moment before.
static bool has_room_again(struct client *client, enum transport t) {
  int64_t until_us = clock_us() + SOON_MS * 1000;
  enum code code;
  while ((code = ask(client, t, token_of("supervisor.linxi"), VISITS, csv).code) == CODE_RESOURCE_EXHAUSTED &&
         clock_us() < until_us)
    poll(NULL, 0, LOOK_MS);
  return code == CODE_OK;
}

static void an_account_has_only_so_many_exports_and_so_has_the_server(void) {
  struct instance instance;
  CU_ASSERT_TRUE_FATAL(
      instance_start(&instance, (const char *const[]){"ZOUFANG_EXPORTS_PER_ACCOUNT=1", "ZOUFANG_EXPORTS_LIMIT=1", NULL}));
  BOTH(t) {
    long long end = audit_end();
    struct downloading *file = begin(instance.client, t, token_of("supervisor.chifeng"));
    BOTH(other)
    CU_ASSERT_STRING_EQUAL(ask(instance.client, other, token_of("supervisor.linxi"), VISITS, csv).reason, "TOO_MANY");
    downloading_close(file);
    CU_ASSERT_TRUE(is_told(end, 2));
    CU_ASSERT_EQUAL(sql_number("select count(*) from audit where id > %lld and kind = 'export'", end), 2);
    CU_ASSERT_TRUE(has_room_again(instance.client, t));
  }
  instance_stop(&instance);
}

static void a_workbook_that_finds_no_room_is_refused_and_leaves_none(void) {
  const char *folder = arena_printf(client_memory(), "%s/exports", world()->folder);
  struct instance instance;
  mkdir(folder, 0700);
  CU_ASSERT_TRUE_FATAL(
      instance_start(&instance, (const char *const[]){arena_printf(client_memory(), "ZOUFANG_EXPORT_FOLDER=%s", folder),
                                                      "ZOUFANG_EXPORT_FOLDER_MB=16", NULL}));
  BOTH(t) {
    struct answer full = ask(instance.client, t, token_of("supervisor.chifeng"), LEADS, "{\"format\":\"xlsx\"}");
    CU_ASSERT_EQUAL(full.code, CODE_RESOURCE_EXHAUSTED);
    CU_ASSERT_STRING_EQUAL(full.reason, "EXPORT_FOLDER_FULL");
    CU_ASSERT_EQUAL(ask(instance.client, t, token_of("supervisor.linxi"), VISITS, "{\"format\":\"xlsx\"}").code, CODE_OK);
  }
  instance_stop(&instance);
  CU_ASSERT_EQUAL(rmdir(folder), 0); // nothing is left in it
}

// --- Workbooks -------------------------------------------------------------------------------------------------------------

// The sheets of a workbook that a server makes, as tests/api/xlsx_rows.py reads them.
static json_t *sheets_of(struct client *client, enum transport t, const char *method, const char *request) {
  const char *path = arena_printf(client_memory(), "%s/book.xlsx", world()->folder);
  struct downloading *file = downloading_open(client, t, token_of("supervisor.linxi"), method, request);
  CU_ASSERT_EQUAL_FATAL(downloading_end(file, LATER_MS).code, CODE_OK);
  size_t length;
  const char *text = downloading_text(file, &length);
  FILE *out = fopen(path, "wb");
  CU_ASSERT_PTR_NOT_NULL_FATAL(out);
  CU_ASSERT_EQUAL(fwrite(text, 1, length, out), length);
  fclose(out);
  downloading_close(file);
  char *printed = NULL;
  const char *const arguments[] = {"python3", XLSX_ROWS, path, NULL};
  CU_ASSERT_EQUAL(process_run(arguments, NULL, &printed, SOON_MS), 0);
  json_t *sheets = client_keep(json_loads(printed ? printed : "", 0, NULL));
  free(printed);
  return sheets;
}

static json_t *row_of(json_t *sheets, const char *id) {
  size_t i;
  json_t *row;
  json_array_foreach(json_at(sheets, "0.rows"), i, row) {
    if (strcmp(text_at(row, "A.1"), id) == 0)
      return row;
  }
  return NULL;
}

// A cell's type (or value) in the column of that header.
static const char *cell_of(json_t *sheets, json_t *row, const char *header, int part) {
  const char *column;
  json_t *cell;
  json_object_foreach(json_at(sheets, "0.rows.0"), column, cell) {
    if (strcmp(json_string_value(json_array_get(cell, 1)), header) == 0)
      return text_at(row, arena_printf(client_memory(), "%s.%d", column, part));
  }
  return "";
}

// A visit an hour ago to which 7 people came, and its purpose.
static const char *push_visit(const char *purpose) {
  const char *id = fresh_id();
  ask(world()->client, GRPC, token_of("officer.linxi"), "SyncService/Push",
      "{\"visits\":[{\"id\":\"%s\",\"kind\":\"VISIT_KIND_DOWN_VISIT\",\"regionCode\":\"" LINXI_VILLAGE
      "\",\"startedAt\":\"%s\",\"purpose\":\"%s\",\"peopleMet\":7}]}",
      id, time_from_now(-3600), purpose);
  return id;
}

static void no_cell_of_a_workbook_is_a_formula(void) {
  static const char *const texts[] = {"=1+1", "+1", "-1", "@SUM(A1)", "\\t=1", "\\r=1", "{=1}", "https://example.org"};
  static const char *const cells[] = {"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "_x000D_=1", "{=1}", "https://example.org"};
  enum { TEXTS = sizeof texts / sizeof *texts };
  const char *ids[TEXTS];
  for (size_t i = 0; i < TEXTS; i++)
    ids[i] = push_visit(texts[i]);
  BOTH(t) {
    json_t *sheets = sheets_of(world()->client, t, VISITS, "{\"format\":\"xlsx\"}");
    for (size_t i = 0; i < TEXTS; i++) {
      CU_ASSERT_STRING_EQUAL(cell_of(sheets, row_of(sheets, ids[i]), "目的", 0), "inlineStr");
      CU_ASSERT_STRING_EQUAL(cell_of(sheets, row_of(sheets, ids[i]), "目的", 1), cells[i]);
    }
  }
}

static void a_workbook_holds_numbers_times_and_texts(void) {
  const char *id = push_visit("=1+1<&>");
  BOTH(t) {
    json_t *sheets = sheets_of(world()->client, t, VISITS, "{\"format\":\"xlsx\"}"), *row = row_of(sheets, id);
    CU_ASSERT_TRUE(json_is_true(json_at(sheets, "0.frozen")));
    CU_ASSERT_EQUAL(strncmp(text_at(sheets, "0.filter"), "A1:", 3), 0);
    CU_ASSERT_STRING_EQUAL(cell_of(sheets, row, "目的", 0), "inlineStr");
    CU_ASSERT_STRING_EQUAL(cell_of(sheets, row, "目的", 1), "=1+1<&>");
    CU_ASSERT_STRING_EQUAL(cell_of(sheets, row, "走访人次", 0), "n");
    CU_ASSERT_STRING_EQUAL(cell_of(sheets, row, "走访人次", 1), "7");
    CU_ASSERT_STRING_EQUAL(cell_of(sheets, row, "开始时间", 0), "n");
    CU_ASSERT_TRUE(*cell_of(sheets, row, "开始时间", 2)); // shown as a time
    double days = strtod(cell_of(sheets, row, "开始时间", 1), NULL);
    CU_ASSERT_EQUAL(sql_number("select count(*) from visit v where v.id = '%s' and abs(extract(epoch from "
                               "'1899-12-30'::timestamp + %.9f * interval '1 day' - (v.started_at at time zone "
                               "'Asia/Shanghai'))) < 2",
                               id, days),
                    1);
    CU_ASSERT_STRING_EQUAL(cell_of(sheets, row, "区划代码", 0), "inlineStr");
  }
}

// Seven visits on sheets of a header and three rows.
static void what_no_longer_fits_on_a_sheet_stands_on_the_next(void) {
  struct instance instance;
  CU_ASSERT_TRUE_FATAL(instance_start(&instance, (const char *const[]){"ZOUFANG_EXPORT_SHEET_ROWS=4", NULL}));
  for (int i = 0; i < 7; i++)
    put_visit(LINXI_VILLAGE, 1, arena_printf(client_memory(), "2002-05-0%d 10:00", i + 1), "", "");
  static const size_t rows[] = {4, 4, 2};
  BOTH(t) {
    json_t *sheets = sheets_of(instance.client, t, VISITS,
                               "{\"format\":\"xlsx\",\"startedAfter\":\"2002-05-01T00:00:00Z\",\"startedBefore\":"
                               "\"2002-06-01T00:00:00Z\"}");
    CU_ASSERT_EQUAL_FATAL(json_array_size(sheets), 3);
    json_t *seen = client_keep(json_object());
    for (size_t i = 0; i < 3; i++) {
      json_t *sheet = json_array_get(sheets, i);
      CU_ASSERT_EQUAL(count_at(sheet, "rows"), rows[i]);
      CU_ASSERT_TRUE(json_equal(json_at(sheet, "rows.0"), json_at(sheets, "0.rows.0")));
      CU_ASSERT_TRUE(json_is_true(json_at(sheet, "frozen")));
      const char *last_cell = strchr(text_at(sheet, "filter"), ':');
      CU_ASSERT_EQUAL(strtoul(last_cell + strcspn(last_cell, "0123456789"), NULL, 10), rows[i]);
      for (size_t row = 1; row < rows[i]; row++)
        json_object_set_new(seen, text_at(json_array_get(json_at(sheet, "rows"), row), "A.1"), json_true());
    }
    CU_ASSERT_EQUAL(json_object_size(seen), 7); // each visit once
  }
  instance_stop(&instance);
}

static bool is_empty(const char *path) {
  DIR *folder = opendir(path);
  int entries = 0;
  while (folder && readdir(folder))
    entries++;
  if (folder)
    closedir(folder);
  return entries == 2; // itself and the one above
}

// As much as the files that a process holds in a folder take on the disk.
static long long held_bytes(const struct instance *instance, const char *folder) {
  const char *fds = arena_printf(client_memory(), "/proc/%d/fd", (int)instance->process.pid);
  DIR *all = opendir(fds);
  long long bytes = 0;
  for (struct dirent *entry; all && (entry = readdir(all));) {
    char target[512] = "";
    struct stat about;
    const char *link = arena_printf(client_memory(), "%s/%s", fds, entry->d_name);
    if (readlink(link, target, sizeof target - 1) > 0 && strncmp(target, folder, strlen(folder)) == 0 &&
        stat(link, &about) == 0)
      bytes += about.st_size;
  }
  if (all)
    closedir(all);
  return bytes;
}

static void a_server_that_is_killed_leaves_nothing_of_its_workbooks(void) {
  const char *folder = arena_printf(client_memory(), "%s/killed", world()->folder);
  struct instance instance;
  mkdir(folder, 0700);
  BOTH(t) {
    CU_ASSERT_TRUE_FATAL(instance_start(
        &instance, (const char *const[]){arena_printf(client_memory(), "ZOUFANG_EXPORT_FOLDER=%s", folder), NULL}));
    struct downloading *file =
        downloading_open(instance.client, t, token_of("supervisor.chifeng"), LEADS, "{\"format\":\"xlsx\"}");
    int64_t until_us = clock_us() + SOON_MS * 1000;
    while (held_bytes(&instance, folder) < FIRST_BYTES && clock_us() < until_us)
      downloading_read(file, 1, LOOK_MS);
    CU_ASSERT_TRUE(held_bytes(&instance, folder) >= FIRST_BYTES); // it is being made
    CU_ASSERT_TRUE(is_empty(folder));                             // and has no name
    kill(instance.process.pid, SIGKILL);
    CU_ASSERT_NOT_EQUAL(downloading_end(file, SOON_MS).code, CODE_OK);
    downloading_close(file);
    instance_stop(&instance);
    CU_ASSERT_TRUE(is_empty(folder));
  }
  CU_ASSERT_EQUAL(rmdir(folder), 0);
}

// --- In nobody's way -------------------------------------------------------------------------------------------------------

static long long memory_kb(const struct instance *instance) {
  char line[128];
  long long kb = 0;
  FILE *status = fopen(arena_printf(client_memory(), "/proc/%d/status", (int)instance->process.pid), "r");
  while (status && fgets(line, sizeof line, status))
    if (strncmp(line, "VmRSS:", 6) == 0)
      kb = strtoll(line + 6, NULL, 10);
  if (status)
    fclose(status);
  return kb;
}

static void a_large_file_takes_little_memory_and_holds_up_no_pull(void) {
  struct instance instance;
  CU_ASSERT_TRUE_FATAL(instance_start(&instance, (const char *[]){small_quarantine(), NULL}));
  BOTH(t) {
    struct answer first = ask(instance.client, t, token_of("officer.linxi"), "SyncService/Pull", "{}");
    const char *cursor = text_at(first.body, "cursor");
    struct downloading *file = begin(instance.client, t, token_of("supervisor.chifeng"));
    long long before_kb = memory_kb(&instance), most_kb = before_kb;
    size_t read = FIRST_BYTES, slow = 0, pulls = 0;
    while (downloading_read(file, read, SOON_MS)) {
      int64_t asked_us = clock_us();
      CU_ASSERT_EQUAL(
          ask(instance.client, t, token_of("officer.linxi"), "SyncService/Pull", "{\"cursor\":\"%s\"}", cursor).code, CODE_OK);
      slow += clock_us() - asked_us > PULL_MS * 1000;
      pulls++;
      most_kb = memory_kb(&instance) > most_kb ? memory_kb(&instance) : most_kb;
      read += 2 << 20;
    }
    CU_ASSERT_EQUAL(downloading_end(file, LATER_MS).code, CODE_OK);
    size_t length;
    downloading_text(file, &length);
    CU_ASSERT_TRUE(length > 8 << 20);
    CU_ASSERT_TRUE(pulls > 2);
    CU_ASSERT_EQUAL(slow, 0);
    CU_ASSERT_TRUE(most_kb - before_kb < GROWTH_KB);
    if (most_kb - before_kb >= GROWTH_KB || slow)
      fprintf(stderr, "        grew by %lld kB, %zu of %zu pulls slow\n", most_kb - before_kb, slow, pulls);
    downloading_close(file);
  }
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

SUITE_WITH(export_life, fill, empty, LIMIT_S, TEST(the_audit_hears_what_was_exported_and_how_it_ended),
           TEST(a_workbook_holds_numbers_times_and_texts), TEST(who_leaves_ends_his_export_and_its_statement),
           TEST(a_session_that_is_ended_ends_its_export_and_the_file_is_visibly_broken),
           TEST(a_grant_that_is_ended_ends_the_export_that_showed_more), TEST(a_reader_who_takes_nothing_is_cut),
           TEST(an_account_has_only_so_many_exports_and_so_has_the_server),
           TEST(a_workbook_that_finds_no_room_is_refused_and_leaves_none), TEST(stopping_ends_exports_at_once),
           TEST(no_cell_of_a_workbook_is_a_formula), TEST(what_no_longer_fits_on_a_sheet_stands_on_the_next),
           TEST(a_server_that_is_killed_leaves_nothing_of_its_workbooks),
           TEST(a_large_file_takes_little_memory_and_holds_up_no_pull));
