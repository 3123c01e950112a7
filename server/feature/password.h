// Passwords as handlers meet them: checked and hashed away from the worker.

#pragma once
#include "call/jobs.h"

enum { PASSWORD_MIN_LENGTH = 12 };

// Hands the call to the password thread: NEXT_AWAY, or NEXT_REPLY with a fault where too many wait already.
enum next password_work(struct call *call, enum next (*work)(struct call *call));

// Whether a password may be set: long enough, not one character over and over, not holding the username. False with a violation
// of `field`.
bool password_acceptable(struct fault *fault, const char *field, const char *password, const char *username);
