// A table of options.

#include "support/options.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONNECTIONS_DEFAULT = 32 };

bool options_read(struct options *options, int argc, char **argv) {
  *options = (struct options){.command = argc > 1 ? argv[1] : "",
                              .speech = "rest",
                              .people = "",
                              .workload = "",
                              .database_url = "",
                              .seal_key_file = "",
                              .index_key_file = "",
                              .connections = CONNECTIONS_DEFAULT,
                              .addresses = 1,
                              .warm_s = 0.5,
                              .measured_s = 3};
  const struct {
    const char *name;
    const char **text;
    int *number;
    double *fraction;
  } known[] = {
      {"--speech", &options->speech, NULL, NULL},
      {"--people", &options->people, NULL, NULL},
      {"--workload", &options->workload, NULL, NULL},
      {"--database", &options->database_url, NULL, NULL},
      {"--seal-key", &options->seal_key_file, NULL, NULL},
      {"--index-key", &options->index_key_file, NULL, NULL},
      {"--answer", NULL, &options->answer_bytes, NULL},
      {"--port", NULL, &options->port, NULL},
      {"--connections", NULL, &options->connections, NULL},
      {"--addresses", NULL, &options->addresses, NULL},
      {"--server", NULL, &options->server, NULL},
      {"--postmaster", NULL, &options->postmaster, NULL},
      {"--calls", NULL, &options->calls, NULL},
      {"--rate", NULL, NULL, &options->rate},
      {"--warm", NULL, NULL, &options->warm_s},
      {"--seconds", NULL, NULL, &options->measured_s},
  };
  for (int at = 2; at < argc; at += 2) {
    size_t i = 0;
    while (i < sizeof known / sizeof *known && strcmp(known[i].name, argv[at]) != 0)
      i++;
    if (i == sizeof known / sizeof *known || at + 1 == argc) {
      fprintf(stderr, "%s: %s is not known, or needs a value\n", argv[0], argv[at]);
      return false;
    }
    if (known[i].text)
      *known[i].text = argv[at + 1];
    else if (known[i].number)
      *known[i].number = (int)strtol(argv[at + 1], NULL, 10);
    else
      *known[i].fraction = strtod(argv[at + 1], NULL);
  }
  return true;
}

struct run options_run(const struct options *options) {
  return (struct run){.warm_s = options->calls ? 0 : options->warm_s,
                      .measured_s = options->calls ? 3600 : options->measured_s,
                      .calls_max = options->calls,
                      .server = options->server,
                      .postmaster = options->postmaster};
}
