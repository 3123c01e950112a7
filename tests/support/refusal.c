// Refusals are looked at here, detail by detail.

#include "support/refusal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *detail_of(const struct answer *answer, const char *type) {
  size_t i;
  json_t *detail;
  json_array_foreach(json_at(answer->body, "details"), i, detail) {
    const char *dot = strrchr(text_at(detail, "@type"), '.');
    if (dot && strcmp(dot + 1, type) == 0)
      return detail;
  }
  return NULL;
}

bool tells_no_insides(const struct answer *answer) {
  static const char *const insides[] = {"select ", "insert ",  "zoufang.visit", "SQLSTATE", "ERROR:", "pg_",      "libpq",
                                        ".sql",    "/server/", "/tmp/",         "/work",    "socket", "relation", "constraint"};
  char *text = json_dumps(answer->body, JSON_ENCODE_ANY | JSON_COMPACT);
  bool tells = false;
  for (size_t i = 0; i < sizeof insides / sizeof *insides; i++)
    tells = tells || strstr(text, insides[i]) != NULL;
  free(text);
  return !tells;
}

// Words that are not of this alphabet: Chinese, as nothing else was asked for.
static bool is_chinese(json_t *localized) {
  return strcmp(text_at(localized, "locale"), "zh-CN") == 0 && (unsigned char)*text_at(localized, "message") >= 0xe4;
}

static bool may_come_back(enum code code, const char *reason) {
  return code == CODE_UNAVAILABLE || (code == CODE_RESOURCE_EXHAUSTED && strcmp(reason, "BODY_TOO_LARGE") != 0);
}

static const char *flaw_of(const struct answer *answer, enum transport transport, enum code code, int http,
                           const char *reason) {
  json_t *info = detail_of(answer, "ErrorInfo");
  const char *request_id = text_at(detail_of(answer, "RequestInfo"), "requestId");
  if (answer->code != code || strcmp(answer->reason, reason) != 0)
    return "code or reason";
  if (transport == REST && answer->http != http)
    return "HTTP code";
  if (strcmp(text_at(info, "domain"), "zoufang") != 0)
    return "ErrorInfo";
  if (strlen(request_id) != 36 || strcmp(header_of(answer, "X-Request-Id"), request_id) != 0)
    return "request id";
  if (!is_chinese(detail_of(answer, "LocalizedMessage")))
    return "words for users";
  if (may_come_back(code, reason) != (answer->retry_ms > 0))
    return "when to come back";
  if (transport == REST && (answer->retry_ms > 0) != (strtol(header_of(answer, "Retry-After"), NULL, 10) > 0))
    return "Retry-After";
  return tells_no_insides(answer) ? NULL : "it tells of the server's insides";
}

bool is_refusal(const struct answer *answer, enum transport transport, enum code code, int http, const char *reason) {
  const char *flaw = flaw_of(answer, transport, code, http, reason);
  if (!flaw)
    return true;
  char *text = json_dumps(answer->body, JSON_ENCODE_ANY | JSON_COMPACT);
  printf("        %s: %s is not as expected: %s %s, HTTP %d: %s\n", transport_names[transport], flaw, code_name(answer->code),
         answer->reason, answer->http, text ? text : answer->message);
  free(text);
  return false;
}
