// REST over HTTP/1.1 with keep-alive: requests are whole texts, answers have a Content-Length.

#include "support/client.h"
#include "schema/json.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

void client_put(struct client *client, const void *bytes, size_t length) {
  if (client->out_length + length > CLIENT_BYTES)
    abort();
  memcpy(client->out + client->out_length, bytes, length);
  client->out_length += length;
}

bool template_find(struct template *template, const struct request *request, unsigned items) {
  for (unsigned i = 0; i < items; i++) {
    const char *at = memmem(template->bytes, template->length, request->ids[i], strlen(request->ids[i]));
    if (!at)
      return false;
    template->ids[i] = (size_t)(at - template->bytes);
  }
  return true;
}

static void put_encoded(struct buffer *out, const char *text) {
  for (; *text; text++)
    if (isalnum((unsigned char)*text) || strchr("-._~", *text))
      buffer_byte(out, *text);
    else
      buffer_printf(out, "%%%02X", (unsigned char)*text);
}

static void put_value(struct buffer *out, const ProtobufCMessage *message, const struct field *field) {
  switch (field->descriptor->type) {
  case PROTOBUF_C_TYPE_STRING:
    put_encoded(out, field_text(message, field));
    break;
  case PROTOBUF_C_TYPE_INT32:
    buffer_printf(out, "%d", *(const int32_t *)field_at(message, field));
    break;
  case PROTOBUF_C_TYPE_BOOL:
    buffer_string(out, "true");
    break;
  default:
    abort();
  }
}

// Strings, numbers and booleans, as far as they are set.
static void put_query(struct buffer *out, const struct message *type, const ProtobufCMessage *message) {
  char before = '?';
  for (unsigned i = 0; i < type->field_count; i++) {
    const struct field *field = &type->fields[i];
    if (!field_is_set(message, field))
      continue;
    buffer_printf(out, "%c%s=", before, field->json_name);
    put_value(out, message, field);
    before = '&';
  }
}

// The path with {fields} filled in; of a GET without them the fields that are set follow as a query.
static void put_path(struct buffer *out, const struct method *method, const struct request *request) {
  const struct route *route = &method->routes[0];
  const char *brace = strchr(route->path, '{');
  buffer_put(out, route->path, brace ? (size_t)(brace - route->path) : strlen(route->path));
  if (brace) {
    buffer_string(out, request->ids[0]);
    buffer_string(out, strchr(brace, '}') + 1);
  } else if (!*route->body)
    put_query(out, method->input, request->message);
}

static void put_body(struct buffer *out, const struct schema *schema, const struct method *method,
                     const struct request *request) {
  const char *name = method->routes[0].body;
  if (strcmp(name, "*") == 0) {
    json_write(schema, method->input, request->message, false, out);
  } else if (*name) {
    const struct field *field = message_field(method->input, name, strlen(name));
    json_write(schema, field->message, field_message(request->message, field), false, out);
  }
}

static bool ready(struct client *client, const struct schema *schema, const struct method *method,
                  const struct request *request, unsigned items, struct template *template, struct arena *arena) {
  struct buffer body = {.arena = arena}, out = {.arena = arena};
  put_body(&body, schema, method, request);
  buffer_printf(&out, "%s ", method->routes[0].verb);
  put_path(&out, method, request);
  buffer_printf(&out, " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n", client->token);
  if (body.length > 0)
    buffer_printf(&out, "Content-Type: application/json\r\nContent-Length: %zu\r\n", body.length);
  buffer_string(&out, "\r\n");
  buffer_put(&out, body.data, body.length);
  template->bytes = out.data;
  template->length = out.length;
  return template_find(template, request, items);
}

static void hello(struct client *client) {
  (void)client;
}

static bool ask(struct client *client, const struct template *request) {
  client_put(client, request->bytes, request->length);
  return true;
}

static enum heard wrong(struct client *client, const char *what) {
  client->wrong = what;
  return HEARD_WRONG;
}

// Where the head ends; NULL: not yet.
static char *end_of_head(const char *text, size_t length) {
  char *end = memmem(text, length, "\r\n\r\n", 4);
  return end ? end + 4 : NULL;
}

// Whether the head of an answer refuses for now and says for how long.
static bool is_refused(const char *head, size_t length) {
  static const char later[] = "\r\nRetry-After: ";
  bool busy = strncmp(head, "HTTP/1.1 503", 12) == 0 || strncmp(head, "HTTP/1.1 429", 12) == 0;
  return busy && memmem(head, length, later, sizeof later - 1);
}

static enum heard hear(struct client *client) {
  static const char name[] = "\r\nContent-Length: ";
  const char *text = client->in + client->in_read;
  size_t length = client->in_length - client->in_read;
  const char *body = end_of_head(text, length);
  if (!body)
    return HEARD_NOTHING;
  const char *size = memmem(text, (size_t)(body - text), name, sizeof name - 1);
  if (!size)
    return wrong(client, "an answer without Content-Length");
  size_t body_length = strtoul(size + sizeof name - 1, NULL, 10);
  if ((size_t)(body - text) + body_length > length)
    return HEARD_NOTHING;
  client->body = body;
  client->body_length = client->answer_bytes = body_length;
  client->in_read += (size_t)(body - text) + body_length;
  if (strncmp(text, "HTTP/1.1 200", 12) == 0)
    return HEARD_ANSWER;
  return is_refused(text, (size_t)(body - text)) ? HEARD_REFUSED : wrong(client, "an answer other than 200");
}

const struct speech speech_rest = {.ready = ready, .hello = hello, .ask = ask, .hear = hear};
