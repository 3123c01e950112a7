-- ApproveTalk: a supervisor of the region, who did not propose it, makes a talk final.
select
from lead l
where l.id = :id
for no key update;

select refuse_unless(exists (select from lead l where l.id = :id), 'NOT_FOUND');

select refuse_unless(l.etag = :etag, 'STALE_ETAG', 'etag'),
       refuse_unless(holds_step_role(l, 2::int2), 'FORBIDDEN'),
       refuse_unless(exists (select from handling h where h.id = :talk_id and h.lead_id = :id), 'NOT_FOUND'),
       refuse_unless(is_talked_of(l), 'PRECONDITION', 'id')
from lead l
where l.id = :id;

select refuse_unless(h.proposed_by <> me(), 'FORBIDDEN', 'talk_id'),
       refuse_unless(h.approved_at is null, 'PRECONDITION', 'talk_id'),
       refuse_unless(
         not exists (select from handling o where o.lead_id = h.lead_id and o.person_id = h.person_id and o.approved_at is not null),
         'PRECONDITION', 'talk_id'
       )
from handling h
where h.id = :talk_id;

update handling h
set approved_by = me(),
    approved_at = now()
where h.id = :talk_id
  and h.lead_id = :id;

update lead l
set reason = null,
    etag = next_etag(l.etag, 'talk approved')
where l.id = :id
  and l.etag = :etag;

select l.id,
       l.etag
from lead l
where l.id = :id;
