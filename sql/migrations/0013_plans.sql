-- Plans of visits, and which villages wait for one; offices and vocabularies as admins write them; forgetting.
set local search_path = zoufang;

-- 走访计划: who goes to a village, and by when.
create table visit_plan (
  id uuid primary key default gen_random_uuid(),
  region_code int8 not null references region,
  current_code int8 not null references region,
  officers uuid[] not null check (cardinality(officers) between 1 and 50 and array_position(officers, null) is null),
  due_on date not null,
  purpose text check (char_length(purpose) between 1 and 500),
  campaign_id uuid references campaign,
  planned_by uuid not null references account,
  planned_at timestamptz not null default now(),
  changed_by uuid references account,
  changed_at timestamptz,
  reason text check (char_length(reason) between 1 and 500),
  withdrawn boolean not null default false,
  etag bytea not null default fresh_etag() check (octet_length(etag) between 16 and 64),
  changed xid8 not null default pg_current_xact_id(),
  constraint visit_plan_changed_by_somebody check (num_nonnulls(changed_by, changed_at, reason) in (0, 3)),
  constraint visit_plan_withdrawn_by_somebody check (not withdrawn or changed_by is not null)
);
comment on column visit_plan.changed_by is 'Who changed it last, or withdrew it; with when and why.';
create index visit_plan_due on visit_plan (due_on, id);
create index visit_plan_code on visit_plan (current_code, due_on, id);

-- The land that the caller's case roles cover: there he reads plans.
create function case_land() returns int8multirange
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return coalesce((
    select range_agg(int8range(g.first, g.last, '[]'))
    from role_grant g
    where g.user_id = me()
      and g.role in (1, 2)
      and g.starts_at <= now()
      and (g.ends_at is null or g.ends_at > now())
  ), '{}');
end
$$;

alter table visit_plan enable row level security;
create policy see on visit_plan for select to zoufang using (current_code <@ (select case_land()) or officers && (select ways()));
create policy add on visit_plan for insert to zoufang
  with check (current_code <@ (select scope()) and planned_by = (select me()));
grant select on visit_plan to zoufang;
create policy change on visit_plan for update to zoufang
  using (current_code <@ (select scope()) and not withdrawn)
  with check (current_code <@ (select scope()) and changed_by = (select me()));
grant insert (region_code, current_code, officers, due_on, purpose, campaign_id, planned_by) on visit_plan to zoufang;
grant update (officers, due_on, purpose, campaign_id, changed_by, changed_at, reason, withdrawn, etag) on visit_plan to zoufang;
create trigger visit_plan_changed before update on visit_plan for each row execute function mark_changed();
call audit_table('visit_plan', 'plan');

-- A plan as the API gives it; the visit that kept it is the lists'.
create view plan_answer with (security_invoker) as
select p.id,
       p.region_code,
       p.officers as officer_ids,
       p.due_on,
       p.purpose,
       p.campaign_id,
       p.planned_by,
       p.planned_at,
       p.etag,
       p.changed_by,
       p.changed_at,
       p.reason,
       p.withdrawn
from visit_plan p;
grant select on plan_answer to zoufang;

-- Locks a plan for a change and holds what every change of one asks for: in sight, by a supervisor of its region, based on the present
-- version, and not withdrawn.
create function check_plan(plan_id uuid, etag bytea, field text) returns void
language plpgsql as $$
declare
  p visit_plan;
begin
  perform from visit_plan o where o.id = check_plan.plan_id for no key update;
  select o.* into p from visit_plan o where o.id = check_plan.plan_id;
  perform refuse_unless(p.id is not null, 'NOT_FOUND');
  perform refuse_unless(p.current_code <@ scope(), 'FORBIDDEN');
  perform refuse_unless(p.etag = check_plan.etag, 'STALE_ETAG', field || 'etag');
  perform refuse_unless(not p.withdrawn, 'PRECONDITION', field || 'id');
end
$$;

-- A day's first moment where days are counted.
create function day_start(day date) returns timestamptz
language plpgsql stable parallel safe as $$
begin
  return day::timestamp at time zone local_zone();
end
$$;

-- Leads that are open, by village.
create index lead_open_code on lead (current_code, received_at, id) where open;

-- Offices and terms: read by everybody who is signed in, written by admins. Terms keep their codes and are never removed: records
-- hold them.
alter table office add column etag bytea not null default fresh_etag()
  check (octet_length(etag) between 16 and 64);
alter table office enable row level security;
create policy read on office for select to zoufang using (true);
create policy add on office for insert to zoufang with check ((select has_role(5)));
create policy change on office for update to zoufang using ((select has_role(5)));
create policy definer on office to zoufang_definer using (true);
grant insert (id, name, kind, region_code, parent_id, opened_on, closed_on, etag) on office to zoufang;
grant update (name, kind, region_code, parent_id, opened_on, closed_on, etag) on office to zoufang;

alter table term add column etag bytea not null default fresh_etag()
  check (octet_length(etag) between 16 and 64);
alter table term enable row level security;
create policy read on term for select to zoufang using (true);
create policy add on term for insert to zoufang with check ((select has_role(5)));
create policy change on term for update to zoufang using ((select has_role(5)));
grant insert (vocabulary, code, name, place, etag) on term to zoufang;
grant update (name, place, retired, etag) on term to zoufang;

-- Whether an office still has members, offices under it or open leads: then it cannot be closed. Admins are told that, not which.
create function office_in_use(asked uuid) returns boolean
language plpgsql stable security definer set search_path = zoufang, pg_temp as $$
begin
  return exists (select from account a where a.office_id = asked and a.disabled_at is null)
    or exists (select from office o where o.parent_id = asked and o.closed_on is null)
    or exists (select from lead l where l.office_id = asked and (l.open or l.state = 12))
    or exists (select from lead l where l.offered_to = asked);
end
$$;

-- Whether an office is `above` itself or lies anywhere under it.
create function office_is_under(asked uuid, above uuid) returns boolean
language plpgsql stable as $$
declare
  at uuid := asked;
begin
  for level in 1..20 loop
    exit when at is null or at = above;
    select o.parent_id into at from office o where o.id = at;
  end loop;
  return at is not null;
end
$$;

-- Forgets what is kept for a time only, at most some thousands of each kind: the server runs it until nothing goes, once an hour.
-- Several servers do not get in each other's way. It says how many rows went. What is kept by month is folded meanwhile (0061).
create or replace function forget_old(out forgotten int8)
language plpgsql security definer set search_path = zoufang, pg_temp as $$
declare
  most constant int4 := 5000;
  went int8;
begin
  forgotten := 0;
  if not pg_try_advisory_xact_lock(hashtext('zoufang.forget_old')) then
    return;
  end if;
  delete from request_claim
  where ctid = any (array(select c.ctid from request_claim c where c.claimed_at < now() - interval '7 days' limit most));
  get diagnostics went = row_count;
  forgotten := forgotten + went;
  delete from sight_past
  where ctid = any (array(select p.ctid from sight_past p where p.kept_at < now() - interval '90 days' limit most));
  get diagnostics went = row_count;
  forgotten := forgotten + went;
  delete from session_past
  where ctid = any (array(select p.ctid from session_past p where p.replaced_at < now() - interval '200 days' limit most));
  get diagnostics went = row_count;
  forgotten := forgotten + went;
  delete from session
  where ctid = any (array(
    select s.ctid from session s where least(s.revoked_at, s.expires_at) < now() - interval '200 days' limit most));
  get diagnostics went = row_count;
  forgotten := forgotten + went;
  delete from login_failure
  where ctid = any (array(select f.ctid from login_failure f where f.failed_at < now() - interval '1 day' limit most));
  get diagnostics went = row_count;
  forgotten := forgotten + went;
  perform fold_visit_months();
end
$$;

call settle_definers();
revoke all on function check_plan, case_land, day_start, office_in_use, office_is_under from public;
grant execute on function check_plan, case_land, day_start, office_in_use, office_is_under to zoufang;
