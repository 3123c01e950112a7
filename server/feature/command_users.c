// Accounts are made and changed by a roster here: a file of who belongs to which office and has which role. The lines are
// copied beside the tables; what is bad in them and what differs is found there, told, and done in one transaction.

#include "feature/commands.h"
#include "feature/incoming.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DB_OWNER_URL, DRY_RUN, LEAVERS, SKIP_BAD, OPTIONS };
static const struct setting settings[OPTIONS] = {
    [DB_OWNER_URL] = {.name = "DB_OWNER_URL", .help = "The owner's connection", .kind = 's', .secret = true},
    [DRY_RUN] = {.name = "DRY_RUN", .fallback = "off", .help = "Tells what would be done, and does nothing", .kind = 'b'},
    [LEAVERS] = {.name = "LEAVERS",
                 .fallback = "off",
                 .help = "Ends accounts in the roster's offices that it does not name",
                 .kind = 'b'},
    [SKIP_BAD] = {.name = "SKIP_BAD",
                  .fallback = "off",
                  .help = "Does the others where lines are bad; nobody leaves then",
                  .kind = 'b'},
};

// The columns of a roster, in any order; the last five may be left out.
enum { COLUMNS = 9, COLUMNS_NEEDED = 4 };
static const char *const columns[COLUMNS] = {"office", "name", "username", "role", "phone", "region", "from", "to", "leader"};

struct roster {
  struct owner *owner;
  bool dry_run, leavers, skip_bad;
  unsigned lines;
  int bad;           // faults told
  PGresult *changes; // kind, username, what is told
  PGresult *count;   // persons; who join, move, change otherwise, leave, stay for their work
};

static bool read_row(struct incoming *incoming, const char *const *fields) {
  buffer_printf(&incoming->copy, "%u\t%s\t", incoming->csv.line, incoming->csv.count == incoming->heading ? "t" : "f");
  for (unsigned i = 0; i < COLUMNS; i++)
    incoming_field(incoming, fields[i], i + 1 < COLUMNS ? '\t' : '\n');
  return true;
}

const struct incoming_table incoming_roster = {
    .columns = columns,
    .count = COLUMNS,
    .needed = COLUMNS_NEEDED,
    .alone = true, // a misspelt "to" would give a role for ever
    .make = "roster_incoming",
    .copy = "roster_copy",
    .row = read_row,
};

static bool do_all(struct owner *owner, const char *const *names) {
  for (; *names; names++)
    if (!owner_do(owner, *names, 0, NULL))
      return false;
  return true;
}

static bool find_faults(struct roster *roster) {
  struct owner *owner = roster->owner;
  static const char *const steps[] = {"roster_line", "roster_fault", NULL};
  PGresult *faults = do_all(owner, steps) ? owner_run(owner, "roster_faults", 0, NULL) : NULL;
  if (!faults)
    return false;
  roster->bad = PQntuples(faults);
  for (int i = 0; i < roster->bad; i++)
    printf("line %s: %s%s%s\n", PQgetvalue(faults, i, 0), PQgetvalue(faults, i, 1), *PQgetvalue(faults, i, 1) ? ": " : "",
           PQgetvalue(faults, i, 2));
  PQclear(faults);
  return true;
}

// Without --skip-bad a bad line stops all; a dry run tells first what would become of the others.
static bool is_stopped(const struct roster *roster) {
  return roster->bad && !roster->skip_bad;
}

static bool stop(struct roster *roster) {
  return fault_set(&roster->owner->fault, CODE_INVALID_ARGUMENT, "BAD_CSV", "%d faults: nothing is done", roster->bad);
}

static bool find_changes(struct roster *roster) {
  struct owner *owner = roster->owner;
  static const char *const steps[] = {"roster_skip", "roster_person", "roster_change", NULL};
  roster->changes = do_all(owner, steps) ? owner_run(owner, "roster_changes", 0, NULL) : NULL;
  roster->count = roster->changes ? owner_run(owner, "roster_count", 0, NULL) : NULL;
  return roster->count != NULL;
}

static bool somebody_leaves(const struct roster *roster) {
  return roster->leavers && !roster->bad;
}

// A dry run does it too, and is not committed: what the database refuses is told by both.
static bool change(struct roster *roster) {
  static const char *const steps[] = {"roster_accounts", "roster_grants", NULL};
  return do_all(roster->owner, steps) && (!somebody_leaves(roster) || owner_do(roster->owner, "roster_leave", 0, NULL)) &&
         (roster->dry_run || owner_commit(roster->owner));
}

static void tell(const struct roster *roster) {
  const PGresult *changes = roster->changes, *count = roster->count;
  int changed = PQntuples(changes);
  for (int i = 0; i < changed; i++)
    printf("%-6s  %s: %s\n", PQgetvalue(changes, i, 0), PQgetvalue(changes, i, 1), PQgetvalue(changes, i, 2));
  printf("%u lines, %d faults, %s persons: %s join, %s move, %s change otherwise; %s leave%s\n", roster->lines, roster->bad,
         PQgetvalue(count, 0, 0), PQgetvalue(count, 0, 1), PQgetvalue(count, 0, 2), PQgetvalue(count, 0, 3),
         PQgetvalue(count, 0, 4), somebody_leaves(roster) ? "" : ", whose accounts stay");
  if (strcmp(PQgetvalue(count, 0, 5), "0") != 0)
    printf("%s more would leave, but answer for open leads or cases\n", PQgetvalue(count, 0, 5));
  if (roster->dry_run)
    printf("dry run: nothing is done\n");
}

static bool import_roster(struct roster *roster, const char *path) {
  if (!incoming_read(roster->owner, path, &incoming_roster, &roster->lines) || !find_faults(roster))
    return false;
  if (is_stopped(roster) && !roster->dry_run)
    return stop(roster);
  bool fine = find_changes(roster) && change(roster);
  if (fine)
    tell(roster);
  PQclear(roster->changes);
  PQclear(roster->count);
  return fine && (!is_stopped(roster) || stop(roster));
}

static int usage(void) {
  fprintf(stderr,
          "usage: zoufang users import ROSTER.csv [--dry-run] [--leavers] [--skip-bad]\n\nA line a role. Columns: office (its "
          "name, or its region's code), name, username, role (officer,\nsupervisor, analyst); and phone, region (else the "
          "office's), from, to, leader (yes).\nImporting again changes only what changed.\n");
  config_help(settings, OPTIONS);
  return 2;
}

int command_users(int argc, char **argv) {
  const char *values[OPTIONS];
  struct owner owner = {0};
  struct arena arena = {0};
  struct fault fault = {.arena = &arena};
  if (argc < 2 || strcmp(argv[0], "import") != 0 || argv[1][0] == '-')
    return usage();
  if (!config_read(settings, OPTIONS, argc - 2, argv + 2, values, &arena, &fault)) {
    fprintf(stderr, "zoufang users: %s\n", fault.message);
    arena_close(&arena);
    return 2;
  }
  struct roster roster = {
      .owner = &owner,
      .dry_run = config_is_on(values[DRY_RUN]),
      .leavers = config_is_on(values[LEAVERS]),
      .skip_bad = config_is_on(values[SKIP_BAD]),
  };
  if (owner_open(&owner, values[DB_OWNER_URL], "users import"))
    import_roster(&roster, argv[1]);
  fflush(stdout);
  arena_close(&arena);
  return owner_close(&owner, "users import");
}
