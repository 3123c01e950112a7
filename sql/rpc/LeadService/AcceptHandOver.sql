-- AcceptHandOver: from now on the caller answers for the lead. To whom it was offered, himself or as a member of that office. A lead
-- that was transferred begins its way anew there.
select
from lead l
where l.id = :id
for no key update;

select refuse_unless(exists (select from lead l where l.id = :id), 'NOT_FOUND');

select refuse_unless(l.etag = :etag, 'STALE_ETAG', 'etag'),
       refuse_unless(holds_step_role(l, 3::int2), 'FORBIDDEN')
from lead l
where l.id = :id;

update lead l
set handler_id = me(),
    office_id = my_office(),
    offered_user = null,
    offered_office = null,
    state = case when l.state = 12 then 1 else l.state end,
    due_at = case when l.state = 12 then due_after(1::int2, l.domain) else l.due_at end,
    reason = null,
    etag = next_etag(l.etag, 'accepted')
where l.id = :id
  and l.etag = :etag;

select :id as id,
       next_etag(:etag, 'accepted') as etag;
