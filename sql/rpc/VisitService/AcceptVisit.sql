-- AcceptVisit: a held visit counts from now on. A supervisor of its region, not its recorder; again, it changes nothing.
select v.id,
       refuse_unless(v.current_code <@ scope() and v.recorder_id <> me(), 'FORBIDDEN'),
       refuse_unless(v.state = 2 or v.etag = next_etag(:etag, 'accepted'), 'PRECONDITION', 'id')
from visit v
where v.id = :id;

update visit v
set state = 1,
    reason = :reason,
    etag = next_etag(v.etag, 'accepted')
where v.id = :id
  and v.etag = :etag
  and v.state = 2;

select refuse_unless(v.state = 1 and v.etag = next_etag(:etag, 'accepted'), 'STALE_ETAG', 'etag'),
       v.*
from visit_answer v
where v.id = :id;
