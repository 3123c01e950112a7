// Memory of one call: taken in pieces, given back in one go.

#pragma once
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct arena_block;

// An arena. Zeroed it is empty and ready, without a limit. Used by one thread at a time; which one may change, and the one that
// closes it need not be the one that filled it.
struct arena {
  struct arena_block *blocks; // newest first
  char *next, *end;           // what is left of the newest block
  size_t used_bytes;          // asked for so far
  size_t limit_bytes;         // 0: none. Past it arena_alloc still answers, and `exceeded` is set
  bool exceeded;
};

// Memory of `size` bytes, aligned for any type, uninitialised. Never NULL: a process that gets no memory aborts.
void *arena_alloc(struct arena *arena, size_t size);

// The same, zeroed.
void *arena_zalloc(struct arena *arena, size_t size);

// Makes `memory` of `size` bytes larger where it lies; the new bytes are uninitialised. False where something lies behind it:
// it is unchanged then.
bool arena_extend(struct arena *arena, const void *memory, size_t size, size_t new_size);

// Room for `count` elements of `size` bytes, zeroed; aborts where the product overflows.
void *arena_array(struct arena *arena, size_t count, size_t size);

// A copy of `length` bytes of `text` with a NUL behind.
char *arena_strndup(struct arena *arena, const char *text, size_t length);

char *arena_strdup(struct arena *arena, const char *text);

// Formatted text.
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));

// Frees everything that came from `arena` and leaves it empty and ready, its limit as it was. It may be thrown away then.
void arena_close(struct arena *arena);

// The same, but keeps the first block for the next use: an arena_close must still follow.
void arena_reset(struct arena *arena);

// A zeroed object of `size` bytes in a fresh arena of its own, which lies in the object at `offset`: what lives from its _open
// to its _close takes its memory from there. arena_drop, on that arena, frees the object and all that came from it.
void *arena_hold(size_t size, size_t offset);
void arena_drop(struct arena *own);
