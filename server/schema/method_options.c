// Who may call a method and where it is found over HTTP is read here.

#include "google/api/http.pb-c.h"
#include "schema/options.h"
#include "schema/reading.h"
#include "zoufang/options.pb-c.h"
#include <string.h>

enum { OPTION_HTTP = 72295728, OPTION_METHOD = 50001 };

static bool read_access(struct reading *reading, struct method *method, const ProtobufCMessage *options) {
  bool damaged = false;
  ProtobufCMessage *message =
      option_message(options, OPTION_METHOD, &zoufang__method_rules__descriptor, reading->scratch, &damaged);
  if (damaged || (message && message_has_unknown(message)))
    return reading_refuse(reading, method->path, "its (zoufang.method) cannot be read");
  if (!message)
    return true;
  const Zoufang__MethodRules *from = (const Zoufang__MethodRules *)message;
  for (size_t i = 0; i < from->n_roles; i++) {
    if (from->roles[i] == ZOUFANG__ROLE__ROLE_UNSPECIFIED || (unsigned)from->roles[i] >= 32)
      return reading_refuse(reading, method->path, "a role without a name");
    method->roles |= (uint32_t)1 << from->roles[i];
  }
  method->anonymous = from->anonymous;
  method->audited = from->audited;
  method->per_item = from->per_item;
  method->read_only = from->read_only;
  method->download = from->download;
  method->brief = from->brief;
  method->published = from->published;
  if (method->published && (!method->anonymous || !method->read_only))
    return reading_refuse(reading, method->path, "what is published is read by anyone, and changes nothing");
  if (method->brief && !method->read_only)
    return reading_refuse(reading, method->path, "what is brief changes nothing");
  if (method->anonymous && method->roles)
    return reading_refuse(reading, method->path, "who is anonymous has no role");
  return true;
}

// Each {variable} must name a singular scalar of the request.
static bool check_variables(struct reading *reading, const struct method *method, const char *path) {
  for (const char *at = strchr(path, '{'); at; at = strchr(at, '{')) {
    const char *end = strchr(++at, '}');
    const struct field *field = end ? message_field_at(method->input, at, (size_t)(end - at)) : NULL;
    if (!field || field->repeated || field->message)
      return reading_refuse(reading, method->path, "a variable of its path names no scalar field of the request");
    at = end;
  }
  return true;
}

static bool check_route(struct reading *reading, const struct method *method, const struct route *route) {
  if (route->path[0] != '/')
    return reading_refuse(reading, method->path, "a path begins with /");
  if (!check_variables(reading, method, route->path))
    return false;
  if (route->body[0] == '\0' || strcmp(route->body, "*") == 0)
    return true;
  const struct field *body = message_field(method->input, route->body, strlen(route->body));
  if (!body || body->repeated || !body->message)
    return reading_refuse(reading, method->path, "its body names no message field of the request");
  return true;
}

static bool add_route(struct reading *reading, struct method *method, const Google__Api__HttpRule *rule) {
  const struct {
    const char *verb, *path;
  } ways[] = {{"GET", rule->get}, {"POST", rule->post}, {"PATCH", rule->patch}, {"PUT", rule->put}, {"DELETE", rule->delete_}};
  for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
    if (!ways[i].path || !ways[i].path[0])
      continue;
    if (method->route_count == METHOD_ROUTES)
      return reading_refuse(reading, method->path, "more routes than METHOD_ROUTES");
    struct route *route = &method->routes[method->route_count++];
    route->verb = ways[i].verb;
    route->path = arena_strdup(reading->keep, ways[i].path);
    route->body = arena_strdup(reading->keep, rule->body ? rule->body : "");
    if (!check_route(reading, method, route))
      return false;
  }
  return true;
}

static bool read_routes(struct reading *reading, struct method *method, const ProtobufCMessage *options) {
  bool damaged = false;
  ProtobufCMessage *message =
      option_message(options, OPTION_HTTP, &google__api__http_rule__descriptor, reading->scratch, &damaged);
  if (damaged || (message && message_has_unknown(message)))
    return reading_refuse(reading, method->path, "its (google.api.http) cannot be read");
  if (!message)
    return reading_refuse(reading, method->path, "it has no (google.api.http)");
  const Google__Api__HttpRule *rule = (const Google__Api__HttpRule *)message;
  if (!add_route(reading, method, rule))
    return false;
  for (size_t i = 0; i < rule->n_additional_bindings; i++) {
    if (!add_route(reading, method, rule->additional_bindings[i]))
      return false;
  }
  return method->route_count > 0 || reading_refuse(reading, method->path, "its (google.api.http) names no path");
}

bool method_options_read(struct reading *reading, struct method *method, const Google__Protobuf__MethodOptions *options) {
  const ProtobufCMessage *base = options ? &options->base : NULL;
  return read_access(reading, method, base) && read_routes(reading, method, base);
}
