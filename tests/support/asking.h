// A call in the background, on a thread and a client of its own: for what must be under way while the test goes on.

#pragma once
#include "support/client.h"
#include <pthread.h>
#include <stdatomic.h>

struct asking {
  pthread_t thread;
  struct client *client;
  enum transport transport;
  const char *token, *method, *request; // the beginner's
  atomic_bool answered;
  enum code code; // of the answer, once asking_end has returned
  int http;
  char reason[64];
};

// Asks the server that `like` asks, with its manners, on connections of its own.
void asking_begin(struct asking *asking, const struct client *like, enum transport transport, const char *token,
                  const char *method, const char *request);

// Waits for the answer.
void asking_end(struct asking *asking);
