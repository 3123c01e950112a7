-- Signing in: what Login, Refresh and ChangePassword ask of accounts and sessions. None of these may be asked before a call has
-- begun.
set local search_path = zoufang;

-- The address that the call comes from; '' where it is not known.
create function peer() returns text
language sql stable parallel safe as $$ select coalesce(current_setting('zoufang.peer', true), '') $$;

-- How long who failed must wait: nothing for the first five failures, then twice as long each time, from one second to a
-- quarter of an hour, forgotten an hour after the last one.
create function login_wait(failures int4, failed_at timestamptz) returns interval
language sql stable as $$
  select case
    when failures < 5 or failed_at < now() - interval '1 hour' then interval '0'
    else greatest(failed_at + least(interval '1 second' * power(2, least(failures - 5, 12)), interval '15 minutes') - now(), interval '0')
  end
$$;

-- What signing in under a name needs: the account (NULL where there is none, or it is disabled), its password's hash, and how
-- many milliseconds this address must wait before it may try this name again.
create function account_to_sign_in(username text, out user_id uuid, out password_hash text, out wait_ms int8)
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  select a.id, p.hash
  into user_id, password_hash
  from account a
  join account_password p on p.user_id = a.id
  where a.username = lower(account_to_sign_in.username)
    and a.disabled_at is null;
  wait_ms := coalesce((
    select ceil(extract(epoch from login_wait(f.failures, f.failed_at)) * 1000)::int8
    from login_failure f
    where f.username = lower(account_to_sign_in.username)
      and f.address = peer()
  ), 0);
end
$$;

-- Remembers a failed login by name and address, tells the audit where there is such an account, and forgets those of more than a day ago.
create function login_failed(username text) returns void
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  insert into login_failure as f (username, address, failures, failed_at)
  values (lower(login_failed.username), peer(), 1, now())
  on conflict on constraint login_failure_pkey do update
    set failures = case when f.failed_at < now() - interval '1 hour' then 1 else least(f.failures + 1, 1000000) end,
        failed_at = now();
  perform audit_write('refused', 'session', a.id::text, null, 'BAD_CREDENTIALS')
  from account a
  where a.username = lower(login_failed.username);
  delete from login_failure f
  where (f.username, f.address) in (
    select o.username, o.address
    from login_failure o
    where o.failed_at < now() - interval '1 day'
    order by o.failed_at
    limit 10
    for update skip locked
  );
end
$$;

-- Opens a session on a device; one that the user had there ends. Access is good for an hour, refreshing for 30 days.
create function open_session(
  user_id uuid, device_id uuid, device_name text, platform text, app_version text, access_hash bytea, refresh_hash bytea,
  out session_id uuid, out access_expires_at timestamptz, out refresh_expires_at timestamptz
)
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  perform set_config('zoufang.user', open_session.user_id::text, true);
  perform from account a where a.id = open_session.user_id for no key update;
  update session s
  set revoked_at = now(), revoked_by = open_session.user_id
  where s.user_id = open_session.user_id
    and s.device_id = open_session.device_id
    and s.revoked_at is null;
  session_id := gen_random_uuid();
  access_expires_at := now() + interval '1 hour';
  refresh_expires_at := now() + interval '30 days';
  insert into session (id, user_id, device_id, device_name, platform, app_version, access_hash, access_expires_at, refresh_hash, expires_at)
  values (session_id, open_session.user_id, open_session.device_id, nullif(device_name, ''), nullif(platform, ''), nullif(app_version, ''),
    open_session.access_hash, open_session.access_expires_at, open_session.refresh_hash, refresh_expires_at);
  delete from login_failure f
  using account a
  where a.id = open_session.user_id
    and f.username = a.username
    and f.address = peer();
end
$$;

-- Exchanges a refresh token for a successor, on the device that it belongs to. The present token is good; so is the one before
-- while its successor was not used, for its answer may have been lost (the lost successor is then void). One that was used up
-- ends the session: two hold it. A session lives 180 days at most, however often it is refreshed. A disabled account's goes on
-- for 14 days, for pushing alone.
create function rotate_session(
  refresh_hash bytea, device_id uuid, new_access_hash bytea, new_refresh_hash bytea,
  out rotated boolean, out reused boolean, out access_expires_at timestamptz, out refresh_expires_at timestamptz
)
language plpgsql security definer set search_path = zoufang, pg_temp as $$
declare
  live session;
begin
  rotated := false;
  reused := false;
  select s.*
  into live
  from session s
  join account a on a.id = s.user_id and (a.disabled_at is null or a.disabled_at > now() - interval '14 days')
  where (s.refresh_hash = rotate_session.refresh_hash or s.previous_refresh_hash = rotate_session.refresh_hash)
    and s.device_id = rotate_session.device_id
    and s.revoked_at is null
    and s.expires_at > now()
  for no key update of s;
  if live.id is null then
    update session s
    set revoked_at = now()
    from session_past p
    where p.refresh_hash = rotate_session.refresh_hash
      and s.id = p.session_id
      and s.revoked_at is null;
    reused := found;
    return;
  end if;

  perform set_config('zoufang.user', live.user_id::text, true);
  access_expires_at := now() + interval '1 hour';
  refresh_expires_at := least(now() + interval '30 days', live.created_at + interval '180 days');
  access_expires_at := least(access_expires_at, refresh_expires_at);
  if live.refresh_hash = rotate_session.refresh_hash and live.previous_refresh_hash is not null then
    insert into session_past (refresh_hash, session_id)
    values (live.previous_refresh_hash, live.id)
    on conflict do nothing;
  end if;
  update session s
  set access_hash = new_access_hash,
      access_expires_at = rotate_session.access_expires_at,
      refresh_hash = new_refresh_hash,
      previous_refresh_hash = rotate_session.refresh_hash,
      expires_at = refresh_expires_at,
      refreshed_at = now()
  where s.id = live.id;
  rotated := true;
end
$$;

-- The caller's own password hash, for checking the old one.
create function my_password() returns text
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return (select p.hash from account_password p where p.user_id = me());
end
$$;

-- Replaces the caller's password and ends his other sessions.
create function change_my_password(hash text) returns void
language plpgsql security definer set search_path = zoufang, pg_temp as $$
begin
  update account_password p
  set hash = change_my_password.hash, changed_at = now()
  where p.user_id = me();
  update session s
  set revoked_at = now(), revoked_by = me()
  where s.user_id = me()
    and s.id <> my_session()
    and s.revoked_at is null;
end
$$;

-- An account's phone number as far as the caller is told: his own, his office's members', and all to admins. Nothing else tells one.
create function told_phone(of_user uuid) returns text
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return (
    select a.phone
    from account a
    where a.id = of_user
      and (a.id = me() or a.office_id = my_office() or has_role(5))
  );
end
$$;

-- The regions directly under `parent` (NULL: the top), or, with `part` of a name, those anywhere under it (NULL: anywhere); of
-- one level alone where that is given; by code, behind `after`, at most `most`.
create function regions_asked(parent int8, part text, of_level int2, after int8, most int8) returns setof region
language plpgsql stable rows 50 as $$
begin
  if part is not null then
    return query
    select r.*
    from within(parent) w
    cross join lateral (
      select i.*
      from region i
      where i.code between w.first and w.last
        and i.code > coalesce(after, 0)
        and strpos(i.name, part) > 0
        and (of_level is null or i.level = of_level)
      order by i.code
      limit most
    ) r;
  elsif parent is null then
    return query
    select r.*
    from region r
    where r.parent_code is null
      and r.code > coalesce(after, 0)
      and (of_level is null or r.level = of_level)
    order by r.code
    limit most;
  else
    return query
    select r.*
    from region r
    where r.parent_code = parent
      and r.code > coalesce(after, 0)
      and (of_level is null or r.level = of_level)
    order by r.code
    limit most;
  end if;
end
$$;

-- How many there are of those.
create function regions_counted(parent int8, part text, of_level int2) returns int8
language plpgsql stable as $$
begin
  return (select count(*) from regions_asked(parent, part, of_level, null, null));
end
$$;

call settle_definers();
revoke all on function peer, login_wait, account_to_sign_in, login_failed, open_session, rotate_session, my_password, change_my_password,
  told_phone, regions_asked, regions_counted from public;
grant execute on function peer, account_to_sign_in, login_failed, open_session, rotate_session, my_password,
  change_my_password, told_phone, regions_asked, regions_counted to zoufang;
grant execute on function peer, login_wait to zoufang_definer;
