// Patterns of field rules are compiled and matched here. The program stays in the C locale, so that a character class means the
// same everywhere: characters beyond ASCII are several of its bytes.

#include "schema/pattern.h"
#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

struct compiled_pattern {
  regex_t regex;
};

// Whether POSIX and RE2 read it alike, as far as we can tell by looking.
static bool is_common(const char *pattern) {
  for (const char *at = pattern; *at; at++) {
    if (*at == '\\' && (isalnum((unsigned char)at[1]) || at[1] == '\0'))
      return false;
    if (*at == '\\')
      at++;
    else if (at[0] == '(' && at[1] == '?')
      return false;
  }
  return true;
}

const struct compiled_pattern *pattern_open(const char *pattern, const char *where, struct fault *fault) {
  if (!is_common(pattern)) {
    fault_set(fault, CODE_INTERNAL, "INTERNAL", "%s: pattern %s is not one that POSIX and RE2 read alike", where, pattern);
    return NULL;
  }
  struct compiled_pattern *compiled = calloc(1, sizeof *compiled);
  if (!compiled)
    abort();
  int error = regcomp(&compiled->regex, pattern, REG_EXTENDED | REG_NOSUB);
  if (error == 0)
    return compiled;
  char text[128];
  regerror(error, &compiled->regex, text, sizeof text);
  fault_set(fault, CODE_INTERNAL, "INTERNAL", "%s: pattern %s: %s", where, pattern, text);
  free(compiled);
  return NULL;
}

void pattern_close(const struct compiled_pattern *pattern) {
  struct compiled_pattern *own = (struct compiled_pattern *)(uintptr_t)pattern;
  if (!own)
    return;
  regfree(&own->regex);
  free(own);
}

bool pattern_matches(const struct compiled_pattern *pattern, const char *text) {
  return regexec(&pattern->regex, text, 0, NULL, 0) == 0;
}
