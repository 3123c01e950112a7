// What is known of the API from its descriptors.

#include "schema/schema.h"
#include "api.h"
#include "schema/embedded.h"

static const struct field *field_of(const char *message, const char *name) {
  const struct field *field = message_field(api_message(message), name, strlen(name));
  CU_ASSERT_PTR_NOT_NULL_FATAL(field);
  return field;
}

static const struct method *method_at(const char *path) {
  const struct method *method = schema_method(&api, path, strlen(path));
  CU_ASSERT_PTR_NOT_NULL_FATAL(method);
  return method;
}

static void a_message_is_found_by_name_and_by_descriptor(void) {
  const struct message *visit = api_message("zoufang.v1.Visit");
  CU_ASSERT_PTR_EQUAL(schema_message_of(&api, visit->descriptor), visit);
  CU_ASSERT_STRING_EQUAL(visit->name, "zoufang.v1.Visit");
  CU_ASSERT_EQUAL(visit->kind, MESSAGE_PLAIN);
  CU_ASSERT_PTR_NULL(schema_message(&api, "zoufang.v1.Nothing"));
  CU_ASSERT_PTR_NULL(schema_message(&api, ""));
  CU_ASSERT_PTR_NULL(schema_message_of(&api, NULL));
}

static void messages_with_a_meaning_of_their_own_are_recognised(void) {
  CU_ASSERT_EQUAL(api_message("google.protobuf.Timestamp")->kind, MESSAGE_TIMESTAMP);
  CU_ASSERT_EQUAL(api_message("google.protobuf.Int64Value")->kind, MESSAGE_WRAPPER);
  CU_ASSERT_EQUAL(api_message("google.protobuf.FieldMask")->kind, MESSAGE_FIELD_MASK);
  CU_ASSERT_EQUAL(api_message("google.rpc.ErrorInfo.MetadataEntry")->kind, MESSAGE_MAP_ENTRY);
  CU_ASSERT_TRUE(field_of("google.rpc.ErrorInfo", "metadata")->map);
}

static void a_field_is_found_by_both_spellings(void) {
  const struct message *visit = api_message("zoufang.v1.Visit");
  const struct field *field = field_of("zoufang.v1.Visit", "region_code");
  CU_ASSERT_PTR_EQUAL(message_field_json(visit, "regionCode", 10), field);
  CU_ASSERT_PTR_EQUAL(message_field_json(visit, "region_code", 11), field);
  CU_ASSERT_PTR_NULL(message_field(visit, "regionCode", 10));
  CU_ASSERT_PTR_NULL(message_field_json(visit, "region_cod", 10));
  CU_ASSERT_PTR_NULL(message_field_json(visit, "", 0));
}

static void a_path_leads_through_plain_messages_alone(void) {
  const struct message *request = api_message("zoufang.v1.UpdateVisitRequest");
  CU_ASSERT_PTR_EQUAL(message_field_at(request, "visit.position.latitude", 23), field_of("zoufang.v1.Position", "latitude"));
  CU_ASSERT_PTR_EQUAL(message_field_at(request, "visit", 5), field_of("zoufang.v1.UpdateVisitRequest", "visit"));
  static const char *const none[] = {
      "", ".", "visit.", ".visit", "visit.nothing", "visit.started_at.seconds", "visit.visitors.name", "visit.id.id"};
  for (size_t i = 0; i < sizeof none / sizeof *none; i++)
    CU_ASSERT_PTR_NULL(message_field_at(request, none[i], strlen(none[i])));
}

static void rules_and_options_are_read_off_the_fields(void) {
  const struct field *code = field_of("zoufang.v1.Visit", "region_code");
  CU_ASSERT_TRUE(code->rules.required);
  CU_ASSERT_EQUAL(code->stored_as, STORED_INT8);
  CU_ASSERT_PTR_NOT_NULL_FATAL(code->rules.pattern);
  CU_ASSERT_STRING_EQUAL(code->rules.pattern, "^[1-9][0-9]{11}$");
  const struct field *id = field_of("zoufang.v1.Visit", "id");
  CU_ASSERT_TRUE(id->rules.uuid && id->generated);
  CU_ASSERT_FALSE(id->rules.required);
  const struct field *latitude = field_of("zoufang.v1.Position", "latitude");
  CU_ASSERT_TRUE(latitude->rules.has_low && latitude->rules.has_high && latitude->rules.finite);
  CU_ASSERT_EQUAL(latitude->rules.low, -90);
  CU_ASSERT_EQUAL(latitude->rules.high, 90);
  CU_ASSERT_TRUE(field_of("zoufang.v1.Visit", "state")->output_only);
}

static void an_option_written_in_parts_is_read_whole(void) {
  const struct field *ids = field_of("zoufang.v1.Visit", "officer_ids");
  CU_ASSERT_EQUAL(ids->rules.max_items, 50);
  CU_ASSERT_TRUE(ids->rules.unique);
  CU_ASSERT_PTR_NOT_NULL_FATAL(ids->rules.items);
  CU_ASSERT_TRUE(ids->rules.items->uuid);
}

static void comments_stand_with_what_they_describe(void) {
  CU_ASSERT_STRING_EQUAL(field_of("zoufang.v1.Visit", "place")->comment, "The place in words, as a farm's or a market's name.");
  CU_ASSERT_STRING_EQUAL(method_at("/zoufang.v1.VisitService/GetVisit")->comment, "One visit in full.");
  CU_ASSERT_EQUAL(strncmp(method_at("/zoufang.v1.VisitService/GetVisit")->service->comment, "Visits that officers paid", 25),
                  0);
  const struct enumeration *kind = field_of("zoufang.v1.Visit", "kind")->enumeration;
  CU_ASSERT_PTR_NOT_NULL_FATAL(kind);
  if (!kind)
    return;
  CU_ASSERT_STRING_EQUAL(kind->name, "zoufang.v1.VisitKind");
  CU_ASSERT_STRING_EQUAL(kind->value_comments[1], "下访");
}

static void a_method_knows_its_messages_roles_and_routes(void) {
  const struct method *update = method_at("/zoufang.v1.VisitService/UpdateVisit");
  CU_ASSERT_STRING_EQUAL(update->name, "VisitService/UpdateVisit");
  CU_ASSERT_PTR_EQUAL(update->input, api_message("zoufang.v1.UpdateVisitRequest"));
  CU_ASSERT_PTR_EQUAL(update->output, api_message("zoufang.v1.Visit"));
  CU_ASSERT_EQUAL(update->roles, 1u << 1 | 1u << 2);
  CU_ASSERT_EQUAL_FATAL(update->route_count, 1);
  CU_ASSERT_STRING_EQUAL(update->routes[0].verb, "PATCH");
  CU_ASSERT_STRING_EQUAL(update->routes[0].path, "/v1/visits/{visit.id}");
  CU_ASSERT_STRING_EQUAL(update->routes[0].body, "visit");
  CU_ASSERT_PTR_NOT_NULL(update->request_id);
  CU_ASSERT_PTR_NOT_NULL(update->update_mask);
  CU_ASSERT_PTR_NULL(update->page_size);
  CU_ASSERT_TRUE(method_at("/zoufang.v1.AuthService/Login")->anonymous);
  CU_ASSERT_TRUE(method_at("/zoufang.v1.SyncService/Push")->per_item);
  CU_ASSERT_TRUE(method_at("/zoufang.v1.VisitService/ListVisits")->read_only);
  CU_ASSERT_PTR_NOT_NULL(method_at("/zoufang.v1.VisitService/ListVisits")->next_page_token);
}

static void methods_are_numbered_and_those_of_the_transport_are_left_out(void) {
  unsigned index = 0;
  for (const struct method *method = api.methods; method && index < api.method_count; method++) {
    CU_ASSERT_EQUAL(method->index, index++);
    CU_ASSERT_PTR_EQUAL(method_at(method->path), method);
  }
  CU_ASSERT_TRUE(index > 20);
  CU_ASSERT_PTR_NULL(schema_method(&api, "/grpc.health.v1.Health/Check", 28));
  CU_ASSERT_PTR_NULL(schema_method(&api, "/zoufang.v1.VisitService/GetVisi", 32));
}

static void every_method_field_and_message_of_the_api_is_described(void) {
  for (unsigned i = 0; i < api.method_count; i++)
    CU_ASSERT_STRING_NOT_EQUAL(api.methods[i].comment, "");
  for (unsigned m = 0; m < api.message_count; m++) {
    const struct message *message = api.messages[m];
    if (strncmp(message->name, "zoufang.v1.", 11) != 0)
      continue;
    CU_ASSERT_STRING_NOT_EQUAL(message->comment, "");
    for (unsigned f = 0; f < message->field_count; f++) {
      if (message->fields[f].comment[0] == '\0')
        printf("    no comment: %s.%s\n", message->name, message->fields[f].name);
      CU_ASSERT_STRING_NOT_EQUAL(message->fields[f].comment, "");
    }
  }
}

static void descriptors_that_are_none_are_refused(void) {
  struct arena arena = {0};
  struct fault fault = {.arena = &arena};
  struct schema schema;
  static const ProtobufCMessageDescriptor *const nothing[] = {NULL};
  const struct schema_source cut = {(const uint8_t *)"\x0a\x7f", 2, nothing};
  CU_ASSERT_FALSE(schema_open_from(&schema, &cut, &fault));
  CU_ASSERT_EQUAL(fault.code, CODE_INTERNAL);
  arena_close(&arena);
}

static void a_message_that_the_descriptors_do_not_tell_of_is_refused(void) {
  struct arena arena = {0};
  struct fault fault = {.arena = &arena};
  struct schema schema;
  const ProtobufCMessageDescriptor *const messages[] = {api_message("google.protobuf.Empty")->descriptor, NULL};
  CU_ASSERT_FALSE(schema_open_from(&schema, &(struct schema_source){(const uint8_t *)"", 0, messages}, &fault));
  CU_ASSERT_STRING_EQUAL(fault.message, "google.protobuf.Empty: not in the descriptor set");
  arena_close(&arena);
}

// Opens a schema of the embedded descriptors in which the first `old` bytes were replaced by `new` ones, and says what is
// refused.
static const char *refused_with(const char *old, const char *new, size_t length, struct arena *arena) {
  struct fault fault = {.arena = arena};
  struct buffer changed = {.arena = arena};
  struct schema schema;
  buffer_put(&changed, embedded_descriptors, embedded_descriptors_length);
  char *place = memmem(changed.data, changed.length, old, length);
  CU_ASSERT_PTR_NOT_NULL_FATAL(place);
  if (place)
    memcpy(place, new, length);
  const struct schema_source source = {(const uint8_t *)changed.data, changed.length, api_messages};
  if (schema_open_from(&schema, &source, &fault)) {
    schema_close(&schema);
    return "";
  }
  CU_ASSERT_EQUAL(fault.code, CODE_INTERNAL);
  return fault.message;
}

#define REFUSED(old, new) refused_with(old, new, sizeof(old) - 1, &arena)

// A string of at most 200 characters: option 1159, 5 bytes; string rules, 3 bytes; max_len 200.
#define MAX_LEN_200 "\xba\x48\x05\x72\x03\x18\xc8\x01"

static void a_mistake_in_the_proto_is_told_with_its_place(void) {
  struct arena arena = {0};
  CU_ASSERT_STRING_EQUAL(REFUSED("/v1/visits/{id}", "/v1/visits/{id}"), "");
  CU_ASSERT_STRING_EQUAL(REFUSED("/v1/visits/{id}", "/v1/visits/{xx}"),
                         "/zoufang.v1.VisitService/GetVisit: a variable of its path names no scalar field of the request");
  CU_ASSERT_STRING_EQUAL(REFUSED("/v1/visits/{id}", "v1//visits/{id}"),
                         "/zoufang.v1.VisitService/GetVisit: a path begins with /");
  CU_ASSERT_PTR_NOT_NULL(strstr(REFUSED("^[1-9][0-9]{11}$", "^[1-9][0-9]{11($"), "pattern ^[1-9][0-9]{11($"));
  CU_ASSERT_PTR_NOT_NULL(
      strstr(REFUSED(MAX_LEN_200, "\xba\x48\x05\x72\x03\x20\xc8\x01"), ": a rule that is not enforced here"));
  CU_ASSERT_PTR_NOT_NULL(
      strstr(REFUSED(MAX_LEN_200, "\xba\x48\x05\x22\x03\x18\xc8\x01"), ": these rules do not fit the field's type"));
  CU_ASSERT_PTR_NOT_NULL(strstr(REFUSED(MAX_LEN_200, "\xba\x48\x05\x72\x09\x18\xc8\x01"), ": its rules cannot be read"));
  CU_ASSERT_PTR_NOT_NULL(strstr(REFUSED(MAX_LEN_200, "\xba\x48\x05\x92\x01\x02\x10\x01"), ": rules for lists on what is none"));
  arena_close(&arena);
}

SUITE_WITH(schema, api_open, api_close, 0, TEST(a_message_is_found_by_name_and_by_descriptor),
           TEST(messages_with_a_meaning_of_their_own_are_recognised), TEST(a_field_is_found_by_both_spellings),
           TEST(a_path_leads_through_plain_messages_alone), TEST(rules_and_options_are_read_off_the_fields),
           TEST(an_option_written_in_parts_is_read_whole), TEST(comments_stand_with_what_they_describe),
           TEST(a_method_knows_its_messages_roles_and_routes),
           TEST(methods_are_numbered_and_those_of_the_transport_are_left_out),
           TEST(every_method_field_and_message_of_the_api_is_described), TEST(descriptors_that_are_none_are_refused),
           TEST(a_message_that_the_descriptors_do_not_tell_of_is_refused), TEST(a_mistake_in_the_proto_is_told_with_its_place));
