// Refusals that the audit must hear of, and the records that they are about.

#pragma once
#include "call/call.h"

// Whether a fault is a refusal: no identity, no role, or a record that is not there or out of sight, be it what was asked for
// or what the request names.
bool refusal_is(const struct fault *fault);

// The ids of the records that the call was refused, a line each: what the fault's hiding fields name, else what was asked for;
// "" where the request names none. In the call's arena.
const char *refusal_records(struct call *call);
