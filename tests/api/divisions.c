// What everybody who is signed in reads: regions, offices, vocabularies.

#include "suite.h"
#include "support/client_wire.h"
#include "support/world.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { REGIONS = 2667, COUNTIES = 12, TOWNSHIPS = 197, VILLAGES = 2457, PAGES_MAX = 100 };

static struct answer read_as_nobody(enum transport t, const char *method, const char *request) {
  return ask(world()->client, t, token_of("nobody"), method, "%s", request);
}

// Goes through all pages of a list: how many elements there were, no `key` less than the one before.
static size_t walk(enum transport t, const char *method, const char *member, const char *filters, int page_size,
                   const char *key) {
  char last[64] = "";
  const char *page = "";
  size_t count = 0;
  for (int pages = 0; pages < PAGES_MAX; pages++) {
    struct answer answer = ask(world()->client, t, token_of("nobody"), method, "{%s\"pageSize\":%d,\"pageToken\":\"%s\"}",
                               filters, page_size, page);
    CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
    CU_ASSERT_TRUE(count_at(answer.body, member) <= (size_t)page_size);
    for (size_t i = 0; i < count_at(answer.body, member); i++, count++) {
      const char *name = key ? text_at(json_array_get(json_at(answer.body, member), i), key) : "";
      CU_ASSERT_TRUE(!key || strcmp(last, name) <= 0);
      snprintf(last, sizeof last, "%s", name);
    }
    page = text_at(answer.body, "nextPageToken");
    if (!*page)
      return count;
  }
  CU_FAIL("a list does not end");
  return count;
}

static void a_region_says_what_and_where_it_is(void) {
  BOTH(t) {
    struct answer answer = read_as_nobody(t, "RegionService/GetRegion", "{\"code\":\"" LINXI_TOWNSHIP "\"}");
    CU_ASSERT_EQUAL(answer.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "code"), LINXI_TOWNSHIP);
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "parentCode"), LINXI);
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "level"), "REGION_LEVEL_TOWNSHIP");
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "name"), "林西镇");
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "successorCode"), "");
  }
}

static void a_region_that_is_not_there_or_no_code_is_refused(void) {
  BOTH(t) {
    CU_ASSERT_EQUAL(read_as_nobody(t, "RegionService/GetRegion", "{\"code\":\"999999999999\"}").code, CODE_NOT_FOUND);
    const char *const bad[] = {"15042410000", "1504241000000", "050424100000", "15042410000x", "林西镇"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
      struct answer answer =
          ask(world()->client, t, token_of("nobody"), "RegionService/GetRegion", "{\"code\":\"%s\"}", bad[i]);
      CU_ASSERT_EQUAL(answer.code, CODE_INVALID_ARGUMENT);
      CU_ASSERT_TRUE(names_field(&answer, "code", NULL));
    }
  }
}

static void the_tree_is_walked_from_its_top(void) {
  BOTH(t) {
    struct answer top = read_as_nobody(t, "RegionService/ListRegions", "{\"total\":true}");
    CU_ASSERT_TRUE(count_at(top.body, "regions") >= 1);
    CU_ASSERT_EQUAL(number_at(top.body, "totalSize"), (long long)count_at(top.body, "regions"));
    CU_ASSERT_EQUAL(walk(t, "RegionService/ListRegions", "regions", "\"parentCode\":\"" CITY "\",", 5, "code"), COUNTIES);
    struct answer leaf = read_as_nobody(t, "RegionService/ListRegions", "{\"parentCode\":\"" LINXI_VILLAGE "\"}");
    CU_ASSERT_EQUAL(leaf.code, CODE_OK);
    CU_ASSERT_EQUAL(count_at(leaf.body, "regions"), 0);
  }
}

static void regions_are_found_by_part_of_their_name_and_level(void) {
  BOTH(t) {
    struct answer found =
        read_as_nobody(t, "RegionService/ListRegions",
                       "{\"query\":\"林西\",\"parentCode\":\"" CITY "\",\"level\":\"REGION_LEVEL_COUNTY\",\"total\":true}");
    CU_ASSERT_EQUAL(count_at(found.body, "regions"), 1);
    CU_ASSERT_STRING_EQUAL(text_at(found.body, "regions.0.code"), LINXI);
    CU_ASSERT_EQUAL(number_at(found.body, "totalSize"), 1);
    struct answer townships =
        read_as_nobody(t, "RegionService/ListRegions", "{\"query\":\"林西\",\"level\":\"REGION_LEVEL_TOWNSHIP\"}");
    CU_ASSERT_STRING_EQUAL(text_at(townships.body, "regions.0.code"), LINXI_TOWNSHIP);
    // A wildcard of SQL is a character like others.
    CU_ASSERT_EQUAL(count_at(read_as_nobody(t, "RegionService/ListRegions", "{\"query\":\"%\"}").body, "regions"), 0);
    CU_ASSERT_EQUAL(count_at(read_as_nobody(t, "RegionService/ListRegions", "{\"query\":\"林_\"}").body, "regions"), 0);
  }
}

static void every_region_is_on_one_page_of_the_whole(void) {
  BOTH(t) {
    const char *villages = "\"query\":\"村\",\"parentCode\":\"" CITY "\",\"level\":\"REGION_LEVEL_VILLAGE\",";
    long long expected = sql_number("select count(*) from region where level = 5 and strpos(name, '村') > 0");
    CU_ASSERT_TRUE(expected > 1000);
    CU_ASSERT_EQUAL((long long)walk(t, "RegionService/ListRegions", "regions", villages, 500, "code"), expected);
  }
  CU_ASSERT_EQUAL(sql_number("select count(*) from region where code between 150400000000 and 150499999999"), REGIONS);
  CU_ASSERT_EQUAL(sql_number("select count(*) from region where level = 4"), TOWNSHIPS);
  CU_ASSERT_EQUAL(sql_number("select count(*) from region where level = 5"), VILLAGES);
}

static void a_page_token_is_good_for_its_own_list_alone(void) {
  BOTH(t) {
    struct answer first = read_as_nobody(t, "RegionService/ListRegions", "{\"parentCode\":\"" CITY "\",\"pageSize\":5}");
    const char *page = text_at(first.body, "nextPageToken");
    CU_ASSERT_TRUE_FATAL(*page != 0);
    const struct {
      const char *user, *method, *filters;
    } others[] = {
        {"nobody", "RegionService/ListRegions", "\"parentCode\":\"" LINXI "\","},       // another filter
        {"nobody", "RegionService/ListRegions", ""},                                    // without it
        {"officer.linxi", "RegionService/ListRegions", "\"parentCode\":\"" CITY "\","}, // another caller
        {"nobody", "OfficeService/ListOffices", ""},                                    // another method
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
      struct answer refused = ask(world()->client, t, token_of(others[i].user), others[i].method,
                                  "{%s\"pageSize\":5,\"pageToken\":\"%s\"}", others[i].filters, page);
      CU_ASSERT_EQUAL(refused.code, CODE_INVALID_ARGUMENT);
      CU_ASSERT_TRUE(names_field(&refused, "page_token", NULL));
    }
    char *forged = arena_strdup(client_memory(), page);
    forged[strlen(forged) / 2] = forged[strlen(forged) / 2] == 'A' ? 'B' : 'A';
    struct answer refused = ask(world()->client, t, token_of("nobody"), "RegionService/ListRegions",
                                "{\"parentCode\":\"" CITY "\",\"pageSize\":5,\"pageToken\":\"%s\"}", forged);
    CU_ASSERT_EQUAL(refused.code, CODE_INVALID_ARGUMENT);
    struct answer other_size = ask(world()->client, t, token_of("nobody"), "RegionService/ListRegions",
                                   "{\"parentCode\":\"" CITY "\",\"pageSize\":3,\"pageToken\":\"%s\"}", page);
    CU_ASSERT_EQUAL(other_size.code, CODE_OK); // a page may have another size
    CU_ASSERT_EQUAL(count_at(other_size.body, "regions"), 3);
  }
}

static void a_page_has_a_size_that_the_server_bounds(void) {
  BOTH(t) {
    const char *all = "\"query\":\"村\",\"parentCode\":\"" CITY "\"";
    struct answer usual = ask(world()->client, t, token_of("nobody"), "RegionService/ListRegions", "{%s}", all);
    CU_ASSERT_EQUAL(count_at(usual.body, "regions"), 50);
    struct answer most =
        ask(world()->client, t, token_of("nobody"), "RegionService/ListRegions", "{%s,\"pageSize\":100000}", all);
    CU_ASSERT_EQUAL(count_at(most.body, "regions"), 500);
    struct answer negative =
        ask(world()->client, t, token_of("nobody"), "RegionService/ListRegions", "{%s,\"pageSize\":-1}", all);
    CU_ASSERT_EQUAL(negative.code, CODE_INVALID_ARGUMENT);
    CU_ASSERT_TRUE(names_field(&negative, "page_size", NULL));
  }
}

static void an_office_says_what_it_is_and_whose(void) {
  BOTH(t) {
    struct answer list = read_as_nobody(t, "OfficeService/ListOffices", "{\"regionCode\":\"" LINXI_TOWNSHIP "\"}");
    CU_ASSERT_EQUAL(count_at(list.body, "offices"), 1);
    struct answer answer = ask(world()->client, t, token_of("nobody"), "OfficeService/GetOffice", "{\"id\":\"%s\"}",
                               text_at(list.body, "offices.0.id"));
    CU_ASSERT_EQUAL(answer.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "kind"), "OFFICE_KIND_TOWNSHIP_OFFICE");
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "regionCode"), LINXI_TOWNSHIP);
    CU_ASSERT_EQUAL(strlen(text_at(answer.body, "openedOn")), strlen("2018-01-01"));
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "closedOn"), "");
    struct answer above = ask(world()->client, t, token_of("nobody"), "OfficeService/GetOffice", "{\"id\":\"%s\"}",
                              text_at(answer.body, "parentId"));
    CU_ASSERT_STRING_EQUAL(text_at(above.body, "regionCode"), LINXI);
    CU_ASSERT_EQUAL(ask(world()->client, t, token_of("nobody"), "OfficeService/GetOffice", "{\"id\":\"%s\"}", fresh_id()).code,
                    CODE_NOT_FOUND);
  }
}

// Other suites open offices of their own, so what there is is counted where the list is read from, and a region may have
// several.
static void offices_are_found_by_region_kind_and_parent(void) {
  long long townships = sql_number("select count(*) from office where kind = 3");
  long long in_county = sql_number("select count(*) from office o join region r on r.code = o.region_code"
                                   " where o.kind = 3 and r.parent_code = " LINXI);
  long long below =
      sql_number("select count(*) from office o join office p on p.id = o.parent_id where p.region_code = " LINXI);
  long long counties = sql_number("select count(*) from office where kind = 2");
  CU_ASSERT_TRUE(townships >= TOWNSHIPS && in_county > 3 && below > 3 && counties >= COUNTIES);
  BOTH(t) {
    const char *kind = "\"kind\":\"OFFICE_KIND_TOWNSHIP_OFFICE\",";
    CU_ASSERT_EQUAL((long long)walk(t, "OfficeService/ListOffices", "offices", kind, 50, "regionCode"), townships);
    const char *county = arena_printf(client_memory(), "%s\"regionCode\":\"" LINXI "\",", kind);
    CU_ASSERT_EQUAL((long long)walk(t, "OfficeService/ListOffices", "offices", county, 3, "regionCode"), in_county);
    const char *under =
        arena_printf(client_memory(), "\"parentId\":\"%s\",", sql_text("select id from office where region_code = " LINXI));
    CU_ASSERT_EQUAL((long long)walk(t, "OfficeService/ListOffices", "offices", under, 50, "regionCode"), below);
    struct answer counted =
        read_as_nobody(t, "OfficeService/ListOffices", "{\"kind\":\"OFFICE_KIND_COUNTY_COMMISSION\",\"total\":true}");
    CU_ASSERT_EQUAL(number_at(counted.body, "totalSize"), counties);
  }
}

static void terms_come_in_their_order(void) {
  BOTH(t) {
    struct answer domains = read_as_nobody(t, "VocabularyService/ListTerms", "{\"vocabulary\":\"VOCABULARY_DOMAIN\"}");
    CU_ASSERT_STRING_EQUAL(text_at(domains.body, "terms.0.code"), "poverty");
    CU_ASSERT_STRING_EQUAL(text_at(domains.body, "terms.0.name"), "扶贫惠民");
    long long place = -1;
    for (size_t i = 0; i < count_at(domains.body, "terms"); i++) {
      json_t *term = json_array_get(json_at(domains.body, "terms"), i);
      CU_ASSERT_STRING_EQUAL(text_at(term, "vocabulary"), "VOCABULARY_DOMAIN");
      CU_ASSERT_TRUE(number_at(term, "place") > place);
      place = number_at(term, "place");
    }
    size_t all = (size_t)sql_number("select count(*) from term");
    CU_ASSERT_EQUAL(walk(t, "VocabularyService/ListTerms", "terms", "", 4, NULL), all);
  }
}

static void a_region_that_was_merged_names_its_successor(void) {
  CU_ASSERT_TRUE(sql_run("update region set successor_code = " BALIN_VILLAGE ", current_code = " BALIN_VILLAGE
                         ", ended_on = '2024-05-01' where code = 150422100201"));
  BOTH(t) {
    struct answer answer = read_as_nobody(t, "RegionService/GetRegion", "{\"code\":\"150422100201\"}");
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "successorCode"), BALIN_VILLAGE);
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "endedOn"), "2024-05-01");
  }
  CU_ASSERT_TRUE(
      sql_run("update region set successor_code = null, current_code = code, ended_on = null where code = 150422100201"));
}

SUITE_WITH(divisions, world_open, NULL, 0, TEST(a_region_says_what_and_where_it_is),
           TEST(a_region_that_is_not_there_or_no_code_is_refused), TEST(the_tree_is_walked_from_its_top),
           TEST(regions_are_found_by_part_of_their_name_and_level), TEST(every_region_is_on_one_page_of_the_whole),
           TEST(a_page_token_is_good_for_its_own_list_alone), TEST(a_page_has_a_size_that_the_server_bounds),
           TEST(an_office_says_what_it_is_and_whose), TEST(offices_are_found_by_region_kind_and_parent),
           TEST(terms_come_in_their_order), TEST(a_region_that_was_merged_names_its_successor));
