// Reasons become words for users here.

#include "schema/words.h"
#include "base/buffer.h"
#include <string.h>
#include <strings.h>

static const struct {
  const char *reason;
  const char *texts[LANGUAGES];
  bool hiding;
} TABLE[] = {
#define ROW(reason, chinese, english, hiding) {#reason, {[LANGUAGE_ZH_CN] = (chinese), [LANGUAGE_EN] = (english)}, hiding},
#define WORDS(reason, chinese, english) ROW(reason, chinese, english, false)
#define HIDING(reason, chinese, english) ROW(reason, chinese, english, true)
#include "schema/words_table.h"
#undef HIDING
#undef WORDS
#undef ROW
};

static const char *const GENERAL[LANGUAGES] = {[LANGUAGE_ZH_CN] = "不符合要求", [LANGUAGE_EN] = "is not as it must be"};

static const char *const TAGS[LANGUAGES] = {[LANGUAGE_ZH_CN] = "zh-CN", [LANGUAGE_EN] = "en"};

enum { ROWS = sizeof TABLE / sizeof *TABLE };

// Its place in the table; ROWS where it is not there.
static size_t place_of(const char *reason) {
  size_t place = 0;
  while (place < ROWS && strcmp(TABLE[place].reason, reason) != 0)
    place++;
  return place;
}

static const char *text_of(const char *reason, enum language language) {
  size_t place = place_of(reason);
  return place < ROWS ? TABLE[place].texts[language] : NULL;
}

bool words_known(const char *reason) {
  return place_of(reason) < ROWS;
}

bool words_hide(const char *reason) {
  size_t place = place_of(reason);
  return place < ROWS && TABLE[place].hiding;
}

// Writes what stands for the place {…} that begins at `at`; where it ends.
static const char *fill_place(struct buffer *out, const char *at, const char *limit) {
  const char *end = strchr(at, '}'), *bar = memchr(at, '|', (size_t)(end - at));
  if (at + 1 == end) {
    buffer_string(out, limit);
    return end;
  }
  const char *number = limit;
  for (char place = at[1]; place > '1'; place--) {
    number += strcspn(number, " ");
    number += strspn(number, " ");
  }
  size_t digits = strcspn(number, " ");
  buffer_put(out, number, digits);
  if (!bar)
    return end;
  bool is_one = digits == 1 && *number == '1';
  const char *word = is_one ? at + strlen("{1 ") : bar + 1;
  buffer_byte(out, ' ');
  buffer_put(out, word, (size_t)((is_one ? bar : end) - word));
  return end;
}

// Puts `limit` in where the text has places for it, or leaves out what stands in brackets.
static const char *fill(const char *text, const char *limit, struct arena *arena) {
  struct buffer out = {.arena = arena};
  for (const char *at = text; *at; at++) {
    if (*at == '[' && !limit) {
      at = strchr(at, ']');
    } else if (*at == '{') {
      at = fill_place(&out, at, limit ? limit : "");
    } else if (*at != '[' && *at != ']') {
      buffer_byte(&out, *at);
    }
  }
  return buffer_text(&out);
}

const char *words_reason(const char *reason, const char *limit, enum language language, struct arena *arena) {
  const char *text = text_of(reason, language);
  if (!text)
    return GENERAL[language];
  return strpbrk(text, "[{") ? fill(text, limit, arena) : text;
}

const char *words_language_tag(enum language language) {
  return TAGS[language];
}

// The language that a tag such as "en-GB" stands for; LANGUAGES: none spoken here.
static enum language language_of(const char *tag, size_t length) {
  size_t primary = strcspn(tag, "-;, \t");
  primary = primary < length ? primary : length;
  if (primary == 2 && strncasecmp(tag, "en", 2) == 0)
    return LANGUAGE_EN;
  bool chinese = (primary == 2 && strncasecmp(tag, "zh", 2) == 0) || (primary == 1 && *tag == '*');
  return chinese ? LANGUAGE_ZH_CN : LANGUAGES;
}

// The weight behind ";q=", in thousandths; 1000 where none is given.
static int weight_of(const char *item, size_t length) {
  const char *mark = memchr(item, ';', length);
  if (!mark)
    return 1000;
  mark += 1 + strspn(mark + 1, " \t");
  if (strncasecmp(mark, "q=", 2) != 0)
    return 1000;
  int weight = mark[2] == '1' ? 1000 : 0;
  if (weight == 0 && mark[2] == '0' && mark[3] == '.') {
    const char *digit = mark + 4;
    for (int place = 100; place > 0 && *digit >= '0' && *digit <= '9'; place /= 10)
      weight += (*digit++ - '0') * place;
  }
  return weight;
}

enum language words_language(const char *accept_language) {
  enum language best = LANGUAGE_ZH_CN;
  int best_weight = 0;
  for (const char *at = accept_language; at && *at;) {
    at += strspn(at, ", \t");
    size_t length = strcspn(at, ",");
    enum language language = language_of(at, length);
    int weight = weight_of(at, length);
    if (language != LANGUAGES && weight > best_weight) {
      best = language;
      best_weight = weight;
    }
    at += length;
  }
  return best;
}
