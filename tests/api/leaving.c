// Leaving: an account ends once all that its user answers for is handed over.

#include "suite.h"
#include "support/approving.h"
#include "support/client_wire.h"
#include "support/past.h"
#include "support/world.h"
#include <stdlib.h>
#include <string.h>

#define BOTH(t) for (enum transport t = REST; t <= GRPC; t++)

enum { COMMAND_TIMEOUT_MS = 30000 };

struct leaver {
  const char *id, *username;
};

static struct leaver leaver(enum transport t) {
  struct leaver leaver = {.username = arena_printf(client_memory(), "l%.13s", fresh_id())};
  leaver.id = text_at(make_account(t, leaver.username, "").body, "id");
  return leaver;
}

static struct answer disable(enum transport t, const struct leaver *leaver) {
  return ask(world()->client, t, token_of("admin"), "PeopleService/UpdateUser",
             "{\"user\":{\"id\":\"%s\",\"etag\":\"%s\",\"disabled\":true},\"updateMask\":\"disabled\"}", leaver->id,
             sql_text("select encode(etag, 'base64') from account where id = '%s'", leaver->id));
}

// A lead that he answers for, of a month that no other suite looks at.
static const char *lead_of(const struct leaver *leaver, const char *columns, const char *values) {
  return put_lead(LINXI_VILLAGE, "2009-08-07 12:00", arena_printf(client_memory(), ", handler_id%s", columns),
                  arena_printf(client_memory(), ", '%s'%s", leaver->id, values));
}

static void hand_over(const char *lead) {
  CU_ASSERT_TRUE(sql_run("update lead set handler_id = '%s' where id = '%s'", id_of("officer.linxi"), lead));
}

static const char *said(const struct answer *answer, const char *member) {
  char *text = json_dumps(answer->body, JSON_COMPACT);
  const char *kept = strstr(arena_strdup(client_memory(), text ? text : ""), member);
  free(text);
  return kept;
}

static void nobody_ends_while_he_answers_for_leads_or_cases(void) {
  BOTH(t) {
    struct leaver him = leaver(t);
    const char *lead = lead_of(&him, "", ""), *other = lead_of(&him, "", "");
    const char *filed = put_case(lead, "2009-08-09 12:00");
    struct answer list =
        ask(world()->client, t, token_of("supervisor.linxi"), "CaseService/ListCases", "{\"handlerId\":\"%s\"}", him.id);
    CU_ASSERT_EQUAL(count_at(list.body, "cases"), 1);
    CU_ASSERT_STRING_EQUAL(text_at(list.body, "cases.0.id"), filed);
    struct answer refused = disable(t, &him);
    CU_ASSERT_EQUAL(refused.code, CODE_FAILED_PRECONDITION);
    CU_ASSERT_TRUE(names_field(&refused, "user.disabled", "LEAVES_OPEN_WORK"));
    CU_ASSERT_PTR_NOT_NULL(said(&refused, "2 leads, 1 case"));
    CU_ASSERT_PTR_NOT_NULL(said(&refused, "线索 2 条、案件 1 件"));
    CU_ASSERT_PTR_NULL(said(&refused, lead)); // an admin hears how much, and not what
    hand_over(lead);
    refused = disable(t, &him);
    CU_ASSERT_PTR_NOT_NULL(said(&refused, "1 lead, 0 cases"));
    hand_over(other);
    CU_ASSERT_EQUAL(disable(t, &him).code, CODE_OK);
    CU_ASSERT_EQUAL(sql_number("select count(*) from account where id = '%s' and disabled_at is not null", him.id), 1);
  }
}

static void a_case_whose_person_is_not_handled_yet_holds_its_handler_though_its_leads_are_concluded(void) {
  struct leaver him = leaver(REST);
  const char *lead = lead_of(&him, ", state", ", 8"), *filed = put_case(lead, "2009-08-09 12:00");
  CU_ASSERT_EQUAL(sql_number("select cardinality(cases) from open_work_of('%s')", him.id), 0);
  const char *person = put_person(filed, "");
  struct answer refused = disable(REST, &him);
  CU_ASSERT_PTR_NOT_NULL(said(&refused, "0 leads, 1 case"));
  handle(filed, person, 2, 1, "2009-09-01 12:00", "", true);
  CU_ASSERT_EQUAL(disable(REST, &him).code, CODE_OK);
}

static void a_concluded_lead_is_handed_over_while_its_case_is_not_done(void) {
  BOTH(t) {
    struct leaver him = leaver(t);
    const char *lead = lead_of(&him, ", state", ", 8");
    const char *about =
        arena_printf(client_memory(), "\"id\":\"%s\",\"etag\":\"%s\",\"handlerId\":\"%s\",\"reason\":\"离任\"", lead,
                     sql_text("select encode(etag, 'base64') from lead where id = '%s'", lead), id_of("officer.linxi"));
    struct answer answer = ask(world()->client, t, token_of("supervisor.linxi"), "LeadService/HandOver", "{%s}", about);
    CU_ASSERT_EQUAL(answer.code, CODE_FAILED_PRECONDITION);
    const char *filed = put_case(lead, "2009-08-09 12:00");
    put_person(filed, "");
    answer = ask(world()->client, t, token_of("supervisor.linxi"), "LeadService/HandOver", "{%s}", about);
    CU_ASSERT_EQUAL_FATAL(answer.code, CODE_OK);
    answer = ask(world()->client, t, token_of("officer.linxi"), "LeadService/AcceptHandOver", "{\"id\":\"%s\",\"etag\":\"%s\"}",
                 lead, text_at(answer.body, "etag"));
    CU_ASSERT_EQUAL(answer.code, CODE_OK);
    CU_ASSERT_STRING_EQUAL(sql_text("select handler_id::text from case_file where id = '%s'", filed), id_of("officer.linxi"));
    CU_ASSERT_EQUAL(sql_number("select state from lead where id = '%s'", lead), 8);
    CU_ASSERT_EQUAL(disable(t, &him).code, CODE_OK);
  }
}

static void a_transferred_lead_holds_its_handler_until_it_is_accepted(void) {
  struct leaver him = leaver(REST);
  lead_of(&him, ", state", ", 12");
  struct answer refused = disable(REST, &him);
  CU_ASSERT_PTR_NOT_NULL(said(&refused, "1 lead, 0 cases"));
}

static void who_ended_may_be_taken_up_again_and_changed_whatever_he_answers_for(void) {
  struct leaver him = leaver(REST);
  lead_of(&him, "", "");
  CU_ASSERT_TRUE(sql_run("update account set disabled_at = now() where id = '%s'", him.id));
  CU_ASSERT_EQUAL(disable(REST, &him).code, CODE_OK); // as it is
  struct answer back = ask(world()->client, REST, token_of("admin"), "PeopleService/UpdateUser",
                           "{\"user\":{\"id\":\"%s\",\"etag\":\"%s\",\"disabled\":false},\"updateMask\":\"disabled\"}", him.id,
                           sql_text("select encode(etag, 'base64') from account where id = '%s'", him.id));
  CU_ASSERT_EQUAL(back.code, CODE_OK);
}

static void the_command_line_names_what_is_to_be_handed_over(void) {
  struct leaver him = leaver(REST);
  const char *lead = lead_of(&him, "", ""), *filed = put_case(lead, "2009-08-09 12:00");
  const char *environment[] = {arena_printf(client_memory(), "ZOUFANG_DB_OWNER_URL=%s", world()->owner_url), NULL};
  const char *const command[] = {server_binary(), "user", "disable", him.username, NULL};
  char *printed = NULL;
  CU_ASSERT_EQUAL(process_run(command, environment, &printed, COMMAND_TIMEOUT_MS), 1);
  const char *expected =
      arena_printf(client_memory(),
                   "zoufang user disable: %s still answers for open work, to be handed over first (HandOver, or a "
                   "supervisor's step): 1 lead: %s; 1 case: %s\n",
                   him.username, lead, filed);
  CU_ASSERT_STRING_EQUAL(printed, expected);
  free(printed);
  hand_over(lead);
  CU_ASSERT_EQUAL(process_run(command, environment, NULL, COMMAND_TIMEOUT_MS), 0);
  CU_ASSERT_EQUAL(sql_number("select count(*) from account where id = '%s' and disabled_at is not null", him.id), 1);
}

SUITE_WITH(leaving, world_open, client_forget, 120, TEST(nobody_ends_while_he_answers_for_leads_or_cases),
           TEST(a_case_whose_person_is_not_handled_yet_holds_its_handler_though_its_leads_are_concluded),
           TEST(a_concluded_lead_is_handed_over_while_its_case_is_not_done),
           TEST(a_transferred_lead_holds_its_handler_until_it_is_accepted),
           TEST(who_ended_may_be_taken_up_again_and_changed_whatever_he_answers_for),
           TEST(the_command_line_names_what_is_to_be_handed_over));
