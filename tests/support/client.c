// One request over either transport happens here; what an answer says is read the same way for both.

#include "support/client.h"
#include "support/client_wire.h"
#include "support/downloading.h"
#include "support/refused.h"
#include "support/watching.h"
#include "schema/json.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const char *const transport_names[2] = {"REST", "gRPC"};

static _Thread_local struct arena memory;
static _Thread_local json_t *kept; // an array that holds the bodies of a test

json_t *client_keep(json_t *body) {
  if (!kept)
    kept = json_array();
  json_array_append_new(kept, body);
  return body;
}

struct arena *client_memory(void) {
  return &memory;
}

void client_forget(void) {
  json_decref(kept);
  kept = NULL;
  arena_reset(&memory);
}

const struct method *method_named(const struct schema *schema, const char *name) {
  for (unsigned i = 0; i < schema->method_count; i++)
    if (!strcmp(schema->methods[i].name, name))
      return &schema->methods[i];
  fprintf(stderr, "no such method: %s\n", name);
  abort();
}

// Reads the parts of google.rpc.Status that tests look at.
void client_read_status(struct answer *answer) {
  answer->reason = "";
  answer->message = text_at(answer->body, "message");
  answer->code = (enum code)number_at(answer->body, "code");
  size_t i;
  json_t *detail;
  json_array_foreach(json_at(answer->body, "details"), i, detail) {
    const char *type = text_at(detail, "@type");
    if (strstr(type, "google.rpc.ErrorInfo"))
      answer->reason = text_at(detail, "reason");
    if (strstr(type, "google.rpc.RetryInfo"))
      answer->retry_ms = (int64_t)(strtod(text_at(detail, "retryDelay"), NULL) * 1000);
  }
}

static struct answer ask_text(struct client *client, enum transport transport, const char *token, const struct method *method,
                              const char *text) {
  if (method->download)
    return downloading_whole(client, transport, token, method->name, text);
  if (method->server_streaming)
    return watching_first(client, transport, token, method->name, text);
  return transport == REST ? client_rest(client, token, method, text) : client_grpc(client, token, method, text);
}

struct answer ask(struct client *client, enum transport transport, const char *token, const char *method_name,
                  const char *request, ...) {
  va_list arguments;
  va_start(arguments, request);
  const char *text = arena_vprintf(&memory, request, arguments);
  va_end(arguments);
  struct answer answer = ask_text(client, transport, token, method_named(client_schema(client), method_name), text);
  refused_note(transport, method_name, &answer);
  return answer;
}

const char *header_of(const struct answer *answer, const char *name) {
  size_t length = strlen(name);
  for (const char *line = answer->headers; line && *line; line += line[0] == '\n') {
    size_t end = strcspn(line, "\r\n");
    if (end > length && line[length] == ':' && strncasecmp(line, name, length) == 0) {
      const char *value = line + length + 1;
      value += strspn(value, " ");
      return arena_strndup(&memory, value, (size_t)(line + end - value));
    }
    line += end + (line[end] == '\r');
  }
  return "";
}

json_t *json_at(json_t *body, const char *path) {
  char key[128];
  while (body && *path) {
    size_t length = strcspn(path, ".");
    snprintf(key, sizeof key, "%.*s", (int)length, path);
    body = json_is_array(body) ? json_array_get(body, (size_t)strtoul(key, NULL, 10)) : json_object_get(body, key);
    path += length + (path[length] == '.');
  }
  return body;
}

const char *text_at(json_t *body, const char *path) {
  const char *text = json_string_value(json_at(body, path));
  return text ? text : "";
}

long long number_at(json_t *body, const char *path) {
  json_t *value = json_at(body, path);
  return json_is_string(value) ? strtoll(json_string_value(value), NULL, 10) : (long long)json_number_value(value);
}

size_t count_at(json_t *body, const char *path) {
  return json_array_size(json_at(body, path));
}

json_t *element_with(json_t *array, const char *member, const char *text) {
  size_t i;
  json_t *each;
  json_array_foreach(array, i, each) {
    if (strcmp(text_at(each, member), text) == 0)
      return each;
  }
  return NULL;
}

bool names_field(const struct answer *answer, const char *field, const char *reason) {
  size_t i, k;
  json_t *detail, *violation;
  json_array_foreach(json_at(answer->body, "details"), i, detail) {
    json_array_foreach(json_at(detail, "fieldViolations"), k, violation) {
      if (!strcmp(text_at(violation, "field"), field) && (!reason || !strcmp(text_at(violation, "reason"), reason)))
        return true;
    }
  }
  return false;
}
