-- Visits, their versions, and who took part.
set local search_path = zoufang;

-- Lists of texts on a record: each set, none longer than `longest` characters.
create function texts_fit(texts text[], longest int4) returns boolean
language plpgsql immutable parallel safe as $$
declare
  each text;
begin
  foreach each in array texts loop
    if each is null or char_length(each) > longest then
      return false;
    end if;
  end loop;
  return true;
end
$$;

-- Lists of numbers on a record: each set and within bounds.
create function numbers_fit(numbers int4[], lowest int4, highest int4) returns boolean
language plpgsql immutable parallel safe as $$
declare
  each int4;
begin
  foreach each in array numbers loop
    if each is null or each not between lowest and highest then
      return false;
    end if;
  end loop;
  return true;
end
$$;

create table visit (
  id uuid primary key,
  kind int2 not null check (kind between 1 and 8),
  region_code int8 not null references region,
  current_code int8 not null references region,
  city int4 not null generated always as ((current_code / 100000000)::int4) stored,
  county int4 not null generated always as ((current_code / 1000000)::int4) stored,
  township int4 not null generated always as ((current_code / 1000)::int4) stored,
  recorder_id uuid not null references account,
  office_id uuid references office,
  team uuid[] not null default '{}' check (cardinality(team) <= 50 and array_position(team, null) is null),
  started_at timestamptz not null check (started_at >= '2000-01-01' and started_at < '2200-01-01'),
  ended_at timestamptz check (ended_at >= started_at and ended_at < '2200-01-01'),
  latitude float8 check (latitude between -90 and 90),
  longitude float8 check (longitude between -180 and 180),
  accuracy float8 check (accuracy between 0 and 1000000),
  place text check (char_length(place) between 1 and 200),
  visitor_names text[] not null default '{}' check (visitor_names = '{}' or texts_fit(visitor_names, 50)),
  visitor_units text[] not null default '{}' check (visitor_units = '{}' or texts_fit(visitor_units, 100)),
  led_by uuid references account,
  purpose text check (char_length(purpose) between 1 and 500),
  people_met int4 check (people_met between 0 and 100000),
  material_names text[] not null default '{}' check (material_names = '{}' or texts_fit(material_names, 100)),
  material_copies int4[] not null default '{}' check (material_copies = '{}' or numbers_fit(material_copies, 1, 1000000)),
  findings text check (char_length(findings) between 1 and 10000),
  solved_descriptions text[] not null default '{}' check (solved_descriptions = '{}' or texts_fit(solved_descriptions, 1000)),
  solved_leads uuid[] not null default '{}',
  survey_questions text[] not null default '{}' check (survey_questions = '{}' or texts_fit(survey_questions, 300)),
  survey_answers text[] not null default '{}' check (survey_answers = '{}' or texts_fit(survey_answers, 300)),
  survey_counts int4[] not null default '{}' check (survey_counts = '{}' or numbers_fit(survey_counts, 0, 1000000)),
  campaign_id uuid references campaign,
  sweep_round int4 check (sweep_round between 1 and 1000),
  state int2 not null check (state between 1 and 3),
  hold_reason int2 check (hold_reason between 1 and 3),
  etag bytea not null check (octet_length(etag) between 16 and 64),
  received_at timestamptz not null default now(),
  written_by uuid not null references account,
  written_at timestamptz not null default now(),
  reason text check (char_length(reason) between 1 and 500),
  changed xid8 not null default pg_current_xact_id(),
  erased_at timestamptz,
  check ((latitude is null) = (longitude is null)),
  check (latitude is not null or accuracy is null),
  check (state <> 2 or hold_reason is not null),
  check (cardinality(visitor_names) <= 50 and cardinality(visitor_names) = cardinality(visitor_units)),
  check (cardinality(material_names) <= 50 and cardinality(material_names) = cardinality(material_copies)),
  check (cardinality(solved_descriptions) <= 50 and cardinality(solved_descriptions) = cardinality(solved_leads)),
  check (cardinality(survey_questions) <= 200 and cardinality(survey_questions) = cardinality(survey_answers)
    and cardinality(survey_questions) = cardinality(survey_counts))
);
comment on column visit.state is '1 accepted, 2 held, 3 withdrawn.';
comment on column visit.team is 'Those who went along with the recorder. The recorder is not repeated here.';
comment on column visit.erased_at is 'When its texts were erased (0064). From then on it only counts, and nobody sees it.';
comment on column visit.reason is 'Why the present version replaced the one before.';

-- A list's order within each way of seeing it. Trailing columns filter inside the index.
create index visit_city on visit (city, started_at, id, state, kind);
create index visit_county on visit (county, started_at, id, state, kind);
create index visit_township on visit (township, started_at, id, state, kind, latitude, longitude);
create index visit_code on visit (current_code, started_at, id, state, kind, latitude, longitude);
create index visit_office on visit (office_id, started_at, id, state, kind, latitude, longitude);
create index visit_recorder on visit (recorder_id, changed, id);

-- What a filter leaves few of, anywhere in such an order: its value stands before the order. Smaller lands than a city are then gone through township
-- by township.
create index visit_aside_city on visit (city, state, started_at, id) where state <> 1;
create index visit_aside_township on visit (township, state, started_at, id, current_code) where state <> 1;
create index visit_aside_office on visit (office_id, state, started_at, id) where state <> 1;
create index visit_campaign_township on visit (campaign_id, township, started_at, id, current_code) where campaign_id is not null;
create index visit_campaign_office on visit (campaign_id, office_id, started_at, id) where campaign_id is not null;
create index visit_office_township on visit (office_id, township, started_at, id, current_code);

-- Who took part, recorder and team: the way to one's own visits, newest first. Says of the visit what lists ask, so that it is looked up only where it
-- fits. Follows visit; of what is erased there is none.
create table visit_member (
  user_id uuid not null references account,
  started_at timestamptz not null,
  visit_id uuid not null references visit on delete cascade,
  kind int2 not null,
  state int2 not null,
  current_code int8 not null,
  township int4 not null generated always as ((current_code / 1000)::int4) stored,
  office_id uuid,
  campaign_id uuid,
  latitude float8,
  longitude float8,
  primary key (visit_id, user_id)
);
create index visit_member_order on visit_member (user_id, started_at, visit_id, state, kind, office_id, latitude, longitude);
create index visit_member_township on visit_member (user_id, township, started_at, visit_id, current_code, state, kind);
create index visit_member_campaign on visit_member (user_id, campaign_id, started_at, visit_id) where campaign_id is not null;
create index visit_member_aside on visit_member (user_id, state, started_at, visit_id) where state <> 1;

-- The versions that were replaced.
create table visit_version (
  like visit,
  primary key (id, etag),
  foreign key (id) references visit
);
create index visit_version_at on visit_version (id, written_at, etag);

create function visit_written() returns trigger
language plpgsql as $$
begin
  new.changed := pg_current_xact_id();
  if new.etag <> old.etag then
    new.written_at := now();
    new.written_by := coalesce(me(), new.written_by);
  end if;
  return new;
end
$$;
create trigger visit_written before update on visit for each row execute function visit_written();

create function visit_added() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  insert into visit_member (user_id, started_at, visit_id, kind, state, current_code, office_id, campaign_id, latitude, longitude)
  select distinct m.user_id, n.started_at, n.id, n.kind, n.state, n.current_code, n.office_id, n.campaign_id, n.latitude, n.longitude
  from new_rows n
  cross join lateral unnest(n.team || n.recorder_id) m(user_id);
  return null;
end
$$;
create trigger visit_added after insert on visit referencing new table as new_rows
  for each statement execute function visit_added();

-- Keeps what was replaced, and the members in step. Of what is erased nothing is kept; who recorded it is told that it is gone.
create function visit_changed() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  insert into visit_version
  select o.*
  from old_rows o
  join new_rows n on n.id = o.id and n.etag <> o.etag and n.erased_at is null
  on conflict do nothing;

  insert into sight_past (kind, record_id, current_code, ways)
  select 1, n.id, n.current_code, array[n.recorder_id]
  from new_rows n
  join old_rows o on o.id = n.id and o.erased_at is null
  where n.erased_at is not null;

  delete from visit_member m
  using old_rows o
  join new_rows n on n.id = o.id
    and (n.started_at, n.team, n.recorder_id, n.kind, n.state, n.current_code, n.office_id, n.campaign_id, n.latitude, n.longitude, n.erased_at)
      is distinct from
        (o.started_at, o.team, o.recorder_id, o.kind, o.state, o.current_code, o.office_id, o.campaign_id, o.latitude, o.longitude, o.erased_at)
  where m.visit_id = o.id;
  insert into visit_member (user_id, started_at, visit_id, kind, state, current_code, office_id, campaign_id, latitude, longitude)
  select distinct m.user_id, n.started_at, n.id, n.kind, n.state, n.current_code, n.office_id, n.campaign_id, n.latitude, n.longitude
  from new_rows n
  cross join lateral unnest(n.team || n.recorder_id) m(user_id)
  where n.erased_at is null
  on conflict do nothing;
  return null;
end
$$;
create trigger visit_changed after update on visit referencing old table as old_rows new table as new_rows
  for each statement execute function visit_changed();

call audit_table('visit', 'visit');

alter function visit_added owner to zoufang_definer;
alter function visit_changed owner to zoufang_definer;
revoke all on function texts_fit, numbers_fit, visit_written, visit_added, visit_changed from public;
grant execute on function texts_fit, numbers_fit to zoufang, zoufang_definer;
grant select, insert, update on visit to zoufang_definer;
grant select, insert, delete on visit_member to zoufang_definer;
grant select, insert on visit_version to zoufang_definer;
