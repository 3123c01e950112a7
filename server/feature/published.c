// Numbers are what was frozen; how they are shown is made here, anew each time.

#include "feature/published.h"
#include "feature/csv.h"
#include "feature/document.h"
#include "feature/figures.h"
#include "feature/report_text.h"
#include "schema/json.h"
#include <string.h>

const char *const published_files[PUBLISHED_FILES] = {"index.html", "en.html", "figures.csv", "figures.json"};

static void put_number(struct buffer *out, const Google__Protobuf__DoubleValue *number) {
  buffer_byte(out, ',');
  if (number)
    buffer_printf(out, "%.15g", number->value);
}

// For spreadsheets: in Chinese, with a byte order mark.
static char *write_csv(const Zoufang__V1__WorkReport *report, struct arena *arena) {
  struct buffer out = {.arena = arena};
  buffer_string(&out, "\xef\xbb\xbfkey,指标,单位,本期,上年同期,同比\r\n");
  for (size_t i = 0; i < report->n_figures; i++) {
    const Zoufang__V1__Figure *figure = report->figures[i];
    csv_write(&out, figure->key);
    buffer_byte(&out, ',');
    csv_write(&out, figure->name);
    buffer_byte(&out, ',');
    csv_write(&out, figure->unit);
    put_number(&out, figure->value);
    put_number(&out, figure->before);
    put_number(&out, figure->change);
    buffer_string(&out, "\r\n");
  }
  return buffer_text(&out);
}

static char *write_json(const struct schema *schema, const Zoufang__V1__WorkReport *report, struct arena *arena) {
  struct buffer out = {.arena = arena};
  json_write(schema, schema_message(schema, "zoufang.v1.WorkReport"), &report->base, false, &out);
  buffer_byte(&out, '\n');
  return buffer_text(&out);
}

enum language published_language(const char *file) {
  return strcmp(file, "en.html") == 0 ? LANGUAGE_EN : LANGUAGE_ZH_CN;
}

Zoufang__V1__Document *published_document(const struct schema *schema, Zoufang__V1__WorkReport *report, const char *file,
                                          struct arena *arena) {
  enum language language = published_language(file);
  report_name_figures(report, language);
  if (strcmp(file, "figures.csv") == 0)
    return document_file("text/csv; charset=utf-8", file, write_csv(report, arena), arena);
  if (strcmp(file, "figures.json") == 0)
    return document_file("application/json", file, write_json(schema, report, arena), arena);
  return report_document(report, "html", language, arena);
}

Zoufang__V1__Document *published_index(const Zoufang__V1__ListPublicReportsResponse *reports, struct arena *arena) {
  static const char *const words[PUBLISHED_FILES] = {"工作报告", "English", "CSV", "JSON"};
  struct document page = {.out = {.arena = arena}, .html = true};
  document_open(&page, "zh-CN", "已发布的工作报告 · Published work reports");
  for (size_t i = 0; i < reports->n_reports; i++) {
    const Zoufang__V1__Report *report = reports->reports[i];
    document_heading(&page, arena_printf(arena, "%s %.4s", report->region_name, report->from));
    const char *addresses[PUBLISHED_FILES];
    for (unsigned file = 0; file < PUBLISHED_FILES; file++)
      addresses[file] = arena_printf(arena, "reports/%s/%s", report->id, published_files[file]);
    document_links(&page, addresses, words, PUBLISHED_FILES);
  }
  if (reports->n_reports == 0)
    document_paragraph(&page, "尚未发布任何报告。 Nothing has been published yet.");
  return document_file("text/html; charset=utf-8", "index.html", document_text(&page), arena);
}
