// The bare transports: what receiving a request and sending an answer of the same length costs where nothing is done in
// between.
//
//   bench_bare grpc|rest --answer BYTES
//
// Prints "port=N" and serves until SIGTERM. gRPC: the core, one completion queue, one thread. REST: libmicrohttpd, one thread.

#include "base/net.h"
#include "support/options.h"
#include <grpc/byte_buffer.h>
#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <grpc/slice.h>
#include <grpc/support/time.h>
#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ANSWER_BYTES = 1 << 20, ARMED_CALLS = 32, CONNECTIONS = 2048 };

static char answer[ANSWER_BYTES];
static size_t answer_length;

static bool make_answer(int length) {
  if (length <= 0 || length > ANSWER_BYTES)
    return false;
  memset(answer, 'x', sizeof answer);
  answer_length = (size_t)length;
  return true;
}

static void say_port(int port) {
  printf("port=%d\n", port);
  fflush(stdout);
}

// --- gRPC ------------------------------------------------------------------------------------------------------------

// A call comes, its message comes, it is answered.
struct echo {
  enum { ARRIVED, RECEIVED, ANSWERED } stage;
  grpc_call *call;
  grpc_call_details details;
  grpc_metadata_array metadata;
  grpc_byte_buffer *message, *answer;
  int cancelled;
};

static grpc_server *core;
static grpc_completion_queue *queue;

static void arm(struct echo *echo) {
  echo->stage = ARRIVED;
  grpc_call_details_init(&echo->details);
  grpc_metadata_array_init(&echo->metadata);
  grpc_server_request_call(core, &echo->call, &echo->details, &echo->metadata, queue, queue, echo);
}

static void receive(struct echo *echo) {
  grpc_op op = {.op = GRPC_OP_RECV_MESSAGE, .data.recv_message.recv_message = &echo->message};
  echo->stage = RECEIVED;
  grpc_call_start_batch(echo->call, &op, 1, echo, NULL);
}

static void reply(struct echo *echo) {
  grpc_slice slice = grpc_slice_from_static_buffer(answer, answer_length);
  echo->answer = grpc_raw_byte_buffer_create(&slice, 1);
  grpc_op ops[] = {
      {.op = GRPC_OP_SEND_INITIAL_METADATA},
      {.op = GRPC_OP_SEND_MESSAGE, .data.send_message.send_message = echo->answer},
      {.op = GRPC_OP_SEND_STATUS_FROM_SERVER, .data.send_status_from_server.status = GRPC_STATUS_OK},
      {.op = GRPC_OP_RECV_CLOSE_ON_SERVER, .data.recv_close_on_server.cancelled = &echo->cancelled},
  };
  echo->stage = ANSWERED;
  grpc_call_start_batch(echo->call, ops, sizeof ops / sizeof *ops, echo, NULL);
}

static void let_go(struct echo *echo) {
  if (echo->message)
    grpc_byte_buffer_destroy(echo->message);
  grpc_byte_buffer_destroy(echo->answer);
  grpc_call_details_destroy(&echo->details);
  grpc_metadata_array_destroy(&echo->metadata);
  grpc_call_unref(echo->call);
  echo->message = NULL;
}

static void step(struct echo *echo) {
  if (echo->stage == ARRIVED)
    receive(echo);
  else if (echo->stage == RECEIVED)
    reply(echo);
  else {
    let_go(echo);
    arm(echo);
  }
}

// Until SIGTERM ends the process.
static void *serve_grpc(void *context) {
  (void)context;
  for (;;) {
    grpc_event event = grpc_completion_queue_next(queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), NULL);
    if (event.type == GRPC_OP_COMPLETE)
      step(event.tag);
  }
  return NULL;
}

static bool open_grpc(void) {
  static struct echo echoes[ARMED_CALLS];
  pthread_t thread;
  grpc_arg settings[] = {
      {.type = GRPC_ARG_INTEGER, .key = (char *)(uintptr_t)GRPC_ARG_ENABLE_CHANNELZ, .value.integer = 0},
      {.type = GRPC_ARG_INTEGER, .key = (char *)(uintptr_t)GRPC_ARG_HTTP2_BDP_PROBE, .value.integer = 0},
  };
  grpc_init();
  core = grpc_server_create(&(grpc_channel_args){.num_args = sizeof settings / sizeof *settings, .args = settings}, NULL);
  queue = grpc_completion_queue_create_for_next(NULL);
  grpc_server_register_completion_queue(core, queue, NULL);
  grpc_server_credentials *credentials = grpc_insecure_server_credentials_create();
  int port = grpc_server_add_http2_port(core, "127.0.0.1:0", credentials);
  grpc_server_start(core);
  for (int i = 0; i < ARMED_CALLS; i++)
    arm(&echoes[i]);
  say_port(port);
  return port > 0 && pthread_create(&thread, NULL, serve_grpc, NULL) == 0;
}

// --- REST ------------------------------------------------------------------------------------------------------------

static enum MHD_Result answer_rest(void *context, struct MHD_Connection *connection, const char *url, const char *method,
                                   const char *version, const char *upload, size_t *upload_size, void **state) {
  static int seen;
  (void)context, (void)url, (void)method, (void)version, (void)upload;
  if (!*state || *upload_size) {
    *state = &seen;
    *upload_size = 0;
    return MHD_YES;
  }
  struct MHD_Response *response = MHD_create_response_from_buffer(answer_length, answer, MHD_RESPMEM_PERSISTENT);
  MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
  enum MHD_Result queued = MHD_queue_response(connection, MHD_HTTP_OK, response);
  MHD_destroy_response(response);
  return queued;
}

static bool open_rest(void) {
  struct MHD_Daemon *daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD, 0, NULL, NULL, answer_rest, NULL,
                                               MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS, MHD_OPTION_END);
  const union MHD_DaemonInfo *info = daemon ? MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT) : NULL;
  if (info)
    say_port(info->port);
  return info != NULL;
}

int main(int argc, char **argv) {
  struct options options;
  sigset_t stops;
  int number;
  sigemptyset(&stops);
  sigaddset(&stops, SIGTERM);
  sigaddset(&stops, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stops, NULL);
  if (!options_read(&options, argc, argv) || !make_answer(options.answer_bytes)) {
    fprintf(stderr, "bench_bare: grpc|rest --answer BYTES\n");
    return 2;
  }
  net_raise_nofile();
  bool is_grpc = strcmp(options.command, "grpc") == 0;
  if (!(is_grpc ? open_grpc() : open_rest()))
    return 1;
  sigwait(&stops, &number);
  return 0;
}
