// What is held about a person: whom an approved request is about is opened first, for names stand in clear where he may be
// looked for; then the method's own statements find it. What another reported from the same phone is taken out of it again.

#include "feature/features.h"
#include "feature/step.h"
#include "zoufang/personal_data_steps.pb-c.h"
#include "zoufang/v1/personal_data.pb-c.h"
#include <string.h>

enum { FINDING, LOOKING };

struct opening {
  int stage;
  Zoufang__SubjectFound *found;
};

static enum next open_begin(struct call *call) {
  struct opening *opening = arena_zalloc(&call->arena, sizeof *opening);
  call->state = opening;
  opening->found = (void *)step_message(call, "zoufang.SubjectFound");
  call_trip(call, "find", NULL, &opening->found->base);
  return NEXT_TRIP;
}

static enum next look(struct call *call, const Zoufang__SubjectFound *found) {
  Zoufang__SubjectSought *sought = (void *)step_message(call, "zoufang.SubjectSought");
  sought->id = found->id;
  sought->name = found->subject->name;
  sought->phone = found->subject->phone;
  call_trip(call, "look", &sought->base, NULL);
  return NEXT_TRIP;
}

// Whether a report that was found by phone or identity number is the person's: it bears his name, or his identity number.
static bool is_his(const Zoufang__V1__OwnReport *report, const Zoufang__V1__Reporter *subject) {
  const Zoufang__V1__Reporter *reporter = report->reporter;
  if (!reporter)
    return false;
  bool same_name = strcmp(reporter->name, subject->name) == 0;
  bool same_number = *subject->identity_number && strcmp(reporter->identity_number, subject->identity_number) == 0;
  return same_name || same_number;
}

static void keep_his(Zoufang__V1__PersonalData *data, const Zoufang__V1__Reporter *subject) {
  size_t kept = 0;
  for (size_t i = 0; i < data->n_reports; i++)
    if (is_his(data->reports[i], subject))
      data->reports[kept++] = data->reports[i];
  data->n_reports = kept;
}

static enum next open_after(struct call *call) {
  struct opening *opening = call->state;
  if (call->fault.code != CODE_OK)
    return NEXT_REPLY;
  if (opening->stage == FINDING) {
    opening->stage = LOOKING;
    return look(call, opening->found);
  }
  keep_his((Zoufang__V1__PersonalData *)(void *)call->response, opening->found->subject);
  return NEXT_REPLY;
}

const struct handler handler_open_personal_data = {
    .method = "PersonalDataService/OpenPersonalData",
    .begin = open_begin,
    .after = open_after,
    .steps =
        {
            {.name = "find", .out = "zoufang.SubjectFound"},
            {.name = "look", .in = "zoufang.SubjectSought"},
        },
};
