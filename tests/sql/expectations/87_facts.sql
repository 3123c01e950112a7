-- Facts: they say what the records say, whatever is written.
set search_path = test, zoufang;

insert into allowed (privilege, name)
values ('reads nothing', 'fact'), ('reads nothing', 'outcome_person');

-- How many facts are not as the records are, or not there.
create function test.facts_amiss() returns int8
language sql stable as $$
  select count(*)
  from (
    (table fact except all table fact_of_records)
    union all
    (table fact_of_records except all table fact)
  ) f
$$;

-- Takes a lead to its conclusion: found false, problem solved, with a person dealt with and one cleared.
create function test.concludes(lead_id uuid) returns text
language sql immutable as $$
  select format(
    $s$ alter table lead disable trigger lead_step_kept;
        update lead set state = 7 where id = %1$L;
        insert into lead_outcome (lead_id, finding, problem_solved, person_names, person_units, cleared_names, cleared_units, cleared_on, proposed_by)
        values (%1$L, 3, true, '{某甲}', '{某村}', '{某乙}', '{某镇}', '{2020-01-01}', test.id('officer'));
        update lead set state = 8 where id = %1$L $s$,
    lead_id)
$$;
create function test.approves(lead_id uuid) returns text
language sql immutable as $$
  select format($s$ update lead_outcome set approved_by = test.id('city'), approved_at = now() where lead_id = %L $s$, lead_id)
$$;

insert into expectation (topic, sentence, statement, expected)
values
  ('constraints', 'facts: what cases were, who was dealt with and who asked for a review is there',
    $$ select f.kind || ' ' || count(*) from fact f group by f.kind $$, '10 12 7 12 8 12');

insert into expectation (topic, sentence, given, acting, statement, expected)
select 'constraints', 'facts follow ' || f.what, f.given, f.acting, 'select test.facts_amiss()', '0'
from (
  values
    ('a lead that is corrected', null, $$ update lead set cause = (select min(code) from term where vocabulary = 3) $$),
    ('a lead whose place is corrected', null, $$ update lead set region_code = 150422100200, current_code = 150422100200 $$),
    ('a lead that came from a visit', null,
      $$ update lead set visit_id = test.id('visit.own') where id in (test.id('lead.own'), test.id('lead.far')) $$),
    ('a visit that is corrected', $$ update lead set visit_id = test.id('visit.own') where id = test.id('lead.own') $$,
      $$ update visit set started_at = started_at - interval '1 day' where id = test.id('visit.own') $$),
    ('a visit that becomes a reception', $$ update lead set visit_id = test.id('visit.own') where id = test.id('lead.own'); $$
      || test.concludes(test.id('lead.own')) || ';' || test.approves(test.id('lead.own')),
      $$ update visit set kind = 2, led_by = test.id('chief') where id = test.id('visit.own') $$),
    ('a conclusion that is approved', test.concludes(test.id('lead.own')), test.approves(test.id('lead.own'))),
    ('a lead that is opened again', test.concludes(test.id('lead.own')) || ';' || test.approves(test.id('lead.own')),
      $$ insert into lead_event (lead_id, kind, at, from_state, to_state) values (test.id('lead.own'), 5, now() + interval '1 hour', 8, 15) $$),
    ('what is told, once and again', test.concludes(test.id('lead.own')) || ';' || test.approves(test.id('lead.own')),
      $$ insert into lead_feedback (lead_id, about, told_at, way, audience, satisfaction, written_by)
         select test.id('lead.own'), 2, now() - n * interval '1 day', 1, 1, n, test.id('officer') from generate_series(1, 2) n $$),
    ('a link', test.concludes(test.id('lead.own')) || ';' || test.approves(test.id('lead.own')),
      $$ insert into lead_link (lead_id, other_id, reason, linked_by)
         select least(test.id('lead.own'), test.id('lead.far')), greatest(test.id('lead.own'), test.id('lead.far')), '测试', test.id('officer') $$),
    ('a case that is filed', $$ delete from case_lead where lead_id = test.id('lead.own'); delete from fact where holder_id = test.id('case.own') $$,
      $$ insert into case_lead (lead_id, case_id, place, added_by) values (test.id('lead.own'), test.id('case.own'), 1, test.id('officer')) $$),
    ('a case that somebody must not see', null, $$ update case_file set accused = array[test.id('chief')] where id = test.id('case.own') $$),
    ('a handling that is approved',
      $$ insert into case_person (case_id, person_id, added_by) values (test.id('case.own'), test.id('person.far'), test.id('officer'));
         insert into handling (case_id, person_id, form, discipline, decided_at, transferred_at, proposed_by)
         values (test.id('case.own'), test.id('person.far'), 4, 8, now(), now(), test.id('officer')) $$,
      $$ update handling set approved_by = test.id('city'), approved_at = now() where case_id = test.id('case.own') and person_id = test.id('person.far') $$),
    ('a talk that is approved',
      $$ alter table handling disable trigger talk_follows;
         insert into handling (lead_id, person_id, form, decided_at, proposed_by) values (test.id('lead.own'), test.id('person.far'), 1, now(), test.id('officer')) $$,
      $$ update handling set approved_by = test.id('city'), approved_at = now() where lead_id is not null $$),
    ('a review that is corrected', null, $$ update review set asked_at = asked_at + interval '1 minute' $$)
) f(what, given, acting);

insert into expectation (topic, sentence, acting, statement, expected)
values
  ('constraints', 'facts follow a lead that is new, where a visit brought it',
    $$ insert into lead (id, region_code, current_code, channel, class, received_at, narrative, confidential, raised_by, etag, written_by, visit_id)
       values (test.id('lead.new'), 150424100201, 150424100201, 1, 1, now(), 'new', true, test.id('officer'), sha256('new'), test.id('officer'),
         test.id('visit.own')) $$,
    $$ select f.kind || ' ' || test.facts_amiss() from fact f where f.holder_id = test.id('lead.new') $$, '5 0');

insert into expectation (topic, sentence, given, statement, expected)
values
  ('constraints', 'a lead says what its conclusion found', test.concludes(test.id('lead.own')),
    $$ select l.finding from lead l where l.finding is not null $$, '3'),
  ('constraints', 'facts that were lost are made anew', $$ delete from fact; call make_facts() $$, 'select test.facts_amiss()', '0'),
  ('constraints', 'whom two conclusions name counts as one, whom another unit has as another',
    test.concludes(test.id('lead.own')) || ';' || test.approves(test.id('lead.own')) || ';' || replace(test.concludes(test.id('lead.office')), '某乙', '某丙') || ';'
      || test.approves(test.id('lead.office')),
    $$ select count(distinct f.once) || ' of ' || count(*) from fact f where f.kind in (2, 3) group by f.kind $$, '1 of 2 2 of 2'),
  ('constraints', 'whom a conclusion only proposes to name does not count', test.concludes(test.id('lead.own')),
    $$ select count(*) from outcome_person $$, '0'),
  ('constraints', 'outcome_person: the same name and unit are kept out', $$ insert into outcome_person (name, unit) values ('某甲', '某村') $$,
    $$ insert into outcome_person (name, unit) values ('某甲', '某村') $$, 'unique');

insert into expectation (topic, sentence, caller, given, statement, expected)
values ('reading', 'nobody reads whom conclusions name apart from them', 'city', $$ insert into outcome_person (name, unit) values ('某甲', '某村') $$,
  $$ select p.name from outcome_person p $$, 'denied');
