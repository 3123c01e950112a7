-- WithdrawVisit: the visit stays readable and counts nowhere. Its recorder, or a supervisor of its region; again, it changes
-- nothing.
select v.id,
       refuse_unless(v.recorder_id = me() or v.current_code <@ scope(), 'FORBIDDEN')
from visit v
where v.id = :id;

update visit v
set state = 3,
    reason = :reason,
    etag = next_etag(v.etag, 'withdrawn')
where v.id = :id
  and v.etag = :etag
  and v.state <> 3;

select refuse_unless(v.state = 3 and v.etag in (:etag, next_etag(:etag, 'withdrawn')), 'STALE_ETAG', 'etag'),
       v.*
from visit_answer v
where v.id = :id;
