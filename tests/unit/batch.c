// Batches that fail whole, and the items that they are made of.

#include "call/batch.h"
#include "api.h"
#include "call/items.h"
#include "call/observe.h"
#include "call/server.h"
#include "call/trip.h"
#include "schema/json.h"

enum { GROUP = 50 };

static struct call_metrics *metrics;
static struct server server;

static bool open_all(void) {
  if (!api_open())
    return false;
  server = (struct server){.schema = &api, .metrics = metrics ? metrics : (metrics = observe_open(&api))};
  return true;
}

static struct call *push_of(const char *json) {
  const char path[] = "/zoufang.v1.SyncService/Push";
  struct call *call = call_make(&server, schema_method(&api, path, sizeof path - 1));
  call->request = json_read(&api, call->method->input, json, strlen(json), &call->arena, NULL, &call->fault);
  CU_ASSERT_PTR_NOT_NULL_FATAL(call->request);
  call->exchange.in = call->request;
  call->items = items_make(call);
  return call;
}

// A push of so many empty visits.
static struct call *push_of_visits(size_t count) {
  struct arena arena = {0};
  struct buffer json = {.arena = &arena};
  buffer_string(&json, "{\"visits\":[");
  for (size_t i = 0; i < count; i++)
    buffer_string(&json, i ? ",{}" : "{}");
  buffer_string(&json, "]}");
  struct call *call = push_of(buffer_text(&json));
  arena_close(&arena);
  return call;
}

// What a database does to a batch in which some items are bad: a run with any of these fails, else all of it is done.
struct database {
  const bool *bad;
  int *done; // by place - 1: how often
  size_t runs, largest_after_first;
};

static bool run(struct database *database, const struct call *call, const bool *out) {
  size_t size = 0;
  bool fails = false;
  for (size_t i = 0; i < call->items->count; i++) {
    size += !out[i];
    fails |= !out[i] && database->bad[i];
  }
  if (database->runs++ && size > database->largest_after_first)
    database->largest_after_first = size;
  for (size_t i = 0; i < call->items->count; i++)
    database->done[i] += !out[i] && !fails;
  return !fails;
}

static void run_to_the_end(struct database *database, struct call *call) {
  struct trip trip = {.sqlstate = "23514", .fault = {.arena = &call->arena}};
  fault_set(&trip.fault, CODE_INVALID_ARGUMENT, "INVALID", "bad");
  call->under_way = &trip;
  const bool *out = call->items->out;
  do {
    if (!run(database, call, out)) {
      CU_ASSERT_TRUE_FATAL(batch_can_split(call));
      batch_split(call);
    }
    out = NULL;
    if (call->batch && batch_next(call))
      out = call->exchange.selection.out;
  } while (out);
}

static void check_batch(size_t count, const size_t *bad_places, size_t bad_count) {
  struct call *call = push_of_visits(count);
  bool *bad = arena_array(&call->arena, count, sizeof *bad);
  struct database database = {.bad = bad, .done = arena_array(&call->arena, count, sizeof *database.done)};
  for (size_t i = 0; i < bad_count; i++)
    bad[bad_places[i]] = true;
  run_to_the_end(&database, call);
  size_t wrong = 0;
  for (size_t i = 0; i < count; i++) {
    bool refused = call_item_fault(call, i + 1) != NULL;
    wrong += refused != bad[i] || database.done[i] != !bad[i];
  }
  CU_ASSERT_EQUAL(0, wrong);
  CU_ASSERT_TRUE(database.largest_after_first <= GROUP);
  call_free(call);
}

static void bad_items_end_alone_and_all_others_are_done_once(void) {
  check_batch(1, (const size_t[]){0}, 1);
  check_batch(2, (const size_t[]){1}, 1);
  check_batch(2, (const size_t[]){0, 1}, 2);
  check_batch(50, (const size_t[]){17}, 1);
  check_batch(51, (const size_t[]){50}, 1);
  check_batch(500, (const size_t[]){0, 49, 50, 250, 499}, 5);
  check_batch(137, NULL, 0);
}

static void a_batch_of_nothing_but_bad_items_comes_to_an_end(void) {
  size_t all[120];
  for (size_t i = 0; i < 120; i++)
    all[i] = i;
  check_batch(120, all, 120);
}

static void parts_run_in_the_order_that_the_handler_gave(void) {
  struct call *call = push_of("{\"visits\":[{}],\"photos\":[{}],\"leads\":[{}]}");
  struct trip trip = {.sqlstate = "23505", .fault = {.arena = &call->arena}};
  const uint32_t order[] = {0, 2, 1};
  call->under_way = &trip;
  call_item_order(call, order);
  batch_split(call); // halves: {visit, lead}, {photo}
  CU_ASSERT_TRUE(batch_next(call));
  CU_ASSERT_FALSE(call->exchange.selection.out[0]);
  CU_ASSERT_TRUE(call->exchange.selection.out[1]);
  CU_ASSERT_FALSE(call->exchange.selection.out[2]);
  CU_ASSERT_TRUE(batch_next(call));
  CU_ASSERT_TRUE(call->exchange.selection.out[0]);
  CU_ASSERT_FALSE(call->exchange.selection.out[1]);
  CU_ASSERT_FALSE(batch_next(call));
  call_free(call);
}

static void only_what_the_data_did_is_run_in_parts(void) {
  struct call *call = push_of_visits(3);
  struct trip trip = {.fault = {.arena = &call->arena}};
  call->under_way = &trip;
  const struct {
    const char *sqlstate;
    bool splits;
  } cases[] = {{"22003", true},  {"23503", true},  {"23514", true},  {"40001", false}, {"57014", false},
               {"42P01", false}, {"ZF403", false}, {"57P01", false}, {"", false}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    snprintf(trip.sqlstate, sizeof trip.sqlstate, "%s", cases[i].sqlstate);
    CU_ASSERT_EQUAL(cases[i].splits, batch_can_split(call));
  }
  call_free(call);
}

// --- Items -----------------------------------------------------------------------------------------------------------

static void items_are_counted_through_all_lists_in_field_order(void) {
  struct call *call = push_of("{\"visits\":[{},{}],\"photos\":[{}],\"leads\":[{},{}]}");
  size_t place = 99;
  const char *rest = NULL;
  CU_ASSERT_EQUAL(5, call_item_count(call));
  CU_ASSERT_TRUE(items_find(call->items, "visits[1].position.latitude", &place, &rest));
  CU_ASSERT_EQUAL(1, place);
  CU_ASSERT_STRING_EQUAL("position.latitude", rest);
  CU_ASSERT_TRUE(items_find(call->items, "photos[0]", &place, &rest));
  CU_ASSERT_EQUAL(2, place);
  CU_ASSERT_STRING_EQUAL("", rest);
  CU_ASSERT_TRUE(items_find(call->items, "leads[1].accused[3].name", &place, &rest));
  CU_ASSERT_EQUAL(4, place);
  CU_ASSERT_STRING_EQUAL("accused[3].name", rest);
  call_free(call);
}

static void a_path_of_no_item_is_found_nowhere(void) {
  struct call *call = push_of("{\"visits\":[{}]}");
  const char *const paths[] = {"",          "visits", "visits[1]", "visits[0", "visits[].kind", "visits[99999999999]",
                               "photos[0]", "cursor", "visit[0]"};
  size_t place;
  const char *rest;
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
    CU_ASSERT_FALSE(items_find(call->items, paths[i], &place, &rest));
  call_free(call);
}

static void a_bad_item_is_left_out_and_the_others_are_not(void) {
  struct call *call = push_of(
      "{\"visits\":[{\"kind\":1,\"regionCode\":\"150424100202\",\"startedAt\":\"2026-03-01T00:00:00Z\"},{\"kind\":1}]}");
  items_check(call->items, &call->arena);
  CU_ASSERT_FALSE(call->items->out[0]);
  CU_ASSERT_PTR_NULL(call_item_fault(call, 1));
  CU_ASSERT_TRUE(call->items->out[1]);
  CU_ASSERT_TRUE(same_text("region_code REQUIRED, started_at REQUIRED", told_by(call_item_fault(call, 2))));
  call_free(call);
}

static void a_violation_of_the_whole_request_is_not_laid_on_an_item(void) {
  struct call *call = push_of("{\"visits\":[{}]}");
  fault_field(&call->read_fault, "visits[0].kind", "WRONG_TYPE", NULL);
  fault_field(&call->read_fault, "nonsense", "UNKNOWN_FIELD", NULL);
  CU_ASSERT_FALSE(items_sort(call->items, &call->read_fault, &call->arena));
  CU_ASSERT_FALSE(call->items->out[0]);
  call_free(call);
}

SUITE_WITH(batch, open_all, api_close, 0, TEST(bad_items_end_alone_and_all_others_are_done_once),
           TEST(a_batch_of_nothing_but_bad_items_comes_to_an_end), TEST(parts_run_in_the_order_that_the_handler_gave),
           TEST(only_what_the_data_did_is_run_in_parts), TEST(items_are_counted_through_all_lists_in_field_order),
           TEST(a_path_of_no_item_is_found_nowhere), TEST(a_bad_item_is_left_out_and_the_others_are_not),
           TEST(a_violation_of_the_whole_request_is_not_laid_on_an_item));
