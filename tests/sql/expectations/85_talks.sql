-- Talks, which are handlings of leads without a case; and the timelines of cases.
set search_path = test, zoufang;

-- No lead is a case, each is verified, and each has a talk that is proposed.
create function test.talked() returns text
language sql immutable as $$
  select 'alter table case_event disable trigger user; alter table handling disable trigger user; alter table lead disable trigger user;
    delete from case_event; delete from review; delete from handling; delete from case_person; delete from case_lead;
    update lead set state = 4, changed = ''1'';
    update person set added_at = now() - interval ''1 hour'';
    insert into handling (id, lead_id, person_id, form, decided_at, proposed_by)
    select test.id(''handling.'' || l.narrative), l.id, test.id(''person.'' || l.narrative), 1, now(), l.raised_by from lead l;
    alter table lead enable trigger user; alter table handling enable trigger user'
$$;

create function test.talk_of(lead text, proposed_by text, approved_by text default null) returns text
language sql immutable as $$
  select format(
    'insert into handling (lead_id, person_id, form, decided_at, proposed_by, approved_by, approved_at)
     values (test.id(''lead.%1$s''), test.id(''person.%1$s''), 1, now(), test.id(%2$L), test.id(%3$L), case when %3$L is not null then now() end)',
    lead, proposed_by, approved_by)
$$;
grant execute on all functions in schema test to zoufang;

-- A talk, and with whom it was, is seen by who sees its lead.
insert into expectation (topic, sentence, caller, given, statement, expected)
select 'talks', replace(e.sentence, ' sees of leads:', format(' sees of %s:', t.what)), e.caller, test.talked(), t.statement, e.expected
from expectation e
cross join (
  values
    ('talks', 'select test.name(h.lead_id) from handling h'),
    ('with whom talks were', 'select test.name(p.id) from person p')
) t(what, statement)
where e.sentence like '% sees of leads: %';

insert into expectation (topic, sentence, caller, given, statement, expected)
values
  ('talks', 'who handles a lead proposes a talk', 'officer', test.talked(), test.talk_of('own', 'officer'), '1 rows'),
  ('talks', 'a supervisor in scope proposes a talk', 'supervisor', test.talked(), test.talk_of('county', 'supervisor'), '1 rows'),
  ('talks', 'who only sees a lead proposes no talk', 'officer', test.talked(), test.talk_of('office', 'officer'), 'denied'),
  ('talks', 'no talk is proposed of a lead out of sight', 'officer', test.talked(), test.talk_of('far', 'officer'), 'denied'),
  ('talks', 'no talk is proposed by who is complained of', 'accused', test.talked(), test.talk_of('against_him', 'accused'), 'denied'),
  ('talks', 'nobody proposes a talk in another''s name', 'officer', test.talked(), test.talk_of('own', 'colleague'), 'denied'),
  ('talks', 'nobody proposes a talk that is approved', 'supervisor', test.talked(), test.talk_of('own', 'supervisor', 'city'), 'denied'),
  ('talks', 'a supervisor approves talks in scope but of the lead against him', 'supervisor', test.talked(),
    $$ update handling set approved_by = test.id('supervisor'), approved_at = now() $$, '6 rows'),
  ('talks', 'who handles a lead approves no talk', 'officer', test.talked(),
    $$ update handling set approved_by = test.id('officer'), approved_at = now() $$, '0 rows'),
  ('talks', 'nobody approves a talk in another''s name', 'supervisor', test.talked(),
    $$ update handling set approved_by = test.id('city'), approved_at = now() $$, 'denied'),
  ('talks', 'nobody moves a talk to another lead', 'supervisor', test.talked(), $$ update handling set lead_id = test.id('lead.own') $$, 'denied'),
  ('talks', 'no talk is of a lead that is a case', 'supervisor', $$ alter table lead disable trigger user; update lead set state = 4;
    alter table lead enable trigger user $$, test.talk_of('own', 'supervisor'), 'PRECONDITION'),
  ('talks', 'no talk is of a lead that nobody looked into', 'supervisor', concat_ws('; ', test.talked(), test.lead_with('own', 'state = 3')),
    test.talk_of('own', 'supervisor'), 'PRECONDITION'),
  ('talks', 'a talk with a user is of a lead that complains of him', 'officer',
    concat_ws('; ', test.talked(), $$ update person set user_id = test.id('colleague') where id = test.id('person.own') $$),
    test.talk_of('own', 'officer'), 'NOT_MATCHED'),
  ('talks', 'a talk with a user who is complained of is taken in', 'officer',
    concat_ws('; ', test.talked(), $$ update person set user_id = test.id('supervisor') where id = test.id('person.against_the_supervisor') $$),
    test.talk_of('against_the_supervisor', 'officer'), '1 rows'),
  ('talks', 'one talk a person is approved', 'supervisor',
    concat_ws('; ', test.talked(), $$ alter table handling disable trigger user $$, test.talk_of('own', 'officer', 'city'),
      $$ alter table handling enable trigger user $$),
    $$ update handling set approved_by = test.id('supervisor'), approved_at = now() where lead_id = test.id('lead.own') and approved_at is null $$,
    'unique'),
  ('talks', 'nobody writes a case''s timeline', 'city', null,
    $$ insert into case_event (case_id, kind) values (test.id('case.own'), 1) $$, 'denied');

insert into expectation (topic, sentence, caller, acting, statement, expected)
values
  ('talks', 'a timeline tells that a case was filed, and by whom', 'officer', test.case_by('officer', 'officer'),
    $$ select concat_ws(' ', e.kind, test.name(e.actor_id)) from case_event e where e.case_id = test.id('case.new') $$, '1 officer'),
  ('talks', 'a timeline tells of a person who was added', 'officer', test.person_into('office', 'own', 'officer'),
    $$ select concat_ws(' ', e.kind, test.name(e.person_id)) from case_event e where e.case_id = test.id('case.own') and e.at = now() $$, '3 office'),
  ('talks', 'a timeline tells who is the same as whom', 'officer',
    $$ update person set same_as = test.id('person.own') where id = test.id('person.office') $$,
    $$ select concat_ws(' ', e.kind, test.name(e.actor_id), test.name(e.same_as)) from case_event e where e.case_id = test.id('case.office') and e.at = now() $$,
    '4 officer own'),
  ('talks', 'a timeline tells of a handling that was proposed', 'officer', test.handling_of('own', 'officer'),
    $$ select concat_ws(' ', e.kind, test.name(e.person_id)) from case_event e where e.case_id = test.id('case.own') and e.at = now() $$, '5 own'),
  ('talks', 'a timeline tells of a review that was asked for', 'officer', test.review_of('own', 'officer'),
    $$ select concat_ws(' ', e.kind, test.name(e.handling_id)) from case_event e where e.case_id = test.id('case.own') and e.at = now() $$, '7 own'),
  ('talks', 'a timeline tells of a review that was decided', 'officer',
    $$ update review set result = 1, decided_at = now(), written_by = test.id('officer') where handling_id = test.id('handling.own') $$,
    $$ select concat_ws(' ', e.kind, test.name(e.handling_id)) from case_event e where e.case_id = test.id('case.own') and e.at = now() $$, '8 own'),
  ('audit', 'an entry of a case''s timeline is told', 'officer', test.case_by('officer', 'officer'), $$ select test.told('case_event') $$,
    'created case_event done');

insert into expectation (topic, sentence, caller, given, acting, statement, expected)
values
  ('talks', 'a timeline tells of a handling that was approved', 'supervisor',
    $$ set local session_replication_role = replica; update handling set approved_by = null, approved_at = null; set local session_replication_role = origin $$,
    $$ update handling set approved_by = test.id('supervisor'), approved_at = now() where id = test.id('handling.own') $$,
    $$ select concat_ws(' ', e.kind, test.name(e.actor_id)) from case_event e where e.case_id = test.id('case.own') and e.at = now() $$, '6 supervisor'),
  ('talks', 'a timeline tells of a lead that was added', 'officer', $$ delete from case_lead where lead_id = test.id('lead.office') $$,
    test.lead_into('office', 'own', 'officer'),
    $$ select concat_ws(' ', e.kind, test.name(e.lead_id)) from case_event e where e.case_id = test.id('case.own') and e.at = now() $$, '2 office');

insert into expectation (topic, sentence, given, statement, expected)
values
  ('constraints', 'a timeline tells who answers for a case from now on', $$ update lead set handler_id = test.id('colleague') where id = test.id('lead.own') $$,
    $$ select test.name(e.user_id) from case_event e where e.case_id = test.id('case.own') and e.kind = 9 and e.at = now() $$, 'colleague'),
  ('constraints', 'case_event: an entry is not changed', null, $$ update case_event set actor_id = null $$, 'denied'),
  ('constraints', 'case_event: an entry is not removed', null, $$ delete from case_event $$, 'denied'),
  ('audit', 'case_event: a change is told, also of the owner',
    $$ alter table case_event disable trigger case_event_is_final; update case_event set user_id = test.id('city') where place = 1 $$,
    $$ select test.told('case_event') $$, 'changed case_event done'),
  ('audit', 'case_event: its removal is told, also of the owner',
    $$ alter table case_event disable trigger case_event_is_final; delete from case_event where place = 1 $$,
    $$ select test.told('case_event') $$, 'removed case_event done');
