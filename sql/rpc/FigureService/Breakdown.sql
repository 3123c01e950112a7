-- Breakdown: counts by up to three dimensions with their totals. Supervisors and analysts, in scope; analysts of leads received, without
-- small counts.
select check_figures_asked(:region_code, :from, :to),
       check_calendar_period(:region_code, :from, :to);

select s.narrowed,
       s.counted as counted_region_codes,
       not figures_exact(:region_code) as suppressed
from figure_sight(:region_code) s;

select b.by as "rows.by",
       b.keys as "rows.keys",
       b.key_names as "rows.key_names",
       b.counts[1]::int4 as "rows.counts.received",
       b.counts[2]::int4 as "rows.counts.problems",
       b.counts[3]::int4 as "rows.counts.declined",
       b.counts[4]::int4 as "rows.counts.open",
       b.counts[5]::int4 as "rows.counts.overdue",
       b.counts[6]::int4 as "rows.counts.concluded",
       b.counts[7]::int4 as "rows.counts.reported_back",
       b.counts[8]::int4 as "rows.counts.asked",
       b.counts[9]::int4 as "rows.counts.satisfied",
       b.counts[10]::int4 as "rows.counts.cases",
       b.counts[11]::int4 as "rows.counts.disciplined",
       b.counts[12]::int4 as "rows.counts.transferred",
       round(100.0 * b.counts[9] / nullif(b.counts[8], 0), 1)::float8 as "rows.counts.satisfaction"
from breakdown(:region_code, :from, :to, :by, :measures) b;
