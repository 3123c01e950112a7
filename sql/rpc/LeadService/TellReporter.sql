-- TellReporter: keeps what the reporter was told: whether his lead was accepted, or what came of it. Who answers for the lead, or a
-- supervisor of its region. What was owed to him is then owed no more.
select
from lead l
where l.id = :id
for no key update;

select refuse_unless(exists (select from lead l where l.id = :id), 'NOT_FOUND');

select refuse_unless(l.etag = :etag, 'STALE_ETAG', 'etag'),
       refuse_unless(holds_step_role(l, 1::int2) or holds_step_role(l, 2::int2), 'FORBIDDEN'),
       refuse_unless(l.state not in (1, 12), 'PRECONDITION', 'id'),
       refuse_unless(:feedback.told_at <= now() + interval '10 minutes' or :feedback.told_at is null, 'OUT_OF_RANGE', 'feedback.told_at')
from lead l
where l.id = :id;

insert into lead_feedback (lead_id, about, told_at, way, audience, satisfaction, note, written_by)
select l.id,
       case when l.state in (8, 9, 10, 14) then 2 else 1 end,
       coalesce(:feedback.told_at, now()),
       :feedback.way,
       :feedback.audience,
       coalesce(:feedback.satisfaction, 5),
       :feedback.note,
       me()
from lead l
where l.id = :id;

update lead l
set answer_due_at = null,
    reason = null,
    etag = next_etag(l.etag, 'told')
where l.id = :id
  and l.etag = :etag;

select l.id,
       l.etag
from lead l
where l.id = :id;
