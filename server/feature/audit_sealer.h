// The sealer: a thread with a connection of its own beside the workers, which seals the audit every few seconds.

#pragma once
#include "base/crypto.h"

struct audit_sealer;

// Begins at once; where the database is away it tries again. `crypto`, with an audit key, must outlive it.
struct audit_sealer *audit_sealer_open(const char *database_url, const struct crypto *crypto);

// Ends it; a NULL is none. What is not sealed yet is sealed by who comes next.
void audit_sealer_close(struct audit_sealer *sealer);
