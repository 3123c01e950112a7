// A client of both transports: the same method, the same JSON, over REST or over gRPC.

#pragma once
#include "base/fault.h"
#include "schema/schema.h"
#include <jansson.h>

enum transport { REST, GRPC };

extern const char *const transport_names[2];

// What came back. `body` is the response's JSON, or google.rpc.Status's where code is not OK; it lives until the next
// client_forget (each test's begin).
struct answer {
  enum code code;
  int http;           // 0 over gRPC
  const char *reason; // ErrorInfo.reason, "" where none
  const char *message;
  int64_t retry_ms;    // RetryInfo, 0 where none
  const char *headers; // of HTTP, or the trailers of gRPC: "name: value" lines
  json_t *body;
};

struct client;

// A method by its name, "VisitService/GetVisit"; there must be one.
const struct method *method_named(const struct schema *schema, const char *name);

// Connects lazily. Ports are those of a server on 127.0.0.1.
struct client *client_open(const struct schema *schema, int http_port, int grpc_port);
void client_close(struct client *client);

// How a client behaves; all zero: plainly. Texts stay the caller's.
struct manners {
  const char *ca_file;       // PEM: talks TLS and trusts these; before the first call
  const char *language;      // Accept-Language
  const char *forwarded_for; // X-Forwarded-For, as a proxy would send it
  int deadline_ms;           // that a gRPC call tells; 0: a minute
  int leaves_after_ms;       // closes the connection, or cancels the gRPC call, without waiting for the answer; 0: never
};
struct manners *client_manners(struct client *client);

// Calls `method` ("VisitService/GetVisit") with the request as JSON (proto names or lowerCamel). `token` NULL: none.
// Over REST the request goes where the method's first route puts it: path, query, body.
struct answer ask(struct client *client, enum transport transport, const char *token, const char *method, const char *request,
                  ...) __attribute__((format(printf, 5, 6)));

// A plain HTTP request, as it is. `body` NULL: none.
struct answer http(struct client *client, const char *verb, const char *path, const char *token, const char *body);

// A gRPC call of the method `name` with raw bytes as its message.
struct answer grpc_raw(struct client *client, const char *name, const char *token, const void *bytes, size_t length);

// The value of a header, or of a trailer, by its name in any case; "" where there is none.
const char *header_of(const struct answer *answer, const char *name);

// A text or number inside a JSON body by a path of keys and indexes: text_at(body, "results.0.status"); "" or 0 where there is
// none.
const char *text_at(json_t *body, const char *path);
long long number_at(json_t *body, const char *path);
json_t *json_at(json_t *body, const char *path);
size_t count_at(json_t *body, const char *path);

// The element of an array whose `member` is this text; NULL where there is none.
json_t *element_with(json_t *array, const char *member, const char *text);

// Whether the answer names `field` as bad, with `reason` (NULL: any).
bool names_field(const struct answer *answer, const char *field, const char *reason);

// Frees what the answers of the last test held, on this thread: each thread of a test has answers, and needs a client, of its
// own.
void client_forget(void);
