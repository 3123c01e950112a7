// Configuration: one table of settings, each an environment variable, a flag and, for secrets, a file.

#pragma once
#include "base/fault.h"

// One setting. ZOUFANG_HTTP_LISTEN is --http-listen; a secret's value may stand in the file that ZOUFANG_…_FILE names.
struct setting {
  const char *name;     // "HTTP_LISTEN"
  const char *fallback; // NULL: none
  const char *help;
  char kind;          // 's' text, 'i' number, 'b' on/off
  bool secret;        // also as _FILE; never printed
  long long min, max; // of numbers
};

// Sets each setting's value from flags, environment, files, defaults, in this order. `argv` is what stands behind the
// subcommand: --http-listen VALUE or --http-listen=VALUE; a switch may stand alone; a secret's file is --seal-key-file PATH.
// Empty environment variables count as unset. `values` is parallel to `settings`: NULL where unset, numbers within their
// bounds, switches "on" or "off"; texts belong to the arena, the environment or `argv`. Unknown flags, bad numbers and files
// that cannot be read are faults that name the setting, never its value.
bool config_read(const struct setting *settings, unsigned count, int argc, char **argv, const char **values,
                 struct arena *arena, struct fault *fault);

// The value of a number (unset: 0), and of a switch.
long long config_number(const char *value);
bool config_is_on(const char *value);

// Prints the table with defaults to standard output, for --help.
void config_help(const struct setting *settings, unsigned count);
