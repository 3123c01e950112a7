// People: accounts, what they may do where, and where they are signed in.

#include "suite.h"
#include "support/approving.h"
#include "support/client_wire.h"
#include "support/world.h"
#include <stdio.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

#define BALIN_TOWNSHIP "150422100000"

enum { PEOPLE_LIMIT_S = 120 };

static const char *const password = "a password for tests";

struct person {
  const char *id, *username, *etag;
};

static struct answer by(enum transport t, const char *user, const char *method, const char *request) {
  return ask(world()->client, t, token_of(user), method, "%s", request);
}

static const char *office_of(const char *region) {
  return sql_text("select id from office where region_code = %s", region);
}

// Somebody new; `more` are further members of his account (",\"phone\":…" or "").
static struct person new_person(enum transport t, const char *more) {
  struct person person = {.username = arena_printf(client_memory(), "p%.13s", fresh_id())};
  struct answer made = make_account(t, person.username, more);
  person.id = text_at(made.body, "id");
  person.etag = text_at(made.body, "etag");
  return person;
}

static const char *in_office(const char *region, bool leader) {
  return arena_printf(client_memory(), ",\"officeId\":\"%s\",\"leader\":%s", office_of(region), leader ? "true" : "false");
}

// Signs him in: with his first password.
static const char *signed_in(enum transport t, const struct person *person) {
  struct answer answer = set_password(t, person->username, password);
  CU_ASSERT_EQUAL(answer.code, CODE_OK);
  return text_at(answer.body, "accessToken");
}

static struct answer update(enum transport t, const struct person *person, const char *fields, const char *mask) {
  return ask(world()->client, t, token_of("admin"), "PeopleService/UpdateUser",
             "{\"user\":{\"id\":\"%s\",\"etag\":\"%s\"%s},\"updateMask\":\"%s\"}", person->id, person->etag, fields, mask);
}

static struct answer get(enum transport t, const char *token, const char *id) {
  return ask(world()->client, t, token, "PeopleService/GetUser", "{\"id\":\"%s\"}", id);
}

static bool is_alive(const char *token) {
  return ask(world()->client, REST, token, "AuthService/WhoAmI", "{}").code == CODE_OK;
}

// --- Accounts --------------------------------------------------------------------------------------------------------

static void an_account_comes_back_as_it_was_made(void) {
  BOTH(t) {
    const char *more = arena_printf(client_memory(), ",\"phone\":\"139 0000 1111\"%s", in_office(LINXI, true));
    struct person person = new_person(t, more);
    struct answer answer = get(t == REST ? GRPC : REST, token_of("admin"), person.id);
    CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "username"), person.username);
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "name"), "测试某");
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "phone"), "139 0000 1111");
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "officeId"), office_of(LINXI));
    CU_ASSERT_TRUE(json_is_true(json_at(answer.body, "leader")));
    CU_ASSERT_FALSE(json_is_true(json_at(answer.body, "disabled")));
    CU_ASSERT_FALSE(*text_at(answer.body, "password"));
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "etag"), person.etag);
    CU_ASSERT_TRUE(*text_at(answer.body, "createdAt") != 0);
    CU_ASSERT_EQUAL(sql_number("select count(*) from office_member where user_id = '%s' and left_on is null", person.id), 1);
  }
}

static void a_username_is_given_once_and_never_changes(void) {
  BOTH(t) {
    struct person person = new_person(t, "");
    struct answer again = ask(world()->client, t, token_of("admin"), "PeopleService/CreateUser",
                              "{\"user\":{\"username\":\"%s\",\"name\":\"另一人\"}}", person.username);
    CU_ASSERT_EQUAL(again.code, CODE_ALREADY_EXISTS);
    struct answer renamed = update(t, &person, ",\"username\":\"renamed.one\"", "username");
    CU_ASSERT_EQUAL(renamed.code, CODE_INVALID_ARGUMENT);
    CU_ASSERT_TRUE(names_field(&renamed, "user.username", "IMMUTABLE"));
  }
}

static void an_account_with_bad_fields_is_refused_with_each_of_them(void) {
  BOTH(t) {
    struct answer answer = by(t, "admin", "PeopleService/CreateUser",
                              "{\"user\":{\"username\":\"Bad Name\",\"phone\":\"no number\",\"officeId\":\"x\"}}");
    CU_ASSERT_EQUAL(answer.code, CODE_INVALID_ARGUMENT);
    CU_ASSERT_TRUE(names_field(&answer, "user.username", NULL));
    CU_ASSERT_TRUE(names_field(&answer, "user.name", "REQUIRED"));
    CU_ASSERT_TRUE(names_field(&answer, "user.phone", NULL));
    CU_ASSERT_TRUE(names_field(&answer, "user.office_id", NULL));
    struct answer garbled = ask(world()->client, t, token_of("admin"), "PeopleService/CreateUser",
                                "{\"user\":{\"username\":\"n%.13s\",\"name\":\"测\\n试\"}}", fresh_id());
    CU_ASSERT_TRUE(names_field(&garbled, "user.name", "BAD_PATTERN"));
    struct answer nowhere =
        ask(world()->client, t, token_of("admin"), "PeopleService/CreateUser",
            "{\"user\":{\"username\":\"n%.13s\",\"name\":\"测试\",\"officeId\":\"%s\"}}", fresh_id(), fresh_id());
    CU_ASSERT_EQUAL(nowhere.code, CODE_INVALID_ARGUMENT);
    CU_ASSERT_TRUE(names_field(&nowhere, "user.office_id", "NO_SUCH_OFFICE"));
    const char *closed = fresh_id();
    CU_ASSERT_TRUE(
        sql_run("insert into office (id, name, kind, region_code, opened_on, closed_on) values ('%s', '测试', 4, %s, "
                "'2020-01-01', '2024-01-01')",
                closed, LINXI));
    struct answer late = ask(world()->client, t, token_of("admin"), "PeopleService/CreateUser",
                             "{\"user\":{\"username\":\"n%.13s\",\"name\":\"测试\",\"officeId\":\"%s\"}}", fresh_id(), closed);
    CU_ASSERT_TRUE(names_field(&late, "user.office_id", "NO_SUCH_OFFICE"));
    struct person person = new_person(t, in_office(LINXI, false));
    late = update(t, &person, arena_printf(client_memory(), ",\"officeId\":\"%s\"", closed), "officeId");
    CU_ASSERT_TRUE(names_field(&late, "user.office_id", "NO_SUCH_OFFICE"));
    CU_ASSERT_TRUE(sql_run("delete from office where id = '%s'", closed));
  }
}

static void a_request_to_make_an_account_is_done_once(void) {
  BOTH(t) {
    const char *request = fresh_id(), *username = arena_printf(client_memory(), "o%.13s", fresh_id());
    const char *make = "{\"user\":{\"username\":\"%s\",\"name\":\"%s\"},\"requestId\":\"%s\"}";
    const char *token = token_of("admin");
    struct answer one = ask(world()->client, t, token, "PeopleService/CreateUser", make, username, "测试", request);
    struct answer again =
        ask(world()->client, t == REST ? GRPC : REST, token, "PeopleService/CreateUser", make, username, "测试", request);
    CU_ASSERT_EQUAL(one.code, CODE_OK);
    CU_ASSERT_EQUAL(again.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(one.body, "id"), text_at(again.body, "id"));
    struct answer other = ask(world()->client, t, token, "PeopleService/CreateUser", make, username, "别的", request);
    CU_ASSERT_EQUAL(other.code, CODE_ALREADY_EXISTS);
    CU_ASSERT_STRING_EQUAL(other.reason, "REQUEST_ID_TAKEN");
  }
}

static void only_what_the_mask_names_changes(void) {
  BOTH(t) {
    struct person person = new_person(t, ",\"phone\":\"123\"");
    struct answer answer = update(t, &person, ",\"name\":\"测试改\",\"phone\":\"456\"", "name");
    CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "name"), "测试改");
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "phone"), "123");
    CU_ASSERT_STRING_NOT_EQUAL(text_at(answer.body, "etag"), person.etag);
    struct answer stale = update(t, &person, ",\"name\":\"测试再改\"", "name");
    CU_ASSERT_EQUAL(stale.code, CODE_ABORTED);
    CU_ASSERT_STRING_EQUAL(stale.reason, "STALE_ETAG");
    person.etag = text_at(answer.body, "etag");
    struct answer cleared = update(t, &person, "", "phone");
    CU_ASSERT_EQUAL(cleared.code, CODE_OK);
    CU_ASSERT_FALSE(*text_at(cleared.body, "phone"));
    person.etag = text_at(cleared.body, "etag");
    CU_ASSERT_EQUAL(update(t, &person, "", "name").code, CODE_INVALID_ARGUMENT);
    CU_ASSERT_EQUAL(update(t, &person, "", "createdAt").code, CODE_INVALID_ARGUMENT);
  }
}

static void a_move_to_another_office_is_remembered(void) {
  struct person person = new_person(REST, in_office(LINXI, false));
  const char *moved = arena_printf(client_memory(), ",\"officeId\":\"%s\"", office_of(BALIN));
  CU_ASSERT_EQUAL(update(GRPC, &person, moved, "officeId").code, CODE_OK);
  CU_ASSERT_EQUAL(sql_number("select count(*) from office_member where user_id = '%s'", person.id), 2);
  CU_ASSERT_STRING_EQUAL(sql_text("select office_id from office_member where user_id = '%s' and left_on is null", person.id),
                         office_of(BALIN));
}

static void nobody_disables_himself(void) {
  BOTH(t) {
    struct person self = {.id = id_of("admin")};
    self.etag = text_at(get(t, token_of("admin"), self.id).body, "etag");
    CU_ASSERT_EQUAL(update(t, &self, ",\"disabled\":true", "disabled").code, CODE_FAILED_PRECONDITION);
    CU_ASSERT_TRUE(is_alive(token_of("admin")));
  }
}

// The phone numbers that a caller is told of somebody: in his own answer, and in a list.
static void check_phone(enum transport t, const char *token, const struct person *person, const char *phone) {
  CU_ASSERT_STRING_EQUAL(text_at(get(t, token, person->id).body, "phone"), phone);
  struct answer list = ask(world()->client, t, token, "PeopleService/ListUsers", "{\"query\":\"%s\"}", person->username);
  CU_ASSERT_EQUAL(count_at(list.body, "users"), 1);
  CU_ASSERT_STRING_EQUAL(text_at(list.body, "users.0.phone"), phone);
}

static void a_phone_number_is_told_to_himself_his_office_and_admins_alone(void) {
  static const struct {
    const char *user;
    bool is_told;
  } others[] = {
      {"officer.linxi", true}, // of the same office
      {"supervisor.linxi", true},    {"admin", true},    {"officer.balin", false},
      {"supervisor.chifeng", false}, // of the region, and of another office
      {"analyst.chifeng", false},    {"auditor", false}, {"nobody", false},
  };
  struct person person = new_person(REST, arena_printf(client_memory(), ",\"phone\":\"123\"%s", in_office(LINXI, false)));
  BOTH(t) {
    const char *own = signed_in(t, &person);
    check_phone(t, own, &person, "123");
    CU_ASSERT_STRING_EQUAL(text_at(ask(world()->client, t, own, "AuthService/WhoAmI", "{}").body, "user.phone"), "123");
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
      check_phone(t, token_of(others[i].user), &person, others[i].is_told ? "123" : "");
  }
}

static void a_user_without_an_office_is_no_colleague_of_another_without_one(void) {
  struct person person = new_person(REST, ",\"phone\":\"123\""), other = new_person(REST, "");
  BOTH(t) {
    check_phone(t, signed_in(t, &other), &person, "");
    check_phone(t, token_of("admin"), &person, "123");
  }
}

static void users_are_listed_page_by_page_in_the_order_of_their_names(void) {
  const char *mark = arena_printf(client_memory(), "测%.6s", fresh_id());
  for (unsigned i = 0; i < 5; i++) {
    struct person person = new_person(REST, "");
    CU_ASSERT_TRUE(sql_run("update account set name = '%s' where id = '%s'", mark, person.id));
  }
  BOTH(t) {
    char last[64] = "";
    const char *page = "";
    unsigned seen = 0, pages = 0;
    do {
      struct answer answer = ask(world()->client, t, token_of("nobody"), "PeopleService/ListUsers",
                                 "{\"query\":\"%s\",\"pageSize\":2,\"pageToken\":\"%s\",\"total\":true}", mark, page);
      CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
      CU_ASSERT_EQUAL(number_at(answer.body, "totalSize"), 5);
      for (size_t i = 0; i < count_at(answer.body, "users"); i++, seen++) {
        const char *username = text_at(json_array_get(json_at(answer.body, "users"), i), "username");
        CU_ASSERT_TRUE(strcmp(last, username) < 0);
        snprintf(last, sizeof last, "%s", username);
      }
      page = text_at(answer.body, "nextPageToken");
      pages++;
    } while (*page && pages < 10);
    CU_ASSERT_EQUAL(seen, 5);
    CU_ASSERT_EQUAL(pages, 3);
  }
}

static void users_are_found_by_their_office(void) {
  struct person person = new_person(REST, in_office(BALIN_TOWNSHIP, false));
  BOTH(t) {
    struct answer answer = ask(world()->client, t, token_of("nobody"), "PeopleService/ListUsers",
                               "{\"officeId\":\"%s\",\"pageSize\":500}", office_of(BALIN_TOWNSHIP));
    bool found = false;
    for (size_t i = 0; i < count_at(answer.body, "users"); i++) {
      json_t *user = json_array_get(json_at(answer.body, "users"), i);
      CU_ASSERT_STRING_EQUAL(text_at(user, "officeId"), office_of(BALIN_TOWNSHIP));
      found |= !strcmp(text_at(user, "id"), person.id);
    }
    CU_ASSERT_TRUE(found);
  }
}

static void who_has_no_password_yet_cannot_sign_in(void) {
  struct person person = new_person(REST, "");
  BOTH(t) {
    struct answer refused =
        ask(world()->client, t, NULL, "AuthService/Login",
            "{\"username\":\"%s\",\"password\":\"%s\",\"device\":{\"id\":\"%s\"}}", person.username, password, fresh_id());
    CU_ASSERT_EQUAL(refused.code, CODE_UNAUTHENTICATED);
  }
}

// --- Grants ----------------------------------------------------------------------------------------------------------

static struct answer end_grant(enum transport t, const char *user, const char *of, const char *id, const char *more) {
  return ask(world()->client, t, token_of(user), "PeopleService/EndGrant", "{\"userId\":\"%s\",\"id\":\"%s\"%s}", of, id, more);
}

static const char *dated(const char *member, long seconds) {
  return arena_printf(client_memory(), ",\"%s\":\"%s\"", member, time_from_now(seconds));
}

static void a_grant_comes_back_as_it_was_given(void) {
  BOTH(t) {
    struct person person = new_person(t, "");
    const char *ends = time_from_now(86400);
    const char *made =
        grant_role(t, person.id, "ROLE_OFFICER", LINXI, arena_printf(client_memory(), ",\"endsAt\":\"%s\"", ends));
    grant_role(t, person.id, "ROLE_ANALYST", CITY, "");
    const char *list = arena_printf(client_memory(), "{\"userId\":\"%s\"}", person.id);
    struct answer answers[] = {by(t, "admin", "PeopleService/ListGrants", list),
                               by(t, "auditor", "PeopleService/ListGrants", list),
                               ask(world()->client, t, signed_in(t, &person), "PeopleService/ListGrants", "%s", list)};
    for (unsigned i = 0; i < 3; i++) {
      CU_ASSERT_EQUAL(count_at(answers[i].body, "grants"), 2);
      CU_ASSERT_STRING_EQUAL(text_at(answers[i].body, "grants.0.role"), "ROLE_ANALYST"); // the newest first
      json_t *first = json_at(answers[i].body, "grants.1");
      CU_ASSERT_STRING_EQUAL(text_at(first, "id"), made);
      CU_ASSERT_STRING_EQUAL(text_at(first, "grantedBy"), id_of("admin"));
      CU_ASSERT_STRING_EQUAL(text_at(first, "approvedBy"), id_of("admin.second"));
      CU_ASSERT_STRING_EQUAL(text_at(first, "regionCode"), LINXI);
      CU_ASSERT_TRUE(strncmp(text_at(first, "endsAt"), ends, strlen("2026-01-01T00:00")) == 0);
      CU_ASSERT_TRUE(*text_at(first, "startsAt") != 0);
    }
  }
}

static void an_admin_cannot_prolong_what_he_was_granted(void) {
  BOTH(t) {
    struct person self = new_person(t, "");
    grant_role(t, self.id, "ROLE_ADMIN", CITY, "");
    const char *token = signed_in(t, &self);
    const char *id = grant_role(t, self.id, "ROLE_SUPERVISOR", BALIN, dated("endsAt", 3600)), *longer = dated("endsAt", 86400);
    const char *end = "{\"userId\":\"%s\",\"id\":\"%s\"%s}";
    CU_ASSERT_EQUAL(ask(world()->client, t, token, "PeopleService/EndGrant", end, self.id, id, longer).code,
                    CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(end_grant(t, "admin", self.id, id, longer).code, CODE_INVALID_ARGUMENT); // nobody's grant gets longer
    CU_ASSERT_EQUAL(ask(world()->client, t, token, "PeopleService/EndGrant", end, self.id, id, "").code, CODE_OK);
  }
}

static void a_grant_ends_now_or_at_a_time_to_come(void) {
  BOTH(t) {
    struct person person = new_person(t, "");
    const char *id = grant_role(t, person.id, "ROLE_OFFICER", LINXI, dated("startsAt", -60));
    CU_ASSERT_EQUAL(end_grant(t, "admin", person.id, id, dated("endsAt", -30)).code, CODE_INVALID_ARGUMENT);
    CU_ASSERT_EQUAL(end_grant(t, "admin", person.id, id, dated("endsAt", 3600)).code, CODE_OK);
    CU_ASSERT_EQUAL(ask(world()->client, t, signed_in(t, &person), "VisitService/ListVisits", "{}").code, CODE_OK);
    CU_ASSERT_EQUAL(end_grant(t, "admin", person.id, id, "").code, CODE_OK);
    CU_ASSERT_EQUAL(ask(world()->client, t, signed_in(t, &person), "VisitService/ListVisits", "{}").code,
                    CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(end_grant(t, "admin", person.id, id, "").code, CODE_FAILED_PRECONDITION);
    CU_ASSERT_EQUAL(end_grant(t, "admin", id_of("nobody"), id, "").code, CODE_NOT_FOUND);
  }
}

static void a_grant_that_means_nothing_is_refused(void) {
  BOTH(t) {
    struct person person = new_person(t, "");
    struct answer nowhere = ask_for_grant(t, person.id, "ROLE_OFFICER", "999999999999", "");
    CU_ASSERT_TRUE(names_field(&nowhere, "grant.region_code", "NO_SUCH_REGION"));
    struct answer no_role = ask_for_grant(t, person.id, "ROLE_UNSPECIFIED", LINXI, "");
    CU_ASSERT_TRUE(names_field(&no_role, "grant.role", NULL));
    struct answer backwards = ask_for_grant(t, person.id, "ROLE_OFFICER", LINXI,
                                            arena_printf(client_memory(), "%s%s", dated("startsAt", 100), dated("endsAt", 50)));
    CU_ASSERT_TRUE(names_field(&backwards, "grant.ends_at", "OUT_OF_RANGE"));
    CU_ASSERT_EQUAL(ask_for_grant(t, fresh_id(), "ROLE_OFFICER", LINXI, "").code, CODE_NOT_FOUND);
  }
}

// --- Sessions --------------------------------------------------------------------------------------------------------

static struct answer sessions_of(enum transport t, const char *token, const struct person *person) {
  return ask(world()->client, t, token, "PeopleService/ListUserSessions", "{\"userId\":\"%s\"}", person->id);
}

static struct answer end_session(enum transport t, const char *token, const struct person *person, const char *id) {
  return ask(world()->client, t, token, "PeopleService/RevokeUserSession", "{\"userId\":\"%s\",\"id\":\"%s\"}", person->id, id);
}

static void a_leader_signs_out_a_lost_phone_of_his_office(void) {
  BOTH(t) {
    struct person leader = new_person(t, in_office(BALIN_TOWNSHIP, true)),
                  member = new_person(t, in_office(BALIN_TOWNSHIP, false));
    const char *his = signed_in(t, &leader), *lost = signed_in(t, &member);
    struct answer list = sessions_of(t, his, &member);
    CU_ASSERT_EQUAL(list.code, CODE_OK);
    CU_ASSERT_EQUAL(count_at(list.body, "sessions"), 1);
    CU_ASSERT_STRING_EQUAL(text_at(list.body, "sessions.0.deviceName"), "测试机");
    CU_ASSERT_FALSE(json_is_true(json_at(list.body, "sessions.0.current")));
    CU_ASSERT_EQUAL(end_session(t, his, &member, text_at(list.body, "sessions.0.id")).code, CODE_OK);
    CU_ASSERT_FALSE(is_alive(lost));
    CU_ASSERT_EQUAL(count_at(sessions_of(t, his, &member).body, "sessions"), 0);
    CU_ASSERT_EQUAL(end_session(t, his, &member, text_at(list.body, "sessions.0.id")).code, CODE_NOT_FOUND);
  }
}

static void a_leader_learns_nothing_of_other_offices_sessions(void) {
  BOTH(t) {
    struct person leader = new_person(t, in_office(BALIN_TOWNSHIP, true)), other = new_person(t, in_office(BALIN, false));
    const char *his = signed_in(t, &leader), *token = signed_in(t, &other);
    const char *session = text_at(ask(world()->client, t, token, "AuthService/WhoAmI", "{}").body, "session.id");
    CU_ASSERT_EQUAL(sessions_of(t, his, &other).code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(end_session(t, his, &other, session).code, CODE_NOT_FOUND);
    CU_ASSERT_TRUE(is_alive(token));
  }
}

static void who_leads_no_more_signs_nobody_out(void) {
  BOTH(t) {
    struct person leader = new_person(t, in_office(BALIN_TOWNSHIP, true)),
                  member = new_person(t, in_office(BALIN_TOWNSHIP, false));
    const char *his = signed_in(t, &leader);
    signed_in(t, &member);
    CU_ASSERT_EQUAL(sessions_of(t, his, &member).code, CODE_OK);
    CU_ASSERT_EQUAL(update(t, &leader, ",\"leader\":false", "leader").code, CODE_OK);
    CU_ASSERT_EQUAL(sessions_of(t, his, &member).code, CODE_NOT_FOUND);
  }
}

static void ones_own_sessions_say_which_is_this_one(void) {
  BOTH(t) {
    struct person person = new_person(t, "");
    const char *first = signed_in(t, &person), *second = signed_in(t, &person);
    struct answer list = sessions_of(t, second, &person);
    CU_ASSERT_EQUAL(count_at(list.body, "sessions"), 2);
    CU_ASSERT_TRUE(json_is_true(json_at(list.body, "sessions.0.current"))); // the newest first
    CU_ASSERT_FALSE(json_is_true(json_at(list.body, "sessions.1.current")));
    CU_ASSERT_TRUE(sql_run("update session set access_expires_at = now(), expires_at = now() where id = '%s'",
                           text_at(list.body, "sessions.1.id")));
    CU_ASSERT_FALSE(is_alive(first));
    CU_ASSERT_EQUAL(count_at(sessions_of(t, second, &person).body, "sessions"), 1); // one whose time is up is none
  }
}

SUITE_WITH(people, world_open, NULL, PEOPLE_LIMIT_S, TEST(an_account_comes_back_as_it_was_made),
           TEST(a_username_is_given_once_and_never_changes), TEST(an_account_with_bad_fields_is_refused_with_each_of_them),
           TEST(a_request_to_make_an_account_is_done_once), TEST(only_what_the_mask_names_changes),
           TEST(a_move_to_another_office_is_remembered), TEST(nobody_disables_himself),
           TEST(a_phone_number_is_told_to_himself_his_office_and_admins_alone),
           TEST(a_user_without_an_office_is_no_colleague_of_another_without_one),
           TEST(users_are_listed_page_by_page_in_the_order_of_their_names), TEST(users_are_found_by_their_office),
           TEST(who_has_no_password_yet_cannot_sign_in), TEST(a_grant_comes_back_as_it_was_given),
           TEST(an_admin_cannot_prolong_what_he_was_granted), TEST(a_grant_ends_now_or_at_a_time_to_come),
           TEST(a_grant_that_means_nothing_is_refused), TEST(a_leader_signs_out_a_lost_phone_of_his_office),
           TEST(a_leader_learns_nothing_of_other_offices_sessions), TEST(who_leads_no_more_signs_nobody_out),
           TEST(ones_own_sessions_say_which_is_this_one));
