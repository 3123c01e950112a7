-- ListOffices: the offices of a region and its subtree, by the region's code and name. Everybody who is signed in.
select refuse_unless(:region_code is null or exists (select from region r where r.code = :region_code), 'NO_SUCH_REGION', 'region_code');

select o.id as "offices.id",
       o.name as "offices.name",
       o.kind as "offices.kind",
       o.region_code as "offices.region_code",
       o.parent_id as "offices.parent_id",
       o.opened_on as "offices.opened_on",
       o.closed_on as "offices.closed_on",
       o.etag as "offices.etag",
       o.region_code as "page.region_code",
       o.name as "page.name",
       o.id as "page.id"
from office o
where true
  and o.region_code between (select r.first from region r where r.code = :region_code) and (select r.last from region r where r.code = :region_code) --? region_code
  and o.kind = :kind --? kind
  and o.parent_id = :parent_id --? parent_id
  and (o.region_code, o.name, o.id) > (:page.region_code, :page.name, :page.id) --? page
order by o.region_code, o.name, o.id
limit :page.size;

select case when :total then count(*) end as "total_size"
from office o
where :total
  and o.region_code between (select r.first from region r where r.code = :region_code) and (select r.last from region r where r.code = :region_code) --? region_code
  and o.kind = :kind --? kind
  and o.parent_id = :parent_id --? parent_id
;
