// A work report as a document.

#pragma once
#include "base/arena.h"
#include "schema/words.h"
#include "zoufang/v1/figures.pb-c.h"

// Gives its figures their names, definitions and units.
void report_name_figures(Zoufang__V1__WorkReport *report, enum language language);

// The report in `language` as "html" or "md": sentences, where to look, and all figures as a table. In the arena.
Zoufang__V1__Document *report_document(const Zoufang__V1__WorkReport *report, const char *format, enum language language,
                                       struct arena *arena);

// Whether every sentence speaks of known figures, and every other phrase of the same things, in all languages; `*wrong` is the
// first that does not.
bool report_sentences_fit(const char **wrong);
