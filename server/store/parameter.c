// What ":visits.id", ":visits#" or ":page.size" means is found here, against the request's descriptor.

#include "store/plan.h"
#include <string.h>

enum { PAGE_PREFIX = 5 };

static bool not_so(struct script *script, const struct parameter *parameter, struct fault *fault, const char *why) {
  return script_wrong(script, parameter->line, fault, "parameter \":%s\" %s", parameter->name, why);
}

// The type of an array's elements becomes the parameter's.
static void be_of(struct parameter *parameter, Oid type) {
  const struct type *known = type_of(type);
  parameter->element = parameter->array ? type : 0;
  parameter->type = parameter->array && known ? known->array : type;
}

static void find_codec(struct parameter *parameter, Oid type) {
  parameter->codec = codec_of(kind_of(trail_last(&parameter->trail)), type);
  be_of(parameter, type);
}

// --- The page
// -----------------------------------------------------------------------------------------------------------------

static bool find_page(struct script *script, struct parameter *parameter, struct fault *fault) {
  if (!script->method->page_size)
    return not_so(script, parameter, fault, "stands in a method without page_size");
  if (strcmp(parameter->name + PAGE_PREFIX, "size") == 0) {
    parameter->source = FROM_PAGE_SIZE;
    parameter->type = TYPE_INT8;
    return true;
  }
  parameter->source = FROM_PAGE;
  parameter->page = parameter->name + PAGE_PREFIX;
  return true;
}

// --- Places, hashes, keys
// -----------------------------------------------------------------------------------------------------

// ":m#": the place of each m, or, m being in a repeated message or a repeated leaf, of the parent.
static bool find_place(struct script *script, struct parameter *parameter, size_t length, struct fault *fault) {
  struct trail *trail = &parameter->trail;
  const char *why;
  if (!trail_resolve(script->in, parameter->name, length, TRAIL_ANY, trail, fault->arena, &why))
    return not_so(script, parameter, fault, why);
  const struct field *last = trail_last(trail);
  if (!last->repeated)
    return not_so(script, parameter, fault, "asks for places, and what it names is not repeated");
  if (trail->repeated == 1 && !last->message)
    return not_so(script, parameter, fault, "asks for a parent's place, and there is no repeated parent");
  unsigned first = 0;
  while (!trail->fields[first]->repeated)
    first++;
  parameter->source = FROM_PLACE;
  parameter->place_depth = first;
  parameter->ends_in_message = last->message != NULL;
  parameter->array = true;
  be_of(parameter, TYPE_INT4);
  return true;
}

static bool find_message(struct script *script, struct parameter *parameter, size_t length, struct fault *fault) {
  const char *why;
  if (!trail_resolve(script->in, parameter->name, length, TRAIL_MESSAGE, &parameter->trail, fault->arena, &why))
    return not_so(script, parameter, fault, why);
  parameter->ends_in_message = true;
  parameter->array = parameter->trail.repeated > 0;
  be_of(parameter, TYPE_BYTEA);
  return true;
}

static bool find_hash(struct script *script, struct parameter *parameter, size_t length, struct fault *fault) {
  parameter->source = FROM_HASH;
  return find_message(script, parameter, length, fault);
}

// The nearest message on the path that has an id: what sealed values are bound to. `deepest`: as many fields down at most.
static bool find_record(struct script *script, struct parameter *parameter, unsigned deepest, struct fault *fault) {
  for (unsigned depth = deepest + 1; depth-- > 0;) {
    const struct message *message = depth ? parameter->trail.fields[depth - 1]->message : script->in;
    const struct field *id = message_field(message, "id", 2);
    if (!id || id->descriptor->type != PROTOBUF_C_TYPE_STRING || id->repeated)
      continue;
    parameter->record_depth = depth;
    parameter->record_id = id;
    return true;
  }
  return not_so(script, parameter, fault, "is sealed, and no message around it has an id to bind it to");
}

static bool find_key(struct script *script, struct parameter *parameter, size_t length, struct fault *fault) {
  parameter->source = FROM_KEY;
  if (!find_message(script, parameter, length, fault))
    return false;
  if (!trail_last(&parameter->trail)->message->has_sealed)
    return not_so(script, parameter, fault, "asks for a key, and the message has no sealed field");
  return find_record(script, parameter, parameter->trail.count, fault);
}

static bool find_sealed(struct script *script, struct parameter *parameter, enum source source, struct fault *fault) {
  const struct field *field = trail_last(&parameter->trail);
  if (field->repeated)
    return not_so(script, parameter, fault, "is repeated: sealed fields are not");
  parameter->source = source;
  parameter->secret = field;
  parameter->array = parameter->trail.repeated > 0;
  be_of(parameter, TYPE_BYTEA);
  return find_record(script, parameter, parameter->trail.count - 1, fault);
}

static bool find_index(struct script *script, struct parameter *parameter, size_t length, struct fault *fault) {
  const char *why;
  if (!trail_resolve(script->in, parameter->name, length, TRAIL_VALUE, &parameter->trail, fault->arena, &why))
    return not_so(script, parameter, fault, why);
  if (!parameter->trail.said->sealed)
    return not_so(script, parameter, fault, "asks for an index, and the field is not sealed");
  return find_sealed(script, parameter, FROM_INDEX, fault);
}

static const struct suffix {
  const char *text;
  bool (*find)(struct script *script, struct parameter *parameter, size_t length, struct fault *fault);
} suffixes[] = {
    {"#", find_place},
    {"#hash", find_hash},
    {"#key", find_key},
    {"#index", find_index},
};

static bool find_suffixed(struct script *script, struct parameter *parameter, const char *suffix, struct fault *fault) {
  for (unsigned i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
    if (strcmp(suffixes[i].text, suffix) == 0)
      return suffixes[i].find(script, parameter, (size_t)(suffix - parameter->name), fault);
  return not_so(script, parameter, fault, "ends in none of #, #hash, #key, #index");
}

// --- Plain fields
// -------------------------------------------------------------------------------------------------------------

static bool find_field(struct script *script, struct parameter *parameter, struct fault *fault) {
  struct trail *trail = &parameter->trail;
  const char *why;
  if (!trail_resolve(script->in, parameter->name, strlen(parameter->name), TRAIL_VALUE, trail, fault->arena, &why))
    return not_so(script, parameter, fault, why);
  if (trail->said->sealed)
    return find_sealed(script, parameter, FROM_SEALED, fault);
  parameter->source = FROM_FIELD;
  parameter->array = trail->repeated > 0;
  Oid type = type_declared(kind_of(trail_last(trail)), trail->said);
  find_codec(parameter, type ? type : TYPE_TEXT);
  if (!type && !parameter->array)
    parameter->type = 0; // PostgreSQL infers it
  return true;
}

bool parameter_find(struct script *script, struct parameter *parameter, struct fault *fault) {
  const char *suffix = strchr(parameter->name, '#');
  if (strncmp(parameter->name, "page.", PAGE_PREFIX) == 0)
    return find_page(script, parameter, fault);
  return suffix ? find_suffixed(script, parameter, suffix, fault) : find_field(script, parameter, fault);
}

bool parameter_learn(struct script *script, struct parameter *parameter, Oid type, struct fault *fault) {
  const char *name = type_text(fault->arena, type);
  if (parameter->source == FROM_PAGE) {
    parameter->type = type;
    return true;
  }
  if (type == TYPE_TEXT || type == TYPE_VARCHAR) {
    find_codec(parameter, type);
    return true;
  }
  return script_wrong(
      script, parameter->line, fault,
      "parameter \":%s\" is %s, the field is a plain string: it needs a rule (uuid, stored_as) or a cast to text",
      parameter->name, name);
}

bool option_find(struct script *script, struct option *option, struct fault *fault) {
  const char *why;
  option->page = strcmp(option->name, "page") == 0;
  if (option->page)
    return script->method->page_token ||
           script_wrong(script, option->line, fault, "\"--? page\" stands in a method without page_token");
  if (!trail_resolve(script->in, option->name, strlen(option->name), TRAIL_ANY, &option->trail, fault->arena, &why))
    return script_wrong(script, option->line, fault, "optional clause \"%s\" %s", option->name, why);
  if (option->trail.repeated > trail_last(&option->trail)->repeated)
    return script_wrong(script, option->line, fault, "optional clause \"%s\" is inside something repeated", option->name);
  return true;
}
