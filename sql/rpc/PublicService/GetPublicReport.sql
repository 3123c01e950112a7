-- GetPublicReport: what a report said when it was published. Anyone; the document is made of it afterwards.
select r.region_code as "report.region_code",
       r.region_name as "report.region_name",
       r.from_day as "report.from",
       r.until_day as "report.to",
       year_before(r.from_day) as "report.before_from",
       year_before(r.until_day) as "report.before_to"
from report r
where r.id = :id
  and r.published_at is not null;

select f.key as "figures.key",
       f.value as "figures.value",
       f.before as "figures.before",
       f.change as "figures.change"
from report r
cross join lateral report_figures(r.figures) f
where r.id = :id
  and r.published_at is not null
order by f.place;
