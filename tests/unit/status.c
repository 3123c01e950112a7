// What clients hear of faults.

#include "call/status.h"
#include "api.h"
#include "call/server.h"
#include "google/rpc/error_details.pb-c.h"
#include "google/rpc/status.pb-c.h"

static struct server server = {.schema = &api};

static struct call *call_of(enum language language) {
  const char path[] = "/zoufang.v1.VisitService/GetVisit";
  struct call *call = call_make(&server, schema_method(&api, path, sizeof path - 1));
  call->language = language;
  return call;
}

static const Google__Protobuf__Any *detail(const ProtobufCMessage *message, const char *name) {
  const Google__Rpc__Status *status = (const void *)message;
  for (size_t i = 0; i < status->n_details; i++)
    if (strcmp(status->details[i]->type_url + strlen("type.googleapis.com/"), name) == 0)
      return status->details[i];
  return NULL;
}

static void each_code_has_the_http_code_of_the_table(void) {
  const struct {
    enum code code;
    const char *reason;
    int http;
  } cases[] = {
      {CODE_OK, NULL, 200},
      {CODE_INVALID_ARGUMENT, "INVALID", 400},
      {CODE_FAILED_PRECONDITION, "STEP_OUT_OF_ORDER", 400},
      {CODE_UNAUTHENTICATED, "UNAUTHENTICATED", 401},
      {CODE_PERMISSION_DENIED, "FORBIDDEN", 403},
      {CODE_NOT_FOUND, "NOT_FOUND", 404},
      {CODE_ABORTED, "STALE_ETAG", 409},
      {CODE_ALREADY_EXISTS, "REQUEST_ID_TAKEN", 409},
      {CODE_RESOURCE_EXHAUSTED, "BODY_TOO_LARGE", 413},
      {CODE_RESOURCE_EXHAUSTED, "TOO_MANY", 429},
      {CODE_CANCELLED, "CANCELLED", 499},
      {CODE_INTERNAL, "INTERNAL", 500},
      {CODE_UNAVAILABLE, "QUEUE_FULL", 503},
      {CODE_DEADLINE_EXCEEDED, "DEADLINE", 504},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    CU_ASSERT_EQUAL(cases[i].http, status_http(&(struct fault){.code = cases[i].code, .reason = cases[i].reason}));
}

static void a_fault_carries_reason_request_id_retry_and_words_in_the_callers_language(void) {
  for (enum language language = 0; language < LANGUAGES; language++) {
    struct call *call = call_of(language);
    fault_set(&call->fault, CODE_UNAVAILABLE, "QUEUE_FULL", "too many calls wait");
    call->fault.retry_ms = 1500;
    const ProtobufCMessage *status = status_of(call, 4096);
    const Google__Protobuf__Any *any = detail(status, "google.rpc.ErrorInfo");
    Google__Rpc__ErrorInfo *info = google__rpc__error_info__unpack(NULL, any->value.len, any->value.data);
    CU_ASSERT_STRING_EQUAL("QUEUE_FULL", info->reason);
    CU_ASSERT_STRING_EQUAL("zoufang", info->domain);
    google__rpc__error_info__free_unpacked(info, NULL);
    any = detail(status, "google.rpc.RequestInfo");
    Google__Rpc__RequestInfo *request = google__rpc__request_info__unpack(NULL, any->value.len, any->value.data);
    CU_ASSERT_STRING_EQUAL(call->id, request->request_id);
    google__rpc__request_info__free_unpacked(request, NULL);
    any = detail(status, "google.rpc.RetryInfo");
    Google__Rpc__RetryInfo *retry = google__rpc__retry_info__unpack(NULL, any->value.len, any->value.data);
    CU_ASSERT_EQUAL(1, retry->retry_delay->seconds);
    CU_ASSERT_EQUAL(500000000, retry->retry_delay->nanos);
    google__rpc__retry_info__free_unpacked(retry, NULL);
    any = detail(status, "google.rpc.LocalizedMessage");
    Google__Rpc__LocalizedMessage *words = google__rpc__localized_message__unpack(NULL, any->value.len, any->value.data);
    CU_ASSERT_STRING_EQUAL(words_language_tag(language), words->locale);
    CU_ASSERT_STRING_EQUAL(words_reason("QUEUE_FULL", NULL, language, &call->arena), words->message);
    google__rpc__localized_message__free_unpacked(words, NULL);
    call_free(call);
  }
}

static void what_does_not_fit_is_dropped_from_the_end(void) {
  enum { LIMIT = 4096, MANY = 90 };
  struct call *call = call_of(LANGUAGE_EN);
  for (int i = 0; i < MANY; i++)
    fault_field(&call->fault, arena_printf(&call->arena, "visits[%d].position.latitude", i), "OUT_OF_RANGE", "90");
  const ProtobufCMessage *status = status_of(call, LIMIT);
  size_t packed = protobuf_c_message_get_packed_size(status);
  CU_ASSERT_TRUE(packed <= LIMIT);
  CU_ASSERT_TRUE(packed > LIMIT / 2);
  const Google__Protobuf__Any *any = detail(status, "google.rpc.BadRequest");
  Google__Rpc__BadRequest *bad = google__rpc__bad_request__unpack(NULL, any->value.len, any->value.data);
  CU_ASSERT_TRUE(bad->n_field_violations > 5 && bad->n_field_violations < MANY);
  CU_ASSERT_STRING_EQUAL("visits[0].position.latitude", bad->field_violations[0]->field);
  google__rpc__bad_request__free_unpacked(bad, NULL);
  CU_ASSERT_TRUE(protobuf_c_message_get_packed_size(status_of(call, 1 << 20)) > LIMIT);
  call_free(call);
}

static void nothing_of_the_inside_reaches_the_client(void) {
  struct call *call = call_of(LANGUAGE_EN);
  fault_set(&call->fault, CODE_INTERNAL, "INTERNAL", "a mistake of the server's");
  call->fault.internal = "42P01 relation \"visit\" does not exist";
  size_t length;
  const uint8_t *packed = message_pack(&call->arena, status_of(call, 4096), &length);
  CU_ASSERT_PTR_NULL(memmem(packed, length, "relation", strlen("relation")));
  CU_ASSERT_PTR_NULL(memmem(packed, length, "42P01", strlen("42P01")));
  call_free(call);
}

static void a_result_without_sqlstate_says_that_the_database_went_away(void) {
  struct arena arena = {0};
  struct fault fault = {.arena = &arena};
  PGresult *lost = PQmakeEmptyPGresult(NULL, PGRES_FATAL_ERROR);
  status_from_postgres(&fault, lost);
  CU_ASSERT_EQUAL(CODE_UNAVAILABLE, fault.code);
  CU_ASSERT_STRING_EQUAL("DATABASE_AWAY", fault.reason);
  CU_ASSERT_TRUE(fault.retry_ms > 0);
  PQclear(lost);
  arena_close(&arena);
}

static void every_reason_that_the_server_gives_itself_has_words(void) {
  static const char *const reasons[] = {
      "UNAUTHENTICATED", "FORBIDDEN",      "NOT_FOUND",     "STALE_ETAG", "ALREADY_EXISTS",    "REQUEST_ID_TAKEN", "INVALID",
      "TOO_MANY",        "BUSY",           "DATABASE_AWAY", "QUEUE_FULL", "STOPPING",          "CANCELLED",        "DEADLINE",
      "BODY_TOO_LARGE",  "TOO_MANY_ITEMS", "PRECONDITION",  "INTERNAL",   "UNKNOWN_REFERENCE", "BAD_PAGE_TOKEN"};
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
    if (!words_known(reasons[i]))
      printf("    no words for %s\n", reasons[i]);
    CU_ASSERT_TRUE(words_known(reasons[i]));
  }
}

SUITE_WITH(status, api_open, api_close, 0, TEST(each_code_has_the_http_code_of_the_table),
           TEST(a_fault_carries_reason_request_id_retry_and_words_in_the_callers_language),
           TEST(what_does_not_fit_is_dropped_from_the_end), TEST(nothing_of_the_inside_reaches_the_client),
           TEST(a_result_without_sqlstate_says_that_the_database_went_away),
           TEST(every_reason_that_the_server_gives_itself_has_words));
