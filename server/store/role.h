// The role that serves, as its owner sees it.

#pragma once
#include "base/fault.h"
#include <libpq-fe.h>

// Gives the role that `serving_url` signs in as the password that the URL names, over the owner's connection; what travels and
// is kept is its SCRAM verifier. Nothing to do where the URL names none. False with a fault where the role is not there or is
// not the owner's.
bool role_set_password(PGconn *owner, const char *serving_url, struct fault *fault);
