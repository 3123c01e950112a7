// Embedded migrations meet the database here.

#include "store/migrate.h"
#include "base/buffer.h"
#include "base/log.h"
#include "schema/embedded.h"
#include "store/text.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LOCK_TRIES = 60, LOCK_PAUSE_S = 2 };

static const char FOLDER[] = "sql/migrations/";
static const char LOCK[] = "select pg_advisory_lock(x'7a6f7566616e67'::int8)"; // "zoufang"
static const char UNLOCK[] = "select pg_advisory_unlock(x'7a6f7566616e67'::int8)";
// Whoever comes after a migration that waits for a table waits behind it: it does not wait for long.
static const char BEGIN[] = "begin; set local lock_timeout = '500ms'";

struct migration {
  int number;
  const char *path, *name, *text; // "sql/migrations/0001_roles.sql", "0001_roles.sql"
  size_t length;
};

// --- What is embedded
// ---------------------------------------------------------------------------------------------------------

// From the embedded file `*at` on; false at the end. Files are sorted by path, and so by number.
static bool next_migration(size_t *at, struct migration *migration) {
  for (; *at < embedded_sql_count; ++*at) {
    const struct embedded *file = &embedded_sql[*at];
    if (strncmp(file->path, FOLDER, sizeof FOLDER - 1) != 0)
      continue;
    const char *name = file->path + sizeof FOLDER - 1;
    *migration = (struct migration){(int)strtol(name, NULL, 10), file->path, name, file->text, file->length};
    ++*at;
    return true;
  }
  return false;
}

int migrate_version(void) {
  struct migration migration = {0};
  for (size_t at = 0; next_migration(&at, &migration);)
    continue;
  return migration.number;
}

// --- Speaking with PostgreSQL
// -------------------------------------------------------------------------------------------------

// Others held what was to be locked.
static bool is_in_the_way(const char *sqlstate) {
  return sqlstate && (strcmp(sqlstate, "55P03") == 0 || strcmp(sqlstate, "40P01") == 0);
}

// `line` 0: not of a file.
static bool refused(const PGresult *result, const PGconn *connection, const char *path, int line, struct fault *fault) {
  const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY),
             *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const char *where = line ? arena_printf(fault->arena, "%s:%d", path, line) : path;
  if (is_in_the_way(state))
    return fault_set(fault, CODE_UNAVAILABLE, "MIGRATION_WAITS",
                     "%s: transactions that last hold what it changes (pg_stat_activity names them); run it again", where);
  return fault_set(fault, CODE_INTERNAL, "MIGRATION_FAILED", "%s: %s (%s)", where,
                   message ? message : PQerrorMessage(connection), state ? state : "no answer");
}

// Runs `text` as it stands; its rows do not matter.
static bool run(PGconn *connection, const char *text, const char *path, struct fault *fault) {
  PGresult *result = PQexec(connection, text);
  ExecStatusType status = PQresultStatus(result);
  bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
  if (!good) {
    const char *position = PQresultErrorField(result, PG_DIAG_STATEMENT_POSITION);
    long left = position ? strtol(position, NULL, 10) - 1 : 0;
    int line = position != NULL;
    for (const char *at = text; *at && left > 0; at++) {
      line += *at == '\n';
      left -= ((unsigned char)*at & 0xc0) != 0x80;
    }
    refused(result, connection, path, line, fault);
  }
  PQclear(result);
  return good;
}

// Runs one of the store's own statements with parameters. NULL with a fault; else the caller clears it.
static PGresult *ask(PGconn *connection, const char *path, int count, const char *const *values, const int *lengths,
                     struct fault *fault) {
  static const int binary[] = {1, 1, 1};
  PGresult *result = PQexecParams(connection, text_of(path), count, NULL, values, lengths, binary, 1);
  ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
    return result;
  refused(result, connection, path, 0, fault);
  PQclear(result);
  return NULL;
}

// --- Applying
// -----------------------------------------------------------------------------------------------------------------

enum state { STATE_UNKNOWN, STATE_APPLIED, STATE_MISSING };

static enum state state_of(PGconn *connection, const struct migration *migration, struct fault *fault) {
  uint32_t number = __builtin_bswap32((uint32_t)migration->number);
  const char *values[] = {(const char *)&number, migration->text};
  const int lengths[] = {sizeof number, (int)migration->length};
  PGresult *result = ask(connection, "sql/store/applied.sql", 2, values, lengths, fault);
  if (!result)
    return STATE_UNKNOWN;
  enum state state = PQntuples(result) ? STATE_APPLIED : STATE_MISSING;
  if (state == STATE_APPLIED && !*PQgetvalue(result, 0, 0)) {
    fault_set(fault, CODE_FAILED_PRECONDITION, "MIGRATION_CHANGED",
              "%s was changed after it was applied: migrations only go forward", migration->path);
    state = STATE_UNKNOWN;
  }
  PQclear(result);
  return state;
}

static bool record(PGconn *connection, const struct migration *migration, struct fault *fault) {
  uint32_t number = __builtin_bswap32((uint32_t)migration->number);
  const char *values[] = {(const char *)&number, migration->name, migration->text};
  const int lengths[] = {sizeof number, (int)strlen(migration->name), (int)migration->length};
  PGresult *result = ask(connection, "sql/store/record.sql", 3, values, lengths, fault);
  PQclear(result);
  return result != NULL;
}

// The migration and its record stand or fall together.
static bool apply(PGconn *connection, const struct migration *migration, struct fault *fault) {
  if (!run(connection, BEGIN, migration->path, fault))
    return false;
  bool good = run(connection, migration->text, migration->path, fault) && record(connection, migration, fault);
  if (good)
    return run(connection, "commit", migration->path, fault);
  PQclear(PQexec(connection, "rollback"));
  return false;
}

// As apply, again and again while others are in the way.
static bool apply_patiently(PGconn *connection, const struct migration *migration, struct fault *fault) {
  for (int tries = 1; !apply(connection, migration, fault); tries++) {
    if (fault->code != CODE_UNAVAILABLE || tries == LOCK_TRIES)
      return false;
    log_warn("a migration waits for transactions that last", LOG_TEXT("file", migration->path), LOG_NUMBER("tries", tries),
             LOG_NUMBER("again_in_ms", LOCK_PAUSE_S * 1000));
    *fault = (struct fault){.arena = fault->arena};
    nanosleep(&(struct timespec){.tv_sec = LOCK_PAUSE_S}, NULL);
  }
  return true;
}

// What a database is on. A program is told by the newest migration that it knows.
struct standing {
  int newest, oldest_program; // 0: none was applied
};

// False with a fault where the database cannot say.
static bool read_standing(PGconn *connection, struct standing *standing, struct fault *fault) {
  *standing = (struct standing){0};
  PGresult *result = ask(connection, "sql/store/newest.sql", 0, NULL, NULL, fault);
  if (result)
    *standing = (struct standing){(int)read_be32(PQgetvalue(result, 0, 0)), (int)read_be32(PQgetvalue(result, 0, 1))};
  PQclear(result);
  return result != NULL;
}

// Whether a program of before may go on: the migrations that it does not know leave it all that it uses.
static bool goes_on(const struct standing *standing, struct fault *fault) {
  return standing->oldest_program <= migrate_version() ||
         fault_set(fault, CODE_FAILED_PRECONDITION, "SCHEMA_VERSION",
                   "the database is on version %d and for programs from %d on, this program knows %d: run a newer one",
                   standing->newest, standing->oldest_program, migrate_version());
}

static bool is_numbered(const struct migration *migration, int before, struct fault *fault) {
  bool digits = isdigit((unsigned char)migration->name[0]) && migration->number > before;
  return digits || fault_set(fault, CODE_INTERNAL, "MIGRATION_NUMBER",
                             "%s: its number must be above that of the one before (%d)", migration->path, before);
}

static bool apply_missing(PGconn *connection, struct migrated *migrated, struct fault *fault) {
  struct migration migration;
  struct standing standing;
  int before = 0;
  if (!read_standing(connection, &standing, fault) || !goes_on(&standing, fault))
    return false;
  for (size_t at = 0; next_migration(&at, &migration); before = migration.number) {
    if (!is_numbered(&migration, before, fault))
      return false;
    enum state state = state_of(connection, &migration, fault);
    if (state == STATE_UNKNOWN)
      return false;
    if (state == STATE_APPLIED)
      continue;
    if (migration.number < standing.newest)
      return fault_set(fault, CODE_FAILED_PRECONDITION, "MIGRATION_MISSING",
                       "%s was not applied, later ones were: the database was made by another program", migration.path);
    if (!apply_patiently(connection, &migration, fault))
      return false;
    migrated->applied++;
  }
  migrated->version = standing.newest > before ? standing.newest : before;
  return true;
}

bool migrate_apply(PGconn *owner, struct migrated *migrated, struct fault *fault) {
  *migrated = (struct migrated){0};
  if (!run(owner, "set client_min_messages to warning", "the session", fault) || !run(owner, LOCK, "the lock", fault))
    return false;
  bool good =
      run(owner, text_of("sql/store/ledger.sql"), "sql/store/ledger.sql", fault) && apply_missing(owner, migrated, fault);
  PQclear(PQexec(owner, UNLOCK));
  return good;
}

bool migrate_newest(PGconn *connection, int *newest, struct fault *fault) {
  struct standing standing;
  bool said = read_standing(connection, &standing, fault);
  *newest = standing.newest;
  return said;
}

bool migrate_check(PGconn *connection, struct fault *fault) {
  struct arena scratch = {0};
  struct fault unknown = {.arena = &scratch};
  struct standing standing;
  int known = migrate_version();
  if (!read_standing(connection, &standing, &unknown) && PQstatus(connection) != CONNECTION_OK)
    fault_set(fault, CODE_UNAVAILABLE, "UNAVAILABLE", "the database does not answer: %s", unknown.message);
  arena_close(&scratch);
  if (fault->code != CODE_OK)
    return false;
  if (standing.newest < known)
    return fault_set(fault, CODE_FAILED_PRECONDITION, "SCHEMA_VERSION",
                     "the database is on version %d, this program needs %d: run \"zoufang migrate\" first", standing.newest,
                     known);
  return goes_on(&standing, fault);
}
