// Answers live on the thread that asked: what a test wants of them is copied.

#include "support/asking.h"
#include "support/client_wire.h"
#include "support/refused.h"
#include <stdio.h>
#include <stdlib.h>

static void *ask_it(void *context) {
  struct asking *asking = context;
  struct answer answer = ask(asking->client, asking->transport, asking->token, asking->method, "%s", asking->request);
  asking->code = answer.code;
  asking->http = answer.http;
  snprintf(asking->reason, sizeof asking->reason, "%s", answer.reason);
  client_close(asking->client);
  client_forget();
  atomic_store(&asking->answered, true);
  return NULL;
}

void asking_begin(struct asking *asking, const struct client *like, enum transport transport, const char *token,
                  const char *method, const char *request) {
  *asking = (struct asking){.transport = transport, .token = token, .method = method, .request = request};
  asking->client = client_open(like->schema, like->http_port, like->grpc_port);
  *client_manners(asking->client) = like->manners;
  if (pthread_create(&asking->thread, NULL, ask_it, asking) != 0)
    abort();
}

void asking_end(struct asking *asking) {
  pthread_join(asking->thread, NULL);
  const struct answer answer = {.code = asking->code, .reason = asking->reason};
  refused_note(asking->transport, asking->method, &answer);
}
