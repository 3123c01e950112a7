// Times and days as text, by the proleptic Gregorian calendar.

#include "base/timestamp.h"

enum { DAY_SECONDS = 86400, NANO_DIGITS = 9, DAY_LENGTH = 10, CLOCK_LENGTH = 8, ZONE_LENGTH = 6 };
enum { MIN_DAY = -719162, MAX_DAY = 2932896 }; // 0001-01-01, 9999-12-31

static bool is_leap(int year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in(int year, int month) {
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return days[month - 1] + (month == 2 && is_leap(year));
}

// Days since 1970-01-01. Years begin in March here, so that the leap day is the last; 400 years are 146,097 days.
static int32_t day_of(int year, int month, int day) {
  year -= month <= 2;
  int era = (year >= 0 ? year : year - 399) / 400;
  int year_of_era = year - era * 400;
  int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

static void date_of(int32_t days, int *year, int *month, int *day) {
  days += 719468;
  int era = (days >= 0 ? days : days - 146096) / 146097;
  int day_of_era = days - era * 146097;
  int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int month_from_march = (5 * day_of_year + 2) / 153;
  *day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  *month = month_from_march + (month_from_march < 10 ? 3 : -9);
  *year = year_of_era + era * 400 + (*month <= 2);
}

// Reads `count` digits; -1 where one is missing.
static int digits(const char *text, int count) {
  int value = 0;
  for (int i = 0; i < count; i++) {
    if (text[i] < '0' || text[i] > '9')
      return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

static char *put_digits(char *out, int value, int count) {
  for (int i = count - 1; i >= 0; i--, value /= 10)
    out[i] = (char)('0' + value % 10);
  return out + count;
}

bool day_read(const char *text, size_t length, int32_t *day) {
  if (length != DAY_LENGTH || text[4] != '-' || text[7] != '-')
    return false;
  int year = digits(text, 4), month = digits(text + 5, 2), of_month = digits(text + 8, 2);
  if (year < 1 || month < 1 || month > 12 || of_month < 1 || of_month > days_in(year, month))
    return false;
  *day = day_of(year, month, of_month);
  return true;
}

size_t day_write(int32_t day, char text[DAY_TEXT]) {
  text[0] = '\0';
  if (day < MIN_DAY || day > MAX_DAY)
    return 0;
  int year, month, of_month;
  date_of(day, &year, &month, &of_month);
  char *out = put_digits(text, year, 4);
  *out++ = '-';
  out = put_digits(out, month, 2);
  *out++ = '-';
  out = put_digits(out, of_month, 2);
  *out = '\0';
  return DAY_LENGTH;
}

// Reads "08:00:00" into seconds; -1 where it is none.
static int clock_read(const char *text) {
  int hour = digits(text, 2), minute = digits(text + 3, 2), second = digits(text + 6, 2);
  bool is_time = text[2] == ':' && text[5] == ':' && hour >= 0 && minute >= 0 && second >= 0;
  return is_time && hour < 24 && minute < 60 && second < 60 ? (hour * 60 + minute) * 60 + second : -1;
}

// Reads ".123456" where it stands, moving `*at` behind it.
static bool fraction_read(const char **at, const char *end, int32_t *nanos) {
  *nanos = 0;
  if (*at == end || **at != '.')
    return true;
  const char *first = ++*at;
  while (*at < end && **at >= '0' && **at <= '9')
    ++*at;
  int count = *at - first <= NANO_DIGITS ? (int)(*at - first) : 0;
  if (count == 0)
    return false;
  *nanos = digits(first, count);
  for (; count < NANO_DIGITS; count++)
    *nanos *= 10;
  return true;
}

// Reads "Z" or "+08:00", which must be all that is left, into the seconds east of UTC.
static bool zone_read(const char *at, size_t length, int *east) {
  *east = 0;
  if (length == 1 && *at == 'Z')
    return true;
  if (length != ZONE_LENGTH || (at[0] != '+' && at[0] != '-') || at[3] != ':')
    return false;
  int hours = digits(at + 1, 2), minutes = digits(at + 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
    return false;
  *east = (hours * 60 + minutes) * (at[0] == '-' ? -60 : 60);
  return true;
}

bool timestamp_read(const char *text, size_t length, int64_t *seconds, int32_t *nanos) {
  const char *end = text + length, *at = text + DAY_LENGTH + 1 + CLOCK_LENGTH;
  int32_t day;
  int east;
  if (length < DAY_LENGTH + 1 + CLOCK_LENGTH + 1 || text[DAY_LENGTH] != 'T' || !day_read(text, DAY_LENGTH, &day))
    return false;
  int clock = clock_read(text + DAY_LENGTH + 1);
  if (clock < 0 || !fraction_read(&at, end, nanos) || !zone_read(at, (size_t)(end - at), &east))
    return false;
  *seconds = (int64_t)day * DAY_SECONDS + clock - east;
  return *seconds >= TIMESTAMP_MIN_SECONDS && *seconds <= TIMESTAMP_MAX_SECONDS;
}

static char *put_fraction(char *out, int32_t nanos) {
  if (nanos == 0)
    return out;
  int count = NANO_DIGITS;
  for (; nanos % 1000 == 0; nanos /= 1000)
    count -= 3;
  *out++ = '.';
  return put_digits(out, nanos, count);
}

size_t timestamp_write(int64_t seconds, int32_t nanos, char text[TIMESTAMP_TEXT]) {
  text[0] = '\0';
  if (seconds < TIMESTAMP_MIN_SECONDS || seconds > TIMESTAMP_MAX_SECONDS || nanos < 0 || nanos > 999999999)
    return 0;
  int64_t day = (seconds - TIMESTAMP_MIN_SECONDS) / DAY_SECONDS + MIN_DAY;
  int second = (int)(seconds - day * DAY_SECONDS);
  char *out = text + day_write((int32_t)day, text);
  *out++ = 'T';
  out = put_digits(out, second / 3600, 2);
  *out++ = ':';
  out = put_digits(out, second / 60 % 60, 2);
  *out++ = ':';
  out = put_fraction(put_digits(out, second % 60, 2), nanos);
  *out++ = 'Z';
  *out = '\0';
  return (size_t)(out - text);
}
