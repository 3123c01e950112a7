-- Records beside visits and leads: what an office did, issued or was given, and rankings by others. Supervisors write them in scope, officers
-- read them in scope; what was entered by mistake is withdrawn with a reason, and counts nowhere from then on.
set local search_path = zoufang;

-- A record's office says where it belongs: region_code as it was then, current_code as it stands now.
create function record_of_office() returns trigger
language plpgsql as $$
begin
  if tg_op = 'INSERT' or new.office_id <> old.office_id then
    new.region_code := (select o.region_code from office o where o.id = new.office_id);
  end if;
  new.current_code := (select r.current_code from region r where r.code = new.region_code);
  return new;
end
$$;

-- The same where a region is named.
create function record_of_region() returns trigger
language plpgsql as $$
begin
  new.current_code := (select r.current_code from region r where r.code = new.region_code);
  return new;
end
$$;

-- Who wrote the present version, or withdrew the record, and when. What was withdrawn stays as it was, but for where it belongs now.
create function record_written() returns trigger
language plpgsql as $$
declare
  follows constant text[] := '{current_code,land}';
begin
  if old.withdrawn_at is not null and not erases() and (to_jsonb(new) = to_jsonb(old) or to_jsonb(new) - follows <> to_jsonb(old) - follows) then
    perform refuse('PRECONDITION', 'id');
  end if;
  if new.etag <> old.etag then
    new.written_at := now();
    new.written_by := coalesce(me(), new.written_by);
  end if;
  if new.withdrawn_reason is not null then
    new.withdrawn_at := now();
    new.withdrawn_by := coalesce(me(), new.withdrawn_by);
  end if;
  return new;
end
$$;

-- Makes a table of records out of one that has its own columns alone: who wrote each, withdrawing, sight, grants and audit. `seen` says who reads
-- a record, `kept` who writes it. Nobody says in another's name that he wrote one.
create procedure records_table(
  named regclass, kind text,
  seen text default 'current_code <@ (select case_land())', kept text default 'current_code <@ (select scope())'
)
language plpgsql as $$
declare
  columns constant text := (
    select string_agg(quote_ident(a.attname), ', ' order by a.attnum)
    from pg_attribute a
    where a.attrelid = named and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      and a.attname not in ('id', 'region_code', 'current_code', 'land')
  );
  place constant text := (
    select case when bool_or(a.attname = 'office_id') then 'record_of_office' when bool_or(a.attname = 'region_code') then 'record_of_region' end
    from pg_attribute a
    where a.attrelid = named
  );
begin
  execute format(
    'alter table %s
       add column etag bytea not null check (octet_length(etag) between 16 and 64),
       add column created_by uuid not null default me() references account,
       add column created_at timestamptz not null default now(),
       add column written_by uuid not null default me() references account,
       add column written_at timestamptz not null default now(),
       add column withdrawn_by uuid references account,
       add column withdrawn_at timestamptz,
       add column withdrawn_reason text check (char_length(withdrawn_reason) between 1 and 500),
       add check (num_nonnulls(withdrawn_by, withdrawn_at, withdrawn_reason) in (0, 3))', named);
  execute format('create trigger record_written before update on %s for each row execute function record_written()', named);
  execute format('alter table %s enable row level security', named);
  execute format('create policy see on %s for select to zoufang using (%s)', named, seen);
  execute format('create policy add on %s for insert to zoufang with check (%s)', named, kept);
  execute format('create policy change on %1$s for update to zoufang using ((%2$s) and %3$s) with check (%3$s)', named, seen, kept);
  execute format('grant select, insert (id, %2$s, etag), update (%2$s, etag, withdrawn_reason) on %1$s to zoufang', named, columns);
  if place is not null then
    execute format('create trigger record_placed before insert or update on %s for each row execute function %s()', named, place);
    execute format('alter table %s alter current_code set not null', named);
  end if;
  if place = 'record_of_region' then
    execute format('grant insert (region_code), update (region_code) on %s to zoufang', named);
  end if;
  execute format('grant select on %s to zoufang_definer', named);
  execute format('create policy definer on %s for select to zoufang_definer using (true)', named);
  call audit_table(named, kind);
end
$$;

-- Refuses unless a day of something that has happened is in bounds.
create function check_past_day(day date, field text) returns void
language plpgsql stable as $$
begin
  perform refuse_unless(day is null or day between '2000-01-01' and local_day(now()), 'OUT_OF_RANGE', field);
end
$$;

-- Refuses unless the caller supervises the region of this office, and the office was not closed before that day. `field` is the record's, for a refusal.
create function check_record_office(office_id uuid, day date, field text) returns void
language plpgsql stable as $$
begin
  perform refuse_unless(office_id is not null, 'REQUIRED', field || '.office_id');
  perform refuse_unless(
    exists (
      select
      from office o
      where o.id = check_record_office.office_id
        and (o.closed_on is null or o.closed_on >= day)
    ),
    'NO_SUCH_OFFICE', field || '.office_id'
  );
  perform refuse_unless(
    exists (
      select
      from office o
      join region r on r.code = o.region_code
      where o.id = check_record_office.office_id
        and r.current_code <@ scope()
    ),
    'FORBIDDEN', field || '.office_id'
  );
end
$$;

-- Locks a record for a change and holds what every change of one asks for: in sight, of a place that the caller supervises, based on the present
-- version, and not withdrawn. `kind` names its table, and the field that holds it in the request; '' where that is the request itself.
create function check_record(kind regclass, id uuid, etag bytea, field text) returns void
language plpgsql as $$
declare
  path constant text := case when field <> '' then field || '.' else '' end;
  present bytea;
  withdrawn boolean;
  locked boolean;
begin
  perform refuse_unless(id is not null, 'REQUIRED', path || 'id');
  perform refuse_unless(etag is not null, 'REQUIRED', path || 'etag');
  execute format('select true from %s r where r.id = $1 for no key update', kind) into locked using id;
  execute format('select r.etag, r.withdrawn_at is not null from %s r where r.id = $1', kind) into present, withdrawn using id;
  perform refuse_unless(present is not null, 'NOT_FOUND', path || 'id');
  perform refuse_unless(locked, 'FORBIDDEN', path || 'id');
  perform refuse_unless(present = etag, 'STALE_ETAG', path || 'etag');
  perform refuse_unless(not withdrawn, 'PRECONDITION', path || 'id');
end
$$;

-- Refuses unless a new record's id is free, as far as the caller sees.
create function check_new_record(kind regclass, id uuid, field text) returns void
language plpgsql as $$
declare
  taken boolean;
begin
  execute format('select exists (select from %s r where r.id = $1)', kind) into taken using id;
  perform refuse_unless(not taken, 'ALREADY_EXISTS', field || '.id');
end
$$;

-- Takes a record back. Again, it changes nothing.
create function withdraw_record(kind regclass, id uuid, etag bytea, reason text) returns void
language plpgsql as $$
declare
  done boolean;
begin
  execute format('select exists (select from %s r where r.id = $1 and r.withdrawn_at is not null and r.etag = next_etag($2, ''withdrawn''))', kind)
  into done using id, etag;
  if done then
    return;
  end if;
  perform check_record(kind, id, etag, '');
  execute format('update %s r set withdrawn_reason = $2, etag = next_etag(r.etag, ''withdrawn'') where r.id = $1', kind) using id, reason;
end
$$;

-- What a field is after a change: as given where the mask names it, or without a mask where it was given; else as it is.
create function chosen(mask text[], field text, given anyelement, present anyelement) returns anyelement
language sql immutable parallel safe as $$
  select case when changes(mask, field, given is not null) then given else present end
$$;

create function chosen_list(mask text[], field text, given anyarray, present anyarray) returns anyarray
language sql immutable parallel safe as $$
  select case when changes(mask, field, cardinality(given) > 0) then given else present end
$$;

-- Refuses a change that would leave out what a record must have. `given` runs along `fields`.
create function check_given(mask text[], record text, fields text[], given boolean[]) returns void
language plpgsql immutable as $$
begin
  for n in 1..cardinality(fields) loop
    perform refuse_unless(given[n] or not changes(mask, fields[n], given[n]), 'REQUIRED', record || '.' || fields[n]);
  end loop;
end
$$;

-- 约谈: talks with those who lead a place or a unit.
create table interview (
  id uuid primary key,
  office_id uuid not null references office,
  region_code int8 not null references region,
  current_code int8 references region,
  held_on date not null check (held_on between '2000-01-01' and '2199-12-31'),
  person_names text[] not null,
  person_units text[] not null,
  person_posts text[] not null,
  reason text not null check (char_length(reason) between 1 and 1000),
  record text check (char_length(record) between 1 and 20000),
  check (cardinality(person_names) between 1 and 50 and texts_fit(person_names, 50)
    and cardinality(person_names) = cardinality(person_units) and cardinality(person_names) = cardinality(person_posts))
);
comment on table interview is '约谈. Counts as one, whoever it was with, in the period of held_on.';
comment on column interview.person_names is 'With whom; unit and post stand at the same place of person_units and person_posts, and may be NULL.';
comment on column interview.reason is 'Why it was held.';
comment on column interview.record is 'What was said and agreed.';
create index interview_code on interview (current_code, held_on, id);
call records_table('interview', 'interview');

-- An interview as the API gives it.
create view interview_answer with (security_invoker) as
select r.id,
       r.office_id,
       r.held_on,
       r.person_names as "persons.name",
       r.person_units as "persons.unit",
       r.person_posts as "persons.post",
       r.reason,
       r.record,
       r.etag,
       r.region_code,
       r.current_code as current_region_code,
       r.created_by as "history.created_by",
       r.created_at as "history.created_at",
       r.written_by as "history.updated_by",
       r.written_at as "history.updated_at",
       r.withdrawn_by as "history.withdrawn_by",
       r.withdrawn_at as "history.withdrawn_at",
       r.withdrawn_reason as "history.withdrawn_reason"
from interview r;
grant select on interview_answer to zoufang;

-- 警示教育: events that teach by warning.
create table education (
  id uuid primary key,
  office_id uuid not null references office,
  region_code int8 not null references region,
  current_code int8 references region,
  held_on date not null check (held_on between '2000-01-01' and '2199-12-31'),
  title text not null check (char_length(title) between 1 and 200),
  place text check (char_length(place) between 1 and 200),
  people_reached int4 not null check (people_reached between 0 and 10000000),
  note text check (char_length(note) between 1 and 5000)
);
comment on table education is '警示教育.';
comment on column education.people_reached is '人次: how many were there; who came to two events counts twice.';
create index education_code on education (current_code, held_on, id);
call records_table('education', 'education');

-- An event as the API gives it.
create view education_answer with (security_invoker) as
select r.id,
       r.office_id,
       r.held_on,
       r.title,
       r.place,
       r.people_reached,
       r.note,
       r.etag,
       r.region_code,
       r.current_code as current_region_code,
       r.created_by as "history.created_by",
       r.created_at as "history.created_at",
       r.written_by as "history.updated_by",
       r.written_at as "history.updated_at",
       r.withdrawn_by as "history.withdrawn_by",
       r.withdrawn_at as "history.withdrawn_at",
       r.withdrawn_reason as "history.withdrawn_reason"
from education r;
grant select on education_answer to zoufang;

-- 清风干部: officials commended for their integrity.
create table commendation (
  id uuid primary key,
  office_id uuid not null references office,
  region_code int8 not null references region,
  current_code int8 references region,
  given_on date not null check (given_on between '2000-01-01' and '2199-12-31'),
  person_name text not null check (char_length(person_name) between 1 and 50),
  person_unit text check (char_length(person_unit) between 1 and 100),
  person_post text check (char_length(person_post) between 1 and 100),
  title text check (char_length(title) between 1 and 100),
  reason text check (char_length(reason) between 1 and 2000)
);
comment on table commendation is '清风干部. 人次: each counts once, also of one person.';
comment on column commendation.title is 'What it is called, where it is not just 清风干部.';
create index commendation_code on commendation (current_code, given_on, id);
call records_table('commendation', 'commendation');

-- A commendation as the API gives it.
create view commendation_answer with (security_invoker) as
select r.id,
       r.office_id,
       r.given_on,
       r.person_name,
       r.person_unit,
       r.person_post,
       r.title,
       r.reason,
       r.etag,
       r.region_code,
       r.current_code as current_region_code,
       r.created_by as "history.created_by",
       r.created_at as "history.created_at",
       r.written_by as "history.updated_by",
       r.written_at as "history.updated_at",
       r.withdrawn_by as "history.withdrawn_by",
       r.withdrawn_at as "history.withdrawn_at",
       r.withdrawn_reason as "history.withdrawn_reason"
from commendation r;
grant select on commendation_answer to zoufang;

-- Rankings and surveys by others: the only figures that are entered.
create table indicator (
  id uuid primary key,
  kind int2 not null check (kind between 1 and 2),
  region_code int8 not null references region,
  current_code int8 references region,
  year int4 not null check (year between 2000 and 2199),
  rank int4 not null check (rank between 1 and 100000),
  ranked_of int4 check (ranked_of between rank and 100000),
  source text not null check (char_length(source) between 1 and 300),
  note text check (char_length(note) between 1 and 2000)
);
comment on column indicator.kind is '1 external_anticorruption_satisfaction, 2 external_livelihood.';
comment on column indicator.year is 'The year rated, whenever the ranking came out.';
comment on column indicator.rank is 'The place reached, 1 the best.';
comment on column indicator.ranked_of is 'Among how many.';
call records_table('indicator', 'indicator');
create unique index indicator_one on indicator (kind, region_code, year) where withdrawn_at is null;
create index indicator_code on indicator (current_code, year, id);

-- Refuses what is wrong with a ranking beyond what field rules say; `id` is that of one that is there already.
create function check_indicator(kind int2, region_code int8, year int4, rank int4, ranked_of int4, id uuid default null) returns void
language plpgsql stable as $$
begin
  perform refuse_unless(exists (select from region r where r.code = check_indicator.region_code), 'NO_SUCH_REGION', 'indicator.region_code');
  perform refuse_unless(
    exists (select from region r where r.code = check_indicator.region_code and r.current_code <@ scope()),
    'FORBIDDEN', 'indicator.region_code'
  );
  perform refuse_unless(year <= extract(year from local_day(now())), 'OUT_OF_RANGE', 'indicator.year');
  perform refuse_unless(ranked_of is null or rank <= ranked_of, 'OUT_OF_RANGE', 'indicator.rank');
  perform refuse_unless(
    not exists (
      select
      from indicator i
      where i.kind = check_indicator.kind
        and i.region_code = check_indicator.region_code
        and i.year = check_indicator.year
        and i.withdrawn_at is null
        and i.id is distinct from check_indicator.id
    ),
    'ALREADY_EXISTS', 'indicator.year'
  );
end
$$;

-- A ranking as the API gives it.
create view indicator_answer with (security_invoker) as
select r.id,
       r.kind,
       r.region_code,
       r.year,
       r.rank,
       r.ranked_of,
       r.source,
       r.note,
       r.etag,
       r.current_code as current_region_code,
       r.created_by as "history.created_by",
       r.created_at as "history.created_at",
       r.written_by as "history.updated_by",
       r.written_at as "history.updated_at",
       r.withdrawn_by as "history.withdrawn_by",
       r.withdrawn_at as "history.withdrawn_at",
       r.withdrawn_reason as "history.withdrawn_reason"
from indicator r;
grant select on indicator_answer to zoufang;

revoke all on function record_of_office, record_of_region, record_written, check_past_day, check_record_office, check_record, check_new_record,
  withdraw_record, chosen, chosen_list, check_given, check_indicator from public;
revoke all on procedure records_table from public;
grant execute on function check_past_day, check_record_office, check_record, check_new_record, withdraw_record, chosen, chosen_list,
  check_given, check_indicator to zoufang;
