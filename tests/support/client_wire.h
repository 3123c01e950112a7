// What the two transports of the test client share.

#pragma once
#include "base/buffer.h"
#include "support/client.h"

struct client {
  const struct schema *schema;
  int http_port, grpc_port;
  struct manners manners;
  struct rest_client *rest;
  struct grpc_client *grpc;
};

json_t *client_keep(json_t *body);
struct arena *client_memory(void);
void client_read_status(struct answer *answer);
const struct schema *client_schema(const struct client *client);
struct answer client_rest(struct client *client, const char *token, const struct method *method, const char *request);
struct answer client_grpc(struct client *client, const char *token, const struct method *method, const char *request);

struct rest_client;
struct rest_client *rest_client(struct client *client);

struct grpc_client;
struct grpc_client *grpc_client(struct client *client);

struct rest_client *rest_open(const struct client *client);
void rest_close(struct rest_client *rest);
struct grpc_client *grpc_client_open(const struct client *client);
void grpc_client_close(struct grpc_client *grpc);
