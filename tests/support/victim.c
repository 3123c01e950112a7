// The victim is started, watched and stopped here.

#include "support/victim.h"
#include "base/clock.h"
#include "support/client_wire.h"
#include "support/hold.h"
#include "support/socket.h"
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  ANSWER_MS = 1000,
  TRIES = 10, // of which one must be answered in time: the machine may be busy, a server that hangs stays so
  PATIENCE_MS = 10000,
  LOOK_MS = 10,
};

struct instance victim;

bool victim_open(void) {
  if (!world_open())
    return false;
  const char *workers = arena_printf(client_memory(), "ZOUFANG_WORKERS=%d", VICTIM_WORKERS);
  return instance_start(&victim, (const char *[]){small_quarantine(), workers, NULL});
}

int victim_end(void) {
  int code = instance_stop(&victim);
  victim = (struct instance){.process = {.pid = -1}};
  return code;
}

void victim_close(void) {
  if (victim.process.pid > 0)
    victim_end();
  client_forget();
}

int victim_port(enum transport transport) {
  return transport == REST ? victim.http_port : victim.grpc_port;
}

// By a new client, so that a new connection must be taken in.
static struct answer asked_anew(enum transport t) {
  struct client *client = client_open(&world()->schema, victim.http_port, victim.grpc_port);
  client_manners(client)->deadline_ms = ANSWER_MS;
  client_manners(client)->leaves_after_ms = ANSWER_MS;
  struct answer answer = ask(client, t, token_of("officer.linxi"), "VisitService/ListVisits", "{}");
  client_close(client);
  return answer;
}

static bool answers_at_once(enum transport t) {
  struct answer answer = {.message = ""};
  int64_t until_us = clock_us() + ANSWER_MS * 1000LL;
  for (int tries = 0; tries < TRIES || clock_us() < until_us; tries++) {
    answer = asked_anew(t);
    if (answer.code == CODE_OK)
      return true;
    poll(NULL, 0, LOOK_MS); // who is turned away at once comes again, as a client would
  }
  printf("        %s does not answer: %s %s\n", transport_names[t], code_name(answer.code), answer.message);
  return false;
}

bool victim_is_well(void) {
  return answers_at_once(REST) && answers_at_once(GRPC) && hold_await_rest();
}

bool victim_is_connected(void) {
  static const char request[] = "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  const char *all =
      arena_printf(client_memory(), "\nzoufang_database_connections{pool=\"workers\",state=\"idle\"} %d\n", VICTIM_WORKERS);
  int64_t until_us = clock_us() + PATIENCE_MS * 1000LL;
  while (!strstr(socket_ask(victim.metrics_port, request), all)) {
    if (clock_us() > until_us)
      return false;
    poll(NULL, 0, LOOK_MS);
  }
  return true;
}

long victim_memory_kib(const char *name) {
  char path[64], line[256];
  snprintf(path, sizeof path, "/proc/%d/status", (int)victim.process.pid);
  FILE *file = fopen(path, "re");
  long kib = -1;
  while (file && kib < 0 && fgets(line, sizeof line, file))
    if (strncmp(line, name, strlen(name)) == 0)
      kib = strtol(line + strlen(name) + 1, NULL, 10);
  if (file)
    fclose(file);
  return kib;
}

void victim_forget_peak(void) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/clear_refs", (int)victim.process.pid);
  FILE *file = fopen(path, "we");
  if (file && fputs("5", file) >= 0)
    fclose(file);
}

uint32_t chance(void) {
  static uint32_t state = 2463534242U;
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  return state;
}
