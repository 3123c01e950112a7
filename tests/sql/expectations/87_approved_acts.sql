-- What is done once two agreed: who confirms a password, which tables of steps are sound, and which terms one alone changes.
set search_path = test, zoufang;

create function test.step_asked(step jsonb) returns text
language sql immutable as $$ select format('select request_approval(3::int2, null, null, %L, null)', step) $$;

-- Asks in another's name, so that the caller can decide: what the first half of a test needs.
create function test.waits(kind int2, about text, payload jsonb, asker text) returns text
language sql immutable as $$
  select format(
    'insert into approval (id, kind, user_id, payload, requested_by) values (test.id(''approval.new''), %s, %s, %L, test.id(%L))',
    kind, case when about is null then 'null' else format('test.id(%L)', about) end, payload, asker)
$$;

-- A code for somebody's password that waits.
create function test.password_waits(about text, asker text) returns text
language sql immutable as $$
  select test.waits(2::int2, about, '{}', asker)
$$;
grant execute on function test.step_asked, test.waits, test.password_waits to zoufang;

insert into expectation (topic, sentence, caller, given, statement, expected)
values
  ('writing', 'the leader of his office confirms somebody''s password', 'leader', test.password_waits('colleague', 'second'),
    test.decide('new', 2::int2), ''),
  ('writing', 'an admin does not confirm a password that a leader confirms', 'admin', test.password_waits('colleague', 'second'),
    test.decide('new', 2::int2), 'NOT_FOUND'),
  ('writing', 'who asked for a password does not confirm it', 'second', test.password_waits('colleague', 'second'),
    test.decide('new', 2::int2), 'FORBIDDEN'),
  ('writing', 'the leader of another office confirms no password', 'leader', test.password_waits('companion', 'second'),
    test.decide('new', 2::int2), 'NOT_FOUND'),
  ('writing', 'a leader who was given nothing by two confirms no password', 'leader',
    test.password_waits('colleague', 'second') || $$; update role_grant set ends_at = now() where user_id = test.id('leader') $$,
    test.decide('new', 2::int2), 'NOT_FOUND'),
  ('writing', 'a disabled leader confirms nothing, and an admin does where no other office is above', 'admin',
    test.password_waits('colleague', 'second') || $$; update account set disabled_at = now() where username = 'leader' $$,
    test.decide('new', 2::int2), ''),
  ('writing', 'the leader of the office above confirms a leader''s password', 'supervisor',
    test.password_waits('leader', 'second') || $$; update office set parent_id = test.id('office.south') where id = test.id('office.town');
      update account set leader = true where username = 'supervisor' $$, test.decide('new', 2::int2), ''),
  ('writing', 'whom a password is for does not confirm it, though he is the leader', 'leader', test.password_waits('leader', 'second'),
    test.decide('new', 2::int2), 'FORBIDDEN'),
  ('writing', 'a supervisor of all the leads lets another open them', 'city',
    test.waits(6::int2, null, jsonb_build_object('lead_ids', array[test.id('lead.own')]), 'supervisor'), test.decide('new', 2::int2), ''),
  ('writing', 'who supervises not all the leads hears of no request to open them', 'supervisor',
    test.waits(6::int2, null, jsonb_build_object('lead_ids', array[test.id('lead.own'), test.id('lead.far')]), 'city'),
    test.decide('new', 2::int2), 'NOT_FOUND'),
  ('writing', 'who is complained of in one hears of no request to open it', 'supervisor',
    test.waits(6::int2, null, jsonb_build_object('lead_ids', array[test.id('lead.own'), test.id('lead.against_the_supervisor')]), 'city'),
    test.decide('new', 2::int2), 'NOT_FOUND'),
  ('writing', 'an admin lets nobody open a reporter', 'second',
    test.waits(6::int2, null, jsonb_build_object('lead_ids', array[test.id('lead.own')]), 'supervisor'), test.decide('new', 2::int2), 'NOT_FOUND'),
  ('writing', 'an auditor reads no request to open reporters', 'auditor',
    test.waits(6::int2, null, jsonb_build_object('lead_ids', array[test.id('lead.own')]), 'supervisor'),
    $$ select a.kind from approval a where a.kind = 6 $$, 'nothing'),
  ('writing', 'an officer retires no term', 'officer', null, $$ update term set retired = true $$, '0 rows'),
  ('writing', 'a term in use is changed by no admin alone', 'second', $$ update lead set domain = 'coal' where id = test.id('lead.own') $$,
    $$ update term set retired = true where vocabulary = 1 and code = 'coal' $$, '0 rows');

insert into expectation (topic, sentence, caller, given, acting, statement, expected)
values
  ('writing', 'that many reporters are to be opened, and who let it be, stands in the timeline of each lead', 'city',
    test.waits(6::int2, null, jsonb_build_object('lead_ids', array[test.id('lead.own'), test.id('lead.county')]), 'supervisor'),
    test.decide('new', 2::int2),
    $$ select concat_ws(' ', test.name(e.lead_id), e.kind, test.name(e.actor_id)) from lead_event e where e.kind > 21 and e.at >= now() $$,
    'county 22 supervisor county 23 city own 22 supervisor own 23 city'),
  ('writing', 'an admin does not move himself to another office', 'second', null, null,
    $$ update account set office_id = test.id('office.east') where id = me() $$, 'FORBIDDEN'),
  ('writing', 'an admin does not make himself a leader', 'second', null, null, $$ update account set leader = true where id = me() $$, 'FORBIDDEN'),
  ('writing', 'a step that was approved is there', 'second',
    test.waits(3::int2, null, '{"from": 6, "to": 4, "role": 2, "needs": [1], "remove": false}', 'admin'), test.decide('new', 2::int2),
    $$ select s.needs from lead_step s where s.name = '6-4-2' $$, '{1}'),
  ('writing', 'a step that was taken out is gone', 'second',
    test.waits(3::int2, null, '{"from": 4, "to": 13, "role": 2, "needs": [], "remove": true}', 'admin'), test.decide('new', 2::int2),
    $$ select s.needs from lead_step s where s.name = '4-13-2' $$, 'nothing'),
  ('writing', 'a deadline that was approved is there', 'second',
    test.waits(4::int2, null, '{"state": 1, "domain": "coal", "working_days": 9, "remove": false}', 'admin'), test.decide('new', 2::int2),
    $$ select d.working_days from lead_deadline d where d.name = '1-coal' $$, '9'),
  ('writing', 'a deadline that was taken out is gone', 'second',
    test.waits(4::int2, null, '{"state": 15, "domain": null, "remove": true}', 'admin'), test.decide('new', 2::int2),
    $$ select d.working_days from lead_deadline d where d.state = 15 $$, 'nothing'),
  ('writing', 'a term in use that two agreed on is changed', 'second',
    test.waits(5::int2, null, jsonb_build_object('vocabulary', 1, 'code', 'coal', 'name', '测试', 'place', 60, 'retired', true,
      'etag', encode(sha256('old'), 'hex'), 'new_etag', encode(sha256('new'), 'hex')), 'admin')
      || $$; update term set etag = sha256('old') where vocabulary = 1 and code = 'coal' $$, test.decide('new', 2::int2),
    $$ select concat_ws(' ', t.name, t.place, t.retired, t.etag = sha256('new')) from term t where t.vocabulary = 1 and t.code = 'coal' $$,
    '测试 60 t t'),
  ('constraints', 'lead_step: what it is called is its own', null,
    $$ alter table lead_step drop constraint lead_step_pkey $$, null, $$ insert into lead_step values (1, 2, 2) $$, 'unique'),
  ('constraints', 'lead_deadline: what it is called is its own', null, $$ drop index lead_deadline_key $$, null,
    $$ insert into lead_deadline (state, working_days) values (1, 9) $$, 'unique');

insert into expectation (topic, sentence, caller, statement, expected)
select 'writing', format('the table of steps: %s is refused', t.what), 'second', test.step_asked(t.step), t.expected
from (
  values
    ('concluding what nobody proposed', '{"from": 4, "to": 8, "role": 2, "needs": [8]}'::jsonb, 'STEP_SKIPS_APPROVAL'),
    ('concluding what one proposed oneself', '{"from": 7, "to": 8, "role": 2, "needs": []}', 'STEP_LACKS_NEED'),
    ('concluding by who answers for it', '{"from": 7, "to": 8, "role": 1, "needs": [8]}', 'STEP_NOT_HIS'),
    ('closing what was never decided', '{"from": 4, "to": 10, "role": 2, "needs": [1, 10]}', 'STEP_SKIPS_APPROVAL'),
    ('shelving by oneself', '{"from": 4, "to": 13, "role": 2, "needs": [1]}', 'STEP_LACKS_NEED'),
    ('a proposal that comes from nowhere', '{"from": 3, "to": 7, "role": 1, "needs": [5]}', 'STEP_SKIPS_APPROVAL'),
    ('a proposal that goes anywhere', '{"from": 7, "to": 13, "role": 2, "needs": [1, 8, 9]}', 'STEP_SKIPS_APPROVAL'),
    ('a step that leads where it began', '{"from": 4, "to": 4, "role": 2, "needs": []}', 'STEP_OUT_OF_ORDER'),
    ('taking out the only way on', '{"from": 3, "to": 4, "role": 1, "needs": [], "remove": true}', 'STEP_STRANDS'),
    ('taking out what is not there', '{"from": 3, "to": 9, "role": 1, "needs": [], "remove": true}', 'NOT_FOUND')
) t(what, step, expected);

insert into expectation (topic, sentence, given, statement, expected)
values
  ('constraints', 'every step that there is is sound', null, $$ select s.name from lead_step s where step_fault(s) is not null $$, 'nothing');
