-- HotSpots: where more was received of a type and cause than the past and the neighbours let expect, the surest first. Supervisors and analysts, in
-- scope; analysts out of what they are told.
select check_figures_asked(:region_code, :from, :to),
       check_calendar_period(:region_code, :from, :to);

select s.narrowed,
       s.counted as counted_region_codes,
       not figures_exact(:region_code) as suppressed
from figure_sight(:region_code) s;

select h.code as "hot_spots.region_code",
       h.name as "hot_spots.region_name",
       h.type as "hot_spots.problem_type",
       h.cause as "hot_spots.cause",
       h.type_name as "hot_spots.problem_type_name",
       h.cause_name as "hot_spots.cause_name",
       h.n::int4 as "hot_spots.received",
       h.expected_past as "hot_spots.expected_by_past",
       h.expected_near as "hot_spots.expected_by_neighbours",
       h.likelihood as "hot_spots.likelihood",
       h.adjusted as "hot_spots.false_discovery_rate"
from hot_spots(
  :region_code, coalesce(:level, 'county'), :from, :to, coalesce(:false_discovery_rate, 0.05), coalesce(:at_least, 5)
) h;
