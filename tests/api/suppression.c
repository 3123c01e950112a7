// Small counts: no sequence of questions tells an analyst a count under three.

#include "suite.h"
#include "support/attacker.h"
#include "support/client_wire.h"
#include "support/world.h"
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LEAST_TOLD = 3, COUNTIES = 3, TOWNSHIPS = 3, PLACES = 1 + COUNTIES + COUNTIES * TOWNSHIPS, FIRST_COUNTY = 150401 };

// --- The functions alone, on many small cities ---

// A small city, drawn at random: how many records each township, month and pair of values has.
struct city {
  int months, values[3]; // of two dimensions, from 1
  int counts[COUNTIES * TOWNSHIPS][13][5][5];
};

// The same numbers for the same seed, everywhere.
static int draw(uint32_t *state, int below) {
  *state = *state * 1103515245 + 12345;
  return (int)(*state >> 16) % below;
}

static struct city drawn(unsigned seed) {
  static const int sizes[] = {4, 10, 25, 60, 120, 300, 900, 3000};
  struct city city = {0};
  uint32_t state = seed + 1;
  city.months = 2 + draw(&state, 4);
  city.values[1] = 2 + draw(&state, 3);
  city.values[2] = 2 + draw(&state, 3);
  int records = sizes[seed % (sizeof sizes / sizeof *sizes)], skew = 1 + draw(&state, 3);
  for (int i = 0; i < records; i++) {
    int place = draw(&state, COUNTIES * TOWNSHIPS), value = draw(&state, city.values[1]);
    for (int s = 1; s < skew; s++) { // the more skewed, the more there are of the first
      int other = draw(&state, COUNTIES * TOWNSHIPS), another = draw(&state, city.values[1]);
      place = other < place ? other : place;
      value = another < value ? another : value;
    }
    city.counts[place][1 + draw(&state, city.months)][1 + value][1 + draw(&state, city.values[2])]++;
  }
  return city;
}

static int code_of(int place) { // as region codes are cut: city, county, township
  if (place == 0)
    return FIRST_COUNTY / 100;
  if (place <= COUNTIES)
    return FIRST_COUNTY + place - 1;
  int township = place - 1 - COUNTIES;
  return (FIRST_COUNTY + township / TOWNSHIPS) * 1000 + 1 + township % TOWNSHIPS;
}

static bool lies_in(int township, int place) {
  return place == 0 || (place <= COUNTIES ? township / TOWNSHIPS == place - 1 : township == place - 1 - COUNTIES);
}

// A count of the city: month 0 the whole year; value 0 all of them.
static int true_count(const struct city *city, int place, int month, int dimension, int value) {
  int n = 0;
  for (int p = 0; p < COUNTIES * TOWNSHIPS; p++) {
    for (int m = 1; m <= city->months && lies_in(p, place); m++) {
      for (int a = 1; a <= city->values[1] && (!month || m == month); a++) {
        for (int b = 1; b <= city->values[2]; b++) {
          if (!value || (dimension == 1 ? a : b) == value)
            n += city->counts[p][m][a][b];
        }
      }
    }
  }
  return n;
}

// The cells of a dimension (0: of none) for the functions of the database.
static const char *cells_of(const struct city *city, int dimension) {
  struct buffer out = {.arena = client_memory()};
  buffer_printf(&out, "array[row('', '1', %d, 1, 0)", code_of(PLACES - 1));
  for (int p = 0; p < COUNTIES * TOWNSHIPS; p++) {
    for (int m = 1; m <= city->months; m++) {
      for (int v = 1; v <= (dimension ? city->values[dimension] : 1); v++) {
        int n = true_count(city, p + 1 + COUNTIES, m, dimension, dimension ? v : 0);
        if (n && dimension)
          buffer_printf(&out, ",row('', '%d', %d, %d, %d)", v, code_of(p + 1 + COUNTIES), m, n);
        else if (n)
          buffer_printf(&out, ",row('', '', %d, %d, %d)", code_of(p + 1 + COUNTIES), m, n);
      }
    }
  }
  buffer_string(&out, "]::count_cell[]");
  return buffer_text(&out);
}

static const char *townships_of(void) {
  struct buffer out = {.arena = client_memory()};
  for (int p = 1 + COUNTIES; p < PLACES; p++)
    buffer_printf(&out, "%s%d", p > 1 + COUNTIES ? "," : "", code_of(p));
  return buffer_text(&out);
}

// All that is told of a dimension: "value place month count;" each.
static const char *told_of(const struct city *city, int dimension) {
  if (!dimension)
    return sql_text("select coalesce(string_agg(format('0 %%s %%s %%s', place, month, n), ';'), '')"
                    "from told_places(%s, '{\"\"}', '{%s}', %d)",
                    cells_of(city, 0), townships_of(), city->months);
  return sql_text("select coalesce(string_agg(format('%%s %%s %%s %%s', value, place, month, n), ';'), '')"
                  "from told_values(%s, array(select n::text from generate_series(1, %d) n), '{%s}', %d)",
                  cells_of(city, dimension), city->values[dimension], townships_of(), city->months);
}

// Tells the attacker, and holds that it is true and not small. How many counts there were.
static int tell_attacker(struct attacker *attacker, const struct city *city, int dimension) {
  int told = 0;
  for (const char *text = told_of(city, dimension); text && *text;) {
    char *at;
    int value = (int)strtol(text, &at, 10), code = (int)strtol(at, &at, 10), month = (int)strtol(at, &at, 10),
        count = (int)strtol(at, &at, 10);
    int place = 0;
    while (place < PLACES && code_of(place) != code)
      place++;
    CU_ASSERT_TRUE_FATAL(place < PLACES);
    CU_ASSERT_TRUE(count >= LEAST_TOLD);
    CU_ASSERT_EQUAL(count, true_count(city, place, month, dimension, value));
    attacker_told(attacker, attacker_count(attacker, place, month, value ? value + (dimension == 2 ? city->values[1] : 0) : 0),
                  count);
    told++;
    text = strchr(text, ';');
    text = text ? text + 1 : NULL;
  }
  return told;
}

static struct attacker attacker_of(const struct city *city) {
  struct attacker attacker = {.places = PLACES, .months = city->months, .values = city->values[1] + city->values[2]};
  for (int p = 1; p < PLACES; p++)
    attacker.part_of[p] = p <= COUNTIES ? 0 : 1 + (p - 1 - COUNTIES) / TOWNSHIPS;
  for (int v = 1; v <= attacker.values; v++)
    attacker.dimension[v] = v <= city->values[1] ? 1 : 2;
  attacker_open(&attacker, 100000);
  return attacker;
}

// How many small counts the attacker knows.
static int small_counts_known(const struct attacker *attacker, const struct city *city) {
  int known = 0;
  for (int p = 0; p < PLACES; p++) {
    for (int m = 0; m <= city->months; m++) {
      for (int v = 0; v <= attacker->values; v++) {
        int dimension = v > city->values[1] ? 2 : 1, count;
        int truth = true_count(city, p, m, dimension, dimension == 2 ? v - city->values[1] : v);
        if (truth < LEAST_TOLD && attacker_knows(attacker, attacker_count(attacker, p, m, v), &count)) {
          fprintf(stderr, "        place %d, month %d, value %d is known to be %d\n", p, m, v, count);
          known++;
        }
      }
    }
  }
  return known;
}

static void no_small_count_follows_from_all_that_is_told(void) {
  enum { SEEDS = 160 };
  int told = 0;
  for (unsigned seed = 1; seed <= SEEDS; seed++) {
    struct city city = drawn(seed);
    struct attacker attacker = attacker_of(&city);
    for (int dimension = 0; dimension <= 2; dimension++)
      told += tell_attacker(&attacker, &city, dimension);
    CU_ASSERT_TRUE(attacker_reason(&attacker));
    CU_ASSERT_EQUAL(small_counts_known(&attacker, &city), 0);
    attacker_close(&attacker);
  }
  CU_ASSERT_TRUE(told > SEEDS * 20); // something is told
}

// Parts of parts of a county's count: those of a part within it, of that without its own part, and the rest.
enum { LAYERS = 3, TABLE_COUNTIES = 6 };

// Which of the counts of each layer may be told, a layer's under what was told of the one around it: "place;" each.
static const char *told_layer(int counts[LAYERS][1 + TABLE_COUNTIES], int layer, const bool open[1 + TABLE_COUNTIES]) {
  struct buffer cells = {.arena = client_memory()};
  for (int part = 1; part <= (layer ? 2 : 1); part++) {
    for (int p = 0; p <= TABLE_COUNTIES; p++)
      buffer_printf(&cells, "%srow('', %d, %d, %d, %s)::told_part", cells.length ? "," : "", part, p,
                    part == 1 ? counts[layer][p] : counts[layer - 1][p] - counts[layer][p], open[p] ? "true" : "false");
  }
  return sql_text("select coalesce(string_agg(place::text, ' '), '') from told_counties(array[%s])", buffer_text(&cells));
}

static void no_small_count_follows_from_parts_and_their_wholes(void) {
  enum { SEEDS = 120 };
  int told = 0;
  for (unsigned seed = 1; seed <= SEEDS; seed++) {
    uint32_t state = seed;
    int counts[LAYERS][1 + TABLE_COUNTIES] = {0}, which[LAYERS][1 + TABLE_COUNTIES], rest[LAYERS][1 + TABLE_COUNTIES];
    static const int sizes[] = {3, 6, 12, 30};
    for (int p = 1; p <= TABLE_COUNTIES; p++) {
      counts[0][p] = draw(&state, 3 * sizes[seed % 4]);
      counts[1][p] = draw(&state, counts[0][p] + 1);
      counts[2][p] = draw(&state, counts[1][p] + 1);
      for (int layer = 0; layer < LAYERS; layer++)
        counts[layer][0] += counts[layer][p];
    }
    struct attacker attacker = {0};
    attacker_open(&attacker, 1000);
    for (int layer = 0; layer < LAYERS; layer++) {
      for (int p = 0; p <= TABLE_COUNTIES; p++) {
        which[layer][p] = attacker_other(&attacker);
        rest[layer][p] = attacker_other(&attacker);
        if (layer)
          attacker_sum(&attacker, which[layer - 1][p], (const int[]){which[layer][p], rest[layer][p]}, 2);
      }
      attacker_sum(&attacker, which[layer][0], &which[layer][1], TABLE_COUNTIES);
      attacker_sum(&attacker, rest[layer][0], &rest[layer][1], TABLE_COUNTIES);
    }
    bool open[1 + TABLE_COUNTIES] = {true, true, true, true, true, true, true};
    for (int layer = 0; layer < LAYERS; layer++) {
      bool told_here[1 + TABLE_COUNTIES] = {false};
      for (const char *text = told_layer(counts, layer, open); *text; text += strcspn(text, " "), text += *text == ' ') {
        int place = (int)strtol(text, NULL, 10);
        CU_ASSERT_TRUE(counts[layer][place] >= LEAST_TOLD && open[place]);
        attacker_told(&attacker, which[layer][place], counts[layer][place]);
        told_here[place] = true;
        told++;
      }
      memcpy(open, told_here, sizeof open);
    }
    CU_ASSERT_TRUE(attacker_reason(&attacker));
    for (int i = 0, count; i < attacker.others; i++)
      CU_ASSERT_FALSE(attacker_knows(&attacker, which[0][0] + i, &count) && count < LEAST_TOLD);
    attacker_close(&attacker);
  }
  CU_ASSERT_TRUE(told > SEEDS * 5);
}

static void the_attacker_does_find_what_is_only_left_out(void) {
  int found = 0;
  for (unsigned seed = 1; seed <= 40; seed++) {
    struct city city = drawn(seed);
    struct attacker attacker = attacker_of(&city);
    for (int p = 0; p < PLACES; p++) { // as if small counts were left out and nothing with them
      for (int m = 0; m <= city.months; m++) {
        int count = true_count(&city, p, m, 0, 0);
        if (count >= LEAST_TOLD)
          attacker_told(&attacker, attacker_count(&attacker, p, m, 0), count);
      }
    }
    CU_ASSERT_TRUE(attacker_reason(&attacker));
    for (int p = 0; p < PLACES; p++) {
      for (int m = 0, count; m <= city.months; m++)
        found +=
            true_count(&city, p, m, 0, 0) < LEAST_TOLD && attacker_knows(&attacker, attacker_count(&attacker, p, m, 0), &count);
    }
    attacker_close(&attacker);
  }
  CU_ASSERT_TRUE(found > 40);
}

static void what_is_large_everywhere_is_told_everywhere(void) {
  struct city city = {.months = 3, .values = {0, 2, 2}};
  for (int p = 0; p < COUNTIES * TOWNSHIPS; p++) {
    for (int m = 1; m <= 3; m++)
      city.counts[p][m][1][1] = city.counts[p][m][1][2] = city.counts[p][m][2][1] = city.counts[p][m][2][2] = 4;
  }
  struct attacker attacker = attacker_of(&city);
  CU_ASSERT_EQUAL(tell_attacker(&attacker, &city, 0), PLACES * 4);
  CU_ASSERT_EQUAL(tell_attacker(&attacker, &city, 1), PLACES * 4 * 2);
  attacker_close(&attacker);
}

// --- An analyst at the API ---

// The records of a year: `records` leads of some townships of two counties, of three classes, drawn by a seed.
static void put_year(int year, int records, double seed) {
  CU_ASSERT_TRUE(sql_run(
      "set session_replication_role = replica; select setseed(%g);"
      "insert into lead (id, region_code, current_code, channel, class, received_at, narrative, confidential, raised_by, etag,"
      " written_by) select gen_random_uuid(), t.code, t.code, 1, d.class,"
      " make_timestamptz(%d, d.month, 15, 12, 0, 0, 'Asia/Shanghai'), '虚构', true, '%s', sha256('x'), '%s'"
      " from (select floor(14 * power(random(), 2))::int as nth, 1 + floor(3 * power(random(), 2)) as class,"
      " 1 + floor(12 * random())::int as month from generate_series(1, %d)) d" // all drawn here: no plan changes their order
      " join (select code, row_number() over (order by code)::int - 1 as nth from region where level = 4 and code / 1000000 in"
      " (150424, 150422)) t using (nth); set session_replication_role = origin",
      seed, year, id_of("officer.linxi"), id_of("officer.linxi"), records));
}

// All that there are, those of other suites with them.
static int leads_of(int year) {
  return (int)sql_number("select count(*) from lead where extract(year from received_at at time zone 'Asia/Shanghai') = %d",
                         year);
}

static struct answer breakdown(enum transport t, const char *user, const char *region, int year, const char *by) {
  return ask(world()->client, t, token_of(user), "FigureService/Breakdown",
             "{\"regionCode\":\"%s\",\"from\":\"%d-01-01\",\"to\":\"%d-01-01\",\"by\":\"%s\"}", region, year, year + 1, by);
}

static void an_analyst_learns_no_small_count_however_he_asks(void) {
  static const char *const questions[] = {
      "county,month", "township,month", "class,county,month", "class,township,month", "class,township", "class,month",
      "county",       "class"};
  static const struct { int year, records; } years[] = {{2018, 90}, {2019, 700}, {2020, 6000}};
  for (size_t y = 0; y < sizeof years / sizeof *years; y++) {
    put_year(years[y].year, years[y].records, 0.1 * (double)y);
    struct attacker attacker = {.places = 1, .months = 12, .values = 5};
    for (int v = 1; v <= 5; v++) // four classes and none
      attacker.dimension[v] = 1;
    long long codes[256] = {150400000000};
    for (int level = 3; level <= 4; level++) {
      int first = attacker.places;
      attacker.places += (int)sql_number("select count(*) from region where level = %d", level);
      for (int p = first; p < attacker.places; p++) {
        codes[p] = sql_number("select code from region where level = %d order by code offset %d limit 1", level, p - first);
        for (int above = 0; level == 4 && above < first; above++)
          attacker.part_of[p] = codes[above] / 1000000 == codes[p] / 1000000 ? above : attacker.part_of[p];
      }
    }
    attacker_open(&attacker, leads_of(years[y].year));
    int told = 0;
    for (size_t q = 0; q < sizeof questions / sizeof *questions; q++) {
      struct answer answer = breakdown(q % 2 ? GRPC : REST, "analyst.chifeng", CITY, years[y].year, questions[q]);
      CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
      CU_ASSERT_TRUE(json_is_true(json_at(answer.body, "suppressed")));
      size_t i;
      json_t *row;
      json_array_foreach(json_at(answer.body, "rows"), i, row) {
        int place = 0, month = 0, value = 0;
        char by[64];
        snprintf(by, sizeof by, "%s", text_at(row, "by"));
        char *rest = NULL;
        int k = 0;
        for (char *part = strtok_r(by, ",", &rest); part; part = strtok_r(NULL, ",", &rest), k++) {
          const char *key = text_at(row, arena_printf(client_memory(), "keys.%d", k));
          if (!strcmp(part, "month"))
            month = (int)strtol(key + 5, NULL, 10);
          else if (!strcmp(part, "class"))
            value = !strcmp(key, "LEAD_CLASS_ACCUSATION")   ? 1
                    : !strcmp(key, "LEAD_CLASS_SUGGESTION") ? 2
                    : !strcmp(key, "LEAD_CLASS_APPEAL")     ? 3
                                                            : 4;
          else
            while (place < attacker.places && codes[place] != strtoll(key, NULL, 10))
              place++;
        }
        CU_ASSERT_TRUE_FATAL(place < attacker.places);
        int count = (int)number_at(row, "counts.received");
        CU_ASSERT_TRUE(count >= LEAST_TOLD);
        attacker_told(&attacker, attacker_count(&attacker, place, month, value), count);
        told++;
      }
    }
    CU_ASSERT_TRUE(attacker_reason(&attacker));
    CU_ASSERT_TRUE(told >= 10);
    int known = 0;
    for (int p = 0; p < attacker.places; p++) {
      for (int m = 0; m <= 12; m++) {
        for (int v = 0, count; v <= 5; v++)
          known += attacker_knows(&attacker, attacker_count(&attacker, p, m, v), &count) && count < LEAST_TOLD;
      }
    }
    CU_ASSERT_EQUAL(known, 0);
    attacker_close(&attacker);
  }
}

// What is refused to an analyst, whatever it would count, is told to a supervisor.
static void what_an_analyst_may_not_ask_is_refused_by_its_field(void) {
  static const char year[] = "\"from\":\"2018-01-01\",\"to\":\"2019-01-01\"";
  static const struct {
    const char *rpc, *period, *more, *field, *reason;
  } cases[] = {
      {"Breakdown", "\"from\":\"2018-01-01\",\"to\":\"2018-01-08\"", ",\"by\":\"class\"", "to", "NOT_A_CALENDAR_PERIOD"},
      {"Breakdown", "\"from\":\"2018-02-01\",\"to\":\"2018-05-01\"", ",\"by\":\"class\"", "to", "NOT_A_CALENDAR_PERIOD"},
      {"HotSpots", "\"from\":\"2018-01-15\",\"to\":\"2018-02-15\"", "", "to", "NOT_A_CALENDAR_PERIOD"},
      {"RankRegions", "\"from\":\"2018-01-01\",\"to\":\"2020-01-01\"", "", "to", "NOT_A_CALENDAR_PERIOD"},
      {"Breakdown", "\"from\":\"2199-01-01\",\"to\":\"2199-02-01\"", ",\"by\":\"class\"", "to", "NOT_OVER"},
      {"HotSpots", "\"from\":\"2199-01-01\",\"to\":\"2200-01-01\"", "", "to", "NOT_OVER"},
      {"RankRegions", "\"from\":\"2199-01-01\",\"to\":\"2199-04-01\"", "", "to", "NOT_OVER"},
      {"GetWorkReport", "\"from\":\"2199-01-01\",\"to\":\"2200-01-01\"", "", "to", "NOT_OVER"},
      {"GetWorkReport", "\"from\":\"2018-02-01\",\"to\":\"2019-02-01\"", "", "from", "NOT_A_YEAR"},
      {"GetWorkReport", "\"from\":\"2018-01-01\",\"to\":\"2018-07-01\"", "", "to", "NOT_A_YEAR"},
      {"Breakdown", year, ",\"by\":\"class,type\"", "by", "TOO_FINE"},
      {"Breakdown", year, ",\"by\":\"village\"", "by", "TOO_FINE"},
      {"Breakdown", year, ",\"by\":\"state\"", "by", "TOO_FINE"},
      {"Breakdown", year, ",\"by\":\"occurrence\"", "by", "TOO_FINE"},
      {"Breakdown", year, ",\"by\":\"campaign\"", "by", "TOO_FINE"},
      {"Breakdown", year, ",\"by\":\"county,township\"", "by", "TOO_FINE"},
      {"Breakdown", year, ",\"by\":\"class\",\"measures\":\"received,concluded\"", "measures", "NOT_TOLD"},
      {"Breakdown", year, ",\"by\":\"month\",\"measures\":\"open\"", "measures", "NOT_TOLD"},
      {"RankRegions", year, ",\"by\":\"overdue\"", "by", "NOT_TOLD"},
      {"RankRegions", year, ",\"by\":\"satisfaction\"", "by", "NOT_TOLD"},
  };
  for (enum transport t = REST; t <= GRPC; t++) {
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
      const char *rpc = arena_printf(client_memory(), "FigureService/%s", cases[i].rpc);
      const char *request = arena_printf(client_memory(), "{\"regionCode\":\"" CITY "\",%s%s}", cases[i].period, cases[i].more);
      struct answer refused = ask(world()->client, t, token_of("analyst.chifeng"), rpc, "%s", request);
      CU_ASSERT_EQUAL(refused.code, CODE_INVALID_ARGUMENT);
      CU_ASSERT_TRUE(names_field(&refused, cases[i].field, cases[i].reason));
      CU_ASSERT_EQUAL(ask(world()->client, t, token_of("supervisor.chifeng"), rpc, "%s", request).code, CODE_OK);
    }
    struct answer narrow = ask(world()->client, t, token_of("analyst.chifeng"), "FigureService/GetWorkReport",
                               "{\"regionCode\":\"" LINXI_TOWNSHIP "\",%s}", year);
    CU_ASSERT_TRUE(names_field(&narrow, "region_code", "TOO_NARROW"));
    CU_ASSERT_EQUAL(count_at(breakdown(t, "analyst.chifeng", LINXI_VILLAGE, 2018, "class").body, "rows"), 0);
    int this_year = (int)sql_number("select extract(year from local_day(now()))");
    struct answer going_on = breakdown(t, "analyst.chifeng", CITY, this_year, "class");
    CU_ASSERT_TRUE(names_field(&going_on, "to", "NOT_OVER"));
    CU_ASSERT_EQUAL(breakdown(t, "analyst.chifeng", CITY, this_year - 1, "class").code, CODE_OK);
  }
}

SUITE_WITH(suppression, world_open, client_forget, 240, TEST(no_small_count_follows_from_all_that_is_told),
           TEST(no_small_count_follows_from_parts_and_their_wholes), TEST(the_attacker_does_find_what_is_only_left_out),
           TEST(what_is_large_everywhere_is_told_everywhere), TEST(an_analyst_learns_no_small_count_however_he_asks),
           TEST(what_an_analyst_may_not_ask_is_refused_by_its_field));
