// Overload: many times what the server can do. What it can do it goes on doing; the rest is turned away at once and told when
// to come back; and no client, an account or an address, takes what is the others'.
//
// What a call costs is set here (PostgreSQL sleeps), so that a quick machine and a slow one can do the same.

#include "base/clock.h"
#include "suite.h"
#include "support/asking.h"
#include "support/client_wire.h"
#include "support/frames.h"
#include "support/hold.h"
#include "support/refusal.h"
#include "support/socket.h"
#include "support/world.h"
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum {
  PATIENCE_MS = 20000,
  SOON_MS = 300,
  OF_ADDRESS = 4,
  LOOK_MS = 10,
  CALL_MS = 200,     // of PostgreSQL's time
  WORKERS = 4,       // so 20 calls a second is what there is
  CROWD = 40,        // clients, who ask 200 times a second where each is turned away
  FEW = 2 * WORKERS, // that keep the server busy, no more
  PAUSE_MS = 200,    // of who was turned away
  MEASURED_MS = 3000,
  WINDOWS = 3, // of which the best counts: where the machine stands still for a while, one is spoilt
  BESIDE = 10, // calls beside a crowd
};

static const char list_visits[] = "VisitService/ListVisits", who_am_i[] = "AuthService/WhoAmI";
static const char calls_per_address[] = "ZOUFANG_CALLS_PER_ADDRESS=4";

static struct answer login(const struct instance *instance, enum transport t, const char *username) {
  return ask(instance->client, t, NULL, "AuthService/Login",
             "{\"username\":\"%s\",\"password\":\"%s\",\"device\":{\"id\":\"%s\"}}", username, world()->password, fresh_id());
}

// --- Addresses -----------------------------------------------------------------------------------------------------------

// Calls of one client over both transports, as many as it may have, that wait for a lock.
static PGconn *hold_calls_of(const struct instance *instance, const char *address, struct asking askings[OF_ADDRESS]) {
  PGconn *holder = hold_visits();
  client_manners(instance->client)->forwarded_for = address;
  for (int i = 0; i < OF_ADDRESS; i++)
    asking_begin(&askings[i], instance->client, i % 2 ? GRPC : REST, token_of("officer.linxi"), list_visits, "{}");
  CU_ASSERT_TRUE(hold_await(OF_ADDRESS));
  return holder;
}

// Asks until the answer is of this code: a call is counted until its answer has left, which its client may see before.
static bool comes_to(const struct instance *instance, enum transport t, enum code code, int patience_ms) {
  int64_t until_us = clock_us() + patience_ms * 1000LL;
  while (ask(instance->client, t, token_of("officer.linxi"), who_am_i, "{}").code != code) {
    if (clock_us() > until_us)
      return false;
    poll(NULL, 0, LOOK_MS);
  }
  return true;
}

static void an_address_has_only_so_many_calls_in_flight_over_both_transports_together(void) {
  static const char crowded[] = "203.0.113.50", other[] = "2001:db8::50";
  struct instance instance;
  struct asking askings[OF_ADDRESS];
  CU_ASSERT_TRUE_FATAL(
      instance_start(&instance, (const char *[]){calls_per_address, "ZOUFANG_TRUSTED_PROXIES=127.0.0.1", NULL}));
  PGconn *holder = hold_calls_of(&instance, crowded, askings);
  BOTH(t) {
    struct answer refused = ask(instance.client, t, token_of("supervisor.linxi"), who_am_i, "{}");
    CU_ASSERT_TRUE(is_refusal(&refused, t, CODE_RESOURCE_EXHAUSTED, 429, "TOO_MANY"));
    refused = login(&instance, t, "officer.balin");
    CU_ASSERT_TRUE(is_refusal(&refused, t, CODE_RESOURCE_EXHAUSTED, 429, "TOO_MANY"));
  }
  CU_ASSERT_EQUAL(instance_metric(&instance, "zoufang_turned_away_total{reason=\"TOO_MANY\"}"), 4);
  CU_ASSERT_EQUAL(http(instance.client, "GET", "/healthz", NULL, NULL).http, 200);
  client_manners(instance.client)->forwarded_for = other;
  BOTH(t)
  CU_ASSERT_EQUAL(login(&instance, t, "officer.balin").code, CODE_OK);
  hold_release(holder);
  for (int i = 0; i < OF_ADDRESS; i++) {
    asking_end(&askings[i]);
    CU_ASSERT_EQUAL(askings[i].code, CODE_OK);
  }
  client_manners(instance.client)->forwarded_for = crowded;
  BOTH(t)
  CU_ASSERT_TRUE(comes_to(&instance, t, CODE_OK, PATIENCE_MS));
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

// A call of which no more comes than its beginning.
static int begin_call(const struct instance *instance, enum transport t) {
  struct buffer bytes = {.arena = client_memory()};
  if (t == GRPC) {
    frames_begin(&bytes);
    frames_put_call(&bytes, 1, "/zoufang.v1.SyncService/Push", NULL);
    frames_put_message(&bytes, 1, 1000, "x", 1, false);
  } else
    buffer_string(&bytes, "POST /v1/sync:push HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                          "Content-Length: 1000\r\n\r\n{");
  int fd = socket_open(t == REST ? instance->http_port : instance->grpc_port);
  CU_ASSERT_TRUE_FATAL(fd >= 0 && socket_send(fd, bytes.data, bytes.length));
  return fd;
}

static void what_has_begun_to_come_counts_until_its_client_leaves(void) {
  struct instance instance;
  CU_ASSERT_TRUE_FATAL(instance_start(&instance, (const char *[]){calls_per_address, NULL}));
  BOTH(begun) {
    int fds[3 * OF_ADDRESS], count = 0;
    do
      fds[count++] = begin_call(&instance, begun);
    while (count < 3 * OF_ADDRESS && !comes_to(&instance, GRPC, CODE_RESOURCE_EXHAUSTED, SOON_MS));
    CU_ASSERT_TRUE(count >= OF_ADDRESS);
    BOTH(t)
    CU_ASSERT_TRUE(comes_to(&instance, t, CODE_RESOURCE_EXHAUSTED, PATIENCE_MS));
    while (count-- > 0)
      close(fds[count]);
    BOTH(t)
    CU_ASSERT_TRUE(comes_to(&instance, t, CODE_OK, PATIENCE_MS));
  }
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

// --- A full queue --------------------------------------------------------------------------------------------------------

static void who_signs_in_finds_room_in_a_full_queue(void) {
  struct instance instance;
  struct asking out, queued, signing_in[2];
  CU_ASSERT_TRUE_FATAL(instance_start(&instance, (const char *[]){"ZOUFANG_WORKERS=1", "ZOUFANG_QUEUE_LIMIT=1", NULL}));
  PGconn *holder = hold_visits();
  asking_begin(&out, instance.client, REST, token_of("officer.linxi"), list_visits, "{}");
  CU_ASSERT_TRUE(hold_await(1));
  asking_begin(&queued, instance.client, GRPC, token_of("officer.linxi"), list_visits, "{}");
  for (int64_t until_us = clock_us() + PATIENCE_MS * 1000LL;
       instance_metric(&instance, "zoufang_queue_length") < 1 && clock_us() < until_us;)
    poll(NULL, 0, LOOK_MS);
  const char *request =
      arena_printf(client_memory(), "{\"username\":\"officer.balin\",\"password\":\"%s\",\"device\":{\"id\":\"%s\"}}",
                   world()->password, fresh_id());
  BOTH(t) {
    struct answer refused = ask(instance.client, t, token_of("officer.linxi"), who_am_i, "{}");
    CU_ASSERT_TRUE(is_refusal(&refused, t, CODE_UNAVAILABLE, 503, "QUEUE_FULL"));
    asking_begin(&signing_in[t], instance.client, t, NULL, "AuthService/Login", request);
  }
  for (int64_t until_us = clock_us() + PATIENCE_MS * 1000LL;
       instance_metric(&instance, "zoufang_queue_length") < 3 && clock_us() < until_us;)
    poll(NULL, 0, LOOK_MS);
  hold_release(holder);
  asking_end(&out);
  asking_end(&queued);
  CU_ASSERT_EQUAL(out.code, CODE_OK);
  CU_ASSERT_EQUAL(queued.code, CODE_OK);
  BOTH(t) {
    asking_end(&signing_in[t]);
    CU_ASSERT_EQUAL(signing_in[t].code, CODE_OK);
  }
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

// --- Many times what it can do -------------------------------------------------------------------------------------------

// Each visit in a place of this name takes PostgreSQL its time.
static bool slow_down(void) {
  return sql_run(
      "create function test_takes_time() returns trigger language plpgsql as $f$ begin perform pg_sleep(%d / 1000.0); "
      "return new; end $f$; grant execute on function test_takes_time to zoufang; "
      "create trigger test_takes_time before insert on visit for each row when (new.place = 'slow') execute function "
      "test_takes_time()",
      CALL_MS);
}

static void speed_up(void) {
  CU_ASSERT_TRUE(sql_run("drop trigger test_takes_time on visit; drop function test_takes_time"));
}

// One who asks again and again until he is told to stop.
struct asker {
  pthread_t thread;
  struct client *client;
  const char *token;
  enum transport transport;
  const atomic_bool *over;
  int good, refused, odd; // answers; those that are neither
  char oddest[80];        // the last of these
  int64_t refused_us;     // spent waiting for refusals
};

static void ask_once(struct asker *asker) {
  int64_t begun_us = clock_us();
  struct answer answer = ask(asker->client, asker->transport, asker->token, "VisitService/CreateVisit", "{\"visit\":%s}",
                             visit_json(fresh_id(), LINXI_VILLAGE, ",\"place\":\"slow\""));
  int64_t took_us = clock_us() - begun_us;
  bool is_good = answer.code == CODE_OK;
  bool is_told = (answer.code == CODE_UNAVAILABLE || answer.code == CODE_RESOURCE_EXHAUSTED) && answer.retry_ms > 0;
  asker->good += is_good;
  asker->refused += is_told;
  asker->refused_us += is_told ? took_us : 0;
  if (!is_good && !is_told) {
    asker->odd++;
    snprintf(asker->oddest, sizeof asker->oddest, "%s %s", code_name(answer.code), answer.reason);
  }
  if (!is_good)
    poll(NULL, 0, PAUSE_MS);
}

static void *ask_on(void *context) {
  struct asker *asker = context;
  while (!atomic_load(asker->over)) {
    ask_once(asker);
    client_forget();
  }
  client_close(asker->client);
  client_forget();
  return NULL;
}

// Clients of an account that ask at once, over both transports in turn.
struct crowd {
  struct asker askers[CROWD];
  int count;
  atomic_bool over;
};

static void crowd_begin(struct crowd *crowd, int count, const struct instance *instance, const char *user) {
  const char *token = token_of(user);
  *crowd = (struct crowd){.count = count};
  for (int i = 0; i < count; i++) {
    struct asker *asker = &crowd->askers[i];
    *asker = (struct asker){.client = client_open(&world()->schema, instance->http_port, instance->grpc_port),
                            .token = token,
                            .transport = i % 2 ? GRPC : REST,
                            .over = &crowd->over};
    if (pthread_create(&asker->thread, NULL, ask_on, asker) != 0)
      abort();
  }
}

// Adds up what became of all of them.
static void crowd_end(struct crowd *crowd, struct asker *sum) {
  atomic_store(&crowd->over, true);
  for (int i = 0; i < crowd->count; i++) {
    const struct asker *asker = &crowd->askers[i];
    pthread_join(asker->thread, NULL);
    sum->good += asker->good, sum->refused += asker->refused, sum->odd += asker->odd;
    sum->refused_us += asker->refused_us;
    if (asker->odd)
      snprintf(sum->oddest, sizeof sum->oddest, "%s", asker->oddest);
  }
}

// How many calls a second are done for so many clients; adds up what became of all of them.
static double done_for(int count, const struct instance *instance, struct asker *sum) {
  static struct crowd crowd;
  int64_t begun_us = clock_us();
  int good_before = sum->good;
  crowd_begin(&crowd, count, instance, "officer.linxi");
  poll(NULL, 0, MEASURED_MS);
  crowd_end(&crowd, sum);
  return (sum->good - good_before) * 1e6 / (double)(clock_us() - begun_us);
}

static void ten_times_what_it_can_do_costs_little_of_what_it_does(void) {
  struct instance instance;
  struct asker few = {0}, many = {0};
  double peak = 0, under_load = 0;
  CU_ASSERT_TRUE_FATAL(slow_down());
  CU_ASSERT_TRUE_FATAL(instance_start(&instance, (const char *[]){"ZOUFANG_WORKERS=4", "ZOUFANG_QUEUE_LIMIT=8", NULL}));
  for (int i = 0; i < WINDOWS; i++) {
    peak = fmax(peak, done_for(FEW, &instance, &few));
    under_load = fmax(under_load, done_for(CROWD, &instance, &many));
  }
  CU_ASSERT_EQUAL(few.refused + few.odd, 0);
  CU_ASSERT_TRUE(under_load >= 0.8 * peak);
  CU_ASSERT_EQUAL(many.odd, 0);
  CU_ASSERT_TRUE(many.refused > many.good);
  // A refusal takes less than the quickest of what is done.
  bool quick = many.refused && many.refused_us / many.refused < CALL_MS * 1000;
  CU_ASSERT_TRUE(quick);
  if (few.refused || few.odd || under_load < 0.8 * peak || many.odd || !quick)
    fprintf(stderr, "        %.1f/s of %.1f/s, %d good, %d refused in %lld us each, %d odd (%s%s), of few %d refused\n",
            under_load, peak, many.good, many.refused, many.refused ? (long long)many.refused_us / many.refused : 0,
            few.odd + many.odd, few.oddest, many.oddest, few.refused);
  speed_up();
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

static void who_asks_for_much_is_in_nobody_elses_way(void) {
  static struct crowd crowd;
  struct instance instance;
  CU_ASSERT_TRUE_FATAL(slow_down());
  CU_ASSERT_TRUE_FATAL(instance_start(
      &instance, (const char *[]){"ZOUFANG_WORKERS=4", "ZOUFANG_QUEUE_LIMIT=8", "ZOUFANG_CALLS_PER_ACCOUNT=6", NULL}));
  crowd_begin(&crowd, CROWD, &instance, "officer.linxi");
  for (int64_t until_us = clock_us() + PATIENCE_MS * 1000LL;
       instance_metric(&instance, "zoufang_turned_away_total{reason=\"TOO_MANY\"}") == 0 && clock_us() < until_us;)
    poll(NULL, 0, LOOK_MS);
  int served = 0, healthy = 0, signed_in = 0;
  for (int i = 0; i < BESIDE; i++) {
    enum transport t = i % 2 ? GRPC : REST;
    served += ask(instance.client, t, token_of("officer.balin"), list_visits, "{}").code == CODE_OK;
    healthy += http(instance.client, "GET", "/healthz", NULL, NULL).http == 200;
    signed_in += login(&instance, t, "officer.balin").code == CODE_OK;
  }
  struct asker sum = {0};
  crowd_end(&crowd, &sum);
  CU_ASSERT_EQUAL(served, BESIDE);
  CU_ASSERT_EQUAL(healthy, BESIDE);
  CU_ASSERT_EQUAL(signed_in, BESIDE);
  CU_ASSERT_TRUE(sum.good > 0 && sum.refused > 0);
  CU_ASSERT_EQUAL(sum.odd, 0);
  if (sum.odd)
    fprintf(stderr, "        of the crowd %d answers were odd: %s\n", sum.odd, sum.oddest);
  speed_up();
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

SUITE_WITH(overload, world_open, client_forget, 120,
           TEST(an_address_has_only_so_many_calls_in_flight_over_both_transports_together),
           TEST(what_has_begun_to_come_counts_until_its_client_leaves), TEST(who_signs_in_finds_room_in_a_full_queue),
           TEST(ten_times_what_it_can_do_costs_little_of_what_it_does), TEST(who_asks_for_much_is_in_nobody_elses_way));
