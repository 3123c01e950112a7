// What an export asks while it goes on: whether it may, and what the audit is to hear.

#pragma once
#include "call/server.h"
#include <pthread.h>

enum { EXPORT_MARK = 37 };

struct export_life {
  struct call *call;
  char mark[EXPORT_MARK]; // of the sight that it began with
  int64_t until_us, looked_us, good_us;

  // Between the threads.
  pthread_mutex_t lock;
  pthread_cond_t came;
  bool out;       // a step is
  enum code code; // of the last one
};

void export_life_open(struct export_life *life, struct call *call, const char *mark);

// Tells the audit that it begins; waits for that. False with the call's fault.
bool export_life_begin(struct export_life *life, const char *told);

// Whether it may go on: the client is there, the server does not stop, the time is not over, and the session and its sight, as
// they were a second ago, are those that it began with. False with the call's fault. Any time, cheap.
bool export_life_goes_on(struct export_life *life);

// Tells the audit that it ended, however it did, and waits for that. Once, last, where it began.
void export_life_end(struct export_life *life, const char *told);

// Lets a look that is still out come back.
void export_life_close(struct export_life *life);
