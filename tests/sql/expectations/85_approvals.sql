-- Approvals: who sees them and who decides, that nothing but a decision changes them, and that a decision does what was asked for.
set search_path = test, zoufang;

insert into allowed (privilege, name)
values
  ('calls', 'decide_approval'),
  ('calls', 'is_decider'),
  ('calls', 'request_approval'),
  ('calls', 'reveal_was_approved'),
  ('calls', 'term_in_use');

create function test.decide(approval text, decision int2) returns text
language sql immutable as $$ select format('select decide_approval(test.id(%L), %s::int2, ''new'')', 'approval.' || approval, decision) $$;

create function test.grant_asked(grantee text) returns text
language sql immutable as $$
  select format(
    'select request_approval(1::int2, test.id(%L), 150424000000, jsonb_build_object(''id'', test.id(''grant.new''), ''role'', 2), ''new'')', grantee)
$$;
grant execute on function test.decide, test.grant_asked to zoufang;

insert into expectation (topic, sentence, caller, statement, expected)
select 'reading', format('%s sees %s', p.who, p.what), p.caller, $$ select test.name(a.id) from approval a $$, p.expected
from (
  values
    (null, 'without a call nobody', 'approvals', 'nothing'),
    ('officer', 'whom it is about', 'an approval', 'officer'),
    ('city', 'a supervisor', 'no approval of a grant', 'nothing'),
    ('analyst', 'an analyst', 'no approval', 'nothing'),
    ('auditor', 'an auditor', 'all approvals', 'officer second'),
    ('admin', 'who asked', 'what he asked for', 'officer second'),
    ('second', 'an admin', 'what he decides and what is about him', 'officer second')
) p(caller, who, what, expected);

insert into expectation (topic, sentence, caller, statement, expected)
values
  ('writing', 'another admin approves', 'second', test.decide('officer', 2::int2), ''),
  ('writing', 'another admin refuses', 'second', test.decide('officer', 3::int2), ''),
  ('writing', 'who asked takes it back', 'admin', test.decide('officer', 4::int2), ''),
  ('writing', 'who asked does not approve', 'admin', test.decide('officer', 2::int2), 'FORBIDDEN'),
  ('writing', 'whom it is about does not approve', 'officer', test.decide('officer', 2::int2), 'FORBIDDEN'),
  ('writing', 'whom it is about does not approve, though he is an admin', 'second', test.decide('second', 2::int2), 'FORBIDDEN'),
  ('writing', 'an auditor does not approve', 'auditor', test.decide('officer', 2::int2), 'FORBIDDEN'),
  ('writing', 'an auditor does not refuse', 'auditor', test.decide('officer', 3::int2), 'FORBIDDEN'),
  ('writing', 'another does not take back what somebody asked for', 'second', test.decide('officer', 4::int2), 'FORBIDDEN'),
  ('writing', 'a supervisor hears of no grant that waits', 'city', test.decide('officer', 2::int2), 'NOT_FOUND'),
  ('writing', 'nobody approves without a call', null, test.decide('officer', 2::int2), 'NOT_FOUND'),
  ('writing', 'nobody asks for a role without a call', null, test.grant_asked('officer'), 'not null'),
  ('writing', 'nobody asks for a role for himself', 'second', test.grant_asked('second'), 'check'),
  ('writing', 'nobody writes an approval by statement', 'second',
    $$ insert into approval (kind, user_id, region_code, requested_by) values (1, test.id('officer'), 150424000000, test.id('admin')) $$, 'denied'),
  ('writing', 'nobody decides by statement', 'second', $$ update approval set state = 2, decided_by = me(), decided_at = now() $$, 'denied'),
  ('writing', 'nobody removes an approval', 'second', $$ delete from approval $$, 'denied'),
  ('writing', 'nobody carries out what was not approved', 'second', $$ select carry_out_grant(a) from approval a $$, 'denied');

insert into expectation (topic, sentence, caller, acting, statement, expected)
values
  ('writing', 'a grant that was approved is there, by both', 'second', test.decide('officer', 2::int2),
    $$ select test.name(g.granted_by) || ' ' || test.name(g.approved_by) from role_grant g where g.id = test.id('grant.waiting.officer') $$,
    'admin second'),
  ('writing', 'a grant that was refused is not there', 'second', test.decide('officer', 3::int2),
    $$ select count(*) from role_grant g where g.id = test.id('grant.waiting.officer') $$, '0'),
  ('writing', 'a grant that is asked for is not there', 'second', test.grant_asked('officer'),
    $$ select count(*) from role_grant g where g.id = test.id('grant.new') $$, '0'),
  ('writing', 'what was decided is not decided again', 'second', test.decide('officer', 3::int2), test.decide('officer', 2::int2),
    'ALREADY_DECIDED');

insert into expectation (topic, sentence, caller, given, statement, expected)
values
  ('writing', 'what nobody decided in its time is not approved', 'second',
    $$ alter table approval disable trigger approval_kept; update approval set requested_at = now() - interval '1 month', expires_at = now() $$,
    test.decide('officer', 2::int2), 'APPROVAL_EXPIRED'),
  ('writing', 'what cannot be done any more is not approved', 'second',
    $$ insert into role_grant (id, user_id, role, region_code) values (test.id('grant.waiting.officer'), test.id('officer'), 1, 150424000000) $$,
    test.decide('officer', 2::int2), 'ALREADY_EXISTS'),
  ('writing', 'who is no admin any more approves nothing', 'second',
    $$ update role_grant set ends_at = now() where user_id = test.id('second') $$, test.decide('officer', 2::int2), 'NOT_FOUND');

-- The table holds to it by itself.
insert into expectation (topic, sentence, given, statement, expected)
select 'constraints', format('approval: %s is kept out', m.mistake), 'alter table approval disable trigger approval_kept; alter table approval disable trigger approval_told',
       format('update approval set %s where id = test.id(''approval.officer'')', m.assignment), m.expected
from (
  values
    ('a kind that there is not', 'kind = 0', 'check'),
    ('a payload that is no object', $$payload = '1'$$, 'check'),
    ('an empty reason', $$reason = ''$$, 'check'),
    ('an end before the beginning', 'expires_at = requested_at', 'check'),
    ('a state that there is not', 'state = 5, decided_by = test.id(''second''), decided_at = now()', 'check'),
    ('a decision before the request', $$state = 2, decided_by = test.id('second'), decided_at = requested_at - interval '1s'$$, 'check'),
    ('an empty reason of the decision', $$decision_reason = ''$$, 'check'),
    ('asking for oneself', 'user_id = requested_by', 'check'),
    ('a decision by nobody', 'state = 2, decided_at = now()', 'check'),
    ('a decision without its time', $$state = 2, decided_by = test.id('second')$$, 'check'),
    ('a decider of what still waits', $$decided_by = test.id('second'), decided_at = now()$$, 'check'),
    ('approving what one asked for', $$state = 2, decided_by = test.id('admin'), decided_at = now()$$, 'check'),
    ('another who takes it back', $$state = 4, decided_by = test.id('second'), decided_at = now()$$, 'check'),
    ('approving what is about oneself', $$state = 2, decided_by = test.id('officer'), decided_at = now()$$, 'check'),
    ('somebody who there is not', $$user_id = test.id('none')$$, 'foreign key'),
    ('a region that there is not', 'region_code = 150424100299', 'foreign key'),
    ('an asker who there is not', $$requested_by = test.id('none')$$, 'foreign key'),
    ('a decider who there is not', $$state = 2, decided_by = test.id('none'), decided_at = now()$$, 'foreign key')
) m(mistake, assignment, expected);

insert into expectation (topic, sentence, statement, expected)
values
  ('constraints', 'approval: what was asked for stays, not changed by the owner', $$ update approval set payload = '{}' $$, 'denied'),
  ('constraints', 'approval: what it says stays when it is decided',
    $$ update approval set payload = '{}', state = 3, decided_by = test.id('second'), decided_at = now() where id = test.id('approval.officer') $$,
    'denied'),
  ('constraints', 'approval: it is not decided after its time',
    $$ update approval set state = 3, decided_by = test.id('second'), decided_at = expires_at where id = test.id('approval.officer') $$, 'denied'),
  ('constraints', 'approval: nothing is removed, not by the owner', $$ delete from approval $$, 'denied'),
  ('constraints', 'approval: it is not emptied, not by the owner', $$ truncate approval cascade $$, 'denied');

insert into expectation (topic, sentence, caller, acting, statement, expected)
values
  ('audit', 'what is asked for is told', 'second', test.grant_asked('officer'), $$ select test.told('approval') $$, 'created approval done'),
  ('audit', 'what is decided is told', 'second', test.decide('officer', 2::int2), $$ select test.told('approval') $$, 'changed approval done'),
  ('audit', 'a grant that was approved is told', 'second', test.decide('officer', 2::int2), $$ select test.told('grant') $$, 'created grant done');
insert into expectation (topic, sentence, given, statement, expected)
values
  ('audit', 'approval: its removal is told, also of the owner',
    $$ alter table approval disable trigger approval_kept; delete from approval where id = test.id('approval.officer') $$,
    $$ select test.told('approval') $$, 'removed approval done');
