// Clearing leads' narratives of their reporters' values before they are stored.

#pragma once
#include "call/call.h"
#include "zoufang/lead_steps.pb-c.h"

// Clears the narrative of a lead that comes with its reporter, and puts it as it was told into the reporter's sealed one.
// Nothing where the lead has no reporter, or the narrative does not name him.
void clear_given(struct call *call, Zoufang__V1__Lead *lead);

// The same for a lead that comes without its reporter: `stored` is what the database holds of it (NULL: nothing). Where the
// narrative names him he goes with the lead, to be sealed anew. True where he does.
bool clear_by_stored(struct call *call, Zoufang__V1__Lead *lead, const Zoufang__SealedLead *stored);

// The stored one of that id, NULL where there is none.
const Zoufang__SealedLead *stored_lead(const Zoufang__SealedLeads *stored, const char *id);
