-- ExtendDeadline: a later day for the present step, with a reason. A supervisor of the lead's region.
select
from lead l
where l.id = :id
for no key update;

select refuse_unless(exists (select from lead l where l.id = :id), 'NOT_FOUND');

select refuse_unless(l.etag = :etag, 'STALE_ETAG', 'etag'),
       refuse_unless(l.current_code <@ scope(), 'FORBIDDEN'),
       refuse_unless(l.due_at is not null, 'PRECONDITION', 'id'),
       refuse_unless(
         :due_at > greatest(l.due_at, now()) and :due_at < now() + interval '2 years',
         'OUT_OF_RANGE', 'due_at'
       )
from lead l
where l.id = :id;

update lead l
set due_at = :due_at,
    reason = :reason,
    etag = next_etag(l.etag, concat_ws(' ', 'extended', :due_at))
where l.id = :id
  and l.etag = :etag;

select l.id,
       l.etag
from lead l
where l.id = :id;
