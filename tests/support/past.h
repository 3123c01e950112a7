// Records as if they had been written long ago: no call writes those. Times are of the local zone ("2012-03-01 12:00"); each
// gives its id, until the test's end. `columns` and `values` are further ones (", state" and ", 11"), or "".

#pragma once
#include <stdbool.h>

// A lead, an accusation by letter unless they say otherwise; a visit of officer.linxi, accepted likewise.
const char *put_lead(const char *region, const char *received, const char *columns, const char *values);
const char *put_visit(const char *region, int kind, const char *started, const char *columns, const char *values);

// An outcome that another approved then.
void conclude(const char *lead, const char *approved, int finding, const char *columns, const char *values);
void reopen(const char *lead, const char *at);
void link_leads(const char *one, const char *other);
// Feedback: 1 on acceptance, 2 on the result; satisfaction from 1 very satisfied to 5 not asked.
void tell(const char *lead, const char *at, int about, int satisfaction);

// A case of its first lead; a person of a case, the same as another ("": as nobody).
const char *put_case(const char *lead, const char *filed);
const char *put_person(const char *of_case, const char *same_as);

// How a person was handled: form, discipline (0: none), decided and transferred ("": not); approved or only proposed.
const char *handle(const char *of_case, const char *person, int form, int discipline, const char *decided,
                   const char *transferred, bool approved);

// A talk with a person about a lead without a case.
void talk(const char *lead, const char *person, const char *decided);

// A campaign of a domain ("": none) with rounds ("{1,2}").
const char *put_campaign(const char *domain, const char *rounds);

// An office of a region, closed or not ("").
const char *put_office(const char *region, int kind, const char *opened, const char *closed);

// A record of an office (recommendation, interview …): the columns that its table asks for beside, without a comma in front.
const char *put_record(const char *table, const char *office, const char *columns, const char *values);

// Whoever failed to sign in under this name, from wherever, waits for a quarter of an hour from now on: longer than any test.
void failed_logins_wait_long(const char *username);
