// Reading a file happens here: on the messages of a stream over gRPC, on libcurl over REST.

#include "support/downloading.h"
#include "base/clock.h"
#include "schema/base64.h"
#include "support/client_wire.h"
#include "support/watching.h"
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

enum { WHOLE_TIMEOUT_MS = 120000, LOOK_MS = 1000, BUFFER_BYTES = 16 * 1024 };

struct downloading {
  struct client *client;
  char *bytes;
  size_t length, capacity;
  bool ended;
  struct answer end;
  const char *type, *name;

  struct watching *watching; // gRPC

  // REST.
  CURL *curl;
  CURLM *multi;
  struct curl_slist *sent;
  struct buffer headers;
};

static void put(struct downloading *downloading, const void *bytes, size_t length) {
  if (downloading->length + length + 1 > downloading->capacity) {
    downloading->capacity = 2 * (downloading->length + length + 1);
    downloading->bytes = realloc(downloading->bytes, downloading->capacity);
    if (!downloading->bytes)
      abort();
  }
  memcpy(downloading->bytes + downloading->length, bytes, length);
  downloading->length += length;
  downloading->bytes[downloading->length] = '\0';
}

// --- gRPC ---

static void grpc_step(struct downloading *downloading, int timeout_ms) {
  json_t *chunk = watching_next(downloading->watching, timeout_ms);
  struct answer end = watching_end(downloading->watching);
  if (!chunk) {
    downloading->ended = end.code != CODE_OK || end.body;
    downloading->end = end;
    return;
  }
  const char *data = text_at(chunk, "data");
  size_t length;
  struct arena scratch = {0};
  uint8_t *bytes = base64_read(&scratch, data, strlen(data), &length);
  if (!downloading->type) {
    downloading->type = text_at(chunk, "contentType");
    downloading->name = text_at(chunk, "fileName");
  }
  put(downloading, bytes, length);
  arena_close(&scratch);
}

// --- REST ---

static size_t take(char *bytes, size_t size, size_t count, void *context) {
  put(context, bytes, size * count);
  return size * count;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *context) {
  buffer_put(&((struct downloading *)context)->headers, bytes, size * count);
  return size * count;
}

static void put_parameter(struct downloading *downloading, struct buffer *query, const char *key, const json_t *value) {
  char *escaped = curl_easy_escape(downloading->curl, json_string_value(value), 0);
  buffer_printf(query, "%c%s=%s", query->length ? '&' : '?', key, escaped);
  curl_free(escaped);
}

static char *query_of(struct downloading *downloading, const char *request) {
  struct buffer query = {.arena = client_memory()};
  json_t *fields = json_loads(request, 0, NULL), *value, *element;
  const char *key;
  size_t i;
  json_object_foreach(fields, key, value) {
    if (json_is_string(value))
      put_parameter(downloading, &query, key, value);
    json_array_foreach(value, i, element) put_parameter(downloading, &query, key, element);
  }
  json_decref(fields);
  return buffer_text(&query);
}

static void rest_begin(struct downloading *downloading, const char *token, const struct method *method, const char *request) {
  struct arena *memory = client_memory();
  const char *language = downloading->client->manners.language;
  downloading->curl = curl_easy_init();
  downloading->multi = curl_multi_init();
  downloading->headers = (struct buffer){.arena = memory};
  if (token)
    downloading->sent = curl_slist_append(NULL, arena_printf(memory, "Authorization: Bearer %s", token));
  if (language)
    downloading->sent = curl_slist_append(downloading->sent, arena_printf(memory, "Accept-Language: %s", language));
  const char *url = arena_printf(memory, "http://127.0.0.1:%d%s%s", downloading->client->http_port, method->routes[0].path,
                                 query_of(downloading, request));
  curl_easy_setopt(downloading->curl, CURLOPT_URL, url);
  curl_easy_setopt(downloading->curl, CURLOPT_HTTPHEADER, downloading->sent);
  curl_easy_setopt(downloading->curl, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(downloading->curl, CURLOPT_WRITEDATA, downloading);
  curl_easy_setopt(downloading->curl, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(downloading->curl, CURLOPT_HEADERDATA, downloading);
  curl_easy_setopt(downloading->curl, CURLOPT_BUFFERSIZE, (long)BUFFER_BYTES);
  curl_easy_setopt(downloading->curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(downloading->curl, CURLOPT_FORBID_REUSE, 1L);
  curl_multi_add_handle(downloading->multi, downloading->curl);
  int running;
  curl_multi_perform(downloading->multi, &running);
}

static void rest_ended(struct downloading *downloading) {
  int left;
  long status = 0;
  const CURLMsg *message = curl_multi_info_read(downloading->multi, &left);
  curl_easy_getinfo(downloading->curl, CURLINFO_RESPONSE_CODE, &status);
  struct answer end = {.http = (int)status, .reason = "", .message = "", .headers = buffer_text(&downloading->headers)};
  downloading->type = header_of(&end, "Content-Type");
  downloading->name = header_of(&end, "Content-Disposition");
  if (status != 200) {
    end.body = client_keep(json_loadb(downloading->bytes, downloading->length, 0, NULL));
    client_read_status(&end);
  }
  if (!message || message->data.result != CURLE_OK)
    end.code = CODE_UNAVAILABLE;
  downloading->ended = true;
  downloading->end = end;
}

static void rest_step(struct downloading *downloading, int timeout_ms) {
  int running = 0;
  curl_multi_perform(downloading->multi, &running);
  if (!running)
    rest_ended(downloading);
  else
    curl_multi_poll(downloading->multi, NULL, 0, timeout_ms, NULL);
}

// --- Both ---

struct downloading *downloading_open(struct client *client, enum transport transport, const char *token, const char *method,
                                     const char *request) {
  struct downloading *downloading = calloc(1, sizeof *downloading);
  if (!downloading)
    abort();
  downloading->client = client;
  put(downloading, "", 0);
  if (transport == REST) {
    const char *path = arena_printf(client_memory(), "/zoufang.v1.%s", method);
    rest_begin(downloading, token, schema_method(client_schema(client), path, strlen(path)), request);
  } else
    downloading->watching = watching_open(client, GRPC, token, method, request, false);
  return downloading;
}

void downloading_close(struct downloading *downloading) {
  if (downloading->watching)
    watching_close(downloading->watching);
  else {
    curl_multi_remove_handle(downloading->multi, downloading->curl);
    curl_easy_cleanup(downloading->curl);
    curl_multi_cleanup(downloading->multi);
    curl_slist_free_all(downloading->sent);
  }
  free(downloading->bytes);
  free(downloading);
}

bool downloading_read(struct downloading *downloading, size_t bytes, int timeout_ms) {
  int64_t until_us = clock_us() + timeout_ms * 1000LL, left_us;
  while (!downloading->ended && downloading->length < bytes && (left_us = until_us - clock_us()) > 0) {
    int wait_ms = left_us < LOOK_MS * 1000 ? (int)(left_us / 1000) + 1 : LOOK_MS;
    if (downloading->watching)
      grpc_step(downloading, wait_ms);
    else
      rest_step(downloading, wait_ms);
  }
  return downloading->length >= bytes;
}

const char *downloading_text(const struct downloading *downloading, size_t *length) {
  *length = downloading->length;
  return downloading->bytes;
}

struct answer downloading_end(struct downloading *downloading, int timeout_ms) {
  downloading_read(downloading, SIZE_MAX, timeout_ms);
  if (!downloading->ended)
    return (struct answer){.code = CODE_DEADLINE_EXCEEDED, .reason = "", .message = "", .headers = ""};
  return downloading->end;
}

const char *downloading_type(struct downloading *downloading) {
  return downloading->type ? downloading->type : "";
}

const char *downloading_name(struct downloading *downloading) {
  return downloading->name ? downloading->name : "";
}

struct answer downloading_whole(struct client *client, enum transport transport, const char *token, const char *method,
                                const char *request) {
  struct downloading *downloading = downloading_open(client, transport, token, method, request);
  struct answer answer = downloading_end(downloading, WHOLE_TIMEOUT_MS);
  if (answer.code == CODE_OK)
    answer.body =
        client_keep(json_pack("{s:s,s:I}", "type", downloading_type(downloading), "length", (json_int_t)downloading->length));
  downloading_close(downloading);
  return answer;
}
