// Offices for all regions at once are made here.

#include "feature/commands.h"
#include "feature/owner.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct setting settings[] = {
    {.name = "DB_OWNER_URL", .help = "The owner's connection", .kind = 's', .secret = true},
};

static bool make_offices(struct owner *owner) {
  static const char *const levels[] = {"2", "3", "4"}; // the higher first: they are parents
  long made = 0;
  for (unsigned i = 0; i < sizeof levels / sizeof *levels; i++) {
    PGresult *result = owner_run(owner, "offices_make", 1, &levels[i]);
    if (!result)
      return false;
    made += strtol(PQgetvalue(result, 0, 0), NULL, 10);
    PQclear(result);
  }
  if (!owner_commit(owner))
    return false;
  printf("%ld offices made\n", made);
  return true;
}

int command_offices(int argc, char **argv) {
  const char *values[1];
  struct owner owner = {0};
  struct arena arena = {0};
  struct fault fault = {.arena = &arena};
  if (argc < 1 || strcmp(argv[0], "make")) {
    fprintf(
        stderr,
        "usage: zoufang offices make\n\nA commission for every city and county, a supervisory office for every township, where "
        "there is none yet.\n");
    config_help(settings, 1);
    return 2;
  }
  if (!config_read(settings, 1, argc - 1, argv + 1, values, &arena, &fault)) {
    fprintf(stderr, "zoufang offices: %s\n", fault.message);
    arena_close(&arena);
    return 2;
  }
  if (owner_open(&owner, values[0], "offices make"))
    make_offices(&owner);
  arena_close(&arena);
  return owner_close(&owner, "offices make");
}
