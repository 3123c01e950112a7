// Finding: words in leads and visits, boxes on the map, rare states; and that nobody finds what he may not see.

#include "suite.h"
#include "support/client_wire.h"
#include "support/listing.h"
#include <stdio.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

static const char leads_method[] = "LeadService/ListLeads", visits_method[] = "VisitService/ListVisits";

static const char *query(const char *words) {
  return arena_printf(client_memory(), "\"query\":\"%s\"", words);
}

static size_t leads_found(enum transport t, const char *user, const char *filters) {
  return count_of(t, user, leads_method, "leads", filters);
}

static size_t visits_found(enum transport t, const char *user, const char *filters) {
  return count_of(t, user, visits_method, "visits", filters);
}

static const char *make_lead(const char *user, const char *region, const char *narrative, const char *more) {
  const char *id = fresh_id();
  struct answer answer = ask(world()->client, REST, token_of(user), "LeadService/CreateLead",
                             "{\"lead\":{\"id\":\"%s\",\"channel\":\"LEAD_CHANNEL_LETTER\",\"class\":\"LEAD_CLASS_OTHER\","
                             "\"regionCode\":\"%s\",\"narrative\":\"%s\"%s}}",
                             id, region, narrative, more);
  CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
  return id;
}

static const char *make_visit(const char *user, const char *region, const char *more) {
  const char *id = fresh_id();
  struct answer answer =
      ask(world()->client, REST, token_of(user), "VisitService/CreateVisit",
          "{\"visit\":{\"id\":\"%s\",\"kind\":\"VISIT_KIND_SYMPOSIUM\",\"regionCode\":\"%s\",\"startedAt\":\"%s\"%s}}", id,
          region, time_from_now(-7200), more);
  CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
  return id;
}

static void leads_are_found_by_words_anywhere_in_their_narrative(void) {
  make_lead("officer.linxi", LINXI_VILLAGE, "虚构：鹦鹉洲低保金被克扣三千元，Ledger no. １２３Ａ", "");
  make_lead("officer.linxi", LINXI_VILLAGE, "虚构：鹦鹉洲危房改造款未发", "");
  static const struct {
    const char *words;
    size_t count;
  } cases[] = {
      {"鹦鹉洲", 2},
      {"鹦鹉", 2},
      {"低保金被克扣", 1},
      {"鹦鹉洲 危房", 1},
      {"危房 鹦鹉洲 款", 1},
      {"鹦鹉洲 低保 危房", 0},
      {"鹦鹉洲危房改造款未发", 1},
      {"鹦鹉洲三千", 0},
      {"洲鹦鹉", 0},
      {"LEDGER 鹦鹉", 1},
      {"123a 鹦鹉", 1},
      {"１２３a　鹦鹉", 1},
      {"鹦鹉%", 0},
      {"鹦_洲", 0},
  };
  BOTH(t) {
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
      size_t count = leads_found(t, "supervisor.linxi", query(cases[i].words));
      if (count != cases[i].count)
        fprintf(stderr, "        %s: %zu leads, not %zu\n", cases[i].words, count, cases[i].count);
      CU_ASSERT_EQUAL(count, cases[i].count);
    }
  }
}

static void words_go_with_every_other_filter_and_page_by_page(void) {
  for (int i = 0; i < 9; i++)
    make_lead("officer.linxi", i % 3 ? LINXI_VILLAGE : "150424100203", "虚构：杜鹃岭账目不公开",
              arena_printf(client_memory(), ",\"receivedAt\":\"%s\"%s", time_from_now(-3600 - i / 2),
                           i % 2 ? ",\"domain\":\"judicial\",\"problemType\":\"skimming\"" : ""));
  const char *words = query("杜鹃岭");
  static const struct {
    const char *filters;
    size_t count;
  } cases[] = {
      {"", 9},
      {",\"domain\":\"judicial\"", 4},
      {",\"problemType\":\"skimming\",\"domain\":\"judicial\"", 4},
      {",\"problemType\":\"extortion\"", 0},
      {",\"regionCode\":\"150424100203\"", 3},
      {",\"regionCode\":\"" LINXI "\"", 9},
      {",\"regionCode\":\"" BALIN "\"", 0},
      {",\"channels\":[\"LEAD_CHANNEL_LETTER\",\"LEAD_CHANNEL_WEB\"]", 9},
      {",\"channels\":[\"LEAD_CHANNEL_WEB\"]", 0},
      {",\"states\":[\"LEAD_STATE_RECEIVED\"]", 9},
      {",\"states\":[\"LEAD_STATE_CLOSED\"]", 0},
      {",\"occurrence\":\"LEAD_OCCURRENCE_REPEAT\"", 0},
  };
  BOTH(t) {
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
      CU_ASSERT_EQUAL(leads_found(t, "supervisor.linxi", arena_printf(client_memory(), "%s%s", words, cases[i].filters)),
                      cases[i].count);
    const char *of_handler = arena_printf(client_memory(), "%s,\"handlerId\":\"%s\"", words, id_of("officer.linxi"));
    CU_ASSERT_EQUAL(leads_found(t, "supervisor.linxi", of_handler), 9);
    const char *of_nobody = arena_printf(client_memory(), "%s,\"handlerId\":\"%s\"", words, id_of("officer.balin"));
    CU_ASSERT_EQUAL(leads_found(t, "supervisor.linxi", of_nobody), 0);
    const char *late = arena_printf(client_memory(), "%s,\"receivedAfter\":\"%s\"", words, time_from_now(-60));
    CU_ASSERT_EQUAL(leads_found(t, "supervisor.linxi", late), 0);
    const char *early = arena_printf(client_memory(), "%s,\"receivedBefore\":\"%s\"", words, time_from_now(-60));
    CU_ASSERT_EQUAL(leads_found(t, "supervisor.linxi", early), 9);
    json_t *whole = all_ids(t, "supervisor.linxi", leads_method, "leads", words, 500);
    for (int size = 1; size <= 5; size += 2)
      CU_ASSERT_TRUE(json_equal(whole, all_ids(t, "supervisor.linxi", leads_method, "leads", words, size)));
    struct answer counted =
        list(t, "supervisor.linxi", leads_method, arena_printf(client_memory(), "%s,\"total\":true", words), "", 2);
    CU_ASSERT_EQUAL(number_at(counted.body, "totalSize"), 9);
  }
}

static void nobody_finds_a_lead_that_he_may_not_see(void) {
  make_lead("officer.linxi", LINXI_VILLAGE, "虚构：夜莺谷招标",
            arena_printf(client_memory(), ",\"accused\":[{\"name\":\"某甲\",\"userId\":\"%s\"}]", id_of("supervisor.linxi")));
  make_lead("officer.linxi", LINXI_VILLAGE, "虚构：夜莺谷套取",
            arena_printf(client_memory(), ",\"accused\":[{\"unit\":\"某单位\",\"officeId\":\"%s\"}]",
                         sql_text("select office_id from account where username = 'officer.linxi.2'")));
  make_lead("officer.linxi", LINXI_VILLAGE, "虚构：夜莺谷自己",
            arena_printf(client_memory(), ",\"accused\":[{\"name\":\"某乙\",\"userId\":\"%s\"}]", id_of("officer.linxi")));
  make_lead("officer.linxi.2", BALIN_VILLAGE, "虚构：夜莺谷外地", "");
  static const struct {
    const char *user;
    size_t count;
  } cases[] = {
      {"supervisor.chifeng", 4}, {"supervisor.linxi", 2}, {"officer.linxi", 2}, {"officer.linxi.2", 1}, {"officer.balin", 0},
  };
  BOTH(t) {
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
      size_t count = leads_found(t, cases[i].user, query("夜莺谷"));
      if (count != cases[i].count)
        fprintf(stderr, "        %s: %zu leads, not %zu\n", cases[i].user, count, cases[i].count);
      CU_ASSERT_EQUAL(count, cases[i].count);
      struct answer counted = list(t, cases[i].user, leads_method, "\"query\":\"夜莺谷\",\"total\":true", "", 1);
      CU_ASSERT_EQUAL(number_at(counted.body, "totalSize"), (long long)cases[i].count);
    }
    static const char *const refused[] = {"analyst.chifeng", "auditor", "admin", "nobody"};
    for (size_t i = 0; i < 4; i++)
      CU_ASSERT_EQUAL(list(t, refused[i], leads_method, "\"query\":\"夜莺谷\"", "", 5).code, CODE_PERMISSION_DENIED);
  }
}

static void who_is_matched_as_complained_of_finds_the_lead_no_more(void) {
  BOTH(t) {
    const char *words = query(arena_printf(client_memory(), "画眉坞%s", transport_names[t]));
    const char *lead =
        make_lead("officer.linxi", LINXI_VILLAGE, arena_printf(client_memory(), "虚构：画眉坞%s", transport_names[t]),
                  ",\"accused\":[{\"name\":\"某甲\"}]");
    CU_ASSERT_EQUAL(leads_found(t, "supervisor.linxi", words), 1);
    struct answer matched =
        ask(world()->client, t, token_of("officer.linxi"), "LeadService/MatchAccused",
            "{\"id\":\"%s\",\"etag\":\"%s\",\"place\":1,\"userId\":\"%s\"}", lead,
            sql_text("select encode(etag, 'base64') from lead where id = '%s'", lead), id_of("supervisor.linxi"));
    CU_ASSERT_EQUAL(matched.code, CODE_OK);
    CU_ASSERT_EQUAL(leads_found(t, "supervisor.linxi", words), 0);
    CU_ASSERT_EQUAL(leads_found(t, "supervisor.chifeng", words), 1);
  }
}

static void reporters_and_those_complained_of_are_not_found_by_name(void) {
  make_lead(
      "officer.linxi", LINXI_VILLAGE, "虚构：戴胜镇",
      ",\"accused\":[{\"name\":\"苍鹭子\",\"unit\":\"苍鹭局\"}],\"reporter\":{\"name\":\"朱鹮子\",\"phone\":\"13900003456\"}");
  BOTH(t) {
    CU_ASSERT_EQUAL(leads_found(t, "supervisor.chifeng", query("戴胜镇")), 1);
    CU_ASSERT_EQUAL(leads_found(t, "supervisor.chifeng", query("朱鹮子")), 0);
    CU_ASSERT_EQUAL(leads_found(t, "supervisor.chifeng", query("13900003456")), 0);
    CU_ASSERT_EQUAL(leads_found(t, "supervisor.chifeng", query("苍鹭子")), 0);
  }
}

static void what_a_correction_says_is_found_and_what_it_said_before_is_not(void) {
  BOTH(t) {
    const char *before = arena_printf(client_memory(), "云雀冈旧%s", transport_names[t]);
    const char *after = arena_printf(client_memory(), "云雀冈新%s", transport_names[t]);
    const char *lead = make_lead("officer.linxi", LINXI_VILLAGE, before, "");
    struct answer updated = ask(world()->client, t, token_of("officer.linxi"), "LeadService/UpdateLead",
                                "{\"lead\":{\"id\":\"%s\",\"etag\":\"%s\",\"narrative\":\"%s\"},\"updateMask\":\"narrative\"}",
                                lead, sql_text("select encode(etag, 'base64') from lead where id = '%s'", lead), after);
    CU_ASSERT_EQUAL(updated.code, CODE_OK);
    CU_ASSERT_EQUAL(leads_found(t, "supervisor.linxi", query(before)), 0);
    CU_ASSERT_EQUAL(leads_found(t, "supervisor.linxi", query(after)), 1);
  }
}

static void a_query_without_two_characters_together_is_refused(void) {
  static const char *const queries[] = {"村", "村 镇", " ", "　村　"};
  BOTH(t) {
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
      struct answer leads = list(t, "supervisor.linxi", leads_method, query(queries[i]), "", 5);
      struct answer visits = list(t, "supervisor.linxi", visits_method, query(queries[i]), "", 5);
      CU_ASSERT_TRUE(names_field(&leads, "query", "TOO_SHORT"));
      CU_ASSERT_TRUE(names_field(&visits, "query", "TOO_SHORT"));
    }
    struct answer found = list(t, "supervisor.linxi", leads_method, query("村 没有这样的话"), "", 5);
    CU_ASSERT_EQUAL(found.code, CODE_OK);
  }
}

static void visits_are_found_by_words_in_what_they_say(void) {
  make_visit("officer.linxi", LINXI_VILLAGE, ",\"purpose\":\"测试：了解白鹭滩机井\"");
  make_visit("officer.linxi", LINXI_VILLAGE, ",\"findings\":\"测试：白鹭滩道路已修\",\"place\":\"白鹭滩小卖部\"");
  make_visit("officer.linxi", BALIN_VILLAGE,
             ",\"solvedProblems\":[{\"description\":\"测试：白鹭滩的水管\"}]"); // held: no grant there
  static const struct {
    const char *user, *filters;
    size_t count;
  } cases[] = {
      {"supervisor.chifeng", "\"query\":\"白鹭滩\"", 3},
      {"supervisor.chifeng", "\"query\":\"白鹭滩 小卖部 已修\"", 1},
      {"supervisor.chifeng", "\"query\":\"白鹭滩\",\"regionCode\":\"" BALIN "\"", 1},
      {"supervisor.chifeng", "\"query\":\"白鹭滩\",\"states\":[\"VISIT_STATE_HELD\"]", 1},
      {"supervisor.chifeng", "\"query\":\"白鹭滩\",\"states\":[\"VISIT_STATE_ACCEPTED\",\"VISIT_STATE_HELD\"]", 3},
      {"supervisor.chifeng", "\"query\":\"白鹭滩\",\"kinds\":[\"VISIT_KIND_SYMPOSIUM\"]", 3},
      {"supervisor.chifeng", "\"query\":\"白鹭滩\",\"kinds\":[\"VISIT_KIND_SURVEY\"]", 0},
      {"officer.linxi", "\"query\":\"白鹭滩\"", 3},
      {"officer.linxi.2", "\"query\":\"白鹭滩\"", 0},
      {"officer.balin", "\"query\":\"白鹭滩\"", 0},
  };
  BOTH(t) {
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
      size_t count = visits_found(t, cases[i].user, cases[i].filters);
      if (count != cases[i].count)
        fprintf(stderr, "        %s %s: %zu visits, not %zu\n", cases[i].user, cases[i].filters, count, cases[i].count);
      CU_ASSERT_EQUAL(count, cases[i].count);
    }
    const char *of_officer = arena_printf(client_memory(), "\"query\":\"白鹭滩\",\"officerId\":\"%s\"", id_of("officer.linxi"));
    CU_ASSERT_EQUAL(visits_found(t, "supervisor.chifeng", of_officer), 3);
    CU_ASSERT_EQUAL(visits_found(t, "officer.linxi.2", of_officer), 0);
    json_t *whole = all_ids(t, "supervisor.chifeng", visits_method, "visits", query("白鹭滩"), 500);
    CU_ASSERT_TRUE(json_equal(whole, all_ids(t, "supervisor.chifeng", visits_method, "visits", query("白鹭滩"), 1)));
  }
}

static const char *at(double latitude, double longitude) {
  return arena_printf(client_memory(), ",\"position\":{\"latitude\":%.6f,\"longitude\":%.6f}", latitude, longitude);
}

static void a_box_brings_the_visits_in_it_and_no_others(void) {
  make_visit("officer.linxi", LINXI_VILLAGE, at(10.10, 20.10));
  make_visit("officer.linxi", LINXI_VILLAGE, at(10.10, 20.40));
  make_visit("officer.linxi", LINXI_VILLAGE, at(10.40, 20.10));
  make_visit("officer.linxi", LINXI_VILLAGE, at(10.25, 20.25)); // where four cells meet
  make_visit("officer.linxi", BALIN_VILLAGE, at(10.20, 20.20)); // held
  make_visit("officer.linxi", LINXI_VILLAGE, at(-10.10, -20.10));
  make_visit("officer.linxi", LINXI_VILLAGE, "");
  static const struct {
    const char *user, *filters;
    size_t count;
  } cases[] = {
      {"supervisor.chifeng", "\"bounds\":\"20,10,20.5,10.5\"", 5},
      {"supervisor.chifeng", "\"bounds\":\"20.25,10.25,20.5,10.5\"", 1},
      {"supervisor.chifeng", "\"bounds\":\"20.25,10.25,20.25,10.25\"", 1},
      {"supervisor.chifeng", "\"bounds\":\"20.11,10,20.5,10.5\"", 3},
      {"supervisor.chifeng", "\"bounds\":\"20,10,20.5,10.24999\"", 3},
      {"supervisor.chifeng", "\"bounds\":\"-20.5,-10.5,20.5,10.5\"", 6},
      {"supervisor.chifeng", "\"bounds\":\"-180,-90,179.999999,10.5\"", 6}, // by the order of the way
      {"supervisor.chifeng", "\"bounds\":\"20,10,20.5,10.5\",\"states\":[\"VISIT_STATE_HELD\"]", 1},
      {"supervisor.chifeng", "\"bounds\":\"20,10,20.5,10.5\",\"regionCode\":\"" LINXI "\"", 4},
      {"supervisor.chifeng", "\"bounds\":\"20,10,20.5,10.5\",\"regionCode\":\"" LINXI_VILLAGE "\"", 4},
      {"supervisor.linxi", "\"bounds\":\"20,10,20.5,10.5\"", 5}, // one by her office
      {"officer.linxi", "\"bounds\":\"20,10,20.5,10.5\"", 5},
      {"officer.linxi", "\"bounds\":\"20,10,20.5,10.5\",\"kinds\":[\"VISIT_KIND_SURVEY\"]", 0},
      {"officer.linxi.2", "\"bounds\":\"20,10,20.5,10.5\"", 0},
      {"officer.balin", "\"bounds\":\"20,10,20.5,10.5\"", 0},
  };
  BOTH(t) {
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
      size_t count = visits_found(t, cases[i].user, cases[i].filters);
      if (count != cases[i].count)
        fprintf(stderr, "        %s %s: %zu visits, not %zu\n", cases[i].user, cases[i].filters, count, cases[i].count);
      CU_ASSERT_EQUAL(count, cases[i].count);
    }
    static const char box[] = "\"bounds\":\"20,10,20.5,10.5\"";
    json_t *whole = all_ids(t, "supervisor.chifeng", visits_method, "visits", box, 500);
    CU_ASSERT_TRUE(json_equal(whole, all_ids(t, "supervisor.chifeng", visits_method, "visits", box, 2)));
    struct answer counted =
        list(t, "supervisor.chifeng", visits_method, "\"bounds\":\"20,10,20.5,10.5\",\"total\":true", "", 2);
    CU_ASSERT_EQUAL(number_at(counted.body, "totalSize"), 5);
  }
}

static void a_box_that_is_none_is_refused(void) {
  static const struct {
    const char *bounds, *reason;
  } cases[] = {
      {"1,2,3", "BAD_PATTERN"},          {"1,2,3,4,5", "BAD_PATTERN"},     {"a,b,c,d", "BAD_PATTERN"},
      {"1e5,2,3,4", "BAD_PATTERN"},      {"21,10,20,11", "OUT_OF_RANGE"},  {"20,11,21,10", "OUT_OF_RANGE"},
      {"-181,10,21,11", "OUT_OF_RANGE"}, {"20,-91,21,11", "OUT_OF_RANGE"},
  };
  BOTH(t) {
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
      struct answer answer = list(t, "supervisor.linxi", visits_method,
                                  arena_printf(client_memory(), "\"bounds\":\"%s\"", cases[i].bounds), "", 5);
      CU_ASSERT_TRUE(names_field(&answer, "bounds", cases[i].reason));
    }
  }
}

static void visits_in_rare_states_are_listed_in_order_with_the_others(void) {
  BOTH(t) {
    static const char all[] = "\"states\":[\"VISIT_STATE_ACCEPTED\",\"VISIT_STATE_HELD\",\"VISIT_STATE_WITHDRAWN\"]";
    json_t *whole = all_ids(t, "supervisor.chifeng", visits_method, "visits", "", 500);
    CU_ASSERT_TRUE(json_equal(whole, all_ids(t, "supervisor.chifeng", visits_method, "visits", all, 7)));
    size_t held = visits_found(t, "supervisor.chifeng", "\"states\":[\"VISIT_STATE_HELD\"]");
    size_t accepted = visits_found(t, "supervisor.chifeng", "\"states\":[\"VISIT_STATE_ACCEPTED\"]");
    size_t withdrawn = visits_found(t, "supervisor.chifeng", "\"states\":[\"VISIT_STATE_WITHDRAWN\"]");
    CU_ASSERT_TRUE(held > 0);
    CU_ASSERT_EQUAL(held + accepted + withdrawn, json_array_size(whole));
  }
}

static void a_count_ends_where_counting_more_would_take_long(void) {
  for (int i = 0; i < 4; i++) {
    make_lead("officer.linxi", LINXI_VILLAGE, "虚构：丹顶泽", "");
    make_visit("officer.linxi", LINXI_VILLAGE, ",\"purpose\":\"测试：丹顶泽\"");
  }
  static const char bound[] = "create or replace function total_most() returns int8 language sql immutable parallel safe as "
                              "'select %d::int8'";
  CU_ASSERT_TRUE(sql_run(bound, 3));
  BOTH(t) {
    struct answer leads = list(t, "supervisor.linxi", leads_method, "\"query\":\"丹顶泽\",\"total\":true", "", 5);
    CU_ASSERT_EQUAL(count_at(leads.body, "leads"), 4);
    CU_ASSERT_EQUAL(number_at(leads.body, "totalSize"), 3);
    struct answer visits = list(t, "supervisor.linxi", visits_method, "\"query\":\"丹顶泽\",\"total\":true", "", 5);
    CU_ASSERT_EQUAL(count_at(visits.body, "visits"), 4);
    CU_ASSERT_EQUAL(number_at(visits.body, "totalSize"), 3);
  }
  CU_ASSERT_TRUE(sql_run(bound, 10000));
}

SUITE_WITH(finding, world_open, client_forget, 180, TEST(leads_are_found_by_words_anywhere_in_their_narrative),
           TEST(words_go_with_every_other_filter_and_page_by_page), TEST(nobody_finds_a_lead_that_he_may_not_see),
           TEST(who_is_matched_as_complained_of_finds_the_lead_no_more),
           TEST(reporters_and_those_complained_of_are_not_found_by_name),
           TEST(what_a_correction_says_is_found_and_what_it_said_before_is_not),
           TEST(a_query_without_two_characters_together_is_refused), TEST(visits_are_found_by_words_in_what_they_say),
           TEST(a_box_brings_the_visits_in_it_and_no_others), TEST(a_box_that_is_none_is_refused),
           TEST(visits_in_rare_states_are_listed_in_order_with_the_others),
           TEST(a_count_ends_where_counting_more_would_take_long));
