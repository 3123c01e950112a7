// Compared part by part.

#include "feature/app_version.h"
#include <stdlib.h>
#include <string.h>

// The next number of a version, and what is behind it.
static unsigned long next_number(const char **at) {
  unsigned long number = **at >= '0' && **at <= '9' ? strtoul(*at, NULL, 10) : 0;
  const char *dot = strchr(*at, '.');
  *at = dot ? dot + 1 : "";
  return number;
}

int app_version_compare(const char *left, const char *right) {
  while (*left || *right) {
    unsigned long of_left = next_number(&left), of_right = next_number(&right);
    if (of_left != of_right)
      return of_left < of_right ? -1 : 1;
  }
  return 0;
}
