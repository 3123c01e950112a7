// Passwords are slow to check on purpose; here they leave the worker for it.

#include "feature/password.h"
#include "base/utf8.h"
#include "call/server.h"
#include <string.h>

enum next password_work(struct call *call, enum next (*work)(struct call *call)) {
  return jobs_put(call->server->passwords, call, work) ? NEXT_AWAY : NEXT_REPLY;
}

static bool one_character_repeated(const char *password) {
  return *password && strspn(password, (const char[]){*password, 0}) == strlen(password);
}

bool password_acceptable(struct fault *fault, const char *field, const char *password, const char *username) {
  if (utf8_length(password, strlen(password)) < PASSWORD_MIN_LENGTH)
    return fault_field(fault, field, "TOO_SHORT", "12");
  if (one_character_repeated(password) || (*username && strstr(password, username)))
    return fault_field(fault, field, "WEAK_PASSWORD", NULL);
  return true;
}
