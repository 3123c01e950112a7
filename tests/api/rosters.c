// Accounts by a roster: who joins, moves, changes and leaves; what is bad in it; and that nothing else is touched.

#include "suite.h"
#include "support/approving.h"
#include "support/client_wire.h"
#include "support/past.h"
#include "support/world.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { IMPORT_TIMEOUT_MS = 60000, MANY = 2000, MANY_SECONDS = 50 };

// Two offices of these tests alone, of one region.
#define EAST "虚构名册东办"
#define WEST "虚构名册西办"
#define REGION "150423000000"
#define REGION_TOLD REGION " 巴林右旗"
#define HEADING "office,name,username,role,phone,region,from,to,leader\n"

static int import_code;

// The suite's opening: the world with the offices in it.
static bool open_offices(void) {
  return world_open() && sql_run("insert into office (id, name, kind, region_code, opened_on)"
                                 " select gen_random_uuid(), n, 4, " REGION ", '2020-01-01'"
                                 " from unnest(array['" EAST "', '" WEST "']) n");
}

// A test's last: nobody stays in the offices, for the next test's rosters would call him a leaver.
static void empty_offices(void) {
  CU_ASSERT_TRUE(sql_run("update account set office_id = null where office_id in"
                         " (select id from office where name in ('" EAST "', '" WEST "'))"));
}

// What the command printed for a file, with up to three switches.
static const char *imported(const char *text, const char *first, const char *second, const char *third) {
  const char *path = arena_printf(client_memory(), "%s/roster.csv", world()->folder);
  FILE *file = fopen(path, "w");
  fputs(text, file);
  fclose(file);
  const char *environment[] = {arena_printf(client_memory(), "ZOUFANG_DB_OWNER_URL=%s", world()->owner_url), NULL};
  char *printed = NULL;
  import_code = process_run((const char *[]){server_binary(), "users", "import", path, first, second, third, NULL}, environment,
                            &printed, IMPORT_TIMEOUT_MS);
  const char *kept = arena_strdup(client_memory(), printed ? printed : "");
  free(printed);
  return kept;
}

static bool says(const char *said, const char *expected) {
  bool found = strstr(said, expected) != NULL;
  if (!found)
    fprintf(stderr, "expected: %s\nsaid: %s\n", expected, said);
  return found;
}

// A username that no other test has, with its beginning.
static const char *fresh_name(const char *beginning) {
  return arena_printf(client_memory(), "%s.%.8s", beginning, fresh_id() + 24);
}

static const char *line(const char *office, const char *name, const char *username, const char *rest) {
  return arena_printf(client_memory(), "%s,%s,%s,%s\n", office, name, username, rest);
}

static const char *roster_of(const char *first, const char *second, const char *third) {
  return arena_printf(client_memory(), HEADING "%s%s%s", first, second, third);
}

static long long grants_of(const char *username) {
  return sql_number("select count(*) from role_grant g join account a on a.id = g.user_id where a.username = '%s'"
                    " and (g.ends_at is null or g.ends_at > now())",
                    username);
}

// All that an import may change of an account.
static const char *state_of(const char *username) {
  return sql_text("select concat_ws('|', a.name, a.phone, o.name, a.leader, a.disabled_at is not null, encode(a.etag, 'hex'),"
                  " (select string_agg(concat_ws(' ', g.role, g.region_code, g.starts_at, g.ends_at), ';' order by g.id)"
                  " from role_grant g where g.user_id = a.id))"
                  " from account a left join office o on o.id = a.office_id where a.username = '%s'",
                  username);
}

static void a_dry_run_tells_what_an_import_does_and_does_nothing(void) {
  const char *one = fresh_name("an"), *two = fresh_name("bo");
  const char *text = roster_of(line(EAST, "虚构安", one, "officer,0476 5550101,,2026-03-01,,"),
                               line(EAST, "虚构安", one, "supervisor,0476 5550101,150423100000,,2199-01-01,"),
                               line(WEST, "虚构博", two, "analyst,,,,,yes"));
  const char *told = imported(text, "--dry-run", NULL, NULL);
  CU_ASSERT_EQUAL(import_code, 0);
  CU_ASSERT_TRUE(says(told, arena_printf(client_memory(), "joins   %s: 虚构安, " EAST "\n", one)));
  CU_ASSERT_TRUE(says(told, arena_printf(client_memory(), "given   %s: officer for " REGION_TOLD ", from 2026-03-01\n", one)));
  CU_ASSERT_TRUE(says(told, ", to 2199-01-01\n"));
  CU_ASSERT_TRUE(says(told, arena_printf(client_memory(), "leader  %s: leads his office\n", two)));
  CU_ASSERT_TRUE(says(told, "3 lines, 0 faults, 2 persons: 2 join, 0 move, 0 change otherwise; 0 leave"));
  CU_ASSERT_TRUE(says(told, "dry run: nothing is done\n"));
  CU_ASSERT_EQUAL(sql_number("select count(*) from account where username in ('%s', '%s')", one, two), 0);

  const char *done = imported(text, NULL, NULL, NULL);
  CU_ASSERT_EQUAL(import_code, 0);
  CU_ASSERT_EQUAL(strncmp(done, told, strlen(done)), 0); // the same, but for the last line
  CU_ASSERT_EQUAL(grants_of(one), 2);
  CU_ASSERT_EQUAL(grants_of(two), 1);
  CU_ASSERT_EQUAL(sql_number("select count(*) from role_grant g join account a on a.id = g.user_id where a.username = '%s'"
                             " and g.starts_at = '2026-03-01 00:00+08' and g.granted_by is null",
                             one),
                  1);
  empty_offices();
}

static void who_joins_has_no_password_enrols_by_a_code_and_has_his_role(void) {
  BOTH(t) {
    const char *username = fresh_name("cai");
    imported(roster_of(line(EAST, "虚构蔡", username, "officer,,,,,"), "", ""), NULL, NULL, NULL);
    CU_ASSERT_EQUAL(sql_number("select count(*) from account_password p join account a on a.id = p.user_id"
                               " where a.username = '%s'",
                               username),
                    0);
    struct answer enrolled = set_password(t, username, "a long word of his own");
    CU_ASSERT_EQUAL_FATAL(enrolled.code, CODE_OK);
    struct answer made = ask(world()->client, t, text_at(enrolled.body, "accessToken"), "VisitService/CreateVisit",
                             "{\"visit\":%s}", visit_json(fresh_id(), "150423100200", ""));
    CU_ASSERT_EQUAL(made.code, CODE_OK);
  }
  empty_offices();
}

static void importing_again_changes_only_what_changed(void) {
  const char *one = fresh_name("ding"), *two = fresh_name("en");
  const char *kept = line(EAST, "虚构丁", one, "officer,13800000001,,2026-03-01,2199-01-01,");
  imported(roster_of(kept, line(EAST, "虚构恩", two, "officer,13800000002,,,,"), ""), NULL, NULL, NULL);
  const char *first = state_of(one), *second = state_of(two);
  const char *said = imported(roster_of(kept, line(EAST, "虚构恩", two, "officer,13800000002,,,,"), ""), NULL, NULL, NULL);
  CU_ASSERT_STRING_EQUAL(said,
                         "2 lines, 0 faults, 2 persons: 0 join, 0 move, 0 change otherwise; 0 leave, whose accounts stay\n");
  CU_ASSERT_STRING_EQUAL(state_of(one), first);
  CU_ASSERT_STRING_EQUAL(state_of(two), second);

  said = imported(roster_of(kept, line(WEST, "虚构恩改", two, "supervisor,13800000003,,,,"), ""), NULL, NULL, NULL);
  CU_ASSERT_STRING_EQUAL(state_of(one), first);
  CU_ASSERT_TRUE(says(said, arena_printf(client_memory(), "moves   %s: from " EAST " to " WEST "\n", two)));
  CU_ASSERT_TRUE(says(said, "from 虚构恩 to 虚构恩改\n"));
  CU_ASSERT_TRUE(says(said, arena_printf(client_memory(), "phone   %s: another\n", two)));
  CU_ASSERT_TRUE(says(said, arena_printf(client_memory(), "given   %s: supervisor for " REGION_TOLD "\n", two)));
  CU_ASSERT_TRUE(says(said, arena_printf(client_memory(), "ended   %s: officer for " REGION_TOLD, two)));
  CU_ASSERT_TRUE(says(said, "0 join, 1 move, 0 change otherwise; 0 leave"));
  CU_ASSERT_EQUAL(grants_of(two), 1);
  empty_offices();
}

static void a_role_that_is_prolonged_is_given_anew_and_one_to_come_ends_as_it_begins(void) {
  const char *one = fresh_name("fan"), *two = fresh_name("gao");
  imported(roster_of(line(EAST, "虚构范", one, "officer,,,,2198-01-01,"), line(EAST, "虚构高", two, "officer,,,,,"),
                     line(EAST, "虚构高", two, "supervisor,,,2199-01-01,,")),
           NULL, NULL, NULL);
  CU_ASSERT_EQUAL(grants_of(two), 2);
  const char *text =
      roster_of(line(EAST, "虚构范", one, "officer,,,,2199-01-01,"), line(EAST, "虚构高", two, "officer,,,,,"), "");
  imported(text, NULL, NULL, NULL);
  CU_ASSERT_EQUAL(import_code, 0);
  CU_ASSERT_EQUAL(grants_of(one), 1);
  CU_ASSERT_EQUAL(sql_number("select count(*) from role_grant g join account a on a.id = g.user_id where a.username = '%s'"
                             " and g.ends_at = '2199-01-01 00:00+08'",
                             one),
                  1);
  CU_ASSERT_EQUAL(sql_number("select count(*) from role_grant g join account a on a.id = g.user_id where a.username = '%s'"
                             " and g.role = 2 and g.ends_at - g.starts_at < interval '1 ms'",
                             two),
                  1);
  CU_ASSERT_TRUE(says(imported(text, NULL, NULL, NULL), "2 lines, 0 faults, 2 persons: 0 join, 0 move, 0 change otherwise"));
  empty_offices();
}

static void every_bad_line_is_named_with_its_column_and_nothing_is_done(void) {
  static const struct {
    const char *lines, *said;
  } cases[] = {
      {"没有的办,虚,bad.one,officer,,,,,\n", "line 2: office: no open office is called \"没有的办\""},
      {"150423999000,虚,bad.one,officer,,,,,\n", "line 2: office: no open office"},
      {",虚,bad.one,officer,,,,,\n", "line 2: office: is missing"},
      {EAST ",,bad.one,officer,,,,,\n", "line 2: name: is missing"},
      {EAST ",虚,Bad One,officer,,,,,\n", "line 2: username: must be 3 to 64"},
      {EAST ",虚,,officer,,,,,\n", "line 2: username: is missing"},
      {EAST ",虚,bad.one,clerk,,,,,\n", "line 2: role: must be officer, supervisor or analyst, not \"clerk\""},
      {EAST ",虚,bad.one,,,,,,\n", "line 2: role: is missing"},
      {EAST ",虚,bad.one,admin,,,,,\n", "line 2: role: admin is given by name"},
      {EAST ",虚,bad.one,auditor,,,,,\n", "line 2: role: auditor is given by name"},
      {EAST ",虚,bad.one,officer,none,,,,\n", "line 2: phone: \"none\" is no phone number"},
      {EAST ",虚,bad.one,officer,--- --,,,,\n", "line 2: phone: \"--- --\" is no phone number"},
      {EAST ",虚,bad.one,officer,,150423999000,,,\n", "line 2: region: there is no region with the code \"150423999000\""},
      {EAST ",虚,bad.one,officer,,巴林右旗,,,\n", "line 2: region: there is no region"},
      {EAST ",虚,bad.one,officer,,,2026-02-30,,\n", "line 2: from: must be a day as 2026-03-01, not \"2026-02-30\""},
      {EAST ",虚,bad.one,officer,,,,1.3.2199,\n", "line 2: to: must be a day"},
      {EAST ",虚,bad.one,officer,,,2199-03-01,2199-03-01,\n", "line 2: to: 2199-03-01 is not after 2199-03-01"},
      {EAST ",虚,bad.one,officer,,,,2020-01-01,\n", "line 2: to: 2020-01-01 is over"},
      {EAST ",虚,bad.one,officer,,,,,maybe\n", "line 2: leader: must be yes, no or empty"},
      {EAST ",虚,bad.one,officer\n", "line 2: it has not as many fields as the heading"},
      {EAST ",\"虚\n甲\",bad.one,offi\tcer,,,,,\n",
       "line 2: a field holds a line's end, a tab or another control character\nzoufang"},
      {EAST ",虚甲,bad.one,officer,,,,,\n" EAST ",虚乙,bad.one,analyst,,,,,\n",
       "line 3: name: bad.one is 虚甲 in line 2: one username for two persons"},
      {EAST ",虚,bad.one,officer,,,,,\n" WEST ",虚,bad.one,analyst,,,,,\n", "line 3: office: line 2 puts bad.one into another"},
      {EAST ",虚,bad.one,officer,55501,,,,\n" EAST ",虚,bad.one,analyst,55502,,,,\n",
       "line 3: phone: bad.one has another phone in line 2"},
      {EAST ",虚,bad.one,officer,,,,,yes\n" EAST ",虚,bad.one,analyst,,,,,\n", "line 3: leader: line 2 says otherwise"},
      {EAST ",虚,bad.one,officer,,,,,\n" EAST ",虚,bad.one,officer,,,2026-01-01,,\n",
       "line 3: role: line 2 gives bad.one this role for this region and these days"},
      {EAST ",虚,bad.one,officer,,,,2199-01-01,\n" EAST ",虚,bad.one,officer,,,2199-01-01,,\n" EAST ",虚,,,,,,,\n",
       "line 4: username: is missing\nline 4: role: is missing\nzoufang users import: 2 faults: nothing is done\n"},
      {EAST ",\"虚,bad.one,officer,,,,,\n", "line 2: a quote that does not end"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *said = imported(arena_printf(client_memory(), HEADING "%s" EAST ",虚,good.one,officer,,,,,\n", cases[i].lines),
                                NULL, NULL, NULL);
    CU_ASSERT_EQUAL(import_code, 1);
    CU_ASSERT_TRUE(says(said, cases[i].said));
  }
  CU_ASSERT_EQUAL(sql_number("select count(*) from account where username in ('bad.one', 'good.one')"), 0);
  empty_offices();
}

static void a_dry_run_with_bad_lines_tells_what_is_good_too(void) {
  const char *good = fresh_name("he");
  const char *said =
      imported(roster_of(line(EAST, "虚", "bad.one", "clerk,,,,,"), line(EAST, "虚构何", good, "officer,,,,,"), ""),
               "--dry-run", NULL, NULL);
  CU_ASSERT_EQUAL(import_code, 1);
  CU_ASSERT_TRUE(says(said, "line 2: role: must be"));
  CU_ASSERT_TRUE(says(said, arena_printf(client_memory(), "joins   %s", good)));
  CU_ASSERT_TRUE(says(said, "2 lines, 1 faults, 1 persons: 1 join"));
  CU_ASSERT_EQUAL(sql_number("select count(*) from account where username = '%s'", good), 0);
  empty_offices();
}

static void bad_lines_are_skipped_where_told_so_with_all_that_is_the_same_person_s(void) {
  const char *good = fresh_name("ji"), *half = fresh_name("kong");
  imported(roster_of(line(EAST, "虚构孔", half, "officer,,,,,"), line(EAST, "虚构孔", half, "analyst,,,,,"), ""), NULL, NULL,
           NULL);
  const char *before = state_of(half);
  const char *said = imported(roster_of(line(EAST, "虚构吉", good, "officer,,,,,"), line(EAST, "虚构孔", half, "officer,,,,,"),
                                        line(EAST, "虚构孔", half, "analist,,,,,")),
                              "--skip-bad", "--leavers", NULL);
  CU_ASSERT_EQUAL(import_code, 0);
  CU_ASSERT_TRUE(says(said, "line 4: role: must be officer, supervisor or analyst, not \"analist\"\n"));
  CU_ASSERT_TRUE(
      says(said, "3 lines, 1 faults, 1 persons: 1 join, 0 move, 0 change otherwise; 0 leave, whose accounts stay\n"));
  CU_ASSERT_EQUAL(grants_of(good), 1);
  CU_ASSERT_STRING_EQUAL(state_of(half), before);
  empty_offices();
}

static bool is_disabled(const char *username) {
  return sql_number("select count(*) from account where username = '%s' and disabled_at is not null", username);
}

static void who_is_in_no_line_any_more_leaves_where_told_so_and_never_while_a_line_is_bad(void) {
  const char *stays = fresh_name("li"), *leaves = fresh_name("ma"), *elsewhere = fresh_name("niu");
  imported(roster_of(line(EAST, "虚构李", stays, "officer,,,,,"), line(EAST, "虚构马", leaves, "officer,,,,,"),
                     line(WEST, "虚构牛", elsewhere, "officer,,,,,")),
           NULL, NULL, NULL);
  const char *left = line(EAST, "虚构李", stays, "officer,,,,,");
  const char *told = arena_printf(client_memory(), "leaves  %s: 虚构马, " EAST "\n", leaves);
  const char *said = imported(roster_of(left, "", ""), NULL, NULL, NULL);
  CU_ASSERT_TRUE(says(said, told));
  CU_ASSERT_TRUE(says(said, "1 leave, whose accounts stay\n"));
  said = imported(roster_of(left, line(EAST, "虚", "bad.one", "clerk,,,,,"), ""), "--leavers", "--skip-bad", NULL);
  CU_ASSERT_TRUE(says(said, told));
  CU_ASSERT_FALSE(is_disabled(leaves));
  said = imported(roster_of(left, "", ""), "--leavers", NULL, NULL);
  CU_ASSERT_TRUE(says(said, told));
  CU_ASSERT_TRUE(says(said, "1 leave\n"));
  CU_ASSERT_TRUE(is_disabled(leaves));
  CU_ASSERT_FALSE(is_disabled(stays));
  CU_ASSERT_FALSE(is_disabled(elsewhere)); // of an office that the roster does not name
  said = imported(roster_of(left, line(EAST, "虚构马", leaves, "officer,,,,,"), ""), NULL, NULL, NULL);
  CU_ASSERT_TRUE(says(said, arena_printf(client_memory(), "line 3: username: %s ended on ", leaves)));
  empty_offices();
}

static void what_a_leaver_s_phone_still_has_is_held_for_14_days_and_nothing_else_is_his(void) {
  const char *stays = fresh_name("zhu"), *leaves = fresh_name("zou");
  const char *left = line(EAST, "虚构朱", stays, "officer,,,,,");
  imported(roster_of(left, line(EAST, "虚构邹", leaves, "officer,,,,,"), ""), NULL, NULL, NULL);
  struct answer enrolled = set_password(REST, leaves, "a long word of his own");
  const char *token = text_at(enrolled.body, "accessToken");
  imported(roster_of(left, "", ""), "--leavers", NULL, NULL);
  BOTH(t) {
    struct answer pushed =
        ask(world()->client, t, token, "SyncService/Push", "{\"visits\":[%s]}", visit_json(fresh_id(), "150423100200", ""));
    CU_ASSERT_EQUAL(pushed.code, CODE_OK);
    CU_ASSERT_PTR_NOT_NULL(strstr(text_at(pushed.body, "results.0.status"), "HELD"));
    CU_ASSERT_EQUAL(ask(world()->client, t, token, "SyncService/Pull", "{}").code, CODE_UNAUTHENTICATED);
  }
  CU_ASSERT_TRUE(sql_run("update account set disabled_at = now() - interval '14 days' where username = '%s'", leaves));
  BOTH(t)
  CU_ASSERT_EQUAL(
      ask(world()->client, t, token, "SyncService/Push", "{\"visits\":[%s]}", visit_json(fresh_id(), "150423100200", "")).code,
      CODE_UNAUTHENTICATED);
  empty_offices();
}

static void who_answers_for_open_leads_or_cases_stays_until_they_are_handed_over_and_the_others_leave(void) {
  const char *stays = fresh_name("wu"), *busy = fresh_name("xu"), *idle = fresh_name("yu");
  const char *left = line(EAST, "虚构吴", stays, "officer,,,,,");
  imported(roster_of(left, line(EAST, "虚构徐", busy, "officer,,,,,"), line(EAST, "虚构于", idle, "officer,,,,,")), NULL, NULL,
           NULL);
  const char *lead = put_lead("150423100200", "2013-05-06 12:00", ", handler_id",
                              arena_printf(client_memory(), ", (select id from account where username = '%s')", busy));
  const char *filed = put_case(lead, "2013-05-07 12:00");
  const char *said = imported(roster_of(left, "", ""), "--leavers", NULL, NULL);
  CU_ASSERT_TRUE(says(said, arena_printf(client_memory(),
                                         "stays   %s: 虚构徐, " EAST "; to be handed over first, 1 lead: %s; 1 case: %s\n",
                                         busy, lead, filed)));
  CU_ASSERT_TRUE(says(said, "1 leave\n1 more would leave, but answer for open leads or cases\n"));
  CU_ASSERT_FALSE(is_disabled(busy));
  CU_ASSERT_TRUE(is_disabled(idle));
  CU_ASSERT_TRUE(
      sql_run("update lead set handler_id = (select id from account where username = '%s') where id = '%s'", stays, lead));
  CU_ASSERT_TRUE(says(imported(roster_of(left, "", ""), "--leavers", NULL, NULL), "1 leave\n"));
  CU_ASSERT_TRUE(is_disabled(busy));
  empty_offices();
}

static void admins_and_auditors_neither_leave_nor_lose_by_a_roster(void) {
  const char *admin = fresh_name("ou"), *member = fresh_name("pan");
  imported(roster_of(line(EAST, "虚构欧", admin, "officer,,,,,"), line(EAST, "虚构潘", member, "officer,,,,,"), ""), NULL, NULL,
           NULL);
  CU_ASSERT_TRUE(sql_run("insert into role_grant (id, user_id, role, region_code) select gen_random_uuid(), id, 5, " REGION
                         " from account where username = '%s'",
                         admin));
  CU_ASSERT_TRUE(says(imported(roster_of(line(EAST, "虚构潘", member, "officer,,,,,"), "", ""), "--leavers", NULL, NULL),
                      "0 join, 0 move, 0 change otherwise; 0 leave\n"));
  CU_ASSERT_FALSE(is_disabled(admin));
  imported(roster_of(line(EAST, "虚构潘", member, "officer,,,,,"), line(EAST, "虚构欧", admin, "analyst,,,,,"), ""), NULL, NULL,
           NULL);
  CU_ASSERT_STRING_EQUAL(sql_text("select string_agg(g.role::text, ' ' order by g.role) from role_grant g"
                                  " join account a on a.id = g.user_id where a.username = '%s' and g.ends_at is null",
                                  admin),
                         "3 5");
  CU_ASSERT_TRUE(sql_run("update role_grant set ends_at = now() where role = 5 and user_id ="
                         " (select id from account where username = '%s')",
                         admin));
  empty_offices();
}

static void a_spreadsheet_s_mark_and_order_of_columns_are_taken_and_columns_that_are_left_out_stay(void) {
  const char *username = fresh_name("qi");
  imported(roster_of(line(EAST, "虚构齐", username, "officer,0476-5550199,,,,yes"), "", ""), NULL, NULL, NULL);
  const char *before = state_of(username);
  const char *said = imported(
      arena_printf(client_memory(), "\xEF\xBB\xBFusername,role,\"name\",office\r\n%s,officer,虚构齐," EAST "\r\n", username),
      NULL, NULL, NULL);
  CU_ASSERT_TRUE(says(said, "1 lines, 0 faults, 1 persons: 0 join, 0 move, 0 change otherwise; 0 leave"));
  CU_ASSERT_STRING_EQUAL(state_of(username), before);
  said = imported(arena_printf(client_memory(),
                               "username,role,name,office\r\n%s,officer,虚构齐," EAST "\r\n,,,\r\n, ,　,\r\n,,\r\n", username),
                  NULL, NULL, NULL);
  CU_ASSERT_TRUE(says(said, "0 faults, 1 persons: 0 join, 0 move, 0 change otherwise; 0 leave")); // rows that are left empty
  CU_ASSERT_TRUE(
      says(imported("office,name,username,role,too\n", NULL, NULL, NULL), "line 1: there is no use for a column \"too\""));
  CU_ASSERT_TRUE(says(imported("office,name,role\n", NULL, NULL, NULL), "line 1: no column \"username\""));
  CU_ASSERT_TRUE(says(imported("office,name,role,username,name\n", NULL, NULL, NULL), "line 1: here twice is the column"));
  empty_offices();
}

static void an_office_is_named_by_its_region_too_and_not_where_its_name_is_not_its_own(void) {
  const char *username = fresh_name("ren");
  imported(roster_of(line("150423100000", "虚构任", username, "officer,,,,,"), "", ""), NULL, NULL, NULL);
  CU_ASSERT_EQUAL(sql_number("select count(*) from account a join office o on o.id = a.office_id"
                             " join role_grant g on g.user_id = a.id"
                             " where a.username = '%s' and o.region_code = 150423100000 and g.region_code = o.region_code",
                             username),
                  1);
  CU_ASSERT_TRUE(sql_run("insert into office (id, name, kind, region_code, opened_on) values"
                         " (gen_random_uuid(), '" EAST "', 4, 150422000000, '2020-01-01')"));
  CU_ASSERT_TRUE(says(imported(roster_of(line(EAST, "虚构任", username, "officer,,,,,"), "", ""), NULL, NULL, NULL),
                      "line 2: office: 2 open offices are called \"" EAST "\": write the code of its region"));
  CU_ASSERT_TRUE(sql_run("delete from office where name = '" EAST "' and region_code = 150422000000"));
  empty_offices();
}

static void each_row_is_told_to_the_audit_with_the_system_user_s_name(void) {
  const char *username = fresh_name("sun");
  imported(roster_of(line(EAST, "虚构孙", username, "officer,,,,,"), "", ""), NULL, NULL, NULL);
  const char *id = sql_text("select id::text from account where username = '%s'", username);
  CU_ASSERT_EQUAL(sql_number("select count(*) from audit a where a.record = '%s' and a.action = 'created'"
                             " and a.method = 'users import' and a.actor like '%% (command line)'",
                             id),
                  1);
  CU_ASSERT_EQUAL(sql_number("select count(*) from audit a join role_grant g on g.id::text = a.record"
                             " where g.user_id = '%s' and a.action = 'created' and a.actor like '%% (command line)'",
                             id),
                  1);
  empty_offices();
}

static void two_thousand_accounts_take_seconds(void) {
  struct buffer text = {.arena = client_memory()};
  buffer_string(&text, HEADING);
  for (int i = 0; i < MANY; i++)
    buffer_printf(&text, "%s,虚构众%d,many.%04d,officer,0476 %07d,,2026-03-01,,\n", i % 2 ? EAST : WEST, i, i, i);
  const char *roster = buffer_text(&text);
  struct timespec begin, end;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  CU_ASSERT_TRUE(says(imported(roster, NULL, NULL, NULL), "2000 lines, 0 faults, 2000 persons: 2000 join"));
  CU_ASSERT_TRUE(says(imported(roster, NULL, NULL, NULL), "2000 persons: 0 join, 0 move, 0 change otherwise; 0 leave"));
  clock_gettime(CLOCK_MONOTONIC, &end);
  CU_ASSERT_TRUE(end.tv_sec - begin.tv_sec < MANY_SECONDS);
  static const char *const tables[] = {"role_grant", "office_member"};
  for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
    CU_ASSERT_TRUE(
        sql_run("delete from %s where user_id in (select id from account where username like 'many.%%')", tables[i]));
  // Nobody names them, and to look that up in every table for each of them would take a minute.
  CU_ASSERT_TRUE(sql_run("set session_replication_role = replica; delete from account where username like 'many.%%';"
                         "set session_replication_role = origin"));
  empty_offices();
}

SUITE_WITH(rosters, open_offices, client_forget, 120, TEST(a_dry_run_tells_what_an_import_does_and_does_nothing),
           TEST(who_joins_has_no_password_enrols_by_a_code_and_has_his_role), TEST(importing_again_changes_only_what_changed),
           TEST(a_role_that_is_prolonged_is_given_anew_and_one_to_come_ends_as_it_begins),
           TEST(every_bad_line_is_named_with_its_column_and_nothing_is_done),
           TEST(a_dry_run_with_bad_lines_tells_what_is_good_too),
           TEST(bad_lines_are_skipped_where_told_so_with_all_that_is_the_same_person_s),
           TEST(who_is_in_no_line_any_more_leaves_where_told_so_and_never_while_a_line_is_bad),
           TEST(what_a_leaver_s_phone_still_has_is_held_for_14_days_and_nothing_else_is_his),
           TEST(who_answers_for_open_leads_or_cases_stays_until_they_are_handed_over_and_the_others_leave),
           TEST(admins_and_auditors_neither_leave_nor_lose_by_a_roster),
           TEST(a_spreadsheet_s_mark_and_order_of_columns_are_taken_and_columns_that_are_left_out_stay),
           TEST(an_office_is_named_by_its_region_too_and_not_where_its_name_is_not_its_own),
           TEST(each_row_is_told_to_the_audit_with_the_system_user_s_name), TEST(two_thousand_accounts_take_seconds));
