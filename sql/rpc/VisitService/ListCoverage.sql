-- ListCoverage: the villages that nobody has been to since a day, by code, with the leads open there and the next visit that is planned. A
-- supervisor, in scope.
select w.code as "villages.region_code",
       w.name as "villages.name",
       seen.started_at as "villages.last_visited_at",
       coalesce(cardinality(o.ids), 0) as "villages.open_leads",
       o.ids[1:20] as "villages.open_lead_ids",
       n.id as "villages.plan_id",
       n.due_on as "villages.planned_for",
       n.officers as "villages.planned_officer_ids",
       w.code as "page.code"
from (
  select b.*
  from scopes(:region_code) s
  cross join day_start(:not_since) since(at)
  cross join lateral (
    select r.code, r.name
    from region r
    where r.code >= s.code
      and r.code < s.code + case s.level when 2 then 100000000 when 3 then 1000000 when 4 then 1000 else 1 end
      and r.level = 5
      and r.successor_code is null
      and r.code > :page.code --? page
      and not exists (
        select
        from visit v
        where v.current_code = r.code
          and v.state = 1
          and v.started_at >= since.at --? not_since
      )
    order by r.code
    limit :page.size
  ) b
  order by b.code
  limit :page.size
) w
left join lateral (
  select v.started_at
  from visit v
  where v.current_code = w.code
    and v.state = 1
  order by v.started_at desc, v.id desc
  limit 1
) seen on true
left join lateral (
  select array_agg(l.id order by l.received_at desc, l.id desc) as ids
  from lead l
  where l.current_code = w.code
    and l.open
) o on true
left join lateral (
  select p.id, p.due_on, p.officers
  from visit_plan p
  where p.current_code = w.code
    and p.due_on >= local_day(now())
    and not p.withdrawn
  order by p.due_on, p.id
  limit 1
) n on true
order by w.code;
