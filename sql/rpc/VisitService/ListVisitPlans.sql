-- ListVisitPlans: the plans of the regions that the caller works in, and his own, by the day that they are due, each with the visit that
-- kept it; withdrawn ones where asked for. Officers and supervisors.
select p.id as "plans.id",
       p.region_code as "plans.region_code",
       p.officers as "plans.officer_ids",
       p.due_on as "plans.due_on",
       p.purpose as "plans.purpose",
       p.campaign_id as "plans.campaign_id",
       p.planned_by as "plans.planned_by",
       p.planned_at as "plans.planned_at",
       p.etag as "plans.etag",
       p.changed_by as "plans.changed_by",
       p.changed_at as "plans.changed_at",
       p.reason as "plans.reason",
       p.withdrawn as "plans.withdrawn",
       k.id as "plans.visit_id",
       k.started_at as "plans.visited_at",
       p.due_on as "page.due_on",
       p.id as "page.id"
from visit_plan p
cross join within(:region_code) r
left join lateral (
  select v.id, v.started_at
  from visit v
  where v.current_code = p.current_code
    and v.started_at >= p.planned_at
    and v.state = 1
    and (v.recorder_id = any (p.officers) or v.team && p.officers)
  order by v.started_at, v.id
  limit 1
) k on true
where (not p.withdrawn or :withdrawn)
  and p.current_code <@ r.codes --? region_code
  and :officer_id = any (p.officers) --? officer_id
  and p.due_on >= :due_from --? due_from
  and p.due_on < :due_before --? due_before
  and (p.due_on, p.id) > (:page.due_on, :page.id) --? page
order by p.due_on, p.id
limit :page.size;
