-- UpdateOffice: changes the fields that the mask names. Admins. An office is closed by its closed_on, not while it has members, offices
-- under it or open leads; without one it is open again.
select refuse_unless(
  :update_mask <@ array['name', 'kind', 'region_code', 'parent_id', 'opened_on', 'closed_on'],
  'BAD_PATH', 'update_mask'
);
select refuse_unless(:office.id is not null, 'REQUIRED', 'office.id');
select refuse_unless(:office.etag is not null, 'REQUIRED', 'office.etag');
select refuse_unless(exists (select from office o where o.id = :office.id for no key update), 'NOT_FOUND', 'office.id');
select refuse_unless(exists (select from office o where o.id = :office.id and o.etag = :office.etag), 'STALE_ETAG', 'office.etag');
select refuse_unless(
  not changes(:update_mask, 'name', :office.name is not null) or :office.name is not null,
  'REQUIRED', 'office.name'
);
select refuse_unless(
  not changes(:update_mask, 'kind', :office.kind is not null) or :office.kind is not null,
  'REQUIRED', 'office.kind'
);
select refuse_unless(
  not changes(:update_mask, 'region_code', :office.region_code is not null)
  or exists (select from region r where r.code = :office.region_code and r.successor_code is null),
  'NO_SUCH_REGION', 'office.region_code'
);
select refuse_unless(
  not changes(:update_mask, 'parent_id', :office.parent_id is not null)
  or :office.parent_id is null
  or exists (select from office o where o.id = :office.parent_id and o.closed_on is null)
    and not office_is_under(:office.parent_id, :office.id),
  'NO_SUCH_OFFICE', 'office.parent_id'
);
select refuse_unless(
  not changes(:update_mask, 'opened_on', :office.opened_on is not null) or :office.opened_on is not null,
  'REQUIRED', 'office.opened_on'
);
select refuse_unless(
  not changes(:update_mask, 'closed_on', :office.closed_on is not null) or :office.closed_on is null or not office_in_use(:office.id),
  'PRECONDITION', 'office.closed_on'
);
select refuse_unless(
  exists (
    select
    from office o
    cross join lateral (
      select case when changes(:update_mask, 'opened_on', :office.opened_on is not null) then :office.opened_on else o.opened_on end,
             case when changes(:update_mask, 'closed_on', :office.closed_on is not null) then :office.closed_on else o.closed_on end
    ) d(opened_on, closed_on)
    where o.id = :office.id
      and (d.closed_on is null or d.closed_on between d.opened_on and local_day(now()))
  ),
  'OUT_OF_RANGE', 'office.closed_on'
);

update office o
set name = case when changes(:update_mask, 'name', :office.name is not null) then :office.name else o.name end,
    kind = case when changes(:update_mask, 'kind', :office.kind is not null) then :office.kind else o.kind end,
    region_code = case
      when changes(:update_mask, 'region_code', :office.region_code is not null) then :office.region_code else o.region_code
    end,
    parent_id = case when changes(:update_mask, 'parent_id', :office.parent_id is not null) then :office.parent_id else o.parent_id end,
    opened_on = case when changes(:update_mask, 'opened_on', :office.opened_on is not null) then :office.opened_on else o.opened_on end,
    closed_on = case when changes(:update_mask, 'closed_on', :office.closed_on is not null) then :office.closed_on else o.closed_on end,
    etag = :office#hash
where o.id = :office.id;

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
