// Whether the audit holds: rows against seals, seals against each other and an exported one, records against rows, the schema
// against seals.

#pragma once
#include "feature/audit_chain.h"
#include "feature/statement.h"
#include "zoufang/v1/audits.pb-c.h"

struct audit_verifying {
  PGconn *connection; // the owner's, or one that serves an auditor's call: within a transaction, for one snapshot
  const struct crypto_public_keys *keys; // that may have signed seals
  int64_t exported_number;               // of the seal that was exported; 0: none
  const char *exported_hash;
  struct statement_leave leave; // asked all the time
};

// Fills in the response, in the fault's arena. False with a fault where it could not be looked at (CANCELLED where it may not
// go on: the connection is good for PQfinish alone then); what does not hold is no fault but a finding.
bool audit_verify(const struct audit_verifying *verifying, Zoufang__V1__VerifyResponse *response, struct fault *fault);
