// CreateLead and UpdateLead: the narrative is cleared of the reporter's values first; then the method's own statements run. An
// update that brings only one of the two is held against the other as it is stored.

#include "feature/clear_narrative.h"
#include "feature/features.h"
#include "feature/masking.h"
#include "feature/step.h"
#include "google/protobuf/field_mask.pb-c.h"
#include <string.h>

static enum next create_begin(struct call *call) {
  clear_given(call, ((Zoufang__V1__CreateLeadRequest *)(void *)call->request)->lead);
  call_trip(call, NULL, NULL, NULL);
  return NEXT_TRIP;
}

const struct handler handler_create_lead = {.method = "LeadService/CreateLead", .begin = create_begin};

// Has a field changed that the client's mask did not name.
static void also_change(struct call *call, Zoufang__V1__UpdateLeadRequest *request, const char *path) {
  Google__Protobuf__FieldMask *mask = request->update_mask;
  if (!mask || !mask->n_paths)
    return;
  char **paths = arena_array(&call->arena, mask->n_paths + 1, sizeof *paths);
  memcpy(paths, mask->paths, mask->n_paths * sizeof *paths);
  paths[mask->n_paths++] = (char *)(uintptr_t)path;
  mask->paths = paths;
}

static enum next update_begin(struct call *call) {
  const Zoufang__V1__UpdateLeadRequest *request = (const void *)call->request;
  Zoufang__V1__Lead *lead = request->lead;
  bool tells = *lead->narrative, names = lead->reporter != NULL;
  if (tells == names || !*lead->id) {
    clear_given(call, lead);
    call_trip(call, NULL, NULL, NULL);
    return NEXT_TRIP;
  }
  Zoufang__LeadIds *ids = (void *)step_message(call, "zoufang.LeadIds");
  ids->ids = arena_array(&call->arena, 1, sizeof *ids->ids);
  ids->ids[ids->n_ids++] = lead->id;
  call->state = step_message(call, "zoufang.SealedLeads");
  call_trip(call, "sealed", &ids->base, call->state);
  return NEXT_TRIP;
}

// A new reporter for a narrative that is stored.
static void clear_stored(struct call *call, Zoufang__V1__UpdateLeadRequest *request, const Zoufang__SealedLead *stored) {
  Zoufang__V1__Lead *lead = request->lead;
  if (!stored)
    return;
  const char *told = stored->reporter ? stored->reporter->narrative : "";
  lead->narrative = (char *)(uintptr_t)(*told ? told : stored->narrative);
  char *narrative = lead->narrative;
  clear_given(call, lead);
  if (lead->narrative != narrative || *told)
    also_change(call, request, "narrative");
  else
    lead->narrative = (char *)(uintptr_t) "";
}

static enum next update_after(struct call *call) {
  Zoufang__V1__UpdateLeadRequest *request = (void *)call->request;
  const Zoufang__SealedLeads *sealed = call->state;
  if (call->fault.code != CODE_OK || !sealed)
    return NEXT_REPLY;
  call->state = NULL;
  const Zoufang__SealedLead *stored = stored_lead(sealed, request->lead->id);
  if (request->lead->reporter)
    clear_stored(call, request, stored);
  else if (clear_by_stored(call, request->lead, stored))
    also_change(call, request, "reporter");
  call_trip(call, NULL, NULL, NULL);
  return NEXT_TRIP;
}

const struct handler handler_update_lead = {
    .method = "LeadService/UpdateLead",
    .begin = update_begin,
    .after = update_after,
    .steps = {{.name = "sealed", .in = "zoufang.LeadIds", .out = "zoufang.SealedLeads"}},
};
