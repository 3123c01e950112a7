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

struct writing {
  const Zoufang__V1__WorkReport *report;
  enum language language;
  struct arena *arena;
  struct document document;
};

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
  double change = figure->change->value;
  bool english = writing->language == LANGUAGE_EN, rank = figure_of(figure->key)->unit == UNIT_RANK;
  if (change == 0)
    return english ? " (as in the year before)" : "（与上年同期持平）";
  const char *size = number_text(fabs(change), writing->language, writing->arena);
  const char *way = rank         ? change < 0 ? english ? "better" : "前进"
                                   : english  ? "worse"
                                              : "后退"
                    : english    ? change > 0 ? "up" : "down"
                    : change > 0 ? "上升"
                                 : "下降";
  if (!english)
    return arena_printf(writing->arena, rank ? "（较上年%s%s%s）" : "（同比%s%s%s）", way, size, figure->change_unit);
  const char *places = fabs(change) == 1 ? "place" : "places";
  if (rank)
    return arena_printf(writing->arena, " (%s %s %s than in the year before)", size, places, way);
  return arena_printf(writing->arena, " (%s %s%s%s on the year before)", way, size,
                      strcmp(figure->change_unit, "%") == 0 ? "" : " ", figure->change_unit);
}

// A sentence with what the figures read; NULL where it would speak of what is absent, or of zeros alone.
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
    any |= value != 0;
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

// A count with the words for one or for many: "1 lead is", "2 leads are".
static const char *count_of(const struct writing *writing, const Google__Protobuf__Int64Value *count, const char *one,
                            const char *many) {
  return arena_printf(writing->arena, "%s %s", count_text(writing, count->value), count->value == 1 ? one : many);
}

// The townships with most reports.
static const char *townships_text(const struct writing *writing) {
  bool english = writing->language == LANGUAGE_EN;
  const Zoufang__V1__WhereToLook *look = writing->report->look;
  struct buffer list = {.arena = writing->arena};
  for (size_t i = 0; i < look->n_townships; i++) {
    const char *count = count_text(writing, look->townships[i]->reports_received);
    buffer_string(&list, i == 0 ? "" : english ? ", " : "、");
    buffer_printf(&list, english ? "%s (%s)" : "%s（%s件次）", look->townships[i]->name, count);
  }
  return buffer_text(&list);
}

// A number that is expected, with one decimal at most.
static const char *expected_text(const struct writing *writing, double expected) {
  return number_text(round(expected * 10) / 10, writing->language, writing->arena);
}

// What a hot spot is about: type and cause, as far as they were stated.
static const char *subject_text(const struct writing *writing, const Zoufang__V1__HotSpot *spot) {
  bool english = writing->language == LANGUAGE_EN;
  const char *type = *spot->problem_type_name ? spot->problem_type_name : english ? "no stated type" : "未注明类型";
  if (!*spot->cause_name)
    return type;
  return arena_printf(writing->arena, english ? "%s (%s)" : "%s（%s）", type, spot->cause_name);
}

static void write_hot_spots(struct writing *writing) {
  const Zoufang__V1__WhereToLook *look = writing->report->look;
  struct arena *arena = writing->arena;
  for (size_t i = 0; i < look->n_hot_spots; i++) {
    const Zoufang__V1__HotSpot *spot = look->hot_spots[i];
    const char *subject = subject_text(writing, spot), *received = count_text(writing, spot->received),
               *past = expected_text(writing, spot->expected_by_past),
               *near = expected_text(writing, spot->expected_by_neighbours);
    document_item(&writing->document,
                  writing->language == LANGUAGE_EN
                      ? arena_printf(arena,
                                     "%s received %s reports of %s, where its own past year suggests %s and its neighbours %s.",
                                     spot->region_name, received, subject, past, near)
                      : arena_printf(arena, "%s%s类信访举报%s件次，明显偏多：按上年推算约%s件次，按周边地区推算约%s件次。",
                                     spot->region_name, subject, received, past, near));
  }
}

static void look_in_chinese(struct writing *writing) {
  const Zoufang__V1__WhereToLook *look = writing->report->look;
  struct arena *arena = writing->arena;
  struct document *document = &writing->document;
  int64_t received = look->reports_received->value, repeats = look->reports_repeated->value,
          skips = look->reports_skipping_levels->value;
  if (look->n_townships) {
    document_item(document, arena_printf(arena, "信访举报较多的乡镇有%s。", townships_text(writing)));
    document_item(document, arena_printf(arena, "重复访%s件次，占%s；越级访%s件次，占%s。", count_text(writing, repeats),
                                         share_text(writing, repeats, received), count_text(writing, skips),
                                         share_text(writing, skips, received)));
  }
  document_item(document, arena_printf(arena, "目前在办线索%s件，其中受理超过三个月的%s件、超过一年的%s件。",
                                       count_text(writing, look->open_leads->value),
                                       count_text(writing, look->open_leads_over_three_months->value),
                                       count_text(writing, look->open_leads_over_one_year->value)));
  document_item(document, arena_printf(arena, "目前逾期未整改到位的监察建议事项%s项。",
                                       count_text(writing, look->recommendation_items_overdue->value)));
  document_item(document,
                arena_printf(arena, "%s个嘎查村（社区）中，本期有%s个未走访。", count_text(writing, look->villages->value),
                             count_text(writing, look->villages_not_visited->value)));
}

static void look_in_english(struct writing *writing) {
  const Zoufang__V1__WhereToLook *look = writing->report->look;
  struct arena *arena = writing->arena;
  struct document *document = &writing->document;
  int64_t received = look->reports_received->value;
  if (look->n_townships) {
    document_item(document, arena_printf(arena, "Most reports came from %s.", townships_text(writing)));
    document_item(document, arena_printf(arena, "%s repeated (%s of all), and %s a level (%s).",
                                         count_of(writing, look->reports_repeated, "report was", "reports were"),
                                         share_text(writing, look->reports_repeated->value, received),
                                         count_of(writing, look->reports_skipping_levels, "skipped", "skipped"),
                                         share_text(writing, look->reports_skipping_levels->value, received)));
  }
  document_item(document,
                arena_printf(arena,
                             "%s open today; %s received more than three months ago, and %s of these more than a year ago.",
                             count_of(writing, look->open_leads, "lead is", "leads are"),
                             count_of(writing, look->open_leads_over_three_months, "was", "were"),
                             count_text(writing, look->open_leads_over_one_year->value)));
  document_item(document, arena_printf(arena, "%s overdue today.",
                                       count_of(writing, look->recommendation_items_overdue, "item of a recommendation is",
                                                "items of recommendations are")));
  document_item(document, arena_printf(arena, "Of %s, %s not visited in the period.",
                                       count_of(writing, look->villages, "village", "villages"),
                                       count_of(writing, look->villages_not_visited, "was", "were")));
}

static void write_look(struct writing *writing) {
  const Zoufang__V1__WhereToLook *look = writing->report->look;
  if (!look || !look->reports_received || !look->open_leads || !look->recommendation_items_overdue || !look->villages)
    return;
  bool english = writing->language == LANGUAGE_EN;
  document_heading(&writing->document, english ? "Where to look" : "值得关注");
  write_hot_spots(writing);
  english ? look_in_english(writing) : look_in_chinese(writing);
}

static const char *absent_text(const struct writing *writing) {
  return writing->language == LANGUAGE_EN ? "–" : "—";
}

static const char *cell_text(const struct writing *writing, const Google__Protobuf__DoubleValue *number) {
  return number ? number_text(number->value, writing->language, writing->arena) : absent_text(writing);
}

// With its sign and its unit: "+12.5%", "-2 places".
static const char *change_cell_text(const struct writing *writing, const Zoufang__V1__Figure *figure) {
  if (!figure->change)
    return absent_text(writing);
  bool apart = writing->language == LANGUAGE_EN && *figure->change_unit != '%';
  return arena_printf(writing->arena, "%s%s%s%s", figure->change->value > 0 ? "+" : "", cell_text(writing, figure->change),
                      apart ? " " : "", figure->change_unit);
}

static void write_table(struct writing *writing) {
  static const char *const headings[LANGUAGES][TABLE_COLUMNS] = {
      [LANGUAGE_ZH_CN] = {"指标", "单位", "本期", "上年同期", "同比"},
      [LANGUAGE_EN] = {"Figure", "Unit", "This period", "The year before", "Change"},
  };
  struct document *document = &writing->document;
  document_heading(document, writing->language == LANGUAGE_EN ? "All figures" : "指标一览");
  document_table(document, headings[writing->language], TABLE_COLUMNS);
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
    document_paragraph(document,
                       writing->language == LANGUAGE_EN
                           ? "A dash stands for a count that is too small to be told or would show such a one, for what "
                             "cannot be compared, and for what was not entered."
                           : "“—”表示数量过少或可据以推算出此类数量而不予显示，或者无可比基数、未录入。");
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

Zoufang__V1__Document *report_document(const Zoufang__V1__WorkReport *report, const char *format, enum language language,
                                       struct arena *arena) {
  bool html = strcmp(format, "html") == 0, english = language == LANGUAGE_EN;
  struct writing writing = {
      .report = report, .language = language, .arena = arena, .document = {.out = {.arena = arena}, .html = html}};
  const char *from = day_text(&writing, report->from, false), *to = day_text(&writing, report->to, true);
  document_open(&writing.document, words_language_tag(language),
                arena_printf(arena, english ? "Work report: %s" : "%s监察工作报告", report->region_name));
  document_paragraph(&writing.document, arena_printf(arena, english ? "From %s to %s." : "统计期间：%s至%s。", from, to));
  if (report->narrowed)
    document_paragraph(&writing.document, english
                                              ? "Only a part of the region was counted: what lies within the author's grants."
                                              : "本报告仅统计编制人权限范围内的地区。");
  write_sentences(&writing);
  write_look(&writing);
  write_table(&writing);
  const char *file = arena_printf(arena, "work-report-%s-%s-%s.%s", report->region_code, report->from, report->to, format);
  return document_file(html ? "text/html; charset=utf-8" : "text/markdown; charset=utf-8", file,
                       document_text(&writing.document), arena);
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
  return true;
}
