// Settings from flags, environment, files and defaults.

#include "base/config.h"
#include "suite.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LISTEN, WORKERS, PREPARE, DB_URL, TIME_ZONE, SETTINGS };

static const struct setting settings[SETTINGS] = {
    [LISTEN] = {"TEST_LISTEN", "127.0.0.1:8080", "where it listens", 's', false, 0, 0},
    [WORKERS] = {"TEST_WORKERS", "16", "how many", 'i', false, 1, 64},
    [PREPARE] = {"TEST_PREPARE", "on", "whether it prepares", 'b', false, 0, 0},
    [DB_URL] = {"TEST_DB_URL", NULL, "the database", 's', true, 0, 0},
    [TIME_ZONE] = {"TEST_TIME_ZONE", NULL, "where the days begin", 's', false, 0, 0},
};

static struct arena arena;
static struct fault fault;
static const char *values[SETTINGS];

// Reads the settings with these words on the command line, NULL at the end.
static bool read_with(char **words) {
  arena_close(&arena);
  fault = (struct fault){.arena = &arena};
  int count = 0;
  while (words[count])
    count++;
  return config_read(settings, SETTINGS, count, words, values, &arena, &fault);
}

#define READ(...) read_with((char *[]){__VA_ARGS__, NULL})
#define READ_NOTHING() read_with((char *[]){NULL})

static void forget(void) {
  arena_close(&arena);
}

// A new file with this text; its path is good until the next.
static char *file_of(const char *text, size_t length) {
  static char path[32];
  strcpy(path, "/tmp/config.XXXXXX");
  int file = mkstemp(path);
  CU_ASSERT_EQUAL(write(file, text, length), (ssize_t)length);
  close(file);
  return path;
}

static void what_nobody_sets_has_its_default(void) {
  CU_ASSERT_TRUE(READ_NOTHING());
  CU_ASSERT_STRING_EQUAL(values[LISTEN], "127.0.0.1:8080");
  CU_ASSERT_EQUAL(config_number(values[WORKERS]), 16);
  CU_ASSERT_TRUE(config_is_on(values[PREPARE]));
  CU_ASSERT_PTR_NULL(values[DB_URL]);
  CU_ASSERT_FALSE(config_is_on(values[TIME_ZONE]));
}

static void a_flag_stands_before_the_environment(void) {
  setenv("ZOUFANG_TEST_WORKERS", "8", 1);
  CU_ASSERT_TRUE(READ_NOTHING());
  CU_ASSERT_EQUAL(config_number(values[WORKERS]), 8);
  CU_ASSERT_TRUE(READ("--test-workers", "4"));
  CU_ASSERT_EQUAL(config_number(values[WORKERS]), 4);
  unsetenv("ZOUFANG_TEST_WORKERS");
}

static void an_empty_variable_is_as_good_as_none(void) {
  setenv("ZOUFANG_TEST_LISTEN", "", 1);
  CU_ASSERT_TRUE(READ_NOTHING());
  CU_ASSERT_STRING_EQUAL(values[LISTEN], "127.0.0.1:8080");
  unsetenv("ZOUFANG_TEST_LISTEN");
}

static void a_flag_takes_its_value_in_two_forms(void) {
  CU_ASSERT_TRUE(READ("--test-listen=a:1", "--test-time-zone", "Asia/Shanghai"));
  CU_ASSERT_STRING_EQUAL(values[LISTEN], "a:1");
  CU_ASSERT_STRING_EQUAL(values[TIME_ZONE], "Asia/Shanghai");
  CU_ASSERT_TRUE(READ("--test-listen="));
  CU_ASSERT_STRING_EQUAL(values[LISTEN], "");
}

static void a_switch_may_stand_alone_and_knows_several_words(void) {
  CU_ASSERT_TRUE(READ("--test-prepare=off"));
  CU_ASSERT_STRING_EQUAL(values[PREPARE], "off");
  CU_ASSERT_TRUE(READ("--test-prepare=False"));
  CU_ASSERT_FALSE(config_is_on(values[PREPARE]));
  setenv("ZOUFANG_TEST_PREPARE", "0", 1);
  CU_ASSERT_TRUE(READ_NOTHING());
  CU_ASSERT_FALSE(config_is_on(values[PREPARE]));
  CU_ASSERT_TRUE(READ("--test-prepare"));
  CU_ASSERT_TRUE(config_is_on(values[PREPARE]));
  unsetenv("ZOUFANG_TEST_PREPARE");
}

static void a_secret_may_stand_in_a_file(void) {
  char *path = file_of("postgresql://nobody@/x\r\n", 24);
  setenv("ZOUFANG_TEST_DB_URL_FILE", path, 1);
  CU_ASSERT_TRUE(READ_NOTHING());
  CU_ASSERT_STRING_EQUAL(values[DB_URL], "postgresql://nobody@/x");
  setenv("ZOUFANG_TEST_DB_URL", "postgresql://environment", 1);
  CU_ASSERT_TRUE(READ_NOTHING());
  CU_ASSERT_STRING_EQUAL(values[DB_URL], "postgresql://environment");
  CU_ASSERT_TRUE(READ("--test-db-url-file", path));
  CU_ASSERT_STRING_EQUAL(values[DB_URL], "postgresql://nobody@/x");
  unsetenv("ZOUFANG_TEST_DB_URL");
  unsetenv("ZOUFANG_TEST_DB_URL_FILE");
  unlink(path);
}

static void a_file_without_text_is_refused(void) {
  static const char *const contents[] = {"", "\n\n"};
  for (size_t i = 0; i < sizeof contents / sizeof *contents; i++) {
    char *path = file_of(contents[i], strlen(contents[i]));
    CU_ASSERT_FALSE(READ("--test-db-url-file", path));
    unlink(path);
  }
  char *path = file_of("a\0b", 3);
  CU_ASSERT_FALSE(READ("--test-db-url-file", path));
  unlink(path);
  CU_ASSERT_FALSE(READ("--test-db-url-file", path));
  CU_ASSERT_PTR_NOT_NULL(strstr(fault.message, "No such file"));
}

static void what_is_no_secret_has_no_file(void) {
  CU_ASSERT_FALSE(READ("--test-listen-file", "/dev/null"));
}

static void numbers_out_of_bounds_name_the_setting(void) {
  static char *const bad[] = {"0", "65", "", "4x", "x", "99999999999999999999"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    CU_ASSERT_FALSE(READ("--test-workers", bad[i]));
    CU_ASSERT_EQUAL(fault.code, CODE_INVALID_ARGUMENT);
    CU_ASSERT_PTR_NOT_NULL(strstr(fault.message, "ZOUFANG_TEST_WORKERS"));
  }
  CU_ASSERT_FALSE(READ("--test-prepare=perhaps"));
}

static void unknown_words_are_refused_without_their_value(void) {
  CU_ASSERT_FALSE(READ("--test-db-urk=postgresql://secret"));
  CU_ASSERT_PTR_NOT_NULL(strstr(fault.message, "--test-db-urk"));
  CU_ASSERT_PTR_NULL(strstr(fault.message, "secret"));
  CU_ASSERT_FALSE(READ("--test-listening", "x"));
  CU_ASSERT_FALSE(READ("test-listen=x"));
  CU_ASSERT_FALSE(READ("--test-listen"));
  CU_ASSERT_PTR_NOT_NULL(strstr(fault.message, "needs a value"));
}

static void help_names_everything_but_what_a_secret_is(void) {
  static const struct setting secret = {"TEST_TOKEN", "hidden", "a token", 's', true, 0, 0};
  char text[4096];
  FILE *sink = tmpfile();
  fflush(stdout);
  int saved = dup(STDOUT_FILENO);
  dup2(fileno(sink), STDOUT_FILENO);
  config_help(settings, SETTINGS);
  config_help(&secret, 1);
  fflush(stdout);
  dup2(saved, STDOUT_FILENO);
  close(saved);
  rewind(sink);
  text[fread(text, 1, sizeof text - 1, sink)] = '\0';
  fclose(sink);
  CU_ASSERT_PTR_NOT_NULL(strstr(text, "--test-workers VALUE"));
  CU_ASSERT_PTR_NOT_NULL(strstr(text, "ZOUFANG_TEST_WORKERS, else 16\n"));
  CU_ASSERT_PTR_NOT_NULL(strstr(text, "--test-prepare "));
  CU_ASSERT_PTR_NOT_NULL(strstr(text, "in the file ZOUFANG_TEST_DB_URL_FILE"));
  CU_ASSERT_PTR_NOT_NULL(strstr(text, "a token"));
  CU_ASSERT_PTR_NULL(strstr(text, "hidden"));
}

SUITE_WITH(config, NULL, forget, 0, TEST(what_nobody_sets_has_its_default), TEST(a_flag_stands_before_the_environment),
           TEST(an_empty_variable_is_as_good_as_none), TEST(a_flag_takes_its_value_in_two_forms),
           TEST(a_switch_may_stand_alone_and_knows_several_words), TEST(a_secret_may_stand_in_a_file),
           TEST(a_file_without_text_is_refused), TEST(what_is_no_secret_has_no_file),
           TEST(numbers_out_of_bounds_name_the_setting), TEST(unknown_words_are_refused_without_their_value),
           TEST(help_names_everything_but_what_a_secret_is));
