-- AddNote: a note for the timeline. Who handles the lead, or a supervisor of its region.
select l.id as lead_id,
       refuse_unless(l.handler_id = me() or l.current_code <@ scope(), 'FORBIDDEN')
from lead l
where l.id = :id;

insert into lead_event (lead_id, kind, actor_id, note)
select l.id,
       3,
       me(),
       :note
from lead l
where l.id = :id;

select e.id,
       e.lead_id,
       e.kind,
       e.at,
       e.actor_id,
       e.note
from lead_event e
where e.lead_id = :id
  and e.actor_id = me()
  and e.kind = 3
  and e.at = now()
order by e.id
limit 1;
