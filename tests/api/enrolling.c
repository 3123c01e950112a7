// One-time codes: made by one, confirmed by another, used once by whom they are for.

#include "suite.h"
#include "support/approving.h"
#include "support/client_wire.h"
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

static const char *const old_word = "the word before it", *const new_word = "the word after it";

struct person {
  const char *id, *username;
};

// A member of the county's office, with his old password.
static struct person member(enum transport t) {
  const char *office = sql_text("select office_id from account where username = 'supervisor.linxi'");
  struct person person = {.username = arena_printf(client_memory(), "e%.13s", fresh_id())};
  person.id =
      text_at(make_account(t, person.username, arena_printf(client_memory(), ",\"officeId\":\"%s\"", office)).body, "id");
  CU_ASSERT_EQUAL_FATAL(set_password(t, person.username, old_word).code, CODE_OK);
  return person;
}

static struct answer login(enum transport t, const struct person *person, const char *word) {
  return ask(world()->client, t, NULL, "AuthService/Login",
             "{\"username\":\"%s\",\"password\":\"%s\",\"device\":{\"id\":\"%s\"}}", person->username, word, fresh_id());
}

static struct answer enrol_user(enum transport t, const char *user, const struct person *person, const char *request) {
  return ask(world()->client, t, token_of(user), "PeopleService/EnrolUser",
             "{\"id\":\"%s\",\"lostPassword\":true,\"reason\":\"忘记密码\",\"requestId\":\"%s\"}", person->id, request);
}

static struct answer enrol(enum transport t, const struct person *person, const char *code) {
  return ask(world()->client, t, NULL, "AuthService/Enrol",
             "{\"username\":\"%s\",\"code\":\"%s\",\"newPassword\":\"%s\",\"device\":{\"id\":\"%s\"}}", person->username, code,
             new_word, fresh_id());
}

// supervisor.linxi leads his office, until the next call with false.
static void lead(bool leads) {
  CU_ASSERT_TRUE(sql_run("update account set leader = %s where username = 'supervisor.linxi'", leads ? "true" : "false"));
}

static void a_code_is_good_for_nothing_until_the_leader_confirmed_it(void) {
  lead(true);
  BOTH(t) {
    struct person person = member(t);
    struct answer before = login(t, &person, old_word);
    CU_ASSERT_EQUAL_FATAL(before.code, CODE_OK);
    struct answer asked = enrol_user(t, "admin", &person, fresh_id());
    CU_ASSERT_EQUAL_FATAL(asked.code, CODE_OK);
    const char *code = text_at(asked.body, "code"), *approval = text_at(asked.body, "approvalId");
    CU_ASSERT_EQUAL(enrol(t, &person, code).code, CODE_UNAUTHENTICATED);
    CU_ASSERT_EQUAL(approve(t, "admin", approval).code, CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(approve(t, "admin.second", approval).code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(approve(t, "supervisor.linxi", approval).code, CODE_OK);
    struct answer who = ask(world()->client, t, text_at(before.body, "accessToken"), "AuthService/WhoAmI", "{}");
    CU_ASSERT_EQUAL(who.code, CODE_OK); // nothing ends before the code is used
    struct answer done = enrol(t, &person, code);
    CU_ASSERT_EQUAL_FATAL(done.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(done.body, "user.id"), person.id);
    who = ask(world()->client, t, text_at(before.body, "accessToken"), "AuthService/WhoAmI", "{}");
    CU_ASSERT_EQUAL(who.code, CODE_UNAUTHENTICATED);
    who = ask(world()->client, t, text_at(done.body, "accessToken"), "AuthService/WhoAmI", "{}");
    CU_ASSERT_EQUAL(who.code, CODE_OK);
    CU_ASSERT_EQUAL(login(t, &person, old_word).code, CODE_UNAUTHENTICATED);
    CU_ASSERT_EQUAL(login(t, &person, new_word).code, CODE_OK);
    CU_ASSERT_EQUAL(enrol(t, &person, code).code, CODE_UNAUTHENTICATED);
  }
  lead(false);
}

static void a_code_is_its_user_s_alone_and_lives_for_a_week(void) {
  lead(true);
  BOTH(t) {
    struct person person = member(t), other = member(t);
    struct answer asked = enrol_user(t, "admin", &person, fresh_id());
    CU_ASSERT_EQUAL_FATAL(asked.code, CODE_OK);
    const char *approval = text_at(asked.body, "approvalId");
    CU_ASSERT_EQUAL_FATAL(approve(t, "supervisor.linxi", approval).code, CODE_OK);
    CU_ASSERT_EQUAL(enrol(t, &other, text_at(asked.body, "code")).code, CODE_UNAUTHENTICATED);
    CU_ASSERT_EQUAL(
        sql_number("select count(*) from enrolment where approval_id = '%s' and expires_at between now() + interval "
                   "'6 days 23 hours' and now() + interval '7 days'",
                   approval),
        1);
    CU_ASSERT_TRUE(sql_run("update enrolment set expires_at = now() where approval_id = '%s'", approval));
    CU_ASSERT_EQUAL(enrol(t, &person, text_at(asked.body, "code")).code, CODE_UNAUTHENTICATED);
    CU_ASSERT_EQUAL(login(t, &person, old_word).code, CODE_OK);
  }
  lead(false);
}

static void a_retry_tells_the_approval_and_no_code(void) {
  BOTH(t) {
    struct person person = member(t);
    const char *request = fresh_id();
    struct answer first = enrol_user(t, "admin", &person, request), again = enrol_user(t, "admin", &person, request);
    CU_ASSERT_EQUAL_FATAL(first.code, CODE_OK);
    CU_ASSERT_EQUAL_FATAL(again.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(first.body, "approvalId"), text_at(again.body, "approvalId"));
    CU_ASSERT_EQUAL(strlen(text_at(first.body, "code")), 43);
    CU_ASSERT_FALSE(*text_at(again.body, "code"));
  }
}

static void a_leader_asks_for_his_office_and_another_confirms(void) {
  lead(true);
  BOTH(t) {
    struct person person = member(t);
    CU_ASSERT_EQUAL(enrol_user(t, "officer.linxi", &person, fresh_id()).code, CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(enrol_user(t, "supervisor.chifeng", &person, fresh_id()).code, CODE_PERMISSION_DENIED);
    struct answer asked = enrol_user(t, "supervisor.linxi", &person, fresh_id());
    CU_ASSERT_EQUAL_FATAL(asked.code, CODE_OK);
    const char *approval = text_at(asked.body, "approvalId");
    CU_ASSERT_EQUAL(approve(t, "supervisor.linxi", approval).code, CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(approve(t, "admin", approval).code, CODE_OK); // no office above has a leader
    CU_ASSERT_EQUAL(enrol(t, &person, text_at(asked.body, "code")).code, CODE_OK);
  }
  lead(false);
}

static bool has_password(const char *username) {
  return sql_number("select count(*) from account_password where user_id = (select id from account where username = '%s')",
                    username);
}

static void no_admin_puts_in_a_password(void) {
  BOTH(t) {
    const char *username = arena_printf(client_memory(), "e%.13s", fresh_id()), *admin = token_of("admin");
    struct answer made = ask(world()->client, t, admin, "PeopleService/CreateUser",
                             "{\"user\":{\"username\":\"%s\",\"name\":\"测试\",\"password\":\"%s\"}}", username, old_word);
    CU_ASSERT_EQUAL(made.code, CODE_INVALID_ARGUMENT);
    CU_ASSERT_TRUE(names_field(&made, "user.password", "BY_CODE"));
    CU_ASSERT_EQUAL(sql_number("select count(*) from account where username = '%s'", username), 0);

    struct answer user = make_account(t, username, "");
    struct answer changed = ask(world()->client, t, admin, "PeopleService/UpdateUser",
                                "{\"user\":{\"id\":\"%s\",\"etag\":\"%s\",\"password\":\"%s\"},\"updateMask\":\"password\"}",
                                text_at(user.body, "id"), text_at(user.body, "etag"), old_word);
    CU_ASSERT_EQUAL(changed.code, CODE_INVALID_ARGUMENT);
    CU_ASSERT_TRUE(names_field(&changed, "user.password", "BY_CODE"));
    CU_ASSERT_FALSE(has_password(username));

    struct answer enrolled = set_password(t, username, new_word);
    CU_ASSERT_EQUAL_FATAL(enrolled.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(enrolled.body, "user.id"), text_at(user.body, "id"));
    CU_ASSERT_TRUE(has_password(username));
  }
}

SUITE_WITH(enrolling, world_open, client_forget, 120, TEST(no_admin_puts_in_a_password),
           TEST(a_code_is_good_for_nothing_until_the_leader_confirmed_it),
           TEST(a_code_is_its_user_s_alone_and_lives_for_a_week), TEST(a_retry_tells_the_approval_and_no_code),
           TEST(a_leader_asks_for_his_office_and_another_confirms));
