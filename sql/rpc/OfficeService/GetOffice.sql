-- GetOffice: one office. Everybody who is signed in.
select o.id as "id",
       o.name as "name",
       o.kind as "kind",
       o.region_code as "region_code",
       o.parent_id as "parent_id",
       o.opened_on as "opened_on",
       o.closed_on as "closed_on",
       o.etag as "etag"
from office o
where o.id = :id;
