// Any page token, cursor or bearer token: what the server wrote comes back as it was, and what was changed is refused, be it
// one bit, its method, its filters, or all of it made up.

#include "feature/cursor.h"
#include "call/server.h"
#include "store/page.h"
#include "support/fuzz.h"
#include <string.h>

enum { KIND_BITS = 7 };

static const uint8_t user[UUID_BYTES] = {1, 2, 3};

static bool is_same(const void *a, size_t a_length, const void *b, size_t b_length) {
  return a_length == b_length && memcmp(a, b, a_length) == 0;
}

// The token with one character changed, cut off, or added: which, the input says. NULL where it would be the same.
static char *changed(struct input *input, const char *token) {
  size_t length = strlen(token), at = input_byte(input) * 256u + input_byte(input);
  uint8_t how = input_byte(input), byte = input_byte(input);
  char *other = arena_printf(input->arena, "%s%c", token, byte | 1);
  at %= length;
  if (how % 3 == 0)
    other[at] = (char)(byte | 1), other[length] = '\0';
  else if (how % 3 == 1)
    other[at] = '\0';
  return strcmp(other, token) == 0 ? NULL : other;
}

// --- Page tokens -----------------------------------------------------------------------------------------------------

struct list {
  struct fault fault;
  struct exchange exchange;
};

// A request for a list, with this token.
static void ask(struct list *list, const char *method_name, const char *token, struct arena *arena) {
  const struct method *method = api_method(method_name);
  *list = (struct list){.fault = {.arena = arena}};
  list->exchange = (struct exchange){
      .arena = arena,
      .crypto = test_keys(),
      .schema = api_schema(),
      .method = method,
      .in = message_new(arena, method->input),
      .out = message_new(arena, method->output),
      .fault = &list->fault,
  };
  *(const char **)field_at(list->exchange.in, method->page_token) = token;
}

static bool is_read(struct list *list, const char *method, const char *token, struct arena *arena) {
  ask(list, method, token, arena);
  bool read = page_read(&list->exchange);
  must(read == (list->fault.code == CODE_OK) && list->exchange.page.given == (read && *token));
  must(read || strcmp(list->fault.reason, "BAD_PAGE_TOKEN") == 0);
  return read;
}

// Where the next page begins, as the input says.
static void begin_next(struct input *input, struct page *page) {
  page->more = true;
  page->next_count = input_byte(input) % (PAGE_VALUES + 1);
  for (unsigned i = 0; i < page->next_count; i++) {
    size_t length;
    struct page_value *value = &page->next[i];
    value->name = input_line(input);
    value->type = input_byte(input);
    uint8_t most = input_byte(input);
    value->bytes = most & 1 ? input_bytes(input, most, &length) : NULL;
    value->length = value->bytes ? (int32_t)length : -1;
  }
}

static void check_page(struct input *input) {
  static const char LIST[] = "VisitService/ListVisits";
  struct list first, next;
  ask(&first, LIST, "", input->arena);
  must(page_read(&first.exchange));
  begin_next(input, &first.exchange.page);
  must(page_write(&first.exchange, user));
  const char *token = field_text(first.exchange.out, first.exchange.method->next_page_token);
  must(is_read(&next, LIST, token, input->arena));
  const struct page *page = &next.exchange.page, *written = &first.exchange.page;
  must(page->count == written->next_count && memcmp(page->user, user, UUID_BYTES) == 0);
  for (unsigned i = 0; i < page->count; i++) {
    const struct page_value *was = &written->next[i], *is = &page->values[i];
    size_t name_length = strnlen(was->name, 255);
    must(is_same(is->name, strlen(is->name), was->name, name_length) && is->type == was->type && is->length == was->length);
    must(was->length < 0 ? !is->bytes : memcmp(is->bytes, was->bytes, (size_t)was->length) == 0);
  }
  const char *other = changed(input, token);
  must(!other || !*other || !is_read(&next, LIST, other, input->arena));
  must(!is_read(&next, "LeadService/ListLeads", token, input->arena));
}

// Nobody makes one up. But libFuzzer listens to what is compared, and may say again what we have said: this alone is read.
static void check_made_up_page(struct input *input) {
  struct list list;
  const char *token = input_text(input);
  if (!is_read(&list, "VisitService/ListVisits", token, input->arena) || !*token)
    return;
  struct page *page = &list.exchange.page;
  page->more = true;
  page->next_count = page->count;
  memcpy(page->next, page->values, sizeof page->next);
  must(page_write(&list.exchange, page->user));
  must(strcmp(field_text(list.exchange.out, list.exchange.method->next_page_token), token) == 0);
}

// What our own hash stands on is read, whatever it holds, within its bounds.
static void check_signed_page(struct input *input) {
  struct list list;
  struct crypto_mac mac;
  size_t length;
  const char *rest = input_rest(input, &length);
  const char *path = api_method("VisitService/ListVisits")->path;
  uint8_t *token = arena_alloc(input->arena, CRYPTO_MAC_BYTES + length);
  crypto_mac_begin(&mac, test_keys(), CRYPTO_PAGES);
  crypto_mac_add(&mac, path, strlen(path) + 1);
  crypto_mac_add(&mac, &(uint64_t){0}, sizeof(uint64_t)); // no filters
  crypto_mac_add(&mac, rest, length);
  crypto_mac_end(&mac, token);
  memcpy(token + CRYPTO_MAC_BYTES, rest, length);
  const char *text = crypto_base64url(input->arena, token, CRYPTO_MAC_BYTES + length);
  bool read = is_read(&list, "VisitService/ListVisits", text, input->arena);
  must(!read || list.exchange.page.count <= PAGE_VALUES);
  must(read || length != UUID_BYTES);
  for (unsigned i = 0; read && i < list.exchange.page.count; i++)
    if (list.exchange.page.values[i].length > 0)
      touch(list.exchange.page.values[i].bytes, (size_t)list.exchange.page.values[i].length);
}

// --- Cursors ---------------------------------------------------------------------------------------------------------

static struct call *call_of(const char *method) {
  static struct server server;
  server = (struct server){.schema = api_schema(), .crypto = test_keys()};
  struct call *call = call_make(&server, api_method(method));
  memcpy(call->caller.user, user, UUID_BYTES);
  return call;
}

static void check_cursor(struct input *input) {
  struct call *call = call_of("SyncService/Pull"), *watch = call_of("LeadService/WatchLeads");
  uint8_t whose[UUID_BYTES];
  struct input change = *input;
  input_bytes(input, 4, &(size_t){0}); // says what is changed
  const char *state = input_text(input), *cursor = cursor_write(call, state, input->arena);
  const char *read = cursor_read(call, cursor, whose);
  must(read && strcmp(read, state) == 0 && memcmp(whose, user, UUID_BYTES) == 0);
  const char *other = changed(&change, cursor);
  must(!other || !cursor_read(call, other, whose));
  must(!cursor_read(watch, cursor, whose));
  call_free(watch);
  call_free(call);
}

static void check_made_up_cursor(struct input *input) {
  struct call *call = call_of("SyncService/Pull");
  const char *cursor = input_text(input);
  const char *state = cursor_read(call, cursor, call->caller.user);
  must(!state || strcmp(cursor_write(call, state, input->arena), cursor) == 0);
  call_free(call);
}

// --- Bearer tokens, and what all of these are written in ------------------------------------------------------------

static void check_bearer(struct input *input) {
  size_t length, bytes_length;
  const char *text = input_rest(input, &length);
  uint8_t hash[CRYPTO_MAC_BYTES];
  const uint8_t *bytes = crypto_base64url_read(input->arena, text, length, &bytes_length);
  must(crypto_token_hash(test_keys(), text, length, hash) == (bytes && bytes_length == CRYPTO_TOKEN_BYTES));
  if (!bytes)
    return;
  const char *again = crypto_base64url(input->arena, bytes, bytes_length);
  must(is_same(again, strlen(again), text, length)); // one text for the same bytes, no other
}

// The first byte chooses what is read.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static void (*const checks[KIND_BITS + 1])(struct input *) = {check_page,   check_made_up_page, check_signed_page,
                                                                check_page,   check_cursor,       check_made_up_cursor,
                                                                check_bearer, check_cursor};
  struct arena arena = {0};
  struct input input = input_of(data, size, &arena);
  checks[input_byte(&input) & KIND_BITS](&input);
  arena_close(&arena);
  return 0;
}
