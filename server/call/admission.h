// What a request must pass before it costs the database anything.

#pragma once
#include "call/call.h"

// Checks the request and makes it ready: deadline, token, field rules, request id, generated ids, page. False with the call's
// fault.
bool admission_pass(struct call *call);
