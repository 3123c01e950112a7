// Starting and stopping other programs happens here.

#include "support/process.h"
#include "base/clock.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { READ_BYTES = 4096, SLICE_MS = 20 };

static bool is_replaced(const char *entry, const char *const *more) {
  size_t name = strcspn(entry, "=") + 1;
  for (; more && *more; more++)
    if (strncmp(entry, *more, name) == 0)
      return true;
  return false;
}

// Our environment with `more`, to be freed. Made before the fork: between fork and exec a child of many threads may not
// allocate.
static char **environment_with(const char *const *more) {
  size_t ours = 0, added = 0, count = 0;
  while (environ[ours])
    ours++;
  while (more && more[added])
    added++;
  char **all = calloc(ours + added + 1, sizeof *all);
  if (!all)
    abort();
  for (size_t i = 0; i < ours; i++)
    if (!is_replaced(environ[i], more))
      all[count++] = environ[i];
  for (size_t i = 0; i < added; i++)
    if (!is_replaced(more[i], more + i + 1)) // the last word counts
      all[count++] = (char *)(uintptr_t)more[i];
  return all;
}

bool process_start(struct process *process, const char *const *arguments, const char *const *environment) {
  *process = (struct process){.pid = -1, .output = -1};
  int output = memfd_create(arguments[0], MFD_CLOEXEC);
  if (output < 0)
    return false;
  char **all = environment_with(environment);
  pid_t parent = getpid();
  pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
      _exit(127);
    int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    dup2(nothing, 0);
    dup2(output, 1);
    dup2(output, 2);
    execvpe(arguments[0], (char *const *)(uintptr_t)arguments, all);
    _exit(127);
  }
  free(all);
  if (pid < 0) {
    close(output);
    return false;
  }
  process->pid = pid;
  process->output = output;
  return true;
}

// Takes what it printed since.
static void process_read(struct process *process) {
  for (;;) {
    if (process->capacity - process->length < READ_BYTES + 1) {
      process->capacity = process->capacity * 2 + READ_BYTES * 2;
      process->printed = realloc(process->printed, process->capacity);
      if (!process->printed)
        abort();
    }
    ssize_t n = pread(process->output, process->printed + process->length, READ_BYTES, (off_t)process->length);
    if (n > 0)
      process->length += (size_t)n;
    process->printed[process->length] = 0;
    if (n <= 0)
      return;
  }
}

static bool process_ended(const struct process *process) {
  siginfo_t about = {0};
  return waitid(P_PID, (id_t)process->pid, &about, WEXITED | WNOHANG | WNOWAIT) < 0 || about.si_pid == process->pid;
}

bool process_await(struct process *process, const char *text, int timeout_ms) {
  int64_t end_us = clock_us() + (int64_t)timeout_ms * 1000;
  for (;;) {
    bool ended = process_ended(process);
    process_read(process);
    if (strstr(process->printed, text))
      return true;
    if (ended || clock_us() > end_us)
      return false;
    poll(NULL, 0, SLICE_MS);
  }
}

int process_wait(struct process *process, int timeout_ms) {
  int64_t end_us = clock_us() + (int64_t)timeout_ms * 1000;
  bool late = false;
  for (;;) {
    process_read(process);
    int status;
    if (waitpid(process->pid, &status, late ? 0 : WNOHANG) == process->pid) {
      process_read(process);
      process->pid = -1;
      return late ? -1 : WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    }
    if (clock_us() > end_us) {
      kill(process->pid, SIGKILL);
      late = true;
      continue;
    }
    poll(NULL, 0, SLICE_MS);
  }
}

static void process_forget(struct process *process) {
  if (process->output >= 0)
    close(process->output);
  free(process->printed);
  *process = (struct process){.pid = -1, .output = -1};
}

int process_stop(struct process *process, int timeout_ms) {
  int code = -1;
  if (process->pid > 0) {
    kill(process->pid, SIGTERM);
    code = process_wait(process, timeout_ms);
  }
  process_forget(process);
  return code;
}

int process_run(const char *const *arguments, const char *const *environment, char **printed, int timeout_ms) {
  struct process process;
  if (!process_start(&process, arguments, environment))
    return -1;
  int code = process_wait(&process, timeout_ms);
  if (printed) {
    *printed = process.printed;
    process.printed = NULL;
  }
  process_forget(&process);
  return code;
}
