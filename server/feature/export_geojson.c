// GeoJSON, RFC 7946: a feature a record, at its position or with no geometry. Properties are named as in the API, values of
// enums too.

#include "feature/export_file.h"
#include "schema/json.h"
#include "schema/message.h"
#include <string.h>

static void write_text(struct buffer *out, const char *text) {
  json_write_string(out, text, strlen(text));
}

static bool begin(struct export_file *file) {
  buffer_string(&file->text, "{\"type\":\"FeatureCollection\",\"features\":[");
  return true;
}

static void write_geometry(struct export_file *file, const ProtobufCMessage *row) {
  struct cell longitude = export_cell(file, file->longitude, row), latitude = export_cell(file, file->latitude, row);
  if (longitude.kind != CELL_NUMBER || latitude.kind != CELL_NUMBER)
    buffer_string(&file->text, "null");
  else
    buffer_printf(&file->text, "{\"type\":\"Point\",\"coordinates\":[%.15g,%.15g]}", longitude.number, latitude.number);
}

static const char *value_name(const struct field *field, const ProtobufCMessage *row) {
  const ProtobufCEnumValue *value =
      protobuf_c_enum_descriptor_get_value(field->descriptor->descriptor, *(const int *)field_at(row, field));
  return value && value->value ? value->name : NULL;
}

static void write_value(struct buffer *out, const struct field *field, const ProtobufCMessage *row, const struct cell *cell) {
  switch (cell->kind) {
  case CELL_EMPTY:
    buffer_string(out, "null");
    break;
  case CELL_NUMBER:
    buffer_printf(out, "%.15g", cell->number);
    break;
  case CELL_FLAG:
    buffer_string(out, cell->flag ? "true" : "false");
    break;
  case CELL_TEXT:
  case CELL_TIME:
    write_text(out, field->enumeration ? value_name(field, row) : cell->text);
    break;
  }
}

static void write_properties(struct export_file *file, const ProtobufCMessage *row) {
  bool first = true;
  for (unsigned i = 0; i < file->column_count; i++) {
    const struct export_column *column = &file->columns[i];
    if (column == file->longitude || column == file->latitude)
      continue;
    struct cell cell = export_cell(file, column, row);
    buffer_string(&file->text, first ? "" : ",");
    write_text(&file->text, column->field->json_name);
    buffer_byte(&file->text, ':');
    write_value(&file->text, column->field, row, &cell);
    first = false;
  }
}

static bool row(struct export_file *file, const ProtobufCMessage *row) {
  buffer_string(&file->text, file->rows ? ",\n{\"type\":\"Feature\",\"geometry\":" : "\n{\"type\":\"Feature\",\"geometry\":");
  write_geometry(file, row);
  buffer_string(&file->text, ",\"properties\":{");
  write_properties(file, row);
  buffer_string(&file->text, "}}");
  return true;
}

static bool end(struct export_file *file) {
  buffer_string(&file->text, "\n]}\n");
  return true;
}

const struct export_format export_geojson = {
    .name = "geojson", .content_type = "application/geo+json", .begin = begin, .row = row, .end = end};
