-- ListPublicReports: what was published, the newest first; of each region and period the newest report. Anyone.
select r.id as "reports.id",
       r.region_code as "reports.region_code",
       r.region_name as "reports.region_name",
       r.from_day as "reports.from",
       r.until_day as "reports.to",
       r.published_at as "reports.published_at"
from report_newest r
order by r.from_day desc, r.region_code, r.until_day desc
limit 2000;
