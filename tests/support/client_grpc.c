// The gRPC half of the test client, on the gRPC C core: JSON to message and back by the schema's own mapping. (An independent
// client, which shares nothing with the server, is tests/api/grpc_client.py.)

#include "support/client_wire.h"
#include "google/rpc/status.pb-c.h"
#include "schema/json.h"
#include "schema/message.h"
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/byte_buffer_reader.h>
#include <grpc/support/alloc.h>
#include <grpc/support/time.h>
#include <stdlib.h>
#include <string.h>

enum { DEADLINE_MS = 60000, HEADERS_MAX = 3, PEM_BYTES = 16 << 10 };

struct grpc_client {
  const struct client *client;
  grpc_channel *channel;
  grpc_completion_queue *queue;
};

// NULL: plaintext.
static grpc_channel_credentials *credentials_of(const char *ca_file) {
  if (!ca_file)
    return grpc_insecure_credentials_create();
  FILE *file = fopen(ca_file, "re");
  char *roots = file ? arena_zalloc(client_memory(), PEM_BYTES) : NULL;
  if (!file || fread(roots, 1, PEM_BYTES - 1, file) == 0)
    abort();
  fclose(file);
  return grpc_ssl_credentials_create(roots, NULL, NULL, NULL);
}

struct grpc_client *grpc_client_open(const struct client *client) {
  struct grpc_client *grpc = calloc(1, sizeof *grpc);
  if (!grpc)
    abort();
  grpc->client = client;
  grpc_init();
  grpc_channel_credentials *credentials = credentials_of(client->manners.ca_file);
  grpc_arg arguments[] = {
      {.type = GRPC_ARG_INTEGER, .key = (char *)(uintptr_t)GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, .value.integer = -1},
      {.type = GRPC_ARG_INTEGER, .key = (char *)(uintptr_t) "grpc.use_local_subchannel_pool", .value.integer = 1},
  };
  grpc_channel_args args = {.num_args = 2, .args = arguments};
  grpc->channel = grpc_channel_create(arena_printf(client_memory(), "127.0.0.1:%d", client->grpc_port), credentials, &args);
  grpc_channel_credentials_release(credentials);
  grpc->queue = grpc_completion_queue_create_for_pluck(NULL);
  return grpc;
}

void grpc_client_close(struct grpc_client *grpc) {
  if (!grpc)
    return;
  grpc_channel_destroy(grpc->channel);
  grpc_completion_queue_shutdown(grpc->queue);
  while (grpc_completion_queue_pluck(grpc->queue, NULL, gpr_inf_future(GPR_CLOCK_REALTIME), NULL).type != GRPC_QUEUE_SHUTDOWN)
    continue;
  grpc_completion_queue_destroy(grpc->queue);
  grpc_shutdown();
  free(grpc);
}

// What one call brought.
struct received {
  grpc_status_code code;
  char *message;
  uint8_t *bytes; // of the response, NULL where none
  size_t length;
  uint8_t *details; // google.rpc.Status, NULL where none
  size_t details_length;
  const char *trailers; // "name: value" lines
};

static uint8_t *copied(grpc_slice slice, size_t *length) {
  *length = GRPC_SLICE_LENGTH(slice);
  return (uint8_t *)arena_strndup(client_memory(), (const char *)GRPC_SLICE_START_PTR(slice), *length);
}

static void read_response(struct received *received, grpc_byte_buffer *response) {
  grpc_byte_buffer_reader reader;
  if (!response || !grpc_byte_buffer_reader_init(&reader, response))
    return;
  grpc_slice all = grpc_byte_buffer_reader_readall(&reader);
  received->bytes = copied(all, &received->length);
  grpc_slice_unref(all);
  grpc_byte_buffer_reader_destroy(&reader);
}

static void read_trailers(struct received *received, const grpc_metadata_array *trailers) {
  struct buffer lines = {.arena = client_memory()};
  for (size_t i = 0; i < trailers->count; i++) {
    size_t length;
    const char *key = (const char *)copied(trailers->metadata[i].key, &length);
    uint8_t *value = copied(trailers->metadata[i].value, &length);
    if (strcmp(key, "grpc-status-details-bin") == 0)
      received->details = value, received->details_length = length;
    else
      buffer_printf(&lines, "%s: %s\n", key, (const char *)value);
  }
  received->trailers = buffer_text(&lines);
}

// Puts in what a call says of itself; how many headers that is.
static size_t put_headers(const struct manners *manners, const char *token, grpc_metadata headers[HEADERS_MAX]) {
  size_t count = 0;
  if (token)
    headers[count++] =
        (grpc_metadata){.key = grpc_slice_from_static_string("authorization"),
                        .value = grpc_slice_from_copied_string(arena_printf(client_memory(), "Bearer %s", token))};
  if (manners->language)
    headers[count++] = (grpc_metadata){.key = grpc_slice_from_static_string("accept-language"),
                                       .value = grpc_slice_from_copied_string(manners->language)};
  if (manners->forwarded_for)
    headers[count++] = (grpc_metadata){.key = grpc_slice_from_static_string("x-forwarded-for"),
                                       .value = grpc_slice_from_copied_string(manners->forwarded_for)};
  return count;
}

static gpr_timespec in_ms(int ms) {
  return gpr_time_add(gpr_now(GPR_CLOCK_REALTIME), gpr_time_from_millis(ms, GPR_TIMESPAN));
}

// Waits for the call's end, or leaves.
static void await_end(struct grpc_client *grpc, grpc_call *call) {
  int leaves_after_ms = grpc->client->manners.leaves_after_ms;
  gpr_timespec until = leaves_after_ms ? in_ms(leaves_after_ms) : gpr_inf_future(GPR_CLOCK_REALTIME);
  if (grpc_completion_queue_pluck(grpc->queue, call, until, NULL).type == GRPC_OP_COMPLETE)
    return;
  grpc_call_cancel(call, NULL);
  grpc_completion_queue_pluck(grpc->queue, call, gpr_inf_future(GPR_CLOCK_REALTIME), NULL);
}

static struct received grpc_call_once(struct grpc_client *grpc, const char *path, const char *token, const void *bytes,
                                      size_t length) {
  grpc_slice method = grpc_slice_from_copied_string(path);
  const struct manners *manners = &grpc->client->manners;
  gpr_timespec deadline = in_ms(manners->deadline_ms ? manners->deadline_ms : DEADLINE_MS);
  grpc_call *call =
      grpc_channel_create_call(grpc->channel, NULL, GRPC_PROPAGATE_DEFAULTS, grpc->queue, method, NULL, deadline, NULL);
  grpc_slice message = grpc_slice_from_copied_buffer(bytes, length);
  grpc_byte_buffer *request = grpc_raw_byte_buffer_create(&message, 1), *response = NULL;
  grpc_metadata_array initial, trailers;
  grpc_metadata_array_init(&initial);
  grpc_metadata_array_init(&trailers);
  grpc_metadata headers[HEADERS_MAX];
  size_t header_count = put_headers(manners, token, headers);
  grpc_slice status_details;
  struct received received = {0};
  grpc_op ops[] = {
      {.op = GRPC_OP_SEND_INITIAL_METADATA, .data.send_initial_metadata = {.count = header_count, .metadata = headers}},
      {.op = GRPC_OP_SEND_MESSAGE, .data.send_message.send_message = request},
      {.op = GRPC_OP_SEND_CLOSE_FROM_CLIENT},
      {.op = GRPC_OP_RECV_INITIAL_METADATA, .data.recv_initial_metadata.recv_initial_metadata = &initial},
      {.op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = &response},
      {.op = GRPC_OP_RECV_STATUS_ON_CLIENT,
       .data.recv_status_on_client = {.trailing_metadata = &trailers,
                                      .status = &received.code,
                                      .status_details = &status_details}},
  };
  grpc_call_start_batch(call, ops, sizeof ops / sizeof *ops, call, NULL);
  await_end(grpc, call);
  size_t message_length;
  received.message = (char *)copied(status_details, &message_length);
  read_response(&received, response);
  read_trailers(&received, &trailers);
  grpc_slice_unref(status_details);
  grpc_slice_unref(message);
  grpc_slice_unref(method);
  for (size_t i = 0; i < header_count; i++)
    grpc_slice_unref(headers[i].value);
  grpc_byte_buffer_destroy(request);
  if (response)
    grpc_byte_buffer_destroy(response);
  grpc_metadata_array_destroy(&initial);
  grpc_metadata_array_destroy(&trailers);
  grpc_call_unref(call);
  return received;
}

static json_t *as_json(const struct schema *schema, const struct message *type, const uint8_t *bytes, size_t length) {
  ProtobufCMessage *message = message_unpack(client_memory(), type, bytes, length);
  if (!message)
    return json_object();
  struct buffer text = {.arena = client_memory()};
  json_write(schema, type, message, false, &text);
  json_t *body = json_loadb(text.data, text.length, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
  return body ? body : json_object();
}

static struct answer answered(const struct schema *schema, const struct method *method, const struct received *received) {
  struct answer answer = {
      .code = (enum code)received->code, .reason = "", .message = received->message, .headers = received->trailers};
  if (answer.code == CODE_OK) {
    answer.body = client_keep(as_json(schema, method->output, received->bytes, received->length));
    return answer;
  }
  if (!received->details) {
    answer.body = client_keep(json_pack("{s:i,s:s}", "code", (int)received->code, "message", received->message));
    return answer;
  }
  const struct message *status = schema_message(schema, "google.rpc.Status");
  answer.body = client_keep(as_json(schema, status, received->details, received->details_length));
  client_read_status(&answer);
  return answer;
}

struct answer client_grpc(struct client *client, const char *token, const struct method *method, const char *request) {
  const struct schema *schema = client_schema(client);
  struct arena *memory = client_memory();
  struct fault fault = {.arena = memory};
  ProtobufCMessage *message = json_read(schema, method->input, request, strlen(request), memory, NULL, &fault);
  if (!message || fault.code) {
    fprintf(stderr, "%s: not a request: %s (%s)\n", method->name, request, fault.message);
    abort();
  }
  size_t length;
  uint8_t *bytes = message_pack(memory, message, &length);
  struct received received = grpc_call_once(grpc_client(client), method->path, token, bytes, length);
  return answered(schema, method, &received);
}

struct answer grpc_raw(struct client *client, const char *name, const char *token, const void *bytes, size_t length) {
  const struct schema *schema = client_schema(client);
  const char *path = arena_printf(client_memory(), "/zoufang.v1.%s", name);
  struct received received = grpc_call_once(grpc_client(client), path, token, bytes, length);
  const struct method *method = schema_method(schema, path, strlen(path));
  if (method)
    return answered(schema, method, &received);
  return (struct answer){.code = (enum code)received.code,
                         .reason = "",
                         .message = received.message,
                         .headers = received.trailers,
                         .body = client_keep(json_object())};
}
