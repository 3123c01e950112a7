-- Leads, their sealed reporters, versions and timeline; photos.
set local search_path = zoufang;

create table lead (
  id uuid primary key,
  region_code int8 not null references region,
  current_code int8 not null references region,
  city int4 not null generated always as ((current_code / 100000000)::int4) stored,
  county int4 not null generated always as ((current_code / 1000000)::int4) stored,
  township int4 not null generated always as ((current_code / 1000)::int4) stored,
  channel int2 not null check (channel between 1 and 8),
  class int2 not null check (class between 1 and 4),
  occurrence int2 check (occurrence between 1 and 3),
  domain text,
  domain_vocabulary int2 not null generated always as (1::int2) stored,
  problem_type text,
  problem_type_vocabulary int2 not null generated always as (2::int2) stored,
  cause text,
  cause_vocabulary int2 not null generated always as (3::int2) stored,
  received_at timestamptz not null check (received_at >= '2000-01-01' and received_at < '2200-01-01'),
  visit_id uuid references visit,
  accused_names text[] not null default '{}' check (accused_names = '{}' or array_position(accused_names, '') is null),
  accused_units text[] not null default '{}',
  accused_posts text[] not null default '{}',
  accused_users uuid[] not null default '{}',
  accused_offices uuid[] not null default '{}',
  recused uuid[] not null default '{}' check (cardinality(recused) <= 50),
  accused uuid[] generated always as (nullif(array_remove(accused_users || accused_offices || recused, null), '{}')) stored,
  amount_fen int8 check (amount_fen between 0 and 100000000000000),
  narrative text not null check (char_length(narrative) between 1 and 20000),
  campaign_id uuid references campaign,
  sweep_round int4 check (sweep_round between 1 and 1000),
  confidential boolean not null,
  has_reporter boolean not null default false,
  state int2 not null default 1 check (state between 1 and 15),
  open boolean not null generated always as (state in (1, 2, 3, 4, 5, 6, 7, 15)) stored,
  finding int2 check (finding between 1 and 4),
  raised_by uuid not null references account,
  handler_id uuid references account,
  office_id uuid references office,
  offered_user uuid references account,
  offered_office uuid references office,
  offered_to uuid generated always as (coalesce(offered_user, offered_office)) stored,
  due_at timestamptz,
  due_by timestamptz not null generated always as (coalesce(due_at, 'infinity')) stored,
  answer_due_at timestamptz,
  etag bytea not null check (octet_length(etag) between 16 and 64),
  uploaded_at timestamptz not null default now(),
  written_by uuid not null references account,
  written_at timestamptz not null default now(),
  reason text check (char_length(reason) between 1 and 500),
  changed xid8 not null default pg_current_xact_id(),
  erased_at timestamptz,
  foreign key (domain_vocabulary, domain) references term (vocabulary, code),
  foreign key (problem_type_vocabulary, problem_type) references term (vocabulary, code),
  foreign key (cause_vocabulary, cause) references term (vocabulary, code),
  check (cardinality(accused_names) <= 50
    and cardinality(accused_names) = cardinality(accused_units)
    and cardinality(accused_names) = cardinality(accused_posts)
    and cardinality(accused_names) = cardinality(accused_users)
    and cardinality(accused_names) = cardinality(accused_offices)),
  check (octet_length(accused_names::text) <= 20000 and octet_length(accused_units::text) <= 40000
    and octet_length(accused_posts::text) <= 40000)
);
comment on column lead.erased_at is 'When its texts were erased (0064). From then on it only counts, and nobody sees it.';
comment on column lead.recused is 'The users who recused themselves.';
comment on column lead.accused is
  'The users and offices complained of, as far as matched, and the users who recused themselves; NULL where none is. None sees the lead.';
comment on column lead.offered_to is 'To whom a hand-over was offered; the handler answers for the lead until it is accepted.';
comment on column lead.due_by is 'due_at for lists of what is overdue: infinity where nothing is due.';
comment on column lead.answer_due_at is 'By when a reporter who gave his name is to be told: of acceptance, later of the result.';
comment on column lead.finding is 'What its newest conclusion found; NULL where there was none.';
comment on column lead.open is 'Not concluded and not put aside.';

-- A list's order within each way of seeing it. Trailing columns filter inside the index.
create index lead_city on lead (city, received_at, id, state, domain, problem_type, channel, occurrence, due_by);
create index lead_county on lead (county, received_at, id, state, domain, problem_type, channel, occurrence, due_by);
create index lead_township on lead (township, received_at, id, state, domain, problem_type, channel, occurrence, due_by);
create index lead_code on lead (current_code, received_at, id, state, domain, problem_type, channel, occurrence, due_by);
create index lead_office on lead (office_id, received_at, id, state, domain, problem_type, channel, occurrence, due_by);
create index lead_handler on lead (handler_id, received_at, id, state, domain, problem_type, channel, occurrence, due_by, current_code, office_id,
  campaign_id);
create index lead_raised on lead (raised_by, received_at, id, state, domain, problem_type, channel, occurrence, due_by, current_code, handler_id,
  office_id, campaign_id);
create index lead_offered on lead (offered_to, received_at, id) where offered_to is not null;
create index lead_visit on lead (visit_id) where visit_id is not null;
create index lead_changed on lead (changed, id);
create index lead_accused on lead using gin (accused) where accused is not null;

-- Of states most are rare, and stand before the order, as campaigns and offices do. What an officer raised or handles is little enough to be filtered
-- inside the way's own index, whatever is asked.
create index lead_city_state on lead (city, state, received_at, id);
create index lead_county_state on lead (county, state, received_at, id);
create index lead_township_state on lead (township, state, received_at, id);
create index lead_campaign_township on lead (campaign_id, township, received_at, id, current_code) where campaign_id is not null;
create index lead_campaign_office on lead (campaign_id, office_id, received_at, id) where campaign_id is not null;
create index lead_office_township on lead (office_id, township, received_at, id, current_code);

-- 反映人. Sealed by the server under a key of the record's own, which is wrapped by a key that is not in the database. The indexes
-- are keyed hashes by which the same value is recognised.
create table lead_reporter (
  lead_id uuid primary key references lead,
  anonymous boolean not null,
  key bytea check (octet_length(key) between 32 and 256),
  name bytea check (octet_length(name) between 24 and 512),
  phone bytea check (octet_length(phone) between 24 and 512),
  phone_index bytea check (octet_length(phone_index) between 16 and 64),
  identity_number bytea check (octet_length(identity_number) between 24 and 512),
  identity_index bytea check (octet_length(identity_index) between 16 and 64),
  narrative bytea check (octet_length(narrative) between 24 and 81000),
  written_by uuid not null references account,
  written_at timestamptz not null default now(),
  check (key is not null or num_nonnulls(name, phone, identity_number, narrative) = 0),
  check ((phone is null) = (phone_index is null)),
  check ((identity_number is null) = (identity_index is null))
);
comment on column lead_reporter.narrative is 'The narrative as it was told, where it named the reporter; in the lead 〔反映人〕 stands in those places.';
create index lead_reporter_phone on lead_reporter (phone_index) where phone_index is not null;
create index lead_reporter_identity on lead_reporter (identity_index) where identity_index is not null;

-- The versions that were replaced.
create table lead_version (
  like lead,
  primary key (id, etag),
  foreign key (id) references lead
);
create index lead_version_at on lead_version (id, written_at, etag);

-- Reporters that were replaced: what somebody overwrote by mistake is not lost.
create table lead_reporter_version (
  like lead_reporter,
  replaced_at timestamptz not null default clock_timestamp(),
  primary key (lead_id, replaced_at),
  foreign key (lead_id) references lead
);

-- The timeline. Append-only.
create table lead_event (
  id uuid primary key default gen_random_uuid(),
  lead_id uuid not null references lead,
  kind int2 not null check (kind between 1 and 40),
  at timestamptz not null default now(),
  actor_id uuid references account,
  note text check (char_length(note) between 1 and 5000),
  from_state int2,
  to_state int2,
  due_at timestamptz,
  user_id uuid references account,
  office_id uuid references office,
  other_id uuid references lead
);
comment on column lead_event.from_state is 'With to_state: the step that was taken.';
comment on column lead_event.user_id is 'To whom it was handed over, or offered.';
comment on column lead_event.other_id is 'The lead that it was linked with.';
create index lead_event_lead on lead_event (lead_id, at, id);
create index lead_event_reveal on lead_event (actor_id, at) where kind = 20;
create function lead_event_is_final() returns trigger
language plpgsql as $$
begin
  if tg_op in ('DELETE', 'UPDATE') and erases() then
    return null;
  end if;
  raise exception 'a timeline is append-only' using errcode = '42501';
end
$$;
create trigger lead_event_is_final before update or delete or truncate on lead_event
  for each statement execute function lead_event_is_final();

create function lead_written() returns trigger
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
create trigger lead_written before update on lead for each row execute function lead_written();

-- The nearest office above that nobody blinded belongs to; NULL where there is none.
create function office_above(below uuid, blinded uuid[]) returns uuid
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
declare
  above uuid := below;
begin
  for level in 1..10 loop
    select o.parent_id into above from office o where o.id = above;
    exit when above is null or not above = any (blinded);
  end loop;
  return above;
end
$$;

-- Nobody who is complained of, whose office is, or who recused himself answers for a lead, nor is it offered to him: it is then
-- answered for by the office one level up, and by whoever supervises the region.
create function lead_blinded() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
declare
  blinded constant uuid[] := array_remove(new.accused_users || new.accused_offices || new.recused, null);
  handlers_office uuid;
begin
  select a.office_id
  into handlers_office
  from account a
  where a.id = new.handler_id
    and array[a.id, a.office_id] && blinded;
  if found then
    new.handler_id := null;
    new.office_id := office_above(coalesce(handlers_office, new.office_id), blinded);
  elsif new.office_id = any (blinded) then
    new.office_id := office_above(new.office_id, blinded);
  end if;
  if new.offered_office = any (blinded)
    or exists (select from account a where a.id = new.offered_user and array[a.id, a.office_id] && blinded) then
    new.offered_user := null;
    new.offered_office := null;
  end if;
  return new;
end
$$;
create trigger lead_blinded before insert or update on lead
  for each row when (new.accused_users <> '{}' or new.recused <> '{}') execute function lead_blinded();

-- Who comes into an office that is complained of answers for the lead no more; the office that he answered for it in does.
create function lead_receiver_moved() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  update lead l
  set handler_id = nullif(l.handler_id, new.id),
      offered_user = nullif(l.offered_user, new.id),
      reason = null,
      etag = next_etag(l.etag, concat_ws(' ', 'moved', new.id))
  where new.id in (l.handler_id, l.offered_user)
    and new.office_id = any (l.accused_offices);
  return null;
end
$$;
create trigger lead_receiver_moved after update of office_id on account
  for each row when (new.office_id is distinct from old.office_id) execute function lead_receiver_moved();

-- Who sees a record changes with its place and its people. What it was before is kept, so that Pull can tell those who lost
-- sight of it: of leads (3); and of visits (1) and photos (2) that were erased, to who recorded them.
create table sight_past (
  kind int2 not null check (kind between 1 and 3),
  record_id uuid not null,
  current_code int8 not null,
  ways uuid[] not null,
  accused uuid[],
  changed xid8 not null default pg_current_xact_id(),
  kept_at timestamptz not null default now()
);
create index sight_past_changed on sight_past (changed, record_id);
create index sight_past_kept on sight_past (kept_at);

-- Refuses ids of those complained of that are nobody's: no foreign key reaches into a list.
create function lead_accused_known() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  if new.accused is null then
    return null;
  end if;
  if exists (
    select from unnest(new.accused_users) a(id) where a.id is not null and not exists (select from account o where o.id = a.id)
    union all
    select from unnest(new.accused_offices) a(id) where a.id is not null and not exists (select from office o where o.id = a.id)
  ) then
    raise exception 'lead % accuses an id that is nobody''s', new.id using errcode = 'foreign_key_violation';
  end if;
  return null;
end
$$;
create trigger lead_accused_known after insert or update of accused_users, accused_offices on lead
  for each row when (new.accused_users <> '{}') execute function lead_accused_known();

create function lead_added() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  insert into lead_event (lead_id, kind, actor_id)
  select n.id, 1, n.raised_by
  from new_rows n;
  return null;
end
$$;
create trigger lead_added after insert on lead referencing new table as new_rows
  for each statement execute function lead_added();

-- Keeps what was replaced, says so in the timeline, and keeps what sight was. Of what is erased nothing is kept but who saw it.
create function lead_changed() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  insert into lead_version
  select o.*
  from old_rows o
  join new_rows n on n.id = o.id and n.etag <> o.etag and n.erased_at is null
  on conflict do nothing;

  insert into lead_event (lead_id, kind, actor_id, note, from_state, to_state, due_at, user_id, office_id)
  select n.id,
         case
           when n.etag = next_etag(o.etag, 'accepted') then 7
           when n.state <> o.state then 5
           when n.recused <> o.recused then 10
           when n.offered_to <> coalesce(o.offered_to, n.id) then 6
           when n.due_at <> o.due_at then 8
           when n.etag = next_etag(o.etag, 'told') then 11
           when n.etag = next_etag(o.etag, 'talk proposed') then 12
           when n.etag = next_etag(o.etag, 'talk approved') then 13
           when (n.accused_users, n.accused_offices) is distinct from (o.accused_users, o.accused_offices)
             and n.accused_names = o.accused_names then 4
           else 2
         end,
         n.written_by,
         n.reason,
         case when n.state <> o.state then o.state end,
         case when n.state <> o.state then n.state end,
         n.due_at,
         coalesce(n.offered_user, case when n.handler_id is distinct from o.handler_id then n.handler_id end),
         coalesce(n.offered_office, case when n.office_id is distinct from o.office_id then n.office_id end)
  from old_rows o
  join new_rows n on n.id = o.id and n.etag <> o.etag and n.erased_at is null;

  insert into sight_past (kind, record_id, current_code, ways, accused)
  select 3, o.id, o.current_code, array_remove(array[o.raised_by, o.handler_id, o.office_id, o.offered_to], null), o.accused
  from old_rows o
  join new_rows n on n.id = o.id
  where (o.current_code, o.raised_by, o.handler_id, o.office_id, o.offered_to, o.accused, o.erased_at)
    is distinct from (n.current_code, n.raised_by, n.handler_id, n.office_id, n.offered_to, n.accused, n.erased_at);
  return null;
end
$$;
create trigger lead_changed after update on lead referencing old table as old_rows new table as new_rows
  for each statement execute function lead_changed();

create function lead_reporter_replaced() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  insert into lead_reporter_version
  select old.*
  where (old.name, old.phone, old.identity_number, old.narrative, old.anonymous)
    is distinct from (new.name, new.phone, new.identity_number, new.narrative, new.anonymous);
  return null;
end
$$;
create trigger lead_reporter_replaced after update on lead_reporter for each row execute function lead_reporter_replaced();

-- 照片: what is known of a picture taken on a visit or for a lead. It never changes.
create table photo (
  id uuid primary key,
  visit_id uuid references visit,
  lead_id uuid references lead,
  sha256 bytea not null check (octet_length(sha256) = 32),
  byte_size int8 not null check (byte_size between 1 and 1073741824),
  media_type text not null check (media_type ~ '^image/[a-z0-9.+-]+$' and char_length(media_type) <= 50),
  width int4 not null check (width between 1 and 100000),
  height int4 not null check (height between 1 and 100000),
  captured_at timestamptz not null check (captured_at >= '2000-01-01' and captured_at < '2200-01-01'),
  latitude float8 check (latitude between -90 and 90),
  longitude float8 check (longitude between -180 and 180),
  accuracy float8 check (accuracy between 0 and 1000000),
  device text check (char_length(device) between 1 and 100),
  caption text check (char_length(caption) between 1 and 500),
  recorder_id uuid not null references account,
  etag bytea not null check (octet_length(etag) between 16 and 64),
  received_at timestamptz not null default now(),
  changed xid8 not null default pg_current_xact_id(),
  check (num_nonnulls(visit_id, lead_id) = 1),
  check ((latitude is null) = (longitude is null)),
  check (latitude is not null or accuracy is null)
);
create index photo_visit on photo (visit_id, captured_at, id) where visit_id is not null;
create index photo_lead on photo (lead_id, captured_at, id) where lead_id is not null;
create index photo_recorder on photo (recorder_id, changed, id);
create index photo_captured on photo (captured_at, id);
create trigger photo_changed before update on photo for each row execute function mark_changed();

call audit_table('lead', 'lead');
call audit_table('lead_reporter', 'reporter', 'lead_id');
call audit_table('lead_event', 'event');
call audit_table('photo', 'photo');

alter function office_above owner to zoufang_definer;
alter function lead_blinded owner to zoufang_definer;
alter function lead_receiver_moved owner to zoufang_definer;
alter function lead_accused_known owner to zoufang_definer;
alter function lead_added owner to zoufang_definer;
alter function lead_changed owner to zoufang_definer;
alter function lead_reporter_replaced owner to zoufang_definer;
revoke all on function lead_event_is_final, lead_written, office_above, lead_blinded, lead_receiver_moved, lead_accused_known, lead_added, lead_changed, lead_reporter_replaced from public;
grant select, insert, update on lead to zoufang_definer;
grant select, insert on lead_version, lead_reporter_version, lead_event, photo to zoufang_definer;
grant select, insert, delete on sight_past to zoufang_definer;
