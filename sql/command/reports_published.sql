-- What was published, the newest report of each region and period: a row a figure, in the order of the list and of the report.
select r.id, r.region_code, r.region_name, r.from_day, r.until_day, zoufang.year_before(r.from_day), zoufang.year_before(r.until_day),
       f.key, f.value, f.before, f.change
from zoufang.report_newest r
cross join lateral zoufang.report_figures(r.figures) f
order by r.from_day desc, r.region_code, r.until_day desc, f.place
