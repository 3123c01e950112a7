// The OpenAPI 3.1 description of the REST surface, from the same descriptors, rules and comments.

#pragma once
#include "base/buffer.h"
#include "schema/schema.h"
#include "schema/words.h"

// Writes the document as JSON, what it describes in `language`. `server_version` is the program's.
void openapi_write(const struct schema *schema, const char *server_version, enum language language, struct buffer *out);
