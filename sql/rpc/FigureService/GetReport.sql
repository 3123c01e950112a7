-- GetReport: a report that was published, or waits, with what each figure would read if it were published now. Supervisors and analysts; one that
-- waits, and the differences, its region's supervisors alone.
select r.id,
       r.region_code,
       r.region_name,
       r.from_day as "from",
       r.until_day as "to",
       r.requested_by,
       r.counted_at,
       r.published_at
from report r
where r.id = :id;

select f.key as "figures.key",
       f.value as "figures.value",
       f.before as "figures.before",
       f.change as "figures.change",
       n.value as "figures.now",
       n.value - f.value as "figures.difference"
from report r
cross join lateral report_figures(r.figures) f
left join lateral (
  select p.key, p.value
  from published_figures(r.region_code, r.from_day, r.until_day) p
  where supervises(r.region_code)
  offset 0
) n on n.key = f.key
where r.id = :id
order by f.place;
