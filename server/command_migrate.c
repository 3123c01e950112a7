// The database is brought to this program's version here.

#include "base/config.h"
#include "call/dialer.h"
#include "commands.h"
#include "store/migrate.h"
#include "store/role.h"
#include <stdio.h>

enum { DB_OWNER_URL, DB_URL, SETTINGS };

static const struct setting settings[SETTINGS] = {
    [DB_OWNER_URL] = {.name = "DB_OWNER_URL",
                      .help = "The owner's connection: only for this and the command line",
                      .kind = 's',
                      .secret = true},
    [DB_URL] = {.name = "DB_URL",
                .help = "The serving role's connection: where it names a password, the role gets it",
                .kind = 's',
                .secret = true},
};

static int migrate(const char *const *values, struct arena *arena, struct fault *fault) {
  struct migrated migrated = {0};
  if (!values[DB_OWNER_URL]) {
    fault_set(fault, CODE_INVALID_ARGUMENT, "CONFIG", "ZOUFANG_DB_OWNER_URL is not set");
    return command_failed("migrate", fault, arena, 2);
  }
  PGconn *owner = dialer_connect(values[DB_OWNER_URL], NULL, fault);
  bool done =
      owner && migrate_apply(owner, &migrated, fault) && (!values[DB_URL] || role_set_password(owner, values[DB_URL], fault));
  PQfinish(owner);
  if (!done)
    return command_failed("migrate", fault, arena, 1);
  printf("version %d, %u migrations applied\n", migrated.version, migrated.applied);
  arena_close(arena);
  return 0;
}

int command_migrate(int argc, char **argv) {
  if (command_wants_help(argc, argv)) {
    printf("usage: zoufang migrate\n\nApplies what is missing, each migration in a transaction, and says how many. While "
           "others hold what one "
           "changes it is tried again. May be repeated.\n\n");
    config_help(settings, SETTINGS);
    return 0;
  }
  struct arena arena = {0};
  struct fault fault = {.arena = &arena};
  const char *values[SETTINGS];
  if (!config_read(settings, SETTINGS, argc, argv, values, &arena, &fault))
    return command_failed("migrate", &fault, &arena, 2);
  return migrate(values, &arena, &fault);
}
