// The runner: runs every suite, or those named on the command line, and ends with "N passed, N failed".
//
//   unit_tests                 everything
//   unit_tests arena buffer    these suites
//   unit_tests :crypto:wrong   those tests of a suite whose name holds a word

#include "suite.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

enum { NAME_BYTES = 160 };

static struct {
  unsigned passed, failed, skipped;
  const char *skip_reason;
  void (*explain)(void);    // of the running test; NULL: there is no more to say
  char running[NAME_BYTES]; // what the alarm tells
} tally;

void test_skip(const char *reason) {
  tally.skip_reason = reason;
}

bool test_explain(void (*tell)(void)) {
  bool first = tally.explain != tell;
  tally.explain = tell;
  return first;
}

static void say_sentence(const char *name, char sentence[NAME_BYTES]) {
  snprintf(sentence, NAME_BYTES, "%s", name);
  for (char *at = sentence; *at; at++) {
    if (*at == '_')
      *at = ' ';
  }
}

static void too_long(int signal_number) {
  (void)signal_number;
  static const char words[] = "\nFAIL  takes too long: ";
  ssize_t written = write(STDERR_FILENO, words, sizeof words - 1);
  written += write(STDERR_FILENO, tally.running, strlen(tally.running));
  written += write(STDERR_FILENO, "\n", 1);
  _exit(written > 0 ? 2 : 3);
}

static void print_failures(void) {
  for (CU_pFailureRecord failure = CU_get_failure_list(); failure; failure = failure->pNext)
    printf("        %s:%u: %s\n", failure->strFileName, failure->uiLineNumber, failure->strCondition);
}

static void run_test(const struct suite *suite, CU_pSuite registered, const struct test *test) {
  say_sentence(test->name, tally.running);
  tally.skip_reason = NULL;
  tally.explain = NULL;
  alarm(suite->test_limit_s ? suite->test_limit_s : SUITE_TEST_LIMIT_S);
  CU_ErrorCode ran = CU_run_test(registered, CU_get_test_by_name(test->name, registered));
  alarm(0);
  if (ran != CUE_SUCCESS || CU_get_number_of_failures() > 0) {
    tally.failed++;
    printf("  FAIL  %s\n", tally.running);
    print_failures();
    if (tally.explain)
      tally.explain();
  } else if (tally.skip_reason) {
    tally.skipped++;
    printf("  skip  %s: %s\n", tally.running, tally.skip_reason);
  } else {
    tally.passed++;
    printf("  ok    %s\n", tally.running);
  }
  fflush(stdout);
}

// A test is wanted where no word was given, or its suite is named, or ":suite:word" fits it.
static bool is_wanted(const struct suite *suite, const struct test *test, int count, char **words) {
  for (int i = 0; i < count; i++) {
    const char *word = words[i];
    if (word[0] != ':') {
      if (strcmp(word, suite->name) == 0)
        return true;
      continue;
    }
    size_t length = strlen(suite->name);
    if (strncmp(word + 1, suite->name, length) == 0 && word[1 + length] == ':' && strstr(test->name, word + 2 + length))
      return true;
  }
  return count == 0;
}

static unsigned count_wanted(const struct suite *suite, int count, char **words) {
  unsigned wanted = 0;
  for (const struct test *test = suite->tests; test->name; test++)
    wanted += is_wanted(suite, test, count, words);
  return wanted;
}

static void run_suite(const struct suite *suite, int count, char **words) {
  unsigned wanted = count_wanted(suite, count, words);
  if (wanted == 0)
    return;
  printf("%s\n", suite->name);
  if (suite->open && !suite->open()) {
    tally.failed += wanted;
    printf("  FAIL  the suite could not be opened: %u tests not run\n", wanted);
    return;
  }
  CU_pSuite registered = CU_add_suite(suite->name, NULL, NULL);
  for (const struct test *test = suite->tests; test->name; test++) {
    if (!is_wanted(suite, test, count, words))
      continue;
    CU_add_test(registered, test->name, test->run);
    run_test(suite, registered, test);
  }
  if (suite->close)
    suite->close();
}

// Leaks are looked for while the threads of libraries still stand: OpenSSL's exit handler lets go of what those threads hold,
// so that a later look now and then takes their error queues for leaks. Ends the program where there are any.
static void look_for_leaks(void) {
#ifdef __SANITIZE_ADDRESS__
  __lsan_do_leak_check();
#endif
}

int main(int argc, char **argv) {
  if (CU_initialize_registry() != CUE_SUCCESS)
    return EXIT_FAILURE;
  signal(SIGALRM, too_long);
  signal(SIGPIPE, SIG_IGN);
  for (size_t i = 0; suites[i]; i++)
    run_suite(suites[i], argc - 1, argv + 1);
  CU_cleanup_registry();
  if (tally.skipped > 0)
    printf("%u skipped\n", tally.skipped);
  printf("%u passed, %u failed\n", tally.passed, tally.failed);
  fflush(stdout);
  look_for_leaks();
  return tally.failed == 0 && tally.passed + tally.skipped > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
