// The chain of seals over the audit: what a seal says, what the schema consists of, and how the next seal is made.

#pragma once
#include "base/crypto.h"
#include <libpq-fe.h>

enum { AUDIT_HASH_TEXT = 2 * CRYPTO_HASH_BYTES + 1 };

// A seal as the database writes it: hashes as hexadecimal digits, ids as multiranges.
struct audit_seal {
  int64_t number, made_us, last_id;
  int rows, version;
  const char *previous_hash, *ids, *open, *commitments, *schema_hash;
  const char *hash, *signature;
};

// Reads row `row` of sql/command/audit_seals.sql; its texts live as long as the result.
void audit_seal_read(const PGresult *result, int row, struct audit_seal *seal);

// The hash of all that a seal says.
void audit_seal_hash(struct arena *arena, const struct audit_seal *seal, uint8_t hash[CRYPTO_HASH_BYTES]);

// Policies, functions, triggers, grants: names, in the order of their bytes, and the hashes of their definitions.
struct audit_schema {
  unsigned count;
  const char **names, **definitions;
  char hash[AUDIT_HASH_TEXT];
};

// What stands in the database now, by its catalogs alone. Within a transaction; names are looked up in zoufang afterwards.
bool audit_schema_read(PGconn *connection, struct audit_schema *schema, struct fault *fault);

// What stood when seals with `hash` were made. Its hash is taken anew: it differs from `hash` where this was tampered with.
bool audit_schema_recall(PGconn *connection, const char *hash, struct audit_schema *schema, struct fault *fault);

// Who seals, from one time to the next.
struct audit_sealing {
  PGconn *connection;
  const struct crypto *crypto; // with an audit key
  char schema_hash[AUDIT_HASH_TEXT];
  int version;            // of that schema, as the database says
  int64_t schema_read_us; // 0: never
};

// Makes the next seal, in a transaction of its own, over at most 10,000 rows. `rows` says how many it covers: 0 where there is
// nothing to seal, or another sealer is at it. A schema that changed is sealed without rows too.
bool audit_seal_next(struct audit_sealing *sealing, struct fault *fault, int *rows);

enum { AUDIT_SEAL_ROWS = 10000 };
