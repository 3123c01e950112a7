// The items of a per-item request: each element of its repeated messages, counted through them in field order; what is wrong
// with each.

#pragma once
#include "call/call.h"

enum { ITEMS_MAX = 500, ITEM_VIOLATIONS = 20 };

struct items {
  const struct message *type;
  const ProtobufCMessage *request;
  size_t count;
  bool *out;             // by place - 1: left out of every trip, for its fault is known
  struct fault **faults; // by place - 1; NULL: nothing is wrong
  const uint32_t *order; // see call_item_order; NULL: by place
};

// How many items a field of the request holds; 0 where it is no list of messages.
size_t items_in(const ProtobufCMessage *request, const struct field *field);

// Counts the items of the call's request.
struct items *items_make(struct call *call);

// The list that holds the item at a place (- 1).
const struct field *items_list(const struct items *items, size_t place);

// Which item the path of a violation begins with ("visits[3].kind": its place - 1), and the rest of the path ("kind", "" for
// the item itself). False where it begins with none.
bool items_find(const struct items *items, const char *path, size_t *place, const char **rest);

// Leaves the item out and remembers that it has a fault, to be filled in by the caller.
struct fault *items_refuse(struct items *items, size_t place, struct arena *arena);

// Sorts the violations of `fault` to the items that they begin with. False where one begins with none: it concerns the whole
// request.
bool items_sort(struct items *items, const struct fault *fault, struct arena *arena);

// Holds the field rules against every item that is not out yet.
void items_check(struct items *items, struct arena *arena);
