// Configuration, read once at start.

#include "base/config.h"
#include "base/buffer.h"
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_LIMIT_BYTES = 64 << 10, HELP_COLUMN = 30 };

static const char prefix[] = "ZOUFANG_";
static const char reason[] = "CONFIG";

// HTTP_LISTEN → http-listen
static char *flag_of(struct arena *arena, const char *name) {
  char *flag = arena_strdup(arena, name);
  for (char *at = flag; *at; at++)
    *at = (char)(*at == '_' ? '-' : tolower((unsigned char)*at));
  return flag;
}

// Whether `argument` is --flag, --flag=value or, with `suffix`, --flag-file and --flag-file=value. `value` NULL: it stands
// behind.
static bool is_flag(const char *argument, const char *flag, const char *suffix, const char **value) {
  size_t length = strlen(flag), more = strlen(suffix);
  if (strncmp(argument, "--", 2) != 0 || strncmp(argument + 2, flag, length) != 0 ||
      strncmp(argument + 2 + length, suffix, more) != 0)
    return false;
  const char *behind = argument + 2 + length + more;
  *value = *behind == '=' ? behind + 1 : NULL;
  return *behind == '=' || *behind == '\0';
}

static const char *from_environment(const char *name, const char *suffix, struct arena *arena) {
  const char *value = getenv(arena_printf(arena, "%s%s%s", prefix, name, suffix));
  return value && *value ? value : NULL;
}

static bool read_all(int file, const char *path, struct buffer *text, struct fault *fault) {
  for (;;) {
    ssize_t got = read(file, buffer_reserve(text, BUFSIZ), BUFSIZ);
    if (got < 0)
      return fault_set(fault, CODE_INVALID_ARGUMENT, reason, "%s: %s", path, strerror(errno));
    if (got == 0)
      return true;
    text->length += (size_t)got;
    if (text->length > FILE_LIMIT_BYTES)
      return fault_set(fault, CODE_INVALID_ARGUMENT, reason, "%s is too large for a secret", path);
  }
}

// The content of a secret's file without the line's end.
static bool read_secret(const char *path, const char **value, struct arena *arena, struct fault *fault) {
  struct buffer text = {.arena = arena};
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return fault_set(fault, CODE_INVALID_ARGUMENT, reason, "%s: %s", path, strerror(errno));
  bool done = read_all(file, path, &text, fault);
  close(file);
  if (!done)
    return false;
  while (text.length > 0 && (text.data[text.length - 1] == '\n' || text.data[text.length - 1] == '\r'))
    text.length--;
  if (text.length == 0 || memchr(text.data, '\0', text.length))
    return fault_set(fault, CODE_INVALID_ARGUMENT, reason, "%s holds no text", path);
  *value = buffer_text(&text);
  return true;
}

// Takes the flag at argv[*at], moving `*at` to its last word.
static bool take_flag(const struct setting *settings, unsigned count, int argc, char **argv, int *at, const char **values,
                      const char **files, struct arena *arena, struct fault *fault) {
  const char *argument = argv[*at], *value;
  for (unsigned i = 0; i < count; i++) {
    const char *flag = flag_of(arena, settings[i].name);
    bool is_file = settings[i].secret && is_flag(argument, flag, "-file", &value);
    if (!is_file && !is_flag(argument, flag, "", &value))
      continue;
    if (!value && !is_file && settings[i].kind == 'b')
      value = "on";
    if (!value && *at + 1 == argc)
      return fault_set(fault, CODE_INVALID_ARGUMENT, reason, "%s needs a value", argument);
    (is_file ? files : values)[i] = value ? value : argv[++*at];
    return true;
  }
  int shown = (int)strcspn(argument, "="); // what follows may be a secret with a misspelled name
  return fault_set(fault, CODE_INVALID_ARGUMENT, reason, "there is no setting %.*s (see --help)", shown, argument);
}

static bool check_number(const struct setting *setting, const char *value, struct fault *fault) {
  char *end;
  errno = 0;
  long long number = strtoll(value, &end, 10);
  if (errno || end == value || *end || number < setting->min || number > setting->max)
    return fault_set(fault, CODE_INVALID_ARGUMENT, reason, "%s%s is a number from %lld to %lld", prefix, setting->name,
                     setting->min, setting->max);
  return true;
}

// "on" and "off", however they were written.
static bool normalize_switch(const struct setting *setting, const char **value, struct fault *fault) {
  static const char *const words[][2] = {{"on", "on"},   {"true", "on"},   {"yes", "on"}, {"1", "on"},
                                         {"off", "off"}, {"false", "off"}, {"no", "off"}, {"0", "off"}};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (strcasecmp(*value, words[i][0]) == 0) {
      *value = words[i][1];
      return true;
    }
  }
  return fault_set(fault, CODE_INVALID_ARGUMENT, reason, "%s%s is on or off", prefix, setting->name);
}

static bool check(const struct setting *setting, const char **value, struct fault *fault) {
  if (!*value || setting->kind == 's')
    return true;
  return setting->kind == 'i' ? check_number(setting, *value, fault) : normalize_switch(setting, value, fault);
}

// What no flag said: environment, file, default.
static bool complete(const struct setting *setting, const char **value, const char *file, struct arena *arena,
                     struct fault *fault) {
  if (!*value && !file) {
    *value = from_environment(setting->name, "", arena);
    file = setting->secret ? from_environment(setting->name, "_FILE", arena) : NULL;
  }
  if (!*value && file && !read_secret(file, value, arena, fault))
    return false;
  if (!*value)
    *value = setting->fallback;
  return check(setting, value, fault);
}

bool config_read(const struct setting *settings, unsigned count, int argc, char **argv, const char **values,
                 struct arena *arena, struct fault *fault) {
  const char **files = arena_array(arena, count, sizeof *files);
  memset(values, 0, count * sizeof *values);
  for (int at = 0; at < argc; at++) {
    if (!take_flag(settings, count, argc, argv, &at, values, files, arena, fault))
      return false;
  }
  for (unsigned i = 0; i < count; i++) {
    if (!complete(&settings[i], &values[i], files[i], arena, fault))
      return false;
  }
  return true;
}

long long config_number(const char *value) {
  return value ? strtoll(value, NULL, 10) : 0;
}

bool config_is_on(const char *value) {
  return value && strcmp(value, "on") == 0;
}

static void print_help(const struct setting *setting, struct arena *arena) {
  const char *flag = arena_printf(arena, "--%s%s", flag_of(arena, setting->name), setting->kind == 'b' ? "" : " VALUE");
  const char *file = setting->secret ? arena_printf(arena, ", or in the file %s%s_FILE", prefix, setting->name) : "";
  const char *fallback = setting->fallback && !setting->secret ? arena_printf(arena, ", else %s", setting->fallback) : "";
  printf("  %-*s %s\n  %-*s %s%s%s%s\n", HELP_COLUMN, flag, setting->help, HELP_COLUMN, "", prefix, setting->name, file,
         fallback);
}

void config_help(const struct setting *settings, unsigned count) {
  struct arena arena = {0};
  for (unsigned i = 0; i < count; i++)
    print_help(&settings[i], &arena);
  arena_close(&arena);
}
