// Arenas: bump allocation in blocks that grow. Closed arenas leave their blocks in bounded lists for the next, on whatever
// thread, so that a call in a steady state costs no malloc. Under AddressSanitizer each piece is a malloc of its own, so that
// it sees overruns.

#include "base/arena.h"
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_CHECKED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_CHECKED 1
#endif
#endif
#ifndef ARENA_CHECKED
#define ARENA_CHECKED 0
#endif

enum { ALIGNMENT = _Alignof(max_align_t) };

// Blocks by size. The last class is for what fits no other: exactly as large as asked for, never kept.
enum { KEPT_CLASSES = 5, CLASS_LARGE = KEPT_CLASSES };

struct arena_block {
  _Alignas(max_align_t) struct arena_block *older;
  size_t size; // with this head
  unsigned class;
};

// Blocks that no arena has now: at most 11 MiB in all.
static struct {
  pthread_mutex_t lock;
  const size_t size;
  const unsigned limit;
  unsigned count;
  struct arena_block *first;
} kept[KEPT_CLASSES] = {
    {PTHREAD_MUTEX_INITIALIZER, .size = 4 << 10, .limit = 256}, {PTHREAD_MUTEX_INITIALIZER, .size = 16 << 10, .limit = 128},
    {PTHREAD_MUTEX_INITIALIZER, .size = 64 << 10, .limit = 32}, {PTHREAD_MUTEX_INITIALIZER, .size = 256 << 10, .limit = 8},
    {PTHREAD_MUTEX_INITIALIZER, .size = 1 << 20, .limit = 4},
};

static _Noreturn void out_of_memory(size_t size) {
  fprintf(stderr, "out of memory: %zu bytes\n", size);
  abort();
}

static struct arena_block *take_kept(unsigned class) {
  pthread_mutex_lock(&kept[class].lock);
  struct arena_block *block = kept[class].first;
  if (block) {
    kept[class].first = block->older;
    kept[class].count--;
  }
  pthread_mutex_unlock(&kept[class].lock);
  return block;
}

static bool keep(struct arena_block *block) {
  if (block->class == CLASS_LARGE)
    return false;
  pthread_mutex_lock(&kept[block->class].lock);
  bool has_room = kept[block->class].count < kept[block->class].limit;
  if (has_room) {
    block->older = kept[block->class].first;
    kept[block->class].first = block;
    kept[block->class].count++;
  }
  pthread_mutex_unlock(&kept[block->class].lock);
  return has_room;
}

static void block_free(struct arena_block *block) {
  if (!keep(block))
    free(block);
}

static struct arena_block *block_make(unsigned class, size_t size) {
  struct arena_block *block = class == CLASS_LARGE ? NULL : take_kept(class);
  if (block)
    return block;
  block = malloc(size);
  if (!block)
    out_of_memory(size);
  block->size = size;
  block->class = class;
  return block;
}

// The class of a new block with `size` bytes: one above the newest block's, or what it takes.
static unsigned class_for(const struct arena *arena, size_t size) {
  if (ARENA_CHECKED)
    return CLASS_LARGE;
  unsigned class = arena->blocks && arena->blocks->class != CLASS_LARGE ? arena->blocks->class + 1 : 0;
  if (class >= KEPT_CLASSES)
    class = KEPT_CLASSES - 1;
  while (class < KEPT_CLASSES && kept[class].size < size)
    class ++;
  return class;
}

// `size` bytes from a new block. One of its own goes behind the newest, of which the rest stays in use.
static void *alloc_from_new_block(struct arena *arena, size_t size) {
  size_t needed = sizeof(struct arena_block) + size;
  unsigned class = class_for(arena, needed);
  struct arena_block *block = block_make(class, class == CLASS_LARGE ? needed : kept[class].size);
  char *start = (char *)(block + 1);
  if (class == CLASS_LARGE && arena->blocks) {
    block->older = arena->blocks->older;
    arena->blocks->older = block;
    return start;
  }
  block->older = arena->blocks;
  arena->blocks = block;
  arena->next = start + size;
  arena->end = (char *)block + block->size;
  return start;
}

static void count(struct arena *arena, size_t size) {
  arena->used_bytes += size;
  if (arena->limit_bytes > 0 && arena->used_bytes > arena->limit_bytes)
    arena->exceeded = true;
}

// What `size` bytes take: aligned, except where an overrun by one byte is to be seen.
static size_t footprint(size_t size) {
  if (size > SIZE_MAX / 2)
    out_of_memory(size);
  if (ARENA_CHECKED)
    return size;
  return size == 0 ? ALIGNMENT : (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

void *arena_alloc(struct arena *arena, size_t size) {
  size_t taken = footprint(size);
  count(arena, size);
  if (ARENA_CHECKED || taken > (size_t)(arena->end - arena->next))
    return alloc_from_new_block(arena, taken);
  void *memory = arena->next;
  arena->next += taken;
  return memory;
}

bool arena_extend(struct arena *arena, const void *memory, size_t size, size_t new_size) {
  if (ARENA_CHECKED || !memory || new_size < size)
    return false;
  size_t taken = footprint(size), wanted = footprint(new_size);
  if ((const char *)memory + taken != arena->next || wanted - taken > (size_t)(arena->end - arena->next))
    return false;
  count(arena, new_size - size);
  arena->next += wanted - taken;
  return true;
}

void *arena_zalloc(struct arena *arena, size_t size) {
  return memset(arena_alloc(arena, size), 0, size);
}

void *arena_array(struct arena *arena, size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes))
    out_of_memory(SIZE_MAX);
  return arena_zalloc(arena, bytes);
}

char *arena_strndup(struct arena *arena, const char *text, size_t length) {
  char *copy = arena_alloc(arena, length + 1);
  if (length > 0)
    memcpy(copy, text, length);
  copy[length] = '\0';
  return copy;
}

char *arena_strdup(struct arena *arena, const char *text) {
  return arena_strndup(arena, text, strlen(text));
}

char *arena_vprintf(struct arena *arena, const char *format, va_list arguments) {
  va_list again;
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, arguments);
  if (length < 0)
    out_of_memory(0); // only a format that names no conversion, or no memory
  char *text = arena_alloc(arena, (size_t)length + 1);
  vsnprintf(text, (size_t)length + 1, format, again);
  va_end(again);
  return text;
}

char *arena_printf(struct arena *arena, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  char *text = arena_vprintf(arena, format, arguments);
  va_end(arguments);
  return text;
}

void arena_close(struct arena *arena) {
  for (struct arena_block *block = arena->blocks, *older; block; block = older) {
    older = block->older;
    block_free(block);
  }
  *arena = (struct arena){.limit_bytes = arena->limit_bytes};
}

void arena_reset(struct arena *arena) {
  struct arena_block *first = arena->blocks;
  while (first && first->older) {
    struct arena_block *older = first->older;
    block_free(first);
    first = older;
  }
  arena->blocks = first;
  if (!first || first->class == CLASS_LARGE) {
    arena_close(arena);
    return;
  }
  *arena = (struct arena){
      .blocks = first,
      .next = (char *)(first + 1),
      .end = (char *)first + first->size,
      .limit_bytes = arena->limit_bytes,
  };
}

void *arena_hold(size_t size, size_t offset) {
  struct arena arena = {0};
  char *object = arena_zalloc(&arena, size);
  memcpy(object + offset, &arena, sizeof arena);
  return object;
}

void arena_drop(struct arena *own) {
  struct arena arena = *own; // it lies in what is freed
  arena_close(&arena);
}
