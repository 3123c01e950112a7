-- RankRegions: the counties or townships of a region, the highest number first. Supervisors and analysts, in scope; from analysts small counts are
-- held back.
select check_figures_asked(:region_code, :from, :to),
       check_calendar_period(:region_code, :from, :to);

select s.narrowed,
       s.counted as counted_region_codes,
       not figures_exact(:region_code) as suppressed
from figure_sight(:region_code) s;

select r.code as "regions.region_code",
       r.name as "regions.name",
       r.rank as "regions.rank",
       r.received::int4 as "regions.received",
       r.open::int4 as "regions.open",
       r.overdue::int4 as "regions.overdue",
       r.asked_how::int4 as "regions.asked",
       round(100.0 * r.satisfied / nullif(r.asked_how, 0), 1)::float8 as "regions.satisfaction",
       r.villages::int4 as "regions.villages",
       r.visited::int4 as "regions.villages_visited",
       round(100.0 * r.visited / nullif(r.villages, 0), 1)::float8 as "regions.coverage"
from ranked_regions(:region_code, coalesce(:level, 'county'), coalesce(:by, 'received'), :from, :to) r;
