// The API's documents in Chinese.

#include "schema/translation.h"
#include "api.h"
#include "base/utf8.h"
#include "suite.h"
#include <stdio.h>
#include <string.h>

static bool is_chinese(const char *text) {
  return text && utf8_valid(text, strlen(text)) && strpbrk(text, "\xe4\xe5\xe6\xe7\xe8\xe9");
}

static void check(const char *name, const char *text) {
  CU_ASSERT_TRUE(is_chinese(text));
  if (!is_chinese(text))
    printf("    in Chinese nothing is said of %s\n", name);
}

static void every_service_and_method_is_told_of_in_chinese(void) {
  for (unsigned i = 0; i < api.service_count; i++)
    check(api.services[i].name, translated_service(&api.services[i]));
  for (unsigned i = 0; i < api.method_count; i++)
    check(api.methods[i].name, translated_method(&api.methods[i]));
}

static bool is_ours(const char *name) {
  return strncmp(name, "zoufang.v1.", strlen("zoufang.v1.")) == 0 || strcmp(name, "zoufang.Role") == 0;
}

static void every_choice_is_told_of_in_chinese(void) {
  for (unsigned e = 0; e < api.enumeration_count; e++) {
    const struct enumeration *enumeration = &api.enumerations[e];
    for (unsigned i = 0; is_ours(enumeration->name) && i < enumeration->descriptor->n_values; i++) {
      const ProtobufCEnumValue *value = &enumeration->descriptor->values[i];
      if (value->value != 0)
        check(value->name, translated_value(value->name));
    }
  }
}

static bool ends_in(const char *name, const char *end) {
  size_t length = strlen(name), tail = strlen(end);
  return length >= tail && strcmp(name + length - tail, end) == 0;
}

static void every_message_but_requests_and_answers_is_told_of_in_chinese(void) {
  for (unsigned m = 0; m < api.message_count; m++) {
    const char *name = api.messages[m]->name;
    bool told_by_its_method = ends_in(name, "Request") || ends_in(name, "Response");
    if (is_ours(name) && api.messages[m]->kind == MESSAGE_PLAIN && !told_by_its_method)
      check(name, translated_type(name));
  }
  for (unsigned e = 0; e < api.enumeration_count; e++) {
    if (is_ours(api.enumerations[e].name))
      check(api.enumerations[e].name, translated_type(api.enumerations[e].name));
  }
}

static void every_field_is_called_something_in_chinese(void) {
  for (unsigned m = 0; m < api.message_count; m++) {
    const struct message *message = api.messages[m];
    for (unsigned i = 0; is_ours(message->name) && message->kind == MESSAGE_PLAIN && i < message->field_count; i++)
      check(message->fields[i].name, translated_field(&message->fields[i]));
  }
}

static void english_says_the_comments_and_chinese_what_is_beside_them(void) {
  const struct method *method = &api.methods[0];
  CU_ASSERT_PTR_EQUAL(method_description(method, LANGUAGE_EN), method->comment);
  CU_ASSERT_PTR_EQUAL(method_description(method, LANGUAGE_ZH_CN), translated_method(method));
  CU_ASSERT_STRING_EQUAL(value_description("NO_SUCH_VALUE", "a comment", LANGUAGE_ZH_CN), "a comment");
}

SUITE_WITH(translation, api_open, api_close, 0, TEST(every_service_and_method_is_told_of_in_chinese),
           TEST(every_choice_is_told_of_in_chinese), TEST(every_message_but_requests_and_answers_is_told_of_in_chinese),
           TEST(every_field_is_called_something_in_chinese), TEST(english_says_the_comments_and_chinese_what_is_beside_them));
