// What is sealed, and passwords and tokens, stand nowhere in clear: not in the database, its files, logs, metrics, answers or
// search index, in no encoding that the code knows. Something is planted in each place, in each encoding, and found: so each
// look can fail.

#include "suite.h"
#include "schema/base64.h"
#include "support/approving.h"
#include "support/client_wire.h"
#include "support/rights.h"
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { SECRETS_LIMIT_S = 240, PROGRAM_TIMEOUT_MS = 60000, LOG_TIMEOUT_MS = 5000, OFFSETS = 3 };

static struct instance instance; // tells all that it can tell

// --- A day with secrets in it ---

// What nobody may find: told apart from everything else by a number of its own.
struct secrets {
  const char *narrative, *name, *phone, *identity, *password, *wrong_password;
  const char *access[2], *refresh[2];
};

// A name of letters that no other text has, so that not even two of them stand together by chance.
static const char *rare_name(void) {
  return sql_text("select string_agg(chr(13312 + (random() * 6500)::int4), '') from generate_series(1, 8)");
}

static struct secrets make_secrets(void) {
  const char *digits = sql_text("select lpad((random() * 99999999)::int8::text, 8, '7')");
  return (struct secrets){
      .narrative = arena_printf(client_memory(), "虚构秘密叙述%s", digits),
      .name = rare_name(),
      .phone = arena_printf(client_memory(), "139%s", digits),
      .identity = arena_printf(client_memory(), "1504041990%s", digits),
      .password = arena_printf(client_memory(), "secret password %s", digits),
      .wrong_password = arena_printf(client_memory(), "wrong password %s", digits),
  };
}

static const char *reporter_json(const struct secrets *secrets) {
  return arena_printf(client_memory(), ",\"reporter\":{\"name\":\"%s\",\"phone\":\"%s\",\"identityNumber\":\"%s\"}",
                      secrets->name, secrets->phone, secrets->identity);
}

static const char *secret_lead(const char *id, const struct secrets *secrets) {
  return arena_printf(
      client_memory(),
      "{\"id\":\"%s\",\"channel\":\"LEAD_CHANNEL_LETTER\",\"class\":\"LEAD_CLASS_ACCUSATION\",\"regionCode\":\"%s\","
      "\"narrative\":\"%s，%s（%s）说\"%s}",
      id, LINXI_VILLAGE, secrets->narrative, secrets->name, secrets->phone, reporter_json(secrets));
}

static struct arena lasting;
static struct buffer answers = {.arena = &lasting}; // of those that were refused

static const char *printed(json_t *body) {
  char *text = json_dumps(body, JSON_COMPACT);
  const char *kept = arena_strdup(client_memory(), text ? text : "");
  free(text);
  return kept;
}

static struct answer heard(struct answer answer) {
  if (answer.code != CODE_OK)
    buffer_printf(&answers, "%s %s\n%s\n", answer.message, answer.headers, printed(answer.body));
  return answer;
}

#define ASK(...) heard(ask(__VA_ARGS__))
#define HTTP(...) heard(http(__VA_ARGS__))

// Signs in somebody new, rightly and wrongly, and raises, pushes and corrects leads; also in ways that are refused.
static void live_a_day(enum transport t, struct client *client, struct secrets *secrets) {
  char username[64];
  snprintf(username, sizeof username, "secret.%.8s", fresh_id());
  const char *login = "{\"username\":\"%s\",\"password\":\"%s\",\"device\":{\"id\":\"%s\"}}";
  const char *officer = token_of("officer.linxi"), *id = fresh_id(), *request = fresh_id();
  make_account(t, username, "");
  CU_ASSERT_EQUAL(set_password(t, username, secrets->password).code, CODE_OK);
  ASK(client, t, token_of("admin"), "PeopleService/CreateUser",
      "{\"user\":{\"username\":\"%s\",\"name\":\"测试\",\"password\":\"%s\"},\"requestId\":\"%s\"}", username,
      secrets->password, request);
  struct answer answer = ASK(client, t, NULL, "AuthService/Login", login, username, secrets->password, fresh_id());
  CU_ASSERT_EQUAL(answer.code, CODE_OK);
  secrets->access[t] = text_at(answer.body, "accessToken");
  secrets->refresh[t] = text_at(answer.body, "refreshToken");
  ASK(client, t, NULL, "AuthService/Login", login, username, secrets->wrong_password, fresh_id());
  ASK(client, t, NULL, "AuthService/Login", login, secrets->wrong_password, secrets->wrong_password, fresh_id());
  ASK(client, t, secrets->access[t], "LeadService/GetLead", "{\"id\":\"%s\"}", id);
  ASK(client, t, secrets->refresh[t], "AuthService/WhoAmI", "{}");
  ASK(client, t, NULL, "AuthService/Refresh", "{\"refreshToken\":\"%s\",\"deviceId\":\"%s\"}", secrets->refresh[t], fresh_id());

  answer = ASK(client, t, officer, "LeadService/CreateLead", "{\"lead\":%s,\"requestId\":\"%s\"}", secret_lead(id, secrets),
               request);
  CU_ASSERT_EQUAL(answer.code, CODE_OK);
  ASK(client, t, officer, "LeadService/CreateLead", "{\"lead\":%s,\"requestId\":\"%s\"}", secret_lead(id, secrets), request);
  ASK(client, t, token_of("officer.balin"), "LeadService/CreateLead", "{\"lead\":%s}", secret_lead(id, secrets));
  ASK(client, t, officer, "LeadService/UpdateLead", "{\"lead\":{\"id\":\"%s\",\"etag\":\"%s\"%s},\"updateMask\":\"reporter\"}",
      id, text_at(answer.body, "etag"), reporter_json(secrets));
  answer = ASK(client, t, officer, "SyncService/Push", "{\"leads\":[%s,%s]}", secret_lead(fresh_id(), secrets),
               secret_lead(id, secrets));
  CU_ASSERT_STRING_EQUAL(text_at(answer.body, "results.0.status"), "CREATED");
  ASK(client, t, officer, "SyncService/Pull", "{}");
  // The secrets where they do not belong.
  ASK(client, t, officer, "LeadService/GetLead", "{\"id\":\"%s\"}", secrets->name);
  ASK(client, t, officer, "LeadService/AddNote", "{\"id\":\"%s\",\"note\":\"x\",\"requestId\":\"%s\"}", id, secrets->phone);
  ASK(client, t, officer, "LeadService/ListLeads", "{\"domain\":\"x\",\"pageToken\":\"%s\"}", secrets->refresh[t]);
  ASK(client, t, secrets->identity, "AuthService/WhoAmI", "{}");
}

static void live_a_raw_day(struct client *client, const struct secrets *secrets) {
  const char *officer = token_of("officer.linxi");
  const char *unknown =
      arena_printf(client_memory(), "{\"password\":\"%s\",\"%s\":1}", secrets->password, secrets->wrong_password);
  HTTP(client, "POST", "/v1/auth:login", NULL, unknown);
  HTTP(client, "POST", "/v1/leads", officer, arena_printf(client_memory(), "{\"narrative\":\"%s", secrets->narrative));
  HTTP(client, "POST", "/v1/leads", officer, arena_printf(client_memory(), "{\"amountFen\":\"%s\"}", secrets->narrative));
  HTTP(client, "GET", arena_printf(client_memory(), "/v1/leads?pageToken=%s", secrets->access[REST]), officer, NULL);
  HTTP(client, "GET", arena_printf(client_memory(), "/v1/leads/%s", secrets->phone), officer, NULL);
}

static void assert_not_in_audit(const char *secret) {
  CU_ASSERT_EQUAL(sql_number("select count(*) from audit a where to_jsonb(a)::text like '%%%s%%'", secret), 0);
}

static void neither_audit_nor_log_tells_a_secret(void) {
  struct secrets secrets = make_secrets();
  BOTH(t) live_a_day(t, instance.client, &secrets);
  live_a_raw_day(instance.client, &secrets);
  // Its last line is written when this one is.
  const char *last = text_at(http(instance.client, "GET", "/v1/auth:whoami", NULL, NULL).body, "details.1.requestId");
  CU_ASSERT_TRUE(process_await(&instance.process, last, LOG_TIMEOUT_MS));
  CU_ASSERT_PTR_NOT_NULL(strstr(instance.process.printed, "LeadService/CreateLead"));
  const char *const all[] = {secrets.narrative,  secrets.name,           secrets.phone,     secrets.identity,
                             secrets.password,   secrets.wrong_password, secrets.access[0], secrets.access[1],
                             secrets.refresh[0], secrets.refresh[1]};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    const char *at = strstr(instance.process.printed, all[i]);
    CU_ASSERT_PTR_NULL(at);
    if (at)
      fprintf(stderr, "        %.300s\n", at > instance.process.printed + 200 ? at - 200 : instance.process.printed);
    assert_not_in_audit(all[i]);
  }
}

// --- Encodings: how each writes a value, by another's hand, and what to look for ---

static const char *as_it_is(const char *value) {
  return value;
}

static const char *as_hex(const char *value) {
  return sql_text("select encode(convert_to('%s', 'UTF8'), 'hex')", value);
}

static const char *as_base64(const char *value) {
  return sql_text("select translate(encode(convert_to('%s', 'UTF8'), 'base64'), e'\n', '')", value);
}

static const char *as_base64url(const char *value) {
  return sql_text("select translate(encode(convert_to('%s', 'UTF8'), 'base64'), e'+/=\n', '-_')", value);
}

static const char *as_json(const char *value) {
  json_t *string = json_string(value);
  char *text = json_dumps(string, JSON_ENSURE_ASCII | JSON_ENCODE_ANY);
  const char *kept = arena_strdup(client_memory(), text);
  free(text);
  json_decref(string);
  return kept;
}

static const char *as_url(const char *value) {
  char *text = curl_easy_escape(NULL, value, 0);
  const char *kept = arena_strdup(client_memory(), text);
  curl_free(text);
  return kept;
}

// The bytes as `format` has them, all or those beyond ASCII.
static void add_bytes(struct buffer *lines, const char *value, const char *format, bool all) {
  for (const char *at = value; *at; at++)
    if (all || (unsigned char)*at > 127)
      buffer_string(lines, arena_printf(client_memory(), format, (unsigned char)*at)); // NOLINT: a literal
    else
      buffer_byte(lines, *at);
  buffer_byte(lines, '\n');
}

static void find_as_it_is(struct buffer *lines, const char *value) {
  buffer_printf(lines, "%s\n", value);
}

static void find_hex(struct buffer *lines, const char *value) {
  add_bytes(lines, value, "%02x", true);
  add_bytes(lines, value, "%02X", true);
}

static void find_url(struct buffer *lines, const char *value) {
  add_bytes(lines, value, "%%%02x", false);
  add_bytes(lines, value, "%%%02X", false);
}

// From each of the three offsets, without the ends that depend on what is around.
static void find_base64(struct buffer *lines, const char *value) {
  static const size_t spoilt[OFFSETS] = {0, 2, 3};
  for (size_t offset = 0; offset < OFFSETS; offset++) {
    const char *shifted = arena_printf(client_memory(), "%.*s%s", (int)offset, "xx", value);
    struct buffer text = {.arena = client_memory()};
    base64_write(&text, (const uint8_t *)shifted, strlen(shifted) / 3 * 3);
    buffer_printf(lines, "%s\n", buffer_text(&text) + spoilt[offset]);
  }
}

static void find_base64url(struct buffer *lines, const char *value) {
  size_t from = lines->length;
  find_base64(lines, value);
  for (char *at = lines->data + from; at < lines->data + lines->length; at++)
    *at = *at == '+' ? '-' : *at == '/' ? '_' : *at;
}

// The letter of three bytes at `at`, of which all names here are made.
static unsigned letter_at(const char *at) {
  return ((unsigned)at[0] & 15) << 12 | ((unsigned)at[1] & 63) << 6 | ((unsigned)at[2] & 63);
}

// Also as JSON within JSON has it, which a line of the log is.
static void find_json(struct buffer *lines, const char *value) {
  static const char *const formats[] = {"\\u%04x", "\\u%04X", "\\\\u%04x", "\\\\u%04X"};
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
    for (const char *at = value; *at; at += (unsigned char)*at > 127 ? 3 : 1)
      if ((unsigned char)*at > 127)
        buffer_printf(lines, formats[i], letter_at(at)); // NOLINT: a literal
      else
        buffer_byte(lines, *at);
    buffer_byte(lines, '\n');
  }
}

// Any two letters that stand together. Two digits do so in every file by chance: searching tells of them, below.
static void find_pairs(struct buffer *lines, const char *value) {
  for (const char *at = value; strlen(at) >= 6; at++)
    if (((unsigned char)at[0] & 0xf0) == 0xe0 && ((unsigned char)at[3] & 0xf0) == 0xe0)
      buffer_printf(lines, "%.6s\n", at);
}

static const struct encoding {
  const char *name;
  const char *(*encode)(const char *value);
  void (*find)(struct buffer *lines, const char *value);
  bool of_the_index; // alone, as it is what the index makes of a text
} encodings[] = {
    {"as it is", as_it_is, find_as_it_is, false},      {"hex", as_hex, find_hex, false},
    {"base64", as_base64, find_base64, false},         {"base64url", as_base64url, find_base64url, false},
    {"JSON's escapes", as_json, find_json, false},     {"URL's escapes", as_url, find_url, false},
    {"the index's pairs", as_it_is, find_pairs, true},
};

// --- Places: how something comes there, and where it is then ---

static const char *in_folder(const char *name) {
  return arena_printf(client_memory(), "%s/%s", world()->folder, name);
}

static const char *written(const char *name, const char *text) {
  const char *path = in_folder(name);
  FILE *file = fopen(path, "we");
  CU_ASSERT_PTR_NOT_NULL_FATAL(file);
  CU_ASSERT_EQUAL(fwrite(text, 1, strlen(text), file), strlen(text));
  fclose(file);
  return path;
}

static void plant_row(const char *text) {
  CU_ASSERT_TRUE(sql_run("insert into planted (told) values ('%s')", text));
}

static void plant_warning(const char *text) {
  CU_ASSERT_TRUE(
      sql_run("do $$ begin perform set_config('client_min_messages', 'error', true); raise warning '%%', '%s'; end $$", text));
}

static void plant_narrative(const char *text) {
  ask(instance.client, REST, token_of("officer.linxi"), "LeadService/CreateLead",
      "{\"lead\":{\"id\":\"%s\",\"channel\":\"LEAD_CHANNEL_LETTER\",\"class\":\"LEAD_CLASS_APPEAL\",\"regionCode\":\"%s\","
      "\"narrative\":\"%s\"}}",
      fresh_id(), LINXI_VILLAGE, text);
}

// PostgreSQL fails with these words, which the server logs and tells nobody.
static void plant_fault(const char *text) {
  CU_ASSERT_TRUE(
      sql_run("create or replace function fail_told() returns trigger language plpgsql as $$ begin raise exception '%%', "
              "'%s'; end $$",
              text));
  struct answer answer = ask(instance.client, GRPC, token_of("officer.linxi"), "VisitService/CreateVisit", "{\"visit\":%s}",
                             visit_json(fresh_id(), LINXI_VILLAGE, ",\"place\":\"fail\""));
  CU_ASSERT_EQUAL(answer.code, CODE_INTERNAL);
  CU_ASSERT_PTR_NULL(strstr(printed(answer.body), text));
  CU_ASSERT_PTR_NULL(strstr(answer.headers, text));
}

// What a program prints, in a file.
static const char *output_of(const char *name, const char *const *arguments) {
  char *text = NULL;
  CU_ASSERT_EQUAL_FATAL(process_run(arguments, NULL, &text, PROGRAM_TIMEOUT_MS), 0);
  const char *path = written(name, text);
  free(text);
  return path;
}

static const char *dump(void) {
  return output_of("dump.looked_at", (const char *[]){"/usr/lib/postgresql/15/bin/pg_dump", world()->owner_url, NULL});
}

static const char *data_files(void) {
  CU_ASSERT_TRUE(sql_run("checkpoint"));
  return in_folder("data/base");
}

static const char *changes_log(void) {
  return in_folder("data/pg_wal");
}

static const char *database_log(void) {
  return in_folder("data/server.log");
}

static const char *search_index(void) {
  CU_ASSERT_TRUE(sql_run("checkpoint"));
  return in_folder(arena_printf(client_memory(), "data/%s", sql_text("select pg_relation_filepath('lead_found')")));
}

// The instance's last line is written when this one is.
static const char *server_log(void) {
  const char *last = text_at(http(instance.client, "GET", "/v1/auth:whoami", NULL, NULL).body, "details.1.requestId");
  CU_ASSERT_TRUE(process_await(&instance.process, last, LOG_TIMEOUT_MS));
  return written("log.looked_at", instance.process.printed);
}

static const char *metrics(void) {
  const char *url = arena_printf(client_memory(), "http://127.0.0.1:%d/metrics", instance.metrics_port);
  return output_of("metrics.looked_at", (const char *[]){"curl", "--silent", "--fail", url, NULL});
}

static const char *refusals(void) {
  CU_ASSERT_PTR_NOT_NULL(strstr(buffer_text(&answers), "ALREADY_EXISTS"));
  return written("answers.looked_at", buffer_text(&answers));
}

// Where nothing comes by itself it is put behind what was found there: by NULL.
static const struct place {
  const char *name;
  void (*plant)(const char *text);
  const char *(*path)(void);
  bool is_index;
} places[] = {
    {"a dump", plant_row, dump, false},
    {"data files", plant_row, data_files, false},
    {"the write-ahead log", plant_row, changes_log, false},
    {"PostgreSQL's log", plant_warning, database_log, false},
    {"the server's log", plant_fault, server_log, false},
    {"metrics", NULL, metrics, false},
    {"answers that refuse", NULL, refusals, false},
    {"the search index", plant_narrative, search_index, true},
};

// Whether one of the values stands there in that encoding.
static bool stands(const struct encoding *encoding, const char *const *values, size_t count, const char *path) {
  struct buffer lines = {.arena = client_memory()};
  for (size_t i = 0; i < count; i++)
    encoding->find(&lines, values[i]);
  const char *needles = written("needles.looked_for", buffer_text(&lines));
  int code = process_run((const char *[]){"grep", "-raqF", "-f", needles, path, NULL}, (const char *[]){"LC_ALL=C", NULL}, NULL,
                         PROGRAM_TIMEOUT_MS);
  CU_ASSERT_TRUE(code == 0 || code == 1);
  return code == 0;
}

// From each offset, which base64 tells apart.
static void plant(const struct place *place, const struct encoding *encoding, const char *value) {
  for (int offset = 0; offset < OFFSETS && place->plant; offset++)
    place->plant(encoding->encode(arena_printf(client_memory(), "%.*s%s", offset, "xx", value)));
}

static const char *looked_at(const struct place *place, const struct encoding *encoding, const char *planted) {
  const char *path = place->path();
  if (!place->plant) {
    FILE *file = fopen(path, "ae");
    fprintf(file, "%s\n", encoding->encode(planted));
    fclose(file);
  }
  return path;
}

static void no_secret_stands_anywhere_in_any_encoding_and_what_is_planted_is_found(void) {
  struct secrets secrets = make_secrets();
  const char *planted = rare_name();
  BOTH(t) live_a_day(t, instance.client, &secrets);
  live_a_raw_day(instance.client, &secrets);
  const char *const sealed[] = {secrets.name,         secrets.phone,        secrets.identity,      secrets.password,
                                secrets.access[REST], secrets.access[GRPC], secrets.refresh[REST], secrets.refresh[GRPC]};
  for (size_t p = 0; p < sizeof places / sizeof *places; p++) {
    for (size_t e = 0; e < sizeof encodings / sizeof *encodings; e++) {
      if (encodings[e].of_the_index != places[p].is_index)
        continue;
      plant(&places[p], &encodings[e], planted);
      const char *path = looked_at(&places[p], &encodings[e], planted);
      bool control = stands(&encodings[e], &planted, 1, path);
      bool found = stands(&encodings[e], sealed, sizeof sealed / sizeof *sealed, path);
      CU_ASSERT_TRUE(control);
      CU_ASSERT_FALSE(found);
      if (!control || found)
        fprintf(stderr, "        %s, %s: %s\n", places[p].name, encodings[e].name,
                found ? "a secret stands there" : "nothing is found");
    }
  }
  CU_ASSERT_TRUE(stands(&encodings[0], &secrets.narrative, 1, dump())); // what is stored in clear is there
}

static size_t found_by(const char *words) {
  return count_at(
      ask(instance.client, GRPC, token_of("supervisor.chifeng"), "LeadService/ListLeads", "{\"query\":\"%s\"}", words).body,
      "leads");
}

static void no_search_finds_a_reporter(void) {
  struct secrets secrets = make_secrets();
  BOTH(t) live_a_day(t, instance.client, &secrets);
  CU_ASSERT_TRUE(found_by(secrets.narrative) > 0);
  CU_ASSERT_EQUAL(found_by(secrets.name), 0);
  CU_ASSERT_EQUAL(found_by(secrets.phone), 0);
  CU_ASSERT_EQUAL(found_by(secrets.identity), 0);
}

static void the_same_reporter_looks_different_in_each_record_and_has_one_index(void) {
  struct secrets secrets = make_secrets();
  const char *one = fresh_id(), *other = fresh_id();
  ask(world()->client, REST, token_of("officer.linxi"), "LeadService/CreateLead", "{\"lead\":%s}", secret_lead(one, &secrets));
  ask(world()->client, GRPC, token_of("officer.balin"), "SyncService/Push", "{\"leads\":[%s]}", secret_lead(other, &secrets));
  const char *pair =
      "select concat_ws(' ', a.name <> b.name, a.phone <> b.phone, a.key <> b.key, a.phone_index = b.phone_index, "
      "a.identity_index = b.identity_index) from lead_reporter a, lead_reporter b where a.lead_id = '%s' and b.lead_id = '%s'";
  CU_ASSERT_STRING_EQUAL(sql_text(pair, one, other), "t t t t t");
}

static bool open_secrets(void) {
  return world_open() && instance_start(&instance, (const char *[]){"ZOUFANG_LOG_LEVEL=debug", NULL}) &&
         sql_run("create table planted (told text)") &&
         sql_run("create function fail_told() returns trigger language plpgsql as $$ begin return null; end $$") &&
         sql_run("create trigger fail_told before insert on visit for each row when (new.place = 'fail') execute function "
                 "fail_told()");
}

static void close_secrets(void) {
  sql_run("drop trigger fail_told on visit; drop function fail_told; drop table planted");
  instance_stop(&instance);
  arena_close(&lasting);
  client_forget();
}

SUITE_WITH(secrets, open_secrets, close_secrets, SECRETS_LIMIT_S,
           TEST(no_secret_stands_anywhere_in_any_encoding_and_what_is_planted_is_found), TEST(no_search_finds_a_reporter),
           TEST(neither_audit_nor_log_tells_a_secret),
           TEST(the_same_reporter_looks_different_in_each_record_and_has_one_index));
