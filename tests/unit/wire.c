// Packed messages looked over before they are unpacked.

#include "schema/wire.h"
#include "api.h"
#include "schema/message.h"
#include <time.h>

static struct arena arena;
static const struct wire_limits LIMITS = {.elements = 20000, .bytes = 64 << 20};

#define VISIT "zoufang.v1.Visit"
#define PUSH "zoufang.v1.PushRequest"
#define FILE_OPTIONS "google.protobuf.SourceCodeInfo.Location"

// --- Crafting bytes ---

static void put_varint(struct buffer *out, uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    buffer_byte(out, (char)(value | 0x80));
  buffer_byte(out, (char)value);
}

static void put_tag(struct buffer *out, unsigned number, unsigned wire_type) {
  put_varint(out, number << 3 | wire_type);
}

static void put_bytes(struct buffer *out, unsigned number, const char *bytes, size_t length) {
  put_tag(out, number, 2);
  put_varint(out, length);
  buffer_put(out, bytes, length);
}

static void put_text(struct buffer *out, unsigned number, const char *text) {
  put_bytes(out, number, text, strlen(text));
}

static void put_message(struct buffer *out, unsigned number, const struct buffer *message) {
  put_bytes(out, number, message->data, message->length);
}

// What the scan says; where it says nothing protobuf-c must unpack the bytes.
static const char *scan(const char *type, const struct buffer *bytes, struct wire_limits limits) {
  struct fault fault = {.arena = &arena};
  const struct message *message = api_message(type);
  const uint8_t *data = (const uint8_t *)(bytes->data ? bytes->data : "");
  bool fine = wire_scan(message, data, bytes->length, limits, &fault);
  CU_ASSERT_EQUAL(fine, fault.code == CODE_OK);
  if (fine)
    CU_ASSERT_PTR_NOT_NULL(message_unpack(&arena, message, data, bytes->length));
  return told_by(&fault);
}

static const char *scan_bytes(const char *type, const char *bytes, size_t length) {
  struct buffer copy = {.arena = &arena};
  buffer_put(&copy, bytes, length);
  return scan(type, &copy, LIMITS);
}

#define SCAN(type, literal) scan_bytes(type, literal, sizeof(literal) - 1)
#define STARTS(text, start) CU_ASSERT_EQUAL(strncmp(text, start, strlen(start)), 0)

// --- Tests ---

static void a_message_that_is_well_passes(void) {
  struct buffer visit = {.arena = &arena}, push = {.arena = &arena};
  put_text(&visit, 3, "150424100200");
  put_tag(&visit, 2, 0);
  put_varint(&visit, 4);
  put_text(&visit, 7, "走访");
  for (int i = 0; i < 500; i++)
    put_message(&push, 1, &visit);
  CU_ASSERT_STRING_EQUAL(scan(PUSH, &push, LIMITS), "");
  CU_ASSERT_STRING_EQUAL(SCAN(PUSH, ""), "");
  arena_close(&arena);
}

static void a_string_that_is_no_text_is_told_with_its_path(void) {
  struct buffer good = {.arena = &arena}, bad = {.arena = &arena}, visitor = {.arena = &arena}, push = {.arena = &arena};
  put_text(&good, 7, "ok");
  put_bytes(&bad, 7, "a\0b", 3);
  put_text(&visitor, 1, "\xc3\x28");
  put_message(&bad, 9, &visitor);
  put_text(&bad, 8, "ok");
  put_text(&bad, 8, "\xff");
  for (int i = 0; i < 3; i++)
    put_message(&push, 1, &good);
  put_message(&push, 1, &bad);
  CU_ASSERT_STRING_EQUAL(
      scan(PUSH, &push, LIMITS),
      "visits[3].place NUL_CHARACTER, visits[3].visitors[0].name BAD_UTF8, visits[3].officer_ids[1] BAD_UTF8");
  arena_close(&arena);
}

static void places_are_counted_where_lists_are_mixed(void) {
  struct buffer good = {.arena = &arena}, bad = {.arena = &arena}, push = {.arena = &arena};
  put_text(&good, 1, "a");
  put_text(&bad, 1, "\xff");
  put_message(&push, 1, &good);
  put_message(&push, 3, &good);
  put_message(&push, 1, &good);
  put_message(&push, 3, &bad);
  put_message(&push, 1, &bad);
  CU_ASSERT_STRING_EQUAL(scan(PUSH, &push, LIMITS), "leads[1].id BAD_UTF8, visits[2].id BAD_UTF8");
  arena_close(&arena);
}

static void framing_that_cannot_be_read_refuses_the_whole(void) {
  STARTS(SCAN(VISIT, "\x0a"), "MALFORMED_MESSAGE"); // no length
  STARTS(SCAN(VISIT, "\x0a\x05"
                     "abcd"),
         "MALFORMED_MESSAGE");                                                                  // longer than what is left
  STARTS(SCAN(VISIT, "\x10"), "MALFORMED_MESSAGE");                                             // no number
  STARTS(SCAN(VISIT, "\x10\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), "MALFORMED_MESSAGE"); // eleven bytes
  STARTS(SCAN(VISIT, "\x02\x00"), "MALFORMED_MESSAGE");                                         // field 0
  STARTS(SCAN(VISIT, "\xff\xff\xff\xff\xff\x01"), "MALFORMED_MESSAGE");                         // a tag of six bytes
  STARTS(SCAN(VISIT, "\x08\x01"), "MALFORMED_MESSAGE");                                         // a number where text belongs
  STARTS(SCAN(VISIT, "\x12\x01\x01"), "MALFORMED_MESSAGE");                                     // text where a number belongs
  STARTS(SCAN(VISIT, "\x0b\x0c"), "MALFORMED_MESSAGE");                                         // a group
  STARTS(SCAN(VISIT, "\xc3\x3e\xc4\x3e"), "MALFORMED_MESSAGE");                                 // an unknown group
  STARTS(SCAN(VISIT, "\x0e"), "MALFORMED_MESSAGE");                                             // wire type 6
  STARTS(SCAN("zoufang.v1.Position", "\x09\x01\x02"), "MALFORMED_MESSAGE");                     // half a double
  STARTS(SCAN(VISIT, "\x32\x04\x09\x01\x02\x03"), "MALFORMED_MESSAGE: position: ");             // the same, nested
  arena_close(&arena);
}

static void a_message_refused_as_a_whole_tells_of_no_single_field(void) {
  CU_ASSERT_EQUAL(strncmp(SCAN(VISIT, "\x0a\x01\xff\x0a"), "MALFORMED_MESSAGE", 17), 0);
  arena_close(&arena);
}

static void fields_that_are_not_known_are_passed_over(void) {
  struct buffer visit = {.arena = &arena};
  put_text(&visit, 5000, "what is this");
  put_tag(&visit, 5001, 1);
  buffer_put(&visit, "12345678", 8);
  put_tag(&visit, 5002, 5);
  buffer_put(&visit, "1234", 4);
  put_tag(&visit, 5003, 0);
  put_varint(&visit, UINT64_MAX);
  CU_ASSERT_STRING_EQUAL(scan(VISIT, &visit, LIMITS), "");
  arena_close(&arena);
}

static void packed_and_single_elements_are_counted(void) {
  struct buffer place = {.arena = &arena}, numbers = {.arena = &arena};
  for (unsigned i = 0; i < 10; i++)
    put_varint(&numbers, i * 1000);
  put_message(&place, 1, &numbers);
  put_tag(&place, 1, 0);
  put_varint(&place, 7);
  CU_ASSERT_STRING_EQUAL(scan(FILE_OPTIONS, &place, (struct wire_limits){11, 1 << 20}), "");
  STARTS(scan(FILE_OPTIONS, &place, (struct wire_limits){10, 1 << 20}), "TOO_MANY_ELEMENTS");
  STARTS(SCAN(FILE_OPTIONS, "\x0a\x02\x01\x80"), "MALFORMED_MESSAGE");
  arena_close(&arena);
}

static void a_nested_message_given_twice_is_refused(void) {
  struct buffer visit = {.arena = &arena};
  put_text(&visit, 6, "");
  put_text(&visit, 6, "");
  STARTS(scan(VISIT, &visit, LIMITS), "MALFORMED_MESSAGE");
  arena_close(&arena);
}

static void depth_is_bounded(void) {
  struct buffer message = {.arena = &arena};
  const char *type = "google.protobuf.DescriptorProto";
  for (int depth = 1; depth < WIRE_DEPTH; depth++) {
    struct buffer outer = {.arena = &arena};
    put_message(&outer, 3, &message);
    message = outer;
  }
  CU_ASSERT_STRING_EQUAL(scan(type, &message, LIMITS), "");
  struct buffer outer = {.arena = &arena};
  put_message(&outer, 3, &message);
  STARTS(scan(type, &outer, LIMITS), "TOO_DEEP");
  arena_close(&arena);
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct buffer repeated(const char *piece, size_t length, size_t total) {
  struct buffer bytes = {.arena = &arena};
  while (bytes.length < total)
    buffer_put(&bytes, piece, length);
  return bytes;
}

static void eight_mebibytes_of_empty_messages_are_refused_in_milliseconds(void) {
  struct buffer bytes = repeated("\x0a\x00", 2, 8 << 20);
  double before = seconds();
  STARTS(scan(PUSH, &bytes, LIMITS), "TOO_MANY_ELEMENTS");
  CU_ASSERT_TRUE(seconds() - before < 0.2);
  arena_close(&arena);
}

static void memory_is_bounded_where_elements_are_not(void) {
  static const struct {
    const char *piece;
    size_t length;
  } floods[] = {{"\x10\x01", 2}, {"\x0a\x00", 2}, {"\xa8\x7d\x01", 3}}; // a number, an empty string, a field that is not known
  for (size_t i = 0; i < sizeof floods / sizeof *floods; i++) {
    struct buffer bytes = repeated(floods[i].piece, floods[i].length, 8 << 20);
    double before = seconds();
    STARTS(scan(VISIT, &bytes, (struct wire_limits){SIZE_MAX, 64 << 20}), "TOO_MANY_ELEMENTS");
    CU_ASSERT_TRUE(seconds() - before < 2.0);
  }
  arena_close(&arena);
}

// What unpacking takes from the arena must not be more than what the scan said it would.
static void unpacking_takes_no_more_than_was_counted(void) {
  static const char *const pieces[] = {"\x0a\x00",         "\x42\x01x",    "\x4a\x05\x0a\x03走",
                                       "\x62\x02\x08\x05", "\xa8\x7d\x01", "\x9a\x01\x03xyz"};
  for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
    size_t length = i == 0 ? 2 : strlen(pieces[i]);
    size_t times = i == 3 ? 1 : 1000;
    struct buffer bytes = repeated(pieces[i], length, length * times);
    size_t low = 0, high = 1 << 20;
    while (low + 1 < high) {
      size_t middle = (low + high) / 2;
      bool fits = strcmp(scan(VISIT, &bytes, (struct wire_limits){SIZE_MAX, middle}), "") == 0;
      *(fits ? &high : &low) = middle;
    }
    struct arena unpacked = {0};
    CU_ASSERT_PTR_NOT_NULL(message_unpack(&unpacked, api_message(VISIT), (const uint8_t *)bytes.data, bytes.length));
    CU_ASSERT_TRUE(unpacked.used_bytes <= high);
    arena_close(&unpacked);
  }
  arena_close(&arena);
}

// Every cut and many changed bytes: refused or unpacked, never anything else.
static void damaged_bytes_are_refused_or_can_be_unpacked(void) {
  struct buffer visitor = {.arena = &arena}, visit = {.arena = &arena}, push = {.arena = &arena};
  put_text(&visitor, 1, "某某");
  put_text(&visit, 3, "150424100200");
  put_message(&visit, 9, &visitor);
  put_text(&visit, 6,
           "\x09"
           "12345678");
  put_text(&visit, 8, "x");
  put_message(&push, 1, &visit);
  put_message(&push, 3, &visit);
  for (size_t length = 0; length < push.length; length++)
    scan_bytes(PUSH, push.data, length);
  for (size_t at = 0; at < push.length; at++) {
    for (int change = 1; change < 256; change++) {
      push.data[at] = (char)(push.data[at] ^ change);
      scan_bytes(PUSH, push.data, push.length);
      push.data[at] = (char)(push.data[at] ^ change);
    }
  }
  arena_close(&arena);
}

SUITE_WITH(wire, api_open, api_close, 0, TEST(a_message_that_is_well_passes),
           TEST(a_string_that_is_no_text_is_told_with_its_path), TEST(places_are_counted_where_lists_are_mixed),
           TEST(framing_that_cannot_be_read_refuses_the_whole), TEST(a_message_refused_as_a_whole_tells_of_no_single_field),
           TEST(fields_that_are_not_known_are_passed_over), TEST(packed_and_single_elements_are_counted),
           TEST(a_nested_message_given_twice_is_refused), TEST(depth_is_bounded),
           TEST(eight_mebibytes_of_empty_messages_are_refused_in_milliseconds), TEST(memory_is_bounded_where_elements_are_not),
           TEST(unpacking_takes_no_more_than_was_counted), TEST(damaged_bytes_are_refused_or_can_be_unpacked));
