// Rows are put in by the owner here, past the rules for who writes them today.

#include "support/past.h"
#include "support/client_wire.h"
#include "support/world.h"
#include <CUnit/CUnit.h>
#include <string.h>

static const char *put(const char *table, const char *columns, const char *values) {
  const char *id = fresh_id();
  CU_ASSERT_TRUE(sql_run("insert into %s (id, %s) values ('%s', %s)", table, columns, id, values));
  return id;
}

const char *put_lead(const char *region, const char *received, const char *columns, const char *values) {
  const char *writer = id_of("officer.linxi");
  return put(
      "lead",
      arena_printf(client_memory(),
                   "region_code, current_code, received_at, narrative, confidential, raised_by, etag, written_by%s%s%s",
                   strstr(columns, "channel") ? "" : ", channel", strstr(columns, "class") ? "" : ", class", columns),
      arena_printf(client_memory(),
                   "%s, (select current_code from region where code = %s), '%s+08', '虚构', true, '%s', sha256('x'), '%s'"
                   "%s%s%s",
                   region, region, received, writer, writer, strstr(columns, "channel") ? "" : ", 1",
                   strstr(columns, "class") ? "" : ", 1", values));
}

const char *put_visit(const char *region, int kind, const char *started, const char *columns, const char *values) {
  const char *writer = id_of("officer.linxi");
  return put("visit",
             arena_printf(client_memory(), "region_code, current_code, kind, started_at, recorder_id, etag, written_by%s%s",
                          strstr(columns, "state") ? "" : ", state", columns),
             arena_printf(client_memory(), "%s, %s, %d, '%s+08', '%s', sha256('x'), '%s'%s%s", region, region, kind, started,
                          writer, writer, strstr(columns, "state") ? "" : ", 1", values));
}

void conclude(const char *lead, const char *approved, int finding, const char *columns, const char *values) {
  CU_ASSERT_TRUE(sql_run("alter table lead_outcome disable trigger lead_outcome_follows;"
                         "insert into lead_outcome (lead_id, finding, proposed_by, approved_by, approved_at%s)"
                         "values ('%s', %d, '%s', '%s', '%s+08'%s);"
                         "alter table lead_outcome enable trigger lead_outcome_follows;"
                         "update lead set finding = %d where id = '%s'",
                         columns, lead, finding, id_of("officer.linxi"), id_of("supervisor.linxi"), approved, values, finding,
                         lead));
}

void reopen(const char *lead, const char *at) {
  CU_ASSERT_TRUE(
      sql_run("insert into lead_event (lead_id, kind, at, from_state, to_state) values ('%s', 5, '%s+08', 8, 15)", lead, at));
}

void link_leads(const char *one, const char *other) {
  CU_ASSERT_TRUE(sql_run("insert into lead_link (lead_id, other_id, reason, linked_by)"
                         "values (least('%s', '%s')::uuid, greatest('%s', '%s')::uuid, '同一事项', '%s')",
                         one, other, one, other, id_of("supervisor.linxi")));
}

void tell(const char *lead, const char *at, int about, int satisfaction) {
  CU_ASSERT_TRUE(sql_run("alter table lead_feedback disable trigger lead_feedback_follows;"
                         "insert into lead_feedback (lead_id, about, told_at, way, audience, satisfaction, written_by)"
                         "values ('%s', %d, '%s+08', 1, 1, %d, '%s');"
                         "alter table lead_feedback enable trigger lead_feedback_follows",
                         lead, about, at, satisfaction, id_of("officer.linxi")));
}

const char *put_case(const char *lead, const char *filed) {
  const char *writer = id_of("officer.linxi"), *region = sql_text("select region_code from lead where id = '%s'", lead);
  const char *id = put(
      "case_file", "title, region_code, current_code, filed_at, filed_by, etag, written_by",
      arena_printf(client_memory(), "'虚构', %s, %s, '%s+08', '%s', sha256('x'), '%s'", region, region, filed, writer, writer));
  CU_ASSERT_TRUE(
      sql_run("insert into case_lead (lead_id, case_id, place, added_by) values ('%s', '%s', 1, '%s')", lead, id, writer));
  return id;
}

const char *put_person(const char *of_case, const char *same_as) {
  const char *writer = id_of("officer.linxi");
  const char *id = put("person", "name, added_by, same_as",
                       arena_printf(client_memory(), "'某甲', '%s', nullif('%s', '')::uuid", writer, same_as));
  CU_ASSERT_TRUE(
      sql_run("insert into case_person (case_id, person_id, added_by) values ('%s', '%s', '%s')", of_case, id, writer));
  return id;
}

const char *handle(const char *of_case, const char *person, int form, int discipline, const char *decided,
                   const char *transferred, bool approved) {
  const char *proposer = id_of("officer.linxi"), *approver = id_of("supervisor.linxi");
  return put(
      "handling", "case_id, person_id, form, discipline, decided_at, transferred_at, proposed_by, approved_by, approved_at",
      arena_printf(client_memory(), "'%s', '%s', %d, nullif(%d, 0), '%s+08', %s, '%s', %s, %s", of_case, person, form,
                   discipline, decided, *transferred ? arena_printf(client_memory(), "'%s+08'", transferred) : "null", proposer,
                   approved ? arena_printf(client_memory(), "'%s'", approver) : "null", approved ? "now()" : "null"));
}

void talk(const char *lead, const char *person, const char *decided) {
  CU_ASSERT_TRUE(sql_run("alter table handling disable trigger talk_follows;"
                         "insert into handling (lead_id, person_id, form, decided_at, proposed_by, approved_by, approved_at)"
                         "values ('%s', '%s', 1, '%s+08', '%s', '%s', now());"
                         "alter table handling enable trigger talk_follows",
                         lead, person, decided, id_of("officer.linxi"), id_of("supervisor.linxi")));
}

const char *put_campaign(const char *domain, const char *rounds) {
  const char *writer = id_of("supervisor.chifeng");
  return put(
      "campaign",
      "name, domain, region_codes, starts_on, round_numbers, round_first_days, round_last_days, round_names, etag, "
      "created_by, written_by",
      arena_printf(client_memory(),
                   "'虚构', nullif('%s', ''), '{" CITY "}', '2005-01-01', '%s', array_fill('2005-01-01'::date, "
                   "array[cardinality('%s'::int4[])]), array_fill('2030-01-01'::date, array[cardinality('%s'::int4[])]), "
                   "array_fill(null::text, array[cardinality('%s'::int4[])]), sha256('x'), '%s', '%s'",
                   domain, rounds, rounds, rounds, rounds, writer, writer));
}

const char *put_office(const char *region, int kind, const char *opened, const char *closed) {
  return put("office", "name, kind, region_code, opened_on, closed_on",
             arena_printf(client_memory(), "'虚构', %d, %s, '%s', nullif('%s', '')::date", kind, region, opened, closed));
}

const char *put_record(const char *table, const char *office, const char *columns, const char *values) {
  const char *writer = id_of("supervisor.chifeng");
  return put(table, arena_printf(client_memory(), "office_id, etag, created_by, written_by, %s", columns),
             arena_printf(client_memory(), "'%s', sha256('x'), '%s', '%s', %s", office, writer, writer, values));
}

void failed_logins_wait_long(const char *username) {
  CU_ASSERT_TRUE(sql_run("update login_failure set failures = 1000, failed_at = now() where username = '%s'", username));
}
