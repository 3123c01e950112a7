-- PlanVisits: plans that officers visit villages by a day, a plan for each village. A supervisor, in scope.
select refuse_unless(
  not exists (
    select
    from unnest(:region_codes) c(code)
    where not exists (select from region r where r.code = c.code and r.level = 5 and r.successor_code is null)
  ),
  'NOT_A_VILLAGE', 'region_codes'
);
select refuse_unless(not exists (select from unnest(:region_codes) c(code) where not c.code <@ scope()), 'FORBIDDEN', 'region_codes');
select refuse_unless(
  not exists (
    select
    from unnest(:officer_ids) o(id)
    where not exists (select from account a where a.id = o.id and a.disabled_at is null)
  ),
  'NO_SUCH_USER', 'officer_ids'
);
select refuse_unless(:due_on >= local_day(now()), 'OUT_OF_RANGE', 'due_on');
select refuse_unless(
  :campaign_id is null or (campaign_fault(:campaign_id, null)).field is null,
  'UNKNOWN_REFERENCE', 'campaign_id'
);

insert into visit_plan (region_code, current_code, officers, due_on, purpose, campaign_id, planned_by)
select r.code, r.current_code, :officer_ids, :due_on, :purpose, :campaign_id, me()
from region r
where r.code = any (:region_codes);

select p.id as "plans.id",
       p.region_code as "plans.region_code",
       p.officers as "plans.officer_ids",
       p.due_on as "plans.due_on",
       p.purpose as "plans.purpose",
       p.campaign_id as "plans.campaign_id",
       p.planned_by as "plans.planned_by",
       p.planned_at as "plans.planned_at",
       p.etag as "plans.etag"
from visit_plan p
where p.current_code = any (:region_codes)
  and p.changed = pg_current_xact_id_if_assigned()
order by p.region_code;
