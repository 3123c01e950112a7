// Sessions: devices sign in, refresh, sign out; tokens that were lost, stolen or revoked.

#include "suite.h"
#include "support/approving.h"
#include "support/past.h"
#include "support/world.h"
#include <string.h>

// A session as a phone holds it.
struct phone {
  char device[64], access[64], refresh[64];
};

static void keep(char out[64], const char *text) {
  snprintf(out, 64, "%s", text);
}

static struct answer login(enum transport t, const char *username, const char *password, const char *device) {
  return ask(
      world()->client, t, NULL, "AuthService/Login",
      "{\"username\":\"%s\",\"password\":\"%s\",\"device\":{\"id\":\"%s\",\"name\":\"测试机\",\"platform\":\"android 14\"}}",
      username, password, device);
}

static struct phone signed_in(enum transport t, const char *username) {
  struct phone phone;
  keep(phone.device, fresh_id());
  struct answer answer = login(t, username, world()->password, phone.device);
  CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
  keep(phone.access, text_at(answer.body, "accessToken"));
  keep(phone.refresh, text_at(answer.body, "refreshToken"));
  return phone;
}

static struct answer refresh(enum transport t, const char *token, const char *device) {
  return ask(world()->client, t, NULL, "AuthService/Refresh", "{\"refreshToken\":\"%s\",\"deviceId\":\"%s\"}", token, device);
}

static struct answer who_am_i(enum transport t, const char *token) {
  return ask(world()->client, t, token, "AuthService/WhoAmI", "{}");
}

static void take_tokens(struct phone *phone, const struct answer *answer) {
  keep(phone->access, text_at(answer->body, "accessToken"));
  keep(phone->refresh, text_at(answer->body, "refreshToken"));
}

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

static void who_signs_in_is_told_who_he_is(void) {
  BOTH(t) {
    struct phone phone = signed_in(t, "officer.linxi");
    struct answer answer = who_am_i(t, phone.access);
    CU_ASSERT_EQUAL(answer.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "user.username"), "officer.linxi");
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "grants.0.regionCode"), LINXI);
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "session.deviceId"), phone.device);
  }
}

static void a_wrong_password_and_an_unknown_name_sound_the_same(void) {
  BOTH(t) {
    struct answer wrong = login(t, "analyst.chifeng", "not the password", fresh_id());
    struct answer unknown = login(t, "nobody.at.all", "not the password", fresh_id());
    CU_ASSERT_EQUAL(wrong.code, CODE_UNAUTHENTICATED);
    CU_ASSERT_EQUAL(unknown.code, CODE_UNAUTHENTICATED);
    CU_ASSERT_STRING_EQUAL(wrong.reason, "BAD_CREDENTIALS");
    CU_ASSERT_STRING_EQUAL(unknown.reason, "BAD_CREDENTIALS");
    CU_ASSERT_STRING_EQUAL(wrong.message, unknown.message);
  }
}

static void a_call_without_a_token_or_with_a_dead_one_is_unauthenticated(void) {
  BOTH(t) {
    CU_ASSERT_EQUAL(who_am_i(t, NULL).code, CODE_UNAUTHENTICATED);
    CU_ASSERT_EQUAL(who_am_i(t, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").code, CODE_UNAUTHENTICATED);
    CU_ASSERT_EQUAL(who_am_i(t, "not a token").code, CODE_UNAUTHENTICATED);
  }
}

static void no_token_stands_in_the_database(void) {
  struct phone phone = signed_in(REST, "officer.linxi");
  const char *found =
      "select count(*) from session s where s::text like '%%' || encode(convert_to('%s', 'UTF8'), 'hex') || '%%' "
      "or s::text like '%%%s%%'";
  CU_ASSERT_EQUAL(sql_number(found, phone.access, phone.access), 0);
  CU_ASSERT_EQUAL(sql_number(found, phone.refresh, phone.refresh), 0);
  CU_ASSERT_TRUE(sql_number("select count(*) from session where device_id = '%s'", phone.device) == 1);
}

static void a_refresh_gives_new_tokens_and_ends_the_old_access(void) {
  BOTH(t) {
    struct phone phone = signed_in(t, "officer.linxi"), before = phone;
    struct answer answer = refresh(t, phone.refresh, phone.device);
    CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
    take_tokens(&phone, &answer);
    CU_ASSERT_STRING_NOT_EQUAL(phone.access, before.access);
    CU_ASSERT_EQUAL(who_am_i(t, phone.access).code, CODE_OK);
    CU_ASSERT_EQUAL(who_am_i(t, before.access).code, CODE_UNAUTHENTICATED);
  }
}

static void a_refresh_whose_answer_was_lost_is_simply_done_again(void) {
  BOTH(t) {
    struct phone phone = signed_in(t, "officer.linxi");
    CU_ASSERT_EQUAL(refresh(t, phone.refresh, phone.device).code, CODE_OK); // lost
    CU_ASSERT_EQUAL(refresh(t, phone.refresh, phone.device).code, CODE_OK); // lost again
    struct answer answer = refresh(t, phone.refresh, phone.device);
    CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
    take_tokens(&phone, &answer);
    CU_ASSERT_EQUAL(who_am_i(t, phone.access).code, CODE_OK);
    CU_ASSERT_EQUAL(refresh(t, phone.refresh, phone.device).code, CODE_OK);
  }
}

static void a_refresh_token_used_by_two_ends_the_session(void) {
  BOTH(t) {
    struct phone phone = signed_in(t, "officer.linxi"), thief = phone;
    struct answer answer = refresh(t, phone.refresh, phone.device);
    CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
    take_tokens(&phone, &answer);
    CU_ASSERT_EQUAL(who_am_i(t, phone.access).code, CODE_OK); // the successor was used
    struct answer again = refresh(t, thief.refresh, thief.device);
    CU_ASSERT_EQUAL(again.code, CODE_UNAUTHENTICATED);
    CU_ASSERT_STRING_EQUAL(again.reason, "REFRESH_REUSED");
    CU_ASSERT_EQUAL(who_am_i(t, phone.access).code, CODE_UNAUTHENTICATED);
    CU_ASSERT_EQUAL(refresh(t, phone.refresh, phone.device).code, CODE_UNAUTHENTICATED);
  }
}

static void a_refresh_token_is_of_no_use_on_another_device(void) {
  BOTH(t) {
    struct phone phone = signed_in(t, "officer.linxi");
    CU_ASSERT_EQUAL(refresh(t, phone.refresh, fresh_id()).code, CODE_UNAUTHENTICATED);
    CU_ASSERT_EQUAL(refresh(t, phone.access, phone.device).code, CODE_UNAUTHENTICATED);
  }
}

static void who_signs_out_is_out_at_once(void) {
  BOTH(t) {
    struct phone phone = signed_in(t, "officer.linxi");
    CU_ASSERT_EQUAL(ask(world()->client, t, phone.access, "AuthService/Logout", "{}").code, CODE_OK);
    CU_ASSERT_EQUAL(who_am_i(t, phone.access).code, CODE_UNAUTHENTICATED);
    CU_ASSERT_EQUAL(refresh(t, phone.refresh, phone.device).code, CODE_UNAUTHENTICATED);
  }
}

static void a_device_that_signs_in_again_replaces_its_session(void) {
  struct phone first = signed_in(REST, "officer.linxi");
  struct answer answer = login(REST, "officer.linxi", world()->password, first.device);
  CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
  CU_ASSERT_EQUAL(who_am_i(REST, first.access).code, CODE_UNAUTHENTICATED);
  CU_ASSERT_EQUAL(who_am_i(REST, text_at(answer.body, "accessToken")).code, CODE_OK);
}

static void a_lost_phone_is_signed_out_from_another(void) {
  BOTH(t) {
    struct phone lost = signed_in(t, "officer.linxi"), other = signed_in(t, "officer.linxi");
    char session[64];
    keep(session, text_at(who_am_i(t, lost.access).body, "session.id"));
    struct answer list = ask(world()->client, t, other.access, "AuthService/ListSessions", "{\"pageSize\":500}");
    CU_ASSERT_EQUAL(list.code, CODE_OK);
    CU_ASSERT_TRUE(count_at(list.body, "sessions") >= 2);
    struct answer revoked = ask(world()->client, t, other.access, "AuthService/RevokeSession", "{\"id\":\"%s\"}", session);
    CU_ASSERT_EQUAL(revoked.code, CODE_OK);
    CU_ASSERT_EQUAL(who_am_i(t, lost.access).code, CODE_UNAUTHENTICATED);
    CU_ASSERT_EQUAL(who_am_i(t, other.access).code, CODE_OK);
  }
}

static void nobody_signs_others_devices_out(void) {
  BOTH(t) {
    struct phone mine = signed_in(t, "officer.linxi"), his = signed_in(t, "officer.balin");
    char session[64];
    keep(session, text_at(who_am_i(t, his.access).body, "session.id"));
    struct answer refused = ask(world()->client, t, mine.access, "AuthService/RevokeSession", "{\"id\":\"%s\"}", session);
    CU_ASSERT_EQUAL(refused.code, CODE_NOT_FOUND);
    refused = ask(world()->client, t, mine.access, "PeopleService/RevokeUserSession", "{\"userId\":\"%s\",\"id\":\"%s\"}",
                  id_of("officer.balin"), session);
    CU_ASSERT_TRUE(refused.code == CODE_NOT_FOUND || refused.code == CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(who_am_i(t, his.access).code, CODE_OK);
  }
}

static void an_admin_signs_a_device_out_at_once(void) {
  BOTH(t) {
    struct phone his = signed_in(t, "officer.balin");
    char session[64];
    keep(session, text_at(who_am_i(t, his.access).body, "session.id"));
    struct answer done = ask(world()->client, t, token_of("admin"), "PeopleService/RevokeUserSession",
                             "{\"userId\":\"%s\",\"id\":\"%s\"}", id_of("officer.balin"), session);
    CU_ASSERT_EQUAL(done.code, CODE_OK);
    CU_ASSERT_EQUAL(who_am_i(t, his.access).code, CODE_UNAUTHENTICATED);
  }
}

static void a_new_account_signs_in_and_changes_its_password(void) {
  BOTH(t) {
    char username[64];
    snprintf(username, sizeof username, "fresh.%.8s", fresh_id());
    make_account(t, username, "");
    struct answer answer = set_password(t, username, "first password 1");
    CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
    struct answer other = login(t, username, "first password 1", fresh_id());
    const char *token = text_at(answer.body, "accessToken");
    const char *change = "{\"oldPassword\":\"%s\",\"newPassword\":\"%s\"}";
    struct answer wrong =
        ask(world()->client, t, token, "AuthService/ChangePassword", change, "not it at all", "second password 2");
    CU_ASSERT_EQUAL(wrong.code, CODE_INVALID_ARGUMENT);
    CU_ASSERT_TRUE(names_field(&wrong, "old_password", "BAD_CREDENTIALS"));
    struct answer short_one = ask(world()->client, t, token, "AuthService/ChangePassword", change, "first password 1", "short");
    CU_ASSERT_TRUE(names_field(&short_one, "new_password", "TOO_SHORT"));
    CU_ASSERT_EQUAL(
        ask(world()->client, t, token, "AuthService/ChangePassword", change, "first password 1", "second password 2").code,
        CODE_OK);
    CU_ASSERT_EQUAL(who_am_i(t, token).code, CODE_OK);
    CU_ASSERT_EQUAL(who_am_i(t, text_at(other.body, "accessToken")).code, CODE_UNAUTHENTICATED);
    CU_ASSERT_EQUAL(login(t, username, "first password 1", fresh_id()).code, CODE_UNAUTHENTICATED);
    CU_ASSERT_EQUAL(login(t, username, "second password 2", fresh_id()).code, CODE_OK);
  }
}

static void failed_logins_must_wait_and_lock_nobody_else_out(void) {
  struct answer answer = {0};
  for (int i = 0; i < 20 && answer.code != CODE_RESOURCE_EXHAUSTED; i++)
    answer = login(REST, "admin.second", "guess", fresh_id());
  CU_ASSERT_EQUAL(answer.code, CODE_RESOURCE_EXHAUSTED);
  CU_ASSERT_EQUAL(answer.http, 429);
  CU_ASSERT_STRING_EQUAL(answer.reason, "BACKOFF");
  CU_ASSERT_TRUE(answer.retry_ms > 0 && answer.retry_ms <= 15 * 60 * 1000);
  failed_logins_wait_long("admin.second");
  CU_ASSERT_EQUAL(login(GRPC, "admin.second", "guess", fresh_id()).code, CODE_RESOURCE_EXHAUSTED);
  CU_ASSERT_EQUAL(login(REST, "officer.linxi", world()->password, fresh_id()).code, CODE_OK);
  CU_ASSERT_TRUE(sql_run("delete from login_failure where username = 'admin.second'"));
}

static void an_app_that_is_too_old_is_sent_to_the_present_one(void) {
  struct instance instance;
  CU_ASSERT_TRUE_FATAL(instance_start(
      &instance, (const char *const[]){"ZOUFANG_APP_VERSION_MIN=1.10", "ZOUFANG_APP_LINK=https://app.example/zoufang", NULL}));
  BOTH(t) {
    static const char login[] = "{\"username\": \"officer.linxi\", \"password\": \"%s\", \"device\": {\"id\": \"%s\"%s}}";
    static const char *const old[] = {"", ", \"app_version\": \"1.9.3\""};
    for (unsigned i = 0; i < 2; i++) {
      struct answer refused = ask(instance.client, t, NULL, "AuthService/Login", login, world()->password, fresh_id(), old[i]);
      CU_ASSERT_EQUAL(refused.code, CODE_FAILED_PRECONDITION);
      CU_ASSERT_STRING_EQUAL(refused.reason, "APP_TOO_OLD");
      CU_ASSERT_STRING_EQUAL(text_at(refused.body, "details.3.links.0.url"), "https://app.example/zoufang");
    }
    CU_ASSERT_EQUAL(ask(instance.client, t, NULL, "AuthService/Login", login, world()->password, fresh_id(),
                        ", \"app_version\": \"1.10.0\"")
                        .code,
                    CODE_OK);
  }
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

static void a_disabled_account_is_out_at_once(void) {
  struct phone phone = signed_in(REST, "nobody");
  const char *admin = token_of("admin");
  char id[64];
  keep(id, id_of("nobody"));
  const char *update = "{\"user\":{\"id\":\"%s\",\"etag\":\"%s\",\"disabled\":%s},\"updateMask\":\"disabled\"}";
  const char *etag = text_at(ask(world()->client, REST, admin, "PeopleService/GetUser", "{\"id\":\"%s\"}", id).body, "etag");
  CU_ASSERT_EQUAL(ask(world()->client, GRPC, admin, "PeopleService/UpdateUser", update, id, etag, "true").code, CODE_OK);
  CU_ASSERT_EQUAL(who_am_i(REST, phone.access).code, CODE_UNAUTHENTICATED);
  CU_ASSERT_EQUAL(login(REST, "nobody", world()->password, fresh_id()).code, CODE_UNAUTHENTICATED);
  etag = text_at(ask(world()->client, REST, admin, "PeopleService/GetUser", "{\"id\":\"%s\"}", id).body, "etag");
  CU_ASSERT_EQUAL(ask(world()->client, GRPC, admin, "PeopleService/UpdateUser", update, id, etag, "false").code, CODE_OK);
  CU_ASSERT_EQUAL(login(REST, "nobody", world()->password, fresh_id()).code, CODE_OK);
}

SUITE_WITH(signing_in, world_open, NULL, 120, TEST(who_signs_in_is_told_who_he_is),
           TEST(a_wrong_password_and_an_unknown_name_sound_the_same),
           TEST(a_call_without_a_token_or_with_a_dead_one_is_unauthenticated), TEST(no_token_stands_in_the_database),
           TEST(a_refresh_gives_new_tokens_and_ends_the_old_access), TEST(a_refresh_whose_answer_was_lost_is_simply_done_again),
           TEST(a_refresh_token_used_by_two_ends_the_session), TEST(a_refresh_token_is_of_no_use_on_another_device),
           TEST(who_signs_out_is_out_at_once), TEST(a_device_that_signs_in_again_replaces_its_session),
           TEST(a_lost_phone_is_signed_out_from_another), TEST(nobody_signs_others_devices_out),
           TEST(an_admin_signs_a_device_out_at_once), TEST(a_new_account_signs_in_and_changes_its_password),
           TEST(failed_logins_must_wait_and_lock_nobody_else_out), TEST(an_app_that_is_too_old_is_sent_to_the_present_one),
           TEST(a_disabled_account_is_out_at_once));
