-- ListCaseEvents: what happened to a case, oldest first. Anyone who may see the case; NOT_FOUND otherwise. Opening it is written to the audit.
select refuse_unless(exists (select from case_file c where c.id = :id), 'NOT_FOUND');

select audit_read('case', c.id)
from case_file c
where c.id = :id;

select e.id as "events.id",
       e.case_id as "events.case_id",
       e.kind as "events.kind",
       e.at as "events.at",
       e.actor_id as "events.actor_id",
       (select l.id from lead l where l.id = e.lead_id) as "events.lead_id",
       e.person_id as "events.person_id",
       (select p.id from person p where p.id = e.same_as) as "events.same_as",
       e.handling_id as "events.handling_id",
       e.user_id as "events.user_id",
       e.office_id as "events.office_id",
       e.place as "page.place"
from case_event e
where e.case_id = :id
  and e.place > :page.place --? page
order by e.place
limit :page.size;
