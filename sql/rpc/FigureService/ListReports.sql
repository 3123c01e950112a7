-- ListReports: published reports, and to its supervisors those of a region that wait; the newest count first. Supervisors and analysts.
select r.id as "reports.id",
       r.region_code as "reports.region_code",
       r.region_name as "reports.region_name",
       r.from_day as "reports.from",
       r.until_day as "reports.to",
       r.requested_by as "reports.requested_by",
       r.counted_at as "reports.counted_at",
       r.published_at as "reports.published_at",
       r.counted_at as "page.counted_at",
       r.id as "page.id"
from report r
cross join within(:region_code) w
where true
  and r.region_code <@ w.codes --? region_code
  and (r.counted_at, r.id) < (:page.counted_at, :page.id) --? page
order by r.counted_at desc, r.id desc
limit :page.size;
