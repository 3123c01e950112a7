// Pages are files of the binary, and one document that is written at start, in each language; each has an ETag, for it changes
// only with the program.

#include "transport/http_pages.h"
#include "schema/embedded.h"
#include "schema/openapi.h"
#include "transport/http_answer.h"
#include <string.h>

enum page_kind { PAGE_FILE, PAGE_OPENAPI, PAGE_HEALTH, PAGE_READINESS, PAGE_MOVED };

struct web_page {
  const char *path;
  enum page_kind kind;
  const char *type; // Content-Type
  const char *file; // of static/; where the page has moved to
  bool published;   // of the public server; the others are of the API's
};

static const struct web_page pages[] = {
    {"/", PAGE_MOVED, NULL, "/docs", false},
    {"/docs", PAGE_FILE, "text/html; charset=utf-8", "docs.html", false},
    {"/docs/", PAGE_MOVED, NULL, "/docs", false},
    {"/docs/docs.css", PAGE_FILE, "text/css; charset=utf-8", "docs.css", false},
    {"/docs/docs.js", PAGE_FILE, "text/javascript; charset=utf-8", "docs.js", false},
    {"/healthz", PAGE_HEALTH, "application/json", NULL, false},
    {"/readyz", PAGE_READINESS, "application/json", NULL, false},
    {"/openapi.json", PAGE_OPENAPI, "application/json", NULL, false},
    {"/", PAGE_MOVED, NULL, "/reports", true},
};

enum { PAGES = sizeof pages / sizeof *pages };

struct content {
  const char *text;
  size_t length;
  char etag[ETAG_TEXT];
};

// What each page of PAGE_FILE holds, and the document, in a language that was asked for.
struct pages {
  struct content files[PAGES], openapi[LANGUAGES];
};

static const char document_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

static void set_content(struct content *content, const char *text, size_t length) {
  content->text = text;
  content->length = length;
  answer_tag(text, length, content->etag);
}

static const struct embedded *file_named(const char *name) {
  for (size_t i = 0; i < embedded_files_count; i++) {
    if (strcmp(embedded_files[i].path, name) == 0)
      return &embedded_files[i];
  }
  return NULL;
}

static bool is_served(const struct http_server *http, const struct web_page *page) {
  return page->published == http->options.published;
}

// Written when it is first asked for, which few do: it would take a fifth of the server's time to start. Kept as long as it is,
// without the room that it grew through. All pages are answered by one thread.
static const struct content *openapi_in(struct http_server *http, enum language language) {
  struct content *content = &http->pages->openapi[language];
  if (content->text)
    return content;
  struct arena scratch = {0};
  struct buffer document = {.arena = &scratch};
  openapi_write(http->server->schema, http->options.version, language, &document);
  set_content(content, arena_strndup(&http->arena, document.data, document.length), document.length);
  arena_close(&scratch);
  return content;
}

bool pages_open(struct http_server *http, struct fault *fault) {
  http->pages = arena_zalloc(&http->arena, sizeof *http->pages);
  for (size_t i = 0; i < PAGES; i++) {
    if (!is_served(http, &pages[i]))
      continue;
    const struct embedded *file = pages[i].kind == PAGE_FILE ? file_named(pages[i].file) : NULL;
    if (pages[i].kind == PAGE_FILE && !file)
      return fault_set(fault, CODE_INTERNAL, "PAGE", "the program holds no %s", pages[i].file);
    if (file)
      set_content(&http->pages->files[i], file->text, file->length);
  }
  return true;
}

const struct web_page *pages_find(const struct http_server *http, const char *path) {
  for (size_t i = 0; i < PAGES; i++) {
    if (is_served(http, &pages[i]) && strcmp(pages[i].path, path) == 0)
      return &pages[i];
  }
  return NULL;
}

static enum MHD_Result answer_content(struct connection *connection, const struct content *content) {
  bool same = answer_is_known(connection, content->etag);
  const struct header headers[] = {
      {MHD_HTTP_HEADER_CONTENT_TYPE, same ? NULL : connection->page->type},
      {MHD_HTTP_HEADER_ETAG, content->etag},
      {MHD_HTTP_HEADER_CACHE_CONTROL, "no-cache"}, // keep it, and ask whether it is still so
      {MHD_HTTP_HEADER_VARY, connection->page->kind == PAGE_OPENAPI ? MHD_HTTP_HEADER_ACCEPT_LANGUAGE : NULL},
      {"Content-Security-Policy", document_policy},
      {"X-Content-Type-Options", "nosniff"},
      {"Referrer-Policy", "no-referrer"},
      {NULL, NULL},
  };
  if (same)
    return answer_bytes(connection, MHD_HTTP_NOT_MODIFIED, NULL, 0, headers);
  return answer_bytes(connection, MHD_HTTP_OK, content->text, content->length, headers);
}

// The language that ?language= asks for, as Accept-Language writes it; else that header itself.
static enum language language_of(const struct connection *connection) {
  const char *asked = MHD_lookup_connection_value(connection->mhd, MHD_GET_ARGUMENT_KIND, "language");
  return words_language(asked ? asked
                              : MHD_lookup_connection_value(connection->mhd, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT_LANGUAGE));
}

static enum MHD_Result answer_state(struct connection *connection, bool well) {
  static const char good[] = "{\"status\":\"ok\"}\n", bad[] = "{\"status\":\"unavailable\"}\n";
  const struct header headers[] = {
      {MHD_HTTP_HEADER_CONTENT_TYPE, connection->page->type},
      {MHD_HTTP_HEADER_CACHE_CONTROL, "no-store"},
      {"X-Content-Type-Options", "nosniff"},
      {NULL, NULL},
  };
  if (well)
    return answer_bytes(connection, MHD_HTTP_OK, good, sizeof good - 1, headers);
  return answer_bytes(connection, MHD_HTTP_SERVICE_UNAVAILABLE, bad, sizeof bad - 1, headers);
}

static enum MHD_Result answer_moved(struct connection *connection) {
  const struct header headers[] = {{MHD_HTTP_HEADER_LOCATION, connection->page->file}, {NULL, NULL}};
  return answer_bytes(connection, MHD_HTTP_FOUND, NULL, 0, headers);
}

enum MHD_Result pages_answer(struct connection *connection) {
  struct http_server *http = connection->http;
  const struct web_page *page = connection->page;
  switch (page->kind) {
  case PAGE_FILE:
    return answer_content(connection, &http->pages->files[page - pages]);
  case PAGE_OPENAPI:
    return answer_content(connection, openapi_in(http, language_of(connection)));
  case PAGE_HEALTH:
    return answer_state(connection, true);
  case PAGE_READINESS:
    return answer_state(connection, !http_is_closing(http) && server_ready(http->server));
  case PAGE_MOVED:
    return answer_moved(connection);
  }
  return MHD_NO;
}
