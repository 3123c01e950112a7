// Opening a reporter: the method's own statements say who may and write it down; where they refuse, the refusal is written into
// the lead's timeline as well, in a transaction of its own, before it is told.

#include "feature/features.h"
#include "feature/step.h"

static enum next reveal_after(struct call *call) {
  struct fault *refusal = call->state;
  if (refusal) {
    call->fault = *refusal;
    return NEXT_REPLY;
  }
  if (call->fault.code != CODE_PERMISSION_DENIED && call->fault.code != CODE_RESOURCE_EXHAUSTED)
    return NEXT_REPLY;
  refusal = arena_alloc(&call->arena, sizeof *refusal);
  *refusal = call->fault;
  call->state = refusal;
  call->fault = (struct fault){.arena = &call->arena};
  call_trip(call, "refused", NULL, NULL);
  return NEXT_TRIP;
}

const struct handler handler_reveal_reporter = {
    .method = "LeadService/RevealReporter",
    .after = reveal_after,
    .steps = {{.name = "refused"}},
};
