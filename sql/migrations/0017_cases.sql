-- Cases: matters filed, of one or several leads, with their persons, handlings and reviews.
set local search_path = zoufang;

-- 人: one of whom cases tell. That two are one is decided by a human: same_as, always the first known, never a chain.
create table person (
  id uuid primary key,
  name text not null check (char_length(name) between 1 and 50),
  unit text check (char_length(unit) between 1 and 100),
  post text check (char_length(post) between 1 and 100),
  user_id uuid references account,
  same_as uuid references person check (same_as <> id),
  added_by uuid not null references account,
  added_at timestamptz not null default now()
);
create index person_user on person (user_id) where user_id is not null;
create index person_same on person (same_as) where same_as is not null;

-- 案件. Where it belongs, who answers for it and who must not see it follow its leads and persons.
create table case_file (
  id uuid primary key,
  title text not null check (char_length(title) between 1 and 200),
  region_code int8 not null references region,
  current_code int8 not null references region,
  city int4 not null generated always as ((current_code / 100000000)::int4) stored,
  county int4 not null generated always as ((current_code / 1000000)::int4) stored,
  township int4 not null generated always as ((current_code / 1000)::int4) stored,
  domain text,
  campaign_id uuid references campaign,
  sweep_round int4,
  handler_id uuid references account,
  office_id uuid references office,
  accused uuid[],
  filed_at timestamptz not null check (filed_at >= '2000-01-01' and filed_at < '2200-01-01'),
  filed_by uuid not null references account,
  etag bytea not null check (octet_length(etag) between 16 and 64),
  written_by uuid not null references account,
  written_at timestamptz not null default now(),
  changed xid8 not null default pg_current_xact_id(),
  erased_at timestamptz
);
comment on column case_file.erased_at is 'When its texts were erased (0064). From then on it only counts, and nobody sees it.';
comment on column case_file.campaign_id is 'With sweep_round: those of its first lead.';
comment on column case_file.accused is
  'Who must not see it: those complained of in its leads, and its persons with whom they are said to be, as far as they are ours.';
create index case_file_city on case_file (city, filed_at, id, domain);
create index case_file_county on case_file (county, filed_at, id, domain);
create index case_file_township on case_file (township, filed_at, id, domain);
create index case_file_code on case_file (current_code, filed_at, id, domain);
create index case_file_handler on case_file (handler_id, filed_at, id);
create index case_file_office on case_file (office_id, filed_at, id);

-- A lead belongs to one case at most.
create table case_lead (
  lead_id uuid primary key references lead,
  case_id uuid not null references case_file,
  place int4 not null check (place between 1 and 50),
  added_by uuid not null references account,
  added_at timestamptz not null default now(),
  unique (case_id, place)
);

create table case_person (
  case_id uuid not null references case_file,
  person_id uuid not null references person,
  added_by uuid not null references account,
  added_at timestamptz not null default now(),
  primary key (case_id, person_id)
);
create index case_person_person on case_person (person_id);

-- 处置. No discipline without a case and a person of it; a talk (谈话提醒, of the first form) may be of a lead instead. One final handling a person.
create table handling (
  id uuid primary key default gen_random_uuid(),
  case_id uuid,
  lead_id uuid references lead,
  person_id uuid not null references person,
  form int2 not null check (form between 1 and 4),
  discipline int2 check (discipline between 1 and 8),
  decided_at timestamptz not null check (decided_at >= '2000-01-01' and decided_at < '2200-01-01'),
  transferred_at timestamptz check (transferred_at >= '2000-01-01' and transferred_at < '2200-01-01'),
  note text check (char_length(note) between 1 and 5000),
  proposed_by uuid not null references account,
  proposed_at timestamptz not null default now(),
  approved_by uuid references account check (approved_by <> proposed_by),
  approved_at timestamptz,
  foreign key (case_id, person_id) references case_person,
  constraint handling_of_a_case_or_a_lead check (num_nonnulls(case_id, lead_id) = 1),
  constraint handling_of_a_lead_is_a_talk check (lead_id is null or form = 1),
  check (form > 1 or discipline is null),
  check (form = 4 or transferred_at is null),
  check ((approved_by is null) = (approved_at is null))
);
create unique index handling_final on handling (case_id, person_id) where approved_at is not null;
create unique index handling_final_talk on handling (lead_id, person_id) where approved_at is not null and lead_id is not null;
create index handling_person on handling (case_id, person_id, proposed_at);
create index handling_lead on handling (lead_id, proposed_at) where lead_id is not null;
create index handling_talked on handling (person_id) where lead_id is not null;

-- 复审复核 of a handling that brought discipline.
create table review (
  handling_id uuid not null references handling,
  kind int2 not null check (kind between 1 and 2),
  asked_at timestamptz not null check (asked_at >= '2000-01-01' and asked_at < '2200-01-01'),
  result int2 check (result between 1 and 3),
  decided_at timestamptz check (decided_at >= asked_at),
  written_by uuid not null references account,
  written_at timestamptz not null default now(),
  primary key (handling_id, kind),
  check ((result is null) = (decided_at is null))
);

-- What a handling must be about is looked at when a review is written: approved, and with discipline.
create function review_reviewable() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  if not exists (
    select
    from handling h
    where h.id = new.handling_id
      and h.approved_at is not null
      and h.discipline is not null
      and new.asked_at >= h.decided_at
  ) then
    perform refuse('PRECONDITION', 'handling_id');
  end if;
  return new;
end
$$;
create trigger review_reviewable before insert or update on review for each row execute function review_reviewable();

-- What was approved stays, but for a note that is erased.
create function handling_is_final() returns trigger
language plpgsql as $$
begin
  if old.approved_at is not null and not (erases() and to_jsonb(new) - 'note' = to_jsonb(old) - 'note') then
    raise exception 'a handling that was approved is final' using errcode = '42501';
  end if;
  return new;
end
$$;
create trigger handling_is_final before update on handling for each row execute function handling_is_final();

-- Whether a talk can be of a lead as it stands: somebody looked into it, and it became no case.
create function is_talked_of(l lead) returns boolean
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return l.state in (4, 5, 7, 8, 9, 13, 14) and not exists (select from case_lead k where k.lead_id = l.id);
end
$$;

-- A talk is proposed and approved while its lead can have one. A user it is with is complained of in the lead: so it is out of his sight.
create function talk_follows() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
declare
  l lead;
begin
  select o.* into l from lead o where o.id = new.lead_id;
  perform refuse_unless(is_talked_of(l), 'PRECONDITION', 'id');
  perform refuse_unless(
    not exists (select from person p where p.id = new.person_id and p.user_id is not null and not p.user_id = any (array_remove(l.accused_users, null))),
    'NOT_MATCHED', 'person'
  );
  return new;
end
$$;
create trigger talk_follows before insert or update of lead_id, person_id, approved_at on handling
  for each row when (new.lead_id is not null) execute function talk_follows();

-- Brings a case in step with its leads and persons.
create function case_in_step(cases uuid[]) returns void
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  update case_file c
  set region_code = l.region_code,
      current_code = l.current_code,
      domain = l.domain,
      campaign_id = l.campaign_id,
      sweep_round = l.sweep_round,
      handler_id = l.handler_id,
      office_id = l.office_id,
      accused = (
        select nullif(array_agg(distinct a.id), '{}')
        from (
          select unnest(o.accused)
          from case_lead k
          join lead o on o.id = k.lead_id
          where k.case_id = c.id
          union
          select s.user_id
          from case_person k
          join person p on p.id = k.person_id
          cross join lateral (select coalesce(p.same_as, p.id)) f(id)
          join person s on s.id = f.id or s.same_as = f.id
          where k.case_id = c.id
            and s.user_id is not null
        ) a(id)
      ),
      changed = pg_current_xact_id()
  from case_lead f
  join lead l on l.id = f.lead_id
  where c.id = any (cases)
    and f.case_id = c.id
    and f.place = 1;
end
$$;

create function case_part_changed() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  perform case_in_step(array(select distinct n.case_id from new_rows n));
  return null;
end
$$;
create trigger case_part_changed after insert on case_lead referencing new table as new_rows
  for each statement execute function case_part_changed();
create trigger case_part_changed after insert on case_person referencing new table as new_rows
  for each statement execute function case_part_changed();

-- Whom a person is said to be, or no more, is in the cases of them all.
create function case_person_is_another() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  perform case_in_step(array(
    select distinct k.case_id
    from person p
    join case_person k on k.person_id = p.id
    where p.id in (new.id, old.same_as, new.same_as)
       or p.same_as in (new.id, old.same_as, new.same_as)
  ));
  return null;
end
$$;
create trigger case_person_is_another after update of same_as on person
  for each row when (old.same_as is distinct from new.same_as) execute function case_person_is_another();

create function lead_of_case_changed() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  perform case_in_step(array(select k.case_id from case_lead k where k.lead_id = new.id));
  return null;
end
$$;
create trigger lead_of_case_changed after update on lead for each row
  when ((old.region_code, old.current_code, old.domain, old.campaign_id, old.sweep_round, old.handler_id, old.office_id, old.accused)
    is distinct from (new.region_code, new.current_code, new.domain, new.campaign_id, new.sweep_round, new.handler_id, new.office_id, new.accused))
  execute function lead_of_case_changed();

-- Whether a lead belongs to a case: what a step into CASE_FILED asks for.
create or replace function case_has_lead(case_id uuid, lead_id uuid) returns boolean
language plpgsql stable as $$
begin
  return exists (
    select
    from case_lead k
    where k.case_id = case_has_lead.case_id
      and k.lead_id = case_has_lead.lead_id
  );
end
$$;

-- Whether a lead belongs to any case, also one out of the caller's sight: he hears only that he cannot file it again.
create function lead_has_case(lead_id uuid) returns boolean
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return exists (select from case_lead k where k.lead_id = lead_has_case.lead_id);
end
$$;

-- The person that one is counted as.
create function first_known(person_id uuid) returns uuid
language plpgsql stable as $$
begin
  return (select coalesce(p.same_as, p.id) from person p where p.id = person_id);
end
$$;

-- Whether others are counted as this person.
create function is_counted_as(person_id uuid) returns boolean
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return exists (select from person p where p.same_as = person_id);
end
$$;

-- Locks a case for a change and holds what every change of one asks for: in sight, written by who handles it or a supervisor of its region, and
-- based on the present version.
create function check_case(case_id uuid, etag bytea) returns void
language plpgsql as $$
declare
  c case_file;
begin
  perform from case_file o where o.id = check_case.case_id for no key update;
  select o.* into c from case_file o where o.id = check_case.case_id;
  if c.id is null then
    perform refuse('NOT_FOUND', 'id');
  end if;
  if not (coalesce(c.handler_id = me(), false) or c.current_code <@ scope()) then
    perform refuse('FORBIDDEN', 'id');
  end if;
  if c.etag <> check_case.etag then
    perform refuse('STALE_ETAG', 'etag');
  end if;
end
$$;

-- The version of a case after a change of what belongs to it. `change` tells changes of one version apart.
create function case_changed(case_id uuid, change text) returns void
language plpgsql as $$
begin
  update case_file c
  set etag = next_etag(c.etag, change),
      written_by = me(),
      written_at = now()
  where c.id = case_changed.case_id;
end
$$;

-- Who sees what: as a lead.
alter table case_file enable row level security;
create policy see on case_file for select to zoufang using (
  (
    current_code <@ (select scope())
    or handler_id = any ((select ways())::uuid[])
    or office_id = any ((select ways())::uuid[])
    or filed_by = any ((select ways())::uuid[])
  ) and (accused is null or not accused && (select blind())) and erased_at is null
  or changed = pg_current_xact_id_if_assigned()
);
create policy add on case_file for insert to zoufang with check (filed_by = (select me()) and written_by = (select me()));
create policy change on case_file for update to zoufang
  using (
    (current_code <@ (select scope()) or handler_id = (select me()))
    and (accused is null or not accused && (select blind()))
    and erased_at is null
  )
  with check (written_by = (select me()));
grant select, insert on case_file to zoufang;
grant update (title, etag, written_by, written_at) on case_file to zoufang;

alter table case_lead enable row level security;
create policy see on case_lead for select to zoufang using (exists (select from case_file c where c.id = case_id));
create policy add on case_lead for insert to zoufang
  with check (added_by = (select me()) and exists (select from case_file c where c.id = case_id) and exists (select from lead l where l.id = lead_id));
grant select, insert on case_lead to zoufang;

alter table case_person enable row level security;
create policy see on case_person for select to zoufang using (exists (select from case_file c where c.id = case_id));
create policy add on case_person for insert to zoufang
  with check (added_by = (select me()) and exists (select from case_file c where c.id = case_id));
grant select, insert on case_person to zoufang;

alter table person enable row level security;
create policy see on person for select to zoufang
  using (
    exists (select from case_person k where k.person_id = person.id)
    or exists (select from handling h where h.person_id = person.id and h.lead_id is not null)
    or added_by = (select me()) and added_at = now()
  );
create policy add on person for insert to zoufang with check (added_by = (select me()));
create policy change on person for update to zoufang
  using (exists (select from case_person k where k.person_id = person.id)) with check (true);
grant select, insert on person to zoufang;
grant update (same_as) on person to zoufang;

alter table handling enable row level security;
create policy see on handling for select to zoufang
  using (exists (select from case_file c where c.id = case_id) or exists (select from lead l where l.id = lead_id));
create policy add on handling for insert to zoufang
  with check (
    proposed_by = (select me())
    and approved_by is null
    and (
      exists (select from case_file c where c.id = case_id)
      or exists (select from lead l where l.id = lead_id and (holds_step_role(l, 1::int2) or holds_step_role(l, 2::int2)))
    )
  );
create policy change on handling for update to zoufang
  using (
    exists (select from case_file c where c.id = case_id and c.current_code <@ (select scope()))
    or exists (select from lead l where l.id = lead_id and l.current_code <@ (select scope()))
  )
  with check (approved_by = (select me()));
grant select, insert on handling to zoufang;
grant update (approved_by, approved_at) on handling to zoufang;

alter table review enable row level security;
create policy see on review for select to zoufang using (exists (select from handling h where h.id = handling_id));
create policy add on review for insert to zoufang
  with check (written_by = (select me()) and exists (select from handling h where h.id = handling_id));
create policy change on review for update to zoufang
  using (exists (select from handling h where h.id = handling_id)) with check (written_by = (select me()));
grant select, insert on review to zoufang;
grant update (asked_at, result, decided_at, written_by, written_at) on review to zoufang;

create policy definer on case_file for all to zoufang_definer using (true) with check (true);
create policy definer on case_lead for select to zoufang_definer using (true);
create policy definer on case_person for select to zoufang_definer using (true);
create policy definer on person for select to zoufang_definer using (true);
create policy definer on handling for select to zoufang_definer using (true);
grant select, update on case_file to zoufang_definer;
grant select on case_lead, case_person, person, handling to zoufang_definer;

call audit_table('person', 'person');
call audit_table('case_file', 'case');
call audit_table('case_lead', 'case_lead', 'lead_id');
call audit_table('case_person', 'case_person', 'person_id');
call audit_table('handling', 'handling');
call audit_table('review', 'review', 'handling_id');

-- A case as the API gives it.
create view case_answer with (security_invoker) as
select c.id,
       c.title,
       array(select k.lead_id from case_lead k where k.case_id = c.id order by k.place) as lead_ids,
       c.filed_at,
       c.etag,
       c.region_code,
       c.domain,
       c.handler_id,
       c.filed_by,
       c.written_at as updated_at,
       p.ids as "persons.id",
       p.names as "persons.name",
       p.units as "persons.unit",
       p.posts as "persons.post",
       p.users as "persons.user_id",
       p.sames as "persons.same_as",
       h.ids as "handlings.id",
       h.persons as "handlings.person_id",
       h.forms as "handlings.form",
       h.disciplines as "handlings.discipline",
       h.decided as "handlings.decided_at",
       h.transferred as "handlings.transferred_at",
       h.notes as "handlings.note",
       h.proposers as "handlings.proposed_by",
       h.proposed as "handlings.proposed_at",
       h.approvers as "handlings.approved_by",
       h.approved as "handlings.approved_at",
       r.handlings as "reviews.handling_id",
       r.kinds as "reviews.kind",
       r.asked as "reviews.asked_at",
       r.results as "reviews.result",
       r.decided as "reviews.decided_at"
from case_file c
cross join lateral (
  select array_agg(o.id) as ids, array_agg(o.name) as names, array_agg(o.unit) as units, array_agg(o.post) as posts,
         array_agg(o.user_id) as users, array_agg(o.same_as) as sames
  from (
    select q.*
    from case_person k
    join person q on q.id = k.person_id
    where k.case_id = c.id
    order by k.added_at, q.id
  ) o
) p
cross join lateral (
  select array_agg(o.id) as ids, array_agg(o.person_id) as persons, array_agg(o.form) as forms, array_agg(o.discipline) as disciplines,
         array_agg(o.decided_at) as decided, array_agg(o.transferred_at) as transferred, array_agg(o.note) as notes,
         array_agg(o.proposed_by) as proposers, array_agg(o.proposed_at) as proposed, array_agg(o.approved_by) as approvers,
         array_agg(o.approved_at) as approved
  from (select q.* from handling q where q.case_id = c.id order by q.proposed_at, q.id) o
) h
cross join lateral (
  select array_agg(o.handling_id) as handlings, array_agg(o.kind) as kinds, array_agg(o.asked_at) as asked, array_agg(o.result) as results,
         array_agg(o.decided_at) as decided
  from (
    select v.*
    from handling q
    join review v on v.handling_id = q.id
    where q.case_id = c.id
    order by v.asked_at, v.handling_id, v.kind
  ) o
) r;
grant select on case_answer to zoufang;

alter function review_reviewable owner to zoufang_definer;
alter function is_talked_of owner to zoufang_definer;
alter function talk_follows owner to zoufang_definer;
alter function lead_has_case owner to zoufang_definer;
alter function is_counted_as owner to zoufang_definer;
alter function case_in_step owner to zoufang_definer;
alter function case_part_changed owner to zoufang_definer;
alter function case_person_is_another owner to zoufang_definer;
alter function lead_of_case_changed owner to zoufang_definer;
revoke all on function lead_has_case, first_known, is_counted_as, is_talked_of, review_reviewable, handling_is_final, talk_follows, case_in_step, case_part_changed, case_person_is_another, lead_of_case_changed, check_case, case_changed
  from public;
grant execute on function lead_has_case, first_known, is_counted_as, is_talked_of, check_case, case_changed to zoufang;
grant execute on function case_in_step, is_talked_of to zoufang_definer;
