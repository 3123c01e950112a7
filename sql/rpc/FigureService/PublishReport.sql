-- PublishReport: freezes the figures of a region and a year, and asks that they be published. Supervisors of all of the region; another of them
-- approves.
select freeze_report(:id, :region_code, :from, :to, :reason);

select r.id,
       r.region_code,
       r.region_name,
       r.from_day as "from",
       r.until_day as "to",
       r.requested_by,
       r.counted_at,
       r.published_at,
       approval_requested() as approval_id
from report r
where r.id = :id;
