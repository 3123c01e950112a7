// The audit is sealed here while the server serves.

#include "feature/audit_sealer.h"
#include "base/log.h"
#include "call/errand.h"
#include "feature/audit_chain.h"
#include <stddef.h>

enum { PAUSE_S = 3 };

struct audit_sealer {
  struct arena memory; // its own
  struct audit_sealing sealing;
  struct errand *errand;
};

static bool seal_batch(struct audit_sealing *sealing, const atomic_bool *stop, int *rows) {
  struct arena arena = {0};
  struct fault fault = {.arena = &arena};
  bool done = audit_seal_next(sealing, &fault, rows);
  if (!done && !atomic_load(stop))
    log_warn("the audit is not sealed", LOG_TEXT("internal", fault.message));
  arena_close(&arena);
  return done;
}

// Seals what there is, batch after batch.
static bool seal(PGconn *connection, const atomic_bool *stop, void *context) {
  struct audit_sealing *sealing = &((struct audit_sealer *)context)->sealing;
  sealing->connection = connection;
  for (int rows = AUDIT_SEAL_ROWS; rows == AUDIT_SEAL_ROWS && !atomic_load(stop);)
    if (!seal_batch(sealing, stop, &rows))
      return false;
  return true;
}

struct audit_sealer *audit_sealer_open(const char *database_url, const struct crypto *crypto) {
  struct audit_sealer *sealer = arena_hold(sizeof *sealer, offsetof(struct audit_sealer, memory));
  sealer->sealing.crypto = crypto;
  sealer->errand = errand_open(
      &(struct errand_options){.name = "sealer", .url = database_url, .every_s = PAUSE_S, .work = seal, .context = sealer});
  return sealer;
}

void audit_sealer_close(struct audit_sealer *sealer) {
  if (!sealer)
    return;
  errand_close(sealer->errand);
  arena_drop(&sealer->memory);
}
