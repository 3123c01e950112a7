// Other programs, started and stopped by a test: each by its pid, each bounded in time.

#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct process {
  pid_t pid;
  int output;    // what it prints on standard output and error, both: a file in memory, so that nobody need read it
  char *printed; // all of it so far, NUL-terminated
  size_t length, capacity;
};

// Starts `arguments[0]` (looked up in PATH) with the environment plus `environment` ("NAME=value", NULL ends; NULL: none).
bool process_start(struct process *process, const char *const *arguments, const char *const *environment);

// Reads what it prints until `text` is in it. False where it ended or `timeout_ms` passed first.
bool process_await(struct process *process, const char *text, int timeout_ms);

// Waits for its end; its exit code, or 128 + signal; -1 where `timeout_ms` passed (it is then killed). Reads the rest of its
// output.
int process_wait(struct process *process, int timeout_ms);

// SIGTERM, then SIGKILL after `timeout_ms`; its exit code as process_wait. Frees what it printed.
int process_stop(struct process *process, int timeout_ms);

// Runs a program to its end; exit code. What it printed is returned in `printed` (to be freed by free()), unless NULL.
int process_run(const char *const *arguments, const char *const *environment, char **printed, int timeout_ms);
