// Page tokens: good for one list, its filters and one person.

#include "store/page.h"
#include "support/stage.h"

static const char LIST[] = "VisitService/ListVisits";
static const uint8_t ME[UUID_BYTES] = {1, 2, 3}, ANOTHER[UUID_BYTES] = {1, 2, 4};

// The token that a first page with this request ends in.
static const char *token_of(const char *method, const char *json, const uint8_t user[UUID_BYTES]) {
  struct exchange *exchange = stage_ask(method, json);
  CU_ASSERT_TRUE(page_read(exchange));
  exchange->page.more = true;
  exchange->page.next_count = 3;
  exchange->page.next[0] = (struct page_value){"started_at", TYPE_TIMESTAMPTZ, "\0\0\0\0\0\0\0\7", 8};
  exchange->page.next[1] = (struct page_value){"nothing", TYPE_TEXT, NULL, -1};
  exchange->page.next[2] = (struct page_value){"id", TYPE_UUID, "0123456789abcdef", 16};
  CU_ASSERT_TRUE(page_write(exchange, user));
  return field_text(exchange->out, exchange->method->next_page_token);
}

// Reads the token with a request that goes on with `rest`, as ",\"kinds\":[1]".
static bool is_taken(const char *method, const char *token, const char *rest) {
  struct exchange *exchange = stage_ask(method, arena_printf(&stage.arena, "{\"pageToken\":\"%s\"%s}", token, rest));
  bool taken = page_read(exchange);
  CU_ASSERT_EQUAL(taken, exchange->page.given);
  if (!taken) {
    CU_ASSERT_EQUAL(stage.fault.code, CODE_INVALID_ARGUMENT);
    CU_ASSERT_STRING_EQUAL(stage.fault.reason, "BAD_PAGE_TOKEN");
  }
  return taken;
}

static void a_token_brings_back_its_values(void) {
  const char *token = token_of(LIST, "{}", ME);
  CU_ASSERT_TRUE_FATAL(is_taken(LIST, token, ""));
  const struct page *page = &stage.exchange.page;
  CU_ASSERT_EQUAL_FATAL(page->count, 3);
  CU_ASSERT_STRING_EQUAL(page->values[0].name, "started_at");
  CU_ASSERT_EQUAL(page->values[0].type, TYPE_TIMESTAMPTZ);
  CU_ASSERT_EQUAL(page->values[0].bytes[7], 7);
  CU_ASSERT_EQUAL(page->values[1].length, -1);
  CU_ASSERT_EQUAL(page->values[2].length, 16);
  CU_ASSERT_EQUAL(memcmp(page->values[2].bytes, "0123456789abcdef", 16), 0);
}

static void the_page_size_is_clamped(void) {
  static const struct {
    const char *json;
    int32_t size;
  } cases[] = {
      {"{}", 50}, {"{\"pageSize\":1}", 1}, {"{\"pageSize\":500}", 500}, {"{\"pageSize\":501}", 500}, {"{\"pageSize\":-3}", 50}};
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
    CU_ASSERT_TRUE(page_read(stage_ask(LIST, cases[i].json)));
    CU_ASSERT_EQUAL(stage.exchange.page.size, cases[i].size);
  }
}

static void a_token_is_good_for_its_filters_alone(void) {
  const char *token = token_of(LIST, "{\"kinds\":[1],\"regionCode\":\"150424000000\"}", ME);
  CU_ASSERT_TRUE(is_taken(LIST, token, ",\"kinds\":[1],\"regionCode\":\"150424000000\""));
  CU_ASSERT_FALSE(is_taken(LIST, token, ",\"kinds\":[2],\"regionCode\":\"150424000000\""));
  CU_ASSERT_FALSE(is_taken(LIST, token, ",\"kinds\":[1]"));
  CU_ASSERT_FALSE(is_taken(LIST, token, ""));
}

static void size_and_count_may_change_from_page_to_page(void) {
  const char *token = token_of(LIST, "{\"pageSize\":10,\"total\":true}", ME);
  CU_ASSERT_TRUE(is_taken(LIST, token, ",\"pageSize\":20"));
}

static void a_token_of_another_list_is_refused(void) {
  const char *token = token_of("VisitService/ListVisits", "{}", ME);
  CU_ASSERT_FALSE(is_taken("LeadService/ListLeads", token, ""));
}

static void a_token_that_was_touched_is_refused(void) {
  const char *token = token_of(LIST, "{}", ME);
  size_t length = strlen(token);
  for (size_t i = 0; i < length; i++) {
    char *touched = arena_strdup(&stage.arena, token);
    touched[i] = touched[i] == 'A' ? 'B' : 'A';
    CU_ASSERT_FALSE(is_taken(LIST, touched, ""));
    CU_ASSERT_FALSE(is_taken(LIST, arena_strndup(&stage.arena, token, i ? i : 1), ""));
  }
  CU_ASSERT_FALSE(is_taken(LIST, "not a token", ""));
}

static void a_token_of_another_user_is_refused_before_the_reply(void) {
  const char *token = token_of(LIST, "{}", ANOTHER);
  CU_ASSERT_TRUE(is_taken(LIST, token, ""));
  CU_ASSERT_FALSE(page_write(&stage.exchange, ME));
  CU_ASSERT_STRING_EQUAL(stage.fault.reason, "BAD_PAGE_TOKEN");
  CU_ASSERT_TRUE(is_taken(LIST, token, ""));
  CU_ASSERT_TRUE(page_write(&stage.exchange, ANOTHER));
}

static void the_last_page_has_no_token(void) {
  struct exchange *exchange = stage_ask(LIST, "{}");
  CU_ASSERT_TRUE(page_read(exchange));
  CU_ASSERT_TRUE(page_write(exchange, ME));
  CU_ASSERT_STRING_EQUAL(field_text(exchange->out, exchange->method->next_page_token), "");
}

static void the_request_stays_as_it_was(void) {
  const char *token = token_of(LIST, "{}", ME);
  CU_ASSERT_TRUE(is_taken(LIST, token, ",\"pageSize\":7,\"total\":true"));
  CU_ASSERT_STRING_EQUAL(field_text(stage.exchange.in, stage.exchange.method->page_token), token);
  CU_ASSERT_EQUAL(*(const int32_t *)field_at(stage.exchange.in, stage.exchange.method->page_size), 7);
}

SUITE_WITH(page, stage_open, stage_close, 0, TEST(a_token_brings_back_its_values), TEST(the_page_size_is_clamped),
           TEST(a_token_is_good_for_its_filters_alone), TEST(size_and_count_may_change_from_page_to_page),
           TEST(a_token_of_another_list_is_refused), TEST(a_token_that_was_touched_is_refused),
           TEST(a_token_of_another_user_is_refused_before_the_reply), TEST(the_last_page_has_no_token),
           TEST(the_request_stays_as_it_was));
