-- The way of a lead: who sees and writes outcomes, feedback, links, steps and the calendar; hand-over and recusal; what none of them
-- takes in.
set search_path = test, zoufang;

-- Every lead has an outcome that is proposed, feedback, and a link with the one against nobody that is farthest.
create function test.followed_up() returns text
language sql immutable as $$
  select 'alter table lead_outcome disable trigger user; alter table lead_feedback disable trigger user; alter table lead_link disable trigger user;
    insert into lead_outcome (lead_id, finding, proposed_by) select l.id, 1, l.raised_by from lead l;
    insert into lead_feedback (lead_id, about, told_at, way, audience, satisfaction, written_by) select l.id, 2, now(), 1, 1, 5, l.raised_by from lead l;
    insert into lead_link (lead_id, other_id, reason, linked_by) select least(l.id, test.id(''lead.own'')), greatest(l.id, test.id(''lead.own'')), ''x'', l.raised_by
      from lead l where l.id <> test.id(''lead.own'')'
$$;

-- A lead changed behind its triggers, so that it is not the transaction's own.
create function test.lead_with(name text, assignment text) returns text
language sql immutable as $$
  select format('alter table lead disable trigger user; update lead set %s where id = test.id(''lead.%s''); alter table lead enable trigger user',
    assignment, name)
$$;

create function test.outcome_of(lead text, proposed_by text) returns text
language sql immutable as $$
  select format('insert into lead_outcome (lead_id, finding, proposed_by) values (test.id(''lead.%s''), 1, test.id(%L))', lead, proposed_by)
$$;

create function test.feedback_on(lead text, written_by text, about int4 default 1) returns text
language sql immutable as $$
  select format('insert into lead_feedback (lead_id, about, told_at, way, audience, satisfaction, written_by)
    values (test.id(''lead.%s''), %s, now(), 1, 1, 5, test.id(%L))', lead, about, written_by)
$$;

create function test.link_of(lead text, other text, linked_by text) returns text
language sql immutable as $$
  select format('insert into lead_link (lead_id, other_id, reason, linked_by)
    values (least(test.id(''lead.%1$s''), test.id(''lead.%2$s'')), greatest(test.id(''lead.%1$s''), test.id(''lead.%2$s'')), ''x'', test.id(%3$L))',
    lead, other, linked_by)
$$;

create function test.holiday_by(written_by text) returns text
language sql immutable as $$
  select format('insert into holiday (day, kind, name, written_by) values (''2032-02-03'', 1, ''测试'', test.id(%L))', written_by)
$$;
create function test.receipt() returns text
language sql immutable as $$
  select 'insert into receipt (lead_id) values (test.id(''lead.new''));
    insert into receipt_submission (lead_id, etag, written_by) values (test.id(''lead.new''), sha256(''x''), test.id(''officer''))'
$$;
grant execute on all functions in schema test to zoufang;

-- What belongs to a lead is seen with it.
insert into expectation (topic, sentence, caller, given, statement, expected)
select 'reading', format('%s sees of %s: %s', s.who, t.what, o.expected), s.caller, test.followed_up(), t.statement, o.expected
from (
  values
    (null, 'without a call nobody', 'nothing', 'nothing'),
    ('officer', 'an officer', 'against_him against_the_supervisor assigned handled office own raised',
      'against_him against_the_supervisor assigned handled office raised'),
    ('supervisor', 'the county''s supervisor, complained of in one,', 'against_him against_his_office county merged office own',
      'against_him against_his_office county merged office'),
    ('accused', 'who is complained of', 'against_the_supervisor assigned office own', 'against_the_supervisor assigned office'),
    ('stranger', 'an officer of another county', 'assigned far handled merged raised', 'nothing'),
    ('analyst', 'an analyst', 'nothing', 'nothing')
) s(caller, who, leads, linked)
cross join (
  values
    (1, 'the outcomes of leads', 'select test.name(o.lead_id) from lead_outcome o'),
    (2, 'the feedback on leads', 'select test.name(f.lead_id) from lead_feedback f'),
    (3, 'the links of leads', $$ select test.name(case when k.lead_id = test.id('lead.own') then k.other_id else k.lead_id end) from lead_link k $$)
) t(place, what, statement)
cross join lateral (select case when t.place = 3 then s.linked else s.leads end) o(expected)
order by t.place;

insert into expectation (topic, sentence, given, statement, expected)
values
  ('constraints', 'who comes into an office complained of answers for the lead no more',
    test.lead_with('own', $$ accused_offices = array[test.id('office.east'), null] $$)
      || $$; update account set office_id = test.id('office.east') where username = 'officer' $$,
    $$ select coalesce(test.name(l.handler_id), 'nobody') from lead l where l.id = test.id('lead.own') $$, 'nobody'),
  ('constraints', 'a reporter whose name is known only later is owed an answer',
    $$ set local session_replication_role = replica;
       update lead set state = 4, has_reporter = false, answer_due_at = null where id = test.id('lead.own');
       set local session_replication_role = origin;
       update lead set has_reporter = true where id = test.id('lead.own') $$,
    $$ select l.answer_due_at > now() from lead l where l.id = test.id('lead.own') $$, 'true');

insert into expectation (topic, sentence, caller, given, statement, expected)
values
  -- Hand-over and recusal.
  ('reading', 'to whom a lead is offered sees it', 'foreigner', test.lead_with('far', $$ offered_user = test.id('foreigner') $$),
    $$ select test.name(l.id) from lead l $$, 'elsewhere far'),
  ('reading', 'the members of an office to which a lead is offered see it', 'companion',
    test.lead_with('far', $$ offered_office = test.id('office.south') $$), $$ select test.name(l.id) from lead l $$,
    'against_his_office county far'),
  ('reading', 'who recused himself sees the lead no more, though he handles it', 'officer',
    test.lead_with('own', $$ recused = array[test.id('officer')] $$), $$ select test.name(l.id) from lead l $$,
    'against_him against_the_supervisor assigned handled office raised'),
  ('reading', 'a supervisor who recused himself sees the lead no more', 'supervisor',
    test.lead_with('own', $$ recused = array[test.id('supervisor')] $$), $$ select test.name(l.id) from lead l $$,
    'against_him against_his_office county merged office'),
  ('writing', 'to whom a lead is offered may write it', 'foreigner', test.lead_with('far', $$ offered_user = test.id('foreigner') $$),
    $$ update lead set reason = 'new' where id = test.id('lead.far') $$, '1 rows'),
  ('writing', 'who recused himself does not write the lead', 'officer', test.lead_with('own', $$ recused = array[test.id('officer')] $$),
    $$ update lead set reason = 'new' where id = test.id('lead.own') $$, '0 rows'),
  ('writing', 'a recusal is the caller''s own to write, in a lead that he sees', 'officer', null,
    $$ update lead set recused = recused || me() where id = test.id('lead.own') $$, '1 rows'),
  -- Steps.
  ('writing', 'a step out of order is not taken, whatever the statement', 'supervisor', null,
    $$ update lead set state = 8 where id = test.id('lead.own') $$, 'STEP_OUT_OF_ORDER'),
  ('writing', 'a step is not taken by who has not the role for it', 'officer', null,
    $$ update lead set state = 2 where id = test.id('lead.own') $$, 'STEP_OUT_OF_ORDER'),
  ('writing', 'a supervisor accepts a lead', 'supervisor', null, $$ update lead set state = 2 where id = test.id('lead.own') $$, '1 rows'),
  ('writing', 'a handler verifies what was assigned', 'officer', test.lead_with('own', 'state = 3'),
    $$ update lead set state = 4 where id = test.id('lead.own') $$, '1 rows'),
  ('writing', 'nobody changes the table of steps', 'second', null, $$ update lead_step set needs = '{}' $$, 'denied'),
  ('writing', 'nobody adds to the table of steps', 'second', null, $$ insert into lead_step values (1, 10, 2) $$, 'denied'),
  ('writing', 'nobody changes the table of deadlines', 'second', null, $$ update lead_deadline set working_days = 500 $$, 'denied'),
  ('reading', 'everybody reads the table of steps', 'nobody', null, $$ select count(*) > 20 from lead_step $$, 'true'),
  ('reading', 'everybody reads the table of deadlines', 'nobody', null, $$ select count(*) > 5 from lead_deadline $$, 'true'),
  -- Outcomes.
  ('writing', 'who handles a lead proposes an outcome', 'officer', test.lead_with('own', 'state = 7'), test.outcome_of('own', 'officer'), '1 rows'),
  ('writing', 'nobody proposes an outcome in another''s name', 'officer', test.lead_with('own', 'state = 7'),
    test.outcome_of('own', 'colleague'), 'denied'),
  ('writing', 'who only sees a lead proposes no outcome', 'leader', test.lead_with('own', 'state = 7'), test.outcome_of('own', 'leader'), 'denied'),
  ('writing', 'a second outcome is not proposed beside the first', 'officer',
    test.lead_with('own', 'state = 7') || ';' || test.outcome_of('own', 'officer'), test.outcome_of('own', 'officer'), 'unique'),
  ('writing', 'an outcome is proposed at its step alone', 'officer', null, test.outcome_of('own', 'officer'), 'PRECONDITION'),
  ('writing', 'an outcome is not proposed as approved', 'officer', test.lead_with('own', 'state = 7'),
    $$ insert into lead_outcome (lead_id, finding, proposed_by, approved_by) values (test.id('lead.own'), 1, me(), test.id('chief')) $$, 'denied'),
  ('writing', 'a supervisor approves what was proposed', 'supervisor',
    test.lead_with('own', 'state = 7') || ';' || test.outcome_of('own', 'officer') || ';' || test.lead_with('own', 'state = 8'),
    $$ update lead_outcome set approved_by = me(), approved_at = now() $$, '1 rows'),
  ('writing', 'a supervisor approves in no other''s name', 'supervisor',
    test.lead_with('own', 'state = 7') || ';' || test.outcome_of('own', 'officer') || ';' || test.lead_with('own', 'state = 8'),
    $$ update lead_outcome set approved_by = test.id('city'), approved_at = now() $$, 'denied'),
  ('writing', 'no outcome is approved before its lead is concluded', 'supervisor',
    test.lead_with('own', 'state = 7') || ';' || test.outcome_of('own', 'officer'),
    $$ update lead_outcome set approved_by = me(), approved_at = now() $$, 'PRECONDITION'),
  ('writing', 'who handles a lead decides no outcome', 'officer',
    test.lead_with('own', 'state = 7') || ';' || test.outcome_of('own', 'officer'), $$ update lead_outcome set returned_at = now() $$, '0 rows'),
  ('writing', 'nobody changes what was found', 'supervisor',
    test.lead_with('own', 'state = 7') || ';' || test.outcome_of('own', 'officer'), $$ update lead_outcome set finding = 2 $$, 'denied'),
  ('writing', 'nobody removes an outcome', 'city', null, $$ delete from lead_outcome $$, 'denied'),
  ('calls', 'who handed in what is not kept has its receipt', 'officer', test.receipt(),
    $$ select receipt_number(test.id('lead.new')) is not null $$, 'true'),
  ('calls', 'nobody has another''s receipt', 'colleague', test.receipt(),
    $$ select receipt_number(test.id('lead.new')) is null $$, 'true'),
  -- Feedback.
  ('writing', 'who handles a lead says what was told', 'officer', null, test.feedback_on('own', 'officer'), '1 rows'),
  ('writing', 'a supervisor says what was told', 'supervisor', null, test.feedback_on('own', 'supervisor'), '1 rows'),
  ('writing', 'nobody says what was told in another''s name', 'officer', null, test.feedback_on('own', 'colleague'), 'denied'),
  ('writing', 'who only sees a lead says nothing of what was told', 'leader', null, test.feedback_on('own', 'leader'), 'denied'),
  ('writing', 'no result is told before there is one', 'officer', null, test.feedback_on('own', 'officer', 2), 'PRECONDITION'),
  ('writing', 'a result is told once there is one', 'officer',
    $$ alter table lead_outcome disable trigger user;
       insert into lead_outcome (lead_id, finding, proposed_by, approved_by, approved_at)
       values (test.id('lead.own'), 1, test.id('officer'), test.id('supervisor'), now()) $$, test.feedback_on('own', 'officer', 2), '1 rows'),
  ('writing', 'nobody changes feedback', 'city', test.followed_up(), $$ update lead_feedback set note = 'x' $$, 'denied'),
  ('writing', 'nobody removes feedback', 'city', test.followed_up(), $$ delete from lead_feedback $$, 'denied'),
  -- Links.
  ('writing', 'who sees both leads links them', 'officer', null, test.link_of('own', 'office', 'officer'), '1 rows'),
  ('writing', 'nobody links a lead with one that he does not see', 'officer', null, test.link_of('own', 'county', 'officer'), 'denied'),
  ('writing', 'nobody links leads in another''s name', 'officer', null, test.link_of('own', 'office', 'colleague'), 'denied'),
  ('writing', 'nobody changes a link', 'city', test.followed_up(), $$ update lead_link set reason = 'y' $$, 'denied'),
  -- The calendar.
  ('reading', 'everybody reads the calendar', 'nobody', test.holiday_by('admin'), $$ select h.day from holiday h $$, '2032-02-03'),
  ('writing', 'an admin says what a day is', 'second', null, test.holiday_by('second'), '1 rows'),
  ('writing', 'nobody says it in another''s name', 'second', null, test.holiday_by('admin'), 'denied'),
  ('writing', 'a supervisor does not say what a day is', 'city', null, test.holiday_by('city'), 'denied'),
  ('writing', 'an admin says otherwise of a day', 'second', test.holiday_by('admin'),
    $$ update holiday set kind = 3, written_by = me() $$, '1 rows'),
  ('writing', 'nobody says otherwise in another''s name', 'second', test.holiday_by('second'),
    $$ update holiday set kind = 3, written_by = test.id('admin') $$, 'denied'),
  ('writing', 'a supervisor says nothing otherwise of a day', 'city', test.holiday_by('admin'),
    $$ update holiday set kind = 3, written_by = me() $$, '0 rows'),
  ('writing', 'nobody removes a day', 'second', test.holiday_by('admin'), $$ delete from holiday $$, 'denied');

-- What the tables keep out, also of their owner. Triggers are off where it is the table itself that keeps it out.
insert into expectation (topic, sentence, given, statement, expected)
select 'constraints', format('%s: %s is kept out', c.subject, c.mistake),
       test.followed_up() || ';' || test.holiday_by('admin') || format('; alter table %s disable trigger user', c.subject),
       format('update %1$s set %2$s where ctid = (select o.ctid from %1$s o limit 1)', c.subject, c.assignment), c.expected
from (
  values
    ('lead', 'a state between the first and the last, or none,', 'state = 16', 'check'),
    ('lead', 'a fifty-first who recused himself', 'recused = array_fill(raised_by, array[51])', 'check'),
    ('lead', 'an offer to nobody', $$offered_user = test.id('none')$$, 'foreign key'),
    ('lead', 'an offer to no office', $$offered_office = test.id('none')$$, 'foreign key'),
    ('lead_event', 'a hand-over to nobody', $$user_id = test.id('none')$$, 'foreign key'),
    ('lead_event', 'a hand-over to no office', $$office_id = test.id('none')$$, 'foreign key'),
    ('lead_event', 'a link with no lead', $$other_id = test.id('none')$$, 'foreign key'),
    ('lead_step', 'a step from nowhere', 'from_state = 0', 'check'),
    ('lead_step', 'a step to nowhere', 'to_state = 16', 'check'),
    ('lead_step', 'a step by nobody', 'role = 4', 'check'),
    ('lead_step', 'a step that asks for what there is not', 'needs = ''{11}''', 'check'),
    ('lead_step', 'a step that leads where it began', 'to_state = from_state', 'check'),
    ('lead_outcome', 'a finding that there is not', 'finding = 5', 'check'),
    ('lead_outcome', 'less money than none', 'recovered_fen = -1', 'check'),
    ('lead_outcome', 'an empty note', $$note = ''$$, 'check'),
    ('lead_outcome', 'an approval by who proposed it', 'approved_by = proposed_by, approved_at = now()', 'check'),
    ('lead_outcome', 'an approval by nobody', 'approved_at = now()', 'check'),
    ('lead_outcome', 'what is both approved and sent back', $$approved_by = test.id('city'), approved_at = now(), returned_at = now()$$, 'check'),
    ('lead_outcome', 'persons without units', $$person_names = '{某}'$$, 'check'),
    ('lead_outcome', 'officials cleared without units', $$cleared_names = '{某}'$$, 'check'),
    ('lead_outcome', 'no lead', $$lead_id = test.id('none')$$, 'foreign key'),
    ('lead_outcome', 'a proposal by nobody', $$proposed_by = test.id('none')$$, 'foreign key'),
    ('lead_outcome', 'an approval by who there is not', $$approved_by = test.id('none'), approved_at = now()$$, 'foreign key'),
    ('lead_feedback', 'feedback about nothing', 'about = 3', 'check'),
    ('lead_feedback', 'feedback before the century', $$told_at = '1999-12-31'$$, 'check'),
    ('lead_feedback', 'a way that there is not', 'way = 6', 'check'),
    ('lead_feedback', 'an audience that there is not', 'audience = 3', 'check'),
    ('lead_feedback', 'more than satisfaction', 'satisfaction = 6', 'check'),
    ('lead_feedback', 'an empty note', $$note = ''$$, 'check'),
    ('lead_feedback', 'no lead', $$lead_id = test.id('none')$$, 'foreign key'),
    ('lead_feedback', 'nobody''s feedback', $$written_by = test.id('none')$$, 'foreign key'),
    ('lead_link', 'an empty reason', $$reason = ''$$, 'check'),
    ('lead_link', 'a link the other way round', 'lead_id = other_id, other_id = lead_id', 'check'),
    ('lead_link', 'a link from no lead', $$lead_id = '00000000-0000-0000-0000-000000000000'$$, 'foreign key'),
    ('lead_link', 'a link to no lead', $$other_id = 'ffffffff-ffff-ffff-ffff-ffffffffffff'$$, 'foreign key'),
    ('lead_link', 'a link by nobody', $$linked_by = test.id('none')$$, 'foreign key'),
    ('holiday', 'a day before the century', $$day = '1999-12-31'$$, 'check'),
    ('holiday', 'a kind that there is not', 'kind = 4', 'check'),
    ('holiday', 'an empty name', $$name = ''$$, 'check'),
    ('holiday', 'a day that nobody wrote', $$written_by = test.id('none')$$, 'foreign key'),
    ('lead_deadline', 'a state that there is not', 'state = 16', 'check'),
    ('lead_deadline', 'a domain that is in no vocabulary', $$domain = 'bribery'$$, 'foreign key'),
    ('lead_deadline', 'no working day', 'working_days = 0', 'check')
) c(subject, mistake, assignment, expected);

insert into expectation (topic, sentence, given, statement, expected)
values
  ('constraints', 'lead: a step that there is not is not taken, not by the owner', null,
    $$ update lead set state = 10 where id = test.id('lead.own') $$, 'STEP_OUT_OF_ORDER'),
  ('constraints', 'lead: who is complained of does not handle it', null,
    $$ with w as (update lead set handler_id = test.id('accused') where id = test.id('lead.against_him') returning handler_id)
       insert into lead_step select 1, 9, 1 from w where w.handler_id is null $$, '1 rows'),
  ('constraints', 'lead_outcome: what was decided stays', $$ alter table lead_outcome disable trigger user;
       insert into lead_outcome (lead_id, finding, proposed_by, returned_at) values (test.id('lead.own'), 1, test.id('officer'), now());
       alter table lead_outcome enable trigger user $$, $$ update lead_outcome set returned_at = null $$, 'PRECONDITION'),
  ('constraints', 'lead_outcome: who is complained of approves nothing', $$ alter table lead_outcome disable trigger user;
       insert into lead_outcome (lead_id, finding, proposed_by) values (test.id('lead.against_the_supervisor'), 1, test.id('officer'));
       alter table lead_outcome enable trigger user;
       alter table lead disable trigger user;
       update lead set state = 8 where id = test.id('lead.against_the_supervisor') $$,
    $$ update lead_outcome set approved_by = test.id('supervisor'), approved_at = now() $$, 'PRECONDITION'),
  ('constraints', 'lead_feedback: nothing is changed, not by the owner', test.feedback_on('own', 'officer'),
    $$ update lead_feedback set note = 'x' $$, 'denied'),
  ('constraints', 'lead_feedback: nothing is removed, not by the owner', null, $$ delete from lead_feedback $$, 'denied'),
  ('constraints', 'lead: a complaint about a leader of the highest office is not kept',
    $$ update account set leader = true where username = 'city' $$, test.lead_by('officer', 'officer', 'city'), '0 rows'),
  ('constraints', 'lead: what is not kept comes back under no other content', $$ insert into receipt (lead_id) values (test.id('lead.new')) $$,
    test.lead_by('officer', 'officer', null), '0 rows'),
  ('constraints', 'receipt: a second one is kept out', test.receipt(), $$ insert into receipt (lead_id) select r.lead_id from receipt r $$, 'unique'),
  ('constraints', 'receipt_submission: one of no receipt is kept out', null,
    $$ insert into receipt_submission (lead_id, etag, written_by) values (test.id('none'), sha256('x'), test.id('officer')) $$, 'foreign key'),
  ('constraints', 'receipt_submission: one that nobody wrote is kept out', test.receipt(),
    $$ update receipt_submission set written_by = test.id('none') $$, 'foreign key'),
  ('constraints', 'receipt_submission: a short etag is kept out', test.receipt(), $$ update receipt_submission set etag = 'x' $$, 'check'),
  ('constraints', 'lead_link: the same link twice is kept out', test.followed_up(),
    $$ insert into lead_link (lead_id, other_id, reason, linked_by) select k.lead_id, k.other_id, 'x', k.linked_by from lead_link k $$, 'unique'),
  ('constraints', 'lead_link: both timelines tell of it', test.link_of('own', 'office', 'officer'),
    $$ select test.name(e.lead_id) from lead_event e where e.kind = 9 $$, 'office own');

insert into expectation (topic, sentence, given, statement, expected)
select 'audit', format('%s: %s is told, also of the owner', t.subject, t.act), t.given, format('select test.told(%L)', t.kind), t.told
from (
  values
    ('receipt', 'receipt', 'a new one', test.receipt(), 'created receipt done'),
    ('receipt', 'receipt', 'a change', test.receipt() || '; update receipt set received_at = received_at - interval ''1 day''', 'changed receipt done created receipt done'),
    ('receipt', 'receipt', 'its removal', test.receipt() || '; delete from receipt_submission; delete from receipt', 'created receipt done removed receipt done'),
    ('lead_step', 'step', 'a new one', $$ insert into lead_step values (1, 10, 2) $$, 'created step done'),
    ('lead_step', 'step', 'a change', $$ update lead_step set needs = '{9}' where from_state = 1 and to_state = 2 $$, 'changed step done'),
    ('lead_step', 'step', 'its removal', $$ delete from lead_step where from_state = 1 and to_state = 2 $$, 'removed step done'),
    ('lead_deadline', 'deadline', 'a new one', $$ insert into lead_deadline (state, working_days) values (10, 5) $$, 'created deadline done'),
    ('lead_deadline', 'deadline', 'a change', $$ update lead_deadline set working_days = 9 where state = 1 $$, 'changed deadline done'),
    ('lead_deadline', 'deadline', 'its removal', $$ delete from lead_deadline where state = 1 $$, 'removed deadline done'),
    ('holiday', 'holiday', 'a new day', test.holiday_by('admin'), 'created holiday done'),
    ('holiday', 'holiday', 'a change', test.holiday_by('admin') || '; update holiday set kind = 2', 'changed holiday done created holiday done'),
    ('holiday', 'holiday', 'its removal', test.holiday_by('admin') || '; delete from holiday', 'created holiday done removed holiday done'),
    ('lead_outcome', 'outcome', 'a proposal', test.lead_with('own', 'state = 7') || ';' || test.outcome_of('own', 'officer'), 'created outcome done'),
    ('lead_outcome', 'outcome', 'its return', test.lead_with('own', 'state = 7') || ';' || test.outcome_of('own', 'officer')
       || '; update lead_outcome set returned_at = now()', 'changed outcome done created outcome done'),
    ('lead_outcome', 'outcome', 'its removal', test.lead_with('own', 'state = 7') || ';' || test.outcome_of('own', 'officer')
       || '; delete from lead_outcome', 'created outcome done removed outcome done'),
    ('lead_feedback', 'feedback', 'what was told', test.feedback_on('own', 'officer'), 'created feedback done'),
    ('lead_feedback', 'feedback', 'a change by who switches its guard off', test.feedback_on('own', 'officer')
       || '; alter table lead_feedback disable trigger lead_feedback_is_final; update lead_feedback set note = ''x''',
      'changed feedback done created feedback done'),
    ('lead_feedback', 'feedback', 'its removal by who switches its guard off', test.feedback_on('own', 'officer')
       || '; alter table lead_feedback disable trigger lead_feedback_is_final; delete from lead_feedback',
      'created feedback done removed feedback done'),
    ('lead_link', 'link', 'a new one', test.link_of('own', 'office', 'officer'), 'created link done'),
    ('lead_link', 'link', 'a change', test.link_of('own', 'office', 'officer') || '; update lead_link set reason = ''y''',
      'changed link done created link done'),
    ('lead_link', 'link', 'its removal', test.link_of('own', 'office', 'officer') || '; delete from lead_link', 'created link done removed link done')
) t(subject, kind, act, given, told);
