-- GetWorkReport: the figures of a region and a period, each with the same period a year before. Supervisors and analysts, in scope; from analysts
-- small counts are held back. Their names and the document are put in afterwards, in the caller's language.
select check_figures_asked(:region_code, :from, :to);

select check_figures_told(:region_code, :from, :to);

select r.code as region_code,
       r.name as region_name,
       :from::date as "from",
       :to::date as "to",
       year_before(:from) as before_from,
       year_before(:to) as before_to,
       s.narrowed,
       s.counted as counted_region_codes
from region r
cross join figure_sight(r.code) s
where r.code = :region_code;

select f.key as "figures.key",
       f.value as "figures.value",
       f.before as "figures.before",
       f.change as "figures.change"
from work_figures(:region_code, :from, :to) f
order by f.place;

select l.township_names as "look.townships.name",
       l.township_received as "look.townships.reports_received",
       l.received as "look.reports_received",
       l.repeats as "look.reports_repeated",
       l.skips as "look.reports_skipping_levels",
       l.open_leads as "look.open_leads",
       l.open_quarter as "look.open_leads_over_three_months",
       l.open_year as "look.open_leads_over_one_year",
       l.items_overdue as "look.recommendation_items_overdue",
       l.villages as "look.villages",
       l.villages_unvisited as "look.villages_not_visited",
       h.codes as "look.hot_spots.region_code",
       h.names as "look.hot_spots.region_name",
       h.type_names as "look.hot_spots.problem_type_name",
       h.cause_names as "look.hot_spots.cause_name",
       h.received as "look.hot_spots.received",
       h.expected_past as "look.hot_spots.expected_by_past",
       h.expected_near as "look.hot_spots.expected_by_neighbours"
from (select) one
left join figures_look(case when :format is not null then :region_code end, :from, :to) l on true
cross join lateral (
  select array_agg(s.code) as codes, array_agg(s.name) as names, array_agg(s.type_name) as type_names, array_agg(s.cause_name) as cause_names,
         array_agg(s.n::int4) as received, array_agg(s.expected_past) as expected_past, array_agg(s.expected_near) as expected_near
  from (
    select s.*
    from hot_spots(
      :region_code, (select case when r.level < 3 then 'county' else 'township' end from region r where r.code = :region_code), :from, :to, 0.05, 5
    ) s
    where l.received is not null
    limit 5
  ) s
) h;
