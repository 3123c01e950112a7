// Serving: everything is opened in one order and closed in the other.

#include "base/clock.h"
#include "base/config.h"
#include "base/log.h"
#include "base/net.h"
#include "commands.h"
#include "feature/audit_sealer.h"
#include "feature/features.h"
#include "feature/reminder.h"
#include "schema/schema.h"
#include "transport/grpc.h"
#include "transport/http.h"
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { BODY_LIMIT_BYTES = 8 << 20, BODIES_BYTES = 64 << 20, BODIES_BYTES_PER_ADDRESS = BODIES_BYTES / 4 };

enum {
  HTTP_LISTEN,
  GRPC_LISTEN,
  METRICS_LISTEN,
  PUBLIC_LISTEN,
  TLS_CERT_FILE,
  TLS_KEY_FILE,
  ALLOW_PLAINTEXT,
  TRUSTED_PROXIES,
  DB_URL,
  DB_READ_URL,
  DB_PREPARE,
  WORKERS,
  READERS,
  LANE,
  QUEUE_LIMIT,
  DEADLINE_MS,
  DEADLINE_MAX_MS,
  GRACE_MS,
  SEAL_KEY_FILE,
  INDEX_KEY_FILE,
  AUDIT_KEY_FILE,
  STREAMS_LIMIT,
  STREAMS_PER_ACCOUNT,
  EXPORTS_LIMIT,
  EXPORTS_PER_ACCOUNT,
  EXPORT_MAX_S,
  EXPORT_FOLDER,
  EXPORT_FOLDER_MB,
  EXPORT_SHEET_ROWS,
  CALLS_PER_ACCOUNT,
  CALLS_PER_ADDRESS,
  CONNECTIONS_PER_ADDRESS,
  RECORDS_PER_HOUR,
  APP_VERSION_MIN,
  APP_LINK,
  TIME_ZONE,
  LOG_LEVEL,
  LOG_FORMAT,
  SETTINGS
};

static const struct setting settings[SETTINGS] = {
    [HTTP_LISTEN] = {"HTTP_LISTEN", "127.0.0.1:8080", "Where REST is served; port 0 is any free one", 's', false, 0, 0},
    [GRPC_LISTEN] = {"GRPC_LISTEN", "127.0.0.1:9090", "Where gRPC is served", 's', false, 0, 0},
    [METRICS_LISTEN] = {"METRICS_LISTEN", "127.0.0.1:9464", "Where /metrics is served; empty: nowhere", 's', false, 0, 0},
    [PUBLIC_LISTEN] = {"PUBLIC_LISTEN", "", "Where published reports are served, to anyone; empty: nowhere", 's', false, 0, 0},
    [TLS_CERT_FILE] = {"TLS_CERT_FILE", NULL, "Certificate chain (PEM) of both transports; read anew when it changes", 's',
                       false, 0, 0},
    [TLS_KEY_FILE] = {"TLS_KEY_FILE", NULL, "Its private key (PEM)", 's', false, 0, 0},
    [ALLOW_PLAINTEXT] = {"ALLOW_PLAINTEXT", "off", "Listen beyond the loopback without TLS", 'b', false, 0, 0},
    [TRUSTED_PROXIES] = {"TRUSTED_PROXIES", NULL, "Addresses or networks whose X-Forwarded-For counts, over REST and gRPC", 's',
                         false, 0, 0},
    [DB_URL] = {"DB_URL", NULL, "The serving role's connection to PostgreSQL", 's', true, 0, 0},
    [DB_READ_URL] = {"DB_READ_URL", NULL, "Its connection to standbys, which answer what changes nothing", 's', true, 0, 0},
    [DB_PREPARE] = {"DB_PREPARE", "on", "Prepare statements; off behind PgBouncer", 'b', false, 0, 0},
    [WORKERS] = {"WORKERS", "16", "Connections to PostgreSQL", 'i', false, 1, 256},
    [READERS] = {"READERS", "16", "Connections to standbys", 'i', false, 1, 256},
    [LANE] = {"LANE", "2", "Connections for brief calls, several at once on each; 0: they wait with all others", 'i', false, 0,
              16},
    [QUEUE_LIMIT] = {"QUEUE_LIMIT", "2048", "Calls that may wait for a connection", 'i', false, 1, 100000},
    [DEADLINE_MS] = {"DEADLINE_MS", "30000", "Of a call whose client sets none, in milliseconds", 'i', false, 10, 3600000},
    [DEADLINE_MAX_MS] = {"DEADLINE_MAX_MS", "60000", "The latest that a client may set", 'i', false, 10, 3600000},
    [GRACE_MS] = {"GRACE_MS", "10000", "How long calls in flight may take after SIGTERM", 'i', false, 0, 600000},
    [SEAL_KEY_FILE] = {"SEAL_KEY_FILE", NULL, "Keys that seal reporters' names (zoufang keys make)", 's', false, 0, 0},
    [INDEX_KEY_FILE] = {"INDEX_KEY_FILE", NULL, "Keys of hashes and tokens; another file than the seal's", 's', false, 0, 0},
    [AUDIT_KEY_FILE] = {"AUDIT_KEY_FILE", NULL, "Keys that sign the audit's seals; without it the audit is not sealed", 's',
                        false, 0, 0},
    [STREAMS_LIMIT] = {"STREAMS_LIMIT", "4000", "Streams (WatchLeads) that may be open at once", 'i', false, 0, 8000},
    [STREAMS_PER_ACCOUNT] = {"STREAMS_PER_ACCOUNT", "8", "Of them by one account", 'i', false, 0, 8000},
    [EXPORTS_LIMIT] = {"EXPORTS_LIMIT", "4", "Exports that may run at once, each on a connection of its own", 'i', false, 1,
                       16},
    [EXPORTS_PER_ACCOUNT] = {"EXPORTS_PER_ACCOUNT", "2", "Of them by one account", 'i', false, 1, 16},
    [EXPORT_MAX_S] = {"EXPORT_MAX_S", "900", "How long one may take, in seconds", 'i', false, 1, 86400},
    [EXPORT_FOLDER] = {"EXPORT_FOLDER", "/tmp", "Where workbooks are made; nothing in it has a name", 's', false, 0, 0},
    [EXPORT_FOLDER_MB] = {"EXPORT_FOLDER_MB", "4096", "What they may take there together", 'i', false, 1, 1000000},
    [EXPORT_SHEET_ROWS] = {"EXPORT_SHEET_ROWS", "1048576", "Rows of a sheet, then comes another; old programs open 65536", 'i',
                           false, 2, 1048576},
    [APP_VERSION_MIN] = {"APP_VERSION_MIN", NULL, "Older phone apps are not signed in, as 1.4.0", 's', false, 0, 0},
    [APP_LINK] = {"APP_LINK", NULL, "Where they are sent for the present one", 's', false, 0, 0},
    [CALLS_PER_ACCOUNT] = {"CALLS_PER_ACCOUNT", "64", "Calls in flight of one account; 0: any number", 'i', false, 0, 100000},
    [CALLS_PER_ADDRESS] = {"CALLS_PER_ADDRESS", "512",
                           "Likewise from one address, over both transports; an office's phones share one", 'i', false, 0,
                           100000},
    [CONNECTIONS_PER_ADDRESS] = {"CONNECTIONS_PER_ADDRESS", "0",
                                 "From one address over each transport, trusted proxies aside; 0: half of those there may be",
                                 'i', false, 0, 100000},
    [RECORDS_PER_HOUR] = {"RECORDS_PER_HOUR", "5000", "Given to one account, more are told to its supervisors; 0: none are",
                          'i', false, 0, 100000000},
    [TIME_ZONE] = {"TIME_ZONE", "Asia/Shanghai", "Whose days are counted", 's', false, 0, 0},
    [LOG_LEVEL] = {"LOG_LEVEL", "info", "debug, info, warn, error", 's', false, 0, 0},
    [LOG_FORMAT] = {"LOG_FORMAT", "json", "json, or text for a person at a terminal", 's', false, 0, 0},
};

// What serves, in the order in which it is opened.
struct serving {
  struct arena arena;
  struct fault fault;
  const char *values[SETTINGS];
  struct schema schema;
  struct crypto crypto;
  struct server server;
  struct tls *tls;                   // NULL: plaintext
  struct http_server *http, *public; // `public` is NULL where nothing is served to the public
  struct grpc_front *grpc;
  struct audit_sealer *sealer;
  struct reminder *reminder;
  bool has_schema, has_crypto, has_server;
};

static bool wrong(struct serving *serving, int setting, const char *what) {
  return fault_set(&serving->fault, CODE_INVALID_ARGUMENT, "CONFIG", "ZOUFANG_%s %s", settings[setting].name, what);
}

// --- Settings --------------------------------------------------------------------------------------------------------

static bool set_up_log(struct serving *serving) {
  static const char *const levels[] = {[LOG_DEBUG] = "debug", [LOG_INFO] = "info", [LOG_WARN] = "warn", [LOG_ERROR] = "error"};
  bool text = strcmp(serving->values[LOG_FORMAT], "text") == 0;
  if (!text && strcmp(serving->values[LOG_FORMAT], "json") != 0)
    return wrong(serving, LOG_FORMAT, "is json or text");
  for (enum log_level level = LOG_DEBUG; level <= LOG_ERROR; level++)
    if (strcmp(levels[level], serving->values[LOG_LEVEL]) == 0) {
      log_setup(level, text);
      return true;
    }
  return wrong(serving, LOG_LEVEL, "is debug, info, warn or error");
}

static bool check_needed(struct serving *serving) {
  static const int needed[] = {DB_URL, SEAL_KEY_FILE, INDEX_KEY_FILE};
  for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
    if (!serving->values[needed[i]])
      return wrong(serving, needed[i], "is not set");
  if (!serving->values[TLS_CERT_FILE] != !serving->values[TLS_KEY_FILE])
    return wrong(serving, TLS_CERT_FILE, "and ZOUFANG_TLS_KEY_FILE belong together");
  return true;
}

// What leaves the machine is in TLS, unless somebody says that he knows. Metrics have none.
static bool check_listening(struct serving *serving) {
  bool has_tls = serving->values[TLS_CERT_FILE] != NULL, allowed = config_is_on(serving->values[ALLOW_PLAINTEXT]);
  for (int i = HTTP_LISTEN; i <= PUBLIC_LISTEN; i++) {
    struct net_address address;
    if (i >= METRICS_LISTEN && !*serving->values[i])
      continue;
    if (!net_read(serving->values[i], &address, &serving->fault))
      return false;
    bool plain = i == METRICS_LISTEN || !has_tls;
    if (plain && !allowed && !net_is_loopback(&address))
      return wrong(serving, i, "is beyond the loopback, in plaintext: set a certificate, or ZOUFANG_ALLOW_PLAINTEXT=on");
  }
  return true;
}

static bool read_settings(struct serving *serving, int argc, char **argv) {
  return config_read(settings, SETTINGS, argc, argv, serving->values, &serving->arena, &serving->fault) &&
         set_up_log(serving) && check_needed(serving) && check_listening(serving);
}

// --- Opening ---------------------------------------------------------------------------------------------------------

static bool open_server(struct serving *serving) {
  const char *const *values = serving->values;
  serving->server.schema = &serving->schema;
  serving->server.crypto = &serving->crypto;
  serving->server.handlers = feature_handlers;
  serving->server.options = (struct server_options){
      .database_url = values[DB_URL],
      .connections = (int)config_number(values[WORKERS]),
      .lane = (int)config_number(values[LANE]),
      .read_url = values[DB_READ_URL],
      .readers = (int)config_number(values[READERS]),
      .prepare = config_is_on(values[DB_PREPARE]),
      .queue_limit = (int)config_number(values[QUEUE_LIMIT]),
      .deadline_default_ms = config_number(values[DEADLINE_MS]),
      .deadline_max_ms = config_number(values[DEADLINE_MAX_MS]),
      .time_zone = values[TIME_ZONE],
      .streams_limit = (int)config_number(values[STREAMS_LIMIT]),
      .streams_per_account = (int)config_number(values[STREAMS_PER_ACCOUNT]),
      .exports_limit = (int)config_number(values[EXPORTS_LIMIT]),
      .exports_per_account = (int)config_number(values[EXPORTS_PER_ACCOUNT]),
      .export_max_ms = config_number(values[EXPORT_MAX_S]) * 1000,
      .export_folder = values[EXPORT_FOLDER],
      .export_folder_bytes = config_number(values[EXPORT_FOLDER_MB]) << 20,
      .export_sheet_rows = (unsigned)config_number(values[EXPORT_SHEET_ROWS]),
      .calls_per_account = (int)config_number(values[CALLS_PER_ACCOUNT]),
      .calls_per_address = (unsigned)config_number(values[CALLS_PER_ADDRESS]),
      .bodies_bytes = BODIES_BYTES,
      .bodies_bytes_per_address = BODIES_BYTES_PER_ADDRESS,
      .records_per_hour = config_number(values[RECORDS_PER_HOUR]),
      .app_version_min = values[APP_VERSION_MIN],
      .app_link = values[APP_LINK],
  };
  return server_open(&serving->server, &serving->fault);
}

// What both HTTP servers have.
static struct http_options http_options(const struct serving *serving, int listen) {
  const char *const *values = serving->values;
  return (struct http_options){.listen = values[listen],
                               .tls = serving->tls,
                               .body_limit_bytes = BODY_LIMIT_BYTES,
                               .connections_per_address = (unsigned)config_number(values[CONNECTIONS_PER_ADDRESS]),
                               .trusted_proxies = values[TRUSTED_PROXIES],
                               .version = ZOUFANG_VERSION};
}

static bool open_tls(struct serving *serving) {
  const char *const *values = serving->values;
  if (values[TLS_CERT_FILE])
    serving->tls = tls_open(values[TLS_CERT_FILE], values[TLS_KEY_FILE], &serving->fault);
  return serving->fault.code == CODE_OK;
}

static bool open_http(struct serving *serving) {
  struct http_options options = http_options(serving, HTTP_LISTEN);
  options.metrics_listen = serving->values[METRICS_LISTEN];
  serving->http = http_open(&serving->server, &options, &serving->fault);
  return serving->http != NULL;
}

// What is published and nothing else, for whoever asks.
static bool open_public(struct serving *serving) {
  if (!*serving->values[PUBLIC_LISTEN])
    return true;
  struct http_options options = http_options(serving, PUBLIC_LISTEN);
  options.published = true;
  serving->public = http_open(&serving->server, &options, &serving->fault);
  return serving->public != NULL;
}

static bool open_grpc(struct serving *serving) {
  const char *const *values = serving->values;
  const struct grpc_options options = {.listen = values[GRPC_LISTEN],
                                       .tls = serving->tls,
                                       .body_limit_bytes = BODY_LIMIT_BYTES,
                                       .connections_per_address = (unsigned)config_number(values[CONNECTIONS_PER_ADDRESS]),
                                       .trusted_proxies = values[TRUSTED_PROXIES]};
  serving->grpc = grpc_open(&serving->server, &options, &serving->fault);
  return serving->grpc != NULL;
}

// The server runs without, and says so.
static bool open_audit_key(struct serving *serving) {
  const char *file = serving->values[AUDIT_KEY_FILE];
  if (!file)
    log_warn("the audit is not sealed: ZOUFANG_AUDIT_KEY_FILE is not set");
  return !file || crypto_open_audit(&serving->crypto, file, &serving->fault);
}

static bool open_errands(struct serving *serving) {
  if (serving->crypto.audit.count)
    serving->sealer = audit_sealer_open(serving->values[DB_URL], &serving->crypto);
  serving->reminder = reminder_open(serving->values[DB_URL], serving->server.accounts);
  return true;
}

static bool open_all(struct serving *serving) {
  return (serving->has_schema = schema_open(&serving->schema, &serving->fault)) &&
         (serving->has_crypto = crypto_open(&serving->crypto, serving->values[SEAL_KEY_FILE], serving->values[INDEX_KEY_FILE],
                                            &serving->fault)) &&
         open_audit_key(serving) && (serving->has_server = open_server(serving)) && open_errands(serving) &&
         open_tls(serving) && open_http(serving) && open_public(serving) && open_grpc(serving);
}

// --- Closing ---------------------------------------------------------------------------------------------------------

static int64_t left_ms(int64_t until_us) {
  int64_t left_us = until_us - clock_us();
  return left_us > 0 ? left_us / 1000 : 0;
}

// New calls are refused from the beginning; those in flight share one grace period.
static void close_all(struct serving *serving) {
  int64_t until_us = clock_us() + config_number(serving->values[GRACE_MS]) * 1000;
  atomic_store(&serving->server.stopping, true);
  if (serving->public)
    http_close(serving->public, left_ms(until_us));
  if (serving->http)
    http_close(serving->http, left_ms(until_us));
  if (serving->grpc)
    grpc_close(serving->grpc, left_ms(until_us));
  tls_close(serving->tls);
  audit_sealer_close(serving->sealer);
  reminder_close(serving->reminder);
  if (serving->has_server) {
    server_drain(&serving->server, left_ms(until_us));
    server_close(&serving->server);
  }
  if (serving->has_crypto)
    crypto_close(&serving->crypto);
  if (serving->has_schema)
    schema_close(&serving->schema);
}

// --- Serving ---------------------------------------------------------------------------------------------------------

// Blocked in every thread and taken here alone.
static void block_signals(sigset_t *stops) {
  sigemptyset(stops);
  sigaddset(stops, SIGTERM);
  sigaddset(stops, SIGINT);
  pthread_sigmask(SIG_BLOCK, stops, NULL);
  signal(SIGPIPE, SIG_IGN);
}

static void say_ready(const struct serving *serving, int64_t begun_us) {
  log_info("serving", LOG_NUMBER("http_port", http_port(serving->http)), LOG_NUMBER("grpc_port", grpc_port(serving->grpc)),
           LOG_NUMBER("metrics_port", http_metrics_port(serving->http)),
           LOG_NUMBER("public_port", serving->public ? http_port(serving->public) : 0), LOG_TEXT("version", ZOUFANG_VERSION),
           LOG_NUMBER("methods", serving->schema.method_count), LOG_NUMBER("start_ms", (clock_us() - begun_us) / 1000));
}

static int serve(struct serving *serving) {
  sigset_t stops;
  int64_t begun_us = clock_us();
  block_signals(&stops);
  net_raise_nofile();
  bool opened = open_all(serving);
  if (opened) {
    int signal_number = 0;
    say_ready(serving, begun_us);
    sigwait(&stops, &signal_number);
    log_info("stopping", LOG_TEXT("signal", strsignal(signal_number)));
  }
  close_all(serving);
  if (!opened)
    return command_failed("serve", &serving->fault, &serving->arena, 1);
  log_info("stopped");
  arena_close(&serving->arena);
  return 0;
}

int command_serve(int argc, char **argv) {
  if (command_wants_help(argc, argv)) {
    printf("usage: zoufang serve\n\n");
    config_help(settings, SETTINGS);
    return 0;
  }
  struct serving *serving = &(struct serving){0};
  serving->fault.arena = &serving->arena;
  if (!read_settings(serving, argc, argv))
    return command_failed("serve", &serving->fault, &serving->arena, 2);
  return serve(serving);
}
