// AuditService's methods that SQL cannot answer alone: the seal gets its public key; verifying takes its time on a thread and a
// connection of its own, under the auditor's session.

#include "base/clock.h"
#include "call/dialer.h"
#include "call/jobs.h"
#include "feature/audit_verify.h"
#include "feature/features.h"

// --- The last seal ---------------------------------------------------------------------------------------------------

static enum next seal_after(struct call *call) {
  Zoufang__V1__AuditSeal *seal = (void *)call->response;
  if (call->fault.code != CODE_OK)
    return NEXT_REPLY;
  const uint8_t *key = crypto_signature_key(&call->server->crypto->audit_public, seal->signature.data, seal->signature.len);
  if (key)
    seal->public_key = (ProtobufCBinaryData){.data = (uint8_t *)(uintptr_t)key, .len = CRYPTO_PUBLIC_BYTES};
  return NEXT_REPLY;
}

const struct handler handler_get_latest_seal = {.method = "AuditService/GetLatestSeal", .after = seal_after};

// --- Verifying -------------------------------------------------------------------------------------------------------

static bool goes_on(void *context) {
  struct call *call = context;
  struct fault ignored = {.arena = &call->arena};
  return call_is_awaited(call, call->deadline_us, &ignored);
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
      .keys = &call->server->crypto->audit_public,
      .exported_number = request->seal_number,
      .exported_hash = crypto_hex(&call->arena, request->seal_hash.data, request->seal_hash.len),
      .leave = {goes_on, call},
  };
  bool done = verifying.connection && begin(verifying.connection, call) &&
              audit_verify(&verifying, (void *)call->response, &call->fault);
  struct fault left = {.arena = &call->arena};
  if (!done && !call_is_awaited(call, call->deadline_us, &left))
    call->fault = left;
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
