-- Who calls. begin_call sets it for the transaction alone; without it me() is NULL and no row of case data is to be seen.
set local search_path = zoufang;

-- The caller's id. A setting reads '' after the transaction that first set it.
create function me() returns uuid
language sql stable parallel safe as $$ select nullif(current_setting('zoufang.user', true), '')::uuid $$;

create function my_office() returns uuid
language sql stable parallel safe as $$ select nullif(current_setting('zoufang.office', true), '')::uuid $$;

create function my_session() returns uuid
language sql stable parallel safe as $$ select nullif(current_setting('zoufang.session', true), '')::uuid $$;

-- The roles that the caller holds anywhere: bit (1 << role).
create function my_roles() returns int4
language sql stable parallel safe as $$ select coalesce(nullif(current_setting('zoufang.roles', true), '')::int4, 0) $$;

create function has_role(role int4) returns boolean
language sql stable parallel safe as $$ select my_roles() & (1 << role) <> 0 $$;

-- What the caller supervises: ranges of codes.
create function scope() returns int8multirange
language sql stable parallel safe as $$ select nullif(current_setting('zoufang.scope', true), '')::int8multirange $$;

-- What the caller sees records by, outside his scope: himself and his office.
create function ways() returns uuid[]
language sql stable parallel safe as $$ select nullif(current_setting('zoufang.ways', true), '')::uuid[] $$;

-- Whoever is complained of under one of these ids, the caller must not see it: himself and his office.
create function blind() returns uuid[]
language sql stable parallel safe as $$ select nullif(current_setting('zoufang.blind', true), '')::uuid[] $$;

-- The caller's account is disabled: he may only push, and everything is held.
create function is_leaver() returns boolean
language sql stable parallel safe as $$ select coalesce(nullif(current_setting('zoufang.leaver', true), '')::boolean, false) $$;

-- Begins a call: finds the session by its access token's keyed hash, checks the method's roles (bit 1 << role; 0: every
-- signed-in user), and sets identity, sight, read-only and the statement timeout for this transaction. UNAUTHENTICATED where
-- the session is not alive, FORBIDDEN where the roles do not fit. Read at every call, so revoking, disabling and granting hold
-- at once.
--
-- A push is judged more mildly: a disabled account may still push for 14 days, and whoever held a role within the last 30 days
-- may upload what he recorded then.
create function begin_call(
  token_hash bytea, roles int4, read_only boolean, timeout_ms int4, method text, call_id uuid, peer text default null,
  out user_id uuid, out office_id uuid, out session_id uuid
)
language plpgsql security definer set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
declare
  pushes constant boolean := method = 'SyncService/Push';
  left_at timestamptz;
  succeeded boolean;
  held int4;
  recent int4;
  supervised int8multirange;
  mine uuid[];
begin
  select s.id, a.id, a.office_id, a.disabled_at, s.previous_refresh_hash is not null
  into session_id, user_id, office_id, left_at, succeeded
  from session s
  join account a on a.id = s.user_id
  where s.access_hash = begin_call.token_hash
    and s.revoked_at is null
    and s.access_expires_at > now();
  if session_id is null or (left_at is not null and not (pushes and left_at > now() - interval '14 days')) then
    perform refuse('UNAUTHENTICATED');
  end if;

  select coalesce(bit_or(1 << g.role) filter (where g.holds), 0),
         coalesce(bit_or(1 << g.role), 0),
         range_agg(int8range(g.first, g.last, '[]')) filter (where g.role = 2 and g.holds)
  into held, recent, supervised
  from (
    select o.role, o.first, o.last, o.ends_at is null or o.ends_at > now() as holds
    from role_grant o
    where o.user_id = begin_call.user_id
      and o.starts_at <= now()
      and (o.ends_at is null or o.ends_at > coalesce(left_at, now()) - interval '30 days')
  ) g;
  if roles <> 0 and roles & (case when pushes then recent else held end) = 0 then
    perform refuse('FORBIDDEN');
  end if;
  if left_at is not null then
    supervised := null;
  end if;
  mine := array_remove(array[user_id, office_id], null);

  perform
    set_config('zoufang.user', user_id::text, true),
    set_config('zoufang.office', coalesce(office_id::text, ''), true),
    set_config('zoufang.session', session_id::text, true),
    set_config('zoufang.roles', held::text, true),
    set_config('zoufang.scope', coalesce(supervised::text, '{}'), true),
    set_config('zoufang.ways', case when pushes or held & 6 <> 0 then mine::text else '{}' end, true),
    set_config('zoufang.blind', mine::text, true),
    set_config('zoufang.leaver', (left_at is not null)::text, true),
    set_config('zoufang.method', method, true),
    set_config('zoufang.peer', coalesce(peer, ''), true),
    set_config('zoufang.call', coalesce(call_id::text, ''), true),
    set_config('statement_timeout', greatest(timeout_ms, 1)::text, true);
  if succeeded then
    perform successor_used(session_id);
  end if;
  if read_only then
    perform set_config('transaction_read_only', 'on', true);
  end if;
end
$$;

-- Begins a call without a caller: sets where it comes from and the statement timeout, and no identity.
create function begin_anonymous(timeout_ms int4, method text, call_id uuid, peer text default null) returns void
language plpgsql as $$
begin
  perform
    set_config('zoufang.user', '', true),
    set_config('zoufang.office', '', true),
    set_config('zoufang.session', '', true),
    set_config('zoufang.roles', '0', true),
    set_config('zoufang.scope', '', true),
    set_config('zoufang.ways', '', true),
    set_config('zoufang.blind', '', true),
    set_config('zoufang.leaver', '', true),
    set_config('zoufang.method', method, true),
    set_config('zoufang.peer', coalesce(peer, ''), true),
    set_config('zoufang.call', coalesce(call_id::text, ''), true),
    set_config('statement_timeout', greatest(timeout_ms, 1)::text, true);
end
$$;

-- The caller came with the access token of his newest refresh: its answer arrived, so the refresh token before it is used up.
-- Run by begin_call, once a refresh.
create function successor_used(session_id uuid) returns void
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  insert into session_past (refresh_hash, session_id)
  select s.previous_refresh_hash, s.id
  from session s
  where s.id = successor_used.session_id
    and s.previous_refresh_hash is not null
  on conflict do nothing;
  update session s
  set previous_refresh_hash = null
  where s.id = successor_used.session_id
    and s.previous_refresh_hash is not null;
end
$$;

-- The caller's scope as rows for lists, a level each, within `within` where that is given. A province is told as its cities, so
-- that every level has a column and an index: city, county, township, or the code itself.
create function scopes(within int8 default null)
returns table (level int2, city int4, county int4, township int4, code int8)
language plpgsql stable security definer rows 3 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
begin
  return query
  with granted as (
    select g.level, g.first, g.last
    from role_grant g
    where g.user_id = me()
      and g.role = 2
      and not is_leaver()
      and g.starts_at <= now()
      and (g.ends_at is null or g.ends_at > now())
  ),
  asked as (
    select r.level, r.first, r.last
    from region r
    where r.code = within
  ),
  cut as (
    select g.level, g.first, g.last
    from granted g
    where within is null
    union
    select greatest(g.level, a.level), greatest(g.first, a.first), least(g.last, a.last)
    from granted g
    join asked a on a.first <= g.last and g.first <= a.last
  ),
  widest as (
    select c.level, c.first, c.last
    from cut c
    where not exists (
      select from cut o where o.first <= c.first and o.last >= c.last and (o.first, o.last) <> (c.first, c.last)
    )
  ),
  spread as (
    select w.level, w.first
    from widest w
    where w.level > 1
    union
    select 2::int2, r.first
    from widest w
    join region r on r.level = 2 and r.code between w.first and w.last
    where w.level = 1
  )
  select distinct s.level, (s.first / 100000000)::int4, (s.first / 1000000)::int4, (s.first / 1000)::int4, s.first
  from spread s;
end
$$;

-- A region's range as one row, for lists of what the caller sees by his ways; without a region, everything. Twice: from `first`
-- to `last` an index may be searched, by `codes` rows that another index gives in order are only filtered.
create function within(code int8) returns table (first int8, last int8, codes int8range)
language plpgsql stable rows 1 as $$
begin
  if code is null then
    return query select 0::int8, 999999999999, int8range(null, null);
  else
    return query select r.first, r.last, int8range(r.first, r.last, '[]') from region r where r.code = within.code;
  end if;
end
$$;

-- The townships of a region, each with the codes of the region. A county's own code counts as one, as its records have it. A way that goes
-- township by township finds each one's newest at once, also where there are none.
create function townships(region_code int8) returns table (township int4, first int8, last int8)
language plpgsql stable rows 10 as $$
begin
  return query
  select distinct (g.code / 1000)::int4, r.first, r.last
  from region r
  join region g on g.code between r.first and r.last
  where r.code = townships.region_code;
end
$$;

-- The caller as a row: a call of me() in a condition is no index condition under a policy.
create function caller() returns table (id uuid, office_id uuid)
language plpgsql stable rows 1 as $$
begin
  return query select me(), my_office();
end
$$;

-- The caller's grants of case roles, past ones too: a visit is judged by those that held when it took place.
create function my_case_grants() returns table (first int8, last int8, starts_at timestamptz, ends_at timestamptz)
language plpgsql stable security definer rows 3 set search_path = zoufang, pg_temp as $$
begin
  return query
  select g.first, g.last, g.starts_at, coalesce(g.ends_at, 'infinity')
  from role_grant g
  where g.user_id = me()
    and g.role in (1, 2);
end
$$;

-- Requests that were done, with what they answered. Kept for a week.
create table request_claim (
  user_id uuid not null references account,
  request_id uuid not null,
  method text not null,
  hash bytea not null,
  answer jsonb,
  claimed_at timestamptz not null default now(),
  primary key (user_id, request_id)
);
create index request_claim_at on request_claim (claimed_at);

-- Claims a request id for this transaction. KEPT where this very request was done before (its answer can be read with
-- kept_answer), REQUEST_ID_TAKEN where another one was done under it within a week. Who comes while the first is still at work
-- waits for its end. A clock that jumps must not have anything done twice: however old a claim is by the clock, it is not done again,
-- and none is older than one before it (by a year at most, lest a clock that was far ahead once keep all of them for ever).
create function claim(method text, request_id uuid, hash bytea) returns void
language plpgsql security definer set search_path = zoufang, pg_temp as $$
declare
  found_method text;
  found_hash bytea;
begin
  insert into request_claim as c (user_id, request_id, method, hash, claimed_at)
  values (
    me(), claim.request_id, claim.method, claim.hash,
    greatest(now(), (select max(n.claimed_at) from request_claim n where n.claimed_at < now() + interval '1 year'))
  )
  on conflict on constraint request_claim_pkey do update
    set method = excluded.method, hash = excluded.hash, answer = null, claimed_at = excluded.claimed_at
    where c.claimed_at < now() - interval '7 days'
      and (c.method, c.hash) <> (excluded.method, excluded.hash);
  if found then
    return;
  end if;
  select c.method, c.hash
  into found_method, found_hash
  from request_claim c
  where c.user_id = me()
    and c.request_id = claim.request_id;
  perform refuse(case when found_method = claim.method and found_hash = claim.hash then 'KEPT' else 'REQUEST_ID_TAKEN' end, 'request_id');
end
$$;

-- Keeps the rows that a request was answered with, in the transaction that claimed it.
create function keep_answer(method text, request_id uuid, hash bytea, answer jsonb) returns boolean
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  update request_claim c
  set answer = keep_answer.answer
  where c.user_id = me()
    and c.request_id = keep_answer.request_id
    and c.method = keep_answer.method
    and c.hash = keep_answer.hash;
  return found;
end
$$;

-- The rows that were kept; '[]' where there were none.
create function kept_answer(request_id uuid) returns jsonb
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return coalesce((select c.answer from request_claim c where c.user_id = me() and c.request_id = kept_answer.request_id), '[]');
end
$$;

call settle_definers();
revoke all on all functions in schema zoufang from public;
grant execute on function refuse, refuse_unless, changes, next_etag, me, my_office, my_session, my_roles, has_role, scope, ways, blind,
  is_leaver, begin_call, begin_anonymous, scopes, within, townships, caller, my_case_grants, claim, keep_answer, kept_answer to zoufang;
grant execute on function refuse, refuse_unless, changes, next_etag, me, my_office, my_session, my_roles, has_role, scope, ways, blind,
  is_leaver, successor_used to zoufang_definer;
grant select, insert, update, delete on all tables in schema zoufang to zoufang_definer;
