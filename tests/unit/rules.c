// Field rules held against messages.

#include "schema/rules.h"
#include "api.h"
#include "schema/json.h"
#include "schema/message.h"

static struct arena arena;

#define VISIT "zoufang.v1.Visit"
#define ID "\"0190b0a0-0000-7000-8000-000000000001\""

// Reads a message and says what the rules find.
static const char *found_in(const char *type, const char *text) {
  struct fault fault = {.arena = &arena};
  ProtobufCMessage *message = json_read(&api, api_message(type), text, strlen(text), &arena, NULL, &fault);
  CU_ASSERT_STRING_EQUAL(told_by(&fault), "");
  CU_ASSERT_EQUAL(rules_check(api_message(type), message, &fault), fault.code == CODE_OK);
  return told_by(&fault);
}

struct pair {
  const char *type, *text, *found;
};

static void check(const struct pair *pairs, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const char *found = found_in(pairs[i].type, pairs[i].text);
    CU_ASSERT_TRUE(same_text(pairs[i].found, found));
  }
  arena_close(&arena);
}

#define CHECK(...)                                                                                                             \
  do {                                                                                                                         \
    static const struct pair pairs[] = {__VA_ARGS__};                                                                          \
    check(pairs, sizeof pairs / sizeof *pairs);                                                                                \
  } while (0)

#define NEEDED "\"kind\":1,\"regionCode\":\"150424100200\",\"startedAt\":\"2026-03-01T00:00:00Z\""

static void what_is_required_and_absent_is_told(void) {
  CHECK({VISIT, "{}", "kind REQUIRED, region_code REQUIRED, started_at REQUIRED"}, {VISIT, "{" NEEDED "}", ""},
        {VISIT, "{" NEEDED ",\"visitors\":[{\"name\":\"x\"}]}", "visitors[0].unit REQUIRED"},
        {"zoufang.v1.CreateVisitRequest", "{}", "visit REQUIRED"}, {"zoufang.v1.GetVisitRequest", "{}", "id REQUIRED"});
}

static void texts_keep_their_length_in_characters(void) {
  struct buffer text = {.arena = &arena};
  buffer_string(&text, "{" NEEDED ",\"place\":\"");
  for (int i = 0; i < 200; i++)
    buffer_string(&text, "访");
  struct buffer longer = {.arena = &arena};
  buffer_put(&longer, text.data, text.length);
  buffer_string(&text, "\"}");
  buffer_string(&longer, "x\"}");
  CU_ASSERT_STRING_EQUAL(found_in(VISIT, buffer_text(&text)), "");
  CU_ASSERT_STRING_EQUAL(found_in(VISIT, buffer_text(&longer)), "place TOO_LONG 200");
  arena_close(&arena);
}

static void ids_codes_and_patterns_are_checked(void) {
  CHECK(
      {VISIT, "{" NEEDED ",\"id\":" ID "}", ""}, {VISIT, "{" NEEDED ",\"id\":\"7\"}", "id NOT_A_UUID"},
      {VISIT, "{\"kind\":1,\"startedAt\":\"2026-03-01T00:00:00Z\",\"regionCode\":\"050424100200\"}",
       "region_code BAD_PATTERN ^[1-9][0-9]{11}$"},
      {VISIT, "{\"kind\":1,\"startedAt\":\"2026-03-01T00:00:00Z\",\"regionCode\":\"15042410020x\"}", "region_code BAD_NUMBER"},
      {VISIT, "{\"kind\":1,\"startedAt\":\"2026-03-01T00:00:00Z\",\"regionCode\":\"99999999999999999999\"}",
       "region_code BAD_NUMBER"});
}

static void numbers_are_held_to_their_bounds_and_zero_is_one(void) {
  CHECK(
      {"zoufang.v1.Position", "{\"latitude\":90,\"longitude\":-180}", ""},
      {"zoufang.v1.Position", "{\"latitude\":90.000001,\"longitude\":-181}",
       "latitude OUT_OF_RANGE -90..90, longitude OUT_OF_RANGE -180..180"},
      {"zoufang.v1.Position", "{\"latitude\":\"NaN\",\"longitude\":\"Infinity\"}", "latitude NOT_FINITE, longitude NOT_FINITE"},
      {"zoufang.v1.Material", "{\"name\":\"x\"}", "copies OUT_OF_RANGE 1..1000000"},
      {"zoufang.v1.ListVisitsRequest", "{\"pageSize\":-1}", "page_size OUT_OF_RANGE 0.."});
}

static void a_wrapper_is_held_to_the_rules_of_what_it_wraps(void) {
  CHECK({VISIT, "{" NEEDED ",\"peopleMet\":-1}", "people_met OUT_OF_RANGE 0..100000"},
        {VISIT, "{" NEEDED ",\"peopleMet\":0}", ""}, {"zoufang.v1.Position", "{\"accuracy\":\"NaN\"}", "accuracy NOT_FINITE"});
}

static void lists_are_held_to_their_count_and_each_item_to_its_rules(void) {
  CHECK({VISIT, "{" NEEDED ",\"officerIds\":[" ID ",\"x\",\"\"]}", "officer_ids[1] NOT_A_UUID, officer_ids[2] NOT_A_UUID"},
        {VISIT, "{" NEEDED ",\"officerIds\":[" ID "," ID "]}", "officer_ids[1] NOT_UNIQUE"},
        {"zoufang.v1.ListVisitsRequest", "{\"kinds\":[1,2,3,4,5,6,7,8,1]}", "kinds TOO_MANY_ITEMS 8"},
        {"zoufang.v1.ListVisitsRequest", "{\"kinds\":[1,2,1]}", "kinds[2] NOT_UNIQUE"},
        {"zoufang.v1.ListVisitsRequest", "{\"kinds\":[0]}", "kinds[0] UNDEFINED_ENUM"});
}

static void too_many_items_of_a_push_are_told_of_the_list(void) {
  struct buffer text = {.arena = &arena};
  buffer_string(&text, "{\"visits\":[{}");
  for (int i = 0; i < 500; i++)
    buffer_string(&text, ",{}");
  buffer_string(&text, "]}");
  CU_ASSERT_STRING_EQUAL(found_in("zoufang.v1.PushRequest", buffer_text(&text)), "visits TOO_MANY_ITEMS 500");
  arena_close(&arena);
}

static void an_enum_without_a_name_is_refused(void) {
  struct fault fault = {.arena = &arena};
  const struct message *list = api_message("zoufang.v1.Reminder");
  ProtobufCMessage *message = message_new(&arena, list);
  *(int *)field_at(message, message_field(list, "kind", 4)) = 99;
  CU_ASSERT_FALSE(rules_check(list, message, &fault));
  CU_ASSERT_STRING_EQUAL(told_by(&fault), "kind UNDEFINED_ENUM");
  arena_close(&arena);
}

static void times_out_of_range_are_refused(void) {
  struct fault fault = {.arena = &arena};
  const struct message *list = api_message("zoufang.v1.ListVisitsRequest"), *time = api_message("google.protobuf.Timestamp");
  ProtobufCMessage *message = message_new(&arena, list), *at = message_new(&arena, time);
  *(int64_t *)field_at(at, &time->fields[0]) = 253402300800;
  *(ProtobufCMessage **)field_at(message, message_field(list, "started_after", 13)) = at;
  CU_ASSERT_FALSE(rules_check(list, message, &fault));
  CU_ASSERT_STRING_EQUAL(told_by(&fault), "started_after BAD_TIME");
  arena_close(&arena);
}

static void what_only_the_server_says_is_not_looked_at(void) {
  CHECK({VISIT, "{" NEEDED ",\"recorderId\":\"nobody\"}", ""});
}

#define UPDATE "zoufang.v1.UpdateVisitRequest"

static void with_a_mask_only_what_is_set_or_named_is_looked_at(void) {
  CHECK({UPDATE, "{\"visit\":{\"id\":" ID ",\"place\":\"x\"},\"updateMask\":\"place\"}", ""},
        {UPDATE, "{\"visit\":{\"id\":" ID "}}", ""},
        {UPDATE, "{\"visit\":{\"id\":" ID "},\"updateMask\":\"regionCode,place\"}", "visit.region_code REQUIRED"},
        {UPDATE, "{\"visit\":{\"id\":\"x\"},\"updateMask\":\"place\"}", "visit.id NOT_A_UUID"},
        {UPDATE, "{}", "visit REQUIRED"});
}

static void a_mask_names_fields_of_the_record(void) {
  CHECK({UPDATE,
         "{\"visit\":{\"id\":" ID "},\"updateMask\":\"place,nothing,position.latitude,position.up,visit.place,visitors.name\"}",
         "update_mask BAD_PATH nothing, update_mask BAD_PATH position.up, update_mask BAD_PATH visit.place, "
         "update_mask BAD_PATH visitors.name"});
}

static void paths_of_one_item_begin_with_its_place(void) {
  struct fault fault = {.arena = &arena};
  CU_ASSERT_FALSE(rules_check_at(api_message(VISIT), message_new(&arena, api_message(VISIT)), "visits[3]", &fault));
  CU_ASSERT_STRING_EQUAL(told_by(&fault),
                         "visits[3].kind REQUIRED, visits[3].region_code REQUIRED, visits[3].started_at REQUIRED");
  arena_close(&arena);
}

static void output_only_fields_are_cleared_at_any_depth(void) {
  struct fault fault = {.arena = &arena};
  struct buffer out = {.arena = &arena};
  const struct message *type = api_message("zoufang.v1.PushRequest");
  static const char text[] =
      "{\"visits\":[{\"place\":\"x\",\"recorderId\":\"y\",\"state\":1,\"receivedAt\":\"2026-03-01T00:00:00Z\"}]}";
  ProtobufCMessage *message = json_read(&api, type, text, sizeof text - 1, &arena, NULL, &fault);
  CU_ASSERT_PTR_NOT_NULL_FATAL(message);
  message_settle(type, message);
  json_write(&api, type, message, false, &out);
  CU_ASSERT_STRING_EQUAL(buffer_text(&out), "{\"visits\":[{\"place\":\"x\"}]}");
  arena_close(&arena);
}

static void ids_are_written_in_small_letters_at_any_depth(void) {
  struct fault fault = {.arena = &arena};
  struct buffer out = {.arena = &arena};
  const struct message *type = api_message("zoufang.v1.PushRequest");
  static const char text[] = "{\"visits\":[{\"id\":\"0190A000-0000-7000-8000-00000000000F\",\"place\":\"A\","
                             "\"officerIds\":[\"0190A000-0000-7000-8000-00000000000E\",\"NONE\"]}]}";
  ProtobufCMessage *message = json_read(&api, type, text, sizeof text - 1, &arena, NULL, &fault);
  CU_ASSERT_PTR_NOT_NULL_FATAL(message);
  message_settle(type, message);
  json_write(&api, type, message, false, &out);
  CU_ASSERT_STRING_EQUAL(buffer_text(&out), "{\"visits\":[{\"id\":\"0190a000-0000-7000-8000-00000000000f\",\"place\":\"A\","
                                            "\"officerIds\":[\"0190a000-0000-7000-8000-00000000000e\",\"NONE\"]}]}");
  arena_close(&arena);
}

SUITE_WITH(rules, api_open, api_close, 0, TEST(what_is_required_and_absent_is_told),
           TEST(texts_keep_their_length_in_characters), TEST(ids_codes_and_patterns_are_checked),
           TEST(numbers_are_held_to_their_bounds_and_zero_is_one), TEST(a_wrapper_is_held_to_the_rules_of_what_it_wraps),
           TEST(lists_are_held_to_their_count_and_each_item_to_its_rules), TEST(too_many_items_of_a_push_are_told_of_the_list),
           TEST(an_enum_without_a_name_is_refused), TEST(times_out_of_range_are_refused),
           TEST(what_only_the_server_says_is_not_looked_at), TEST(with_a_mask_only_what_is_set_or_named_is_looked_at),
           TEST(a_mask_names_fields_of_the_record), TEST(paths_of_one_item_begin_with_its_place),
           TEST(output_only_fields_are_cleared_at_any_depth), TEST(ids_are_written_in_small_letters_at_any_depth));
