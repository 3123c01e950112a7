-- CreateOffice: opens an office. Admins.
select refuse_unless(
  exists (select from region r where r.code = :office.region_code and r.successor_code is null),
  'NO_SUCH_REGION', 'office.region_code'
);
select refuse_unless(
  :office.parent_id is null or exists (select from office o where o.id = :office.parent_id and o.closed_on is null),
  'NO_SUCH_OFFICE', 'office.parent_id'
);
select refuse_unless(:office.closed_on is null, 'PRECONDITION', 'office.closed_on');
select refuse_unless(not exists (select from office o where o.id = :office.id), 'ALREADY_EXISTS', 'office.id');

insert into office (id, name, kind, region_code, parent_id, opened_on, etag)
values (
  :office.id, :office.name, :office.kind, :office.region_code, :office.parent_id, coalesce(:office.opened_on, local_day(now())), :office#hash
);

select o.id as "id",
       o.name as "name",
       o.kind as "kind",
       o.region_code as "region_code",
       o.parent_id as "parent_id",
       o.opened_on as "opened_on",
       o.closed_on as "closed_on",
       o.etag as "etag"
from office o
where o.id = :office.id;
