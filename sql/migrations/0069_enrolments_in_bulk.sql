-- One-time codes for many at once: the members of an office, of a region's offices, or users by name.
set local search_path = zoufang;

-- Whether a user waits for a first code: he has no password, and none of his codes can still be used.
create function awaits_first_code(user_id uuid) returns boolean
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return not exists (select from account_password p where p.user_id = awaits_first_code.user_id)
    and not exists (
      select
      from enrolment e
      join approval a on a.id = e.approval_id
      where a.user_id = awaits_first_code.user_id
        and a.state in (1, 2)
        and e.used_at is null
        and e.expires_at > now()
    );
end
$$;

-- Asks that a code be confirmed for each of at most as many users as there are codes: of the members of an office, or of a region's offices, for
-- those who await a first code; or for these users. Nobody disabled, nor the caller. True where there are more. Asked before under the same request
-- id, nobody is asked for again.
create function request_enrolments(office_id uuid, region_code int8, ids uuid[], code_hashes bytea[], reason text, request_id uuid) returns boolean
language plpgsql security definer set search_path = zoufang, pg_temp as $$
declare
  asked uuid[];
begin
  perform refuse_unless(
    num_nonnulls(request_enrolments.office_id, request_enrolments.region_code, nullif(request_enrolments.ids, '{}')) = 1, 'ONE_GROUP', 'office_id'
  );
  perform refuse_unless(
    has_role(5) or exists (
      select
      from account me
      where me.id = me()
        and me.leader
        and (me.office_id = request_enrolments.office_id or request_enrolments.ids <> '{}')
    ),
    'FORBIDDEN'
  );
  perform refuse_unless(
    request_enrolments.office_id is null or exists (select from office o where o.id = request_enrolments.office_id), 'NO_SUCH_OFFICE', 'office_id'
  );
  perform refuse_unless(
    request_enrolments.region_code is null or exists (select from region r where r.code = request_enrolments.region_code), 'NO_SUCH_REGION', 'region_code'
  );
  perform refuse('NO_SUCH_USER', format('ids[%s]', i.place - 1))
  from unnest(request_enrolments.ids) with ordinality i(id, place)
  where not exists (select from account a where a.id = i.id and a.disabled_at is null and (has_role(5) or leads_office_of(a.id)))
  order by i.place
  limit 1;
  if exists (select from enrolment e join approval a on a.id = e.approval_id where e.request_id = request_enrolments.request_id and a.requested_by = me()) then
    return false;
  end if;
  asked := array(
    select a.id
    from account a
    left join office o on o.id = a.office_id
    where a.disabled_at is null
      and a.id <> me()
      and (
        a.id = any (request_enrolments.ids)
        or (
          a.office_id = request_enrolments.office_id
          or o.region_code <@ (select int8range(r.first, r.last, '[]') from region r where r.code = request_enrolments.region_code)
        ) and awaits_first_code(a.id)
      )
    order by o.name, a.username
    limit cardinality(code_hashes) + 1
  );
  for place in 1..least(cardinality(asked), cardinality(code_hashes)) loop
    perform request_enrolment(asked[place], false, code_hashes[place], request_enrolments.reason, request_enrolments.request_id);
  end loop;
  return cardinality(asked) > cardinality(code_hashes);
end
$$;

-- What the caller asked for with these codes, with the place of each; or under this request id before, with place 0.
create function enrolments_requested(code_hashes bytea[], request_id uuid)
returns table (place int4, user_id uuid, username text, name text, office text, approval_id uuid, expires_at timestamptz)
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return query
  select coalesce(array_position(enrolments_requested.code_hashes, e.code_hash), 0), u.id, u.username, u.name, o.name, e.approval_id, e.expires_at
  from enrolment e
  join approval a on a.id = e.approval_id
  join account u on u.id = a.user_id
  left join office o on o.id = u.office_id
  where a.requested_by = me()
    and (e.request_id = enrolments_requested.request_id or e.code_hash = any (enrolments_requested.code_hashes));
end
$$;
create index enrolment_request on enrolment (request_id) where request_id is not null;

call settle_definers();
revoke all on function awaits_first_code, request_enrolments, enrolments_requested from public;
grant execute on function request_enrolments, enrolments_requested to zoufang;
