// Page tokens are read and written here: 32 bytes of keyed hash, 16 of the user's id, then the values that the next page begins
// behind.

#include "store/page.h"
#include "base/buffer.h"
#include <string.h>

enum { MAC_AT = 0, USER_AT = CRYPTO_MAC_BYTES, VALUES_AT = USER_AT + UUID_BYTES, VALUE_HEAD_BYTES = 8, NAME_MAX_BYTES = 255 };

// --- What a token is good for
// -------------------------------------------------------------------------------------------------

static void unset(ProtobufCMessage *message, const struct field *field) {
  if (!field || field->owner->descriptor != message->descriptor || field->repeated)
    return;
  if (field->descriptor->type == PROTOBUF_C_TYPE_STRING)
    *(const char **)field_at(message, field) = "";
  else
    memset(field_at(message, field), 0, field_element_size(field));
}

// The filters: the request without where and how much, and without whether to count.
static const uint8_t *pack_filters(const struct exchange *exchange, size_t *length) {
  const struct method *method = exchange->method;
  size_t size = exchange->in->descriptor->sizeof_message;
  ProtobufCMessage *filters = memcpy(arena_alloc(exchange->arena, size), exchange->in, size);
  filters->n_unknown_fields = 0;
  unset(filters, method->page_token);
  unset(filters, method->page_size);
  unset(filters, message_field(method->input, "total", sizeof "total" - 1));
  return message_pack(exchange->arena, filters, length);
}

static void hash_token(const struct exchange *exchange, const char *rest, size_t rest_length, uint8_t hash[CRYPTO_MAC_BYTES]) {
  size_t length;
  const uint8_t *filters = pack_filters(exchange, &length);
  uint64_t filters_length = length;
  struct crypto_mac mac;
  crypto_mac_begin(&mac, exchange->crypto, CRYPTO_PAGES);
  crypto_mac_add(&mac, exchange->method->path, strlen(exchange->method->path) + 1);
  crypto_mac_add(&mac, &filters_length, sizeof filters_length);
  crypto_mac_add(&mac, filters, length);
  crypto_mac_add(&mac, rest, rest_length);
  crypto_mac_end(&mac, hash);
}

// --- Reading
// ------------------------------------------------------------------------------------------------------------------

bool page_refuse(struct exchange *exchange) {
  fault_set(exchange->fault, CODE_INVALID_ARGUMENT, "BAD_PAGE_TOKEN", "the page token is not of this list with these filters");
  return fault_field(exchange->fault, exchange->method->page_token->name, "BAD_PAGE_TOKEN", NULL);
}

// Name length, name, type, length, bytes. False where the token ends early.
static bool read_value(struct exchange *exchange, const uint8_t **at, const uint8_t *end) {
  struct page *page = &exchange->page;
  size_t left = (size_t)(end - *at), name_length = **at, head = 1 + name_length + VALUE_HEAD_BYTES;
  if (page->count == PAGE_VALUES || left < head)
    return false;
  const uint8_t *name = *at + 1, *numbers = name + name_length, *bytes = numbers + VALUE_HEAD_BYTES;
  int32_t length = (int32_t)read_be32(numbers + 4);
  size_t size = length < 0 ? 0 : (size_t)length;
  if (size > left - head)
    return false;
  page->values[page->count++] = (struct page_value){
      .name = arena_strndup(exchange->arena, (const char *)name, name_length),
      .type = read_be32(numbers),
      .bytes = length < 0 ? NULL : (const char *)bytes,
      .length = length,
  };
  *at = bytes + size;
  return true;
}

static bool read_token(struct exchange *exchange, const char *text) {
  size_t length = 0;
  const uint8_t *token = crypto_base64url_read(exchange->arena, text, strlen(text), &length);
  uint8_t hash[CRYPTO_MAC_BYTES];
  if (!token || length < VALUES_AT)
    return page_refuse(exchange);
  hash_token(exchange, (const char *)token + USER_AT, length - USER_AT, hash);
  if (!crypto_equal(hash, token + MAC_AT, sizeof hash))
    return page_refuse(exchange);
  memcpy(exchange->page.user, token + USER_AT, UUID_BYTES);
  for (const uint8_t *at = token + VALUES_AT, *end = token + length; at < end;)
    if (!read_value(exchange, &at, end))
      return page_refuse(exchange);
  exchange->page.given = true;
  return true;
}

static int32_t clamp(int32_t size) {
  if (size <= 0)
    return PAGE_SIZE_DEFAULT;
  return size > PAGE_SIZE_MAX ? PAGE_SIZE_MAX : size;
}

bool page_read(struct exchange *exchange) {
  const struct method *method = exchange->method;
  exchange->page = (struct page){.size = PAGE_SIZE_DEFAULT};
  if (method->page_size)
    exchange->page.size = clamp(*(const int32_t *)field_at(exchange->in, method->page_size));
  const char *token = method->page_token ? field_text(exchange->in, method->page_token) : "";
  return !*token || read_token(exchange, token);
}

// --- Writing
// ------------------------------------------------------------------------------------------------------------------

static void write_value(struct buffer *token, const struct page_value *value) {
  size_t name_length = strnlen(value->name, NAME_MAX_BYTES);
  buffer_byte(token, (char)(uint8_t)name_length);
  buffer_put(token, value->name, name_length);
  buffer_be32(token, value->type);
  buffer_be32(token, (uint32_t)value->length);
  if (value->length > 0)
    buffer_put(token, value->bytes, (size_t)value->length);
}

bool page_write(struct exchange *exchange, const uint8_t user[UUID_BYTES]) {
  const struct page *page = &exchange->page;
  const struct field *next = exchange->method->next_page_token;
  if (page->given && !crypto_equal(page->user, user, UUID_BYTES))
    return page_refuse(exchange);
  if (!page->more || !next)
    return true;
  struct buffer token = {.arena = exchange->arena};
  uint8_t hash[CRYPTO_MAC_BYTES] = {0};
  buffer_put(&token, hash, sizeof hash);
  buffer_put(&token, user, UUID_BYTES);
  for (unsigned i = 0; i < page->next_count; i++)
    write_value(&token, &page->next[i]);
  hash_token(exchange, token.data + USER_AT, token.length - USER_AT, hash);
  memcpy(token.data + MAC_AT, hash, sizeof hash);
  *(char **)field_at(exchange->out, next) = crypto_base64url(exchange->arena, token.data, token.length);
  return true;
}
