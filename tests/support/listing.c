// Pages of lists are asked for and put together here.

#include "support/listing.h"
#include "support/client_wire.h"
#include <CUnit/CUnit.h>

enum { PAGES_MAX = 200, LARGEST_PAGE = 500 };

struct answer list(enum transport t, const char *user, const char *method, const char *filters, const char *token,
                   int page_size) {
  return ask(world()->client, t, token_of(user), method, "{%s%s\"pageSize\":%d,\"pageToken\":\"%s\"}", filters,
             *filters ? "," : "", page_size, token);
}

json_t *all_ids(enum transport t, const char *user, const char *method, const char *items, const char *filters, int page_size) {
  json_t *ids = json_array(), *seen = json_object();
  const char *token = "";
  int page = 0;
  do {
    struct answer answer = list(t, user, method, filters, token, page_size);
    CU_ASSERT_EQUAL(answer.code, CODE_OK);
    size_t i;
    json_t *item;
    json_array_foreach(json_at(answer.body, items), i, item) {
      const char *id = text_at(item, "id");
      CU_ASSERT_PTR_NULL(json_object_get(seen, id));
      json_object_set_new(seen, id, json_true());
      json_array_append_new(ids, json_string(id));
    }
    CU_ASSERT_TRUE(count_at(answer.body, items) <= (size_t)page_size);
    token = text_at(answer.body, "nextPageToken");
  } while (*token && ++page < PAGES_MAX);
  json_decref(seen);
  return client_keep(ids);
}

size_t count_of(enum transport t, const char *user, const char *method, const char *items, const char *filters) {
  return json_array_size(all_ids(t, user, method, items, filters, LARGEST_PAGE));
}
