// The proto3 JSON mapping, there and back.

#include "schema/json.h"
#include "api.h"
#include <time.h>

static struct arena arena;

// Reads `text` as a message and writes it again; or what is wrong with it.
static const char *read_back(const char *type, const char *text, size_t length) {
  struct fault fault = {.arena = &arena};
  struct buffer out = {.arena = &arena};
  ProtobufCMessage *message = json_read(&api, api_message(type), text, length, &arena, NULL, &fault);
  CU_ASSERT_EQUAL(message == NULL, fault.code != CODE_OK && !fault.violations);
  if (fault.code != CODE_OK)
    return told_by(&fault);
  json_write(&api, api_message(type), message, false, &out);
  return buffer_text(&out);
}

// A text, and what comes back.
struct pair {
  const char *type, *text, *back;
};

#define VISIT "zoufang.v1.Visit"
#define POSITION "zoufang.v1.Position"
#define MATERIAL "zoufang.v1.Material"
#define PUSH "zoufang.v1.PushRequest"
#define LIST "zoufang.v1.ListVisitsRequest"
#define WRAPPED(type) "google.protobuf." type "Value"

static void check(const struct pair *pairs, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const char *back = read_back(pairs[i].type, pairs[i].text, strlen(pairs[i].text));
    if (!same_text(pairs[i].back, back))
      printf("    for %s\n", pairs[i].text);
    CU_ASSERT_STRING_EQUAL(back, pairs[i].back);
  }
  arena_close(&arena);
}

#define CHECK(...)                                                                                                             \
  do {                                                                                                                         \
    static const struct pair pairs[] = {__VA_ARGS__};                                                                          \
    check(pairs, sizeof pairs / sizeof *pairs);                                                                                \
  } while (0)

static void both_spellings_of_a_name_are_read_and_lower_camel_is_written(void) {
  CHECK({VISIT, "{\"regionCode\":\"150424100200\",\"people_met\":3}", "{\"regionCode\":\"150424100200\",\"peopleMet\":3}"},
        {VISIT, " { \"region\\u0043ode\" : \"1\" }\n", "{\"regionCode\":\"1\"}"}, {VISIT, "{}", "{}"});
}

static void what_is_null_or_empty_is_absent(void) {
  CHECK({VISIT, "{\"place\":null,\"officerIds\":null,\"position\":null,\"kind\":null,\"startedAt\":null}", "{}"},
        {VISIT, "{\"place\":\"\",\"officerIds\":[],\"kind\":0}", "{}"}, {VISIT, "{\"position\":{}}", "{\"position\":{}}"},
        {VISIT, "{\"peopleMet\":0}", "{\"peopleMet\":0}"});
}

static void whole_numbers_are_numbers_strings_and_powers_of_ten(void) {
  CHECK({MATERIAL, "{\"copies\":12}", "{\"copies\":12}"}, {MATERIAL, "{\"copies\":\"12\"}", "{\"copies\":12}"},
        {MATERIAL, "{\"copies\":1e3}", "{\"copies\":1000}"}, {MATERIAL, "{\"copies\":1.5e1}", "{\"copies\":15}"},
        {MATERIAL, "{\"copies\":2.000}", "{\"copies\":2}"}, {MATERIAL, "{\"copies\":1200e-2}", "{\"copies\":12}"},
        {MATERIAL, "{\"copies\":-0}", "{}"}, {MATERIAL, "{\"copies\":0e999999999999}", "{}"},
        {MATERIAL, "{\"copies\":2147483647}", "{\"copies\":2147483647}"},
        {MATERIAL, "{\"copies\":-2147483648}", "{\"copies\":-2147483648}"},
        {MATERIAL, "{\"copies\":2147483648}", "copies OUT_OF_RANGE"}, {MATERIAL, "{\"copies\":1e10}", "copies OUT_OF_RANGE"},
        {MATERIAL, "{\"copies\":1e999999999}", "copies OUT_OF_RANGE"}, {MATERIAL, "{\"copies\":1.5}", "copies WRONG_TYPE"},
        {MATERIAL, "{\"copies\":1e-1}", "copies WRONG_TYPE"}, {MATERIAL, "{\"copies\":\"\"}", "copies WRONG_TYPE"},
        {MATERIAL, "{\"copies\":\" 1\"}", "copies WRONG_TYPE"}, {MATERIAL, "{\"copies\":\"01\"}", "copies WRONG_TYPE"},
        {MATERIAL, "{\"copies\":true}", "copies WRONG_TYPE"}, {MATERIAL, "{\"copies\":[1]}", "copies WRONG_TYPE"},
        {MATERIAL, "{\"copies\":\"NaN\"}", "copies WRONG_TYPE"});
}

static void numbers_of_64_bits_are_strings_when_written(void) {
  CHECK({WRAPPED("Int64"), "9223372036854775807", "\"9223372036854775807\""},
        {WRAPPED("Int64"), "\"-9223372036854775808\"", "\"-9223372036854775808\""},
        {WRAPPED("Int64"), "9223372036854775808", " OUT_OF_RANGE"}, {WRAPPED("Int64"), "-9223372036854775809", " OUT_OF_RANGE"},
        {WRAPPED("Int64"), "1e18", "\"1000000000000000000\""},
        {WRAPPED("UInt64"), "18446744073709551615", "\"18446744073709551615\""},
        {WRAPPED("UInt64"), "18446744073709551616", " OUT_OF_RANGE"}, {WRAPPED("UInt64"), "-1", " OUT_OF_RANGE"},
        {WRAPPED("UInt64"), "99999999999999999999999999999999", " OUT_OF_RANGE"},
        {WRAPPED("UInt32"), "4294967295", "4294967295"}, {WRAPPED("UInt32"), "4294967296", " OUT_OF_RANGE"});
}

static void real_numbers_come_back_as_they_went(void) {
  CHECK({POSITION, "{\"latitude\":42.2586,\"longitude\":118.8868931}", "{\"latitude\":42.2586,\"longitude\":118.8868931}"},
        {WRAPPED("Double"), "0.1", "0.1"}, {WRAPPED("Double"), "-1e-7", "-0.0000001"}, {WRAPPED("Double"), "\"2.5\"", "2.5"},
        {WRAPPED("Double"), "1e300", "1e+300"}, {WRAPPED("Double"), "5e-324", "4.94065645841247e-324"},
        {WRAPPED("Double"), "0.30000000000000004", "0.30000000000000004"},
        {WRAPPED("Double"), "123456789012345680", "1.2345678901234568e+17"}, {WRAPPED("Double"), "\"NaN\"", "\"NaN\""},
        {WRAPPED("Double"), "\"-Infinity\"", "\"-Infinity\""},
        {WRAPPED("Double"), "1.7976931348623157e308", "1.7976931348623157e+308"}, {WRAPPED("Double"), "1e309", " OUT_OF_RANGE"},
        {WRAPPED("Double"), "\"nan\"", " WRONG_TYPE"}, {WRAPPED("Float"), "0.1", "0.1"}, {WRAPPED("Double"), "-0.0", "0"},
        {WRAPPED("Float"), "-0", "0"}, {WRAPPED("Double"), "-1e-400", "0"}, {WRAPPED("Float"), "3.4028235e38", "3.4028235e+38"},
        {WRAPPED("Float"), "3.4028236e38", " OUT_OF_RANGE"}, {WRAPPED("Float"), "-3.4028235e+38", "-3.4028235e+38"},
        {WRAPPED("Float"), "3.5e38", " OUT_OF_RANGE"}, {WRAPPED("Float"), "16777217", "16777216"},
        {WRAPPED("Float"), "\"Infinity\"", "\"Infinity\""});
}

static void enums_are_names_or_numbers_that_are_defined(void) {
  CHECK({VISIT, "{\"kind\":\"VISIT_KIND_SYMPOSIUM\"}", "{\"kind\":\"VISIT_KIND_SYMPOSIUM\"}"},
        {VISIT, "{\"kind\":4}", "{\"kind\":\"VISIT_KIND_SYMPOSIUM\"}"}, {VISIT, "{\"kind\":99}", "kind UNDEFINED_ENUM"},
        {VISIT, "{\"kind\":\"SYMPOSIUM\"}", "kind UNDEFINED_ENUM"}, {VISIT, "{\"kind\":\"4\"}", "kind UNDEFINED_ENUM"},
        {VISIT, "{\"kind\":1.5}", "kind WRONG_TYPE"}, {VISIT, "{\"kind\":1e99}", "kind UNDEFINED_ENUM"},
        {LIST, "{\"kinds\":[1,\"VISIT_KIND_SURVEY\"]}", "{\"kinds\":[\"VISIT_KIND_DOWN_VISIT\",\"VISIT_KIND_SURVEY\"]}"});
}

static void bytes_are_base64_in_either_alphabet(void) {
  CHECK({VISIT, "{\"etag\":\"+/8=\"}", "{\"etag\":\"+/8=\"}"}, {VISIT, "{\"etag\":\"-_8\"}", "{\"etag\":\"+/8=\"}"},
        {VISIT, "{\"etag\":\"AAEC\"}", "{\"etag\":\"AAEC\"}"}, {VISIT, "{\"etag\":\"AA==\"}", "{\"etag\":\"AA==\"}"},
        {VISIT, "{\"etag\":\"A\"}", "etag BAD_BASE64"}, {VISIT, "{\"etag\":\"AA=\"}", "etag BAD_BASE64"},
        {VISIT, "{\"etag\":\"A?==\"}", "etag BAD_BASE64"}, {VISIT, "{\"etag\":\"====\"}", "etag BAD_BASE64"},
        {VISIT, "{\"etag\":7}", "etag WRONG_TYPE"});
}

static void times_are_read_in_any_zone_and_written_in_utc(void) {
  CHECK({VISIT, "{\"startedAt\":\"2026-03-01T08:00:00+08:00\"}", "{\"startedAt\":\"2026-03-01T00:00:00Z\"}"},
        {VISIT, "{\"startedAt\":\"2026-03-01T00:00:00.1234Z\"}", "{\"startedAt\":\"2026-03-01T00:00:00.123400Z\"}"},
        {VISIT, "{\"startedAt\":\"2026-02-30T00:00:00Z\"}", "started_at BAD_TIME"},
        {VISIT, "{\"startedAt\":1}", "started_at WRONG_TYPE"},
        {VISIT, "{\"startedAt\":{\"seconds\":1}}", "started_at WRONG_TYPE"});
}

static void durations_are_seconds_with_an_s(void) {
#define DURATION "google.protobuf.Duration"
  CHECK({DURATION, "\"1.5s\"", "\"1.500s\""}, {DURATION, "\"-0.000001s\"", "\"-0.000001s\""}, {DURATION, "\"3s\"", "\"3s\""},
        {DURATION, "\"315576000000s\"", "\"315576000000s\""}, {DURATION, "\"315576000000.1s\"", " BAD_TIME"},
        {DURATION, "\"1\"", " BAD_TIME"}, {DURATION, "\".5s\"", " BAD_TIME"}, {DURATION, "\"1.s\"", " BAD_TIME"},
        {DURATION, "\"1.1234567891s\"", " BAD_TIME"}, {DURATION, "\"99999999999999999999999999s\"", " BAD_TIME"},
        {DURATION, "\"\"", " BAD_TIME"}, {DURATION, "\"-s\"", " BAD_TIME"}, {DURATION, "\"1ss\"", " BAD_TIME"},
        {DURATION, "5", " WRONG_TYPE"});
}

static void masks_are_camel_outside_and_snake_inside(void) {
#define MASK "google.protobuf.FieldMask"
  struct fault fault = {.arena = &arena};
  static const char text[] = "\"startedAt,position.latitude,region_code\"";
  CHECK({MASK, text, "\"startedAt,position.latitude,regionCode\""}, {MASK, "\"\"", "\"\""}, {MASK, "[]", " WRONG_TYPE"},
        {MASK, "\"a\\\"\\n_b\"", "\"a\\\"\\nB\""});
  const struct message *type = api_message(MASK);
  ProtobufCMessage *mask = json_read(&api, type, text, sizeof text - 1, &arena, NULL, &fault);
  CU_ASSERT_PTR_NOT_NULL_FATAL(mask);
  CU_ASSERT_EQUAL_FATAL(*field_count(mask, &type->fields[0]), 3);
  CU_ASSERT_STRING_EQUAL((*(char ***)field_at(mask, &type->fields[0]))[0], "started_at");
  arena_close(&arena);
}

static void maps_are_objects(void) {
#define INFO "google.rpc.ErrorInfo"
  CHECK({INFO, "{\"metadata\":{\"a\":\"1\",\"b\":\"\"}}", "{\"metadata\":{\"a\":\"1\",\"b\":\"\"}}"},
        {INFO, "{\"metadata\":{}}", "{}"}, {INFO, "{\"metadata\":[]}", "metadata WRONG_TYPE"},
        {INFO, "{\"metadata\":{\"a\":1}}", "metadata.a WRONG_TYPE"});
}

static void an_any_says_its_type_anywhere_among_its_members(void) {
#define STATUS "google.rpc.Status"
  CHECK(
      {STATUS,
       "{\"details\":[{\"reason\":\"X\",\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"metadata\":{\"a\":\"b\"}}]}",
       "{\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"X\",\"metadata\":{\"a\":\"b\"}}]}"},
      {STATUS, "{\"details\":[{\"@type\":\"a/google.protobuf.Duration\",\"value\":\"1s\"}]}",
       "{\"details\":[{\"@type\":\"a/google.protobuf.Duration\",\"value\":\"1s\"}]}"},
      {STATUS, "{\"details\":[{\"@type\":\"a/google.protobuf.Empty\",\"value\":{}}]}",
       "{\"details\":[{\"@type\":\"a/google.protobuf.Empty\",\"value\":{}}]}"},
      {STATUS, "{\"details\":[{\"@type\":\"a/no.Such\"}]}", "details[0] WRONG_TYPE"},
      {STATUS, "{\"details\":[{}]}", "details[0] WRONG_TYPE"}, {STATUS, "{\"details\":[1]}", "details[0] WRONG_TYPE"},
      {STATUS, "{\"details\":[{\"@type\":\"a/google.rpc.ErrorInfo\",\"reson\":1}]}", "details[0].reson UNKNOWN_FIELD"});
}

static void of_a_oneof_only_one_member_is_taken(void) {
#define ONEOF "grpc.reflection.v1.ServerReflectionRequest"
  CHECK({ONEOF, "{\"listServices\":\"\"}", "{\"listServices\":\"\"}"},
        {ONEOF, "{\"listServices\":\"\",\"fileByFilename\":\"x\"}", "file_by_filename DUPLICATE_FIELD"},
        {ONEOF, "{\"listServices\":\"*\",\"fileByFilename\":null}", "{\"listServices\":\"*\"}"});
}

static void every_bad_field_is_told_with_its_path(void) {
  CHECK({PUSH,
         "{\"visits\":[{\"kind\":\"NO\"},{\"place\":3,\"position\":{\"latitude\":\"x\",\"up\":{\"a\":[1]}}},7,{\"place\":"
         "\"ok\"}],"
         "\"leads\":{},\"more\":null}",
         "visits[0].kind UNDEFINED_ENUM, visits[1].place WRONG_TYPE, visits[1].position.latitude WRONG_TYPE, "
         "visits[1].position.up UNKNOWN_FIELD, visits[2] WRONG_TYPE, leads WRONG_TYPE, more UNKNOWN_FIELD"},
        {VISIT, "{\"officerIds\":[\"a\",null,1]}", "officer_ids[1] WRONG_TYPE, officer_ids[2] WRONG_TYPE"},
        {VISIT, "{\"place\":\"a\",\"place\":\"b\"}", "place DUPLICATE_FIELD"},
        {VISIT, "{\"regionCode\":\"1\",\"region_code\":\"2\"}", "region_code DUPLICATE_FIELD"}, {VISIT, "[]", " WRONG_TYPE"},
        {VISIT, "7", " WRONG_TYPE"}, {VISIT, "null", " WRONG_TYPE"});
}

static void text_that_is_none_is_told_with_its_path(void) {
  CHECK({VISIT, "{\"place\":\"\xff\",\"purpose\":\"ok\"}", "place BAD_UTF8"},
        {VISIT, "{\"place\":\"\xed\xa0\x80\"}", "place BAD_UTF8"}, {VISIT, "{\"place\":\"\\ud800\"}", "place BAD_UTF8"},
        {VISIT, "{\"place\":\"\\udc00\\ud800\"}", "place BAD_UTF8"},
        {VISIT, "{\"place\":\"\\ud800\\u0041\"}", "place BAD_UTF8"},
        {VISIT, "{\"place\":\"a\\u0000b\"}", "place NUL_CHARACTER"},
        {VISIT, "{\"position\":{\"\\ud800\":1}}", "position BAD_UTF8"}, {VISIT, "{\"\xff\":1}", " BAD_UTF8"});
  static const char raw[] = "{\"place\":\"a\0b\"}";
  CU_ASSERT_STRING_EQUAL(read_back(VISIT, raw, sizeof raw - 1), "place NUL_CHARACTER");
  arena_close(&arena);
}

static void escapes_are_undone_and_made_anew(void) {
  CHECK({VISIT, "{\"place\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u8d70\\u8bbf\\ud83d\\ude00\\u00e9\\u0001\"}",
         "{\"place\":\"\\\"\\\\/\\b\\f\\n\\r\\t走访😀é\\u0001\"}"});
}

static void a_text_that_is_no_json_is_refused_with_line_and_column(void) {
  CHECK(
      {VISIT, "", "MALFORMED_JSON: line 1, column 1: the text ends early"},
      {VISIT, "{", "MALFORMED_JSON: line 1, column 2: the text ends early"},
      {VISIT, "{\n \"place\" 1}", "MALFORMED_JSON: line 2, column 10: a colon is missing"},
      {VISIT, "{\"place\":}", "MALFORMED_JSON: line 1, column 10: a value is missing"},
      {VISIT, "{\"place\":\"x}", "MALFORMED_JSON: line 1, column 13: a string does not end"},
      {VISIT, "{\"place\":\"x\" \"purpose\":1}", "MALFORMED_JSON: line 1, column 14: a comma or a closing bracket is missing"},
      {VISIT, "{\"place\":\"x\",}", "MALFORMED_JSON: line 1, column 14: a name in quotes is missing"},
      {VISIT, "{\"officerIds\":[,]}", "MALFORMED_JSON: line 1, column 16: a value is missing"},
      {VISIT, "{} {}", "MALFORMED_JSON: line 1, column 4: something behind the end"},
      {VISIT, "{\"place\":\"\\x\"}", "MALFORMED_JSON: line 1, column 12: an escape that is none"},
      {VISIT, "{\"place\":\"\\u12g4\"}", "MALFORMED_JSON: line 1, column 12: four hexadecimal digits are missing"},
      {VISIT, "{\"place\":\"\x01\"}", "MALFORMED_JSON: line 1, column 11: a control character within a string"},
      {VISIT, "{\"place\":tru}", "MALFORMED_JSON: line 1, column 10: a word that is none of true, false, null"},
      {MATERIAL, "{\"copies\":01}", "MALFORMED_JSON: line 1, column 12: a comma or a closing bracket is missing"},
      {MATERIAL, "{\"copies\":1.}", "MALFORMED_JSON: line 1, column 13: a digit is missing"},
      {MATERIAL, "{\"copies\":+1}", "MALFORMED_JSON: line 1, column 11: a value is missing"},
      {MATERIAL, "{\"copies\":NaN}", "MALFORMED_JSON: line 1, column 11: a value is missing"},
      {VISIT, "\xef\xbb\xbf{}", "MALFORMED_JSON: line 1, column 1: a value is missing"},
      {VISIT, "{\"kind\":99,\"place\"}", "MALFORMED_JSON: line 1, column 19: a colon is missing"},
      {VISIT, "{\"no\":{\"a\":[1,]}}", "MALFORMED_JSON: line 1, column 15: a value is missing"});
}

// `count` brackets under a name that no message has.
static const char *nested(unsigned count, bool closed) {
  struct buffer text = {.arena = &arena};
  buffer_string(&text, "{\"no\":");
  for (unsigned i = 0; i < count; i++)
    buffer_byte(&text, '[');
  for (unsigned i = 0; closed && i < count; i++)
    buffer_byte(&text, ']');
  if (closed)
    buffer_byte(&text, '}');
  return buffer_text(&text);
}

static void depth_is_bounded(void) {
  const char *text = nested(JSON_DEPTH - 1, true);
  CU_ASSERT_STRING_EQUAL(read_back(VISIT, text, strlen(text)), "no UNKNOWN_FIELD");
  text = nested(JSON_DEPTH, true);
  CU_ASSERT_STRING_EQUAL(read_back(VISIT, text, strlen(text)), "no UNKNOWN_FIELD, no TOO_DEEP");
  text = nested(2000000, true);
  CU_ASSERT_STRING_EQUAL(read_back(VISIT, text, strlen(text)), "no UNKNOWN_FIELD, no TOO_DEEP");
  text = nested(2000000, false);
  CU_ASSERT_EQUAL(strncmp(read_back(VISIT, text, strlen(text)), "MALFORMED_JSON", 14), 0);
  arena_close(&arena);
}

static void a_message_that_holds_itself_is_bounded_too(void) {
  struct buffer text = {.arena = &arena};
  for (unsigned i = 0; i < 100; i++)
    buffer_string(&text, "{\"nestedType\":[");
  for (unsigned i = 0; i < 100; i++)
    buffer_string(&text, "]}");
  const char *told = read_back("google.protobuf.DescriptorProto", text.data, text.length);
  CU_ASSERT_PTR_NOT_NULL(strstr(told, "nested_type[0] TOO_DEEP"));
  arena_close(&arena);
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void eight_mebibytes_of_empty_objects_are_refused_at_once(void) {
  struct buffer text = {.arena = &arena};
  buffer_string(&text, "{\"visits\":[{}");
  while (text.length < 8 << 20)
    buffer_string(&text, ",{}");
  buffer_string(&text, "]}");
  double before = seconds();
  size_t used = arena.used_bytes;
  CU_ASSERT_EQUAL(strncmp(read_back(PUSH, text.data, text.length), "TOO_MANY_ELEMENTS", 17), 0);
  CU_ASSERT_TRUE(seconds() - before < 2.0);
  CU_ASSERT_TRUE(arena.used_bytes - used < 100 << 20);
  arena_close(&arena);
}

static void reading_stops_where_the_calls_memory_ends(void) {
  struct arena small = {.limit_bytes = 64 << 10};
  struct fault fault = {.arena = &arena};
  struct buffer text = {.arena = &arena};
  buffer_string(&text, "{\"visits\":[{}");
  for (int i = 0; i < 1000; i++)
    buffer_string(&text, ",{}");
  buffer_string(&text, "]}");
  CU_ASSERT_PTR_NULL(json_read(&api, api_message(PUSH), text.data, text.length, &small, NULL, &fault));
  CU_ASSERT_STRING_EQUAL(fault.reason, "TOO_MANY_ELEMENTS");
  CU_ASSERT_TRUE(small.used_bytes < 80 << 10);
  arena_close(&small);
  arena_close(&arena);
}

static void every_way_to_cut_a_text_short_is_refused(void) {
  static const char text[] =
      "{\"visits\":[{\"kind\":4,\"place\":\"\\u8d70\\ud83d\\ude00\",\"position\":{\"latitude\":-4.5e1},\"peopleMet\":null}]}";
  for (size_t length = 0; length < sizeof text - 1; length++) {
    char *copy = arena_strndup(&arena, text, length);
    CU_ASSERT_EQUAL(strncmp(read_back(PUSH, copy, length), "MALFORMED_JSON", 14), 0);
  }
  arena_close(&arena);
}

static const char *mask_of(const char *text) {
  struct fault fault = {.arena = &arena};
  struct buffer mask = {.arena = &arena};
  CU_ASSERT_PTR_NOT_NULL_FATAL(json_read(&api, api_message(VISIT), text, strlen(text), &arena, &mask, &fault));
  return buffer_text(&mask);
}

static void the_names_of_the_body_are_the_mask(void) {
  CU_ASSERT_STRING_EQUAL(mask_of("{\"place\":\"x\",\"officerIds\":[],\"peopleMet\":null}"), "place,officer_ids,people_met");
  CU_ASSERT_STRING_EQUAL(mask_of("{\"position\":{\"latitude\":1,\"accuracy\":2}}"), "position.latitude,position.accuracy");
  CU_ASSERT_STRING_EQUAL(mask_of("{\"position\":{}}"), "position");
  CU_ASSERT_STRING_EQUAL(mask_of("{\"position\":null}"), "position");
  CU_ASSERT_STRING_EQUAL(mask_of("{\"state\":1,\"startedAt\":\"2026-03-01T00:00:00Z\"}"), "started_at");
  CU_ASSERT_STRING_EQUAL(mask_of("{\"visitors\":[{\"name\":\"x\"}]}"), "visitors");
  CU_ASSERT_STRING_EQUAL(mask_of("{}"), "");
  arena_close(&arena);
}

static void defaults_are_written_where_asked_for(void) {
  struct buffer out = {.arena = &arena};
  json_write(&api, api_message(LIST), message_new(&arena, api_message(LIST)), true, &out);
  CU_ASSERT_STRING_EQUAL(
      buffer_text(&out),
      "{\"regionCode\":\"\",\"officerId\":\"\",\"kinds\":[],\"states\":[],\"orderBy\":\"\","
      "\"pageSize\":0,\"pageToken\":\"\",\"total\":false,\"bounds\":\"\",\"query\":\"\",\"campaignId\":\"\"}");
  arena_close(&arena);
}

static void what_a_client_only_sends_is_no_default(void) {
  struct buffer out = {.arena = &arena};
  json_write(&api, api_message("zoufang.v1.User"), message_new(&arena, api_message("zoufang.v1.User")), true, &out);
  CU_ASSERT_PTR_NOT_NULL(strstr(buffer_text(&out), "\"username\":\"\""));
  CU_ASSERT_PTR_NULL(strstr(buffer_text(&out), "password"));
  arena_close(&arena);
}

// Sets parameters one after the other and writes what came of it.
static const char *set_from(const char *type, const char *const (*parameters)[2]) {
  struct fault fault = {.arena = &arena};
  struct buffer out = {.arena = &arena};
  ProtobufCMessage *message = message_new(&arena, api_message(type));
  bool all = true;
  for (; (*parameters)[0]; parameters++)
    all &= json_set_from_text(&api, api_message(type), message, (*parameters)[0], (*parameters)[1], strlen((*parameters)[1]),
                              &arena, &fault);
  CU_ASSERT_EQUAL(all, fault.code == CODE_OK);
  json_write(&api, api_message(type), message, false, &out);
  return all ? buffer_text(&out) : told_by(&fault);
}

static void parameters_set_fields_and_add_to_lists(void) {
  static const char *const given[][2] = {{"kinds", "VISIT_KIND_SURVEY"},
                                         {"kinds", "1"},
                                         {"kinds", "2"},
                                         {"pageSize", "20"},
                                         {"total", "true"},
                                         {"started_after", "2026-03-01T00:00:00Z"},
                                         {"regionCode", ""},
                                         {NULL, NULL}};
  CU_ASSERT_STRING_EQUAL(set_from(LIST, given),
                         "{\"kinds\":[\"VISIT_KIND_SURVEY\",\"VISIT_KIND_DOWN_VISIT\",\"VISIT_KIND_RECEPTION\"],"
                         "\"startedAfter\":\"2026-03-01T00:00:00Z\",\"pageSize\":20,\"total\":true}");
  static const char *const deep[][2] = {{"visit.id", "x"},
                                        {"visit.position.latitude", "1.5"},
                                        {"visit.peopleMet", "3"},
                                        {"updateMask", "place,startedAt"},
                                        {NULL, NULL}};
  CU_ASSERT_STRING_EQUAL(
      set_from("zoufang.v1.UpdateVisitRequest", deep),
      "{\"visit\":{\"id\":\"x\",\"position\":{\"latitude\":1.5},\"peopleMet\":3},\"updateMask\":\"place,startedAt\"}");
  arena_close(&arena);
}

static void bad_parameters_are_told_under_their_names(void) {
  static const char *const given[][2] = {
      {"kinds", "NO"},  {"pageSize", "1.5"}, {"pageSize", "9999999999"},    {"total", "1"}, {"nothing", "x"},
      {"kinds.x", "1"}, {"orderBy", "\xff"}, {"startedAfter", "yesterday"}, {"", "x"},      {NULL, NULL}};
  CU_ASSERT_STRING_EQUAL(
      set_from(LIST, given),
      "kinds UNDEFINED_ENUM, pageSize WRONG_TYPE, pageSize OUT_OF_RANGE, total WRONG_TYPE, nothing UNKNOWN_FIELD, "
      "kinds.x UNKNOWN_FIELD, orderBy BAD_UTF8, startedAfter BAD_TIME,  UNKNOWN_FIELD");
  static const char *const deep[][2] = {
      {"visit", "{}"}, {"visit.startedAt.seconds", "1"}, {"visit.visitors.name", "x"}, {NULL, NULL}};
  CU_ASSERT_STRING_EQUAL(set_from("zoufang.v1.UpdateVisitRequest", deep),
                         "visit WRONG_TYPE, visit.startedAt.seconds UNKNOWN_FIELD, visit.visitors.name UNKNOWN_FIELD");
  arena_close(&arena);
}

static void refused_elements_keep_their_places(void) {
  struct fault fault = {.arena = &arena};
  static const char text[] = "{\"visits\":[{\"place\":\"a\"},5,{\"place\":\"c\"}]}";
  ProtobufCMessage *push = json_read(&api, api_message(PUSH), text, sizeof text - 1, &arena, NULL, &fault);
  CU_ASSERT_PTR_NOT_NULL_FATAL(push);
  CU_ASSERT_EQUAL(fault.count, 1);
  const struct field *visits = message_field(api_message(PUSH), "visits", 6);
  CU_ASSERT_EQUAL_FATAL(*field_count(push, visits), 3);
  CU_ASSERT_STRING_EQUAL(field_text(field_element(push, visits, 2), message_field(visits->message, "place", 5)), "c");
  CU_ASSERT_FALSE(field_is_set(field_element(push, visits, 1), message_field(visits->message, "place", 5)));
  arena_close(&arena);
}

SUITE_WITH(json, api_open, api_close, 0, TEST(both_spellings_of_a_name_are_read_and_lower_camel_is_written),
           TEST(what_is_null_or_empty_is_absent), TEST(whole_numbers_are_numbers_strings_and_powers_of_ten),
           TEST(numbers_of_64_bits_are_strings_when_written), TEST(real_numbers_come_back_as_they_went),
           TEST(enums_are_names_or_numbers_that_are_defined), TEST(bytes_are_base64_in_either_alphabet),
           TEST(times_are_read_in_any_zone_and_written_in_utc), TEST(durations_are_seconds_with_an_s),
           TEST(masks_are_camel_outside_and_snake_inside), TEST(maps_are_objects),
           TEST(an_any_says_its_type_anywhere_among_its_members), TEST(of_a_oneof_only_one_member_is_taken),
           TEST(every_bad_field_is_told_with_its_path), TEST(text_that_is_none_is_told_with_its_path),
           TEST(escapes_are_undone_and_made_anew), TEST(a_text_that_is_no_json_is_refused_with_line_and_column),
           TEST(depth_is_bounded), TEST(a_message_that_holds_itself_is_bounded_too),
           TEST(eight_mebibytes_of_empty_objects_are_refused_at_once), TEST(reading_stops_where_the_calls_memory_ends),
           TEST(every_way_to_cut_a_text_short_is_refused), TEST(the_names_of_the_body_are_the_mask),
           TEST(defaults_are_written_where_asked_for), TEST(what_a_client_only_sends_is_no_default),
           TEST(parameters_set_fields_and_add_to_lists), TEST(bad_parameters_are_told_under_their_names),
           TEST(refused_elements_keep_their_places));
