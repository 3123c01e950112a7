// The OpenAPI document, read by another JSON library.

#include "schema/openapi.h"
#include "api.h"
#include <jansson.h>
#include <stdlib.h>

static json_t *document;

static bool open_document(void) {
  if (!api_open())
    return false;
  struct arena arena = {0};
  struct buffer out = {.arena = &arena};
  json_error_t error;
  openapi_write(&api, "1.2.3", LANGUAGE_EN, &out);
  document = json_loadb(out.data, out.length, JSON_REJECT_DUPLICATES, &error);
  if (!document)
    printf("  line %d, column %d: %s\n", error.line, error.column, error.text);
  arena_close(&arena);
  return document != NULL;
}

static void close_document(void) {
  json_decref(document);
  api_close();
}

// What lies at a path of names with / between them; ~ stands for / within a name.
static json_t *at(json_t *from, const char *path) {
  char name[128];
  while (from && *path) {
    size_t length = strcspn(path, "/");
    snprintf(name, sizeof name, "%.*s", (int)length, path);
    for (char *c = name; *c; c++)
      *c = *c == '~' ? '/' : *c;
    from = json_is_array(from) ? json_array_get(from, strtoul(name, NULL, 10)) : json_object_get(from, name);
    path += length + (path[length] == '/');
  }
  return from;
}

static const char *text_at(json_t *from, const char *path) {
  const char *text = json_string_value(at(from, path));
  return text ? text : "(nothing)";
}

static const json_t *parameter_named(json_t *operation, const char *name) {
  size_t i;
  json_t *parameter;
  json_array_foreach(at(operation, "parameters"), i, parameter) {
    if (strcmp(text_at(parameter, "name"), name) == 0)
      return parameter;
  }
  return NULL;
}

static void the_document_says_what_it_is(void) {
  CU_ASSERT_STRING_EQUAL(text_at(document, "openapi"), "3.1.0");
  CU_ASSERT_STRING_EQUAL(text_at(document, "info/version"), "1.2.3");
  CU_ASSERT_STRING_EQUAL(text_at(document, "components/securitySchemes/bearer/scheme"), "bearer");
  CU_ASSERT_EQUAL(json_array_size(at(document, "tags")), api.service_count);
}

static void every_route_is_an_operation_of_its_own(void) {
  size_t operations = 0, routes = 0, count = 0;
  const char *path, *verb, *names[1024];
  json_t *item, *operation;
  for (unsigned i = 0; i < api.method_count; i++)
    routes += api.methods[i].route_count;
  json_object_foreach(at(document, "paths"), path, item) {
    json_object_foreach(item, verb, operation) {
      operations++;
      for (size_t i = 0; i < count; i++)
        CU_ASSERT_STRING_NOT_EQUAL(names[i], text_at(operation, "operationId"));
      names[count++] = text_at(operation, "operationId");
      CU_ASSERT_TRUE(json_is_object(at(operation, "responses/200")));
      CU_ASSERT_STRING_EQUAL(text_at(operation, "responses/default/$ref"), "#/components/responses/Error");
    }
  }
  CU_ASSERT_EQUAL(operations, routes);
}

static void every_variable_of_a_path_is_a_parameter(void) {
  const char *path, *verb;
  json_t *item, *operation;
  json_object_foreach(at(document, "paths"), path, item) {
    json_object_foreach(item, verb, operation) {
      for (const char *open = strchr(path, '{'); open; open = strchr(open + 1, '{')) {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int)strcspn(open + 1, "}"), open + 1);
        const json_t *parameter = parameter_named(operation, name);
        CU_ASSERT_PTR_NOT_NULL_FATAL(parameter);
        CU_ASSERT_STRING_EQUAL(json_string_value(json_object_get(parameter, "in")), "path");
      }
    }
  }
}

// Walks through everything and looks each reference up.
static unsigned follow(json_t *value) {
  const char *key;
  size_t i;
  json_t *item;
  unsigned found = 0;
  if (json_is_array(value)) {
    json_array_foreach(value, i, item) found += follow(item);
    return found;
  }
  json_object_foreach(value, key, item) {
    if (strcmp(key, "$ref") == 0 && json_is_string(item)) {
      CU_ASSERT_EQUAL_FATAL(strncmp(json_string_value(item), "#/", 2), 0);
      CU_ASSERT_PTR_NOT_NULL(at(document, json_string_value(item) + 2));
      found++;
    }
    found += follow(item);
  }
  return found;
}

static void every_reference_leads_somewhere(void) {
  CU_ASSERT_TRUE(follow(document) > 100);
}

static void parameters_come_from_the_fields_that_body_and_path_leave(void) {
  json_t *list = at(document, "paths/~v1~visits/get"), *update = at(document, "paths/~v1~visits~{id}/patch");
  CU_ASSERT_STRING_EQUAL(text_at(list, "operationId"), "VisitService_ListVisits");
  CU_ASSERT_PTR_NOT_NULL(parameter_named(list, "pageSize"));
  CU_ASSERT_PTR_NOT_NULL(parameter_named(list, "startedAfter"));
  CU_ASSERT_PTR_NULL(at(list, "requestBody"));
  CU_ASSERT_PTR_NOT_NULL(parameter_named(update, "updateMask"));
  CU_ASSERT_PTR_NULL(parameter_named(update, "visit.place"));
  CU_ASSERT_PTR_NULL(at(update, "requestBody/content/application~json/schema/required"));
  json_t *withdraw = at(document, "paths/~v1~visits~{id}:withdraw/post/requestBody/content/application~json/schema");
  CU_ASSERT_PTR_NOT_NULL(at(withdraw, "properties/reason"));
  CU_ASSERT_PTR_NULL(at(withdraw, "properties/id"));
}

static void rules_and_comments_are_in_the_schemas(void) {
  json_t *visit = at(document, "components/schemas/Visit/properties");
  CU_ASSERT_STRING_EQUAL(text_at(visit, "id/format"), "uuid");
  CU_ASSERT_STRING_EQUAL(text_at(visit, "regionCode/pattern"), "^[1-9][0-9]{11}$");
  CU_ASSERT_STRING_EQUAL(text_at(visit, "startedAt/format"), "date-time");
  CU_ASSERT_STRING_EQUAL(text_at(visit, "kind/$ref"), "#/components/schemas/VisitKind");
  CU_ASSERT_STRING_EQUAL(text_at(visit, "purpose/description"), "What it was to bring.");
  CU_ASSERT_EQUAL(json_number_value(at(visit, "peopleMet/maximum")), 100000);
  CU_ASSERT_EQUAL(json_number_value(at(visit, "officerIds/maxItems")), 50);
  CU_ASSERT_STRING_EQUAL(text_at(visit, "officerIds/items/format"), "uuid");
  CU_ASSERT_TRUE(json_is_true(at(visit, "recorderId/readOnly")));
  CU_ASSERT_STRING_EQUAL(text_at(document, "components/schemas/Visit/required/0"), "kind");
  CU_ASSERT_PTR_NOT_NULL(
      strstr(text_at(document, "components/schemas/VisitKind/description"), "- `VISIT_KIND_DOWN_VISIT`: 下访"));
  CU_ASSERT_STRING_EQUAL(text_at(document, "components/schemas/VisitKind/enum/1"), "VISIT_KIND_DOWN_VISIT");
}

static void what_is_told_in_part_may_lack_what_it_must_have_where_it_is_written(void) {
  json_t *pulled = at(document, "components/schemas/PullResponse/properties/leads/items");
  CU_ASSERT_PTR_NOT_NULL(at(pulled, "properties/narrative"));
  CU_ASSERT_PTR_NULL(at(pulled, "required"));
  CU_ASSERT_PTR_NOT_NULL(at(document, "components/schemas/Lead/required"));
}

static void who_may_call_is_said(void) {
  CU_ASSERT_PTR_NOT_NULL(strstr(text_at(document, "paths/~v1~visits/get/description"), "Roles: officer, supervisor."));
  CU_ASSERT_PTR_NOT_NULL(strstr(text_at(document, "paths/~v1~auth:whoami/get/description"), "Every signed-in user"));
  CU_ASSERT_EQUAL(json_array_size(at(document, "paths/~v1~auth:login/post/security")), 0);
  CU_ASSERT_TRUE(json_is_array(at(document, "paths/~v1~auth:login/post/security")));
  CU_ASSERT_PTR_NULL(at(document, "paths/~v1~visits/get/security"));
}

SUITE_WITH(openapi, open_document, close_document, 0, TEST(the_document_says_what_it_is),
           TEST(every_route_is_an_operation_of_its_own), TEST(every_variable_of_a_path_is_a_parameter),
           TEST(every_reference_leads_somewhere), TEST(parameters_come_from_the_fields_that_body_and_path_leave),
           TEST(rules_and_comments_are_in_the_schemas),
           TEST(what_is_told_in_part_may_lack_what_it_must_have_where_it_is_written), TEST(who_may_call_is_said));
