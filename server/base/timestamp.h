// RFC 3339 times and calendar days.

#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TIMESTAMP_TEXT = 40, DAY_TEXT = 16 };

// 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z, what google.protobuf.Timestamp may hold.
#define TIMESTAMP_MIN_SECONDS (-62135596800LL)
#define TIMESTAMP_MAX_SECONDS 253402300799LL

// Reads "2026-03-01T08:00:00.123456+08:00"; up to nine digits of a second. False where it is none or out of range.
bool timestamp_read(const char *text, size_t length, int64_t *seconds, int32_t *nanos);

// Writes UTC with Z and 0, 3, 6 or 9 digits, as the proto3 JSON mapping says. Returns the length; 0 and no text where out of
// range.
size_t timestamp_write(int64_t seconds, int32_t nanos, char text[TIMESTAMP_TEXT]);

// Reads "2026-03-01" into days since 1970-01-01; false where there is no such day (years 1 to 9999).
bool day_read(const char *text, size_t length, int32_t *day);

// Writes a day. Returns the length; 0 and no text outside the years 1 to 9999.
size_t day_write(int32_t day, char text[DAY_TEXT]);
