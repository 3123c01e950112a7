// The commands of the command line that run the server and its database's schema. Each takes what stands behind its name and
// gives the exit code: 0, 1 where it failed, 2 where it was called wrongly.

#pragma once
#include "base/fault.h"

int command_serve(int argc, char **argv);       // serve
int command_migrate(int argc, char **argv);     // migrate
int command_explain(int argc, char **argv);     // explain SERVICE/METHOD [REQUEST AS JSON]
int command_healthcheck(int argc, char **argv); // healthcheck
int command_keys(int argc, char **argv);        // keys make FILE | public FILE
int command_version(int argc, char **argv);     // version

// Prints "zoufang COMMAND: what is wrong" to standard error, frees the arena, and gives the exit code `code`.
int command_failed(const char *command, const struct fault *fault, struct arena *arena, int code);

// Whether --help stands among the arguments.
bool command_wants_help(int argc, char **argv);
