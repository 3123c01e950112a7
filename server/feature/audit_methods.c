// AuditService's methods that SQL cannot answer alone: the seal gets its public key; verifying takes its time on a thread and a
// connection of its own, under the auditor's session.

#include "base/clock.h"
#include "call/dialer.h"
#include "call/jobs.h"
#include "feature/audit_verify.h"
#include "feature/features.h"
#include "feature/statement.h"

// --- The last seal ---------------------------------------------------------------------------------------------------

static enum next seal_after(struct call *call) {
  Zoufang__V1__AuditSeal *seal = (void *)call->response;
  uint8_t *key = arena_alloc(&call->arena, CRYPTO_PUBLIC_BYTES);
  if (call->fault.code == CODE_OK && seal->signature.len > 1 &&
      crypto_signature_key(call->server->crypto, seal->signature.data[1], key))
    seal->public_key = (ProtobufCBinaryData){.data = key, .len = CRYPTO_PUBLIC_BYTES};
  return NEXT_REPLY;
}

const struct handler handler_get_latest_seal = {.method = "AuditService/GetLatestSeal", .after = seal_after};

// --- Verifying -------------------------------------------------------------------------------------------------------

static bool call_goes_on(void *context) {
  const struct call *call = context;
  return clock_us() < call->deadline_us && !atomic_load(&call->cancelled);
}

// The connection becomes the auditor's for one transaction, with one snapshot, and what is left of the deadline.
static bool begin(PGconn *connection, struct call *call) {
  int64_t left_ms = (call->deadline_us - clock_us()) / 1000;
  const char *values[] = {crypto_hex(&call->arena, call->token_hash, sizeof call->token_hash),
                          arena_printf(&call->arena, "%lld", (long long)(left_ms > 1 ? left_ms : 1)), call->id, call->peer};
  return statement_plain(connection, "begin isolation level repeatable read", &call->fault) &&
         statement_do(connection, "audit_auditor", sizeof values / sizeof *values, values, &call->fault);
}

static enum next verify(struct call *call) {
  const Zoufang__V1__VerifyRequest *request = (const void *)call->request;
  struct audit_verifying verifying = {
      .connection = dialer_connect(call->server->options.database_url, &call->cancelled, &call->fault),
      .crypto = call->server->crypto,
      .exported_number = request->seal_number,
      .exported_hash = crypto_hex(&call->arena, request->seal_hash.data, request->seal_hash.len),
      .may_go_on = call_goes_on,
      .context = call,
  };
  if (verifying.connection && begin(verifying.connection, call) &&
      !audit_verify(&verifying, (void *)call->response, &call->fault) && !call_goes_on(call)) {
    call->fault = (struct fault){.arena = &call->arena};
    fault_set(&call->fault, CODE_DEADLINE_EXCEEDED, "DEADLINE", "the deadline passed: zoufang audit verify has none");
  }
  PQfinish(verifying.connection);
  return NEXT_REPLY;
}

static enum next verify_after(struct call *call) {
  const Zoufang__V1__VerifyRequest *request = (const void *)call->request;
  if (call->fault.code != CODE_OK)
    return NEXT_REPLY;
  if (!call->server->crypto->audit.count)
    fault_set(&call->fault, CODE_FAILED_PRECONDITION, "NOT_SEALED", "this server has no audit key");
  else if (request->seal_number > 0 && request->seal_hash.len != CRYPTO_HASH_BYTES)
    fault_field(&call->fault, "seal_hash", "REQUIRED", NULL);
  else if (jobs_put(call->server->audits, call, verify))
    return NEXT_AWAY;
  return NEXT_REPLY;
}

const struct handler handler_verify = {.method = "AuditService/Verify", .after = verify_after};
