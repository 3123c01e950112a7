-- One-time codes with which users set their passwords: asked for by one, confirmed by who confirmers_of (0025) says, used by the user himself.
set local search_path = zoufang;

create table enrolment (
  approval_id uuid primary key references approval,
  code_hash bytea not null unique check (octet_length(code_hash) = 33),
  lost_password boolean not null,
  request_id uuid,
  expires_at timestamptz not null default now() + interval '7 days',
  used_at timestamptz
);
comment on column enrolment.code_hash is 'Keyed hash of the code, which nobody keeps.';
alter table enrolment enable row level security;
create policy definer on enrolment to zoufang_definer using (true) with check (true);
grant select, insert, update on enrolment to zoufang_definer;
call audit_table('enrolment', 'enrolment', 'approval_id');

-- Asks that a code be confirmed; approval_requested() names what waits. Asked before under the same request id, nothing is asked again: then
-- it is false.
create function request_enrolment(user_id uuid, lost_password boolean, code_hash bytea, reason text, request_id uuid) returns boolean
language plpgsql security definer set search_path = zoufang, pg_temp as $$
declare
  before uuid;
begin
  perform refuse_unless(exists (select from account a where a.id = request_enrolment.user_id and a.disabled_at is null), 'NOT_FOUND');
  perform refuse_unless(
    request_enrolment.user_id <> me() and (has_role(5) or leads_office_of(request_enrolment.user_id)), 'FORBIDDEN'
  );
  select e.approval_id
  into before
  from enrolment e
  join approval a on a.id = e.approval_id
  where e.request_id = request_enrolment.request_id
    and a.user_id = request_enrolment.user_id
    and a.requested_by = me();
  if found then
    perform set_config('zoufang.approval', before::text, true);
    return false;
  end if;
  perform request_approval(2::int2, request_enrolment.user_id, null, '{}', request_enrolment.reason);
  insert into enrolment (approval_id, code_hash, lost_password, request_id)
  values (approval_requested(), request_enrolment.code_hash, request_enrolment.lost_password, request_enrolment.request_id);
  return true;
end
$$;

create function enrolment_expires(approval_id uuid) returns timestamptz
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return (
    select e.expires_at
    from enrolment e
    join approval a on a.id = e.approval_id
    where e.approval_id = enrolment_expires.approval_id
      and a.requested_by = me()
  );
end
$$;

-- What a code is good for under a name: NULL where it is no code of his, or is not confirmed, used or over; and how many milliseconds this
-- address must wait before it may try this name again.
create function enrolment_to_use(username text, code_hash bytea, out approval_id uuid, out user_id uuid, out wait_ms int8)
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  select e.approval_id, u.id
  into approval_id, user_id
  from enrolment e
  join approval a on a.id = e.approval_id and a.state = 2
  join account u on u.id = a.user_id and u.disabled_at is null
  where e.code_hash = enrolment_to_use.code_hash
    and u.username = lower(enrolment_to_use.username)
    and e.used_at is null
    and e.expires_at > now();
  wait_ms := coalesce((select s.wait_ms from account_to_sign_in(enrolment_to_use.username) s), 0);
end
$$;

-- Uses a code up: sets the password, and ends the user's sessions where he lost it. Two at once: the second is refused.
create function use_enrolment(approval_id uuid, user_id uuid, password_hash text) returns void
language plpgsql security definer set search_path = zoufang, pg_temp as $$
declare
  lost boolean;
begin
  perform set_config('zoufang.user', use_enrolment.user_id::text, true);
  update enrolment e
  set used_at = now()
  from approval a
  where e.approval_id = use_enrolment.approval_id
    and a.id = e.approval_id
    and a.state = 2
    and a.user_id = use_enrolment.user_id
    and e.used_at is null
    and e.expires_at > now()
  returning e.lost_password into lost;
  perform refuse_unless(lost is not null, 'UNAUTHENTICATED');
  insert into account_password (user_id, hash)
  values (use_enrolment.user_id, use_enrolment.password_hash)
  on conflict on constraint account_password_pkey do update set hash = excluded.hash, changed_at = now();
  update session s
  set revoked_at = now(), revoked_by = use_enrolment.user_id
  where lost
    and s.user_id = use_enrolment.user_id
    and s.revoked_at is null;
end
$$;

call settle_definers();
revoke all on function request_enrolment, enrolment_expires, enrolment_to_use, use_enrolment from public;
grant execute on function request_enrolment, enrolment_expires, enrolment_to_use, use_enrolment to zoufang;
grant execute on function leads_office_of, account_to_sign_in to zoufang_definer;
