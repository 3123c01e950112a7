// What is served beside the API: health, the OpenAPI document, the documents.

#pragma once
#include "transport/http_connection.h"

// Writes the OpenAPI document and looks the static files up.
bool pages_open(struct http_server *http, struct fault *fault);

// The page that the server has under `path`, NULL where there is none.
const struct web_page *pages_find(const struct http_server *http, const char *path);

// Answers with it.
enum MHD_Result pages_answer(struct connection *connection);
