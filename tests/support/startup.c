// Servers are started here in order to see them fail.

#include "support/startup.h"
#include "support/client_wire.h"
#include "support/world.h"

enum { SETTINGS_MAX = 31, START_MS = 30000 };

const char *startup_fails(const char *const *environment, int *code) {
  struct arena *memory = client_memory();
  const char *folder = world()->folder, *settings[SETTINGS_MAX + 1] = {
                                            arena_printf(memory, "ZOUFANG_DB_URL=%s", world()->database_url),
                                            arena_printf(memory, "ZOUFANG_SEAL_KEY_FILE=%s/seal.keys", folder),
                                            arena_printf(memory, "ZOUFANG_INDEX_KEY_FILE=%s/index.keys", folder),
                                            arena_printf(memory, "ZOUFANG_AUDIT_KEY_FILE=%s/audit.keys", folder),
                                            "ZOUFANG_HTTP_LISTEN=127.0.0.1:0",
                                            "ZOUFANG_GRPC_LISTEN=127.0.0.1:0",
                                            "ZOUFANG_METRICS_LISTEN=127.0.0.1:0",
                                        };
  for (unsigned i = 0, at = 7; environment[i] && at < SETTINGS_MAX; i++)
    settings[at++] = environment[i];
  struct process process;
  if (!process_start(&process, (const char *[]){server_binary(), "serve", NULL}, settings))
    return "";
  bool started = process_await(&process, "\"message\":\"serving\"", START_MS);
  const char *printed = arena_strdup(memory, process.printed);
  *code = started ? -1 : process_wait(&process, START_MS);
  process_stop(&process, START_MS);
  return printed;
}
