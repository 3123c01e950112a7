-- ListRegions: the regions directly under one, or, with a query, those anywhere under it; without both, the top. By code. Everybody who is signed in.
select refuse_unless(:parent_code is null or exists (select from region r where r.code = :parent_code), 'NO_SUCH_REGION', 'parent_code');

select r.code as "regions.code",
       r.parent_code as "regions.parent_code",
       r.level as "regions.level",
       r.name as "regions.name",
       r.successor_code as "regions.successor_code",
       r.ended_on as "regions.ended_on",
       r.code as "page.code"
from regions_asked(:parent_code, :query, :level, :page.code, :page.size) r
order by r.code;

select case when :total then regions_counted(:parent_code, :query, :level) end as "total_size";
