// Narratives that name their reporter: his name, phone and identity number are taken out before a lead is stored, and the
// narrative as it was told is sealed beside it.

#pragma once
#include "base/arena.h"

// What stands in their place.
#define MASKING_MARK "〔反映人〕"

// `narrative` with each of `values` (NULL or "" are passed over) replaced by the mark: as written, and numbers also where they
// are written with spaces or dashes between their digits. NULL where nothing was found. A name of one character is not looked
// for. In the arena.
char *masking_apply(struct arena *arena, const char *narrative, const char *const *values, unsigned count);
