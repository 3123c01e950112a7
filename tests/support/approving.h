// What needs a second person, as tests get it done.

#pragma once
#include "support/world.h"

// Approves an approval as `user`, an account of the world.
struct answer approve(enum transport transport, const char *user, const char *id);

// Asks as admin that a user be given a role for a region and its subtree, with `more` members of the grant (",\"endsAt\":…" or
// "").
struct answer ask_for_grant(enum transport transport, const char *user_id, const char *role, const char *region,
                            const char *more);

// The same, approved by admin.second: the grant's id, until the test's end.
const char *grant_role(enum transport transport, const char *user_id, const char *role, const char *region, const char *more);

// Makes an account as admin, with `more` members of the user (",\"officeId\":…" or ""); nobody can sign in with it yet. The
// answer is the user.
struct answer make_account(enum transport transport, const char *username, const char *more);

// Gives an account a password: admin asks for a code, who may confirm it does, the user sets the password by it. The answer is
// that of the user's signing in.
struct answer set_password(enum transport transport, const char *username, const char *password);
