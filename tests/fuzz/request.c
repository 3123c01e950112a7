// Any HTTP request: its path is routed, its query, path and body become one message, or it is refused in a way that can be
// told.

#include "support/sent.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct arena arena = {0};
  struct input input = input_of(data, size, &arena);
  struct connection connection;
  struct sent sent;
  sent_read(&sent, &input);
  bool taken = sent_take(&sent, &connection);
  sent_check(&connection, taken);
  sent_forget(&connection);
  arena_close(&arena);
  return 0;
}
