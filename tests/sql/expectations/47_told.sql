-- What supervisors are reminded of, who is, and what writes it.
set search_path = test, zoufang;

insert into allowed (privilege, name)
values
  ('reads nothing', 'reminder_mark'),
  ('calls', 'remind_due'),
  ('calls', 'remind_volume');

-- The reporter of a lead is opened by somebody.
create function test.opened(lead text, opener text default 'officer') returns text
language sql immutable as $$
  select format('insert into lead_event (lead_id, kind, actor_id, note) values (test.id(%L), 20, test.id(%L), ''核对'')', lead, opener)
$$;

create function test.reminded() returns setof text
language sql stable as $$
  select concat_ws(' ', r.kind, coalesce(test.name(r.record_id), 'who'), r.told_code) from zoufang.reminder r where r.kind not in (1, 8, 9)
$$;
grant execute on function test.reminded to zoufang;

insert into expectation (topic, sentence, caller, given, statement, expected)
select 'told', format('%s is reminded of an opening below him: %s', w.caller, w.told), w.caller,
       concat_ws(';', test.opened('lead.own'), test.opened('lead.far'), test.opened('lead.elsewhere')), 'select test.reminded()', w.told
from (
  values
    ('supervisor', '6 own 150424000000'),
    ('city', '6 far 150400000000 6 own 150424000000'),
    ('inspector', '6 own 150424000000'),
    ('village', 'nothing'),
    ('eastern', '6 elsewhere 150500000000'),
    ('officer', 'nothing'),
    ('leader', 'nothing'),
    ('stranger', 'nothing'),
    ('analyst', 'nothing'),
    ('auditor', 'nothing'),
    ('admin', 'nothing'),
    ('nobody', 'nothing')
) w(caller, told);

insert into expectation (topic, sentence, caller, given, statement, expected)
values
  ('told', 'nobody is reminded of what he did himself', 'supervisor', test.opened('lead.own', 'supervisor'), 'select test.reminded()', 'nothing'),
  ('told', 'nobody complained of is reminded of the lead', 'supervisor', test.opened('lead.against_the_supervisor'), 'select test.reminded()',
    'nothing'),
  ('told', 'who is not complained of is reminded of the same lead', 'city', test.opened('lead.against_the_supervisor'),
    'select test.reminded()', '6 against_the_supervisor 150424000000'),
  ('told', 'a held visit is told to the supervisor of its region', 'city',
    $$ update visit set state = 2, hold_reason = 1 where id = test.id('visit.own') $$,
    $$ select test.name(r.record_id) from reminder r where r.record_id = test.id('visit.own') $$, 'own'),
  ('told', 'a held visit out of scope is told to nobody', 'stranger',
    $$ update visit set state = 2, hold_reason = 1 where id = test.id('visit.own') $$,
    $$ select test.name(r.record_id) from reminder r where r.record_id = test.id('visit.own') $$, 'nothing'),
  ('told', 'who takes unusually much is told of to the supervisor of his office''s region', 'city',
    $$ select remind_volume(test.id('supervisor'), 5000); select remind_volume(test.id('supervisor'), 6000) $$,
    $$ select concat_ws(' ', r.kind, r.note, r.told_code) from reminder r where r.kind = 7 $$, '7 5000 150424000000'),
  ('told', 'who takes unusually much is not told of it', 'supervisor',
    $$ select remind_volume(test.id('supervisor'), 5000) $$,
    'select test.reminded()', 'nothing'),
  ('told', 'a lead set overdue is told at once', 'city', $$ update lead set due_at = now() where id = test.id('lead.own') $$,
    'select test.reminded()', '2 own 150424000000'),
  ('told', 'an answer set overdue is told at once', 'city', $$ update lead set answer_due_at = now() where id = test.id('lead.own') $$,
    'select test.reminded()', '3 own 150424000000'),
  ('told', 'a lead that is not due yet is not told', 'city', $$ update lead set due_at = now() + interval '1 hour' where id = test.id('lead.own') $$,
    'select test.reminded()', 'nothing'),
  ('told', 'a lead that became overdue is told, once', 'city',
    $$ alter table lead disable trigger lead_overdue; update lead set due_at = now(), answer_due_at = now() where id = test.id('lead.own');
       select remind_due(100); select remind_due(100) $$,
    'select test.reminded()', '2 own 150424000000 3 own 150424000000'),
  ('told', 'what became overdue is looked through from an hour before the mark', 'city',
    $$ alter table lead disable trigger lead_overdue;
       select remind_due(100);
       update lead set due_at = now() - interval '59 minutes' where id = test.id('lead.own');
       update lead set due_at = now() - interval '61 minutes' where id = test.id('lead.county');
       select remind_due(100) $$,
    'select test.reminded()', '2 own 150424000000'),
  ('told', 'no more of a kind than asked for are told at once', 'city',
    $$ alter table lead disable trigger lead_overdue; update lead set due_at = now(); select remind_due(1) $$,
    'select count(*) <= 1 from test.reminded()', 'true'),
  ('told', 'what became overdue at different times is told however much it is, in as many rounds as it takes', 'city',
    $$ alter table lead disable trigger lead_overdue;
       update lead set due_at = now() - make_interval(hours => n::int4) from (select id as lead_id, row_number() over (order by id) * 3 as n from lead) o
         where id = o.lead_id;
       select count(remind_due(1)) from generate_series(1, 40);
       select set_config('test.untold', count(*)::text, true)
       from lead l
       where region_told(l.office_id, l.current_code) is not null
         and not exists (select from reminder r where r.kind = 2 and r.record_id = l.id) $$,
    $$ select current_setting('test.untold') $$, '0'),
  ('told', 'a round says how many it told', 'city',
    $$ alter table lead disable trigger lead_overdue; update lead set due_at = now() where id = test.id('lead.own');
       select set_config('test.told', remind_due(100)::text, true) $$,
    $$ select current_setting('test.told') $$, '1'),
  ('told', 'a declined lead is told, with its reason', 'city',
    $$ alter table lead disable trigger lead_step_kept; update lead set state = 11, reason = '不属' where id = test.id('lead.own') $$,
    $$ select concat_ws(' ', r.kind, r.note, r.told_code) from reminder r where r.kind not in (1, 8, 9) $$, '4 不属 150424000000'),
  ('told', 'a false accusation is told once another approved it', 'city',
    $$ alter table lead disable trigger lead_step_kept;
       update lead set state = 7 where id = test.id('lead.own');
       insert into lead_outcome (lead_id, finding, proposed_by) values (test.id('lead.own'), 3, test.id('officer'));
       update lead set state = 8 where id = test.id('lead.own');
       update lead_outcome set approved_by = test.id('supervisor'), approved_at = now() $$,
    'select test.reminded()', '5 own 150424000000'),
  ('told', 'an opening that stands goes on standing', 'city', test.opened('lead.own'),
    $$ select s.kind from reminder_standing s where s.kind = 6 $$, '6'),
  ('told', 'what was overdue and is not any more stands no longer', 'city',
    $$ update lead set due_at = now() where id = test.id('lead.own'); update lead set due_at = null where id = test.id('lead.own') $$,
    $$ select s.kind from reminder_standing s where s.kind = 2 $$, 'nothing');

-- Something that waits for a second person.
create function test.let_wait(kind int4, about text, region int8, asked_by text, payload jsonb) returns text
language sql stable as $$
  select format(
    'insert into approval (kind, user_id, region_code, payload, requested_by, reason) values (%s, %s, %s, %L, test.id(%L), ''waits'')',
    kind, coalesce(format('test.id(%L)', about), 'null'), coalesce(region::text, 'null'), payload, asked_by)
$$;
grant execute on function test.let_wait to zoufang;

insert into expectation (topic, sentence, caller, given, statement, expected)
select 'told', t.sentence, t.caller, t.given, format($$ select count(*) from reminder r where r.note = 'waits' and r.kind = %s $$, t.kind), t.expected
from (
  values
    ('an admin is told what another asked for', 'second', test.let_wait(1, 'colleague', 150424000000, 'admin', '{}'), 8, '1'),
    ('who asked is not', 'admin', test.let_wait(1, 'colleague', 150424000000, 'admin', '{}'), 8, '0'),
    ('an admin is not told what waits that is about himself', 'second', test.let_wait(1, 'second', 150424000000, 'admin', '{}'), 8, '0'),
    ('an auditor decides nothing', 'auditor', test.let_wait(1, 'colleague', 150424000000, 'admin', '{}'), 8, '0'),
    ('an auditor is told what an admin asked for', 'auditor', test.let_wait(1, 'colleague', 150424000000, 'admin', '{}'), 9, '1'),
    ('an auditor is told what an admin asked for of retention', 'auditor',
      test.let_wait(9, null, null, 'admin', '{"record_class": 3, "years": 10, "remove": false}'), 9, '1'),
    ('an admin is not told that another asked', 'second', test.let_wait(1, 'colleague', 150424000000, 'admin', '{}'), 9, '0'),
    ('an auditor is not told what is about leads', 'auditor',
      test.let_wait(6, null, null, 'city', jsonb_build_object('lead_ids', jsonb_build_array(test.id('lead.own')))), 9, '0'),
    ('a supervisor of all the leads is told that many reporters are to be opened', 'supervisor',
      test.let_wait(6, null, null, 'city', jsonb_build_object('lead_ids', jsonb_build_array(test.id('lead.own')))), 8, '1'),
    ('a supervisor of some of them is not', 'supervisor',
      test.let_wait(6, null, null, 'city', jsonb_build_object('lead_ids', jsonb_build_array(test.id('lead.own'), test.id('lead.far')))), 8, '0'),
    ('a supervisor who is complained of in one of them is not', 'supervisor',
      test.let_wait(6, null, null, 'city', jsonb_build_object('lead_ids', jsonb_build_array(test.id('lead.own'), test.id('lead.against_the_supervisor')))),
      8, '0'),
    ('a supervisor of the region is told of a report that waits', 'city', test.let_wait(8, null, 150424000000, 'supervisor', '{}'), 8, '1'),
    ('an officer is not', 'officer', test.let_wait(8, null, 150424000000, 'supervisor', '{}'), 8, '0')
) t(sentence, caller, given, kind, expected);

insert into expectation (topic, sentence, caller, given, statement, expected)
select 'told', t.sentence, t.caller,
       concat_ws(';', test.let_wait(1, 'colleague', 150424000000, 'admin', '{}'),
         $$ update approval set state = 3, decided_by = test.id('second'), decided_at = now() + interval '1 second', decision_reason = 'no' where reason = 'waits' $$),
       t.statement, t.expected
from (
  values
    ('an auditor is told how it was decided', 'auditor', $$ select test.name(r.actor_id) from reminder r where r.kind = 9 and r.note = 'no' $$, 'second'),
    ('what was decided waits no more', 'second', $$ select s.id from reminder_standing s where s.kind = 8 and s.note = 'waits' $$, 'nothing')
) t(sentence, caller, statement, expected);

-- A round tells exactly what the policies show.
create function test.reminded_by_round(username text) returns setof uuid
language plpgsql as $$
begin
  return query
  select r.reminder_id
  from zoufang.watch_begin('', 0, '', '', null, 100) b
  cross join lateral zoufang.watch_round(array['1:1:'], null, null, null, array[test.token(username)], array[b.mark], array[0], array[1],
    1000) r
  where r.reminder_id is not null;
end
$$;
grant execute on function test.reminded_by_round to zoufang;

insert into expectation (topic, sentence, caller, given, statement, expected)
select 'told',
       format('a round reminds %s of exactly what he reads', w.caller),
       w.caller,
       concat_ws(';', test.opened('lead.own'), test.opened('lead.far', 'city'), test.opened('lead.against_the_supervisor'),
         $$ update visit set state = 2, hold_reason = 1 where id = test.id('visit.own') $$,
         $$ update lead set due_at = now() where id = test.id('lead.against_his_office') $$,
         test.let_wait(8, null, 150424000000, 'supervisor', '{}'),
         test.let_wait(2, 'colleague', null, 'admin', '{}'),
         test.let_wait(6, null, null, 'city', jsonb_build_object('lead_ids', jsonb_build_array(test.id('lead.own'), test.id('lead.far')))),
         test.let_wait(6, null, null, 'city', jsonb_build_object('lead_ids', jsonb_build_array(test.id('lead.own'), test.id('lead.against_the_supervisor')))),
         test.let_wait(6, null, null, 'city', jsonb_build_object('lead_ids', jsonb_build_array(test.id('lead.own'))))),
       format($$ select r.id from (
           (select s.id from reminder_standing s except select test.reminded_by_round(%1$L))
           union all
           (select test.reminded_by_round(%1$L) except select s.id from reminder_standing s)
         ) r $$, w.caller),
       'nothing'
from unnest(array['officer', 'chief', 'accused', 'companion', 'supervisor', 'stranger', 'inspector', 'city', 'village', 'eastern']) w(caller);

insert into expectation (topic, sentence, given, statement, expected)
select 'constraints', format('reminder: %s is kept out', b.mistake), test.opened('lead.own'),
       format('update reminder set %s where record_id = test.id(''lead.own'')', b.assignment), b.expected
from (
  values
    ('a kind that there is not', 'kind = 0', 'check'),
    ('a kind of record that there is not', 'record_kind = 2', 'check'),
    ('a region that there is not', 'told_code = 150424100299', 'foreign key'),
    ('an actor who there is not', 'actor_id = test.id(''none'')', 'foreign key'),
    ('one for a role that is not told', 'told_code = null, told_role = 1', 'check'),
    ('one for nobody', 'told_code = null', 'check'),
    ('one for a region and a role', 'told_role = 5', 'check')
) b(mistake, assignment, expected);

insert into expectation (topic, sentence, statement, expected)
values
  ('constraints', 'reminder_mark: a second mark is kept out', $$ insert into reminder_mark (one, until) values (false, now()) $$, 'check');

insert into expectation (topic, sentence, given, statement, expected)
select 'audit', format('reminder: %s is told, also of the owner', t.act), concat_ws(';', test.opened('lead.own'), t.given),
       $$ select test.told('reminder') $$, t.told
from (
  values
    ('a new one', null, 'created reminder done'),
    ('a change', $$ update reminder set note = '测试' where record_id = test.id('lead.own') $$, 'changed reminder done created reminder done'),
    ('its removal', $$ delete from reminder where record_id = test.id('lead.own') $$, 'created reminder done removed reminder done')
) t(act, given, told);

insert into expectation (topic, sentence, caller, given, acting, statement, expected)
values
  ('told', 'nobody writes a reminder', 'city', null, null,
    $$ insert into reminder (id, kind, record_kind, record_id, at, told_code) values (gen_random_uuid(), 6, 3, test.id('lead.own'), now(), 150424000000) $$,
    'denied'),
  ('told', 'nobody takes a reminder back', 'city', test.opened('lead.own'), null, $$ update reminder set note = null $$, 'denied');
