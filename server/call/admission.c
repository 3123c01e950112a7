// Admission: what is refused here never reaches the database.

#include "call/admission.h"
#include "base/clock.h"
#include "call/accounts.h"
#include "call/addresses.h"
#include "call/items.h"
#include "call/server.h"
#include "call/workers.h"
#include "schema/rules.h"
#include "store/page.h"
#include <stdio.h>
#include <string.h>

enum { RETRY_MS = 1000, RETRY_STOPPING_MS = 5000, NUMBER_TEXT = 24 };

static bool refuse_for_now(struct call *call, const char *reason, const char *message, int64_t retry_ms) {
  fault_set(&call->fault, CODE_UNAVAILABLE, reason, "%s", message);
  call->fault.retry_ms = retry_ms;
  return false;
}

static bool check_server(struct call *call) {
  if (atomic_load(&call->server->stopping))
    return refuse_for_now(call, "STOPPING", "the server is stopping", RETRY_STOPPING_MS);
  if (workers_away(call->server->workers))
    return refuse_for_now(call, "DATABASE_AWAY", "the database is not there", RETRY_MS);
  return true;
}

static bool check_token(struct call *call) {
  return call->has_token || call->method->anonymous ||
         fault_set(&call->fault, CODE_UNAUTHENTICATED, "UNAUTHENTICATED", "a bearer token is needed");
}

static bool refuse_more(struct call *call, const char *of_whom) {
  fault_set(&call->fault, CODE_RESOURCE_EXHAUSTED, "TOO_MANY", "too many calls of this %s are in flight", of_whom);
  call->fault.retry_ms = RETRY_MS;
  return false;
}

bool admission_enter(struct call *call, const char *address) {
  struct addresses *addresses = call->server->addresses;
  struct share *share = addresses_of(addresses, address);
  call->peer = address;
  if (!addresses_enter(addresses, share))
    return refuse_more(call, "address");
  call->share = share;
  return true;
}

// A stream has bounds of its own from here on.
static void let_stream_go(struct call *call) {
  if (call->share)
    atomic_fetch_sub(&call->share->calls, 1);
  call->share = NULL;
}

static bool check_account(struct call *call) {
  if (call->method->server_streaming)
    let_stream_go(call);
  else if (call->has_token && !accounts_enter(call->server->accounts, call))
    return refuse_more(call, "account");
  return true;
}

static bool set_deadline(struct call *call) {
  const struct server_options *options = &call->server->options;
  int64_t now_us = clock_us(), latest_us = now_us + options->deadline_max_ms * 1000;
  if (call->deadline_us == 0)
    call->deadline_us = now_us + options->deadline_default_ms * 1000;
  if (call->deadline_us > latest_us)
    call->deadline_us = latest_us;
  return call->deadline_us > now_us || fault_set(&call->fault, CODE_DEADLINE_EXCEEDED, "DEADLINE", "the deadline passed");
}

// The request without its items, for the rules of its other fields.
static ProtobufCMessage *without_items(struct call *call) {
  const struct message *type = call->method->input;
  ProtobufCMessage *bare =
      memcpy(arena_alloc(&call->arena, type->descriptor->sizeof_message), call->request, type->descriptor->sizeof_message);
  for (unsigned i = 0; i < type->field_count; i++)
    if (items_in(call->request, &type->fields[i]) > 0)
      *field_count(bare, &type->fields[i]) = 0;
  return bare;
}

// Bad items do not refuse the call: they are left out, and their faults kept for their results.
static bool check_items(struct call *call) {
  struct items *items = call->items = items_make(call);
  if (call->read_fault.code != CODE_OK && !items_sort(items, &call->read_fault, &call->arena)) {
    call->fault = call->read_fault;
    return false;
  }
  if (items->count > ITEMS_MAX) {
    char limit[NUMBER_TEXT];
    snprintf(limit, sizeof limit, "%d", ITEMS_MAX);
    return fault_field(&call->fault, items_list(items, ITEMS_MAX)->name, "TOO_MANY_ITEMS", limit);
  }
  if (!rules_check(call->method->input, without_items(call), &call->fault))
    return false;
  items_check(items, &call->arena);
  call->exchange.selection = (struct selection){items->count, items->out};
  return true;
}

static bool check_fields(struct call *call) {
  if (call->arena.exceeded)
    return fault_set(&call->fault, CODE_RESOURCE_EXHAUSTED, "BODY_TOO_LARGE", "the request takes too much memory");
  message_settle(call->method->input, call->request);
  return call->method->per_item ? check_items(call) : rules_check(call->method->input, call->request, &call->fault);
}

// The hash covers the method and all of the request but the request id itself.
static void hash_content(struct call *call, char **request_id) {
  char *id = *request_id;
  *request_id = (char *)(uintptr_t) "";
  size_t length;
  const uint8_t *packed = message_pack(&call->arena, call->request, &length);
  *request_id = id;
  struct crypto_mac mac;
  crypto_mac_begin(&mac, call->server->crypto, CRYPTO_CLAIMS);
  crypto_mac_add(&mac, call->method->name, strlen(call->method->name) + 1);
  crypto_mac_add(&mac, packed, length);
  crypto_mac_end(&mac, call->keep.hash);
}

static void read_request_id(struct call *call) {
  const struct field *field = call->method->request_id;
  if (!field)
    return;
  char **request_id = field_at(call->request, field);
  if (!*request_id || !uuid_read(*request_id, strlen(*request_id), call->keep.request_id))
    return;
  call->claims = true;
  call->keep.method = call->method->name;
  hash_content(call, request_id);
}

// Makes the ids that a client left to the server.
static void generate_ids(struct call *call, const struct message *type, ProtobufCMessage *message) {
  for (unsigned i = 0; i < type->field_count; i++) {
    const struct field *field = &type->fields[i];
    if (field->repeated)
      continue;
    if (field->message && field->message->kind == MESSAGE_PLAIN && field_message(message, field))
      generate_ids(call, field->message, field_message(message, field));
    if (!field->generated || field_is_set(message, field))
      continue;
    uint8_t uuid[UUID_BYTES];
    char *text = arena_alloc(&call->arena, UUID_TEXT);
    uuid_make(uuid);
    uuid_write(uuid, text);
    *(char **)field_at(message, field) = text;
  }
}

// Whether a method makes a record: there alone an id that was left out is a new one's.
static bool creates(const struct method *method) {
  static const char *const verbs[] = {"Create", "Add", "Propose", "Publish", "Request"};
  const char *name = strchr(method->name, '/');
  for (size_t i = 0; name && i < sizeof verbs / sizeof *verbs; i++)
    if (!strncmp(name + 1, verbs[i], strlen(verbs[i])))
      return true;
  return false;
}

bool admission_pass(struct call *call) {
  call->exchange.in = call->request;
  if (!check_server(call) || !check_token(call) || !check_account(call) || !set_deadline(call) || !check_fields(call))
    return false;
  read_request_id(call);
  if (creates(call->method))
    generate_ids(call, call->method->input, call->request);
  return page_read(&call->exchange);
}
