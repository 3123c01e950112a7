-- RevealReporter: opens a lead's reporter for a purpose. Who handles the lead, or a supervisor of its region; twenty an hour, and those that another
-- supervisor approved. One opening of a user at a time: so that many at once are counted, too. The opening stands in the timeline and the audit
-- before anything is answered. NOT_FOUND for a lead out of sight.
select pg_advisory_xact_lock(hashtextextended(me()::text, 8));

select l.id,
       refuse_unless(l.handler_id is not distinct from me() or l.current_code <@ scope(), 'FORBIDDEN', 'id'),
       refuse_unless(l.has_reporter, 'PRECONDITION', 'id'),
       refuse_unless(reveal_was_approved(l.id, me(), now()) or reveals_this_hour() < 20, 'TOO_MANY', 'id')
from lead l
where l.id = :id;

insert into lead_event (lead_id, kind, actor_id, note)
select l.id, 20, me(), :purpose
from lead l
where l.id = :id;

select audit_read('reporter', r.lead_id)
from lead_reporter r
where r.lead_id = :id;

select r.lead_id as "id",
       r.anonymous as "reporter.anonymous",
       r.key as "reporter#key",
       r.name as "reporter.name",
       r.phone as "reporter.phone",
       r.identity_number as "reporter.identity_number",
       r.narrative as "reporter.narrative"
from lead_reporter r
where r.lead_id = :id;
