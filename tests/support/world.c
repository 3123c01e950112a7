// The cluster, the people and the server that API tests share are made and stopped here.

#include "support/world.h"
#include "support/client_wire.h"
#include "support/socket.h"
#include "base/uuid.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { CLUSTER_TIMEOUT_MS = 120000, COMMAND_TIMEOUT_MS = 120000, READY_TIMEOUT_MS = 60000, STOP_TIMEOUT_MS = 30000 };

static struct world the_world;
static struct arena lasting; // what lives as long as the run
static enum { UNMADE, MADE, FAILED } state;

static const char *lasting_text(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *text = arena_vprintf(&lasting, format, arguments);
  va_end(arguments);
  return text;
}

const char *server_binary(void) {
  const char *given = getenv("ZOUFANG_TEST_BINARY");
  return given ? given : BINARY_PATH;
}

static const char *source(const char *path) {
  return lasting_text("%s/%s", SOURCE_DIR, path);
}

// Runs a program that must succeed; what it printed is shown where it does not.
static bool must_run(const char *const *arguments, const char *const *environment, char **printed_out) {
  char *printed = NULL;
  int code = process_run(arguments, environment, &printed, COMMAND_TIMEOUT_MS);
  if (code)
    fprintf(stderr, "%s %s: exit %d\n%s\n", arguments[0], arguments[1], code, printed ? printed : "");
  if (printed_out && !code)
    *printed_out = printed;
  else
    free(printed);
  return code == 0;
}

// The rest of the line that begins with `name`=.
static const char *value_in(const char *printed, const char *name) {
  const char *at = strstr(printed, name);
  if (!at)
    return NULL;
  at += strlen(name) + 1;
  return arena_strndup(&lasting, at, strcspn(at, "\n"));
}

bool cluster_script(const char *action, const char *folder, const char *primary, struct cluster_urls *urls) {
  char *printed = NULL;
  if (!must_run(
          (const char *[]){source("scripts/cluster"), action, urls ? "--scratch" : folder, urls ? folder : NULL, primary, NULL},
          NULL, &printed))
    return false;
  if (urls)
    *urls = (struct cluster_urls){value_in(printed, "ZOUFANG_DB_OWNER_URL"), value_in(printed, "ZOUFANG_DB_URL")};
  free(printed);
  return !urls || (urls->owner && urls->serving);
}

static bool make_cluster(struct world *w) {
  struct cluster_urls urls = {0};
  if (!cluster_script("start", w->folder, NULL, &urls))
    return false;
  w->owner_url = urls.owner;
  w->database_url = urls.serving;
  return true;
}

static const char *const *command_environment(void) {
  struct world *w = &the_world;
  static const char *environment[8];
  environment[0] = lasting_text("ZOUFANG_DB_OWNER_URL=%s", w->owner_url);
  environment[1] = lasting_text("ZOUFANG_SEAL_KEY_FILE=%s/seal.keys", w->folder);
  environment[2] = lasting_text("ZOUFANG_INDEX_KEY_FILE=%s/index.keys", w->folder);
  environment[3] = lasting_text("ZOUFANG_USER_PASSWORD=%s", w->password);
  return environment;
}

static bool make_database(struct world *w) {
  const char *const *environment = command_environment();
  return must_run((const char *[]){server_binary(), "keys", "make", lasting_text("%s/seal.keys", w->folder), NULL}, environment,
                  NULL) &&
         must_run((const char *[]){server_binary(), "keys", "make", lasting_text("%s/index.keys", w->folder), NULL},
                  environment, NULL) &&
         must_run((const char *[]){server_binary(), "keys", "make", lasting_text("%s/audit.keys", w->folder), NULL},
                  environment, NULL) &&
         must_run((const char *[]){server_binary(), "migrate", NULL}, environment, NULL) &&
         must_run((const char *[]){server_binary(), "regions", "import", source("data/regions-chifeng.csv"), NULL}, environment,
                  NULL) &&
         must_run((const char *[]){server_binary(), "offices", "make", NULL}, environment, NULL);
}

static const struct account {
  const char *username, *name, *office_region, *role, *region;
} accounts[] = {
    {"officer.linxi", "测试林西甲", LINXI, "officer", LINXI},
    {"officer.linxi.2", "测试林西乙", LINXI_TOWNSHIP, "officer", LINXI},
    {"officer.balin", "测试巴林甲", BALIN, "officer", BALIN},
    {"supervisor.linxi", "测试林西领导", LINXI, "supervisor", LINXI},
    {"supervisor.chifeng", "测试赤峰领导", CITY, "supervisor", CITY},
    {"analyst.chifeng", "测试分析", CITY, "analyst", CITY},
    {"auditor", "测试审计", CITY, "auditor", CITY},
    {"admin", "测试管理甲", CITY, "admin", CITY},
    {"admin.second", "测试管理乙", CITY, "admin", CITY},
    {"nobody", "测试无权", CITY, NULL, NULL},
};

static bool make_people(void) {
  const char *const *environment = command_environment();
  for (size_t i = 0; i < sizeof accounts / sizeof *accounts; i++) {
    const struct account *a = &accounts[i];
    const char *arguments[] = {server_binary(),   "user",           "add",
                               a->username,       "--name",         a->name,
                               "--office-region", a->office_region, a->role ? "--role" : NULL,
                               a->role,           "--region",       a->region,
                               "--from",          "2020-01-01",     NULL};
    if (!must_run(arguments, environment, NULL))
      return false;
  }
  return true;
}

// The number behind "name": in a line of the log.
static int port_in(const char *line, const char *name) {
  char key[32];
  snprintf(key, sizeof key, "\"%s\":", name);
  const char *at = strstr(line, key);
  return at ? (int)strtol(at + strlen(key), NULL, 10) : 0;
}

static bool server_start(struct process *process, const char *const *more, int ports[4]) {
  struct world *w = &the_world;
  const char *environment[32] = {
      lasting_text("ZOUFANG_DB_URL=%s", w->database_url),
      lasting_text("ZOUFANG_SEAL_KEY_FILE=%s/seal.keys", w->folder),
      lasting_text("ZOUFANG_INDEX_KEY_FILE=%s/index.keys", w->folder),
      lasting_text("ZOUFANG_AUDIT_KEY_FILE=%s/audit.keys", w->folder),
      "ZOUFANG_HTTP_LISTEN=127.0.0.1:0",
      "ZOUFANG_GRPC_LISTEN=127.0.0.1:0",
      "ZOUFANG_METRICS_LISTEN=127.0.0.1:0",
      "ZOUFANG_RECORDS_PER_HOUR=0", // who is given how much by all suites together is told to nobody in the midst of one
  };
  for (unsigned i = 0, at = 8; more && more[i] && at < 31; i++)
    environment[at++] = more[i];
  if (!process_start(process, (const char *[]){server_binary(), "serve", NULL}, environment))
    return false;
  if (!process_await(process, "\"message\":\"serving\"", READY_TIMEOUT_MS)) {
    fprintf(stderr, "the server does not start:\n%s\n", process->printed ? process->printed : "");
    return false;
  }
  process_await(process, "}\n", READY_TIMEOUT_MS);
  const char *line = strstr(process->printed, "\"message\":\"serving\"");
  ports[0] = port_in(line, "http_port");
  ports[1] = port_in(line, "grpc_port");
  ports[2] = port_in(line, "metrics_port");
  ports[3] = port_in(line, "public_port");
  return ports[0] && ports[1];
}

static void unmake(void) {
  struct world *w = &the_world;
  client_close(w->client);
  if (w->server.pid > 0)
    process_stop(&w->server, STOP_TIMEOUT_MS);
  if (!w->folder)
    return;
  process_run((const char *[]){source("scripts/cluster"), "stop", w->folder, NULL}, NULL, NULL, STOP_TIMEOUT_MS);
  if (!getenv("ZOUFANG_TEST_KEEP"))
    process_run((const char *[]){"rm", "-rf", w->folder, NULL}, NULL, NULL, STOP_TIMEOUT_MS);
}

static bool make(struct world *w) {
  const char *temporary = getenv("TMPDIR");
  char *folder = arena_printf(&lasting, "%s/zoufang-test-XXXXXX", temporary ? temporary : "/tmp");
  if (!mkdtemp(folder))
    return false;
  process_run((const char *[]){"chmod", "755", folder, NULL}, NULL, NULL, COMMAND_TIMEOUT_MS);
  w->folder = folder;
  w->password = "correct horse battery";
  atexit(unmake);
  struct fault fault = {.arena = &lasting};
  if (!schema_open(&w->schema, &fault)) {
    fprintf(stderr, "%s\n", fault.message);
    return false;
  }
  if (!make_cluster(w) || !make_database(w) || !make_people())
    return false;
  if (!crypto_open(&w->crypto, lasting_text("%s/seal.keys", folder), lasting_text("%s/index.keys", folder), &fault))
    return false;
  int ports[4];
  if (!server_start(&w->server, NULL, ports))
    return false;
  w->http_port = ports[0], w->grpc_port = ports[1], w->metrics_port = ports[2];
  w->client = client_open(&w->schema, w->http_port, w->grpc_port);
  return true;
}

struct world *world(void) {
  if (state == UNMADE)
    state = make(&the_world) ? MADE : FAILED;
  else if (state == FAILED)
    return NULL;
  return &the_world;
}

bool world_open(void) {
  return world() && state == MADE;
}

bool instance_start(struct instance *instance, const char *const *environment) {
  int ports[4];
  *instance = (struct instance){0};
  if (!server_start(&instance->process, environment, ports))
    return false;
  instance->http_port = ports[0], instance->grpc_port = ports[1], instance->metrics_port = ports[2];
  instance->public_port = ports[3];
  instance->client = client_open(&the_world.schema, ports[0], ports[1]);
  return true;
}

const char *small_quarantine(void) {
  const char *given = getenv("ASAN_OPTIONS");
  return arena_printf(client_memory(), "ASAN_OPTIONS=%s%squarantine_size_mb=1", given ? given : "", given ? ":" : "");
}

long instance_metric(const struct instance *instance, const char *name) {
  const char *all = socket_ask(instance->metrics_port, "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  const char *line = strstr(all, arena_printf(client_memory(), "\n%s ", name));
  return line ? strtol(line + 2 + strlen(name), NULL, 10) : 0;
}

int instance_stop(struct instance *instance) {
  client_close(instance->client);
  return process_stop(&instance->process, STOP_TIMEOUT_MS);
}

const char *token_of(const char *username) {
  static struct { char username[64], token[64]; } known[64];
  unsigned i = 0;
  for (; i < 64 && *known[i].username; i++)
    if (!strcmp(known[i].username, username))
      return known[i].token;
  struct answer answer = ask(the_world.client, REST, NULL, "AuthService/Login",
                             "{\"username\":\"%s\",\"password\":\"%s\",\"device\":{\"id\":\"%s\",\"name\":\"test\"}}", username,
                             the_world.password, fresh_id());
  if (answer.code != CODE_OK || i == 64) {
    fprintf(stderr, "%s cannot sign in: %s %s\n", username, answer.reason, answer.message);
    abort();
  }
  snprintf(known[i].username, sizeof known[i].username, "%s", username);
  snprintf(known[i].token, sizeof known[i].token, "%s", text_at(answer.body, "accessToken"));
  return known[i].token;
}

const char *id_of(const char *username) {
  return sql_text("select id from account where username = '%s'", username);
}

const char *fresh_id(void) {
  uint8_t id[UUID_BYTES];
  char *text = arena_alloc(client_memory(), UUID_TEXT);
  uuid_make(id);
  uuid_write(id, text);
  return text;
}

const char *in_capitals(const char *id) {
  char *text = arena_strdup(client_memory(), id);
  for (char *at = text; *at; at++)
    *at = (char)toupper((unsigned char)*at);
  return text;
}

const char *time_from_now(long seconds) {
  time_t at = time(NULL) + seconds;
  struct tm parts;
  char *text = arena_alloc(client_memory(), 32);
  strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&at, &parts));
  return text;
}

const char *visit_json(const char *id, const char *region, const char *more) {
  return arena_printf(client_memory(),
                      "{\"id\":\"%s\",\"kind\":\"VISIT_KIND_DOWN_VISIT\",\"regionCode\":\"%s\",\"startedAt\":\"%s\","
                      "\"endedAt\":\"%s\",\"purpose\":\"测试走访\",\"position\":{\"latitude\":43.6,\"longitude\":118.05,"
                      "\"accuracy\":12}%s}",
                      id, region, time_from_now(-3600), time_from_now(-1800), more);
}

const char *lead_json(const char *id, const char *region, const char *more) {
  return arena_printf(client_memory(),
                      "{\"id\":\"%s\",\"channel\":\"LEAD_CHANNEL_DOWN_VISIT\",\"class\":\"LEAD_CLASS_ACCUSATION\","
                      "\"regionCode\":\"%s\",\"narrative\":\"虚构：补贴被克扣\"%s}",
                      id, region, more);
}

const char *photo_json(const char *id, const char *visit_id) {
  return arena_printf(
      client_memory(),
      "{\"id\":\"%s\",\"visitId\":\"%s\",\"sha256\":\"%s\",\"byteSize\":\"123456\",\"mediaType\":\"image/jpeg\","
      "\"width\":4000,\"height\":3000,\"capturedAt\":\"%s\"}",
      id, visit_id, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", time_from_now(-3000));
}
