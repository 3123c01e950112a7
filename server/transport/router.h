// Which method a path means: the templates of google.api.http, matched on the path as it was sent, before anything is
// unescaped.

#pragma once
#include "schema/schema.h"

enum { ROUTER_VARIABLES = 4 };

struct router;

// What a path gave for a variable of its template. `text` lies in the path, still escaped.
struct route_variable {
  const char *name; // "visit.id"
  const char *text;
  size_t length;
};

struct route_match {
  const struct method *method;
  const struct route *route;
  unsigned count;
  struct route_variable variables[ROUTER_VARIABLES];
  const char *allow; // the verbs that the path takes, as an Allow header has them; set where the path is known
};

enum routing {
  ROUTING_FOUND,
  ROUTING_NO_PATH,    // no template fits
  ROUTING_OTHER_VERB, // one fits, for other verbs: see `allow`
};

// Reads the routes of all methods, or of those that are published alone. Two that would answer the same request, and a template
// that cannot be read, are faults. The router belongs to the arena and points into the schema; any thread may read it.
struct router *router_make(const struct schema *schema, bool published, struct arena *arena, struct fault *fault);

// Finds the method for a path (without its query). HEAD is GET.
enum routing router_find(const struct router *router, const char *verb, const char *path, struct route_match *match);

// Undoes percent escapes. The text belongs to the arena and has a NUL behind. NULL where an escape is none.
char *router_unescape(struct arena *arena, const char *text, size_t length, size_t *out_length);
