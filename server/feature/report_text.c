// A work report becomes sentences here.

#include "feature/report_text.h"
#include "feature/document.h"
#include "feature/figures.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { KEY_LIMIT = 64, TABLE_COLUMNS = 5, NUMBER_TEXT = 48 };

static const struct sentence {
  bool heading;
  const char *texts[LANGUAGES];
} SENTENCES[] = {
#define SECTION(chinese, english) {true, {[LANGUAGE_ZH_CN] = (chinese), [LANGUAGE_EN] = (english)}},
#define SENTENCE(chinese, english) {false, {[LANGUAGE_ZH_CN] = (chinese), [LANGUAGE_EN] = (english)}},
#include "feature/report_sentences.h"
#undef SECTION
#undef SENTENCE
};

enum { SENTENCE_COUNT = sizeof SENTENCES / sizeof *SENTENCES };

static char *text_of(const char *text) {
  return (char *)(uintptr_t)text;
}

static void name_figure(Zoufang__V1__Figure *figure, enum language language) {
  const struct figure *known = figure_of(figure->key);
  if (!known)
    return;
  figure->name = text_of(known->names[language]);
  figure->definition = text_of(known->definitions[language]);
  figure->unit = text_of(figure_unit(known->unit, language));
  figure->change_unit = text_of(figure_change_unit(known->unit, language));
}

void report_name_figures(Zoufang__V1__WorkReport *report, enum language language) {
  for (size_t i = 0; i < report->n_figures; i++)
    name_figure(report->figures[i], language);
}

// What the report says besides.
#define PHRASE(name, chinese, english) PHRASE_##name,
enum phrase {
#include "feature/report_phrases.h"
};
#undef PHRASE

#define PHRASE(name, chinese, english) [PHRASE_##name] = {[LANGUAGE_ZH_CN] = (chinese), [LANGUAGE_EN] = (english)},
static const char *const PHRASES[][LANGUAGES] = {
#include "feature/report_phrases.h"
};
#undef PHRASE

struct writing {
  const Zoufang__V1__WorkReport *report;
  enum language language;
  struct arena *arena;
  struct document document;
};

static const char *say(const struct writing *writing, enum phrase phrase) {
  return PHRASES[phrase][writing->language];
}

// What stands between braces: a key, whether its change is meant, and the nouns for one and for many ("" where none).
struct slot {
  char key[KEY_LIMIT];
  bool change;
  const char *one, *many;
  int one_length, many_length;
};

// Reads the slot behind "{" and gives what follows its "}".
static const char *read_slot(const char *at, struct slot *slot) {
  const char *end = strchr(at, '}');
  size_t length = strcspn(at, " ~}");
  *slot = (struct slot){.change = at[length] == '~', .one = "", .many = ""};
  snprintf(slot->key, sizeof slot->key, "%.*s", (int)length, at);
  if (at[length] == ' ') {
    const char *bar = memchr(at, '|', (size_t)(end - at));
    slot->one = at + length + 1;
    slot->one_length = (int)(bar - slot->one);
    slot->many = bar + 1;
    slot->many_length = (int)(end - slot->many);
  }
  return end + 1;
}

static const Zoufang__V1__Figure *figure_in(const Zoufang__V1__WorkReport *report, const char *key) {
  for (size_t i = 0; i < report->n_figures; i++) {
    if (strcmp(report->figures[i]->key, key) == 0)
      return report->figures[i];
  }
  return NULL;
}

// A number as it is read: English groups its thousands.
static const char *number_text(double number, enum language language, struct arena *arena) {
  char plain[NUMBER_TEXT];
  snprintf(plain, sizeof plain, "%.15g", number);
  if (language != LANGUAGE_EN)
    return arena_strdup(arena, plain);
  struct buffer out = {.arena = arena};
  size_t whole = strcspn(plain, "."), sign = plain[0] == '-';
  for (size_t i = 0; plain[i]; i++) {
    if (i > sign && i < whole && (whole - i) % 3 == 0)
      buffer_byte(&out, ',');
    buffer_byte(&out, plain[i]);
  }
  return buffer_text(&out);
}

static const char *count_text(const struct writing *writing, int64_t count) {
  return number_text((double)count, writing->language, writing->arena);
}

// "（同比上升12.5%）", " (up 12.5% on the year before)"; "" where there is no change to tell.
static const char *change_text(const struct writing *writing, const Zoufang__V1__Figure *figure) {
  if (!figure->change)
    return "";
  double change = figure->change->value, size = fabs(change);
  if (change == 0)
    return say(writing, PHRASE_AS_BEFORE);
  bool rank = figure_of(figure->key)->unit == UNIT_RANK, up = change > 0;
  enum phrase phrase = rank ? up ? PHRASE_WORSE : PHRASE_BETTER : up ? PHRASE_UP : PHRASE_DOWN;
  bool apart = writing->language == LANGUAGE_EN && *figure->change_unit != '%';
  const char *number = number_text(size, writing->language, writing->arena);
  const char *unit = rank ? say(writing, size == 1 ? PHRASE_PLACE : PHRASE_PLACES) : figure->change_unit;
  return arena_printf(writing->arena, say(writing, phrase), number, apart ? " " : "", unit);
}

// A sentence with what the figures read; NULL where it would speak of what is absent, or of zeros alone. A rate of zero is one
// of something.
static const char *sentence_text(const struct writing *writing, const char *text) {
  struct buffer out = {.arena = writing->arena};
  bool any = false;
  struct slot slot;
  for (const char *at = text; *at;) {
    if (*at != '{') {
      buffer_byte(&out, *at++);
      continue;
    }
    at = read_slot(at + 1, &slot);
    const Zoufang__V1__Figure *figure = figure_in(writing->report, slot.key);
    if (slot.change && figure) {
      buffer_string(&out, change_text(writing, figure));
      continue;
    }
    if (!figure || !figure->value)
      return NULL;
    double value = figure->value->value;
    any |= value != 0 || figure_of(slot.key)->unit == UNIT_PERCENT;
    buffer_string(&out, number_text(value, writing->language, writing->arena));
    if (*slot.one)
      buffer_printf(&out, " %.*s", value == 1 ? slot.one_length : slot.many_length, value == 1 ? slot.one : slot.many);
  }
  return any ? buffer_text(&out) : NULL;
}

static void write_sentences(struct writing *writing) {
  const char *heading = NULL;
  for (size_t i = 0; i < SENTENCE_COUNT; i++) {
    const char *template = SENTENCES[i].texts[writing->language];
    if (SENTENCES[i].heading) {
      heading = template;
      continue;
    }
    const char *text = sentence_text(writing, template);
    if (text && heading)
      document_heading(&writing->document, heading);
    heading = text ? NULL : heading;
    if (text)
      document_paragraph(&writing->document, text);
  }
}

// A share of a whole in percent, "12.5%".
static const char *share_text(const struct writing *writing, int64_t part, int64_t whole) {
  double share = whole ? round(1000.0 * (double)part / (double)whole) / 10 : 0;
  return arena_printf(writing->arena, "%s%%", number_text(share, writing->language, writing->arena));
}

// What slots of a phrase stand for, by key; a NULL ends them.
struct word {
  const char *key, *text;
};
struct number {
  const char *key;
  int64_t number;
};

static void put_slot(const struct writing *writing, struct buffer *out, const struct slot *slot, const struct word *words,
                     const struct number *numbers) {
  for (; words && words->key; words++) {
    if (strcmp(words->key, slot->key) == 0)
      buffer_string(out, words->text);
  }
  for (; numbers->key; numbers++) {
    if (strcmp(numbers->key, slot->key) != 0)
      continue;
    buffer_string(out, count_text(writing, numbers->number));
    bool one = numbers->number == 1;
    if (*slot->one)
      buffer_printf(out, " %.*s", one ? slot->one_length : slot->many_length, one ? slot->one : slot->many);
  }
}

// An item of a list, whatever its numbers are.
static void write_item(struct writing *writing, enum phrase phrase, const struct word *words, const struct number *numbers) {
  struct buffer out = {.arena = writing->arena};
  struct slot slot;
  for (const char *at = say(writing, phrase); *at;) {
    if (*at != '{') {
      buffer_byte(&out, *at++);
      continue;
    }
    at = read_slot(at + 1, &slot);
    put_slot(writing, &out, &slot, words, numbers);
  }
  document_item(&writing->document, buffer_text(&out));
}

// The townships with most reports.
static const char *townships_text(const struct writing *writing) {
  const Zoufang__V1__WhereToLook *look = writing->report->look;
  struct buffer list = {.arena = writing->arena};
  for (size_t i = 0; i < look->n_townships; i++) {
    const char *count = count_text(writing, look->townships[i]->reports_received);
    buffer_string(&list, i == 0 ? "" : say(writing, PHRASE_AND));
    buffer_printf(&list, say(writing, PHRASE_TOWNSHIP), look->townships[i]->name, count);
  }
  return buffer_text(&list);
}

// A number that is expected, with one decimal at most.
static const char *expected_text(const struct writing *writing, double expected) {
  return number_text(round(expected * 10) / 10, writing->language, writing->arena);
}

// What a hot spot is about: type and cause, as far as they were stated.
static const char *subject_text(const struct writing *writing, const Zoufang__V1__HotSpot *spot) {
  const char *type = *spot->problem_type_name ? spot->problem_type_name : say(writing, PHRASE_NO_TYPE);
  return *spot->cause_name ? arena_printf(writing->arena, say(writing, PHRASE_TYPE_AND_CAUSE), type, spot->cause_name) : type;
}

static void write_hot_spots(struct writing *writing) {
  const Zoufang__V1__WhereToLook *look = writing->report->look;
  for (size_t i = 0; i < look->n_hot_spots; i++) {
    const Zoufang__V1__HotSpot *spot = look->hot_spots[i];
    const struct word words[] = {
        {"region", spot->region_name},
        {"subject", subject_text(writing, spot)},
        {"past", expected_text(writing, spot->expected_by_past)},
        {"neighbours", expected_text(writing, spot->expected_by_neighbours)},
        {NULL, NULL},
    };
    const struct number numbers[] = {{"received", spot->received}, {NULL, 0}};
    write_item(writing, PHRASE_HOT_SPOT, words, numbers);
  }
}

static void write_places(struct writing *writing) {
  const Zoufang__V1__WhereToLook *look = writing->report->look;
  int64_t received = look->reports_received->value, repeats = look->reports_repeated->value,
          skips = look->reports_skipping_levels->value;
  const struct word words[] = {
      {"townships", townships_text(writing)},
      {"repeated_share", share_text(writing, repeats, received)},
      {"skipping_share", share_text(writing, skips, received)},
      {NULL, NULL},
  };
  const struct number numbers[] = {{"repeated", repeats}, {"skipping", skips}, {NULL, 0}};
  write_item(writing, PHRASE_TOWNSHIPS, words, numbers);
  write_item(writing, PHRASE_REPEATED, words, numbers);
}

static void write_open(struct writing *writing) {
  const Zoufang__V1__WhereToLook *look = writing->report->look;
  const struct number numbers[] = {
      {"open", look->open_leads->value},
      {"quarter", look->open_leads_over_three_months->value},
      {"year", look->open_leads_over_one_year->value},
      {"items", look->recommendation_items_overdue->value},
      {"villages", look->villages->value},
      {"unvisited", look->villages_not_visited->value},
      {NULL, 0},
  };
  static const enum phrase phrases[] = {PHRASE_OPEN, PHRASE_ITEMS_OVERDUE, PHRASE_UNVISITED};
  for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
    write_item(writing, phrases[i], NULL, numbers);
}

static void write_look(struct writing *writing) {
  const Zoufang__V1__WhereToLook *look = writing->report->look;
  if (!look || !look->reports_received || !look->open_leads || !look->recommendation_items_overdue || !look->villages)
    return;
  document_heading(&writing->document, say(writing, PHRASE_WHERE_TO_LOOK));
  write_hot_spots(writing);
  if (look->n_townships)
    write_places(writing);
  write_open(writing);
}

static const char *cell_text(const struct writing *writing, const Google__Protobuf__DoubleValue *number) {
  return number ? number_text(number->value, writing->language, writing->arena) : say(writing, PHRASE_ABSENT);
}

// With its sign and its unit: "+12.5%", "-2 places".
static const char *change_cell_text(const struct writing *writing, const Zoufang__V1__Figure *figure) {
  if (!figure->change)
    return say(writing, PHRASE_ABSENT);
  bool apart = writing->language == LANGUAGE_EN && *figure->change_unit != '%';
  return arena_printf(writing->arena, "%s%s%s%s", figure->change->value > 0 ? "+" : "", cell_text(writing, figure->change),
                      apart ? " " : "", figure->change_unit);
}

static void write_table(struct writing *writing) {
  const char *const headings[TABLE_COLUMNS] = {say(writing, PHRASE_FIGURE), say(writing, PHRASE_UNIT), say(writing, PHRASE_NOW),
                                               say(writing, PHRASE_BEFORE), say(writing, PHRASE_CHANGE)};
  struct document *document = &writing->document;
  document_heading(document, say(writing, PHRASE_ALL_FIGURES));
  document_table(document, headings, TABLE_COLUMNS);
  bool any_absent = false;
  for (size_t i = 0; i < writing->report->n_figures; i++) {
    const Zoufang__V1__Figure *figure = writing->report->figures[i];
    any_absent |= !figure->value || !figure->before || !figure->change;
    const char *const cells[TABLE_COLUMNS] = {figure->name, figure->unit, cell_text(writing, figure->value),
                                              cell_text(writing, figure->before), change_cell_text(writing, figure)};
    document_row(document, cells, TABLE_COLUMNS);
  }
  document_table_end(document);
  if (any_absent)
    document_paragraph(document, say(writing, PHRASE_DASH));
}

// A day ("2026-07-01"), or the one before it, as it is read.
static const char *day_text(const struct writing *writing, const char *day, bool before) {
  static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                       "July",    "August",   "September", "October", "November", "December"};
  struct tm parts = {0};
  if (!strptime(day, "%Y-%m-%d", &parts))
    return day;
  parts.tm_mday -= before;
  timegm(&parts); // puts the parts in bounds
  if (writing->language == LANGUAGE_EN)
    return arena_printf(writing->arena, "%d %s %d", parts.tm_mday, months[parts.tm_mon], parts.tm_year + 1900);
  return arena_printf(writing->arena, "%d年%d月%d日", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

static const char *period_text(const struct writing *writing) {
  const char *from = day_text(writing, writing->report->from, false), *last = day_text(writing, writing->report->to, true);
  if (strcmp(from, last) == 0)
    return arena_printf(writing->arena, say(writing, PHRASE_DAY), from);
  return arena_printf(writing->arena, say(writing, PHRASE_PERIOD), from, last);
}

Zoufang__V1__Document *report_document(const Zoufang__V1__WorkReport *report, const char *format, enum language language,
                                       struct arena *arena) {
  bool html = strcmp(format, "html") == 0;
  struct writing writing = {
      .report = report, .language = language, .arena = arena, .document = {.out = {.arena = arena}, .html = html}};
  document_open(&writing.document, words_language_tag(language),
                arena_printf(arena, say(&writing, PHRASE_TITLE), report->region_name));
  document_paragraph(&writing.document, period_text(&writing));
  if (report->narrowed)
    document_paragraph(&writing.document, say(&writing, PHRASE_NARROWED));
  write_sentences(&writing);
  write_look(&writing);
  write_table(&writing);
  const char *file = arena_printf(arena, "work-report-%s-%s-%s.%s", report->region_code, report->from, report->to, format);
  return document_file(html ? "text/html; charset=utf-8" : "text/markdown; charset=utf-8", file,
                       document_text(&writing.document), arena);
}

// How many texts are put in by their place.
static unsigned places_in(const char *text) {
  unsigned places = 0;
  while ((text = strstr(text, "%s")))
    places++, text++;
  return places;
}

// Whether `other` has each slot of `one`, and as many places.
static bool phrase_fits(const char *one, const char *other) {
  struct slot slot;
  for (const char *at = strchr(one, '{'); at; at = strchr(at, '{')) {
    at = read_slot(at + 1, &slot);
    char opened[KEY_LIMIT + 1];
    snprintf(opened, sizeof opened, "{%s", slot.key);
    if (!strstr(other, opened))
      return false;
  }
  return *other && places_in(one) == places_in(other);
}

static bool phrases_fit(const char **wrong) {
  for (size_t i = 0; i < sizeof PHRASES / sizeof *PHRASES; i++) {
    for (int language = 0; language < LANGUAGES; language++) {
      *wrong = PHRASES[i][language];
      if (!phrase_fits(*wrong, PHRASES[i][(language + 1) % LANGUAGES]))
        return false;
    }
  }
  return true;
}

bool report_sentences_fit(const char **wrong) {
  struct slot slot;
  for (size_t i = 0; i < SENTENCE_COUNT; i++) {
    for (int language = 0; language < LANGUAGES; language++) {
      *wrong = SENTENCES[i].texts[language];
      for (const char *at = strchr(*wrong, '{'); at; at = strchr(at, '{')) {
        const char *end = strchr(at, '}');
        size_t blank = end ? strcspn(at, " }") : 0;
        if (!end || (at + blank < end && !memchr(at, '|', (size_t)(end - at))))
          return false;
        at = read_slot(at + 1, &slot);
        if (!figure_of(slot.key))
          return false;
      }
    }
  }
  return phrases_fit(wrong);
}
