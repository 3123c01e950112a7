// What an account is reminded of, by Pull and by WatchLeads.

#pragma once
#include "support/client.h"
#include "support/watching.h"

// Pulls on from `cursor` to the end and counts the reminders of a kind ("OVERDUE_LEAD") about a record; the cursor is left
// where the next pull goes on.
int reminders_pulled(enum transport t, const char *user, const char **cursor, const char *kind, const char *record);

// The same, pulled again and again until there is one, for as long as the server may take to see that a time is over.
int reminders_pulled_soon(enum transport t, const char *user, const char **cursor, const char *kind, const char *record);

// The next reminder of that kind about a record among what a stream tells; NULL where none comes in that time.
json_t *reminder_watched(struct watching *watching, int timeout_ms, const char *kind, const char *record);
