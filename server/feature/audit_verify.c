// The audit is verified here. What is found first in the chain ends the walk along it; records and schema are looked at all the
// same.

#include "feature/audit_verify.h"
#include "store/migrate.h"
#include <stdlib.h>
#include <string.h>

enum { FINDINGS_OF_A_KIND = 20, FINDINGS = 2000, MICROSECONDS = 1000000 };

#define FAULT(name) ZOUFANG__V1__AUDIT_FAULT__AUDIT_FAULT_##name

static const char no_hash[] = "0000000000000000000000000000000000000000000000000000000000000000";

// Where the walk along the chain stands.
struct walk {
  const struct audit_verifying *verifying;
  Zoufang__V1__VerifyResponse *response;
  struct fault *fault;
  struct arena *arena;                 // of the response
  char previous_hash[AUDIT_HASH_TEXT]; // of the seal before
  int64_t number, last_id;             // of the seal before
  bool broken;                         // the walk is over
  char schema_hash[AUDIT_HASH_TEXT];   // what may stand: of the exported seal, or the first after a migration
  char stands[AUDIT_HASH_TEXT];        // of the seal before
  int version;                         // the highest
};

static void find(struct walk *walk, int fault, int64_t seal, int64_t row, const char *object) {
  Zoufang__V1__VerifyResponse *response = walk->response;
  if (response->n_findings == FINDINGS)
    return;
  Zoufang__V1__AuditFinding *finding = arena_alloc(walk->arena, sizeof *finding);
  zoufang__v1__audit_finding__init(finding);
  finding->fault = (Zoufang__V1__AuditFault)fault;
  finding->seal_number = seal;
  finding->row_id = row;
  if (object)
    finding->object = arena_strdup(walk->arena, object);
  if (!response->findings)
    response->findings = arena_alloc(walk->arena, FINDINGS * sizeof(Zoufang__V1__AuditFinding *));
  response->findings[response->n_findings++] = finding;
}

static void break_off(struct walk *walk, int fault, int64_t seal, int64_t row) {
  find(walk, fault, seal, row, NULL);
  walk->broken = true;
}

static Google__Protobuf__Timestamp *time_of(struct walk *walk, int64_t us) {
  Google__Protobuf__Timestamp *time = arena_alloc(walk->arena, sizeof *time);
  google__protobuf__timestamp__init(time);
  time->seconds = us / MICROSECONDS;
  time->nanos = (int32_t)(us % MICROSECONDS) * 1000;
  return time;
}

static PGresult *run(struct walk *walk, const char *name, unsigned count, const char *const *values) {
  const struct audit_verifying *verifying = walk->verifying;
  return statement_run_while(verifying->connection, name, count, values, &verifying->leave, walk->fault);
}

// --- The schema ------------------------------------------------------------------------------------------------------

static void compare_schemas(struct walk *walk, const struct audit_schema *before, const struct audit_schema *after,
                            int64_t seal) {
  unsigned found = 0, i = 0, k = 0;
  while ((i < before->count || k < after->count) && found < FINDINGS_OF_A_KIND) {
    int order = i == before->count ? 1 : k == after->count ? -1 : strcmp(before->names[i], after->names[k]);
    bool same = order == 0 && !strcmp(before->definitions[i], after->definitions[k]);
    if (!same) {
      find(walk,
           order < 0   ? FAULT(SCHEMA_REMOVED)
           : order > 0 ? FAULT(SCHEMA_ADDED)
                       : FAULT(SCHEMA_CHANGED),
           seal, 0, order > 0 ? after->names[k] : before->names[i]);
      found++;
    }
    i += order <= 0;
    k += order >= 0;
  }
}

// The schema that a seal names; where its parts were tampered with, that is told and it is empty.
static bool recall(struct walk *walk, const char *hash, int64_t seal, struct audit_schema *schema) {
  if (!audit_schema_recall(walk->verifying->connection, hash, schema, walk->fault))
    return false;
  if (strcmp(schema->hash, hash) != 0) {
    find(walk, FAULT(SCHEMA_CHANGED), seal, 0, "the schema that the seal names");
    schema->count = 0;
  }
  return true;
}

// Whether a version is of a migration, and a later one than all before: one that this program does not know anybody may have
// written there.
static bool is_migrated(const struct walk *walk, int version) {
  return version > walk->version && version <= migrate_version();
}

// A schema that changed is told once, by the seal that first has it, unless the schema was migrated to a higher version.
static bool check_sealed_schema(struct walk *walk, const struct audit_seal *seal) {
  const struct audit_verifying *verifying = walk->verifying;
  bool settled = seal->number <= verifying->exported_number;
  struct audit_schema before, after;
  if (settled || is_migrated(walk, seal->version) || !*walk->schema_hash) {
    memcpy(walk->schema_hash, seal->schema_hash, sizeof walk->schema_hash);
  } else if (strcmp(walk->stands, seal->schema_hash) != 0 && strcmp(walk->schema_hash, seal->schema_hash) != 0) {
    if (!recall(walk, walk->schema_hash, seal->number, &before) || !recall(walk, seal->schema_hash, seal->number, &after))
      return false;
    if (before.count && after.count)
      compare_schemas(walk, &before, &after, seal->number);
  }
  memcpy(walk->stands, seal->schema_hash, sizeof walk->stands);
  if (seal->version > walk->version)
    walk->version = seal->version;
  return true;
}

// What stands now and in no seal yet, unless it was migrated since.
static bool check_present_schema(struct walk *walk) {
  struct audit_schema sealed, present;
  int version;
  if (!*walk->stands)
    return true;
  if (!audit_schema_read(walk->verifying->connection, &present, walk->fault) ||
      !migrate_newest(walk->verifying->connection, &version, walk->fault))
    return false;
  if (is_migrated(walk, version) || !strcmp(present.hash, walk->stands) || !strcmp(present.hash, walk->schema_hash))
    return true;
  if (!recall(walk, walk->schema_hash, 0, &sealed))
    return false;
  if (sealed.count)
    compare_schemas(walk, &sealed, &present, 0);
  return true;
}

// --- The chain -------------------------------------------------------------------------------------------------------

static bool is_signed(struct walk *walk, const struct audit_seal *seal, struct arena *batch) {
  uint8_t hash[CRYPTO_HASH_BYTES];
  size_t length = 0;
  audit_seal_hash(batch, seal, hash);
  const uint8_t *signature = crypto_hex_read(batch, seal->signature, &length);
  return !strcmp(crypto_hex(batch, hash, sizeof hash), seal->hash) && signature &&
         crypto_signature_holds(walk->verifying->keys, hash, signature, length);
}

// Checks one seal without its rows, and steps over it.
static bool check_seal(struct walk *walk, const struct audit_seal *seal, struct arena *batch) {
  const struct audit_verifying *verifying = walk->verifying;
  if (seal->number != walk->number + 1)
    break_off(walk, FAULT(SEAL_MISSING), walk->number + 1, walk->last_id + 1);
  else if (!is_signed(walk, seal, batch) || strcmp(seal->previous_hash, walk->previous_hash) != 0)
    break_off(walk, FAULT(SEAL_BROKEN), seal->number, walk->last_id + 1);
  else if (seal->number == verifying->exported_number && strcmp(seal->hash, verifying->exported_hash) != 0)
    break_off(walk, FAULT(SEAL_REPLACED), seal->number, walk->last_id + 1);
  if (walk->broken)
    return true;
  memcpy(walk->previous_hash, seal->hash, sizeof walk->previous_hash);
  walk->number = seal->number;
  walk->last_id = seal->last_id;
  return check_sealed_schema(walk, seal);
}

// Names the first row of seal `number` that differs, where one does: an erased row's seal differs as well.
static bool check_difference(struct walk *walk, const char *number) {
  static const struct {
    const char *what;
    int fault;
  } faults[] = {{"changed", FAULT(ROW_CHANGED)}, {"removed", FAULT(ROW_REMOVED)}, {"inserted", FAULT(ROW_INSERTED)}};
  PGresult *result = run(walk, "audit_difference", 1, &number);
  if (!result)
    return false;
  for (size_t i = 0; PQntuples(result) && i < sizeof faults / sizeof *faults; i++)
    if (!strcmp(PQgetvalue(result, 0, 1), faults[i].what))
      break_off(walk, faults[i].fault, strtoll(number, NULL, 10), strtoll(PQgetvalue(result, 0, 0), NULL, 10));
  PQclear(result);
  return true;
}

// Holds the rows against the seals from `first` to `last`.
static bool check_rows(struct walk *walk, int64_t first, int64_t last, struct arena *batch) {
  const char *values[] = {arena_printf(batch, "%lld", (long long)first), arena_printf(batch, "%lld", (long long)last)};
  PGresult *result = run(walk, "audit_differing", 2, values);
  if (!result)
    return false;
  bool good = true, seals_broken = walk->broken;
  walk->broken = false;
  for (int i = 0; good && i < PQntuples(result) && !walk->broken; i++)
    good = check_difference(walk, PQgetvalue(result, i, 0));
  walk->broken |= seals_broken;
  PQclear(result);
  return good;
}

// A batch of seals; `more` says whether there was one.
static bool check_batch(struct walk *walk, struct arena *batch, bool *more) {
  const char *after = arena_printf(batch, "%lld", (long long)walk->number);
  PGresult *result = run(walk, "audit_seals", 1, &after);
  if (!result)
    return false;
  int64_t first = walk->number + 1;
  bool good = true;
  for (int i = 0; good && i < PQntuples(result) && !walk->broken; i++) {
    struct audit_seal seal;
    audit_seal_read(result, i, &seal);
    good = check_seal(walk, &seal, batch);
    if (good && !walk->broken) {
      walk->response->seals++;
      walk->response->rows += seal.rows;
      walk->response->sealed_at = time_of(walk, seal.made_us);
    }
  }
  *more = PQntuples(result) > 0;
  PQclear(result);
  return good && (walk->number < first || check_rows(walk, first, walk->number, batch));
}

static bool check_chain(struct walk *walk) {
  bool more = true, good = true;
  while (more && good && !walk->broken) {
    struct arena batch = {0};
    good = check_batch(walk, &batch, &more);
    arena_close(&batch);
  }
  if (good && !walk->broken && walk->number < walk->verifying->exported_number)
    break_off(walk, FAULT(TAIL_DROPPED), walk->number + 1, walk->last_id + 1);
  return good;
}

// --- Records, and the tail -------------------------------------------------------------------------------------------

static bool check_records(struct walk *walk) {
  static const struct {
    const char *what;
    int fault;
  } faults[] = {{"changed", FAULT(RECORD_CHANGED)}, {"removed", FAULT(RECORD_REMOVED)}, {"inserted", FAULT(RECORD_INSERTED)}};
  const char *most = arena_printf(walk->arena, "%d", FINDINGS_OF_A_KIND);
  PGresult *result = run(walk, "audit_altered", 1, &most);
  if (!result)
    return false;
  for (int row = 0; row < PQntuples(result); row++)
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
      if (!strcmp(PQgetvalue(result, row, 2), faults[i].what))
        find(walk, faults[i].fault, 0, 0,
             arena_printf(walk->arena, "%s %s", PQgetvalue(result, row, 0), PQgetvalue(result, row, 1)));
  PQclear(result);
  return true;
}

static bool measure_tail(struct walk *walk) {
  PGresult *result = run(walk, "audit_tail", 0, NULL);
  if (!result)
    return false;
  walk->response->unsealed_rows = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
  if (!PQgetisnull(result, 0, 1))
    walk->response->unsealed_since = time_of(walk, strtoll(PQgetvalue(result, 0, 1), NULL, 10));
  PQclear(result);
  return true;
}

bool audit_verify(const struct audit_verifying *verifying, Zoufang__V1__VerifyResponse *response, struct fault *fault) {
  struct walk walk = {.verifying = verifying, .response = response, .fault = fault, .arena = fault->arena};
  const char *path = "zoufang, pg_temp";
  memcpy(walk.previous_hash, no_hash, sizeof walk.previous_hash);
  bool done = statement_do(verifying->connection, "audit_search_path", 1, &path, fault) && check_chain(&walk) &&
              check_present_schema(&walk) && check_records(&walk) && measure_tail(&walk);
  response->holds = done && response->n_findings == 0;
  return done;
}
