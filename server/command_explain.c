// A method's statements as one can paste them into psql, for whoever wonders about a plan.

#include "base/config.h"
#include "call/dialer.h"
#include "call/scripts.h"
#include "commands.h"
#include "feature/features.h"
#include "schema/json.h"
#include "schema/schema.h"
#include "store/migrate.h"
#include "store/page.h"
#include <stdio.h>
#include <string.h>

enum { DB_URL, SEAL_KEY_FILE, INDEX_KEY_FILE, SETTINGS };

static const struct setting settings[SETTINGS] = {
    [DB_URL] = {.name = "DB_URL", .help = "The serving role's connection", .kind = 's', .secret = true},
    [SEAL_KEY_FILE] = {.name = "SEAL_KEY_FILE", .help = "Keys that seal values", .kind = 's'},
    [INDEX_KEY_FILE] = {.name = "INDEX_KEY_FILE", .help = "Keys of hashes", .kind = 's'},
};

// What is opened on the way to the statements.
struct explanation {
  struct arena arena;
  struct fault fault;
  struct schema schema;
  struct crypto crypto;
  struct scripts *scripts;
  PGconn *connection;
  const struct method *method;
};

static bool wrong(struct explanation *e, const char *what, const char *of) {
  return fault_set(&e->fault, CODE_INVALID_ARGUMENT, "CONFIG", "%s: %s", of, what);
}

static bool find_method(struct explanation *e, const char *name) {
  for (unsigned i = 0; i < e->schema.method_count; i++)
    if (strcmp(e->schema.methods[i].name, name) == 0)
      e->method = &e->schema.methods[i];
  return e->method || wrong(e, "no such method", name);
}

static bool open_all(struct explanation *e, const char *method, const char *const *values) {
  for (int i = 0; i < SETTINGS; i++)
    if (!values[i])
      return wrong(e, "is not set", settings[i].name);
  return schema_open(&e->schema, &e->fault) && find_method(e, method) &&
         crypto_open(&e->crypto, values[SEAL_KEY_FILE], values[INDEX_KEY_FILE], &e->fault) &&
         scripts_open(&e->scripts, &e->schema, feature_handlers, &e->fault) &&
         (e->connection = dialer_connect(values[DB_URL], NULL, &e->fault)) && migrate_check(e->connection, &e->fault) &&
         scripts_check(e->scripts, e->connection, &e->fault);
}

static bool print_statements(struct explanation *e, const char *json) {
  struct script *script = scripts_find(e->scripts, e->method, NULL);
  if (!script)
    return wrong(e, "its handler runs steps, which depend on what came before", e->method->name);
  ProtobufCMessage *request = json_read(&e->schema, e->method->input, json, strlen(json), &e->arena, NULL, &e->fault);
  if (!request || e->fault.code != CODE_OK)
    return false;
  struct exchange exchange = {
      .arena = &e->arena, .crypto = &e->crypto, .schema = &e->schema, .method = e->method, .in = request, .fault = &e->fault};
  if (!page_read(&exchange))
    return false;
  for (unsigned i = 0; i < script_statement_count(script); i++) {
    struct parameters parameters;
    const struct variant *variant = script_variant(script, i, &exchange, NULL);
    if (!variant || !variant_bind(variant, &exchange, NULL, &parameters))
      return false;
    printf("%s\n", variant_printed(variant, &parameters, &e->arena));
  }
  return true;
}

static void print_violations(const struct fault *fault) {
  for (const struct violation *violation = fault->violations; violation; violation = violation->next)
    fprintf(stderr, "  %s: %s\n", violation->field, violation->reason);
}

int command_explain(int argc, char **argv) {
  if (argc < 1 || argv[0][0] == '-') {
    printf("usage: zoufang explain SERVICE/METHOD [REQUEST AS JSON]\n\n");
    config_help(settings, SETTINGS);
    return command_wants_help(argc, argv) ? 0 : 2;
  }
  bool has_request = argc > 1 && argv[1][0] != '-';
  int taken = has_request ? 2 : 1;
  const char *values[SETTINGS];
  struct explanation e = {.fault.arena = &e.arena};
  bool good = config_read(settings, SETTINGS, argc - taken, argv + taken, values, &e.arena, &e.fault) &&
              open_all(&e, argv[0], values) && print_statements(&e, has_request ? argv[1] : "{}");
  PQfinish(e.connection);
  scripts_close(e.scripts);
  if (good) {
    arena_close(&e.arena);
    return 0;
  }
  print_violations(&e.fault);
  return command_failed("explain", &e.fault, &e.arena, 1);
}
