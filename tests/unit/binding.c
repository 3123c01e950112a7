// Requests become parameters: the very bytes that PostgreSQL gets.

#include "base/buffer.h"
#include "support/stage.h"

static struct parameters bound;

// Binds the first statement of `text` to the request.
static bool bind(const char *method, const char *text, const char *json) {
  struct script *script = stage_script(method, text);
  if (!script)
    printf("%s\n", stage.fault.message);
  CU_ASSERT_PTR_NOT_NULL_FATAL(script);
  stage_learn(script);
  struct exchange *exchange = stage_ask(method, json);
  return variant_bind(script_variant(script, 0, exchange, NULL), exchange, NULL, &bound);
}

// A parameter as hexadecimal digits; "null".
static const char *hex(int i) {
  struct buffer out = {.arena = &stage.arena};
  if (!bound.values[i])
    return "null";
  for (int at = 0; at < bound.lengths[i]; at++)
    buffer_printf(&out, "%02x", (unsigned char)bound.values[i][at]);
  return buffer_text(&out);
}

// The elements of an array as hexadecimal digits with commas between.
static const char *elements(int i) {
  struct buffer out = {.arena = &stage.arena};
  const char *at = bound.values[i];
  uint32_t count = read_be32(at) ? read_be32(at + 12) : 0;
  at += count ? 20 : 12;
  for (uint32_t k = 0; k < count; k++) {
    int length = (int)read_be32(at);
    buffer_string(&out, k ? "," : "");
    at += 4;
    if (length < 0)
      buffer_string(&out, "null");
    for (int b = 0; b < length; b++)
      buffer_printf(&out, "%02x", (unsigned char)*at++);
  }
  CU_ASSERT_PTR_EQUAL(at, bound.values[i] + bound.lengths[i]);
  return buffer_text(&out);
}

static const char *one(const char *method, const char *path, const char *json) {
  CU_ASSERT_TRUE(bind(method, arena_printf(&stage.arena, "select :%s", path), json));
  CU_ASSERT_EQUAL(bound.count, 1);
  CU_ASSERT_EQUAL(bound.formats[0], 1);
  return hex(0);
}

static const char *many(const char *method, const char *path, const char *json) {
  one(method, path, json);
  return elements(0);
}

static const char CREATE[] = "VisitService/CreateVisit", LIST[] = "VisitService/ListVisits", PUSH[] = "SyncService/Push",
                  LEAD[] = "LeadService/CreateLead";

static void scalars_go_out_in_binary(void) {
  CU_ASSERT_STRING_EQUAL(one(CREATE, "visit.purpose", "{\"visit\":{\"purpose\":\"走访\"}}"), "e8b5b0e8aebf");
  CU_ASSERT_STRING_EQUAL(one(CREATE, "visit.etag", "{\"visit\":{\"etag\":\"AP8=\"}}"), "00ff");
  CU_ASSERT_STRING_EQUAL(one(CREATE, "visit.kind", "{\"visit\":{\"kind\":\"VISIT_KIND_SURVEY\"}}"), "0005");
  CU_ASSERT_STRING_EQUAL(one(CREATE, "visit.position.latitude", "{\"visit\":{\"position\":{\"latitude\":-1.5}}}"),
                         "bff8000000000000");
  CU_ASSERT_STRING_EQUAL(one(LIST, "total", "{\"total\":true}"), "01");
  CU_ASSERT_STRING_EQUAL(one(LIST, "page_size", "{\"pageSize\":258}"), "00000102");
}

static void strings_go_out_as_what_they_stand_for(void) {
  CU_ASSERT_STRING_EQUAL(one(CREATE, "visit.id", "{\"visit\":{\"id\":\"0190A000-0000-7000-8000-00000000000f\"}}"),
                         "0190a00000007000800000000000000f");
  CU_ASSERT_STRING_EQUAL(one(CREATE, "visit.region_code", "{\"visit\":{\"regionCode\":\"150424100200\"}}"), "0000002305f99d68");
}

static void times_go_out_in_microseconds_since_2000(void) {
  CU_ASSERT_STRING_EQUAL(one(CREATE, "visit.started_at", "{\"visit\":{\"startedAt\":\"2000-01-01T00:00:00Z\"}}"),
                         "0000000000000000");
  CU_ASSERT_STRING_EQUAL(one(CREATE, "visit.started_at", "{\"visit\":{\"startedAt\":\"2000-01-01T08:00:01.0000029+08:00\"}}"),
                         "00000000000f4242");
  CU_ASSERT_STRING_EQUAL(one(CREATE, "visit.started_at", "{\"visit\":{\"startedAt\":\"1999-12-31T23:59:59.999999Z\"}}"),
                         "ffffffffffffffff");
}

static void what_is_empty_is_null_and_zero_is_not(void) {
  static const char *const absent[] = {"visit.purpose",    "visit.id",   "visit.region_code",       "visit.kind",
                                       "visit.started_at", "visit.etag", "visit.position.latitude", "visit.people_met",
                                       "visit#hash"};
  for (unsigned i = 0; i < sizeof absent / sizeof *absent; i++)
    CU_ASSERT_STRING_EQUAL(one(CREATE, absent[i], "{}"), "null");
  CU_ASSERT_STRING_EQUAL(one(CREATE, "visit.purpose", "{\"visit\":{\"purpose\":\"\"}}"), "null");
  CU_ASSERT_STRING_EQUAL(one(CREATE, "visit.position.latitude", "{\"visit\":{\"position\":{}}}"), "0000000000000000");
  CU_ASSERT_STRING_EQUAL(one(LIST, "page_size", "{}"), "00000000");
}

static void a_wrapper_that_holds_zero_is_not_absent(void) {
  CU_ASSERT_STRING_EQUAL(one(CREATE, "visit.people_met", "{\"visit\":{\"peopleMet\":0}}"), "00000000");
  CU_ASSERT_STRING_EQUAL(one(CREATE, "visit.position.accuracy", "{\"visit\":{\"position\":{\"accuracy\":0.5}}}"),
                         "3fe0000000000000");
  CU_ASSERT_STRING_EQUAL(one(LEAD, "lead.confidential", "{\"lead\":{\"confidential\":false}}"), "00");
  CU_ASSERT_STRING_EQUAL(one(LEAD, "lead.amount_fen", "{\"lead\":{\"amountFen\":\"-2\"}}"), "fffffffffffffffe");
}

static void repeated_scalars_are_arrays(void) {
  CU_ASSERT_STRING_EQUAL(one(LIST, "kinds", "{}"), "000000000000000000000015");
  CU_ASSERT_STRING_EQUAL(one(LIST, "kinds", "{\"kinds\":[1,2]}"), "00000001"
                                                                  "00000000"
                                                                  "00000015"
                                                                  "00000002"
                                                                  "00000001"
                                                                  "00000002"
                                                                  "0001"
                                                                  "00000002"
                                                                  "0002");
  CU_ASSERT_STRING_EQUAL(
      many(CREATE, "visit.officer_ids", "{\"visit\":{\"officerIds\":[\"0190a000-0000-7000-8000-000000000001\"]}}"),
      "0190a000000070008000000000000001");
}

static void a_mask_is_an_array_of_paths(void) {
  CU_ASSERT_STRING_EQUAL(many("VisitService/UpdateVisit", "update_mask", "{}"), "");
  CU_ASSERT_STRING_EQUAL(many("VisitService/UpdateVisit", "update_mask", "{\"updateMask\":\"place,endedAt\"}"),
                         "706c616365,656e6465645f6174");
}

static const char MATERIALS[] = "{\"visit\":{\"materials\":[{\"name\":\"a\",\"copies\":1},{\"copies\":2},{\"name\":\"c\"}]}}";

static void repeated_messages_are_parallel_arrays(void) {
  CU_ASSERT_TRUE(bind(CREATE, "select :visit.materials.name, :visit.materials.copies, :visit.materials#", MATERIALS));
  CU_ASSERT_STRING_EQUAL(elements(0), "61,null,63");
  CU_ASSERT_STRING_EQUAL(elements(1), "00000001,00000002,00000000");
  CU_ASSERT_STRING_EQUAL(elements(2), "00000001,00000002,00000003");
  CU_ASSERT_EQUAL(read_be32(bound.values[0] + 4), 1);
  CU_ASSERT_EQUAL(read_be32(bound.values[1] + 4), 0);
}

static const char ITEMS[] = "{\"visits\":[{\"purpose\":\"a\",\"officerIds\":[\"0190a000-0000-7000-8000-000000000001\","
                            "\"0190a000-0000-7000-8000-000000000002\"]},"
                            "{\"purpose\":\"b\"},{\"purpose\":\"c\",\"officerIds\":[\"0190a000-0000-7000-8000-000000000003\"],"
                            "\"position\":{\"latitude\":2}}],"
                            "\"photos\":[{\"caption\":\"p\"}],"
                            "\"leads\":[{\"narrative\":\"x\",\"accused\":[{\"name\":\"m\"}]},{\"narrative\":\"y\",\"accused\":["
                            "{\"name\":\"n\"},{\"unit\":\"u\"}]}]}";
static const char OF_ITEMS[] =
    "select :visits#, :visits.purpose, :visits.position.latitude, :visits.officer_ids, :visits.officer_ids#, "
    ":photos#, :leads#, :leads.accused.name, :leads.accused#";

static void places_count_through_all_items_of_a_push(void) {
  CU_ASSERT_TRUE(bind(PUSH, OF_ITEMS, ITEMS));
  CU_ASSERT_STRING_EQUAL(elements(0), "00000001,00000002,00000003");
  CU_ASSERT_STRING_EQUAL(elements(1), "61,62,63");
  CU_ASSERT_STRING_EQUAL(elements(2), "null,null,4000000000000000");
  CU_ASSERT_STRING_EQUAL(elements(3),
                         "0190a000000070008000000000000001,0190a000000070008000000000000002,0190a000000070008000000000000003");
  CU_ASSERT_STRING_EQUAL(elements(4), "00000001,00000001,00000003");
  CU_ASSERT_STRING_EQUAL(elements(5), "00000004");
  CU_ASSERT_STRING_EQUAL(elements(6), "00000005,00000006");
  CU_ASSERT_STRING_EQUAL(elements(7), "6d,6e,null");
  CU_ASSERT_STRING_EQUAL(elements(8), "00000005,00000006,00000006");
}

static void items_left_out_are_passed_over_and_the_others_keep_their_places(void) {
  bool out[] = {true, false, false, true, true, false};
  struct script *script = stage_script(PUSH, OF_ITEMS);
  CU_ASSERT_PTR_NOT_NULL_FATAL(script);
  struct exchange *exchange = stage_ask(PUSH, ITEMS);
  exchange->selection = (struct selection){sizeof out, out};
  CU_ASSERT_TRUE(variant_bind(script_variant(script, 0, exchange, NULL), exchange, NULL, &bound));
  CU_ASSERT_STRING_EQUAL(elements(0), "00000002,00000003");
  CU_ASSERT_STRING_EQUAL(elements(1), "62,63");
  CU_ASSERT_STRING_EQUAL(elements(4), "00000003");
  CU_ASSERT_STRING_EQUAL(elements(5), "");
  CU_ASSERT_STRING_EQUAL(elements(6), "00000006");
  CU_ASSERT_STRING_EQUAL(elements(7), "6e,null");
  CU_ASSERT_STRING_EQUAL(elements(8), "00000006,00000006");
}

static void the_page_size_asks_for_one_more(void) {
  CU_ASSERT_STRING_EQUAL(one(LIST, "page.size", "{}"), "0000000000000033");
}

static void a_page_value_comes_from_the_token_and_is_null_on_the_first_page(void) {
  struct script *script = stage_script(LIST, "select :page.at, :page.id");
  CU_ASSERT_PTR_NOT_NULL_FATAL(script);
  script->statements[0].parameters[0].type = TYPE_TIMESTAMPTZ;
  script->statements[0].parameters[1].type = TYPE_UUID;
  struct exchange *exchange = stage_ask(LIST, "{}");
  const struct variant *variant = script_variant(script, 0, exchange, NULL);
  CU_ASSERT_TRUE(variant_bind(variant, exchange, NULL, &bound));
  CU_ASSERT_STRING_EQUAL(hex(0), "null");
  exchange->page.given = true;
  exchange->page.count = 2;
  exchange->page.values[0] = (struct page_value){"id", TYPE_UUID, "0123456789abcdef", 16};
  exchange->page.values[1] = (struct page_value){"at", TYPE_TIMESTAMPTZ, "\0\0\0\0\0\0\0\7", 8};
  CU_ASSERT_TRUE(variant_bind(variant, exchange, NULL, &bound));
  CU_ASSERT_STRING_EQUAL(hex(0), "0000000000000007");
  CU_ASSERT_EQUAL(bound.lengths[1], 16);
  exchange->page.values[1].type = TYPE_INT8;
  CU_ASSERT_FALSE(variant_bind(variant, exchange, NULL, &bound));
  CU_ASSERT_STRING_EQUAL(stage.fault.reason, "BAD_PAGE_TOKEN");
}

static void a_value_that_does_not_fit_names_its_field_and_item(void) {
  CU_ASSERT_FALSE(bind(PUSH, "select :visits.id", "{\"visits\":[{},{\"id\":\"no\"}]}"));
  CU_ASSERT_EQUAL(stage.fault.code, CODE_INVALID_ARGUMENT);
  CU_ASSERT_PTR_NOT_NULL_FATAL(stage.fault.violations);
  CU_ASSERT_STRING_EQUAL(stage.fault.violations->field, "visits[1].id");
  CU_ASSERT_FALSE(bind(CREATE, "select :visit.region_code", "{\"visit\":{\"regionCode\":\"9223372036854775808\"}}"));
  CU_ASSERT_STRING_EQUAL(stage.fault.violations->field, "visit.region_code");
  CU_ASSERT_STRING_EQUAL(one(CREATE, "visit.region_code", "{\"visit\":{\"regionCode\":\"-9223372036854775808\"}}"),
                         "8000000000000000");
  static const char *const bad[] = {"1 ", "-", "0x1", "12345678901234567890", "1.0", "+1"};
  for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++)
    CU_ASSERT_FALSE(
        bind(CREATE, "select :visit.region_code", arena_printf(&stage.arena, "{\"visit\":{\"regionCode\":\"%s\"}}", bad[i])));
}

static void a_hash_is_of_the_content_and_of_nothing_else(void) {
  const char *hash = one(CREATE, "visit#hash", "{\"visit\":{\"id\":\"a\",\"purpose\":\"p\"},\"requestId\":\"1\"}");
  CU_ASSERT_EQUAL(strlen(hash), 2 * CRYPTO_MAC_BYTES);
  CU_ASSERT_STRING_EQUAL(
      hash, one(CREATE, "visit#hash", "{\"requestId\":\"2\",\"visit\":{\"purpose\":\"p\",\"id\":\"a\",\"place\":\"\"}}"));
  CU_ASSERT_STRING_EQUAL(hash, many(PUSH, "visits#hash", "{\"visits\":[{\"id\":\"a\",\"purpose\":\"p\"}]}"));
  CU_ASSERT_STRING_NOT_EQUAL(hash, one(CREATE, "visit#hash", "{\"visit\":{\"id\":\"b\",\"purpose\":\"p\"}}"));
  CU_ASSERT_STRING_NOT_EQUAL(hash, one(CREATE, "visit#hash", "{\"visit\":{\"id\":\"a\",\"purpose\":\"p\",\"etag\":\"AA==\"}}"));
  CU_ASSERT_STRING_NOT_EQUAL(many(PUSH, "photos#hash", "{\"photos\":[{\"id\":\"a\"}]}"),
                             many(PUSH, "leads#hash", "{\"leads\":[{\"id\":\"a\"}]}"));
}

static void fields_that_a_newer_client_adds_do_not_change_the_hash(void) {
  struct script *script = stage_script(CREATE, "select :visit#hash");
  CU_ASSERT_PTR_NOT_NULL_FATAL(script);
  struct exchange *exchange = stage_ask(CREATE, "{\"visit\":{\"id\":\"a\",\"position\":{\"latitude\":1}}}");
  const struct variant *variant = script_variant(script, 0, exchange, NULL);
  CU_ASSERT_TRUE(variant_bind(variant, exchange, NULL, &bound));
  const char *hash = hex(0);
  const struct message *type = exchange->method->input;
  ProtobufCMessage *visit = field_message(exchange->in, message_field(type, "visit", 5));
  const struct field *position = message_field(schema_message(&stage.schema, "zoufang.v1.Visit"), "position", 8);
  ProtobufCMessageUnknownField unknown = {
      .tag = 900, .wire_type = PROTOBUF_C_WIRE_TYPE_VARINT, .len = 1, .data = (uint8_t[]){7}};
  ProtobufCMessage *holders[] = {visit, field_message(visit, position)};
  for (int i = 0; i < 2; i++) {
    holders[i]->n_unknown_fields = 1;
    holders[i]->unknown_fields = &unknown;
  }
  CU_ASSERT_TRUE(variant_bind(variant, exchange, NULL, &bound));
  CU_ASSERT_STRING_EQUAL(hex(0), hash);
  CU_ASSERT_EQUAL(visit->n_unknown_fields, 1);
}

static void the_keeping_form_has_three_parameters_more(void) {
  struct script *script = stage_script(CREATE, "select 1;\nselect :visit.kind");
  CU_ASSERT_PTR_NOT_NULL_FATAL(script);
  struct keep keep = {.method = "M", .request_id = {1}, .hash = {2}};
  struct exchange *exchange = stage_ask(CREATE, "{\"visit\":{\"kind\":3}}");
  const struct variant *variant = script_variant(script, 1, exchange, &keep);
  CU_ASSERT_EQUAL(variant->parameter_count, 4);
  CU_ASSERT_EQUAL(variant->types[0], TYPE_INT2);
  CU_ASSERT_EQUAL(variant->types[2], TYPE_UUID);
  CU_ASSERT_PTR_NOT_NULL(strstr(variant->sql, "select $1"));
  CU_ASSERT_PTR_NOT_NULL(strstr(variant->sql, "keep_answer($2, $3, $4"));
  CU_ASSERT_PTR_NOT_EQUAL(variant, script_variant(script, 1, exchange, NULL));
  CU_ASSERT_TRUE(variant_bind(variant, exchange, &keep, &bound));
  CU_ASSERT_EQUAL_FATAL(bound.count, 4);
  CU_ASSERT_STRING_EQUAL(hex(1), "4d");
  CU_ASSERT_STRING_EQUAL(hex(2), "01000000000000000000000000000000");
  CU_ASSERT_EQUAL(bound.lengths[3], CRYPTO_MAC_BYTES);
}

static void a_variant_is_printed_with_its_values(void) {
  CU_ASSERT_TRUE(
      bind(CREATE,
           "select :visit.purpose, '$1', :visit.kind,\n:visit.officer_ids, :visit.materials.name, :visit.started_at, "
           ":visit.etag, :visit.position.latitude, :visit.id",
           "{\"visit\":{\"purpose\":\"it's\",\"kind\":2,\"officerIds\":[],\"materials\":[{\"name\":\"a\"},{}],"
           "\"startedAt\":\"1999-12-31T23:59:59.5Z\",\"etag\":\"AP8=\",\"position\":{\"latitude\":0.1}}}"));
  struct script *script =
      stage_script(CREATE, "select :visit.purpose, '$1', :visit.kind,\n:visit.officer_ids, :visit.materials.name, "
                           ":visit.started_at, :visit.etag, :visit.position.latitude, :visit.id");
  stage_learn(script);
  const struct variant *variant = script_variant(script, 0, &stage.exchange, NULL);
  CU_ASSERT_STRING_EQUAL(
      variant_printed(variant, &bound, &stage.arena),
      "select 'it''s'::text, '$1', '2'::int2,\narray[]::uuid[], array['a', null]::text[], "
      "'1999-12-31T23:59:59.500Z'::timestamptz, '\\x00ff'::bytea, '0.10000000000000001'::float8, null::uuid;\n");
}

SUITE_WITH(binding, stage_open, stage_close, 0, TEST(scalars_go_out_in_binary), TEST(strings_go_out_as_what_they_stand_for),
           TEST(times_go_out_in_microseconds_since_2000), TEST(what_is_empty_is_null_and_zero_is_not),
           TEST(a_wrapper_that_holds_zero_is_not_absent), TEST(repeated_scalars_are_arrays), TEST(a_mask_is_an_array_of_paths),
           TEST(repeated_messages_are_parallel_arrays), TEST(places_count_through_all_items_of_a_push),
           TEST(items_left_out_are_passed_over_and_the_others_keep_their_places), TEST(the_page_size_asks_for_one_more),
           TEST(a_page_value_comes_from_the_token_and_is_null_on_the_first_page),
           TEST(a_value_that_does_not_fit_names_its_field_and_item), TEST(a_hash_is_of_the_content_and_of_nothing_else),
           TEST(fields_that_a_newer_client_adds_do_not_change_the_hash), TEST(the_keeping_form_has_three_parameters_more),
           TEST(a_variant_is_printed_with_its_values));
