#include "support/reminders.h"
#include "base/clock.h"
#include "support/client_wire.h"
#include "support/world.h"
#include "suite.h"
#include <poll.h>
#include <string.h>

enum { SOON_MS = 20000, LOOK_MS = 100 };

static bool is_about(json_t *reminder, const char *kind, const char *record) {
  return strcmp(text_at(reminder, "recordId"), record) == 0 &&
         strcmp(text_at(reminder, "kind"), arena_printf(client_memory(), "REMINDER_KIND_%s", kind)) == 0;
}

int reminders_pulled(enum transport t, const char *user, const char **cursor, const char *kind, const char *record) {
  int count = 0;
  for (bool more = true; more;) {
    struct answer answer =
        ask(world()->client, t, token_of(user), "SyncService/Pull", "{\"cursor\":\"%s\",\"pageSize\":500}", *cursor);
    CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
    size_t i;
    json_t *reminder;
    json_array_foreach(json_at(answer.body, "reminders"), i, reminder) count += is_about(reminder, kind, record);
    more = json_is_true(json_at(answer.body, "more"));
    *cursor = text_at(answer.body, "cursor");
  }
  return count;
}

int reminders_pulled_soon(enum transport t, const char *user, const char **cursor, const char *kind, const char *record) {
  int64_t until_us = clock_us() + SOON_MS * 1000LL;
  int count;
  while ((count = reminders_pulled(t, user, cursor, kind, record)) == 0 && clock_us() < until_us)
    poll(NULL, 0, LOOK_MS);
  return count;
}

json_t *reminder_watched(struct watching *watching, int timeout_ms, const char *kind, const char *record) {
  int64_t until_us = clock_us() + timeout_ms * 1000LL;
  json_t *change;
  while ((change = watching_told(watching, (int)((until_us - clock_us()) / 1000)))) {
    json_t *reminder = json_at(change, "reminder");
    if (reminder && is_about(reminder, kind, record))
      return change;
    if (clock_us() >= until_us)
      break;
  }
  return NULL;
}
