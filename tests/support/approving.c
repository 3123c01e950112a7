// Two agree here.

#include "support/approving.h"
#include "support/client_wire.h"
#include <CUnit/CUnit.h>

struct answer approve(enum transport transport, const char *user, const char *id) {
  return ask(world()->client, transport, token_of(user), "ApprovalService/Approve", "{\"id\":\"%s\"}", id);
}

struct answer ask_for_grant(enum transport transport, const char *user_id, const char *role, const char *region,
                            const char *more) {
  return ask(world()->client, transport, token_of("admin"), "PeopleService/CreateGrant",
             "{\"grant\":{\"userId\":\"%s\",\"role\":\"%s\",\"regionCode\":\"%s\"%s}}", user_id, role, region, more);
}

const char *grant_role(enum transport transport, const char *user_id, const char *role, const char *region, const char *more) {
  struct answer asked = ask_for_grant(transport, user_id, role, region, more);
  CU_ASSERT_EQUAL_FATAL(asked.code, CODE_OK);
  CU_ASSERT_EQUAL(approve(transport, "admin.second", text_at(asked.body, "approvalId")).code, CODE_OK);
  return text_at(asked.body, "id");
}

struct answer make_account(enum transport transport, const char *username, const char *more) {
  struct answer made = ask(world()->client, transport, token_of("admin"), "PeopleService/CreateUser",
                           "{\"user\":{\"username\":\"%s\",\"name\":\"测试某\"%s}}", username, more);
  CU_ASSERT_EQUAL_FATAL(made.code, CODE_OK);
  return made;
}

// An account of the world that may confirm somebody's code.
static const char *confirmer_of(const char *user_id) {
  return sql_text("select a.username from confirmers_of('%s', '%s') c(id) join account a using (id) where a.username in "
                  "('supervisor.linxi', 'supervisor.chifeng', 'admin.second') limit 1",
                  user_id, id_of("admin"));
}

struct answer set_password(enum transport transport, const char *username, const char *password) {
  const char *id = id_of(username);
  struct answer asked = ask(world()->client, transport, token_of("admin"), "PeopleService/EnrolUser", "{\"id\":\"%s\"}", id);
  CU_ASSERT_EQUAL_FATAL(asked.code, CODE_OK);
  CU_ASSERT_EQUAL_FATAL(approve(transport, confirmer_of(id), text_at(asked.body, "approvalId")).code, CODE_OK);
  return ask(world()->client, transport, NULL, "AuthService/Enrol",
             "{\"username\":\"%s\",\"code\":\"%s\",\"newPassword\":\"%s\",\"device\":{\"id\":\"%s\",\"name\":\"测试机\"}}",
             username, text_at(asked.body, "code"), password, fresh_id());
}
