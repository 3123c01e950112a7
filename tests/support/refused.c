// The last refusals are kept in a ring that the runner asks for where a test fails.

#include "support/refused.h"
#include "suite.h"
#include <stdio.h>
#include <unistd.h>

enum { KEPT = 8, WHAT_BYTES = 64, REASON_BYTES = 32, MESSAGE_BYTES = 120 };

static struct refused {
  enum transport transport;
  enum code code;
  char what[WHAT_BYTES], reason[REASON_BYTES], message[MESSAGE_BYTES];
} ring[KEPT];
static unsigned count; // of the running test

static void tell(void) {
  printf("        refused in this test: %u%s\n", count, count > KEPT ? ", the last of them:" : "");
  for (unsigned i = count > KEPT ? count - KEPT : 0; i < count; i++) {
    const struct refused *r = &ring[i % KEPT];
    printf("          %s %s: %s %s: %s\n", transport_names[r->transport], r->what, code_name(r->code), r->reason, r->message);
  }
}

void refused_note(enum transport transport, const char *what, const struct answer *answer) {
  if (answer->code == CODE_OK || gettid() != getpid())
    return;
  if (test_explain(tell))
    count = 0;
  struct refused *r = &ring[count++ % KEPT];
  r->transport = transport;
  r->code = answer->code;
  snprintf(r->what, sizeof r->what, "%s", what);
  snprintf(r->reason, sizeof r->reason, "%s", answer->reason ? answer->reason : "");
  snprintf(r->message, sizeof r->message, "%s", answer->message ? answer->message : "");
}
