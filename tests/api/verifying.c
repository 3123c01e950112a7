// Verifying the audit reads everything: it ends, with its statement, when nobody waits for it any more.

#include "suite.h"
#include "support/asking.h"
#include "support/client_wire.h"
#include "support/frames.h"
#include "support/hold.h"
#include "support/socket.h"
#include "support/world.h"
#include <signal.h>
#include <unistd.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { PATIENCE_MS = 20000 };

static const char verify[] = "AuditService/Verify";

// Asks and does not wait for the answer: a connection of its own, to be closed.
static int begin_verifying(enum transport t) {
  struct buffer request = {.arena = client_memory()};
  if (t == GRPC) {
    frames_begin(&request);
    frames_put_call(&request, 1, "/zoufang.v1.AuditService/Verify", token_of("auditor"));
    frames_put_message(&request, 1, 0, "", 0, true);
  } else
    buffer_printf(&request, "GET /v1/audit:verify HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n\r\n",
                  token_of("auditor"));
  int fd = socket_open(t == REST ? world()->http_port : world()->grpc_port);
  CU_ASSERT_TRUE_FATAL(fd >= 0 && socket_send(fd, request.data, request.length));
  return fd;
}

// Waiting for a lock is as good as reading for hours: only a cancel ends it.
static void who_leaves_ends_his_verifying_and_its_statement(void) {
  BOTH(t) {
    PGconn *holder = hold_table("audit_seal");
    int fd = begin_verifying(t);
    CU_ASSERT_TRUE(hold_await(1));
    close(fd);
    CU_ASSERT_TRUE(hold_await_rest());
    hold_release(holder);
    CU_ASSERT_EQUAL(ask(world()->client, t, token_of("auditor"), verify, "{}").code, CODE_OK); // and the next one is served
  }
}

static void past_its_deadline_verifying_ends(void) {
  struct instance instance;
  CU_ASSERT_TRUE_FATAL(
      instance_start(&instance, (const char *[]){"ZOUFANG_DEADLINE_MS=1500", "ZOUFANG_DEADLINE_MAX_MS=1500", NULL}));
  BOTH(t) {
    PGconn *holder = hold_table("audit_seal");
    struct answer answer = ask(instance.client, t, token_of("auditor"), verify, "{}");
    CU_ASSERT_EQUAL(answer.code, CODE_DEADLINE_EXCEEDED);
    CU_ASSERT_TRUE(hold_await_rest());
    hold_release(holder);
  }
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

// At once, and not when the grace of calls in flight is over.
static void a_server_that_stops_ends_verifying(void) {
  BOTH(t) {
    struct instance instance;
    CU_ASSERT_TRUE_FATAL(instance_start(&instance, (const char *[]){"ZOUFANG_GRACE_MS=120000", NULL}));
    PGconn *holder = hold_table("audit_seal");
    struct asking out;
    asking_begin(&out, instance.client, t, token_of("auditor"), verify, "{}");
    CU_ASSERT_TRUE(hold_await(1));
    kill(instance.process.pid, SIGTERM);
    CU_ASSERT_EQUAL(process_wait(&instance.process, PATIENCE_MS), 0);
    asking_end(&out);
    CU_ASSERT_EQUAL(out.code, CODE_UNAVAILABLE);
    CU_ASSERT_STRING_EQUAL(out.reason, "STOPPING");
    CU_ASSERT_TRUE(hold_await_rest());
    hold_release(holder);
    instance_stop(&instance);
  }
}

SUITE_WITH(verifying, world_open, client_forget, 60, TEST(who_leaves_ends_his_verifying_and_its_statement),
           TEST(past_its_deadline_verifying_ends), TEST(a_server_that_stops_ends_verifying));
