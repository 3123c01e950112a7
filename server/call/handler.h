// Methods whose work SQL cannot say: a table of handlers, made by the features, given to the server at start.

#pragma once
#include "call/call.h"

struct streaming;

enum { HANDLER_STEPS = 6 };

// A step's SQL file, sql/rpc/AuthService/Login.find.sql for step "find" of "AuthService/Login", and its messages by full name.
// NULL names: the method's own request, response.
struct step {
  const char *name, *in, *out;
  bool own_transaction; // runs without who-am-I, as an anonymous method's does: nobody's rows are in sight
};

// `begin` runs where call_submit was called and `after` on the workers' thread: neither may block. In both, call->fault where
// it is set is what the client hears; `after` may clear it (code CODE_OK) to go on.
struct handler {
  const char *method;                    // "AuthService/Login"
  enum next (*begin)(struct call *call); // NULL: the method's own script runs
  enum next (*after)(struct call *call); // after each trip, also one that failed (call->fault); NULL: reply
  struct step steps[HANDLER_STEPS];
  const struct streaming *streaming; // of a method that streams, see stream.h; NULL: it answers once
};
