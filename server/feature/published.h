// Published reports as files: a page in each language, a table, the bare figures; and the page that leads to them. The server
// serves them to the public, and the command line writes them for a website.

#pragma once
#include "schema/schema.h"
#include "schema/words.h"
#include "zoufang/v1/public.pb-c.h"

// "index.html" (Chinese), "en.html", "figures.csv", "figures.json".
enum { PUBLISHED_FILES = 4 };
extern const char *const published_files[PUBLISHED_FILES];

// The language of a file of that name.
enum language published_language(const char *file);

// The file of a report of that name, which is one of published_files. Names and units of the report's figures are set. In the
// arena.
Zoufang__V1__Document *published_document(const struct schema *schema, Zoufang__V1__WorkReport *report, const char *file,
                                          struct arena *arena);

// The page that leads to these reports, by relative links: reports/ID/FILE.
Zoufang__V1__Document *published_index(const Zoufang__V1__ListPublicReportsResponse *reports, struct arena *arena);
