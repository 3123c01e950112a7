// What the API tests live in: a private PostgreSQL cluster, migrated, with the regions of one prefecture and a few people, and
// the real server beside it. Made once for a run, stopped at its end.

#pragma once
#include "base/crypto.h"
#include "support/client.h"
#include "support/database.h"
#include "support/process.h"

// Regions that tests use: all of them exist.
#define CITY "150400000000"
#define LINXI "150424000000"          // 林西县
#define BALIN "150422000000"          // 巴林左旗
#define LINXI_TOWNSHIP "150424100000" // 林西镇
#define LINXI_VILLAGE "150424100202"
#define BALIN_VILLAGE "150422100200"

struct world {
  struct schema schema;
  struct crypto crypto;
  struct client *client;
  struct process server;
  int http_port, grpc_port, metrics_port;
  const char *folder; // temporary, removed at the end
  const char *database_url, *owner_url;
  const char *password; // of every account
};

// The world; made at first need. NULL where it could not be made (it then says why on standard error).
struct world *world(void);

// A suite's opening: makes the world.
bool world_open(void);

// scripts/cluster: "start" and, with the folder of a primary, "follow" tell their URLs, until the run's end; `urls` is NULL for
// "stop". False where it fails; standard error says why.
struct cluster_urls {
  const char *owner, *serving;
};
bool cluster_script(const char *action, const char *folder, const char *primary, struct cluster_urls *urls);

// The server's program.
const char *server_binary(void);

// Starts another server on the same database, with further settings ("ZOUFANG_QUEUE_LIMIT=4" …, NULL ends). Its ports are read
// off its first line.
struct instance {
  struct process process;
  int http_port, grpc_port, metrics_port, public_port; // public_port: 0 unless asked for
  struct client *client;
};
bool instance_start(struct instance *instance, const char *const *environment);
// A setting for a server whose memory is measured: what AddressSanitizer keeps of freed memory would look like a leak. Until
// client_forget.
const char *small_quarantine(void);
// The value of a metric by its line's beginning; 0 where there is none.
long instance_metric(const struct instance *instance, const char *name);
// SIGTERM; its exit code.
int instance_stop(struct instance *instance);

// The access token of an account, signed in once: "officer.linxi", "officer.linxi.2", "officer.balin", "supervisor.linxi",
// "supervisor.chifeng", "analyst.chifeng", "auditor", "admin", "admin.second", "nobody" (no grant).
const char *token_of(const char *username);

// The id of an account.
const char *id_of(const char *username);

// A fresh UUID as text, until the test's end.
const char *fresh_id(void);
// The same id as other phones would write it.
const char *in_capitals(const char *id);

// "2026-03-01T08:00:00Z": now and `seconds` from now.
const char *time_from_now(long seconds);

// A visit as JSON for a push or a create: kind, region, start an hour ago, and `more` members (",\"etag\":…" or "").
const char *visit_json(const char *id, const char *region, const char *more);
// A lead likewise.
const char *lead_json(const char *id, const char *region, const char *more);
// A photo of a visit.
const char *photo_json(const char *id, const char *visit_id);
