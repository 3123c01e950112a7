// Patterns of field rules: POSIX extended expressions, compiled once.

#pragma once
#include "base/fault.h"

struct compiled_pattern;

// Compiles `pattern`. Refused with a fault that names `where`: what is no POSIX extended expression, and what POSIX and RE2
// (which other readers of the same rule use) read differently: backslash classes, back references, groups with options. Freed
// by pattern_close.
const struct compiled_pattern *pattern_open(const char *pattern, const char *where, struct fault *fault);
void pattern_close(const struct compiled_pattern *pattern);

// Whether `text` holds what the pattern describes. Any thread may ask.
bool pattern_matches(const struct compiled_pattern *pattern, const char *text);
