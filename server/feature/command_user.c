// Accounts are made and changed from the command line here: the first ones, and those that a demo needs.

#include "base/crypto.h"
#include "feature/commands.h"
#include "feature/owner.h"
#include <stdio.h>
#include <string.h>

// What stands on the command line behind the user's name.
enum { DB_OWNER_URL, USER_PASSWORD, NAME, PHONE, OFFICE_REGION, LEADER, ROLE, REGION, FROM, TO, IF_MISSING, OPTIONS };
static const struct setting settings[OPTIONS] = {
    [DB_OWNER_URL] = {.name = "DB_OWNER_URL", .help = "The owner's connection", .kind = 's', .secret = true},
    [USER_PASSWORD] = {.name = "USER_PASSWORD", .help = "The password", .kind = 's', .secret = true},
    [NAME] = {.name = "NAME", .help = "What he is called", .kind = 's'},
    [PHONE] = {.name = "PHONE", .help = "His work phone", .kind = 's'},
    [OFFICE_REGION] = {.name = "OFFICE_REGION", .help = "Code of the region whose office he belongs to", .kind = 's'},
    [LEADER] = {.name = "LEADER", .fallback = "off", .help = "Holds reception days", .kind = 'b'},
    [ROLE] = {.name = "ROLE", .help = "officer, supervisor, analyst, auditor or admin", .kind = 's'},
    [REGION] = {.name = "REGION", .help = "Code of the region that the role is for, with its subtree", .kind = 's'},
    [FROM] = {.name = "FROM", .help = "The role's first day, as 2026-03-01; now on, if left out", .kind = 's'},
    [TO] = {.name = "TO", .help = "The day on which the role ends; open, if left out", .kind = 's'},
    [IF_MISSING] = {.name = "IF_MISSING",
                    .fallback = "off",
                    .help = "Nothing is done where there is such an account",
                    .kind = 'b'},
};

struct user_command {
  struct owner owner;
  const char *username;
  const char *values[OPTIONS];
};

// The role's number as text; NULL where there is none of that name.
static const char *role_number(const char *name) {
  static const char *const names[] = {"officer", "supervisor", "analyst", "auditor", "admin"};
  static const char *const numbers[] = {"1", "2", "3", "4", "5"};
  for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
    if (!strcmp(names[i], name))
      return numbers[i];
  return NULL;
}

// Runs a statement that returns a row for what it did; no row: `missing` says why.
static bool did(struct owner *owner, const char *statement, unsigned count, const char *const *values, const char *missing) {
  PGresult *result = owner_run(owner, statement, count, values);
  if (!result)
    return false;
  bool any = PQntuples(result) > 0;
  PQclear(result);
  return any || fault_set(&owner->fault, CODE_NOT_FOUND, "NOT_FOUND", "%s", missing);
}

static bool set_password(struct user_command *command) {
  const char *password = command->values[USER_PASSWORD];
  if (!password)
    return fault_set(&command->owner.fault, CODE_INVALID_ARGUMENT, "REQUIRED", "ZOUFANG_USER_PASSWORD is not set");
  const char *values[] = {command->username, crypto_password_hash(&command->owner.arena, password)};
  return owner_do(&command->owner, "user_password", 2, values);
}

static bool grant(struct user_command *command) {
  struct owner *owner = &command->owner;
  const char *const *given = command->values;
  const char *role = given[ROLE] ? role_number(given[ROLE]) : NULL;
  if (!role || !given[REGION])
    return fault_set(&owner->fault, CODE_INVALID_ARGUMENT, "REQUIRED",
                     "--role (officer, supervisor, analyst, auditor, admin) and --region");
  const char *values[] = {command->username, role, given[REGION], given[FROM], given[TO]};
  return did(owner, "user_grant", 5, values, "there is no such account, or no such region");
}

static bool exists(struct user_command *command) {
  PGresult *result = owner_run(&command->owner, "user_find", 1, &command->username);
  bool any = result && PQntuples(result) > 0;
  PQclear(result);
  return any;
}

static bool user_add(struct user_command *command) {
  struct owner *owner = &command->owner;
  const char *const *given = command->values;
  if (config_is_on(given[IF_MISSING]) && exists(command))
    return true;
  if (!given[NAME])
    return fault_set(&owner->fault, CODE_INVALID_ARGUMENT, "REQUIRED", "--name");
  const char *check[] = {command->username, given[OFFICE_REGION]};
  const char *values[] = {command->username, given[NAME], given[PHONE], given[OFFICE_REGION],
                          config_is_on(given[LEADER]) ? "true" : "false"};
  if (!owner_do(owner, "user_check", 2, check) || !owner_do(owner, "user_insert", 5, values))
    return false;
  return (!given[USER_PASSWORD] || set_password(command)) && (!given[ROLE] || grant(command));
}

// Refuses where he still answers for leads or cases, and names them: the host's operator sees all.
static bool may_leave(struct user_command *command) {
  struct owner *owner = &command->owner;
  PGresult *work = owner_run(owner, "user_work", 1, &command->username);
  if (!work)
    return false;
  if (PQntuples(work) > 0)
    fault_set(&owner->fault, CODE_FAILED_PRECONDITION, "LEAVES_OPEN_WORK",
              "%s still answers for open work, to be handed over first (HandOver, or a supervisor's step): %s",
              command->username, PQgetvalue(work, 0, 0));
  PQclear(work);
  return owner->fault.code == CODE_OK;
}

static bool user_disable(struct user_command *command) {
  return may_leave(command) && did(&command->owner, "user_disable", 1, &command->username, "there is no such account");
}

static bool user_password(struct user_command *command) {
  if (!exists(command))
    return fault_set(&command->owner.fault, CODE_NOT_FOUND, "NOT_FOUND", "there is no such account");
  return set_password(command);
}

static const struct verb {
  const char *name;
  bool (*run)(struct user_command *);
  const char *done;
} verbs[] = {
    {"add", user_add, "added"},
    {"password", user_password, "has a new password"},
    {"grant", grant, "has the role"},
    {"disable", user_disable, "is disabled"},
};

static int usage(void) {
  fprintf(stderr, "usage: zoufang user add NAME --name TEXT [--office-region CODE] [--leader] [--role ROLE --region CODE] …\n"
                  "       zoufang user grant NAME --role ROLE --region CODE [--from DAY] [--to DAY]\n"
                  "       zoufang user password NAME\n"
                  "       zoufang user disable NAME\n\n");
  config_help(settings, OPTIONS);
  return 2;
}

int command_user(int argc, char **argv) {
  struct user_command command = {0};
  struct arena arena = {0};
  struct fault fault = {.arena = &arena};
  const struct verb *verb = NULL;
  for (unsigned i = 0; argc >= 2 && i < sizeof verbs / sizeof *verbs; i++)
    if (!strcmp(argv[0], verbs[i].name))
      verb = &verbs[i];
  if (!verb || argv[1][0] == '-')
    return usage();
  command.username = argv[1];
  if (!config_read(settings, OPTIONS, argc - 2, argv + 2, command.values, &arena, &fault)) {
    fprintf(stderr, "zoufang user: %s\n", fault.message);
    arena_close(&arena);
    return 2;
  }
  const char *name = arena_printf(&arena, "user %s", verb->name);
  if (owner_open(&command.owner, command.values[DB_OWNER_URL], name) && verb->run(&command) && owner_commit(&command.owner))
    printf("%s %s\n", command.username, verb->done);
  int code = owner_close(&command.owner, name);
  arena_close(&arena);
  return code;
}
