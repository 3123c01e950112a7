-- LinkLead: says that two leads are the same matter. Who answers for the one, or a supervisor of its region, and sees both. Both
-- timelines tell of it; neither lead's state changes. Again, it changes nothing.
select refuse_unless(exists (select from lead l where l.id = :id), 'NOT_FOUND'),
       refuse_unless(exists (select from lead l where l.id = :other_id), 'UNKNOWN_REFERENCE', 'other_id'),
       refuse_unless(:other_id <> :id, 'OUT_OF_RANGE', 'other_id');

select refuse_unless(holds_step_role(l, 1::int2) or holds_step_role(l, 2::int2), 'FORBIDDEN')
from lead l
where l.id = :id;

insert into lead_link (lead_id, other_id, reason, linked_by)
select least(:id, :other_id),
       greatest(:id, :other_id),
       :reason,
       me()
on conflict (lead_id, other_id) do nothing;

select l.id,
       l.etag
from lead l
where l.id = :id;
