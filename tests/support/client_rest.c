// The REST half of the test client, on libcurl: a request's JSON goes into path, query and body as the method's route says.

#include "support/client_wire.h"
#include "support/refused.h"
#include "base/buffer.h"
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

enum { REQUEST_TIMEOUT_MS = 60000 };

struct rest_client {
  CURL *curl;
  const struct client *client;
};

struct rest_client *rest_open(const struct client *client) {
  struct rest_client *rest = calloc(1, sizeof *rest);
  if (!rest)
    abort();
  rest->curl = curl_easy_init();
  rest->client = client;
  return rest;
}

void rest_close(struct rest_client *rest) {
  if (!rest)
    return;
  curl_easy_cleanup(rest->curl);
  free(rest);
}

// Keeps the header lines of the last answer, without its status line.
static size_t take_header(char *bytes, size_t size, size_t count, void *context) {
  struct buffer *headers = context;
  if (strncmp(bytes, "HTTP/", strlen("HTTP/")) == 0)
    headers->length = 0;
  else
    buffer_put(headers, bytes, size * count);
  return size * count;
}

static size_t take(char *bytes, size_t size, size_t count, void *context) {
  buffer_put(context, bytes, size * count);
  return size * count;
}

static struct answer rest_call(struct rest_client *rest, const char *verb, const char *path, const char *token,
                               const char *body) {
  struct arena *memory = client_memory();
  struct buffer received = {.arena = memory}, headers_received = {.arena = memory};
  const struct manners *manners = &rest->client->manners;
  CURL *curl = rest->curl;
  curl_easy_reset(curl);
  struct curl_slist *headers = curl_slist_append(NULL, "Expect:");
  if (body)
    headers = curl_slist_append(headers, "Content-Type: application/json");
  if (token)
    headers = curl_slist_append(headers, arena_printf(memory, "Authorization: Bearer %s", token));
  if (manners->language)
    headers = curl_slist_append(headers, arena_printf(memory, "Accept-Language: %s", manners->language));
  if (manners->forwarded_for)
    headers = curl_slist_append(headers, arena_printf(memory, "X-Forwarded-For: %s", manners->forwarded_for));
  if (manners->ca_file)
    curl_easy_setopt(curl, CURLOPT_CAINFO, manners->ca_file);
  const char *scheme = manners->ca_file ? "https" : "http";
  curl_easy_setopt(curl, CURLOPT_URL, arena_printf(memory, "%s://127.0.0.1:%d%s", scheme, rest->client->http_port, path));
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, verb);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &received);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &headers_received);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
                   manners->leaves_after_ms ? (long)manners->leaves_after_ms : (long)REQUEST_TIMEOUT_MS);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  if (body) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)strlen(body));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
  }
  struct answer answer = {.code = CODE_UNKNOWN, .reason = "", .message = "", .headers = ""};
  CURLcode done = curl_easy_perform(curl);
  curl_slist_free_all(headers);
  if (done != CURLE_OK) {
    answer.code = CODE_UNAVAILABLE;
    answer.message = curl_easy_strerror(done);
    return answer;
  }
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  answer.http = (int)status;
  answer.headers = buffer_text(&headers_received);
  json_error_t error;
  json_t *read = json_loadb(received.data ? received.data : "", received.length, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
  answer.body = client_keep(read ? read : json_object());
  if (status >= 200 && status < 300)
    answer.code = CODE_OK;
  else
    client_read_status(&answer);
  return answer;
}

struct answer http(struct client *client, const char *verb, const char *path, const char *token, const char *body) {
  struct answer answer = rest_call(rest_client(client), verb, path, token, body);
  refused_note(REST, path, &answer);
  return answer;
}

// "visit.id" in a request: its value as text, and out of the request.
static char *taken_out(json_t *request, const char *path, const struct message *type) {
  size_t length = strcspn(path, ".");
  const struct field *field = message_field(type, path, length);
  const char *key = json_object_get(request, field->name) ? field->name : field->json_name;
  json_t *value = json_object_get(request, key);
  if (path[length])
    return value ? taken_out(value, path + length + 1, field->message) : NULL;
  if (!value)
    return NULL;
  char *text = json_is_string(value) ? strdup(json_string_value(value)) : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
  json_object_del(request, key);
  return text;
}

static void put_escaped(struct rest_client *rest, struct buffer *out, const char *text) {
  char *escaped = curl_easy_escape(rest->curl, text, (int)strlen(text));
  buffer_string(out, escaped);
  curl_free(escaped);
}

// "/v1/visits/{id}:withdraw" with its values filled in from the request, which loses them.
static void put_path(struct rest_client *rest, struct buffer *out, const struct route *route, json_t *request,
                     const struct message *type) {
  for (const char *at = route->path; *at; at++) {
    if (*at != '{') {
      buffer_byte(out, *at);
      continue;
    }
    const char *end = strchr(at, '}');
    char *path = arena_strndup(client_memory(), at + 1, (size_t)(end - at - 1));
    char *value = taken_out(request, path, type);
    put_escaped(rest, out, value ? value : "");
    free(value);
    at = end;
  }
}

static void put_query(struct rest_client *rest, struct buffer *out, const char *prefix, json_t *value, bool *first) {
  const char *key;
  json_t *inner;
  size_t i;
  if (json_is_object(value)) {
    json_object_foreach(value, key, inner) {
      put_query(rest, out, *prefix ? arena_printf(client_memory(), "%s.%s", prefix, key) : key, inner, first);
    }
    return;
  }
  if (json_is_array(value)) {
    json_array_foreach(value, i, inner) {
      put_query(rest, out, prefix, inner, first);
    }
    return;
  }
  buffer_byte(out, *first ? '?' : '&');
  *first = false;
  buffer_string(out, prefix);
  buffer_byte(out, '=');
  if (json_is_string(value)) {
    put_escaped(rest, out, json_string_value(value));
    return;
  }
  char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
  put_escaped(rest, out, text);
  free(text);
}

struct answer client_rest(struct client *client, const char *token, const struct method *method, const char *request_text) {
  struct rest_client *rest = rest_client(client);
  json_error_t error;
  json_t *request = json_loads(request_text, JSON_ALLOW_NUL, &error);
  if (!request || !method->route_count) {
    fprintf(stderr, "%s: %s in %s\n", method->name, request ? "no route" : error.text, request_text);
    abort();
  }
  const struct route *route = &method->routes[0];
  struct buffer path = {.arena = client_memory()};
  put_path(rest, &path, route, request, method->input);
  char *body = NULL;
  if (!strcmp(route->body, "*")) {
    body = json_dumps(request, JSON_COMPACT);
  } else {
    if (*route->body) {
      const struct field *field = message_field(method->input, route->body, strlen(route->body));
      const char *key = json_object_get(request, field->name) ? field->name : field->json_name;
      json_t *part = json_object_get(request, key);
      body = part ? json_dumps(part, JSON_COMPACT) : strdup("{}");
      json_object_del(request, key);
    }
    bool first = true;
    put_query(rest, &path, "", request, &first);
  }
  struct answer answer = rest_call(rest, route->verb, buffer_text(&path), token, body);
  free(body);
  json_decref(request);
  return answer;
}
