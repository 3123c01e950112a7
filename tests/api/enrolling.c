// One-time codes: made by one, confirmed by another, used once by whom they are for.

#include "suite.h"
#include "support/approving.h"
#include "support/client_wire.h"
#include "support/past.h"
#include "support/world.h"
#include <ctype.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { CODE_TEXT = 23 };

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

// A code as somebody in a hurry types it from paper.
static const char *as_typed(const char *code) {
  char *typed = arena_strdup(client_memory(), code);
  for (char *at = typed; *at; at++)
    *at = (char)(*at == '-' ? ' ' : *at == '0' ? 'o' : *at == '1' ? 'l' : tolower((unsigned char)*at));
  return typed;
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
    CU_ASSERT_EQUAL(strlen(text_at(first.body, "code")), CODE_TEXT);
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

// --- Many at once ---

struct many {
  const char *office;
  struct person of[3];
};

// An office of its own, without a leader in it or above, with three who cannot sign in yet.
static struct many office_of_three(enum transport t) {
  struct many many = {.office = put_office("150425100000", 4, "2020-01-01", "")};
  for (unsigned i = 0; i < 3; i++) {
    many.of[i].username = arena_printf(client_memory(), "e%u%.12s", i, fresh_id());
    many.of[i].id = text_at(
        make_account(t, many.of[i].username, arena_printf(client_memory(), ",\"officeId\":\"%s\"", many.office)).body, "id");
  }
  return many;
}

static struct answer enrol_users(enum transport t, const char *user, const char *whom, const char *id, const char *more) {
  return ask(world()->client, t, token_of(user), "PeopleService/EnrolUsers", "{\"%s\":\"%s\",\"reason\":\"入职\"%s}", whom, id,
             more);
}

static void an_office_is_given_its_codes_at_once_and_each_is_confirmed_as_a_single_one(void) {
  BOTH(t) {
    struct many many = office_of_three(t);
    struct answer asked = enrol_users(t, "admin", "officeId", many.office, "");
    CU_ASSERT_EQUAL_FATAL(asked.code, CODE_OK);
    CU_ASSERT_EQUAL_FATAL(count_at(asked.body, "codes"), 3);
    for (unsigned i = 0; i < 3; i++) {
      json_t *made = json_array_get(json_at(asked.body, "codes"), i); // by username
      const char *code = text_at(made, "code");
      CU_ASSERT_STRING_EQUAL(text_at(made, "username"), many.of[i].username);
      CU_ASSERT_STRING_EQUAL(text_at(made, "userId"), many.of[i].id);
      CU_ASSERT_EQUAL(strlen(code), CODE_TEXT);
      CU_ASSERT_EQUAL(enrol(t, &many.of[i], code).code, CODE_UNAUTHENTICATED);
      CU_ASSERT_EQUAL(approve(t, "admin", text_at(made, "approvalId")).code, CODE_PERMISSION_DENIED);
      CU_ASSERT_EQUAL(approve(t, "admin.second", text_at(made, "approvalId")).code, CODE_OK);
      CU_ASSERT_EQUAL(enrol(t, &many.of[(i + 1) % 3], code).code, CODE_UNAUTHENTICATED);
      CU_ASSERT_EQUAL(enrol(t, &many.of[i], as_typed(code)).code, CODE_OK);
    }
    asked = enrol_users(t, "admin", "officeId", many.office, ""); // who has a password needs no first code
    CU_ASSERT_EQUAL(asked.code, CODE_OK);
    CU_ASSERT_EQUAL(count_at(asked.body, "codes"), 0);
  }
}

static void a_retry_for_many_tells_the_approvals_and_no_codes_and_nobody_has_two_codes(void) {
  BOTH(t) {
    struct many many = office_of_three(t);
    const char *same = arena_printf(client_memory(), ",\"requestId\":\"%s\"", fresh_id());
    struct answer first = enrol_users(t, "admin", "officeId", many.office, same);
    struct answer again = enrol_users(t, "admin", "officeId", many.office, same);
    CU_ASSERT_EQUAL_FATAL(again.code, CODE_OK);
    CU_ASSERT_EQUAL_FATAL(count_at(again.body, "codes"), 3);
    for (unsigned i = 0; i < 3; i++) {
      const char *approval = arena_printf(client_memory(), "codes.%u.approvalId", i);
      CU_ASSERT_STRING_EQUAL(text_at(again.body, approval), text_at(first.body, approval));
      CU_ASSERT_FALSE(*text_at(again.body, arena_printf(client_memory(), "codes.%u.code", i)));
    }
    CU_ASSERT_EQUAL(count_at(enrol_users(t, "admin", "officeId", many.office, "").body, "codes"), 0);
    // Who is named is given one all the same; a code that was refused leaves room for another.
    struct answer one =
        ask(world()->client, t, token_of("admin"), "PeopleService/EnrolUsers", "{\"ids\":[\"%s\"]}", many.of[1].id);
    CU_ASSERT_EQUAL(count_at(one.body, "codes"), 1);
    CU_ASSERT_STRING_EQUAL(text_at(one.body, "codes.0.userId"), many.of[1].id);
    CU_ASSERT_EQUAL(ask(world()->client, t, token_of("admin.second"), "ApprovalService/Refuse",
                        "{\"id\":\"%s\",\"reason\":\"查无此人\"}", text_at(first.body, "codes.0.approvalId"))
                        .code,
                    CODE_OK);
    one = enrol_users(t, "admin", "officeId", many.office, "");
    CU_ASSERT_EQUAL(count_at(one.body, "codes"), 1);
    CU_ASSERT_STRING_EQUAL(text_at(one.body, "codes.0.userId"), many.of[0].id);
  }
}

static void a_leader_asks_for_his_own_office_alone_and_nobody_else_asks(void) {
  lead(true);
  BOTH(t) {
    struct many many = office_of_three(t);
    struct person colleague = member(t);
    CU_ASSERT_EQUAL(enrol_users(t, "supervisor.linxi", "officeId", many.office, "").code, CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(enrol_users(t, "supervisor.linxi", "regionCode", LINXI, "").code, CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(enrol_users(t, "supervisor.chifeng", "officeId", many.office, "").code, CODE_PERMISSION_DENIED);
    struct answer other = ask(world()->client, t, token_of("supervisor.linxi"), "PeopleService/EnrolUsers",
                              "{\"ids\":[\"%s\",\"%s\"]}", colleague.id, many.of[0].id);
    CU_ASSERT_TRUE(names_field(&other, "ids[1]", "NO_SUCH_USER"));
    other =
        ask(world()->client, t, token_of("supervisor.linxi"), "PeopleService/EnrolUsers", "{\"ids\":[\"%s\"]}", colleague.id);
    CU_ASSERT_EQUAL(count_at(other.body, "codes"), 1);
    CU_ASSERT_EQUAL(approve(t, "supervisor.linxi", text_at(other.body, "codes.0.approvalId")).code, CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(sql_number("select count(*) from approval where user_id = '%s'", many.of[0].id), 0);
  }
  lead(false);
}

static void whom_to_enrol_is_said_in_one_way(void) {
  BOTH(t) {
    struct many many = office_of_three(t);
    struct answer answer = ask(world()->client, t, token_of("admin"), "PeopleService/EnrolUsers", "{}");
    CU_ASSERT_TRUE(names_field(&answer, "office_id", "ONE_GROUP"));
    answer = enrol_users(t, "admin", "officeId", many.office, ",\"regionCode\":\"150425100000\"");
    CU_ASSERT_TRUE(names_field(&answer, "office_id", "ONE_GROUP"));
    answer = enrol_users(t, "admin", "officeId", fresh_id(), "");
    CU_ASSERT_TRUE(names_field(&answer, "office_id", "NO_SUCH_OFFICE"));
    answer = enrol_users(t, "admin", "regionCode", "150499000000", "");
    CU_ASSERT_TRUE(names_field(&answer, "region_code", "NO_SUCH_REGION"));
    answer = enrol_users(t, "admin", "regionCode", "150425100000", "");
    CU_ASSERT_EQUAL(answer.code, CODE_OK);
    CU_ASSERT_PTR_NOT_NULL(element_with(json_at(answer.body, "codes"), "userId", many.of[2].id));
  }
}

static void codes_are_a_list_to_print_in_the_caller_s_language(void) {
  struct many many = office_of_three(GRPC);
  struct answer list = enrol_users(GRPC, "admin", "officeId", many.office, ",\"format\":\"csv\"");
  CU_ASSERT_EQUAL_FATAL(list.code, CODE_OK);
  const char *text = text_at(list.body, "document.text");
  CU_ASSERT_PTR_NOT_NULL(strstr(text, "机构,姓名,用户名,验证码,有效期至\r\n"));
  for (unsigned i = 0; i < 3; i++)
    CU_ASSERT_PTR_NOT_NULL(strstr(text, arena_printf(client_memory(), ",%s,%s,20", many.of[i].username,
                                                     text_at(list.body, arena_printf(client_memory(), "codes.%u.code", i)))));
  many = office_of_three(GRPC);
  client_manners(world()->client)->language = "en";
  list = enrol_users(GRPC, "admin", "officeId", many.office, ",\"format\":\"html\"");
  client_manners(world()->client)->language = NULL;
  text = text_at(list.body, "document.text");
  CU_ASSERT_PTR_NOT_NULL(strstr(text, "<html lang=\"en\">"));
  CU_ASSERT_PTR_NOT_NULL(strstr(text, "One-time codes for a first sign-in"));
  CU_ASSERT_PTR_NOT_NULL(strstr(text, text_at(list.body, "codes.2.code")));
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
           TEST(a_leader_asks_for_his_office_and_another_confirms),
           TEST(an_office_is_given_its_codes_at_once_and_each_is_confirmed_as_a_single_one),
           TEST(a_retry_for_many_tells_the_approvals_and_no_codes_and_nobody_has_two_codes),
           TEST(a_leader_asks_for_his_own_office_alone_and_nobody_else_asks), TEST(whom_to_enrol_is_said_in_one_way),
           TEST(codes_are_a_list_to_print_in_the_caller_s_language));
