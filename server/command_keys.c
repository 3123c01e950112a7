// Key files are made here, never overwritten.

#include "base/crypto.h"
#include "commands.h"
#include <stdio.h>
#include <string.h>

int command_keys(int argc, char **argv) {
  if (argc != 2 || strcmp(argv[0], "make") != 0 || argv[1][0] == '-') {
    fprintf(
        stderr,
        "usage: zoufang keys make FILE\n\nA fresh key as version 1; another version is another line. An existing file is left "
        "as it is.\n");
    return 2;
  }
  struct arena arena = {0};
  struct fault fault = {.arena = &arena};
  if (!crypto_make_key_file(argv[1], &fault))
    return command_failed("keys", &fault, &arena, 1);
  arena_close(&arena);
  return 0;
}
