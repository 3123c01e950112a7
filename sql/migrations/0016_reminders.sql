-- Reminders: what a supervisor is told beyond the records themselves. Each is a row, written by what it tells of, or once its time
-- has come; Pull and WatchLeads tell them from there.
set local search_path = zoufang;

create table reminder (
  id uuid primary key,
  kind int2 not null check (kind between 1 and 9),
  record_kind int2 not null check (record_kind in (1, 3, 4, 5)),
  record_id uuid not null,
  at timestamptz not null,
  told_code int8 references region,
  told_role int2 check (told_role in (4, 5)),
  told_users uuid[],
  actor_id uuid references account,
  note text,
  changed xid8 not null default pg_current_xact_id(),
  constraint reminder_told_to_some check (num_nonnulls(told_code, told_role, told_users) = 1)
);
comment on column reminder.told_role is 'Who hold this role are told: 4 auditors, 5 admins. By Pull alone.';
comment on column reminder.told_users is 'These are told.';
comment on column reminder.told_code is 'The region whose supervisors are told, as it was then.';
comment on column reminder.actor_id is 'Who did it, and is not told himself; NULL where time did.';
create index reminder_told on reminder (told_code, at);
create index reminder_told_otherwise on reminder (at) where told_code is null;
create index reminder_changed on reminder (changed, id);

-- The region whose supervisors are told how a lead fares: the parent of that of the office which answers for it, or of its own where
-- no office does. NULL: nobody is above.
create function region_told(office_id uuid, current_code int8) returns int8
language plpgsql stable as $$
begin
  return (
    select r.parent_code
    from region r
    where r.code = coalesce((select o.region_code from office o where o.id = region_told.office_id), region_told.current_code)
  );
end
$$;

-- Names a reminder: the same again for the same matter.
create function reminder_id(kind int2, record_id uuid, at timestamptz) returns uuid
language sql immutable parallel safe as $$ select id_of(concat_ws(' ', kind, record_id, extract(epoch from at))) $$;

-- Writes a reminder; nothing where nobody is to be told, or it is there.
create function remind(id uuid, kind int2, record_kind int2, record_id uuid, at timestamptz, told_code int8, actor_id uuid, note text default null)
returns void
language sql as $$
  insert into reminder (id, kind, record_kind, record_id, at, told_code, actor_id, note)
  select remind.id, remind.kind, remind.record_kind, remind.record_id, remind.at, remind.told_code, remind.actor_id, remind.note
  where remind.told_code is not null
  on conflict do nothing
$$;

-- A visit that is held.
create function visit_held() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  perform remind(reminder_id(1::int2, new.id, new.written_at), 1::int2, 1::int2, new.id, new.written_at, new.current_code, new.recorder_id);
  return null;
end
$$;
create trigger visit_held after insert or update on visit for each row when (new.state = 2) execute function visit_held();

-- A lead whose time is over when it is set.
create function lead_overdue() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
declare
  told constant int8 := region_told(new.office_id, new.current_code);
begin
  if new.due_at <= now() then
    perform remind(reminder_id(2::int2, new.id, new.due_at), 2::int2, 3::int2, new.id, new.due_at, told, null);
  end if;
  if new.answer_due_at <= now() then
    perform remind(reminder_id(3::int2, new.id, new.answer_due_at), 3::int2, 3::int2, new.id, new.answer_due_at, told, null);
  end if;
  return null;
end
$$;
create trigger lead_overdue after insert or update of due_at, answer_due_at on lead
  for each row when (new.due_at <= now() or new.answer_due_at <= now()) execute function lead_overdue();

-- A lead that is declined: a person at a desk may bury what he does not like.
create function lead_declined() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  perform remind(reminder_id(4::int2, new.id, now()), 4::int2, 3::int2, new.id, now(), region_told(new.office_id, new.current_code), me(),
    new.reason);
  return null;
end
$$;
create trigger lead_declined after update of state on lead
  for each row when (new.state = 11 and old.state <> 11) execute function lead_declined();

-- A lead that is concluded to be a false accusation, or to disturb the order of petitioning.
create function lead_found_false() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  perform remind(reminder_id(5::int2, l.id, now()), 5::int2, 3::int2, l.id, now(), region_told(l.office_id, l.current_code), new.approved_by)
  from lead l
  where l.id = new.lead_id;
  return null;
end
$$;
create trigger lead_found_false after update on lead_outcome
  for each row when (new.approved_at is not null and old.approved_at is null and new.finding in (3, 4)) execute function lead_found_false();

-- A reporter who was opened, with the purpose.
create function reporter_opened() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  perform remind(new.id, 6::int2, 3::int2, l.id, new.at, region_told(l.office_id, l.current_code), new.actor_id, new.note)
  from lead l
  where l.id = new.lead_id;
  return null;
end
$$;
create trigger reporter_opened after insert on lead_event for each row when (new.kind = 20) execute function reporter_opened();

-- Somebody was given unusually many records within an hour: told to the supervisors of his office's region, once an hour.
create function remind_volume(user_id uuid, records int8) returns void
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  perform remind(reminder_id(7::int2, a.id, date_trunc('hour', now())), 7::int2, 4::int2, a.id, now(), o.region_code, a.id, records::text)
  from account a
  join office o on o.id = a.office_id
  where a.id = remind_volume.user_id;
end
$$;

-- Up to when leads were looked through for what became overdue.
create table reminder_mark (
  one boolean primary key default true check (one),
  until timestamptz not null
);
insert into reminder_mark (until) values ('-infinity');

-- Reminds of what became overdue, at most `most` of a kind, and says how many there were. The server does so every second; one of
-- several at a time. A day that is set in the past is told by lead_overdue: what is looked through again is for those who set one that
-- was still to come, and committed when it was over.
create function remind_due(most int4, out reminded int8)
language plpgsql security definer set search_path = zoufang, pg_temp as $$
declare
  again constant interval := '1 hour';
  step constant interval := '1 minute'; -- how far the mark moves at once
  since timestamptz;
  reached timestamptz;
begin
  reminded := 0;
  select m.until - again into since from reminder_mark m for update skip locked;
  if not found then
    return;
  end if;
  with due as (
    (
      select 2::int2 as kind, l.id, l.due_at as at, t.code
      from lead l
      cross join lateral (select region_told(l.office_id, l.current_code)) t(code)
      where l.due_at > since
        and l.due_at <= now()
        and t.code is not null
        and not exists (select from reminder r where r.id = reminder_id(2::int2, l.id, l.due_at))
      order by l.due_at
      limit most
    )
    union all
    (
      select 3::int2, l.id, l.answer_due_at, t.code
      from lead l
      cross join lateral (select region_told(l.office_id, l.current_code)) t(code)
      where l.answer_due_at > since
        and l.answer_due_at <= now()
        and t.code is not null
        and not exists (select from reminder r where r.id = reminder_id(3::int2, l.id, l.answer_due_at))
      order by l.answer_due_at
      limit most
    )
  ),
  told as (
    insert into reminder (id, kind, record_kind, record_id, at, told_code)
    select reminder_id(d.kind, d.id, d.at), d.kind, 3, d.id, d.at, d.code
    from due d
    on conflict do nothing
  ),
  kinds as (
    select count(*) as reminders, max(d.at) as newest
    from due d
    group by d.kind
  )
  select coalesce(sum(k.reminders), 0), min(k.newest) filter (where k.reminders = most)
  into reminded, reached
  from kinds k;
  if reached is not null then
    update reminder_mark m set until = greatest(m.until, reached);
  elsif since + again + step < now() then
    update reminder_mark set until = now();
  end if;
end
$$;

-- Who sees the record, supervises the region that is told, and did not do it himself.
alter table reminder enable row level security;
create policy see on reminder for select to zoufang using (
  told_code <@ (select scope())
  and actor_id is distinct from (select me())
  and case record_kind
    when 1 then exists (select from visit v where v.id = record_id)
    when 3 then exists (select from lead l where l.id = record_id)
    else true
  end
);
create policy definer on reminder to zoufang_definer using (true) with check (true);
grant select on reminder to zoufang;
grant select, insert on reminder to zoufang_definer;
alter table reminder_mark enable row level security;
create policy definer on reminder_mark to zoufang_definer using (true) with check (true);
grant select, update on reminder_mark to zoufang_definer;
call audit_table('reminder', 'reminder');

-- Reminders that still stand, with what decides who sees their records.
create view reminder_standing with (security_invoker) as
select r.*,
       coalesce(l.current_code, r.told_code) as current_code,
       array[l.raised_by, l.handler_id, l.office_id, l.offered_to] as people,
       l.accused
from reminder r
left join lead l on r.record_kind = 3 and l.id = r.record_id
left join visit v on r.record_kind = 1 and v.id = r.record_id
where case r.kind
  when 1 then v.state = 2 and v.written_at = r.at
  when 2 then l.due_at = r.at
  when 3 then l.answer_due_at = r.at
  else true
end;
grant select on reminder_standing to zoufang, zoufang_definer;

-- The reminders of this page of a pull, as pull_begin left word: on a round's first page those between its snapshots, at most `most`
-- of them, the newest; where sight moved, or the round is a full one, the newest of each kind that a region's supervisors are told, and
-- the newest that others are.
create function picked_reminders() returns setof reminder_standing
language plpgsql stable rows 10 as $$
#variable_conflict use_column
declare
  most constant int4 := 1000;
  kinds constant int4 := 8;
  asked constant boolean := current_setting('zoufang.pull_reminders_asked', true) = 'on';
  since constant pg_snapshot := nullif(current_setting('zoufang.pull_reminders_since', true), '')::pg_snapshot;
  since_from constant xid8 := coalesce(pg_snapshot_xmin(since), '0');
  until constant pg_snapshot := nullif(current_setting('zoufang.pull_reminders_until', true), '')::pg_snapshot;
begin
  if asked is not true then
    return;
  end if;
  if since is not null then
    return query
    select r.*
    from reminder_standing r
    where r.changed >= since_from
      and not pg_visible_in_snapshot(r.changed, since)
      and pg_visible_in_snapshot(r.changed, until)
    order by r.changed desc
    limit most;
    return;
  end if;
  return query
  select n.*
  from generate_series(1, kinds) k(kind)
  cross join lateral (
    select r.*
    from unnest(scope()) s(codes)
    join reminder_standing r on r.told_code >= lower(s.codes) and r.told_code < upper(s.codes)
    where r.kind = k.kind
    order by r.at desc
    limit most
  ) n;
  return query
  select r.*
  from reminder_standing r
  where r.told_code is null
  order by r.at desc
  limit most;
end
$$;

call settle_definers();
revoke all on function region_told, reminder_id, remind, visit_held, lead_overdue, lead_declined, lead_found_false, reporter_opened,
  remind_volume, remind_due, picked_reminders from public;
grant execute on function region_told, reminder_id, remind to zoufang_definer;
grant execute on function remind_volume, remind_due, picked_reminders to zoufang;
