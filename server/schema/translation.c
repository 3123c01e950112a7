// Chinese texts are found by the names of what they are about here.

#include "schema/translation.h"
#include <string.h>

struct entry {
  const char *owner, *name, *text; // owner: the service of a method, the message of a field; "" where there is none
};

#define ROWS(table) (sizeof(table) / sizeof *(table))

static const struct entry services[] = {
#define SERVICE(service, text) {"", #service, text},
#define METHOD(service, method, text)
#include "schema/translated_methods.h"
#undef METHOD
#undef SERVICE
};

static const struct entry methods[] = {
#define SERVICE(service, text)
#define METHOD(service, method, text) {#service, #method, text},
#include "schema/translated_methods.h"
#undef METHOD
#undef SERVICE
};

static const struct entry fields[] = {
#define FIELD(name, text) {"", #name, text},
#define MEMBER(message, name, text) {"zoufang.v1." #message, #name, text},
#include "schema/translated_fields.h"
#undef MEMBER
#undef FIELD
};

static const struct entry types[] = {
#define TYPE(name, text) {"", #name, text},
#include "schema/translated_types.h"
#undef TYPE
};

static const struct entry values[] = {
#define WORD(name, chinese, english) {"", #name, chinese},
#define VALUE(name, chinese) {"", #name, chinese},
#include "schema/value_words.h"
#undef VALUE
#undef WORD
};

static const char *text_of(const struct entry *table, size_t rows, const char *owner, const char *name) {
  for (size_t i = 0; i < rows; i++) {
    if (strcmp(table[i].name, name) == 0 && strcmp(table[i].owner, owner) == 0)
      return table[i].text;
  }
  return NULL;
}

const char *translated_service(const struct service *service) {
  return text_of(services, ROWS(services), "", service->name);
}

const char *translated_method(const struct method *method) {
  return text_of(methods, ROWS(methods), method->service->name, strchr(method->name, '/') + 1);
}

const char *translated_field(const struct field *field) {
  const char *own = text_of(fields, ROWS(fields), field->owner->name, field->name);
  return own ? own : text_of(fields, ROWS(fields), "", field->name);
}

const char *translated_type(const char *name) {
  static const char ours[] = "zoufang.", version[] = "v1.";
  if (strncmp(name, ours, strlen(ours)) != 0)
    return NULL;
  name += strlen(ours);
  name += strncmp(name, version, strlen(version)) == 0 ? strlen(version) : 0;
  return text_of(types, ROWS(types), "", name);
}

const char *translated_value(const char *name) {
  return text_of(values, ROWS(values), "", name);
}

static const char *choose(const char *chinese, const char *english, enum language language) {
  return language == LANGUAGE_ZH_CN && chinese ? chinese : english;
}

const char *service_description(const struct service *service, enum language language) {
  return choose(translated_service(service), service->comment, language);
}

const char *method_description(const struct method *method, enum language language) {
  return choose(translated_method(method), method->comment, language);
}

const char *message_description(const struct message *message, enum language language) {
  const char *chinese = translated_type(message->name);
  return language == LANGUAGE_EN ? message->comment : chinese ? chinese : "";
}

const char *enumeration_description(const struct enumeration *enumeration, enum language language) {
  return choose(translated_type(enumeration->name), enumeration->comment, language);
}

const char *field_description(const struct field *field, enum language language) {
  return choose(translated_field(field), field->comment, language);
}

const char *value_description(const char *name, const char *comment, enum language language) {
  return choose(translated_value(name), comment, language);
}
