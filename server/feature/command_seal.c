// Keys are changed here, while servers serve: the own keys of reporters, and of whom requests for a person's data are about,
// are wrapped anew under the newest master key, and what recognises their values is made anew under the newest index key. The
// servers must know the new key first (a line more in the key file, and a restart of each).

#include "base/crypto.h"
#include "base/uuid.h"
#include "feature/commands.h"
#include "feature/owner.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DB_OWNER_URL, SEAL_KEY_FILE, INDEX_KEY_FILE, OPTIONS };
static const struct setting settings[OPTIONS] = {
    [DB_OWNER_URL] = {.name = "DB_OWNER_URL", .help = "The owner's connection", .kind = 's', .secret = true},
    [SEAL_KEY_FILE] = {.name = "SEAL_KEY_FILE",
                       .help = "Keys that seal reporters' names: old ones and the new one",
                       .kind = 's'},
    [INDEX_KEY_FILE] = {.name = "INDEX_KEY_FILE",
                        .help = "Keys that recognise equal values: old ones and the new one",
                        .kind = 's'},
};

struct seal_command {
  struct owner owner;
  struct crypto crypto;
  struct arena batch;     // of the rows at hand
  char behind[UUID_TEXT]; // the last lead of the batch before
  long done;
};

// Bytes from what encode(…, 'hex') wrote; NULL for NULL.
static uint8_t *bytes_of(struct seal_command *command, const PGresult *rows, int row, int column, size_t *length) {
  if (PQgetisnull(rows, row, column))
    return NULL;
  return crypto_hex_read(&command->batch, PQgetvalue(rows, row, column), length);
}

static const char *hex_of(struct seal_command *command, const uint8_t *bytes, size_t length) {
  return crypto_hex(&command->batch, bytes, length);
}

// What a reporter's key is bound to, and a value of his: see store/seal.c.
static const char *key_place(struct seal_command *command, const char *lead) {
  return arena_printf(&command->batch, "zoufang.v1.Reporter/%s", lead);
}

static bool broken(struct seal_command *command, const char *lead) {
  return fault_set(&command->owner.fault, CODE_DATA_LOSS, "SEAL_BROKEN",
                   "what is sealed of lead or request %s does not open with these keys", lead);
}

static bool wrap_anew(struct seal_command *command, const PGresult *rows, int row) {
  const char *lead = PQgetvalue(rows, row, 0);
  size_t length = 0;
  uint8_t wrapped[CRYPTO_WRAPPED_BYTES];
  const uint8_t *key = bytes_of(command, rows, row, 2, &length);
  if (!key || !crypto_record_key_rewrap(&command->crypto, key_place(command, lead), key, length, wrapped))
    return broken(command, lead);
  const char *values[] = {lead, PQgetvalue(rows, row, 1), PQgetvalue(rows, row, 2), hex_of(command, wrapped, sizeof wrapped)};
  return owner_do(&command->owner, "seal_wrap", 4, values);
}

// The index of a sealed value, in hex; "" where there is none. False where it does not open.
static bool index_anew(struct seal_command *command, const PGresult *rows, int row, int column, const char *field,
                       const uint8_t key[CRYPTO_KEY_BYTES], const char **index_hex) {
  size_t length = 0;
  const uint8_t *sealed = bytes_of(command, rows, row, column, &length);
  *index_hex = "";
  if (!sealed)
    return true;
  const char *place = arena_printf(&command->batch, "%s/%s", key_place(command, PQgetvalue(rows, row, 0)), field);
  const char *value = crypto_unseal(&command->batch, key, place, sealed, length);
  if (!value)
    return false;
  uint8_t index[CRYPTO_INDEX_BYTES];
  crypto_index(&command->crypto, arena_printf(&command->batch, "zoufang.v1.Reporter/%s", field), value, strlen(value), index);
  *index_hex = hex_of(command, index, sizeof index);
  return true;
}

static bool reindex(struct seal_command *command, const PGresult *rows, int row) {
  const char *lead = PQgetvalue(rows, row, 0), *phone, *identity;
  size_t length = 0;
  uint8_t key[CRYPTO_KEY_BYTES];
  const uint8_t *wrapped = bytes_of(command, rows, row, 1, &length);
  bool opened = wrapped && crypto_record_key_open(&command->crypto, key_place(command, lead), wrapped, length, key) &&
                index_anew(command, rows, row, 2, "phone", key, &phone) &&
                index_anew(command, rows, row, 3, "identity_number", key, &identity);
  explicit_bzero(key, sizeof key);
  if (!opened)
    return broken(command, lead);
  const char *values[] = {lead, PQgetvalue(rows, row, 1), phone, identity};
  return owner_do(&command->owner, "index_set", 4, values);
}

// One batch of rows in a transaction of its own. How many; -1 where something went wrong.
static int run_batch(struct seal_command *command, const char *next, const char *newest,
                     bool (*change)(struct seal_command *, const PGresult *, int)) {
  const char *values[] = {newest, command->behind};
  PGresult *rows = owner_run(&command->owner, next, 2, values);
  if (!rows)
    return -1;
  int count = PQntuples(rows);
  bool fine = true;
  for (int row = 0; row < count && fine; row++)
    fine = change(command, rows, row);
  if (count)
    snprintf(command->behind, sizeof command->behind, "%s", PQgetvalue(rows, count - 1, 0));
  PQclear(rows);
  arena_reset(&command->batch);
  return fine ? count : -1;
}

static const struct verb {
  const char *name, *next, *done;
  bool (*change)(struct seal_command *, const PGresult *, int);
  void (*mark)(const struct crypto *, uint8_t[CRYPTO_MARK_BYTES]);
} verbs[] = {
    {"rotate", "seal_next", "keys wrapped anew", wrap_anew, crypto_wrapped_mark},
    {"reindex", "index_next", "reporters recognised anew", reindex, crypto_index_mark},
};

static void run(struct seal_command *command, const struct verb *verb, const char *name) {
  uint8_t mark[CRYPTO_MARK_BYTES];
  verb->mark(&command->crypto, mark);
  const char *newest = crypto_hex(&command->owner.arena, mark, sizeof mark);
  int count;
  while ((count = run_batch(command, verb->next, newest, verb->change)) > 0) {
    command->done += count;
    if (!owner_commit(&command->owner) || !owner_begin(&command->owner, name))
      return;
  }
  if (count == 0 && owner_commit(&command->owner))
    printf("%ld %s under version %u\n", command->done, verb->done, mark[1]);
}

int command_seal(int argc, char **argv) {
  struct seal_command command = {.behind = "00000000-0000-0000-0000-000000000000"};
  struct arena arena = {0};
  struct fault fault = {.arena = &arena};
  const char *values[OPTIONS];
  const struct verb *verb = NULL;
  for (unsigned i = 0; argc >= 1 && i < sizeof verbs / sizeof *verbs; i++)
    if (!strcmp(argv[0], verbs[i].name))
      verb = &verbs[i];
  if (!verb) {
    fprintf(stderr, "usage: zoufang seal rotate     wraps reporters' keys under the newest master key\n"
                    "       zoufang seal reindex    recognises reporters by the newest index key\n\n");
    config_help(settings, OPTIONS);
    return 2;
  }
  if (!config_read(settings, OPTIONS, argc - 1, argv + 1, values, &arena, &fault) ||
      !crypto_open(&command.crypto, values[SEAL_KEY_FILE] ? values[SEAL_KEY_FILE] : "",
                   values[INDEX_KEY_FILE] ? values[INDEX_KEY_FILE] : "", &fault)) {
    fprintf(stderr, "zoufang seal: %s\n", fault.message);
    arena_close(&arena);
    return 2;
  }
  const char *name = arena_printf(&arena, "seal %s", verb->name);
  if (owner_open(&command.owner, values[DB_OWNER_URL], name))
    run(&command, verb, name);
  crypto_close(&command.crypto);
  arena_close(&command.batch);
  int code = owner_close(&command.owner, name);
  arena_close(&arena);
  return code;
}
