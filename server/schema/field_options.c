// What the proto says of a field beyond its type is read here: behaviour, rules, how it is stored.

#include "buf/validate/validate.pb-c.h"
#include "google/api/field_behavior.pb-c.h"
#include "schema/options.h"
#include "schema/pattern.h"
#include "schema/reading.h"
#include "zoufang/options.pb-c.h"
#include <string.h>

enum { OPTION_BEHAVIOR = 1052, OPTION_RULES = 1159, OPTION_FIELD = 50002 };

#define DOCUMENT "zoufang.v1.Document"

// What kind of rules fit a field.
enum fit { FIT_NONE, FIT_INT32, FIT_INT64, FIT_DOUBLE, FIT_STRING, FIT_BYTES, FIT_ENUM };

static const enum fit FIT_OF_TYPE[] = {
    [PROTOBUF_C_TYPE_INT32] = FIT_INT32,   [PROTOBUF_C_TYPE_INT64] = FIT_INT64, [PROTOBUF_C_TYPE_DOUBLE] = FIT_DOUBLE,
    [PROTOBUF_C_TYPE_STRING] = FIT_STRING, [PROTOBUF_C_TYPE_BYTES] = FIT_BYTES, [PROTOBUF_C_TYPE_ENUM] = FIT_ENUM,
    [PROTOBUF_C_TYPE_MESSAGE] = FIT_NONE,
};

// A wrapper takes the rules of what it wraps.
static enum fit fit_of(const struct field *field) {
  const ProtobufCFieldDescriptor *descriptor = field->descriptor;
  if (field->message && field->message->kind == MESSAGE_WRAPPER)
    descriptor = &field->message->descriptor->fields[0];
  return FIT_OF_TYPE[descriptor->type];
}

// Copies the bounds of a number's rules, whatever their width.
#define READ_BOUNDS(rules, from)                                                                                               \
  do {                                                                                                                         \
    (rules)->has_low = (from)->has_gt || (from)->has_gte;                                                                      \
    (rules)->has_high = (from)->has_lt || (from)->has_lte;                                                                     \
    (rules)->low_open = (from)->has_gt;                                                                                        \
    (rules)->high_open = (from)->has_lt;                                                                                       \
    (rules)->low = (double)((from)->has_gt ? (from)->gt : (from)->gte);                                                        \
    (rules)->high = (double)((from)->has_lt ? (from)->lt : (from)->lte);                                                       \
  } while (0)

static bool read_string(struct reading *reading, const char *where, const Buf__Validate__StringRules *from,
                        struct rules *rules) {
  rules->min_length = from->has_min_len ? from->min_len : 0;
  rules->max_length = from->has_max_len ? from->max_len : 0;
  rules->uuid = from->has_uuid && from->uuid;
  if (!from->pattern)
    return true;
  rules->pattern = arena_strdup(reading->keep, from->pattern);
  rules->compiled = pattern_open(rules->pattern, where, reading->fault);
  return rules->compiled != NULL;
}

static bool read_enum(struct reading *reading, const char *where, const Buf__Validate__EnumRules *from, struct rules *rules) {
  rules->defined_only = from->has_defined_only && from->defined_only;
  for (size_t i = 0; i < from->n_not_in; i++) {
    if (from->not_in[i] != 0)
      return reading_refuse(reading, where, "enum.not_in is enforced for 0 alone");
    rules->not_zero = true;
  }
  return true;
}

static bool read_scalar_rules(struct reading *reading, const char *where, enum fit fit, const Buf__Validate__FieldRules *from,
                              struct rules *rules) {
  const struct {
    const void *given;
    enum fit fit;
  } kinds[] = {{from->double_, FIT_DOUBLE}, {from->int32, FIT_INT32}, {from->int64, FIT_INT64},
               {from->string, FIT_STRING},  {from->bytes, FIT_BYTES}, {from->enum_, FIT_ENUM}};
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
    if (kinds[i].given && kinds[i].fit != fit)
      return reading_refuse(reading, where, "these rules do not fit the field's type");
  }
  if (from->double_) {
    READ_BOUNDS(rules, from->double_);
    rules->finite = from->double_->has_finite && from->double_->finite;
  }
  if (from->int32)
    READ_BOUNDS(rules, from->int32);
  if (from->int64)
    READ_BOUNDS(rules, from->int64);
  if (from->bytes) {
    rules->min_length = from->bytes->has_min_len ? from->bytes->min_len : 0;
    rules->max_length = from->bytes->has_max_len ? from->bytes->max_len : 0;
  }
  return (!from->string || read_string(reading, where, from->string, rules)) &&
         (!from->enum_ || read_enum(reading, where, from->enum_, rules));
}

static bool read_repeated(struct reading *reading, const char *where, const struct field *field,
                          const Buf__Validate__RepeatedRules *from, struct rules *rules) {
  if (!field->repeated)
    return reading_refuse(reading, where, "rules for lists on what is none");
  rules->min_items = from->has_min_items ? from->min_items : 0;
  rules->max_items = from->has_max_items ? from->max_items : 0;
  rules->unique = from->has_unique && from->unique;
  if (rules->unique && field->message)
    return reading_refuse(reading, where, "unique is enforced for scalars alone");
  if (!from->items)
    return true;
  if (from->items->repeated || from->items->has_required)
    return reading_refuse(reading, where, "items have no rules for lists, and are always there");
  struct rules *items = arena_zalloc(reading->keep, sizeof *items);
  rules->items = items;
  return read_scalar_rules(reading, where, fit_of(field), from->items, items);
}

static bool read_rules(struct reading *reading, const char *where, struct field *field, const ProtobufCMessage *options) {
  bool damaged = false;
  ProtobufCMessage *message =
      option_message(options, OPTION_RULES, &buf__validate__field_rules__descriptor, reading->scratch, &damaged);
  if (damaged)
    return reading_refuse(reading, where, "its rules cannot be read");
  if (!message)
    return true;
  if (message_has_unknown(message))
    return reading_refuse(reading, where, "a rule that is not enforced here");
  const Buf__Validate__FieldRules *from = (const Buf__Validate__FieldRules *)message;
  field->rules.required |= from->has_required && from->required;
  field->rules.ignore_zero = from->has_ignore && from->ignore == BUF__VALIDATE__IGNORE__IGNORE_IF_ZERO_VALUE;
  if (from->repeated && !read_repeated(reading, where, field, from->repeated, &field->rules))
    return false;
  return read_scalar_rules(reading, where, field->repeated ? FIT_NONE : fit_of(field), from, &field->rules);
}

static bool read_storage(struct reading *reading, const char *where, struct field *field, const ProtobufCMessage *options) {
  bool damaged = false;
  ProtobufCMessage *message =
      option_message(options, OPTION_FIELD, &zoufang__field_rules__descriptor, reading->scratch, &damaged);
  if (damaged || (message && message_has_unknown(message)))
    return reading_refuse(reading, where, "its (zoufang.field) cannot be read");
  if (!message)
    return true;
  const Zoufang__FieldRules *from = (const Zoufang__FieldRules *)message;
  field->sealed = from->sealed;
  field->generated = from->generated;
  field->secret = from->secret;
  field->body = from->body;
  field->counted = from->counted;
  field->in_part = from->in_part;
  field->stored_as = from->stored_as == ZOUFANG__STORED_AS__INT8   ? STORED_INT8
                     : from->stored_as == ZOUFANG__STORED_AS__DATE ? STORED_DATE
                                                                   : STORED_PLAIN;
  bool is_string = field->descriptor->type == PROTOBUF_C_TYPE_STRING;
  if ((field->stored_as != STORED_PLAIN || field->sealed) && !is_string)
    return reading_refuse(reading, where, "stored_as and sealed are for strings");
  if (field->sealed && field->repeated)
    return reading_refuse(reading, where, "a list cannot be sealed");
  if (field->body && (field->repeated || !field->message || strcmp(field->message->name, DOCUMENT) != 0))
    return reading_refuse(reading, where, "body is for a " DOCUMENT);
  if (field->in_part && (!field->repeated || !field->message))
    return reading_refuse(reading, where, "in_part is for a list of messages");
  if (field->generated && !field->rules.uuid)
    return reading_refuse(reading, where, "generated is for ids with the uuid rule");
  return true;
}

static void read_behavior(struct field *field, const ProtobufCMessage *options) {
  uint32_t bits = option_enum_bits(options, OPTION_BEHAVIOR);
  field->rules.required |= (bits >> GOOGLE__API__FIELD_BEHAVIOR__REQUIRED) & 1;
  field->output_only = (bits >> GOOGLE__API__FIELD_BEHAVIOR__OUTPUT_ONLY) & 1;
  field->input_only = (bits >> GOOGLE__API__FIELD_BEHAVIOR__INPUT_ONLY) & 1;
  field->immutable = (bits >> GOOGLE__API__FIELD_BEHAVIOR__IMMUTABLE) & 1;
}

bool field_options_read(struct reading *reading, struct field *field, const Google__Protobuf__FieldOptions *options) {
  if (!options)
    return true;
  const char *where = arena_printf(reading->scratch, "%s.%s", field->owner->name, field->name);
  read_behavior(field, &options->base);
  return read_rules(reading, where, field, &options->base) && read_storage(reading, where, field, &options->base);
}
