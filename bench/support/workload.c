// Requests of realistic size are made here: visits to villages, with a team of two, a position, a purpose and what was found.

#include "support/workload.h"
#include "base/uuid.h"
#include "zoufang/v1/figures.pb-c.h"
#include "zoufang/v1/sync.pb-c.h"
#include <grpc/health/v1/health.pb-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { DAY_S = 86400, AGE_DAYS = 20, TEAM = 2, KINDS = 8, LINE_BYTES = 1024, PAGE = 50, PAGE_MOST = 500, COUNTY = 6 };

static const char *const subjects[] = {"惠民补贴发放", "低保评定", "危房改造", "农机购置补贴", "医保报销", "村集体账目",
                                       "道路维修",     "饮水工程", "征地补偿", "退耕还林补助", "救灾款物", "养老保险"};
static const char asked_subject[] = "危房改造", any_subject[] = "虚构";
enum { SUBJECTS = sizeof subjects / sizeof *subjects };
static const char findings[] =
    "虚构：与村民逐户交谈，补贴已按时到账，公示栏内容完整；村集体账目公开到上季度，群众对道路维修进度有疑问，已当场说明并记录，"
    "约定下月回访时核对工程款支付凭证。";

// --- Messages --------------------------------------------------------------------------------------------------------

static Google__Protobuf__Timestamp *moment(int64_t seconds, struct arena *arena) {
  Google__Protobuf__Timestamp *time = arena_alloc(arena, sizeof *time);
  google__protobuf__timestamp__init(time);
  time->seconds = seconds;
  return time;
}

static Google__Protobuf__Int32Value *number(int32_t value, struct arena *arena) {
  Google__Protobuf__Int32Value *number = arena_alloc(arena, sizeof *number);
  google__protobuf__int32_value__init(number);
  number->value = value;
  return number;
}

static Zoufang__V1__Position *position(const struct asking *asking) {
  Zoufang__V1__Position *position = arena_alloc(asking->arena, sizeof *position);
  zoufang__v1__position__init(position);
  position->latitude = 43.25 + (double)people_draw(asking->people, 4096) / 8192;
  position->longitude = 117.5 + (double)people_draw(asking->people, 4096) / 8192;
  return position;
}

static void set_materials(Zoufang__V1__Visit *visit, struct arena *arena) {
  Zoufang__V1__Material *material = arena_alloc(arena, sizeof *material);
  zoufang__v1__material__init(material);
  material->name = arena_strdup(arena, "惠民政策明白纸");
  material->copies = 30;
  visit->n_materials = 1;
  visit->materials = arena_array(arena, 1, sizeof *visit->materials);
  visit->materials[0] = material;
}

static Zoufang__V1__Visit *visit(const struct asking *asking, unsigned item) {
  struct people *people = asking->people;
  struct arena *arena = asking->arena;
  Zoufang__V1__Visit *visit = arena_alloc(arena, sizeof *visit);
  int64_t started_at = time(NULL) - (int64_t)people_draw(people, AGE_DAYS * DAY_S) - DAY_S;
  zoufang__v1__visit__init(visit);
  visit->id = arena_strdup(arena, asking->ids[item]);
  visit->kind = (Zoufang__V1__VisitKind)(1 + people_draw(people, KINDS));
  visit->region_code = people->regions.of[people_draw(people, people->regions.count)];
  visit->started_at = moment(started_at, arena);
  visit->ended_at = moment(started_at + 3600, arena);
  visit->position = position(asking);
  visit->n_officer_ids = TEAM;
  visit->officer_ids = &people->team.of[asking->who * TEAM];
  visit->purpose = arena_printf(arena, "虚构：入户走访，了解%s情况", subjects[people_draw(people, SUBJECTS)]);
  visit->people_met = number((int32_t)(10 + people_draw(people, 90)), arena);
  visit->findings = arena_strdup(arena, findings);
  set_materials(visit, arena);
  return visit;
}

static ProtobufCMessage *make_create(const struct workload *workload, struct asking *asking) {
  Zoufang__V1__CreateVisitRequest *request = arena_alloc(asking->arena, sizeof *request);
  (void)workload;
  zoufang__v1__create_visit_request__init(request);
  request->visit = visit(asking, 0);
  return &request->base;
}

static ProtobufCMessage *make_push(const struct workload *workload, struct asking *asking) {
  Zoufang__V1__PushRequest *request = arena_alloc(asking->arena, sizeof *request);
  zoufang__v1__push_request__init(request);
  request->n_visits = workload->items;
  request->visits = arena_array(asking->arena, workload->items, sizeof *request->visits);
  for (unsigned i = 0; i < workload->items; i++)
    request->visits[i] = visit(asking, i);
  return &request->base;
}

static ProtobufCMessage *make_get(const struct workload *workload, struct asking *asking) {
  Zoufang__V1__GetVisitRequest *request = arena_alloc(asking->arena, sizeof *request);
  (void)workload;
  zoufang__v1__get_visit_request__init(request);
  request->id = arena_strdup(asking->arena, asking->ids[0]);
  return &request->base;
}

static Zoufang__V1__ListVisitsRequest *list_request(const struct asking *asking, int32_t page_size) {
  Zoufang__V1__ListVisitsRequest *request = arena_alloc(asking->arena, sizeof *request);
  zoufang__v1__list_visits_request__init(request);
  request->page_size = page_size;
  return request;
}

static ProtobufCMessage *make_list(const struct workload *workload, struct asking *asking) {
  (void)workload;
  return &list_request(asking, PAGE)->base;
}

// One visit in a dozen holds these words.
static ProtobufCMessage *make_search(const struct workload *workload, struct asking *asking) {
  Zoufang__V1__ListVisitsRequest *request = list_request(asking, PAGE);
  (void)workload;
  request->query = arena_strdup(asking->arena, asked_subject);
  return &request->base;
}

// As slow as a list can be asked for: words that all visits hold, counted, and a long page of them.
static ProtobufCMessage *make_slow(const struct workload *workload, struct asking *asking) {
  Zoufang__V1__ListVisitsRequest *request = list_request(asking, PAGE_MOST);
  (void)workload;
  request->query = arena_strdup(asking->arena, any_subject);
  request->total = true;
  return &request->base;
}

static ProtobufCMessage *make_pull(const struct workload *workload, struct asking *asking) {
  const struct lines *cursors = &asking->people->cursors;
  Zoufang__V1__PullRequest *request = arena_alloc(asking->arena, sizeof *request);
  (void)workload;
  zoufang__v1__pull_request__init(request);
  request->page_size = PAGE;
  if (cursors->count)
    request->cursor = cursors->of[asking->who % cursors->count];
  return &request->base;
}

static char *first_of_year(int year, struct arena *arena) {
  return arena_printf(arena, "%d-01-01", year);
}

// Of the county of the first village, for last year and this one.
static ProtobufCMessage *make_report(const struct workload *workload, struct asking *asking) {
  Zoufang__V1__GetWorkReportRequest *request = arena_alloc(asking->arena, sizeof *request);
  time_t now = time(NULL);
  struct tm today;
  (void)workload;
  localtime_r(&now, &today);
  zoufang__v1__get_work_report_request__init(request);
  request->region_code = arena_printf(asking->arena, "%.*s000000", COUNTY, asking->people->regions.of[0]);
  request->from = first_of_year(today.tm_year + 1899, asking->arena);
  request->to = first_of_year(today.tm_year + 1901, asking->arena);
  return &request->base;
}

static ProtobufCMessage *make_health(const struct workload *workload, struct asking *asking) {
  Grpc__Health__V1__HealthCheckRequest *request = arena_alloc(asking->arena, sizeof *request);
  (void)workload;
  grpc__health__v1__health_check_request__init(request);
  return &request->base;
}

static const struct workload workloads[] = {
    {"create", "VisitService/CreateVisit", 1, true, make_create},
    {"push", "SyncService/Push", WORKLOAD_ITEMS, true, make_push},
    {"get", "VisitService/GetVisit", 1, false, make_get},
    {"list", "VisitService/ListVisits", 0, false, make_list},
    {"search", "VisitService/ListVisits", 0, false, make_search},
    {"slow", "VisitService/ListVisits", 0, false, make_slow},
    {"pull", "SyncService/Pull", 0, false, make_pull},
    {"report", "FigureService/GetWorkReport", 0, false, make_report},
    {"health", WORKLOAD_HEALTH, 0, false, make_health},
};

const struct workload *workload_find(const char *name) {
  for (size_t i = 0; i < sizeof workloads / sizeof *workloads; i++)
    if (strcmp(workloads[i].name, name) == 0)
      return &workloads[i];
  return NULL;
}

const struct method *workload_method(const struct workload *workload, const struct schema *schema) {
  static const struct message nothing;
  static const struct method health = {.name = WORKLOAD_HEALTH,
                                       .path = "/grpc.health.v1.Health/Check",
                                       .input = &nothing,
                                       .routes = {{.verb = "GET", .path = "/healthz", .body = ""}}};
  if (strcmp(workload->method, WORKLOAD_HEALTH) == 0)
    return &health;
  for (unsigned i = 0; i < schema->method_count; i++)
    if (strcmp(schema->methods[i].name, workload->method) == 0)
      return &schema->methods[i];
  return NULL;
}

void workload_request(const struct workload *workload, struct people *people, size_t who, struct arena *arena,
                      struct request *out) {
  for (unsigned i = 0; i < workload->items; i++) {
    uint8_t id[UUID_BYTES];
    char *text = arena_alloc(arena, UUID_TEXT);
    uuid_make(id);
    uuid_write(id, text);
    out->ids[i] = text;
  }
  out->message = workload->make(workload, &(struct asking){.people = people, .who = who, .ids = out->ids, .arena = arena});
}

void workload_next_id(const struct workload *workload, struct people *people, char id[static UUID_TEXT]) {
  if (workload->writes) {
    uint8_t fresh[UUID_BYTES];
    uuid_make(fresh);
    uuid_write(fresh, id);
  } else
    memcpy(id, people->visits.of[people_draw(people, people->visits.count)], UUID_TEXT);
}

// --- People ----------------------------------------------------------------------------------------------------------

static bool read_lines(struct lines *lines, const char *folder, const char *name, struct arena *arena) {
  char line[LINE_BYTES];
  FILE *file = fopen(arena_printf(arena, "%s/%s", folder, name), "re");
  if (!file) {
    fprintf(stderr, "%s/%s: there is none\n", folder, name);
    return false;
  }
  size_t count = 0;
  while (fgets(line, sizeof line, file))
    count++;
  rewind(file);
  lines->of = arena_array(arena, count + 1, sizeof *lines->of);
  for (lines->count = 0; lines->count < count && fgets(line, sizeof line, file); lines->count++)
    lines->of[lines->count] = arena_strndup(arena, line, strcspn(line, "\n"));
  fclose(file);
  return true;
}

bool people_read(struct people *people, const char *folder, struct arena *arena) {
  *people = (struct people){.random = 1};
  bool all = read_lines(&people->tokens, folder, "tokens", arena) && read_lines(&people->team, folder, "team", arena) &&
             read_lines(&people->regions, folder, "regions", arena) && read_lines(&people->visits, folder, "visits", arena) &&
             read_lines(&people->cursors, folder, "cursors", arena);
  bool whole = people->tokens.count && people->regions.count;
  if (!all || (whole && (!people->team.count || people->team.count == TEAM * people->tokens.count)))
    return all;
  fprintf(stderr, "%s: tokens, a team of %d for each, and regions are needed\n", folder, TEAM);
  return false;
}

// xorshift64*
size_t people_draw(struct people *people, size_t limit) {
  uint64_t x = people->random;
  x ^= x >> 12;
  x ^= x << 25;
  x ^= x >> 27;
  people->random = x;
  return (size_t)((x * 0x2545f4914f6cdd1dULL >> 33) % limit);
}
