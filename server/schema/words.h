// What users read: a text for each reason, in the languages spoken here.

#pragma once
#include "base/arena.h"
#include <stdbool.h>

enum language { LANGUAGE_ZH_CN, LANGUAGE_EN, LANGUAGES };

// The text of `reason` in `language`, with `limit` (a bound, or numbers with a space between) put in where the text speaks of
// it. A reason that has no text gets a general one. Belongs to the arena where a limit was put in, else to the program.
const char *words_reason(const char *reason, const char *limit, enum language language, struct arena *arena);

// Whether the table has a text of its own for `reason`.
bool words_known(const char *reason);

// Whether `reason` leaves open if what was named is not there or out of the caller's sight.
bool words_hide(const char *reason);

// The language that an Accept-Language header prefers among those spoken here; zh-CN unless another is asked for (NULL: no
// header).
enum language words_language(const char *accept_language);

// Its tag: "zh-CN", "en".
const char *words_language_tag(enum language language);
