// A server that must not start.

#pragma once

// Runs `serve` as instance_start does, with further settings (NULL ends). Returns what it printed, until client_forget, with
// its exit code; where it starts after all it is stopped, and the code is -1.
const char *startup_fails(const char *const *environment, int *code);
