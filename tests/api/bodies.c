// Bodies that are as bad as they are large: refused in bounded time and memory; and calls by the thousand that leave nothing
// behind.

#include "base/clock.h"
#include "suite.h"
#include "support/client_wire.h"
#include "support/victim.h"
#include <stdio.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum {
  BODY_BYTES = (8 << 20) - 64,
  BODY_MS = 20000,
  PEAK_KIB = 128 << 10, // what a body of eight mebibytes may take for a moment
  RANDOM_ONES = 150,
  CHANGES = 3,
  WARMING_CALLS = 2500,
  CALLS = 2500,
  LEAK_KIB = 6 << 10,
};

static const char list_visits[] = "VisitService/ListVisits";

// --- Eight mebibytes -------------------------------------------------------------------------------------------------

// `head`, `piece` again and again, `tail`: a body just under the limit.
static struct buffer filled(const char *head, const char *piece, size_t piece_length, const char *tail) {
  struct buffer body = {.arena = client_memory()};
  buffer_reserve(&body, BODY_BYTES + 1);
  buffer_string(&body, head);
  while (body.length + piece_length + strlen(tail) < BODY_BYTES)
    buffer_put(&body, piece, piece_length);
  buffer_string(&body, tail);
  buffer_text(&body);
  return body;
}

// Asks and looks at what it took. Whatever is wrong with the body, it refuses the call or its one item.
static void assert_bearable(enum transport t, const struct buffer *body, const char *what) {
  long before_kib = victim_memory_kib("VmRSS");
  victim_forget_peak();
  int64_t begun_us = clock_us();
  struct answer answer = t == REST
                             ? http(victim.client, "POST", "/v1/sync:push", token_of("officer.linxi"), body->data)
                             : grpc_raw(victim.client, "SyncService/Push", token_of("officer.linxi"), body->data, body->length);
  int64_t took_ms = (clock_us() - begun_us) / 1000;
  long peak_kib = victim_memory_kib("VmHWM") - before_kib;
  bool refused = answer.code == CODE_INVALID_ARGUMENT || strcmp(text_at(answer.body, "results.0.status"), "REJECTED") == 0;
  bool bearable = refused && took_ms < BODY_MS && peak_kib < PEAK_KIB;
  CU_ASSERT_TRUE(bearable);
  if (!bearable)
    printf("        %s of %s: %s %s, %lld ms, %ld KiB\n", transport_names[t], what, code_name(answer.code), answer.message,
           (long long)took_ms, peak_kib);
}

static void eight_mebibytes_of_anything_are_bearable_in_rest(void) {
  static const struct {
    const char *what, *head, *piece, *tail;
  } bodies[] = {
      {"empty messages", "{\"visits\":[{}", ",{}", "]}"},
      {"lists in lists", "{\"visits\":", "[", ""},
      {"objects in objects", "", "{\"visits\":", ""},
      {"digits", "{\"visits\":[{\"peopleMet\":1", "0", "}]}"},
      {"digits behind the point", "{\"visits\":[{\"position\":{\"latitude\":0.", "0", "1}}]}"},
      {"one text", "{\"visits\":[{\"findings\":\"", "x", "\"}]}"},
      {"escapes", "{\"visits\":[{\"findings\":\"", "\\u4e00", "\"}]}"},
      {"half surrogates", "{\"visits\":[{\"findings\":\"", "\\ud800", "\"}]}"},
      {"backslashes", "{\"visits\":[{\"findings\":\"", "\\\\", ""},
      {"unknown members", "{\"visits\":[{\"a\":1", ",\"a\":1", "}]}"},
      {"unknown members of items", "{\"visits\":[{}", ",{\"a\":1}", "]}"},
      {"the same member", "{\"visits\":[]", ",\"visits\":[]", "}"},
      {"empty identifiers", "{\"visits\":[{\"officerIds\":[\"\"", ",\"\"", "]}]}"},
      {"nulls", "{\"visits\":[null", ",null", "]}"},
      {"spaces", "{", " ", ""},
  };
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    struct buffer body = filled(bodies[i].head, bodies[i].piece, strlen(bodies[i].piece), bodies[i].tail);
    assert_bearable(REST, &body, bodies[i].what);
    client_forget();
  }
  CU_ASSERT_TRUE(victim_is_well());
}

static void eight_mebibytes_of_anything_are_bearable_in_grpc(void) {
  static const struct {
    const char *what, *piece;
    size_t length;
  } bodies[] = {
      {"empty messages", "\x0a\0", 2},
      {"messages in messages", "\x0a\x7f", 2},
      {"groups", "\x0b", 1},
      {"identifiers that are none", "\x0a\x03\x42\x01x", 5},
      {"visitors", "\x0a\x02\x4a\0", 4},
      {"wrong wire types", "\x08\x01", 2},
      {"endless varints", "\xff", 1},
      {"field zero", "\0\0", 2},
  };
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    struct buffer body = filled("", bodies[i].piece, bodies[i].length, "");
    assert_bearable(GRPC, &body, bodies[i].what);
    client_forget();
  }
  CU_ASSERT_TRUE(victim_is_well());
}

// --- Odd values ------------------------------------------------------------------------------------------------------

static void odd_values_are_refused_and_no_more(void) {
  static const char *const odd[] = {
      "\"peopleMet\":1e400",
      "\"peopleMet\":-1e400",
      "\"peopleMet\":99999999999999999999999",
      "\"peopleMet\":0.5",
      "\"peopleMet\":\"1e99\"",
      "\"position\":{\"latitude\":1e309}",
      "\"position\":{\"latitude\":\"NaN\"}",
      "\"position\":{\"latitude\":\"-Infinity\"}",
      "\"startedAt\":\"9999-12-31T23:59:60Z\"",
      "\"startedAt\":\"0000-00-00T00:00:00Z\"",
      "\"startedAt\":\"99999-01-01T00:00:00Z\"",
      "\"startedAt\":\"\\u0000\"",
      "\"place\":\"\\udfff\"",
      "\"etag\":\"====\"",
      "\"id\":\"\\u0000\"",
      "\"\":1",
      "\"place\":\"\\u0000\"",
      "\"kind\":1e3",
      "\"kind\":true",
      "\"officerIds\":[[]]",
      "\"officerIds\":[null]",
      "\"survey\":[{\"survey\":[]}]",
      "\"@type\":1",
  };
  for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
    struct answer answer = http(victim.client, "POST", "/v1/visits", token_of("officer.linxi"),
                                arena_printf(client_memory(), "{\"regionCode\":\"%s\",%s}", LINXI_VILLAGE, odd[i]));
    CU_ASSERT_EQUAL(answer.http, 400);
  }
  CU_ASSERT_TRUE(victim_is_well());
}

// A good request with a few of its bytes changed: an answer or a refusal, and never a mistake of the server's.
static void requests_changed_by_chance_are_answered(void) {
  static const char good[] =
      "\x0a\x5c\x0a\x24"
      "018f0000-0000-7000-8000-000000000001"
      "\x10\x01\x1a\x0c"
      "150424100202"
      "\x22\x06\x08\x80\xbc\xc1\x96\x0b\x32\x12\x09\xcd\xcc\xcc\xcc\xcc\xcc\x45\x40\x11\x33\x33\x33\x33\x33\x83\x5d\x40";
  struct buffer rest = {.arena = client_memory()};
  buffer_printf(&rest, "{\"visits\":[%s]}", visit_json(fresh_id(), LINXI_VILLAGE, ",\"place\":\"x\",\"peopleMet\":3"));
  for (int i = 0; i < RANDOM_ONES; i++) {
    char *text = arena_strndup(client_memory(), rest.data, rest.length), bytes[sizeof good - 1];
    memcpy(bytes, good, sizeof bytes);
    for (int changes = 0; changes < CHANGES; changes++) {
      text[chance() % rest.length] = (char)(1 + chance() % 255);
      bytes[chance() % sizeof bytes] = (char)chance();
    }
    struct answer answers[] = {http(victim.client, "POST", "/v1/sync:push", token_of("officer.linxi"), text),
                               grpc_raw(victim.client, "SyncService/Push", token_of("officer.linxi"), bytes, sizeof bytes)};
    BOTH(t)
    CU_ASSERT_TRUE(answers[t].code == CODE_OK || answers[t].code == CODE_INVALID_ARGUMENT);
  }
  CU_ASSERT_TRUE(victim_is_well());
}

// --- Memory ----------------------------------------------------------------------------------------------------------

static void make_calls(int count) {
  const char *token = token_of("officer.linxi");
  for (int i = 0; i < count; i++) {
    enum transport t = i % 2 ? GRPC : REST;
    switch (i % 5) {
    case 0:
      ask(victim.client, t, token, list_visits, "{\"pageSize\":10}");
      break;
    case 1:
      ask(victim.client, t, token, "VisitService/GetVisit", "{\"id\":\"%s\"}", fresh_id());
      break;
    case 2:
      ask(victim.client, t, token, "VisitService/CreateVisit", "{\"visit\":{\"place\":\"x\"}}");
      break;
    case 3:
      ask(victim.client, t, NULL, "AuthService/WhoAmI", "{}");
      break;
    default:
      http(victim.client, "POST", "/v1/sync:push", token, "{");
    }
  }
  client_forget();
}

static void thousands_of_calls_take_no_memory(void) {
  make_calls(WARMING_CALLS);
  long before_kib = victim_memory_kib("VmRSS");
  make_calls(CALLS);
  long grown_kib = victim_memory_kib("VmRSS") - before_kib;
  CU_ASSERT_TRUE(grown_kib < LEAK_KIB);
  if (grown_kib >= LEAK_KIB)
    printf("        %ld KiB more after %d calls\n", grown_kib, CALLS);
}

static void the_server_ends_well_afterwards(void) {
  CU_ASSERT_EQUAL(victim_end(), 0);
}

SUITE_WITH(bodies, victim_open, victim_close, 90, TEST(eight_mebibytes_of_anything_are_bearable_in_rest),
           TEST(eight_mebibytes_of_anything_are_bearable_in_grpc), TEST(odd_values_are_refused_and_no_more),
           TEST(requests_changed_by_chance_are_answered), TEST(thousands_of_calls_take_no_memory),
           TEST(the_server_ends_well_afterwards));
