// Publishing: what is frozen, who approves it, and what the public is served.

#include "suite.h"
#include "support/approving.h"
#include "support/client_wire.h"
#include "support/past.h"
#include "support/process.h"
#include "support/refusal.h"
#include <stdio.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

static struct answer publish(enum transport t, const char *user, const char *region, const char *from, const char *to) {
  return ask(world()->client, t, token_of(user), "FigureService/PublishReport",
             "{\"regionCode\":\"%s\",\"from\":\"%s\",\"to\":\"%s\",\"reason\":\"年度报告\"}", region, from, to);
}

static struct answer report_of(enum transport t, const char *user, const char *id) {
  return ask(world()->client, t, token_of(user), "FigureService/GetReport", "{\"id\":\"%s\"}", id);
}

static json_t *figure_in(struct answer *answer, const char *key) {
  json_t *figure = element_with(json_at(answer->body, "figures"), "key", key);
  CU_ASSERT_PTR_NOT_NULL(figure);
  return figure;
}

// Leads of Linxi; and a few of another county, for a count beside which all others are small shows them.
static void put_leads(const char *received, unsigned count) {
  for (unsigned i = 0; i < count; i++)
    put_lead(LINXI_VILLAGE, received, "", "");
  for (unsigned i = 0; i < 3; i++)
    put_lead(BALIN_VILLAGE, received, "", "");
}

static struct answer file_of(struct client *client, const char *id, const char *file) {
  return http(client, "GET", arena_printf(client_memory(), "/reports/%s/%s", id, file), NULL, NULL);
}

static void a_report_is_published_when_another_supervisor_approved_it(void) {
  put_leads("2016-03-01 12:00", 5);
  BOTH(t) {
    struct answer asked = publish(t, "supervisor.linxi", LINXI, "2016-01-01", "2017-01-01");
    CU_ASSERT_EQUAL_FATAL(asked.code, CODE_OK);
    const char *id = text_at(asked.body, "id"), *approval = text_at(asked.body, "approvalId");
    CU_ASSERT_PTR_NULL(json_at(asked.body, "publishedAt"));
    CU_ASSERT_EQUAL(file_of(world()->client, id, "index.html").code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(report_of(t, "analyst.chifeng", id).code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(approve(t, "supervisor.linxi", approval).code, CODE_PERMISSION_DENIED);
    CU_ASSERT_EQUAL(approve(t, "officer.linxi", approval).code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(approve(t, "admin", approval).code, CODE_NOT_FOUND);
    struct answer approved = approve(t, "supervisor.chifeng", approval);
    CU_ASSERT_EQUAL(approved.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(approved.body, "report.id"), id);
    struct answer published = report_of(t, "analyst.chifeng", id);
    CU_ASSERT_EQUAL(published.code, CODE_OK);
    CU_ASSERT_PTR_NOT_NULL(json_at(published.body, "publishedAt"));
    CU_ASSERT_EQUAL(number_at(figure_in(&published, "reports_received"), "value"), 5);
    CU_ASSERT_PTR_NULL(json_at(figure_in(&published, "reports_received"), "now"));
  }
}

static void a_small_count_is_not_published(void) {
  put_leads("2015-03-01 12:00", 2);
  struct answer asked = publish(REST, "supervisor.chifeng", LINXI, "2015-01-01", "2016-01-01");
  CU_ASSERT_EQUAL_FATAL(asked.code, CODE_OK);
  struct answer report = report_of(REST, "supervisor.linxi", text_at(asked.body, "id"));
  CU_ASSERT_PTR_NULL(json_at(figure_in(&report, "reports_received"), "value"));
  CU_ASSERT_PTR_NULL(json_at(figure_in(&report, "interviews"), "value"));
}

static void a_report_counts_what_its_publisher_must_not_see(void) {
  put_leads("2014-03-01 12:00", 3);
  const char *lead = put_lead(LINXI_VILLAGE, "2014-03-02 12:00", "", "");
  CU_ASSERT_TRUE(sql_run("update lead set accused_users = array['%s'::uuid], accused_names = '{甲}', accused_units = '{乙}',"
                         "accused_posts = '{丙}', accused_offices = array[null]::uuid[] where id = '%s'",
                         id_of("supervisor.linxi"), lead));
  struct answer his = ask(world()->client, REST, token_of("supervisor.linxi"), "FigureService/GetWorkReport",
                          "{\"regionCode\":\"" LINXI "\",\"from\":\"2014-01-01\",\"to\":\"2015-01-01\"}");
  CU_ASSERT_EQUAL(number_at(figure_in(&his, "reports_received"), "value"), 3);
  struct answer asked = publish(REST, "supervisor.linxi", LINXI, "2014-01-01", "2015-01-01");
  CU_ASSERT_EQUAL_FATAL(asked.code, CODE_OK);
  struct answer report = report_of(REST, "supervisor.chifeng", text_at(asked.body, "id"));
  CU_ASSERT_EQUAL(number_at(figure_in(&report, "reports_received"), "value"), 4);
}

static void what_was_published_stays_and_corrections_show_beside_it(void) {
  put_leads("2013-03-01 12:00", 4);
  struct answer asked = publish(REST, "supervisor.linxi", LINXI, "2013-01-01", "2014-01-01");
  CU_ASSERT_EQUAL_FATAL(asked.code, CODE_OK);
  const char *id = text_at(asked.body, "id");
  CU_ASSERT_EQUAL(approve(REST, "supervisor.chifeng", text_at(asked.body, "approvalId")).code, CODE_OK);
  put_leads("2013-12-31 23:59", 3);
  struct answer beside = report_of(GRPC, "supervisor.linxi", id);
  CU_ASSERT_EQUAL(number_at(figure_in(&beside, "reports_received"), "value"), 4);
  CU_ASSERT_EQUAL(number_at(figure_in(&beside, "reports_received"), "now"), 7);
  CU_ASSERT_EQUAL(number_at(figure_in(&beside, "reports_received"), "difference"), 3);
  struct answer elsewhere = report_of(GRPC, "analyst.chifeng", id);
  CU_ASSERT_EQUAL(number_at(figure_in(&elsewhere, "reports_received"), "value"), 4);
  CU_ASSERT_PTR_NULL(json_at(figure_in(&elsewhere, "reports_received"), "difference"));
  CU_ASSERT_FALSE(sql_run("update report set figures = '[]' where id = '%s'", id));
}

static void what_cannot_be_published_is_refused_by_its_field(void) {
  static const struct {
    const char *user, *region, *from, *to, *field, *reason;
  } cases[] = {
      {"supervisor.linxi", LINXI_TOWNSHIP, "2016-01-01", "2017-01-01", "region_code", "TOO_NARROW"},
      {"supervisor.linxi", LINXI, "2016-01-01", "2016-07-01", "to", "NOT_A_YEAR"},
      {"supervisor.linxi", LINXI, "2016-02-01", "2017-02-01", "from", "NOT_A_YEAR"},
      {"supervisor.linxi", LINXI, "2199-01-01", "2200-01-01", "to", "NOT_OVER"},
      {"supervisor.linxi", "999999000000", "2016-01-01", "2017-01-01", "region_code", "NO_SUCH_REGION"},
  };
  BOTH(t) {
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
      struct answer refused = publish(t, cases[i].user, cases[i].region, cases[i].from, cases[i].to);
      CU_ASSERT_TRUE(names_field(&refused, cases[i].field, cases[i].reason));
    }
    CU_ASSERT_EQUAL(publish(t, "supervisor.linxi", CITY, "2016-01-01", "2017-01-01").code, CODE_PERMISSION_DENIED);
  }
}

static void the_public_is_served_what_was_published_and_nothing_else(void) {
  put_leads("2012-03-01 12:00", 9);
  struct answer asked = publish(REST, "supervisor.linxi", LINXI, "2012-01-01", "2013-01-01");
  CU_ASSERT_EQUAL_FATAL(asked.code, CODE_OK);
  const char *id = text_at(asked.body, "id");
  CU_ASSERT_EQUAL(approve(REST, "supervisor.chifeng", text_at(asked.body, "approvalId")).code, CODE_OK);
  struct instance instance;
  CU_ASSERT_TRUE_FATAL(instance_start(&instance, (const char *const[]){"ZOUFANG_PUBLIC_LISTEN=127.0.0.1:0", NULL}));
  CU_ASSERT_TRUE_FATAL(instance.public_port > 0);
  struct client *public = client_open(&world()->schema, instance.public_port, instance.grpc_port);
  static const char *const files[] = {"index.html", "en.html", "figures.csv", "figures.json"};
  static const char *const types[] = {"text/html; charset=utf-8", "text/html; charset=utf-8", "text/csv; charset=utf-8",
                                      "application/json"};
  static const char *const languages[] = {"zh-CN", "en", "zh-CN", "zh-CN"}; // whatever its reader prefers
  for (unsigned i = 0; i < 4; i++) {
    struct answer file = file_of(public, id, files[i]);
    CU_ASSERT_EQUAL(file.http, 200);
    CU_ASSERT_STRING_EQUAL(header_of(&file, "Content-Type"), types[i]);
    CU_ASSERT_STRING_EQUAL(header_of(&file, "Content-Language"), languages[i]);
    CU_ASSERT_STRING_EQUAL(header_of(&file, "Cache-Control"), "public, max-age=300");
    CU_ASSERT_TRUE(strlen(header_of(&file, "ETag")) > 2);
  }
  struct answer json = file_of(public, id, "figures.json");
  CU_ASSERT_EQUAL(number_at(figure_in(&json, "reports_received"), "value"), 9);
  struct answer list = http(public, "GET", "/reports", NULL, NULL);
  CU_ASSERT_EQUAL(list.http, 200);
  static const char *const others[] = {"/v1/leads", "/v1/auth:login", "/docs",   "/openapi.json",
                                       "/healthz",  "/readyz",        "/metrics"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    CU_ASSERT_EQUAL(http(public, "GET", others[i], token_of("supervisor.linxi"), NULL).http, 404);
  CU_ASSERT_EQUAL(http(public, "POST", "/reports", NULL, "{}").http, 405);
  CU_ASSERT_EQUAL(file_of(public, id, "secret.html").http, 400);
  CU_ASSERT_EQUAL(file_of(public, fresh_id(), "index.html").http, 404);
  client_close(public);
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

static void a_bundle_for_a_website_holds_the_same(void) {
  put_leads("2011-03-01 12:00", 6);
  struct answer asked = publish(REST, "supervisor.linxi", LINXI, "2011-01-01", "2012-01-01");
  CU_ASSERT_EQUAL_FATAL(asked.code, CODE_OK);
  const char *id = text_at(asked.body, "id");
  CU_ASSERT_EQUAL(approve(REST, "supervisor.chifeng", text_at(asked.body, "approvalId")).code, CODE_OK);
  const char *folder = arena_printf(client_memory(), "%s/bundle-%s", world()->folder, id);
  const char *owner = arena_printf(client_memory(), "ZOUFANG_DB_OWNER_URL=%s", world()->owner_url);
  const char *const environment[] = {owner, NULL};
  const char *const command[] = {server_binary(), "reports", "write", folder, NULL};
  CU_ASSERT_EQUAL(process_run(command, environment, NULL, 60000), 0);
  CU_ASSERT_NOT_EQUAL(process_run(command, environment, NULL, 60000), 0); // it is there already
  json_t *figures = json_load_file(arena_printf(client_memory(), "%s/reports/%s/figures.json", folder, id), 0, NULL);
  struct answer written = {.body = figures};
  CU_ASSERT_EQUAL(number_at(figure_in(&written, "reports_received"), "value"), 6);
  json_decref(figures);
  static const char *const files[] = {"index.html", "reports/%s/index.html", "reports/%s/en.html", "reports/%s/figures.csv"};
  for (unsigned i = 0; i < 4; i++) {
    char name[128];
    snprintf(name, sizeof name, files[i], id); // NOLINT
    FILE *file = fopen(arena_printf(client_memory(), "%s/%s", folder, name), "re");
    CU_ASSERT_PTR_NOT_NULL_FATAL(file);
    char text[1 << 14] = "";
    CU_ASSERT_TRUE(fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    if (i == 0) // from which every other is reached
      CU_ASSERT_PTR_NOT_NULL(strstr(text, arena_printf(client_memory(), "<a href=\"reports/%s/en.html\">English</a> · ", id)));
  }
}

SUITE_WITH(publishing, world_open, NULL, 120, TEST(a_report_is_published_when_another_supervisor_approved_it),
           TEST(a_small_count_is_not_published), TEST(a_report_counts_what_its_publisher_must_not_see),
           TEST(what_was_published_stays_and_corrections_show_beside_it),
           TEST(what_cannot_be_published_is_refused_by_its_field),
           TEST(the_public_is_served_what_was_published_and_nothing_else), TEST(a_bundle_for_a_website_holds_the_same));
