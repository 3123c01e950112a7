// What the build puts into the binary.

#include "schema/embedded.h"
#include "suite.h"
#include <google/protobuf/descriptor.pb-c.h>
#include <string.h>

static bool is_whole(const struct embedded *file) {
  return file->path[0] != '\0' && strlen(file->text) == file->length;
}

static bool is_sorted(const struct embedded *files, size_t count) {
  for (size_t i = 1; i < count; i++) {
    if (strcmp(files[i - 1].path, files[i].path) >= 0)
      return false;
  }
  return true;
}

static void every_statement_is_there_whole_and_sorted(void) {
  CU_ASSERT_TRUE(embedded_sql_count > 0);
  for (size_t i = 0; i < embedded_sql_count; i++) {
    CU_ASSERT_TRUE(is_whole(&embedded_sql[i]));
    CU_ASSERT_EQUAL(strncmp(embedded_sql[i].path, "sql/", 4), 0);
  }
  CU_ASSERT_TRUE(is_sorted(embedded_sql, embedded_sql_count));
  CU_ASSERT_PTR_NULL(embedded_sql[embedded_sql_count].path);
}

static void every_page_is_there_and_sorted(void) {
  CU_ASSERT_TRUE(is_sorted(embedded_files, embedded_files_count));
  CU_ASSERT_PTR_NULL(embedded_files[embedded_files_count].path);
}

// The place of a file in the set, or its size.
static size_t place_of(const Google__Protobuf__FileDescriptorSet *set, const char *name) {
  size_t place = 0;
  while (place < set->n_file && strcmp(set->file[place]->name, name) != 0)
    place++;
  return place;
}

static void descriptors_come_after_what_they_import(void) {
  Google__Protobuf__FileDescriptorSet *set =
      google__protobuf__file_descriptor_set__unpack(NULL, embedded_descriptors_length, embedded_descriptors);
  CU_ASSERT_PTR_NOT_NULL(set);
  for (size_t i = 0; set && i < set->n_file; i++) {
    for (size_t j = 0; j < set->file[i]->n_dependency; j++)
      CU_ASSERT_TRUE(place_of(set, set->file[i]->dependency[j]) < i);
    CU_ASSERT_PTR_NOT_NULL(set->file[i]->source_code_info);
  }
  if (set)
    google__protobuf__file_descriptor_set__free_unpacked(set, NULL);
}

static bool has_service(const char *name) {
  for (size_t i = 0; i < api_services_count; i++) {
    if (strcmp(api_services[i]->name, name) == 0)
      return true;
  }
  return false;
}

static bool has_message(const char *name) {
  for (size_t i = 0; i < api_messages_count; i++) {
    if (strcmp(api_messages[i]->name, name) == 0)
      return true;
  }
  return false;
}

static void services_and_messages_are_listed(void) {
  CU_ASSERT_TRUE(has_service("zoufang.v1.VisitService"));
  CU_ASSERT_TRUE(has_service("grpc.health.v1.Health"));
  CU_ASSERT_TRUE(has_service("grpc.reflection.v1.ServerReflection"));
  CU_ASSERT_TRUE(has_service("grpc.reflection.v1alpha.ServerReflection"));
  CU_ASSERT_TRUE(has_message("zoufang.v1.Visit"));
  CU_ASSERT_TRUE(has_message("google.rpc.ErrorInfo"));
  CU_ASSERT_TRUE(has_message("google.rpc.BadRequest.FieldViolation")); // nested ones too
  CU_ASSERT_TRUE(has_message("google.protobuf.Timestamp"));
  CU_ASSERT_FALSE(has_message("google.protobuf.Nothing"));
}

SUITE(embedded, TEST(every_statement_is_there_whole_and_sorted), TEST(every_page_is_there_and_sorted),
      TEST(descriptors_come_after_what_they_import), TEST(services_and_messages_are_listed));
