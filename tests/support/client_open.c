// A client of one server, its two halves opened at first need.

#include "support/client_wire.h"
#include <stdlib.h>

struct client *client_open(const struct schema *schema, int http_port, int grpc_port) {
  struct client *client = calloc(1, sizeof *client);
  if (!client)
    abort();
  *client = (struct client){.schema = schema, .http_port = http_port, .grpc_port = grpc_port};
  return client;
}

void client_close(struct client *client) {
  if (!client)
    return;
  rest_close(client->rest);
  grpc_client_close(client->grpc);
  free(client);
}

struct manners *client_manners(struct client *client) {
  return &client->manners;
}

const struct schema *client_schema(const struct client *client) {
  return client->schema;
}

struct rest_client *rest_client(struct client *client) {
  if (!client->rest)
    client->rest = rest_open(client);
  return client->rest;
}

struct grpc_client *grpc_client(struct client *client) {
  if (!client->grpc)
    client->grpc = grpc_client_open(client);
  return client->grpc;
}
