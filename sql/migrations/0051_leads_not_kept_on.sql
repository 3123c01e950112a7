-- A lead that is matched to a leader of the highest office only once it is there ends as if it had been handed in against him: a numbered
-- receipt stays, and the audit, which says when and by whom, without what could tell its content.
set local search_path = zoufang;

-- Erases a case of which no other lead tells. Of one that goes on what is about leaders of the highest office, and this lead's part; the next
-- lead is then its first. The ids of what went.
create function erase_of_case(of_case uuid, of_lead uuid) returns text[]
language plpgsql as $$
declare
  whole constant boolean := not exists (select from case_lead k where k.case_id = of_case and k.lead_id <> of_lead);
  persons constant uuid[] := array(
    select k.person_id
    from case_person k
    join person p on p.id = k.person_id
    left join person f on f.id = p.same_as
    where k.case_id = of_case
      and (whole or reach_the_highest(array[p.user_id, f.user_id]))
  );
  gone text[];
begin
  update recommendation r set case_id = null where r.case_id = of_case and whole;
  with
    reviews as (
      delete from review v using handling h
      where h.id = v.handling_id and h.case_id = of_case and h.person_id = any (persons)
    ),
    handlings as (delete from handling h where h.case_id = of_case and h.person_id = any (persons) returning h.id),
    events as (
      delete from case_event e
      where e.case_id = of_case and (whole or e.lead_id = of_lead or e.person_id = any (persons) or e.same_as = any (persons))
      returning e.id
    ),
    parts as (delete from case_lead k where k.lead_id = of_lead),
    people as (delete from case_person k where k.case_id = of_case and k.person_id = any (persons)),
    publications as (delete from publication p where p.case_id = of_case and whole returning p.id),
    cases as (delete from case_file c where c.id = of_case and whole returning c.id)
  select array_agg(g.id::text)
  into gone
  from (
    select id from handlings union all select id from events union all select id from publications union all select id from cases
  ) g;
  update case_lead k
  set place = 1
  where k.case_id = of_case
    and k.place = (select min(o.place) from case_lead o where o.case_id = of_case)
    and k.place > 1;
  perform case_in_step(array[of_case]);
  update case_file c set etag = next_etag(c.etag, 'lead ended') where c.id = of_case;
  perform facts_in_step(array[of_case]);
  return gone || erase_persons(persons);
end
$$;

-- Erases those of these persons of whom nothing else tells, and who are nobody's first known. The ids of who went.
create function erase_persons(persons uuid[]) returns text[]
language plpgsql as $$
declare
  gone text[];
begin
  with erased as (
    delete from person p
    where p.id = any (persons)
      and not exists (select from case_person k where k.person_id = p.id)
      and not exists (select from handling h where h.person_id = p.id)
      and not exists (select from case_event e where p.id in (e.person_id, e.same_as))
      and not exists (select from person o where o.same_as = p.id)
    returning p.id
  )
  select array_agg(e.id::text) into gone from erased e;
  return gone;
end
$$;

-- Puts a receipt in the place of a lead, and erases all that was kept of it, of figures as well. Whoever sees it loses it by what lead_changed kept
-- of his sight.
create function erase_lead(l lead) returns void
language plpgsql as $$
declare
  persons constant uuid[] := array(select h.person_id from handling h where h.lead_id = l.id);
  of_case constant uuid := (select k.case_id from case_lead k where k.lead_id = l.id);
  linked constant uuid[] := array(select case k.lead_id when l.id then k.other_id else k.lead_id end from lead_link k where l.id in (k.lead_id, k.other_id));
  gone text[] := array[l.id::text];
begin
  insert into receipt (lead_id, received_at) values (l.id, l.uploaded_at);
  insert into receipt_submission (lead_id, etag, written_by)
  select v.id, v.etag, v.written_by
  from (select o.id, o.etag, o.written_by from lead_version o where o.id = l.id union select l.id, l.etag, l.written_by) v;

  perform set_config('zoufang.erasing', 'on', true);
  if of_case is not null then
    gone := gone || erase_of_case(of_case, l.id);
  end if;
  update recommendation r set lead_id = null where r.lead_id = l.id;
  gone := gone || erase_around_leads(array[l.id]);
  perform forget_outcome_persons(array[l.id]);
  with
    events as (delete from lead_event e where l.id in (e.lead_id, e.other_id) returning e.id),
    outcomes as (delete from lead_outcome o where o.lead_id = l.id returning o.id),
    feedbacks as (delete from lead_feedback f where f.lead_id = l.id returning f.id),
    links as (delete from lead_link k where l.id in (k.lead_id, k.other_id) returning k.id),
    talks as (delete from handling h where h.lead_id = l.id returning h.id),
    facts as (delete from fact f where f.holder_id = l.id),
    leads as (delete from lead o where o.id = l.id)
  select gone || array_agg(g.id::text)
  into gone
  from (
    select id from events union all select id from outcomes union all select id from feedbacks union all select id from links
    union all select id from talks
  ) g;
  perform facts_in_step(linked);
  perform erase_traces(gone || erase_persons(persons));
  perform set_config('zoufang.erasing', '', true);
end
$$;

-- A match with a leader of the highest office is decided by whom dismissing a lead is left to, a supervisor of its region who does not answer for
-- it himself, and never by who is matched; or on the host. Its name puts it behind lead_changed, which keeps what sight was.
create function lead_not_kept_on() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
declare
  l lead;
begin
  for l in
    select n.*
    from new_rows n
    join old_rows o on o.id = n.id and o.accused_users <> n.accused_users
    where reach_the_highest(n.accused_users, o.accused_users)
    order by n.id
  loop
    perform refuse_unless(
      me() is null or l.current_code <@ scope() and not is_judge_of_himself(l) and not coalesce(me() = any (l.accused_users), false),
      'FORBIDDEN', 'user_id'
    );
    perform from lead o where o.id = l.id for update; -- nobody adds to it from here on
    perform erase_lead(l);
  end loop;
  return null;
end
$$;
create trigger lead_not_kept_on after update on lead referencing old table as old_rows new table as new_rows
  for each statement execute function lead_not_kept_on();

-- What it erases, and alone.
do $$
declare
  erased regclass;
begin
  foreach erased in array array['lead', 'lead_version', 'lead_reporter', 'lead_reporter_version', 'lead_event', 'lead_outcome', 'lead_feedback',
    'lead_link', 'photo', 'handling', 'review', 'reminder', 'case_file', 'case_lead', 'case_person', 'case_event', 'person', 'publication']::regclass[]
  loop
    execute format('grant delete on %s to zoufang_definer', erased);
    if not exists (
      select from pg_policy p where p.polrelid = erased and p.polcmd in ('*', 'd') and 'zoufang_definer'::regrole = any (p.polroles)
    ) then
      execute format('create policy erase on %s for delete to zoufang_definer using (true)', erased);
    end if;
  end loop;
end
$$;
grant update (place) on case_lead to zoufang_definer;
create policy moved on case_lead for update to zoufang_definer using (true);
grant update (lead_id, case_id) on recommendation to zoufang_definer;
grant execute on function items_fit, revisions_fit to zoufang_definer; -- its constraints
create policy unlinked on recommendation for update to zoufang_definer using (true);
grant update (salt, record_hash, erased) on audit to zoufang_definer;

call settle_definers();
revoke all on function erase_of_case, erase_persons, erase_lead, lead_not_kept_on from public;
grant execute on function erase_of_case, erase_persons, erase_lead, is_judge_of_himself, audit_erase_hashes, case_in_step to zoufang_definer;
