-- Erasing. What is due by its term is listed, asked for by one supervisor, approved by another, and then erased for good: texts, names, what was
-- sealed with its keys, and the versions of all that. What figures count stays, in rows that nobody sees any more. The parts that a lead which
-- ends as a receipt (0051) is erased by as well stand here, too.
set local search_path = zoufang;

-- What was erased by its term, and by which approval.
create table erased_record (
  record_id uuid primary key,
  record_class int2 not null check (record_class between 1 and 4),
  written_by uuid not null references account,
  erased_at timestamptz not null default now(),
  approval_id uuid not null references approval
);
comment on column erased_record.written_by is 'Who recorded it: he hears that it was erased where he pushes it again.';

-- What was asked for, and not erased when that was approved.
create table erasing_kept (
  approval_id uuid not null references approval,
  record_id uuid not null,
  why int2 not null check (why between 2 and 4),
  primary key (approval_id, record_id)
);
comment on column erasing_kept.why is '2 it is held, 3 it is not due, 4 it is gone, or not the supervisors'' any more.';

-- What a text says that is no more, where there must be one.
create function erased_text() returns text
language sql immutable parallel safe as $$ select '〔已销毁〕' $$;

-- --- What is due ---

-- The day that a record's years run from; NULL where they do not run: it is open, held for acceptance, erased or not there.
create function retention_day(record_class int2, record_id uuid) returns date
language plpgsql stable as $$
begin
  return case record_class
    when 1 then (select local_day(v.started_at) from visit v where v.id = record_id and v.state <> 2 and v.erased_at is null)
    when 2 then (select local_day(p.captured_at) from photo p where p.id = record_id)
    when 3 then (select local_day(l.written_at) from lead l where l.id = record_id and not l.open and l.erased_at is null)
    when 4 then (
      select local_day(c.written_at)
      from case_file c
      where c.id = record_id
        and c.erased_at is null
        and not exists (select from case_lead k join lead l on l.id = k.lead_id where k.case_id = c.id and l.open)
    )
  end;
end
$$;

-- The first day on which a record may be erased; NULL: there is none.
create function due_on(record_class int2, record_id uuid) returns date
language sql stable as $$
  select (retention_day(due_on.record_class, record_id) + make_interval(years => t.years))::date + 1
  from retention_term t
  where t.record_class = due_on.record_class
$$;

-- Whether a record is held back, itself or with what belongs to it: a photo with its visit or lead, a lead with its photos with its case, and the
-- other way round.
create function is_held(record_class int2, record_id uuid) returns boolean
language sql stable as $$
  select exists (
    select
    from (
      select is_held.record_class as class, is_held.record_id as id
      union all
      select 2, p.id from photo p where is_held.record_class in (1, 3) and is_held.record_id in (p.visit_id, p.lead_id)
      union all
      select case when p.visit_id is null then 3 else 1 end, coalesce(p.visit_id, p.lead_id) from photo p where p.id = is_held.record_id
      union all
      select 4, k.case_id from case_lead k where k.lead_id = is_held.record_id
      union all
      select 4, k.case_id from photo p join case_lead k on k.lead_id = p.lead_id where p.id = is_held.record_id
      union all
      select 3, k.lead_id from case_lead k where k.case_id = is_held.record_id
      union all
      select 2, p.id from case_lead k join photo p on p.lead_id = k.lead_id where k.case_id = is_held.record_id
    ) r
    join legal_hold h on h.record_class = r.class and h.record_id = r.id and h.lifted_at is null
  )
$$;

-- The caller's records of a class that are due, the oldest first, behind a page's end where that is given. `at` orders them, and none that was
-- so late as `until` can be due. Each of his regions is a statement of its own, planned for its index, and gives up to `most`; once there are `enough`
-- in all, the others are not looked at.
create function due_found(record_class int2, within_code int8, page_at timestamptz, page_id uuid, most int8, enough int8 default null)
returns table (id uuid, at timestamptz, current_code int8, due_on date)
language plpgsql stable rows 50 as $$
#variable_conflict use_column
declare
  until constant timestamptz := (
    select now() - make_interval(years => t.years) + interval '2 days' from retention_term t where t.record_class = due_found.record_class
  );
  source constant text := (array[
    'select v.id, v.started_at as at, v.current_code, null::uuid[] as accused from visit v where v.%1$s',
    'select p.id, p.captured_at as at, coalesce(v.current_code, l.current_code) as current_code, l.accused
     from photo p left join visit v on v.id = p.visit_id left join lead l on l.id = p.lead_id where (v.%1$s or l.%1$s)',
    'select l.id, l.received_at as at, l.current_code, l.accused from lead l where l.%1$s and not l.open',
    'select c.id, c.filed_at as at, c.current_code, c.accused from case_file c where c.%1$s'
  ])[due_found.record_class];
  at constant text := (array['v.started_at', 'p.captured_at', 'l.received_at', 'c.filed_at'])[due_found.record_class];
  way text;
  given int8;
  found int8 := 0;
begin
  if until is null then
    return;
  end if;
  for way in select scope_condition(s.level, s.city, s.county, s.township, s.code) from scopes(within_code) s loop
    return query execute format($q$
      select r.id, r.at, r.current_code, d.due_on
      from (%s and %s < $2 and ($3 is null or (%2$s, %s) > ($3, $4)) order by 2, 1) r
      cross join lateral due_on($1, r.id) d(due_on)
      where d.due_on <= local_day(now()) and (r.accused is null or not r.accused && $5)
      order by r.at, r.id
      limit $6
    $q$, format(source, way), at, left(at, 1) || '.id')
    using due_found.record_class, until, page_at, page_id, blind(), most;
    get diagnostics given = row_count;
    found := found + given;
    exit when found >= enough;
  end loop;
end
$$;

-- A page of them: whether each is held, and which approval asks for it, is looked up for these alone.
create function due_records(record_class int2, within_code int8, page_at timestamptz, page_id uuid, most int8)
returns table (id uuid, at timestamptz, current_code int8, due_on date, held boolean, approval_id uuid)
language plpgsql stable security definer rows 50 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
begin
  return query
  select d.id, d.at, d.current_code, d.due_on, is_held(due_records.record_class, d.id), (
    select a.id
    from approval a
    where a.kind = 10 and a.state = 1 and a.expires_at > now() and a.payload -> 'record_ids' ? d.id::text
    limit 1
  )
  from (
    select f.*
    from due_found(due_records.record_class, within_code, page_at, page_id, most) f
    order by f.at, f.id
    limit most
  ) d;
end
$$;

-- How many are due, up to total_most().
create function due_total(record_class int2, within_code int8) returns int8
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return (
    select least(count(*), total_most())
    from due_found(due_total.record_class, within_code, null, null, total_most(), total_most())
  );
end
$$;

-- --- What goes with a record, however it is erased ---

-- Erases photos, and tells who took them. The ids of what went.
create function erase_photos(photos uuid[]) returns text[]
language plpgsql as $$
begin
  insert into sight_past (kind, record_id, current_code, ways)
  select 2, p.id, o.current_code, array[p.recorder_id]
  from photo p
  join record_place o on o.record_class = 2 and o.record_id = p.id
  where p.id = any (photos);
  delete from photo p where p.id = any (photos);
  return photos::text[];
end
$$;

-- Erases what leads were before, their reporters with their keys, their photos, and what was told of them. The ids of what went.
create function erase_around_leads(leads uuid[]) returns text[]
language plpgsql as $$
declare
  gone text[];
begin
  delete from lead_version v where v.id = any (leads);
  delete from lead_reporter_version v where v.lead_id = any (leads);
  delete from lead_reporter r where r.lead_id = any (leads);
  with reminders as (delete from reminder r where r.record_id = any (leads) and r.record_kind = 3 returning r.id)
  select array_agg(r.id::text) into gone from reminders r;
  return gone || erase_photos(array(select p.id from photo p where p.lead_id = any (leads)));
end
$$;

-- Erases what else would tell what records said: answers that were kept for retries, holds with their reasons, hashes of the audit, but for rows of
-- kinds that stay as they are. Before what is left of a record is written anew: what the audit then says of it stays.
create function erase_traces(of_records text[], staying text[] default '{}') returns void
language plpgsql as $$
declare
  holds text[];
begin
  delete from request_claim c where jsonb_path_exists(c.answer, '$[*].* ? (@ == $gone[*])', jsonb_build_object('gone', to_jsonb(of_records)));
  with gone as (delete from legal_hold h where h.record_id = any (of_records::uuid[]) returning h.id)
  select array_agg(g.id::text) into holds from gone g;
  perform audit_erase_hashes(of_records || holds, staying);
end
$$;

-- --- Erasing by terms ---

-- Visits: what was written in words, and where exactly it was. Who went, the region, the day and all numbers stay.
create function erase_visits(ids uuid[]) returns void
language plpgsql as $$
declare
  gone constant text[] := ids::text[] || erase_photos(array(select p.id from photo p where p.visit_id = any (ids)));
  reminders text[];
begin
  delete from visit_version v where v.id = any (ids);
  with told as (delete from reminder r where r.record_id = any (ids) and r.record_kind = 1 returning r.id)
  select array_agg(t.id::text) into reminders from told t;
  perform erase_traces(gone || reminders);
  update visit v
  set latitude = null,
      longitude = null,
      accuracy = null,
      place = null,
      visitor_names = '{}',
      visitor_units = '{}',
      purpose = null,
      material_names = array_fill(''::text, array[cardinality(v.material_names)]),
      findings = null,
      solved_descriptions = array_fill(''::text, array[cardinality(v.solved_descriptions)]),
      survey_questions = array_fill(''::text, array[cardinality(v.survey_questions)]),
      survey_answers = array_fill(''::text, array[cardinality(v.survey_answers)]),
      reason = null,
      etag = next_etag(v.etag, 'erased'),
      erased_at = now()
  where v.id = any (ids);
end
$$;

-- Erases the names of those of these persons of whom no case and no talk tells that is not erased.
create function erase_names(persons uuid[]) returns void
language plpgsql as $$
declare
  untold constant uuid[] := array(
    select p.id
    from person p
    where p.id = any (persons)
      and p.name <> erased_text()
      and not exists (select from case_person k join case_file c on c.id = k.case_id where k.person_id = p.id and c.erased_at is null)
      and not exists (select from handling h join lead l on l.id = h.lead_id where h.person_id = p.id and l.erased_at is null)
  );
begin
  perform audit_erase_hashes(untold::text[], '{case_person}');
  update person p
  set name = erased_text(),
      unit = null,
      post = null
  where p.id = any (untold);
end
$$;

-- Forgets whom no outcome names but those of these leads, and erased ones. Before their facts go, where these go too.
create function forget_outcome_persons(leads uuid[]) returns void
language sql as $$
  delete from outcome_person p
  using fact f
  where f.holder_id = any (leads)
    and f.kind in (2, 3)
    and p.id = f.once
    and not exists (
      select
      from fact o
      join lead l on l.id = o.holder_id
      where o.kind in (2, 3)
        and o.once = p.id
        and not l.id = any (leads)
        and l.erased_at is null
    )
$$;

-- Only what has a text loses its hash: of what stays as it is the audit tells nothing new.
--
-- Leads: the narrative, names of those complained of, of those dealt with and cleared, notes and reasons. The steps with who took them, findings,
-- links, amounts and satisfaction stay, and whom it was about of our users, so that it stays out of their counts.
create function erase_leads(ids uuid[]) returns void
language plpgsql as $$
declare
  gone text[] := ids::text[] || erase_around_leads(ids);
  events text[];
  talked constant uuid[] := array(select h.person_id from handling h where h.lead_id = any (ids));
begin
  with untold as (delete from lead_event e where e.lead_id = any (ids) and e.to_state is null returning e.id)
  select array_agg(u.id::text) into events from untold u;
  gone := gone || events || array(
    select e.id::text from lead_event e where e.lead_id = any (ids) and e.note is not null
    union all
    select o.id::text from lead_outcome o where o.lead_id = any (ids) and (o.note is not null or o.person_names || o.cleared_names <> '{}')
    union all
    select f.id::text from lead_feedback f where f.lead_id = any (ids) and f.note is not null
    union all
    select k.id::text from lead_link k where (k.lead_id = any (ids) or k.other_id = any (ids)) and k.reason <> erased_text()
    union all
    select h.id::text from handling h where h.lead_id = any (ids) and h.note is not null
  );
  perform erase_traces(gone, '{case_lead,review}');
  update lead l
  set narrative = erased_text(),
      accused_names = array_fill(erased_text(), array[cardinality(l.accused_names)]),
      accused_units = array_fill(null::text, array[cardinality(l.accused_units)]),
      accused_posts = array_fill(null::text, array[cardinality(l.accused_posts)]),
      reason = null,
      etag = next_etag(l.etag, 'erased'),
      erased_at = now()
  where l.id = any (ids);
  update lead_event e set note = null where e.lead_id = any (ids) and e.note is not null;
  update lead_outcome o
  set person_names = array_fill(''::text, array[cardinality(o.person_names)]),
      person_units = array_fill(null::text, array[cardinality(o.person_units)]),
      cleared_names = array_fill(''::text, array[cardinality(o.cleared_names)]),
      cleared_units = array_fill(null::text, array[cardinality(o.cleared_units)]),
      note = null
  where o.lead_id = any (ids)
    and (o.note is not null or o.person_names || o.cleared_names <> '{}');
  update lead_feedback f set note = null where f.lead_id = any (ids) and f.note is not null;
  update lead_link k set reason = erased_text() where (k.lead_id = any (ids) or k.other_id = any (ids)) and k.reason <> erased_text();
  update handling h set note = null where h.lead_id = any (ids) and h.note is not null;
  perform erase_names(talked);
  perform forget_outcome_persons(ids);
end
$$;

-- Cases: the title, notes, names of persons, and the timeline. Its leads are records of their own.
create function erase_cases(ids uuid[]) returns void
language plpgsql as $$
declare
  events text[];
begin
  with untold as (delete from case_event e where e.case_id = any (ids) returning e.id)
  select array_agg(u.id::text) into events from untold u;
  perform erase_traces(ids::text[] || events || array(select h.id::text from handling h where h.case_id = any (ids) and h.note is not null), '{review}');
  update case_file c
  set title = erased_text(),
      etag = next_etag(c.etag, 'erased'),
      changed = pg_current_xact_id(),
      erased_at = now()
  where c.id = any (ids);
  update handling h set note = null where h.case_id = any (ids) and h.note is not null;
  perform erase_names(array(select k.person_id from case_person k where k.case_id = any (ids)));
end
$$;

-- What becomes of each record that an erasing names: 1 it is erased; else why not, as in erasing_kept. Nobody has records about himself erased.
create function erasing_fates(a approval) returns table (place int8, record_class int2, record_id uuid, fate int2)
language plpgsql stable as $$
#variable_conflict use_column
begin
  return query
  select r.place, r.record_class, r.record_id,
         case
           when exists (select from erased_record e where e.record_id = r.record_id)
             or not supervises_record(r.record_class, r.record_id)
             or exists (
               select
               from record_place p
               join account u on u.id = a.requested_by
               where p.record_class = r.record_class
                 and p.record_id = r.record_id
                 and p.accused && array[u.id, u.office_id]
             ) then 4
           when is_held(r.record_class, r.record_id) then 2
           when (due_on(r.record_class, r.record_id) <= local_day(now())) is not true then 3
           else 1
         end::int2
  from approval_records(a) with ordinality r(record_class, record_id, place);
end
$$;

-- A hold and an erasing wait for each other.
create function await_erasing() returns void
language sql as $$ select pg_advisory_xact_lock(hashtextextended('erasing', 0)) $$;

-- While it is only tried nothing is erased, and what could not be is refused. When it is approved, what cannot be any more is kept.
create function carry_out_erasing(a approval) returns void
language plpgsql as $$
declare
  of_class constant int2 := a.payload ->> 'record_class';
  ids uuid[] := array(select r.record_id from approval_records(a) r);
  erased erased_record[];
begin
  if a.decided_by is null then
    perform refuse((array['HELD_BACK', 'NOT_DUE', 'UNKNOWN_REFERENCE'])[f.fate - 1], format('record_ids[%s]', f.place - 1))
    from erasing_fates(a) f
    where f.fate > 1
    order by f.place
    limit 1;
    return;
  end if;
  perform await_erasing();
  perform from visit v where of_class = 1 and v.id = any (ids) order by v.id for update;
  perform from lead l where of_class = 3 and l.id = any (ids) order by l.id for update;
  perform from case_file c where of_class = 4 and c.id = any (ids) order by c.id for update;
  insert into erasing_kept (approval_id, record_id, why)
  select a.id, f.record_id, f.fate
  from erasing_fates(a) f
  where f.fate > 1;
  perform audit_refused(
    array[(array['visit', 'photo', 'lead', 'case'])[of_class]], array[k.record_id], (array['HELD_BACK', 'NOT_DUE', 'NOT_FOUND'])[k.why - 1]
  )
  from erasing_kept k
  where k.approval_id = a.id;
  ids := array(select f.record_id from erasing_fates(a) f where f.fate = 1);
  erased := array(
    select row(w.id, w.class, w.written_by, now(), a.id)::erased_record
    from (
      select 1::int2 as class, v.id, v.recorder_id as written_by from visit v where of_class = 1 and v.id = any (ids)
      union all
      select 2, p.id, p.recorder_id from photo p where p.id = any (ids) or p.visit_id = any (ids) or p.lead_id = any (ids)
      union all
      select 3, l.id, l.raised_by from lead l where of_class = 3 and l.id = any (ids)
      union all
      select 4, c.id, c.filed_by from case_file c where of_class = 4 and c.id = any (ids)
    ) w
  );
  perform set_config('zoufang.erasing', 'on', true);
  case of_class
    when 1 then perform erase_visits(ids);
    when 2 then perform erase_traces(erase_photos(ids));
    when 3 then perform erase_leads(ids);
    when 4 then perform erase_cases(ids);
  end case;
  perform set_config('zoufang.erasing', '', true);
  -- Last: what the audit says of this stays.
  insert into erased_record select e.* from unnest(erased) e;
end
$$;

-- What an erasing names and what became of it, as far as the caller supervises it or it is gone: what was matched with him meanwhile is not told.
create or replace function erasing_told(a approval, out ids uuid[], out fates int2[])
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  select array_agg(r.record_id order by r.place), array_agg(case when e.record_id is null then k.why else 1 end::int2 order by r.place)
  into ids, fates
  from approval_records(a) with ordinality r(record_class, record_id, place)
  left join erased_record e on e.record_id = r.record_id and e.approval_id = a.id
  left join erasing_kept k on k.record_id = r.record_id and k.approval_id = a.id
  where supervises_record(r.record_class, r.record_id)
     or not exists (select from record_place p where p.record_class = r.record_class and p.record_id = r.record_id);
end
$$;

-- Nothing is held that is erased, nor erased while it is being held.
create function hold_in_time() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  perform await_erasing();
  perform refuse_unless(not exists (select from erased_record e where e.record_id = new.record_id), 'UNKNOWN_REFERENCE', 'record_id');
  return new;
end
$$;
create trigger hold_in_time before insert on legal_hold for each row execute function hold_in_time();

-- Nothing is added to what was erased, also not by who saw it at the same moment.
create function nothing_of_erased() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  if exists (select from erased_record e where e.record_id in (new.lead_id, (to_jsonb(new) ->> 'visit_id')::uuid)) then
    raise exception 'what % belongs to is erased', new.id using errcode = 'foreign_key_violation';
  end if;
  return null;
end
$$;
create trigger nothing_of_erased after insert on photo for each row execute function nothing_of_erased();
create trigger nothing_of_erased after insert on lead_event for each row execute function nothing_of_erased();

alter table erased_record enable row level security;
create policy definer on erased_record to zoufang_definer using (true) with check (true);
grant select, insert on erased_record to zoufang_definer;
alter table erasing_kept enable row level security;
create policy definer on erasing_kept to zoufang_definer using (true) with check (true);
grant select, insert on erasing_kept to zoufang_definer;
call audit_table('erased_record', 'erased', 'record_id');

-- What is erased by terms, and alone.
grant delete on visit_version, outcome_person to zoufang_definer;
grant update (note) on lead_event, lead_feedback, handling to zoufang_definer;
grant update (person_names, person_units, cleared_names, cleared_units, note) on lead_outcome to zoufang_definer;
grant update (reason) on lead_link to zoufang_definer;
grant update (name, unit, post) on person to zoufang_definer;
do $$
declare
  erased regclass;
begin
  foreach erased in array array['lead_event', 'lead_feedback', 'handling', 'lead_outcome', 'lead_link', 'person']::regclass[] loop
    if not exists (
      select from pg_policy p where p.polrelid = erased and p.polcmd in ('*', 'w') and 'zoufang_definer'::regrole = any (p.polroles)
    ) then
      execute format('create policy blank on %s for update to zoufang_definer using (true)', erased);
    end if;
  end loop;
end
$$;

call settle_definers();
revoke all on function erased_text, retention_day, due_on, is_held, due_found, due_records, due_total, erase_photos, erase_around_leads, erase_traces, erase_visits, erase_names,
  forget_outcome_persons, erase_leads, erase_cases, erasing_fates, await_erasing, carry_out_erasing, erasing_told, hold_in_time, nothing_of_erased
  from public;
grant execute on function due_records, due_total, erasing_told to zoufang;
grant execute on function erased_text, retention_day, due_on, is_held, due_found, total_most, erase_photos, erase_around_leads, erase_traces, erase_visits, erase_names,
  forget_outcome_persons, erase_leads, erase_cases, erasing_fates, await_erasing, carry_out_erasing, audit_refused to zoufang_definer;
