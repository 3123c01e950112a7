// Headers decide what may come, the body is gathered in the call's arena, and path, query and body become one message.

#include "transport/http_request.h"
#include "base/utf8.h"
#include "call/admission.h"
#include "schema/json.h"
#include "transport/http_door.h"
#include "transport/http_pages.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
  RETRY_MS = 1000,
  ARENA_BODIES = 8,        // memory of a call, in bodies of the largest size; admission refuses what took more
  READ_FAULTS_MAX = 20000, // violations of single items that one request may have
};

static bool is_refused(const struct connection *connection) {
  return connection->call->fault.code != CODE_OK;
}

// Refuses the request unless it is refused already. The answer goes out once the body is over.
static void refuse(struct connection *connection, enum code code, const char *reason, const char *message) {
  fault_set(&connection->call->fault, code, reason, "%s", message);
}

static void refuse_for_now(struct connection *connection, const char *reason, const char *message) {
  if (is_refused(connection))
    return;
  refuse(connection, CODE_UNAVAILABLE, reason, message);
  connection->call->fault.retry_ms = RETRY_MS;
}

static const char *header_of(const struct connection *connection, const char *name) {
  return MHD_lookup_connection_value(connection->mhd, MHD_HEADER_KIND, name);
}

// --- Headers ---

static const char *skip_spaces(const char *text) {
  return text + strspn(text, " \t");
}

// Whether a Content-Type is JSON in UTF-8: "application/json", "application/json; charset=utf-8".
static bool is_json(const char *type) {
  static const char json[] = "application/json", charset[] = "charset=", utf8[] = "utf-8";
  if (!type || strncasecmp(type, json, sizeof json - 1) != 0)
    return false;
  const char *rest = skip_spaces(type + sizeof json - 1);
  if (!*rest)
    return true;
  if (*rest != ';')
    return false;
  rest = skip_spaces(rest + 1);
  if (!*rest)
    return true;
  if (strncasecmp(rest, charset, sizeof charset - 1) != 0)
    return false;
  rest += sizeof charset - 1;
  size_t quote = *rest == '"';
  rest += quote;
  return strncasecmp(rest, utf8, sizeof utf8 - 1) == 0 &&
         strspn(rest + sizeof utf8 - 1, "\" \t;") == strlen(rest + sizeof utf8 - 1);
}

static void refuse_body(struct connection *connection) {
  refuse(connection, CODE_RESOURCE_EXHAUSTED, "BODY_TOO_LARGE", "the body is too large");
}

static void refuse_load(struct connection *connection) {
  refuse_for_now(connection, "OVERLOADED", "too many bodies are on their way");
}

// How often a header is there.
struct tally {
  const char *name;
  unsigned count;
};

static enum MHD_Result count_header(void *context, enum MHD_ValueKind kind, const char *key, const char *value) {
  (void)kind, (void)value;
  struct tally *tally = context;
  tally->count += strcasecmp(key, tally->name) == 0;
  return MHD_YES;
}

// Whether the headers say in one way only where the body ends: a proxy in front might have read the other one.
static bool is_framed_once(const struct connection *connection, const char *length, const char *coding) {
  if (coding)
    return !length && strcasecmp(coding, "chunked") == 0;
  struct tally lengths = {MHD_HTTP_HEADER_CONTENT_LENGTH, 0};
  if (length)
    MHD_get_connection_values(connection->mhd, MHD_HEADER_KIND, count_header, &lengths);
  return lengths.count <= 1;
}

static bool is_readable_body(const struct connection *connection) {
  const char *encoding = header_of(connection, MHD_HTTP_HEADER_CONTENT_ENCODING);
  return is_json(header_of(connection, MHD_HTTP_HEADER_CONTENT_TYPE)) && (!encoding || strcasecmp(encoding, "identity") == 0);
}

// Whether a body may come, from the headers.
static void expect_body(struct connection *connection) {
  const char *length_text = header_of(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
  const char *coding = header_of(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING);
  unsigned long long length = length_text ? strtoull(length_text, NULL, 10) : 0;
  bool framed = is_framed_once(connection, length_text, coding);
  connection->too_large = length > connection->http->options.body_limit_bytes;
  connection->last = connection->too_large || !framed;
  if (!framed)
    refuse(connection, CODE_INVALID_ARGUMENT, "BAD_FRAMING", "where the body ends is not understood");
  if (connection->too_large)
    refuse_body(connection);
  if ((!coding && length == 0) || is_refused(connection))
    return;
  const struct route *route = connection->match.route;
  if (!route || !*route->body)
    refuse(connection, CODE_INVALID_ARGUMENT, "BODY_NOT_EXPECTED", "this method takes no body");
  else if (!is_readable_body(connection))
    refuse(connection, CODE_INVALID_ARGUMENT, "UNSUPPORTED_MEDIA_TYPE", "the body must be application/json in UTF-8");
  else
    buffer_reserve(&connection->body, (size_t)length + 1);
}

// The verbs of pages.
static const char page_verbs[] = "GET, HEAD";

static void refuse_verb(struct connection *connection) {
  refuse(connection, CODE_UNIMPLEMENTED, "METHOD_NOT_ALLOWED", "this path does not take this HTTP method");
}

// Appends each X-Forwarded-For header: several are as good as one.
static enum MHD_Result gather_forwarded(void *context, enum MHD_ValueKind kind, const char *key, const char *value) {
  (void)kind;
  struct buffer *list = context;
  if (value && strcasecmp(key, "X-Forwarded-For") == 0) {
    buffer_byte(list, ',');
    buffer_string(list, value);
  }
  return MHD_YES;
}

// The client's address; belongs to the arena or the connection.
static const char *client_of(const struct connection *connection, struct arena *arena) {
  if (!connection->trusted)
    return connection->peer;
  struct buffer list = {.arena = arena};
  MHD_get_connection_values(connection->mhd, MHD_HEADER_KIND, gather_forwarded, &list);
  return proxies_client(&connection->http->proxies, buffer_text(&list), list.length, connection->peer);
}

// Makes the call: also for a request that means no method, which is refused.
static void make_call(struct connection *connection, enum routing routing) {
  struct call *call = call_make(connection->http->server, routing == ROUTING_FOUND ? connection->match.method : NULL);
  call->arena.limit_bytes = ARENA_BODIES * connection->http->options.body_limit_bytes;
  connection->call = call;
  connection->body = (struct buffer){.arena = &call->arena};
  call->transport = connection;
  call->language = words_language(header_of(connection, MHD_HTTP_HEADER_ACCEPT_LANGUAGE));
  admission_enter(call, client_of(connection, &call->arena));
  const char *token = header_of(connection, MHD_HTTP_HEADER_AUTHORIZATION);
  if (token)
    call_authorize(call, token, strlen(token));
  if (routing == ROUTING_NO_PATH)
    refuse(connection, CODE_NOT_FOUND, "NO_SUCH_ROUTE", "nothing is served under this path");
  if (routing == ROUTING_OTHER_VERB)
    refuse_verb(connection);
}

void request_begin(struct connection *connection, const char *verb, const char *path) {
  connection->match = (struct route_match){0};
  connection->too_large = connection->last = false;
  connection->page = pages_find(connection->http, path);
  bool reads = strcmp(verb, "GET") == 0 || strcmp(verb, "HEAD") == 0;
  if (connection->page && reads)
    return;
  if (connection->page) {
    connection->page = NULL;
    connection->match.allow = page_verbs;
    make_call(connection, ROUTING_OTHER_VERB);
  } else {
    make_call(connection, router_find(connection->http->router, verb, path, &connection->match));
  }
  if (http_is_closing(connection->http))
    refuse_for_now(connection, "STOPPING", "the server is stopping");
  expect_body(connection);
}

// --- Body ---

bool request_take(struct connection *connection, const char *bytes, size_t length) {
  size_t limit = connection->http->options.body_limit_bytes;
  connection->moved_bytes += length;
  if (connection->moved_bytes > limit && connection->call)
    refuse_body(connection);
  if (!connection->call || is_refused(connection))
    return connection->moved_bytes <= 2 * limit; // swallowed, so that the client comes to read the answer
  if (!door_count_body(connection, length))
    refuse_load(connection);
  else
    buffer_put(&connection->body, bytes, length);
  return true;
}

// --- The message ---

// Adds the violations of `from` to `to` under "prefix.", or takes over what else is wrong.
static void move_fault(struct fault *to, const struct fault *from, const char *prefix, struct arena *arena) {
  for (const struct violation *violation = from->violations; violation; violation = violation->next)
    fault_field(to, arena_printf(arena, "%s%s%s", prefix, *violation->field ? "." : "", violation->field), violation->reason,
                violation->limit);
  if (from->code != CODE_OK && !from->violations)
    fault_set(to, from->code, from->reason, "%s", from->message);
}

// What is wrong with single items does not refuse the call, admission sorts it out; unless it is more than could be kept.
static void read_items(struct connection *connection) {
  struct call *call = connection->call;
  call->read_fault.limit = READ_FAULTS_MAX;
  call->request = json_read(call->server->schema, call->method->input, buffer_text(&connection->body), connection->body.length,
                            &call->arena, NULL, &call->read_fault);
  if (!call->request || call->read_fault.count == READ_FAULTS_MAX)
    call->fault = call->read_fault;
}

static void read_whole(struct connection *connection) {
  struct call *call = connection->call;
  const char *text = buffer_text(&connection->body);
  call->request =
      json_read(call->server->schema, call->method->input, text, connection->body.length, &call->arena, NULL, &call->fault);
}

// Where a PATCH says no mask, the keys of its body are the mask.
static void set_mask(struct call *call, struct buffer *mask) {
  const struct field *field = call->method->update_mask;
  if (!field_message(call->request, field))
    json_set_from_text(call->server->schema, call->method->input, call->request, field->name, buffer_text(mask), mask->length,
                       &call->arena, &call->fault);
}

static void read_field(struct connection *connection, const char *name) {
  struct call *call = connection->call;
  const struct field *field = message_field(call->method->input, name, strlen(name));
  struct fault wrong = {.arena = &call->arena};
  struct buffer mask = {.arena = &call->arena};
  bool masked = call->method->update_mask && strcmp(connection->match.route->verb, "PATCH") == 0;
  *(ProtobufCMessage **)field_at(call->request, field) =
      json_read(call->server->schema, field->message, buffer_text(&connection->body), connection->body.length, &call->arena,
                masked ? &mask : NULL, &wrong);
  move_fault(&call->fault, &wrong, name, &call->arena);
  if (masked && call->fault.code == CODE_OK)
    set_mask(call, &mask);
}

// Whether the body, where the route has one, speaks of the field `name`.
static bool is_of_body(const struct route *route, const char *name) {
  if (strcmp(route->body, "*") == 0)
    return true;
  size_t length = strcspn(name, ".");
  return strncmp(route->body, name, length) == 0 && !route->body[length];
}

static void set_field(struct call *call, const char *name, const char *escaped, size_t length) {
  size_t value_length;
  const char *value = router_unescape(&call->arena, escaped, length, &value_length);
  if (value)
    json_set_from_text(call->server->schema, call->method->input, call->request, name, value, value_length, &call->arena,
                       &call->fault);
  else
    fault_field(&call->fault, name, "BAD_ESCAPE", NULL);
}

// What is wrong with the name of a parameter; NULL: nothing.
static const char *flaw_of(const struct connection *connection, const char *name, size_t length) {
  if (!name)
    return "BAD_ESCAPE";
  if (!utf8_valid(name, length))
    return "BAD_UTF8";
  return is_of_body(connection->match.route, name) ? "UNKNOWN_FIELD" : NULL;
}

// A parameter of the query. One whose name is no text is told by what was sent, where that is text.
static enum MHD_Result set_parameter(void *context, enum MHD_ValueKind kind, const char *key, size_t key_length,
                                     const char *value, size_t value_length) {
  (void)kind;
  struct connection *connection = context;
  struct call *call = connection->call;
  if (key_length == 0 && !value) // between two &
    return MHD_YES;
  size_t name_length = 0;
  const char *name = router_unescape(&call->arena, key, key_length, &name_length);
  const char *flaw = flaw_of(connection, name, name_length);
  if (flaw)
    fault_field(&call->fault, utf8_valid(key, key_length) ? key : "", flaw, NULL);
  else
    set_field(call, name, value ? value : "", value ? value_length : 0);
  return MHD_YES;
}

// A client of server-sent events that comes again says what it got last; that goes before what the address says.
static void set_cursor(struct connection *connection) {
  struct call *call = connection->call;
  const char *last = header_of(connection, "Last-Event-ID");
  if (!call->method->server_streaming || !last || !*last)
    return;
  const struct field *field = message_field(call->method->input, "cursor", strlen("cursor"));
  if (field)
    json_set_from_text(call->server->schema, call->method->input, call->request, field->name, last, strlen(last), &call->arena,
                       &call->fault);
}

bool request_read(struct connection *connection) {
  struct call *call = connection->call;
  const char *body = connection->match.route->body;
  bool whole = strcmp(body, "*") == 0 && connection->body.length > 0;
  if (whole && call->method->per_item)
    read_items(connection);
  else if (whole)
    read_whole(connection);
  else
    call->request = message_new(&call->arena, call->method->input);
  if (!call->request)
    return false;
  MHD_get_connection_values_n(connection->mhd, MHD_GET_ARGUMENT_KIND, set_parameter, connection);
  set_cursor(connection);
  if (*body && strcmp(body, "*") != 0 && connection->body.length > 0)
    read_field(connection, body);
  for (unsigned i = 0; i < connection->match.count; i++) {
    const struct route_variable *variable = &connection->match.variables[i];
    set_field(call, variable->name, variable->text, variable->length);
  }
  return call->fault.code == CODE_OK;
}

void request_end(struct connection *connection) {
  if (connection->call) {
    door_uncount_body(connection);
    call_free(connection->call);
  }
  connection->call = NULL;
  connection->page = NULL;
}
