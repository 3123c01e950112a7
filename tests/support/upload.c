// Frames go out as the server's windows open, and its own are read for that, and for its answer.

#include "support/upload.h"
#include "base/clock.h"
#include "support/client_wire.h"
#include "support/frames.h"
#include "support/socket.h"
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  STREAM = 1,
  WINDOW_BYTES = 65535, // at the beginning
  FRAME_HEAD_BYTES = 9,
  MESSAGE_HEAD_BYTES = 5,
  FRAME_MAX_BYTES = 16384,
  SETTING_BYTES = 6,
  SETTING_WINDOW = 4,
  PATIENCE_MS = 20000,
};

static uint32_t big_endian(const char *bytes, unsigned count) {
  uint32_t number = 0;
  for (unsigned i = 0; i < count; i++)
    number = number << 8 | (uint8_t)bytes[i];
  return number;
}

static void say(struct upload *upload, enum frame_type type, unsigned flags, uint32_t stream, const void *payload,
                uint32_t length) {
  struct buffer frame = {.arena = client_memory()};
  frames_put(&frame, type, flags, stream, payload, length);
  upload->over |= !socket_send(upload->fd, frame.data, frame.length);
}

static void take_settings(struct upload *upload, const char *payload, uint32_t length) {
  for (uint32_t at = 0; at + SETTING_BYTES <= length; at += SETTING_BYTES)
    if (big_endian(payload + at, 2) == SETTING_WINDOW)
      upload->windows[STREAM] += (int64_t)big_endian(payload + at + 2, 4) - WINDOW_BYTES;
  say(upload, FRAME_SETTINGS, 1, 0, "", 0);
}

static void take_frame(struct upload *upload, const char *head, const char *payload, uint32_t length) {
  unsigned type = (uint8_t)head[3], flags = (uint8_t)head[4];
  uint32_t stream = big_endian(head + 5, 4);
  if (type == FRAME_WINDOW_UPDATE && stream < UPLOAD_WINDOWS)
    upload->windows[stream] += big_endian(payload, 4);
  else if (type == FRAME_SETTINGS && !flags)
    take_settings(upload, payload, length);
  else if (type == FRAME_PING && !flags)
    say(upload, FRAME_PING, 1, 0, payload, length);
  else if (type == FRAME_HEADERS)
    buffer_put(&upload->answer, payload, length);
  upload->over |= type == FRAME_RST_STREAM || type == FRAME_GOAWAY || (type == FRAME_HEADERS && flags & FRAME_END_STREAM);
}

static void take_frames(struct upload *upload) {
  struct buffer *come = &upload->come;
  size_t at = 0;
  while (come->length - at >= FRAME_HEAD_BYTES) {
    const char *head = come->data + at;
    uint32_t length = big_endian(head, 3);
    if (come->length - at < FRAME_HEAD_BYTES + length)
      break;
    take_frame(upload, head, head + FRAME_HEAD_BYTES, length);
    at += FRAME_HEAD_BYTES + length;
  }
  memmove(come->data, come->data + at, come->length - at);
  come->length -= at;
}

// Takes what has come, or waits for it so long.
static void hear(struct upload *upload, int timeout_ms) {
  struct pollfd wanted = {.fd = upload->fd, .events = POLLIN};
  if (poll(&wanted, 1, timeout_ms) <= 0)
    return;
  char *room = buffer_reserve(&upload->come, FRAME_MAX_BYTES);
  ssize_t length = recv(upload->fd, room, FRAME_MAX_BYTES, 0);
  if (length <= 0) {
    upload->over = true;
    return;
  }
  upload->come.length += (size_t)length;
  take_frames(upload);
}

bool upload_begin(struct upload *upload, const char *from, int port, const char *path, uint32_t length) {
  struct buffer hello = {.arena = client_memory()};
  *upload = (struct upload){.fd = socket_open_from(from, port),
                            .windows = {WINDOW_BYTES - MESSAGE_HEAD_BYTES, WINDOW_BYTES - MESSAGE_HEAD_BYTES},
                            .come.arena = client_memory(),
                            .answer.arena = client_memory()};
  frames_begin(&hello);
  frames_put_call(&hello, STREAM, path, NULL);
  frames_put_message(&hello, STREAM, length, "", 0, false);
  return upload->fd >= 0 && socket_send(upload->fd, hello.data, hello.length);
}

// As much as the windows let.
static size_t send_piece(struct upload *upload, size_t bytes) {
  static const char zeros[FRAME_MAX_BYTES];
  int64_t piece = bytes < FRAME_MAX_BYTES ? (int64_t)bytes : FRAME_MAX_BYTES;
  for (int i = 0; i < UPLOAD_WINDOWS; i++)
    if (upload->windows[i] < piece)
      piece = upload->windows[i];
  if (piece <= 0)
    return 0;
  say(upload, FRAME_DATA, 0, STREAM, zeros, (uint32_t)piece);
  for (int i = 0; i < UPLOAD_WINDOWS; i++)
    upload->windows[i] -= piece;
  return (size_t)piece;
}

size_t upload_send(struct upload *upload, size_t bytes) {
  size_t sent = 0;
  for (int64_t until_us = clock_us() + PATIENCE_MS * 1000LL; sent < bytes && !upload->over && clock_us() < until_us;) {
    size_t piece = send_piece(upload, bytes - sent);
    sent += piece;
    hear(upload, piece ? 0 : PATIENCE_MS);
  }
  return sent;
}

bool upload_is_told(struct upload *upload, const char *text) {
  for (int64_t until_us = clock_us() + PATIENCE_MS * 1000LL; !upload->over && clock_us() < until_us;)
    hear(upload, PATIENCE_MS);
  return upload->answer.length && memmem(upload->answer.data, upload->answer.length, text, strlen(text)) != NULL;
}

void upload_end(struct upload *upload) {
  close(upload->fd);
}
