// Lists, asked for page by page.

#pragma once
#include "support/world.h"

// One page of a list. `filters`: members of the request ("\"domain\":\"coal\"" or "").
struct answer list(enum transport t, const char *user, const char *method, const char *filters, const char *token,
                   int page_size);

// All ids of a list in their order, page by page; fails the test where one comes twice or a page is too long. `items` names the
// list's member. Until the test's end.
json_t *all_ids(enum transport t, const char *user, const char *method, const char *items, const char *filters, int page_size);

// How many items a list has in all.
size_t count_of(enum transport t, const char *user, const char *method, const char *items, const char *filters);
