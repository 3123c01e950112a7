// Generic access to messages.

#include "schema/message.h"
#include "api.h"

static struct arena arena;

#define VISIT "zoufang.v1.Visit"
#define ONEOF "grpc.reflection.v1.ServerReflectionRequest"

static const struct field *field_of(const char *type, const char *name) {
  const struct field *field = message_field(api_message(type), name, strlen(name));
  CU_ASSERT_PTR_NOT_NULL_FATAL(field);
  return field;
}

static void a_fresh_message_holds_nothing(void) {
  const struct message *type = api_message(VISIT);
  ProtobufCMessage *visit = message_new(&arena, type);
  for (unsigned i = 0; i < type->field_count; i++)
    CU_ASSERT_FALSE(field_is_set(visit, &type->fields[i]));
  CU_ASSERT_STRING_EQUAL(field_text(visit, field_of(VISIT, "place")), "");
  CU_ASSERT_PTR_NULL(field_message(visit, field_of(VISIT, "position")));
  arena_close(&arena);
}

static void nothing_is_set_where_there_is_no_message(void) {
  CU_ASSERT_FALSE(field_is_set(NULL, field_of(VISIT, "place")));
  CU_ASSERT_STRING_EQUAL(field_text(NULL, field_of(VISIT, "place")), "");
  CU_ASSERT_PTR_NULL(field_message(NULL, field_of(VISIT, "position")));
}

static void what_is_packed_is_unpacked_the_same(void) {
  const struct message *type = api_message(VISIT);
  ProtobufCMessage *visit = message_new(&arena, type), *position = message_new(&arena, api_message("zoufang.v1.Position"));
  *(const char **)field_at(visit, field_of(VISIT, "place")) = "走访";
  *(double *)field_at(position, field_of("zoufang.v1.Position", "latitude")) = 42.25;
  *(ProtobufCMessage **)field_at(visit, field_of(VISIT, "position")) = position;
  const char *ids[] = {"a", "b"};
  *field_count(visit, field_of(VISIT, "officer_ids")) = 2;
  *(const char ***)field_at(visit, field_of(VISIT, "officer_ids")) = ids;
  size_t length;
  uint8_t *bytes = message_pack(&arena, visit, &length);
  ProtobufCMessage *again = message_unpack(&arena, type, bytes, length);
  CU_ASSERT_PTR_NOT_NULL_FATAL(again);
  CU_ASSERT_STRING_EQUAL(field_text(again, field_of(VISIT, "place")), "走访");
  CU_ASSERT_EQUAL(*field_count(again, field_of(VISIT, "officer_ids")), 2);
  CU_ASSERT_STRING_EQUAL((*(char ***)field_at(again, field_of(VISIT, "officer_ids")))[1], "b");
  ProtobufCMessage *nested = field_message(again, field_of(VISIT, "position"));
  CU_ASSERT_PTR_NOT_NULL_FATAL(nested);
  CU_ASSERT_EQUAL(*(double *)field_at(nested, field_of("zoufang.v1.Position", "latitude")), 42.25);
  CU_ASSERT_PTR_NULL(message_unpack(&arena, type, bytes, length - 1));
  arena_close(&arena);
}

static void of_a_oneof_only_the_chosen_member_is_set(void) {
  ProtobufCMessage *request = message_new(&arena, api_message(ONEOF));
  const struct field *chosen = field_of(ONEOF, "list_services"), *other = field_of(ONEOF, "file_by_filename");
  *(const char **)field_at(request, chosen) = "x";
  CU_ASSERT_FALSE(field_is_set(request, chosen));
  *(uint32_t *)(void *)((char *)request + chosen->descriptor->quantifier_offset) = chosen->descriptor->id;
  CU_ASSERT_TRUE(field_is_set(request, chosen));
  CU_ASSERT_FALSE(field_is_set(request, other));
  CU_ASSERT_STRING_EQUAL(field_text(request, other), "");
  arena_close(&arena);
}

SUITE_WITH(message, api_open, api_close, 0, TEST(a_fresh_message_holds_nothing), TEST(nothing_is_set_where_there_is_no_message),
           TEST(what_is_packed_is_unpacked_the_same), TEST(of_a_oneof_only_the_chosen_member_is_set));
