// Faults as clients hear them: SQLSTATE → code and reason → HTTP, one table each; details as google.rpc has them.

#include "call/status.h"
#include "google/rpc/error_details.pb-c.h"
#include "google/rpc/status.pb-c.h"
#include <string.h>

enum { RETRY_SOON_MS = 1000 };

static const char domain[] = "zoufang";
static const char type_prefix[] = "type.googleapis.com/";

// By the first characters that agree: the longest come first.
static const struct condition {
  const char *sqlstate;
  enum code code;
  const char *reason, *message;
  int64_t retry_ms;
  enum remedy remedy;
} conditions[] = {
    {"ZF200", CODE_INTERNAL, "INTERNAL", "the kept answer is missing", 0, REMEDY_REPLAY},
    {"ZF400", CODE_INVALID_ARGUMENT, "INVALID", "some fields are not as they must be", 0, REMEDY_NONE},
    {"ZF401", CODE_UNAUTHENTICATED, "UNAUTHENTICATED", "no such session", 0, REMEDY_NONE},
    {"ZF403", CODE_PERMISSION_DENIED, "FORBIDDEN", "not with the caller's roles", 0, REMEDY_NONE},
    {"ZF404", CODE_NOT_FOUND, "NOT_FOUND", "there is no such record in sight", 0, REMEDY_NONE},
    {"ZF409", CODE_ABORTED, "STALE_ETAG", "the record has moved on", 0, REMEDY_NONE},
    {"ZF410", CODE_ALREADY_EXISTS, "ALREADY_EXISTS", "it is there already", 0, REMEDY_NONE},
    {"ZF412", CODE_FAILED_PRECONDITION, "PRECONDITION", "not in the record's present state", 0, REMEDY_NONE},
    {"ZF429", CODE_RESOURCE_EXHAUSTED, "TOO_MANY", "too many; come back later", RETRY_SOON_MS, REMEDY_NONE},
    {"0A000", CODE_UNAVAILABLE, "DATABASE_AWAY", "the database has changed", RETRY_SOON_MS, REMEDY_RECONNECT},
    {"26000", CODE_UNAVAILABLE, "DATABASE_AWAY", "the database has changed", RETRY_SOON_MS, REMEDY_RECONNECT},
    {"25006", CODE_UNAVAILABLE, "DATABASE_AWAY", "the database takes no changes", RETRY_SOON_MS, REMEDY_RECONNECT},
    {"23505", CODE_ALREADY_EXISTS, "ALREADY_EXISTS", "it is there already", 0, REMEDY_SPLIT},
    {"23503", CODE_INVALID_ARGUMENT, "UNKNOWN_REFERENCE", "it refers to what is not there", 0, REMEDY_SPLIT},
    {"40001", CODE_UNAVAILABLE, "BUSY", "others are changing the same", RETRY_SOON_MS, REMEDY_REPEAT},
    {"40P01", CODE_UNAVAILABLE, "BUSY", "others are changing the same", RETRY_SOON_MS, REMEDY_REPEAT},
    // Statements were checked at start: either a mistake, or the schema has moved on, which a new connection tells.
    {"42703", CODE_INTERNAL, "INTERNAL", "a mistake of the server's", 0, REMEDY_RECONNECT},
    {"42883", CODE_INTERNAL, "INTERNAL", "a mistake of the server's", 0, REMEDY_RECONNECT},
    {"42P01", CODE_INTERNAL, "INTERNAL", "a mistake of the server's", 0, REMEDY_RECONNECT},
    {"42501", CODE_PERMISSION_DENIED, "FORBIDDEN", "not within the caller's scope", 0, REMEDY_NONE},
    {"55P03", CODE_UNAVAILABLE, "BUSY", "others are changing the same", RETRY_SOON_MS, REMEDY_NONE},
    {"57014", CODE_DEADLINE_EXCEEDED, "DEADLINE", "the deadline passed", 0, REMEDY_CANCELLED},
    {"57P", CODE_UNAVAILABLE, "DATABASE_AWAY", "the database is not there", RETRY_SOON_MS, REMEDY_RECONNECT},
    {"08", CODE_UNAVAILABLE, "DATABASE_AWAY", "the database is not there", RETRY_SOON_MS, REMEDY_RECONNECT},
    {"22", CODE_INVALID_ARGUMENT, "INVALID", "a value is not as it must be", 0, REMEDY_SPLIT},
    {"23", CODE_INVALID_ARGUMENT, "INVALID", "a value is not as it must be", 0, REMEDY_SPLIT},
    {"53", CODE_UNAVAILABLE, "DATABASE_AWAY", "the database is out of room", RETRY_SOON_MS, REMEDY_NONE},
    {"", CODE_INTERNAL, "INTERNAL", "a mistake of the server's", 0, REMEDY_NONE},
};

static const struct condition *condition_of(const char *sqlstate) {
  const struct condition *condition = conditions;
  while (strncmp(sqlstate, condition->sqlstate, strlen(condition->sqlstate)) != 0)
    condition++;
  return condition;
}

enum remedy status_remedy(const char *sqlstate) {
  return *sqlstate ? condition_of(sqlstate)->remedy : REMEDY_NONE;
}

// The server's own conditions say their reason as the message, the field's path as DETAIL, and what would be allowed as HINT.
static const char *own_text(const PGresult *result, const char *sqlstate, int field) {
  const char *text = strncmp(sqlstate, "ZF", 2) == 0 ? PQresultErrorField(result, field) : NULL;
  return text && *text ? text : NULL;
}

// For the log. PostgreSQL's message may quote the values that it complains of (classes 22, 23): then only the constraint is
// named.
static const char *internal_text(struct arena *arena, const char *sqlstate, const PGresult *result) {
  bool quotes = strncmp(sqlstate, "22", 2) == 0 || strncmp(sqlstate, "23", 2) == 0;
  const char *message = PQresultErrorField(result, quotes ? PG_DIAG_CONSTRAINT_NAME : PG_DIAG_MESSAGE_PRIMARY);
  return arena_printf(arena, "%s %s", sqlstate, message ? message : "");
}

// libpq's own word, that there is no connection any more: PostgreSQL's errors have an SQLSTATE.
static void set_away(struct fault *fault, const PGresult *result) {
  fault_set(fault, CODE_UNAVAILABLE, "DATABASE_AWAY", "the database went away");
  fault->retry_ms = RETRY_SOON_MS;
  fault->internal = arena_strdup(fault->arena, PQresultErrorMessage(result));
}

void status_from_postgres(struct fault *fault, const PGresult *result) {
  if (fault->code != CODE_OK)
    return;
  const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  if (!sqlstate) {
    set_away(fault, result);
    return;
  }
  const struct condition *condition = condition_of(sqlstate);
  const char *reason = own_text(result, sqlstate, PG_DIAG_MESSAGE_PRIMARY),
             *field = own_text(result, sqlstate, PG_DIAG_MESSAGE_DETAIL),
             *allowed = own_text(result, sqlstate, PG_DIAG_MESSAGE_HINT);
  reason = reason ? reason : condition->reason;
  fault_set(fault, condition->code, reason, "%s", condition->message);
  if (field)
    fault_field(fault, field, reason, allowed);
  fault->retry_ms = condition->retry_ms;
  fault->internal = internal_text(fault->arena, sqlstate, result);
}

// By reason where that says more than the code, then by code.
static const struct {
  enum code code;
  const char *reason; // NULL: any
  int http;
} answers[] = {
    {CODE_RESOURCE_EXHAUSTED, "BODY_TOO_LARGE", 413},
    {CODE_UNIMPLEMENTED, "METHOD_NOT_ALLOWED", 405},
    {CODE_INVALID_ARGUMENT, "METHOD_NOT_ALLOWED", 405},
    {CODE_INVALID_ARGUMENT, "UNSUPPORTED_MEDIA_TYPE", 415},
    {CODE_OK, NULL, 200},
    {CODE_CANCELLED, NULL, 499},
    {CODE_INVALID_ARGUMENT, NULL, 400},
    {CODE_DEADLINE_EXCEEDED, NULL, 504},
    {CODE_NOT_FOUND, NULL, 404},
    {CODE_ALREADY_EXISTS, NULL, 409},
    {CODE_PERMISSION_DENIED, NULL, 403},
    {CODE_RESOURCE_EXHAUSTED, NULL, 429},
    {CODE_FAILED_PRECONDITION, NULL, 400},
    {CODE_ABORTED, NULL, 409},
    {CODE_OUT_OF_RANGE, NULL, 400},
    {CODE_UNIMPLEMENTED, NULL, 501},
    {CODE_UNAVAILABLE, NULL, 503},
    {CODE_UNAUTHENTICATED, NULL, 401},
};

int status_http(const struct fault *fault) {
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
    bool fits = !answers[i].reason || (fault->reason && strcmp(answers[i].reason, fault->reason) == 0);
    if (answers[i].code == fault->code && fits)
      return answers[i].http;
  }
  return 500;
}

static char *text_of(struct call *call, const char *text) {
  return arena_strdup(&call->arena, text ? text : "");
}

static const ProtobufCMessage *keep(struct call *call, const void *message, size_t size) {
  return memcpy(arena_alloc(&call->arena, size), message, size);
}

// Packs a detail behind those that are there.
static void add_detail(struct call *call, Google__Rpc__Status *status, const ProtobufCMessage *detail) {
  Google__Protobuf__Any *any = arena_alloc(&call->arena, sizeof *any);
  google__protobuf__any__init(any);
  any->type_url = arena_printf(&call->arena, "%s%s", type_prefix, detail->descriptor->name);
  any->value.data = message_pack(&call->arena, detail, &any->value.len);
  status->details[status->n_details++] = any;
}

static Google__Rpc__LocalizedMessage *localized(struct call *call, const char *reason, const char *limit) {
  Google__Rpc__LocalizedMessage *message = arena_alloc(&call->arena, sizeof *message);
  google__rpc__localized_message__init(message);
  message->locale = text_of(call, words_language_tag(call->language));
  message->message = text_of(call, words_reason(reason, limit, call->language, &call->arena));
  return message;
}

// The steps that would be allowed, as metadata "allowed".
static void add_allowed(struct call *call, Google__Rpc__ErrorInfo *info) {
  const struct violation *first = call->fault.violations;
  if (!first || !first->limit ||
      (strcmp(first->reason, "STEP_OUT_OF_ORDER") != 0 && strcmp(first->reason, "STEP_INCOMPLETE") != 0))
    return;
  Google__Rpc__ErrorInfo__MetadataEntry *entry = arena_alloc(&call->arena, sizeof *entry);
  google__rpc__error_info__metadata_entry__init(entry);
  entry->key = text_of(call, "allowed");
  entry->value = text_of(call, first->limit);
  info->metadata = arena_array(&call->arena, 1, sizeof *info->metadata);
  info->metadata[info->n_metadata++] = entry;
}

static const ProtobufCMessage *error_info(struct call *call) {
  Google__Rpc__ErrorInfo info = GOOGLE__RPC__ERROR_INFO__INIT;
  info.reason = text_of(call, call->fault.reason);
  info.domain = text_of(call, domain);
  add_allowed(call, &info);
  return keep(call, &info, sizeof info);
}

static const ProtobufCMessage *request_info(struct call *call) {
  Google__Rpc__RequestInfo info = GOOGLE__RPC__REQUEST_INFO__INIT;
  info.request_id = call->id;
  return keep(call, &info, sizeof info);
}

static const ProtobufCMessage *retry_info(struct call *call) {
  Google__Protobuf__Duration *delay = arena_alloc(&call->arena, sizeof *delay);
  google__protobuf__duration__init(delay);
  delay->seconds = call->fault.retry_ms / 1000;
  delay->nanos = (int32_t)(call->fault.retry_ms % 1000) * 1000000;
  Google__Rpc__RetryInfo info = GOOGLE__RPC__RETRY_INFO__INIT;
  info.retry_delay = delay;
  return keep(call, &info, sizeof info);
}

static const ProtobufCMessage *help(struct call *call) {
  Google__Rpc__Help__Link *link = arena_alloc(&call->arena, sizeof *link);
  google__rpc__help__link__init(link);
  link->description = text_of(call, words_reason(call->fault.reason, NULL, call->language, &call->arena));
  link->url = text_of(call, call->fault.link);
  Google__Rpc__Help help = GOOGLE__RPC__HELP__INIT;
  help.links = arena_array(&call->arena, 1, sizeof *help.links);
  help.links[help.n_links++] = link;
  return keep(call, &help, sizeof help);
}

// As many violations as fit into `room` bytes. NULL where there is none.
static const ProtobufCMessage *bad_request(struct call *call, size_t room) {
  Google__Rpc__BadRequest bad = GOOGLE__RPC__BAD_REQUEST__INIT;
  bad.field_violations = arena_array(&call->arena, call->fault.count, sizeof *bad.field_violations);
  size_t used = 0;
  for (const struct violation *at = call->fault.violations; at; at = at->next) {
    Google__Rpc__BadRequest__FieldViolation *violation = arena_alloc(&call->arena, sizeof *violation);
    google__rpc__bad_request__field_violation__init(violation);
    violation->field = text_of(call, at->field);
    violation->reason = text_of(call, at->reason);
    violation->description = text_of(call, words_reason(at->reason, at->limit, LANGUAGE_EN, &call->arena));
    violation->localized_message = localized(call, at->reason, at->limit);
    size_t packed = protobuf_c_message_get_packed_size(&violation->base);
    used += packed + 1 + (packed < 128 ? 1 : packed < 16384 ? 2 : 3); // its tag and length
    if (used > room)
      break;
    bad.field_violations[bad.n_field_violations++] = violation;
  }
  return bad.n_field_violations > 0 ? keep(call, &bad, sizeof bad) : NULL;
}

ProtobufCMessage *status_of(struct call *call, size_t details_limit) {
  enum { DETAILS = 6, ANY_OVERHEAD = 80 }; // an Any's tags, lengths and type
  const struct fault *fault = &call->fault;
  Google__Rpc__Status *status = arena_alloc(&call->arena, sizeof *status);
  google__rpc__status__init(status);
  status->code = (int32_t)fault->code;
  status->message = text_of(call, fault->message);
  status->details = arena_array(&call->arena, DETAILS, sizeof *status->details);
  add_detail(call, status, error_info(call));
  add_detail(call, status, request_info(call));
  add_detail(call, status, &localized(call, fault->reason ? fault->reason : "INTERNAL", NULL)->base);
  if (fault->retry_ms > 0)
    add_detail(call, status, retry_info(call));
  if (fault->link)
    add_detail(call, status, help(call));
  size_t used = protobuf_c_message_get_packed_size(&status->base) + ANY_OVERHEAD;
  const ProtobufCMessage *bad = used < details_limit ? bad_request(call, details_limit - used) : NULL;
  if (bad)
    add_detail(call, status, bad);
  return &status->base;
}
