// What the whole program shares while it serves.

#pragma once
#include "call/handler.h"

struct workers;
struct readers;
struct errand;
struct jobs;
struct streams;
struct accounts;
struct addresses;
struct scripts;
struct call_metrics;

struct server_options {
  const char *database_url; // the serving role
  int connections;          // in the workers' pool
  int lane;                 // connections for brief calls; 0: they go with all others
  const char *read_url;     // standbys that calls which change nothing are sent to; NULL: none are
  int readers;              // connections to them
  bool prepare;             // false: statements are sent whole (PgBouncer in transaction mode)
  int queue_limit;          // calls that may wait
  int64_t deadline_default_ms, deadline_max_ms;
  const char *time_zone;
  int streams_limit, streams_per_account; // open at once
  int exports_limit, exports_per_account; // likewise; a thread each
  int64_t export_max_ms;                  // how long one may take
  const char *export_folder;              // where files are made that cannot be told while they are made
  int64_t export_folder_bytes;            // that they may take there together
  unsigned export_sheet_rows;             // of a workbook, with the header
  int calls_per_account;                  // in flight at once; 0: any number
  unsigned calls_per_address;             // likewise
  size_t bodies_bytes;                    // on their way at once, over both transports; 0: any number
  size_t bodies_bytes_per_address;        // likewise
  int64_t records_per_hour;               // given to an account, more are told of; 0: none are
  const char *app_version_min, *app_link; // apps older than that are sent there instead of signed in; NULL: any may
};

struct server {
  // Set before server_open; must outlive it.
  const struct schema *schema;
  const struct crypto *crypto;
  struct server_options options;
  const struct handler *const *handlers; // a NULL ends them

  // The server's own.
  struct scripts *scripts; // by method, and by step
  struct workers *workers;
  struct workers *lane;             // for brief calls; NULL: they go to the workers
  struct readers *readers;          // NULL: everything goes to the workers
  struct errand *janitor;           // forgets what is kept for a time only
  struct jobs *passwords;           // one thread
  struct jobs *audits;              // one thread: verifying reads everything
  struct jobs *exports;             // exports_limit threads
  atomic_llong export_folder_taken; // bytes of export_folder_bytes
  struct streams *streams;
  struct accounts *accounts;
  struct addresses *addresses;
  struct call_metrics *metrics;
  atomic_int calls; // submitted and not replied to
  atomic_bool stopping;
};

// Parses and checks every statement on the database, refuses another schema version, starts the workers. Faults name file,
// line, field. Does not wait for the workers' connections. After false nothing needs closing.
bool server_open(struct server *server, struct fault *fault);

// No new calls (UNAVAILABLE / STOPPING); those in flight end within `grace_ms` or are cancelled. Blocks until none is left, at
// most a little longer than `grace_ms`.
void server_drain(struct server *server, int64_t grace_ms);

// Stops everything. Transports are closed first: a call that is still in flight is replied to here.
void server_close(struct server *server);

// Whether a call would find a database that answers and is migrated.
bool server_ready(struct server *server);

// The handler of a method, NULL where its statements say all.
const struct handler *server_handler(const struct server *server, const struct method *method);

// Its step of that name, NULL where there is none or `name` is NULL.
const struct step *server_step(const struct handler *handler, const char *name);

// The script of a method, or of a step of it; NULL where there is none.
struct script *server_script(const struct server *server, const struct method *method, const char *step_or_null);
