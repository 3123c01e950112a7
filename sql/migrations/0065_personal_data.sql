-- Personal data: what is held about one person is found and told on a lawful request, which one supervisor of a whole region enters and another
-- approves. Who is asked about stands sealed, as reporters do, and is looked for by the same keyed hashes.
set local search_path = zoufang;

create table personal_data_request (
  id uuid primary key,
  approval_id uuid not null unique references approval,
  key bytea not null check (octet_length(key) between 32 and 256),
  name bytea not null check (octet_length(name) between 24 and 512),
  phone bytea check (octet_length(phone) between 24 and 512),
  phone_index bytea check (octet_length(phone_index) between 16 and 64),
  identity_number bytea check (octet_length(identity_number) between 24 and 512),
  identity_index bytea check (octet_length(identity_index) between 16 and 64),
  unit text check (char_length(unit) between 1 and 100),
  constraint personal_data_request_phone check ((phone is null) = (phone_index is null)),
  constraint personal_data_request_identity check ((identity_number is null) = (identity_index is null))
);
comment on column personal_data_request.unit is 'Where records name him with it, it is he.';

-- Both supervise the region whole, and neither is the person. Nothing but the decision lets the document be made.
create function carry_out_personal_data(a approval) returns void
language plpgsql as $$
begin
  perform refuse_unless(supervises(a.region_code), 'UNKNOWN_REFERENCE', 'region_code');
  perform refuse_unless(a.user_id is null or exists (select from account u where u.id = a.user_id), 'NO_SUCH_USER', 'user_id');
  perform refuse_unless(a.user_id is distinct from a.requested_by, 'FORBIDDEN', 'user_id');
end
$$;

-- A request that the caller made and that another approved within the last day, with whose records it is looked for in; no row otherwise.
create function approved_request(of_request uuid) returns table (
  id uuid, key bytea, name bytea, phone bytea, phone_index bytea, identity_number bytea, identity_index bytea, unit text, user_id uuid, region_code int8,
  codes int8range, reason text
)
language plpgsql stable security definer rows 1 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
begin
  return query
  select q.id, q.key, q.name, q.phone, q.phone_index, q.identity_number, q.identity_index, q.unit, a.user_id, a.region_code,
         int8range(r.first, r.last, '[]'), a.reason
  from personal_data_request q
  join approval a on a.id = q.approval_id
  join region r on r.code = a.region_code
  where q.id = of_request
    and a.requested_by = me()
    and a.state = 2
    and now() < a.decided_at + interval '24 hours'
    and supervises(a.region_code);
end
$$;

-- The account of whom an approved request is about: the one that it names, or that has his name and phone.
create function subject_account(of_request uuid, name text, phone text) returns setof account
language plpgsql stable security definer rows 1 set search_path = zoufang, pg_temp as $$
begin
  return query
  select u.*
  from approved_request(of_request) q
  join account u on u.id = q.user_id or q.user_id is null and u.name = subject_account.name and u.phone = subject_account.phone;
end
$$;

create function subject_grants(of_request uuid, name text, phone text) returns setof role_grant
language plpgsql stable security definer rows 5 set search_path = zoufang, pg_temp as $$
begin
  return query select g.* from subject_account(of_request, subject_grants.name, subject_grants.phone) u join role_grant g on g.user_id = u.id;
end
$$;

create function subject_sessions(of_request uuid, name text, phone text)
returns table (device_name text, platform text, app_version text, created_at timestamptz, refreshed_at timestamptz, revoked_at timestamptz)
language plpgsql stable security definer rows 5 set search_path = zoufang, pg_temp as $$
#variable_conflict use_column
begin
  return query
  select s.device_name, s.platform, s.app_version, s.created_at, s.refreshed_at, s.revoked_at
  from subject_account(of_request, subject_sessions.name, subject_sessions.phone) u
  join session s on s.user_id = u.id;
end
$$;

-- Whether a person may be told that he was complained of in a lead: it is archived and not confidential, and so is all that it is one matter with.
-- Looked at whole, whoever asks: what the caller does not see must not be given away either.
create function is_told_to_accused(of_lead uuid) returns boolean
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return not exists (
    select
    from (
      select of_lead as id
      union
      select case k.lead_id when of_lead then k.other_id else k.lead_id end from lead_link k where of_lead in (k.lead_id, k.other_id)
      union
      select o.lead_id from case_lead k join case_lead o on o.case_id = k.case_id where k.lead_id = of_lead
    ) m
    join lead l on l.id = m.id
    where l.state <> 10
       or l.confidential
  );
end
$$;

-- Seen with the approval that it waits for.
alter table personal_data_request enable row level security;
create policy see on personal_data_request for select to zoufang using (exists (select from approval a where a.id = approval_id));
create policy add on personal_data_request for insert to zoufang
  with check (exists (select from approval a where a.id = approval_id and a.requested_by = (select me()) and a.kind = 11 and a.state = 1));
create policy definer on personal_data_request for select to zoufang_definer using (true);
grant select, insert on personal_data_request to zoufang;
grant select on personal_data_request to zoufang_definer;
call audit_table('personal_data_request', 'personal_data');

-- An approval as the API gives it, with whom it is about.
alter view approval_answer rename to approval_without_subject;
create view approval_answer with (security_invoker) as
select a.*,
       q.key as "personal_data.subject#key",
       q.name as "personal_data.subject.name",
       q.phone as "personal_data.subject.phone",
       q.identity_number as "personal_data.subject.identity_number",
       q.unit as "personal_data.unit"
from approval_without_subject a
left join personal_data_request q on q.approval_id = a.id;
grant select on approval_answer to zoufang;

call settle_definers();
revoke all on function carry_out_personal_data, approved_request, subject_account, subject_grants, subject_sessions, is_told_to_accused from public;
grant execute on function approved_request, subject_account, subject_grants, subject_sessions, is_told_to_accused to zoufang;
grant execute on function carry_out_personal_data, approved_request, subject_account, supervises to zoufang_definer;
