// A pull: the cursor carries where the last page ended and whose it is, authenticated; one step reads the next page. A cursor
// that is not ours, or not the caller's, is as good as none: the client is told to begin anew.

#include "feature/cursor.h"
#include "feature/features.h"
#include "feature/step.h"
#include "zoufang/sync_steps.pb-c.h"
#include <string.h>

enum { PULL_LIMIT_DEFAULT = 200, PULL_LIMIT_MAX = 500 };

struct pull {
  Zoufang__PullFrom *from;
  Zoufang__PullPage *page;
  uint8_t user[UUID_BYTES]; // whose cursor was given
  bool given, damaged;
};

// The state that the cursor carries, "" where it is not one of ours.
static char *read_cursor(struct call *call, struct pull *pull, const char *cursor) {
  char *state = cursor_read(call, cursor, pull->user);
  pull->damaged = !state;
  return state ? state : arena_strdup(&call->arena, "");
}

static enum next pull_page(struct call *call) {
  struct pull *pull = call->state;
  pull->page = (void *)step_message(call, "zoufang.PullPage");
  call_trip(call, "page", &pull->from->base, &pull->page->base);
  return NEXT_TRIP;
}

static enum next pull_begin(struct call *call) {
  const Zoufang__V1__PullRequest *request = (const void *)call->request;
  struct pull *pull = arena_zalloc(&call->arena, sizeof *pull);
  call->state = pull;
  pull->from = (void *)step_message(call, "zoufang.PullFrom");
  pull->given = *request->cursor != 0;
  if (pull->given)
    pull->from->state = read_cursor(call, pull, request->cursor);
  pull->from->limit = request->page_size < 1                ? PULL_LIMIT_DEFAULT
                      : request->page_size > PULL_LIMIT_MAX ? PULL_LIMIT_MAX
                                                            : request->page_size;
  return pull_page(call);
}

static bool is_anothers(const struct call *call, const struct pull *pull) {
  return pull->given && !pull->damaged && memcmp(pull->user, call->caller.user, UUID_BYTES) != 0;
}

static void hand_on(struct call *call, const struct pull *pull) {
  const Zoufang__PullPage *page = pull->page;
  Zoufang__V1__PullResponse *response = (void *)call->response;
  response->n_visits = page->n_visits, response->visits = page->visits;
  response->n_leads = page->n_leads, response->leads = page->leads;
  response->n_photos = page->n_photos, response->photos = page->photos;
  response->n_terms = page->n_terms, response->terms = page->terms;
  response->n_regions = page->n_regions, response->regions = page->regions;
  response->n_offices = page->n_offices, response->offices = page->offices;
  response->n_removed = page->n_removed, response->removed = page->removed;
  response->n_reminders = page->n_reminders, response->reminders = page->reminders;
  response->more = page->more;
  response->reset = page->reset || pull->damaged;
  response->cursor = cursor_write(call, page->next_state, &call->arena);
}

static enum next pull_after(struct call *call) {
  struct pull *pull = call->state;
  if (call->fault.code != CODE_OK)
    return NEXT_REPLY;
  if (is_anothers(call, pull)) {
    pull->damaged = true;
    pull->from->state = (char *)(uintptr_t) "";
    return pull_page(call);
  }
  hand_on(call, pull);
  return NEXT_REPLY;
}

const struct handler handler_pull = {
    .method = "SyncService/Pull",
    .begin = pull_begin,
    .after = pull_after,
    .steps = {{.name = "page", .in = "zoufang.PullFrom", .out = "zoufang.PullPage"}},
};
