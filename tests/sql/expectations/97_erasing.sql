-- Erasing: what is left of a record whose term is over, who may have it erased, what keeps it back, and what the audit then says.
set search_path = test, zoufang;

insert into allowed (privilege, name)
values
  ('calls', 'due_records'),
  ('calls', 'due_total'),
  ('calls', 'erasing_told'),
  ('reads nothing', 'erased_record'),
  ('reads nothing', 'erasing_kept');

-- A visit, a lead with all that can hang on it, and its case, three years old, each text of which says 秘密; and a year as the term of all classes.
create function test.told_long_ago() returns text
language sql immutable as $$
  select $w$
    select set_config('zoufang.erasing', 'on', true);
    alter table visit disable trigger visit_written;
    update visit set started_at = now() - interval '3 years', ended_at = null, place = '秘密', purpose = '秘密', findings = '秘密', visitor_names = '{秘密}',
      visitor_units = '{秘密}', material_names = '{秘密}', solved_descriptions = '{秘密}', survey_questions = '{秘密}', survey_answers = '{秘密}', reason = '秘密'
    where id = test.id('visit.own');
    alter table visit enable trigger visit_written;
    update visit_version set findings = '秘密' where id = test.id('visit.own');
    alter table photo disable trigger photo_changed;
    update photo set captured_at = now() - interval '3 years', caption = '秘密'
    where test.id('visit.own') = visit_id or test.id('lead.own') = lead_id;
    alter table photo enable trigger photo_changed;
    alter table lead disable trigger lead_written;
    alter table lead disable trigger lead_step_kept;
    update lead set received_at = now() - interval '3 years', written_at = now() - interval '3 years', state = 10, narrative = '秘密',
      accused_names = '{秘密,秘密}', accused_units = '{秘密,秘密}', accused_posts = '{秘密,秘密}', reason = '秘密'
    where id = test.id('lead.own');
    alter table lead enable trigger lead_step_kept;
    alter table lead enable trigger lead_written;
    update lead_version set narrative = '秘密' where id = test.id('lead.own');
    insert into lead_reporter_version select r.* from lead_reporter r where r.lead_id = test.id('lead.own');
    insert into lead_event (lead_id, kind, note) values (test.id('lead.own'), 3, '秘密');
    insert into lead_event (lead_id, kind, note, from_state, to_state) values (test.id('lead.own'), 5, '秘密', 9, 10);
    alter table lead_outcome disable trigger lead_outcome_follows;
    insert into lead_outcome (lead_id, finding, person_names, person_units, cleared_names, cleared_units, cleared_on, note, proposed_by, approved_by, approved_at)
    values (test.id('lead.own'), 3, '{秘密}', '{秘密}', '{秘密}', '{秘密}', '{2020-01-01}', '秘密', test.id('officer'), test.id('city'), now() - interval '3 years');
    alter table lead_outcome enable trigger lead_outcome_follows;
    insert into lead_feedback (lead_id, about, told_at, way, audience, satisfaction, note, written_by)
    values (test.id('lead.own'), 1, now() - interval '3 years', 1, 1, 5, '秘密', test.id('officer'));
    insert into lead_link (lead_id, other_id, reason, linked_by)
    values (least(test.id('lead.own'), test.id('lead.office')), greatest(test.id('lead.own'), test.id('lead.office')), '秘密', test.id('officer'));
    delete from lead_event where note = '秘密' and lead_id = test.id('lead.office');
    insert into person (id, name, added_by) values (test.id('person.talked'), '秘密', test.id('officer'));
    alter table handling disable trigger talk_follows;
    insert into handling (id, lead_id, person_id, form, decided_at, note, proposed_by)
    values (test.id('talk'), test.id('lead.own'), test.id('person.talked'), 1, now(), '秘密', test.id('officer'));
    alter table handling enable trigger talk_follows;
    insert into reminder (id, kind, record_kind, record_id, at, told_code, note)
    values
      (test.id('reminder.1'), 1, 1, test.id('visit.own'), now(), 150424100201, '秘密'),
      (test.id('reminder.3'), 6, 3, test.id('lead.own'), now(), 150400000000, '秘密');
    update case_file set filed_at = now() - interval '3 years', written_at = now() - interval '3 years', title = '秘密' where id = test.id('case.own');
    update person set name = '秘密', unit = '秘密', post = '秘密' where id = test.id('person.own');
    alter table handling disable trigger handling_is_final;
    update handling set note = '秘密' where case_id = test.id('case.own');
    alter table handling enable trigger handling_is_final;
    insert into legal_hold (record_class, record_id, reason, set_by, lifted_by, lifted_at, lifted_reason)
    select h, test.id((array['visit.own', '', 'lead.own', 'case.own'])[h]), '秘密', test.id('city'), test.id('city'), now(), 'x' from unnest('{1,3,4}'::int2[]) h;
    insert into request_claim (user_id, request_id, method, hash, answer)
    values (test.id('officer'), test.id('request'), 'LeadService/GetLead', 'x', jsonb_build_array(jsonb_build_object('id', test.id('lead.own'), 'note', '秘密')));
    insert into retention_term (record_class, years) values (1, 1), (2, 1), (3, 1), (4, 1);
    select set_config('zoufang.erasing', '', true) $w$
$$;

-- A request to erase one of them that waits for another, by its class.
create function test.erasing(record_class int2, asker text default 'supervisor') returns text
language sql stable as $$
  select format('insert into approval (id, kind, payload, requested_by) values (test.id(''erasing.%s''), 10, %L, test.id(%L))', record_class,
    jsonb_build_object('record_class', record_class, 'record_ids',
      array[(array[test.id('visit.own'), test.id('photo.' || test.id('visit.own')), test.id('lead.own'), test.id('case.own')])[record_class]]), asker)
$$;

create function test.erasings() returns text
language sql stable as $$ select test.told_long_ago() || ';' || string_agg(test.erasing(c::int2), ';') from generate_series(1, 4) c $$;

create function test.erase(classes int4[]) returns text
language sql immutable as $$
  select string_agg(format('select decide_approval(test.id(''erasing.%s''), 2::int2, null)', c), ';') from unnest(classes) c
$$;

-- What became of what was asked for.
create function test.fate(record_class int2) returns text
language sql stable as $$
  select coalesce(
    (select 'erased' from erased_record e where e.approval_id = test.id('erasing.' || record_class) and e.record_class = fate.record_class),
    (select 'kept ' || k.why from erasing_kept k where k.approval_id = test.id('erasing.' || record_class)),
    'nothing yet')
$$;

-- The tables in which something says this; the audit aside.
create function test.tables_saying(word text) returns setof text
language plpgsql as $$
declare
  looked_at regclass;
  said boolean;
begin
  for looked_at in
    select c.oid from pg_class c
    where c.relnamespace = 'zoufang'::regnamespace and c.relkind = 'r' and c.relname not like 'audit%'
  loop
    execute format('select exists (select from %s t where to_jsonb(t)::text like ''%%'' || $1 || ''%%'')', looked_at) into said using word;
    if said then
      return next looked_at::text;
    end if;
  end loop;
end
$$;
grant execute on all functions in schema test to zoufang;

insert into expectation (topic, sentence, caller, given, acting, statement, expected)
values
  ('audit', 'what is told stands in all these tables', 'city', test.erasings(), null, $$ select test.tables_saying('秘密') $$,
    'case_file handling lead lead_event lead_feedback lead_link lead_outcome lead_version legal_hold outcome_person person photo reminder request_claim visit '
      'visit_version'),
  ('audit', 'nothing of it is left when visit, lead and case are erased', 'city', test.erasings(), test.erase('{1,3,4}'),
    $$ select test.tables_saying('秘密') $$, 'nothing'),
  ('audit', 'nor of a photo that is erased by itself', 'city', test.erasings(), test.erase('{2}'),
    $$ select p.id from photo p where p.visit_id = test.id('visit.own') $$, 'nothing'),
  ('audit', 'a reporter goes with the keys, and what he was before', 'city', test.erasings(), test.erase('{3}'),
    $$ select r.lead_id from lead_reporter r where r.lead_id = test.id('lead.own')
       union all select r.lead_id from lead_reporter_version r where r.lead_id = test.id('lead.own') $$, 'nothing'),
  ('audit', 'the audit finds nothing amiss in what is left, and in what went', 'city', test.erasings(), test.erase('{1,3,4}'),
    $$ select r.kind || ' ' || r.what from audit_altered() r $$, 'nothing'),
  ('audit', 'it says of each that it was erased, by whom and by what approval', 'city', test.erasings(), test.erase('{1,3,4}'),
    $$ select concat_ws(' ', e.record_class, a.action, test.name(a.actor_id), e.approval_id = test.id('erasing.' || e.record_class))
       from erased_record e join audit a on a.kind = 'erased' and a.record = e.record_id::text and a.record_hash is not null
       where e.record_class <> 2 $$, '1 created city t 3 created city t 4 created city t'),
  ('audit', 'no hash of what they said is left', 'city', test.erasings(), test.erase('{1,3,4}'),
    $$ select a.kind
       from audit a
       where a.record in (test.id('visit.own')::text, test.id('lead.own')::text, test.id('case.own')::text)
         and a.record_hash is not null
         and a.at < now()
         and a.kind in ('visit', 'lead', 'case') $$, 'nothing'),
  ('audit', 'facts stay, and are what the records say', 'city', test.erasings() || '; create temporary table before on commit drop as table fact',
    test.erase('{1,3,4}'),
    $$ select (select count(*) from ((table fact except all table before) union all (table before except all table fact)) f) + test.facts_amiss() $$, '0'),
  ('audit', 'numbers of a visit stay', 'city', test.erasings(), test.erase('{1}'),
    $$ select concat_ws(' ', cardinality(v.solved_leads), v.material_copies, v.survey_counts, test.name(v.recorder_id), cardinality(v.team))
       from visit v where v.id = test.id('visit.own') $$, '1 {10} {3} officer 1'),
  ('audit', 'steps stay without their reasons', 'city', test.erasings(), test.erase('{3}'),
    $$ select concat_ws(' ', e.from_state, e.to_state, e.note) from lead_event e where e.lead_id = test.id('lead.own') $$, '9 10'),
  ('audit', 'a person of another case keeps the name', 'city',
    test.erasings() || $$; insert into case_person (case_id, person_id, added_by) values (test.id('case.far'), test.id('person.own'), test.id('officer')) $$,
    test.erase('{4}'), $$ select p.name from person p where p.id = test.id('person.own') $$, '秘密'),
  ('audit', 'whom another conclusion names stays the same one', 'city',
    test.erasings() || $$; alter table lead_outcome disable trigger lead_outcome_follows;
      insert into lead_outcome (lead_id, finding, person_names, person_units, proposed_by, approved_by, approved_at)
      values (test.id('lead.far'), 3, '{秘密}', '{秘密}', test.id('officer'), test.id('city'), now()) $$,
    test.erase('{3}'), $$ select count(distinct f.once) || ' ' || (select count(*) from outcome_person) from fact f where f.kind = 2 $$, '1 1'),
  ('audit', 'who recorded a visit and who took a photo are told that they are gone', 'city', test.erasings(), test.erase('{1}'),
    $$ select p.kind || ' ' || test.name(p.ways[1]) from sight_past p where p.changed = pg_current_xact_id() and p.kind in (1, 2) $$, '1 officer 2 officer');

insert into expectation (topic, sentence, caller, given, acting, statement, expected)
select 'audit', k.sentence, 'city', test.erasings() || ';' || k.given, test.erase(array[k.class]), format('select test.fate(%s::int2)', k.class), k.fate
from (
  values
    ('a held visit is kept', 1, test.hold_of(1::int2, 'visit.own'), 'kept 2'),
    ('a held lead is kept', 3, test.hold_of(3::int2, 'lead.own'), 'kept 2'),
    ('a held case is kept', 4, test.hold_of(4::int2, 'case.own'), 'kept 2'),
    ('a visit whose photo is held is kept', 1, test.photo_held('visit.own', 'city'), 'kept 2'),
    ('a lead whose photo is held is kept', 3, test.photo_held('lead.own', 'city'), 'kept 2'),
    ('a photo whose visit is held is kept', 2, test.hold_of(1::int2, 'visit.own'), 'kept 2'),
    ('a lead whose case is held is kept', 3, test.hold_of(4::int2, 'case.own'), 'kept 2'),
    ('a case whose lead is held is kept', 4, test.hold_of(3::int2, 'lead.own'), 'kept 2'),
    ('a case of whose lead a photo is held is kept', 4, test.photo_held('lead.own', 'city'), 'kept 2'),
    ('a hold that was lifted keeps nothing', 3,
      test.hold_of(3::int2, 'lead.own') || $$; update legal_hold set lifted_by = set_by, lifted_at = now(), lifted_reason = 'x' where lifted_at is null $$, 'erased'),
    ('what was written again is kept', 3, $$ update lead set etag = sha256(etag) where id = test.id('lead.own') $$, 'kept 3'),
    ('a case that has an open lead again is kept', 4, $$ update lead set state = 15 where id = test.id('lead.own') $$, 'kept 3'),
    ('a visit that waits to be accepted is kept', 1, $$ update visit set state = 2, hold_reason = 1 where id = test.id('visit.own') $$, 'kept 3'),
    ('what the term was prolonged of is kept', 3, 'update retention_term set years = 3', 'kept 3'),
    ('what the term was taken out of is kept', 3, 'delete from retention_term', 'kept 3'),
    ('what is due since today is erased', 1,
      $$ alter table visit disable trigger visit_written;
         update visit set started_at = (local_day(now()) - 1 - interval '1 year') at time zone local_zone() where id = test.id('visit.own') $$, 'erased'),
    ('what is due since tomorrow is kept', 1,
      $$ alter table visit disable trigger visit_written;
         update visit set started_at = (local_day(now()) - interval '1 year') at time zone local_zone() where id = test.id('visit.own') $$, 'kept 3'),
    ('who asked has nothing erased that is about him by then', 3, test.lead_with('own', $$accused_users = array[test.id('supervisor'), null]$$), 'kept 4'),
    ('nor about his office', 3, test.lead_with('own', $$accused_offices = array[null, test.id('office.south')]$$), 'kept 4')
) k(sentence, class, given, fate);

insert into expectation (topic, sentence, caller, given, acting, statement, expected)
values
  ('audit', 'what is kept is told as refused', 'city', test.erasings() || ';' || test.hold_of(3::int2, 'lead.own'), test.erase('{3}'),
    $$ select concat_ws(' ', a.action, a.kind, a.result) from audit a where a.record = test.id('lead.own')::text and a.action = 'refused' $$,
    'refused lead HELD_BACK'),
  ('audit', 'what was erased is not erased again', 'city',
    test.erasings() || $$; insert into approval (id, kind, payload, requested_by) select test.id('erasing.again'), kind, payload, requested_by
      from approval where id = test.id('erasing.3') $$,
    test.erase('{3}') || $$; select decide_approval(test.id('erasing.again'), 2::int2, null) $$,
    $$ select k.why from erasing_kept k where k.approval_id = test.id('erasing.again') $$, '4'),
  ('audit', 'what the audit says of a held record is not erased either', null, test.told_long_ago() || ';' || test.hold_of(4::int2, 'case.own'), null,
    $$ select audit_erase(test.id('lead.own')::text) $$, 'HELD_BACK'),
  ('audit', 'nor of a photo of a lead whose case is held', null, test.told_long_ago() || ';' || test.hold_of(4::int2, 'case.own'), null,
    $$ select audit_erase((select p.id from photo p where p.lead_id = test.id('lead.own'))::text) $$, 'HELD_BACK');

insert into expectation (topic, sentence, caller, given, statement, expected)
values
  ('writing', 'a supervisor asks that what is due be erased', 'supervisor', test.told_long_ago(),
    $$ select request_approval(10::int2, null, null, jsonb_build_object('record_class', 3, 'record_ids', array[test.id('lead.own')]), 'x') $$, ''),
  ('writing', 'nobody asks that what is held be erased', 'supervisor', test.told_long_ago() || ';' || test.hold_of(3::int2, 'lead.own'),
    $$ select request_approval(10::int2, null, null, jsonb_build_object('record_class', 3, 'record_ids', array[test.id('lead.own')]), 'x') $$, 'HELD_BACK'),
  ('writing', 'nobody asks that what is not due be erased', 'supervisor', test.told_long_ago(),
    $$ select request_approval(10::int2, null, null, jsonb_build_object('record_class', 3, 'record_ids', array[test.id('lead.county')]), 'x') $$, 'NOT_DUE'),
  ('writing', 'nobody asks that what is another region''s be erased', 'supervisor', test.told_long_ago(),
    $$ select request_approval(10::int2, null, null, jsonb_build_object('record_class', 3, 'record_ids', array[test.id('lead.far')]), 'x') $$,
    'UNKNOWN_REFERENCE'),
  ('writing', 'who asked does not decide what is erased', 'supervisor', test.erasings(), test.erase('{3}'), 'FORBIDDEN'),
  ('writing', 'who supervises another region does not either', 'village', test.erasings() || $$; update lead set current_code = 150424100202
    where id = test.id('lead.own') $$, test.erase('{3}'), 'NOT_FOUND'),
  ('writing', 'nor does who is complained of', 'supervisor', test.told_long_ago() || ';' || test.erasing(3::int2, 'city') || ';'
    || test.lead_with('own', $$accused_users = array[test.id('supervisor'), null]$$), test.erase('{3}'), 'NOT_FOUND'),
  ('writing', 'nor an admin', 'second', test.erasings(), test.erase('{3}'), 'NOT_FOUND'),
  ('reading', 'an auditor reads no request to erase records', 'auditor', test.erasings(), $$ select a.kind from approval a where a.kind = 10 $$, 'nothing'),
  ('reading', 'who asked is not told of what is about him by then', 'supervisor',
    test.erasings() || ';' || test.lead_with('own', $$accused_users = array[test.id('supervisor'), null]$$),
    $$ select t.ids from approval a cross join lateral erasing_told(a) t where a.id = test.id('erasing.3') $$, 'nothing'),
  ('reading', 'who decides it is told of all', 'city', test.erasings(),
    $$ select test.name(i.id) from approval a cross join lateral erasing_told(a) t cross join unnest(t.ids) i(id) where a.id = test.id('erasing.3') $$, 'own'),
  ('reading', 'what is due is listed for who supervises it', 'supervisor', test.told_long_ago(),
    $$ select c || ' ' || test.name(d.id) from unnest('{1,3,4}'::int2[]) c cross join lateral due_records(c, null, null, null, 9) d $$, '1 own 3 own 4 own'),
  ('reading', 'photos too', 'supervisor', test.told_long_ago(), $$ select count(*) from due_records(2::int2, null, null, null, 9) d $$, '2'),
  ('reading', 'not for who supervises another region', 'village', test.told_long_ago() || $$; update lead set current_code = 150424100202
    where id = test.id('lead.own') $$, $$ select test.name(d.id) from due_records(3::int2, null, null, null, 9) d $$, 'nothing'),
  ('reading', 'nor for who is complained of', 'supervisor', test.told_long_ago() || ';'
    || test.lead_with('own', $$accused_users = array[test.id('supervisor'), null]$$),
    $$ select test.name(d.id) from due_records(3::int2, null, null, null, 9) d $$, 'nothing'),
  ('reading', 'nor for who handles it', 'officer', test.told_long_ago(), $$ select test.name(d.id) from due_records(3::int2, null, null, null, 9) d $$, 'nothing'),
  ('reading', 'nothing is due that has no term', 'supervisor', test.told_long_ago() || '; delete from retention_term',
    $$ select test.name(d.id) from due_records(3::int2, null, null, null, 9) d $$, 'nothing'),
  ('reading', 'what is held is listed, and says so', 'supervisor', test.told_long_ago() || ';' || test.hold_of(4::int2, 'case.own'),
    $$ select d.held from due_records(3::int2, null, null, null, 9) d $$, 'true');

-- Erased records are nobody's to see.
insert into expectation (topic, sentence, caller, given, statement, expected)
select 'reading', format('%s sees no %s that is erased', w.caller, r.kind), w.caller,
       format('alter table %1$s disable trigger user; update %1$s set erased_at = now() where id = test.id(%2$L); alter table %1$s enable trigger user',
         r.relation, r.kind || '.own'),
       format('select t.id from %s t where t.id = test.id(%L)', r.relation, r.kind || '.own'), 'nothing'
from (values ('visit', 'visit'), ('lead', 'lead'), ('case', 'case_file')) r(kind, relation)
cross join (values ('officer'), ('supervisor'), ('city')) w(caller);

insert into expectation (topic, sentence, caller, given, statement, expected)
select 'writing', format('nobody changes a %s that is erased, also by a statement that forgets where', r.kind), 'supervisor',
       format('alter table %1$s disable trigger user; update %1$s set erased_at = now(); alter table %1$s enable trigger user', r.relation),
       format('update %s set %s', r.relation, r.assignment), '0 rows'
from (
  values ('visit', 'visit', $$ reason = 'x' $$), ('lead', 'lead', $$ reason = 'x' $$), ('case', 'case_file', $$ title = 'x', written_by = me() $$)
) r(kind, relation, assignment);

insert into expectation (topic, sentence, caller, given, statement, expected)
values
  ('reading', 'who raised an erased lead hears so when it is pushed again', 'officer',
    $$ alter table lead disable trigger user; update lead set erased_at = now() where id = test.id('lead.own') $$,
    $$ select k.accepted || ' ' || k.taken from lead_known(array[test.id('lead.own')], array[sha256('x')]) k $$, 'false ERASED'),
  ('reading', 'nobody else hears of it', 'stranger',
    $$ alter table lead disable trigger user; update lead set erased_at = now() where id = test.id('lead.own') $$,
    $$ select k.accepted || ' ' || k.taken from lead_known(array[test.id('lead.own')], array[sha256('x')]) k $$, 'false ALREADY_EXISTS'),
  ('reading', 'who raised one against himself hears what he heard before', 'officer',
    $$ alter table lead disable trigger user; update lead set erased_at = now(), accused_users = array[test.id('officer'), null] where id = test.id('lead.own') $$,
    $$ select k.accepted || ' ' || k.taken from lead_known(array[test.id('lead.own')], array[sha256('x')]) k $$, 'true ALREADY_EXISTS');

-- Nothing is added to it.
create function test.gone(record text, record_class int2) returns text
language sql immutable as $$
  select format('insert into approval (id, kind, payload, requested_by)
    values (test.id(''erasing''), 9, ''{}'', test.id(''supervisor''));
    insert into erased_record (record_id, record_class, written_by, approval_id) values (test.id(%L), %s, test.id(''officer''), test.id(''erasing''))',
    record, record_class)
$$;
grant execute on function test.gone to zoufang;

insert into expectation (topic, sentence, given, statement, expected)
values
  ('constraints', 'erased_record: nothing erased is held', test.gone('lead.own', 3::int2), test.hold_of(3::int2, 'lead.own'), 'UNKNOWN_REFERENCE'),
  ('constraints', 'erased_record: no photo comes to an erased visit', test.gone('visit.own', 1::int2),
    $$ insert into photo (id, visit_id, sha256, byte_size, media_type, width, height, captured_at, recorder_id, etag)
       values (test.id('photo.new'), test.id('visit.own'), sha256('x'), 1, 'image/png', 1, 1, now(), test.id('officer'), sha256('x')) $$, 'foreign key'),
  ('constraints', 'erased_record: nothing comes to an erased lead''s timeline', test.gone('lead.own', 3::int2),
    $$ insert into lead_event (lead_id, kind, note) values (test.id('lead.own'), 3, 'x') $$, 'foreign key'),
  ('constraints', 'erased_record: of no class that there is not', null, test.gone('lead.own', 5::int2), 'check'),
  ('constraints', 'erased_record: by somebody', test.gone('lead.own', 3::int2), $$ update erased_record set written_by = test.id('x') $$, 'foreign key'),
  ('constraints', 'erased_record: by an approval', test.gone('lead.own', 3::int2), $$ update erased_record set approval_id = test.id('x') $$, 'foreign key'),
  ('constraints', 'erasing_kept: by an approval', null, $$ insert into erasing_kept values (test.id('x'), test.id('lead.own'), 2) $$, 'foreign key'),
  ('constraints', 'erasing_kept: for a reason that there is', test.gone('lead.own', 3::int2),
    $$ insert into erasing_kept values (test.id('erasing'), test.id('lead.own'), 1) $$, 'check'),
  ('constraints', 'lead_outcome: what was decided loses its texts alone while something is erased', test.told_long_ago()
    || $$; select set_config('zoufang.erasing', 'on', true) $$, $$ update lead_outcome set problem_solved = not problem_solved $$, 'PRECONDITION'),
  ('constraints', 'handling: what was approved loses its note alone while something is erased', $$ select set_config('zoufang.erasing', 'on', true) $$,
    $$ update handling set form = 3 $$, 'denied');

insert into expectation (topic, sentence, given, statement, expected)
select 'audit', format('erased_record: %s is told, also of the owner', t.act), test.gone('lead.own', 3::int2) || ';' || t.given, $$ select test.told('erased') $$, t.told
from (
  values
    ('a new one', 'select', 'created erased done'),
    ('a change', $$ update erased_record set erased_at = now() - interval '1 day' $$, 'changed erased done created erased done'),
    ('its removal', 'delete from erased_record', 'created erased done removed erased done')
) t(act, given, told);
