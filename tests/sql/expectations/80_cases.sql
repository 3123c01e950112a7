-- Cases, their persons, handlings and reviews: who sees and writes what, what none of them takes in, and what the audit tells.
set search_path = test, zoufang;

create function test.case_by(filed_by text, written_by text) returns text
language sql immutable as $$
  select format(
    'insert into case_file (id, title, region_code, current_code, filed_at, filed_by, etag, written_by)
     values (test.id(''case.new''), ''new'', 150424100201, 150424100201, now(), test.id(%L), sha256(''new''), test.id(%L))', filed_by, written_by)
$$;

create function test.lead_into(lead text, of_case text, added_by text) returns text
language sql immutable as $$
  select format(
    'insert into case_lead (lead_id, case_id, place, added_by) values (test.id(''lead.%s''), test.id(''case.%s''), 2, test.id(%L))',
    lead, of_case, added_by)
$$;

create function test.person_by(added_by text) returns text
language sql immutable as $$
  select format('insert into person (id, name, added_by) values (test.id(''person.new''), ''new'', test.id(%L))', added_by)
$$;

create function test.person_into(person text, of_case text, added_by text) returns text
language sql immutable as $$
  select format('insert into case_person (case_id, person_id, added_by) values (test.id(''case.%s''), test.id(''person.%s''), test.id(%L))',
    of_case, person, added_by)
$$;

create function test.handling_of(of_case text, proposed_by text, approved_by text default null) returns text
language sql immutable as $$
  select format(
    'insert into handling (case_id, person_id, form, decided_at, proposed_by, approved_by, approved_at)
     values (test.id(''case.%1$s''), test.id(''person.%1$s''), 1, now(), test.id(%2$L), test.id(%3$L), case when %3$L is not null then now() end)',
    of_case, proposed_by, approved_by)
$$;

create function test.review_of(handling text, written_by text) returns text
language sql immutable as $$
  select format(
    'insert into review (handling_id, kind, asked_at, written_by) values (test.id(''handling.%s''), 2, now(), test.id(%L))',
    handling, written_by)
$$;

grant execute on all functions in schema test to zoufang;

insert into allowed (privilege, name)
values
  ('writes whole', 'case_file.insert'),
  ('writes whole', 'case_lead.insert'),
  ('writes whole', 'case_person.insert'),
  ('writes whole', 'handling.insert'),
  ('writes whole', 'person.insert'),
  ('writes whole', 'review.insert'),
  ('writes in part', 'case_file.update'),
  ('writes in part', 'handling.update'),
  ('writes in part', 'person.update'),
  ('writes in part', 'review.update'),
  ('calls', 'is_counted_as'),
  ('calls', 'is_talked_of'),
  ('calls', 'lead_has_case');

-- A case is seen by who sees its lead.
insert into expectation (topic, sentence, caller, statement, expected)
select 'cases', replace(e.sentence, ' sees of leads:', format(' sees of %s:', t.what)), e.caller, t.statement, e.expected
from expectation e
cross join (
  values
    ('cases', 'select test.name(c.id) from case_file c'),
    ('cases as answered', 'select test.name(c.id) from case_answer c'),
    ('the leads of cases', 'select test.name(k.lead_id) from case_lead k'),
    ('who belongs to cases', 'select test.name(k.person_id) from case_person k'),
    ('persons', 'select test.name(p.id) from person p'),
    ('handlings', 'select test.name(h.id) from handling h'),
    ('reviews', 'select test.name(r.handling_id) from review r'),
    ('the timelines of cases', 'select test.name(e.case_id) from case_event e where e.kind = 1')
) t(what, statement)
where e.sentence like '% sees of leads: %';

insert into expectation (topic, sentence, caller, given, statement, expected)
values
  ('cases', 'one files a case in one''s own name', 'officer', null, test.case_by('officer', 'officer'), '1 rows'),
  ('cases', 'nobody files a case in another''s name', 'officer', null, test.case_by('colleague', 'officer'), 'denied'),
  ('cases', 'nobody says that another wrote his case', 'officer', null, test.case_by('officer', 'colleague'), 'denied'),
  ('cases', 'nobody files a case without a call', null, null, test.case_by('officer', 'officer'), 'denied'),
  ('cases', 'who handles a case changes it', 'officer', null,
    $$ update case_file set title = 'new', written_by = test.id('officer') $$, '3 rows'),
  ('cases', 'a supervisor changes cases in scope but those against him, also by a statement that forgets where', 'supervisor', null,
    $$ update case_file set title = 'new', written_by = test.id('supervisor') $$, '6 rows'),
  ('cases', 'who only sees a case does not change it', 'leader', null,
    $$ update case_file set title = 'new', written_by = test.id('leader') $$, '0 rows'),
  ('cases', 'an admin changes no case', 'second', null, $$ update case_file set title = 'new', written_by = test.id('second') $$, '0 rows'),
  ('cases', 'nobody changes a case in another''s name', 'officer', null,
    $$ update case_file set title = 'new', written_by = test.id('city') $$, 'denied'),
  ('cases', 'nobody moves a case to another place', 'city', null, $$ update case_file set current_code = 150521100200 $$, 'denied'),
  ('cases', 'nobody hands a case to another', 'city', null, $$ update case_file set handler_id = test.id('city') $$, 'denied'),
  ('cases', 'nobody makes a case seen by those complained of', 'city', null, $$ update case_file set accused = null $$, 'denied'),
  ('cases', 'nobody removes a case', 'city', null, $$ delete from case_file $$, 'denied'),
  ('cases', 'a lead in sight joins a case in sight', 'officer', $$ delete from case_lead where lead_id = test.id('lead.office') $$,
    test.lead_into('office', 'own', 'officer'), '1 rows'),
  ('cases', 'a lead out of sight joins no case', 'officer', $$ delete from case_lead where lead_id = test.id('lead.far') $$,
    test.lead_into('far', 'own', 'officer'), 'denied'),
  ('cases', 'a lead joins no case out of sight', 'officer', $$ delete from case_lead where lead_id = test.id('lead.office') $$,
    test.lead_into('office', 'far', 'officer'), 'denied'),
  ('cases', 'nobody adds a lead to a case in another''s name', 'officer', $$ delete from case_lead where lead_id = test.id('lead.office') $$,
    test.lead_into('office', 'own', 'colleague'), 'denied'),
  ('cases', 'nobody takes a lead out of a case', 'city', null, $$ delete from case_lead $$, 'denied'),
  ('cases', 'a person is added in one''s own name', 'officer', null, test.person_by('officer'), '1 rows'),
  ('cases', 'nobody adds a person in another''s name', 'officer', null, test.person_by('colleague'), 'denied'),
  ('cases', 'a person joins a case in sight', 'officer', null, test.person_into('office', 'own', 'officer'), '1 rows'),
  ('cases', 'a person joins no case out of sight', 'officer', null, test.person_into('own', 'far', 'officer'), 'denied'),
  ('cases', 'nobody adds a person to a case in another''s name', 'officer', null, test.person_into('office', 'own', 'colleague'), 'denied'),
  ('cases', 'two persons in sight are said to be one', 'officer', null,
    $$ update person set same_as = test.id('person.own') where id = test.id('person.office') $$, '1 rows'),
  ('cases', 'a statement that forgets where says so of persons in sight alone', 'officer', null,
    $$ update person set same_as = test.id('person.far') $$, '7 rows'),
  ('cases', 'nobody renames a person', 'city', null, $$ update person set name = 'new' $$, 'denied'),
  ('cases', 'a handling is proposed in a case in sight', 'officer', null, test.handling_of('own', 'officer'), '1 rows'),
  ('cases', 'no handling is proposed in a case out of sight', 'officer', null, test.handling_of('far', 'officer'), 'denied'),
  ('cases', 'no handling is proposed by who is complained of', 'accused', null, test.handling_of('against_him', 'accused'), 'denied'),
  ('cases', 'nobody proposes a handling in another''s name', 'officer', null, test.handling_of('own', 'colleague'), 'denied'),
  ('cases', 'nobody proposes a handling that is approved', 'officer', null, test.handling_of('own', 'officer', 'city'), 'denied'),
  ('cases', 'a supervisor approves handlings in scope but of the case against him', 'supervisor',
    $$ set local session_replication_role = replica; update handling set approved_by = null, approved_at = null $$,
    $$ update handling set approved_by = test.id('supervisor'), approved_at = now() $$, '6 rows'),
  ('cases', 'who handles a case approves no handling', 'officer',
    $$ set local session_replication_role = replica; update handling set approved_by = null, approved_at = null $$,
    $$ update handling set approved_by = test.id('officer'), approved_at = now() $$, '0 rows'),
  ('cases', 'nobody approves in another''s name', 'supervisor',
    $$ set local session_replication_role = replica; update handling set approved_by = null, approved_at = null $$,
    $$ update handling set approved_by = test.id('city'), approved_at = now() $$, 'denied'),
  ('cases', 'nobody changes a handling', 'city', null, $$ update handling set form = 1 $$, 'denied'),
  ('cases', 'a review is asked for of a handling in sight', 'officer', null, test.review_of('own', 'officer'), '1 rows'),
  ('cases', 'no review is asked for of a handling out of sight', 'officer', null, test.review_of('far', 'officer'), 'denied'),
  ('cases', 'nobody asks for a review in another''s name', 'officer', null, test.review_of('own', 'colleague'), 'denied'),
  ('cases', 'reviews in sight are decided', 'officer', null, $$ update review set written_by = test.id('officer') $$, '7 rows'),
  ('cases', 'nobody decides a review in another''s name', 'officer', null, $$ update review set written_by = test.id('colleague') $$, 'denied'),
  ('cases', 'a lead of a case out of sight is known to have one, and no more', 'officer', null,
    $$ select lead_has_case(test.id('lead.far')) $$, 'true'),
  ('cases', 'a person whom others are counted as is known as such', 'officer',
    $$ update person set same_as = test.id('person.own') where id = test.id('person.far') $$,
    $$ select is_counted_as(test.id('person.own')) $$, 'true');

insert into expectation (topic, sentence, caller, acting, statement, expected)
values
  ('cases', 'who adds a person sees him until the end of that transaction', 'officer', test.person_by('officer'),
    $$ select p.name from person p where p.id = test.id('person.new') $$, 'new'),
  ('cases', 'who files a case sees it, wherever it is', 'officer', test.case_by('officer', 'officer'),
    $$ select c.title from case_file c where c.id = test.id('case.new') $$, 'new'),
  ('cases', 'whoever is complained of in its lead must not see the case', 'officer',
    $$ update lead set accused_users = array[test.id('colleague'), null] where id = test.id('lead.own') $$,
    $$ select test.id('colleague') = any (c.accused) from case_file c where c.id = test.id('case.own') $$, 'true'),
  ('cases', 'whoever is a person of it must not see the case', 'officer',
    concat_ws('; ',
      $$ insert into person (id, name, user_id, added_by) values (test.id('person.new'), 'new', test.id('colleague'), test.id('officer')) $$,
      test.person_into('new', 'own', 'officer')),
    $$ select test.id('colleague') = any (c.accused) from case_file c where c.id = test.id('case.own') $$, 'true'),
  ('cases', 'who is said to be a person of it must not see the case', 'officer',
    concat_ws('; ',
      $$ insert into person (id, name, user_id, added_by) values (test.id('person.new'), 'new', test.id('colleague'), test.id('officer')) $$,
      test.person_into('new', 'office', 'officer'),
      $$ update person set same_as = test.id('person.new') where id = test.id('person.own') $$),
    $$ select test.id('colleague') = any (c.accused) from case_file c where c.id = test.id('case.own') $$, 'true'),
  ('cases', 'who adds himself to a case is not told so by a failure', 'officer',
    concat_ws('; ',
      $$ insert into person (id, name, user_id, added_by) values (test.id('person.new'), 'new', me(), me()) $$,
      test.person_into('new', 'own', 'officer')),
    $$ select test.name(c.id) from case_file c where c.id = test.id('case.own') $$, 'own'),
  ('audit', 'a case is told', 'officer', test.case_by('officer', 'officer'), $$ select test.told('case') $$, 'created case done'),
  ('audit', 'a person is told', 'officer', test.person_by('officer'), $$ select test.told('person') $$, 'created person done'),
  ('audit', 'a person of a case is told', 'officer', test.person_into('office', 'own', 'officer'),
    $$ select test.told('case_person') $$, 'created case_person done'),
  ('audit', 'a handling is told', 'officer', test.handling_of('own', 'officer'), $$ select test.told('handling') $$, 'created handling done'),
  ('audit', 'a review is told', 'officer', test.review_of('own', 'officer'), $$ select test.told('review') $$, 'created review done');

insert into expectation (topic, sentence, caller, given, acting, statement, expected)
values
  ('cases', 'a case belongs where its first lead does, and to who handles that', 'officer',
    $$ delete from case_lead where lead_id = test.id('lead.handled') $$,
    concat_ws('; ', test.case_by('officer', 'officer'), replace(test.lead_into('handled', 'new', 'officer'), ', 2, ', ', 1, ')),
    $$ select c.current_code || ' ' || test.name(c.handler_id) from case_file c where c.id = test.id('case.new') $$,
    '150422100200 officer'),
  ('audit', 'a lead that joins a case is told', 'officer', $$ delete from case_lead where lead_id = test.id('lead.office') $$,
    test.lead_into('office', 'own', 'officer'), $$ select test.told('case_lead') $$,
    'created case_lead done removed case_lead done');

-- What the tables keep out. Triggers are off, so that it is the table itself that does.
insert into expectation (topic, sentence, given, statement, expected)
select 'constraints',
       format('%s: %s is kept out', m.subject, m.mistake),
       format('alter table %s disable trigger user', m.subject),
       format('update %1$s set %2$s where ctid = (select min(o.ctid) from %1$s o)', m.subject, m.assignment),
       m.expected
from (
  values
    ('lead_reporter', 'a narrative in clear', $$narrative = '叙述'$$, 'check'),
    ('person', 'an empty name', $$name = ''$$, 'check'),
    ('person', 'an empty unit', $$unit = ''$$, 'check'),
    ('person', 'an empty post', $$post = ''$$, 'check'),
    ('person', 'one who is the same as himself', 'same_as = id', 'check'),
    ('case_file', 'an empty title', $$title = ''$$, 'check'),
    ('case_file', 'a day of another century', $$filed_at = '1999-12-31'$$, 'check'),
    ('case_file', 'a short etag', $$etag = 'x'$$, 'check'),
    ('case_lead', 'a place that there is not', 'place = 51', 'check'),
    ('case_lead', 'two at one place', $$case_id = (select max(o.case_id::text)::uuid from case_lead o)$$, 'unique'),
    ('handling', 'a form that there is not', 'form = 5', 'check'),
    ('handling', 'a discipline that there is not', 'discipline = 9', 'check'),
    ('handling', 'discipline with a talk', 'form = 1', 'check'),
    ('handling', 'a transfer of less than the fourth form', $$transferred_at = now()$$, 'check'),
    ('handling', 'a transfer in another century', $$form = 4, transferred_at = '1999-12-31'$$, 'check'),
    ('handling', 'a decision in another century', $$decided_at = '1999-12-31'$$, 'check'),
    ('handling', 'an empty note', $$note = ''$$, 'check'),
    ('handling', 'an approval by who proposed it', 'approved_by = proposed_by', 'check'),
    ('handling', 'an approval by nobody', 'approved_by = null', 'check'),
    ('handling', 'one of neither a case nor a lead', 'case_id = null', 'check'),
    ('handling', 'one of both a case and a lead', $$lead_id = test.id('lead.own'), form = 1, discipline = null$$, 'check'),
    ('handling', 'one of a lead that is more than a talk', $$case_id = null, lead_id = test.id('lead.own')$$, 'check'),
    ('handling', 'one of a lead that there is not', $$case_id = null, lead_id = test.id('none'), form = 1, discipline = null$$, 'foreign key'),
    ('handling', 'one of a person who there is not', $$case_id = null, lead_id = test.id('lead.own'), form = 1, discipline = null,
      person_id = test.id('none')$$, 'foreign key'),
    ('case_event', 'a kind that there is not', 'kind = 10', 'check'),
    ('case_event', 'a case that there is not', $$case_id = test.id('none')$$, 'foreign key'),
    ('case_event', 'an actor who there is not', $$actor_id = test.id('none')$$, 'foreign key'),
    ('case_event', 'a lead that there is not', $$lead_id = test.id('none')$$, 'foreign key'),
    ('case_event', 'a person who there is not', $$person_id = test.id('none')$$, 'foreign key'),
    ('case_event', 'another person who there is not', $$same_as = test.id('none')$$, 'foreign key'),
    ('case_event', 'a handling that there is not', $$handling_id = test.id('none')$$, 'foreign key'),
    ('case_event', 'a user who there is not', $$user_id = test.id('none')$$, 'foreign key'),
    ('case_event', 'an office that there is not', $$office_id = test.id('none')$$, 'foreign key'),
    ('review', 'a kind that there is not', 'kind = 3', 'check'),
    ('review', 'one asked for in another century', $$asked_at = '1999-12-31'$$, 'check'),
    ('review', 'a result that there is not', 'result = 4, decided_at = asked_at', 'check'),
    ('review', 'a result before it was asked for', $$result = 1, decided_at = asked_at - interval '1s'$$, 'check'),
    ('review', 'a result without a day', 'result = 1', 'check')
) m(subject, mistake, assignment, expected);

insert into expectation (topic, sentence, given, statement, expected)
select 'constraints', format('case_person: %s is kept out', m.mistake),
       'alter table case_person disable trigger user; alter table case_event disable trigger user; delete from case_event; delete from review;
        delete from handling',
       format('update case_person set %s = test.id(''none'')', m.field), 'foreign key'
from (values ('a case that there is not', 'case_id'), ('a person who there is not', 'person_id')) m(mistake, field);

insert into expectation (topic, sentence, statement, expected)
values
  ('constraints', 'handling: one that was approved is not changed', $$ update handling set note = 'new' $$, 'denied'),
  ('constraints', 'review: one from before the decision is kept out',
    $$ update review set asked_at = asked_at - interval '1 day' $$, 'PRECONDITION');

-- Every change, also of the owner.
insert into expectation (topic, sentence, given, statement, expected)
select 'audit',
       format('%s: %s is told, also of the owner', t.subject, a.act),
       concat_ws('; ', 'alter table case_event disable trigger user; delete from case_event', t.given, a.statement),
       format('select test.told(%L)', t.kind),
       format('%s %s done', a.told, t.kind)
from (
  values
    ('review', 'review', 'alter table review disable trigger review_reviewable', 'result = 1, decided_at = asked_at'),
    ('handling', 'handling', 'delete from review; alter table handling disable trigger handling_is_final', 'note = ''测试'''),
    ('case_person', 'case_person', 'delete from review; delete from handling', 'added_by = test.id(''city'')'),
    ('case_lead', 'case_lead', null, 'added_by = test.id(''city'')'),
    ('person', 'person', 'delete from review; delete from handling; delete from case_person', 'post = ''测试'''),
    ('case_file', 'case', 'delete from review; delete from handling; delete from case_person; delete from case_lead',
      'title = ''测试''')
) t(subject, kind, given, assignment)
cross join lateral (
  values
    ('a change', format('update %1$s set %2$s where ctid = (select min(ctid) from %1$s)', t.subject, t.assignment),
      'changed'),
    ('its removal', format('delete from %1$s where ctid = (select min(ctid) from %1$s)', t.subject), 'removed')
) a(act, statement, told);
