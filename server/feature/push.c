// A push: items without an id, and those that refer to a bad one, are left out before the statements run; afterwards every item
// that was left out is answered REJECTED, with what is wrong with it.

#include "call/items.h"
#include "feature/clear_narrative.h"
#include "feature/features.h"
#include "feature/step.h"
#include "schema/words.h"
#include "zoufang/v1/sync.pb-c.h"
#include <string.h>

// Where the items of a push begin, as places - 1: visits, photos, leads.
struct places {
  size_t visits, photos, leads, end;
};

static struct places places_of(const Zoufang__V1__PushRequest *request) {
  struct places places = {.photos = request->n_visits};
  places.leads = places.photos + request->n_photos;
  places.end = places.leads + request->n_leads;
  return places;
}

static void refuse(struct call *call, size_t place, const char *field, const char *reason) {
  fault_field(items_refuse(call->items, place, &call->arena), field, reason, NULL);
}

// The id of the item at a place.
static char *id_at(const Zoufang__V1__PushRequest *request, struct places places, size_t place) {
  if (place < places.photos)
    return request->visits[place]->id;
  return place < places.leads ? request->photos[place - places.photos]->id : request->leads[place - places.leads]->id;
}

static void refuse_without_id(struct call *call, const Zoufang__V1__PushRequest *request, struct places places) {
  for (size_t place = 0; place < places.end; place++)
    if (!*id_at(request, places, place))
      refuse(call, place, "id", "REQUIRED");
}

// Whether `id` is that of an item from `begin` to `end` that was refused, and of none that was not.
static bool is_bad(const struct call *call, const Zoufang__V1__PushRequest *request, struct places places, size_t begin,
                   size_t end, const char *id) {
  bool bad = false;
  for (size_t place = begin; place < end; place++)
    if (!strcasecmp(id_at(request, places, place), id)) {
      if (!call->items->out[place])
        return false;
      bad = true;
    }
  return bad;
}

static bool is_bad_visit(const struct call *call, const Zoufang__V1__PushRequest *request, struct places places,
                         const char *id) {
  return *id && is_bad(call, request, places, places.visits, places.photos, id);
}

static bool is_bad_lead(const struct call *call, const Zoufang__V1__PushRequest *request, struct places places,
                        const char *id) {
  return *id && is_bad(call, request, places, places.leads, places.end, id);
}

// Leads before photos: a photo of a lead of a bad visit goes the same way.
static void refuse_what_refers(struct call *call, const Zoufang__V1__PushRequest *request, struct places places) {
  for (size_t i = 0; i < request->n_leads; i++)
    if (is_bad_visit(call, request, places, request->leads[i]->visit_id))
      refuse(call, places.leads + i, "visit_id", "PARENT_REJECTED");
  for (size_t i = 0; i < request->n_photos; i++) {
    const Zoufang__V1__Photo *photo = request->photos[i];
    if (is_bad_visit(call, request, places, photo->visit_id))
      refuse(call, places.photos + i, "visit_id", "PARENT_REJECTED");
    if (is_bad_lead(call, request, places, photo->lead_id))
      refuse(call, places.photos + i, "lead_id", "PARENT_REJECTED");
  }
}

static bool any_out(const struct items *items) {
  for (size_t i = 0; i < items->count; i++)
    if (items->out[i])
      return true;
  return false;
}

// What others refer to comes first: visits, leads, photos.
static void order_items(struct call *call, struct places places) {
  uint32_t *order = arena_array(&call->arena, places.end, sizeof *order);
  size_t at = 0;
  for (size_t place = places.visits; place < places.photos; place++)
    order[at++] = (uint32_t)place;
  for (size_t place = places.leads; place < places.end; place++)
    order[at++] = (uint32_t)place;
  for (size_t place = places.photos; place < places.leads; place++)
    order[at++] = (uint32_t)place;
  call_item_order(call, order);
}

// Leads that change without their reporter: their narratives are held against the one that is stored.
static Zoufang__LeadIds *leads_without_reporter(struct call *call, const Zoufang__V1__PushRequest *request,
                                                struct places places) {
  Zoufang__LeadIds *ids = (void *)step_message(call, "zoufang.LeadIds");
  ids->ids = arena_array(&call->arena, request->n_leads, sizeof *ids->ids);
  for (size_t i = 0; i < request->n_leads; i++) {
    const Zoufang__V1__Lead *lead = request->leads[i];
    if (!lead->reporter && lead->etag.len && !call->items->out[places.leads + i])
      ids->ids[ids->n_ids++] = lead->id;
  }
  return ids;
}

static enum next push_begin(struct call *call) {
  const Zoufang__V1__PushRequest *request = (const void *)call->request;
  struct places places = places_of(request);
  refuse_without_id(call, request, places);
  if (any_out(call->items))
    refuse_what_refers(call, request, places);
  order_items(call, places);
  for (size_t i = 0; i < request->n_leads; i++)
    clear_given(call, request->leads[i]);
  Zoufang__LeadIds *ids = leads_without_reporter(call, request, places);
  if (ids->n_ids) {
    call->state = step_message(call, "zoufang.SealedLeads");
    call_trip(call, "sealed", &ids->base, call->state);
  } else {
    call_trip(call, NULL, NULL, NULL);
  }
  return NEXT_TRIP;
}

static enum next push_cleared(struct call *call) {
  const Zoufang__V1__PushRequest *request = (const void *)call->request;
  const Zoufang__SealedLeads *sealed = call->state;
  call->state = NULL;
  for (size_t i = 0; i < request->n_leads; i++)
    if (!request->leads[i]->reporter)
      clear_by_stored(call, request->leads[i], stored_lead(sealed, request->leads[i]->id));
  call_trip(call, NULL, NULL, NULL);
  return NEXT_TRIP;
}

static Zoufang__V1__FieldViolation *told(struct call *call, const char *field, const char *reason, const char *limit) {
  Zoufang__V1__FieldViolation *violation = arena_alloc(&call->arena, sizeof *violation);
  zoufang__v1__field_violation__init(violation);
  violation->field = (char *)(uintptr_t)field;
  violation->reason = (char *)(uintptr_t)reason;
  violation->description = (char *)(uintptr_t)words_reason(reason, limit, call->language, &call->arena);
  return violation;
}

static void tell_fault(struct call *call, Zoufang__V1__PushResult *result, const struct fault *fault) {
  size_t count = 0;
  for (const struct violation *violation = fault->violations; violation; violation = violation->next)
    count++;
  result->violations = arena_array(&call->arena, count + 1, sizeof *result->violations);
  for (const struct violation *violation = fault->violations; violation; violation = violation->next)
    result->violations[result->n_violations++] = told(call, violation->field, violation->reason, violation->limit);
  if (!count)
    result->violations[result->n_violations++] = told(call, "", fault->reason ? fault->reason : "INVALID", NULL);
}

static Zoufang__V1__RecordKind kind_at(struct places places, size_t place) {
  if (place < places.photos)
    return ZOUFANG__V1__RECORD_KIND__RECORD_KIND_VISIT;
  return place < places.leads ? ZOUFANG__V1__RECORD_KIND__RECORD_KIND_PHOTO : ZOUFANG__V1__RECORD_KIND__RECORD_KIND_LEAD;
}

// Descriptions of what SQL refused: it says reasons, the words are here.
static void describe(struct call *call, Zoufang__V1__PushResult *result) {
  for (size_t i = 0; i < result->n_violations; i++)
    if (!*result->violations[i]->description)
      result->violations[i] = told(call, result->violations[i]->field, result->violations[i]->reason, NULL);
}

static enum next push_after(struct call *call) {
  if (call->fault.code != CODE_OK)
    return NEXT_REPLY;
  if (call->state)
    return push_cleared(call);
  const Zoufang__V1__PushRequest *request = (const void *)call->request;
  Zoufang__V1__PushResponse *response = (void *)call->response;
  struct places places = places_of(request);
  for (size_t place = 0; place < response->n_results; place++) {
    Zoufang__V1__PushResult *result = response->results[place];
    const struct fault *fault = call_item_fault(call, place + 1);
    result->id = id_at(request, places, place);
    result->kind = kind_at(places, place);
    if (fault) {
      result->status = ZOUFANG__V1__PUSH_RESULT__STATUS__REJECTED;
      tell_fault(call, result, fault);
    }
    describe(call, result);
  }
  return NEXT_REPLY;
}

const struct handler handler_push = {
    .method = "SyncService/Push",
    .begin = push_begin,
    .after = push_after,
    .steps = {{.name = "sealed", .in = "zoufang.LeadIds", .out = "zoufang.SealedLeads"}},
};
