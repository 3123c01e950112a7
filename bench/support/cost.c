// CPU time by the kernel's clock of each process, which counts nanoseconds; children are found in /proc.

#include "support/cost.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { PATH_BYTES = 64, LINE_BYTES = 512 };

static int64_t cpu_us(pid_t pid) {
  clockid_t clock;
  struct timespec used;
  if (pid <= 0 || clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
    return 0;
  return used.tv_sec * 1000000LL + used.tv_nsec / 1000;
}

// A file of /proc as text, "" where the process has ended.
static void read_file(const char *pid, const char *name, char text[static LINE_BYTES]) {
  char path[PATH_BYTES];
  snprintf(path, sizeof path, "/proc/%.20s/%s", pid, name);
  FILE *file = fopen(path, "re");
  size_t length = file ? fread(text, 1, LINE_BYTES - 1, file) : 0;
  if (file)
    fclose(file);
  text[length] = '\0';
}

// The parent of a process; 0 where it has ended. Behind the name, which is in parentheses and may hold anything, stands the
// state.
static pid_t parent_of(const char *pid) {
  char text[LINE_BYTES];
  read_file(pid, "stat", text);
  const char *behind_name = strrchr(text, ')');
  return behind_name && strlen(behind_name) > 4 ? (pid_t)strtol(behind_name + 4, NULL, 10) : 0;
}

// What children took that have ended, in the kernel's ticks.
static int64_t ended_us(pid_t parent) {
  enum { FIELDS_BEFORE = 14 };
  char number[24], text[LINE_BYTES];
  snprintf(number, sizeof number, "%d", (int)parent);
  read_file(number, "stat", text);
  char *at = strrchr(text, ')');
  for (int i = 0; at && i < FIELDS_BEFORE; i++)
    at = strchr(at + 1, ' ');
  if (!at)
    return 0;
  long user = strtol(at, &at, 10), kernel = strtol(at, NULL, 10);
  return (user + kernel) * (1000000 / sysconf(_SC_CLK_TCK));
}

static int64_t family_us(pid_t parent) {
  int64_t sum_us = cpu_us(parent) + ended_us(parent);
  DIR *processes = parent > 0 ? opendir("/proc") : NULL;
  if (!processes)
    return sum_us;
  for (struct dirent *entry; (entry = readdir(processes));)
    if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && parent_of(entry->d_name) == parent)
      sum_us += cpu_us((pid_t)strtol(entry->d_name, NULL, 10));
  closedir(processes);
  return sum_us;
}

struct cost cost_now(pid_t server, pid_t postmaster) {
  return (struct cost){.own_us = cpu_us(getpid()), .server_us = cpu_us(server), .database_us = family_us(postmaster)};
}

long cost_resident_kib(pid_t pid) {
  char number[24], text[LINE_BYTES], *behind_size;
  snprintf(number, sizeof number, "%d", (int)pid);
  read_file(number, "statm", text);
  if (strtol(text, &behind_size, 10) <= 0)
    return -1;
  return strtol(behind_size, NULL, 10) * (sysconf(_SC_PAGESIZE) / 1024);
}
