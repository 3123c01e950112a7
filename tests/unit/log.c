// The log's lines.

#include "base/log.h"
#include "suite.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { CAUGHT_BYTES = 64 << 10 };

static char caught[CAUGHT_BYTES];
static int saved_stderr;
static FILE *sink;

// Between these two, what is written to standard error is caught.
static void catch_begin(void) {
  fflush(stderr);
  sink = tmpfile();
  saved_stderr = dup(STDERR_FILENO);
  dup2(fileno(sink), STDERR_FILENO);
}

static const char *catch_end(void) {
  dup2(saved_stderr, STDERR_FILENO);
  close(saved_stderr);
  rewind(sink);
  caught[fread(caught, 1, CAUGHT_BYTES - 1, sink)] = '\0';
  fclose(sink);
  return caught;
}

// A line without its time, which is checked to be one.
static const char *behind_time(const char *line) {
  static const char begin[] = "{\"time\":\"2";
  const char *comma = strchr(line, ',');
  bool has_time = strncmp(line, begin, strlen(begin)) == 0 && comma && comma[-1] == '"' && comma[-2] == 'Z';
  CU_ASSERT_TRUE(has_time);
  return has_time ? comma : "";
}

static void a_line_is_one_json_object(void) {
  catch_begin();
  log_info("call", LOG_TEXT("method", "VisitService/GetVisit"), LOG_NUMBER("us", 1234), LOG_NUMBER("delta", -5));
  CU_ASSERT_STRING_EQUAL(behind_time(catch_end()),
                         ",\"level\":\"info\",\"message\":\"call\",\"method\":\"VisitService/GetVisit\","
                         "\"us\":1234,\"delta\":-5}\n");
}

static void a_line_may_have_no_fields(void) {
  catch_begin();
  log_warn("stopping");
  CU_ASSERT_STRING_EQUAL(behind_time(catch_end()), ",\"level\":\"warn\",\"message\":\"stopping\"}\n");
}

static void an_absent_text_is_left_out(void) {
  catch_begin();
  log_error("call", LOG_TEXT("reason", NULL), LOG_TEXT("code", "OK"));
  CU_ASSERT_STRING_EQUAL(behind_time(catch_end()), ",\"level\":\"error\",\"message\":\"call\",\"code\":\"OK\"}\n");
}

static void texts_cannot_break_out_of_their_line(void) {
  catch_begin();
  log_info("call", LOG_TEXT("peer", "a\"b\\c\nd\re\tf\x01g\x7f"), LOG_TEXT("zh", "林西县"), LOG_TEXT("bad", "x\xff\xe8\xb5y"));
  CU_ASSERT_STRING_EQUAL(behind_time(catch_end()),
                         ",\"level\":\"info\",\"message\":\"call\",\"peer\":\"a\\\"b\\\\c\\nd\\re\\tf\\u0001g\\u007f\","
                         "\"zh\":\"林西县\",\"bad\":\"x\\ufffd\\ufffd\\ufffdy\"}\n");
}

static void long_texts_are_cut_between_characters(void) {
  char text[3000] = "x";
  for (size_t i = 1; i + 3 < sizeof text; i += 3)
    memcpy(text + i, "访", 3);
  catch_begin();
  log_info("call", LOG_TEXT("text", text), LOG_NUMBER("after", 1));
  const char *line = catch_end();
  CU_ASSERT_PTR_NOT_NULL(strstr(line, "访…\",\"after\":1}\n"));
  CU_ASSERT_PTR_NULL(strstr(line, "ufffd"));
  CU_ASSERT_TRUE(strlen(line) < 1200);
}

static void a_text_of_just_the_limit_is_whole(void) {
  char text[1025];
  memset(text, 'x', 1024);
  text[1024] = '\0';
  catch_begin();
  log_info("call", LOG_TEXT("text", text));
  CU_ASSERT_PTR_NULL(strstr(catch_end(), "…"));
}

static void fields_past_the_line_are_dropped_whole(void) {
  char text[1025];
  memset(text, '\x02', 1024);
  text[1024] = '\0';
  catch_begin();
  log_info("call", LOG_TEXT("a", text), LOG_TEXT("b", text), LOG_TEXT("c", text), LOG_NUMBER("d", 1));
  const char *line = catch_end();
  CU_ASSERT_PTR_NOT_NULL(strstr(line, "\"b\":"));
  CU_ASSERT_PTR_NULL(strstr(line, "\"c\":"));
  CU_ASSERT_PTR_NULL(strstr(line, "\"d\":"));
  CU_ASSERT_STRING_EQUAL(line + strlen(line) - 9, "\\u0002\"}\n");
}

static void lines_below_the_level_are_dropped(void) {
  catch_begin();
  log_debug("unseen");
  log_setup(LOG_ERROR, false);
  log_warn("unseen");
  log_setup(LOG_DEBUG, false);
  log_debug("seen");
  const char *line = catch_end();
  log_setup(LOG_INFO, false);
  CU_ASSERT_PTR_NULL(strstr(line, "unseen"));
  CU_ASSERT_PTR_NOT_NULL(strstr(line, "\"debug\",\"message\":\"seen\""));
}

static void a_person_reads_plain_words_without_quotes(void) {
  log_setup(LOG_INFO, true);
  catch_begin();
  log_info("listening", LOG_TEXT("http", "127.0.0.1:8080"), LOG_TEXT("why", "no such file"), LOG_TEXT("empty", ""),
           LOG_NUMBER("workers", 16));
  const char *line = catch_end();
  log_setup(LOG_INFO, false);
  CU_ASSERT_PTR_NOT_NULL(strstr(line, "Z info listening http=127.0.0.1:8080 why=\"no such file\" empty=\"\" workers=16\n"));
}

static void a_reader_that_is_stuck_holds_nobody_up_and_hears_how_much_he_missed(void) {
  int ends[2];
  CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
  int saved = dup(STDERR_FILENO);
  dup2(ends[1], STDERR_FILENO);
  for (int i = 0; i < 5000; i++) // far more than a pipe holds
    log_info("call");
  ssize_t got = read(ends[0], caught, CAUGHT_BYTES - 1);
  log_info("call");
  got = read(ends[0], caught, CAUGHT_BYTES - 1);
  caught[got > 0 ? got : 0] = '\0';
  dup2(saved, STDERR_FILENO);
  close(saved);
  close(ends[0]);
  close(ends[1]);
  CU_ASSERT_PTR_NOT_NULL(strstr(caught, "\"message\":\"log lines were dropped"));
}

// Other suites may have quieted it.
static bool log_open(void) {
  log_setup(LOG_INFO, false);
  return true;
}

SUITE_WITH(log, log_open, NULL, 0, TEST(a_line_is_one_json_object), TEST(a_line_may_have_no_fields),
           TEST(an_absent_text_is_left_out), TEST(texts_cannot_break_out_of_their_line),
           TEST(long_texts_are_cut_between_characters), TEST(a_text_of_just_the_limit_is_whole),
           TEST(fields_past_the_line_are_dropped_whole), TEST(lines_below_the_level_are_dropped),
           TEST(a_person_reads_plain_words_without_quotes),
           TEST(a_reader_that_is_stuck_holds_nobody_up_and_hears_how_much_he_missed));
