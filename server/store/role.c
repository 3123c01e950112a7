// The serving role's password is set here: the URL that the server will use is the one place where it stands.

#include "store/role.h"
#include <string.h>

static const char *option(const PQconninfoOption *options, const char *keyword) {
  for (; options->keyword; options++)
    if (strcmp(options->keyword, keyword) == 0)
      return options->val && *options->val ? options->val : NULL;
  return NULL;
}

static bool set_password(PGconn *owner, const char *name, const char *password, struct fault *fault) {
  char *verifier = PQencryptPasswordConn(owner, password, name, "scram-sha-256");
  char *role = PQescapeIdentifier(owner, name, strlen(name));
  char *literal = verifier ? PQescapeLiteral(owner, verifier, strlen(verifier)) : NULL;
  bool done = false;
  if (role && literal) {
    PGresult *result = PQexec(owner, arena_printf(fault->arena, "alter role %s password %s", role, literal));
    done = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
  }
  if (!done)
    fault_set(fault, CODE_FAILED_PRECONDITION, "ROLE", "the password of %s: %s", name, PQerrorMessage(owner));
  PQfreemem(verifier);
  PQfreemem(role);
  PQfreemem(literal);
  return done;
}

bool role_set_password(PGconn *owner, const char *serving_url, struct fault *fault) {
  PQconninfoOption *options = PQconninfoParse(serving_url, NULL);
  if (!options)
    return fault_set(fault, CODE_INVALID_ARGUMENT, "CONFIG", "ZOUFANG_DB_URL cannot be read");
  const char *name = option(options, "user"), *password = option(options, "password");
  bool done = !name || !password || set_password(owner, name, password, fault);
  PQconninfoFree(options);
  return done;
}
