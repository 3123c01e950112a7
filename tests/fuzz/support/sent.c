// Requests are cut up as libmicrohttpd does it, and given to the HTTP transport.

#include "support/sent.h"
#include "call/addresses.h"
#include "call/status.h"
#include "schema/json.h"
#include "transport/http_request.h"
#include <arpa/inet.h>
#include <string.h>

enum { PIECE_BYTES = 1000, STATUS_LIMIT_BYTES = 4096, BODIES_BYTES = 1 << 20 };

static const char *const proxies = "127.0.0.1, 10.0.0.0/8, 2001:db8::/33";

// --- Reading ---------------------------------------------------------------------------------------------------------

// Cuts "a=b&c&d=e" up. Plus signs are spaces, escapes stay.
static void read_query(struct sent *sent, char *query) {
  for (char *plus = query; (plus = strchr(plus, '+'));)
    *plus = ' ';
  for (char *rest = query, *part; (part = strsep(&rest, "&")) && sent->parameter_count < SENT_PAIRS;) {
    char *value = strchr(part, '=');
    if (value)
      *value++ = '\0';
    sent->parameters[sent->parameter_count++] =
        (struct pair){.name = part, .value = value, .name_length = strlen(part), .value_length = value ? strlen(value) : 0};
  }
}

static void read_header(struct sent *sent, char *line) {
  char *value = strchr(line, ':');
  if (!value || value == line || sent->header_count == SENT_PAIRS)
    return;
  *value++ = '\0';
  value += strspn(value, " \t");
  sent->headers[sent->header_count++] =
      (struct pair){.name = line, .value = value, .name_length = strlen(line), .value_length = strlen(value)};
}

void sent_headers(struct sent *sent, struct input *input) {
  while (input->at < input->end) {
    char *line = input_line(input);
    if (!*line)
      return;
    read_header(sent, line);
  }
}

void sent_read(struct sent *sent, struct input *input) {
  char *rest = input_line(input), *verb = strsep(&rest, " ");
  char *path = rest ? rest : "";
  char *query = strchr(path, '?');
  *sent = (struct sent){.verb = verb, .path = path};
  if (query) {
    *query = '\0';
    read_query(sent, query + 1);
  }
  sent_headers(sent, input);
  sent->body = input_rest(input, &sent->body_length);
}

// --- libmicrohttpd ---------------------------------------------------------------------------------------------------

static const struct sent *asked;

const char *MHD_lookup_connection_value(struct MHD_Connection *mhd, enum MHD_ValueKind kind, const char *key) {
  (void)mhd, (void)kind;
  for (unsigned i = 0; i < asked->header_count; i++)
    if (strcasecmp(asked->headers[i].name, key) == 0)
      return asked->headers[i].value;
  return NULL;
}

int MHD_get_connection_values(struct MHD_Connection *mhd, enum MHD_ValueKind kind, MHD_KeyValueIterator iterator,
                              void *context) {
  (void)mhd;
  for (unsigned i = 0; i < asked->header_count; i++)
    iterator(context, kind, asked->headers[i].name, asked->headers[i].value);
  return (int)asked->header_count;
}

int MHD_get_connection_values_n(struct MHD_Connection *mhd, enum MHD_ValueKind kind, MHD_KeyValueIteratorN iterator,
                                void *context) {
  (void)mhd;
  for (unsigned i = 0; i < asked->parameter_count; i++) {
    const struct pair *pair = &asked->parameters[i];
    iterator(context, kind, pair->name, pair->name_length, pair->value, pair->value_length);
  }
  return (int)asked->parameter_count;
}

// --- The server ------------------------------------------------------------------------------------------------------

static struct http_server *http_server(void) {
  static struct server server;
  static struct http_server http;
  struct fault fault = {.arena = &http.arena};
  if (http.server)
    return &http;
  server = (struct server){.schema = api_schema(),
                           .crypto = test_keys(),
                           .addresses = addresses_open(&(struct addresses_options){.body_bytes = BODIES_BYTES})};
  http.server = &server;
  http.options = (struct http_options){.body_limit_bytes = SENT_BODY_LIMIT_BYTES, .version = "1"};
  http.router = router_make(server.schema, false, &http.arena, &fault);
  must(http.router && proxies_read(&http.proxies, proxies, &http.arena, &fault));
  return &http;
}

bool sent_take(const struct sent *sent, struct connection *connection) {
  struct http_server *http = http_server();
  *connection = (struct connection){.http = http, .peer = "127.0.0.1", .trusted = true};
  asked = sent;
  request_begin(connection, sent->verb, sent->path);
  if (connection->page || connection->too_large)
    return false;
  for (size_t at = 0, piece; at < sent->body_length; at += piece) {
    piece = sent->body_length - at < PIECE_BYTES ? sent->body_length - at : PIECE_BYTES;
    if (!request_take(connection, sent->body + at, piece))
      return false;
  }
  return connection->call->fault.code == CODE_OK && request_read(connection);
}

void sent_forget(struct connection *connection) {
  request_end(connection);
  struct addresses *addresses = connection->http->server->addresses;
  must(addresses_take_bytes(addresses, NULL, BODIES_BYTES)); // whatever became of it, it is not counted any more
  addresses_give_bytes(addresses, NULL, BODIES_BYTES);
}

// --- What is promised ------------------------------------------------------------------------------------------------

static bool is_address(const char *text) {
  struct in6_addr address;
  return inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1;
}

// Every refusal can be told by both transports: within its bounds, and in text.
static void check_refusal(struct call *call) {
  const struct message *type = api_message("google.rpc.Status");
  must(call->fault.code != CODE_OK && call->fault.reason && call->fault.message);
  must(status_http(&call->fault) >= 400);
  const ProtobufCMessage *status = status_of(call, STATUS_LIMIT_BYTES);
  must(protobuf_c_message_get_packed_size(status) <= STATUS_LIMIT_BYTES);
  must_last(type, status, false, &call->arena);
}

void sent_check(const struct connection *connection, bool taken) {
  struct call *call = connection->call;
  if (connection->page)
    return;
  must(is_address(call->peer) && call->language < LANGUAGES);
  if (taken)
    must_last(call->method->input, call->request, false, &call->arena);
  else if (!connection->too_large || call->fault.code != CODE_OK)
    check_refusal(call);
}
