-- Leaving and joining: who ends while he answers for something, and who asks for codes for many.
set search_path = test, zoufang;

insert into allowed (privilege, name)
values
  ('calls', 'enrolments_requested'),
  ('calls', 'is_of_open_case'),
  ('calls', 'refuse_leaving'),
  ('calls', 'request_enrolments');

create function test.enrolments_of(enrolled text) returns text
language sql immutable as $$
  select format('select request_enrolments(null, null, array[test.id(%L)], array[zoufang.named_hash_of(''code'')], ''new'', null)', enrolled)
$$;
grant execute on function test.enrolments_of to zoufang;

insert into expectation (topic, sentence, caller, statement, expected)
values
  ('writing', 'who answers for an open lead does not end', 'second', $$ select refuse_leaving(test.id('officer'), true, 'user.disabled') $$,
    'LEAVES_OPEN_WORK'),
  ('writing', 'an admin asks for codes for many', 'second', test.enrolments_of('officer'), 'false'),
  ('writing', 'a leader asks for codes for many of his office', 'leader', test.enrolments_of('officer'), 'false'),
  ('writing', 'a leader asks for no codes for another office''s', 'leader', test.enrolments_of('stranger'), 'NO_SUCH_USER'),
  ('writing', 'a supervisor asks for no codes for many', 'city', test.enrolments_of('officer'), 'FORBIDDEN');

insert into expectation (topic, sentence, caller, acting, statement, expected)
values
  ('reading', 'who asked for codes for many is told of them', 'second', test.enrolments_of('officer'),
    $$ select e.username from enrolments_requested(array[zoufang.named_hash_of('code')], null) e $$, 'officer'),
  ('writing', 'one of many codes that nobody confirmed is good for nothing', 'second', test.enrolments_of('officer'),
    $$ select e.user_id from enrolment_to_use('officer', zoufang.named_hash_of('code')) e $$, 'nothing');
