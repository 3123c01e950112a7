// Key files are made here, never overwritten; and what of an audit key others may know is printed.

#include "base/crypto.h"
#include "commands.h"
#include <stdio.h>
#include <string.h>

static bool make(const char *path, struct fault *fault) {
  return crypto_make_key_file(path, fault);
}

static bool print_public(const char *path, struct fault *fault) {
  struct crypto crypto = {0};
  bool read = crypto_open_audit(&crypto, path, fault);
  if (read)
    printf("%s\n", crypto_public_keys_write(fault->arena, &crypto.audit_public));
  crypto_close(&crypto);
  return read;
}

static const struct verb {
  const char *name;
  bool (*run)(const char *path, struct fault *fault);
} verbs[] = {{"make", make}, {"public", print_public}};

static const struct verb *find_verb(const char *name) {
  for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
    if (!strcmp(verbs[i].name, name))
      return &verbs[i];
  return NULL;
}

int command_keys(int argc, char **argv) {
  const struct verb *verb = argc == 2 && argv[1][0] != '-' ? find_verb(argv[0]) : NULL;
  if (!verb) {
    fprintf(stderr,
            "usage: zoufang keys make FILE     makes a fresh key as version 1; another version is another line. An existing\n"
            "                                  file is left as it is\n"
            "       zoufang keys public FILE   prints what verifies seals that the audit keys in FILE sign, and signs none\n");
    return 2;
  }
  struct arena arena = {0};
  struct fault fault = {.arena = &arena};
  if (!verb->run(argv[1], &fault))
    return command_failed("keys", &fault, &arena, 1);
  arena_close(&arena);
  return 0;
}
