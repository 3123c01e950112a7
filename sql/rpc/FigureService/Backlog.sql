-- Backlog: the leads open now by age, how long steps take, which offices are overdue. Supervisors and analysts, in scope; analysts hear how long steps
-- take.
select refuse_unless(exists (select from region r where r.code = :region_code), 'NO_SUCH_REGION', 'region_code');

select refuse_unless((select s.counted <> '{}' from figure_sight(:region_code) s), 'FORBIDDEN', 'region_code');

select s.narrowed,
       s.counted as counted_region_codes,
       not figures_exact(:region_code) as suppressed,
       b.open::int4,
       b.overdue::int4
from figure_sight(:region_code) s
cross join backlog_open(:region_code) b;

select b.from_days as "bands.from_days",
       b.to_days as "bands.to_days",
       b.open::int4 as "bands.open",
       b.overdue::int4 as "bands.overdue"
from backlog_bands(:region_code) b;

select s.state as "steps.state",
       s.median_days as "steps.median_days",
       s.steps::int4 as "steps.steps"
from backlog_steps(:region_code) s;

select o.office_id as "offices.office_id",
       o.name as "offices.name",
       o.open::int4 as "offices.open",
       o.overdue::int4 as "offices.overdue"
from backlog_offices(:region_code) o;
