// What is exported of a record: the fields of its row, each a column, with words that people read.

#include "feature/export_file.h"
#include "schema/message.h"
#include <string.h>

static const struct word {
  const char *name, *texts[LANGUAGES];
} words[] = {
#define WORD(name, chinese, english) {#name, {[LANGUAGE_ZH_CN] = (chinese), [LANGUAGE_EN] = (english)}},
#define VALUE(name, chinese)
#include "feature/export_words.h"
#include "schema/value_words.h"
#undef VALUE
#undef WORD
};

const char *export_word(const char *name, enum language language) {
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (strcmp(words[i].name, name) == 0)
      return words[i].texts[language];
  return NULL;
}

static const char *word_or_name(const char *name, enum language language) {
  const char *word = export_word(name, language);
  return word ? word : name;
}

static void read_values(struct export_column *column, enum language language) {
  const ProtobufCEnumDescriptor *type = column->field->descriptor->descriptor;
  for (unsigned i = 0; i < type->n_values; i++) {
    const ProtobufCEnumValue *value = &type->values[i];
    if (value->value > 0 && value->value < EXPORT_VALUES)
      column->values[value->value] = word_or_name(value->name, language);
  }
}

static const struct export_column *column_named(const struct export_file *file, const char *name) {
  for (unsigned i = 0; i < file->column_count; i++)
    if (strcmp(file->columns[i].field->name, name) == 0)
      return &file->columns[i];
  return NULL;
}

void export_columns(struct export_file *file, const struct message *type) {
  for (unsigned i = 0; i < type->field_count && i < EXPORT_COLUMNS; i++) {
    struct export_column *column = &file->columns[file->column_count++];
    *column = (struct export_column){.field = &type->fields[i]};
    column->header = word_or_name(column->field->name, file->language);
    if (column->field->enumeration)
      read_values(column, file->language);
  }
  file->longitude = column_named(file, "longitude");
  file->latitude = column_named(file, "latitude");
}

const struct export_format *export_format_named(const char *name) {
  static const struct export_format *const formats[] = {&export_csv, &export_geojson, &export_xlsx};
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
    if (strcmp(formats[i]->name, name) == 0)
      return formats[i];
  return NULL;
}

// --- Cells -----------------------------------------------------------------------------------------------------------

static struct cell text_cell(const char *text) {
  return (struct cell){.kind = text && *text ? CELL_TEXT : CELL_EMPTY, .text = text};
}

static struct cell flag_cell(const struct export_file *file, bool flag) {
  return (struct cell){.kind = CELL_FLAG, .text = word_or_name(flag ? "yes" : "no", file->language), .flag = flag};
}

// The one field of a message that only wraps it.
static struct cell wrapped_cell(const struct export_file *file, const struct message *type, const ProtobufCMessage *message) {
  const struct field *field = &type->fields[0];
  const void *at = field_at(message, field);
  switch (field->descriptor->type) {
  case PROTOBUF_C_TYPE_BOOL:
    return flag_cell(file, *(const protobuf_c_boolean *)at);
  case PROTOBUF_C_TYPE_INT32:
    return (struct cell){.kind = CELL_NUMBER, .number = *(const int32_t *)at};
  case PROTOBUF_C_TYPE_DOUBLE:
    return (struct cell){.kind = CELL_NUMBER, .number = *(const double *)at};
  default: { // zoufang.LocalTime
    struct cell cell = text_cell(field_text(message, field));
    if (cell.kind == CELL_TEXT)
      cell.kind = CELL_TIME;
    return cell;
  }
  }
}

struct cell export_cell(const struct export_file *file, const struct export_column *column, const ProtobufCMessage *row) {
  const struct field *field = column->field;
  if (field->enumeration) {
    int value = *(const int *)field_at(row, field);
    return text_cell(value > 0 && value < EXPORT_VALUES ? column->values[value] : NULL);
  }
  if (!field->message)
    return text_cell(field_text(row, field));
  const ProtobufCMessage *message = field_message(row, field);
  return message ? wrapped_cell(file, field->message, message) : (struct cell){.kind = CELL_EMPTY};
}
