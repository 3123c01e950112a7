-- HandOver: offers a lead to a user or an office. Who answers for it, or a supervisor of its region; with a reason. Who answers for the
-- lead goes on to until the hand-over is accepted; a later offer replaces an earlier one. A lead of a case that is not done goes on with it, though
-- it is concluded itself.
select
from lead l
where l.id = :id
for no key update;

select refuse_unless(exists (select from lead l where l.id = :id), 'NOT_FOUND');

select refuse_unless(l.etag = :etag, 'STALE_ETAG', 'etag'),
       refuse_unless(holds_step_role(l, 1::int2) or holds_step_role(l, 2::int2), 'FORBIDDEN'),
       refuse_unless(l.open or is_of_open_case(l.id), 'PRECONDITION', 'id'),
       refuse_unless(num_nonnulls(:handler_id, :office_id) = 1, 'ONLY_ONE', 'handler_id'),
       check_receiver(l.id, :handler_id, :office_id),
       refuse_unless(l.handler_id is distinct from :handler_id or :handler_id is null, 'CANNOT_ANSWER', 'handler_id')
from lead l
where l.id = :id;

update lead l
set offered_user = :handler_id,
    offered_office = :office_id,
    reason = :reason,
    etag = next_etag(l.etag, concat_ws(' ', 'offered', :handler_id, :office_id))
where l.id = :id
  and l.etag = :etag;

select :id as id,
       next_etag(:etag, concat_ws(' ', 'offered', :handler_id, :office_id)) as etag;
