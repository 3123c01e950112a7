// What a run costs others: CPU time and memory of the server, and of all of PostgreSQL's processes.

#pragma once
#include <stdint.h>
#include <sys/types.h>

struct cost {
  int64_t own_us, server_us, database_us; // CPU time so far; of a process that is not watched 0
};

// CPU time used so far by this process, by the process `server`, and by `postmaster` and its children, those that have ended
// too; 0: nobody.
struct cost cost_now(pid_t server, pid_t postmaster);

// Resident memory of a process in KiB; -1 where there is none.
long cost_resident_kib(pid_t pid);
