// A gRPC message that is on its way for as long as a test wants, sent by hand and no faster than the server lets it come.

#pragma once
#include "base/buffer.h"
#include <stdint.h>

enum { UPLOAD_WINDOWS = 2 };

struct upload {
  int fd;
  int64_t windows[UPLOAD_WINDOWS]; // what may be sent, on the connection and of the message
  struct buffer come;              // frames of the server that are not whole yet
  struct buffer answer;            // its headers, as they came
  bool over;                       // it has answered, or left
};

// Calls `path` from an address of the loopback, without a token, with a message that says it has `length` bytes. What it keeps
// lasts until client_forget.
bool upload_begin(struct upload *upload, const char *from, int port, const char *path, uint32_t length);

// Sends so many bytes of it, zeros. Returns how many it sent before the server had answered.
size_t upload_send(struct upload *upload, size_t bytes);

// Waits for the server's answer. Whether `text` is among its headers.
bool upload_is_told(struct upload *upload, const char *text);

// Leaves, whatever was sent.
void upload_end(struct upload *upload);
