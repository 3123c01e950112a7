// Reasoning by intervals: what a sum and its other parts leave open for one part.

#include "support/attacker.h"
#include <stddef.h>
#include <stdlib.h>

enum { PARTS_MOST = 512 };

static size_t at(const struct attacker *a, int place, int month, int value) {
  return ((size_t)place * (size_t)(a->months + 1) + (size_t)month) * (size_t)(a->values + 1) + (size_t)value;
}

void attacker_open(struct attacker *a, int records) {
  size_t count = at(a, a->places, 0, 0);
  a->least = calloc(count, sizeof *a->least);
  a->most = malloc(count * sizeof *a->most);
  for (size_t i = 0; i < count; i++)
    a->most[i] = records;
}

void attacker_close(struct attacker *a) {
  free(a->least);
  free(a->most);
}

void attacker_told(struct attacker *a, int place, int month, int value, int count) {
  a->least[at(a, place, month, value)] = a->most[at(a, place, month, value)] = count;
}

struct sum {
  size_t whole, parts[PARTS_MOST];
  int count;
};

static bool narrow(int *least, int *most, int new_least, int new_most) {
  bool narrower = new_least > *least || new_most < *most;
  if (new_least > *least)
    *least = new_least;
  if (new_most < *most)
    *most = new_most;
  return narrower;
}

// What follows from one sum; whether anything did.
static bool follows(struct attacker *a, const struct sum *sum) {
  int least = 0, most = 0;
  for (int i = 0; i < sum->count; i++) {
    least += a->least[sum->parts[i]];
    most += a->most[sum->parts[i]];
  }
  bool any = narrow(&a->least[sum->whole], &a->most[sum->whole], least, most);
  int whole_least = a->least[sum->whole], whole_most = a->most[sum->whole];
  for (int i = 0; i < sum->count; i++) {
    size_t p = sum->parts[i];
    int other_least = least - a->least[p], other_most = most - a->most[p];
    if (narrow(&a->least[p], &a->most[p], whole_least - other_most, whole_most - other_least)) {
      least = other_least + a->least[p];
      most = other_most + a->most[p];
      any = true;
    }
  }
  return any;
}

static bool by_place(struct attacker *a, int place, int month, int value) {
  struct sum sum = {.whole = at(a, place, month, value)};
  for (int p = 1; p < a->places; p++) {
    if (a->part_of[p] == place)
      sum.parts[sum.count++] = at(a, p, month, value);
  }
  return sum.count && follows(a, &sum);
}

static bool by_month(struct attacker *a, int place, int value) {
  struct sum sum = {.whole = at(a, place, 0, value)};
  for (int m = 1; m <= a->months; m++)
    sum.parts[sum.count++] = at(a, place, m, value);
  return follows(a, &sum);
}

static bool by_value(struct attacker *a, int place, int month, int dimension) {
  struct sum sum = {.whole = at(a, place, month, 0)};
  for (int v = 1; v <= a->values; v++) {
    if (a->dimension[v] == dimension)
      sum.parts[sum.count++] = at(a, place, month, v);
  }
  return sum.count && follows(a, &sum);
}

bool attacker_reason(struct attacker *a) {
  enum { ROUNDS_MOST = 1000 };
  bool any = true;
  for (int round = 0; any && round < ROUNDS_MOST; round++) {
    any = false;
    for (int p = 0; p < a->places; p++) {
      for (int v = 0; v <= a->values; v++)
        any |= by_month(a, p, v);
      for (int m = 0; m <= a->months; m++) {
        any |= by_value(a, p, m, 1);
        any |= by_value(a, p, m, 2);
        for (int v = 0; v <= a->values; v++)
          any |= by_place(a, p, m, v);
      }
    }
  }
  size_t count = at(a, a->places, 0, 0);
  for (size_t i = 0; i < count; i++) {
    if (a->least[i] > a->most[i])
      return false;
  }
  return true;
}

bool attacker_knows(const struct attacker *a, int place, int month, int value, int *count) {
  size_t i = at(a, place, month, value);
  *count = a->least[i];
  return a->least[i] == a->most[i];
}
