// gRPC over HTTP/2 by hand: as much of RFC 9113 and RFC 7541 as one call at a time on a connection needs. Headers are indexed
// by the first request and named by number in all others, as clients do.

#include "support/client.h"
#include "base/buffer.h"
#include <string.h>

enum frame_type { DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE };
enum { FLAG_END_STREAM = 1, FLAG_ACK = 1, FLAG_END_HEADERS = 4 };
enum { HEADER_TABLE_SIZE = 1, ENABLE_PUSH = 2, INITIAL_WINDOW_SIZE = 4 };
enum {
  FRAME_HEAD = 9,
  FRAME_MAX = 16384,
  PREFIX = 5, // in front of a message
  WINDOW_DEFAULT = 65535,
  WINDOW_MAX = 0x7fffffff,
  GIVE_BACK_BYTES = 16 << 20,
  SETTING_BYTES = 6,
};
enum { INDEXED = 0x80, WITH_INDEXING = 0x40, TABLE_SIZE = 0x20, METHOD_POST = 3, SCHEME_HTTP = 6, DYNAMIC_FIRST = 62 };

// --- Writing ---------------------------------------------------------------------------------------------------------

static void write_be(uint8_t *out, uint32_t value, int bytes) {
  for (int i = 0; i < bytes; i++)
    out[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
}

static void put_frame(struct client *client, enum frame_type type, int flags, uint32_t stream, const void *payload,
                      size_t length) {
  uint8_t head[FRAME_HEAD];
  write_be(head, (uint32_t)length, 3);
  head[3] = (uint8_t)type;
  head[4] = (uint8_t)flags;
  write_be(head + 5, stream, 4);
  client_put(client, head, sizeof head);
  client_put(client, payload, length);
}

static void put_window(struct client *client, uint32_t increment) {
  uint8_t bytes[4];
  write_be(bytes, increment, 4);
  put_frame(client, WINDOW_UPDATE, 0, 0, bytes, sizeof bytes);
}

static void set_setting(uint8_t out[SETTING_BYTES], uint32_t name, uint32_t value) {
  write_be(out, name, 2);
  write_be(out + 2, value, 4);
}

// Without a table of headers the other side writes them out, and they can be read without one.
static void hello(struct client *client) {
  uint8_t settings[3 * SETTING_BYTES];
  client_put(client, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 24);
  set_setting(settings, HEADER_TABLE_SIZE, 0);
  set_setting(settings + SETTING_BYTES, ENABLE_PUSH, 0);
  set_setting(settings + 2 * SETTING_BYTES, INITIAL_WINDOW_SIZE, WINDOW_MAX);
  put_frame(client, SETTINGS, 0, 0, settings, sizeof settings);
  put_window(client, WINDOW_MAX - WINDOW_DEFAULT);
  client->window = client->stream_window = WINDOW_DEFAULT;
  client->stream = 1;
}

static void put_literal(struct buffer *block, const char *name, const char *value) {
  size_t length = strlen(value);
  buffer_byte(block, WITH_INDEXING);
  buffer_byte(block, (char)strlen(name));
  buffer_string(block, name);
  buffer_byte(block, (char)length);
  buffer_string(block, value);
}

static void put_first_headers(struct client *client) {
  struct arena arena = {0};
  struct buffer block = {.arena = &arena};
  buffer_byte(&block, (char)(INDEXED | METHOD_POST));
  buffer_byte(&block, (char)(INDEXED | SCHEME_HTTP));
  put_literal(&block, ":path", client->path);
  put_literal(&block, ":authority", "127.0.0.1");
  put_literal(&block, "content-type", "application/grpc");
  put_literal(&block, "te", "trailers");
  put_literal(&block, "authorization", arena_printf(&arena, "Bearer %s", client->token));
  put_frame(client, HEADERS, FLAG_END_HEADERS, client->stream, block.data, block.length);
  arena_close(&arena);
}

// The same by number: what came last into the table is its first.
static void put_headers(struct client *client) {
  enum { LITERALS = 5 };
  uint8_t block[2 + LITERALS] = {INDEXED | METHOD_POST, INDEXED | SCHEME_HTTP};
  for (int i = 0; i < LITERALS; i++)
    block[2 + i] = (uint8_t)(INDEXED | (DYNAMIC_FIRST + LITERALS - 1 - i));
  if (client->answered_before)
    put_frame(client, HEADERS, FLAG_END_HEADERS, client->stream, block, sizeof block);
  else
    put_first_headers(client);
}

static bool ready(struct client *client, const struct schema *schema, const struct method *method,
                  const struct request *request, unsigned items, struct template *template, struct arena *arena) {
  (void)schema;
  size_t length;
  const uint8_t *packed = message_pack(arena, request->message, &length);
  client->path = method->path;
  template->bytes = arena_zalloc(arena, PREFIX + length);
  template->length = PREFIX + length;
  write_be((uint8_t *)template->bytes + 1, (uint32_t)length, 4);
  memcpy(template->bytes + PREFIX, packed, length);
  return template_find(template, request, items);
}

static bool ask(struct client *client, const struct template *request) {
  int64_t length = (int64_t)request->length;
  if (client->window < length || client->stream_window < length)
    return false;
  put_headers(client);
  for (size_t at = 0; at < request->length; at += FRAME_MAX) {
    size_t left = request->length - at, size = left < FRAME_MAX ? left : FRAME_MAX;
    put_frame(client, DATA, size == left ? FLAG_END_STREAM : 0, client->stream, request->bytes + at, size);
  }
  client->window -= length;
  client->data_length = 0;
  client->good_status = client->busy_status = client->has_details = false;
  return true;
}

// --- Reading ---------------------------------------------------------------------------------------------------------

// A number of HPACK with a prefix of `bits`. False past the end.
static bool read_number(const uint8_t **at, const uint8_t *end, int bits, size_t *out) {
  const uint8_t mask = (uint8_t)((1 << bits) - 1);
  if (*at == end)
    return false;
  *out = *(*at)++ & mask;
  if (*out < mask)
    return true;
  for (int shift = 0; *at < end && shift < 28; shift += 7) {
    uint8_t byte = *(*at)++;
    *out += (size_t)(byte & 0x7f) << shift;
    if (!(byte & 0x80))
      return true;
  }
  return false;
}

struct text {
  const uint8_t *bytes;
  size_t length;
};

static bool read_text(const uint8_t **at, const uint8_t *end, struct text *out) {
  if (!read_number(at, end, 7, &out->length) || out->length > (size_t)(end - *at))
    return false;
  out->bytes = *at;
  *at += out->length;
  return true;
}

static bool is(struct text text, const char *what) {
  return text.length == strlen(what) && memcmp(text.bytes, what, text.length) == 0;
}

// Looks for grpc-status and its details. The core writes it without Huffman's code; what it writes with it is passed over.
static bool read_headers(struct client *client, const uint8_t *at, const uint8_t *end) {
  while (at < end) {
    uint8_t kind = *at;
    size_t index;
    struct text name = {0}, value;
    if (!read_number(&at, end, kind & INDEXED ? 7 : kind & WITH_INDEXING ? 6 : kind & TABLE_SIZE ? 5 : 4, &index))
      return false;
    if (kind & INDEXED || (kind & (WITH_INDEXING | TABLE_SIZE)) == TABLE_SIZE)
      continue;
    if ((index == 0 && !read_text(&at, end, &name)) || !read_text(&at, end, &value))
      return false;
    if (is(name, "grpc-status")) {
      client->good_status = is(value, "0");
      client->busy_status = is(value, "8") || is(value, "14");
    }
    if (is(name, "grpc-status-details-bin"))
      client->has_details = true;
  }
  return true;
}

static void read_settings(struct client *client, const uint8_t *at, size_t length) {
  for (; length >= SETTING_BYTES; at += SETTING_BYTES, length -= SETTING_BYTES)
    if (read_be16(at) == INITIAL_WINDOW_SIZE)
      client->stream_window = read_be32(at + 2);
  client->settings_seen++;
  put_frame(client, SETTINGS, FLAG_ACK, 0, NULL, 0);
}

static void read_data(struct client *client, const uint8_t *at, size_t length) {
  client->body = (const char *)at;
  client->body_length = length;
  client->data_length += length;
  client->received += length;
  if (client->received < GIVE_BACK_BYTES)
    return;
  put_window(client, (uint32_t)client->received);
  client->received = 0;
}

static enum heard wrong(struct client *client, const char *what) {
  client->wrong = what;
  return HEARD_WRONG;
}

static enum heard end_of_stream(struct client *client) {
  client->stream += 2;
  client->answered_before = true;
  if (client->busy_status && client->has_details)
    return HEARD_REFUSED;
  if (!client->good_status)
    return wrong(client, "a status other than OK");
  if (client->data_length < PREFIX)
    return wrong(client, "an answer without a message");
  client->answer_bytes = client->data_length - PREFIX;
  return HEARD_ANSWER;
}

static enum heard take_frame(struct client *client, const uint8_t *frame, size_t length) {
  const uint8_t *payload = frame + FRAME_HEAD;
  int flags = frame[4];
  switch ((enum frame_type)frame[3]) {
  case DATA:
    read_data(client, payload, length);
    return flags & FLAG_END_STREAM ? end_of_stream(client) : HEARD_NOTHING;
  case HEADERS:
    if (!(flags & FLAG_END_HEADERS) || !read_headers(client, payload, payload + length))
      return wrong(client, "headers that this client does not read");
    return flags & FLAG_END_STREAM ? end_of_stream(client) : HEARD_NOTHING;
  case SETTINGS:
    if (!(flags & FLAG_ACK))
      read_settings(client, payload, length);
    return HEARD_NOTHING;
  case PING:
    if (!(flags & FLAG_ACK))
      put_frame(client, PING, FLAG_ACK, 0, payload, length);
    return HEARD_NOTHING;
  case WINDOW_UPDATE:
    if (read_be32(frame + 5) == 0)
      client->window += read_be32(payload);
    return HEARD_NOTHING;
  case RST_STREAM: // of one that was refused before all of it had come: it was answered already
    return read_be32(frame + 5) < client->stream ? HEARD_NOTHING : wrong(client, "the stream was reset");
  case GOAWAY:
    return wrong(client, "the server goes away");
  default:
    return HEARD_NOTHING;
  }
}

static enum heard hear(struct client *client) {
  enum heard heard = HEARD_NOTHING;
  while (heard == HEARD_NOTHING && client->in_length - client->in_read >= FRAME_HEAD) {
    const uint8_t *frame = (const uint8_t *)client->in + client->in_read;
    size_t length = read_be32(frame) >> 8;
    if (client->in_length - client->in_read < FRAME_HEAD + length)
      break;
    client->in_read += FRAME_HEAD + length;
    heard = take_frame(client, frame, length);
  }
  return heard;
}

const struct speech speech_grpc = {.ready = ready, .hello = hello, .ask = ask, .hear = hear};
