// TLS on both transports; and no plaintext beyond this machine unless somebody says that he knows.

#include "suite.h"
#include "support/client_wire.h"
#include "support/socket.h"
#include "support/startup.h"
#include "support/world.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { PATIENCE_MS = 20000 };

static const char list_visits[] = "VisitService/ListVisits";

static struct { const char *cert, *key, *cert_setting, *key_setting; } files;

// "server.cert": a file in the world's folder.
static const char *path_of(const char *name) {
  return arena_printf(client_memory(), "%s/%s", world()->folder, name);
}

static const char *setting(const char *name, const char *path) {
  return arena_printf(client_memory(), "ZOUFANG_TLS_%s_FILE=%s", name, path);
}

// A certificate for 127.0.0.1, signed by itself.
static bool make_certificate(const char *cert, const char *key) {
  const char *const command[] = {"openssl",
                                 "req",
                                 "-x509",
                                 "-newkey",
                                 "ec",
                                 "-pkeyopt",
                                 "ec_paramgen_curve:prime256v1",
                                 "-nodes",
                                 "-days",
                                 "2",
                                 "-subj",
                                 "/CN=localhost",
                                 "-addext",
                                 "subjectAltName=IP:127.0.0.1",
                                 "-keyout",
                                 key,
                                 "-out",
                                 cert,
                                 NULL};
  return process_run(command, NULL, NULL, PATIENCE_MS) == 0;
}

static bool open_suite(void) {
  if (!world_open())
    return false;
  files.cert = path_of("server.cert"), files.key = path_of("server.key");
  files.cert_setting = setting("CERT", files.cert), files.key_setting = setting("KEY", files.key);
  return make_certificate(files.cert, files.key);
}

// --- With a certificate ----------------------------------------------------------------------------------------------

static void both_transports_speak_tls_and_nothing_else(void) {
  struct instance instance;
  CU_ASSERT_TRUE_FATAL(instance_start(&instance, (const char *[]){files.cert_setting, files.key_setting, NULL}));
  client_manners(instance.client)->ca_file = files.cert;
  struct client *plain = client_open(&world()->schema, instance.http_port, instance.grpc_port);
  client_manners(plain)->deadline_ms = PATIENCE_MS;
  BOTH(t) {
    struct answer answer = ask(instance.client, t, token_of("officer.linxi"), list_visits, "{}");
    CU_ASSERT_EQUAL(answer.code, CODE_OK);
    CU_ASSERT_NOT_EQUAL(ask(plain, t, token_of("officer.linxi"), list_visits, "{}").code, CODE_OK);
  }
  struct answer answer = ask(instance.client, REST, token_of("officer.linxi"), list_visits, "{}");
  CU_ASSERT_TRUE(*header_of(&answer, "Strict-Transport-Security") != 0);
  client_close(plain);
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

// A client that trusts somebody else does not talk to this server.
static void a_certificate_of_nobodys_is_not_trusted(void) {
  const char *cert = path_of("other.cert"), *key = path_of("other.key");
  CU_ASSERT_TRUE_FATAL(make_certificate(cert, key));
  struct instance instance;
  CU_ASSERT_TRUE_FATAL(instance_start(&instance, (const char *[]){files.cert_setting, files.key_setting, NULL}));
  client_manners(instance.client)->ca_file = cert;
  client_manners(instance.client)->deadline_ms = PATIENCE_MS;
  BOTH(t)
  CU_ASSERT_NOT_EQUAL(ask(instance.client, t, token_of("officer.linxi"), list_visits, "{}").code, CODE_OK);
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

// --- A certificate that is renewed -----------------------------------------------------------------------------------

// Puts another file in the place of one, as who renews certificates does.
static void put(const char *file, const char *place) {
  CU_ASSERT_EQUAL(
      process_run((const char *[]){"sh", "-c", "cp \"$1\" \"$2.new\" && mv \"$2.new\" \"$2\"", "sh", file, place, NULL}, NULL,
                  NULL, PATIENCE_MS),
      0);
}

// What a client hears that comes now and trusts `ca` alone.
static enum code heard_by(const struct instance *instance, enum transport t, const char *ca) {
  struct client *client = client_open(&world()->schema, instance->http_port, instance->grpc_port);
  client_manners(client)->ca_file = ca;
  client_manners(client)->deadline_ms = PATIENCE_MS;
  enum code code = ask(client, t, token_of("officer.linxi"), list_visits, "{}").code;
  client_close(client);
  return code;
}

// A server with a pair of its own, the suite's at first.
static void start_with_own(struct instance *instance, const char *cert, const char *key) {
  put(files.cert, cert);
  put(files.key, key);
  CU_ASSERT_TRUE_FATAL(instance_start(instance, (const char *[]){setting("CERT", cert), setting("KEY", key), NULL}));
  client_manners(instance->client)->ca_file = files.cert;
  BOTH(t)
  CU_ASSERT_EQUAL(ask(instance->client, t, token_of("officer.linxi"), list_visits, "{}").code, CODE_OK);
}

static void a_renewed_certificate_is_shown_without_a_restart(void) {
  const char *cert = path_of("renewed.cert"), *key = path_of("renewed.key");
  const char *next_cert = path_of("next.cert"), *next_key = path_of("next.key");
  struct instance instance;
  CU_ASSERT_TRUE_FATAL(make_certificate(next_cert, next_key));
  start_with_own(&instance, cert, key);
  put(next_cert, cert);
  put(next_key, key);
  CU_ASSERT_TRUE(process_await(&instance.process, "a new certificate is in force", PATIENCE_MS));
  BOTH(t) {
    CU_ASSERT_EQUAL(heard_by(&instance, t, next_cert), CODE_OK);
    CU_ASSERT_NOT_EQUAL(heard_by(&instance, t, files.cert), CODE_OK);
    // Who was connected before stays so.
    CU_ASSERT_EQUAL(ask(instance.client, t, token_of("officer.linxi"), list_visits, "{}").code, CODE_OK);
  }
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

static void a_certificate_that_cannot_be_used_leaves_the_one_before(void) {
  const char *cert = path_of("kept.cert"), *key = path_of("kept.key");
  const char *none = path_of("none.cert"), *good_cert = path_of("good.cert"), *good_key = path_of("good.key");
  struct instance instance;
  CU_ASSERT_TRUE_FATAL(make_certificate(good_cert, good_key));
  FILE *file = fopen(none, "we");
  CU_ASSERT_PTR_NOT_NULL_FATAL(file);
  fputs("no certificate\n", file);
  fclose(file);
  start_with_own(&instance, cert, key);
  put(none, cert);
  CU_ASSERT_TRUE(process_await(&instance.process, "the new certificate is not taken", PATIENCE_MS));
  BOTH(t)
  CU_ASSERT_EQUAL(heard_by(&instance, t, files.cert), CODE_OK);
  put(good_cert, cert); // with the key of another
  CU_ASSERT_TRUE(process_await(&instance.process, "do not match", PATIENCE_MS));
  BOTH(t)
  CU_ASSERT_EQUAL(heard_by(&instance, t, files.cert), CODE_OK);
  put(good_key, key);
  CU_ASSERT_TRUE(process_await(&instance.process, "a new certificate is in force", PATIENCE_MS));
  BOTH(t)
  CU_ASSERT_EQUAL(heard_by(&instance, t, good_cert), CODE_OK);
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

// What an openssl client gets of an old version of the protocol.
static bool shakes_hands(int port, const char *version) {
  const char *command = "openssl s_client -connect 127.0.0.1:$1 $2 -cipher 'ALL:@SECLEVEL=0' </dev/null 2>&1 | "
                        "grep -q 'BEGIN CERTIFICATE'";
  const char *number = arena_printf(client_memory(), "%d", port);
  return process_run((const char *[]){"sh", "-c", command, "sh", number, version, NULL}, NULL, NULL, PATIENCE_MS) == 0;
}

static void old_versions_of_tls_are_not_spoken(void) {
  struct instance instance;
  CU_ASSERT_TRUE_FATAL(instance_start(&instance, (const char *[]){files.cert_setting, files.key_setting, NULL}));
  const int ports[] = {instance.http_port, instance.grpc_port};
  BOTH(t) {
    CU_ASSERT_TRUE(shakes_hands(ports[t], "-tls1_3"));
    CU_ASSERT_TRUE(shakes_hands(ports[t], "-tls1_2"));
    CU_ASSERT_FALSE(shakes_hands(ports[t], "-tls1_1"));
    CU_ASSERT_FALSE(shakes_hands(ports[t], "-tls1"));
  }
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

// Who opens connections and says nothing, or rubbish, keeps nobody from shaking hands.
static void a_handshake_that_breaks_off_does_no_harm(void) {
  enum { CROWD = 50 };
  int crowd[CROWD];
  struct instance instance;
  CU_ASSERT_TRUE_FATAL(instance_start(&instance, (const char *[]){files.cert_setting, files.key_setting, NULL}));
  client_manners(instance.client)->ca_file = files.cert;
  for (int i = 0; i < CROWD; i++) {
    crowd[i] = socket_open(i % 2 ? instance.http_port : instance.grpc_port);
    socket_send(crowd[i], "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", (size_t)(i % 12));
  }
  BOTH(t)
  CU_ASSERT_EQUAL(ask(instance.client, t, token_of("officer.linxi"), list_visits, "{}").code, CODE_OK);
  for (int i = 0; i < CROWD; i++)
    close(crowd[i]);
  BOTH(t)
  CU_ASSERT_EQUAL(ask(instance.client, t, token_of("officer.linxi"), list_visits, "{}").code, CODE_OK);
  CU_ASSERT_EQUAL(instance_stop(&instance), 0);
}

// --- Not without one -------------------------------------------------------------------------------------------------

// None of these is ever listened on: the settings are refused before.
static void beyond_the_loopback_plaintext_is_refused(void) {
  static const char *const settings[] = {"ZOUFANG_HTTP_LISTEN=0.0.0.0:0",    "ZOUFANG_GRPC_LISTEN=0.0.0.0:0",
                                         "ZOUFANG_METRICS_LISTEN=0.0.0.0:0", "ZOUFANG_HTTP_LISTEN=[::]:0",
                                         "ZOUFANG_GRPC_LISTEN=:0",           "ZOUFANG_HTTP_LISTEN=192.0.2.1:0"};
  for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
    int code;
    const char *printed = startup_fails((const char *[]){settings[i], NULL}, &code);
    CU_ASSERT_EQUAL(code, 2);
    CU_ASSERT_PTR_NOT_NULL(strstr(printed, "ZOUFANG_ALLOW_PLAINTEXT"));
  }
  // Metrics have no TLS, so a certificate does not help them.
  int code;
  const char *printed =
      startup_fails((const char *[]){files.cert_setting, files.key_setting, "ZOUFANG_METRICS_LISTEN=0.0.0.0:0", NULL}, &code);
  CU_ASSERT_EQUAL(code, 2);
  CU_ASSERT_PTR_NOT_NULL(strstr(printed, "ZOUFANG_METRICS_LISTEN"));
}

static void a_certificate_that_is_none_is_told_by_its_file(void) {
  const char *empty = path_of("empty.cert"), *other = path_of("other.key"), *unused = path_of("unused.cert");
  CU_ASSERT_TRUE_FATAL(make_certificate(unused, other));
  FILE *file = fopen(empty, "we");
  CU_ASSERT_PTR_NOT_NULL_FATAL(file);
  fputs("no certificate\n", file);
  fclose(file);
  const struct {
    const char *cert, *key, *says;
    int code;
  } wrong[] = {
      {"ZOUFANG_TLS_CERT_FILE=/no/such/cert", files.key_setting, "/no/such/cert", 1},
      {files.cert_setting, "ZOUFANG_TLS_KEY_FILE=/no/such/key", "/no/such/key", 1},
      {setting("CERT", empty), files.key_setting, "certificate", 1},
      {files.cert_setting, setting("KEY", other), "certificate", 1},
      {files.cert_setting, NULL, "ZOUFANG_TLS_KEY_FILE", 2},
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    int code;
    const char *printed = startup_fails((const char *[]){wrong[i].cert, wrong[i].key, NULL}, &code);
    CU_ASSERT_EQUAL(code, wrong[i].code);
    CU_ASSERT_PTR_NOT_NULL(strstr(printed, wrong[i].says));
  }
}

SUITE_WITH(tls, open_suite, client_forget, 60, TEST(both_transports_speak_tls_and_nothing_else),
           TEST(a_certificate_of_nobodys_is_not_trusted), TEST(a_renewed_certificate_is_shown_without_a_restart),
           TEST(a_certificate_that_cannot_be_used_leaves_the_one_before), TEST(old_versions_of_tls_are_not_spoken),
           TEST(a_handshake_that_breaks_off_does_no_harm), TEST(beyond_the_loopback_plaintext_is_refused),
           TEST(a_certificate_that_is_none_is_told_by_its_file));
