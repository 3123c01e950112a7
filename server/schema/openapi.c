// The REST surface is described in OpenAPI 3.1 here: paths from the routes, everything else from the messages.

#include "schema/openapi.h"
#include "schema/openapi_types.h"
#include "schema/translation.h"
#include "zoufang/options.pb-c.h"
#include <ctype.h>
#include <string.h>

enum { QUERY_DEPTH = 3 };

struct document {
  const struct schema *schema;
  struct pen pen;
  struct types types;
};

// What the document says by itself.
enum phrase {
  PHRASE_ABOUT,
  PHRASE_ANYONE,
  PHRASE_EVERYBODY,
  PHRASE_ROLES,
  PHRASE_AUDITED,
  PHRASE_DONE,
  PHRASE_REFUSED,
  PHRASE_TOKEN
};
static const char *const phrases[][LANGUAGES] = {
    [PHRASE_ABOUT] = {"监察干部上传走访、照片和线索，监督领导查询。同样的方法也通过 gRPC 提供。应答中省略空值和默认值；64 "
                      "位整数以字符串表示；"
                      "字段名两种写法都可读取。",
                      "Field officers upload visits, photos and leads; supervisors ask. The same methods are served over gRPC. "
                      "Fields that are empty or at their default are left out of answers; 64-bit integers are strings; names "
                      "are read in both spellings."},
    [PHRASE_ANYONE] = {"任何人均可调用，无须令牌。", "Anyone may call it, without a token."},
    [PHRASE_EVERYBODY] = {"登录后均可调用。", "Every signed-in user may call it."},
    [PHRASE_ROLES] = {"角色：", "Roles: "},
    [PHRASE_AUDITED] = {"每次调用都记入审计。", " Each call is written to the audit."},
    [PHRASE_DONE] = {"完成。", "Done."},
    [PHRASE_REFUSED] = {"拒绝了什么、为什么：google.rpc.Status，其 details 含 ErrorInfo、BadRequest、RetryInfo、RequestInfo 和 "
                        "LocalizedMessage。",
                        "What was refused, and why: google.rpc.Status with ErrorInfo, BadRequest, RetryInfo, RequestInfo and "
                        "LocalizedMessage as details."},
    [PHRASE_TOKEN] = {"AuthService.Login 给出的 accessToken。", "The accessToken that AuthService.Login gives."},
};

static const char *say(const struct document *document, enum phrase phrase) {
  return phrases[phrase][document->types.language];
}

// --- Paths ---

// Calls `each` for every {variable} of a template.
static void each_variable(const struct method *method, const char *path, void *context,
                          void (*each)(void *context, const struct field *field, const char *name, size_t length)) {
  for (const char *at = path; (at = strchr(at, '{')) && strchr(at, '}');) {
    size_t length = strcspn(++at, "}");
    each(context, message_field_at(method->input, at, length), at, length);
    at += length;
  }
}

// A template as OpenAPI wants it: {visit.id} and {id} at the same place are one path, so variables bear the last name alone.
static const char *public_path(struct document *document, const struct method *method, const char *path) {
  struct buffer out = {.arena = document->pen.out->arena};
  while (*path) {
    size_t plain = strcspn(path, "{");
    buffer_put(&out, path, plain);
    path += plain;
    if (*path == '\0')
      break;
    size_t length = strcspn(++path, "}");
    buffer_printf(&out, "{%s}", message_field_at(method->input, path, length)->json_name);
    path += length + 1;
  }
  return buffer_text(&out);
}

// --- Parameters ---

static void write_parameter(struct document *document, const char *place, const char *name, const struct field *field) {
  struct pen *pen = &document->pen;
  pen_open(pen, NULL, '{');
  pen_text(pen, "name", name);
  pen_text(pen, "in", place);
  const char *text = field_description(field, document->types.language);
  if (text[0])
    pen_text(pen, "description", text);
  if (field->rules.required || strcmp(place, "path") == 0)
    pen_true(pen, "required");
  type_of_field(&document->types, pen, "schema", field, false);
  pen_close(pen, '}');
}

static void write_path_parameter(void *context, const struct field *field, const char *name, size_t length) {
  (void)name;
  (void)length;
  write_parameter(context, "path", field->json_name, field);
}

// What the path, the body and the server say already.
struct taken {
  bool fields[MESSAGE_FIELDS];
  const struct message *type;
};

// A variable takes the field of the request where it begins: {visit.id} is within the body's visit.
static void take_variable(void *context, const struct field *field, const char *name, size_t length) {
  struct taken *taken = context;
  size_t step = strcspn(name, ".}");
  (void)field;
  if (step == length)
    taken->fields[message_field(taken->type, name, step) - taken->type->fields] = true;
}

static struct taken taken_by(const struct method *method, const struct route *route) {
  struct taken taken = {.type = method->input};
  each_variable(method, route->path, &taken, take_variable);
  return taken;
}

static bool is_value(const struct field *field) {
  return !field->map && (!field->message || (field->message->kind != MESSAGE_PLAIN && field->message->kind != MESSAGE_ANY &&
                                             field->message->kind != MESSAGE_EMPTY));
}

// Values are parameters; those of nested messages have dotted names.
static void write_query(struct document *document, const struct message *type, const bool *left_out, const char *prefix,
                        int depth) {
  for (unsigned i = 0; i < type->field_count; i++) {
    const struct field *field = &type->fields[i];
    if ((left_out && left_out[i]) || field->output_only)
      continue;
    const char *name = arena_printf(document->pen.out->arena, "%s%s", prefix, field->json_name);
    if (is_value(field))
      write_parameter(document, "query", name, field);
    else if (!field->repeated && field->message->kind == MESSAGE_PLAIN && depth < QUERY_DEPTH)
      write_query(document, field->message, NULL, arena_printf(document->pen.out->arena, "%s.", name), depth + 1);
  }
}

static void write_parameters(struct document *document, const struct method *method, const struct route *route) {
  struct taken taken = taken_by(method, route);
  pen_open(&document->pen, "parameters", '[');
  each_variable(method, route->path, document, write_path_parameter);
  if (strcmp(route->body, "*") != 0) {
    if (route->body[0])
      taken.fields[message_field(method->input, route->body, strlen(route->body)) - method->input->fields] = true;
    write_query(document, method->input, taken.fields, "", 1);
  }
  pen_close(&document->pen, ']');
}

// --- Bodies ---

static void open_content(struct pen *pen, const char *media_type) {
  pen_open(pen, "content", '{');
  pen_open(pen, media_type, '{');
}

static void close_content(struct pen *pen) {
  pen_close(pen, '}');
  pen_close(pen, '}');
}

// The whole request without what the path says; a record; or, to be patched, a record of which nothing must be given.
static void write_body(struct document *document, const struct method *method, const struct route *route) {
  struct pen *pen = &document->pen;
  bool whole = strcmp(route->body, "*") == 0, patch = strcmp(route->verb, "PATCH") == 0;
  if (route->body[0] == '\0')
    return;
  const struct message *type = whole ? method->input : message_field(method->input, route->body, strlen(route->body))->message;
  struct taken taken = taken_by(method, route);
  pen_open(pen, "requestBody", '{');
  pen_true(pen, "required");
  open_content(pen, "application/json");
  if (patch || (whole && strchr(route->path, '{'))) {
    pen_open(pen, "schema", '{');
    type_of_members(&document->types, pen, type, whole ? taken.fields : NULL, !patch);
    pen_close(pen, '}');
  } else {
    type_refer(&document->types, pen, "schema", type);
  }
  close_content(pen);
  pen_close(pen, '}');
}

// The document that may be answered in place of a message.
static void write_document(struct pen *pen) {
  pen_close(pen, '}');
  pen_open(pen, "text/*", '{');
  pen_open(pen, "schema", '{');
  pen_text(pen, "type", "string");
  pen_close(pen, '}');
}

// A body that is no JSON: any file.
static void write_file(struct pen *pen) {
  open_content(pen, "*/*");
  pen_open(pen, "schema", '{');
  pen_text(pen, "type", "string");
  pen_text(pen, "format", "binary");
  pen_close(pen, '}');
  close_content(pen);
}

static void write_responses(struct document *document, const struct method *method) {
  struct pen *pen = &document->pen;
  pen_open(pen, "responses", '{');
  pen_open(pen, "200", '{');
  const char *answer = message_description(method->output, document->types.language);
  pen_text(pen, "description", answer[0] ? answer : say(document, PHRASE_DONE));
  if (method->download)
    write_file(pen);
  else {
    open_content(pen, method->server_streaming ? "text/event-stream" : "application/json");
    type_refer(&document->types, pen, "schema", method->output);
    if (method->output->body)
      write_document(pen);
    close_content(pen);
  }
  pen_close(pen, '}');
  pen_open(pen, "default", '{');
  pen_text(pen, "$ref", "#/components/responses/Error");
  pen_close(pen, '}');
  pen_close(pen, '}');
}

// --- Operations ---

// "officer": the name of a value of the enum in lower case, without its prefix.
static const char *role_name(struct arena *arena, const char *value) {
  char *name = arena_strdup(arena, value + strlen("ROLE_"));
  for (char *at = name; *at; at++)
    *at = (char)tolower((unsigned char)*at);
  return name;
}

// "officer, supervisor", or as they are called in Chinese.
static void put_roles(struct document *document, struct buffer *out, uint32_t roles) {
  bool chinese = document->types.language == LANGUAGE_ZH_CN, first = true;
  for (unsigned i = 0; i < zoufang__role__descriptor.n_values; i++) {
    const ProtobufCEnumValue *value = &zoufang__role__descriptor.values[i];
    if (!(roles >> value->value & 1))
      continue;
    buffer_string(out, first ? "" : chinese ? "、" : ", ");
    buffer_string(out, chinese ? translated_value(value->name) : role_name(out->arena, value->name));
    first = false;
  }
  buffer_string(out, chinese ? "。" : ".");
}

// The same for programs: a list of names.
static void write_roles(struct document *document, uint32_t roles) {
  struct pen *pen = &document->pen;
  pen_open(pen, "x-roles", '[');
  for (unsigned i = 0; i < zoufang__role__descriptor.n_values; i++) {
    const ProtobufCEnumValue *value = &zoufang__role__descriptor.values[i];
    if (roles >> value->value & 1)
      pen_text(pen, NULL, role_name(pen->out->arena, value->name));
  }
  pen_close(pen, ']');
}

static const char *description_of(struct document *document, const struct method *method) {
  struct buffer out = {.arena = document->pen.out->arena};
  buffer_string(&out, method_description(method, document->types.language));
  buffer_string(&out, "\n\n");
  buffer_string(&out, say(document, method->anonymous ? PHRASE_ANYONE : method->roles ? PHRASE_ROLES : PHRASE_EVERYBODY));
  if (method->roles)
    put_roles(document, &out, method->roles);
  if (method->audited)
    buffer_string(&out, say(document, PHRASE_AUDITED));
  return buffer_text(&out);
}

// The first sentence.
static const char *summary_of(struct document *document, const struct method *method) {
  const char *text = method_description(method, document->types.language);
  const char *end = strstr(text, document->types.language == LANGUAGE_ZH_CN ? "。" : ". ");
  size_t length = end ? (size_t)(end - text) : strcspn(text, "\n");
  if (length > 0 && text[length - 1] == '.')
    length--;
  return arena_strndup(document->pen.out->arena, text, length);
}

// Each operation has a name of its own, a further route of the same method too.
static const char *operation_of(struct document *document, const struct method *method, unsigned route) {
  const char *slash = strchr(method->name, '/');
  struct arena *arena = document->pen.out->arena;
  const char *name = arena_printf(arena, "%s_%s", method->service->name, slash + 1);
  return route == 0 ? name : arena_printf(arena, "%s_%u", name, route + 1);
}

static void write_operation(struct document *document, const struct method *method, unsigned number) {
  static const struct {
    const char *verb, *key;
  } keys[] = {{"GET", "get"}, {"POST", "post"}, {"PATCH", "patch"}, {"PUT", "put"}, {"DELETE", "delete"}};
  const struct route *route = &method->routes[number];
  struct pen *pen = &document->pen;
  size_t key = 0;
  while (strcmp(keys[key].verb, route->verb) != 0)
    key++;
  pen_open(pen, keys[key].key, '{');
  pen_text(pen, "operationId", operation_of(document, method, number));
  pen_open(pen, "tags", '[');
  pen_text(pen, NULL, method->service->name);
  pen_close(pen, ']');
  pen_text(pen, "summary", summary_of(document, method));
  pen_text(pen, "description", description_of(document, method));
  write_roles(document, method->roles);
  if (method->anonymous) {
    pen_open(pen, "security", '[');
    pen_close(pen, ']');
  }
  write_parameters(document, method, route);
  write_body(document, method, route);
  write_responses(document, method);
  pen_close(pen, '}');
}

// All operations of one path stand together, where the first of them is met.
static void write_path(struct document *document, unsigned first_method, unsigned first_route) {
  const struct schema *schema = document->schema;
  const struct method *first = &schema->methods[first_method];
  const char *path = public_path(document, first, first->routes[first_route].path);
  bool open = false;
  for (unsigned m = 0; m < schema->method_count; m++) {
    for (unsigned r = 0; r < schema->methods[m].route_count; r++) {
      if (strcmp(public_path(document, &schema->methods[m], schema->methods[m].routes[r].path), path) != 0)
        continue;
      if (!open && (m != first_method || r != first_route))
        return; // written before
      if (!open)
        pen_open(&document->pen, path, '{');
      open = true;
      write_operation(document, &schema->methods[m], r);
    }
  }
  pen_close(&document->pen, '}');
}

// --- The document ---

static void write_info(struct document *document, const char *version) {
  struct pen *pen = &document->pen;
  pen_text(pen, "openapi", "3.1.0");
  pen_open(pen, "info", '{');
  pen_text(pen, "title", "Zoufang");
  pen_text(pen, "version", version);
  pen_text(pen, "description", say(document, PHRASE_ABOUT));
  pen_close(pen, '}');
  pen_open(pen, "servers", '[');
  pen_open(pen, NULL, '{');
  pen_text(pen, "url", "/");
  pen_close(pen, '}');
  pen_close(pen, ']');
  pen_open(pen, "security", '[');
  pen_open(pen, NULL, '{');
  pen_open(pen, "bearer", '[');
  pen_close(pen, ']');
  pen_close(pen, '}');
  pen_close(pen, ']');
}

static void write_tags(struct document *document) {
  struct pen *pen = &document->pen;
  pen_open(pen, "tags", '[');
  for (unsigned i = 0; i < document->schema->service_count; i++) {
    pen_open(pen, NULL, '{');
    pen_text(pen, "name", document->schema->services[i].name);
    pen_text(pen, "description", service_description(&document->schema->services[i], document->types.language));
    pen_close(pen, '}');
  }
  pen_close(pen, ']');
}

static void write_error(struct document *document) {
  struct pen *pen = &document->pen;
  const struct message *status = schema_message(document->schema, "google.rpc.Status");
  pen_open(pen, "responses", '{');
  pen_open(pen, "Error", '{');
  pen_text(pen, "description", say(document, PHRASE_REFUSED));
  if (status) {
    open_content(pen, "application/json");
    type_refer(&document->types, pen, "schema", status);
    close_content(pen);
  }
  pen_close(pen, '}');
  pen_close(pen, '}');
}

// The types come last: everything before adds to them.
static void write_components(struct document *document) {
  struct pen *pen = &document->pen;
  pen_open(pen, "components", '{');
  pen_open(pen, "securitySchemes", '{');
  pen_open(pen, "bearer", '{');
  pen_text(pen, "type", "http");
  pen_text(pen, "scheme", "bearer");
  pen_text(pen, "description", say(document, PHRASE_TOKEN));
  pen_close(pen, '}');
  pen_close(pen, '}');
  write_error(document);
  pen_open(pen, "schemas", '{');
  types_write(&document->types, pen);
  pen_close(pen, '}');
  pen_close(pen, '}');
}

void openapi_write(const struct schema *schema, const char *server_version, enum language language, struct buffer *out) {
  struct document document = {.schema = schema, .pen = {.out = out}, .types = {.language = language}};
  pen_open(&document.pen, NULL, '{');
  write_info(&document, server_version);
  write_tags(&document);
  pen_open(&document.pen, "paths", '{');
  for (unsigned m = 0; m < schema->method_count; m++) {
    for (unsigned r = 0; r < schema->methods[m].route_count; r++)
      write_path(&document, m, r);
  }
  pen_close(&document.pen, '}');
  write_components(&document);
  pen_close(&document.pen, '}');
}
