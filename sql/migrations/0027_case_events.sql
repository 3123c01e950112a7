-- The timeline of a case. Triggers write it, so that it tells of every change, whatever the statement.
set local search_path = zoufang;

create table case_event (
  id uuid primary key default gen_random_uuid(),
  place int8 not null generated always as identity,
  case_id uuid not null references case_file,
  kind int2 not null check (kind between 1 and 9),
  at timestamptz not null default now(),
  actor_id uuid references account,
  lead_id uuid references lead,
  person_id uuid references person,
  same_as uuid references person,
  handling_id uuid references handling,
  user_id uuid references account,
  office_id uuid references office
);
comment on column case_event.place is 'In what order it was told: a call may tell of several at one time.';
comment on column case_event.user_id is 'With office_id: who answers for it from then on.';
create index case_event_case on case_event (case_id, place);

create function case_event_is_final() returns trigger
language plpgsql as $$
begin
  if tg_op = 'DELETE' and erases() then
    return null;
  end if;
  raise exception 'a timeline is append-only' using errcode = '42501';
end
$$;
create trigger case_event_is_final before update or delete or truncate on case_event
  for each statement execute function case_event_is_final();

create function case_told() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    insert into case_event (case_id, kind, actor_id, user_id, office_id)
    values (new.id, 1, new.filed_by, new.handler_id, new.office_id);
  else
    insert into case_event (case_id, kind, actor_id, user_id, office_id)
    values (new.id, 9, me(), new.handler_id, new.office_id);
  end if;
  return null;
end
$$;
create trigger case_told after insert on case_file for each row execute function case_told();
create trigger case_handed_over after update on case_file for each row
  when ((old.handler_id, old.office_id) is distinct from (new.handler_id, new.office_id)) execute function case_told();

create function case_part_told() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  if tg_relid = 'case_lead'::regclass then
    insert into case_event (case_id, kind, actor_id, lead_id) values (new.case_id, 2, new.added_by, new.lead_id);
  else
    insert into case_event (case_id, kind, actor_id, person_id) values (new.case_id, 3, new.added_by, new.person_id);
  end if;
  return null;
end
$$;
create trigger case_part_told after insert on case_lead for each row execute function case_part_told();
create trigger case_part_told after insert on case_person for each row execute function case_part_told();

-- A person may belong to several cases: each is told.
create function same_person_told() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  insert into case_event (case_id, kind, actor_id, person_id, same_as)
  select k.case_id, 4, me(), new.id, new.same_as
  from case_person k
  where k.person_id = new.id
  order by k.case_id;
  return null;
end
$$;
create trigger same_person_told after update on person for each row
  when (old.same_as is distinct from new.same_as) execute function same_person_told();

create function handling_told() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  if tg_op = 'INSERT' then
    insert into case_event (case_id, kind, actor_id, person_id, handling_id) values (new.case_id, 5, new.proposed_by, new.person_id, new.id);
  end if;
  if new.approved_at is not null then
    insert into case_event (case_id, kind, actor_id, person_id, handling_id) values (new.case_id, 6, new.approved_by, new.person_id, new.id);
  end if;
  return null;
end
$$;
create trigger handling_told after insert on handling for each row when (new.case_id is not null) execute function handling_told();
create trigger handling_approved after update on handling for each row
  when (new.case_id is not null and old.approved_at is null and new.approved_at is not null) execute function handling_told();

create function review_told() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  insert into case_event (case_id, kind, actor_id, person_id, handling_id)
  select h.case_id, t.kind, new.written_by, h.person_id, h.id
  from handling h
  cross join (values (7, tg_op = 'INSERT'), (8, new.result is not null)) t(kind, told)
  where h.id = new.handling_id
    and t.told
  order by t.kind;
  return null;
end
$$;
create trigger review_told after insert on review for each row execute function review_told();
create trigger review_decided after update on review for each row
  when (old.result is null and new.result is not null) execute function review_told();

-- By the case's sight; nobody writes it but those triggers.
alter table case_event enable row level security;
create policy see on case_event for select to zoufang using (exists (select from case_file c where c.id = case_id));
create policy definer on case_event to zoufang_definer using (true) with check (true);
grant select on case_event to zoufang;
grant select, insert on case_event to zoufang_definer;
call audit_table('case_event', 'case_event');
call settle_definers();
revoke all on function case_event_is_final, case_told, case_part_told, same_person_told, handling_told, review_told from public;
