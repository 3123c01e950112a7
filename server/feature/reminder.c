// Reminders that no call writes are written here, within a second or a few: of what became overdue by time alone, and of who
// was given unusually many records.

#include "feature/reminder.h"
#include "base/log.h"
#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { EVERY_S = 1, NUMBER_TEXT = 24 };

struct reminder {
  struct arena memory; // its own
  struct accounts *accounts;
  struct errand *errand;
};

// As many of a kind at once as a stream can take.
static bool remind_of_overdue(PGconn *connection, const atomic_bool *stop) {
  PGresult *result = PQexec(connection, "select reminded from zoufang.remind_due(500)");
  bool good = PQresultStatus(result) == PGRES_TUPLES_OK;
  if (good && strcmp(PQgetvalue(result, 0, 0), "0") != 0)
    log_debug("reminded of what became overdue", LOG_TEXT("reminders", PQgetvalue(result, 0, 0)));
  else if (!good && !atomic_load(stop))
    log_warn("nobody is reminded of what became overdue", LOG_TEXT("internal", PQerrorMessage(connection)));
  PQclear(result);
  return good;
}

static bool remind_of_unusual(PGconn *connection, const struct unusual *unusual) {
  char user[UUID_TEXT], records[NUMBER_TEXT];
  uuid_write(unusual->user, user);
  snprintf(records, sizeof records, "%lld", (long long)unusual->records);
  const char *const values[] = {user, records};
  PGresult *result =
      PQexecParams(connection, "select zoufang.remind_volume($1::uuid, $2::int8)", 2, NULL, values, NULL, NULL, 0);
  bool good = PQresultStatus(result) == PGRES_TUPLES_OK;
  if (good)
    log_warn("an account was given unusually many records", LOG_TEXT("user_id", user), LOG_NUMBER("records", unusual->records));
  PQclear(result);
  return good;
}

static bool remind(PGconn *connection, const atomic_bool *stop, void *context) {
  struct reminder *reminder = context;
  struct unusual unusual;
  while (!atomic_load(stop) && accounts_next_unusual(reminder->accounts, &unusual))
    if (!remind_of_unusual(connection, &unusual)) {
      accounts_unusual_again(reminder->accounts, &unusual);
      return false;
    }
  return remind_of_overdue(connection, stop);
}

struct reminder *reminder_open(const char *url, struct accounts *accounts) {
  struct reminder *reminder = arena_hold(sizeof *reminder, offsetof(struct reminder, memory));
  reminder->accounts = accounts;
  reminder->errand = errand_open(
      &(struct errand_options){.name = "reminder", .url = url, .every_s = EVERY_S, .work = remind, .context = reminder});
  return reminder;
}

void reminder_close(struct reminder *reminder) {
  if (!reminder)
    return;
  errand_close(reminder->errand);
  arena_drop(&reminder->memory);
}
