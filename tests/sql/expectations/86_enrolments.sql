-- One-time codes: who asks for them, when they are good, and what the table keeps out.
set search_path = test, zoufang;

insert into allowed (privilege, name)
values
  ('reads nothing', 'enrolment'),
  ('calls', 'enrolment_expires'),
  ('calls', 'enrolment_to_use'),
  ('calls', 'request_enrolment'),
  ('calls', 'use_enrolment');

create function test.enrolment_of(enrolled text) returns text
language sql immutable as $$
  select format('select request_enrolment(test.id(%L), true, zoufang.named_hash_of(''code''), ''new'', null)', enrolled)
$$;
grant execute on function test.enrolment_of to zoufang;

insert into expectation (topic, sentence, caller, statement, expected)
values
  ('writing', 'an admin asks for a code for another', 'second', test.enrolment_of('officer'), 'true'),
  ('writing', 'a leader asks for a code for a member of his office', 'leader', test.enrolment_of('officer'), 'true'),
  ('writing', 'a leader asks for no code for another office''s', 'leader', test.enrolment_of('stranger'), 'FORBIDDEN'),
  ('writing', 'nobody asks for a code for himself', 'second', test.enrolment_of('second'), 'FORBIDDEN'),
  ('writing', 'a supervisor asks for no code', 'city', test.enrolment_of('officer'), 'FORBIDDEN'),
  ('writing', 'nobody reads codes', 'second', $$ select e.approval_id from enrolment e $$, 'denied'),
  ('writing', 'nobody writes a code by statement', 'second',
    $$ insert into enrolment (approval_id, code_hash, lost_password) select a.id, zoufang.named_hash_of('code'), true from approval a limit 1 $$, 'denied');

insert into expectation (topic, sentence, caller, acting, statement, expected)
values
  ('writing', 'a code that nobody confirmed is good for nothing', 'second', test.enrolment_of('officer'),
    $$ select e.user_id from enrolment_to_use('officer', zoufang.named_hash_of('code')) e $$, 'nothing'),
  ('writing', 'a code that nobody confirmed sets no password', 'second', test.enrolment_of('officer'),
    $$ select use_enrolment(approval_requested(), test.id('officer'), '$argon2id$new') $$, 'UNAUTHENTICATED'),
  ('audit', 'a code that is asked for is told', 'second', test.enrolment_of('officer'), $$ select test.told('enrolment') $$,
    'created enrolment done');

-- A code of an approval that there is.
create function test.enrolled() returns text
language sql immutable as $$
  select 'insert into enrolment (approval_id, code_hash, lost_password) select a.id, zoufang.named_hash_of(a.id::text::bytea), true from approval a'
$$;

insert into expectation (topic, sentence, given, statement, expected)
select 'constraints', format('enrolment: %s is kept out', m.mistake), test.enrolled(), format('update enrolment set %s', m.assignment), m.expected
from (
  values
    ('an approval that there is not', $$approval_id = test.id('none') where approval_id = test.id('approval.officer')$$, 'foreign key'),
    ('a hash that is none', $$code_hash = '\x00' where approval_id = test.id('approval.officer')$$, 'check'),
    ('one code twice', $$code_hash = zoufang.named_hash_of('code')$$, 'unique')
) m(mistake, assignment, expected);

insert into expectation (topic, sentence, given, statement, expected)
values
  ('audit', 'enrolment: a change is told, also of the owner',
    concat_ws('; ', test.enrolled(), $$ update enrolment set used_at = now() where approval_id = test.id('approval.officer') $$),
    $$ select test.told('enrolment') $$, 'changed enrolment done created enrolment done created enrolment done'),
  ('audit', 'enrolment: its removal is told, also of the owner',
    concat_ws('; ', test.enrolled(), $$ delete from enrolment where approval_id = test.id('approval.officer') $$),
    $$ select test.told('enrolment') $$, 'created enrolment done created enrolment done removed enrolment done');
