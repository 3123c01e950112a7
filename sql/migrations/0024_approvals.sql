-- Approvals: what one alone may not do waits here for a second person. Who decides each kind stands in is_decider, what is done in carry_out;
-- what is done itself in 0025 and where else it belongs.
set local search_path = zoufang;

-- Kinds: 1 a grant, 2 a code with which another sets his password, 3 a step, 4 a deadline, 5 a term in use, 6 opening many reporters, 8 publishing a report,
-- 9 a term of retention, 10 erasing records, 11 exporting a person's data.
create table approval (
  id uuid primary key default gen_random_uuid(),
  kind int2 not null check (kind between 1 and 11),
  user_id uuid references account,
  region_code int8 references region,
  payload jsonb not null default '{}' check (jsonb_typeof(payload) = 'object'),
  reason text check (char_length(reason) between 1 and 500),
  requested_by uuid not null references account,
  requested_at timestamptz not null default now(),
  expires_at timestamptz not null default now() + interval '14 days' check (expires_at > requested_at),
  state int2 not null default 1 check (state between 1 and 4),
  decided_by uuid references account,
  decided_at timestamptz check (decided_at >= requested_at),
  decision_reason text check (char_length(decision_reason) between 1 and 500),
  constraint approval_not_of_oneself check (requested_by <> user_id),
  constraint approval_decided_by_somebody check ((state = 1) = (decided_by is null) and (state = 1) = (decided_at is null)),
  constraint approval_decider_is_another check (case when state = 4 then decided_by = requested_by else decided_by <> requested_by end),
  constraint approval_decider_is_not_concerned check (decided_by <> user_id)
);
comment on table approval is 'A pending one whose time is up is answered as expired; nothing is written for it.';
comment on column approval.user_id is 'Whom it is about, where it is about somebody.';
comment on column approval.payload is 'All that is to be done, as the kind''s function reads it.';
comment on column approval.state is '1 pending, 2 approved, 3 refused, 4 withdrawn by who requested it.';
create index approval_requested on approval (requested_at, id);
create index approval_user on approval (user_id);
create index approval_pending on approval (requested_at, id) where state = 1;

-- What was requested stays as it was requested, and is decided once.
create function approval_kept() returns trigger
language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old.state = 1 and new.state <> 1 and new.decided_at < old.expires_at
    and to_jsonb(new) - '{state,decided_by,decided_at,decision_reason}'::text[]
      = to_jsonb(old) - '{state,decided_by,decided_at,decision_reason}'::text[]
  then
    return new;
  end if;
  raise exception 'an approval is decided once, in its time, and otherwise stays' using errcode = '42501';
end
$$;
create trigger approval_kept before update or delete on approval for each row execute function approval_kept();
create trigger approval_not_emptied before truncate on approval for each statement execute function approval_kept();

-- Whether the caller is one of those who decide this, whatever became of it: neither who requested it nor whom it is about.
create function is_decider(a approval) returns boolean
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return a.requested_by <> me()
    and a.user_id is distinct from me()
    and not is_leaver()
    and case a.kind
      when 2 then me() in (select confirmers_of(a.user_id, a.requested_by))
      when 6 then has_role(2) and supervises_records(a)
      when 10 then has_role(2) and supervises_records(a)
      when 8 then has_role(2) and supervises(a.region_code)
      when 11 then has_role(2) and supervises(a.region_code)
      else has_role(5)
    end;
end
$$;

-- Whether the caller may decide this now.
create function may_decide(a approval) returns boolean
language plpgsql stable as $$
begin
  return coalesce(a.state = 1 and a.expires_at > now() and is_decider(a), false);
end
$$;

-- Who sees an approval: who requested it, who decides or decided it, whom it is about; and auditors, but for what is about single records and
-- persons.
create function approval_in_sight(a approval) returns boolean
language plpgsql stable as $$
begin
  return coalesce(a.requested_by = me(), false)
    or coalesce(a.decided_by = me(), false)
    or coalesce(a.user_id = me(), false)
    or has_role(4) and a.kind not in (6, 10, 11)
    or coalesce(is_decider(a), false);
end
$$;

-- Gives the role. Refuses where that cannot be done, or not any more. While it is only tried nobody has approved it.
create function carry_out_grant(a approval) returns void
language plpgsql as $$
declare
  starts_at constant timestamptz := coalesce((a.payload ->> 'starts_at')::timestamptz, now());
  ends_at constant timestamptz := (a.payload ->> 'ends_at')::timestamptz;
begin
  perform refuse_unless(exists (select from account u where u.id = a.user_id), 'NOT_FOUND', 'grant.user_id');
  perform refuse_unless(exists (select from region r where r.code = a.region_code), 'NO_SUCH_REGION', 'grant.region_code');
  perform refuse_unless(ends_at is null or ends_at > starts_at, 'OUT_OF_RANGE', 'grant.ends_at');
  perform refuse_unless(
    not exists (select from role_grant g where g.id = (a.payload ->> 'id')::uuid), 'ALREADY_EXISTS', 'grant.id'
  );
  insert into role_grant (id, user_id, role, region_code, starts_at, ends_at, granted_by, approved_by)
  values ((a.payload ->> 'id')::uuid, a.user_id, (a.payload ->> 'role')::int2, a.region_code, starts_at, ends_at,
    case when a.decided_by is not null then a.requested_by end, a.decided_by);
end
$$;

-- Does what an approval is about.
create function carry_out(a approval) returns void
language plpgsql as $$
begin
  case a.kind
    when 1 then perform carry_out_grant(a);
    when 2 then null; -- what was approved makes the code good (0028)
    when 3 then perform carry_out_step(a);
    when 4 then perform carry_out_deadline(a);
    when 5 then perform carry_out_term(a);
    when 6 then perform carry_out_reveal(a);
    when 8 then perform carry_out_report(a);
    when 9 then perform carry_out_retention(a);
    when 10 then perform carry_out_erasing(a);
    when 11 then perform carry_out_personal_data(a);
  end case;
end
$$;

-- Requests what another must approve; approval_requested() names it until the end of the transaction. It is tried at once, and undone:
-- what could not be done is refused here, with the fields of the request.
create function request_approval(kind int2, user_id uuid, region_code int8, payload jsonb, reason text) returns void
language plpgsql security definer set search_path = zoufang, pg_temp as $$
declare
  a approval;
begin
  a.kind := request_approval.kind;
  a.user_id := request_approval.user_id;
  a.region_code := request_approval.region_code;
  a.payload := request_approval.payload;
  a.requested_by := me();
  begin
    perform carry_out(a);
    raise exception using errcode = 'ZF100';
  exception
    when sqlstate 'ZF100' then null;
  end;
  insert into approval (kind, user_id, region_code, payload, reason, requested_by)
  values (a.kind, a.user_id, a.region_code, a.payload, request_approval.reason, a.requested_by)
  returning id into a.id;
  perform set_config('zoufang.approval', a.id::text, true);
end
$$;

create function approval_requested() returns uuid
language sql stable as $$ select nullif(current_setting('zoufang.approval', true), '')::uuid $$;

-- Decides: 2 approves, and what was requested is done in the same transaction; 3 refuses; 4 withdraws. What cannot be done any more is
-- refused with the reason, and still waits.
create function decide_approval(id uuid, decision int2, reason text) returns void
language plpgsql security definer set search_path = zoufang, pg_temp as $$
declare
  a approval;
  state text;
  why text;
begin
  select o.* into a from approval o where o.id = decide_approval.id for no key update;
  perform refuse_unless(a.id is not null and approval_in_sight(a), 'NOT_FOUND', 'id');
  perform refuse_unless(case when decision = 4 then a.requested_by = me() else is_decider(a) end, 'FORBIDDEN', 'id');
  perform refuse_unless(a.state = 1, 'ALREADY_DECIDED', 'id');
  perform refuse_unless(a.expires_at > now(), 'APPROVAL_EXPIRED', 'id');
  a.state := decision;
  a.decided_by := me();
  a.decided_at := now();
  if decision = 2 then
    begin
      perform carry_out(a);
    exception
      when others then
        get stacked diagnostics state = returned_sqlstate, why = message_text;
        if state not like 'ZF4%' then
          raise;
        end if;
        raise exception using errcode = 'ZF412', message = why, detail = 'id';
    end;
  end if;
  update approval o
  set state = a.state,
      decided_by = a.decided_by,
      decided_at = a.decided_at,
      decision_reason = decide_approval.reason
  where o.id = a.id;
end
$$;

alter table approval enable row level security;
create policy see on approval for select to zoufang using (approval_in_sight(approval));
create policy definer on approval to zoufang_definer using (true) with check (true);
grant select on approval to zoufang;
grant select, insert, update on approval to zoufang_definer;
call audit_table('approval', 'approval');

-- What an erasing names, and what became of it. Nothing is erased here; where erasing comes in (0064), it puts this right.
create function erasing_told(a approval, out ids uuid[], out fates int2[])
language sql stable as $$ select null::uuid[], null::int2[] $$;

-- An approval as the API gives it.
create view approval_answer with (security_invoker) as
select a.id,
       a.kind,
       case when a.state = 1 and a.expires_at <= now() then 5::int2 else a.state end as state,
       a.reason,
       a.requested_by,
       a.requested_at,
       a.expires_at,
       a.decided_by,
       a.decided_at,
       a.decision_reason,
       may_decide(a) as can_decide,
       (p.granted ->> 'id')::uuid as "grant.id",
       case when a.kind = 1 then a.user_id end as "grant.user_id",
       (p.granted ->> 'role')::int2 as "grant.role",
       case when a.kind = 1 then a.region_code end as "grant.region_code",
       (p.granted ->> 'starts_at')::timestamptz as "grant.starts_at",
       (p.granted ->> 'ends_at')::timestamptz as "grant.ends_at",
       case when a.kind = 2 then a.user_id end as "password.user_id",
       (p.step ->> 'from')::int2 as "step.step.from",
       (p.step ->> 'to')::int2 as "step.step.to",
       (p.step ->> 'role')::int2 as "step.step.role",
       case when a.kind = 3 then array(select n::int2 from jsonb_array_elements_text(p.step -> 'needs') n) end as "step.step.needs",
       (p.step ->> 'remove')::boolean as "step.remove",
       (p.deadline ->> 'state')::int2 as "deadline.deadline.state",
       p.deadline ->> 'domain' as "deadline.deadline.domain",
       (p.deadline ->> 'working_days')::int4 as "deadline.deadline.working_days",
       (p.deadline ->> 'remove')::boolean as "deadline.remove",
       (p.term ->> 'vocabulary')::int2 as "term.vocabulary",
       p.term ->> 'code' as "term.code",
       p.term ->> 'name' as "term.name",
       (p.term ->> 'place')::int4 as "term.place",
       (p.term ->> 'retired')::boolean as "term.retired",
       case when a.kind = 6 then array(
         select l.id
         from jsonb_array_elements_text(a.payload -> 'lead_ids') with ordinality asked(id, place)
         join lead l on l.id = asked.id::uuid
         order by asked.place
       ) end as "reveal.lead_ids",
       (p.report ->> 'id')::uuid as "report.id",
       case when a.kind = 8 then a.region_code end as "report.region_code",
       (p.report ->> 'from')::date as "report.from",
       (p.report ->> 'to')::date as "report.to",
       (p.retention ->> 'record_class')::int2 as "retention.term.record_class",
       (p.retention ->> 'years')::int4 as "retention.term.years",
       (p.retention ->> 'remove')::boolean as "retention.remove",
       (p.erasing ->> 'record_class')::int2 as "erasing.record_class",
       e.ids as "erasing.items.record_id",
       e.fates as "erasing.items.fate",
       (p.personal_data ->> 'id')::uuid as "personal_data.id",
       case when a.kind = 11 then a.user_id end as "personal_data.user_id",
       case when a.kind = 11 then a.region_code end as "personal_data.region_code"
from approval a
cross join lateral (
  select case a.kind when 1 then a.payload end as granted,
         case a.kind when 3 then a.payload end as step,
         case a.kind when 4 then a.payload end as deadline,
         case a.kind when 5 then a.payload end as term,
         case a.kind when 8 then a.payload end as report,
         case a.kind when 9 then a.payload end as retention,
         case a.kind when 10 then a.payload end as erasing,
         case a.kind when 11 then a.payload end as personal_data
) p
left join lateral erasing_told(a) e on a.kind = 10;
grant select on approval_answer to zoufang;

call settle_definers();
revoke all on function approval_kept, is_decider, may_decide, approval_in_sight, carry_out_grant, carry_out, request_approval,
  approval_requested, decide_approval, erasing_told from public;
grant execute on function is_decider, may_decide, approval_in_sight, request_approval, approval_requested, decide_approval to zoufang;
grant execute on function is_decider, approval_in_sight, carry_out, carry_out_grant to zoufang_definer;
