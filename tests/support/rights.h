// Who may do what: every method of the API for every role, as data; and the records that it is tried on.

#pragma once
#include "support/world.h"

// Those who try: officer.linxi wrote the near records, officer.balin the far ones.
enum { CALLERS = 11, OFFICERS_AND_SUPERVISORS = 5, NO_TOKEN = 9, DEAD_TOKEN = 10 };
extern const char *const callers[CALLERS];
const char *name_of(unsigned caller);
unsigned caller_named(const char *username);

// What each caller hears, in the order of `callers`:
//   o OK · e OK and empty · n NOT_FOUND · i INVALID_ARGUMENT · f PERMISSION_DENIED · u UNAUTHENTICATED · p FAILED_PRECONDITION
// Near: on records of officer.linxi in Linxi. Far: on those of officer.balin in Balin; NULL where the method asks for none.
// In the request $name stands for a record, see struct records, or for a new one ("$a_lead").
struct right {
  const char *method, *request, *near, *far;
};
extern const struct right rights[];
extern const unsigned right_count;

// The letter for an answer; `expected` only tells whether an empty list is told apart from a full one.
char letter_of(const struct answer *answer, char expected);
bool changes_something(const struct right *right);

// Ids and etags of the records that requests ask for, until the test's end.
struct records {
  const char *visit, *visit_etag, *held, *held_etag, *lead, *lead_etag, *other_lead, *visit_photo, *lead_photo;
  const char *user, *user_etag, *grant, *session; // somebody who may be changed, and is signed in
  const char *approval;                           // a grant for him that waits for admin
};
struct records near_records(void);
struct records far_records(void);
struct records no_records(void); // ids of nothing

// A visit, a photo of it, a lead with `more` members (",\"amountFen\":…" or "") and a photo of that, pushed by `user`.
struct records push_records(const char *user, const char *region, const char *more);

// Openings of reporters are counted by the hour; those so far count no more.
void forget_openings(void);

// A photo of a lead as JSON.
const char *photo_of_lead(const char *id, const char *lead);

struct answer try_right(enum transport t, unsigned caller, const struct right *right, const struct records *records);

// Whether two answers are the same but for the calls' own ids.
bool sound_alike(const struct answer *one, const struct answer *other);

// Asserts that a request about these records sounds as one about nothing.
void assert_alike(enum transport t, unsigned caller, const struct right *right, const struct records *records);

// Whether the id is anywhere in a list, page by page; in all that a pull from the start brings; in a body.
bool is_listed(enum transport t, const char *user, const char *method, const char *member, const char *id);
bool is_pulled(enum transport t, const char *user, const char *id);
bool speaks_of(json_t *body, const char *id);
