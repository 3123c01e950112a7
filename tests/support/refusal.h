// What every refusal must be like, whatever was wrong.

#pragma once
#include "support/client.h"

// Whether the answer is a refusal of this code (over REST also of this HTTP code) and reason, as clients count on it: who and
// why in ErrorInfo, the request's id in RequestInfo and in the header, words for users in Chinese, when to come back where that
// helps, and nothing of the server's insides. Says on standard output what is not so.
bool is_refusal(const struct answer *answer, enum transport transport, enum code code, int http, const char *reason);

// The detail of that type in google.rpc.Status ("ErrorInfo"), NULL where there is none.
json_t *detail_of(const struct answer *answer, const char *type);

// Whether nothing in the answer gives the server's insides away: statements, files, PostgreSQL's own words.
bool tells_no_insides(const struct answer *answer);
