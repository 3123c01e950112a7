// The command line of the programs here: a command and --name value.

#pragma once
#include "support/run.h"

struct options {
  const char *command;
  const char *speech, *people, *workload;
  const char *database_url, *seal_key_file, *index_key_file;
  int port, connections, addresses, server, postmaster, calls, answer_bytes;
  double warm_s, measured_s, rate;
};

// False, having said on stderr what is not known.
bool options_read(struct options *options, int argc, char **argv);

// The run that they ask for.
struct run options_run(const struct options *options);
