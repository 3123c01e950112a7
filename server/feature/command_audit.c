// The audit from the command line: sealed, exported, verified, and by law erased.

#include "base/crypto.h"
#include "base/log.h"
#include "feature/audit_verify.h"
#include "feature/commands.h"
#include "feature/owner.h"
#include "feature/statement.h"
#include "schema/json.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DB_OWNER_URL, AUDIT_KEY_FILE, PUBLIC_KEY, SEAL, OPTIONS };
static const struct setting settings[OPTIONS] = {
    [DB_OWNER_URL] = {.name = "DB_OWNER_URL", .help = "The owner's connection", .kind = 's', .secret = true},
    [AUDIT_KEY_FILE] = {.name = "AUDIT_KEY_FILE", .help = "Keys that sign the audit's seals", .kind = 's'},
    [PUBLIC_KEY] = {.name = "PUBLIC_KEY",
                    .help = "Instead: what verifies them (zoufang keys public)",
                    .kind = 's',
                    .secret = true},
    [SEAL] = {.name = "SEAL", .help = "File with the seal that was exported", .kind = 's'},
};

enum { SEAL_FILE_BYTES = 64 << 10, FOUND = 3 };

struct audit_command {
  struct owner owner;
  struct crypto crypto;
  struct crypto_public_keys keys; // that may have signed seals
  struct schema schema;
  const char *values[OPTIONS];
  const char *argument; // what stands behind the verb, for those that take it
  bool found;           // verify: something does not hold
};

static const struct message *seal_message(struct audit_command *command) {
  return schema_message(&command->schema, "zoufang.v1.AuditSeal");
}

// --- seal ------------------------------------------------------------------------------------------------------------

// Makes all seals that are due, each in a transaction of its own. Sealing is no act upon the data, and not told.
static bool seal(struct audit_command *command) {
  struct owner *owner = &command->owner;
  struct audit_sealing sealing = {.connection = owner->connection, .crypto = &command->crypto};
  int rows = AUDIT_SEAL_ROWS;
  log_setup(LOG_WARN, true);
  long long sealed = 0;
  if (!owner_commit(owner))
    return false;
  for (; rows == AUDIT_SEAL_ROWS; sealed += rows)
    if (!audit_seal_next(&sealing, &owner->fault, &rows))
      return false;
  printf("%lld rows sealed\n", sealed);
  return true;
}

// --- export-seal -----------------------------------------------------------------------------------------------------

static ProtobufCBinaryData bytes_at(struct owner *owner, const PGresult *result, int column) {
  ProtobufCBinaryData bytes = {0};
  bytes.data = crypto_hex_read(&owner->arena, PQgetvalue(result, 0, column), &bytes.len);
  return bytes;
}

static void print_seal(struct audit_command *command, const PGresult *result) {
  struct owner *owner = &command->owner;
  int64_t made_us = strtoll(PQgetvalue(result, 0, 1), NULL, 10);
  Google__Protobuf__Timestamp made = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
  made.seconds = made_us / 1000000;
  made.nanos = (int32_t)(made_us % 1000000) * 1000;
  Zoufang__V1__AuditSeal exported = ZOUFANG__V1__AUDIT_SEAL__INIT;
  exported.number = strtoll(PQgetvalue(result, 0, 0), NULL, 10);
  exported.made_at = &made;
  exported.last_id = strtoll(PQgetvalue(result, 0, 2), NULL, 10);
  exported.rows = (int32_t)strtol(PQgetvalue(result, 0, 3), NULL, 10);
  exported.schema_hash = bytes_at(owner, result, 4);
  exported.previous_hash = bytes_at(owner, result, 5);
  exported.hash = bytes_at(owner, result, 6);
  exported.signature = bytes_at(owner, result, 7);
  const uint8_t *key = crypto_signature_key(&command->keys, exported.signature.data, exported.signature.len);
  if (key)
    exported.public_key = (ProtobufCBinaryData){.data = (uint8_t *)(uintptr_t)key, .len = CRYPTO_PUBLIC_BYTES};
  struct buffer out = {.arena = &owner->arena};
  json_write(&command->schema, seal_message(command), &exported.base, false, &out);
  printf("%s\n", buffer_text(&out));
}

static bool export_seal(struct audit_command *command) {
  struct owner *owner = &command->owner;
  PGresult *result = owner_run(owner, "audit_latest", 0, NULL);
  if (!result)
    return false;
  bool any = PQntuples(result) > 0;
  if (any && owner_do(owner, "audit_read", 0, NULL) && owner_commit(owner))
    print_seal(command, result);
  PQclear(result);
  return any || fault_set(&owner->fault, CODE_NOT_FOUND, "NOT_FOUND", "nothing is sealed yet");
}

// --- verify ----------------------------------------------------------------------------------------------------------

static char *read_file(struct owner *owner, const char *path, size_t *length) {
  FILE *file = fopen(path, "re");
  char *text = arena_alloc(&owner->arena, SEAL_FILE_BYTES);
  *length = file ? fread(text, 1, SEAL_FILE_BYTES, file) : 0;
  if (file)
    fclose(file);
  return file && *length < SEAL_FILE_BYTES ? text : NULL;
}

// The exported seal, which one of the keys must have signed; NULL with a fault where it is none.
static const Zoufang__V1__AuditSeal *read_seal(struct audit_command *command, const char *path) {
  struct owner *owner = &command->owner;
  size_t length;
  const char *text = read_file(owner, path, &length);
  const Zoufang__V1__AuditSeal *exported =
      text ? (const void *)json_read(&command->schema, seal_message(command), text, length, &owner->arena, NULL, &owner->fault)
           : NULL;
  bool good = exported && exported->number > 0 && exported->hash.len == CRYPTO_HASH_BYTES &&
              crypto_signature_holds(&command->keys, exported->hash.data, exported->signature.data, exported->signature.len);
  if (good)
    return exported;
  fault_set(&owner->fault, CODE_INVALID_ARGUMENT, "INVALID", "%s: no seal that one of these keys signed", path);
  return NULL;
}

static const char *const told[] = {
    [ZOUFANG__V1__AUDIT_FAULT__AUDIT_FAULT_ROW_CHANGED] = "a row was changed",
    [ZOUFANG__V1__AUDIT_FAULT__AUDIT_FAULT_ROW_REMOVED] = "a row was removed",
    [ZOUFANG__V1__AUDIT_FAULT__AUDIT_FAULT_ROW_INSERTED] = "a row was inserted",
    [ZOUFANG__V1__AUDIT_FAULT__AUDIT_FAULT_SEAL_BROKEN] = "a seal was changed, or not made with these keys",
    [ZOUFANG__V1__AUDIT_FAULT__AUDIT_FAULT_SEAL_MISSING] = "a seal was removed",
    [ZOUFANG__V1__AUDIT_FAULT__AUDIT_FAULT_TAIL_DROPPED] = "the tail was dropped: the chain ends before the exported seal",
    [ZOUFANG__V1__AUDIT_FAULT__AUDIT_FAULT_SEAL_REPLACED] = "the chain was made anew: this is not the exported seal",
    [ZOUFANG__V1__AUDIT_FAULT__AUDIT_FAULT_RECORD_CHANGED] = "a record was changed",
    [ZOUFANG__V1__AUDIT_FAULT__AUDIT_FAULT_RECORD_REMOVED] = "a record was removed",
    [ZOUFANG__V1__AUDIT_FAULT__AUDIT_FAULT_RECORD_INSERTED] = "a record was inserted",
    [ZOUFANG__V1__AUDIT_FAULT__AUDIT_FAULT_SCHEMA_CHANGED] = "the schema was changed",
    [ZOUFANG__V1__AUDIT_FAULT__AUDIT_FAULT_SCHEMA_REMOVED] = "part of the schema was removed",
    [ZOUFANG__V1__AUDIT_FAULT__AUDIT_FAULT_SCHEMA_ADDED] = "part of the schema was added",
};

static void print_finding(const Zoufang__V1__AuditFinding *finding) {
  printf("%s", told[finding->fault]);
  if (*finding->object)
    printf(": %s", finding->object);
  if (finding->seal_number)
    printf(", seal %lld", (long long)finding->seal_number);
  if (finding->row_id)
    printf(", from row %lld on", (long long)finding->row_id);
  printf("\n");
}

static void print_verdict(const Zoufang__V1__VerifyResponse *response) {
  for (size_t i = 0; i < response->n_findings; i++)
    print_finding(response->findings[i]);
  printf("%s: %lld seals over %lld rows; %lld rows are not yet sealed\n",
         response->holds ? "the audit holds" : "the audit does not hold", (long long)response->seals, (long long)response->rows,
         (long long)response->unsealed_rows);
}

// Told before it begins, in a transaction of its own; looked at in another, under one snapshot.
static bool verify(struct audit_command *command) {
  struct owner *owner = &command->owner;
  Zoufang__V1__VerifyResponse response = ZOUFANG__V1__VERIFY_RESPONSE__INIT;
  struct audit_verifying verifying = {.connection = owner->connection, .keys = &command->keys};
  if (command->values[SEAL]) {
    const Zoufang__V1__AuditSeal *exported = read_seal(command, command->values[SEAL]);
    if (!exported)
      return false;
    verifying.exported_number = exported->number;
    verifying.exported_hash = crypto_hex(&owner->arena, exported->hash.data, exported->hash.len);
  }
  if (!owner_do(owner, "audit_read", 0, NULL) || !owner_commit(owner) ||
      !statement_plain(owner->connection, "begin isolation level repeatable read read only", &owner->fault) ||
      !audit_verify(&verifying, &response, &owner->fault))
    return false;
  print_verdict(&response);
  command->found = !response.holds;
  return true;
}

// --- erase -----------------------------------------------------------------------------------------------------------

static bool erase(struct audit_command *command) {
  struct owner *owner = &command->owner;
  PGresult *result = owner_run(owner, "audit_erase", 1, &command->argument);
  bool done = result && owner_commit(owner);
  if (done)
    printf("%s rows erased\n", PQgetvalue(result, 0, 0));
  PQclear(result);
  return done;
}

// What a verb needs of the audit key.
enum key_need { NO_KEY, PUBLIC_HALF, WHOLE_KEY };

static const struct verb {
  const char *name;
  bool (*run)(struct audit_command *);
  bool takes_argument;
  enum key_need needs;
} verbs[] = {
    {"seal", seal, false, WHOLE_KEY},
    {"export-seal", export_seal, false, PUBLIC_HALF},
    {"verify", verify, false, PUBLIC_HALF},
    {"erase", erase, true, NO_KEY},
};

static int usage(void) {
  fprintf(stderr, "usage: zoufang audit seal                   seals what is not sealed yet\n"
                  "       zoufang audit export-seal            prints the last seal, to be kept elsewhere\n"
                  "       zoufang audit verify [--seal FILE]   names what does not hold (exit code 3)\n"
                  "       zoufang audit erase ID               erases what the audit says of a record or account\n\n");
  config_help(settings, OPTIONS);
  return 2;
}

static bool open_keys(struct audit_command *command, enum key_need need) {
  struct fault *fault = &command->owner.fault;
  if (need == NO_KEY)
    return true;
  if (need == PUBLIC_HALF && command->values[PUBLIC_KEY])
    return crypto_public_keys_read(&command->keys, command->values[PUBLIC_KEY], fault);
  if (!crypto_open_audit(&command->crypto, command->values[AUDIT_KEY_FILE], fault))
    return false;
  command->keys = command->crypto.audit_public;
  return true;
}

static bool open_and_run(struct audit_command *command, const struct verb *verb, const char *name) {
  struct owner *owner = &command->owner;
  return owner_open(owner, command->values[DB_OWNER_URL], name) && open_keys(command, verb->needs) &&
         schema_open(&command->schema, &owner->fault) && verb->run(command);
}

int command_audit(int argc, char **argv) {
  struct audit_command command = {0};
  struct arena arena = {0};
  struct fault fault = {.arena = &arena};
  const struct verb *verb = NULL;
  for (unsigned i = 0; argc >= 1 && i < sizeof verbs / sizeof *verbs; i++)
    if (!strcmp(argv[0], verbs[i].name))
      verb = &verbs[i];
  int used = verb && verb->takes_argument ? 2 : 1;
  if (!verb || argc < used || (used == 2 && argv[1][0] == '-'))
    return usage();
  command.argument = used == 2 ? argv[1] : NULL;
  if (!config_read(settings, OPTIONS, argc - used, argv + used, command.values, &arena, &fault)) {
    fprintf(stderr, "zoufang audit: %s\n", fault.message);
    arena_close(&arena);
    return 2;
  }
  const char *name = arena_printf(&arena, "audit %s", verb->name);
  open_and_run(&command, verb, name);
  schema_close(&command.schema);
  crypto_close(&command.crypto);
  int code = owner_close(&command.owner, name);
  arena_close(&arena);
  return code ? code : command.found ? FOUND : 0;
}
