// A narrative that names its reporter is cleared of him, and kept beside him as it was told.

#include "feature/clear_narrative.h"
#include "feature/masking.h"
#include <string.h>

// The narrative without the reporter's values; NULL where it does not name him.
static char *cleared(struct call *call, const char *narrative, const Zoufang__V1__Reporter *reporter) {
  const char *values[] = {reporter->name, reporter->phone, reporter->identity_number};
  return masking_apply(&call->arena, narrative, values, sizeof values / sizeof *values);
}

void clear_given(struct call *call, Zoufang__V1__Lead *lead) {
  char *text = lead->reporter ? cleared(call, lead->narrative, lead->reporter) : NULL;
  if (!text)
    return;
  lead->reporter->narrative = lead->narrative;
  lead->narrative = text;
}

bool clear_by_stored(struct call *call, Zoufang__V1__Lead *lead, const Zoufang__SealedLead *stored) {
  if (!stored || !stored->reporter || !cleared(call, lead->narrative, stored->reporter))
    return false;
  lead->reporter = stored->reporter;
  clear_given(call, lead);
  return true;
}

const Zoufang__SealedLead *stored_lead(const Zoufang__SealedLeads *stored, const char *id) {
  for (size_t i = 0; stored && i < stored->n_leads; i++)
    if (!strcasecmp(stored->leads[i]->id, id))
      return stored->leads[i];
  return NULL;
}
