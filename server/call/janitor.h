// What is kept for a time only: forgotten once an hour.

#pragma once
#include "call/errand.h"

// Forgets at once and then every hour. `url`: the serving role's; must outlive it. Several servers on one database do no harm.
// Ended by errand_close.
struct errand *janitor_open(const char *url);
