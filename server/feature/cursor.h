// Cursors: state that a client keeps for us and cannot change, nor use with another method.

#pragma once
#include "call/call.h"

// The state as a cursor of the call's method, for the call's caller. In `arena`.
char *cursor_write(const struct call *call, const char *state, struct arena *arena);

// The state that a cursor carries and whose it is; NULL where it is not one of the call's method. In the call's arena.
char *cursor_read(struct call *call, const char *cursor, uint8_t user[UUID_BYTES]);
