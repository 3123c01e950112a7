-- A lead that is matched to a leader of the highest office once it is there: what is left, and who may decide it.
set search_path = test, zoufang;

-- Everything that can hang on a lead hangs on the officer's own: he handles it. Who heads the city's commission leads.
create function test.with_everything() returns text
language sql immutable as $$
  select 'update account set leader = true where username = ''city'';' || test.followed_up() || $w$;
    alter table lead_outcome enable trigger user;
    alter table lead_feedback enable trigger user;
    alter table lead_link enable trigger user;
    insert into lead_reporter_version select r.* from lead_reporter r where r.lead_id = test.id('lead.own');
    insert into lead_event (lead_id, kind, note, other_id) values (test.id('lead.far'), 9, 'x', test.id('lead.own'));
    insert into reminder (id, kind, record_kind, record_id, at, told_code, note)
    values (test.id('reminder'), 6, 3, test.id('lead.own'), now(), 150400000000, 'x');
    insert into person (id, name, added_by, added_at) values (test.id('person.talked'), 'x', test.id('officer'), now() - interval '1 hour');
    alter table handling disable trigger user;
    insert into handling (id, lead_id, person_id, form, decided_at, proposed_by)
    values (test.id('talk'), test.id('lead.own'), test.id('person.talked'), 1, now(), test.id('officer'));
    alter table handling enable trigger user;
    insert into recommendation (id, office_id, number, addressed_to, issued_on, lead_id, case_id, item_texts, item_due_on, item_verified_on, item_rectified,
      etag, created_by, written_by, withdrawn_by, withdrawn_at, withdrawn_reason)
    select test.id('recommendation.' || o.number), test.id('office.south'), o.number, '某局', '2020-05-01', o.lead_id, o.case_id, '{x}', '{2020-06-01}', '{null}',
      '{null}', sha256('x'), test.id('city'), test.id('city'), o.by, o.at, o.reason
    from (values ('of it', test.id('lead.own'), null, test.id('city'), now(), 'x'), ('of its case', null, test.id('case.own'), null, null, null))
      o(number, lead_id, case_id, by, at, reason);
    insert into publication (id, kind, office_id, title, published_on, case_id, etag, created_by, written_by)
    values (test.id('publication.of it'), 3, test.id('office.south'), 'x', '2020-05-01', test.id('case.own'), sha256('x'), test.id('city'), test.id('city'));
    insert into legal_hold (record_class, record_id, reason, set_by)
    values (3, test.id('lead.own'), 'x', test.id('city')), (4, test.id('case.own'), 'x', test.id('city'));
    insert into request_claim (user_id, request_id, method, hash, answer)
    values
      (test.id('officer'), test.id('request'), 'CaseService/CreateCase', 'x', jsonb_build_array(jsonb_build_object('id', test.id('case.own')))),
      (test.id('officer'), test.id('request.2'), 'LeadService/AddNote', 'x', jsonb_build_array(jsonb_build_object('lead_id', test.id('lead.own')))),
      (test.id('officer'), test.id('request.3'), 'CaseService/CreateCase', 'x',
        jsonb_build_array(jsonb_build_object('lead_ids', jsonb_build_array(test.id('lead.far'), test.id('lead.own'))))) $w$
$$;

create function test.matched(lead text, username text) returns text
language sql immutable as $$
  select format('update lead set accused_users[1] = test.id(%L), etag = sha256(etag) where id = test.id(''lead.%s'')', username, lead)
$$;

-- The tables in which something names one of these; the audit, receipts and what sight was aside.
create function test.tables_with(ids uuid[]) returns setof text
language plpgsql as $$
declare
  looked_at regclass;
  found_there boolean;
begin
  for looked_at in
    select c.oid from pg_class c
    where c.relnamespace = 'zoufang'::regnamespace and c.relkind = 'r' and c.relname not in ('audit', 'audit_seal', 'audit_schema', 'receipt', 'receipt_submission', 'sight_past')
  loop
    execute format('select exists (select from %s t cross join unnest($1) i(id) where to_jsonb(t)::text like ''%%'' || i.id || ''%%'')', looked_at)
    into found_there using ids;
    if found_there then
      return next looked_at::text;
    end if;
  end loop;
end
$$;
grant execute on all functions in schema test to zoufang;

insert into expectation (topic, sentence, caller, given, acting, statement, expected)
values
  ('audit', 'what hangs on a lead stands in all these tables', 'supervisor', test.with_everything(), null,
    $$ select test.tables_with(array[test.id('lead.own'), test.id('case.own'), test.id('person.own'), test.id('person.talked')]) $$,
    'case_event case_file case_lead case_person fact handling lead lead_event lead_feedback lead_link lead_outcome lead_reporter lead_reporter_version '
      'lead_version legal_hold person photo publication recommendation reminder request_claim'),
  ('audit', 'nothing of a lead is left in any table that is matched to a leader of the highest office', 'supervisor', test.with_everything(),
    test.matched('own', 'city'),
    $$ select test.tables_with(array[test.id('lead.own'), test.id('case.own'), test.id('person.own'), test.id('person.talked')]) $$, 'nothing'),
  ('audit', 'facts of what it was linked with, and of its case with another lead, are what the records say', 'supervisor',
    test.with_everything() || $$; update case_lead set case_id = test.id('case.own'), place = 2 where lead_id = test.id('lead.office');
      alter table lead_outcome disable trigger lead_outcome_follows;
      update lead_outcome set approved_by = test.id('city'), approved_at = now(); call make_facts() $$, test.matched('own', 'city'),
    $$ select test.name(o.holder_id) from (
         (select * from fact except all select * from fact_of_records) union all (select * from fact_of_records except all select * from fact)) o $$, 'nothing'),
  ('audit', 'no review of its handlings either', 'supervisor', test.with_everything(), test.matched('own', 'city'),
    $$ select r.kind from review r where r.handling_id = test.id('handling.own') $$, 'nothing'),
  ('audit', 'a receipt of the day stays in its place', 'supervisor', test.with_everything(),
    test.matched('own', 'city'), $$ select r.received_at = now() from receipt r where r.lead_id = test.id('lead.own') $$, 'false'),
  ('audit', 'with every submission that was accepted', 'supervisor', test.with_everything(), test.matched('own', 'city'),
    $$ select distinct test.name(s.written_by) from receipt_submission s where s.lead_id = test.id('lead.own') $$, 'officer supervisor'),
  ('audit', 'its photos are told as gone to who took them', 'supervisor', test.with_everything(), test.matched('own', 'city'),
    $$ select p.ways = array[test.id('officer')] from sight_past p where p.kind = 2 and p.record_id = (select test.id('photo.' || test.id('lead.own'))) $$,
    'true'),
  ('audit', 'the audit says that it was removed, by whom, and keeps no hash of it', 'supervisor', test.with_everything(), test.matched('own', 'city'),
    $$ select concat_ws(' ', a.action, test.name(a.actor_id), a.record_hash is null)
       from audit a where a.kind = 'lead' and a.record = test.id('lead.own')::text and a.action = 'removed' $$, 'removed supervisor t'),
  ('audit', 'nor any hash of what hung on it', 'supervisor', test.with_everything(), test.matched('own', 'city'),
    $$ select distinct a.kind
       from audit a
       join audit g on g.kind = a.kind and g.record = a.record and g.action = 'removed' and g.at >= now()
       where a.record_hash is not null and a.kind not in ('review', 'case_person') $$, 'nothing'),
  ('audit', 'each row that lost its hash is told of', 'supervisor', test.with_everything(), test.matched('own', 'city'),
    $$ select count(*) > 5 and bool_and(exists (select from audit t where t.kind = 'audit' and t.action = 'removed' and t.record = a.id::text))
       from audit a where a.erased $$, 'true'),
  ('audit', 'of a case with another lead that one goes on', 'supervisor',
    test.with_everything() || $$; update case_lead set case_id = test.id('case.own'), place = 2 where lead_id = test.id('lead.office');
      update person set user_id = test.id('city') where id = test.id('person.talked');
      insert into case_person (case_id, person_id, added_by) values (test.id('case.own'), test.id('person.talked'), test.id('officer')) $$,
    test.matched('own', 'city'),
    $$ select concat_ws(' ', test.name(k.lead_id), k.place, c.current_code, (select string_agg(test.name(p.person_id), ' ') from case_person p where p.case_id = c.id))
       from case_lead k join case_file c on c.id = k.case_id where k.case_id = test.id('case.own') $$, 'office 1 150424100202 own'),
  ('audit', 'on the host it ends as well', null, test.with_everything() || ';' || test.matched('own', 'city'), null,
    $$ select l.id from lead l where l.id = test.id('lead.own') $$, 'nothing'),
  ('writing', 'who handles a lead does not end it by a match', 'officer', test.with_everything(), null, test.matched('own', 'city'), 'FORBIDDEN'),
  ('writing', 'nor does a supervisor who handles it', 'supervisor',
    test.with_everything() || ';' || test.lead_with('own', 'handler_id = test.id(''supervisor'')'), null, test.matched('own', 'city'), 'FORBIDDEN'),
  ('writing', 'nor who proposed its conclusion', 'supervisor',
    test.with_everything() || $$; alter table lead_outcome disable trigger user; update lead_outcome set proposed_by = test.id('supervisor') $$, null,
    test.matched('own', 'city'), 'FORBIDDEN'),
  ('writing', 'nor who is matched himself', 'city', test.with_everything(), null, test.matched('own', 'city'), 'FORBIDDEN'),
  ('writing', 'nor is a lead ended by who was matched before he led', 'supervisor',
    test.matched('own', 'city') || $$; update account set leader = true where username = 'city' $$, null,
    $$ update lead set accused_units[1] = 'x', etag = sha256(etag) where id = test.id('lead.own') $$, '1 rows');
