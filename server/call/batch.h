// A per-item batch that failed whole, run again in parts until the bad items are alone.

#pragma once
#include "call/call.h"

// Whether the failure of the trip under way can be traced to single items: the batch goes on in parts.
bool batch_can_split(const struct call *call);

// After a trip that failed: begins with parts, or halves the part that failed; a part of one item is refused with the trip's
// fault.
void batch_split(struct call *call);

// Chooses the next part as what takes part in the next trip. False where none is left: every item has its result or its fault.
bool batch_next(struct call *call);
