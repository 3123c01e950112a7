// A document's format is written here.

#include "feature/document.h"
#include <string.h>

enum { NUMBERS_FROM = 2 }; // cells of a row before its numbers

static const char STYLE[] =
    "body{font:16px/1.7 'Noto Serif CJK SC','Songti SC',SimSun,Georgia,serif;max-width:52em;margin:2em auto;padding:0 "
    "1em;color:#222}"
    "h1{font-size:1.6em;text-align:center}h2{font-size:1.2em;margin-top:1.6em}p:lang(zh){text-align:justify}"
    "table{border-collapse:collapse;width:100%;font-size:.85em}th,td{border:1px solid #bbb;padding:.25em .6em;text-align:left}"
    "th{background:#f2f2f2}.n{text-align:right}td+td:lang(zh){white-space:nowrap}.i{padding-left:1.2em;text-indent:-1.2em}"
    "@media(max-width:40em){body{margin:1em auto}table{font-size:.75em}th,td{padding:.25em .35em}}"
    "@media print{body{margin:0;max-width:none;font-size:12pt}table{font-size:9pt}h2{break-after:avoid}tr{break-inside:avoid}}";

static const char *html_escape(char letter) {
  switch (letter) {
  case '&':
    return "&amp;";
  case '<':
    return "&lt;";
  case '>':
    return "&gt;";
  case '"':
    return "&quot;";
  default:
    return NULL;
  }
}

static void put(struct document *document, const char *text) {
  for (const char *at = text; *at; at++) {
    const char *escaped = document->html ? html_escape(*at) : NULL;
    if (escaped) {
      buffer_string(&document->out, escaped);
      continue;
    }
    if (!document->html && strchr("\\`*_|<>[]#", *at))
      buffer_byte(&document->out, '\\');
    buffer_byte(&document->out, *at);
  }
}

// A text between what opens and closes it in either format.
static void put_within(struct document *document, const char *opens, const char *closes, const char *begins, const char *ends,
                       const char *text) {
  buffer_string(&document->out, document->html ? opens : begins);
  put(document, text);
  buffer_string(&document->out, document->html ? closes : ends);
}

void document_open(struct document *document, const char *language, const char *title) {
  if (document->html) {
    buffer_printf(&document->out,
                  "<!doctype html>\n<html lang=\"%s\">\n<head><meta charset=\"utf-8\">"
                  "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">",
                  language);
    put_within(document, "<title>", "</title>", "", "", title);
    buffer_printf(&document->out, "<style>%s</style></head>\n<body>\n", STYLE);
  }
  put_within(document, "<h1>", "</h1>\n", "# ", "\n", title);
}

void document_heading(struct document *document, const char *text) {
  put_within(document, "<h2>", "</h2>\n", "\n## ", "\n", text);
}

void document_paragraph(struct document *document, const char *text) {
  put_within(document, "<p>", "</p>\n", "\n", "\n", text);
}

void document_item(struct document *document, const char *text) {
  put_within(document, "<p class=\"i\">• ", "</p>\n", "\n- ", "\n", text);
}

void document_links(struct document *document, const char *const *addresses, const char *const *texts, unsigned count) {
  buffer_string(&document->out, document->html ? "<p>" : "\n");
  for (unsigned i = 0; i < count; i++) {
    buffer_string(&document->out, i > 0 ? " · " : "");
    buffer_string(&document->out, document->html ? "<a href=\"" : "[");
    put(document, document->html ? addresses[i] : texts[i]);
    buffer_string(&document->out, document->html ? "\">" : "](<");
    put(document, document->html ? texts[i] : addresses[i]);
    buffer_string(&document->out, document->html ? "</a>" : ">)");
  }
  buffer_string(&document->out, document->html ? "</p>\n" : "\n");
}

static void put_row(struct document *document, const char *cell, const char *const *cells, unsigned count) {
  buffer_string(&document->out, document->html ? "<tr>" : "|");
  for (unsigned i = 0; i < count; i++) {
    if (document->html)
      buffer_printf(&document->out, "<%s%s>", cell, i >= NUMBERS_FROM ? " class=\"n\"" : "");
    else
      buffer_byte(&document->out, ' ');
    put(document, cells[i]);
    if (document->html)
      buffer_printf(&document->out, "</%s>", cell);
    else
      buffer_string(&document->out, " |");
  }
  buffer_string(&document->out, document->html ? "</tr>\n" : "\n");
}

void document_table(struct document *document, const char *const *cells, unsigned count) {
  buffer_string(&document->out, document->html ? "<table>\n<thead>" : "\n"); // a head stands on each page of paper
  put_row(document, "th", cells, count);
  if (document->html) {
    buffer_string(&document->out, "</thead>\n");
    return;
  }
  for (unsigned i = 0; i < count; i++)
    buffer_string(&document->out, i < NUMBERS_FROM ? "| --- " : "| ---: ");
  buffer_string(&document->out, "|\n");
}

void document_row(struct document *document, const char *const *cells, unsigned count) {
  put_row(document, "td", cells, count);
}

void document_table_end(struct document *document) {
  if (document->html)
    buffer_string(&document->out, "</table>\n");
}

char *document_text(struct document *document) {
  if (document->html)
    buffer_string(&document->out, "</body>\n</html>\n");
  return buffer_text(&document->out);
}

Zoufang__V1__Document *document_file(const char *media_type, const char *file_name, char *text, struct arena *arena) {
  Zoufang__V1__Document *file = arena_alloc(arena, sizeof *file);
  zoufang__v1__document__init(file);
  file->media_type = (char *)(uintptr_t)media_type;
  file->file_name = (char *)(uintptr_t)file_name;
  file->text = text;
  return file;
}
