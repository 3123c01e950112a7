// What nobody's call tells of is told while the server serves: what became overdue, and who was given unusually much.

#pragma once
#include "call/accounts.h"
#include "call/errand.h"

struct reminder;

// Reminds at once and then every second. `url`: the serving role's; it and `accounts` must outlive it. Of several servers on
// one database one reminds of what is overdue, and each of its own accounts.
struct reminder *reminder_open(const char *url, struct accounts *accounts);

// NULL is none.
void reminder_close(struct reminder *reminder);
