-- Where and who: regions, offices, accounts, grants, sessions.
set local search_path = zoufang;

-- Regions. A subtree is a contiguous range of codes: first to last.
create table region (
  code int8 primary key check (code between 100000000000 and 999999999999),
  parent_code int8 references region,
  level int2 not null check (level between 1 and 5),
  name text not null check (char_length(name) between 1 and 100),
  successor_code int8 references region,
  ended_on date,
  current_code int8 not null,
  first int8 not null generated always as (code) stored,
  last int8 not null generated always as (
    code + case level when 1 then 10000000000 when 2 then 100000000 when 3 then 1000000 when 4 then 1000 else 1 end - 1
  ) stored,
  changed xid8 not null default pg_current_xact_id(),
  check (code % case level when 1 then 10000000000 when 2 then 100000000 when 3 then 1000000 when 4 then 1000 else 1 end = 0),
  check (parent_code < code),
  check ((successor_code is null) = (ended_on is null)),
  check (successor_code is null or successor_code <> code),
  check ((successor_code is null) = (current_code = code))
);
comment on column region.current_code is 'The code that stands for this one now: its own, or that of the last successor.';
create index region_parent on region (parent_code, code);
create index region_changed on region (changed, code);

create table office (
  id uuid primary key,
  name text not null check (char_length(name) between 1 and 100),
  kind int2 not null check (kind between 1 and 4),
  region_code int8 not null references region,
  parent_id uuid references office check (parent_id <> id),
  opened_on date not null,
  closed_on date check (closed_on >= opened_on),
  changed xid8 not null default pg_current_xact_id()
);
create index office_region on office (region_code, name, id);
create index office_parent on office (parent_id);
create index office_changed on office (changed, id);

create table account (
  id uuid primary key,
  username text not null unique check (username ~ '^[a-z0-9][a-z0-9._-]{2,63}$'),
  name text not null check (char_length(name) between 1 and 50 and name !~ '[\x01-\x1f\x7f]'),
  phone text check (char_length(phone) <= 32 and phone ~ '^[0-9+() -]+$'),
  office_id uuid references office,
  leader boolean not null default false,
  disabled_at timestamptz,
  etag bytea not null check (octet_length(etag) between 16 and 64),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index account_office on account (office_id, username);

-- Apart from the account, so that no list of users can carry it.
create table account_password (
  user_id uuid primary key references account,
  hash text not null check (hash like '$argon2id$%'),
  changed_at timestamptz not null default now()
);

-- Who belonged to which office when. Follows account.office_id.
create table office_member (
  user_id uuid not null references account,
  office_id uuid not null references office,
  joined_on date not null,
  left_on date check (left_on >= joined_on),
  primary key (user_id, joined_on, office_id)
);
create unique index office_member_present on office_member (user_id) where left_on is null;
create index office_member_office on office_member (office_id);

create function account_moved() returns trigger
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    if new.office_id is not distinct from old.office_id then
      return null;
    end if;
    update office_member set left_on = current_date where user_id = new.id and left_on is null;
  end if;
  if new.office_id is not null then
    insert into office_member (user_id, office_id, joined_on)
    values (new.id, new.office_id, current_date)
    on conflict (user_id, joined_on, office_id) do update set left_on = null;
  end if;
  return null;
end
$$;
create trigger account_moved after insert or update on account for each row execute function account_moved();

-- A role for a region and its subtree, from a time, to a time or open.
create table role_grant (
  id uuid primary key,
  user_id uuid not null references account,
  role int2 not null check (role between 1 and 5),
  region_code int8 not null references region,
  level int2 not null,
  first int8 not null,
  last int8 not null check (last >= first),
  starts_at timestamptz not null default now(),
  ends_at timestamptz check (ends_at > starts_at),
  granted_by uuid references account,
  approved_by uuid references account,
  created_at timestamptz not null default now(),
  constraint role_grant_by_two check ((granted_by is null) = (approved_by is null) and granted_by <> approved_by),
  constraint role_grant_not_to_oneself check (granted_by <> user_id and approved_by <> user_id)
);
create index role_grant_user on role_grant (user_id, created_at, id);
create index role_grant_region on role_grant (region_code);
comment on column role_grant.granted_by is 'Who asked for it. NULL: the command line.';

-- A grant only ever ends sooner.
create function role_grant_kept() returns trigger
language plpgsql as $$
begin
  if new.ends_at > old.ends_at or new.ends_at is null and old.ends_at is not null then
    raise exception 'a grant is not prolonged' using errcode = '42501';
  end if;
  return new;
end
$$;
create trigger role_grant_kept before update on role_grant for each row execute function role_grant_kept();

-- The range that a grant covers is that of its region, whoever writes it.
create function role_grant_range() returns trigger
language plpgsql as $$
begin
  select r.level, r.first, r.last
  into new.level, new.first, new.last
  from region r
  where r.code = new.region_code;
  return new;
end
$$;
create trigger role_grant_range before insert or update on role_grant for each row execute function role_grant_range();

-- Where somebody is signed in. Tokens are kept as keyed hashes only.
create table session (
  id uuid primary key,
  user_id uuid not null references account,
  device_id uuid not null,
  device_name text check (char_length(device_name) <= 100),
  platform text check (char_length(platform) <= 50),
  app_version text check (char_length(app_version) <= 50),
  access_hash bytea not null unique check (octet_length(access_hash) = 33),
  access_expires_at timestamptz not null,
  refresh_hash bytea not null unique check (octet_length(refresh_hash) = 33),
  previous_refresh_hash bytea unique check (octet_length(previous_refresh_hash) = 33),
  expires_at timestamptz not null,
  created_at timestamptz not null default now(),
  refreshed_at timestamptz not null default now(),
  revoked_at timestamptz,
  revoked_by uuid references account,
  check (access_expires_at <= expires_at)
);
create unique index session_device on session (user_id, device_id) where revoked_at is null;
create index session_by_user on session (user_id, created_at, id);
comment on column session.previous_refresh_hash is
  'Good for the same device until the refresh token that replaced it was used: its answer may have been lost.';
comment on column session.revoked_by is 'NULL with revoked_at: the server, as after reuse of an old refresh token.';

-- Refresh tokens that were replaced for good: one that comes back ends its session.
create table session_past (
  refresh_hash bytea primary key check (octet_length(refresh_hash) = 33),
  session_id uuid not null references session on delete cascade,
  replaced_at timestamptz not null default now()
);
create index session_past_session on session_past (session_id);

-- Failed logins by account and address: the next try must wait. Nobody can lock out others from elsewhere.
create table login_failure (
  username text not null check (char_length(username) between 1 and 64),
  address text not null check (char_length(address) <= 100),
  failures int4 not null check (failures > 0),
  failed_at timestamptz not null,
  primary key (username, address)
);
create index login_failure_at on login_failure (failed_at);

-- What leads are sorted by. Terms are retired, never removed.
create table term (
  vocabulary int2 not null check (vocabulary between 1 and 3),
  code text not null check (code ~ '^[a-z][a-z0-9_]{0,39}$'),
  name text not null check (char_length(name) between 1 and 50),
  place int4 not null check (place >= 0),
  retired boolean not null default false,
  changed xid8 not null default pg_current_xact_id(),
  primary key (vocabulary, code)
);
create unique index term_place on term (vocabulary, place, code);
create index term_changed on term (changed);

-- 专项整治. Visits and leads may belong to one. What else there is to one comes with 0031.
create table campaign (
  id uuid primary key,
  name text not null check (char_length(name) between 1 and 100)
);

-- What Pull carries is marked with the transaction that changed it last.
create function mark_changed() returns trigger
language plpgsql as $$
begin
  new.changed := pg_current_xact_id();
  return new;
end
$$;
create trigger region_changed before update on region for each row execute function mark_changed();
create trigger office_changed before update on office for each row execute function mark_changed();
create trigger term_changed before update on term for each row execute function mark_changed();

revoke all on all functions in schema zoufang from public;
grant execute on function refuse, refuse_unless, changes, next_etag to zoufang, zoufang_definer;
grant select, insert, update, delete on all tables in schema zoufang to zoufang_definer;
