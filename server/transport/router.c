// A tree of path segments: literals before the variable, a custom verb (":withdraw") at the end.

#include "transport/router.h"
#include <string.h>

// A verb of a target, and whose it is.
struct choice {
  struct choice *next;
  const struct method *method;
  const struct route *route;
  unsigned count;
  const char *names[ROUTER_VARIABLES];
};

// Where a path may end: with a custom verb or without.
struct target {
  struct target *next;
  const char *suffix; // "withdraw", "" for none
  size_t length;
  struct choice *choices;
  const char *allow;
};

// A segment of a path.
struct node {
  struct node *next; // beside it; the variable is the last
  struct node *below;
  const char *text; // NULL: a variable
  size_t length;
  struct target *targets;
};

struct router {
  struct node root;
};

// A piece of a template or path.
struct piece {
  const char *text;
  size_t length;
};

static bool same(struct piece piece, const char *text, size_t length) {
  return piece.length == length && memcmp(piece.text, text, length) == 0;
}

// The segment that begins at `path` ("/visits/…"), and what is behind it.
static struct piece next_segment(const char *path, const char **rest) {
  const char *begin = path + 1, *end = strchrnul(begin, '/');
  *rest = end;
  return (struct piece){begin, (size_t)(end - begin)};
}

// Takes ":verb" off the end of `segment`. Empty where there is none.
static struct piece split_suffix(struct piece *segment) {
  const char *colon = memrchr(segment->text, ':', segment->length);
  if (!colon)
    return (struct piece){"", 0};
  struct piece suffix = {colon + 1, segment->length - (size_t)(colon - segment->text) - 1};
  segment->length = (size_t)(colon - segment->text);
  return suffix;
}

// --- Making it ---

static bool is_variable(struct piece segment) {
  return segment.length > 2 && segment.text[0] == '{' && segment.text[segment.length - 1] == '}';
}

// Whether `segment` is a literal, or a variable that stands for one segment.
static bool is_readable(struct piece segment) {
  struct piece inner = segment;
  if (is_variable(segment))
    inner = (struct piece){segment.text + 1, segment.length - 2};
  for (size_t i = 0; i < inner.length; i++) {
    if (strchr("{}*=?#%", inner.text[i]))
      return false;
  }
  return inner.length > 0;
}

// The child of `parent` for a segment of a template, made where it is new.
static struct node *child_for(struct node *parent, struct piece segment, struct arena *arena) {
  bool variable = is_variable(segment);
  struct node **at = &parent->below;
  for (; *at; at = &(*at)->next) {
    if (variable ? !(*at)->text : (*at)->text && same(segment, (*at)->text, (*at)->length))
      return *at;
    if (!variable && !(*at)->text)
      break;
  }
  struct node *node = arena_zalloc(arena, sizeof *node);
  if (!variable) {
    node->text = arena_strndup(arena, segment.text, segment.length);
    node->length = segment.length;
  }
  node->next = *at;
  *at = node;
  return node;
}

static struct target *target_for(struct node *node, struct piece suffix, struct arena *arena) {
  struct target **at = &node->targets;
  for (; *at; at = &(*at)->next) {
    if (same(suffix, (*at)->suffix, (*at)->length))
      return *at;
  }
  struct target *target = arena_zalloc(arena, sizeof *target);
  target->suffix = arena_strndup(arena, suffix.text, suffix.length);
  target->length = suffix.length;
  *at = target;
  return target;
}

static struct choice *choice_for(const struct target *target, const char *verb) {
  for (struct choice *choice = target->choices; choice; choice = choice->next) {
    if (strcmp(choice->route->verb, verb) == 0)
      return choice;
  }
  return NULL;
}

static void allow_verb(struct target *target, const char *verb, struct arena *arena) {
  const char *added = strcmp(verb, "GET") == 0 ? "GET, HEAD" : verb;
  target->allow = target->allow ? arena_printf(arena, "%s, %s", target->allow, added) : added;
}

static bool add_choice(struct target *target, const struct choice *wanted, struct arena *arena, struct fault *fault) {
  const struct choice *other = choice_for(target, wanted->route->verb);
  if (other) {
    return fault_set(fault, CODE_INTERNAL, "ROUTE_CONFLICT", "%s and %s both answer %s %s", other->method->name,
                     wanted->method->name, wanted->route->verb, wanted->route->path);
  }
  struct choice *choice = arena_alloc(arena, sizeof *choice);
  *choice = *wanted;
  choice->next = target->choices;
  target->choices = choice;
  allow_verb(target, choice->route->verb, arena);
  return true;
}

static bool bad_template(const struct choice *choice, struct fault *fault) {
  return fault_set(fault, CODE_INTERNAL, "ROUTE_TEMPLATE", "%s: the path \"%s\" cannot be read", choice->method->name,
                   choice->route->path);
}

static bool add_route(struct router *router, struct choice *choice, struct arena *arena, struct fault *fault) {
  const char *path = choice->route->path;
  if (path[0] != '/')
    return bad_template(choice, fault);
  struct node *node = &router->root;
  struct piece suffix = {"", 0};
  while (*path) {
    struct piece segment = next_segment(path, &path);
    if (!*path)
      suffix = split_suffix(&segment);
    if (!is_readable(segment))
      return bad_template(choice, fault);
    if (is_variable(segment)) {
      if (choice->count == ROUTER_VARIABLES)
        return bad_template(choice, fault);
      choice->names[choice->count++] = arena_strndup(arena, segment.text + 1, segment.length - 2);
    }
    node = child_for(node, segment, arena);
  }
  return add_choice(target_for(node, suffix, arena), choice, arena, fault);
}

struct router *router_make(const struct schema *schema, bool published, struct arena *arena, struct fault *fault) {
  struct router *router = arena_zalloc(arena, sizeof *router);
  for (unsigned i = 0; i < schema->method_count; i++) {
    const struct method *method = &schema->methods[i];
    for (unsigned j = 0; j < method->route_count && (method->published || !published); j++) {
      struct choice choice = {.method = method, .route = &method->routes[j]};
      if (!add_route(router, &choice, arena, fault))
        return NULL;
    }
  }
  return router;
}

// --- Finding ---

// Whether a segment of a path fits `node`; what fits a variable is noted as value number `depth` of `match`.
static bool fits(const struct node *node, struct piece segment, struct route_match *match, unsigned *depth) {
  if (node->text)
    return same(segment, node->text, node->length);
  if (segment.length == 0 || *depth == ROUTER_VARIABLES)
    return false;
  match->variables[*depth].text = segment.text;
  match->variables[*depth].length = segment.length;
  (*depth)++;
  return true;
}

static const struct target *target_at(const struct node *node, struct piece suffix) {
  for (const struct target *target = node->targets; target; target = target->next) {
    if (same(suffix, target->suffix, target->length))
      return target;
  }
  return NULL;
}

// The last segment: read with its custom verb, and where nothing has that verb, as a value that holds a colon.
static const struct target *end_at(const struct node *parent, struct piece segment, struct route_match *match, unsigned depth) {
  struct piece stem = segment, suffix = split_suffix(&stem);
  if (stem.length < segment.length) {
    for (const struct node *node = parent->below; node; node = node->next) {
      const struct target *target = suffix.length > 0 ? target_at(node, suffix) : NULL;
      unsigned taken = depth;
      if (target && fits(node, stem, match, &taken))
        return target;
    }
  }
  for (const struct node *node = parent->below; node; node = node->next) {
    const struct target *target = target_at(node, (struct piece){"", 0});
    unsigned taken = depth;
    if (target && fits(node, segment, match, &taken))
      return target;
  }
  return NULL;
}

static const struct target *descend(const struct node *parent, const char *path, struct route_match *match, unsigned depth) {
  const char *rest;
  struct piece segment = next_segment(path, &rest);
  if (!*rest)
    return end_at(parent, segment, match, depth);
  for (const struct node *node = parent->below; node; node = node->next) {
    unsigned taken = depth;
    const struct target *target = fits(node, segment, match, &taken) ? descend(node, rest, match, taken) : NULL;
    if (target)
      return target;
  }
  return NULL;
}

enum routing router_find(const struct router *router, const char *verb, const char *path, struct route_match *match) {
  match->allow = NULL;
  const struct target *target = path[0] == '/' ? descend(&router->root, path, match, 0) : NULL;
  if (!target)
    return ROUTING_NO_PATH;
  match->allow = target->allow;
  const struct choice *choice = choice_for(target, strcmp(verb, "HEAD") == 0 ? "GET" : verb);
  if (!choice)
    return ROUTING_OTHER_VERB;
  match->method = choice->method;
  match->route = choice->route;
  match->count = choice->count;
  for (unsigned i = 0; i < choice->count; i++)
    match->variables[i].name = choice->names[i];
  return ROUTING_FOUND;
}

static int hex_digit(char digit) {
  if (digit >= '0' && digit <= '9')
    return digit - '0';
  char lower = (char)(digit | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

char *router_unescape(struct arena *arena, const char *text, size_t length, size_t *out_length) {
  char *out = arena_alloc(arena, length + 1), *to = out;
  for (size_t i = 0; i < length; i++) {
    if (text[i] != '%') {
      *to++ = text[i];
      continue;
    }
    int high = i + 2 < length ? hex_digit(text[i + 1]) : -1, low = i + 2 < length ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0)
      return NULL;
    *to++ = (char)(high * 16 + low);
    i += 2;
  }
  *to = '\0';
  *out_length = (size_t)(to - out);
  return out;
}
