// One-time codes for many at once: an office's or a region's members, told once, as a message or as a list to print.
//
//   EnrolUsers: ask → put in the codes → reply

#include "feature/csv.h"
#include "feature/document.h"
#include "feature/export_file.h"
#include "feature/features.h"
#include "feature/step.h"
#include "zoufang/auth_steps.pb-c.h"
#include "zoufang/v1/people.pb-c.h"
#include <string.h>

enum { CODES_MOST = 500, LIST_COLUMNS = 5 };

struct codes {
  char *of[CODES_MOST];
  Zoufang__EnrolmentsAsked *answer;
};

static enum next codes_begin(struct call *call) {
  const Zoufang__V1__EnrolUsersRequest *request = (const void *)call->request;
  struct codes *codes = arena_zalloc(&call->arena, sizeof *codes);
  call->state = codes;
  Zoufang__EnrolmentsAsking *asking = (void *)step_message(call, "zoufang.EnrolmentsAsking");
  asking->office_id = request->office_id;
  asking->region_code = request->region_code;
  asking->n_ids = request->n_ids;
  asking->ids = request->ids;
  asking->reason = request->reason;
  asking->request_id = request->request_id;
  asking->n_code_hashes = CODES_MOST;
  asking->code_hashes = arena_array(&call->arena, CODES_MOST, sizeof *asking->code_hashes);
  for (unsigned i = 0; i < CODES_MOST; i++)
    codes->of[i] = step_code(call, &asking->code_hashes[i]);
  codes->answer = (void *)step_message(call, "zoufang.EnrolmentsAsked");
  call_trip(call, "ask", &asking->base, &codes->answer->base);
  return NEXT_TRIP;
}

// The columns of a list, in their order.
static void list_row(const Zoufang__EnrolmentOfMany *made, const char *cells[LIST_COLUMNS]) {
  cells[0] = made->code->office;
  cells[1] = made->code->name;
  cells[2] = made->code->username;
  cells[3] = made->code->code;
  cells[4] = made->good_until;
}

static void list_heading(enum language language, const char *cells[LIST_COLUMNS]) {
  static const char *const names[LIST_COLUMNS] = {"office", "user_name", "username", "user_code", "good_until"};
  for (unsigned i = 0; i < LIST_COLUMNS; i++)
    cells[i] = export_word(names[i], language);
}

static void write_csv_row(struct buffer *out, const char *const *cells) {
  for (unsigned i = 0; i < LIST_COLUMNS; i++) {
    if (i)
      buffer_byte(out, ',');
    csv_write(out, cells[i]);
  }
  buffer_string(out, "\r\n");
}

static char *write_csv(const Zoufang__EnrolmentsAsked *answer, enum language language, struct arena *arena) {
  struct buffer out = {.arena = arena};
  const char *cells[LIST_COLUMNS];
  buffer_string(&out, "\xef\xbb\xbf");
  list_heading(language, cells);
  write_csv_row(&out, cells);
  for (size_t i = 0; i < answer->n_enrolments; i++) {
    list_row(answer->enrolments[i], cells);
    write_csv_row(&out, cells);
  }
  return buffer_text(&out);
}

static char *write_html(const Zoufang__EnrolmentsAsked *answer, enum language language, struct arena *arena) {
  struct document page = {.out = {.arena = arena}, .html = true};
  const char *cells[LIST_COLUMNS];
  document_open(&page, words_language_tag(language), export_word("codes", language));
  document_paragraph(&page, export_word("codes_use", language));
  list_heading(language, cells);
  document_table(&page, cells, LIST_COLUMNS);
  for (size_t i = 0; i < answer->n_enrolments; i++) {
    list_row(answer->enrolments[i], cells);
    document_row(&page, cells, LIST_COLUMNS);
  }
  document_table_end(&page);
  return document_text(&page);
}

static Zoufang__V1__Document *list_of(struct call *call, const Zoufang__EnrolmentsAsked *answer, const char *format) {
  if (strcmp(format, "csv") == 0)
    return document_file("text/csv; charset=utf-8", "codes.csv", write_csv(answer, call->language, &call->arena), &call->arena);
  return document_file("text/html; charset=utf-8", "codes.html", write_html(answer, call->language, &call->arena),
                       &call->arena);
}

static enum next codes_after(struct call *call) {
  const struct codes *codes = call->state;
  const Zoufang__EnrolmentsAsked *answer = codes->answer;
  const char *format = ((const Zoufang__V1__EnrolUsersRequest *)call->request)->format;
  if (call->fault.code != CODE_OK)
    return NEXT_REPLY;
  Zoufang__V1__EnrolUsersResponse *response = (void *)call->response;
  response->more = answer->more;
  response->n_codes = answer->n_enrolments;
  response->codes = arena_array(&call->arena, answer->n_enrolments, sizeof *response->codes);
  for (size_t i = 0; i < answer->n_enrolments; i++) {
    const Zoufang__EnrolmentOfMany *made = answer->enrolments[i];
    if (made->place > 0)
      made->code->code = codes->of[made->place - 1];
    response->codes[i] = made->code;
  }
  if (*format)
    response->document = list_of(call, answer, format);
  return NEXT_REPLY;
}

const struct handler handler_enrol_users = {
    .method = "PeopleService/EnrolUsers",
    .begin = codes_begin,
    .after = codes_after,
    .steps = {{.name = "ask", .in = "zoufang.EnrolmentsAsking", .out = "zoufang.EnrolmentsAsked"}},
};
