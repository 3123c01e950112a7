-- Retention: who changes its terms, and who holds records back, lifts that, and sees it.
set search_path = test, zoufang;

insert into allowed (privilege, name)
values
  ('calls', 'supervises_record'),
  ('writes in part', 'legal_hold.insert'),
  ('writes in part', 'legal_hold.update');

create function test.hold_of(record_class int2, record text, set_by text default 'city') returns text
language sql immutable as $$
  select format('insert into legal_hold (record_class, record_id, reason, set_by) values (%s, test.id(%L), ''x'', test.id(%L))', record_class, record, set_by)
$$;

-- Of every class one near, of leads those far and against the supervisor as well.
create function test.holds() returns text
language sql immutable as $$
  select string_agg(test.hold_of(h.record_class::int2, h.record), ';')
  from (
    values (1::int2, 'visit.own'), (1, 'visit.far'), (3, 'lead.own'), (3, 'lead.far'), (3, 'lead.against_the_supervisor'), (4, 'case.own'),
      (4, 'case.far'), (4, 'case.against_the_supervisor')
  ) h(record_class, record)
$$;

create function test.photo_held(of_record text, set_by text) returns text
language sql immutable as $$
  select format('insert into legal_hold (record_class, record_id, reason, set_by) values (2, test.id(''photo.'' || test.id(%L)), ''x'', test.id(%L))',
    of_record, set_by)
$$;
grant execute on function test.hold_of, test.holds, test.photo_held to zoufang;

insert into expectation (topic, sentence, caller, given, statement, expected)
select 'reading', format('%s sees holds of %s', p.who, p.what), p.caller, test.holds(),
       $$ select h.record_class || '.' || test.name(h.record_id) from legal_hold h $$, p.expected
from (
  values
    (null, 'without a call nobody', 'nothing', 'nothing'),
    ('officer', 'who works the records himself', 'nothing', 'nothing'),
    ('supervisor', 'a supervisor', 'what is in his region and not about him', '1.own 3.own 4.own'),
    ('city', 'who supervises them all', 'them all', '1.far 1.own 3.against_the_supervisor 3.far 3.own 4.against_the_supervisor 4.far 4.own'),
    ('analyst', 'an analyst', 'nothing', 'nothing'),
    ('auditor', 'an auditor', 'nothing', 'nothing'),
    ('second', 'an admin', 'nothing', 'nothing')
) p(caller, who, what, expected);

insert into expectation (topic, sentence, caller, given, statement, expected)
values
  ('reading', 'everybody reads the terms of retention', 'nobody', $$ insert into retention_term values (3, 10) $$,
    $$ select t.years from retention_term t $$, '10'),
  ('writing', 'nobody changes the terms of retention', 'second', $$ insert into retention_term values (3, 10) $$,
    $$ update retention_term set years = 1 $$, 'denied'),
  ('writing', 'nobody adds a term of retention', 'second', null, $$ insert into retention_term values (3, 10) $$, 'denied'),
  ('writing', 'a supervisor holds a visit', 'supervisor', null, test.hold_of(1::int2, 'visit.own', 'supervisor'), '1 rows'),
  ('writing', 'a supervisor holds a photo of a visit', 'supervisor', null, test.photo_held('visit.own', 'supervisor'), '1 rows'),
  ('writing', 'a supervisor holds a photo of a lead', 'supervisor', null, test.photo_held('lead.own', 'supervisor'), '1 rows'),
  ('writing', 'a supervisor holds no photo of a lead against him', 'supervisor', null, test.photo_held('lead.against_the_supervisor', 'supervisor'), 'denied'),
  ('writing', 'a supervisor holds a lead', 'supervisor', null, test.hold_of(3::int2, 'lead.own', 'supervisor'), '1 rows'),
  ('writing', 'a supervisor holds a case', 'supervisor', null, test.hold_of(4::int2, 'case.own', 'supervisor'), '1 rows'),
  ('writing', 'a supervisor holds no lead against him', 'supervisor', null, test.hold_of(3::int2, 'lead.against_the_supervisor', 'supervisor'), 'denied'),
  ('writing', 'a supervisor holds no case against him', 'supervisor', null, test.hold_of(4::int2, 'case.against_the_supervisor', 'supervisor'), 'denied'),
  ('writing', 'a supervisor holds nothing of another region', 'supervisor', null, test.hold_of(1::int2, 'visit.far', 'supervisor'), 'denied'),
  ('writing', 'a supervisor holds nothing that there is not', 'supervisor', null, test.hold_of(1::int2, 'lead.own', 'supervisor'), 'denied'),
  ('writing', 'nobody holds a record in another''s name', 'supervisor', null, test.hold_of(3::int2, 'lead.own', 'city'), 'denied'),
  ('writing', 'who handles a lead does not hold it', 'officer', null, test.hold_of(3::int2, 'lead.own', 'officer'), 'denied'),
  ('writing', 'nobody sets a hold as lifted', 'supervisor', null,
    $$ insert into legal_hold (record_class, record_id, reason, set_by, lifted_by, lifted_at, lifted_reason)
       values (3, test.id('lead.own'), 'x', me(), me(), now(), 'x') $$, 'denied'),
  ('writing', 'a supervisor lifts the holds that he sees, also by a statement that forgets where', 'supervisor', test.holds(),
    $$ update legal_hold set lifted_by = me(), lifted_at = now(), lifted_reason = 'x' $$, '3 rows'),
  ('writing', 'nobody lifts a hold in another''s name', 'supervisor', test.holds(),
    $$ update legal_hold set lifted_by = test.id('city'), lifted_at = now(), lifted_reason = 'x' $$, 'denied'),
  ('writing', 'nobody lifts a hold twice', 'supervisor',
    test.holds() || $$; update legal_hold set lifted_by = test.id('city'), lifted_at = now(), lifted_reason = 'x' $$,
    $$ update legal_hold set lifted_by = me(), lifted_at = now(), lifted_reason = 'y' $$, '0 rows'),
  ('writing', 'who handles a lead lifts no hold', 'officer', test.holds(),
    $$ update legal_hold set lifted_by = me(), lifted_at = now(), lifted_reason = 'x' $$, '0 rows'),
  ('writing', 'nobody makes a hold one of another record', 'supervisor', test.holds(), $$ update legal_hold set record_id = test.id('lead.office') $$, 'denied'),
  ('writing', 'nobody removes a hold', 'supervisor', test.holds(), $$ delete from legal_hold $$, 'denied');

insert into expectation (topic, sentence, caller, given, acting, statement, expected)
values
  ('writing', 'a term of retention that was approved is there', 'second',
    test.waits(9::int2, null, '{"record_class": 3, "years": 10, "remove": false}', 'admin'), test.decide('new', 2::int2),
    $$ select t.years from retention_term t where t.record_class = 3 $$, '10'),
  ('writing', 'a term of retention that was approved takes the place of the one before', 'second',
    test.waits(9::int2, null, '{"record_class": 3, "years": 10, "remove": false}', 'admin') || '; insert into retention_term values (3, 5)',
    test.decide('new', 2::int2), $$ select t.years from retention_term t where t.record_class = 3 $$, '10'),
  ('writing', 'a term of retention that was taken out is gone', 'second',
    test.waits(9::int2, null, '{"record_class": 3, "remove": true}', 'admin') || '; insert into retention_term values (3, 5)',
    test.decide('new', 2::int2), $$ select t.years from retention_term t $$, 'nothing'),
  ('writing', 'a supervisor decides on no term of retention', 'city', test.waits(9::int2, null, '{"record_class": 3, "years": 1, "remove": false}', 'admin'),
    null, test.decide('new', 2::int2), 'NOT_FOUND');

insert into expectation (topic, sentence, given, statement, expected)
select 'constraints', format('%s: %s is kept out', c.subject, c.mistake), c.given, format('update %s set %s', c.subject, c.assignment), c.expected
from (
  values
    ('retention_term', 'a class that there is not', 'insert into retention_term values (3, 10)', 'record_class = 5', 'check'),
    ('retention_term', 'no year', 'insert into retention_term values (3, 10)', 'years = 0', 'check'),
    ('legal_hold', 'a class that there is not', test.hold_of(3::int2, 'lead.own'), 'record_class = 5', 'check'),
    ('legal_hold', 'an empty reason', test.hold_of(3::int2, 'lead.own'), $$reason = ''$$, 'check'),
    ('legal_hold', 'one that nobody set', test.hold_of(3::int2, 'lead.own'), $$set_by = test.id('none')$$, 'foreign key'),
    ('legal_hold', 'one that nobody lifted', test.hold_of(3::int2, 'lead.own'),
      $$lifted_by = test.id('none'), lifted_at = now(), lifted_reason = 'x'$$, 'foreign key'),
    ('legal_hold', 'lifting before setting', test.hold_of(3::int2, 'lead.own'),
      $$lifted_by = test.id('city'), lifted_at = set_at - interval '1 day', lifted_reason = 'x'$$, 'check'),
    ('legal_hold', 'lifting for an empty reason', test.hold_of(3::int2, 'lead.own'),
      $$lifted_by = test.id('city'), lifted_at = now(), lifted_reason = ''$$, 'check'),
    ('legal_hold', 'lifting for no reason', test.hold_of(3::int2, 'lead.own'), $$lifted_by = test.id('city'), lifted_at = now()$$, 'check')
) c(subject, mistake, given, assignment, expected);

insert into expectation (topic, sentence, given, statement, expected)
values
  ('constraints', 'legal_hold: a second one in force is kept out', test.hold_of(3::int2, 'lead.own'), test.hold_of(3::int2, 'lead.own'), 'unique'),
  ('constraints', 'legal_hold: a new one beside one that was lifted is let in',
    test.hold_of(3::int2, 'lead.own') || $$; update legal_hold set lifted_by = test.id('city'), lifted_at = now(), lifted_reason = 'x' $$,
    test.hold_of(3::int2, 'lead.own'), '1 rows');

insert into expectation (topic, sentence, given, statement, expected)
select 'audit', format('%s: %s is told, also of the owner', t.subject, t.act), t.given, format('select test.told(%L)', t.kind), t.told
from (
  values
    ('retention_term', 'retention', 'a new one', 'insert into retention_term values (3, 10)', 'created retention done'),
    ('retention_term', 'retention', 'a change', 'insert into retention_term values (3, 10); update retention_term set years = 1',
      'changed retention done created retention done'),
    ('retention_term', 'retention', 'its removal', 'insert into retention_term values (3, 10); delete from retention_term',
      'created retention done removed retention done'),
    ('legal_hold', 'hold', 'a new one', test.hold_of(3::int2, 'lead.own'), 'created hold done'),
    ('legal_hold', 'hold', 'a change', test.hold_of(3::int2, 'lead.own') || $$; update legal_hold set reason = 'y' $$, 'changed hold done created hold done'),
    ('legal_hold', 'hold', 'its removal', test.hold_of(3::int2, 'lead.own') || '; delete from legal_hold', 'created hold done removed hold done')
) t(subject, kind, act, given, told);
