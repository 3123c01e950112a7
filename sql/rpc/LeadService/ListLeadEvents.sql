-- ListLeadEvents: what happened to a lead, oldest first. Anyone who may see the lead; NOT_FOUND otherwise. Opening a
-- confidential one is written to the audit.
select refuse_unless(exists (select from lead l where l.id = :id), 'NOT_FOUND');

select audit_read('lead', l.id)
from lead l
where l.id = :id
  and l.confidential;

select e.id as "events.id",
       e.lead_id as "events.lead_id",
       e.kind as "events.kind",
       e.at as "events.at",
       e.actor_id as "events.actor_id",
       e.note as "events.note",
       e.from_state as "events.from",
       e.to_state as "events.to",
       e.due_at as "events.due_at",
       e.user_id as "events.user_id",
       e.office_id as "events.office_id",
       (select o.id from lead o where o.id = e.other_id) as "events.linked_lead_id",
       e.at as "page.at",
       e.id as "page.id"
from lead_event e
where e.lead_id = :id
  and (e.at, e.id) > (:page.at, :page.id) --? page
order by e.at, e.id
limit :page.size;
