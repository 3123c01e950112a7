// The program: a table of commands.

#include "commands.h"
#include "feature/commands.h"
#include <stdio.h>
#include <string.h>

static const struct command {
  const char *name, *arguments, *help;
  int (*run)(int argc, char **argv);
} commands[] = {
    {"serve", "", "answers calls until it is told to stop (SIGTERM)", command_serve},
    {"migrate", "", "brings the database to this program's version", command_migrate},
    {"regions", "import FILE.csv", "loads the administrative divisions", command_regions},
    {"reports", "write FOLDER", "writes published reports for a website", command_reports},
    {"offices", "make", "makes the offices of all regions", command_offices},
    {"user", "add | password | grant | disable", "makes and changes accounts", command_user},
    {"users", "import ROSTER.csv", "makes and changes accounts by a roster", command_users},
    {"seal", "rotate | reindex", "seals reporters under the newest keys", command_seal},
    {"audit", "seal | export-seal | verify | erase ID", "seals and verifies the audit", command_audit},
    {"keys", "make FILE | public FILE", "makes a fresh key; prints what verifies its seals", command_keys},
    {"healthcheck", "", "asks the server beside it whether it is ready", command_healthcheck},
    {"explain", "SERVICE/METHOD [JSON]", "prints the statements of a method with values filled in", command_explain},
    {"version", "", "prints the program's version", command_version},
};

enum { COMMANDS = sizeof commands / sizeof *commands, COMMAND_COLUMN = 42 };

static int usage(FILE *out, int code) {
  fprintf(out, "usage: zoufang COMMAND …\n\n");
  for (int i = 0; i < COMMANDS; i++) {
    int written = fprintf(out, "  %s %s", commands[i].name, commands[i].arguments);
    fprintf(out, "%*s %s\n", written < COMMAND_COLUMN ? COMMAND_COLUMN - written : 0, "", commands[i].help);
  }
  fprintf(out, "\nEach command prints its settings with --help.\n");
  return code;
}

int command_version(int argc, char **argv) {
  (void)argc, (void)argv;
  printf("zoufang %s\n", ZOUFANG_VERSION);
  return 0;
}

int command_failed(const char *command, const struct fault *fault, struct arena *arena, int code) {
  fprintf(stderr, "zoufang %s: %s%s%s\n", command, fault->message ? fault->message : "failed", fault->internal ? ": " : "",
          fault->internal ? fault->internal : "");
  arena_close(arena);
  return code;
}

bool command_wants_help(int argc, char **argv) {
  for (int i = 0; i < argc; i++)
    if (strcmp(argv[i], "--help") == 0)
      return true;
  return false;
}

int main(int argc, char **argv) {
  if (argc < 2)
    return usage(stderr, 2);
  for (int i = 0; i < COMMANDS; i++)
    if (strcmp(argv[1], commands[i].name) == 0)
      return commands[i].run(argc - 2, argv + 2);
  bool asked = command_wants_help(argc - 1, argv + 1) || strcmp(argv[1], "help") == 0;
  return asked ? usage(stdout, 0) : usage(stderr, 2);
}
