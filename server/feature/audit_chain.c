// Seals are read, hashed and made here.

#include "feature/audit_chain.h"
#include "base/buffer.h"
#include "base/clock.h"
#include "base/log.h"
#include "feature/statement.h"
#include "store/migrate.h"
#include <stdlib.h>
#include <string.h>

enum { SCHEMA_READ_US = 30000000 }; // how old what is known of the schema may be

static int64_t number_at(const PGresult *result, int row, int column) {
  return strtoll(PQgetvalue(result, row, column), NULL, 10);
}

// --- What a seal says ------------------------------------------------------------------------------------------------

void audit_seal_read(const PGresult *result, int row, struct audit_seal *seal) {
  *seal = (struct audit_seal){
      .number = number_at(result, row, 0),
      .made_us = number_at(result, row, 1),
      .previous_hash = PQgetvalue(result, row, 2),
      .ids = PQgetvalue(result, row, 3),
      .open = PQgetvalue(result, row, 4),
      .last_id = number_at(result, row, 5),
      .rows = (int)number_at(result, row, 6),
      .commitments = PQgetvalue(result, row, 7),
      .schema_hash = PQgetvalue(result, row, 8),
      .version = (int)number_at(result, row, 9),
      .hash = PQgetvalue(result, row, 10),
      .signature = PQgetvalue(result, row, 11),
  };
}

static const char *digest_text(struct arena *arena, const char *hex) {
  size_t length = 0;
  uint8_t hash[CRYPTO_HASH_BYTES];
  const uint8_t *bytes = *hex ? crypto_hex_read(arena, hex, &length) : NULL;
  crypto_digest(bytes ? (const void *)bytes : "", bytes ? length : 0, hash);
  return crypto_hex(arena, hash, sizeof hash);
}

void audit_seal_hash(struct arena *arena, const struct audit_seal *seal, uint8_t hash[CRYPTO_HASH_BYTES]) {
  struct buffer said = {.arena = arena};
  buffer_printf(&said, "zoufang audit seal\nnumber %lld\nmade_us %lld\nprevious %s\nids %s\nopen %s\nlast %lld\nrows %d\n",
                (long long)seal->number, (long long)seal->made_us, seal->previous_hash, seal->ids, seal->open,
                (long long)seal->last_id, seal->rows);
  buffer_printf(&said, "commitments %s\nschema %s\nversion %d\n", digest_text(arena, seal->commitments), seal->schema_hash,
                seal->version);
  crypto_digest(said.data, said.length, hash);
}

// --- What the schema consists of -------------------------------------------------------------------------------------

static void keep_schema(const PGresult *result, struct audit_schema *schema, struct arena *arena) {
  struct buffer said = {.arena = arena};
  uint8_t hash[CRYPTO_HASH_BYTES];
  schema->count = (unsigned)PQntuples(result);
  schema->names = arena_alloc(arena, schema->count * sizeof *schema->names + 1);
  schema->definitions = arena_alloc(arena, schema->count * sizeof *schema->definitions + 1);
  for (unsigned i = 0; i < schema->count; i++) {
    schema->names[i] = arena_strdup(arena, PQgetvalue(result, (int)i, 0));
    schema->definitions[i] = arena_strdup(arena, PQgetvalue(result, (int)i, 1));
    buffer_put(&said, schema->names[i], strlen(schema->names[i]) + 1); // its NUL ends it
    buffer_string(&said, schema->definitions[i]);
    buffer_byte(&said, '\n');
  }
  crypto_digest(said.data ? said.data : "", said.length, hash);
  memcpy(schema->hash, crypto_hex(arena, hash, sizeof hash), sizeof schema->hash);
}

static bool look_in(PGconn *connection, const char *path, struct fault *fault) {
  return statement_do(connection, "audit_search_path", 1, &path, fault);
}

bool audit_schema_read(PGconn *connection, struct audit_schema *schema, struct fault *fault) {
  if (!look_in(connection, "pg_catalog", fault))
    return false;
  PGresult *result = statement_run(connection, "audit_schema", 0, NULL, fault);
  if (!result)
    return false;
  keep_schema(result, schema, fault->arena);
  PQclear(result);
  return look_in(connection, "zoufang, pg_temp", fault);
}

bool audit_schema_recall(PGconn *connection, const char *hash, struct audit_schema *schema, struct fault *fault) {
  PGresult *result = statement_run(connection, "audit_schema_objects", 1, &hash, fault);
  if (!result)
    return false;
  keep_schema(result, schema, fault->arena);
  PQclear(result);
  return true;
}

// Texts as an array's literal.
static const char *array_text(struct arena *arena, const char *const *texts, unsigned count) {
  struct buffer out = {.arena = arena};
  buffer_byte(&out, '{');
  for (unsigned i = 0; i < count; i++) {
    buffer_string(&out, i ? ",\"" : "\"");
    for (const char *at = texts[i]; *at; at++) {
      if (*at == '"' || *at == '\\')
        buffer_byte(&out, '\\');
      buffer_byte(&out, *at);
    }
    buffer_byte(&out, '"');
  }
  buffer_byte(&out, '}');
  return buffer_text(&out);
}

// --- The next seal ---------------------------------------------------------------------------------------------------

static bool schema_is_due(const struct audit_sealing *sealing) {
  return !sealing->schema_read_us || clock_us() - sealing->schema_read_us > SCHEMA_READ_US;
}

// Notes what the schema of `version` is, or of a later one where a migration came meanwhile.
static bool note_schema(struct audit_sealing *sealing, int version, struct fault *fault) {
  struct audit_schema schema;
  do {
    sealing->version = version;
    if (!audit_schema_read(sealing->connection, &schema, fault) || !migrate_newest(sealing->connection, &version, fault))
      return false;
  } while (version != sealing->version);
  sealing->schema_read_us = clock_us();
  if (!strcmp(schema.hash, sealing->schema_hash))
    return true;
  const char *values[] = {schema.hash, array_text(fault->arena, schema.names, schema.count),
                          array_text(fault->arena, schema.definitions, schema.count)};
  if (!statement_do(sealing->connection, "audit_schema_add", 3, values, fault))
    return false;
  memcpy(sealing->schema_hash, schema.hash, sizeof schema.hash);
  return true;
}

static bool add_seal(struct audit_sealing *sealing, struct audit_seal *seal, const char *horizon, struct fault *fault) {
  struct arena *arena = fault->arena;
  uint8_t hash[CRYPTO_HASH_BYTES], signature[CRYPTO_SIGNATURE_BYTES];
  audit_seal_hash(arena, seal, hash);
  crypto_signature_make(sealing->crypto, hash, signature);
  seal->hash = crypto_hex(arena, hash, sizeof hash);
  seal->signature = crypto_hex(arena, signature, sizeof signature);
  const char *values[] = {
      arena_printf(arena, "%lld", (long long)seal->number),
      arena_printf(arena, "%lld", (long long)seal->made_us),
      seal->previous_hash,
      seal->ids,
      seal->open,
      arena_printf(arena, "%lld", (long long)seal->last_id),
      arena_printf(arena, "%d", seal->rows),
      seal->commitments,
      seal->schema_hash,
      arena_printf(arena, "%d", seal->version),
      horizon,
      seal->hash,
      seal->signature,
  };
  return statement_do(sealing->connection, "audit_seal_add", sizeof values / sizeof *values, values, fault);
}

// Makes the seal that `unsealed`, a row of sql/command/audit_unsealed.sql, calls for, if it does.
static bool seal_these(struct audit_sealing *sealing, const PGresult *unsealed, struct fault *fault, int *rows) {
  struct audit_seal seal = {
      .number = number_at(unsealed, 0, 0),
      .made_us = clock_wall_us(),
      .previous_hash = PQgetvalue(unsealed, 0, 1),
      .ids = PQgetvalue(unsealed, 0, 3),
      .open = PQgetvalue(unsealed, 0, 4),
      .last_id = number_at(unsealed, 0, 5),
      .rows = (int)number_at(unsealed, 0, 6),
      .commitments = PQgetvalue(unsealed, 0, 7),
      .schema_hash = sealing->schema_hash,
      .version = sealing->version,
  };
  const char *previous_schema = PQgetvalue(unsealed, 0, 2);
  if (seal.rows == 0 && !strcmp(previous_schema, seal.schema_hash))
    return true;
  if (!add_seal(sealing, &seal, PQgetvalue(unsealed, 0, 8), fault) || !statement_plain(sealing->connection, "commit", fault))
    return false;
  *rows = seal.rows;
  if (*previous_schema && strcmp(previous_schema, seal.schema_hash))
    log_warn("the schema is not what the seal before says", LOG_NUMBER("seal", seal.number),
             LOG_TEXT("schema", seal.schema_hash));
  log_info("audit sealed", LOG_NUMBER("seal", seal.number), LOG_NUMBER("rows", seal.rows), LOG_TEXT("hash", seal.hash));
  return true;
}

// Whether this transaction is the one that seals.
static bool take_turn(PGconn *connection, struct fault *fault) {
  PGresult *result = statement_run(connection, "audit_seal_lock", 0, NULL, fault);
  bool ours = result && PQgetvalue(result, 0, 0)[0] == 't';
  PQclear(result);
  return ours;
}

static bool seal_in_turn(struct audit_sealing *sealing, struct fault *fault, int *rows) {
  int version;
  if (!look_in(sealing->connection, "zoufang, pg_temp", fault) || !migrate_newest(sealing->connection, &version, fault))
    return false;
  bool due = schema_is_due(sealing) || version != sealing->version;
  if (due && !note_schema(sealing, version, fault))
    return false;
  const char *most = arena_printf(fault->arena, "%d", AUDIT_SEAL_ROWS);
  PGresult *unsealed = statement_run(sealing->connection, "audit_unsealed", 1, &most, fault);
  bool done = unsealed && seal_these(sealing, unsealed, fault, rows);
  PQclear(unsealed);
  return done;
}

bool audit_seal_next(struct audit_sealing *sealing, struct fault *fault, int *rows) {
  *rows = 0;
  if (!statement_plain(sealing->connection, "begin", fault))
    return false;
  bool done = take_turn(sealing->connection, fault) ? seal_in_turn(sealing, fault, rows) : fault->code == CODE_OK;
  if (PQtransactionStatus(sealing->connection) != PQTRANS_IDLE) {
    struct fault ignored = {.arena = fault->arena};
    statement_plain(sealing->connection, "rollback", &ignored);
  }
  if (!done) { // what was noted went with it
    sealing->schema_read_us = 0;
    sealing->schema_hash[0] = '\0';
  }
  return done;
}
