// Watching leads. Who opens a stream is told what happened since his cursor by a step of his own, a page at a time, and so is
// each watcher whose sight changed. All others are told by rounds: one query for all of them, a few times a second, which says
// what was committed since and who may see it.
//
// A watcher's cursor is the moment up to which he was told (a snapshot) and the sight that he had there. It goes out with the
// last message of a page or a round, and with every heartbeat.

#include "base/clock.h"
#include "call/server.h"
#include "call/stream.h"
#include "feature/cursor.h"
#include "feature/features.h"
#include "feature/step.h"
#include "zoufang/watch_steps.pb-c.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  PAGE_LIMIT = 100,  // leads of one watcher's page
  ROUND_LIMIT = 500, // records of a round's page
};

static const int64_t HEARTBEAT_US = 15 * 1000000LL, PATIENCE_US = 5 * 1000000LL;

// Up to where somebody was told. Many stand at the same one.
struct moment {
  struct arena arena;
  int references;
  int32_t place;  // in the ask that is being made
  uint64_t asked; // which one that is
  int64_t at;     // in seconds since 1970
  const char *since;
};

struct watcher {
  Zoufang__WatchFrom *from; // of the opening step
  Zoufang__WatchPage *page;
  bool damaged; // the cursor that he came with was

  struct stream *stream;
  struct asked *asked;       // a step of his own that is out
  struct moment *moment;     // NULL: he was never told anything
  const char *sight, *epoch; // there
  char mark[UUID_TEXT];      // of the sight
  const char *round;         // his page was not the last: how to go on
  struct arena kept;         // these texts; anew with each last page
  bool steady;               // told by rounds
  bool in_round;             // of the round under way
  size_t place;              // in the ask of it
  Zoufang__WatchTold *last;  // what he is to hear next of the page of a round that is being told
};

// An ask that is out: a watcher's own step, or a round.
struct asked {
  struct watcher *watcher; // NULL: he is gone
  bool is_round;
  struct watcher **watchers; // of a round, by place; NULL: gone
  size_t count;
  ProtobufCMessage *answer;
};

// The state of all streams.
struct board {
  struct asked *round;         // that is out
  const char *until, *changed; // where a round of several pages goes on; NULL: none does
  struct arena kept;           // these texts
  char id[UUID_TEXT];
  uint64_t asks;
  int64_t failing_us; // since when rounds fail; 0: they do not
};

// --- Moments and cursors -----------------------------------------------------------------------------------------------

static struct moment *moment_make(const char *since, int64_t at) {
  struct arena arena = {0};
  struct moment *moment = arena_zalloc(&arena, sizeof *moment);
  moment->since = arena_strdup(&arena, since);
  moment->at = at;
  moment->arena = arena;
  return moment;
}

static void moment_leave(struct moment *moment) {
  if (!moment || --moment->references > 0)
    return;
  struct arena arena = moment->arena; // it lies in it itself
  arena_close(&arena);
}

static void stand_at(struct watcher *watcher, struct moment *moment) {
  moment->references++;
  moment_leave(watcher->moment);
  watcher->moment = moment;
}

static int64_t now_s(void) {
  return clock_wall_us() / 1000000;
}

// What a cursor carries: "seconds\nsnapshot\nsight".
static char *cursor_of(const struct watcher *watcher, struct arena *arena) {
  const struct moment *moment = watcher->moment;
  const char *state = arena_printf(arena, "%lld\n%s\n%s", (long long)moment->at, moment->since, watcher->sight);
  return cursor_write(watcher->stream->call, state, arena);
}

static bool split_cursor(struct call *call, char *state, Zoufang__WatchFrom *from) {
  char *since = strchr(state, '\n'), *sight = since ? strchr(since + 1, '\n') : NULL;
  if (!sight)
    return false;
  from->at = strtoll(state, NULL, 10);
  from->since = arena_strndup(&call->arena, since + 1, (size_t)(sight - since - 1));
  from->sight = sight + 1;
  return true;
}

// --- Opening -----------------------------------------------------------------------------------------------------------

static enum next watch_begin(struct call *call) {
  const Zoufang__V1__WatchLeadsRequest *request = (const void *)call->request;
  struct watcher *watcher = call->state = arena_zalloc(&call->arena, sizeof *watcher);
  watcher->from = (void *)step_message(call, "zoufang.WatchFrom");
  watcher->page = (void *)step_message(call, "zoufang.WatchPage");
  watcher->from->region_code = request->region_code;
  watcher->from->limit = PAGE_LIMIT;
  if (*request->cursor) {
    uint8_t user[UUID_BYTES]; // the sight says whose it is, too, and is held against the caller
    char *state = cursor_read(call, request->cursor, user);
    watcher->damaged = !state || !split_cursor(call, state, watcher->from);
  }
  call_trip(call, "begin", &watcher->from->base, &watcher->page->base);
  return NEXT_TRIP;
}

static enum next watch_after(struct call *call) {
  return call->fault.code == CODE_OK ? stream_begin(call, call->state) : NEXT_REPLY;
}

// --- A watcher's own pages -----------------------------------------------------------------------------------------------

static void ask_page(struct watcher *watcher) {
  struct stream *stream = watcher->stream;
  struct call *ask = stream_ask_make(stream->all, stream->call);
  struct asked *asked = ask->state = arena_zalloc(&ask->arena, sizeof *asked);
  Zoufang__WatchFrom *from = (void *)step_message(ask, "zoufang.WatchFrom");
  from->since = arena_strdup(&ask->arena, watcher->moment->since);
  from->at = watcher->moment->at;
  from->sight = arena_strdup(&ask->arena, watcher->sight);
  if (watcher->round)
    from->round = arena_strdup(&ask->arena, watcher->round);
  from->region_code = arena_strdup(&ask->arena, watcher->from->region_code);
  from->limit = PAGE_LIMIT;
  *asked = (struct asked){.watcher = watcher, .answer = step_message(ask, "zoufang.WatchPage")};
  watcher->asked = asked;
  watcher->steady = watcher->in_round = false;
  stream_ask(ask, "begin", &from->base, asked->answer);
}

static size_t count_told(const Zoufang__WatchPage *page) {
  return page->n_removed + page->n_leads + page->n_reminders;
}

// Puts what a page tells; the last message carries the cursor where this page is the last. False where the stream ended.
static bool put_page(struct watcher *watcher, const Zoufang__WatchPage *page, const char *cursor) {
  size_t leads_end = page->n_removed + page->n_leads, count = count_told(page);
  for (size_t i = 0; i < count; i++) {
    Zoufang__V1__LeadChange change = ZOUFANG__V1__LEAD_CHANGE__INIT;
    if (i < page->n_removed)
      change.removed_id = page->removed[i];
    else if (i < leads_end)
      change.lead = page->leads[i - page->n_removed];
    else
      change.reminder = page->reminders[i - leads_end];
    if (i + 1 == count && cursor)
      change.cursor = (char *)(uintptr_t)cursor;
    if (!stream_put(watcher->stream, &change.base))
      return false;
  }
  return true;
}

static bool put_sign(struct watcher *watcher, bool reset) {
  struct arena scratch = {0};
  Zoufang__V1__LeadChange change = ZOUFANG__V1__LEAD_CHANGE__INIT;
  change.heartbeat = !reset;
  change.reset = reset;
  if (watcher->steady)
    change.cursor = cursor_of(watcher, &scratch);
  bool put = stream_put(watcher->stream, &change.base);
  arena_close(&scratch);
  return put;
}

// The page was the last: from here on he is told by rounds.
static void settle(struct watcher *watcher, const Zoufang__WatchPage *page) {
  stand_at(watcher, moment_make(page->since, now_s()));
  arena_reset(&watcher->kept);
  watcher->round = NULL;
  watcher->sight = arena_strdup(&watcher->kept, page->sight);
  watcher->epoch = arena_strdup(&watcher->kept, page->epoch);
  snprintf(watcher->mark, sizeof watcher->mark, "%s", page->mark);
  watcher->steady = true;
}

static void tell_page(struct watcher *watcher, const Zoufang__WatchPage *page, bool opening) {
  bool reset = page->reset || (opening && watcher->damaged);
  if (*page->round) {
    watcher->round = arena_strdup(&watcher->kept, page->round);
    put_page(watcher, page, NULL);
    return;
  }
  settle(watcher, page);
  if (reset || (opening && count_told(page) == 0)) {
    put_sign(watcher, reset);
    return;
  }
  struct arena scratch = {0};
  put_page(watcher, page, cursor_of(watcher, &scratch));
  arena_close(&scratch);
}

static void page_back(struct call *ask, struct asked *asked) {
  struct watcher *watcher = asked->watcher;
  if (!watcher)
    return;
  watcher->asked = NULL;
  const struct fault *fault = &ask->fault;
  if (fault->code == CODE_OK)
    tell_page(watcher, (const void *)asked->answer, false);
  else
    stream_end(watcher->stream, fault->code, fault->reason, fault->message ? fault->message : "");
}

static void watch_begun(struct stream *stream) {
  struct watcher *watcher = stream->state;
  const Zoufang__WatchFrom *from = watcher->from;
  watcher->stream = stream;
  if (from->since && *from->since) {
    stand_at(watcher, moment_make(from->since, from->at));
    watcher->sight = from->sight;
  }
  tell_page(watcher, watcher->page, true);
}

// --- Rounds --------------------------------------------------------------------------------------------------------------

// The place of a moment among those that the ask names.
static int32_t place_of(struct board *board, Zoufang__WatchAsk *ask, struct moment *moment, struct arena *arena) {
  if (moment->asked != board->asks) {
    moment->asked = board->asks;
    ask->sinces[ask->n_sinces++] = arena_strdup(arena, moment->since);
    moment->place = (int32_t)ask->n_sinces;
  }
  return moment->place;
}

static void add_watcher(struct board *board, Zoufang__WatchAsk *ask, struct watcher *watcher, struct asked *asked,
                        struct arena *arena) {
  size_t i = asked->count++;
  asked->watchers[i] = watcher;
  watcher->place = i;
  watcher->in_round = true;
  uint8_t *token = arena_alloc(arena, CRYPTO_MAC_BYTES);
  memcpy(token, watcher->stream->call->token_hash, CRYPTO_MAC_BYTES);
  ask->tokens[i] = (ProtobufCBinaryData){.data = token, .len = CRYPTO_MAC_BYTES};
  ask->marks[i] = arena_strdup(arena, watcher->mark);
  ask->regions[i] = strtoll(watcher->from->region_code, NULL, 10);
  ask->since_places[i] = place_of(board, ask, watcher->moment, arena);
}

static size_t count_streams(struct streams *streams) {
  size_t count = 0;
  for (const struct stream *stream = streams_first(streams); stream; stream = stream->after)
    count++;
  return count;
}

// Whether he is of the next page: on a round's first one all who are told by rounds, then who was of it from the beginning.
static bool is_asked_for(const struct board *board, const struct watcher *watcher) {
  return watcher->steady && (!board->until || watcher->in_round);
}

// The next round is a new one.
static void forget_place(struct board *board) {
  arena_close(&board->kept);
  board->until = board->changed = NULL;
}

static void go_on_with_round(const struct board *board, Zoufang__WatchAsk *ask, struct arena *arena) {
  if (!board->until)
    return;
  ask->until = arena_strdup(arena, board->until);
  ask->after_changed = arena_strdup(arena, board->changed);
  ask->after_id = arena_strdup(arena, board->id);
}

static void ask_round(struct streams *streams, struct board *board) {
  size_t most = count_streams(streams);
  struct call *call = stream_ask_make(streams, NULL);
  struct arena *arena = &call->arena;
  struct asked *asked = call->state = arena_zalloc(arena, sizeof *asked);
  Zoufang__WatchAsk *ask = (void *)step_message(call, "zoufang.WatchAsk");
  *asked = (struct asked){.is_round = true,
                          .watchers = arena_array(arena, most, sizeof(struct watcher *)),
                          .answer = step_message(call, "zoufang.WatchRound")};
  ask->sinces = arena_array(arena, most, sizeof *ask->sinces);
  ask->tokens = arena_array(arena, most, sizeof *ask->tokens);
  ask->marks = arena_array(arena, most, sizeof *ask->marks);
  ask->regions = arena_array(arena, most, sizeof *ask->regions);
  ask->since_places = arena_array(arena, most, sizeof *ask->since_places);
  ask->limit = ROUND_LIMIT;
  board->asks++;
  for (struct stream *stream = streams_first(streams); stream; stream = stream->after)
    if (is_asked_for(board, stream->state))
      add_watcher(board, ask, stream->state, asked, arena);
  ask->n_tokens = ask->n_marks = ask->n_regions = ask->n_since_places = asked->count;
  go_on_with_round(board, ask, arena);
  if (asked->count == 0) {
    forget_place(board);
    call_free(call);
    return;
  }
  board->round = asked;
  stream_ask(call, "round", &ask->base, asked->answer);
}

static void put_told(struct watcher *watcher, const Zoufang__WatchTold *told, const char *cursor) {
  Zoufang__V1__LeadChange change = ZOUFANG__V1__LEAD_CHANGE__INIT;
  change.lead = told->lead;
  change.reminder = told->reminder;
  if (!told->lead && !told->reminder)
    change.removed_id = told->removed_id;
  if (cursor)
    change.cursor = (char *)(uintptr_t)cursor;
  stream_put(watcher->stream, &change.base);
}

// Puts what he was to hear before, and remembers this: the last one will carry the cursor.
static void tell_next(struct asked *asked, size_t place, Zoufang__WatchTold *told) {
  struct watcher *watcher = place < asked->count ? asked->watchers[place] : NULL;
  if (!watcher)
    return;
  Zoufang__WatchTold *before = watcher->last;
  watcher->last = told;
  if (before)
    put_told(watcher, before, NULL);
}

static void tell_last(struct watcher *watcher, struct moment *moment) {
  Zoufang__WatchTold *told = watcher->last;
  struct arena scratch = {0};
  watcher->last = NULL;
  if (moment)
    stand_at(watcher, moment);
  if (told)
    put_told(watcher, told, moment ? cursor_of(watcher, &scratch) : NULL);
  arena_close(&scratch);
}

// The database is another one, or crashed: what was a snapshot before means nothing now. His own step tells him to begin anew.
static void leave_epoch(struct asked *asked, const char *epoch) {
  for (size_t i = 0; i < asked->count; i++) {
    struct watcher *watcher = asked->watchers[i];
    if (watcher && strcmp(watcher->epoch, epoch) != 0) {
      ask_page(watcher);
      asked->watchers[i] = NULL;
    }
  }
}

// Where the round goes on, if it does.
static void keep_place(struct board *board, const Zoufang__WatchTold *head) {
  forget_place(board);
  if (!head->more)
    return;
  board->until = arena_strdup(&board->kept, head->until);
  board->changed = arena_strdup(&board->kept, head->last_changed);
  snprintf(board->id, sizeof board->id, "%s", head->last_id);
}

static void tell_round(struct board *board, struct asked *asked, const Zoufang__WatchRound *round) {
  const Zoufang__WatchTold *head = round->told[0];
  for (size_t i = 0; i < head->n_watchers; i++) { // whose session ended, or whose sight changed: his own step tells
    size_t place = (size_t)head->watchers[i] - 1;
    if (place < asked->count && asked->watchers[place]) {
      ask_page(asked->watchers[place]);
      asked->watchers[place] = NULL;
    }
  }
  for (size_t t = 1; t < round->n_told; t++)
    for (size_t i = 0; i < round->told[t]->n_watchers; i++)
      tell_next(asked, (size_t)round->told[t]->watchers[i] - 1, round->told[t]);
  struct moment *moment = head->more ? NULL : moment_make(head->until, now_s());
  if (moment)
    moment->references++;
  for (size_t i = 0; i < asked->count; i++)
    if (asked->watchers[i])
      tell_last(asked->watchers[i], moment);
  moment_leave(moment);
  keep_place(board, head);
}

// Rounds that fail are made again; where they go on failing the watchers are sent away, to come back with their cursors.
static void round_failed(struct streams *streams, struct board *board) {
  int64_t now_us = clock_us();
  if (board->failing_us == 0)
    board->failing_us = now_us;
  forget_place(board);
  if (now_us - board->failing_us < PATIENCE_US)
    return;
  for (struct stream *stream = streams_first(streams), *after; stream; stream = after) {
    after = stream->after;
    stream_end(stream, CODE_UNAVAILABLE, "DATABASE_AWAY", "the database is not there");
  }
  board->failing_us = 0;
}

static void round_back(struct call *ask, struct asked *asked) {
  struct streams *streams = ask->transport;
  struct board *board = streams_state(streams);
  const Zoufang__WatchRound *round = (const void *)asked->answer;
  if (ask->fault.code != CODE_OK || round->n_told == 0) {
    board->round = NULL;
    round_failed(streams, board);
    return;
  }
  board->failing_us = 0;
  leave_epoch(asked, round->epoch);
  tell_round(board, asked, round);
  board->round = NULL;
  if (board->until)
    ask_round(streams, board);
}

static void watch_back(struct call *ask) {
  struct asked *asked = ask->state;
  if (asked->is_round)
    round_back(ask, asked);
  else
    page_back(ask, asked);
}

// --- Now and then ----------------------------------------------------------------------------------------------------------

// Asks for the next page of who has taken the one before, and lets who heard nothing for a while hear that the stream is alive.
static void look_after(struct watcher *watcher, int64_t now_us) {
  struct stream *stream = watcher->stream;
  if (watcher->round && !watcher->asked && stream_is_drained(stream))
    ask_page(watcher);
  if (now_us - stream->put_us >= HEARTBEAT_US)
    put_sign(watcher, false);
}

static void watch_ticked(struct streams *streams) {
  struct board *board = streams_state(streams);
  int64_t now_us = clock_us();
  for (struct stream *stream = streams_first(streams), *after; stream; stream = after) {
    after = stream->after;
    look_after(stream->state, now_us);
  }
  if (!board->round)
    ask_round(streams, board);
}

static void watch_ended(struct stream *stream) {
  struct watcher *watcher = stream->state;
  struct board *board = streams_state(stream->all);
  bool last = streams_first(stream->all) == stream && !stream->after;
  if (watcher->asked)
    watcher->asked->watcher = NULL;
  if (board->round && watcher->in_round)
    board->round->watchers[watcher->place] = NULL;
  moment_leave(watcher->moment);
  watcher->moment = NULL;
  arena_close(&watcher->kept);
  if (last)
    forget_place(board);
}

const struct handler handler_watch_leads = {
    .method = "LeadService/WatchLeads",
    .begin = watch_begin,
    .after = watch_after,
    .steps = {{.name = "begin", .in = "zoufang.WatchFrom", .out = "zoufang.WatchPage"},
              {.name = "round", .in = "zoufang.WatchAsk", .out = "zoufang.WatchRound", .own_transaction = true}},
    .streaming = &(const struct streaming){.state_bytes = sizeof(struct board),
                                           .begun = watch_begun,
                                           .ticked = watch_ticked,
                                           .back = watch_back,
                                           .ended = watch_ended},
};
