// The API's documents in the languages spoken here: in English the comments of proto/, in Chinese what stands in tables beside
// them. Texts live as long as the schema.

#pragma once
#include "schema/schema.h"
#include "schema/words.h"

// What is said of it in Chinese; NULL where that is not in the tables.
const char *translated_service(const struct service *service);
const char *translated_method(const struct method *method);
const char *translated_field(const struct field *field);
const char *translated_type(const char *name); // a message or an enum, by its full name
const char *translated_value(const char *name);

// What is said of it in `language`; the English comment where there is no other. Of a message: "" where there is no other, for
// requests and answers are told of by their methods.
const char *service_description(const struct service *service, enum language language);
const char *method_description(const struct method *method, enum language language);
const char *message_description(const struct message *message, enum language language);
const char *enumeration_description(const struct enumeration *enumeration, enum language language);
const char *field_description(const struct field *field, enum language language);
const char *value_description(const char *name, const char *comment, enum language language);
