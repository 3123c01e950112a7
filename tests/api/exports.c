// Exports: a file is what the list shows, whole or visibly broken; it cannot act on who opens it, does not hold the server up,
// and the audit knows of it.

#include "suite.h"
#include "base/clock.h"
#include "support/client_wire.h"
#include "support/downloading.h"
#include "support/world.h"
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { SOON_MS = 10000, LATER_MS = 60000, LOOK_MS = 20, COLUMNS = 40, FIRST_BYTES = 1000, LIMIT_S = 300 };

static const char LEADS[] = "ExportService/ExportLeads", VISITS[] = "ExportService/ExportVisits";

// --- Files -------------------------------------------------------------------------------------------------------------

// A whole file, until the test's end.
static const char *download(enum transport t, const char *user, const char *method, const char *request) {
  struct downloading *file = downloading_open(world()->client, t, token_of(user), method, request);
  struct answer end = downloading_end(file, LATER_MS);
  size_t length;
  const char *text = downloading_text(file, &length);
  CU_ASSERT_EQUAL_FATAL(end.code, CODE_OK);
  const char *copy = arena_strndup(client_memory(), text, length);
  downloading_close(file);
  return copy;
}

// The cells of a CSV, as a JSON list of lists. Read by the letter of RFC 4180.
static json_t *read_csv(const char *text) {
  json_t *rows = client_keep(json_array()), *row = NULL;
  CU_ASSERT_EQUAL(strncmp(text, "\xef\xbb\xbf", 3), 0);
  for (const char *at = text + 3; *at;) {
    if (!row)
      json_array_append_new(rows, row = json_array());
    struct buffer cell = {.arena = client_memory()};
    if (*at == '"') {
      for (at++; *at && (*at != '"' || at[1] == '"'); at++) {
        buffer_byte(&cell, *at);
        at += *at == '"';
      }
      at++;
    } else
      while (*at && !strchr(",\r\n\"", *at))
        buffer_byte(&cell, *at++);
    json_array_append_new(row, json_stringn(buffer_text(&cell), cell.length));
    if (*at == ',')
      at++;
    else {
      CU_ASSERT_EQUAL_FATAL(strncmp(at, "\r\n", 2), 0);
      at += 2;
      row = NULL;
    }
  }
  return rows;
}

// The value in the column of that header, of the row whose first cell is `id`; "" where there is none.
static const char *cell_of(json_t *rows, const char *id, const char *header) {
  size_t i, k;
  json_t *row, *name;
  json_array_foreach(rows, i, row) if (strcmp(json_string_value(json_array_get(row, 0)), id) == 0)
      json_array_foreach(json_array_get(rows, 0), k, name) if (strcmp(json_string_value(name), header) ==
                                                               0) return json_string_value(json_array_get(row, k));
  return "";
}

static bool holds(json_t *rows, const char *id) {
  size_t i;
  json_t *row;
  json_array_foreach(rows, i, row) if (strcmp(json_string_value(json_array_get(row, 0)), id) == 0) return true;
  return false;
}

static const char *push_one(const char *user, const char *kind, const char *record) {
  struct answer answer = ask(world()->client, GRPC, token_of(user), "SyncService/Push", "{\"%s\":[%s]}", kind, record);
  CU_ASSERT_STRING_EQUAL(text_at(answer.body, "results.0.status"), "CREATED");
  return text_at(answer.body, "results.0.id");
}

static const char *push_lead(const char *region, const char *more) {
  const char *user = strncmp(region, BALIN, 6) == 0 ? "officer.balin" : "officer.linxi";
  return push_one(user, "leads", lead_json(fresh_id(), region, more));
}

// A lead that is not confidential.
static const char *push_open_lead(const char *more) {
  const char *record = arena_printf(client_memory(),
                                    "{\"id\":\"%s\",\"channel\":\"LEAD_CHANNEL_LETTER\",\"class\":\"LEAD_CLASS_SUGGESTION\","
                                    "\"regionCode\":\"%s\",\"narrative\":\"虚构：建议公开账目\"%s}",
                                    fresh_id(), LINXI_VILLAGE, more);
  return push_one("officer.linxi", "leads", record);
}

// A visit with nothing but what must be, and `more`.
static const char *push_visit(const char *more) {
  const char *record = arena_printf(
      client_memory(), "{\"id\":\"%s\",\"kind\":\"VISIT_KIND_DOWN_VISIT\",\"regionCode\":\"%s\",\"startedAt\":\"%s\"%s}",
      fresh_id(), LINXI_VILLAGE, time_from_now(-3600), more);
  return push_one("officer.linxi", "visits", record);
}

// --- What is in them -----------------------------------------------------------------------------------------------------

// The ids of all pages of a list, in order.
static json_t *listed_ids(enum transport t, const char *user, const char *method, const char *member, const char *filters) {
  json_t *ids = client_keep(json_array()), *item;
  const char *page = "";
  size_t i;
  do {
    struct answer answer =
        ask(world()->client, t, token_of(user), method, "{\"pageSize\":200,\"pageToken\":\"%s\"%s}", page, filters);
    CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
    json_array_foreach(json_at(answer.body, member), i, item) json_array_append_new(ids, json_string(text_at(item, "id")));
    page = text_at(answer.body, "nextPageToken");
  } while (*page);
  return ids;
}

static void assert_same_ids(json_t *rows, json_t *ids) {
  size_t i;
  json_t *id;
  CU_ASSERT_EQUAL_FATAL(json_array_size(rows), json_array_size(ids) + 1);
  json_array_foreach(ids, i, id)
      CU_ASSERT_STRING_EQUAL(json_string_value(json_array_get(json_array_get(rows, i + 1), 0)), json_string_value(id));
}

static void a_file_holds_what_the_list_shows_in_its_order(void) {
  static const struct {
    const char *export, *list, *member, *filters;
  } cases[] = {
      {LEADS, "LeadService/ListLeads", "leads", ""},
      {LEADS, "LeadService/ListLeads", "leads", ",\"regionCode\":\"" LINXI_TOWNSHIP "\""},
      {LEADS, "LeadService/ListLeads", "leads",
       ",\"states\":[\"LEAD_STATE_RECEIVED\",\"LEAD_STATE_ACCEPTED\"],\"overdue\":\"OVERDUE_NONE\""},
      {LEADS, "LeadService/ListLeads", "leads", ",\"query\":\"虚构\""},
      {LEADS, "LeadService/ListLeads", "leads", ",\"domain\":\"coal\""},
      {VISITS, "VisitService/ListVisits", "visits", ""},
      {VISITS, "VisitService/ListVisits", "visits",
       ",\"kinds\":[\"VISIT_KIND_DOWN_VISIT\"],\"startedAfter\":\"2020-01-01T00:00:00Z\""},
      {VISITS, "VisitService/ListVisits", "visits", ",\"bounds\":\"117,42,119,45\""},
  };
  for (int i = 0; i < 3; i++) {
    push_lead(LINXI_VILLAGE, i ? "" : ",\"domain\":\"coal\"");
    push_visit(i ? "" : ",\"position\":{\"latitude\":43.6,\"longitude\":118.1}");
    push_lead(BALIN_VILLAGE, "");
  }
  BOTH(t)
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    json_t *ids = listed_ids(t, "supervisor.linxi", cases[i].list, cases[i].member, cases[i].filters);
    CU_ASSERT_TRUE(json_array_size(ids) > 0);
    const char *request = arena_printf(client_memory(), "{\"format\":\"csv\"%s}", cases[i].filters);
    assert_same_ids(read_csv(download(t, "supervisor.linxi", cases[i].export, request)), ids);
  }
}

static void each_filter_of_a_list_is_one_of_its_export(void) {
  static const char *const pairs[][2] = {{"zoufang.v1.ListLeadsRequest", "zoufang.v1.ExportLeadsRequest"},
                                         {"zoufang.v1.ListVisitsRequest", "zoufang.v1.ExportVisitsRequest"}};
  static const char paging[] = "page_size page_token total order_by";
  for (size_t p = 0; p < 2; p++) {
    const struct message *list = schema_message(&world()->schema, pairs[p][0]),
                         *export = schema_message(&world()->schema, pairs[p][1]);
    for (unsigned i = 0; i < list->field_count; i++) {
      const struct field *of = &list->fields[i], *as = message_field(export, of->name, of->name_length);
      if (strstr(paging, of->name))
        continue;
      CU_ASSERT_TRUE(as && as->descriptor->type == of->descriptor->type && as->repeated == of->repeated);
      if (!as)
        fprintf(stderr, "        %s is not in %s\n", of->name, pairs[p][1]);
    }
  }
}

static void an_export_by_a_campaign_that_there_is_not_is_refused_by_its_field(void) {
  static const char *const methods[] = {LEADS, VISITS};
  BOTH(t)
  for (size_t i = 0; i < 2; i++) {
    const char *request = arena_printf(client_memory(), "{\"format\":\"csv\",\"campaignId\":\"%s\"}", fresh_id());
    struct answer refused = downloading_whole(world()->client, t, token_of("supervisor.linxi"), methods[i], request);
    CU_ASSERT_EQUAL(refused.code, CODE_INVALID_ARGUMENT);
    CU_ASSERT_TRUE(names_field(&refused, "campaign_id", "UNKNOWN_REFERENCE"));
  }
}

static void cells_say_it_in_words_in_the_readers_language(void) {
  static const struct {
    const char *language, *channel, *word, *region, *confidential, *no;
  } cases[] = {{"zh-CN", "来源", "信", "地区", "是否保密", "否"}, {"en", "Channel", "Letter", "Region", "Confidential", "no"}};
  const char *id = push_open_lead(",\"amountFen\":\"12345\",\"domain\":\"coal\"");
  BOTH(t)
  for (size_t i = 0; i < 2; i++) {
    client_manners(world()->client)->language = cases[i].language;
    json_t *rows = read_csv(download(t, "supervisor.linxi", LEADS, "{\"format\":\"csv\"}"));
    client_manners(world()->client)->language = NULL;
    CU_ASSERT_STRING_EQUAL(cell_of(rows, id, cases[i].channel), cases[i].word);
    CU_ASSERT_STRING_EQUAL(cell_of(rows, id, cases[i].confidential), cases[i].no);
    CU_ASSERT_PTR_NOT_NULL(strstr(cell_of(rows, id, cases[i].region), "林西县 林西镇 "));
    CU_ASSERT_STRING_EQUAL(cell_of(rows, id, i ? "Amount (yuan)" : "涉及金额（元）"), "123.45");
    CU_ASSERT_STRING_EQUAL(cell_of(rows, id, i ? "Domain" : "领域"), "煤炭资源");
  }
}

static void times_are_those_of_the_office(void) {
  const char *id = push_lead(LINXI_VILLAGE, ",\"receivedAt\":\"2026-03-01T17:30:00Z\"");
  BOTH(t) {
    json_t *rows = read_csv(download(t, "supervisor.linxi", LEADS, "{\"format\":\"csv\"}"));
    CU_ASSERT_STRING_EQUAL(cell_of(rows, id, "收到时间"), "2026-03-02 01:30:00");
    CU_ASSERT_PTR_NOT_NULL(strstr(download(t, "supervisor.linxi", LEADS, "{\"format\":\"geojson\"}"),
                                  "\"receivedAt\":\"2026-03-02T01:30:00+08:00\""));
  }
}

static void what_a_confidential_lead_tells_and_who_reported_it_is_left_out(void) {
  static const char reporter[] =
      ",\"reporter\":{\"name\":\"某乙某\",\"phone\":\"13900001234\"},\"accused\":[{\"name\":\"某丁某\"}]";
  const char *open = push_open_lead(reporter);
  const char *secret = push_lead(LINXI_VILLAGE, reporter);
  static const char *const formats[] = {"csv", "geojson"};
  BOTH(t)
  for (size_t i = 0; i < 2; i++) {
    const char *text = download(t, "supervisor.linxi", LEADS, arena_printf(client_memory(), "{\"format\":\"%s\"}", formats[i]));
    CU_ASSERT_PTR_NULL(strstr(text, "某乙某"));
    CU_ASSERT_PTR_NULL(strstr(text, "13900001234"));
    CU_ASSERT_PTR_NULL(strstr(text, "某丁某"));
    if (i)
      continue;
    json_t *rows = read_csv(text);
    CU_ASSERT_TRUE(*cell_of(rows, open, "反映内容"));
    CU_ASSERT_TRUE(holds(rows, secret));
    CU_ASSERT_STRING_EQUAL(cell_of(rows, secret, "反映内容"), "");
  }
}

static void nobody_complained_of_finds_the_lead_in_his_file(void) {
  const char *id =
      push_lead(LINXI_VILLAGE, arena_printf(client_memory(), ",\"accused\":[{\"name\":\"某甲\",\"userId\":\"%s\"}]",
                                            id_of("supervisor.linxi")));
  BOTH(t) {
    CU_ASSERT_FALSE(holds(read_csv(download(t, "supervisor.linxi", LEADS, "{\"format\":\"csv\"}")), id));
    CU_ASSERT_TRUE(holds(read_csv(download(t, "supervisor.chifeng", LEADS, "{\"format\":\"csv\"}")), id));
  }
}

static void no_cell_becomes_a_formula(void) {
  static const char *const texts[] = {"=1+1", "+1", "-1", "@SUM(A1)", "\\t=1", "＝1", "a,\\\"b\\\"\\r\\nc", "plain"};
  static const char *const cells[] = {"'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\t=1", "'＝1", "a,\"b\"\r\nc", "plain"};
  enum { TEXTS = sizeof texts / sizeof *texts };
  const char *ids[TEXTS];
  for (size_t i = 0; i < TEXTS; i++)
    ids[i] = push_visit(arena_printf(client_memory(), ",\"purpose\":\"%s\"", texts[i]));
  BOTH(t) {
    json_t *rows = read_csv(download(t, "supervisor.linxi", VISITS, "{\"format\":\"csv\"}"));
    for (size_t i = 0; i < TEXTS; i++)
      CU_ASSERT_STRING_EQUAL(cell_of(rows, ids[i], "目的"), cells[i]);
  }
}

// The feature of that id.
static json_t *feature_of(json_t *collection, const char *id) {
  size_t i;
  json_t *feature;
  json_array_foreach(json_at(collection, "features"), i,
                     feature) if (strcmp(text_at(feature, "properties.id"), id) == 0) return feature;
  return NULL;
}

static json_t *read_geojson(enum transport t, const char *method) {
  json_t *collection = client_keep(json_loads(download(t, "supervisor.linxi", method, "{\"format\":\"geojson\"}"), 0, NULL));
  CU_ASSERT_STRING_EQUAL(text_at(collection, "type"), "FeatureCollection");
  return collection;
}

static double coordinate(json_t *feature, size_t i) {
  return json_real_value(json_array_get(json_at(feature, "geometry.coordinates"), i));
}

static void on_a_map_records_are_where_they_were(void) {
  const char *visit = push_visit(",\"position\":{\"latitude\":43.625,\"longitude\":118.125}");
  const char *nowhere = push_visit("");
  const char *there = push_lead(LINXI_VILLAGE, arena_printf(client_memory(), ",\"visitId\":\"%s\"", visit));
  const char *anywhere = push_lead(LINXI_VILLAGE, "");
  const char *pictured = push_lead(LINXI_VILLAGE, "");
  CU_ASSERT_TRUE(
      sql_run("insert into photo (id, lead_id, sha256, byte_size, media_type, width, height, captured_at, latitude, longitude, "
              "recorder_id, etag) values (gen_random_uuid(), '%s', sha256('x'), 1, 'image/jpeg', 1, 1, now(), 43.5, 118.5, "
              "'%s', sha256('y'))",
              pictured, id_of("officer.linxi")));
  BOTH(t) {
    json_t *visits = read_geojson(t, VISITS), *leads = read_geojson(t, LEADS), *feature = feature_of(visits, visit);
    CU_ASSERT_STRING_EQUAL(text_at(feature, "type"), "Feature");
    CU_ASSERT_STRING_EQUAL(text_at(feature, "geometry.type"), "Point");
    CU_ASSERT_EQUAL(coordinate(feature, 0), 118.125);
    CU_ASSERT_EQUAL(coordinate(feature, 1), 43.625);
    CU_ASSERT_STRING_EQUAL(text_at(feature, "properties.kind"), "VISIT_KIND_DOWN_VISIT");
    CU_ASSERT_TRUE(json_is_null(json_at(feature_of(visits, nowhere), "geometry")));
    CU_ASSERT_EQUAL(coordinate(feature_of(leads, there), 0), 118.125);
    CU_ASSERT_EQUAL(coordinate(feature_of(leads, pictured), 0), 118.5);
    CU_ASSERT_TRUE(json_is_null(json_at(feature_of(leads, anywhere), "geometry")));
  }
}

static void a_file_says_what_it_is_and_what_it_is_called(void) {
  static const char *const types[][2] = {{"csv", "text/csv; charset=utf-8"}, {"geojson", "application/geo+json"}};
  BOTH(t)
  for (size_t i = 0; i < 2; i++) {
    struct downloading *file = downloading_open(world()->client, t, token_of("supervisor.linxi"), LEADS,
                                                arena_printf(client_memory(), "{\"format\":\"%s\"}", types[i][0]));
    CU_ASSERT_EQUAL(downloading_end(file, LATER_MS).code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(downloading_type(file), types[i][1]);
    CU_ASSERT_PTR_NOT_NULL(strstr(downloading_name(file), "leads-"));
    CU_ASSERT_PTR_NOT_NULL(strstr(downloading_name(file), types[i][0]));
    downloading_close(file);
  }
}

static void a_request_that_is_wrong_is_refused_with_its_field(void) {
  static const char *const requests[][3] = {{"{}", "format", "REQUIRED"},
                                            {"{\"format\":\"pdf\"}", "format", "BAD_PATTERN"},
                                            {"{\"format\":\"csv\",\"query\":\"字\"}", "query", "TOO_SHORT"},
                                            {"{\"format\":\"csv\",\"regionCode\":\"1\"}", "region_code", "BAD_PATTERN"}};
  BOTH(t)
  for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
    struct answer answer = ask(world()->client, t, token_of("supervisor.linxi"), LEADS, "%s", requests[i][0]);
    CU_ASSERT_EQUAL(answer.code, CODE_INVALID_ARGUMENT);
    CU_ASSERT_TRUE(names_field(&answer, requests[i][1], requests[i][2]));
  }
}

SUITE_WITH(exports, world_open, NULL, LIMIT_S, TEST(a_file_holds_what_the_list_shows_in_its_order),
           TEST(each_filter_of_a_list_is_one_of_its_export),
           TEST(an_export_by_a_campaign_that_there_is_not_is_refused_by_its_field),
           TEST(cells_say_it_in_words_in_the_readers_language), TEST(times_are_those_of_the_office),
           TEST(what_a_confidential_lead_tells_and_who_reported_it_is_left_out),
           TEST(nobody_complained_of_finds_the_lead_in_his_file), TEST(no_cell_becomes_a_formula),
           TEST(on_a_map_records_are_where_they_were), TEST(a_file_says_what_it_is_and_what_it_is_called),
           TEST(a_request_that_is_wrong_is_refused_with_its_field));
