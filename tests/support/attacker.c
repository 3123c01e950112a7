// Reasoning by intervals: what a sum and its other parts leave open for one part, and a rate for what it is of.

#include "support/attacker.h"
#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { OTHERS_MOST = 4096, SUMS_MOST = 4096, RATES_MOST = 4096 };

struct attacker_rate {
  int over, under;
  double percent, half; // within half a unit of its last place
};

int attacker_count(const struct attacker *a, int place, int month, int value) {
  return (place * (a->months + 1) + month) * (a->values + 1) + value;
}

static int grid_of(const struct attacker *a) {
  return attacker_count(a, a->places, 0, 0);
}

void attacker_open(struct attacker *a, int records) {
  size_t count = (size_t)grid_of(a) + OTHERS_MOST;
  a->least = calloc(count, sizeof *a->least);
  a->most = malloc(count * sizeof *a->most);
  a->sum = malloc(SUMS_MOST * sizeof *a->sum);
  a->rate = malloc(RATES_MOST * sizeof *a->rate);
  for (size_t i = 0; i < count; i++)
    a->most[i] = records;
}

void attacker_close(struct attacker *a) {
  free(a->least);
  free(a->most);
  free(a->sum);
  free(a->rate);
}

int attacker_other(struct attacker *a) {
  assert(a->others < OTHERS_MOST);
  return grid_of(a) + a->others++;
}

void attacker_sum(struct attacker *a, int whole, const int *parts, int count) {
  assert(a->sums < SUMS_MOST && count <= ATTACKER_PLACES);
  int *sum = a->sum[a->sums++];
  sum[0] = whole;
  sum[1] = count;
  memcpy(sum + 2, parts, (size_t)count * sizeof *parts);
}

void attacker_rate(struct attacker *a, int over, int under, double percent, int decimals) {
  assert(a->rates < RATES_MOST);
  a->rate[a->rates++] =
      (struct attacker_rate){.over = over, .under = under, .percent = percent, .half = 0.5 * pow(10, -decimals) + 1e-9};
}

static bool narrow(int *least, int *most, int new_least, int new_most) {
  bool narrower = new_least > *least || new_most < *most;
  if (new_least > *least)
    *least = new_least;
  if (new_most < *most)
    *most = new_most;
  return narrower;
}

void attacker_told(struct attacker *a, int which, int count) {
  narrow(&a->least[which], &a->most[which], count, count);
}

// What follows from one sum; whether anything did.
static bool sum_follows(struct attacker *a, int whole, const int *parts, int count) {
  int least = 0, most = 0;
  for (int i = 0; i < count; i++) {
    least += a->least[parts[i]];
    most += a->most[parts[i]];
  }
  bool any = narrow(&a->least[whole], &a->most[whole], least, most);
  int whole_least = a->least[whole], whole_most = a->most[whole];
  for (int i = 0; i < count; i++) {
    int p = parts[i], other_least = least - a->least[p], other_most = most - a->most[p];
    bool holds = whole_least <= whole_most && a->least[p] <= a->most[p]; // of what contradicts itself anything would follow
    if (holds && narrow(&a->least[p], &a->most[p], whole_least - other_most, whole_most - other_least)) {
      least = other_least + a->least[p];
      most = other_most + a->most[p];
      any = true;
    }
  }
  return any;
}

// What follows from a rate: of each number that it can be of, those that make it.
static bool rate_follows(struct attacker *a, const struct attacker_rate *r) {
  int over_least = a->most[r->over] + 1, over_most = -1, under_least = a->most[r->under] + 1, under_most = -1;
  for (int under = a->least[r->under]; under <= a->most[r->under]; under++) {
    int least = (int)ceil(under * (r->percent - r->half) / 100), most = (int)floor(under * (r->percent + r->half) / 100);
    least = least > a->least[r->over] ? least : a->least[r->over];
    most = most < a->most[r->over] ? most : a->most[r->over];
    if (under == 0 || least > most)
      continue;
    over_least = least < over_least ? least : over_least;
    over_most = most > over_most ? most : over_most;
    under_least = under < under_least ? under : under_least;
    under_most = under;
  }
  bool any = narrow(&a->least[r->over], &a->most[r->over], over_least, over_most);
  return narrow(&a->least[r->under], &a->most[r->under], under_least, under_most) || any;
}

static bool by_place(struct attacker *a, int place, int month, int value) {
  int parts[ATTACKER_PLACES], count = 0;
  for (int p = 1; p < a->places; p++) {
    if (a->part_of[p] == place)
      parts[count++] = attacker_count(a, p, month, value);
  }
  return count && sum_follows(a, attacker_count(a, place, month, value), parts, count);
}

static bool by_month(struct attacker *a, int place, int value) {
  int parts[ATTACKER_PLACES];
  for (int m = 1; m <= a->months; m++)
    parts[m - 1] = attacker_count(a, place, m, value);
  return sum_follows(a, attacker_count(a, place, 0, value), parts, a->months);
}

static bool by_value(struct attacker *a, int place, int month, int dimension) {
  int parts[ATTACKER_VALUES], count = 0;
  for (int v = 1; v <= a->values; v++) {
    if (a->dimension[v] == dimension)
      parts[count++] = attacker_count(a, place, month, v);
  }
  return count && sum_follows(a, attacker_count(a, place, month, 0), parts, count);
}

static bool consistent(const struct attacker *a) {
  for (int i = 0; i < grid_of(a) + a->others; i++) {
    if (a->least[i] > a->most[i])
      return false;
  }
  return true;
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
    for (int i = 0; i < a->sums; i++)
      any |= sum_follows(a, a->sum[i][0], a->sum[i] + 2, a->sum[i][1]);
    for (int i = 0; i < a->rates; i++)
      any |= rate_follows(a, &a->rate[i]);
    if (!consistent(a))
      return false;
  }
  return consistent(a);
}

bool attacker_knows(const struct attacker *a, int which, int *count) {
  *count = a->least[which];
  return a->least[which] == a->most[which];
}
