// Somebody who takes all the counts that he is told and reasons what the others must be: counts by place, month and the values
// of dimensions, each the sum of its parts, and none below zero; and whatever other counts, sums and rates he knows of.

#pragma once
#include <stdbool.h>

enum { ATTACKER_PLACES = 256, ATTACKER_VALUES = 64 };

// The counts that there are: places (0 the city, the others with the place that they are part of), months (0 the whole year),
// values (0 all of them, the others each of one of two dimensions).
struct attacker {
  int places, months, values;
  int part_of[ATTACKER_PLACES];
  int dimension[ATTACKER_VALUES]; // of each value: 1 or 2
  int *least, *most;              // what he knows of each count
  int others, sums, rates;        // how many he knows of besides
  int (*sum)[2 + ATTACKER_PLACES];
  struct attacker_rate *rate;
};

// He knows that there are at most `records` of anything. Freed by attacker_close.
void attacker_open(struct attacker *attacker, int records);
void attacker_close(struct attacker *attacker);

// Names a count by place, month and value; one that is no such, new.
int attacker_count(const struct attacker *attacker, int place, int month, int value);
int attacker_other(struct attacker *attacker);

// He knows that a count is the sum of others; that a count is so many percent of another, rounded to so many decimals.
void attacker_sum(struct attacker *attacker, int whole, const int *parts, int count);
void attacker_rate(struct attacker *attacker, int over, int under, double percent, int decimals);

// He is told a count.
void attacker_told(struct attacker *attacker, int which, int count);

// He reasons until nothing more follows. False where what he was told cannot be.
bool attacker_reason(struct attacker *attacker);

// Whether he knows a count.
bool attacker_knows(const struct attacker *attacker, int which, int *count);
