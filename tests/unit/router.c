// Routes: which method a path means.

#include "transport/router.h"
#include "suite.h"
#include <string.h>

enum { METHODS_MAX = 16 };

// A schema of nothing but routes: each method is named as its route is written, "GET /v1/visits/{id}".
static struct arena arena;
static struct fault fault;
static struct method methods[METHODS_MAX];
static struct schema schema;

static void serve(const char *const *routes) {
  arena_reset(&arena);
  fault = (struct fault){.arena = &arena};
  memset(methods, 0, sizeof methods);
  schema = (struct schema){.methods = methods};
  for (; *routes; routes++) {
    const char *space = strchr(*routes, ' ');
    struct method *method = &methods[schema.method_count++];
    method->name = *routes;
    method->route_count = 1;
    method->routes[0] = (struct route){arena_strndup(&arena, *routes, (size_t)(space - *routes)), space + 1, ""};
  }
}

#define SERVE(...) serve((const char *const[]){__VA_ARGS__, NULL})

static struct router *make(void) {
  return router_make(&schema, false, &arena, &fault);
}

// What was found, as one text: "GET /v1/visits/{id} id=7", "NO_PATH", "OTHER_VERB GET, HEAD".
static const char *found(const struct router *router, const char *verb, const char *path) {
  struct route_match match;
  enum routing routing = router_find(router, verb, path, &match);
  if (routing == ROUTING_NO_PATH)
    return "NO_PATH";
  if (routing == ROUTING_OTHER_VERB)
    return arena_printf(&arena, "OTHER_VERB %s", match.allow);
  const char *text = match.method->name;
  for (unsigned i = 0; i < match.count; i++) {
    const struct route_variable *variable = &match.variables[i];
    text = arena_printf(&arena, "%s %s=%.*s", text, variable->name, (int)variable->length, variable->text);
  }
  return text;
}

static void a_path_finds_the_method_of_its_template(void) {
  SERVE("GET /v1/visits", "POST /v1/visits", "GET /v1/visits/{id}", "PATCH /v1/visits/{visit.id}",
        "GET /v1/visits/{id}/versions");
  struct router *router = make();
  CU_ASSERT_STRING_EQUAL(found(router, "GET", "/v1/visits"), "GET /v1/visits");
  CU_ASSERT_STRING_EQUAL(found(router, "POST", "/v1/visits"), "POST /v1/visits");
  CU_ASSERT_STRING_EQUAL(found(router, "GET", "/v1/visits/7"), "GET /v1/visits/{id} id=7");
  CU_ASSERT_STRING_EQUAL(found(router, "PATCH", "/v1/visits/7"), "PATCH /v1/visits/{visit.id} visit.id=7");
  CU_ASSERT_STRING_EQUAL(found(router, "GET", "/v1/visits/7/versions"), "GET /v1/visits/{id}/versions id=7");
}

static void a_path_that_fits_no_template_is_not_found(void) {
  SERVE("GET /v1/visits", "GET /v1/visits/{id}");
  struct router *router = make();
  const char *const paths[] = {"",           "/",           "/v1",           "/v1/",           "/v1/visit",   "/v1/visitss",
                               "/V1/visits", "/v1/visits/", "/v1/visits/7/", "/v1/visits/7/x", "//v1/visits", "*"};
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
    CU_ASSERT_STRING_EQUAL(found(router, "GET", paths[i]), "NO_PATH");
}

static void another_verb_is_told_which_ones_the_path_takes(void) {
  SERVE("GET /v1/visits/{id}", "PATCH /v1/visits/{visit.id}", "POST /v1/visits/{id}:accept");
  struct router *router = make();
  CU_ASSERT_STRING_EQUAL(found(router, "DELETE", "/v1/visits/7"), "OTHER_VERB GET, HEAD, PATCH");
  CU_ASSERT_STRING_EQUAL(found(router, "GET", "/v1/visits/7:accept"), "OTHER_VERB POST");
}

static void head_is_get(void) {
  SERVE("GET /v1/visits", "POST /v1/auth:login");
  struct router *router = make();
  CU_ASSERT_STRING_EQUAL(found(router, "HEAD", "/v1/visits"), "GET /v1/visits");
  CU_ASSERT_STRING_EQUAL(found(router, "HEAD", "/v1/auth:login"), "OTHER_VERB POST");
}

static void a_custom_verb_is_split_off_the_last_segment(void) {
  SERVE("POST /v1/auth:login", "GET /v1/leads:watch", "POST /v1/leads/{id}:advance", "POST /v1/leads/{id}:recuse",
        "GET /v1/leads/{id}");
  struct router *router = make();
  CU_ASSERT_STRING_EQUAL(found(router, "POST", "/v1/auth:login"), "POST /v1/auth:login");
  CU_ASSERT_STRING_EQUAL(found(router, "GET", "/v1/leads:watch"), "GET /v1/leads:watch");
  CU_ASSERT_STRING_EQUAL(found(router, "POST", "/v1/leads/7:advance"), "POST /v1/leads/{id}:advance id=7");
  CU_ASSERT_STRING_EQUAL(found(router, "POST", "/v1/leads/7:recuse"), "POST /v1/leads/{id}:recuse id=7");
  CU_ASSERT_STRING_EQUAL(found(router, "POST", "/v1/auth"), "NO_PATH");
  CU_ASSERT_STRING_EQUAL(found(router, "POST", "/v1/auth:logi"), "NO_PATH");
  CU_ASSERT_STRING_EQUAL(found(router, "POST", "/v1/leads/:advance"), "OTHER_VERB GET, HEAD");
}

static void a_colon_that_begins_no_custom_verb_belongs_to_the_value(void) {
  SERVE("GET /v1/terms/{id}", "POST /v1/terms/{id}:retire");
  struct router *router = make();
  CU_ASSERT_STRING_EQUAL(found(router, "GET", "/v1/terms/a:b"), "GET /v1/terms/{id} id=a:b");
  CU_ASSERT_STRING_EQUAL(found(router, "POST", "/v1/terms/a:b:retire"), "POST /v1/terms/{id}:retire id=a:b");
  CU_ASSERT_STRING_EQUAL(found(router, "GET", "/v1/terms/a%3Aretire"), "GET /v1/terms/{id} id=a%3Aretire");
}

static void a_literal_goes_before_a_variable_whichever_came_first(void) {
  SERVE("GET /v1/{kind}/all", "GET /v1/leads/{id}", "GET /v1/leads/mine", "GET /v1/{kind}/{id}/x");
  struct router *router = make();
  CU_ASSERT_STRING_EQUAL(found(router, "GET", "/v1/leads/mine"), "GET /v1/leads/mine");
  CU_ASSERT_STRING_EQUAL(found(router, "GET", "/v1/leads/7"), "GET /v1/leads/{id} id=7");
  CU_ASSERT_STRING_EQUAL(found(router, "GET", "/v1/visits/all"), "GET /v1/{kind}/all kind=visits");
  CU_ASSERT_STRING_EQUAL(found(router, "GET", "/v1/leads/7/x"), "GET /v1/{kind}/{id}/x kind=leads id=7");
}

static void an_escaped_slash_stays_within_its_segment(void) {
  SERVE("GET /v1/visits/{id}", "GET /v1/visits/{id}/versions");
  struct router *router = make();
  CU_ASSERT_STRING_EQUAL(found(router, "GET", "/v1/visits/7%2Fversions"), "GET /v1/visits/{id} id=7%2Fversions");
  CU_ASSERT_STRING_EQUAL(found(router, "GET", "/v1%2Fvisits/7"), "NO_PATH");
}

static void two_methods_for_one_request_are_a_fault(void) {
  SERVE("GET /v1/visits/{id}", "GET /v1/visits/{visit.id}");
  CU_ASSERT_PTR_NULL(make());
  CU_ASSERT_STRING_EQUAL(fault.reason, "ROUTE_CONFLICT");
  CU_ASSERT_PTR_NOT_NULL(strstr(fault.message, "GET /v1/visits/{id}"));
}

static void a_template_that_cannot_be_read_is_a_fault(void) {
  const char *const routes[] = {"GET v1/visits", "GET /v1//visits", "GET /v1/{}",    "GET /v1/{id=visits/*}",   "GET /v1/a{id}",
                                "GET /v1/*",     "GET /v1/visits/", "GET /v1/a%20b", "GET /{a}/{b}/{c}/{d}/{e}"};
  for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
    SERVE(routes[i]);
    CU_ASSERT_PTR_NULL(make());
    CU_ASSERT_STRING_EQUAL(fault.reason, "ROUTE_TEMPLATE");
  }
}

static const char *unescaped(const char *text) {
  size_t length;
  return router_unescape(&arena, text, strlen(text), &length);
}

static void escapes_are_undone_once(void) {
  arena_reset(&arena);
  CU_ASSERT_STRING_EQUAL(unescaped("a%2Fb%2fc"), "a/b/c");
  CU_ASSERT_STRING_EQUAL(unescaped("%E6%9E%97%E8%A5%BF"), "林西");
  CU_ASSERT_STRING_EQUAL(unescaped("100%25"), "100%");
  CU_ASSERT_STRING_EQUAL(unescaped("%2541"), "%41");
  CU_ASSERT_STRING_EQUAL(unescaped("a+b"), "a+b");
  size_t length;
  CU_ASSERT_PTR_NOT_NULL(router_unescape(&arena, "a%00b", 5, &length));
  CU_ASSERT_EQUAL(length, 3);
}

static void an_escape_that_is_none_is_refused(void) {
  const char *const texts[] = {"%", "%4", "a%", "%zz", "%4g", "%%41", "% 1", "%-1"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    CU_ASSERT_PTR_NULL(unescaped(texts[i]));
}

SUITE(router, TEST(a_path_finds_the_method_of_its_template), TEST(a_path_that_fits_no_template_is_not_found),
      TEST(another_verb_is_told_which_ones_the_path_takes), TEST(head_is_get),
      TEST(a_custom_verb_is_split_off_the_last_segment), TEST(a_colon_that_begins_no_custom_verb_belongs_to_the_value),
      TEST(a_literal_goes_before_a_variable_whichever_came_first), TEST(an_escaped_slash_stays_within_its_segment),
      TEST(two_methods_for_one_request_are_a_fault), TEST(a_template_that_cannot_be_read_is_a_fault),
      TEST(escapes_are_undone_once), TEST(an_escape_that_is_none_is_refused));
