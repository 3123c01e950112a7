// What the records of offices, campaigns and rankings have in common: who writes and reads them, changing, withdrawing, lists.

#include "suite.h"
#include "support/client_wire.h"
#include "support/listing.h"
#include "support/rights.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)
#define EACH(k) for (const struct kind *k = kinds; k < kinds + sizeof kinds / sizeof *kinds; k++)

// A service, a good record of it, and what is tried on that.
static const struct kind {
  const char *name, *field, *plural;
  const char *place;                   // how a record says where it belongs; %s: the region's code. NULL: by its office
  const char *sample;                  // further members; %s: a text that is no other record's
  const char *answers;                 // a path that answers that text
  const char *change, *mask, *changed; // members of a change, its mask, and what the path `answers` then gives
  const char *needed;                  // a field that must be given, in the mask's spelling
  const char *since, *before;          // filters by day: from, and earlier than; NULL where there is none
} kinds[] = {
    {"Interview", "interview", "interviews", NULL,
     "\"heldOn\":\"2024-03-05\",\"persons\":[{\"name\":\"虚构某\",\"unit\":\"某镇\",\"post\":\"镇长\"}],\"reason\":\"%s\"",
     "reason", "\"reason\":\"更正\",\"heldOn\":\"2024-03-06\"", "reason", "更正", "reason", "heldFrom", "heldBefore"},
    {"Education", "education", "educations", NULL, "\"heldOn\":\"2024-03-05\",\"title\":\"%s\",\"peopleReached\":0", "title",
     "\"title\":\"更正\",\"heldOn\":\"2024-03-06\"", "title", "更正", "title", "heldFrom", "heldBefore"},
    {"Commendation", "commendation", "commendations", NULL, "\"givenOn\":\"2024-03-05\",\"personName\":\"%.40s\"", "personName",
     "\"personName\":\"更正\",\"givenOn\":\"2024-03-06\"", "person_name", "更正", "person_name", "givenFrom", "givenBefore"},
    {"Indicator", "indicator", "indicators", "\"regionCode\":\"%s\"",
     "\"kind\":\"INDICATOR_KIND_EXTERNAL_LIVELIHOOD\",\"year\":2024,\"rank\":3,\"rankedOf\":12,\"source\":\"%s\"", "source",
     "\"source\":\"更正\",\"year\":2023", "source", "更正", "source", NULL, NULL},
    {"Recommendation", "recommendation", "recommendations", NULL,
     "\"number\":\"%1$s\",\"addressedTo\":\"%1$s\",\"issuedOn\":\"2024-03-05\",\"replyDueOn\":\"2024-04-05\",\"items\":[{"
     "\"text\":\"虚构：公开账目\"}]",
     "addressedTo", "\"addressedTo\":\"更正\",\"issuedOn\":\"2024-03-06\"", "addressed_to", "更正", "addressed_to",
     "issuedFrom", "issuedBefore"},
    {"Publication", "publication", "publications", NULL,
     "\"kind\":\"PUBLICATION_KIND_NOTICE\",\"title\":\"%s\",\"publishedOn\":\"2024-03-05\"", "title",
     "\"title\":\"更正\",\"publishedOn\":\"2024-03-06\"", "title", "更正", "title", "publishedFrom", "publishedBefore"},
    {"Campaign", "campaign", "campaigns", "\"regionCodes\":[\"%s\"]", "\"name\":\"%s\",\"startsOn\":\"2024-03-05\"", "name",
     "\"name\":\"更正\",\"startsOn\":\"2024-03-06\"", "name", "更正", "name", NULL, NULL},
};

static const char *method_of(const struct kind *k, const char *verb, bool many) {
  const char *end = !many ? "" : "s";
  return arena_printf(client_memory(), "%sService/%s%s%s", k->name, verb, k->name, end);
}

// The members that say where a record belongs: to a county, by its commission or its code.
static const char *placed(const struct kind *k, const char *region) {
  if (!k->place)
    return arena_printf(client_memory(), "\"officeId\":\"%s\"",
                        sql_text("select id from office where region_code = %s and kind = 2", region));
  char place[100];
  snprintf(place, sizeof place, k->place, region);
  return arena_printf(client_memory(), "%s", place);
}

static const char *members(const struct kind *k, const char *region, const char *text) {
  char sample[500];
  snprintf(sample, sizeof sample, k->sample, text);
  return arena_printf(client_memory(), "%s,%s", placed(k, region), sample);
}

static struct answer create(enum transport t, const char *user, const struct kind *k, const char *id, const char *given,
                            const char *request_id) {
  return ask(world()->client, t, token_of(user), method_of(k, "Create", false),
             "{\"%s\":{\"id\":\"%s\",%s},\"requestId\":\"%s\"}", k->field, id, given, request_id);
}

// A record of a county, that must come to be. A ranking takes the place of the one before it.
static struct answer made(enum transport t, const char *user, const struct kind *k, const char *region, const char *id,
                          const char *text) {
  if (!strcmp(k->field, "indicator"))
    CU_ASSERT_TRUE(
        sql_run("update indicator set withdrawn_reason = '测试', withdrawn_by = created_by where withdrawn_at is null"));
  struct answer answer = create(t, user, k, id, members(k, region, text), "");
  CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
  return answer;
}

static struct answer get(enum transport t, const char *user, const struct kind *k, const char *id) {
  return ask(world()->client, t, token_of(user), method_of(k, "Get", false), "{\"id\":\"%s\"}", id);
}

static struct answer change(enum transport t, const char *user, const struct kind *k, const char *id, const char *etag,
                            const char *given, const char *mask) {
  return ask(world()->client, t, token_of(user), method_of(k, "Update", false),
             "{\"%s\":{\"id\":\"%s\",\"etag\":\"%s\"%s%s},\"updateMask\":\"%s\"}", k->field, id, etag, *given ? "," : "", given,
             mask);
}

static struct answer withdraw(enum transport t, const char *user, const struct kind *k, const char *id, const char *etag) {
  return ask(world()->client, t, token_of(user), method_of(k, "Withdraw", false),
             "{\"id\":\"%s\",\"etag\":\"%s\",\"reason\":\"误录\"}", id, etag);
}

static bool is_listed_with(enum transport t, const char *user, const struct kind *k, const char *filters, const char *id) {
  json_t *ids = all_ids(t, user, method_of(k, "List", true), k->plural, filters, 500), *each;
  size_t i;
  json_array_foreach(ids, i, each) {
    if (!strcmp(json_string_value(each), id))
      return true;
  }
  return false;
}

static void a_record_is_read_where_it_belongs_as_it_was_entered(void) {
  BOTH(t) EACH(k) {
    const char *id = fresh_id(), *text = fresh_id();
    made(t, "supervisor.linxi", k, LINXI, id, text);
    enum transport other = t == REST ? GRPC : REST;
    struct answer read = get(other, "officer.linxi", k, id);
    CU_ASSERT_EQUAL_FATAL(read.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(read.body, k->answers), text);
    CU_ASSERT_STRING_EQUAL(text_at(read.body, "history.createdBy"), id_of("supervisor.linxi"));
    CU_ASSERT_STRING_EQUAL(text_at(read.body, strcmp(k->field, "campaign") ? "regionCode" : "regionCodes.0"), LINXI);
    CU_ASSERT_TRUE(json_equal(read.body, get(t, "supervisor.chifeng", k, id).body));
    CU_ASSERT_EQUAL(get(t, "officer.balin", k, id).code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(get(t, "analyst.chifeng", k, id).code, CODE_PERMISSION_DENIED);
    CU_ASSERT_TRUE(is_listed_with(t, "officer.linxi", k, "", id));
    CU_ASSERT_FALSE(is_listed_with(t, "officer.balin", k, "", id));
  }
}

static void a_record_without_an_office_is_of_the_callers(void) {
  BOTH(t) EACH(k) {
    if (k->place)
      continue;
    char sample[500];
    snprintf(sample, sizeof sample, k->sample, fresh_id());
    struct answer answer = create(t, "supervisor.linxi", k, fresh_id(), sample, "");
    CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(answer.body, "officeId"),
                           sql_text("select office_id from account where username = 'supervisor.linxi'"));
  }
}

static void only_who_supervises_the_place_writes(void) {
  BOTH(t) EACH(k) {
    const char *field = arena_printf(client_memory(), "%s.%s", k->field,
                                     !k->place                      ? "office_id"
                                     : strcmp(k->field, "campaign") ? "region_code"
                                                                    : "region_codes");
    struct answer far = create(t, "supervisor.linxi", k, fresh_id(), members(k, BALIN, fresh_id()), "");
    CU_ASSERT_EQUAL(far.code, CODE_PERMISSION_DENIED);
    CU_ASSERT_TRUE(names_field(&far, field, "FORBIDDEN"));
    CU_ASSERT_EQUAL(create(t, "officer.linxi", k, fresh_id(), members(k, LINXI, fresh_id()), "").code, CODE_PERMISSION_DENIED);
    const char *id = fresh_id();
    struct answer own = made(t, "supervisor.linxi", k, LINXI, id, fresh_id());
    const char *etag = text_at(own.body, "etag");
    CU_ASSERT_EQUAL(change(t, "officer.linxi", k, id, etag, k->change, k->mask).code, CODE_PERMISSION_DENIED);
    const char *distant = fresh_id();
    struct answer other = made(t, "supervisor.chifeng", k, BALIN, distant, fresh_id());
    etag = text_at(other.body, "etag");
    CU_ASSERT_EQUAL(change(t, "supervisor.linxi", k, distant, etag, k->change, k->mask).code, CODE_NOT_FOUND);
    CU_ASSERT_EQUAL(withdraw(t, "supervisor.linxi", k, distant, etag).code, CODE_NOT_FOUND);
  }
}

static void a_change_holds_for_what_the_mask_names_and_needs_the_present_version(void) {
  BOTH(t) EACH(k) {
    const char *id = fresh_id();
    struct answer first = made(t, "supervisor.linxi", k, LINXI, id, fresh_id());
    const char *etag = text_at(first.body, "etag");
    struct answer next = change(t, "supervisor.chifeng", k, id, etag, k->change, k->mask);
    CU_ASSERT_EQUAL_FATAL(next.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(next.body, k->answers), k->changed);
    CU_ASSERT_STRING_NOT_EQUAL(text_at(next.body, "etag"), etag);
    CU_ASSERT_STRING_EQUAL(text_at(next.body, "history.createdBy"), id_of("supervisor.linxi"));
    CU_ASSERT_STRING_EQUAL(text_at(next.body, "history.updatedBy"), id_of("supervisor.chifeng"));
    char *text = json_dumps(next.body, 0);
    CU_ASSERT_PTR_NULL(strstr(text, "2024-03-06")); // given, but not named
    free(text);
    struct answer stale = change(t, "supervisor.linxi", k, id, etag, k->change, k->mask);
    CU_ASSERT_EQUAL(stale.code, CODE_ABORTED);
    etag = text_at(next.body, "etag");
    struct answer unknown = change(t, "supervisor.linxi", k, id, etag, "", "history");
    CU_ASSERT_TRUE(names_field(&unknown, "update_mask", NULL));
    struct answer emptied = change(t, "supervisor.linxi", k, id, etag, "", k->needed);
    CU_ASSERT_TRUE(names_field(&emptied, arena_printf(client_memory(), "%s.%s", k->field, k->needed), "REQUIRED"));
    struct answer unversioned = change(t, "supervisor.linxi", k, id, "", k->change, k->mask);
    CU_ASSERT_TRUE(names_field(&unversioned, arena_printf(client_memory(), "%s.etag", k->field), "REQUIRED"));
  }
}

static void in_rest_the_keys_of_a_record_are_the_mask(void) {
  EACH(k) {
    const char *id = fresh_id();
    struct answer first = made(REST, "supervisor.linxi", k, LINXI, id, fresh_id());
    struct answer next =
        http(world()->client, "PATCH", arena_printf(client_memory(), "/v1/%s/%s", k->plural, id), token_of("supervisor.linxi"),
             arena_printf(client_memory(), "{\"etag\":\"%s\",%s}", text_at(first.body, "etag"), k->change));
    CU_ASSERT_EQUAL_FATAL(next.http, 200);
    CU_ASSERT_STRING_EQUAL(text_at(next.body, k->answers), k->changed);
    CU_ASSERT_TRUE(speaks_of(next.body, !strcmp(k->field, "indicator") ? "2023" : "2024-03-06"));
  }
}

static void a_withdrawn_record_stays_readable_and_is_listed_apart(void) {
  BOTH(t) EACH(k) {
    const char *id = fresh_id();
    struct answer first = made(t, "supervisor.linxi", k, LINXI, id, fresh_id());
    const char *etag = text_at(first.body, "etag");
    struct answer gone = withdraw(t, "supervisor.chifeng", k, id, etag);
    CU_ASSERT_EQUAL_FATAL(gone.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(text_at(gone.body, "history.withdrawnReason"), "误录");
    CU_ASSERT_STRING_EQUAL(text_at(gone.body, "history.withdrawnBy"), id_of("supervisor.chifeng"));
    CU_ASSERT_TRUE(json_equal(gone.body, withdraw(t, "supervisor.chifeng", k, id, etag).body));
    CU_ASSERT_TRUE(json_equal(gone.body, get(t, "officer.linxi", k, id).body));
    CU_ASSERT_FALSE(is_listed_with(t, "officer.linxi", k, "", id));
    CU_ASSERT_TRUE(is_listed_with(t, "officer.linxi", k, "\"withdrawn\":true", id));
    struct answer late = change(t, "supervisor.linxi", k, id, text_at(gone.body, "etag"), k->change, k->mask);
    CU_ASSERT_EQUAL(late.code, CODE_FAILED_PRECONDITION);
    struct answer again = create(t, "supervisor.linxi", k, fresh_id(), members(k, LINXI, text_at(first.body, k->answers)), "");
    CU_ASSERT_EQUAL(again.code, CODE_OK); // what it took is free
    if (!strcmp(k->field, "indicator"))
      CU_ASSERT_EQUAL(withdraw(t, "supervisor.linxi", k, text_at(again.body, "id"), text_at(again.body, "etag")).code, CODE_OK);
  }
}

static void a_repeated_request_enters_a_record_once(void) {
  BOTH(t) EACH(k) {
    const char *request = fresh_id(), *id = fresh_id(), *given = members(k, LINXI, fresh_id());
    if (!strcmp(k->field, "indicator"))
      CU_ASSERT_TRUE(
          sql_run("update indicator set withdrawn_reason = '测试', withdrawn_by = created_by where withdrawn_at is null"));
    struct answer first = create(t, "supervisor.linxi", k, id, given, request);
    CU_ASSERT_EQUAL_FATAL(first.code, CODE_OK);
    CU_ASSERT_TRUE(json_equal(first.body, create(t, "supervisor.linxi", k, id, given, request).body));
    struct answer other = create(t, "supervisor.linxi", k, fresh_id(), given, request);
    CU_ASSERT_STRING_EQUAL(other.reason, "REQUEST_ID_TAKEN");
    struct answer taken = create(t, "supervisor.linxi", k, id, given, "");
    CU_ASSERT_EQUAL(taken.code, CODE_ALREADY_EXISTS);
    CU_ASSERT_TRUE(names_field(&taken, arena_printf(client_memory(), "%s.id", k->field), "ALREADY_EXISTS"));
  }
}

static void lists_come_by_region_and_day_page_by_page(void) {
  BOTH(t) EACH(k) {
    const char *near = fresh_id(), *far = fresh_id();
    made(t, "supervisor.linxi", k, LINXI, near, fresh_id());
    if (!strcmp(k->field, "indicator")) { // one a region and year
      char sample[500];
      snprintf(sample, sizeof sample, k->sample, fresh_id());
      const char *given = arena_printf(client_memory(), "%s,%s", placed(k, BALIN), sample);
      CU_ASSERT_EQUAL_FATAL(create(t, "supervisor.chifeng", k, far, given, "").code, CODE_OK);
    } else {
      made(t, "supervisor.chifeng", k, BALIN, far, fresh_id());
    }
    CU_ASSERT_TRUE(is_listed_with(t, "supervisor.chifeng", k, "\"regionCode\":\"" LINXI "\"", near));
    CU_ASSERT_FALSE(is_listed_with(t, "supervisor.chifeng", k, "\"regionCode\":\"" LINXI "\"", far));
    CU_ASSERT_TRUE(is_listed_with(t, "supervisor.chifeng", k, "\"regionCode\":\"" CITY "\"", far));
    if (k->since) {
      const char *method = method_of(k, "List", true);
      const char *on = arena_printf(client_memory(), "\"%s\":\"2024-03-05\",\"%s\":\"2024-03-06\"", k->since, k->before);
      CU_ASSERT_TRUE(is_listed_with(t, "supervisor.chifeng", k, on, near));
      CU_ASSERT_EQUAL(
          count_of(t, "supervisor.chifeng", method, k->plural,
                   arena_printf(client_memory(), "\"%s\":\"2024-03-04\",\"%s\":\"2024-03-05\"", k->since, k->before)),
          0);
    }
    const char *method = method_of(k, "List", true);
    json_t *whole = all_ids(t, "supervisor.chifeng", method, k->plural, "", 500);
    CU_ASSERT_TRUE(json_array_size(whole) >= 2);
    CU_ASSERT_TRUE(json_equal(whole, all_ids(t, "supervisor.chifeng", method, k->plural, "", 1)));
  }
}

static void a_day_to_come_is_refused_and_so_is_an_office_that_was_closed_before(void) {
  BOTH(t) EACH(k) {
    if (k->place)
      continue;
    const char *id = fresh_id();
    struct answer first = made(t, "supervisor.linxi", k, LINXI, id, fresh_id());
    const char *day = strstr(k->change, "On\"") ? k->since : NULL;
    const char *base = arena_printf(client_memory(), "%.*s_on", (int)(strlen(day) - strlen("From")), day);
    const char *tomorrow = arena_printf(client_memory(), "\"%.*sOn\":\"%s\"", (int)(strlen(day) - strlen("From")), day,
                                        sql_text("select local_day(now()) + 1"));
    struct answer early = change(t, "supervisor.linxi", k, id, text_at(first.body, "etag"), tomorrow, base);
    CU_ASSERT_TRUE(names_field(&early, arena_printf(client_memory(), "%s.%s", k->field, base), "OUT_OF_RANGE"));
    const char *closed = fresh_id();
    CU_ASSERT_TRUE(sql_run("insert into office (id, name, kind, region_code, opened_on, closed_on) "
                           "values ('%s', '测试', 4, " LINXI ", '2020-01-01', '2024-03-04')",
                           closed));
    struct answer late = change(t, "supervisor.linxi", k, id, text_at(first.body, "etag"),
                                arena_printf(client_memory(), "\"officeId\":\"%s\"", closed), "office_id");
    CU_ASSERT_TRUE(names_field(&late, arena_printf(client_memory(), "%s.office_id", k->field), "NO_SUCH_OFFICE"));
  }
}

SUITE_WITH(records, world_open, client_forget, 240, TEST(a_record_is_read_where_it_belongs_as_it_was_entered),
           TEST(a_record_without_an_office_is_of_the_callers), TEST(only_who_supervises_the_place_writes),
           TEST(a_change_holds_for_what_the_mask_names_and_needs_the_present_version),
           TEST(in_rest_the_keys_of_a_record_are_the_mask), TEST(a_withdrawn_record_stays_readable_and_is_listed_apart),
           TEST(a_repeated_request_enters_a_record_once), TEST(lists_come_by_region_and_day_page_by_page),
           TEST(a_day_to_come_is_refused_and_so_is_an_office_that_was_closed_before));
