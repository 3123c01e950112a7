// Reading a stream happens here: on the gRPC C core, and on libcurl with the parts of server-sent events that a client needs.

#include "support/watching.h"
#include "base/clock.h"
#include "schema/json.h"
#include "schema/message.h"
#include "support/client_wire.h"
#include <curl/curl.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/support/time.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_TIMEOUT_MS = 30000 };

struct watching {
  struct client *client;
  enum transport transport;
  const struct method *method;
  struct answer end;
  bool ended;

  // gRPC.
  grpc_channel *channel;
  grpc_completion_queue *queue;
  grpc_call *call;
  bool receiving;
  grpc_byte_buffer *message;
  grpc_metadata_array initial, trailers;
  grpc_status_code status;
  grpc_slice status_text;
  char begun, received, closed; // tags

  // REST.
  CURL *curl;
  CURLM *multi;
  struct curl_slist *headers;
  char *bytes; // not read yet
  size_t length;
};

static void end_with(struct watching *watching, json_t *status) {
  watching->ended = true;
  watching->end.body = client_keep(status ? status : json_object());
  client_read_status(&watching->end);
}

// --- gRPC ---

static gpr_timespec in_ms(int ms) {
  return gpr_time_add(gpr_now(GPR_CLOCK_REALTIME), gpr_time_from_millis(ms, GPR_TIMESPAN));
}

static void grpc_begin(struct watching *watching, const char *token, const char *request) {
  struct arena *memory = client_memory();
  struct fault fault = {.arena = memory};
  const struct schema *schema = client_schema(watching->client);
  ProtobufCMessage *message = json_read(schema, watching->method->input, request, strlen(request), memory, NULL, &fault);
  if (!message || fault.code)
    abort();
  size_t length;
  const uint8_t *bytes = message_pack(memory, message, &length);
  grpc_init();
  grpc_channel_credentials *credentials = grpc_insecure_credentials_create();
  // What is not read is left to the server: no window that grows.
  grpc_arg own[] = {
      {.type = GRPC_ARG_INTEGER, .key = (char *)(uintptr_t) "grpc.use_local_subchannel_pool", .value.integer = 1},
      {.type = GRPC_ARG_INTEGER, .key = (char *)(uintptr_t)GRPC_ARG_HTTP2_BDP_PROBE, .value.integer = 0},
      {.type = GRPC_ARG_INTEGER, .key = (char *)(uintptr_t)GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, .value.integer = 65536},
  };
  grpc_channel_args args = {.num_args = sizeof own / sizeof *own, .args = own};
  watching->channel =
      grpc_channel_create(arena_printf(memory, "127.0.0.1:%d", watching->client->grpc_port), credentials, &args);
  grpc_channel_credentials_release(credentials);
  watching->queue = grpc_completion_queue_create_for_pluck(NULL);
  grpc_slice path = grpc_slice_from_copied_string(watching->method->path);
  watching->call = grpc_channel_create_call(watching->channel, NULL, GRPC_PROPAGATE_DEFAULTS, watching->queue, path, NULL,
                                            gpr_inf_future(GPR_CLOCK_REALTIME), NULL);
  grpc_slice_unref(path);
  grpc_metadata_array_init(&watching->initial);
  grpc_metadata_array_init(&watching->trailers);
  grpc_slice slice = grpc_slice_from_copied_buffer((const char *)bytes, length);
  grpc_byte_buffer *body = grpc_raw_byte_buffer_create(&slice, 1);
  const char *language = watching->client->manners.language;
  grpc_metadata headers[] = {{.key = grpc_slice_from_static_string("accept-language"),
                              .value = grpc_slice_from_copied_string(language ? language : "zh-CN")},
                             {.key = grpc_slice_from_static_string("authorization"),
                              .value = grpc_slice_from_copied_string(arena_printf(memory, "Bearer %s", token ? token : ""))}};
  grpc_op ops[] = {
      {.op = GRPC_OP_SEND_INITIAL_METADATA, .data.send_initial_metadata = {.count = token ? 2 : 1, .metadata = headers}},
      {.op = GRPC_OP_SEND_MESSAGE, .data.send_message.send_message = body},
      {.op = GRPC_OP_SEND_CLOSE_FROM_CLIENT},
      {.op = GRPC_OP_RECV_INITIAL_METADATA, .data.recv_initial_metadata.recv_initial_metadata = &watching->initial},
  };
  grpc_op close = {.op = GRPC_OP_RECV_STATUS_ON_CLIENT,
                   .data.recv_status_on_client = {.trailing_metadata = &watching->trailers,
                                                  .status = &watching->status,
                                                  .status_details = &watching->status_text}};
  grpc_call_start_batch(watching->call, ops, sizeof ops / sizeof *ops, &watching->begun, NULL);
  grpc_call_start_batch(watching->call, &close, 1, &watching->closed, NULL);
  grpc_slice_unref(slice);
  grpc_slice_unref(headers[0].value);
  grpc_slice_unref(headers[1].value);
  grpc_byte_buffer_destroy(body);
}

static json_t *as_json(const struct watching *watching, const struct message *type, const uint8_t *bytes, size_t length) {
  const struct schema *schema = client_schema(watching->client);
  struct buffer text = {.arena = client_memory()};
  json_write(schema, type, message_unpack(client_memory(), type, bytes, length), false, &text);
  json_t *body = json_loadb(text.data, text.length, 0, NULL);
  return body ? body : json_object();
}

static void grpc_ended(struct watching *watching) {
  grpc_completion_queue_pluck(watching->queue, &watching->closed, gpr_inf_future(GPR_CLOCK_REALTIME), NULL);
  json_t *status = NULL;
  for (size_t i = 0; i < watching->trailers.count; i++) {
    const grpc_metadata *trailer = &watching->trailers.metadata[i];
    if (grpc_slice_str_cmp(trailer->key, "grpc-status-details-bin") == 0)
      status = as_json(watching, schema_message(client_schema(watching->client), "google.rpc.Status"),
                       GRPC_SLICE_START_PTR(trailer->value), GRPC_SLICE_LENGTH(trailer->value));
  }
  end_with(watching, status ? status : json_pack("{s:i}", "code", (int)watching->status));
}

static json_t *grpc_next(struct watching *watching, int timeout_ms) {
  if (!watching->receiving) {
    grpc_op receive = {.op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = &watching->message};
    grpc_call_start_batch(watching->call, &receive, 1, &watching->received, NULL);
    watching->receiving = true;
  }
  grpc_event event = grpc_completion_queue_pluck(watching->queue, &watching->received, in_ms(timeout_ms), NULL);
  if (event.type != GRPC_OP_COMPLETE)
    return NULL;
  watching->receiving = false;
  if (!watching->message) {
    grpc_ended(watching);
    return NULL;
  }
  grpc_byte_buffer_reader reader;
  grpc_byte_buffer_reader_init(&reader, watching->message);
  grpc_slice all = grpc_byte_buffer_reader_readall(&reader);
  json_t *json = as_json(watching, watching->method->output, GRPC_SLICE_START_PTR(all), GRPC_SLICE_LENGTH(all));
  grpc_slice_unref(all);
  grpc_byte_buffer_reader_destroy(&reader);
  grpc_byte_buffer_destroy(watching->message);
  watching->message = NULL;
  return client_keep(json);
}

static void grpc_leave(struct watching *watching) {
  gpr_timespec ever = gpr_inf_future(GPR_CLOCK_REALTIME);
  grpc_call_cancel(watching->call, NULL);
  grpc_completion_queue_pluck(watching->queue, &watching->begun, ever, NULL);
  if (watching->receiving)
    grpc_completion_queue_pluck(watching->queue, &watching->received, ever, NULL);
  if (!watching->ended)
    grpc_completion_queue_pluck(watching->queue, &watching->closed, ever, NULL);
  if (watching->message)
    grpc_byte_buffer_destroy(watching->message);
  grpc_slice_unref(watching->status_text);
  grpc_metadata_array_destroy(&watching->initial);
  grpc_metadata_array_destroy(&watching->trailers);
  grpc_call_unref(watching->call);
  grpc_channel_destroy(watching->channel);
  grpc_completion_queue_shutdown(watching->queue);
  while (grpc_completion_queue_pluck(watching->queue, NULL, ever, NULL).type != GRPC_QUEUE_SHUTDOWN)
    continue;
  grpc_completion_queue_destroy(watching->queue);
  grpc_shutdown();
}

// --- REST ---

static size_t take(char *bytes, size_t size, size_t count, void *context) {
  struct watching *watching = context;
  watching->bytes = realloc(watching->bytes, watching->length + size * count + 1);
  if (!watching->bytes)
    abort();
  memcpy(watching->bytes + watching->length, bytes, size * count);
  watching->length += size * count;
  watching->bytes[watching->length] = 0;
  return size * count;
}

// The request's fields as a query; its cursor as a header instead where asked for.
static char *query_of(struct watching *watching, const char *request, bool as_header) {
  struct buffer query = {.arena = client_memory()};
  json_t *fields = json_loads(request, 0, NULL), *value;
  const char *key;
  json_object_foreach(fields, key, value) {
    if (as_header && strcmp(key, "cursor") == 0) {
      const char *header = arena_printf(client_memory(), "Last-Event-ID: %s", json_string_value(value));
      watching->headers = curl_slist_append(watching->headers, header);
      continue;
    }
    char *escaped = curl_easy_escape(watching->curl, json_string_value(value), 0);
    buffer_printf(&query, "%c%s=%s", query.length ? '&' : '?', key, escaped);
    curl_free(escaped);
  }
  json_decref(fields);
  return buffer_text(&query);
}

static void rest_begin(struct watching *watching, const char *token, const char *request, bool as_header) {
  struct arena *memory = client_memory();
  watching->curl = curl_easy_init();
  watching->multi = curl_multi_init();
  if (token)
    watching->headers = curl_slist_append(NULL, arena_printf(memory, "Authorization: Bearer %s", token));
  const char *query = query_of(watching, request, as_header);
  const char *url =
      arena_printf(memory, "http://127.0.0.1:%d%s%s", watching->client->http_port, watching->method->routes[0].path, query);
  curl_easy_setopt(watching->curl, CURLOPT_URL, url);
  curl_easy_setopt(watching->curl, CURLOPT_HTTPHEADER, watching->headers);
  curl_easy_setopt(watching->curl, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(watching->curl, CURLOPT_WRITEDATA, watching);
  curl_easy_setopt(watching->curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(watching->curl, CURLOPT_FORBID_REUSE, 1L);
  curl_multi_add_handle(watching->multi, watching->curl);
  int running;
  curl_multi_perform(watching->multi, &running);
}

// One event of those that came, taken out; NULL: there is no whole one.
static char *event_of(struct watching *watching) {
  char *end = watching->length ? strstr(watching->bytes, "\n\n") : NULL;
  if (!end)
    return NULL;
  size_t length = (size_t)(end - watching->bytes) + 1;
  char *event = arena_strndup(client_memory(), watching->bytes, length);
  watching->length -= length + 1;
  memmove(watching->bytes, watching->bytes + length + 1, watching->length + 1);
  return event;
}

// The value of a field of an event, "" where it has none.
static const char *value_of(const char *event, const char *field) {
  size_t length = strlen(field);
  for (const char *line = event; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
    if (strncmp(line, field, length) == 0)
      return arena_strndup(client_memory(), line + length, strcspn(line + length, "\n"));
  return "";
}

static json_t *read_event(struct watching *watching, const char *event) {
  const char *data = value_of(event, "data: "), *id = value_of(event, "id: ");
  if (strcmp(value_of(event, "event: "), "end") == 0) {
    end_with(watching, json_loads(data, 0, NULL));
    return NULL;
  }
  json_t *json = *data ? json_loads(data, 0, NULL) : json_pack("{s:b,s:s}", "heartbeat", 1, "cursor", id);
  if (!json || strcmp(text_at(json, "cursor"), id) != 0) {
    fprintf(stderr, "not an event: %s\n", event);
    abort();
  }
  return client_keep(json);
}

static void rest_ended(struct watching *watching) {
  long status = 0;
  curl_easy_getinfo(watching->curl, CURLINFO_RESPONSE_CODE, &status);
  watching->end.http = (int)status;
  end_with(watching, watching->length ? json_loads(watching->bytes, 0, NULL) : NULL);
  if (watching->end.code == CODE_OK)
    watching->end.code = CODE_UNAVAILABLE;
}

static json_t *rest_next(struct watching *watching, int timeout_ms) {
  int64_t until_us = clock_us() + (int64_t)timeout_ms * 1000;
  for (;;) {
    char *event = event_of(watching);
    if (event)
      return read_event(watching, event);
    int running = 0, left_ms = (int)((until_us - clock_us()) / 1000);
    curl_multi_perform(watching->multi, &running);
    if (watching->length && strstr(watching->bytes, "\n\n"))
      continue;
    if (!running) {
      rest_ended(watching);
      return NULL;
    }
    if (left_ms <= 0)
      return NULL;
    curl_multi_poll(watching->multi, NULL, 0, left_ms, NULL);
  }
}

static void rest_leave(struct watching *watching) {
  curl_multi_remove_handle(watching->multi, watching->curl);
  curl_easy_cleanup(watching->curl);
  curl_multi_cleanup(watching->multi);
  curl_slist_free_all(watching->headers);
  free(watching->bytes);
}

// --- Both ---

struct watching *watching_open(struct client *client, enum transport transport, const char *token, const char *method,
                               const char *request, bool as_header) {
  const struct schema *schema = client_schema(client);
  struct watching *watching = calloc(1, sizeof *watching);
  const char *path = arena_printf(client_memory(), "/zoufang.v1.%s", method);
  if (!watching)
    abort();
  watching->client = client;
  watching->transport = transport;
  watching->method = schema_method(schema, path, strlen(path));
  watching->end = (struct answer){.reason = "", .message = "", .headers = ""};
  if (transport == REST)
    rest_begin(watching, token, request, as_header);
  else
    grpc_begin(watching, token, request);
  return watching;
}

void watching_close(struct watching *watching) {
  if (watching->transport == REST)
    rest_leave(watching);
  else
    grpc_leave(watching);
  free(watching);
}

json_t *watching_next(struct watching *watching, int timeout_ms) {
  if (watching->ended)
    return NULL;
  return watching->transport == REST ? rest_next(watching, timeout_ms) : grpc_next(watching, timeout_ms);
}

json_t *watching_told(struct watching *watching, int timeout_ms) {
  int64_t until_us = clock_us() + (int64_t)timeout_ms * 1000;
  json_t *message;
  do {
    int64_t left_ms = (until_us - clock_us()) / 1000;
    message = watching_next(watching, left_ms > 0 ? (int)left_ms : 0);
  } while (message && json_is_true(json_at(message, "heartbeat")));
  return message;
}

struct answer watching_end(struct watching *watching) {
  return watching->end;
}

struct answer watching_first(struct client *client, enum transport transport, const char *token, const char *method,
                             const char *request) {
  struct watching *watching = watching_open(client, transport, token, method, request, false);
  json_t *first = watching_next(watching, FIRST_TIMEOUT_MS);
  struct answer answer = watching_end(watching);
  if (first)
    answer = (struct answer){
        .code = CODE_OK, .http = transport == REST ? 200 : 0, .reason = "", .message = "", .headers = "", .body = first};
  watching_close(watching);
  return answer;
}
