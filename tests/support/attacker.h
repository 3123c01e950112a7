// Somebody who takes all the counts that he is told and reasons what the others must be: each count is the sum of its parts, by
// place, by month and by each dimension's values, and none is below zero.

#pragma once
#include <stdbool.h>

// The counts that there are: places (0 the city, the others with the place that they are part of), months (0 the whole year),
// values (0 all of them, the others each of one of two dimensions).
struct attacker {
  int places, months, values;
  int part_of[256];
  int dimension[64]; // of each value: 1 or 2
  int *least, *most; // what he knows of each count
};

// He knows that there are at most `records` of anything. Freed by attacker_close.
void attacker_open(struct attacker *attacker, int records);
void attacker_close(struct attacker *attacker);

// He is told a count.
void attacker_told(struct attacker *attacker, int place, int month, int value, int count);

// He reasons until nothing more follows. False where what he was told cannot be.
bool attacker_reason(struct attacker *attacker);

// Whether he knows a count.
bool attacker_knows(const struct attacker *attacker, int place, int month, int value, int *count);
