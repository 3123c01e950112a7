// What a request must pass before it costs the database anything.

#pragma once
#include "call/call.h"

// A call has just come in, from the client at `address` (text that lives as long as the call): counts it until it is freed.
// False with the call's fault where too much of that address is under way already: it is to be answered at once.
bool admission_enter(struct call *call, const char *address);

// Checks the request and makes it ready: deadline, token, field rules, request id, generated ids, page. False with the call's
// fault.
bool admission_pass(struct call *call);
